/// <reference path="./jstat.d.ts" />
import jStat from 'jstat'

/** How many standard deviations hold 95 and 99.8 % of a normal distribution. */
export const z95 = 1.959963984540054
export const z998 = 3.090232306167813

/** The four probabilities at which funnels and control limits are drawn: lower 99.8, lower 95, upper 95, upper 99.8 %. */
export const limitProbabilities = [0.001, 0.025, 0.975, 0.999] as const

export const normalQuantile = (p: number): number => jStat.normal.inv(p, 0, 1)
export const betaQuantile = (p: number, a: number, b: number): number => jStat.beta.inv(p, a, b)
export const chiSquareQuantile = (p: number, degrees: number): number => jStat.chisquare.inv(p, degrees)

/** Probabilities of 0 <= first, first + 1, ... out of n; what lies outside is less than the last digit of a double. */
export interface Binomial {
  readonly n: number
  readonly theta: number
  readonly first: number
  readonly mass: readonly number[]
}

/**
 * The binomial distribution of n cases, each with probability theta, term by term.
 *
 * n whole and at least 0; theta from 0 to 1. Walks away from the most likely count until terms vanish, and makes the whole 1, so
 * that 10^6 cases cost some thousand terms. The cumulative function of jstat was measured and not taken: its continued fraction
 * stops after 100 steps and is wrong in the second digit at 10^6 cases.
 */
export function binomial(n: number, theta: number): Binomial {
  if (theta <= 0 || theta >= 1 || n === 0) return { n, theta, first: theta >= 1 ? n : 0, mass: [1] }
  const top = Math.min(n, Math.floor((n + 1) * theta))
  const odds = theta / (1 - theta)
  const below: number[] = []
  const above: number[] = []
  for (let r = top, term = 1; r > 0 && term > 1e-25; r--) below.push((term *= r / (n - r + 1) / odds))
  for (let r = top, term = 1; r < n && term > 1e-25; r++) above.push((term *= ((n - r) / (r + 1)) * odds))
  const terms = [...below.toReversed(), 1, ...above]
  // From the smallest on, so that small terms are not lost beside large ones.
  const whole = terms.toSorted((a, b) => a - b).reduce((total, term) => total + term, 0)
  return { n, theta, first: top - below.length, mass: terms.map((term) => term / whole) }
}

/** The smallest count that at least a share p lies at or below: with that share, and the probability of the count itself. */
export function binomialQuantile(
  { first, mass }: Binomial,
  p: number,
): { readonly count: number; readonly atOrBelow: number; readonly mass: number } {
  let atOrBelow = 0
  for (const [i, term] of mass.entries()) {
    atOrBelow += term
    if (atOrBelow >= p) return { count: first + i, atOrBelow, mass: term }
  }
  return { count: first + mass.length - 1, atOrBelow: 1, mass: mass.at(-1)! }
}

/**
 * Two-sided exact test: how likely a count as unlikely as r, or less likely, is among n when each has probability theta.
 * Source: Clopper and Pearson 1934 as `binom.test` of R does it, with its tolerance of 1e-7 for ties.
 */
export function binomialTest(r: number, n: number, theta: number): number {
  const { first, mass } = binomial(n, theta)
  const own = mass[r - first] ?? 0
  return Math.min(
    1,
    mass.filter((term) => term <= own * (1 + 1e-7)).reduce((total, term) => total + term, 0),
  )
}
