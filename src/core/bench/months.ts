import type { Figure } from '../measure/figure.ts'
import { type ChartReading, readChart, type Signal } from '../stats/chart-reading.ts'
import { type Assurance, type ControlChart, shareChart, xmrChart } from '../stats/control-chart.ts'
import { isRefused, type Refused, refuse } from '../stats/refusal.ts'
import type { Good, PointKind, Rule, Toward } from '../stats/special-cause.ts'
import { periodText, readPeriod } from '../words/day.ts'

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
  readonly good: Good
  readonly centre: number
  readonly target: number | null
  readonly points: readonly MonthPoint[]
  /** Months among them in which nobody was counted. */
  readonly empty: readonly string[]
  readonly reading: MonthReading
}

type Counted = Pick<Figure, 'period' | 'numerator' | 'denominator'>

const next = (month: number): number => (month % 100 === 12 ? month + 89 : month + 1)

/** Months in order, without a gap: one in which nobody was counted is there with nothing. The newest ones, up to and with `last`. */
export function monthsInOrder(figures: readonly Counted[], last: number): readonly { month: string; met: number; all: number }[] {
  const found = new Map(figures.map(({ period, numerator, denominator }) => [period, { met: numerator, all: denominator }]))
  const counted = figures
    .filter(({ denominator }) => denominator > 0)
    .flatMap(({ period }) => readPeriod(period ?? '', 'month') ?? [])
    .filter((month) => month <= last)
    .toSorted((a, b) => a - b)
  const out: { month: string; met: number; all: number }[] = []
  for (let month = counted[0] ?? last + 1; month <= (counted.at(-1) ?? last); month = next(month)) {
    const text = periodText(month, 'month')
    out.push({ month: text, ...(found.get(text) ?? { met: 0, all: 0 }) })
  }
  return out.slice(-mostMonths)
}

/** Laney's limits where months vary more than chance within them; plain ones where they do not, or where that cannot be told. */
function sharesOf(met: readonly number[], all: readonly number[], options: { good: Good; target?: number }) {
  const wide = shareChart(met, all, { ...options, laney: true })
  return isRefused(wide) || wide.sigmaZ <= 1 ? shareChart(met, all, options) : wide
}

/**
 * The control chart of finished months. `last`: the newest month that is over, as a number such as 202610.
 * Refuses as the charts do: `nothing-counted`, `too-few`.
 */
export function monthChart(
  figures: readonly Counted[],
  { last, good, target, kind }: { readonly last: number; readonly good: Good; readonly target?: number; readonly kind: ChartKind },
): MonthChart | Refused {
  const months = monthsInOrder(figures, last)
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
    good,
    centre: chart.segments.at(-1)!.mean,
    target: target ?? null,
    points: chart.points.map(({ index, value, limits, kind: pointKind, matches }) => ({
      ...shown[index]!,
      share: value,
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
