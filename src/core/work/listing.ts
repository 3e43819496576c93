import { type RiskState, riskStates } from './risk-state.ts'

/** What a list of open pathways is filtered, sorted and grouped by. The page has more of each row, and so may have its own. */
export interface Listed {
  readonly pathway: string
  readonly name: string | null
  readonly variant: string
  readonly org: number
  readonly changed: string
  readonly risk: { readonly state: RiskState; readonly slack: number | null; readonly daysLeft: number | null }
  readonly nextStep: { readonly what: string; readonly due: string | null; readonly owner: string | null } | null
  readonly noStepReason: string | null
  readonly questions: number
  readonly escalations: number
}

export const listSorts = ['urgency', 'name', 'due', 'changed', 'variant'] as const
export type ListSort = (typeof listSorts)[number]
export const listGroups = ['none', 'state', 'variant', 'org', 'owner'] as const
export type ListGroup = (typeof listGroups)[number]

/** Filters combine: each one narrows what the others leave. Absent: does not narrow. */
export interface ListFilter {
  /** Words, in any order; each begins a word of name, number, kind, next step or owner. */
  readonly text?: string
  readonly states?: readonly RiskState[]
  readonly variants?: readonly string[]
  readonly orgs?: readonly number[]
  readonly owner?: string
  /** Neither a next step nor a reason for having none. */
  readonly withoutStep?: boolean
  readonly asked?: boolean
  readonly escalated?: boolean
  /** A next step whose day is this one or before. */
  readonly dueBy?: string
  /** Changed after this moment. */
  readonly changedSince?: string
}

const plain = (text: string): string => text.toLowerCase()
const wordsOf = (row: Listed): string =>
  plain(
    ` ${row.name ?? ''} ${row.pathway} ${row.variant} ${row.nextStep?.what ?? ''} ${row.nextStep?.owner ?? ''}`.replaceAll(
      /[^\p{L}\p{N}]+/gu,
      ' ',
    ),
  )

export function filterRows<R extends Listed>(rows: readonly R[], filter: ListFilter): readonly R[] {
  const words = plain(filter.text ?? '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
  const tests: ((row: R) => boolean)[] = []
  const { states, variants, orgs, owner, dueBy, changedSince } = filter
  if (states?.length) tests.push((row) => states.includes(row.risk.state))
  if (variants?.length) tests.push((row) => variants.includes(row.variant))
  if (orgs?.length) tests.push((row) => orgs.includes(row.org))
  if (owner !== undefined) tests.push((row) => row.nextStep?.owner === owner)
  if (filter.withoutStep) tests.push((row) => row.nextStep === null && row.noStepReason === null)
  if (filter.asked) tests.push((row) => row.questions > 0)
  if (filter.escalated) tests.push((row) => row.escalations > 0)
  if (dueBy !== undefined) tests.push((row) => row.nextStep?.due != null && row.nextStep.due <= dueBy)
  if (changedSince !== undefined) tests.push((row) => row.changed > changedSince)
  if (words.length > 0)
    tests.push((row) => {
      const said = wordsOf(row)
      return words.every((word) => said.includes(` ${word}`))
    })
  return tests.length === 0 ? rows : rows.filter((row) => tests.every((test) => test(row)))
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const last = '\uffff'
type Urgent = Pick<Listed, 'pathway' | 'risk'>
/** Of those past a limit, who passed it last comes first: there is most still to be done for them. */
const urgency = ({ risk }: Urgent): number => {
  const left = risk.slack ?? risk.daysLeft ?? Number.POSITIVE_INFINITY
  return risk.state === 'past' ? -left : left
}
const rank: ReadonlyMap<RiskState, number> = new Map(riskStates.map((state, i) => [state, i]))
/** The order of a list that nobody has ordered otherwise; what is alike stands by pathway. */
export const byUrgency = (a: Urgent, b: Urgent): number =>
  rank.get(a.risk.state)! - rank.get(b.risk.state)! || // of every state
  (urgency(a) === urgency(b) ? 0 : urgency(a) - urgency(b)) ||
  byText(a.pathway, b.pathway)

const sorts: { readonly [S in ListSort]: (a: Listed, b: Listed, compare: (a: string, b: string) => number) => number } = {
  urgency: byUrgency,
  name: (a, b, compare) => compare(a.name ?? last, b.name ?? last),
  due: (a, b) => byText(a.nextStep?.due ?? last, b.nextStep?.due ?? last),
  changed: (a, b) => byText(b.changed, a.changed),
  variant: (a, b) => byText(a.variant, b.variant),
}

/**
 * Rows in an order that holds: what is alike stands by urgency, then by pathway, so that no row moves without a reason. Names in the order of a
 * language need its `compare`.
 */
export function sortRows<R extends Listed>(rows: readonly R[], by: ListSort, descending = false, compare = byText): readonly R[] {
  const sort = sorts[by]
  const turn = descending ? -1 : 1
  return rows.toSorted((a, b) => turn * sort(a, b, compare) || byUrgency(a, b))
}

export interface RowGroup<R> {
  readonly key: string
  readonly rows: readonly R[]
}

const keys: { readonly [G in ListGroup]: (row: Listed) => string } = {
  none: () => '',
  state: (row) => row.risk.state,
  variant: (row) => row.variant,
  org: (row) => String(row.org),
  owner: (row) => row.nextStep?.owner ?? '',
}

/** Rows in groups, each in the order they came in; groups stand by their first row. States stand in the order of `riskStates`. */
export function groupRows<R extends Listed>(rows: readonly R[], by: ListGroup): readonly RowGroup<R>[] {
  const groups = [...Map.groupBy(rows, keys[by])].map(([key, of]) => ({ key, rows: of }))
  return by === 'state' ? groups.sort((a, b) => riskStates.indexOf(a.key as never) - riskStates.indexOf(b.key as never)) : groups // keys are states here
}
