import { limitAt } from '../pack/limit-table.ts'
import type { Interval, LimitRow, Pack, Pause } from '../pack/pack.ts'
import type { Verdict } from '../pack/schema.ts'
import { addDays, type Day } from '../words/day.ts'
import { type Instant, wallTimeOf } from '../words/instant.ts'
import { getOrMake } from '../words/lookup.ts'
import { type Asking, barredOf, type Chosen, type CodedEntry, choose, momentOf, type Pathway, type Reading, timeOf } from './chosen.ts'
import { attributeOf, type Facts, holds } from './condition.ts'
import { dayOfCount, workingDaysUpTo } from './working-days.ts'

/** Why a clock is not applicable or unknown. */
export const reasons = [
  'not-in-force',
  'ended-otherwise',
  'untimed',
  'start-missing',
  'in-doubt',
  'imprecise',
  'order-impossible',
  'outside-calendar',
  'limit-unknown',
] as const
export type Reason = (typeof reasons)[number]

/** Where on the calendar and the clock something lies. */
export interface Position {
  readonly time: number
  readonly day: Day
}

/** One stretch taken out, or one that only explains: from entry to entry, or an amount an entry names. */
export interface Stretch {
  readonly pause: Pause
  readonly from: Position
  readonly to: Position
  readonly amount?: number
  readonly entries: readonly CodedEntry[]
  readonly subtracted: boolean
  /** Nothing has ended it yet. */
  readonly open: boolean
  /** What it adds, in the clock's unit, to what is taken out: nothing that a stretch before it took out already. */
  readonly adds: number
}

/**
 * One interval running in one pathway. Lengths are in the clock's unit: days, working days, or seconds for minutes.
 * No verdict at all (`undefined` from `readClock`): the pathway never came to this interval.
 */
export interface Clock {
  readonly interval: Interval
  readonly verdict: Verdict
  readonly reason?: Reason
  readonly start?: Chosen
  readonly stop?: Chosen
  readonly restarted: boolean
  /** From start to stop, or to the day asked about, before and after pauses. */
  readonly gross?: number
  readonly paused?: number
  readonly length?: number
  /** The length if what the patient chose, or medical reasons, had been taken out too. */
  readonly withoutPatient?: number
  readonly withoutMedical?: number
  readonly stretches: readonly Stretch[]
  /** The pause that is being taken out on the day asked about; of several the first in the pack. Only of clocks without a stop. */
  readonly pausedBy?: Pause
  readonly limit?: LimitRow
  /** In the clock's unit. */
  readonly limitAmount?: number
  /** The last day on which the limit is kept. */
  readonly limitDay?: Day
  /** Something happened after the limit: it is still going on. Only of clocks that are overrun. */
  readonly waiting?: boolean
}

/** One pathway read at one question, shared by its clocks. */
export interface PathwayReading {
  readonly pack: Pack
  readonly pathway: Pathway
  readonly asking: Asking
  readonly chosen: Readonly<Record<Reading, readonly (Chosen | undefined)[]>>
}

export function readPathway(pack: Pack, pathway: Pathway, asking: Asking): PathwayReading {
  const read = (reading: Reading) => choose(pack, pathway, reading, asking)
  const known = pack.variantFrom === 'entry' ? { ...pathway, variant: entryVariant(pathway, asking) } : pathway
  return { pack, pathway: known, asking, chosen: { base: read('base'), sure: read('sure'), 'real-time': read('real-time') } }
}

/** Where entries carry the variant beside the code, the first in order of letters of those known, so that it never depends on order. */
function entryVariant({ entries }: Pathway, asking: Asking): string {
  const named = entries.flatMap(({ entry }) =>
    entry.variant !== undefined && entry.recorded <= asking.asOf && entry.occurred <= asking.asOf ? entry.variant : [],
  )
  return named.sort()[0] ?? ''
}

export const baseFacts = (reading: PathwayReading, verdictOf: Facts['verdictOf']): Facts => ({
  pack: reading.pack,
  variant: reading.pathway.variant,
  chosen: reading.chosen.base,
  verdictOf,
})

/** How far a clock without a stop has come. */
export const nowOf = ({ pack, asking }: PathwayReading): Position => ({
  time: pack.time === 'day' ? asking.asOf : asking.asOfAt,
  day: asking.asOf,
})

const noVerdict = () => undefined
const openDoubts: readonly string[] = ['asked', 'unknown']

/** Position on the clock's own scale: differences of it are lengths. */
export function scale(interval: Interval): (at: { time: number; day: Day }) => number {
  if (interval.unit === 'minute') return ({ time }) => time
  const { calendar } = interval
  return calendar && interval.unit === 'working-day' ? ({ day }) => workingDaysUpTo(calendar, day) : ({ day }) => day
}

