import { oneOf, randomOf } from '../words/chance.ts'
import { binomialTest } from './distribution.ts'
import { type Fit, leastSquares } from './least-squares.ts'
import { isKnown, isRefused, type Refused, refuse } from './refusal.ts'
import { type Drawing, mean, quantileOf, range, sum } from './sample.ts'

export interface Heaping {
  /** How many pathways finished on each day. */
  readonly counts: readonly number[]
  /** The first of those days, counted from the limit: -19 is 19 days before it, 0 the last day within it. */
  readonly firstDay: number
}

export interface BunchingOptions {
  readonly degree: number
  /** Days left out of the fit before the limit and after it; 6 and 0 unless said, since waiting heaps on one side. */
  readonly daysBefore?: number
  readonly daysAfter?: number
  /** Meetings and clinics repeat weekly. True unless said. */
  readonly weekly?: boolean
  /** Other days that are known to be odd, counted from the limit. */
  readonly focalDays?: readonly number[]
  /**
   * Where the surplus came from: `none` does not say; `fixed-point` has it come from the right, to the end; `first-overshoot` stops where
   * the R package bunching does, to compare with what it printed.
   */
  readonly constraint?: 'none' | 'fixed-point' | 'first-overshoot'
}

export interface Bunching {
  /** What a smooth course of the days would have, for each day. */
  readonly counterfactual: readonly number[]
  /** More than expected in the window, as pathways and as so many ordinary days. */
  readonly surplus: number
  readonly days: number
  /** Fewer than expected right of the window; of similar size where the surplus came from there. */
  readonly missing: number
  readonly rounds: number
  /** Days of the window, counted from the limit. */
  readonly window: readonly [number, number]
}

const mostRounds = 10_000

/** The design of the fit: powers of the day, weekdays, focal days. Days are scaled to -1..1 so that high powers stay apart. */
function designOf(
  { counts, firstDay }: Heaping,
  { degree, weekly = true }: BunchingOptions,
  focal: readonly number[],
): readonly (readonly number[])[] {
  const days = counts.map((_, i) => firstDay + i)
  const furthest = Math.max(...days.map(Math.abs), 1)
  return days.map((day) => [
    ...range(degree + 1).map((power) => (day / furthest) ** power),
    // Six of seven: the seventh is the constant.
    ...(weekly ? range(6).map((weekday) => Number(((day % 7) + 7) % 7 === weekday)) : []),
    ...focal.map((odd) => Number(day === odd)),
  ])
}

interface Frame {
  readonly curveOf: Fit
  readonly inWindow: (place: number) => boolean
  readonly isRight: (place: number) => boolean
  readonly window: readonly [number, number]
}

/** A dummy for a day makes the fit blind to it. Leaving the window's days out is the same, and the curve is then free of them. */
function frameOf(heaping: Heaping, options: BunchingOptions): Frame | Refused {
  const { daysBefore = 6, daysAfter = 0, focalDays = [] } = options
  const { counts, firstDay } = heaping
  const inWindow = (place: number) => firstDay + place >= -daysBefore && firstDay + place <= daysAfter
  const fitted = range(counts.length).filter((place) => !inWindow(place))
  if (!range(counts.length).some(inWindow)) return refuse('nothing-counted')
  const focal = focalDays.filter((day) => day >= firstDay && day < firstDay + counts.length && !inWindow(day - firstDay))
  const fit = leastSquares(designOf(heaping, options, focal), fitted)
  if (isRefused(fit)) return fit
  return { curveOf: fit, inWindow, isRight: (place) => firstDay + place > 0, window: [-daysBefore, daysAfter] }
}

function excess(
  { curveOf, inWindow, isRight, window }: Frame,
  counts: readonly number[],
  constraint: BunchingOptions['constraint'],
): Bunching | Refused {
  const places = range(counts.length)
  const right = sum(places.filter(isRight).map((place) => counts[place]!))
  const surplusOver = (curve: readonly number[]) => sum(places.filter(inWindow).map((place) => counts[place]! - curve[place]!))
  let curve = curveOf(counts)
  let surplus = surplusOver(curve)
  let rounds = 0
  if (constraint === 'fixed-point' || constraint === 'first-overshoot') {
    if (right <= 0) return refuse('nothing-counted')
    for (let before = Number.POSITIVE_INFINITY; rounds < mostRounds; rounds++) {
      const change = before - surplus
      if (constraint === 'fixed-point' ? Math.abs(change) < 1e-8 : rounds > 0 && change < 1) break
      before = surplus
      const inflated = 1 + surplus / right
      curve = curveOf(counts.map((count, place) => (isRight(place) ? count * inflated : count)))
      surplus = surplusOver(curve)
    }
    if (rounds === mostRounds) return refuse('not-reached')
  }
  const ordinary = mean(places.filter(inWindow).map((place) => curve[place]!))
  if (ordinary <= 0) return refuse('nothing-expected')
  const missing = sum(places.filter((place) => isRight(place) && !inWindow(place)).map((place) => curve[place]! - counts[place]!))
  return { counterfactual: curve, surplus, days: surplus / ordinary, missing, rounds, window }
}

