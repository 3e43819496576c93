import type { Triangle } from './delay.ts'
import { type Refused, refuse } from './refusal.ts'
import { range, sum } from './sample.ts'

export interface MackRow {
  readonly known: number
  readonly ultimate: number
  readonly outstanding: number
  /** Standard error of what is outstanding. */
  readonly error: number
}

export interface Mack {
  readonly factors: readonly number[]
  readonly variances: readonly number[]
  readonly rows: readonly MackRow[]
  readonly outstanding: number
  readonly error: number
}

/** The last step rests on one row, which has no variance of its own. Other conventions give other totals. */
export const lastVarianceRule = 'min(s[K-1]^2 / s[K-2], s[K-2], s[K-1])'

/**
 * What is outstanding and how sure that is, by the chain ladder on cumulative counts with Mack's error.
 *
 * `cumulative[i][k]`: known of origin i after k delays; square and triangular: the first row has n cells, the next n - 1, the last one.
 * Refuses with `too-few` below four rows (the variance of the last step needs two before it), `does-not-add-up` for another shape, and
 * `nothing-counted` where a factor divides by 0. The variance of the last step is taken by `lastVarianceRule`.
 * Source: part 5.6; Mack, ASTIN Bulletin 1993;23:213-225.
 */
export function mack(cumulative: Triangle): Mack | Refused {
  const n = cumulative.length
  if (n < 4) return refuse('too-few', { have: n, need: 4 })
  if (cumulative.some((row, i) => row.length !== n - i)) return refuse('does-not-add-up')
  const steps = range(n - 1)
  // The rows known after a step, and what they had come to before it.
  const known = steps.map((k) => cumulative.slice(0, n - k - 1))
  const before = steps.map((k) => sum(known[k]!.map((row) => row[k]!)))
  if (known.flat().some((row) => row[0]! <= 0) || before.some((total) => total <= 0)) return refuse('nothing-counted')
  const factors = steps.map((k) => sum(known[k]!.map((row) => row[k + 1]!)) / before[k]!)
  const variances = steps.map((k) => {
    const squares = known[k]!.map((row) => (row[k] === 0 ? 0 : row[k]! * (row[k + 1]! / row[k]! - factors[k]!) ** 2))
    return known[k]!.length > 1 ? sum(squares) / (known[k]!.length - 1) : 0
  })
  const [last2, last1] = [variances[n - 4]!, variances[n - 3]!]
  variances[n - 2] = Math.min(last2 === 0 ? 0 : last1 ** 2 / last2, last2, last1)
  const relative = steps.map((k) => variances[k]! / factors[k]! ** 2)
  const rows = cumulative.map((row) => {
    const projected = [...row]
    const own: number[] = []
    for (let k = row.length - 1; k < n - 1; k++) {
      own.push(relative[k]! * (1 / projected[k]! + 1 / before[k]!))
      projected.push(projected[k]! * factors[k]!)
    }
    const ultimate = projected.at(-1)!
    return { known: row.at(-1)!, ultimate, outstanding: ultimate - row.at(-1)!, square: ultimate ** 2 * sum(own) }
  })
  // Rows share the factors, so their errors go together.
  const together = rows.map(({ ultimate, square }, i) => {
    const later = sum(rows.slice(i + 1).map((row) => row.ultimate))
    const shared = sum(steps.slice(n - 1 - i).map((k) => (2 * relative[k]!) / before[k]!))
    return square + ultimate * later * shared
  })
  return {
    factors,
    variances,
    rows: rows.map(({ square, ...row }) => ({ ...row, error: Math.sqrt(square) })),
    outstanding: sum(rows.map((row) => row.outstanding)),
    error: Math.sqrt(sum(together)),
  }
}
