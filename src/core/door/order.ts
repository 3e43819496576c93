import { type Asking, type CodedEntry, timeOf } from '../clock/chosen.ts'
import { type Clock, readClock, readPathway } from '../clock/clock.ts'
import type { Entry } from '../ledger/entry.ts'
import type { Pack, Slot } from '../pack/pack.ts'
import { endOfDay } from '../words/instant.ts'
import { type Finding, warn } from './finding.ts'
import { groundsOf, type Looking, rowOf, slotsMarked, written } from './looking.ts'

/**
 * A later milestone before an earlier one, by the pack's order of milestones; then whatever clock the write makes impossible, or leaves
 * with a start out of force. The first is what people see; the second also finds what a withdrawal uncovers.
 */
export function* order(at: Looking): Iterable<Finding> {
  const pairs = [...wrongPairs(at)]
  yield* pairs
  if (pairs.length === 0) yield* brokenClocks(at)
}

/** Of several entries the one its milestone would be given, were there no others. */
function representative(pack: Pack, slot: Slot, coded: readonly CodedEntry[]): CodedEntry | undefined {
  const marking = coded.filter(({ row }) => row.slots.includes(slot.index))
  const times = marking.map(({ entry }) => timeOf(pack, entry))
  const wanted = slot.pick === 'first' ? Math.min(...times) : Math.max(...times)
  return marking.find(({ entry }) => timeOf(pack, entry) === wanted)
}

function* wrongPairs(at: Looking): Iterable<Finding> {
  const { pack, entry, row, others } = at
  if (!entry || !row || entry.standing === 'ruled-out') return
  const own: CodedEntry = { entry: written(at, entry), row }
  const steps = pack.slots.filter((slot) => slot.kind === 'milestone' && !slot.closing)
  for (const slot of slotsMarked(pack, row)) {
    if (!steps.includes(slot) || representative(pack, slot, [own, ...others]) !== own) continue
    for (const step of steps) {
      const other = representative(pack, step, others)
      if (!other || row.slots.includes(step.index)) continue
      const [earlier, later] = step.index < slot.index ? [step, slot] : [slot, step]
      const [first, second] = step.index < slot.index ? [other, own] : [own, other]
      if (!isBefore(pack, second.entry, first.entry)) continue
      yield warn({
        code: 'door/out-of-order',
        at: 'occurred',
        about: step.id,
        message: `"${later.name}" would be dated before "${earlier.name}": check both days.`,
        by: groundsOf(pack, row),
      })
    }
  }
}

function isBefore(pack: Pack, a: Entry, b: Entry): boolean {
  const precise = pack.time === 'minute' && a.occurredAt !== undefined && b.occurredAt !== undefined
  return precise ? a.occurredAt < b.occurredAt : a.occurred < b.occurred
}

function* brokenClocks(at: Looking): Iterable<Finding> {
  const { pack, entries, entry, row, offer, today } = at
  if (entry && !row) return
  const seq = offer.withdraws ?? offer.corrects
  const kept = entries.map((e) => (e.seq === seq ? { ...e, superseded: today } : e))
  const variant = row?.variant ?? at.target?.row.variant ?? ''
  const before = clocksOf(at, entries, variant)
  const after = clocksOf(at, entry ? [...kept, written(at, entry)] : kept, variant)
  for (const interval of pack.intervals) {
    const reason = after[interval.index]?.reason
    if (reason === before[interval.index]?.reason) continue
    const saying = { at: entry ? 'occurred' : 'withdraws', about: interval.id, by: { source: interval.source } }
    if (reason === 'order-impossible')
      yield warn({
        ...saying,
        code: 'door/out-of-order',
        message: `"${interval.name}" would end before it begins: check the days at both ends.`,
      })
    if (reason === 'not-in-force' && today <= (pack.lastDays.get(variant) ?? today))
      yield warn({
        ...saying,
        code: 'door/not-in-force',
        message: `"${interval.name}" would be left with a start that was not in force: correct that entry too.`,
      })
  }
}

function clocksOf({ pack, today }: Looking, entries: readonly Entry[], variant: string): readonly (Clock | undefined)[] {
  const asking: Asking = { asOf: today, asOfAt: endOfDay(today, pack.zone) }
  const coded = entries.flatMap((entry): readonly CodedEntry[] => {
    const row = rowOf(pack, entry.code)
    return row && (row.variant ?? variant) === variant ? [{ entry, row }] : []
  })
  const reading = readPathway(pack, { ledger: 0, id: '', variant, entries: coded }, asking)
  return pack.intervals.map((interval) => readClock(reading, interval))
}
