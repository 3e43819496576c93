import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresServers } from '../../test/support/postgres.ts'
import { type Answer, openedPathway, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'

describe.each(postgresServers())('a meeting on $name', ({ url }) => {
  let at: ServiceUnderTest
  let coordinator: number
  let clinician: number
  let machine: number
  let elsewhere: number
  let besides: number
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/demo', 'packs/sepsis'])
    coordinator = (await at.person('Invented coordinator', 'coordinator', 2)).person
    clinician = (await at.person('Invented clinician', 'clinician', 2)).person
    machine = (await at.person('Invented machine', 'machine', 2)).person
    elsewhere = (await at.person('Invented coordinator elsewhere', 'coordinator', 3)).person
    const sepsis = at.packs.find(({ content }) => content.id === 'sepsis')!.pack
    besides = (await at.person('Invented coordinator of another pack', 'coordinator', 2, sepsis)).person
  })
  afterAll(() => at.close())

  const post = (person: number, path: string, body: unknown, version?: number) =>
    at.ask(person, 'POST', path, body, version === undefined ? {} : { 'if-match': `"${version}"` })
  const pathways = async (n: number): Promise<readonly string[]> => {
    const all = []
    for (let i = 0; i < n; i++) all.push((await openedPathway(at, coordinator, 2, 'demo')).pathway)
    return all
  }
  const planned = async (n = 2, more: object = {}): Promise<Answer> => {
    const agenda = (await pathways(n)).map((pathway, i) => ({ pathway, question: `Question ${i}?` }))
    const present = [{ person: clinician }, { name: 'Invented guest' }]
    const body = { org: 2, pack: 'demo', name: 'Lantern meeting', on: '2026-11-25', agenda, present, ...more }
    const done = await post(coordinator, '/api/meetings', body)
    expect(done.status, JSON.stringify(done.body)).toBe(201)
    return done.body
  }
  const read = async (meeting: string, person = coordinator) => (await at.ask(person, 'GET', `/api/meetings/${meeting}`)).body
  const type = (work: string, version: number, outcome: string | null, more: object = {}, person = coordinator) =>
    post(person, `/api/work/${work}/outcomes`, { outcome, ...more }, version)
  const readOf = (met: Answer) => met.items.map(({ item }: Answer) => ({ work: item.work, version: item.version }))
  const sign = (met: Answer, person = clinician, more: object = {}) =>
    post(person, `/api/meetings/${met.meeting}/signatures`, { read: readOf(met), ...more }, met.version)

  test('has its agenda in the order it was given, a question for each pathway, and the names of who is there', async () => {
    const met = await planned(3)
    expect(met).toMatchObject({
      state: 'open',
      version: 1,
      present: [
        { person: clinician, name: 'Invented clinician' },
        { person: null, name: 'Invented guest' },
      ],
      signed: null,
      minutes: null,
    })
    expect(met.items.map(({ item }: Answer) => item.body.question)).toEqual(['Question 0?', 'Question 1?', 'Question 2?'])
    expect(met.items[0]).toMatchObject({ name: 'Invented Patient', item: { kind: 'discussion', state: 'listed', open: true } })
    const order = [2, 0, 1].map((i) => met.items[i].item.work)
    const edited = await post(
      coordinator,
      `/api/meetings/${met.meeting}/edits`,
      { order, remove: [order[1]], add: [{ pathway: (await pathways(1))[0] }] },
      1,
    )
    expect(edited.status, JSON.stringify(edited.body)).toBe(200)
    expect(edited.body.items.map(({ item }: Answer) => item.body.question ?? null)).toEqual(['Question 2?', 'Question 1?', null])
    expect((await post(coordinator, `/api/meetings/${met.meeting}/edits`, { name: 'Other' }, 1)).status).toBe(412)
    expect((await post(coordinator, `/api/meetings/${met.meeting}/edits`, { name: 'Other' })).status).toBe(428)
    const list = (await at.ask(coordinator, 'GET', '/api/meetings?pack=demo&org=2&open=true')).body.meetings
    expect(list.map((row: Answer) => row.meeting)).toContain(met.meeting)
    expect(JSON.stringify(list)).not.toContain('Invented Patient')
  })

  test('keeps every save of what is typed, and of two who type at once the second is shown what stands there', async () => {
    const { items } = await planned(1)
    const { work } = items[0].item
    const first = await type(work, 1, 'Oper')
    expect(first.body.item, JSON.stringify(first.body)).toMatchObject({ version: 2, body: { outcome: 'Oper' } })
    expect((await type(work, 2, 'Operation on Monday. ')).body.item.body.outcome).toBe('Operation on Monday. ')
    const other = await type(work, 2, 'Something else', {}, clinician)
    expect(other).toMatchObject({ status: 412, body: { current: { version: 3, body: { outcome: 'Operation on Monday. ' } } } })
    // A save that did not come back is sent again under its key, and is one save.
    const key = 'a-save-of-mine'
    expect((await type(work, 3, 'Operation on Tuesday.', { key })).body.replayed).toBe(false)
    expect((await type(work, 3, 'Operation on Tuesday.', { key })).body).toMatchObject({ replayed: true, item: { version: 4 } })
    const { acts } = (await at.ask(coordinator, 'GET', `/api/work/${work}/history`)).body
    expect(acts.map((act: Answer) => act.said.outcome ?? null)).toEqual([null, 'Oper', 'Operation on Monday. ', 'Operation on Tuesday.'])
  })

  test('signed, it is closed and its minutes name who was there and what was said of each; nothing can be changed after', async () => {
    const met = await planned(2)
    await type(met.items[0].item.work, 1, 'Operation in week 50.')
    const now = await read(met.meeting)
    const signed = await sign(now, clinician, { key: 'signed-by-me' })
    expect(signed.status, JSON.stringify(signed.body)).toBe(200)
    expect(signed.body).toMatchObject({ state: 'signed', signed: { person: clinician, name: 'Invented clinician' } })
    expect(signed.body.items.map(({ item }: Answer) => [item.state, item.open])).toEqual([
      ['discussed', false],
      ['discussed', false],
    ])
    const [a, b] = now.items.map(({ item }: Answer) => item.pathway)
    expect(signed.body.minutes.split('\n').slice(0, -2)).toEqual([
      ...['Lantern meeting', '2026-11-25', '', 'Present: Invented clinician, Invented guest', ''],
      ...[`1. Invented Patient (${a})`, 'Question: Question 0?', 'Outcome: Operation in week 50.', ''],
      ...[`2. Invented Patient (${b})`, 'Question: Question 1?', 'Outcome: nothing was written', ''],
    ])
    expect(signed.body.minutes).toMatch(/\nSigned by Invented clinician, \d{4}-\d\d-\d\d.*\n$/)
    expect((await sign(now, clinician, { key: 'signed-by-me' })).body).toMatchObject({ replayed: true, state: 'signed' })
    expect((await type(met.items[0].item.work, 3, 'Later.')).status).toBe(422)
    for (const [path, body] of [
      ['edits', { name: 'Other' }],
      ['cancellations', { reason: 'No.' }],
      ['signatures', { read: readOf(signed.body) }],
    ] as const)
      expect((await post(coordinator, `/api/meetings/${met.meeting}/${path}`, body, signed.body.version)).status, path).toBe(422)
    expect((await read(met.meeting)).minutes).toBe(signed.body.minutes)
    // What was decided goes where it always goes.
    const next = { what: 'Operation', due: '2026-12-10', role: 'coordinator', books: 'treatment' }
    expect((await post(coordinator, `/api/pathways/${a}/next-steps`, { next })).status).toBe(201)
  })

  test('is not signed over what the signer has not read, by a machine, or with nobody there', async () => {
    const met = await planned(1)
    await type(met.items[0].item.work, 1, 'Typed meanwhile.')
    expect(await sign(met)).toMatchObject({ status: 412, body: { issues: [{ code: 'ledger/changed' }] } })
    expect((await post(clinician, `/api/meetings/${met.meeting}/signatures`, { read: [] }, 1)).status).toBe(412)
    const now = await read(met.meeting)
    expect((await sign(now, machine)).status).toBe(403)
    expect((await sign(now)).status).toBe(200)
    const empty = await planned(1, { present: [] })
    expect(await sign(empty)).toMatchObject({ status: 422, body: { issues: [{ code: 'meeting/nobody-present' }] } })
    expect((await planned(0)).items).toEqual([])
  })

  test('cancelled, its discussions are off the pathways and what was typed is in their history', async () => {
    const met = await planned(1)
    const { work } = met.items[0].item
    await type(work, 1, 'Half a sent')
    const cancelled = await post(coordinator, `/api/meetings/${met.meeting}/cancellations`, { reason: 'Moved to Friday.' }, 1)
    expect(cancelled.body).toMatchObject({ state: 'cancelled', items: [], minutes: null })
    expect((await at.ask(coordinator, 'GET', `/api/work/${work}`)).body).toMatchObject({
      state: 'dropped',
      open: false,
      body: { outcome: 'Half a sent' },
    })
  })

  test('sent twice it is one meeting, and from the last word to the minutes it takes well under a minute', async () => {
    const agenda = (await pathways(25)).map((pathway) => ({ pathway }))
    const body = {
      key: 'one-meeting-of-25',
      org: 2,
      pack: 'demo',
      name: 'Long meeting',
      on: '2026-11-25',
      agenda,
      present: [{ name: 'Invented guest' }],
    }
    const first = await post(coordinator, '/api/meetings', body)
    expect((await post(coordinator, '/api/meetings', body)).body).toMatchObject({ meeting: first.body.meeting, replayed: true })
    expect(first.body.items).toHaveLength(25)
    const { work } = first.body.items[24].item
    const began = performance.now()
    await type(work, 1, 'The last word.')
    const signed = await sign(await read(first.body.meeting))
    expect(signed.body.minutes).toContain('Outcome: The last word.')
    expect(performance.now() - began).toBeLessThan(20_000)
  })

  test('those who can be named as present are the people of the house who work with these pathways: no machine, nobody from elsewhere', async () => {
    const colleagues = async (person: number, org = 2, pack = 'demo') => at.ask(person, 'GET', `/api/colleagues?org=${org}&pack=${pack}`)
    const people = (await colleagues(coordinator)).body.people.map((one: Answer) => one.person)
    expect(people).toEqual(expect.arrayContaining([coordinator, clinician]))
    for (const other of [machine, elsewhere, besides]) expect(people).not.toContain(other)
    for (const person of people) expect((await planned(0, { present: [{ person }] })).present).toMatchObject([{ person }])
    expect((await colleagues(elsewhere)).status).toBe(404)
    expect((await colleagues(besides)).status).toBe(404)
    expect((await colleagues((await at.person('Invented manager', 'manager', 2)).person)).status).toBe(403)
  })

  test('is of one house and one pack: others find nothing there, and put nothing on its agenda', async () => {
    const met = await planned(1)
    const { work } = met.items[0].item
    for (const person of [elsewhere, besides]) {
      expect((await at.ask(person, 'GET', `/api/meetings/${met.meeting}`)).status).toBe(404)
      expect((await type(work, 1, 'Not mine.', {}, person)).status).toBe(404)
      expect((await sign(met, person)).status).toBe(404)
      expect((await post(person, `/api/meetings/${met.meeting}/edits`, { name: 'Not mine' }, 1)).status).toBe(404)
      expect((await at.ask(person, 'GET', '/api/meetings?pack=demo')).body.meetings).toEqual([])
    }
    const { pathway } = await openedPathway(at, elsewhere, 3, 'demo')
    expect((await post(coordinator, `/api/meetings/${met.meeting}/edits`, { add: [{ pathway }] }, 1)).status).toBe(404)
    const foreign = { org: 2, pack: 'demo', name: 'Meeting', on: '2026-11-25', agenda: [{ pathway }] }
    expect((await post(coordinator, '/api/meetings', foreign)).status).toBe(404)
    const guest = await post(coordinator, `/api/meetings/${met.meeting}/edits`, { present: [{ person: elsewhere }] }, 1)
    expect(guest).toMatchObject({ status: 422, body: { issues: [{ code: 'work/no-owner' }] } })
    expect((await read(met.meeting)).version).toBe(1)
    // The database refuses it too, where the pack is named falsely.
    const actor = { person: besides, role: 'coordinator' as const, ...(await at.ledger.standingOf(besides)) }
    const payload = {
      kind: 'meeting',
      state: 'open',
      open: true,
      from: 'open',
      work: Number(met.meeting.split('-')[1]),
      body: { name: 'Not mine' },
    }
    await expect(
      at.ledger.as(actor, (session) => session.act(2, [{ key: 'a-false-pack', kind: 'work-moved', pack: 0, pathway: 0, payload }])),
    ).rejects.toMatchObject({ issues: [{ code: 'ledger/not-allowed' }] })
  })
})
