import type { Asking } from '../core/clock/chosen.ts'
import { type First, type Occurred, rowsSought, type Sought } from '../core/occurrence/occurrence.ts'
import type { OccurrencePeriod } from '../core/occurrence/period.ts'
import { type Day, monthsInPeriod } from '../core/words/day.ts'
import type { Session } from './ledger-database.ts'
import type { LivePack } from './live-packs.ts'

export interface LiveOccurrenceAsked {
  readonly live: LivePack
  readonly ledgers: readonly number[]
  readonly sought: Sought
  readonly first: First
  readonly period: OccurrencePeriod
  readonly asking: Asking
}

/** Persons with something new by period and place, over the live ledger; places are organisations' numbers, as text. For those who may count. */
export async function liveOccurrence(
  rows: Session['rows'],
  { live, ledgers, sought, first, period, asking }: LiveOccurrenceAsked,
): Promise<{ readonly cells: readonly Occurred[]; readonly beginnings: readonly Day[] }> {
  const { rows: codes, variant } = rowsSought(live.content, sought)
  const refusals = codes.flatMap((row, i) =>
    row.refusals.flatMap(({ from, to, roles }) => (roles ?? [null]).map((role) => ({ n: i + 1, from, to, role }))),
  )
  const found = await rows('SELECT period, place, persons FROM varde.occurrence($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)', [
    ledgers,
    live.pack,
    codes.map((row) => row.code),
    codes.map((row) => row.from),
    codes.map((row) => row.to),
    refusals.map((one) => one.n),
    refusals.map((one) => one.from),
    refusals.map((one) => one.to),
    refusals.map((one) => one.role),
    variant ?? null,
    asking.asOf,
    first.washoutDays ?? null,
    monthsInPeriod(period),
  ])
  const begun = await rows('SELECT day FROM varde.ledger_beginnings($1, $2, $3)', [ledgers, live.pack, asking.asOf])
  const cells = found.map((row) => ({
    period: Number(row['period']),
    place: row['place'] === null ? '' : String(row['place']),
    persons: Number(row['persons']),
  }))
  return {
    cells: cells.sort((a, b) => a.period - b.period || (a.place < b.place ? -1 : 1)),
    beginnings: begun.map((row) => Number(row['day']) as Day), // whole days, as asked for
  }
}