/**
 * Do more pathways finish just inside a limit than a smooth course of the days would have?
 *
 * Heaping is no proof of wrongdoing, and is never shown for a person. Refuses with `nothing-counted` (no day in the window, or none
 * right of the limit under a constraint), `too-few` (fewer days than the fit has terms), `nothing-expected` (a curve at or below 0 in
 * the window), `not-reached` (no fixed point).
 * Source: part 5.5; Chetty et al., QJE 2011;126:749-804; Kleven, Annu Rev Econ 2016;8:435-464; R package bunching.
 */
export function bunching(heaping: Heaping, options: BunchingOptions): Bunching | Refused {
  const frame = frameOf(heaping, options)
  return isRefused(frame) ? frame : excess(frame, heaping.counts, options.constraint ?? 'fixed-point')
}

/** The same by degrees 3 to 7: a surplus that hangs on the degree is no finding. */
export function bunchingFan(
  heaping: Heaping,
  options: Omit<BunchingOptions, 'degree'>,
): readonly { readonly degree: number; readonly found: Bunching | Refused }[] {
  return [3, 4, 5, 6, 7].map((degree) => ({ degree, found: bunching(heaping, { ...options, degree }) }))
}

export interface BunchingInterval {
  readonly surplus: { readonly low: number; readonly high: number }
  readonly days: { readonly low: number; readonly high: number }
  readonly draws: number
  readonly undefinedDraws: number
}

/**
 * Interval of 95 % of the surplus: residuals outside the window are drawn anew around what was fitted, and all is computed again.
 * 1,000 draws are usual. Refusals as `bunching`, and `too-few` where fewer than half of the draws have a value. Source: part 5.5; Chetty et al. 2011.
 */
export function bunchingInterval(heaping: Heaping, options: BunchingOptions, drawing: Drawing): BunchingInterval | Refused {
  const frame = frameOf(heaping, options)
  if (isRefused(frame)) return frame
  const { counts } = heaping
  const plain = frame.curveOf(counts)
  const places = range(counts.length)
  const residuals = places.filter((place) => !frame.inWindow(place)).map((place) => counts[place]! - plain[place]!)
  const fittedCounts = places.map((place) => (frame.inWindow(place) ? counts[place]! : plain[place]!))
  const random = randomOf(drawing.seed, 0)
  const found = range(drawing.draws)
    .map(() =>
      excess(
        frame,
        fittedCounts.map((count) => count + residuals[oneOf(random, residuals.length)]!),
        options.constraint ?? 'fixed-point',
      ),
    )
    .filter(isKnown)
  if (found.length < drawing.draws / 2) return refuse('too-few', { have: found.length, need: Math.ceil(drawing.draws / 2) })
  const ends = (what: 'surplus' | 'days') => {
    const values = found.map((one) => one[what])
    return { low: quantileOf(values, 0.025), high: quantileOf(values, 0.975) }
  }
  return { surplus: ends('surplus'), days: ends('days'), draws: drawing.draws, undefinedDraws: drawing.draws - found.length }
}

export interface LocalCheck {
  readonly inside: number
  readonly outside: number
  /** Share expected inside by the curve. */
  readonly expectedShare: number
  /** How likely a split as uneven is, by the curve, and if both sides were alike. */
  readonly p: number
  readonly pIfFlat: number
}

/**
 * Without a polynomial's word on the limit itself: of those finished within `days` days on either side, how many lie inside?
 * Refuses with `nothing-counted` when nobody did, `nothing-expected` when the curve has nobody there. Source: part 5.5, 6.
 */
export function localCheck({ counts, firstDay }: Heaping, counterfactual: readonly number[], days: number): LocalCheck | Refused {
  const between = (values: readonly number[], from: number, to: number) =>
    sum(values.filter((_, place) => firstDay + place >= from && firstDay + place <= to))
  const [inside, outside] = [between(counts, 1 - days, 0), between(counts, 1, days)]
  const [expectedIn, expectedOut] = [between(counterfactual, 1 - days, 0), between(counterfactual, 1, days)]
  if (inside + outside === 0) return refuse('nothing-counted')
  if (expectedIn <= 0 || expectedOut <= 0) return refuse('nothing-expected')
  const expectedShare = expectedIn / (expectedIn + expectedOut)
  const n = inside + outside
  return { inside, outside, expectedShare, p: binomialTest(inside, n, expectedShare), pIfFlat: binomialTest(inside, n, 0.5) }
}

/**
 * Do more units lie just above a target share than just below it? Exact test at several distances, since no single one is right.
 *
 * `shares` of hospitals or quarters, from 0 to 1; a share that is the target counts as above. Where nobody lies so near, `p` is null.
 * Source: part 5.5, 7; the binomial test of Cattaneo, Jansson and Ma (rddensity), with its two-sided p at 0.5.
 */
export function crowdingAtTarget(
  shares: readonly number[],
  target: number,
  distances: readonly number[],
): readonly { readonly distance: number; readonly below: number; readonly above: number; readonly p: number | null }[] {
  return distances.map((distance) => {
    const below = shares.filter((share) => share < target && share >= target - distance).length
    const above = shares.filter((share) => share >= target && share <= target + distance).length
    return { distance, below, above, p: below + above === 0 ? null : binomialTest(above, below + above, 0.5) }
  })
}
