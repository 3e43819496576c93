import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, postgresServers } from '../../test/support/postgres.ts'
import { checkDigit } from '../core/demonstration/identity.ts'
import type { PlannedPathway, RegionPlan } from '../core/demonstration/make-region.ts'
import { roles } from '../core/rights/rights.ts'
import { addDays, dayText, readDay } from '../core/words/day.ts'
import { openDemonstration, planRegions, type RegionSource, readRegionSources } from './demonstration.ts'
import { type InstalledPack, installPacks, rebuildKept } from './install-packs.ts'
import { type Actor, canonical, type LedgerDatabase, openLedger } from './ledger-database.ts'
import { type LoadedRegions, loadRegions } from './load-regions.ts'
import { migrate } from './migrate.ts'
import { connectClient } from './postgres.ts'

const today = readDay('2026-11-25')!
let sources: readonly RegionSource[] = []
beforeAll(async () => {
  sources = await readRegionSources()
})

const pathwaysOf = (plan: RegionPlan): readonly PlannedPathway[] => plan.ledgers.flatMap((ledger) => ledger.pathways)
const digestOf = (plans: readonly RegionPlan[]): string =>
  createHash('sha256')
    .update(canonical(plans.map(({ ledgers }) => ledgers)))
    .digest('hex')

describe('what the demonstration holds', () => {
  let plans: readonly RegionPlan[] = []
  beforeAll(() => {
    plans = planRegions(sources, 3200, today)
  })

  test('is decided by the seed and the day alone', () => {
    const small = () => planRegions(sources, 60, today)
    expect(digestOf(small())).toBe(digestOf(small()))
    expect(digestOf(planRegions(sources, 60, addDays(today, 1)))).not.toBe(digestOf(small()))
  })

  test('about 3,000 patients in two regions, somebody in every role of each', () => {
    const patients = plans.flatMap(({ ledgers }) => ledgers.flatMap((ledger) => ledger.patients)).length
    expect(patients).toBeGreaterThan(2800)
    expect(patients).toBeLessThan(3200)
    for (const { region } of plans) expect([...new Set(region.people.map((person) => person.role))].sort()).toEqual([...roles].sort())
  })

  test('every hospital has pathways in every state of a clock', () => {
    for (const plan of plans)
      for (const hospital of plan.region.organisations.filter((org) => org.kind === 'hospital')) {
        const seen = new Set(pathwaysOf(plan).flatMap(({ org, verdicts }) => (org === hospital.id ? verdicts : [])))
        expect([hospital.name, ...['met', 'missed', 'overrun', 'running', 'unknown'].filter((v) => !seen.has(v as never))]).toEqual([
          hospital.name,
        ])
      }
  })

  test('nobody in it can be taken for a person: identity numbers are impossible, names and letters say that they are invented', () => {
    for (const { region, ledgers } of plans) {
      const numbers = ledgers.flatMap((ledger) => ledger.patients.map((patient) => patient.nationalId))
      expect(new Set(numbers).size).toBe(numbers.length)
      for (const number of numbers)
        if (region.patients.identity === 'month-00') expect(number).toMatch(/^\d\d00\d{7}$/)
        else {
          expect(number).toMatch(/^999\d{7}$/)
          expect(Number(number.at(-1))).not.toBe(checkDigit(number.slice(0, 9)))
        }
      for (const ledger of ledgers) for (const { name } of ledger.patients) expect(name).toMatch(/ (Prøve|Sample)/)
      for (const { letters } of ledgers.flatMap((ledger) => ledger.pathways))
        for (const { title, body } of letters) {
          expect(title).toMatch(/\((oppdiktet|invented)\)/)
          expect(body).toMatch(/^(OPPDIKTET|INVENTED) /)
          expect(body).not.toMatch(/[{}[\]]/)
        }
    }
  })

  test('an entry rests on the sentence of its letter that names its day', () => {
    for (const plan of plans) {
      const resting = pathwaysOf(plan).flatMap(({ entries, letters }) =>
        entries.flatMap(({ evidence, payload }) =>
          evidence
            ? [
                {
                  code: String(payload['code']),
                  day: String(payload['occurred']),
                  sentence: letters[evidence.letter]!.body.slice(evidence.span.from, evidence.span.to),
                },
              ]
            : [],
        ),
      )
      expect(resting.length).toBeGreaterThan(1000)
      // One hospital dates the start by the assessment: its letters say when the referral came.
      const [assessed, others] = [resting.filter(({ code }) => code.endsWith('AV')), resting.filter(({ code }) => !code.endsWith('AV'))]
      for (const { day, sentence } of others) expect(sentence).toContain(day)
      for (const { day, sentence } of assessed) expect(String(/\d{4}-\d{2}-\d{2}/.exec(sentence)) <= day).toBe(true)
    }
  })

  test('has what a ledger of people has: late, corrected, withdrawn and doubted entries, each with its reason', () => {
    for (const plan of plans) {
      const entries = pathwaysOf(plan).flatMap((pathway) => pathway.entries)
      const some = (what: string, is: (entry: (typeof entries)[number]) => boolean, least: number) =>
        expect([what, entries.filter(is).length >= least]).toEqual([what, true])
      some(
        'late',
        ({ payload }) => Date.parse(String(payload['recorded'])) - Date.parse(String(payload['occurred'])) > 20 * 86_400_000,
        300,
      )
      some('corrected', ({ kind, about, payload }) => kind === 'imported' && about !== undefined && payload['reason'] !== undefined, 40)
      some('withdrawn', ({ kind, about, payload }) => kind === 'withdrawn' && about !== undefined && payload['reason'] !== undefined, 20)
      some('on another’s word', ({ payload }) => payload['decider'] === 'clinician' && payload['behalf'] !== undefined, 500)
      some('let stand with a reason', ({ payload }) => payload['standing'] === 'let-stand' && payload['reason'] !== undefined, 10)
      for (const standing of ['likely', 'asked', 'unknown']) some(standing, ({ payload }) => payload['standing'] === standing, 10)
      for (const { payload } of entries) expect(String(payload['recorded']) <= dayText(today)).toBe(true)
    }
  })

  test('the patient chose to wait, care went on elsewhere', () => {
    const codes = plans.map((plan) => new Set(pathwaysOf(plan).flatMap(({ entries }) => entries.map(({ payload }) => payload['code']))))
    expect(['Z01L', 'Z01LS', 'Z01M', 'A12O'].filter((code) => !codes[0]!.has(code))).toEqual([])
    expect(['ADJUST-TREATMENT-8', 'ADJUST-FIRST-SEEN-3', 'TRANSFER', 'UPGRADE'].filter((code) => !codes[1]!.has(code))).toEqual([])
    for (const plan of plans)
      expect(pathwaysOf(plan).some(({ org, entries }) => entries.some(({ place }) => place !== undefined && place !== org))).toBe(true)
  })

  test('lists look lived in: next steps, pathways without one, questions, escalations', () => {
    for (const plan of plans)
      for (const { org, pathways } of plan.ledgers) {
        const open = pathways.filter(({ verdicts }) => verdicts.includes('running') || verdicts.includes('overrun'))
        const having = (kind: string, state: string) =>
          open.filter(({ work }) => work.some((w) => w.kind === kind && w.state === state)).length
        expect([org, open.length >= 20]).toEqual([org, true])
        const planned = having('next-step', 'planned')
        expect([org, planned > open.length / 2 && planned < open.length]).toEqual([org, true])
        for (const [kind, state] of [
          ['query', 'asked'],
          ['note', 'written'],
          ['escalation', 'raised'],
        ] as const)
          expect([org, kind, having(kind, state) > 0]).toEqual([org, kind, true])
      }
  })
})

