import type { Calendar } from '../pack/pack.ts'
import { type Day, weekdayOf } from '../words/day.ts'

const counts = new WeakMap<Calendar, Int32Array>()

const clamp = (calendar: Calendar, day: Day): Day => Math.min(Math.max(day, calendar.from), calendar.to) as Day

export const isWorkingDay = (calendar: Calendar, day: Day): boolean =>
  !calendar.weekend.includes(weekdayOf(day)) && !calendar.holidays.has(day)

/** Working days of the calendar up to and with the day; days outside the calendar count as its nearest end. */
export function workingDaysUpTo(calendar: Calendar, day: Day): number {
  let table = counts.get(calendar)
  if (!table) {
    table = new Int32Array(calendar.to - calendar.from + 1)
    let count = 0
    for (let d = calendar.from; d <= calendar.to; d = (d + 1) as Day) table[d - calendar.from] = isWorkingDay(calendar, d) ? ++count : count
    counts.set(calendar, table)
  }
  return table[clamp(calendar, day) - calendar.from]!
}

/** The first day up to and with which the calendar has so many working days; undefined beyond its end. */
export function dayOfCount(calendar: Calendar, count: number): Day | undefined {
  for (let d = calendar.from; d <= calendar.to; d = (d + 1) as Day) if (workingDaysUpTo(calendar, d) >= count) return d
  return undefined
}
