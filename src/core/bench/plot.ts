import type { Band } from '../stats/expected.ts'
import { isRefused } from '../stats/refusal.ts'
import type { PointKind } from '../stats/special-cause.ts'
import type { LimitHeaping, StartMonth } from './courses.ts'
import type { MonthChart, RecentMonth } from './months.ts'
import type { PlaceFunnel } from './places.ts'

/** Where and what a mark is; `high`: it went, or lies, above the centre. */
export interface Mark {
  readonly x: number
  readonly y: number
  readonly kind: PointKind
  readonly high: boolean
  /** Beside the mark, for those few that are named. */
  readonly label?: string
}

export interface Expected {
  readonly x: number
  readonly y: number
  /** Where it will probably lie: 50 and 90 %; none where that has not proved itself. */
  readonly band?: Band
  /** How much of it has come. */
  readonly label: string
}

export type LineKind = 'mean' | 'limit' | 'inner-limit' | 'target' | 'course'

export interface Line {
  readonly kind: LineKind
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface Tick {
  readonly at: number
  readonly label: string
}

/** What is drawn, in its own units; one function draws every one of them. */
export interface Plot {
  readonly x: { readonly from: number; readonly to: number; readonly ticks: readonly Tick[] }
  readonly y: { readonly from: number; readonly to: number; readonly ticks: readonly Tick[] }
  readonly lines: readonly Line[]
  readonly marks: readonly Mark[]
  readonly bars: readonly { readonly x: number; readonly y: number }[]
  /** Hatched: what is expected and not counted. Never joined to what is. */
  readonly expected: readonly Expected[]
  /** Marks follow one another, and are joined; across a place that has none they are not. */
  readonly joined: boolean
}

const evenly = (count: number, most: number): readonly number[] => {
  const step = Math.max(1, Math.ceil(count / most))
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step)
}

/** Ticks at round numbers, some five of them. */
export function ticksBetween(from: number, to: number, label: (at: number) => string): readonly Tick[] {
  const rough = (to - from) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((n) => n * power).find((one) => one >= rough * 0.999) ?? power
  const first = Math.ceil(from / step - 1e-9)
  return Array.from({ length: Math.max(1, Math.floor(to / step + 1e-9) - first + 1) }, (_, i) => (first + i) * step).map((at) => ({
    at,
    label: label(at),
  }))
}

/** An axis of shares around what is on it: from 0 to 1 at most, and no narrower than a tenth. */
function shareAxis(values: readonly number[]): Plot['y'] {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const room = Math.max((high - low) * 0.08, (0.1 - (high - low)) / 2, 0)
  const [from, to] = [Math.max(0, low - room), Math.min(1, high + room)]
  return { from, to, ticks: ticksBetween(from, to, (at) => `${Math.round(at * 100)} %`) }
}

const monthTicks = (months: readonly string[]): readonly Tick[] =>
  evenly(months.length, 12).map((at) => ({ at, label: (months[at] ?? '').slice(2) }))

/** Months that follow one another, from the first to the last of these. */
const placesOf = (months: readonly string[]): ReadonlyMap<string, number> => new Map(months.toSorted().map((month, i) => [month, i]))

/** `recent`: months not all reported; those that are expected are drawn, the others leave room for what will come. */
export function plotMonths(chart: MonthChart, recent: readonly RecentMonth[] = []): Plot {
  const months = [...chart.points.map(({ month }) => month), ...chart.empty, ...recent.map(({ month }) => month)].toSorted()
  const expected = recent.flatMap(({ month, complete, expected: one }) => (one === null ? [] : [{ month, complete, ...one }]))
  const places = placesOf(months)
  const at = (month: string): number => places.get(month) ?? 0
  const [first, last] = [-0.5, months.length - 0.5]
  const level = (y: number): Line['points'] => [
    [first, y],
    [last, y],
  ]
  // A limit is a level for its own month: a step at each border.
  const limit = (end: 'lower' | 'upper'): Line => ({
    kind: 'limit',
    points: chart.points.flatMap((point) => [[at(point.month) - 0.5, point[end]] as const, [at(point.month) + 0.5, point[end]] as const]),
  })
  return {
    x: { from: first, to: last, ticks: monthTicks(months) },
    y: shareAxis([
      ...chart.points.flatMap(({ share, lower, upper }) => [share, lower, upper]),
      ...(chart.target === null ? [] : [chart.target]),
      ...expected.flatMap(({ share, band }) => [share, ...(isRefused(band) ? [] : [band.low90, band.high90])]),
    ]),
    lines: [
      limit('lower'),
      limit('upper'),
      { kind: 'mean', points: level(chart.centre) },
      ...(chart.target === null ? [] : [{ kind: 'target', points: level(chart.target) } as const]),
    ],
    marks: chart.points.map(({ month, share, kind, toward }) => ({ x: at(month), y: share, kind, high: toward === 'high' })),
    bars: [],
    expected: expected.map(({ month, share, complete, band }) => ({
      x: at(month),
      y: share,
      ...(isRefused(band) ? {} : { band }),
      label: complete === null ? '' : `${Math.round(complete * 100)} %`,
    })),
    joined: true,
  }
}

