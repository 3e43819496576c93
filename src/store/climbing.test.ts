import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embeddedFolders } from '../../test/support/embedded.ts'
import { postgresServers } from '../../test/support/postgres.ts'
import { type Answer, openedPathway, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'
import { serve } from '../http/serve.ts'
import { readSettings } from '../http/settings.ts'
import { climbOverdue } from './climbing.ts'

const folders = embeddedFolders()

describe.each(postgresServers())('escalations that nobody answers, on $name', ({ url }) => {
  let at: ServiceUnderTest
  let now = new Date('2026-11-20T12:00:00Z')
  const people: Record<'coordinator' | 'clinician' | 'manager' | 'other' | 'elsewhere', number> = {
    coordinator: 0,
    clinician: 0,
    manager: 0,
    other: 0,
    elsewhere: 0,
  }
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/demo'], { now: () => now })
    people.coordinator = (await at.person('Invented coordinator', 'coordinator', 2)).person
    people.clinician = (await at.person('Invented clinician', 'clinician', 2)).person
    people.manager = (await at.person('Invented manager', 'manager', 2)).person
    people.other = (await at.person('Invented coordinator elsewhere', 'coordinator', 3)).person
    people.elsewhere = (await at.person('Invented manager elsewhere', 'manager', 3)).person
  })
  afterAll(() => at.close())

  const post = (person: number, path: string, body: unknown, version?: number) =>
    at.ask(person, 'POST', path, body, version === undefined ? {} : { 'if-match': `"${version}"` })
  const ladder = [
    { toRole: 'clinician', days: 2 },
    { toRole: 'coding-lead', days: 3 },
  ]
  const raised = async (person = people.coordinator, org = 2) => {
    now = new Date('2026-11-20T12:00:00Z')
    const { pathway } = await openedPathway(at, person, org, 'demo')
    const done = await post(person, `/api/pathways/${pathway}/escalations`, { sentence: 'No bed before the limit.', ladder })
    expect(done.status, JSON.stringify(done.body)).toBe(201)
    return done.body.item.work as string
  }
  const read = async (work: string, person = people.coordinator) => (await at.ask(person, 'GET', `/api/work/${work}`)).body

  test('climb without anybody calling: one rung a time that has passed, in every house, and the history says who and why', async () => {
    const [mine, theirs, answered] = [await raised(), await raised(people.other, 3), await raised()]
    await post(people.clinician, `/api/work/${answered}/answers`, { text: 'A bed on Monday.' }, 1)
    expect(await climbOverdue(at.ledger, new Date('2026-11-22T12:00:00Z'))).toBe(0) // the last day to answer
    expect(await climbOverdue(at.ledger, new Date('2026-11-22T23:30:00Z'))).toBe(2) // already the 23rd at the place
    expect(await climbOverdue(at.ledger, new Date('2026-11-23T12:00:00Z'))).toBe(0)
    expect(await read(mine)).toMatchObject({
      state: 'raised',
      owner: { role: 'coding-lead', person: null },
      due: '2026-11-26',
      body: { rung: 1 },
    })
    expect((await read(theirs, people.other)).owner.role).toBe('coding-lead')
    expect((await read(answered)).state).toBe('answered')
    const { acts } = (await at.ask(people.coordinator, 'GET', `/api/work/${mine}/history`)).body
    expect(acts.map((act: Answer) => [act.person, act.role, act.said.because ?? null])).toEqual([
      [people.coordinator, 'coordinator', null],
      [0, 'machine', 'Not answered in time.'],
    ])
    expect(await climbOverdue(at.ledger, new Date('2026-12-20T12:00:00Z'))).toBe(0) // the highest rung
  })

  test('climb once where several services look at the same time', async () => {
    const work = await raised()
    const day = new Date('2026-11-23T12:00:00Z')
    const counts = await Promise.all([climbOverdue(at.ledger, day), climbOverdue(at.ledger, day), climbOverdue(at.ledger, day)])
    expect(counts.reduce((sum, n) => sum + n, 0)).toBe(1)
    expect(await read(work)).toMatchObject({ version: 2, body: { rung: 1 } })
  })

  test('climb in a service that runs, on its own clock', async () => {
    const work = await raised()
    const environment = {
      ...{ VARDE_PORT: '0', VARDE_PACKS: 'demo', VARDE_LOG_LEVEL: 'silent' },
      ...{ VARDE_DATABASE_URL: at.url, VARDE_OWNER_DATABASE_URL: at.url, VARDE_DATA: folders.at('climbing') },
    }
    const settings = readSettings({ environment })
    if (!settings.ok) throw new Error(JSON.stringify(settings.issues))
    let then = new Date('2026-11-21T12:00:00Z')
    const served = await serve({ settings: settings.value, say: () => {}, now: () => then, climbMs: 20 })
    try {
      expect((await read(work)).body.rung).toBe(0)
      then = new Date('2026-11-24T12:00:00Z')
      await expect.poll(async () => (await read(work)).body.rung, { timeout: 20_000 }).toBe(1)
    } finally {
      await served.stop()
    }
  })

  test('and questions are counted by place and role, with the median time to an answer, for those who may count', async () => {
    const report = async (kind: string, person = people.manager, more = '') => {
      const answer = await at.ask(person, 'GET', `/api/${kind}/report?pack=demo${more}`)
      expect(answer.status, JSON.stringify(answer.body)).toBe(200)
      return answer.body.rows as readonly Answer[]
    }
    const { pathway } = await openedPathway(at, people.coordinator, 2, 'demo')
    const ask = async (due?: string) =>
      (
        await post(people.coordinator, `/api/pathways/${pathway}/queries`, {
          question: 'When was it received?',
          role: 'coder',
          ...(due ? { due } : {}),
        })
      ).body.item.work
    const [first, second] = [await ask(), await ask(), await ask('2026-11-19')]
    await post(people.clinician, `/api/work/${first}/answers`, { text: 'On Monday.' }, 1)
    await post(people.coordinator, `/api/work/${second}/drops`, { reason: 'Found.' }, 1)
    const [row, ...others] = await report('queries')
    expect(others).toEqual([])
    expect(row).toMatchObject({ place: 2, role: 'coder', asked: 3, answered: 1, open: 1, overdue: 1, answerRate: 0.5 })
    expect(row.medianHours).toBeGreaterThanOrEqual(0)
    const escalations = await report('escalations')
    expect(new Set(escalations.map(({ place }) => place))).toEqual(new Set([2]))
    expect(escalations.find(({ role }) => role === 'clinician')).toMatchObject({ asked: 1, answered: 1, open: 0, answerRate: 1 })
    expect(escalations.find(({ role }) => role === 'coding-lead')).toMatchObject({ answered: 0, answerRate: 0, medianHours: null })
    // Of one house, whoever was asked: one row, with the counts of all of them together.
    const [whole, ...more] = await report('escalations', people.manager, '&by=place')
    expect(more).toEqual([])
    const sum = (what: string): number => escalations.reduce((n, one) => n + one[what], 0)
    expect(whole).toMatchObject({ place: 2, role: null, asked: sum('asked'), answered: sum('answered'), open: sum('open') })
    expect((await report('escalations', people.elsewhere)).map(({ place }) => place)).toEqual([3])
    expect(await report('queries', people.manager, '&from=2199-01-01')).toEqual([])
    expect(await report('queries', people.elsewhere, '&org=2')).toEqual([])
  })
})
