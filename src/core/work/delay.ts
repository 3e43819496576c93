import { barredOf, type Chosen, type CodedEntry, type Pathway, timeOf } from '../clock/chosen.ts'
import { type Clock, nowOf, type PathwayReading, type Position, readClock, readPathway, scale, union } from '../clock/clock.ts'
import type { Interval, Pack, Slot } from '../pack/pack.ts'
import { type Day, dayText } from '../words/day.ts'

/** Where a segment begins or ends: at an entry, of a milestone where it was chosen for one. */
export interface DelayPoint {
  readonly milestone?: string
  readonly name: string
  readonly code: string
  readonly on: string
}

/** A piece of a clock, at one place. Its lengths are in whole units of the clock, `paused` beside `length` and not in it. */
export interface DelaySegment {
  readonly from: DelayPoint
  /** Absent: it goes on. */
  readonly to?: DelayPoint
  readonly place?: string
  readonly length: number
  readonly paused: number
}

export interface Delay {
  readonly unit: Interval['unit']
  /** The length of the clock: the segments add up to it exactly. */
  readonly total: number
  readonly segments: readonly DelaySegment[]
  /** Index of the longest segment; of several, the first. */
  readonly longest: number
}

/** A clock past its limit, with a stop or without. */
export interface PassedLimit {
  readonly interval: string
  readonly name: string
  readonly variant: string
  readonly verdict: 'missed' | 'overrun'
  readonly limit: number
  readonly limitDay?: string
  readonly delay: Delay
}

/** Every limit a pathway has passed, by what counts on the day asked about, in the order of the pack. */
export function passedLimits(pack: Pack, pathway: Pathway, asking: PathwayReading['asking']): readonly PassedLimit[] {
  const reading = readPathway(pack, pathway, asking)
  return pack.intervals.flatMap((interval) => {
    const clock = readClock(reading, interval)
    if (clock?.limitAmount === undefined || (clock.verdict !== 'missed' && clock.verdict !== 'overrun')) return []
    const delay = delaySegments(reading, clock)
    if (!delay) return []
    const { verdict, limitAmount, limitDay } = clock
    return [
      {
        interval: interval.id,
        name: interval.name,
        variant: reading.pathway.variant,
        verdict,
        limit: limitAmount / perUnit(interval),
        ...(limitDay === undefined ? {} : { limitDay: dayText(limitDay) }),
        delay,
      },
    ]
  })
}

const perUnit = (interval: Interval): number => (interval.unit === 'minute' ? 60 : 1)

interface Cut {
  readonly at: Position
  readonly point: DelayPoint
  readonly place?: string
}

/**
 * The whole length of a clock in segments: cut at each milestone inside it, and wherever something counts at another place than before.
 *
 * The segments add up to the clock's length exactly. Pauses that run from day to day are taken out where they lie; those that are a number of days
 * are taken out of the segment their entry ends or lies in, and what is more than that segment holds, out of those before it, then of those after.
 * Undefined where the clock has no length.
 */
export function delaySegments(reading: PathwayReading, clock: Clock): Delay | undefined {
  const { interval, start, stop, length } = clock
  if (!start || length === undefined) return undefined
  const on = scale(interval)
  const edge = (p: Position) => (interval.unit === 'minute' ? p.time : p.day)
  const until = stop ?? nowOf(reading)
  const cuts = cutsOf(reading, start, until, edge)
  const spans = clock.stretches.filter((s) => s.subtracted && s.amount === undefined)
  const pieces = cuts.map((cut, i) => {
    const end = cuts[i + 1]?.at ?? until
    const gross = on(end) - on(cut.at)
    const out = union(spans, { start: cut.at, until: end, on, interval })
    return { cut, end, gross, paused: [...out.values()].reduce((sum, n) => sum + n, 0) }
  })
  for (const { amount = 0, from } of clock.stretches.filter((s) => s.subtracted)) {
    let rest = amount
    const own = pieces.findIndex(({ end }) => edge(from) <= edge(end))
    const here = own < 0 ? pieces.length - 1 : own
    for (const piece of [...pieces.slice(0, here + 1).reverse(), ...pieces.slice(here + 1)]) {
      const taken = Math.min(rest, piece.gross - piece.paused)
      piece.paused += taken
      rest -= taken
    }
  }
  const per = perUnit(interval)
  // Whole units of what has run so far: rounded one by one, minutes would not add up.
  let [ran, rested] = [0, 0]
  const segments = pieces.map(({ cut, gross, paused }, i): DelaySegment => {
    const before = [Math.floor(ran / per), Math.floor(rested / per)] as const
    ran += gross - paused
    rested += paused
    const to = cuts[i + 1]?.point ?? (stop && pointOf(stop.coded, stop.slot))
    return {
      from: cut.point,
      ...(to ? { to } : {}),
      ...(cut.place === undefined ? {} : { place: cut.place }),
      length: Math.floor(ran / per) - before[0],
      paused: Math.floor(rested / per) - before[1],
    }
  })
  const most = Math.max(...segments.map((s) => s.length))
  return { unit: interval.unit, total: Math.floor(length / per), segments, longest: segments.findIndex((s) => s.length === most) }
}

const pointOf = ({ entry, row }: CodedEntry, slot?: Slot): DelayPoint => ({
  ...(slot ? { milestone: slot.id } : {}),
  name: slot?.name ?? row.label ?? entry.code,
  code: entry.code,
  on: dayText(entry.occurred),
})

/** Where segments begin, in order: the start, then what lies between it and the end. */
function cutsOf(reading: PathwayReading, start: Chosen, until: Position, edge: (p: Position) => number): readonly Cut[] {
  const { pack, pathway, asking } = reading
  const milestones = new Map<CodedEntry, Slot>()
  for (const chosen of reading.chosen.base) if (chosen?.slot.kind === 'milestone') milestones.set(chosen.coded, chosen.slot)
  const inside = pathway.entries
    .filter((coded) => !barredOf(coded, asking))
    .map((coded) => ({ coded, at: { time: timeOf(pack, coded.entry), day: coded.entry.occurred as Day } }))
    .filter(({ at }) => edge(at) > edge(start) && edge(at) < edge(until))
    .sort((a, b) => edge(a.at) - edge(b.at) || a.coded.entry.seq - b.coded.entry.seq)
  const cuts: Cut[] = [{ at: start, point: pointOf(start.coded, start.slot), ...placeOf(start.coded.entry.place) }]
  for (const [, together] of Map.groupBy(inside, ({ at }) => edge(at))) {
    const before = cuts.at(-1)?.place
    const place = together.findLast(({ coded }) => coded.entry.place !== undefined)?.coded.entry.place ?? before
    // Of several at one moment the furthest step of the course stands for all.
    const steps = together.flatMap(({ coded, at }) => {
      const slot = milestones.get(coded)
      return slot ? [{ coded, at, slot }] : []
    })
    const step = steps.sort((a, b) => a.slot.index - b.slot.index).at(-1)
    const moved = place === before ? undefined : together.find(({ coded }) => coded.entry.place === place)
    const cut = step ?? moved
    if (cut) cuts.push({ at: cut.at, point: pointOf(cut.coded, step?.slot), ...placeOf(place) })
  }
  return cuts
}

const placeOf = (place: string | undefined) => (place === undefined ? {} : { place })
