import { addDays, type Day, lastDay, readDay } from '../words/day.ts'
import type { Issue } from '../words/issue.ts'
import { type Attribute, always, asList, type Interval, type LimitOutcome, type LimitRow } from './pack.ts'
import { type Item, isUnknown } from './schema.ts'

type Limit = Item<'limits'>
interface Candidate {
  readonly row: number
  readonly limit: Limit
  readonly from: Day
  readonly to: Day
  readonly outcome: LimitOutcome
  readonly rank: number
}

const amountKey = { day: 'days', 'working-day': 'workingDays', minute: 'minutes' } as const

/** The days a row is valid; a bound that is absent or unknown is none. */
export function validDays(item: { validFrom?: unknown; validTo?: unknown }): { from: Day; to: Day } {
  const bound = (value: unknown, none: Day) => (typeof value === 'string' ? (readDay(value) ?? none) : none)
  return { from: bound(item.validFrom, always.from), to: bound(item.validTo, always.to) }
}

function outcomeOf(limit: Limit, interval: Interval): LimitOutcome | undefined {
  if (limit.untimed) return { kind: 'untimed' }
  const amount = limit[amountKey[interval.unit]]
  if (isUnknown(amount)) return { kind: 'unknown', reason: amount.unknown }
  return amount === undefined ? undefined : { kind: 'limit', amount, andUnknown: false }
}

/** A row that names the variant beats one that does not, then one that names more attributes; of equals a known one beats an unknown. */
const rankOf = (limit: Limit, outcome: LimitOutcome) =>
  (limit.variant === undefined ? 0 : 1000) + Object.keys(limit.when ?? {}).length * 10 + (outcome.kind === 'unknown' ? 0 : 1)

const fits = (limit: Limit, variant: string, attributes: readonly Attribute[], values: readonly string[]) =>
  (limit.variant === undefined || asList(limit.variant).includes(variant)) &&
  Object.entries(limit.when ?? {}).every(([id, wanted]) => asList(wanted).includes(values[attributes.findIndex((a) => a.id === id)] ?? ''))

/** Cuts the days of the candidates into stretches in each of which the same candidates hold. */
function stretches(candidates: readonly { from: Day; to: Day }[]): readonly { from: Day; to: Day }[] {
  const cuts = new Set<Day>([always.from])
  for (const { from, to } of candidates) {
    cuts.add(from)
    if (to < lastDay) cuts.add(addDays(to, 1))
  }
  const starts = [...cuts].sort((a, b) => a - b)
  return starts.map((from, i) => ({ from, to: i + 1 < starts.length ? addDays(starts[i + 1]!, -1) : always.to }))
}

function product(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return lists.reduce<readonly (readonly string[])[]>((done, list) => done.flatMap((head) => list.map((value) => [...head, value])), [[]])
}

const noRow: LimitOutcome = { kind: 'unknown', reason: 'the pack gives no limit for this combination' }

/** The longest limit a clock could still get while some of what decides it is not known. */
function longest(outcomes: readonly LimitOutcome[]): LimitOutcome {
  const known = outcomes.filter((o) => o.kind === 'limit')
  const unknown = outcomes.filter((o) => o.kind === 'unknown')
  if (known.length === 0) return unknown[0] ?? outcomes.find((o) => o.kind === 'untimed') ?? noRow
  return { kind: 'limit', amount: Math.max(...known.map((o) => o.amount)), andUnknown: unknown.length > 0 }
}

const sameAmount = (a: LimitOutcome, b: LimitOutcome): boolean => a.kind === 'limit' && b.kind === 'limit' && a.amount === b.amount

