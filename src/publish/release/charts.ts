import { z } from 'zod'
import { draw, markOf, svgText } from '../../core/bench/draw.ts'
import { goodOf, type MonthChart, monthChart, mostMonths, periodBefore } from '../../core/bench/months.ts'
import { type PlaceFunnel, placeFunnel } from '../../core/bench/places.ts'
import { type Plot, plotMonths, plotPlaces } from '../../core/bench/plot.ts'
import { isRefused } from '../../core/stats/refusal.ts'
import type { Good, PointKind } from '../../core/stats/special-cause.ts'
import { type PeriodKind, readDay } from '../../core/words/day.ts'
import type { Bundle, Head, Table } from './bundle.ts'
import {
  emptySays,
  limitsSay,
  methodSays,
  monthsSay,
  noneShownDiffers,
  notEveryMonth,
  percent,
  placesSay,
  pointSays,
  refusedSays,
  saidOf,
  words,
} from './chart-words.ts'
import { indicatorOf, notShown, partName, type Row } from './table-words.ts'

/**
 * Charts of a table as it is published. They are made of its rows after control and of nothing else, so that no mark, axis or path can say what the table does
 * not: a month of which something is hidden is a gap, a place of which something is hidden has no mark, and neither moves a limit or the end of an axis.
 */
export interface Chart {
  readonly title: string
  /** One sentence, read off what is drawn; where there is no drawing, why. */
  readonly says: string
  /** How limits were found, and what is not drawn. */
  readonly notes: string
  /** The drawing as a file; absent where the method needs more than there is. */
  readonly svg?: string
  /** What each shape in it stands for. */
  readonly key: readonly { readonly kind: PointKind; readonly svg: string }[]
  /** What is drawn, as a table: heads, then rows. */
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** About one place or one kind of pathway, and not about all together. */
  readonly isPart: boolean
}

const size = { width: 760, height: 260 }
const none = { key: [], head: [], rows: [] } as const

const drawn = (plot: Plot, title: string): Pick<Chart, 'svg' | 'key'> => ({
  svg: `${svgText(draw(plot, { ...size, title }))}\n`,
  key: plot.marks.some(({ kind }) => kind !== 'common')
    ? [...new Map(plot.marks.map(({ kind, high }) => [kind, high]))].map(([kind, high]) => ({ kind, svg: svgText(markOf(kind, high)) }))
    : [],
})

interface Counts {
  readonly met: number
  readonly counted: number
}
const isShown = <T extends Row>(row: T): row is T & Counts => row.met !== null && row.counted !== null

/** What of a pack's text a chart needs. */
const Judged = z.looseObject({
  indicators: z.array(
    z.looseObject({
      id: z.string(),
      better: z.enum(['higher', 'lower', 'neither']).optional(),
      targets: z.array(z.looseObject({ share: z.number(), validFrom: z.unknown().optional(), validTo: z.unknown().optional() })).optional(),
    }),
  ),
})

/** Which way is better, and the newest share that was to be reached on a day; what is not known is none. */
function judgedBy(
  pack: unknown,
  indicator: string,
  day: string,
): { readonly better?: keyof typeof goodOf | undefined; readonly target?: number } {
  const found = Judged.safeParse(pack).data?.indicators.find(({ id }) => id === indicator)
  const target = found?.targets?.findLast(
    ({ validFrom, validTo }) => !(typeof validFrom === 'string' && validFrom > day) && !(typeof validTo === 'string' && validTo < day),
  )?.share
  return { better: found?.better, ...(target === undefined ? {} : { target }) }
}

/** The charts of a table: first of all together, then place by place, then of each part. */
export function chartsOf({ head, pack }: Pick<Bundle, 'head' | 'pack'>, table: Table): readonly Chart[] {
  const indicator = indicatorOf(head, table)
  const { better, target } = judgedBy(pack, indicator.id, head.asOf)
  // To keep a limit is good; of what a condition says nothing is said where the pack does not.
  const good = goodOf[better ?? (indicator.interval ? 'higher' : 'neither')]
  const months = monthGroups(table).map((rows) =>
    monthsChart(head, rows, indicator.name, {
      good,
      kind: 'share',
      each: table.period ?? 'month',
      ...(target === undefined ? {} : { target }),
    }),
  )
  const byPlace = table.rows.filter(({ place, variant, period }) => place !== null && variant === null && period === null)
  const places = byPlace.length < 2 ? [] : [placesChart(head, byPlace, indicator.name, good)]
  return [...months.filter(({ isPart }) => !isPart), ...places, ...months.filter(({ isPart }) => isPart)]
}

/** Rows of months, or of longer periods, that follow one another: of all, of each place, of each kind. */
function monthGroups({ by, rows }: Table): readonly (readonly Row[])[] {
  if (!by.includes('period')) return []
  const ofMonths = rows.filter((row) => row.period !== null && (row.place === null || row.variant === null))
  return [...Map.groupBy(ofMonths, ({ place, variant }) => JSON.stringify([place, variant])).values()]
}

type Options = Omit<Parameters<typeof monthChart>[1], 'last'> & { readonly each: PeriodKind }

