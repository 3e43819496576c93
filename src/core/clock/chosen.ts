import type { Entry } from '../ledger/entry.ts'
import type { CodeRow, Moments, Pack, Slot } from '../pack/pack.ts'
import type { Day } from '../words/day.ts'
import type { Instant } from '../words/instant.ts'

/** The question's day: entries recorded up to it count, and clocks without a stop run to it. */
export interface Asking {
  readonly asOf: Day
  /** The end of that day at the pack's zone, for clocks in minutes. */
  readonly asOfAt: Instant
}

/** All entries of one pathway, in order of recording, each with what its code does. */
export interface Pathway {
  readonly ledger: number
  readonly id: string
  /** '' when the codes name none; where entries name it, it is read with the pathway, as known on the day. */
  readonly variant: string
  readonly entries: readonly CodedEntry[]
}
export interface CodedEntry {
  readonly entry: Entry
  readonly row: CodeRow
}

/** The entry a slot was given. `time`: days in a pack of days, seconds in a pack of minutes. */
export interface Chosen {
  readonly slot: Slot
  readonly coded: CodedEntry
  readonly time: number
  readonly day: Day
  readonly precise: boolean
}

/** Which entries may be chosen. base: all known; sure: only those in no doubt; real-time: each as known at its own duty's deadline. */
export type Reading = 'base' | 'sure' | 'real-time'

/** Why an entry does not count, whatever it marks. */
export type Barred = 'recorded-later' | 'dated-later' | 'corrected' | 'ruled-out' | 'not-in-force' | 'refused'

/** In a pack of minutes an entry known only to its day stands at that day's midnight (UTC) in order, and its clock is imprecise. */
export const timeOf = (pack: Pack, entry: Entry): number =>
  pack.time === 'day' ? entry.occurred : (entry.occurredAt ?? entry.occurred * 86_400)

export function barredOf({ entry, row }: CodedEntry, asking: Asking): Barred | undefined {
  if (entry.recorded > asking.asOf) return 'recorded-later'
  if (entry.occurred > asking.asOf) return 'dated-later'
  if (entry.superseded !== undefined && entry.superseded <= asking.asOf) return 'corrected'
  return barredByRule({ entry, row })
}

function barredByRule({ entry, row }: CodedEntry): Barred | undefined {
  if (entry.standing === 'ruled-out') return 'ruled-out'
  if (entry.occurred < row.from || entry.occurred > row.to) return 'not-in-force'
  if (refusalOf({ entry, row })) return 'refused'
  return undefined
}

export const refusalOf = ({ entry, row }: CodedEntry) =>
  row.refusals.find(
    (r) =>
      r.from <= entry.occurred &&
      entry.occurred <= r.to &&
      (!r.roles || (entry.recorder !== undefined && r.roles.includes(entry.recorder))),
  )

function counts(coded: CodedEntry, slot: Slot, reading: Reading, asking: Asking): boolean {
  const { entry } = coded
  if (reading === 'real-time' && slot.dutyDays !== undefined) {
    const deadline = Math.min(entry.occurred + slot.dutyDays, asking.asOf)
    return (
      entry.recorded <= deadline &&
      entry.occurred <= asking.asOf &&
      !(entry.superseded !== undefined && entry.superseded <= deadline) &&
      !barredByRule(coded)
    )
  }
  return !barredOf(coded, asking) && (reading !== 'sure' || entry.standing === 'sure')
}

/** For each slot the entry that counts, in the pack's order of slots. */
export function choose(pack: Pack, pathway: Pathway, reading: Reading, asking: Asking): readonly (Chosen | undefined)[] {
  const chosen: (Chosen | undefined)[] = pack.slots.map(() => undefined)
  const done = new Set<number>()
  const settle = (slot: Slot): void => {
    if (done.has(slot.index)) return
    done.add(slot.index)
    const beside = slot.beside === undefined ? undefined : pack.slots[slot.beside]
    if (beside) settle(beside)
    const other = beside && chosen[beside.index]
    const candidates = pathway.entries
      .filter(({ row }) => row.slots.includes(slot.index))
      .filter((coded) => counts(coded, slot, reading, asking))
      .map(
        (coded): Chosen => ({
          slot,
          coded,
          time: timeOf(pack, coded.entry),
          day: coded.entry.occurred,
          precise: pack.time === 'day' || coded.entry.occurredAt !== undefined,
        }),
      )
      .filter((candidate) => !other || (slot.pick === 'first' ? notBefore(candidate, other) : notBefore(other, candidate)))
    chosen[slot.index] = candidates.sort(
      (a, b) =>
        (slot.pick === 'first' ? a.time - b.time : b.time - a.time) ||
        (slot.lastRecorded ? b.coded.entry.seq - a.coded.entry.seq : a.coded.entry.seq - b.coded.entry.seq),
    )[0]
  }
  for (const slot of pack.slots) settle(slot)
  return chosen
}

/** Where one of two is known only to its day, days decide. */
const notBefore = (a: Chosen, b: Chosen): boolean => (a.precise && b.precise ? a.time >= b.time : a.day >= b.day)

/** Ties between slots go to the one listed first. */
export function momentOf(moments: Moments, chosen: readonly (Chosen | undefined)[]): Chosen | undefined {
  const known = moments.slots.flatMap((slot) => chosen[slot] ?? [])
  if (moments.choose === 'firstKnown') return known[0]
  const times = known.map((c) => c.time)
  const wanted = moments.choose === 'earliest' ? Math.min(...times) : Math.max(...times)
  return known.find((c) => c.time === wanted)
}
