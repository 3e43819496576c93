import { scopeOf } from '../core/rights/rights.ts'
import type { Day } from '../core/words/day.ts'
import { type LocalMedians, medianMonths } from '../core/work/median.ts'
import type { Session } from '../store/ledger-database.ts'
import type { LivePack } from '../store/live-packs.ts'
import { listMedians } from '../store/medians.ts'
import type { Asked } from './service.ts'

/** What was computed last, by pack and ledger, and on which day: a day's medians serve all of that day. */
const computed = new WeakMap<LivePack, Map<number, { readonly on: Day; readonly medians: LocalMedians }>>()

/**
 * How long the rest took in each of these ledgers, where the pack asks for it. The first to ask on a day has it computed, with their own right to see the
 * ledger; whoever may not see it has what another had computed, or nothing.
 */
export async function localMedians(
  { actor }: Pick<Asked<never>, 'actor'>,
  session: Pick<Session, 'rows'>,
  { live, ledgers, today }: { readonly live: LivePack; readonly ledgers: readonly number[]; readonly today: Day },
): Promise<ReadonlyMap<number, LocalMedians>> {
  const asked = live.content.risk.localMedian
  if (!asked) return new Map()
  const kept = computed.get(live) ?? new Map()
  computed.set(live, kept)
  const sees = (ledger: number) =>
    actor.rights.some(({ capability, scopes }) => capability === 'see' && scopes.has(scopeOf(ledger, live.pack)))
  const missing = ledgers.filter((ledger) => kept.get(ledger)?.on !== today && sees(ledger))
  if (missing.length > 0)
    for (const medians of await listMedians(session, live, missing, medianMonths(today, asked.months)))
      kept.set(medians.place, { on: today, medians })
  return new Map(ledgers.flatMap((ledger) => (kept.get(ledger)?.on === today ? [[ledger, kept.get(ledger)!.medians] as const] : [])))
}
