import { createHash } from 'node:crypto'
import { firstMonthOf, type MetAndMissed, type Vintage } from '../core/bench/vintages.ts'
import { wholeWeight } from '../core/measure/account.ts'
import type { Cell } from '../core/measure/figure.ts'
import type { Indicator } from '../core/pack/pack.ts'
import { type Day, dayText, periodDays, periodOf } from '../core/words/day.ts'
import { endOfDay } from '../core/words/instant.ts'
import { getOrMake } from '../core/words/lookup.ts'
import { compileVintage } from '../sql/account.ts'
import { cellFilter, keptRelations, packSchema } from '../sql/kept.ts'
import { quoteName } from '../sql/name.ts'
import { bound, type Row } from './database.ts'
import { packDigest } from './install-packs.ts'
import type { Actor, LedgerDatabase, Session } from './ledger-database.ts'
import type { LivePack } from './live-packs.ts'

/** One indicator in some ledgers, of which past days are asked. */
export interface VintageQuestion {
  readonly live: LivePack
  readonly ledgers: readonly number[]
  readonly indicator: Indicator
  /** The newest first. */
  readonly days: readonly Day[]
}

/** How many of the days are kept already. `of`: those that hold anything, as far as is known. */
export interface VintagesRead {
  readonly read: number
  readonly of: number
}

const digests = new WeakMap<Indicator, string>()
/** What tells the rules, and the text that counts by them, from any other. */
function digestOf({ live, indicator }: VintageQuestion): string {
  const known = digests.get(indicator)
  if (known !== undefined) return known
  const made = createHash('sha256')
    .update(JSON.stringify([packDigest(live.pack, live.content), textOf(live, indicator)]))
    .digest('hex')
  digests.set(indicator, made)
  return made
}

/** The days are $4 to $5; $6, a place, is not asked for. */
function textOf(live: LivePack, indicator: Indicator): string {
  const anyMonths = { from: 0 as Day, to: 0 as Day } // only whether there are any makes a difference to the text
  const { with: relations, rows } = keptRelations(live.plan, 'past', cellFilter(live.plan, indicator, anyMonths))
  return `${relations}${compileVintage(live.plan, indicator, rows)}`
}

/** Kept, by these rules, and nothing was said of that day or one before it since. */
const standing = `v.ledger = ANY ($1::int[]) AND v.pack = $2 AND v.indicator = $3 AND v.digest = $4
  AND NOT EXISTS (SELECT 1 FROM varde.retold r WHERE r.ledger = v.ledger AND r.pack = v.pack AND r.day <= v.known_on AND r.seq > v.seq)`
const standingParams = (question: VintageQuestion): readonly unknown[] => [
  question.ledgers,
  question.live.pack,
  question.indicator.id,
  digestOf(question),
]

interface Missing extends VintagesRead {
  /** Of each day the ledgers that have to be read, the newest first; days on which nothing was missing are left out. */
  readonly missing: readonly { readonly day: Day; readonly ledgers: readonly number[] }[]
}

/** Before a day on which a ledger held nothing it held nothing either: those need not be read. */
async function findMissing(rows: Session['rows'], question: VintageQuestion): Promise<Missing> {
  const found = await rows(
    `SELECT v.ledger, v.known_on::text AS day, cardinality(v.period) = 0 AS empty FROM varde.vintage v WHERE ${standing}`,
    standingParams(question),
  )
  const kept = new Set(found.map((row) => `${row['ledger']} ${row['day']}`))
  const nothingBy = new Map(question.ledgers.map((ledger) => [ledger, '']))
  for (const { ledger, day, empty } of found as readonly { ledger: number; day: string; empty: boolean }[]) // columns are named so
    if (empty && day > nothingBy.get(ledger)!) nothingBy.set(ledger, day)
  const walked = question.days
    .map((day) => ({ day, going: question.ledgers.filter((ledger) => nothingBy.get(ledger)! < dayText(day)) }))
    .map(({ day, going }) => ({ day, going, ledgers: going.filter((ledger) => !kept.has(`${ledger} ${dayText(day)}`)) }))
    .filter(({ going }) => going.length > 0)
  const missing = walked.filter(({ ledgers }) => ledgers.length > 0)
  return { read: walked.length - missing.length, of: walked.length, missing }
}

export async function vintagesRead(rows: Session['rows'], question: VintageQuestion): Promise<VintagesRead> {
  const { read, of } = await findMissing(rows, question)
  return { read, of }
}

/** What a day's vintage of one ledger holds, and how far the ledger had come when it was counted. */
interface Counted {
  readonly ledger: number
  readonly seq: number
  readonly cells: readonly Row[]
}

