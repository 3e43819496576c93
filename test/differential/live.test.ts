import assert from 'node:assert'
import fc from 'fast-check'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Courses, startMonthOf } from '../../src/core/bench/courses.ts'
import type { Asking } from '../../src/core/clock/chosen.ts'
import { readClock, readPathway } from '../../src/core/clock/clock.ts'
import type { Entry } from '../../src/core/ledger/entry.ts'
import { type AccountLine, accountOf, listPathways } from '../../src/core/measure/account.ts'
import { cellOf, figuresOf, type Grouped } from '../../src/core/measure/figure.ts'
import type { Pack } from '../../src/core/pack/pack.ts'
import { type PracticeCell, type PracticeTally, tallyPractice, type Way, wayOf } from '../../src/core/practice/tally.ts'
import { addDays, type Day, dayText, periodOf } from '../../src/core/words/day.ts'
import { endOfDay } from '../../src/core/words/instant.ts'
import { findMedians, medianMonths, restsOf } from '../../src/core/work/median.ts'
import { reachedOf, riskOfReading } from '../../src/core/work/propose-step.ts'
import { type ClockAtRisk, riskOf } from '../../src/core/work/risk.ts'
import { installPacks } from '../../src/store/install-packs.ts'
import { openLedger } from '../../src/store/ledger-database.ts'
import { type LiveQuestion, liveAccount, liveCourses, liveFigures } from '../../src/store/live-figures.ts'
import { livePacks } from '../../src/store/live-packs.ts'
import { livePractice } from '../../src/store/live-practice.ts'
import { lineOrder } from '../../src/store/measuring.ts'
import { listMedians } from '../../src/store/medians.ts'
import { migrate } from '../../src/store/migrate.ts'
import { listOpenClocks } from '../../src/store/pathways.ts'
import { operator } from '../support/live-ledger.ts'
import { freshDatabase, postgresServers } from '../support/postgres.ts'
import { randomCase } from './engines.ts'
import { askedDay, randomLedger, randomPack } from './random.ts'

/** How long pathways ran, by month of start: the plain engine's clocks, of the lines that count there. */
function plainCourses(
  pack: Pack,
  indicator: Pack['indicators'][number],
  pathways: ReturnType<typeof listPathways>,
  asking: Asking,
  lines: readonly AccountLine[],
): readonly Courses[] {
  const { within } = indicator
  if (!within) return []
  const found = new Map<string, Courses>()
  for (const line of lines) {
    const month = line.first ? startMonthOf(line) : undefined
    if (month === undefined) continue
    const own = pathways.filter((p) => p.ledger === line.ledger && p.id === line.pathway)
    const reading = own.map((p) => readPathway(pack, p, asking)).find((read) => read.pathway.variant === line.variant)
    const clock = reading && readClock(reading, within)
    assert(clock?.length !== undefined && line.limit !== undefined)
    const course = { start: Number(month.replace('-', '')), length: clock.length, limit: line.limit, finished: line.length !== undefined }
    const key = JSON.stringify(course)
    found.set(key, { ...course, count: (found.get(key)?.count ?? 0) + 1 })
  }
  return [...found.values()].sort(
    (a, b) => a.start - b.start || a.length - b.length || a.limit - b.limit || Number(a.finished) - Number(b.finished),
  )
}

/** The same ledger with pathways and places as numbers, as the live ledger has them, and nothing dated after it was recorded: the door takes no such entry. */
function asLive(entries: readonly Entry[]): readonly Entry[] {
  const places = [...new Set(entries.flatMap((e) => e.place ?? []))].sort()
  const pathways = [...new Set(entries.map((e) => `${e.ledger} ${e.pathway}`))]
  return entries
    .filter((e) => e.occurred <= e.recorded)
    .map((e) => ({
      ...e,
      ledger: e.ledger + 2,
      pathway: String(pathways.indexOf(`${e.ledger} ${e.pathway}`) + 1),
      ...(e.seq % 3 === 0 ? { decider: 'clinician' } : {}),
      ...(e.place === undefined || e.place === '' ? {} : { place: String(100 + places.indexOf(e.place)) }),
    }))
}

/** How an entry came in, drawn by its number. */
const sources = [null, 'message 7', 'proposal 1-2', 'intake', 'Another system (invented)'] as const
const sourceOf = ({ seq }: Entry) => sources[seq % sources.length]!
const wayFor = (entry: Entry): Way => wayOf(sourceOf(entry))

/** The counts of a tally in an order of their own. */
const inOrder = (tally: PracticeTally) =>
  Object.fromEntries(
    Object.entries(tally).map(([list, rows]: [string, readonly object[]]) => [
      list,
      rows.map((row) => JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))))).sort(),
    ]),
  )

