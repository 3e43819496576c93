import type { Figure } from '../measure/figure.ts'
import { type ChartReading, readChart, type Signal } from '../stats/chart-reading.ts'
import { type Assurance, type ControlChart, shareChart, xmrChart } from '../stats/control-chart.ts'
import type { Band } from '../stats/expected.ts'
import { type Interval, wilson } from '../stats/interval.ts'
import { isRefused, type Refused, refuse } from '../stats/refusal.ts'
import type { Good, PointKind, Rule, Toward } from '../stats/special-cause.ts'
import {
  addDays,
  type Day,
  monthsLater,
  type PeriodKind,
  periodDays,
  periodOf,
  periodsLater,
  periodText,
  readPeriod,
} from '../words/day.ts'
import type { Reported } from './vintages.ts'

/** Towards which side is better, as packs say it and as charts do. */
export const goodOf = { higher: 'up', lower: 'down', neither: 'neither' } as const satisfies Readonly<Record<string, Good>>

/** How the limits of a chart of months are found: by the size of each month, or by how much one month differs from the next. */
export const chartKinds = ['share', 'xmr'] as const
export type ChartKind = (typeof chartKinds)[number]

/** So many months are drawn at most, the newest. */
export const mostMonths = 36

export interface MonthPoint {
  readonly month: string
  readonly met: number
  readonly all: number
  readonly share: number
  /** Where the share lies by chance alone, 95 % sure. */
  readonly chance: Interval | null
  /** Share of its reports that have come; null where that is not told. */
  readonly complete: number | null
  readonly lower: number
  readonly upper: number
  readonly kind: PointKind
  /** The first rule that holds, and towards which side. */
  readonly rule: Rule | null
  readonly toward: Toward | null
}

interface SignalTold extends Omit<Signal, 'from' | 'to'> {
  readonly from: string
  readonly to: string
}

/** What the newest months say, with months in place of numbers. */
export type MonthReading = { readonly assurance: Assurance; readonly trial: boolean } & (
  | { readonly kind: 'nothing-unusual'; readonly since: string; readonly before: SignalTold | null }
  | { readonly kind: 'unusual'; readonly signal: SignalTold }
)

/** A control chart of months: all that is drawn, and the one sentence read off the same points. */
export interface MonthChart {
  readonly method: ControlChart['method']
  /** How long each of its points is. */
  readonly each: PeriodKind
  readonly good: Good
  readonly centre: number
  readonly target: number | null
  readonly points: readonly MonthPoint[]
  /** Months among them in which nobody was counted. */
  readonly empty: readonly string[]
  readonly reading: MonthReading
}

type Counted = Pick<Figure, 'period' | 'numerator' | 'denominator'>

/** A month that is over and not all reported: what is known of it by now is no figure to judge. */
export interface RecentMonth {
  readonly month: string
  readonly met: number
  readonly all: number
  /** null: it was over only now, and nothing is known of how far it has come. */
  readonly complete: number | null
  /** What it will come to when all reports are in; null where too few are in to say. */
  readonly expected: { readonly met: number; readonly all: number; readonly share: number; readonly band: Band | Refused } | null
}

/** The newest period that is over: one that is not would be judged by its first days. */
export function periodBefore(day: Day, kind: PeriodKind): number {
  const period = periodOf(day, kind)
  const [first, last] = periodDays(period, kind)
  return last <= day ? period : periodOf(addDays(first, -1), kind)
}

/** Months, or periods of another length, in order and without a gap: one in which nobody was counted is there with nothing. The newest ones, up to and with `last`. */
export function monthsInOrder(
  figures: readonly Counted[],
  last: number,
  each: PeriodKind = 'month',
): readonly { month: string; met: number; all: number }[] {
  const found = new Map(figures.map(({ period, numerator, denominator }) => [period, { met: numerator, all: denominator }]))
  const counted = figures
    .filter(({ denominator }) => denominator > 0)
    .flatMap(({ period }) => readPeriod(period ?? '', each) ?? [])
    .filter((month) => month <= last)
    .toSorted((a, b) => a - b)
  const out: { month: string; met: number; all: number }[] = []
  for (let month = counted[0] ?? last + 1; month <= (counted.at(-1) ?? last); month = periodsLater(month, 1, each)) {
    const text = periodText(month, each)
    out.push({ month: text, ...(found.get(text) ?? { met: 0, all: 0 }) })
  }
  return out.slice(-mostMonths)
}

