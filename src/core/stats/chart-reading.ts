import type { Assurance, ChartPoint, ControlChart } from './control-chart.ts'
import type { PointKind, Rule, Toward } from './special-cause.ts'

/** A stretch of points that one rule picks out, towards one side. Places among the values of the chart. */
export interface Signal {
  readonly rule: Rule
  readonly toward: Toward
  readonly kind: PointKind
  readonly from: number
  readonly to: number
}

/** What one sentence about a chart says. The words are made where the language is known; the facts only here. */
export type ChartReading = {
  readonly assurance: Assurance
  /** The limits rest on fewer than twelve values. */
  readonly trial: boolean
} & (
  | {
      readonly kind: 'nothing-unusual'
      /** First of the points up to the newest that are all common. */
      readonly since: number
      /** What there was before it, since the limits were computed; null where there was nothing. */
      readonly before: Signal | null
    }
  | { readonly kind: 'unusual'; readonly signal: Signal }
)

/** Points near a limit need not be neighbours: the third of the three may lie between them. */
const longestGap: Readonly<Record<Rule, number>> = { outside: 1, trend: 1, 'two-in-three': 2, shift: 1 }

/** The signal that ends at a special point, as far back as the same rule picks out points towards the same side. */
function signalAt(points: readonly ChartPoint[], end: number): Signal {
  const { rule, toward } = points[end]!.matches[0]!
  const holds = (place: number) => points[place]!.matches.some((match) => match.rule === rule && match.toward === toward)
  let from = end
  for (let place = end - 1; place >= 0 && from - place <= longestGap[rule]; place--) if (holds(place)) from = place
  return { rule, toward, kind: points[end]!.kind, from: points[from]!.index, to: points[end]!.index }
}

/**
 * What the newest points of a chart say: whether there is something unusual now, and if not, since when there is not.
 *
 * Read off the classified points that are drawn, so that sentence and chart cannot disagree. Looks at the last segment only: what
 * came before a rebase was judged by other limits.
 */
export function readChart(chart: ControlChart): ChartReading {
  const points = chart.points.filter((point) => point.segment === chart.segments.length - 1)
  const common = { assurance: chart.assurance, trial: chart.segments.at(-1)!.trial }
  const newest = points.findLastIndex((point) => point.kind !== 'common')
  if (newest === points.length - 1) return { ...common, kind: 'unusual', signal: signalAt(points, newest) }
  return {
    ...common,
    kind: 'nothing-unusual',
    since: points[newest + 1]!.index,
    before: newest === -1 ? null : signalAt(points, newest),
  }
}
