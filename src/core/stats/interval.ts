import { betaQuantile, chiSquareQuantile, normalQuantile } from './distribution.ts'
import { isRefused, type Refused, refuse } from './refusal.ts'

/** From low to high, both included. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** How sure an interval is: 0.95 unless said. As a number of standard deviations, unless z is given. */
export interface Sureness {
  readonly confidence?: number
}

const zOf = ({ confidence = 0.95 }: Sureness): number => normalQuantile((1 + confidence) / 2)
const within = (r: number, n: number): boolean => n > 0 && r >= 0 && r <= n

/**
 * Wilson's score interval for a share r of n: what is printed beside a share.
 *
 * r and n are counts with 0 <= r <= n. Refuses with `nothing-counted` when n is 0, `does-not-add-up` when r is outside.
 * Source: part 5.2; Wilson 1927, Newcombe, Stat Med 1998;17:857-872.
 */
export function wilson(
  r: number,
  n: number,
  sureness: Sureness = {},
): (Interval & { readonly share: number; readonly z: number }) | Refused {
  if (n === 0) return refuse('nothing-counted')
  if (!within(r, n)) return refuse('does-not-add-up')
  const z = zOf(sureness)
  const half = z * Math.sqrt(z * z + 4 * r * (1 - r / n))
  const middle = 2 * r + z * z
  const whole = 2 * (n + z * z)
  // At the ends the formula gives 0 and 1 but for the last bit.
  return { share: r / n, z, low: r === 0 ? 0 : (middle - half) / whole, high: r === n ? 1 : (middle + half) / whole }
}

/**
 * Clopper and Pearson's exact interval for a share r of n: never narrower than it says, so wider than Wilson's.
 * As `wilson`. Source: part 5.2; Newcombe 1998.
 */
export function clopperPearson(
  r: number,
  n: number,
  { confidence = 0.95 }: Sureness = {},
): (Interval & { readonly share: number }) | Refused {
  if (n === 0) return refuse('nothing-counted')
  if (!within(r, n)) return refuse('does-not-add-up')
  const tail = (1 - confidence) / 2
  return {
    share: r / n,
    low: r === 0 ? 0 : betaQuantile(tail, r, n - r + 1),
    high: r === n ? 1 : betaQuantile(1 - tail, r + 1, n - r),
  }
}

/**
 * Newcombe's interval for the difference of two shares, r of n less s of m: from Wilson's interval of each.
 *
 * Counts as `wilson` takes them. Refuses with `nothing-counted` when either is a share of nobody, `does-not-add-up` when a count is outside.
 * Source: Newcombe, Stat Med 1998;17:873-890, method 10.
 */
export function newcombe(
  [r, n]: readonly [r: number, n: number],
  [s, m]: readonly [s: number, m: number],
  sureness: Sureness = {},
): (Interval & { readonly difference: number }) | Refused {
  const [first, second] = [wilson(r, n, sureness), wilson(s, m, sureness)]
  if (isRefused(first)) return first
  if (isRefused(second)) return second
  const difference = first.share - second.share
  return {
    difference,
    low: difference - Math.hypot(first.share - first.low, second.high - second.share),
    high: difference + Math.hypot(first.high - first.share, second.share - second.low),
  }
}

/**
 * Byar's interval for a count x, taken as Poisson; divide by what was expected or by person-years for a ratio or a rate.
 * Refuses with `does-not-add-up` below 0. Source: part 5.2; Breslow and Day 1987.
 */
export function byar(x: number, sureness: Sureness = {}): (Interval & { readonly z: number }) | Refused {
  if (x < 0) return refuse('does-not-add-up')
  const z = zOf(sureness)
  const end = (count: number, side: -1 | 1) => Math.max(0, count * (1 - 1 / (9 * count) + (side * z) / (3 * Math.sqrt(count))) ** 3)
  return { z, low: x === 0 ? 0 : end(x, -1), high: end(x + 1, 1) }
}

/** The exact interval for a count taken as Poisson, which Byar's comes near to; by chi-square quantiles. Garwood 1936. */
export function garwood(x: number, { confidence = 0.95 }: Sureness = {}): Interval | Refused {
  if (x < 0) return refuse('does-not-add-up')
  const tail = (1 - confidence) / 2
  return { low: x === 0 ? 0 : chiSquareQuantile(tail, 2 * x) / 2, high: chiSquareQuantile(1 - tail, 2 * (x + 1)) / 2 }
}
