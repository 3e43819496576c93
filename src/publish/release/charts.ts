import { z } from 'zod'
import { draw, markOf, svgText } from '../../core/bench/draw.ts'
import { type MonthChart, monthBefore, monthChart, mostMonths } from '../../core/bench/months.ts'
import { placeFunnel } from '../../core/bench/places.ts'
import { type Plot, plotMonths, plotPlaces } from '../../core/bench/plot.ts'
import { isRefused } from '../../core/stats/refusal.ts'
import type { PointKind } from '../../core/stats/special-cause.ts'
import { readDay } from '../../core/words/day.ts'
import type { Bundle, Head, Table } from './bundle.ts'
import {
  emptySays,
  limitsSay,
  methodSays,
  monthsSay,
  noneShownDiffers,
  percent,
  placesSay,
  pointSays,
  refusedSays,
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
const Targets = z.looseObject({
  indicators: z.array(
    z.looseObject({
      id: z.string(),
      targets: z.array(z.looseObject({ share: z.number(), validFrom: z.unknown().optional(), validTo: z.unknown().optional() })).optional(),
    }),
  ),
})

/** The newest share that was to be reached on a day; what is not known is none. */
function targetOf(pack: unknown, indicator: string, day: string): number | undefined {
  const found = Targets.safeParse(pack).data?.indicators.find(({ id }) => id === indicator)?.targets ?? []
  return found.findLast(
    ({ validFrom, validTo }) => !(typeof validFrom === 'string' && validFrom > day) && !(typeof validTo === 'string' && validTo < day),
  )?.share
}

/** The charts of a table: first of all together, then place by place, then of each part. */
export function chartsOf({ head, pack }: Pick<Bundle, 'head' | 'pack'>, table: Table): readonly Chart[] {
  const indicator = indicatorOf(head, table)
  // To keep a limit is good; whether what a condition says is good, the pack does not say.
  const good = indicator.interval ? 'up' : 'neither'
  const target = targetOf(pack, indicator.id, head.asOf)
  const months = monthGroups(table).map((rows) =>
    monthsChart(head, rows, indicator.name, { good, kind: 'share', ...(target === undefined ? {} : { target }) }),
  )
  const byPlace = table.rows.filter(({ place, variant, period }) => place !== null && variant === null && period === null)
  const places = byPlace.length < 2 ? [] : [placesChart(head, byPlace, indicator.name, good)]
  return [...months.filter(({ isPart }) => !isPart), ...places, ...months.filter(({ isPart }) => isPart)]
}

/** Rows of months that follow one another: of all, of each place, of each kind. */
function monthGroups({ by, period, rows }: Table): readonly (readonly Row[])[] {
  if (!by.includes('period') || (period ?? 'month') !== 'month') return []
  const ofMonths = rows.filter((row) => row.period !== null && (row.place === null || row.variant === null))
  return [...Map.groupBy(ofMonths, ({ place, variant }) => JSON.stringify([place, variant])).values()]
}

function monthsChart(head: Head, rows: readonly Row[], name: string, options: Omit<Parameters<typeof monthChart>[1], 'last'>): Chart {
  const [first] = rows
  const of = (['place', 'variant'] as const).flatMap((part) => (first && first[part] !== null ? [partName(head, first, part)] : []))
  const title = [`${name}: ${words.months.toLowerCase()}`, ...of].join(', ')
  const isPart = of.length > 0
  const shown = rows.filter(isShown).map(({ period, met, counted }) => ({ period, numerator: met, denominator: counted }))
  const hidden = rows.length - shown.length
  const noChart = (why: string): Chart => ({ ...none, title, says: `There is no chart. ${why}`, notes: '', isPart })
  // Of so few nothing could be said that is true of the months between.
  if (hidden * 2 >= rows.length) return noChart(`${hidden} of ${rows.length} months are not shown.`)
  const last = monthBefore(readDay(head.asOf)!) // a day, as the description was read
  const chart = monthChart(shown, { ...options, last })
  if (isRefused(chart)) return noChart(refusedSays(chart))
  const says = monthsSay(chart)
  const plot = plotMonths(chart)
  return {
    title,
    says,
    notes: [methodSays(chart), ...gaps(chart, rows), ...(chart.target === null ? [] : [`Target: ${percent(chart.target)}.`])].join(' '),
    ...drawn(plot, title),
    head: ['month', 'within, of those counted', 'limits', 'what it is'],
    rows: chart.points.map((point) => [
      point.month,
      `${point.met} of ${point.all} (${percent(point.share)})`,
      `${percent(point.lower)} to ${percent(point.upper)}`,
      pointSays(point),
    ]),
    isPart,
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
    ...(cut ? [`The newest ${mostMonths} months are drawn.`] : []),
    ...(rows.some((row) => (row.period ?? '') > last && isCounted(row)) ? [`Drawn up to ${last}: later months were not over.`] : []),
  ]
}

function placesChart(head: Head, rows: readonly Row[], name: string, good: 'up' | 'neither'): Chart {
  const title = `${name}: ${words.places.toLowerCase()}`
  const nameOf = (place: string): string => (place === '' ? '(no place)' : (head.places[place] ?? place))
  const shown = rows.filter(isShown).map(({ place, met, counted }) => ({ place, numerator: met, denominator: counted }))
  const hidden = rows.filter((row) => !isShown(row)).map(({ place }) => nameOf(place ?? ''))
  const noChart = (why: string): Chart => ({ ...none, title, says: `There is no chart. ${why}`, notes: '', isPart: false })
  if (shown.length < 2) return noChart(`${hidden.length} of ${rows.length} places are not shown.`)
  const funnel = placeFunnel(shown, good)
  if (isRefused(funnel)) return noChart(refusedSays(funnel))
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
