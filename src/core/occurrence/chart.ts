import { inMonths, type MonthReading } from '../bench/months.ts'
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
