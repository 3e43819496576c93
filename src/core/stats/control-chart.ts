import { isRefused, type Refused, refuse } from './refusal.ts'
import { mean, range, sum } from './sample.ts'
import { type Classified, classify, type Good, type Limits } from './special-cause.ts'

/** Below this many values the limits of a segment are on trial. */
export const firmFrom = 12

export interface ChartPoint extends Classified {
  /** Place among the values given. */
  readonly index: number
  readonly value: number
  readonly segment: number
  readonly limits: Limits
  /** Distance from the value before; null for the first of a segment. */
  readonly movingRange: number | null
}

export interface Segment extends Limits {
  /** Places of its first and last value. */
  readonly first: number
  readonly last: number
  readonly n: number
  /** How many of its first values the limits rest on. */
  readonly baseline: number
  readonly mean: number
  readonly averageRange: number
  /** The average that the limits use: after screening, if there was any. */
  readonly usedRange: number
  readonly screenedOut: number
  readonly trial: boolean
}

export type Assurance = 'passes' | 'fails' | 'hit-and-miss' | 'none'

export interface ControlChart {
  readonly method: 'xmr' | 'xmr-spreadsheet' | 'p' | 'p-laney'
  readonly good: Good
  readonly points: readonly ChartPoint[]
  readonly segments: readonly {
    readonly first: number
    readonly last: number
    readonly n: number
    readonly mean: number
    readonly trial: boolean
  }[]
  readonly assurance: Assurance
}

export interface XmrChart extends ControlChart {
  readonly segments: readonly Segment[]
}

export interface XmrOptions {
  readonly good: Good
  /** Places at which the limits are computed anew, besides 0; ascending. Moving ranges and rules never cross them. */
  readonly rebasedAt?: readonly number[]
  /** The limits of each segment rest on its first k values; at least 12. All of them unless said. */
  readonly baseline?: number
  /** Leave the largest moving ranges out, once. True unless said; false is "as the spreadsheet" of the NHS. */
  readonly screened?: boolean
  readonly target?: number
}

/** Relative to the first value, so that values all the same have that value as their mean, to the last bit. */
const meanOf = (values: readonly number[]): number => values[0]! + mean(values.map((value) => value - values[0]!))

export function limitsAround(centre: number, half: number): Limits {
  return { lower: centre - half, nearLower: centre - (half * 2) / 3, nearUpper: centre + (half * 2) / 3, upper: centre + half }
}

/** Whether a target is met by chance or not at all, from the limits that hold now (part 5.1, 7). */
export function assuranceOf(limits: Limits, good: Good, target: number | undefined): Assurance {
  if (target === undefined || good === 'neither') return 'none'
  if (target > limits.upper) return good === 'up' ? 'fails' : 'passes'
  if (target < limits.lower) return good === 'up' ? 'passes' : 'fails'
  return 'hit-and-miss'
}

/** Places where segments begin and end, or why they cannot. */
export function segmentsOf(
  n: number,
  rebasedAt: readonly number[],
): readonly { readonly first: number; readonly last: number }[] | Refused {
  if (n === 0) return refuse('nothing-counted')
  const starts = [0, ...rebasedAt]
  if (starts.some((start, i) => !Number.isInteger(start) || start >= n || (i > 0 && start <= starts[i - 1]!)))
    return refuse('does-not-add-up')
  const segments = starts.map((first, i) => ({ first, last: (starts[i + 1] ?? n) - 1 }))
  const shortest = Math.min(...segments.map(({ first, last }) => last - first + 1))
  return shortest < 2 ? refuse('too-few', { have: shortest, need: 2 }) : segments
}

function limitsOf(values: readonly number[], { baseline, screened = true }: XmrOptions): Omit<Segment, 'first' | 'last'> {
  const based = values.slice(0, baseline ?? values.length)
  const centre = meanOf(based)
  const ranges = based.slice(1).map((value, i) => Math.abs(value - based[i]!))
  const averageRange = mean(ranges)
  // Values all the same have no range that is too large.
  const kept = screened && averageRange > 0 ? ranges.filter((one) => one < 3.267 * averageRange) : ranges
  const usedRange = mean(kept)
  return {
    n: values.length,
    baseline: based.length,
    mean: centre,
    averageRange,
    usedRange,
    screenedOut: ranges.length - kept.length,
    trial: values.length < firmFrom,
    ...limitsAround(centre, 2.66 * usedRange),
  }
}