async function store(client: Client, entries: readonly Entry[]): Promise<void> {
  const nth = new Map<string, number>()
  const rows = entries.map((e) => {
    const key = `${e.ledger} ${e.pathway}`
    nth.set(key, (nth.get(key) ?? 0) + 1)
    return {
      ledger: e.ledger,
      pathway: Number(e.pathway),
      nth: nth.get(key),
      seq: e.seq + 1,
      pack: 1,
      variant: e.variant ?? null,
      code: e.code,
      occurred: dayText(e.occurred),
      occurred_at: e.occurredAt ?? null,
      recorded: dayText(e.recorded),
      recorded_at: e.recordedAt,
      superseded: e.superseded === undefined ? null : dayText(e.superseded),
      place: e.place === undefined ? null : Number(e.place),
      standing: e.standing,
      value: e.value ?? null,
      person: 0,
      recorder: e.recorder ?? '',
      decider: e.decider ?? null,
      source: sourceOf(e),
      evidence: [],
      passed: [],
    }
  })
  await client.query('TRUNCATE varde.entry, varde.pathway, pack_1.kept_row, pack_1.past_row, pack_1.kept_pause, pack_1.past_pause')
  const columns = Object.keys(rows[0] ?? { ledger: 0 }).join(', ')
  await client.query(`INSERT INTO varde.entry (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::varde.entry, $1)`, [
    JSON.stringify(rows),
  ])
  await client.query('INSERT INTO varde.pathway SELECT DISTINCT ledger, pathway, 1, 1, 2, 0, now() FROM varde.entry')
}

/** All pathways of an indicator; those of one period of one kind of pathway. */
function practiceCells(lines: readonly AccountLine[], seed: number): readonly PracticeCell[] {
  const whole: PracticeCell = { period: null, kind: 'month', variant: null }
  const some = lines[seed % Math.max(1, lines.length)]
  return some ? [whole, { ...whole, period: periodOf(some.periodDay, 'month'), variant: seed % 2 === 0 ? some.variant : null }] : [whole]
}

const sorted = (lines: readonly AccountLine[]) =>
  [...lines]
    .map(({ place, ...line }) => ({ ...line, place }))
    .sort(lineOrder)
    .map((line) => Object.fromEntries(Object.entries(line).sort(([a], [b]) => (a < b ? -1 : 1))))

/** The kept tables as sets of rows. */
async function layer(client: Client): Promise<unknown> {
  const out: Record<string, unknown> = {}
  for (const table of ['kept_row', 'past_row', 'kept_pause', 'past_pause']) {
    const { rows } = await client.query<{ row: string }>(`SELECT to_json(t)::text AS row FROM pack_1.${table} t`)
    out[table] = rows.map((r) => r.row).sort()
  }
  return out
}

/** What the list of open pathways is made from: of each pathway with a clock that runs, every clock, its pause, and the newest milestone reached. */
function openPlain(content: Pack, entries: readonly Entry[], asking: Asking) {
  return listPathways(content, entries).flatMap((pathway) => {
    const reading = readPathway(content, pathway, asking)
    const clocks = content.intervals.flatMap((interval) => readClock(reading, interval) ?? [])
    const runs = clocks.some((clock) => clock.start && !clock.stop && clock.verdict !== 'not-applicable')
    return [
      {
        key: `${pathway.ledger} ${pathway.id} ${reading.pathway.variant}`,
        runs,
        reached: reachedOf(reading),
        clocks: clocks.map(told),
        reading,
      },
    ]
  })
}
const told = (clock: ClockAtRisk) => ({
  interval: clock.interval.id,
  verdict: clock.verdict,
  reason: clock.reason,
  start: clock.start?.day,
  stop: clock.stop?.day,
  ...(clock.verdict === 'running' || clock.verdict === 'overrun'
    ? { length: clock.length, limit: clock.limitAmount, limitDay: clock.limitDay, pausedBy: clock.pausedBy?.id }
    : {}),
})

const cases = process.env['SOAK'] ? 400 : 6

