import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresServers } from '../../test/support/postgres.ts'
import { type Answer, openedPathway, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'
import { addDays, dayText } from '../core/words/day.ts'
import { type Instant, wallTimeOf } from '../core/words/instant.ts'
import { sortRows } from '../core/work/listing.ts'

describe.each(postgresServers())('time risk over HTTP on $name', ({ url }) => {
  let at: ServiceUnderTest
  // The database says when something is recorded, by its own clock: the service must not lie behind it.
  const start = new Date()
  let now = start
  const today = wallTimeOf(Math.floor(start.getTime() / 1000) as Instant, 'Europe/Oslo').day
  /** So many days from today. */
  const days = (n: number): string => dayText(addDays(today, n))
  let coordinator: number
  let clinician: number
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/demo', 'packs/sepsis'], { now: () => now })
    coordinator = (await at.person('Invented coordinator', 'coordinator', 2)).person
    clinician = (await at.person('Invented clinician', 'clinician', 2)).person
  })
  afterAll(() => at.close())

  const good = async (asked: ReturnType<ServiceUnderTest['ask']>): Promise<Answer> => {
    const { status, body } = await asked
    expect(status, JSON.stringify(body)).toBeLessThan(300)
    return body
  }
  /** A pathway with entries, `code day`, each recorded on the day the service has. */
  async function scene(...entries: readonly string[]): Promise<string> {
    const { pathway } = await openedPathway(at, coordinator, 2, 'demo')
    for (const [i, entry] of entries.entries()) {
      const [code, occurred] = entry.split(' ')
      const body = { code, occurred, decider: 'clinician', passing: ['door/late:start', 'door/late:decision'] }
      await good(at.ask(coordinator, 'POST', `/api/pathways/${pathway}/entries`, body, { 'if-match': `"${i}"` }))
    }
    return pathway
  }
  const plan = async (pathway: string, next: object) =>
    (await good(at.ask(coordinator, 'POST', `/api/pathways/${pathway}/next-steps`, { next }))).item
  const read = (pathway: string) => good(at.ask(coordinator, 'GET', `/api/pathways/${pathway}`))
  /** The row of the list, which must say the same as the pathway itself. */
  async function row(pathway: string, pack = 'demo'): Promise<Answer> {
    const { pathways } = await good(at.ask(coordinator, 'GET', `/api/pathways?pack=${pack}&limit=5000`))
    const found = pathways.find((one: Answer) => one.pathway === pathway)
    expect((await read(pathway)).risk).toEqual(found.risk)
    return found
  }

  test('each row says how near it is to which limit, and what that rests on', async () => {
    const pathway = await scene(`M1A ${days(-13)}`, `M1S ${days(-7)}`)
    expect((await row(pathway)).risk).toEqual({
      state: 'in-time',
      interval: 'start-to-treatment',
      daysLeft: 22,
      slack: 17,
      basis: { kind: 'template', after: 'attendance', on: days(-7), days: 12, source: 'demo-guide' },
      reason: { code: 'slack', slack: 17, unit: 'day' },
    })
  })

  test('a booking after the limit turns the row at once, and an earlier one turns it back', async () => {
    const pathway = await scene(`M1A ${days(-13)}`, `M1S ${days(-7)}`)
    const step = await plan(pathway, { what: 'Theatre', role: 'coordinator', due: days(23), books: 'treatment' })
    const late = await row(pathway)
    expect(late).toMatchObject({
      risk: {
        state: 'will-pass',
        slack: -1,
        reason: { code: 'booked-too-late', milestone: 'treatment', on: days(23), limitDay: days(22), over: 1 },
      },
      nextStep: {
        work: step.work,
        books: 'treatment',
        owner: 'coordinator',
        ownerRole: 'coordinator',
        ownerPerson: null,
        due: days(23),
      },
      noStepReason: null,
    })
    await good(at.ask(coordinator, 'POST', `/api/work/${step.work}/edits`, { due: days(10) }, { 'if-match': '"1"' }))
    expect((await row(pathway)).risk).toMatchObject({ state: 'in-time', slack: 12, basis: { kind: 'booked', on: days(10) } })
    await good(at.ask(coordinator, 'POST', `/api/work/${step.work}/edits`, { books: null }, { 'if-match': '"2"' }))
    expect((await row(pathway)).risk.basis.kind).toBe('template')
  })

  test('of several planned steps the first due is shown, and every booking counts', async () => {
    const pathway = await scene(`M1A ${days(-13)}`, `M1S ${days(-7)}`)
    await plan(pathway, { what: 'Theatre', role: 'coordinator', due: days(20), books: 'treatment' })
    await plan(pathway, { what: 'Call', person: clinician, due: days(1) })
    expect(await row(pathway)).toMatchObject({
      nextStep: { what: 'Call', books: null, owner: 'Invented clinician', ownerRole: null, ownerPerson: clinician },
      risk: { state: 'tight', slack: 2, basis: { kind: 'booked', milestone: 'treatment' } },
    })
  })

  test('page by page the list gives each pathway once; by urgency it begins as the whole of it would, and says how many there are', async () => {
    const { pathways: all, count } = await good(at.ask(coordinator, 'GET', '/api/pathways?pack=demo&limit=5000'))
    expect(count).toBe(all.length)
    expect(count).toBeGreaterThan(2)
    const pages: Answer[] = []
    for (let next: string | null = ''; next !== null; ) {
      const page: Answer = await good(at.ask(coordinator, 'GET', `/api/pathways?pack=demo&limit=2${next === '' ? '' : `&cursor=${next}`}`))
      expect(page.count).toBe(count)
      pages.push(...page.pathways)
      next = page.next
    }
    expect(pages).toEqual(all)
    const first = await good(at.ask(coordinator, 'GET', '/api/pathways?pack=demo&limit=2&order=urgency'))
    expect(first).toMatchObject({ count, next: null })
    expect(first.pathways).toEqual(sortRows(all, 'urgency').slice(0, 2))
  })

  test('a pause that is taken out today shows on its clocks, and not on others', async () => {
    const pathway = await scene(`M1A ${days(-13)}`, `M1S ${days(-7)}`, `M1D ${days(-5)}`, `M1HA ${days(0)}`)
    const paused = await row(pathway)
    expect(paused.clocks.map((clock: Answer) => [clock.interval, clock.paused])).toEqual([
      ['decision-to-treatment', true],
      ['start-to-treatment', true],
    ])
    expect(paused.risk).toMatchObject({
      state: 'paused',
      reason: { code: 'paused', pause: 'other-illness', name: 'Another illness went first' },
    })
    await good(at.ask(coordinator, 'POST', `/api/pathways/${pathway}/entries`, { code: 'M1HB', occurred: days(0) }, { 'if-match': '"4"' }))
    expect((await row(pathway)).clocks.map((clock: Answer) => clock.paused)).toEqual([false, false])
  })

  test('past its limit a pathway stays in the list, and says by how many days', async () => {
    const pathway = await scene(`M1A ${days(-49)}`, `M1S ${days(-46)}`)
    expect(await row(pathway)).toMatchObject({
      risk: { state: 'past', interval: 'start-to-treatment', daysLeft: -14, reason: { code: 'limit-passed', over: 14, unit: 'day' } },
    })
  })

  test('why there is no next step is told until one is planned', async () => {
    const pathway = await scene(`M1A ${days(-13)}`)
    expect(await row(pathway)).toMatchObject({ nextStep: null, noStepReason: null })
    await plan(pathway, { none: 'The patient is abroad.' })
    expect(await row(pathway)).toMatchObject({ nextStep: null, noStepReason: 'The patient is abroad.' })
    await plan(pathway, { what: 'Call', role: 'coordinator', due: days(1) })
    expect(await row(pathway)).toMatchObject({ nextStep: { what: 'Call' }, noStepReason: null })
  })

  test('a pathway proposes its next step from the template', async () => {
    const pathway = await scene(`M1A ${days(-1)}`)
    expect((await read(pathway)).proposedStep).toMatchObject({
      template: 'after-start',
      after: 'start',
      on: days(-1),
      text: { en: 'Book the first attendance', nb: 'Avtal første oppmøte' },
      owner: 'coordinator',
      due: days(2),
      books: 'attendance',
      source: 'demo-guide',
    })
    const { pathway: empty } = await openedPathway(at, coordinator, 2, 'demo')
    expect(await read(empty)).toMatchObject({
      proposedStep: null,
      explanation: null,
      risk: { state: 'no-limit', reason: { code: 'no-clock' } },
    })
  })

  test('a pathway is asked for under the rules of another day, and names what made a difference', async () => {
    const pathway = await scene(`M1A ${days(-40)}`, `M1S ${days(-38)}`)
    const plain = await read(pathway)
    expect(plain.under).toBeNull()
    const { explanation, under } = await good(at.ask(coordinator, 'GET', `/api/pathways/${pathway}?rules=2023-06-01`))
    expect(explanation).toEqual(plain.explanation)
    expect(under.rules).toBe('2023-06-01')
    expect(
      under.clocks.map((clock: Answer) => [clock.interval, clock.now.verdict, clock.under.verdict, clock.because.length]),
    ).toContainEqual(['start-to-treatment', 'overrun', 'running', 1])
    const [because] = under.clocks.find((clock: Answer) => clock.interval === 'start-to-treatment').because
    expect(because).toMatchObject({
      kind: 'limit',
      now: { amount: 35, longest: true, source: 'demo-guide' },
      under: { amount: 42, longest: true, validTo: '2023-12-31' },
    })
    expect((await at.ask(coordinator, 'GET', `/api/pathways/${pathway}?rules=last-year`)).status).toBe(400)
  })

  test('the file holds the state, the slack and the reason of every row', async () => {
    const { body } = await at.ask(coordinator, 'GET', '/api/pathways.csv?pack=demo')
    const lines = body.split('\r\n').filter((line: string) => line !== '')
    const head: string[] = lines.find((line: string) => line.startsWith('pathway,')).split(',')
    for (const name of ['books', 'no next step because', 'state', 'state of', 'days left', 'slack', 'slack rests on', 'reason'])
      expect(head.filter((one) => one === name)).toEqual([name])
    const { pathways } = await good(at.ask(coordinator, 'GET', '/api/pathways?pack=demo&limit=5000'))
    const cells = lines.slice(lines.findIndex((line: string) => line.startsWith('pathway,')) + 1).map((line: string) => line.split(','))
    const told = (name: string) => cells.map((row: string[]) => row[head.indexOf(name)])
    expect(told('state')).toEqual(pathways.map((one: Answer) => one.risk.state))
    expect(told('slack')).toEqual(pathways.map((one: Answer) => String(one.risk.slack)))
    expect(told('reason')).toEqual(pathways.map((one: Answer) => one.risk.reason.code))
    expect(new Set(told('state')).size).toBeGreaterThan(3)
  })

  test('a clock in minutes runs to this very minute', async () => {
    const { pathway } = await openedPathway(at, coordinator, 2, 'sepsis')
    const ago = (minutes: number) => new Date(start.getTime() - minutes * 60_000)
    const triage = ago(30)
    const occurred = dayText(wallTimeOf(Math.floor(triage.getTime() / 1000) as Instant, 'Europe/Amsterdam').day)
    const body = { code: 'ER Sepsis Triage', occurred, occurredAt: triage.toISOString() }
    await good(at.ask(coordinator, 'POST', `/api/pathways/${pathway}/entries`, body, { 'if-match': '"0"' }))
    const antibiotics = async () => {
      const { clocks, risk } = await row(pathway, 'sepsis')
      return { ...clocks.find((clock: Answer) => clock.interval === 'triage-to-antibiotics'), risk }
    }
    expect(await antibiotics()).toMatchObject({
      verdict: 'running',
      day: 30,
      limit: 60,
      risk: { state: 'in-time', reason: { slack: 30, unit: 'minute' } },
    })
    now = ago(-20)
    expect(await antibiotics()).toMatchObject({
      day: 50,
      risk: { state: 'tight', interval: 'triage-to-antibiotics', reason: { slack: 10 } },
    })
    now = ago(-31)
    expect(await antibiotics()).toMatchObject({
      verdict: 'overrun',
      risk: { state: 'past', reason: { code: 'limit-passed', over: 1, unit: 'minute' } },
    })
    now = start
  })
})

