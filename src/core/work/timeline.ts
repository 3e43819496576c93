import type { ExplainedClock, ExplainedEntry } from '../measure/explain.ts'
import type { ClockParts, Printed } from '../measure/parts.ts'
import { addDays, type Day, dayOf, dayText, readDay, weekdayOf } from '../words/day.ts'
import { type Instant, wallTimeOf } from '../words/instant.ts'
import { type Wall, wallOf } from './sum-lines.ts'

/** What there is to draw of one pathway. Where lies on the axis is days since 1970, with parts of a day where the time is known. */
export interface TimelineQuestion {
  readonly zone: string
  readonly today: Day
  readonly entries: readonly Pick<ExplainedEntry, 'id' | 'code' | 'occurred' | 'usedFor' | 'passed' | 'use'>[]
  readonly clocks: readonly Pick<ExplainedClock, 'interval' | 'name' | 'verdict' | 'parts'>[]
  /** Steps that settle the day of a milestone; `name` is the milestone's. */
  readonly bookings: readonly { readonly name: string; readonly on: string }[]
}

export interface Mark {
  /** `other`: an entry that no milestone is chosen from. `booked`: it has not happened yet. */
  readonly kind: 'milestone' | 'closing' | 'booked' | 'other'
  readonly at: number
  readonly day: string
  /** Milestones reached on one day share a mark. */
  readonly names: readonly string[]
  readonly codes: readonly string[]
}

export interface Bar {
  readonly interval: string
  readonly name: string
  readonly verdict: string
  readonly from: number
  readonly to: number
  /** `open`: it runs on. `doubt`: both ends are there, but what stands there cannot be relied on. `ended`: the pathway ended without its stop. */
  readonly end: 'stop' | 'open' | 'doubt' | 'ended'
  /** Where its limit lies, and the day in words. */
  readonly limit?: { readonly at: number; readonly day: string }
  /** Where it is past the limit from. */
  readonly past?: number
  readonly pauses: readonly { readonly name: string; readonly from: number; readonly to: number; readonly takenOut: boolean }[]
}

export interface Timeline {
  readonly from: number
  readonly to: number
  /** Long stretches in which nothing happened, in order: drawn shorter than they are. */
  readonly breaks: readonly Break[]
  /** Absent: today lies far off, and drawing it would squeeze everything else. */
  readonly today?: number
  readonly marks: readonly Mark[]
  readonly bars: readonly Bar[]
}

/** `drawn`: the days of the axis it is given. */
export interface Break {
  readonly from: number
  readonly to: number
  readonly drawn: number
}

export function timelineOf(question: TimelineQuestion): Timeline {
  const marks = marksOf(question)
  const bars = barsOf(question, marks)
  const ends = [
    ...marks.map(({ at }) => at),
    ...bars.flatMap(({ from, to, limit, end }) => [from, ...(end === 'open' ? [] : [to]), ...(limit ? [limit.at] : [])]),
  ]
  const open = bars.some(({ end }) => end === 'open')
  const first = Math.min(...ends, ...(ends.length === 0 ? [question.today] : []))
  const last = Math.max(...ends, first)
  // What is over is not squeezed into a corner by the time that has gone by since.
  const showsToday = open || question.today - last <= Math.max(14, (last - first) / 3)
  const [from, to] = showsToday ? [Math.min(first, question.today), Math.max(last, question.today)] : [first, last]
  const seen = [...ends, ...bars.flatMap((bar) => [bar.to, ...bar.pauses.flatMap((pause) => [pause.from, pause.to])])]
  const breaks = breaksOf([from, to, ...seen.filter((at) => at > from && at < to)])
  const room = Math.max(to - from - breaks.reduce((sum, cut) => sum + cut.to - cut.from - cut.drawn, 0), 0.25) * 0.02
  return { from: from - room, to: to + room, breaks, ...(showsToday ? { today: question.today } : {}), marks, bars }
}

/** Shorter stretches are never cut: how far past its limit a clock is should be seen as what it is. */
const leastBreak = 180
/** What a break is given, as a part of all that is drawn to scale. */
const breakShare = 1 / 8

/**
 * Where the axis is cut. A clock that runs for years would squeeze the weeks in which everything happened into a corner: a stretch without anything on it
 * that takes more than a third of the axis is drawn as an eighth of the rest, and says so.
 */
function breaksOf(points: readonly number[]): readonly Break[] {
  const sorted = points.toSorted((a, b) => a - b)
  const whole = sorted.at(-1)! - sorted[0]! // both ends of the axis are among them
  const gaps = sorted.flatMap((to, i) => (i === 0 ? [] : [{ from: sorted[i - 1]!, to }]))
  const long = gaps.filter(({ from, to }) => to - from > leastBreak && to - from > whole / 3)
  const rest = whole - long.reduce((sum, { from, to }) => sum + to - from, 0)
  return rest <= 0 ? [] : long.map((gap) => ({ ...gap, drawn: Math.min(rest * breakShare, gap.to - gap.from) }))
}