describe.each(postgresServers())('the live layer on $name', ({ url }) => {
  let client: Client
  let drop: () => Promise<void>
  let address: string
  beforeAll(async () => {
    const fresh = await freshDatabase(url)
    drop = fresh.drop
    address = fresh.url
    await migrate(address)
    client = new Client(address)
    await client.connect()
    await client.query(
      `SET timezone = 'UTC'; INSERT INTO varde.organisation SELECT n, NULL, 'hospital', 'h' || n, 'UTC', n FROM generate_series(1, 200) n`,
    )
  })
  afterAll(async () => {
    await client.end()
    await drop()
  })

  test('the list of open pathways has the clocks, the pauses going on, the milestone reached, the local medians and the risk of the plain engine', async () => {
    const reached = { open: 0, paused: 0, milestones: 0, medians: 0, ofMore: 0, states: new Set<string>(), bases: new Set<string>() }
    await fc.assert(
      fc.asyncProperty(randomCase, async (c) => {
        const drawn = randomPack(c.seed)
        const content = { ...drawn, id: 'random', risk: { ...drawn.risk, localMedian: { months: 24 + (c.seed % 96), least: 2 } } } as Pack
        const entries = asLive(randomLedger(content, c.seed, c.raw, c.plain))
        const [installed] = await installPacks(address, [{ folder: 'random', content }])
        assert(installed)
        await store(client, entries)
        await client.query('SELECT pack_1.keep_history(ledger, array_agg(pathway)) FROM varde.pathway GROUP BY ledger')
        const live = livePacks([installed]).all[0]!
        const ledgers = [...new Set(entries.map((e) => e.ledger))]
        const last = Math.max(...entries.map((e) => Math.max(e.recorded, e.superseded ?? 0)), askedDay(c.seed, c.offset)) as Day
        const asking = { asOf: last, asOfAt: endOfDay(last, content.zone) }
        const plain = openPlain(content, entries, asking)
        const database = openLedger({ url: address, connections: 1 })
        try {
          const rows = await database.as(operator(ledgers, [1]), (s) => listOpenClocks(s, live, ledgers, asking))
          const ours = new Map(rows.map((row) => [`${row.ledger} ${row.pathway} ${row.variant}`, row]))
          const months = medianMonths(last, content.risk.localMedian!.months)
          const locals = await database.as(operator(ledgers, [1]), (s) => listMedians(s, live, ledgers, months))
          const inOrder = (rests: ReturnType<typeof findMedians>) =>
            rests.toSorted((a, b) =>
              a.variant < b.variant ? -1 : a.variant > b.variant ? 1 : a.interval - b.interval || a.after - b.after,
            )
          for (const { place, rests } of locals) {
            const readings = plain.flatMap(({ reading }) => (reading.pathway.ledger === place ? [reading] : []))
            assert.deepStrictEqual(inOrder(rests), inOrder(findMedians(readings, months)), `the medians of ledger ${place}`)
            reached.medians += rests.length
            reached.ofMore += rests.filter((rest) => rest.of > 1).length
            // What may be asked for and is not there has no pathways, not none counted.
            assert(rests.every((rest) => restsOf(content).some((one) => one.interval === rest.interval && one.after === rest.after)))
          }
          for (const { key, runs, clocks, reached: newest, reading } of plain) {
            const row = ours.get(key)
            if (!row) {
              assert(!runs, `an open pathway is not in the list: ${JSON.stringify(clocks)}`)
              continue
            }
            assert.deepStrictEqual(row.atRisk.map(told), clocks)
            assert.deepStrictEqual(row.reached, newest)
            const bookings = content.slots.slice(0, 3).map(({ id }, i) => ({ milestone: id, on: addDays(last, (c.seed % 9) + i) }))
            const { variant, atRisk } = row
            const local = locals.find(({ place }) => place === row.ledger)
            const risk = riskOf({ pack: content, variant, today: last, clocks: atRisk, bookings, reached: row.reached, local })
            assert.deepStrictEqual(risk, riskOfReading(reading, bookings, local))
            reached.bases.add(risk.basis.kind)
            reached.open++
            reached.states.add(risk.state)
            if (row.clocks.some(({ paused }) => paused)) reached.paused++
            if (newest) reached.milestones++
          }
        } finally {
          await database.close()
        }
      }),
      { numRuns: cases * 3, seed: 20260307, endOnFailure: true },
    )
    expect(reached.open).toBeGreaterThan(100)
    expect(reached.paused).toBeGreaterThan(5)
    expect(reached.milestones).toBeGreaterThan(100)
    expect(reached.medians).toBeGreaterThan(100)
    expect(reached.ofMore).toBeGreaterThan(8)
    expect([...reached.states]).toEqual(expect.arrayContaining(['past', 'paused', 'no-limit']))
  }, 600_000)

  test('figures and accounts, now and as known on past days, are those of the plain engine; followed entry by entry it is the same layer', async () => {
    const reached = { past: 0, lines: 0, cells: 0, versions: 0, courses: 0, practice: 0, habits: 0, unfinished: 0, inTime: 0 }
    await fc.assert(
      fc.asyncProperty(randomCase, async (c) => {
        const content = { ...randomPack(c.seed), id: 'random' } as Pack
        const entries = asLive(randomLedger(content, c.seed, c.raw, c.plain))
        const [installed] = await installPacks(address, [{ folder: 'random', content }])
        assert(installed)
        await store(client, entries)
        const pathways = [...new Map(entries.map((e) => [`${e.ledger} ${e.pathway}`, e])).values()]
        const ledgers = [...new Set(pathways.map((e) => e.ledger))]
        for (const ledger of ledgers)
          await client.query('SELECT pack_1.keep_history($1, $2)', [
            ledger,
            pathways.filter((e) => e.ledger === ledger).map((e) => Number(e.pathway)),
          ])
        const whole = await layer(client)
        const live = livePacks([installed]).all[0]!
        const all = operator(ledgers, [1])
        const database = openLedger({ url: address, connections: 1 })
        try {
          const last = Math.max(...entries.map((e) => Math.max(e.recorded, e.superseded ?? 0)), askedDay(c.seed, c.offset)) as Day
          const days = [last, askedDay(c.seed, c.offset), addDays(last, -20)]
          for (const [i, day] of days.entries()) {
            const asking = { asOf: day, asOfAt: endOfDay(day, content.zone) }
            const grouped: Grouped = {
              by: new Set((['place', 'period', 'variant'] as const).filter((_, part) => (c.by >> part) % 2 === 0)),
              period: 'month',
            }
            const question: LiveQuestion = { live, ledgers, asking, when: i === 0 ? 'now' : 'past', grouped }
            const plain = listPathways(content, entries)
            for (const indicator of content.indicators.filter((x) => x.unknown === undefined)) {
              const lines = accountOf(content, indicator, plain, asking)
              const ours = await database.as(all, (s) => liveAccount(s.rows, question, indicator))
              assert.deepStrictEqual(sorted(ours), sorted(lines), `account of ${indicator.id} as known on ${dayText(day)}`)
              const figures = await database.counting(all, (rows) => liveFigures(rows, question, [indicator]))
              assert.deepStrictEqual(
                JSON.parse(JSON.stringify(figures)),
                JSON.parse(JSON.stringify(figuresOf(indicator, lines, grouped))),
                `figures of ${indicator.id}`,
              )
              const courses = await database.counting(all, (rows) =>
                liveCourses(rows, question, indicator, { place: null, period: null, variant: null }),
              )
              assert.deepStrictEqual(courses, plainCourses(content, indicator, plain, asking, lines), `courses of ${indicator.id}`)
              reached.courses += courses.length
              for (const cell of practiceCells(lines, c.seed)) {
                const { grouped: _, ...asked } = question
                const practice = await database.counting(all, (rows) => livePractice(rows, asked, indicator, cell))
                assert.deepStrictEqual(
                  inOrder(practice),
                  inOrder(tallyPractice(content, indicator, plain, { asking, cell, wayFor })),
                  `practice of ${indicator.id} as known on ${dayText(day)}`,
                )
                reached.practice += practice.codes.length
                reached.habits += practice.starts.length
                reached.unfinished += practice.pathways.reduce((sum, { notCoded, doubt }) => sum + notCoded + doubt, 0)
                reached.inTime += practice.months.reduce((sum, { inTime }) => sum + inTime, 0)
              }
              const some = lines[c.seed % Math.max(1, lines.length)]
              if (some) {
                const cell = cellOf(some, grouped)
                const inCell = lines.filter((line) => JSON.stringify(cellOf(line, grouped)) === JSON.stringify(cell))
                assert.deepStrictEqual(
                  sorted(await database.as(all, (s) => liveAccount(s.rows, question, indicator, cell))),
                  sorted(inCell),
                  `one cell of ${indicator.id}`,
                )
                assert.deepStrictEqual(
                  JSON.parse(JSON.stringify(await database.counting(all, (rows) => liveFigures(rows, question, [indicator], cell)))),
                  JSON.parse(JSON.stringify(figuresOf(indicator, inCell, grouped))),
                  `the figure of one cell of ${indicator.id}`,
                )
                reached.cells += inCell.length
              }
              reached.lines += lines.length
              if (i > 0) reached.past += lines.length
            }
          }
        } finally {
          await database.close()
        }
        // Entry by entry, day by day, as `act` does it.
        await client.query('TRUNCATE pack_1.kept_row, pack_1.past_row, pack_1.kept_pause, pack_1.past_pause')
        const { rows: changes } = await client.query<{ ledger: number; pathway: number; day: string }>(
          `SELECT DISTINCT ledger, pathway, d.day::text AS day FROM varde.entry, LATERAL (VALUES (recorded), (superseded)) d (day) WHERE d.day IS NOT NULL ORDER BY 3, 1, 2`,
        )
        for (const { ledger, pathway, day } of changes)
          await client.query(
            "SELECT varde.follow(1, d, (d + 1) * 86400::bigint, $1, $2) FROM (SELECT $3::date - DATE '1970-01-01' AS d) d",
            [ledger, pathway, day],
          )
        reached.versions += changes.length
        assert.deepStrictEqual(await layer(client), whole, 'followed entry by entry')
      }),
      { numRuns: cases, seed: 20260307 },
    )
    for (const n of Object.values(reached)) expect(n).toBeGreaterThan(100)
  }, 600_000)
})
