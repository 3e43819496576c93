import type { Indicator } from '../pack/pack.ts'
import { type PeriodKind, periodOf, periodText } from '../words/day.ts'
import { type AccountLine, type Cause, type LeftOut, wholeWeight } from './account.ts'

export const groupings = ['place', 'period', 'variant'] as const
export type Grouping = (typeof groupings)[number]

/** How figures are asked for. */
export interface Grouped {
  readonly by: ReadonlySet<Grouping>
  readonly period: PeriodKind
}

/** The answer of an indicator for a place, a period and a variant; null where it was not asked by that. */
export interface Figure {
  readonly indicator: string
  readonly place: string | null
  readonly period: string | null
  readonly variant: string | null
  readonly denominator: number
  readonly numerator: number
  readonly share: number | null
  readonly low: number | null
  readonly high: number | null
  /** Days, working days or minutes. */
  readonly median: number | null
  readonly p90: number | null
  readonly fellShort: Readonly<Partial<Record<Cause, number>>>
  readonly leftOut: Readonly<Partial<Record<LeftOut, number>>>
  /** null where the pack sets no duty for the entries the indicator rests on. */
  readonly coding: { readonly realTime: number | null; readonly afterCoded: number | null; readonly shareRealTime: number | null }
  /** Why there is no figure: something the indicator needs is unknown in the pack. */
  readonly unknown?: string
}

/** What a figure is put together from: sums over the lines of its account. Weights in millionths; lengths with how often each occurs. */
export interface Tally {
  readonly bins: readonly {
    readonly bin: AccountLine['bin']
    readonly why?: Cause | LeftOut
    readonly weight: number
    readonly realTime: number
    readonly unknown: boolean
    readonly realTimeMet: number
    readonly realTimeMissed: number
  }[]
  readonly lengths: readonly { readonly length: number; readonly count: number }[]
}

/** Cells put together: sums go on adding up, since what two cells hold lies in one of them alone. */
export const together = (tallies: readonly Tally[]): Tally => ({
  bins: tallies.flatMap(({ bins }) => bins),
  lengths: tallies.flatMap(({ lengths }) => lengths),
})

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

export interface Cell {
  readonly place: string | null
  readonly period: number | null
  readonly variant: string | null
}

export interface CellTally {
  readonly cell: Cell
  readonly tally: Tally
}

/** Numbers of one cell: section 2 of what a figure means. */
export function figureOf(indicator: Indicator, cell: Cell, tally: Tally, period: PeriodKind): Figure {
  const sum = (of: (b: Tally['bins'][number]) => boolean, what: 'weight' | 'realTime' | 'realTimeMet' | 'realTimeMissed' = 'weight') =>
    tally.bins.filter(of).reduce((n, b) => n + b[what], 0)
  const met = sum((b) => b.bin === 'met')
  const counted = met + sum((b) => b.bin === 'missed')
  const unknown = sum((b) => b.bin === 'left-out' && b.unknown)
  const notCoded = sum((b) => b.why === 'overrun-not-coded')
  const overrun = notCoded + sum((b) => b.why === 'overrun-waiting')
  const realTime = sum((b) => b.bin !== 'left-out', 'realTime')
  const realTimeMet = sum(() => true, 'realTimeMet')
  const byWhy = (bin: (b: AccountLine['bin']) => boolean) => {
    const out: Record<string, number> = {}
    for (const b of tally.bins) if (bin(b.bin) && b.why) out[b.why] = (out[b.why] ?? 0) + b.weight
    return Object.fromEntries(
      Object.entries(out)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([why, weight]) => [why, weight / wholeWeight]),
    )
  }
  const perUnit = indicator.within?.unit === 'minute' ? 60 : 1
  return {
    indicator: indicator.id,
    place: cell.place,
    period: cell.period === null ? null : periodText(cell.period, period),
    variant: cell.variant,
    denominator: counted / wholeWeight,
    numerator: met / wholeWeight,
    share: share(met, counted),
    low: share(met, counted + unknown + overrun),
    high: share(met + unknown + notCoded, counted + unknown + notCoded),
    median: quantile(tally.lengths, 0.5, perUnit),
    p90: quantile(tally.lengths, 0.9, perUnit),
    fellShort: byWhy((bin) => bin === 'missed'),
    leftOut: byWhy((bin) => bin === 'left-out'),
    coding: indicator.hasDuty
      ? {
          realTime: realTime / wholeWeight,
          afterCoded: (counted - realTime) / wholeWeight,
          shareRealTime: share(realTimeMet, realTimeMet + sum(() => true, 'realTimeMissed')),
        }
      : { realTime: null, afterCoded: null, shareRealTime: null },
  }
}

