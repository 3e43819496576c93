import type { LocalMedians, MedianMonths } from '../core/work/median.ts'
import { packSchema } from '../sql/kept.ts'
import { compileMedians } from '../sql/median.ts'
import { quoteName } from '../sql/name.ts'
import { bound } from './database.ts'
import type { Session } from './ledger-database.ts'
import type { LivePack } from './live-packs.ts'

/** The medians of each of some ledgers under one pack, as far as this request may see them: one reads the whole layer, so ask seldom. */
export async function listMedians(
  session: Pick<Session, 'rows'>,
  live: LivePack,
  ledgers: readonly number[],
  months: MedianMonths,
): Promise<readonly LocalMedians[]> {
  const text = compileMedians(live.plan)
  if (text === undefined || ledgers.length === 0) return ledgers.map((place) => ({ place, months, rests: [] }))
  await session.rows(`SET LOCAL search_path = ${quoteName(packSchema(live.pack))}, varde`)
  const { sql, params } = bound<unknown>(text, [months.first, months.last, ledgers])
  const rows = await session.rows(sql, params)
  await session.rows('SET LOCAL search_path = varde')
  const byLedger = Map.groupBy(rows, (row) => Number(row['ledger']))
  return ledgers.map((place) => ({
    place,
    months,
    rests: (byLedger.get(place) ?? []).map((row) => ({
      variant: String(row['variant']),
      interval: Number(row['interval']),
      after: Number(row['after']),
      days: Number(row['days']),
      of: Number(row['n']),
    })),
  }))
}