/** The same with only the ends of its axes named: for a drawing that has no room for more. */
export function smaller(plot: Plot): Plot {
  const ends = ({ ticks, ...axis }: Plot['x']): Plot['x'] => ({ ...axis, ticks: ticks.filter((_, i) => i === 0 || i === ticks.length - 1) })
  return { ...plot, x: ends(plot.x), y: ends(plot.y) }
}

/** `nameOf`: what a place is called. */
export function plotPlaces(funnel: PlaceFunnel, nameOf: (place: string) => string): Plot {
  const most = Math.max(...funnel.places.map(({ all }) => all)) * 1.05
  const end = funnel.course.at(-1)!
  const line = (kind: LineKind, of: 'lower998' | 'lower95' | 'upper95' | 'upper998'): Line => ({
    kind,
    points: [...funnel.course.map((one) => [one.all, one[of]] as const), [most, end[of]]],
  })
  return {
    x: { from: 0, to: most, ticks: ticksBetween(0, most, String).filter(({ at }) => Number.isInteger(at)) },
    y: shareAxis([
      ...funnel.places.map(({ share }) => share),
      ...funnel.course.filter(({ all }) => all >= most / 12).flatMap(({ lower998, upper998 }) => [lower998, upper998]),
    ]),
    lines: [
      line('limit', 'lower998'),
      line('limit', 'upper998'),
      line('inner-limit', 'lower95'),
      line('inner-limit', 'upper95'),
      {
        kind: 'mean',
        points: [
          [0, funnel.centre],
          [most, funnel.centre],
        ],
      },
    ],
    marks: funnel.places.map(({ place, all, share, kind, named }) => ({
      x: all,
      y: share,
      kind,
      high: share > funnel.centre,
      ...(named ? { label: nameOf(place) } : {}),
    })),
    bars: [],
    expected: [],
    joined: false,
  }
}

/** Months of start that may be shown. */
export function plotStarts(months: readonly StartMonth[]): Plot {
  const shown = months.flatMap(({ month, share, low, high }) => (share === null ? [] : [{ month, share, low, high }]))
  const places = placesOf(months.map(({ month }) => month))
  const at = (month: string): number => places.get(month) ?? 0
  return {
    x: { from: -0.5, to: months.length - 0.5, ticks: monthTicks(months.map(({ month }) => month)) },
    y: shareAxis(shown.flatMap(({ share, low, high }) => [share, low ?? share, high ?? share])),
    lines: shown.flatMap(({ month, low, high }) =>
      low === null || high === null
        ? []
        : [
            {
              kind: 'course' as const, // an interval, and no limit
              points: [
                [at(month), low],
                [at(month), high],
              ] as const,
            },
          ],
    ),
    marks: shown.map(({ month, share }) => ({ x: at(month), y: share, kind: 'common', high: false })),
    bars: [],
    expected: [],
    joined: true,
  }
}

export function plotHeaping({ counts, firstDay, expected }: LimitHeaping): Plot {
  const most = Math.max(...counts, ...expected) * 1.08
  const [from, to] = [firstDay - 0.6, firstDay + counts.length - 0.4]
  return {
    x: {
      from,
      to,
      ticks: counts
        .map((_, i) => firstDay + i)
        .filter((day) => day % 7 === 0)
        .map((at) => ({ at, label: at > 0 ? `+${at}` : String(at).replace('-', '\u2212') })),
    },
    y: { from: 0, to: most, ticks: ticksBetween(0, most, String).filter(({ at }) => Number.isInteger(at)) },
    lines: [
      { kind: 'course', points: expected.map((y, i) => [firstDay + i, Math.max(0, y)] as const) },
      {
        kind: 'target',
        points: [
          [0.5, 0],
          [0.5, most],
        ],
      },
    ],
    marks: [],
    bars: counts.map((y, i) => ({ x: firstDay + i, y })),
    expected: [],
    joined: false,
  }
}