/** Takes the limits of one interval apart; see `LimitRow`. */
export function limitTable(
  interval: Interval,
  limits: readonly Limit[],
  given: { variants: readonly string[]; folderOf: (row: number) => string },
  issues: Issue[],
): readonly LimitRow[] {
  const candidates = limits.flatMap((limit, row): Candidate[] => {
    if (limit.interval !== interval.id) return []
    const outcome = outcomeOf(limit, interval)
    if (!outcome) {
      issues.push({
        code: 'pack/shape',
        path: ['limits', row],
        message: `say \`${amountKey[interval.unit]}\` (the unit of ${interval.id}) or \`untimed: true\``,
      })
      return []
    }
    return [{ row, limit, ...validDays(limit), outcome, rank: rankOf(limit, outcome) }]
  })
  const clashes = new Set<string>()
  const changed = new Map<number, number>()
  const rows: LimitRow[] = []
  for (const variant of ['', ...given.variants]) {
    const resolved = product(interval.limitBy.map((attribute) => ['', ...attribute.values]))
    const tables = new Map<string, readonly LimitRow[]>()
    for (const values of resolved) {
      const fitting = candidates.filter((c) => fits(c.limit, variant, interval.limitBy, values))
      const table = stretches(fitting).map(({ from, to }): LimitRow => {
        const here = fitting.filter((c) => c.from <= from && from <= c.to)
        const rank = Math.max(...here.map((c) => c.rank), -1)
        const best = here.filter((c) => c.rank === rank)
        if (best.length > 1 && best[0]!.outcome.kind !== 'unknown') clashes.add(`${best[0]!.row} ${best[1]!.row}`)
        const first = best[0]
        const known =
          first &&
          here.find((c) => c.row < first.row && c.outcome.kind !== 'unknown' && given.folderOf(c.row) !== given.folderOf(first.row))
        if (first && known) changed.set(first.row, known.row)
        const base = { interval: interval.id, variant, values, from, to }
        return best[0] ? { ...base, outcome: best[0].outcome, row: best[0].row } : { ...base, outcome: noRow }
      })
      tables.set(values.join('\n'), table)
      rows.push(...table)
    }
    for (const values of product(interval.limitBy.map((attribute) => ['', '?', ...attribute.values]))) {
      if (!values.includes('?')) continue
      const possible = resolved
        .filter((r) => values.every((v, i) => (v === '?' ? r[i] !== '' : v === r[i])))
        .map((r) => tables.get(r.join('\n')) ?? [])
      for (const { from, to } of stretches(possible.flat())) {
        const here = possible.flatMap((table) => table.filter((row) => row.from <= from && from <= row.to && row.row !== undefined))
        const outcome = longest(here.map((row) => row.outcome))
        const giver = here.find(
          (row) => row.outcome.kind === outcome.kind && (outcome.kind !== 'limit' || sameAmount(row.outcome, outcome)),
        )
        rows.push({
          interval: interval.id,
          variant,
          values,
          from,
          to,
          outcome,
          ...(giver?.row === undefined ? {} : { longest: giver.row }),
        })
      }
    }
  }
  for (const clash of clashes) {
    const [first, second] = clash.split(' ').map(Number)
    issues.push({
      code: 'pack/overlap',
      path: ['limits', second!],
      message: `valid on the same day, for the same thing, as limits[${first}]: give one of them a last valid day`,
    })
  }
  for (const [row, known] of changed)
    issues.push({
      code: 'pack/override',
      path: ['limits', row],
      message: `limits[${known}] of the pack it extends is known for the same days, and what is known there cannot be changed here`,
    })
  return merged(rows)
}

/** Neighbouring stretches with the same answer become one. */
function merged(rows: readonly LimitRow[]): readonly LimitRow[] {
  const out: LimitRow[] = []
  for (const row of rows) {
    const last = out.at(-1)
    const same =
      last &&
      last.variant === row.variant &&
      last.row === row.row &&
      last.longest === row.longest &&
      addDays(last.to, 1) === row.from &&
      JSON.stringify([last.values, last.outcome]) === JSON.stringify([row.values, row.outcome])
    if (same) out[out.length - 1] = { ...last, to: row.to }
    else out.push(row)
  }
  return out
}

export function limitAt(rows: readonly LimitRow[], variant: string, values: readonly string[], day: Day): LimitRow | undefined {
  return rows.find((r) => r.variant === variant && r.from <= day && day <= r.to && r.values.every((value, i) => value === values[i]))
}
