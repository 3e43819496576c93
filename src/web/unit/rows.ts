import type { MonthChart, RecentMonth } from '../../core/bench/months.ts'
import type { AmongPlaces } from '../../core/bench/unit.ts'
import { isRefused, type Refused } from '../../core/stats/refusal.ts'
import type { PointKind } from '../../core/stats/special-cause.ts'
import type { Answer } from '../ask.ts'

export type UnitTold = Answer<'readUnit'>
type Told = UnitTold['indicators'][number]

/** What a row says in one word: of those that are unusual, how. */
export type Says = 'no-number' | 'cannot-be-judged' | PointKind

export interface UnitRow {
  readonly id: string
  readonly name: string
  readonly told: Told
  readonly chart: MonthChart | Refused
  readonly recent: readonly RecentMonth[]
  readonly among: AmongPlaces | Refused
  /** Why there is no number, in words. */
  readonly without: string | undefined
  readonly says: Says
  readonly codedInTime: number | null
}

/** Rows out of what the service tells. What the sentence above them says is read off these, so that they cannot disagree. */
export const rowsOf = (
  told: readonly Told[],
  nameOf: (id: string) => string,
  withoutOf: (told: Told) => string | undefined,
): readonly UnitRow[] =>
  told.map((one) => {
    const chart = one.months as unknown as UnitRow['chart'] // the service makes it by the function that has this answer
    const without = withoutOf(one)
    const { realTime, afterCoded } = one.figure.coding
    return {
      id: one.indicator,
      name: nameOf(one.indicator),
      told: one,
      chart,
      recent: one.recent as unknown as UnitRow['recent'], // and this
      among: one.among as unknown as UnitRow['among'], // and this
      without,
      says: without !== undefined ? 'no-number' : saysOf(chart, one),
      codedInTime: realTime === null || afterCoded === null || realTime + afterCoded === 0 ? null : realTime / (realTime + afterCoded),
    }
  })

/** Of whom nobody was counted in the twelve months nothing is said: what a chart said before is not how it is. */
function saysOf(chart: MonthChart | Refused, { figure }: Told): Says {
  if (isRefused(chart) || figure.denominator === 0) return 'cannot-be-judged'
  return chart.reading.kind === 'unusual' ? chart.reading.signal.kind : 'common'
}

export const isJudged = ({ says }: UnitRow): boolean => says !== 'no-number' && says !== 'cannot-be-judged'
