import { monthChart } from '../bench/months.ts'
import { readChart } from '../stats/chart-reading.ts'
import { firmFrom, xmrChart } from '../stats/control-chart.ts'
import { isRefused } from '../stats/refusal.ts'
import { sum } from '../stats/sample.ts'
import type { Rule, Toward } from '../stats/special-cause.ts'
import { periodText } from '../words/day.ts'
import type { PracticeTally } from './tally.ts'

export const changing = ['start', 'in-time', 'lag'] as const
export type Changing = (typeof changing)[number]

/** The newest stretch of months in which a place coded otherwise than it usually does, by one rule of the charts. */
export interface Change {
  readonly what: Changing
  readonly from: string
  readonly to: string
  readonly rule: Rule
  readonly toward: Toward
}

/** A chart of a place is read when it has so many months, with so many each on the average. */
export const leastMonths = firmFrom
export const leastAMonth = 5
/** A mean of days is read only of so many: a few that were recorded very late make a month stand out by chance. */
export const leastForMean = 30

/** Of months: in `n` of `of` something is so. */
interface MonthCount {
  readonly month: number
  readonly n: number
  readonly of: number
}

const enough = (months: readonly { readonly of: number }[], each: number): boolean =>
  months.length >= leastMonths && sum(months.map(({ of }) => of)) >= each * months.length

/**
 * Change points, by the same charts and rules as figures: shares of months by size (Laney's limits where months vary more than chance), and the
 * mean days from occurred to recorded by how much months differ from one another. By month of start, and of recording: what occurred of late and is
 * not recorded yet would make the newest months look quick. `several`: clocks start on more than one code at all.
 */
export function changesOf({
  starts,
  months,
  several,
  last,
}: {
  readonly starts: readonly { readonly month: number; readonly n: number; readonly main: boolean }[]
  readonly months: readonly Omit<PracticeTally['months'][number], 'place'>[]
  readonly several: boolean
  readonly last: number
}): readonly Change[] {
  const over = months.filter(({ month }) => month <= last).toSorted((a, b) => a.month - b.month)
  const byStart = [...Map.groupBy(starts, ({ month }) => month)].map(([month, rows]) => ({
    month,
    n: sum(rows.filter(({ main }) => main).map(({ n }) => n)),
    of: sum(rows.map(({ n }) => n)),
  }))
  return [
    ...(several ? shareChange('start', byStart, last) : []),
    ...shareChange(
      'in-time',
      over.flatMap(({ month, inTime, due }) => (due > 0 ? [{ month, n: inTime, of: due }] : [])),
      last,
    ),
    ...lagChange(over),
  ]
}

function shareChange(what: Changing, months: readonly MonthCount[], last: number): readonly Change[] {
  const over = months.filter(({ month }) => month <= last)
  if (!enough(over, leastAMonth)) return []
  const chart = monthChart(
    over.map(({ month, n, of }) => ({ period: periodText(month, 'month'), numerator: n, denominator: of })),
    { last, good: 'neither', kind: 'share' },
  )
  if (isRefused(chart)) return []
  const { reading } = chart
  const signal = reading.kind === 'unusual' ? reading.signal : reading.before
  return signal === null ? [] : [{ what, from: signal.from, to: signal.to, rule: signal.rule, toward: signal.toward }]
}

function lagChange(months: readonly { readonly month: number; readonly n: number; readonly days: number }[]): readonly Change[] {
  if (
    !enough(
      months.map(({ n }) => ({ of: n })),
      leastForMean,
    )
  )
    return []
  const chart = xmrChart(
    months.map(({ days, n }) => days / n),
    { good: 'neither' },
  )
  if (isRefused(chart)) return []
  const reading = readChart(chart)
  const signal = reading.kind === 'unusual' ? reading.signal : reading.before
  const at = (index: number): string => periodText(months[index]!.month, 'month')
  return signal === null ? [] : [{ what: 'lag', from: at(signal.from), to: at(signal.to), rule: signal.rule, toward: signal.toward }]
}
