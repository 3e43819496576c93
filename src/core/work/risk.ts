import type { Reason } from '../clock/clock.ts'
import type { Interval, Pack } from '../pack/pack.ts'
import type { Verdict } from '../pack/schema.ts'
import { shortestTo } from '../pack/template.ts'
import { addDays, type Day, dayText } from '../words/day.ts'
import type { LocalMedians } from './median.ts'
import type { RiskState } from './risk-state.ts'

/** What risk asks of one clock: what `readClock` answers, or the database. Lengths are in the clock's unit, seconds for minutes. */
export interface ClockAtRisk {
  readonly interval: Interval
  readonly verdict: Verdict
  readonly reason?: Reason | undefined
  readonly start?: { readonly day: Day } | undefined
  readonly stop?: { readonly day: Day } | undefined
  readonly length?: number | undefined
  readonly limitAmount?: number | undefined
  readonly limitDay?: Day | undefined
  /** The pause that is taken out of it today. */
  readonly pausedBy?: { readonly id: string; readonly name: string } | undefined
}

/** A step that is planned for a day settles a milestone on that day. */
export interface Booking {
  readonly milestone: string
  readonly on: Day
}

/** The newest milestone reached: the furthest in the course, ends left aside. */
export interface Reached {
  readonly slot: number
  readonly day: Day
}

export interface RiskQuestion {
  readonly pack: Pack
  readonly variant: string
  readonly today: Day
  readonly clocks: readonly ClockAtRisk[]
  readonly bookings: readonly Booking[]
  readonly reached?: Reached | undefined
  /** How long the rest took in this house, where the pack asks for it. */
  readonly local?: LocalMedians | undefined
}

/** What a local median rests on: so many pathways of a ledger that came to the stop of the clock in these months. */
export interface MedianOf {
  readonly of: number
  readonly from: string
  readonly to: string
  readonly place: number
}
/** The median was asked for and there are too few pathways for it. */
export interface TooFew {
  readonly of: number
  readonly least: number
}

/**
 * What the slack rests on.
 *
 * `booked`: the milestone is booked on that day; `plus`: days the template says pass from it to the stop at the least.
 * `template`: so many days at the least from a milestone, reached on that day, to the stop. `median`: so many days from it, as half of the pathways
 * there took at the most. `none`: the slack is the days left. `median` of a booked day is what `plus` rests on, where that is not the template.
 */
export type Basis =
  | {
      readonly kind: 'booked'
      readonly milestone: string
      readonly on: string
      readonly plus?: number
      readonly median?: MedianOf
      readonly tooFew?: TooFew
    }
  | {
      readonly kind: 'template'
      readonly after: string
      readonly on: string
      readonly days: number
      readonly source: string | null
      readonly tooFew?: TooFew
    }
  | { readonly kind: 'median'; readonly after: string; readonly on: string; readonly days: number; readonly median: MedianOf }
  | { readonly kind: 'none'; readonly tooFew?: TooFew }

/** Why the state is what it is: a code, and what its sentence needs. Days are texts, lengths are days unless `unit` says minutes. */
export type RiskReason =
  | { readonly code: 'stopped'; readonly on: string; readonly length: number | null; readonly unit: Interval['unit'] }
  | { readonly code: 'ended' }
  | { readonly code: 'limit-passed'; readonly over: number; readonly unit: Interval['unit'] }
  | { readonly code: 'paused'; readonly pause: string; readonly name: string }
  | { readonly code: 'booked-too-late'; readonly milestone: string; readonly on: string; readonly limitDay: string; readonly over: number }
  | { readonly code: 'too-little-time'; readonly short: number }
  | { readonly code: 'not-booked'; readonly daysLeft: number; readonly passed: string | null }
  | { readonly code: 'slack'; readonly slack: number; readonly unit: 'day' | 'minute' }
  | { readonly code: 'no-clock' | UnknownCode }
type UnknownCode = Exclude<Reason, 'not-in-force' | 'ended-otherwise' | 'untimed'>

/** `slack` and `daysLeft` in days, also of clocks in minutes, where they are parts of one; null where no limit is known. */
export interface Risk {
  readonly state: RiskState
  /** The interval it is about; null where the pathway has no clock. */
  readonly interval: string | null
  readonly slack: number | null
  readonly daysLeft: number | null
  readonly basis: Basis
  readonly reason: RiskReason
}

const none: Basis = { kind: 'none' }
const finished: readonly Verdict[] = ['met', 'missed', 'not-applicable']
const isFinished = (clock: ClockAtRisk) => finished.includes(clock.verdict) || clock.stop !== undefined

/**
 * The time-risk state of a pathway, by its clock that is worst off: the worst state, of these the least slack, then the pack's order.
 *
 * State before slack, so that booking something earlier never makes a pathway look worse, and a limit that has passed is never hidden by a
 * clock with less slack. Finished clocks speak only when none is left.
 */
