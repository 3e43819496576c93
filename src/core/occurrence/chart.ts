import { inMonths, type MonthReading } from '../bench/months.ts'
import { type Plot, ticksBetween } from '../bench/plot.ts'
import { readChart } from '../stats/chart-reading.ts'
import { xmrChart } from '../stats/control-chart.ts'
import { isRefused, type Refused } from '../stats/refusal.ts'
import type { PointKind, Rule, Toward } from '../stats/special-cause.ts'
import type { PeriodCount } from './occurrence.ts'

export interface CountPoint {
  readonly period: string
  readonly persons: number
  readonly lower: number
  readonly upper: number
  readonly kind: PointKind
  readonly rule: Rule | null
  readonly toward: Toward | null
}

/** Counts that follow one another, with what chance does; and the one sentence read off the same points. */
export interface CountChart {
  readonly centre: number
  readonly points: readonly CountPoint[]
  /** Periods in the words of months. */
  readonly reading: MonthReading
  /** Periods that are no part of it: not over, or too near the beginning of a ledger. */
  readonly leftOut: readonly string[]
}

/**
 * The chart of the periods that are over and whose counts can be believed: an unfinished period would look like a fall, the first of a ledger like a
 * rise. Refuses as charts do: `nothing-counted`, `too-few`.
 */
export function countChart(periods: readonly PeriodCount[]): CountChart | Refused {
  const shown = periods.filter((one) => !one.early && !one.unfinished)
  const chart = xmrChart(
    shown.map((one) => one.persons),
    { good: 'neither' },
  )
  if (isRefused(chart)) return chart
  return {
    centre: chart.segments.at(-1)!.mean,
    points: chart.points.map(({ index, value, limits, kind, matches }) => ({
      period: shown[index]!.period,
      persons: value,
      lower: Math.max(0, limits.lower),
      upper: limits.upper,
      kind,
      rule: matches[0]?.rule ?? null,
      toward: matches[0]?.toward ?? null,
    })),
    reading: inMonths(readChart(chart), (index) => shown[index]!.period),
    leftOut: periods.filter((one) => one.early || one.unfinished).map((one) => one.period),
  }
}

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
    joined: true,
  }
}
