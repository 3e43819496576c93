import { binomial, binomialQuantile, chiSquareQuantile, limitProbabilities, z95, z998 } from './distribution.ts'

/** Between which values a unit lies with 95 and 99.8 %, if it differs from the centre by chance only. */
export interface FunnelLimits {
  readonly lower998: number
  readonly lower95: number
  readonly upper95: number
  readonly upper998: number
}

/** Where a unit lies. Below and above name the widest limit that it is outside of. */
export type Position = 'below-998' | 'below-95' | 'inside' | 'above-95' | 'above-998'

export function positionOf(value: number, limits: FunnelLimits): Position {
  if (value < limits.lower998) return 'below-998'
  if (value > limits.upper998) return 'above-998'
  if (value < limits.lower95) return 'below-95'
  return value > limits.upper95 ? 'above-95' : 'inside'
}

type Four = readonly [number, number, number, number]
const named = ([lower998, lower95, upper95, upper998]: Four): FunnelLimits => ({ lower998, lower95, upper95, upper998 })
const four = (limit: (p: number, z: number) => number): FunnelLimits => {
  const [a, b, c, d] = limitProbabilities
  return named([limit(a, -z998), limit(b, -z95), limit(c, z95), limit(d, z998)])
}
const within = (value: number): number => Math.min(1, Math.max(0, value))

/**
 * Exact limits for a share of n cases around theta, interpolated between whole counts.
 *
 * n whole and at least 1, theta from 0 to 1. Cut at 0 and 1. More cases narrow them, but for a wobble of a hundredth of a case. Source: part 5.3; Spiegelhalter, Stat Med 2005;24:1185-1202.
 */
export function binomialLimits(n: number, theta: number): FunnelLimits {
  const distribution = binomial(n, theta)
  return four((p) => {
    const { count, atOrBelow, mass } = binomialQuantile(distribution, p)
    return within((count - (atOrBelow - p) / mass) / n)
  })
}

/** Limits of the ratio of observed to expected, when `expected` is above 0. Source: part 5.3 [w]. */
export function poissonLimits(expected: number): FunnelLimits {
  return four((p, z) => chiSquareQuantile(p, 2 * (z < 0 ? expected : expected + 1)) / (2 * expected))
}

/** Limits by the normal approximation, as English public health prints them: theta -/+ z sqrt(theta (1 - theta) / n). Not cut. [v] */
export function scoreLimits(n: number, theta: number): FunnelLimits {
  return four((_, z) => theta + z * Math.sqrt((theta * (1 - theta)) / n))
}

/** Limits of a share with what varies between units (tau2) added, on the arcsine scale; cut where the sine turns. */
export function adjustedShareLimits(n: number, theta: number, tau2: number): FunnelLimits {
  const spread = Math.sqrt(1 / (4 * n) + tau2)
  const angle = (z: number) => Math.min(Math.PI / 2, Math.max(0, Math.asin(Math.sqrt(theta)) + z * spread))
  return four((_, z) => Math.sin(angle(z)) ** 2)
}

/** Limits of a ratio with what varies between units (tau2) added, on the scale of logarithms. */
export const adjustedRatioLimits = (expected: number, tau2: number): FunnelLimits =>
  four((_, z) => Math.exp(z * Math.sqrt(1 / expected + tau2)))
