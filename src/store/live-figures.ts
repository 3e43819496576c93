import type { Asking } from '../core/clock/chosen.ts'
import type { AccountLine } from '../core/measure/account.ts'
import { type Cell, type Figure, figureOf, type Grouped, inOrder } from '../core/measure/figure.ts'
import type { Indicator } from '../core/pack/pack.ts'
import { compileAccount, compileCells, lineOf, talliesOf } from '../sql/account.ts'
import { keptRelations, packSchema } from '../sql/kept.ts'
import { quoteName } from '../sql/name.ts'
import { bound } from './database.ts'
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

/** Figures over the live ledger: the compiled text of files, over the layer that is kept. Places are organisations' numbers, as text. */
export async function liveFigures(
  rows: Session['rows'],
  question: LiveQuestion,
  indicators: readonly Indicator[],
  cell?: Cell,
): Promise<readonly Figure[]> {
  const { live, grouped } = question
  await rows(`SET LOCAL search_path = ${quoteName(packSchema(live.pack))}, varde`)
  const places = new Map((await rows('SELECT org FROM varde.organisation')).map((row) => [Number(row['org']), String(row['org'])]))
  const out: Figure[] = []
  for (const indicator of indicators) {
    const none = { place: null, period: null, variant: null }
    if (indicator.unknown !== undefined) {
      out.push({ ...figureOf(indicator, none, { bins: [], lengths: [] }, grouped.period), unknown: indicator.unknown })
      continue
    }
    const relations = keptRelations(live.plan, question.when)
    const { sql, params } = bound<unknown>(
      `${relations.with}${compileCells(live.plan, indicator, grouped, relations.rows)}`,
      paramsOf(question),
    )
    const tallies = talliesOf(await rows(sql, params), grouped, places)
    const wanted = cell === undefined ? tallies : tallies.filter((t) => inCell(t.cell, cell))
    const empty = grouped.by.size === 0 && wanted.length === 0 ? [{ cell: none, tally: { bins: [], lengths: [] } }] : []
    out.push(
      ...[...wanted, ...empty].sort((a, b) => inOrder(a.cell, b.cell)).map((t) => figureOf(indicator, t.cell, t.tally, grouped.period)),
    )
  }
  return out
}

/** The lines behind a figure, or one cell of it: the figure's own query, stopped before it adds up. */
export async function liveAccount(
  rows: Session['rows'],
  question: LiveQuestion,
  indicator: Indicator,
  cell?: Cell,
): Promise<readonly AccountLine[]> {
  const { live, grouped } = question
  if (indicator.unknown !== undefined) return []
  await rows(`SET LOCAL search_path = ${quoteName(packSchema(live.pack))}, varde`)
  const relations = keptRelations(live.plan, question.when)
  const account = compileAccount(live.plan, indicator, grouped, cell, { rows: relations.rows, firstParam: 4 })
  const { sql, params } = bound<unknown>(`${relations.with}${account.sql}`, [...paramsOf(question), ...account.params])
  return (await rows(sql, params)).map((row) => lineOf(indicator, row)).sort(lineOrder)
}

const paramsOf = ({ asking, ledgers }: LiveQuestion): readonly unknown[] => [asking.asOf, asking.asOfAt, ledgers]

const inCell = (own: Cell, wanted: Cell): boolean =>
  (['place', 'period', 'variant'] as const).every((key) => wanted[key] === null || own[key] === wanted[key])