/** Where a moment lies on the axis as it is drawn: 0 at its beginning, 1 at its end. */
export function placeOf({ from, to, breaks }: Pick<Timeline, 'from' | 'to' | 'breaks'>, at: number): number {
  const drawn = (until: number): number =>
    until -
    from -
    breaks.reduce((sum, cut) => {
      const inside = Math.min(Math.max(until - cut.from, 0), cut.to - cut.from)
      return sum + inside * (1 - cut.drawn / (cut.to - cut.from))
    }, 0)
  return drawn(at) / drawn(to)
}

const secondsIn = (time: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  return hours * 3600 + minutes * 60 + seconds
}

const dayAt = (text: string): Day => {
  const day = readDay(text)
  if (day === undefined) throw new RangeError('An explanation names a day that does not exist.')
  return day
}

const atWall = ({ day, time }: Wall): number => dayAt(day) + (time === undefined ? 0 : secondsIn(time) / 86_400)

/** An entry's moment on the wall clock of the pack: `2026-03-07`, or `2026-03-07 08:12:00Z`. */
function entryAt(occurred: string, zone: string): number {
  const [day = '', time] = occurred.split(' ')
  if (time === undefined) return dayAt(day)
  const wall = wallTimeOf((dayAt(day) * 86_400 + secondsIn(time.replace('Z', ''))) as Instant, zone)
  return wall.day + wall.seconds / 86_400
}

function marksOf({ entries, bookings, zone }: TimelineQuestion): readonly Mark[] {
  const found = entries.flatMap((entry): readonly Mark[] => {
    if (entry.passed && entry.passed.code !== 'other-chosen' && entry.passed.code !== 'other-side') return []
    const at = entryAt(entry.occurred, zone)
    const milestones = entry.use.marks.filter(({ id, kind }) => kind === 'milestone' && entry.usedFor.includes(id))
    const kind = milestones.length === 0 ? 'other' : milestones.some(({ closing }) => closing) ? 'closing' : 'milestone'
    return [{ kind, at, day: entry.occurred.slice(0, 10), names: milestones.map(({ name }) => name), codes: [entry.code] }]
  })
  const booked = bookings.map(({ name, on }): Mark => ({ kind: 'booked', at: dayAt(on), day: on, names: [name], codes: [] }))
  const byPlace = Map.groupBy([...found, ...booked], ({ kind, at }) => `${kind === 'closing' ? 'milestone' : kind} ${at}`)
  return [...byPlace.values()]
    .map(
      (same): Mark => ({
        ...same[0]!, // a group has a first
        kind: same.find(({ kind }) => kind === 'closing')?.kind ?? same[0]!.kind,
        names: [...new Set(same.flatMap(({ names }) => names))],
        codes: same.flatMap(({ codes }) => codes),
      }),
    )
    .sort((a, b) => a.at - b.at)
}

function barsOf({ clocks, today }: TimelineQuestion, marks: readonly Mark[]): readonly Bar[] {
  const closed = marks.filter(({ kind }) => kind === 'closing').at(-1)
  return clocks.flatMap(({ interval, name, verdict, parts }): readonly Bar[] => {
    const { start, stop, until, limit } = parts
    if (!start) return []
    const at = (printed: Printed) => atWall(wallOf(printed, parts))
    const from = at(start)
    const common = { interval, name, verdict, from, pauses: [] }
    if (!until) {
      if (stop) return [{ ...common, from: Math.min(from, at(stop)), to: Math.max(from, at(stop)), end: 'doubt' }]
      return closed && closed.at >= from ? [{ ...common, to: closed.at, end: 'ended' }] : []
    }
    // As known on a day is until its end; a drawing ends with the day.
    const to = Math.max(from, stop ? at(stop) : Math.min(at(until), today + 1))
    const limitAt = limitOf(parts, from)
    return [
      {
        ...common,
        pauses: pausesOf(parts, from, to),
        to,
        end: stop ? 'stop' : 'open',
        ...(limit?.day == null || limitAt === undefined ? {} : { limit: { at: limitAt, day: limit.day } }),
        // Days off right after the last working day still keep the limit.
        ...(limitAt !== undefined && parts.left !== null && parts.left < 0 ? { past: Math.max(limitAt, from) } : {}),
      },
    ]
  })
}

/** A clock in minutes passes its limit at a moment, any other when its last day is over. */
function limitOf({ limit, unit, paused }: ClockParts, from: number): number | undefined {
  if (!limit || limit.day === null || limit.amount === null) return undefined
  return unit === 'minute' ? from + (limit.amount + (paused ?? 0)) / 1440 : dayAt(limit.day)
}

/** So long by what an entry says, not from day to day: drawn from the day of the entry, which may lie before the clock or after it. */
const pausesOf = (parts: ClockParts, from: number, to: number): Bar['pauses'] =>
  parts.adjustments.map((pause) => {
    const within = (printed: Printed | null) => (printed === null ? to : Math.min(Math.max(atWall(wallOf(printed, parts)), from), to))
    const begin = within(pause.from)
    return { name: pause.name, from: begin, to: pause.amount === null ? within(pause.to) : begin, takenOut: pause.takenOut }
  })

