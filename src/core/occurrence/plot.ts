import { type Plot, ticksBetween } from '../bench/plot.ts'
import type { CountChart } from './chart.ts'

/** Counts that follow one another, from nobody up. */
export function plotCounts({ points, centre }: CountChart): Plot {
  const step = Math.max(1, Math.ceil(points.length / 12))
  const [first, last] = [-0.5, points.length - 0.5]
  const most = Math.max(1, ...points.flatMap(({ persons, upper }) => [persons, upper])) * 1.08
  const level = (kind: 'mean' | 'limit', y: number) => ({ kind, points: [[first, y] as const, [last, y] as const] })
  const limits = points.at(-1)
  return {
    x: {
      from: first,
      to: last,
      ticks: points.flatMap(({ period }, at) => (at % step === 0 ? [{ at, label: period.length > 4 ? period.slice(2) : period }] : [])),
    },
    y: { from: 0, to: most, ticks: ticksBetween(0, most, String).filter(({ at }) => Number.isInteger(at)) },
    lines: [...(limits ? [level('limit', limits.lower), level('limit', limits.upper)] : []), level('mean', centre)],
    marks: points.map(({ persons, kind, toward }, x) => ({ x, y: persons, kind, high: toward === 'high' })),
    bars: [],
    expected: [],
    joined: true,
  }
}
