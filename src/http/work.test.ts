import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresServers } from '../../test/support/postgres.ts'
import { type Answer, openedPathway, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'

describe.each(postgresServers())('work over HTTP on $name', ({ url }) => {
  let at: ServiceUnderTest
  let now = new Date('2026-11-25T12:00:00Z')
  let coordinator: number
  let clinician: number
  let elsewhere: number
  let machine: number
  let analyst: number
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/no-house'], { now: () => now })
    coordinator = (await at.person('Invented coordinator', 'coordinator', 2)).person
    clinician = (await at.person('Invented clinician', 'clinician', 2)).person
    elsewhere = (await at.person('Invented coordinator elsewhere', 'coordinator', 3)).person
    machine = (await at.person('Invented machine', 'machine', 2)).person
    analyst = (await at.person('Invented analyst', 'analyst', 2)).person
  })
  afterAll(() => at.close())

  const scene = async () => (await openedPathway(at, coordinator, 2, 'no-house')).pathway
  const write = (person: number, path: string, body: unknown, version?: number) =>
    at.ask(person, 'POST', path, body, version === undefined ? {} : { 'if-match': `"${version}"` })
  const open = async (path: string, body: unknown, person = coordinator): Promise<Answer> => {
    const answer = await write(person, path, body)
    expect(answer.status, JSON.stringify(answer.body)).toBe(201)
    return answer.body.item
  }

  test('a note is kept to the letter, markup and all, and sent twice it is one note', async () => {
    const pathway = await scene()
    const text = `<script>alert(1)</script> '; DROP TABLE work; -- =1+1 __proto__ \u202e`
    const body = { key: 'a-note-of-mine', text }
    const first = await write(coordinator, `/api/pathways/${pathway}/notes`, body)
    expect(first).toMatchObject({
      status: 201,
      etag: '"1"',
      body: { replayed: false, item: { kind: 'note', open: false, body: { text } } },
    })
    const again = await write(coordinator, `/api/pathways/${pathway}/notes`, body)
    expect(again.body).toMatchObject({ replayed: true, item: { work: first.body.item.work } })
    expect(await write(coordinator, `/api/pathways/${pathway}/notes`, { ...body, text: 'Other' })).toMatchObject({
      status: 409,
      body: { issues: [{ code: 'ledger/key-reused' }] },
    })
    expect((await at.ask(coordinator, 'GET', `/api/work/${first.body.item.work}`)).body.body).toEqual({ text })
    expect((await write(coordinator, `/api/pathways/${pathway}/notes`, { text: 'a\0b' })).status).toBe(400)
    expect((await write(coordinator, `/api/pathways/${pathway}/notes`, '{"text":"\\ud800"}')).status).toBe(400)
  })

  test('a next step has an owner and a day, or a reason for there being none; done, it asks for the next in the same call', async () => {
    const pathway = await scene()
    const path = `/api/pathways/${pathway}/next-steps`
    const list = async () => (await at.ask(coordinator, 'GET', '/api/pathways?pack=no-house&withoutNextStep=true')).body.pathways
    await at.ask(coordinator, 'POST', `/api/pathways/${pathway}/entries`, { code: 'A12A', occurred: '2026-11-24' }, { 'if-match': '"0"' })
    expect((await list()).map((row: Answer) => row.pathway)).toContain(pathway)
    expect((await write(coordinator, path, { next: { what: 'Call', due: '2026-11-27' } })).status).toBe(400)
    expect((await write(coordinator, path, { next: { what: 'Call', role: 'coder', person: clinician, due: '2026-11-27' } })).status).toBe(
      400,
    )
    expect(await write(coordinator, path, { next: { what: 'Call', person: elsewhere, due: '2026-11-27' } })).toMatchObject({
      status: 422,
      body: { issues: [{ code: 'work/no-owner' }] },
    })
    const step = await open(path, { next: { what: 'Call', person: clinician, due: '2026-11-27' } })
    expect(step).toMatchObject({ state: 'planned', open: true, owner: { person: clinician, role: null }, due: '2026-11-27' })
    expect((await list()).map((row: Answer) => row.pathway)).not.toContain(pathway)
    const done = await write(coordinator, `/api/work/${step.work}/completions`, { key: 'done-with-it', next: { none: 'Treated.' } }, 1)
    expect(done).toMatchObject({ status: 200, body: { item: { state: 'done', open: false, version: 2 } }, etag: '"2"' })
    const again = await write(coordinator, `/api/work/${step.work}/completions`, { key: 'done-with-it', next: { none: 'Treated.' } }, 1)
    expect(again.body.replayed).toBe(true)
    const all = await at.ask(coordinator, 'GET', `/api/work?pathway=${pathway}&kind=next-step`)
    expect(all.body.items.map((item: Answer) => item.state).toSorted()).toEqual(['done', 'none'])
    expect((await list()).map((row: Answer) => row.pathway)).not.toContain(pathway)
    expect(await write(coordinator, `/api/work/${step.work}/completions`, {}, 2)).toMatchObject({
      status: 422,
      body: { issues: [{ code: 'work/no-such-move' }] },
    })
    expect((await write(coordinator, `/api/work/${step.work}/reopenings`, { reason: 'Too soon.' }, 2)).body.item).toMatchObject({
      state: 'planned',
      open: true,
      body: { what: 'Call', outcome: null, because: 'Too soon.' },
    })
  })

  test('a next step may book a milestone of the pack for its day, another one later, or none any more', async () => {
    const pathway = await scene()
    const path = `/api/pathways/${pathway}/next-steps`
    const next = { what: 'Theatre list', role: 'coordinator', due: '2026-12-04' }
    for (const books of ['treatmnt', 'transfer', 'OF4'])
      expect(await write(coordinator, path, { next: { ...next, books } })).toMatchObject({
        status: 422,
        body: { issues: [{ code: 'work/no-milestone', path: ['body', 'books'] }] },
      })
    const step = await open(path, { next: { ...next, books: 'treatment' } })
    expect(step).toMatchObject({ due: '2026-12-04', body: { what: 'Theatre list', books: 'treatment' } })
    const edit = async (body: unknown, version: number) => write(coordinator, `/api/work/${step.work}/edits`, body, version)
    expect((await edit({ books: 'attendance', due: '2026-12-01' }, 1)).body.item).toMatchObject({
      due: '2026-12-01',
      body: { what: 'Theatre list', books: 'attendance' },
    })
    expect(await edit({ books: 'OF4' }, 2)).toMatchObject({ status: 422, body: { issues: [{ code: 'work/no-milestone' }] } })
    expect((await edit({ books: null }, 2)).body.item.body).toEqual({ what: 'Theatre list', books: null })
    const done = await write(coordinator, `/api/work/${step.work}/completions`, { next: { ...next, books: 'decison' } }, 3)
    expect(done).toMatchObject({ status: 422, body: { issues: [{ code: 'work/no-milestone' }] } })
    const query = await open(`/api/pathways/${pathway}/queries`, { question: 'When?', role: 'coder' })
    expect((await write(coordinator, `/api/work/${query.work}/edits`, { books: 'treatment' }, 1)).status).toBe(422)
  })

  test('two people at one next step: the second is shown what stands there', async () => {
    const step = await open(`/api/pathways/${await scene()}/next-steps`, { next: { what: 'Call', role: 'coordinator', due: '2026-11-27' } })
    expect((await write(coordinator, `/api/work/${step.work}/edits`, { what: 'Write' })).status).toBe(428)
    expect((await write(coordinator, `/api/work/${step.work}/edits`, { what: 'Write' }, 1)).status).toBe(200)
    const stale = await write(clinician, `/api/work/${step.work}/edits`, { what: 'Visit' }, 1)
    expect(stale).toMatchObject({
      status: 412,
      body: { issues: [{ code: 'ledger/changed' }], current: { version: 2, body: { what: 'Write' } } },
    })
    expect((await write(clinician, `/api/work/${step.work}/edits`, { what: 'Visit' }, 2)).body.item.body.what).toBe('Visit')
  })

  test('a question is re-addressed, reworded and answered, and its history keeps every wording', async () => {
    const pathway = await scene()
    const query = await open(`/api/pathways/${pathway}/queries`, {
      question: 'When was it received?',
      role: 'coder',
      choices: ['Monday', 'Tuesday'],
      due: '2026-11-30',
    })
    expect(
      (await write(coordinator, `/api/pathways/${pathway}/queries`, { question: 'So?', role: 'coder', choices: ['Yes'] })).status,
    ).toBe(400)
    const edited = await write(
      coordinator,
      `/api/work/${query.work}/edits`,
      { question: 'On which day was it received?', role: 'clinician' },
      1,
    )
    expect(edited.body.item).toMatchObject({ owner: { role: 'clinician', person: null }, due: '2026-11-30', version: 2 })
    expect((await write(machine, `/api/work/${query.work}/answers`, { choice: 'Monday' }, 2)).status).toBe(403)
    expect(await write(clinician, `/api/work/${query.work}/answers`, { choice: 'Sunday' }, 2)).toMatchObject({
      status: 422,
      body: { issues: [{ code: 'work/no-choice' }] },
    })
    const answered = await write(clinician, `/api/work/${query.work}/answers`, { choice: 'Monday', text: 'By post.' }, 2)
    expect(answered.body.item).toMatchObject({ state: 'answered', open: false, body: { answer: 'By post.', choice: 'Monday' } })
    const history = await at.ask(coordinator, 'GET', `/api/work/${query.work}/history`)
    expect(history.body.acts.map((act: Answer) => [act.role, act.state, act.said.question ?? act.said.answer])).toEqual([
      ['coordinator', 'asked', 'When was it received?'],
      ['coordinator', 'asked', 'On which day was it received?'],
      ['clinician', 'answered', 'By post.'],
    ])
  })

  test('a proposal files nothing by itself; accepted, its entry is recorded in the same moment, by the rules of the door', async () => {
    const pathway = await scene()
    const said = { code: 'A12A', occurred: '2026-11-24', rule: 'R1', because: 'A referral arrived.' }
    const proposal = await open(`/api/pathways/${pathway}/proposals`, said, machine)
    expect((await at.ask(coordinator, 'GET', `/api/pathways/${pathway}`)).body.entries).toEqual([])
    expect((await write(machine, `/api/work/${proposal.work}/acceptances`, {}, 1)).status).toBe(403)
    const early = await write(coordinator, `/api/work/${proposal.work}/acceptances`, { change: { occurred: '2027-11-24' } }, 1)
    expect(early).toMatchObject({ status: 422, body: { issues: [{ code: 'door/in-the-future' }] } })
    expect((await at.ask(coordinator, 'GET', `/api/work/${proposal.work}`)).body.state).toBe('suggested')
    const change = { key: 'accept-this', change: { occurred: '2026-11-23' } }
    const accepted = await write(coordinator, `/api/work/${proposal.work}/acceptances`, change, 1)
    expect(accepted, JSON.stringify(accepted.body)).toMatchObject({
      status: 200,
      body: { item: { state: 'changed', open: false, body: { occurred: '2026-11-24', changes: { occurred: '2026-11-23' } } } },
    })
    const again = await write(coordinator, `/api/work/${proposal.work}/acceptances`, change, 1)
    expect(again.body).toMatchObject({ replayed: true, entry: accepted.body.entry })
    const read = await at.ask(coordinator, 'GET', `/api/pathways/${pathway}`)
    expect(read.body.entries).toMatchObject([{ entry: accepted.body.entry, code: 'A12A', occurred: '2026-11-23', recorder: 'coordinator' }])
    const other = await open(`/api/pathways/${pathway}/proposals`, said, machine)
    expect((await write(coordinator, `/api/work/${other.work}/refusals`, { reason: 'because' }, 1)).status).toBe(400)
    expect((await write(coordinator, `/api/work/${other.work}/refusals`, { reason: 'other' }, 1)).status).toBe(400)
    const refused = await write(coordinator, `/api/work/${other.work}/refusals`, { reason: 'recorded-already' }, 1)
    expect(refused.body.item).toMatchObject({ state: 'refused', open: false, body: { refused: 'recorded-already' } })
    expect((await at.ask(coordinator, 'GET', `/api/pathways/${pathway}`)).body.entries).toHaveLength(1)
  })

  test('an escalation that nobody answers climbs by itself and says so, up to its last rung', async () => {
    const escalation = await open(`/api/pathways/${await scene()}/escalations`, {
      sentence: 'No bed before the limit.',
      ladder: [
        { toRole: 'clinician', days: 2 },
        { toRole: 'coding-lead', days: 3 },
      ],
    })
    expect(escalation).toMatchObject({ state: 'raised', owner: { role: 'clinician' }, due: '2026-11-27', body: { rung: 0 } })
    expect((await at.ask(machine, 'POST', '/api/escalations/climbs', {})).body.climbed).toEqual([])
    now = new Date('2026-11-28T12:00:00Z')
    expect((await at.ask(analyst, 'POST', '/api/escalations/climbs', {})).status).toBe(403)
    expect((await at.ask(elsewhere, 'POST', '/api/escalations/climbs', {})).body.climbed).toEqual([])
    expect((await at.ask(machine, 'POST', '/api/escalations/climbs', {})).body.climbed).toEqual([escalation.work])
    const up = await at.ask(coordinator, 'GET', `/api/work/${escalation.work}`)
    expect(up.body).toMatchObject({
      owner: { role: 'coding-lead' },
      due: '2026-12-01',
      body: { rung: 1, because: 'Not answered in time.' },
    })
    now = new Date('2026-12-20T12:00:00Z')
    expect((await at.ask(machine, 'POST', '/api/escalations/climbs', {})).body.climbed).toEqual([])
    expect(await write(coordinator, `/api/work/${escalation.work}/climbs`, {}, 2)).toMatchObject({ status: 422 })
    expect((await write(clinician, `/api/work/${escalation.work}/answers`, { text: 'A bed on Monday.' }, 2)).body.item.state).toBe(
      'answered',
    )
    now = new Date('2026-11-25T12:00:00Z')
  })

  test('a climb that is sent twice is one climb', async () => {
    const { work } = await open(`/api/pathways/${await scene()}/escalations`, { sentence: 'No bed.' })
    expect((await write(coordinator, `/api/work/${work}/climbs`, { key: 'one-rung-up' }, 1)).body.item.body.rung).toBe(1)
    expect((await write(coordinator, `/api/work/${work}/climbs`, { key: 'one-rung-up' }, 1)).body).toMatchObject({
      replayed: true,
      item: { version: 2, body: { rung: 1 } },
    })
  })

  test('the list gives what is due first, page by page, and a cursor that was touched is refused', async () => {
    const pathway = await scene()
    for (const due of ['2026-12-03', '2026-12-01', '2026-12-02'])
      await open(`/api/pathways/${pathway}/next-steps`, { next: { what: `Due ${due}`, role: 'coordinator', due } })
    await open(`/api/pathways/${pathway}/notes`, { text: 'No day.' })
    const first = await at.ask(coordinator, 'GET', `/api/work?pathway=${pathway}&limit=2`)
    expect(first.body.items.map((item: Answer) => item.due)).toEqual(['2026-12-01', '2026-12-02'])
    expect(first.body.names).toEqual({ [pathway]: expect.stringMatching(/./) })
    const second = await at.ask(coordinator, 'GET', `/api/work?pathway=${pathway}&limit=2&cursor=${first.body.next}`)
    expect(second.body.items.map((item: Answer) => item.due)).toEqual(['2026-12-03', null])
    expect(second.body.next).toBeNull()
    const touched = `${first.body.next.slice(0, -2)}AA`
    expect((await at.ask(coordinator, 'GET', `/api/work?pathway=${pathway}&limit=2&cursor=${touched}`)).status).toBe(400)
    expect((await at.ask(coordinator, 'GET', `/api/work?limit=2&cursor=${first.body.next}`)).status).toBe(400)
    expect((await at.ask(coordinator, 'GET', '/api/work?nothing=known')).status).toBe(400)
    const mine = await at.ask(coordinator, 'GET', '/api/work?mine=true&open=true&dueBy=2026-12-01')
    expect(mine.body.items.every((item: Answer) => item.owner.role === 'coordinator' && item.due <= '2026-12-01')).toBe(true)
    expect(mine.body.items.map((item: Answer) => item.body.what)).toContain('Due 2026-12-01')
    expect((await at.ask(clinician, 'GET', `/api/work?mine=true&pathway=${pathway}`)).body.items).toEqual([])
  })

  test('another house gets the same answer as for what never was, and nothing is written', async () => {
    const pathway = await scene()
    const step = await open(`/api/pathways/${pathway}/next-steps`, { next: { what: 'Call', role: 'coordinator', due: '2026-11-27' } })
    const bodies = await Promise.all(
      [step.work, '2-999999', '7-1'].flatMap((work) => [
        at.ask(elsewhere, 'GET', `/api/work/${work}`),
        at.ask(elsewhere, 'GET', `/api/work/${work}/history`),
        write(elsewhere, `/api/work/${work}/completions`, {}, 1),
      ]),
    )
    expect(new Set(bodies.map(({ status, body }) => JSON.stringify([status, { ...body, requestId: '' }])))).toHaveLength(1)
    expect(bodies[0]?.status).toBe(404)
    expect((await write(elsewhere, `/api/pathways/${pathway}/notes`, { text: 'Not mine.' })).status).toBe(404)
    expect((await write(analyst, `/api/pathways/${pathway}/notes`, { text: 'Not mine.' })).status).toBe(403)
    expect((await at.ask(coordinator, 'GET', `/api/work/${step.work}`)).body.version).toBe(1)
    expect((await at.ask(elsewhere, 'GET', `/api/work?pathway=${pathway}`)).body.items).toEqual([])
  })
})
