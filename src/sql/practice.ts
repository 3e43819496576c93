import type { Standing } from '../core/ledger/entry.ts'
import type { Indicator, Pack } from '../core/pack/pack.ts'
import { dutyOf, type PracticeCell, type PracticeTally, type Way } from '../core/practice/tally.ts'
import { type AlsoTold, compileAccount, periodSql, whyOf } from './account.ts'
import { ofStart } from './clock.ts'
import { clockName, momentColumn, ofMoment, stateOfReason } from './columns.ts'
import { unpackedOrder } from './key.ts'
import { dayNumber, flipped, pathwayKeys, standingSql } from './pathway-row.ts'
import { type Plan, slotName } from './plan.ts'

/** Codes as the pack writes them, each once: the number of one is its place here. */
export const codeNames = (pack: Pack): readonly string[] => [...new Set(pack.codes.map((row) => row.text.code))]

/** Each code's number and strictest duty, as three lists for the parameters. */
export function codeParams(pack: Pack): readonly [codes: readonly string[], names: readonly number[], duties: readonly (number | null)[]] {
  const names = codeNames(pack)
  return [
    pack.codes.map((row) => row.code),
    pack.codes.map((row) => names.indexOf(row.text.code)),
    pack.codes.map((row) => dutyOf(pack, row.slots) ?? null),
  ]
}

/** What the practice behind a line rests on: which entry its clock starts on, whether it is over, not coded to its end, or in doubt. */
function alsoTold(whole: Plan, indicator: Indicator): AlsoTold {
  const { within } = indicator
  const key = (slot: number) => `${slotName(whole.pack.slots[slot]!, 'base')}_k0`
  const order = (slot: number) => unpackedOrder(whole.layout, key(slot), flipped(whole.pack.slots[slot]!))
  const doubtful = (columns: readonly string[]) => columns.map((sql) => `COALESCE(${sql}, 0) > 0`).join(' OR ')
  if (!within)
    return {
      columns: [],
      facts: (plan) => [
        ['start_order', 'CAST(NULL AS BIGINT)'],
        ['is_over', '0'],
        ['not_coded', '0'],
        ['in_doubt', flag(doubtful([indicator.period, indicator.place].map((moments) => momentColumn(plan, moments, 'base', 'doubt'))))],
      ],
    }
  const n = clockName(within, 'base')
  return {
    columns: [...new Set([...within.from.slots, ...(within.restartedBy === undefined ? [] : [within.restartedBy])])].map(key),
    facts: (plan) => [
      ['start_order', ofStart(plan, within, 'base', { of: order, opened: ofMoment(plan, within.from, 'base', order) })],
      ['is_over', flag(`${n}_state IN (0, 1, 3, ${stateOfReason('ended-otherwise')})`)],
      ['not_coded', flag(`${n}_state = 3 AND NOT COALESCE(${n}_waiting, FALSE)`)],
      ['in_doubt', flag(doubtful([`${n}_start_doubt`, `${n}_stop_doubt`]))],
    ],
  }
}
const flag = (condition: string): string => `CASE WHEN ${condition} THEN 1 ELSE 0 END`

const monthSql = (day: string): string => periodSql({ by: new Set(), period: 'month' }, day)
/** Which of the lists a row belongs to, and its columns; those that a list does not have are NULL. */
const columns = ['place_n', 'code', 'month', 'lag', 'recorder', 'decider', 'standing', 'way'] as const
type Column = (typeof columns)[number]
const types: Readonly<Record<Column, string>> = {
  place_n: 'BIGINT',
  code: 'INTEGER',
  month: 'BIGINT',
  lag: 'INTEGER',
  recorder: 'TEXT',
  decider: 'TEXT',
  standing: 'TEXT',
  way: 'TEXT',
}
const row = (list: keyof PracticeTally, own: Partial<Record<Column, string>>, numbers: readonly string[]): string =>
  [
    `'${list}' AS list`,
    ...columns.map((name) => `${own[name] ?? `CAST(NULL AS ${types[name]})`} AS ${name}`),
    ...Array.from({ length: 6 }, (_, i) => `CAST(${numbers[i] ?? '0'} AS BIGINT) AS n${i + 1}`),
  ].join(', ')
const named = (...names: readonly Column[]): Partial<Record<Column, string>> => Object.fromEntries(names.map((name) => [name, name]))

/**
 * All the counts of a tally in one text: the lines of the account, then one pass over the entries of their pathways. By day first and by month then: a
 * month is dear to find out for each entry. Parameters up to $6 are those of
 * figures, $7 to $9 the codes (`codeParams`), and the cell's own come after them.
 */
