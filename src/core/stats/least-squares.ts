import { Matrix, QrDecomposition } from 'ml-matrix'
import { type Refused, refuse } from './refusal.ts'

/** From counts on the fitted rows to the curve on all rows. The design does not change between fits, so this is computed once. */
export type Fit = (values: readonly number[]) => readonly number[]

/**
 * Least squares of `values[row]` on the columns of `design[row]`, over the rows that are fitted; the curve is read on every row.
 *
 * Values are given for every row; those of rows not fitted are not looked at. Refuses with `too-few` where there are fewer rows than
 * columns, or columns that say the same. By QR decomposition (ml-matrix).
 */
export function leastSquares(design: readonly (readonly number[])[], fitted: readonly number[]): Fit | Refused {
  const columns = design[0]?.length ?? 0
  if (fitted.length < columns) return refuse('too-few', { have: fitted.length, need: columns })
  const rows = new Matrix(fitted.map((row) => [...design[row]!]))
  const qr = new QrDecomposition(rows)
  const scale = Math.max(...rows.to1DArray().map(Math.abs))
  if (qr.upperTriangularMatrix.diagonal().some((one) => Math.abs(one) < 1e-10 * scale))
    return refuse('too-few', { have: fitted.length, need: columns })
  const hat = new Matrix(design.map((row) => [...row])).mmul(qr.solve(Matrix.eye(fitted.length))).to2DArray()
  return (values) => {
    const seen = fitted.map((row) => values[row]!)
    return hat.map((weights) => weights.reduce((total, weight, i) => total + weight * seen[i]!, 0))
  }
}
