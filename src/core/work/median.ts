import { momentOf } from '../clock/chosen.ts'
import type { PathwayReading } from '../clock/clock.ts'
import type { Pack } from '../pack/pack.ts'
import { addDays, type Day, dayOf, dayText } from '../words/day.ts'

/** Whole months in which pathways are looked at, `2025-11` to `2026-10`, with their first and last day. */
export interface MedianMonths {
  readonly from: string
  readonly to: string
  readonly first: Day
  readonly last: Day
}

/** The last whole months before the one a day lies in: this month is still being coded. */
export function medianMonths(today: Day, months: number): MedianMonths {
  const [year = 0, month = 1] = dayText(today).split('-').map(Number)
  const [first, end] = [monthFrom(year, month - months), monthFrom(year, month)]
  const last = addDays(end, -1)
  return { from: dayText(first).slice(0, 7), to: dayText(last).slice(0, 7), first, last }
}
const monthFrom = (year: number, month: number): Day => dayOf(year + Math.floor((month - 1) / 12), ((((month - 1) % 12) + 12) % 12) + 1, 1)

/** How long it took from one milestone to the stop of one interval. */
export interface MedianRest {
  readonly variant: string
  readonly interval: number
  readonly after: number
  readonly days: number
  /** Of so many pathways. */
  readonly of: number
}

/** Whose medians those of one ledger are, and of which months: no number without it. */
export interface LocalMedians {
  readonly place: number
  readonly months: MedianMonths
  readonly rests: readonly MedianRest[]
}

/** Which rests there are: from each milestone of the course to the stop of each interval in days that comes after it. */
export const restsOf = (pack: Pack): readonly { readonly interval: number; readonly after: number }[] =>
  pack.intervals
    .filter(({ unit }) => unit !== 'minute')
    .flatMap((interval) =>
      pack.slots
        .filter((slot) => slot.kind === 'milestone' && !slot.closing && slot.index < Math.min(...interval.to.slots))
        .map((slot) => ({ interval: interval.index, after: slot.index })),
    )

/**
 * The plain way to the medians of pathways of one ledger: of those that came to the stop of an interval within the months, the days it took them from
 * each milestone they had reached by then. What the database computes in one statement is held against it.
 */
export function findMedians(readings: readonly PathwayReading[], { first, last }: MedianMonths): readonly MedianRest[] {
  const lengths = new Map<string, { readonly of: Omit<MedianRest, 'days' | 'of'>; readonly days: number[] }>()
  for (const { pack, pathway, chosen: byReading } of readings) {
    const chosen = byReading.base
    for (const { interval, after } of restsOf(pack)) {
      const [reached, stop] = [chosen[after], momentOf(pack.intervals[interval]!.to, chosen)]
      if (!reached || !stop || stop.day < first || stop.day > last || reached.day > stop.day) continue
      const key = JSON.stringify([pathway.variant, interval, after])
      const found = lengths.get(key) ?? { of: { variant: pathway.variant, interval, after }, days: [] }
      lengths.set(key, found)
      found.days.push(stop.day - reached.day)
    }
  }
  return [...lengths.values()].map(({ of, days }) => ({ ...of, days: medianDays(days), of: days.length }))
}

/** Whole days: where it lies between two, the later, so that nobody is told more time than there was. */
export function medianDays(days: readonly number[]): number {
  const sorted = days.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return Math.ceil((sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2) // of at least one
}