export function riskOf(question: RiskQuestion): Risk {
  const open = question.clocks.filter((clock) => !isFinished(clock))
  if (open.length === 0) return question.clocks.length === 0 ? unlimited(null, { code: 'no-clock' }) : finishedRisk(question.clocks)
  const risks = open.map((clock) => clockRisk(clock, question))
  return risks.reduce((worst, risk) => ((trouble(risk) - trouble(worst) || slackOf(risk) - slackOf(worst)) < 0 ? risk : worst))
}

const ranks: Readonly<Record<RiskState, number>> = {
  past: 0,
  'will-pass': 1,
  tight: 2,
  paused: 3,
  'in-time': 3,
  'no-limit': 4,
  finished: 5,
}
const trouble = (risk: Risk): number => ranks[risk.state]
const slackOf = (risk: Risk): number => risk.slack ?? Number.MAX_VALUE

/** The clock that stopped last, and of these the one that began first: the widest. */
function finishedRisk(clocks: readonly ClockAtRisk[]): Risk {
  const stopped = clocks
    .flatMap(({ start, stop, length, interval }) => (stop ? [{ stop, length, interval, began: start?.day ?? stop.day }] : []))
    .sort((a, b) => b.stop.day - a.stop.day || a.began - b.began || a.interval.index - b.interval.index)[0]
  const base = { state: 'finished', slack: null, daysLeft: null, basis: none } as const
  if (!stopped) return { ...base, interval: null, reason: { code: 'ended' } }
  const { stop, length, interval } = stopped
  return {
    ...base,
    interval: interval.id,
    reason: {
      code: 'stopped',
      on: dayText(stop.day),
      length: length === undefined ? null : perUnit(length, interval),
      unit: interval.unit,
    },
  }
}

const perUnit = (length: number, { unit }: Interval): number => (unit === 'minute' ? length / 60 : length)
const unlimited = (interval: string | null, reason: RiskReason): Risk => ({
  state: 'no-limit',
  interval,
  slack: null,
  daysLeft: null,
  basis: none,
  reason,
})

/** One clock that has not stopped. The questions are asked in this order; the first that answers ends it. */
function clockRisk(clock: ClockAtRisk, question: RiskQuestion): Risk {
  const { interval, verdict, reason, length, limitAmount, limitDay, pausedBy } = clock
  if (verdict === 'unknown') return unlimited(interval.id, { code: unknownCode(reason) })
  if (limitAmount === undefined || length === undefined) return unlimited(interval.id, { code: 'limit-unknown' })
  const left = interval.unit === 'minute' ? minutesLeft(limitAmount - length) : daysLeft(limitDay, clock, question)
  if (!left) {
    // Past is past, also where the calendar does not reach to the day it was.
    if (verdict === 'overrun') return { ...unlimited(interval.id, passed(clock, limitAmount, length)), state: 'past' }
    return unlimited(interval.id, { code: 'outside-calendar' })
  }
  const risk = { interval: interval.id, slack: left.slack, daysLeft: left.days, basis: left.basis }
  if (verdict === 'overrun') return { ...risk, state: 'past', reason: passed(clock, limitAmount, length) }
  if (pausedBy) return { ...risk, state: 'paused', reason: { code: 'paused', pause: pausedBy.id, name: pausedBy.name } }
  if (interval.unit === 'minute') {
    const tight = limitAmount - length <= limitAmount * question.pack.risk.tightShare
    return {
      ...risk,
      state: tight ? 'tight' : 'in-time',
      reason: { code: 'slack', slack: perUnit(limitAmount - length, interval), unit: 'minute' },
    }
  }
  const { tightDays, bookDays } = question.pack.risk
  if (left.slack < 0) return { ...risk, state: 'will-pass', reason: tooLate(left, limitDay) }
  if (!left.booked && left.days <= bookDays)
    return { ...risk, state: 'will-pass', reason: { code: 'not-booked', daysLeft: left.days, passed: left.passed } }
  return { ...risk, state: left.slack <= tightDays ? 'tight' : 'in-time', reason: { code: 'slack', slack: left.slack, unit: 'day' } }
}

/** Of an unknown verdict the reason is one of these; without one it is the limit that is not known. */
const unknownCode = (reason: Reason | undefined): UnknownCode =>
  reason === undefined || reason === 'not-in-force' || reason === 'ended-otherwise' || reason === 'untimed' ? 'limit-unknown' : reason

const passed = ({ interval }: ClockAtRisk, limit: number, length: number): RiskReason => ({
  code: 'limit-passed',
  over: perUnit(length - limit, interval),
  unit: interval.unit,
})

interface Left {
  readonly days: number
  readonly slack: number
  readonly basis: Basis
  readonly booked: boolean
  /** The day of a booking that has gone by without its milestone. */
  readonly passed: string | null
}