describe.each(postgresServers())('the demonstration in $name', ({ url }) => {
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let ledger: LedgerDatabase
  let packs: readonly InstalledPack[]
  let loaded: LoadedRegions
  beforeAll(async () => {
    database = await freshDatabase(url)
    await migrate(database.url)
    packs = await installPacks(
      database.url,
      sources.map(({ folder, pack }) => ({ folder, content: pack })),
    )
    ledger = openLedger({ url: database.url })
    loaded = await loadRegions({ ownerUrl: database.url, ledger, packs }, planRegions(sources, 60, today))
  })
  afterAll(async () => {
    await ledger.close()
    await database.drop()
  })

  const owner = async <T>(task: (rows: (sql: string, params?: readonly unknown[]) => Promise<Record<string, unknown>[]>) => Promise<T>) => {
    const client = await connectClient(database.url)
    try {
      return await task(async (sql, params = []) => (await client.query(sql, [...params])).rows)
    } finally {
      await client.end()
    }
  }
  const actorOf = async (person: number, role: Actor['role']): Promise<Actor> => ({ person, role, ...(await ledger.standingOf(person)) })
  const accountOf = (role: Actor['role'], region: string) => loaded.accounts.find((a) => a.role === role && a.region === region)!

  test('every chain holds', async () => {
    const found = await owner((rows) =>
      rows(`SELECT h.ledger, h.chain, p.problem FROM varde.log_head h, LATERAL varde.chain_problems(h.ledger, h.chain, 1) p`),
    )
    expect(found).toEqual([])
    const [heads] = await owner((rows) => rows(`SELECT count(*)::int AS n FROM varde.log_head WHERE chain = 'act' AND seq > 0`))
    expect(heads).toEqual({ n: 13 }) // the installation's, 2 nations, 2 regions, 5 trusts, 3 practices
  })

  test('the kept layer is what making it again gives', async () => {
    for (const { pack } of packs) {
      const client = await connectClient(database.url)
      try {
        const layer = async () => {
          const all = []
          for (const table of ['kept_row', 'past_row', 'kept_pause', 'past_pause'])
            all.push((await client.query(`SELECT to_jsonb(t)::text AS row FROM pack_${pack}.${table} t ORDER BY 1`)).rows)
          return all
        }
        const before = await layer()
        expect(before[0]!.length).toBeGreaterThan(20)
        expect(before[1]!.length).toBeGreaterThan(100)
        await client.query('BEGIN')
        await rebuildKept(client, pack, () => {})
        expect(await layer()).toEqual(before)
        await client.query('ROLLBACK')
      } finally {
        await client.end()
      }
    }
  })

  test('a coordinator sees the pathways of one trust and of no other', async () => {
    const coordinator = accountOf('coordinator', 'norland')
    const rows = await ledger.as(await actorOf(coordinator.person, 'coordinator'), (session) =>
      session.rows('SELECT DISTINCT p.ledger FROM pathway p JOIN entry e USING (ledger, pathway) JOIN identity i USING (ledger, patient)'),
    )
    expect(rows).toEqual([{ ledger: coordinator.org }])
  })

  test('work is done by those whose work it is, and whoever brought the past in has no rights left', async () => {
    const [work] = await owner((rows) =>
      rows(
        `SELECT count(*)::int AS n FROM varde.work w JOIN varde.role_held h ON h.person = w.opened_by AND h.role = 'coordinator' JOIN varde.organisation o ON o.org = h.org AND o.ledger = w.ledger`,
      ),
    )
    const [all] = await owner((rows) => rows('SELECT count(*)::int AS n FROM varde.work'))
    expect(work).toEqual(all)
    expect(Number(all?.['n'])).toBeGreaterThan(5)
    const loaders = await owner((rows) =>
      rows(`SELECT DISTINCT l.person, x.active, (SELECT count(*)::int FROM varde.role_held h WHERE h.person = l.person) AS roles
            FROM varde.log l JOIN varde.person x USING (person) WHERE l.kind = 'imported'`),
    )
    expect(loaders.length).toBe(2)
    for (const loader of loaders) expect(loader).toMatchObject({ active: false, roles: 0 })
  })

  test('numbers go on after those of the demonstration', async () => {
    const [next] = await ledger.rows(`SELECT nextval('person_number')::int > max(person) AS person FROM person`)
    const [org] = await ledger.rows(`SELECT nextval('organisation_number')::int > max(org) AS org FROM organisation`)
    expect({ ...next, ...org }).toEqual({ person: true, org: true })
  })

  test('a database in which somebody is already is left alone', async () => {
    await expect(loadRegions({ ownerUrl: database.url, ledger, packs }, planRegions(sources, 4, today))).rejects.toMatchObject({
      issues: [{ code: 'store/unusable' }],
    })
  })

  test('a day of recording that is not now takes the right to import', async () => {
    const coordinator = accountOf('coordinator', 'norland')
    const actor = await actorOf(coordinator.person, 'coordinator')
    const dated = { code: 'A12S', occurred: '2026-01-02', recorded: '2026-01-03', place: coordinator.org }
    const write = ledger.as(actor, (session) =>
      session.act(coordinator.org, [{ key: 'dated-back', kind: 'recorded', pathway: 1, payload: dated }]),
    )
    await expect(write).rejects.toMatchObject({ issues: [{ code: 'ledger/not-allowed' }] })
  })
})

