import type { Reading } from '../core/clock/chosen.ts'
import { conditionKind } from '../core/clock/condition.ts'
import type { Indicator, Interval, Moments, Pack, Slot } from '../core/pack/pack.ts'
import type { Condition } from '../core/pack/schema.ts'
import { type Field, type Layout, type LedgerProfile, layoutOf } from './key.ts'

/** What one compilation works with: which slots and intervals its indicators need, and how numbers are packed. */
export interface Plan {
  readonly pack: Pack
  readonly profile: LedgerProfile
  readonly layout: Layout
  readonly indicators: readonly Indicator[]
  readonly intervals: readonly Interval[]
  readonly slots: readonly Slot[]
  /** Readings that can differ from the base reading of this pack and ledger. */
  readonly readings: readonly Reading[]
  readonly fields: (slot: number, reading: Reading) => ReadonlySet<Field>
  /** The slots asked for in a reading: all in the base reading, in others those the own clocks of the indicators rest on. */
  readonly reads: Readonly<Record<Reading, ReadonlySet<number>>>
  /**
   * For the live ledger, on PostgreSQL: what several columns or sums ask for is worked out apart from them, or it would be worked out anew in each,
   * and set up anew for each, which for one pathway costs more than running it.
   */
  readonly fenced?: boolean
}

/** Everything a condition speaks of. */
export function mentions(condition: Condition): { slots: readonly string[]; attributes: readonly string[]; intervals: readonly string[] } {
  const none = { slots: [], attributes: [], intervals: [] }
  const many = (parts: readonly Condition[]) => {
    const all = parts.map(mentions)
    return { slots: all.flatMap((m) => m.slots), attributes: all.flatMap((m) => m.attributes), intervals: all.flatMap((m) => m.intervals) }
  }
  if ('all' in condition) return many(condition.all)
  if ('any' in condition) return many(condition.any)
  if ('not' in condition) return mentions(condition.not)
  if ('attribute' in condition) return { ...none, attributes: [condition.attribute] }
  if ('verdict' in condition) return { ...none, intervals: [condition.verdict] }
  if ('variant' in condition) return none
  const kind = conditionKind(condition)
  const named = (condition as unknown as Record<string, string | readonly string[]>)[kind]! // the kinds left name slots under their own key
  return { ...none, slots: typeof named === 'string' ? [named] : named }
}

/** `also`: slots that are needed for something else than figures. */
export function planOf(pack: Pack, indicators: readonly Indicator[], profile: LedgerProfile, also: readonly number[] = []): Plan {
  const slots = new Set<number>()
  const placed = new Set<number>()
  const compared = new Set<number>()
  const intervals = new Set<Interval>()
  const addSlot = (index: number): void => {
    if (slots.has(index)) return
    slots.add(index)
    const beside = pack.slots[index]?.beside
    if (beside !== undefined) addSlot(beside)
  }
  const addMoments = (moments: Moments | undefined) => moments?.slots.forEach(addSlot)
  const addCondition = (condition: Condition | undefined): void => {
    if (!condition) return
    const found = mentions(condition)
    for (const id of found.slots) addSlot(slotIndex(pack, id))
    for (const id of samePlaces(condition)) compared.add(slotIndex(pack, id))
    for (const id of found.attributes) addSlot(pack.attributes.find((a) => a.id === id)!.slot)
    for (const id of found.intervals) addInterval(pack.intervals.find((i) => i.id === id)!)
  }
  const addInterval = (interval: Interval): void => {
    if (intervals.has(interval)) return
    intervals.add(interval)
    addMoments(interval.from)
    addMoments(interval.to)
    addMoments(interval.limitChosenBy)
    if (interval.restartedBy !== undefined) addSlot(interval.restartedBy)
    for (const attribute of interval.limitBy) addSlot(attribute.slot)
    addCondition(interval.untimedWhen)
    for (const slot of laterSlots(pack, interval)) addSlot(slot.index)
    for (const end of pack.ends) if (!end.intervals || end.intervals.has(interval.id)) addCondition(end.when)
    for (const pause of pack.pauses) {
      if (pause.amountFrom !== undefined) addSlot(pause.amountFrom)
      if (pause.subtractFrom.has(interval.id)) addCondition(pause.when)
    }
  }
  for (const indicator of indicators) {
    if (indicator.within) addInterval(indicator.within)
    for (const condition of [
      indicator.having,
      indicator.population,
      ...indicator.exclude.map((e) => e.when),
      ...(indicator.sharing?.cases.map((c) => c.when) ?? []),
    ])
      addCondition(condition)
    addMoments(indicator.period)
    addMoments(indicator.place)
    for (const slot of [
      ...indicator.place.slots,
      ...(indicator.within?.from.slots ?? []),
      ...(indicator.sharing?.places.map((p) => p.slot) ?? []),
    ])
      placed.add(slot)
    if (indicator.within?.restartedBy !== undefined) placed.add(indicator.within.restartedBy)
    for (const { slot } of indicator.sharing?.places ?? []) addSlot(slot)
  }
  also.forEach(addSlot)
  const reads = { base: slots, sure: new Set<number>(), 'real-time': new Set<number>() }
  const addRead = (reading: Reading, index: number): void => {
    for (let slot = pack.slots[index]; slot; slot = slot.beside === undefined ? undefined : pack.slots[slot.beside])
      reads[reading].add(slot.index)
  }
  for (const indicator of indicators)
    for (const reading of indicator.within ? (['sure', 'real-time'] as const) : [])
      for (const slot of clockSlots(pack, indicator.within!, needsWhole(indicator, reading))) addRead(reading, slot)
  const used = pack.slots.filter((slot) => slots.has(slot.index))
  const readings: Reading[] = ['base']
  if (profile.hasDoubt) readings.push('sure')
  if (used.some((slot) => slot.dutyDays !== undefined)) readings.push('real-time')
  const amounts = new Set(pack.pauses.flatMap((p) => p.amountFrom ?? []))
  const setting = new Set(pack.attributes.map((a) => a.slot))
  return {
    pack,
    profile,
    layout: layoutOf(pack, profile),
    indicators,
    intervals: pack.intervals.filter((i) => intervals.has(i)),
    slots: used,
    readings,
    reads,
    fields: (slot, reading) => {
      const fields = new Set<Field>(['late', 'precise', 'shift'])
      if (profile.hasDoubt) fields.add('doubt')
      if (setting.has(slot)) fields.add('setting')
      if (((reading === 'base' && placed.has(slot)) || compared.has(slot)) && profile.places > 0) fields.add('place')
      if (reading === 'base' && amounts.has(slot)) fields.add('value')
      return fields
    },
  }
}

