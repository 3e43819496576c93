import type { Indicator } from '../core/pack/pack.ts'
import type { PracticeCell, PracticeTally } from '../core/practice/tally.ts'
import { cellFilter, keptRelations, packSchema } from '../sql/kept.ts'
import { quoteName } from '../sql/name.ts'
import { codeParams, compilePractice, tallyOf } from '../sql/practice.ts'
import { bound } from './database.ts'
import type { Session } from './ledger-database.ts'
import { keptCellOf, type LiveQuestion, paramsOf } from './live-figures.ts'

/** How the pathways behind a figure were coded, place by place: the lines of the kept layer, and the entries of the live ledger. */
export async function livePractice(
  rows: Session['rows'],
  question: Omit<LiveQuestion, 'grouped'>,
  indicator: Indicator,
  cell: PracticeCell,
): Promise<PracticeTally> {
  const { live, when } = question
  await rows(`SET LOCAL search_path = ${quoteName(packSchema(live.pack))}, varde`)
  const grouped = { by: new Set<never>(), period: cell.kind }
  const kept = keptCellOf(grouped, { place: null, period: cell.period, variant: cell.variant })
  const relations = keptRelations(live.plan, when, cellFilter(live.plan, indicator, kept))
  const practice = compilePractice(live.plan, indicator, cell, relations)
  const { sql, params } = bound<unknown>(practice.sql, [
    ...paramsOf({ ...question, grouped }, kept),
    ...codeParams(live.content),
    ...practice.params,
  ])
  const organisations = new Set((await rows('SELECT org FROM varde.organisation')).map((row) => Number(row['org'])))
  return tallyOf(live.content, await rows(sql, params), (n) => (organisations.has(n) ? String(n) : ''))
}