/** The newest month that is shown as counted; of what is not known to be incomplete each is. */
const lastCounted = (last: number, reported: Reported | undefined): number => {
  if (reported === undefined) return last
  const newest = reported.months.findLast(({ kind }) => kind === 'counted')?.month
  return Math.min(last, newest ?? monthsLater(reported.months[0]?.month ?? last, -1))
}

/** Months that are over and not shown as counted, in order. `last`: the newest month that is over. */
export function recentMonths(figures: readonly Counted[], last: number, reported: Reported | undefined): readonly RecentMonth[] {
  const out: RecentMonth[] = []
  for (let month = monthsLater(lastCounted(last, reported), 1); month <= last; month = monthsLater(month, 1)) {
    const text = periodText(month, 'month')
    const figure = figures.find(({ period }) => period === text)
    const told = reported?.months.find((one) => one.month === month)
    out.push({
      month: text,
      met: figure?.numerator ?? 0,
      all: figure?.denominator ?? 0,
      complete: told?.completeness ?? null,
      expected: told?.kind === 'expected' ? { met: told.met, all: told.all, share: told.share, band: told.band } : null,
    })
  }
  return out
}

/** Where a share lies by chance alone. Parts of pathways are taken as they are. */
export function chanceOf({ met, all }: { readonly met: number; readonly all: number }): Interval | null {
  const found = wilson(met, all)
  return isRefused(found) ? null : { low: found.low, high: found.high }
}

/** Laney's limits where months vary more than chance within them; plain ones where they do not, or where that cannot be told. */
function sharesOf(met: readonly number[], all: readonly number[], options: { good: Good; target?: number }) {
  const wide = shareChart(met, all, { ...options, laney: true })
  return isRefused(wide) || wide.sigmaZ <= 1 ? shareChart(met, all, options) : wide
}

/**
 * The control chart of finished months that are shown as counted. `last`: the newest month that is over, as a number such as 202610. Months of which
 * reports are still to come are no part of it: they would be read as worse or better than they are. `each`: where its points are no months.
 * Refuses as the charts do: `nothing-counted`, `too-few`.
 */
export function monthChart(
  figures: readonly Counted[],
  {
    last,
    good,
    target,
    kind,
    reported,
    each = 'month',
  }: {
    readonly last: number
    readonly good: Good
    readonly target?: number
    readonly kind: ChartKind
    readonly reported?: Reported
    readonly each?: PeriodKind
  },
): MonthChart | Refused {
  const months = monthsInOrder(figures, lastCounted(last, reported), each)
  const complete = new Map(reported?.months.map((one) => [periodText(one.month, 'month'), one.completeness]))
  const options = { good, ...(target === undefined ? {} : { target }) }
  const told = months.filter(({ all }) => all > 0)
  if (told.length === 0) return refuse('nothing-counted')
  // Of a chart by month-to-month movement the months without anybody are no part: there is no value to move from.
  const shown = kind === 'xmr' ? told : months
  const chart =
    kind === 'xmr'
      ? xmrChart(
          told.map(({ met, all }) => met / all),
          options,
        )
      : sharesOf(
          months.map(({ met }) => met),
          months.map(({ all }) => all),
          options,
        )
  if (isRefused(chart)) return chart
  const monthAt = (index: number): string => shown[index]!.month
  return {
    method: chart.method,
    each,
    good,
    centre: chart.segments.at(-1)!.mean,
    target: target ?? null,
    points: chart.points.map(({ index, value, limits, kind: pointKind, matches }) => ({
      ...shown[index]!,
      share: value,
      chance: chanceOf(shown[index]!),
      complete: complete.get(monthAt(index)) ?? null,
      lower: Math.max(0, limits.lower),
      upper: Math.min(1, limits.upper),
      kind: pointKind,
      rule: matches[0]?.rule ?? null,
      toward: matches[0]?.toward ?? null,
    })),
    empty: months.filter(({ all }) => all === 0).map(({ month }) => month),
    reading: inMonths(readChart(chart), monthAt),
  }
}

/** What a chart says, with the names of its points in place of their numbers. */
export function inMonths(reading: ChartReading, monthAt: (index: number) => string): MonthReading {
  const signal = ({ from, to, ...rest }: Signal): SignalTold => ({ ...rest, from: monthAt(from), to: monthAt(to) })
  return reading.kind === 'unusual'
    ? { ...reading, signal: signal(reading.signal) }
    : { ...reading, since: monthAt(reading.since), before: reading.before === null ? null : signal(reading.before) }
}
