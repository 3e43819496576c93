import { type Refused, refuse } from './refusal.ts'
import { range, sum } from './sample.ts'

/**
 * What was newly reported of each period after each delay: row = period, oldest first; column = delay, 0 first. A row holds what is
 * known, so newer rows are shorter. The first row, at least, is whole.
 */
export type Triangle = readonly (readonly number[])[]

/** How reports of a period come in over time. */
export interface Delays {
  /** For each delay, what comes then as a share of the whole; adds up to 1. */
  readonly shares: readonly number[]
  /** Share that has come by then, and before. */
  readonly completeness: readonly number[]
  /** From delay d - 1 to d: how much is added to what had come. */
  readonly factors: readonly number[]
  /** The triangle with its unknown cells filled by the factors. */
  readonly filled: readonly (readonly number[])[]
}

export const delayCount = (triangle: Triangle): number => Math.max(0, ...triangle.map((row) => row.length))

/** Rows must not grow longer with time, and somebody must be whole. */
function fault(triangle: Triangle): Refused | undefined {
  if (triangle.length === 0 || triangle[0]!.length === 0) return refuse('nothing-counted')
  return triangle.some((row, i) => row.length === 0 || (i > 0 && row.length > triangle[i - 1]!.length))
    ? refuse('does-not-add-up')
    : undefined
}

/**
 * Reports withdrawn later stand as negative cells. They are taken from the nearest earlier positive cells of their row, so that the
 * row keeps its sum. What no earlier cell can bear is counted in `unborne`; then the row held more withdrawals than reports.
 * Source: part 5.6; as in baselinenowcast.
 */
export function bearNegatives(triangle: Triangle): { readonly triangle: Triangle; readonly unborne: number } {
  let unborne = 0
  const borne = triangle.map((row) => {
    const cells = [...row]
    for (let d = cells.length - 1; d >= 0; d--) {
      let owed = Math.max(0, -cells[d]!)
      if (owed === 0) continue
      cells[d] = 0
      for (let earlier = d - 1; earlier >= 0 && owed > 0; earlier--) {
        const taken = Math.min(owed, Math.max(0, cells[earlier]!))
        cells[earlier] = cells[earlier]! - taken
        owed -= taken
      }
      unborne += owed
    }
    return cells
  })
  return { triangle: borne, unborne }
}

/**
 * How reports come in, by the multiplicative chain ladder on what is newly reported.
 *
 * Cells not negative: `bearNegatives` first. Refuses with `nothing-counted` for no row or no report, `does-not-add-up` where a newer row
 * is longer than an older one. Source: part 5.6; as in baselinenowcast.
 */
export function delaysOf(triangle: Triangle): Delays | Refused {
  const wrong = fault(triangle)
  if (wrong) return wrong
  const filled = triangle.map((row) => [...row])
  const factors: number[] = []
  for (const d of range(delayCount(triangle)).slice(1)) {
    const known = triangle.filter((row) => row.length > d)
    const factor = sum(known.map((row) => row[d]!)) / Math.max(1, sum(known.map((row) => sum(row.slice(0, d)))))
    factors.push(factor)
    for (const row of filled) if (row.length === d) row.push(factor * sum(row))
  }
  const total = sum(filled.map(sum))
  if (total === 0) return refuse('nothing-counted')
  const shares = range(delayCount(triangle)).map((d) => sum(filled.map((row) => row[d]!)) / total)
  return { shares, completeness: shares.map((_, d) => sum(shares.slice(0, d + 1))), factors, filled }
}

export interface RowNowcast {
  /** Cells known, then cells expected. */
  readonly cells: readonly number[]
  readonly known: number
  readonly total: number
  /** Share that is expected to be known. */
  readonly completeness: number
}

/**
 * What each period will come to, cell by cell; a period without a report yet gets what is expected of one, not 0 of 0.
 *
 * `shares` of the delays, as of `delaysOf`, one for each delay. Refuses with `nothing-counted` where a row's known delays have no
 * share: then what is known says nothing. Source: part 5.6 [p]: baselinenowcast.
 */
export function nowcast(triangle: Triangle, shares: readonly number[]): readonly (RowNowcast | Refused)[] {
  return triangle.map((row) => {
    const cells = [...row]
    for (let d = row.length; d < shares.length; d++) {
      const come = sum(shares.slice(0, d))
      if (come <= 0) return refuse('nothing-counted')
      cells.push(((sum(cells) + 1 - come) / come) * shares[d]!)
    }
    return { cells, known: sum(row), total: sum(cells), completeness: sum(shares.slice(0, row.length)) }
  })
}
