import { type Day, dayOf } from './day.ts'
import { getOrMake } from './lookup.ts'

/** A moment: whole seconds since 1970-01-01T00:00Z. Parts of a second are cut off when it is read. */
export type Instant = number & { readonly unit: 'second' }

/** Wall-clock time of a place: its day and the seconds since its midnight (no zone). */
export interface WallTime {
  readonly day: Day
  readonly seconds: number
}

const parts = {
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
} as const
const formats = new Map<string, Intl.DateTimeFormat>()
const formatOf = (zone: string): Intl.DateTimeFormat =>
  getOrMake(formats, zone, () => new Intl.DateTimeFormat('en-CA', { ...parts, timeZone: zone }))

/** A name of the IANA list. An offset such as "+05:30" is none: databases read its sign the other way round. */
export function isZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}

/** Offsets change at most on a quarter of an hour, so one lookup serves a quarter. */
const offsets = new Map<string, Map<number, number>>()
function offsetAt(instant: number, zone: string): number {
  if (zone === 'UTC') return 0
  const known = getOrMake(offsets, zone, () => new Map<number, number>())
  const quarter = Math.floor(instant / 900)
  let offset = known.get(quarter)
  if (offset === undefined) {
    const part: Record<string, number> = {}
    for (const { type, value } of formatOf(zone).formatToParts(quarter * 900_000)) part[type] = Number(value)
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part
    offset = dayOf(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - quarter * 900
    if (known.size > 200_000) known.clear()
    known.set(quarter, offset)
  }
  return offset
}

/**
 * The moment a wall clock showed this time. The hour that comes twice in autumn is taken as its first passing;
 * a time that spring skips is taken as that much after the jump (02:30 becomes 03:30).
 */
export function instantOf(wall: WallTime, zone: string): Instant {
  const naive = wall.day * 86_400 + wall.seconds
  const before = offsetAt(naive - 86_400, zone)
  const after = offsetAt(naive + 86_400, zone)
  if (before === after) return (naive - before) as Instant
  const early = naive - Math.max(before, after)
  if (offsetAt(early, zone) === Math.max(before, after)) return early as Instant
  const late = naive - Math.min(before, after)
  return (offsetAt(late, zone) === Math.min(before, after) ? late : naive - before) as Instant
}

export function wallTimeOf(instant: Instant, zone: string): WallTime {
  const local = instant + offsetAt(instant, zone)
  const day = Math.floor(local / 86_400)
  return { day: day as Day, seconds: local - day * 86_400 }
}

/** First moment after the day, at the place: what "as known on this day" reaches up to. */
export const endOfDay = (day: Day, zone: string): Instant => instantOf({ day: (day + 1) as Day, seconds: 0 }, zone)
