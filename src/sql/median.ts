import { restsOf } from '../core/work/median.ts'
import { compileSlots, momentColumn, slotColumn } from './columns.ts'
import { keptRelations } from './kept.ts'
import type { Plan } from './plan.ts'

/**
 * How long it took from each milestone to the stop of each interval, in the pathways of the ledgers in $3 that came to that stop between the days $1 and
 * $2: one grouped statement over the kept layer, without any clock being computed.
 */
export function compileMedians(plan: Plan): string | undefined {
  const { rows, with: relations } = keptRelations(plan, 'now')
  const bare: Plan = { ...plan, indicators: [] }
  const rests = restsOf(plan.pack).map(({ interval, after }) => {
    const stop = momentColumn(bare, plan.pack.intervals[interval]!.to, 'base', 'd')
    return `(${interval}, ${after}, ${stop}, ${slotColumn(bare, after, 'base', 'd')})`
  })
  if (rests.length === 0) return undefined
  // Said of the pathway itself, so that those of other months are left before their rests are looked at.
  const stops = plan.pack.intervals
    .filter(({ unit }) => unit !== 'minute')
    .map(({ to }) => `${momentColumn(bare, to, 'base', 'd')} BETWEEN $1 AND $2`)
  return `${relations}SELECT x.ledger, x.variant, r.interval, r.after, count(*)::int AS n,
  ceil(percentile_cont(0.5) WITHIN GROUP (ORDER BY r.stop - r.reached))::int AS days
FROM (${compileSlots(bare, plan, rows)}) x CROSS JOIN LATERAL (VALUES ${rests.join(', ')}) r (interval, after, stop, reached)
WHERE (${[...new Set(stops)].join(' OR ')}) AND r.stop BETWEEN $1 AND $2 AND r.reached <= r.stop
GROUP BY x.ledger, x.variant, r.interval, r.after`
}
