import { conditionKind } from '../clock/condition.ts'
import type { CodeRow, Indicator, Interval, Pack } from '../pack/pack.ts'
import type { Condition } from '../pack/schema.ts'

/** What an indicator rests on: milestones and details by their index, and intervals whose clocks it asks. */
interface Reads {
  readonly slots: ReadonlySet<number>
  readonly intervals: ReadonlySet<Interval>
}

/**
 * Everything whose entries can move the indicator: both ends of its clocks, what restarts, times or ends them, its pauses, its
 * conditions, its period and place. Not counted: that a later milestone shows a start to be missing.
 */
export function readsOf(pack: Pack, indicator: Indicator): Reads {
  const slots = new Set<number>()
  const intervals = new Set<Interval>()
  const add = (found: readonly (number | undefined)[] = []): void => {
    for (const slot of found) {
      if (slot === undefined || slot < 0 || slots.has(slot)) continue
      slots.add(slot)
      add([pack.slots[slot]?.beside])
    }
  }
  const addSlot = (id: string) => add([pack.slots.findIndex((slot) => slot.id === id)])
  const addCondition = (condition: Condition | undefined): void => {
    if (!condition) return
    if ('all' in condition) condition.all.forEach(addCondition)
    else if ('any' in condition) condition.any.forEach(addCondition)
    else if ('not' in condition) addCondition(condition.not)
    else if ('attribute' in condition) add([pack.attributes.find((a) => a.id === condition.attribute)?.slot])
    else if ('verdict' in condition) addInterval(pack.intervals.find((interval) => interval.id === condition.verdict))
    else if (!('variant' in condition)) {
      const named = (condition as unknown as Record<string, string | readonly string[]>)[conditionKind(condition)]! // the kinds left name slots under their own key
      for (const id of typeof named === 'string' ? [named] : named) addSlot(id)
    }
  }
  const addInterval = (interval: Interval | undefined): void => {
    if (!interval || intervals.has(interval)) return
    intervals.add(interval)
    for (const moments of [interval.from, interval.to, interval.limitChosenBy]) add(moments?.slots)
    add([interval.restartedBy, ...interval.limitBy.map((attribute) => attribute.slot)])
    addCondition(interval.untimedWhen)
    for (const end of pack.ends) if (!end.intervals || end.intervals.has(interval.id)) addCondition(end.when)
    for (const pause of pack.pauses) {
      add([pause.amountFrom])
      if (pause.subtractFrom.has(interval.id)) addCondition(pause.when)
    }
  }
  addInterval(indicator.within)
  for (const condition of [indicator.having, indicator.population, ...indicator.exclude.map((e) => e.when)]) addCondition(condition)
  for (const { when } of indicator.sharing?.cases ?? []) addCondition(when)
  add([...indicator.period.slots, ...indicator.place.slots, ...(indicator.sharing?.places.map((place) => place.slot) ?? [])])
  return { slots, intervals }
}

/** The indicators that an entry of this code can move: those that read what it marks, or a clock it starts or ends a pause in. */
export const readersOf = (pack: Pack, row: CodeRow): readonly Indicator[] =>
  pack.indicators.filter((indicator) => {
    const { slots, intervals } = readsOf(pack, indicator)
    return row.slots.some((slot) => slots.has(slot)) || (intervals.size > 0 && row.starts.length + row.ends.length > 0)
  })