describe('a folder with the demonstration', () => {
  let home = ''
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'varde-demonstration-'))
  })
  afterAll(() => rm(home, { recursive: true, force: true, maxRetries: 5 }))
  const at = (dir: string, more: { day?: number; fresh?: boolean } = {}) =>
    openDemonstration({
      dir: join(home, dir),
      cache: join(home, 'cache'),
      pathways: 20,
      durable: false,
      today: addDays(today, more.day ?? 0),
      fresh: more.fresh ?? false,
    })
  const ask = async (url: string, sql: string): Promise<unknown> => {
    const client = await connectClient(url)
    try {
      return (await client.query(sql)).rows[0]?.answer
    } finally {
      await client.end()
    }
  }
  const nameOf = (url: string) => ask(url, 'SELECT name AS answer FROM varde.person WHERE person = 1')

  test('goes on where it was left, is copied to another, and begins again only when asked', { timeout: 180_000 }, async () => {
    const unfinished = join(home, 'cache', 'making-abcdef')
    await mkdir(unfinished, { recursive: true })
    await utimes(unfinished, 0, 0)
    const first = await at('one')
    expect((await readdir(join(home, 'cache'))).length).toBe(1)
    expect(first.madeFor).toBe(dayText(today))
    expect(await ask(first.server.url, 'SELECT count(*)::int AS answer FROM varde.pathway')).toBe(20)
    await ask(first.server.url, `UPDATE varde.person SET name = 'changed (invented)' WHERE person = 1`)
    await first.stop()

    const again = await at('one', { day: 7 })
    expect(await nameOf(again.server.url)).toBe('changed (invented)')
    expect([again.madeFor, again.accounts]).toEqual([first.madeFor, first.accounts])
    await again.stop()

    const copy = await at('two', { day: 7 })
    expect([copy.madeFor, copy.server.url === again.server.url]).toEqual([dayText(today), false])
    await copy.stop()

    const fresh = await at('one', { fresh: true })
    expect(await nameOf(fresh.server.url)).not.toMatch(/changed/)
    await fresh.stop()
  })

  test('a database that is no demonstration is left alone, even when a fresh one is asked for', async () => {
    const real = join(home, 'real', 'data')
    await mkdir(real, { recursive: true })
    await writeFile(join(real, 'PG_VERSION'), '18')
    for (const fresh of [false, true]) await expect(at('real', { fresh })).rejects.toMatchObject({ issues: [{ code: 'store/unusable' }] })
    expect(await readdir(real)).toEqual(['PG_VERSION'])
  })

  test.runIf(process.env['SOAK'])('the whole of it, with every chain holding', { timeout: 600_000 }, async () => {
    const lines: string[] = []
    const whole = await openDemonstration({
      dir: join(home, 'whole'),
      cache: join(home, 'cache'),
      today,
      onProgress: (line) => lines.push(line),
    })
    const client = await connectClient(whole.server.url)
    const problems = await client.query(`SELECT p.* FROM varde.log_head h, LATERAL varde.chain_problems(h.ledger, h.chain, 1) p`)
    const counts = await client.query(
      'SELECT (SELECT count(*)::int FROM varde.patient) AS patients, (SELECT count(*)::int FROM varde.entry) AS entries',
    )
    await client.end()
    await whole.stop()
    expect(problems.rows).toEqual([])
    expect(counts.rows[0].patients).toBeGreaterThan(2800)
    expect(counts.rows[0].entries).toBeGreaterThan(20_000)
    expect(lines.at(-1)).toBe('Starting the database')
    const later = await at('whole', { day: 7, fresh: true })
    expect(later.madeFor).toBe(dayText(addDays(today, 7)))
    await later.stop()
  })
})
