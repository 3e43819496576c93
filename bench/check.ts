import assert from 'node:assert'
import type { Figure } from '../src/core/measure/figure.ts'
import { figureOfRow, type HandRow } from './hand-written.ts'

const keyOf = (f: Pick<Figure, 'indicator' | 'place' | 'period' | 'variant'>) => [f.indicator, f.place, f.period, f.variant].join('\n')
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, v) => (typeof v === 'number' ? Math.round(v * 1e9) / 1e9 : v)))

/** The hand-written SQL answers what we answer, figure by figure. */
export function mustAgree(ours: readonly Figure[], rows: readonly HandRow[]): void {
  const theirs = new Map(rows.map(figureOfRow).map((figure) => [keyOf(figure), figure]))
  assert.strictEqual(theirs.size, ours.length, 'as many figures')
  for (const figure of ours)
    assert.deepStrictEqual(rounded(sorted(figure)), rounded(sorted(theirs.get(keyOf(figure)) ?? {})), keyOf(figure))
}

function sorted(value: object): unknown {
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, typeof part === 'object' && part !== null ? sorted(part as object) : part]),
  )
}
