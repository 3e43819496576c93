import { scopeOf } from '../core/rights/rights.ts'
import type { Day } from '../core/words/day.ts'
import { type LocalMedians, medianMonths } from '../core/work/median.ts'
import type { Session } from '../store/ledger-database.ts'
import type { LivePack } from '../store/live-packs.ts'
import { listMedians } from '../store/medians.ts'
import type { Asked } from './service.ts'

interface Computed {
  readonly on: Day
  readonly medians: LocalMedians
}
/** Of one pack, by ledger: what was computed last, and what is being computed now. */
interface OfPack {
  readonly last: Map<number, Computed>
  readonly now: Map<number, Promise<void>>
}
const ofPacks = new WeakMap<LivePack, OfPack>()

interface Wanted {
  readonly live: LivePack
  readonly ledgers: readonly number[]
  readonly today: Day
}

/**
 * How long the rest took in each of these ledgers, where the pack asks for it. Computed once a day, with the right of the one who asks first to see the
 * ledger; whoever may not see it has what another had computed, or nothing.
 *
 * It reads the whole layer of a ledger, so that nobody waits for it but the first after the service has started: on a new day the last is shown, which
 * says which months it is of, until the new is there.
 */
export async function localMedians(
  { actor, service }: Pick<Asked<never>, 'actor' | 'service'>,
  session: Pick<Session, 'rows'>,
  { live, ledgers, today }: Wanted,
): Promise<ReadonlyMap<number, LocalMedians>> {
  const asked = live.content.risk.localMedian
  if (!asked) return new Map()
  const { last, now } = ofPacks.get(live) ?? { last: new Map<number, Computed>(), now: new Map<number, Promise<void>>() }
  ofPacks.set(live, { last, now })
  const sees = (ledger: number) =>
    actor.rights.some(({ capability, scopes }) => capability === 'see' && scopes.has(scopeOf(ledger, live.pack)))
  const begin = (wanted: readonly number[], compute: () => ReturnType<typeof listMedians>): void => {
    if (wanted.length === 0) return
    const done = compute()
      .then((all) => {
        for (const medians of all) last.set(medians.place, { on: today, medians })
      })
      .finally(() => {
        for (const ledger of wanted) now.delete(ledger)
      })
    // Whoever comes after tries again.
    const settled = done.catch(() => {})
    for (const ledger of wanted) now.set(ledger, settled)
  }
  const missing = ledgers.filter((ledger) => last.get(ledger)?.on !== today && !now.has(ledger) && sees(ledger))
  const months = medianMonths(today, asked.months)
  const [older, never] = [missing.filter((ledger) => last.has(ledger)), missing.filter((ledger) => !last.has(ledger))]
  begin(older, () => service.ledger.as(actor, (own) => listMedians(own, live, older, months)))
  // In the transaction there is: waiting in it for another connection could wait for ever, where all of them do.
  begin(never, () => listMedians(session, live, never, months))
  await Promise.all(ledgers.flatMap((ledger) => (last.has(ledger) ? [] : (now.get(ledger) ?? []))))
  return new Map(ledgers.flatMap((ledger) => (last.has(ledger) ? [[ledger, last.get(ledger)!.medians] as const] : [])))
}