/** Reads one clock under one reading of the entries. Conditions and pauses always rest on the base reading. */
export function readClock(at: PathwayReading, interval: Interval, reading: Reading = 'base'): Clock | undefined {
  const { pack, pathway, asking } = at
  const chosen = at.chosen[reading]
  const facts = { ...baseFacts(at, noVerdict), chosen }
  const opened = momentOf(interval.from, chosen)
  const stop = momentOf(interval.to, chosen)
  const restart = interval.restartedBy === undefined ? undefined : chosen[interval.restartedBy]
  const restarted = opened !== undefined && restart !== undefined && restart.time >= opened.time && (!stop || restart.time <= stop.time)
  const start = restarted ? restart : opened
  const clock = { interval, ...(start ? { start } : {}), ...(stop ? { stop } : {}), restarted, stretches: [] }
  const verdict = (kind: Verdict, reason?: Reason): Clock => ({ ...clock, verdict: kind, ...(reason ? { reason } : {}) })

  if (!start && startNotInForce(at, interval)) return verdict('not-applicable', 'not-in-force')
  if (!start && !stop) return laterMilestoneKnown(pack, interval, chosen) ? verdict('unknown', 'start-missing') : undefined
  if (stop && interval.untimedWhen && holds(interval.untimedWhen, facts)) return verdict('not-applicable', 'untimed')
  if (!stop && pack.ends.some((end) => (!end.intervals || end.intervals.has(interval.id)) && holds(end.when, facts)))
    return verdict('not-applicable', 'ended-otherwise')
  if (!stop && asking.asOf > (pack.lastDays.get(pathway.variant) ?? Number.POSITIVE_INFINITY))
    return verdict('not-applicable', 'not-in-force')
  if (!start) return verdict('unknown', 'start-missing')
  if ([start, stop].some((c) => c && openDoubts.includes(c.coded.entry.standing))) return verdict('unknown', 'in-doubt')
  if (interval.unit === 'minute' && (!start.precise || stop?.precise === false)) return verdict('unknown', 'imprecise')
  const until = stop ?? nowOf(at)
  const on = scale(interval)
  if (stop && (interval.unit === 'minute' ? stop.time < start.time : stop.day < start.day)) return verdict('unknown', 'order-impossible')
  if (interval.unit === 'working-day' && interval.calendar && (start.day < interval.calendar.from || until.day > interval.calendar.to))
    return verdict('unknown', 'outside-calendar')

  const { going, ...sums } = lengths(at, interval, { start, until, on })
  const measured = { ...clock, ...sums, ...(!stop && going ? { pausedBy: going } : {}) }
  const values = interval.limitBy.map((attribute) => attributeOf(facts, attribute.id) ?? '?')
  const limitDate = interval.limitChosenBy ? momentOf(interval.limitChosenBy, chosen) : start
  const limit = limitAt(limitsOf(pack, interval), pathway.variant, values, (limitDate ?? start).day)
  if (!limit || limit.outcome.kind === 'unknown' || (stop && values.includes('?')))
    return { ...measured, verdict: 'unknown', reason: 'limit-unknown', ...(limit ? { limit } : {}) }
  if (limit.outcome.kind === 'untimed') return { ...measured, verdict: 'not-applicable', reason: 'untimed', limit }
  const limitAmount = limit.outcome.amount * (interval.unit === 'minute' ? 60 : 1)
  const known = { ...measured, limit, limitAmount, limitDay: limitDayOf(pack, interval, start, limitAmount + measured.paused) }
  const keeps = measured.length <= limitAmount
  if (stop) return { ...known, verdict: keeps ? 'met' : 'missed' }
  if (keeps) return { ...known, verdict: 'running' }
  if (limit.outcome.andUnknown) return { ...known, verdict: 'unknown', reason: 'limit-unknown' }
  const last = lastActivity(at)
  return { ...known, verdict: 'overrun', waiting: last !== undefined && on(last) - on(start) - measured.paused > limitAmount }
}

const limitsByInterval = new WeakMap<Pack, Map<string, readonly LimitRow[]>>()
function limitsOf(pack: Pack, interval: Interval): readonly LimitRow[] {
  const byInterval = getOrMake(limitsByInterval, pack, () => new Map<string, readonly LimitRow[]>())
  return getOrMake(byInterval, interval.id, () => pack.limits.filter((row) => row.interval === interval.id))
}

/** An entry that would have started the clock, but its code or variant was not in force on its day. */
function startNotInForce(at: PathwayReading, interval: Interval): boolean {
  return at.pathway.entries.some(
    (coded) => coded.row.slots.some((slot) => interval.from.slots.includes(slot)) && barredOf(coded, at.asking) === 'not-in-force',
  )
}

/** A step after the interval's start, in the pack's order of milestones; ends are no steps. */
function laterMilestoneKnown(pack: Pack, interval: Interval, chosen: readonly (Chosen | undefined)[]): boolean {
  const from = Math.max(...interval.from.slots)
  return pack.slots.some((slot) => slot.kind === 'milestone' && !slot.closing && slot.index > from && chosen[slot.index] !== undefined)
}