/** Interpolated between the two nearest lengths (position (n - 1) q), from how often each length occurs; null when there is none. */
export function quantile(lengths: Tally['lengths'], q: number, perUnit: number): number | null {
  const sorted = [...lengths].sort((a, b) => a.length - b.length)
  const n = sorted.reduce((sum, { count }) => sum + count, 0)
  if (n === 0) return null
  const at = (index: number): number => {
    let seen = 0
    for (const { length, count } of sorted) {
      seen += count
      if (seen > index) return length
    }
    return sorted.at(-1)!.length
  }
  const position = (n - 1) * q
  const [below, above] = [at(Math.floor(position)), at(Math.ceil(position))]
  return (below + (above - below) * (position - Math.floor(position))) / perUnit
}

/** The plain engine's figures: the lines of an account, put into their cells and added up. */
export function figuresOf(indicator: Indicator, lines: readonly AccountLine[], grouped: Grouped): readonly Figure[] {
  const none: Cell = { place: null, period: null, variant: null }
  if (indicator.unknown !== undefined)
    return [{ ...figureOf(indicator, none, { bins: [], lengths: [] }, grouped.period), unknown: indicator.unknown }]
  const cells = new Map<string, { cell: Cell; lines: AccountLine[] }>()
  if (grouped.by.size === 0) cells.set('', { cell: none, lines: [] })
  for (const line of lines) {
    const cell = cellOf(line, grouped)
    const key = grouped.by.size === 0 ? '' : JSON.stringify(cell)
    const group = cells.get(key)
    if (group) group.lines.push(line)
    else cells.set(key, { cell, lines: [line] })
  }
  return [...cells.values()]
    .sort((a, b) => inOrder(a.cell, b.cell))
    .map(({ cell, lines: inCell }) => figureOf(indicator, cell, tallyOf(inCell, grouped), grouped.period))
}

export function cellOf(line: AccountLine, { by, period }: Grouped): Cell {
  return {
    place: by.has('place') ? line.place : null,
    period: by.has('period') ? periodOf(line.periodDay, period) : null,
    variant: by.has('variant') ? line.variant : null,
  }
}

export function inOrder(a: Cell, b: Cell): number {
  const of = (x: string | number | null, y: string | number | null) => (x === y || x === null || y === null ? 0 : x < y ? -1 : 1)
  return of(a.place, b.place) || of(a.period, b.period) || of(a.variant, b.variant)
}

/** Lengths count once a pathway: in a cell of one place each share stands for its pathway, over all places the first does. */
function tallyOf(lines: readonly AccountLine[], { by }: Grouped): Tally {
  return {
    bins: lines.map((line) => ({
      bin: line.bin,
      ...((line.cause ?? line.leftOut) ? { why: line.cause ?? line.leftOut } : {}),
      weight: line.weight,
      realTime: line.realTime ? line.weight : 0,
      unknown: line.verdict === 'unknown' && line.leftOut !== 'excluded-by-definition',
      realTimeMet: line.realTimeBin === 'met' ? line.weight : 0,
      realTimeMissed: line.realTimeBin === 'missed' ? line.weight : 0,
    })),
    lengths: lines
      .filter((line) => line.length !== undefined && (by.has('place') || line.first))
      .map((line) => ({ length: line.length!, count: 1 })),
  }
}
