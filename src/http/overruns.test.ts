import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresServers } from '../../test/support/postgres.ts'
import { type Answer, openedPathway, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'

describe.each(postgresServers())('passed limits on $name', ({ url }) => {
  let at: ServiceUnderTest
  const now = new Date('2026-11-25T12:00:00Z')
  let coordinator: number
  let manager: number
  let elsewhere: number
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/demo', 'packs/sepsis'], { now: () => now })
    coordinator = (await at.person('Invented coordinator', 'coordinator', 2)).person
    manager = (await at.person('Invented manager', 'manager', 2)).person
    elsewhere = (await at.person('Invented coordinator elsewhere', 'coordinator', 3)).person
  })
  afterAll(() => at.close())

  const record = (pathway: string, version: number, code: string, occurred: string, more: object = {}) =>
    at.ask(
      coordinator,
      'POST',
      `/api/pathways/${pathway}/entries`,
      { code, occurred, decider: 'clinician', passing: ['door/late:start', 'door/late:treatment', 'door/late:decision'], ...more },
      { 'if-match': `"${version}"` },
    )
  /** Referred on 1 September, seen on the 20th, treated on 20 October, 14 days past the 35. */
  const late = async (...more: readonly (readonly [string, string])[]) => {
    const { pathway } = await openedPathway(at, coordinator, 2, 'demo')
    for (const [i, [code, on]] of ([['M1A', '2026-09-01'], ['M1S', '2026-09-20'], ...more] as const).entries()) {
      const done = await record(pathway, i, code, on)
      expect(done.status, JSON.stringify(done.body)).toBe(201)
    }
    return pathway
  }
  const passed = async (pathway: string, interval = 'start-to-treatment') => {
    const read = await at.ask(coordinator, 'GET', `/api/pathways/${pathway}/overruns?interval=${interval}`)
    expect(read.status, JSON.stringify(read.body)).toBe(200)
    return read.body
  }
  const explanation = { reason: 'capacity', avoidable: 'yes', patientInitiated: false, text: 'No free bed in October.' }
  const write = (person: number, pathway: string, body: object) => at.ask(person, 'POST', `/api/pathways/${pathway}/overruns`, body)
  const report = async (person: number, more = '') => at.ask(person, 'GET', `/api/overruns?pack=demo${more}`)

  test('a limit that was passed shows its delay in segments that sum to the total, the longest named, before anybody has explained it', async () => {
    const { passed: all, reasons } = await passed(await late(['M1TS', '2026-10-20']))
    expect(all).toMatchObject([
      {
        interval: 'start-to-treatment',
        verdict: 'missed',
        limit: 35,
        limitDay: '2026-10-06',
        over: 14,
        total: 49,
        longest: 1,
        record: null,
      },
    ])
    expect(all[0].segments.map((s: Answer) => [s.from.milestone, s.to.milestone, s.place, s.length])).toEqual([
      ['start', 'attendance', 2, 19],
      ['attendance', 'treatment', 2, 30],
    ])
    expect(reasons.map((reason: Answer) => reason.id)).toContain('capacity')
  })

  test('a limit has one record: two who write it at once make one, and the same key is the same record', async () => {
    const pathway = await late(['M1TS', '2026-10-20'])
    const body = { interval: 'start-to-treatment', explanation }
    const both = await Promise.all([
      write(coordinator, pathway, { ...body, key: 'first-key' }),
      write(coordinator, pathway, { ...body, key: 'second-key' }),
    ])
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409])
    expect(both.find(({ status }) => status === 409)?.body.issues[0].code).toBe('work/recorded-already')
    const { passed: all } = await passed(pathway)
    expect(all[0].record).toMatchObject({
      state: 'explained',
      open: false,
      body: { total: 49, longest: 1, place: 2, words: 'No free place in time', pack: 'demo 1.0', ...explanation },
    })
    const again = both[0]?.status === 201 ? 'first-key' : 'second-key'
    expect((await write(coordinator, pathway, { ...body, key: again })).body).toMatchObject({
      replayed: true,
      item: { work: all[0].record.work },
    })
  })

  test('one that still goes on is left to somebody until a day, and what is explained is the delay as it stands then', async () => {
    const pathway = await late()
    const left = await write(coordinator, pathway, { interval: 'start-to-treatment', role: 'coordinator', due: '2026-12-01' })
    expect(left.body.item).toMatchObject({ kind: 'overrun', state: 'open', open: true, due: '2026-12-01', body: { total: 85 } })
    const { work } = left.body.item
    const mine = await at.ask(coordinator, 'GET', `/api/work?mine=true&open=true&kind=overrun&pathway=${pathway}`)
    expect(mine.body.items.map((item: Answer) => item.work)).toEqual([work])
    await record(pathway, 3, 'M1TS', '2026-11-20')
    const said = { key: 'explained-once', ...explanation }
    const path = `/api/work/${work}/explanations`
    expect((await at.ask(coordinator, 'POST', path, said)).status).toBe(428)
    const done = await at.ask(coordinator, 'POST', path, said, { 'if-match': '"1"' })
    expect(done.body.item, JSON.stringify(done.body)).toMatchObject({
      state: 'explained',
      body: { total: 80, longest: 1, reason: 'capacity' },
    })
    expect((await at.ask(coordinator, 'POST', path, said, { 'if-match': '"1"' })).body).toMatchObject({ replayed: true })
    const reopened = await at.ask(coordinator, 'POST', `/api/work/${work}/reopenings`, { reason: 'Another reason.' }, { 'if-match': '"2"' })
    expect(reopened.body.item).toMatchObject({ state: 'open', body: { reason: null, because: 'Another reason.' } })
    const history = await at.ask(coordinator, 'GET', `/api/work/${work}/history`)
    expect(history.body.acts.map((act: Answer) => [act.state, act.said.text ?? null])).toEqual([
      ['open', null],
      ['explained', explanation.text],
      ['open', null],
    ])
  })

  test('a reason is one of the list of the pack, and a limit that is not passed takes no record', async () => {
    const pathway = await late()
    const say = (more: object) => write(coordinator, pathway, { interval: 'start-to-treatment', explanation: { ...explanation, ...more } })
    expect(await say({ reason: 'laziness' })).toMatchObject({ status: 422, body: { issues: [{ code: 'work/no-choice' }] } })
    expect(await say({ reason: undefined })).toMatchObject({ status: 422, body: { issues: [{ code: 'work/no-choice' }] } })
    expect((await say({ avoidable: 'perhaps' })).status).toBe(400)
    expect(await write(coordinator, pathway, { interval: 'decision-to-treatment', explanation })).toMatchObject({
      status: 422,
      body: { issues: [{ code: 'work/not-passed' }] },
    })
    expect((await write(coordinator, pathway, { interval: 'start-to-treatment' })).status).toBe(400)
    expect((await passed(pathway)).passed[0].record).toBeNull()
  })

  test('a record of a limit that a correction brought back within its days is kept apart', async () => {
    const pathway = await late(['M1TS', '2026-10-20'])
    await write(coordinator, pathway, { interval: 'start-to-treatment', explanation })
    const read = await at.ask(coordinator, 'GET', `/api/pathways/${pathway}`)
    const entry = read.body.entries.at(-1).entry.split('-')[1]
    const corrected = await at.ask(
      coordinator,
      'POST',
      `/api/pathways/${pathway}/entries/${entry}/corrections`,
      { code: 'M1TS', occurred: '2026-10-01', reason: 'Wrong day.', decider: 'clinician', passing: ['door/late:treatment'] },
      { 'if-match': `"${read.body.version}"` },
    )
    expect(corrected.status, JSON.stringify(corrected.body)).toBe(201)
    const after = await passed(pathway)
    expect(after.passed).toEqual([])
    expect(after.earlier).toMatchObject([{ kind: 'overrun', state: 'explained', body: { total: 49 } }])
  })

  test('the report counts records by reason, place and month, for those who may count, and names nobody', async () => {
    const before = (await report(manager)).body.rows as readonly Answer[]
    const count = (rows: readonly Answer[], reason: string, what: string): number =>
      rows.filter((row) => row.reason === reason && row.place === 2 && row.month === '2026-10').reduce((n, row) => n + row[what], 0)
    await write(coordinator, await late(['M1TS', '2026-10-20']), {
      interval: 'start-to-treatment',
      explanation: { ...explanation, reason: 'more-tests', avoidable: 'no' },
    })
    await write(coordinator, await late(['M1TS', '2026-10-21']), {
      interval: 'start-to-treatment',
      explanation: { ...explanation, reason: 'patient-wish', patientInitiated: true },
    })
    const after = await report(manager)
    expect(after.status).toBe(200)
    // The list a reason was chosen from is named with its version: another year's list may mean something else by it.
    const { id, version } = after.body.pack
    expect(new Set(after.body.rows.map((row: Answer) => row.pack))).toEqual(new Set([`${id} ${version}`]))
    for (const reason of ['more-tests', 'patient-wish'])
      expect(count(after.body.rows, reason, 'passed') - count(before, reason, 'passed')).toBe(1)
    expect(count(after.body.rows, 'patient-wish', 'patientInitiated') - count(before, 'patient-wish', 'patientInitiated')).toBe(1)
    expect(JSON.stringify(after.body)).not.toMatch(/"[23]-\d+"|No free bed/)
    expect((await report(manager, '&from=2026-11-01')).body.rows.filter((row: Answer) => row.month === '2026-10')).toEqual([])
    expect((await report(elsewhere)).body.rows).toEqual([])
    expect((await report(elsewhere, '&org=2')).body.rows).toEqual([])
    expect((await at.ask(manager, 'GET', `/api/pathways/${await late()}/overruns`)).status).toBe(403)
  })

  test('another house sees neither the limits nor the record, and writes none', async () => {
    const pathway = await late()
    expect((await at.ask(elsewhere, 'GET', `/api/pathways/${pathway}/overruns`)).status).toBe(404)
    expect((await write(elsewhere, pathway, { interval: 'start-to-treatment', explanation })).status).toBe(404)
    expect((await write(manager, pathway, { interval: 'start-to-treatment', explanation })).status).toBe(403)
  })
})