/** Nobody books minutes, and the template counts in days: of a clock in minutes the slack is what is left of it. */
const minutesLeft = (seconds: number): Left => ({
  days: seconds / 86_400,
  slack: seconds / 86_400,
  basis: none,
  booked: false,
  passed: null,
})

function daysLeft(limitDay: Day | undefined, clock: ClockAtRisk, question: RiskQuestion): Left | undefined {
  if (limitDay === undefined) return undefined
  const { today } = question
  // Days off right after the last working day still keep the limit: a clock that runs has no fewer than none left.
  const last = clock.verdict === 'running' ? (Math.max(limitDay, today) as Day) : limitDay
  const { at, ...rest } = earliestStop(clock.interval, question)
  return { days: last - today, slack: last - at, ...rest }
}

/**
 * The day on which the clock can stop at the soonest. A booking whose day has gone by books nothing any more; what it was for can be today at the
 * soonest, so that waiting for it to go by makes nothing look better.
 */
function earliestStop(interval: Interval, question: RiskQuestion): Omit<Left, 'days' | 'slack'> & { readonly at: Day } {
  const { pack, today, reached } = question
  const stops = interval.to.slots
  const least = (after: number) => restAfter(after, interval, question)
  const ahead = question.bookings.flatMap(({ milestone, on }) => {
    const slot = pack.slots.findIndex(({ id }) => id === milestone)
    const before = slot < Math.min(...stops) && slot > (reached?.slot ?? -1)
    return slot >= 0 && (before || stops.includes(slot)) ? [{ milestone, slot, on }] : []
  })
  const bookings = ahead.filter(({ on }) => on >= today)
  const gone = ahead.filter(({ on }) => on < today)
  // Of several days for one milestone the first counts, and all that stop the clock are one; each has to be, so the one that ends last decides.
  const firsts = [...Map.groupBy(bookings, ({ slot }) => (stops.includes(slot) ? -1 : slot)).values()].map((same) =>
    same.reduce((a, b) => (b.on < a.on ? b : a)),
  )
  const ends = firsts.map(({ milestone, slot, on }): { readonly at: Day; readonly basis: Basis } => {
    const rest = stops.includes(slot) ? {} : least(slot)
    const { days: plus, median, tooFew } = rest
    const basis: Basis = {
      ...{ kind: 'booked', milestone, on: dayText(on) },
      ...(plus === undefined ? {} : { plus }),
      ...(median ? { median } : {}),
      ...(tooFew ? { tooFew } : {}),
    }
    return { at: addDays(on, plus ?? 0), basis }
  })
  const waited = [...gone.map(({ slot }) => ({ slot, day: today })), ...(reached && ends.length === 0 ? [reached] : [])]
  let nothing: Basis = none
  for (const { slot, day } of waited) {
    const { days, source, median, tooFew } = least(slot)
    if (days === undefined) {
      if (tooFew) nothing = { kind: 'none', tooFew }
      continue
    }
    const from = { after: pack.slots[slot]!.id, on: dayText(day), days }
    const basis: Basis = median
      ? { kind: 'median', ...from, median }
      : { kind: 'template', ...from, source: source ?? null, ...(tooFew ? { tooFew } : {}) }
    ends.push({ at: Math.max(today, day + days) as Day, basis })
  }
  const last = ends.reduce((a, b) => (a.at >= b.at ? a : b), ends[0] ?? { at: today, basis: nothing })
  const passed = gone.length === 0 ? null : dayText(Math.max(...gone.map(({ on }) => on)) as Day)
  return { ...last, booked: bookings.length > 0, passed }
}

interface Rest {
  readonly days?: number
  readonly source?: string
  readonly median?: MedianOf
  readonly tooFew?: TooFew
}

/** The days from a milestone to the stop: as half of the pathways here took, where that is asked for and known of enough; else as the template says. */
function restAfter(after: number, interval: Interval, { pack, variant, local }: RiskQuestion): Rest {
  const template = shortestTo(pack, variant, { after, to: interval.to.slots })
  const asked = pack.risk.localMedian
  if (!asked || !local) return template ?? {}
  const found = local.rests.find((rest) => rest.variant === variant && rest.interval === interval.index && rest.after === after)
  if (!found || found.of < asked.least) return { ...template, tooFew: { of: found?.of ?? 0, least: asked.least } }
  const { from, to } = local.months
  return { days: found.days, median: { of: found.of, from, to, place: local.place } }
}

const tooLate = ({ slack, basis }: Left, limitDay: Day | undefined): RiskReason =>
  basis.kind === 'booked' && limitDay !== undefined && basis.on > dayText(limitDay)
    ? { code: 'booked-too-late', milestone: basis.milestone, on: basis.on, limitDay: dayText(limitDay), over: -slack }
    : { code: 'too-little-time', short: -slack }
