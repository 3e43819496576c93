import { type Cell, type CellTally, type Figure, figureOf, together } from '../measure/figure.ts'
import type { Indicator } from '../pack/pack.ts'
import { isRefused, type Refused } from '../stats/refusal.ts'
import { monthsLater } from '../words/day.ts'
import { goodOf } from './months.ts'
import { type PlaceFunnel, type PlacePoint, placeFunnel } from './places.ts'

/** What is told of a unit at once: so many whole months. */
export const unitMonths = 12

/** Where a unit lies among all places that were counted in the same months. */
export interface AmongPlaces extends Pick<PlaceFunnel, 'centre' | 'decidedBy'> {
  readonly places: number
  /** The unit itself; of all places, those that lie outside. */
  readonly points: readonly PlacePoint[]
}

export interface UnitParts {
  /** Of the last whole months. */
  readonly figure: Figure
  /** Each month there is, by itself. */
  readonly months: readonly Figure[]
  readonly among: AmongPlaces | Refused
}

/** One indicator of a unit, out of its cells by place and month. `place`: null for all places that were counted. `last`: the newest whole month. */
export function unitParts(indicator: Indicator, cells: readonly CellTally[], place: string | null, last: number): UnitParts {
  const first = monthsLater(last, 1 - unitMonths)
  const figure = (of: Pick<Cell, 'place' | 'period'>, own: readonly CellTally[]): Figure =>
    figureOf(indicator, { variant: null, ...of }, together(own.map(({ tally }) => tally)), 'month')
  const mine = place === null ? cells : cells.filter(({ cell }) => cell.place === place)
  const lately = ({ cell: { period } }: CellTally): boolean => period !== null && first <= period && period <= last
  const byPlace = Map.groupBy(cells.filter(lately), ({ cell }) => cell.place)
  const funnel = placeFunnel(
    [...byPlace].map(([at, own]) => figure({ place: at, period: null }, own)),
    goodOf[indicator.better],
  )
  return {
    figure: figure({ place, period: null }, mine.filter(lately)),
    months: [...Map.groupBy(mine, ({ cell }) => cell.period)].map(([period, own]) => figure({ place, period }, own)),
    among: isRefused(funnel) ? funnel : amongOf(funnel, place),
  }
}

const amongOf = ({ centre, decidedBy, places }: PlaceFunnel, place: string | null): AmongPlaces => ({
  centre,
  decidedBy,
  places: places.length,
  points: places.filter((one) => (place === null ? one.named : one.place === place)),
})
