import type { AccountLine } from '../measure/account.ts'
import { bunching, bunchingFan, bunchingInterval, type Heaping } from '../stats/bunching.ts'
import { wilson } from '../stats/interval.ts'
import { isKnown, isRefused, type Refused, refuse } from '../stats/refusal.ts'
import { sum } from '../stats/sample.ts'
import { type Course, kaplanMeier, lengthAt, startMonthShown, within } from '../stats/survival.ts'
import { periodOf, periodText } from '../words/day.ts'

/** Pathways that are alike in what a month of start and a limit are about, and how many they are. Lengths in the unit of the clock. */
export interface Courses {
  /** The month in which they started, such as 202603. */
  readonly start: number
  /** How long they ran until they finished or, while they are open, until the day that is asked about. */
  readonly length: number
  readonly limit: number
  readonly finished: boolean
  readonly count: number
}

/** Left out of a figure because they are not finished yet, and so no less part of those who started. */
const open: readonly (string | undefined)[] = ['running', 'overrun-waiting', 'overrun-not-coded']

/** The month of start a line of an account counts in; undefined where it counts in none. What is said of months of start is these lines added up. */
export function startMonthOf({ bin, leftOut, startDay, limit }: AccountLine): string | undefined {
  if (startDay === undefined || limit === undefined || (bin === 'left-out' && !open.includes(leftOut))) return undefined
  return periodText(periodOf(startDay, 'month'), 'month')
}

export interface StartMonth {
  readonly month: string
  readonly started: number
  readonly finishedWithin: number
  /** Not finished yet, and not past the limit either. */
  readonly running: number
  /** Null until each is finished or past its limit. */
  readonly share: number | null
  readonly low: number | null
  readonly high: number | null
  /** Of all who started, not of those who finished; null while more than half are open. */
  readonly median: number | null
}

const spread = (courses: readonly Courses[], lengthOf: (one: Courses) => number): readonly Course[] =>
  courses.flatMap((one) => Array.from({ length: one.count }, () => ({ length: lengthOf(one), end: one.finished ? 'finished' : null })))

function startMonth(month: number, courses: readonly Courses[]): StartMonth {
  // Each has a limit of its own: past it by so much, the limit is at 0 for all.
  const past = spread(courses, ({ length, limit }) => length - limit)
  const curve = kaplanMeier(past)
  const whole = kaplanMeier(spread(courses, ({ length }) => length))
  const finishedWithin = past.filter(({ length, end }) => end !== null && length <= 0).length
  const found = isRefused(curve) || !startMonthShown(past, 0) ? undefined : within(curve, 0)
  // Where all or none finished in time the curve has no interval, and the share of a count has one.
  const sure = found && (isRefused(found.interval) ? wilson(finishedWithin, past.length) : found.interval)
  const median = isRefused(whole) ? whole : lengthAt(whole)
  return {
    month: periodText(month, 'month'),
    started: past.length,
    finishedWithin,
    running: past.filter(({ length, end }) => end === null && length <= 0).length,
    // The curve's share too, since nobody was open before the limit; but to the last bit.
    share: found === undefined ? null : finishedWithin / past.length,
    low: sure === undefined || isRefused(sure) ? null : sure.low,
    high: sure === undefined || isRefused(sure) ? null : sure.high,
    median: isRefused(median) ? null : median,
  }
}

/** Share within the limit of all who started in a month, by that month: the newest `most`, in order. */
export const startMonths = (courses: readonly Courses[], most: number): readonly StartMonth[] =>
  [...Map.groupBy(courses, ({ start }) => start)]
    .toSorted(([a], [b]) => a - b)
    .slice(-most)
    .map(([month, own]) => startMonth(month, own))

/** Below this many finished in the weeks around the limit nothing is said of heaping. */
export const heapingFrom = 200
/** Draws enough for ends of an interval that is printed in whole pathways, and done in a tenth of a second. */
const [daysAround, degree, seed, draws] = [28, 4, 20_260, 300]

export interface LimitHeaping {
  /** How many finished on each day; `firstDay` counted from the limit, 0 is the last day within it. */
  readonly counts: readonly number[]
  readonly firstDay: number
  readonly expected: readonly number[]
  readonly surplus: number
  readonly low: number
  readonly high: number
  /** Fewer than expected after the limit. */
  readonly missing: number
  readonly degree: number
  /** The surplus by curves of other degrees; null where there is none. */
  readonly fan: readonly { readonly degree: number; readonly surplus: number | null }[]
  readonly seed: number
  readonly draws: number
  /** What is said: more only where the interval lies above zero and no other degree says otherwise. */
  readonly says: 'more-than-expected' | 'not-more'
}

/**
 * Do more finish in the last week before the limit than a smooth course of the days would have? `weekly`: days of the calendar, which repeat by sevens.
 * Refuses with `too-few` below 200 finished within four weeks of the limit, and as the fit does.
 */
export function limitHeaping(courses: readonly Courses[], { weekly }: { readonly weekly: boolean }): LimitHeaping | Refused {
  const finished = courses.filter((one) => one.finished)
  const shortest = Math.min(daysAround, ...finished.map(({ limit }) => limit))
  const firstDay = 1 - shortest
  const counts = Array.from({ length: shortest + daysAround }, () => 0)
  for (const { length, limit, count } of finished) {
    const place = length - limit - firstDay
    if (place >= 0 && place < counts.length) counts[place]! += count
  }
  const n = sum(counts)
  if (n < heapingFrom) return refuse('too-few', { have: n, need: heapingFrom })
  const heaping: Heaping = { counts, firstDay }
  const found = bunching(heaping, { degree, weekly })
  if (isRefused(found)) return found
  const sure = bunchingInterval(heaping, { degree, weekly }, { seed, draws })
  if (isRefused(sure)) return sure
  const fan = bunchingFan(heaping, { weekly }).map((one) => ({
    degree: one.degree,
    surplus: isKnown(one.found) ? one.found.surplus : null,
  }))
  const { low, high } = sure.surplus
  const agreed = fan.every(({ surplus }) => surplus !== null && surplus > 0)
  return {
    counts,
    firstDay,
    expected: found.counterfactual,
    surplus: found.surplus,
    low,
    high,
    missing: found.missing,
    degree,
    fan,
    seed,
    draws,
    says: low > 0 && agreed ? 'more-than-expected' : 'not-more',
  }
}