export function compilePractice(
  plan: Plan,
  indicator: Indicator,
  cell: PracticeCell,
  relations: { readonly rows: string; readonly with: string },
): { sql: string; params: readonly (string | number)[] } {
  const grouped = {
    by: new Set([...(cell.period === null ? [] : (['period'] as const)), ...(cell.variant === null ? [] : (['variant'] as const))]),
    period: cell.kind,
  }
  const account = compileAccount(
    plan,
    indicator,
    grouped,
    { place: null, period: cell.period, variant: cell.variant },
    { rows: relations.rows, firstParam: 10, also: alsoTold(plan, indicator) },
  )
  const { known, ok } = standingSql(plan)
  const byVariant = pathwayKeys(plan).includes('variant_n')
  const sql = `${relations.with}, line AS MATERIALIZED (
SELECT * FROM (
${account.sql}
) account WHERE why IS DISTINCT FROM ${whyOf('excluded-by-definition')}
), code AS MATERIALIZED (
SELECT DISTINCT c.code AS text, c.variant_n, c.valid_from, c.valid_to, c.refusal, k.code, k.duty
FROM unnest($7::text[], $8::int[], $9::int[]) k (text, code, duty) JOIN pack_code c ON c.code = k.text
), coded AS (
SELECT l.place_n, c.code, e.recorded - e.occurred AS lag, e.recorded, c.duty, e.recorder, e.decider, e.standing, e.way,
  CASE WHEN e.nth = l.start_order THEN c.code END AS start_code, CASE WHEN e.nth = l.start_order THEN l.start_d END AS start_d
FROM line l
JOIN varde.entry e ON e.ledger = l.ledger AND e.pathway = CAST(l.pathway AS INTEGER)
JOIN code c ON c.text = e.code${byVariant ? ' AND c.variant_n = l.variant_n' : ''}
WHERE e.ledger = ANY($3::int[]) AND ${known} AND ${ok}
), counted AS (
SELECT GROUPING(code) AS g_code, GROUPING(way) AS g_way, GROUPING(recorded) AS g_recorded, place_n, code, lag, recorder, decider, standing, way, recorded, start_code, start_d,
  COUNT(*) AS n, SUM(lag) AS days, COUNT(duty) AS due, COUNT(CASE WHEN lag <= duty THEN 1 END) AS in_time
FROM coded
GROUP BY GROUPING SETS ((place_n, code, lag), (place_n, recorder, decider, standing, way), (place_n, recorded), (place_n, start_code, start_d))
)
SELECT ${row('pathways', named('place_n'), ['COUNT(*)', 'COUNT(CASE WHEN bin < 2 THEN 1 END)', 'COUNT(CASE WHEN real_time THEN 1 END)', 'SUM(is_over)', 'SUM(not_coded)', 'SUM(in_doubt)'])}
FROM line GROUP BY place_n
UNION ALL
SELECT ${row('codes', named('place_n', 'code', 'lag'), ['n'])} FROM counted WHERE g_code = 0
UNION ALL
SELECT ${row('made', named('place_n', 'recorder', 'decider', 'standing', 'way'), ['n'])} FROM counted WHERE g_way = 0
UNION ALL
SELECT ${row('months', named('place_n', 'month'), ['SUM(n)', 'SUM(days)', 'SUM(due)', 'SUM(in_time)'])}
FROM (SELECT ${monthSql(dayNumber('recorded'))} AS month, counted.* FROM counted WHERE g_recorded = 0) recorded GROUP BY place_n, month
UNION ALL
SELECT ${row('starts', named('place_n', 'code', 'month'), ['SUM(n)'])}
FROM (SELECT ${monthSql('start_d')} AS month, place_n, start_code AS code, n FROM counted WHERE start_code IS NOT NULL) started GROUP BY place_n, code, month`
  return { sql, params: account.params }
}

type Row = Readonly<Record<string, unknown>>
const count = (value: unknown): number => Number(value ?? 0)

/** The rows of `compilePractice` as a tally. `placeOf`: the name of a place by its number. */
export function tallyOf(pack: Pack, rows: readonly Row[], placeOf: (n: number) => string): PracticeTally {
  const names = codeNames(pack)
  const listed = Map.groupBy(rows, (row) => String(row['list']))
  const of = (list: keyof PracticeTally): readonly Row[] => listed.get(list) ?? []
  const place = (row: Row): string => placeOf(count(row['place_n']))
  const code = (row: Row): string => names[count(row['code'])]!
  return {
    pathways: of('pathways').map((row) => ({
      place: place(row),
      all: count(row['n1']),
      counted: count(row['n2']),
      inTime: count(row['n3']),
      over: count(row['n4']),
      notCoded: count(row['n5']),
      doubt: count(row['n6']),
    })),
    starts: of('starts').map((row) => ({ place: place(row), month: count(row['month']), code: code(row), n: count(row['n1']) })),
    codes: of('codes').map((row) => ({ place: place(row), code: code(row), lag: count(row['lag']), n: count(row['n1']) })),
    made: of('made').map((row) => ({
      place: place(row),
      recorder: String(row['recorder']),
      decider: row['decider'] === null ? null : String(row['decider']),
      standing: row['standing'] as Standing, // the ledger takes no other
      way: row['way'] as Way, // the view names no other
      n: count(row['n1']),
    })),
    months: of('months').map((row) => ({
      place: place(row),
      month: count(row['month']),
      n: count(row['n1']),
      days: count(row['n2']),
      due: count(row['n3']),
      inTime: count(row['n4']),
    })),
  }
}