/** The last thing that is known to have happened. */
export function lastActivity(at: PathwayReading): { time: number; day: Day } | undefined {
  const counted = at.pathway.entries.filter((coded) => !barredOf(coded, at.asking))
  const times = counted.map(({ entry }) => ({ time: timeOf(at.pack, entry), day: entry.occurred }))
  return times.length === 0 ? undefined : { time: Math.max(...times.map((t) => t.time)), day: Math.max(...times.map((t) => t.day)) as Day }
}

function lengths(
  at: PathwayReading,
  interval: Interval,
  { start, until, on }: { start: Position; until: Position; on: (p: Position) => number },
) {
  const facts = baseFacts(at, noVerdict)
  const found = at.pack.pauses.flatMap((pause) => {
    const subtracted = pause.subtractFrom.has(interval.id) && (!pause.when || holds(pause.when, facts))
    return pause.amountFrom === undefined ? spansOf(at, pause, subtracted, until) : amountOf(at, pause, subtracted, interval)
  })
  const gross = on(until) - on(start)
  const edge = (p: Position) => (interval.unit === 'minute' ? p.time : p.day)
  // Pauses before the clock or after it are not the clock's.
  const own = found.filter((s) => s.amount !== undefined || (edge(s.to) > edge(start) && edge(s.from) < edge(until)))
  const covered = (taken: readonly Found[]) =>
    union(
      taken.filter((s) => s.amount === undefined),
      { start, until, on, interval },
    )
  const out = (cause?: Pause['cause']) => {
    const taken = own.filter((s) => s.subtracted || s.pause.cause === cause)
    const amounts = taken.reduce((sum, s) => sum + (s.amount ?? 0), 0)
    return Math.min(gross, amounts + [...covered(taken).values()].reduce((sum, n) => sum + n, 0))
  }
  const adds = covered(own.filter((s) => s.subtracted))
  const paused = out()
  return {
    stretches: own.map((s): Stretch => ({ ...s, adds: s.subtracted ? (s.amount ?? adds.get(s) ?? 0) : 0 })),
    going: found.find((s) => s.subtracted && s.open)?.pause,
    gross,
    paused,
    length: gross - paused,
    withoutPatient: gross - out('patient'),
    withoutMedical: gross - out('medical'),
  }
}

/** A stretch before it is known what it adds. */
export type Found = Omit<Stretch, 'adds'>

function amountOf(at: PathwayReading, pause: Pause, subtracted: boolean, interval: Interval): readonly Found[] {
  const chosen = at.chosen.base[pause.amountFrom!] // only called for pauses with an amount
  const value = chosen?.coded.entry.value
  if (!chosen || value === undefined || value <= 0) return []
  const amount = value * (interval.unit === 'minute' ? 60 : 1)
  return [{ pause, subtracted, from: chosen, to: chosen, amount, open: false, entries: [chosen.coded] }]
}

/** Each start of a pause runs to the first end on or after it, or on; those that overlap are counted once (`union`). */
function spansOf(at: PathwayReading, pause: Pause, subtracted: boolean, until: Position): readonly Found[] {
  const counted = at.pathway.entries.filter((coded) => !barredOf(coded, at.asking))
  const position = ({ entry }: CodedEntry): Position => ({ time: timeOf(at.pack, entry), day: entry.occurred })
  const ends = counted
    .filter(({ row }) => row.ends.includes(pause.index))
    .map((coded) => ({ coded, ...position(coded) }))
    .sort((a, b) => a.time - b.time || a.day - b.day || a.coded.entry.seq - b.coded.entry.seq)
  return counted
    .filter(({ row }) => row.starts.includes(pause.index))
    .map((start): Found => {
      const from = position(start)
      const end = ends.find((e) => e.time >= from.time)
      return { pause, subtracted, from, to: end ?? until, open: !end, entries: end ? [start, end.coded] : [start] }
    })
}

/** What each span adds to the length covered by all, each bit once, within two ends. */
export function union(
  spans: readonly Found[],
  { start, until, on, interval }: { start: Position; until: Position; on: (p: Position) => number; interval: Interval },
): ReadonlyMap<Found, number> {
  const edge = (p: Position) => (interval.unit === 'minute' ? p.time : p.day)
  const at = (n: number): Position => ({ time: n, day: n as Day }) // `on` looks at the one that `edge` took
  let covered = edge(start)
  const adds = new Map<Found, number>()
  for (const span of [...spans].sort((a, b) => edge(a.from) - edge(b.from) || edge(a.to) - edge(b.to))) {
    const from = Math.max(edge(span.from), covered)
    const to = Math.min(edge(span.to), edge(until))
    if (to <= from) continue
    adds.set(span, on(at(to)) - on(at(from)))
    covered = to
  }
  return adds
}

/** For a clock in minutes the day it then is where the pack counts its days. */
function limitDayOf(pack: Pack, interval: Interval, start: Chosen, amount: number): Day | undefined {
  if (interval.unit === 'day') return addDays(start.day, amount)
  if (interval.unit === 'minute') return wallTimeOf((start.time + amount) as Instant, pack.zone).day // whole seconds
  return interval.calendar && dayOfCount(interval.calendar, workingDaysUpTo(interval.calendar, start.day) + amount)
}
