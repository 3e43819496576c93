import { type Refused, ratio, refuse } from './refusal.ts'
import { range, sum } from './sample.ts'

/** Above this share of agreement expected by chance, kappa says more about how rare a thing is than about the coders. */
export const prevalenceWarningAbove = 0.7

export interface TwoCoders {
  readonly n: number
  /** Share of cases on which both said the same. */
  readonly observed: number
  /** Cohen: agreement if each kept to their own habits. */
  readonly expected: number
  readonly kappa: number | Refused
  /** Scott: agreement if both kept to the habits of the two together. */
  readonly expectedPooled: number
  readonly pi: number | Refused
  /** Gwet. */
  readonly expectedGwet: number | Refused
  readonly ac1: number | Refused
  readonly prevalenceWarning: boolean
  /** Of each category: how far those who use it use it alike; 2a / (2a + b + c). */
  readonly f1: readonly (number | Refused)[]
}

const corrected = (observed: number, expected: number): number | Refused =>
  1 - expected < 1e-12 ? refuse('no-variation') : (observed - expected) / (1 - expected)

interface Margins {
  readonly n: number
  readonly rows: readonly number[]
  readonly columns: readonly number[]
}

function marginsOf(table: readonly (readonly number[])[]): Margins | Refused {
  const size = table.length
  if (table.some((row) => row.length !== size || row.some((count) => count < 0))) return refuse('does-not-add-up')
  const rows = table.map(sum)
  const n = sum(rows)
  return n === 0 ? refuse('nothing-counted') : { n, rows, columns: range(size).map((column) => sum(table.map((row) => row[column]!))) }
}

/**
 * How far two coders agree who each gave every case one category.
 *
 * `table[i][j]`: cases that the first gave category i and the second j. Refuses with `nothing-counted`, and `does-not-add-up` for a
 * table that is not square; a coefficient is `no-variation` where chance alone would make all agree: never 1.
 * Source: part 5.4; Cohen 1960, Scott 1955, Gwet, Br J Math Stat Psychol 2008;61:29-48.
 */
export function twoCoders(table: readonly (readonly number[])[]): TwoCoders | Refused {
  const margins = marginsOf(table)
  if ('refused' in margins) return margins
  const { n, rows, columns } = margins
  const observed = sum(table.map((row, i) => row[i]!)) / n
  const expected = sum(rows.map((row, i) => row * columns[i]!)) / n ** 2
  const pooled = rows.map((row, i) => (row + columns[i]!) / (2 * n))
  const expectedPooled = sum(pooled.map((q) => q * q))
  const expectedGwet =
    table.length < 2 ? refuse('too-few', { have: table.length, need: 2 }) : sum(pooled.map((q) => q * (1 - q))) / (table.length - 1)
  return {
    n,
    observed,
    expected,
    kappa: corrected(observed, expected),
    expectedPooled,
    pi: corrected(observed, expectedPooled),
    expectedGwet,
    ac1: typeof expectedGwet === 'number' ? corrected(observed, expectedGwet) : expectedGwet,
    prevalenceWarning: expected > prevalenceWarningAbove,
    f1: table.map((row, i) => ratio(2 * row[i]!, rows[i]! + columns[i]!)),
  }
}

/** How much two categories differ: 0 for the same. For weighted kappa. */
export type Weights = (i: number, j: number) => number
export const linearWeights: Weights = (i, j) => Math.abs(i - j)
export const squareWeights: Weights = (i, j) => (i - j) ** 2

export interface WeightedKappa {
  readonly n: number
  /** Disagreement found and expected, weighted, summed over cases. */
  readonly observed: number
  readonly expected: number
  readonly kappa: number | Refused
}

/**
 * Cohen's kappa where some disagreements weigh more: 1 - sum w n / sum w e. As `twoCoders`; categories in order.
 * `no-variation` where no disagreement is expected. Source: part 5.4; Cohen, Psychol Bull 1968;70:213-220.
 */
export function weightedKappa(table: readonly (readonly number[])[], weights: Weights): WeightedKappa | Refused {
  const margins = marginsOf(table)
  if ('refused' in margins) return margins
  const { n, rows, columns } = margins
  const weighted = (count: (i: number, j: number) => number) =>
    sum(rows.flatMap((_, i) => columns.map((_, j) => weights(i, j) * count(i, j))))
  const observed = weighted((i, j) => table[i]![j]!)
  const expected = weighted((i, j) => (rows[i]! * columns[j]!) / n)
  return { n, observed, expected, kappa: expected === 0 ? refuse('no-variation') : 1 - observed / expected }
}

export interface Fleiss {
  readonly subjects: number
  readonly raters: number
  readonly observed: number
  readonly expected: number
  readonly kappa: number | Refused
  /** Agreement on each subject, and the share of all ratings each category has. */
  readonly bySubject: readonly number[]
  readonly shares: readonly number[]
}

/**
 * Fleiss' kappa: the same number of raters for every subject, not always the same people.
 *
 * `counts[subject][category]`: how many raters chose it. Refuses with `nothing-counted`, `too-few` below two raters, and
 * `does-not-add-up` where subjects have different numbers of raters (Krippendorff's alpha takes those).
 * Source: part 5.4; Fleiss, Psychol Bull 1971;76:378-382.
 */
export function fleiss(counts: readonly (readonly number[])[]): Fleiss | Refused {
  if (counts.length === 0) return refuse('nothing-counted')
  const raters = sum(counts[0]!)
  if (raters < 2) return refuse('too-few', { have: raters, need: 2 })
  if (counts.some((row) => sum(row) !== raters || row.length !== counts[0]!.length)) return refuse('does-not-add-up')
  const shares = range(counts[0]!.length).map((category) => sum(counts.map((row) => row[category]!)) / (counts.length * raters))
  const bySubject = counts.map((row) => (sum(row.map((count) => count * count)) - raters) / (raters * (raters - 1)))
  const observed = sum(bySubject) / counts.length
  const expected = sum(shares.map((share) => share * share))
  return { subjects: counts.length, raters, observed, expected, kappa: corrected(observed, expected), bySubject, shares }
}