describe.each(postgresServers())('the local median over HTTP on $name', ({ url }) => {
  let at: ServiceUnderTest
  let folder: string
  // The middle of a month, so that the months before it are whole wherever it is.
  const start = new Date()
  let now = start
  const today = wallTimeOf(Math.floor(start.getTime() / 1000) as Instant, 'Europe/Oslo').day
  const days = (n: number): string => dayText(addDays(today, n))
  const coordinators: number[] = []
  beforeAll(async () => {
    // A house copy of the demo pack in which the local median is asked for.
    folder = await mkdtemp(join(tmpdir(), 'varde-local-median-'))
    const pack = { id: 'demo-local', version: '1', title: 'Demo with its median', extends: relative(folder, 'packs/demo') }
    const risk = { localMedian: { months: 6, least: 5 } }
    await writeFile(join(folder, 'pack.yaml'), JSON.stringify({ pack: { ...pack, risk } }))
    at = await serviceUnderTest(url, [folder], { now: () => now })
    for (const org of [2, 3]) coordinators.push((await at.person('Invented coordinator', 'coordinator', org)).person)
  })
  afterAll(async () => {
    await at.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** A pathway of another time, as an import brings it. */
  async function imported(org: number, ...entries: readonly string[]): Promise<string> {
    const { pathway } = await openedPathway(at, coordinators[org - 2]!, org, 'demo-local')
    await at.act(
      org,
      ...entries.map((entry) => {
        const [code, occurred = ''] = entry.split(' ')
        const recorded = { recorded: occurred, recordedAt: Date.parse(occurred) / 1000, recorder: 'clinician', place: org }
        return { kind: 'imported' as const, pathway: Number(pathway.split('-')[1]), payload: { code, occurred, ...recorded } }
      }),
    )
    return pathway
  }
  const finished = (org: number, rest: number) => imported(org, `M1A ${days(-50 - rest)}`, `M1S ${days(-45 - rest)}`, `M1TS ${days(-45)}`)
  const listed = async (org: number, pathway: string) => {
    const { body } = await at.ask(coordinators[org - 2], 'GET', '/api/pathways?pack=demo-local')
    return body.pathways.find((row: Answer) => row.pathway === pathway).risk
  }
  const riskOf = async (org: number, pathway: string) => {
    const risk = await listed(org, pathway)
    expect((await at.ask(coordinators[org - 2], 'GET', `/api/pathways/${pathway}`)).body.risk).toEqual(risk)
    return risk
  }
  const month = (monthsAgo: number): string => {
    const [year = 0, of = 1] = dayText(today).split('-').map(Number)
    return new Date(Date.UTC(year, of - 1 - monthsAgo, 1)).toISOString().slice(0, 7)
  }

  test('is that of the house alone, names its basis, and needs enough pathways; computed once a day', async () => {
    for (const rest of [10, 30, 14, 12, 16]) await finished(2, rest)
    for (const rest of [2, 2, 2, 2]) await finished(3, rest)
    const here = await imported(2, `M1A ${days(-13)}`, `M1S ${days(-7)}`)
    const there = await imported(3, `M1A ${days(-13)}`, `M1S ${days(-7)}`)
    // Half of 10, 12, 14, 16, 30 is 14: seven days from now, of the 22 that are left.
    const basis = { kind: 'median', after: 'attendance', on: days(-7), days: 14, median: { of: 5, from: month(6), to: month(1), place: 2 } }
    expect(await riskOf(2, here)).toMatchObject({ state: 'in-time', slack: 15, basis })
    expect(await riskOf(3, there)).toMatchObject({ slack: 17, basis: { kind: 'template', days: 12, tooFew: { of: 4, least: 5 } } })

    await finished(2, 40)
    await finished(3, 2)
    expect((await riskOf(2, here)).basis).toEqual(basis)
    expect((await riskOf(3, there)).basis).toMatchObject({ kind: 'template', tooFew: { of: 4 } })
    now = new Date(start.getTime() + 86_400_000)
    // Nobody waits for those of a new day: until they are there, the last ones are shown.
    expect((await listed(2, here)).basis.median.of).toBeGreaterThanOrEqual(5)
    await expect.poll(async () => (await listed(2, here)).basis).toMatchObject({ days: 15, median: { of: 6 } })
    await expect.poll(async () => (await listed(3, there)).basis).toMatchObject({ kind: 'median', days: 2, median: { of: 5, place: 3 } })
  })
})
