import { oneOf, randomOf } from '../words/chance.ts'
import { isKnown, type Refused, refuse } from './refusal.ts'

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
/** Of at least one value. */
export const mean = (values: readonly number[]): number => sum(values) / values.length
export const range = (length: number): readonly number[] => Array.from({ length }, (_, i) => i)

/**
 * The value below which a share q of the values lie, between two of them by their distance: position 1 + (N - 1) q.
 * At least one value; q from 0 to 1. Source: part 5.3 of the design; the default of R (type 7).
 */
export function quantileOf(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const position = (sorted.length - 1) * q
  const [low, high] = [sorted[Math.floor(position)]!, sorted[Math.ceil(position)]!]
  return low + (high - low) * (position - Math.floor(position))
}

/** How a bootstrap is drawn: the same seed gives the same interval. */
export interface Drawing {
  readonly seed: number
  readonly draws: number
}

/** An interval from a bootstrap. `undefinedDraws` are those in which the statistic did not exist; they are left out. */
export interface Bootstrapped {
  readonly low: number
  readonly high: number
  readonly draws: number
  readonly undefinedDraws: number
}

/**
 * Percentile interval of 95 % of a statistic over things drawn anew, with replacement.
 *
 * Refuses with `too-few` below two things, and where the statistic exists in fewer than half of the draws.
 * Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13.
 */
export function bootstrap<T>(
  things: readonly T[],
  statistic: (drawn: readonly T[]) => number | Refused,
  drawing: Drawing,
): Bootstrapped | Refused {
  if (things.length < 2) return refuse('too-few', { have: things.length, need: 2 })
  const random = randomOf(drawing.seed, 0)
  const found = range(drawing.draws)
    .map(() => statistic(things.map(() => things[oneOf(random, things.length)]!)))
    .filter(isKnown)
  if (found.length < drawing.draws / 2) return refuse('too-few', { have: found.length, need: Math.ceil(drawing.draws / 2) })
  return {
    low: quantileOf(found, 0.025),
    high: quantileOf(found, 0.975),
    draws: drawing.draws,
    undefinedDraws: drawing.draws - found.length,
  }
}