function monthsChart(head: Head, rows: readonly Row[], name: string, options: Options): Chart {
  const { each } = options
  const [first] = rows
  const of = (['place', 'variant'] as const).flatMap((part) => (first && first[part] !== null ? [partName(head, first, part)] : []))
  const title = [`${name}: ${saidOf(each, words.months.toLowerCase())}`, ...of].join(', ')
  const isPart = of.length > 0
  const shown = rows.filter(isShown).map(({ period, met, counted }) => ({ period, numerator: met, denominator: counted }))
  const hidden = rows.length - shown.length
  const noChart = (why: string): Chart => ({ ...none, title, says: `There is no chart. ${why}`, notes: '', isPart })
  // Of so few nothing could be said that is true of the months between.
  if (hidden * 2 >= rows.length) return noChart(`${hidden} of ${rows.length} ${each}s are not shown.`)
  const last = periodBefore(readDay(head.asOf)!, each) // a day, as the description was read
  const chart = monthChart(shown, { ...options, last })
  if (isRefused(chart)) return noChart(refusedSays(chart))
  const whole = drawnMonths(chart, title, gaps(chart, rows))
  return { ...whole, says: hidden === 0 ? whole.says : `${whole.says} ${saidOf(each, notEveryMonth)}`, isPart }
}

/** A control chart as it is published. `gaps`: what is not drawn, in words. */
export function drawnMonths(chart: MonthChart, title: string, gaps: readonly string[] = []): Chart {
  return {
    title,
    says: monthsSay(chart),
    notes: [methodSays(chart), ...gaps, ...(chart.target === null ? [] : [`Target: ${percent(chart.target)}.`])].join(' '),
    ...drawn(plotMonths(chart), title),
    head: [chart.each, 'within, of those counted', 'limits', 'what it is'],
    rows: chart.points.map((point) => [
      point.month,
      `${point.met} of ${point.all} (${percent(point.share)})`,
      `${percent(point.lower)} to ${percent(point.upper)}`,
      pointSays(point),
    ]),
    isPart: false,
  }
}

/** Which months are not drawn, and why: what is hidden is said to be. */
function gaps(chart: MonthChart, rows: readonly Row[]): readonly string[] {
  const hidden = rows.filter((row) => !isShown(row)).map(({ period }) => period ?? '')
  const nobody = chart.empty.filter((month) => !hidden.includes(month))
  const [first = '', last = ''] = [chart.points[0]?.month, chart.points.at(-1)?.month]
  const cut = chart.points.length + chart.empty.length === mostMonths && rows.some(({ period }) => (period ?? '') < first)
  const isCounted = (row: Row) => isShown(row) && row.counted > 0
  return [
    ...(nobody.length === 0 ? [] : [emptySays(nobody)]),
    ...(hidden.length === 0 ? [] : [`${notShown[0]!.toUpperCase()}${notShown.slice(1)}: ${hidden.join(', ')}.`]),
    ...(cut ? [`The newest ${mostMonths} ${chart.each}s are drawn.`] : []),
    ...(rows.some((row) => (row.period ?? '') > last && isCounted(row))
      ? [`Drawn up to ${last}: later ${chart.each}s were not over.`]
      : []),
  ]
}

function placesChart(head: Head, rows: readonly Row[], name: string, good: Good): Chart {
  const title = `${name}: ${words.places.toLowerCase()}`
  const nameOf = (place: string): string => (place === '' ? '(no place)' : (head.places[place] ?? place))
  const shown = rows.filter(isShown).map(({ place, met, counted }) => ({ place, numerator: met, denominator: counted }))
  const hidden = rows.filter((row) => !isShown(row)).map(({ place }) => nameOf(place ?? ''))
  const noChart = (why: string): Chart => ({ ...none, title, says: `There is no chart. ${why}`, notes: '', isPart: false })
  if (shown.length < 2) return noChart(`${hidden.length} of ${rows.length} places are not shown.`)
  const funnel = placeFunnel(shown, good)
  if (isRefused(funnel)) return noChart(refusedSays(funnel))
  return drawnPlaces(funnel, title, nameOf, hidden)
}

/** A funnel as it is published. `hidden`: names of places that are not shown. */
export function drawnPlaces(funnel: PlaceFunnel, title: string, nameOf: (place: string) => string, hidden: readonly string[] = []): Chart {
  return {
    title,
    says: hidden.length > 0 && !funnel.places.some(({ named }) => named) ? noneShownDiffers : placesSay(funnel, nameOf),
    notes: [
      limitsSay(funnel),
      ...(hidden.length === 0 ? [] : [`No mark, since it is not shown: ${hidden.join(', ')}.`]),
      words.codeAlike,
    ].join(' '),
    ...drawn(plotPlaces(funnel, nameOf), title),
    head: ['place', 'within, of those counted', '99.8 % limits', 'where it lies'],
    rows: funnel.places.map(({ place, met, all, share, limits, position }) => [
      nameOf(place),
      `${met} of ${all} (${percent(share)})`,
      `${percent(limits.lower998)} to ${percent(limits.upper998)}`,
      words.position[position],
    ]),
    isPart: false,
  }
}
