import { type Day, dayOf, firstDay, lastDay } from '../core/words/day.ts'
import { type Instant, instantOf, wallTimeOf } from '../core/words/instant.ts'

/** A day, and the moment in it when that is known. */
export interface Moment {
  readonly day: Day
  readonly at?: Instant
  /** `at`, or the day's midnight. */
  readonly earliest: Instant
}

export type MomentFault = 'entries/bad-date' | 'entries/out-of-range'

/** A text that is no moment gives the fault's code instead. */
export type MomentReader = (text: string) => Moment | MomentFault

type Part = 'year' | 'month' | 'date' | 'hour' | 'minute' | 'second' | 'fraction' | 'offset'
interface Shape {
  readonly pattern: RegExp
  /** What each group of the pattern holds. */
  readonly parts: readonly Part[]
}

const iso: Shape = {
  pattern: /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?(Z|[+-]\d\d(?::?\d\d)?)?)?$/,
  parts: ['year', 'month', 'date', 'hour', 'minute', 'second', 'fraction', 'offset'],
}

const tokens: { readonly [token: string]: readonly [part: Part, pattern: string] } = {
  yyyy: ['year', '(\\d{4})'],
  MM: ['month', '(\\d\\d)'],
  M: ['month', '(\\d\\d?)'],
  dd: ['date', '(\\d\\d)'],
  d: ['date', '(\\d\\d?)'],
  HH: ['hour', '(\\d\\d)'],
  mm: ['minute', '(\\d\\d)'],
  ss: ['second', '(\\d\\d)'],
  SSS: ['fraction', '(\\d{3})'],
}
const tokenPattern = /yyyy|MM|dd|HH|mm|ss|SSS|M|d/g

function shapeOf(format: string): Shape {
  const parts = [...format.matchAll(tokenPattern)].map(([token]) => tokens[token]![0])
  const literals = format.split(tokenPattern).map((literal) => literal.replace(/[^A-Za-z0-9 ]/g, '\\$&'))
  const found = [...format.matchAll(tokenPattern)].map(([token]) => tokens[token]![1])
  return { pattern: new RegExp(`^${literals.map((literal, i) => literal + (found[i] ?? '')).join('')}$`), parts }
}

/** What is wrong with a format, in the reader's words; undefined when it is fine. */
export function formatFault(format: string): string | undefined {
  const { parts } = shapeOf(format)
  const lacks = (part: Part) => !parts.includes(part)
  if (lacks('year') || lacks('month') || lacks('date')) return 'expected at least yyyy, MM and dd (small y and d, capital M)'
  if (new Set(parts).size < parts.length) return 'expected each part of a date only once'
  if ((lacks('hour') && !lacks('minute')) || (lacks('minute') && !lacks('second')) || (lacks('second') && !lacks('fraction')))
    return 'expected HH before mm, mm before ss, ss before SSS'
  return undefined
}

/** Distinct texts kept at most; a day column has some thousands, and a column of seconds is cheap to forget. */
const rememberedTexts = 20_000

/**
 * Reads days and times written one way. Times without an offset are wall-clock times of the zone; a text with a day
 * only is known only to the day. Parts of a second are cut off.
 */
export function momentReader(zone: string, format?: string): MomentReader {
  const shape = format === undefined ? iso : shapeOf(format)
  const known = new Map<string, Moment | MomentFault>()
  return (text) => {
    let moment = known.get(text)
    if (moment === undefined) {
      moment = momentOf(text, shape, zone)
      if (known.size >= rememberedTexts) known.clear()
      known.set(text, moment)
    }
    return moment
  }
}

function momentOf(text: string, { pattern, parts }: Shape, zone: string): Moment | MomentFault {
  const match = pattern.exec(text)
  if (!match) return 'entries/bad-date'
  const part = (name: Part): string | undefined => match[parts.indexOf(name) + 1]
  const number = (name: Part): number => (parts.includes(name) ? Number(part(name) ?? 0) : 0)
  const [year, month, date] = [number('year'), number('month'), number('date')]
  const [hour, minute, second] = [number('hour'), number('minute'), number('second')]
  if (month < 1 || month > 12 || date < 1 || date > daysIn(year, month) || hour > 23 || minute > 59 || second > 59)
    return 'entries/bad-date'
  if (year < 1900 || year > 2199) return 'entries/out-of-range'
  const day = dayOf(year, month, date)
  if (!parts.includes('hour') || part('hour') === undefined) return { day, earliest: instantOf({ day, seconds: 0 }, zone) }
  const wall = { day, seconds: hour * 3600 + minute * 60 + second }
  const offset = parts.includes('offset') ? part('offset') : undefined
  if (offset === undefined) return momentAt(instantOf(wall, zone), day)
  const offsetMinutes = minutesOf(offset)
  if (offsetMinutes === undefined) return 'entries/bad-date'
  const at = (day * 86_400 + wall.seconds - offsetMinutes * 60) as Instant
  const local = wallTimeOf(at, zone).day
  return local >= firstDay && local <= lastDay ? momentAt(at, local) : 'entries/out-of-range'
}

const momentAt = (at: Instant, day: Day): Moment => ({ day, at, earliest: at })

const daysIn = (year: number, month: number): number =>
  month === 2 ? (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31

function minutesOf(offset: string): number | undefined {
  if (offset === 'Z') return 0
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(3).replace(':', '') || 0)]
  if (hours > 14 || minutes > 59) return undefined
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}
