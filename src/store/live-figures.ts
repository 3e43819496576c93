import type { Courses } from '../core/bench/courses.ts'
import type { Asking } from '../core/clock/chosen.ts'
import { type AccountLine, doubts, wholeWeight } from '../core/measure/account.ts'
import { type Cell, type CellTally, type Figure, figureOf, type Grouped, inOrder } from '../core/measure/figure.ts'
import type { UnsettledPart } from '../core/measure/unsettled.ts'
import type { Indicator } from '../core/pack/pack.ts'
import { periodDays } from '../core/words/day.ts'
import {
  compileAccount,
  compileCells,
  compileCourses,
  compileOverlap,
  compileUnsettled,
  coursesOf,
  lineOf,
  talliesOf,
} from '../sql/account.ts'
import { cellFilter, type KeptCell, keptRelations, packSchema } from '../sql/kept.ts'
import { quoteName } from '../sql/name.ts'
import { bound, type Row } from './database.ts'
import type { Session } from './ledger-database.ts'
import type { LivePack } from './live-packs.ts'
import { lineOrder } from './measuring.ts'

export interface LiveQuestion {
  readonly live: LivePack
  readonly ledgers: readonly number[]
  readonly asking: Asking
  /** `past`: as it was known at the end of an earlier day; `now` leaves the history aside. */
  readonly when: 'now' | 'past'
  readonly grouped: Grouped
}

const none: Cell = { place: null, period: null, variant: null }
const nothing: CellTally['tally'] = { bins: [], lengths: [] }

/** Figures over the live ledger: the compiled text of files, over the layer that is kept. Places are organisations' numbers, as text. */
export async function liveFigures(
  rows: Session['rows'],
  question: LiveQuestion,
  indicators: readonly Indicator[],
  cell?: Cell,
): Promise<readonly Figure[]> {
  const { by, period } = question.grouped
  const cells = await liveCells(rows, question, indicators, cell)
  return indicators.flatMap((indicator, i) => {
    if (indicator.unknown !== undefined) return [{ ...figureOf(indicator, none, nothing, period), unknown: indicator.unknown }]
    const found = cells[i]!
    const all = by.size === 0 && found.length === 0 ? [{ cell: none, tally: nothing }] : found
    return all.map((one) => figureOf(indicator, one.cell, one.tally, period))
  })
}

/** What those figures are put together from, of each indicator, in their order; nothing of one that cannot be computed. */
export async function liveCells(
  rows: Session['rows'],
  question: LiveQuestion,
  indicators: readonly Indicator[],
  cell?: Cell,
): Promise<readonly (readonly CellTally[])[]> {
  const { live, grouped } = question
  const kept = keptCellOf(grouped, cell)
  const cellsOf = async (indicator: Indicator, organisations: Promise<readonly Row[]>): Promise<readonly CellTally[]> => {
    if (indicator.unknown !== undefined) return []
    const relations = keptRelations(live.plan, question.when, cellFilter(live.plan, indicator, kept))
    const { sql, params } = bound<unknown>(
      `${relations.with}${compileCells(live.plan, indicator, grouped, relations.rows)}`,
      paramsOf(question, kept),
    )
    const [cells, named] = await Promise.all([rows(sql, params), organisations])
    const tallies = talliesOf(cells, grouped, new Map(named.map((row) => [Number(row['org']), String(row['org'])])))
    return tallies.filter((t) => cell === undefined || inCell(t.cell, cell)).sort((a, b) => inOrder(a.cell, b.cell))
  }
  // All are asked on one connection, one on the heels of the other: none is waited for before the next is sent.
  const ready = rows(`SET LOCAL search_path = ${quoteName(packSchema(live.pack))}, varde`)
  const organisations = rows('SELECT org FROM varde.organisation')
  const [cells] = await Promise.all([Promise.all(indicators.map((indicator) => cellsOf(indicator, organisations))), ready])
  return cells
}

/** How long pathways ran, by the month in which they started: of the place and the variant of a cell, whatever its period. */
export async function liveCourses(
  rows: Session['rows'],
  question: LiveQuestion,
  indicator: Indicator,
  { place, variant }: Cell,
): Promise<readonly Courses[]> {
  const { live, grouped } = question
  if (indicator.unknown !== undefined || !indicator.within) return []
  await rows(`SET LOCAL search_path = ${quoteName(packSchema(live.pack))}, varde`)
  const kept = keptCellOf(grouped, { place, variant, period: null })
  const relations = keptRelations(live.plan, question.when, cellFilter(live.plan, indicator, kept))
  const asked = { ...(kept.place === undefined ? {} : { place: kept.place }), ...(variant === null ? {} : { variant }) }
  const courses = compileCourses(live.plan, indicator, asked, { rows: relations.rows, firstParam: 7 })
  const { sql, params } = bound<unknown>(`${relations.with}${courses.sql}`, [...paramsOf(question, kept), ...courses.params])
  return coursesOf(await rows(sql, params))
}