/**
 * XmR chart: each value against the limits that its own month-to-month movement sets, with the rules of "Making Data Count".
 *
 * Values in order of time, at equal steps, finite. Limits are not clipped: drawing may, the rules do not. The moving range across a
 * rebase is not computed. Refuses with `nothing-counted`, with `too-few` (a segment of one value, a baseline below 12), and with
 * `does-not-add-up` (a rebase at no place).
 * Source: part 5.1 [l]: NHS England, Making Data Count; Nelson 1982; as in NHSRplotthedots. 2.66 = 3 / 1.128, 3.267 = D4 for two.
 */
export function xmrChart(values: readonly number[], options: XmrOptions): XmrChart | Refused {
  const { good, baseline, screened = true, target } = options
  if (baseline !== undefined && baseline < firmFrom) return refuse('too-few', { have: baseline, need: firmFrom })
  const places = segmentsOf(values.length, options.rebasedAt ?? [])
  if (isRefused(places)) return places
  const segments = places.map(({ first, last }) => ({ first, last, ...limitsOf(values.slice(first, last + 1), options) }))
  const points = segments.flatMap((segment, place) => {
    const own = values.slice(segment.first, segment.last + 1)
    const { lower, nearLower, nearUpper, upper } = segment
    const limits = { lower, nearLower, nearUpper, upper }
    const classes = classify(
      own,
      segment.mean,
      own.map(() => limits),
      good,
    )
    return own.map((value, i) => ({
      index: segment.first + i,
      value,
      segment: place,
      limits,
      movingRange: i === 0 ? null : Math.abs(value - own[i - 1]!),
      ...classes[i]!,
    }))
  })
  return {
    method: screened ? 'xmr' : 'xmr-spreadsheet',
    good,
    points,
    segments,
    assurance: assuranceOf(segments.at(-1)!, good, target),
  }
}

export interface ShareChart extends ControlChart {
  /** All numerators over all denominators. */
  readonly centre: number
  /** How much more the shares vary than chance within each would have it; 1 for a plain p chart. */
  readonly sigmaZ: number
  /** Places without a denominator: there is no share, and no point. */
  readonly leftOut: readonly number[]
}

export interface ShareOptions {
  readonly good: Good
  /** Widen the limits by what varies between the months (Laney): for large denominators. */
  readonly laney?: boolean
  readonly target?: number
}

/**
 * Chart of shares with limits that follow the size of each denominator: p chart for small ones, Laney's p' for large ones.
 *
 * `numerators` and `denominators` in order of time, one as long as the other. Refuses with `nothing-counted`, `too-few` (fewer than
 * two shares), `does-not-add-up`, and for Laney with `no-variation` where every share is 0 or every share is 1.
 * Source: part 5.1; Laney, Qual Eng 2002;14:531-537.
 */
export function shareChart(numerators: readonly number[], denominators: readonly number[], options: ShareOptions): ShareChart | Refused {
  if (numerators.length !== denominators.length || numerators.some((r, i) => r < 0 || r > denominators[i]!))
    return refuse('does-not-add-up')
  const places = range(numerators.length).filter((i) => denominators[i]! > 0)
  if (places.length === 0) return refuse('nothing-counted')
  if (places.length < 2) return refuse('too-few', { have: places.length, need: 2 })
  const centre = sum(numerators) / sum(denominators)
  const values = places.map((i) => numerators[i]! / denominators[i]!)
  const sigmas = places.map((i) => Math.sqrt((centre * (1 - centre)) / denominators[i]!))
  if (options.laney && sigmas[0] === 0) return refuse('no-variation')
  const z = values.map((value, i) => (value - centre) / sigmas[i]!)
  const sigmaZ = options.laney ? mean(z.slice(1).map((one, i) => Math.abs(one - z[i]!))) / 1.128 : 1
  const limits = sigmas.map((sigma) => limitsAround(centre, 3 * sigma * sigmaZ))
  const classes = classify(values, centre, limits, options.good)
  return {
    method: options.laney ? 'p-laney' : 'p',
    good: options.good,
    centre,
    sigmaZ,
    leftOut: range(numerators.length).filter((i) => denominators[i] === 0),
    points: values.map((value, i) => ({
      index: places[i]!,
      value,
      segment: 0,
      limits: limits[i]!,
      movingRange: i === 0 ? null : Math.abs(value - values[i - 1]!),
      ...classes[i]!,
    })),
    segments: [{ first: places[0]!, last: places.at(-1)!, n: places.length, mean: centre, trial: places.length < firmFrom }],
    assurance: assuranceOf(limits.at(-1)!, options.good, options.target),
  }
}
