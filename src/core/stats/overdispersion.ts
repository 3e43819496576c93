import { type Refused, refuse } from './refusal.ts'
import { mean, quantileOf, sum } from './sample.ts'

/** How much more units vary than chance within each would have it. */
export interface Overdispersion {
  /** Mean of the squared distances, extremes drawn in or dropped; about 1 when there is only chance. */
  readonly phi: number
  /** Variance between units, on the scale of the method; 0 when there is only chance. */
  readonly tau2: number
  /** Distance of each unit from the centre in its own standard deviations, in the order given. */
  readonly z: readonly number[]
  /** Units that phi and tau2 rest on. */
  readonly used: number
}

export interface ShareOverdispersion extends Overdispersion {
  /** The centre on the arcsine scale. */
  readonly y0: number
  /** The 10th and 90th percentile of z, to which what lies beyond is drawn in. */
  readonly z10: number
  readonly z90: number
}

function tau2Of(phi: number, weights: readonly number[]): number {
  const n = weights.length
  if (n * phi < n - 1) return 0
  const whole = sum(weights)
  return Math.max(0, (n * phi - (n - 1)) / (whole - sum(weights.map((w) => w * w)) / whole))
}

/**
 * Overdispersion of shares r of n around theta, additive, on the arcsine scale.
 *
 * Two units at least, each n above 0. Source: part 5.3; Spiegelhalter, Qual Saf Health Care 2005;14:347-351.
 */
export function shareOverdispersion(
  units: readonly { readonly r: number; readonly n: number }[],
  theta: number,
): ShareOverdispersion | Refused {
  if (units.length < 2) return refuse('too-few', { have: units.length, need: 2 })
  const y0 = Math.asin(Math.sqrt(theta))
  const z = units.map(({ r, n }) => (Math.asin(Math.sqrt(r / n)) - y0) * 2 * Math.sqrt(n))
  const [z10, z90] = [quantileOf(z, 0.1), quantileOf(z, 0.9)]
  const phi = mean(z.map((one) => Math.min(z90, Math.max(z10, one)) ** 2))
  const weights = units.map(({ n }) => 4 * n)
  return { phi, tau2: tau2Of(phi, weights), z, used: units.length, y0, z10, z90 }
}

/**
 * Overdispersion of ratios of observed to expected, on the scale of logarithms, with the lowest and highest tenth dropped.
 *
 * Each expected above 0. A unit that observed nothing has no logarithm: it counts as the lowest, and where it is not among those
 * dropped the answer is `nothing-counted`. Refuses with `too-few` when fewer than two units are left.
 * Source: part 5.3; NHS Digital, SHMI methodology.
 */
export function ratioOverdispersion(units: readonly { readonly observed: number; readonly expected: number }[]): Overdispersion | Refused {
  const z = units.map(({ observed, expected }) => Math.log(observed / expected) * Math.sqrt(expected))
  const tenths = new Map(
    z
      .map((value, place) => ({ value, place }))
      .toSorted((a, b) => a.value - b.value || a.place - b.place)
      .map(({ place }, i) => [place, Math.floor(((i + 1) * 10) / (z.length + 1))]),
  )
  const kept = z.map((_, place) => place).filter((place) => tenths.get(place) !== 0 && tenths.get(place) !== 9)
  if (kept.length < 2) return refuse('too-few', { have: kept.length, need: 2 })
  if (kept.some((place) => units[place]!.observed === 0)) return refuse('nothing-counted')
  const phi = mean(kept.map((place) => z[place]! ** 2))
  const weights = kept.map((place) => units[place]!.expected)
  return { phi, tau2: tau2Of(phi, weights), z, used: kept.length }
}