/** The lines behind a figure, or one cell of it: the figure's own query, stopped before it adds up. */
export async function liveAccount(
  rows: Session['rows'],
  question: LiveQuestion,
  indicator: Indicator,
  cell?: Cell,
): Promise<readonly AccountLine[]> {
  if (indicator.unknown !== undefined) return []
  const account = await accountOf(rows, question, indicator, cell)
  const { sql, params } = bound<unknown>(`${account.with}${account.sql}`, [...account.first, ...account.params])
  return (await rows(sql, params)).map((row) => lineOf(indicator, row)).sort(lineOrder)
}

/** What of a figure rests on entries in doubt. Of an indicator without a clock nothing is said. */
export async function liveUnsettled(
  rows: Session['rows'],
  question: LiveQuestion,
  indicator: Indicator,
  cell: Cell,
): Promise<readonly UnsettledPart[] | undefined> {
  if (indicator.unknown !== undefined || !indicator.within) return undefined
  const { with: relations, sql, params, first } = await accountOf(rows, question, indicator, cell)
  const asked = bound<unknown>(`${relations}${compileUnsettled(sql)}`, [...first, ...params])
  return (await rows(asked.sql, asked.params)).map((row) => ({
    bin: Number(row['bin']) === 0 ? 'met' : 'missed',
    doubt: doubts[Number(row['doubt'])]!, // numbered as they stand
    pathways: Number(row['weight']) / wholeWeight,
  }))
}

/** Pathways of a cell that both of two indicators count, alike or not, and that only one of them does. */
export interface Overlap {
  readonly alike: number
  readonly otherwise: number
  readonly onlyOne: number
  readonly onlyOther: number
}

export async function liveOverlap(
  rows: Session['rows'],
  question: LiveQuestion,
  [one, other]: readonly [Indicator, Indicator],
  cell: Cell,
): Promise<Overlap> {
  const a = await accountOf(rows, question, one, cell)
  const b = await accountOf(rows, question, other, cell, a.params.length)
  const none = { alike: 0, otherwise: 0, onlyOne: 0, onlyOther: 0 }
  if (one.unknown !== undefined || other.unknown !== undefined) return none
  const asked = bound<unknown>(`${a.with}${compileOverlap(a.sql, b.sql)}`, [...a.first, ...a.params, ...b.params])
  const found = await rows(asked.sql, asked.params)
  const sum = (of: (one: unknown, other: unknown) => boolean): number =>
    found.filter((row) => of(row['one'], row['other'])).reduce((n, row) => n + Number(row['pathways']), 0)
  return {
    alike: sum((x, y) => x !== null && x === y),
    otherwise: sum((x, y) => x !== null && y !== null && x !== y),
    onlyOne: sum((_, y) => y === null),
    onlyOther: sum((x) => x === null),
  }
}

/** The text of an account of a cell, to be put into another: its relations, itself, and the parameters of both. `after`: those of the cell of another. */
async function accountOf(rows: Session['rows'], question: LiveQuestion, indicator: Indicator, cell: Cell | undefined, after = 0) {
  const { live, grouped } = question
  await rows(`SET LOCAL search_path = ${quoteName(packSchema(live.pack))}, varde`)
  const kept = keptCellOf(grouped, cell)
  const relations = keptRelations(live.plan, question.when, cellFilter(live.plan, indicator, kept))
  const account = compileAccount(live.plan, indicator, grouped, cell, { rows: relations.rows, firstParam: 7 + after })
  return { with: relations.with, ...account, first: paramsOf(question, kept) }
}

export const paramsOf = ({ asking, ledgers }: LiveQuestion, kept: KeptCell): readonly unknown[] => [
  asking.asOf,
  asking.asOfAt,
  ledgers,
  kept.from ?? null,
  kept.to ?? null,
  kept.place ?? null,
]

/** Places are organisations' numbers as text; any other text is the place of nothing. */
export function keptCellOf({ period }: Grouped, cell: Cell | undefined): KeptCell {
  const [from, to] = cell?.period == null ? [] : periodDays(cell.period, period)
  const place = cell?.place == null || !/^\d+$/.test(cell.place) ? undefined : Number(cell.place)
  return { ...(from === undefined || to === undefined ? {} : { from, to }), ...(place === undefined ? {} : { place }) }
}

const inCell = (own: Cell, wanted: Cell): boolean =>
  (['place', 'period', 'variant'] as const).every((key) => wanted[key] === null || own[key] === wanted[key])