/** A line of the axis. `year`: its label carries the year. */
export interface Tick {
  readonly at: number
  readonly day: string
  readonly unit: 'hour' | 'day' | 'month'
  readonly year: boolean
  /** Of hours: which. */
  readonly hour?: number
}

const hourSteps = [1, 2, 3, 6, 12] as const
const daySteps = [1, 7, 14] as const
const monthSteps = [1, 2, 3, 6, 12, 24, 60, 120] as const

/**
 * Lines of the axis at whole hours, days, Mondays or months, as close as labels of `room` in a drawing of `width` allow. None within a break, and none so
 * near before one that its label would lie in it.
 */
export function ticksOf({ from, to, breaks }: Pick<Timeline, 'from' | 'to' | 'breaks'>, width: number, room: number): readonly Tick[] {
  const drawn = to - from - breaks.reduce((sum, cut) => sum + cut.to - cut.from - cut.drawn, 0)
  const least = (drawn / width) * room
  const ends = [from, ...breaks.flatMap((cut) => [cut.from, cut.to]), to]
  const pieces = breaks.map((cut, i) => ({ from: ends[2 * i]!, to: cut.from - least })) // an end on either side of each break
  const found = [...pieces, { from: ends.at(-2)!, to }].flatMap((piece) => pieceTicks(piece.from, piece.to, least))
  return found.map((tick, nth) => ({ ...tick, year: nth === 0 || tick.day.slice(0, 4) !== found[nth - 1]!.day.slice(0, 4) })) // the one before is there
}

function pieceTicks(from: number, to: number, least: number): readonly Omit<Tick, 'year'>[] {
  if (to < from) return []
  const hours = hourSteps.find((step) => step / 24 >= least)
  if (hours !== undefined) return hourTicks(from, to, hours)
  const days = daySteps.find((step) => step >= least)
  return days === undefined ? monthTicks(from, to, monthSteps.find((step) => step * 28 >= least) ?? 240) : dayTicks(from, to, days)
}

function hourTicks(from: number, to: number, step: number): readonly Omit<Tick, 'year'>[] {
  const first = Math.ceil((from * 24) / step)
  return Array.from({ length: Math.max(0, Math.floor((to * 24) / step) - first + 1) }, (_, i) => {
    const hours = (first + i) * step
    const day = dayText(Math.floor(hours / 24) as Day)
    return { at: hours / 24, day, unit: 'hour', hour: ((hours % 24) + 24) % 24 }
  })
}

function dayTicks(from: number, to: number, step: number): readonly Omit<Tick, 'year'>[] {
  let day = Math.ceil(from) as Day
  if (step > 1) day = addDays(day, (8 - weekdayOf(day)) % 7)
  const ticks: Omit<Tick, 'year'>[] = []
  for (; day <= to; day = addDays(day, step)) ticks.push({ at: day, day: dayText(day), unit: 'day' })
  return ticks
}

function monthTicks(from: number, to: number, step: number): readonly Omit<Tick, 'year'>[] {
  const [year = 0, month = 1] = dayText(Math.floor(from) as Day)
    .split('-')
    .map(Number)
  const ticks: Omit<Tick, 'year'>[] = []
  for (let n = Math.ceil((year * 12 + month - 1) / step) * step; ; n += step) {
    const at = dayOf(Math.floor(n / 12), (n % 12) + 1, 1)
    if (at > to) return ticks
    if (at >= from) ticks.push({ at, day: dayText(at), unit: 'month' })
  }
}

export interface Label {
  /** Where its mark stands, and how much room its words need. */
  readonly x: number
  readonly width: number
}
export interface PlacedLabel {
  /** Where its words begin. */
  readonly from: number
  /** 0 is next to the axis. */
  readonly lane: number
}

/**
 * Places labels of marks so that none lies on another: each like a flag on its pole, to the right of it, or to the left where the drawing ends. From the
 * right, each goes into the lowest lane in which it meets no label, and, as far as that goes, no pole runs through one.
 */
export function placeLabels(labels: readonly Label[], width: number, gap: number): readonly PlacedLabel[] {
  const placed: { readonly x: number; readonly from: number; readonly to: number; readonly lane: number }[] = []
  const order = labels.map((label, nth) => ({ ...label, nth })).sort((a, b) => b.x - a.x || b.nth - a.nth)
  const answer: PlacedLabel[] = labels.map(() => ({ from: 0, lane: 0 }))
  for (const { x, width: room, nth } of order) {
    const from = x + room <= width ? x : Math.max(0, x - room)
    const to = from + room
    const near = placed.filter((other) => other.from < to + gap && from < other.to + gap)
    const through = placed.filter((other) => other.x > from && other.x < to)
    const lane = lowestLane(
      near.map((other) => other.lane),
      Math.max(-1, ...through.map((other) => other.lane)) + 1,
    )
    placed.push({ x, from, to, lane })
    answer[nth] = { from, lane }
  }
  return answer
}

function lowestLane(taken: readonly number[], least: number): number {
  let lane = least
  while (taken.includes(lane)) lane++
  return lane
}
