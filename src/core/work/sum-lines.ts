import type { Adjustment, ClockParts, Printed, PrintedEnd } from '../measure/parts.ts'
import { type Day, dayText, readDay, weekdayOf } from '../words/day.ts'
import { type Instant, wallTimeOf } from '../words/instant.ts'

/** A moment as it is printed: a day; of a clock in minutes also the wall clock of the pack's zone, and how far that is from UTC. */
export interface Wall {
  readonly day: string
  readonly time?: string
  readonly offset?: string
}

/** Where a pause lies within the clock, or how long it is by an entry. `open`: nothing has ended it yet. */
interface PauseSaid {
  readonly name: string
  readonly from: Wall
  readonly to: Wall
  readonly open: boolean
  readonly said: number | null
}

/**
 * One line of a sum as somebody would write it down. `amount`: what it adds (less than 0: takes away) in the clock's unit; of `length`, `limit`,
 * `left` and `over` what it comes to. The words are the reader's.
 */
export type SumLine =
  | { readonly code: 'start' | 'restart' | 'stop'; readonly end: PrintedEnd; readonly at: Wall }
  | { readonly code: 'no-start' | 'no-stop' }
  /** `now`: there is no stop, so it is counted to the day asked about. */
  | { readonly code: 'from-to' | 'calendar-days'; readonly from: Wall; readonly to: Wall; readonly now: boolean; readonly amount: number }
  | { readonly code: 'weekends'; readonly amount: number }
  | { readonly code: 'holidays'; readonly amount: number; readonly days: readonly string[] }
  | { readonly code: 'taken-out'; readonly pause: PauseSaid; readonly amount: number }
  /** Pauses cannot take out more than ran. */
  | { readonly code: 'no-more'; readonly amount: number }
  | { readonly code: 'explains'; readonly pause: PauseSaid }
  | { readonly code: 'length'; readonly amount: number }
  | { readonly code: 'limit'; readonly amount: number; readonly longest: boolean }
  | { readonly code: 'left' | 'over'; readonly amount: number; readonly lastDay: string | null }
  | { readonly code: 'waiting' | 'quiet' }

/** The sum written out: each line follows from those above it, so that anybody can work it out anew from what stands there. */
export function sumLines(parts: ClockParts): readonly SumLine[] {
  const { start, stop, until, gross, length } = parts
  const ends: readonly SumLine[] = [
    start ? { code: parts.restarted ? 'restart' : 'start', end: start, at: wallOf(start, parts) } : { code: 'no-start' },
    stop ? { code: 'stop', end: stop, at: wallOf(stop, parts) } : { code: 'no-stop' },
  ]
  if (!start || !until || gross === null || length === null) return ends
  const added = [...ran(parts, { start, until, gross }), ...pausesOf(parts, { start, until, paused: gross - length })]
  return [...ends, ...added, ...(added.length > 1 ? [{ code: 'length' as const, amount: shown(length) }] : []), ...againstLimit(parts)]
}

/** Minutes to a hundredth; days are whole. */
const shown = (amount: number): number => Math.round(amount * 100) / 100

/** Only a clock in minutes has times; on the night the clocks change the distance from UTC tells how long it was. */
export function wallOf({ day, at }: Printed, { unit, zone }: Pick<ClockParts, 'unit' | 'zone'>): Wall {
  if (unit !== 'minute' || at === null) return { day }
  const instant = (Date.parse(at) / 1000) as Instant // printed to the second
  const wall = wallTimeOf(instant, zone)
  const ahead = wall.day * 86_400 + wall.seconds - instant
  return {
    day: dayText(wall.day),
    time: clockText(wall.seconds),
    offset: `${ahead < 0 ? '-' : '+'}${clockText(Math.abs(ahead)).slice(0, 5)}`,
  }
}

const clockText = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(11, 19)

interface Ran {
  readonly start: PrintedEnd
  readonly until: Printed
}

function ran(parts: ClockParts, { start, until, gross }: Ran & { readonly gross: number }): readonly SumLine[] {
  const between = { from: wallOf(start, parts), to: wallOf(until, parts), now: parts.stop === null }
  if (!parts.calendar) return [{ code: 'from-to', ...between, amount: shown(gross) }]
  const off = (day: string) => parts.calendar?.weekend.includes(weekdays[weekdayOf(dayAt(day))] ?? '')
  const holidays = parts.calendar.holidays.filter((day) => day > start.day && !off(day))
  const all = dayAt(until.day) - dayAt(start.day)
  return [
    { code: 'calendar-days', ...between, amount: all },
    { code: 'weekends', amount: gross + holidays.length - all },
    ...(holidays.length === 0 ? [] : [{ code: 'holidays' as const, amount: -holidays.length, days: holidays }]),
  ]
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

const dayAt = (text: string): Day => {
  const day = readDay(text)
  if (day === undefined) throw new RangeError('An explanation names a day that does not exist.')
  return day
}

function pausesOf(parts: ClockParts, { start, until, paused }: Ran & { readonly paused: number }): readonly SumLine[] {
  const lines = parts.adjustments.map((pause): SumLine => {
    const said = pauseSaid(parts, pause, { start, until })
    return pause.takenOut ? { code: 'taken-out', pause: said, amount: -shown(pause.adds) } : { code: 'explains', pause: said }
  })
  const more = shown(parts.adjustments.reduce((all, { adds }) => all + adds, 0) - paused)
  return more > 0 ? [...lines, { code: 'no-more', amount: more }] : lines
}

/** What lies before the clock or after it is not the clock's. */
function pauseSaid(parts: ClockParts, { name, from, to, amount }: Adjustment, { start, until }: Ran): PauseSaid {
  const edge = ({ day, at }: Printed): string => at ?? day
  const first = amount === null && edge(from) < edge(start) ? start : from
  const last = to === null || (amount === null && edge(to) > edge(until)) ? until : to
  return { name, from: wallOf(first, parts), to: wallOf(last, parts), open: to === null, said: amount === null ? null : shown(amount) }
}

function againstLimit({ limit, left, waiting }: ClockParts): readonly SumLine[] {
  if (!limit || limit.amount === null || left === null) return []
  const lastDay = limit.day
  return [
    { code: 'limit', amount: limit.amount, longest: limit.longest },
    left >= 0 ? { code: 'left', amount: shown(left), lastDay } : { code: 'over', amount: shown(-left), lastDay },
    ...(waiting === null ? [] : [{ code: waiting ? ('waiting' as const) : ('quiet' as const) }]),
  ]
}