/**
 * Without doubts, and as coded in time, a clock is only asked whether it met or missed its limit, and for that both ends must be
 * known; what is asked where one is missing is left out. Only where an overrun is a miss does a clock without a stop say more.
 */
export const needsWhole = (indicator: Indicator, reading: Reading): boolean =>
  reading === 'base' || (reading === 'real-time' && indicator.overrunMissed)

/** The slots a clock reads; `whole`: also those only asked when an end of it is missing. */
export function clockSlots(pack: Pack, interval: Interval, whole: boolean): ReadonlySet<number> {
  const conditions = [
    ...(interval.untimedWhen ? [interval.untimedWhen] : []),
    ...(whole ? pack.ends.filter((end) => !end.intervals || end.intervals.has(interval.id)).map((end) => end.when) : []),
  ].map(mentions)
  return new Set([
    ...interval.from.slots,
    ...interval.to.slots,
    ...(interval.limitChosenBy?.slots ?? []),
    ...(interval.restartedBy === undefined ? [] : [interval.restartedBy]),
    ...interval.limitBy.map((attribute) => attribute.slot),
    ...conditions.flatMap((c) => c.slots.map((id) => slotIndex(pack, id))),
    ...conditions.flatMap((c) => c.attributes.map((id) => pack.attributes.find((a) => a.id === id)!.slot)),
    ...(whole ? laterSlots(pack, interval).map((slot) => slot.index) : []),
  ])
}

/** Milestones after the start of an interval: one of them known says that the start is missing. */
export function laterSlots(pack: Pack, interval: Interval): readonly Slot[] {
  const from = Math.max(...interval.from.slots)
  return pack.slots.filter((slot) => slot.kind === 'milestone' && !slot.closing && slot.index > from)
}

export const slotIndex = (pack: Pack, id: string): number => pack.slots.findIndex((slot) => slot.id === id)

function samePlaces(condition: Condition): readonly string[] {
  if ('all' in condition) return condition.all.flatMap(samePlaces)
  if ('any' in condition) return condition.any.flatMap(samePlaces)
  if ('not' in condition) return samePlaces(condition.not)
  return 'samePlace' in condition ? condition.samePlace : []
}

const letters: Readonly<Record<Reading, string>> = { base: 'b', sure: 's', 'real-time': 'r' }

/** The reading whose columns a slot really has: where two readings cannot differ there is one set of columns. */
export function readingOf(plan: Plan, slot: Slot, reading: Reading): Reading {
  if (!plan.readings.includes(reading)) return 'base'
  return reading === 'real-time' && slot.dutyDays === undefined && besideDuty(plan, slot) ? 'base' : reading
}

/** True when neither the slot nor any it is picked beside has a duty. */
function besideDuty(plan: Plan, slot: Slot): boolean {
  for (let s: Slot | undefined = slot; s; s = s.beside === undefined ? undefined : plan.pack.slots[s.beside])
    if (s.dutyDays !== undefined) return false
  return true
}

/** Whether a slot has columns of its own in a reading. */
export const readsSlot = (plan: Plan, slot: Slot, reading: Reading): boolean =>
  readingOf(plan, slot, reading) === reading && plan.reads[reading].has(slot.index)

/** `s3b`: slot 3 in the base reading. */
export const slotName = (slot: Slot, reading: Reading): string => `s${slot.index}${letters[reading]}`