async function countVintage(
  rows: Session['rows'],
  { live, indicator }: VintageQuestion,
  day: Day,
  ledgers: readonly number[],
): Promise<readonly Counted[]> {
  await rows(`SET LOCAL search_path = ${quoteName(packSchema(live.pack))}, varde`)
  // First how far each had come, then what it holds: what came in between makes the vintage older than it is, never newer.
  const heads = await rows('SELECT ledger, seq FROM varde.heads($1)', [ledgers])
  const first = firstMonthOf(day)
  const asked = [
    day,
    endOfDay(day, live.content.zone),
    ledgers,
    periodDays(first, 'month')[0],
    periodDays(periodOf(day, 'month'), 'month')[1],
    null,
    first,
  ]
  const { sql, params } = bound<unknown>(textOf(live, indicator), asked)
  const cells = Map.groupBy(await rows(sql, params), (row) => Number(row['ledger']))
  return heads.map((head) => {
    const ledger = Number(head['ledger'])
    return { ledger, seq: Number(head['seq']), cells: cells.get(ledger) ?? [] }
  })
}

/** What is being read now: whoever asks for the same meanwhile waits for it, and goes on from there. */
const turns = new Map<string, Promise<unknown>>()
async function inTurn<T>(key: string, task: () => Promise<T>): Promise<T> {
  const before = turns.get(key)
  const mine = (async () => {
    await before?.catch(() => {}) // whoever was before has been told
    return task()
  })()
  turns.set(key, mine)
  try {
    return await mine
  } finally {
    if (turns.get(key) === mine) turns.delete(key)
  }
}

/**
 * Reads some of the days that are missing, with the rights of whoever asks, the newest first, and keeps them: one at least, and no other is begun when
 * the time is up. Each day is a transaction of its own, so nothing is held while people wait.
 */
export async function readVintages(
  ledger: LedgerDatabase,
  actor: Actor,
  question: VintageQuestion,
  budgetMs: number,
): Promise<VintagesRead> {
  const until = performance.now() + budgetMs
  return inTurn(digestOf(question), async () => {
    let left = await ledger.counting(actor, (rows) => findMissing(rows, question))
    do {
      const [next] = left.missing
      if (next === undefined) break
      await keepDay(ledger, actor, question, next)
      const before = left.missing.length
      left = await ledger.counting(actor, (rows) => findMissing(rows, question))
      // A day that is not over by the clock of the database is not kept.
      if (left.missing.length === before && left.missing[0]?.day === next.day) break
    } while (performance.now() < until)
    return { read: left.read, of: left.of }
  })
}

async function keepDay(
  ledger: LedgerDatabase,
  actor: Actor,
  question: VintageQuestion,
  { day, ledgers }: Missing['missing'][number],
): Promise<void> {
  const counted = await ledger.counting(actor, (rows) => countVintage(rows, question, day, ledgers))
  const column = (cells: readonly Row[], name: string) => cells.map((row) => row[name])
  await ledger.as(actor, async ({ rows }) => {
    for (const one of counted) // in the order of their numbers: two who keep the same do not wait for each other in a ring
      await rows('SELECT keep_vintage($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)', [
        one.ledger,
        question.live.pack,
        question.indicator.id,
        dayText(day),
        digestOf(question),
        one.seq,
        column(one.cells, 'period_n'),
        column(one.cells, 'place_n'),
        column(one.cells, 'variant'),
        column(one.cells, 'met'),
        column(one.cells, 'missed'),
      ])
  })
}

/**
 * The months of a place and a kind as they were known at the end of each, oldest first, from where recording began. A ledger counts from the month after
 * its first recording: what was brought in with it then was not followed.
 */
export async function listVintages(rows: Session['rows'], question: VintageQuestion, cell: Cell): Promise<readonly Vintage[]> {
  const found = await rows(
    `WITH v AS MATERIALIZED (SELECT v.* FROM varde.vintage v WHERE ${standing} AND v.known_on = ANY ($5::date[])),
     began AS (SELECT ledger, min(known_on) AS first FROM v WHERE cardinality(period) > 0 GROUP BY ledger)
     SELECT v.known_on::text AS day, u.period, sum(u.met) AS met, sum(u.missed) AS missed
       FROM v JOIN began b ON b.ledger = v.ledger AND b.first <= v.known_on
       LEFT JOIN LATERAL unnest(v.period, v.place, v.variant, v.met, v.missed) AS u (period, place, variant, met, missed)
         ON u.period > extract(year FROM b.first) * 100 + extract(month FROM b.first)
           AND ($6::int IS NULL OR u.place = $6) AND ($7::text IS NULL OR u.variant = $7)
      GROUP BY v.known_on, u.period ORDER BY v.known_on, u.period`,
    [...standingParams(question), question.days.map(dayText), placeOf(cell), cell.variant],
  )
  const vintages = new Map<number, Map<number, MetAndMissed>>()
  for (const row of found) {
    const counts = getOrMake(vintages, Number(String(row['day']).slice(0, 7).replace('-', '')), () => new Map<number, MetAndMissed>())
    if (row['period'] !== null)
      counts.set(Number(row['period']), { met: Number(row['met']) / wholeWeight, missed: Number(row['missed']) / wholeWeight })
  }
  return [...vintages].map(([month, counts]) => ({ month, counts }))
}

/** An organisation's number; a text that is none is the place of nothing. */
const placeOf = ({ place }: Cell): number | null => (place === null ? null : /^\d{1,9}$/.test(place) ? Number(place) : -1)
