import type { Courses } from '../core/bench/courses.ts'
import { reasons } from '../core/clock/clock.ts'
import { type AccountLine, causes, doubts, leftOutReasons, wholeWeight } from '../core/measure/account.ts'
import type { Cell, Grouped, Tally } from '../core/measure/figure.ts'
import type { Indicator, Moments, Pack, Sharing } from '../core/pack/pack.ts'
import type { Day } from '../core/words/day.ts'
import { monthsInPeriod } from '../core/words/day.ts'
import { getOrMake } from '../core/words/lookup.ts'
import { compileClocks } from './clock.ts'
import { clockName, compileCondition, compileSlots, momentColumn, slotColumn, stateOfReason, verdictOfState } from './columns.ts'
import { quoteText } from './name.ts'
import { type Plan, planOf } from './plan.ts'
import { variantNumber } from './reference.ts'

/** Bins and reasons as numbers: met and missed, then what was left out; causes from 0, reasons for leaving out from 10. */
const met = 0
const missed = 1
const leftOut = 2
export const whyOf = (reason: (typeof leftOutReasons)[number]) => 10 + leftOutReasons.indexOf(reason)

/** Facts a line carries besides those of an account: columns of the pathway's row they need, and the SQL of each by name. The same for each share of a pathway. */
export interface AlsoTold {
  readonly columns: readonly string[]
  readonly facts: (plan: Plan) => readonly (readonly [name: string, sql: string])[]
}
const nothingMore: AlsoTold = { columns: [], facts: () => [] }

/** Parameters: $1 the day asked about, $2 the moment it ends. `rows` and `pathway_pause` are the layers built before. */
export function compileLines(whole: Plan, indicator: Indicator, rows = 'pathway_row', also = nothingMore): string {
  const plan = { ...planOf(whole.pack, [indicator], whole.profile), fenced: whole.fenced ?? false }
  const read = compileClocks(plan, compileSlots(plan, whole, rows, also.columns))
  const more = also.facts(plan)
  const told = [...facts, ...more.map(([name]) => [name, 'MIN'] as const)]
  const clock = indicator.within && clockName(indicator.within, 'base')
  const place = placeSql(plan, indicator, clock)
  const binned = `SELECT x.*,
  ${[...binColumns(plan, indicator), ...more.map(([name, sql]) => `${sql} AS ${name}`)].join(',\n  ')},
  ${place} AS whole_place
FROM (
${read}
) x
WHERE ${population(plan, indicator)}`
  if (indicator.sharing) return compileShares(plan, indicator.sharing, { indicator, binned, told })
  return `SELECT ledger, pathway, variant, variant_n, ${told.map(([name]) => name).join(', ')}, whole_place AS place_n, ${wholeWeight} AS weight, TRUE AS is_first
FROM (
${binned}
) b`
}

/** What a line says of its pathway, whatever place it is for; how several rows of a pathway become one. */
const facts = [
  ['period_d', 'MIN'],
  ['bin', 'MIN'],
  ['why', 'MIN'],
  ['state', 'MIN'],
  ['length', 'MIN'],
  ['run', 'MIN'],
  ['limit_amount', 'MIN'],
  ['start_d', 'MIN'],
  ['stop_d', 'MIN'],
  ['doubt', 'MIN'],
  ['real_time', 'BOOL_OR'],
  ['real_time_bin', 'MIN'],
] as const

/** A line for each place that has a share: two shares at one place are one. What was left out is whole, at its own place. */
function compileShares(
  plan: Plan,
  sharing: Sharing,
  { indicator, binned, told }: { indicator: Indicator; binned: string; told: readonly (readonly [name: string, of: string])[] },
): string {
  const cases = sharing.cases.map((c, n) => (c.when ? `WHEN ${compileCondition(plan, c.when)} THEN ${n}` : `ELSE ${n}`))
  const fitting = sharing.cases.length === 1 ? '0' : `CASE ${cases.join(' ')} END`
  const places = sharing.places.map(({ slot }, i) => `WHEN ${i} THEN COALESCE(${slotColumn(plan, slot, 'base', 'place')}, 0)`)
  return `SELECT ledger, pathway, variant, variant_n, ${told.map(([name, of]) => `${of}(${name}) AS ${name}`).join(', ')}, place_n, CAST(SUM(weight) AS BIGINT) AS weight, BOOL_OR(opens) AS is_first
FROM (
SELECT c.*, s.weight, s.opens, CASE WHEN c.share_case = -1 THEN whole_place ELSE CASE s.n ${places.join(' ')} END END AS place_n
FROM (
SELECT b.*, CASE WHEN bin = ${leftOut} THEN -1 ELSE ${fitting} END AS share_case
FROM (
${binned}
) b
) c
JOIN pack_share s ON s.indicator = ${quoteText(indicator.id)} AND s.share_case = c.share_case
) shares
GROUP BY ledger, pathway, variant, variant_n, place_n`
}

function population(plan: Plan, indicator: Indicator): string {
  const parts = [
    ...(indicator.within
      ? [`${clockName(indicator.within, 'base')}_state IS NOT NULL`]
      : indicator.population
        ? []
        : [`${momentColumn(plan, indicator.period, 'base', 't')} IS NOT NULL`]),
    ...(indicator.population ? [compileCondition(plan, indicator.population)] : []),
  ]
  return parts.length === 0 ? 'TRUE' : parts.join(' AND ')
}

function binColumns(plan: Plan, indicator: Indicator): readonly string[] {
  const excluded =
    indicator.exclude.length === 0 ? undefined : `(${indicator.exclude.map((e) => compileCondition(plan, e.when)).join(' OR ')})`
  const unless = (excludedAnswer: string, sql: string) => (excluded ? `CASE WHEN ${excluded} THEN ${excludedAnswer} ELSE ${sql} END` : sql)
  const period = periodDay(plan, indicator)
  if (!indicator.within) {
    const holds = compileCondition(plan, indicator.having!) // an indicator has an interval or a condition
    const late = [indicator.period, indicator.place]
      .map((moments) => `COALESCE(${momentColumn(plan, moments, 'base', 'late')}, 0) = 0`)
      .join(' AND ')
    const bin = unless(String(leftOut), `CASE WHEN ${holds} THEN ${met} ELSE ${missed} END`)
    const nothing = 'CAST(NULL AS BIGINT)'
    return [
      `${bin} AS bin`,
      `${unless(String(whyOf('excluded-by-definition')), `CASE WHEN ${holds} THEN NULL ELSE ${causes.indexOf('care-late')} END`)} AS why`,
      `CASE WHEN ${holds} THEN 0 ELSE 1 END AS state`,
      ...['length', 'run', 'limit_amount', 'start_d', 'stop_d', 'doubt'].map((name) => `${nothing} AS ${name}`),
      `${unless('NULL', late)} AS real_time`,
      `${unless('NULL', `CASE WHEN ${late} THEN CASE WHEN ${holds} THEN 0 ELSE 1 END END`)} AS real_time_bin`,
      `${period} AS period_d`,
    ]
  }
  const n = clockName(indicator.within, 'base')
  const [sure, timely] = (['sure', 'real-time'] as const).map((reading) =>
    plan.readings.includes(reading) ? clockName(indicator.within!, reading) : n,
  )
  const late = `COALESCE(${n}_start_late, 0) = 0 AND COALESCE(${n}_stop_late, 0) = 0`
  const doubtful = `(COALESCE(${n}_start_doubt, 0) = 1 OR COALESCE(${n}_stop_doubt, 0) = 1)`
  const inDoubt = plan.profile.hasDoubt ? `WHEN ${doubtful} AND COALESCE(${sure}_state = 0, FALSE) THEN ${causes.indexOf('in-doubt')} ` : ''
  const cause = `CASE ${inDoubt}WHEN ${n}_no_patient <= ${n}_amount THEN ${causes.indexOf('patient-chose')} WHEN ${n}_no_medical <= ${n}_amount THEN ${causes.indexOf('medical')} ELSE ${causes.indexOf('care-late')} END`
  const overrun = indicator.overrunMissed
    ? String(causes.indexOf('care-late'))
    : `CASE WHEN ${n}_waiting THEN ${whyOf('overrun-waiting')} ELSE ${whyOf('overrun-not-coded')} END`
  const counted = indicator.overrunMissed ? `${n}_state IN (0, 1, 3)` : `${n}_state <= 1`
  // Reasons of clocks stand in both lists in the same order, so one number turns into the other by a constant.
  const shift = whyOf(reasons[0]) - stateOfReason(reasons[0])
  return [
    `${unless(String(leftOut), `CASE WHEN ${n}_state = 0 THEN ${met} WHEN ${counted} THEN ${missed} ELSE ${leftOut} END`)} AS bin`,
    `${unless(String(whyOf('excluded-by-definition')), `CASE ${n}_state WHEN 0 THEN NULL WHEN 1 THEN ${cause} WHEN 2 THEN ${whyOf('running')} WHEN 3 THEN ${overrun} ELSE ${n}_state + ${shift} END`)} AS why`,
    `${n}_state AS state`,
    `${unless('NULL', `CASE WHEN ${n}_state <= 1 THEN ${n}_gross - ${n}_paused END`)} AS length`,
    // Finished, still running, or past the limit: how long until the stop, or until now.
    `${unless('NULL', `CASE WHEN ${n}_state <= 3 THEN ${n}_gross - ${n}_paused END`)} AS run`,
    `${n}_limit AS limit_amount`,
    `${n}_start_d AS start_d`,
    `${n}_stop_d AS stop_d`,
    plan.profile.hasDoubt
      ? `${unless('NULL', `CASE WHEN ${counted} AND ${doubtful} THEN CASE ${sure}_state WHEN 0 THEN 0 WHEN 1 THEN 1 ELSE 2 END END`)} AS doubt`
      : 'CAST(NULL AS BIGINT) AS doubt',
    `${unless('NULL', `CASE WHEN ${counted} THEN ${late} END`)} AS real_time`,
    `${unless('NULL', `CASE ${timely}_state WHEN 0 THEN 0 WHEN 1 THEN 1${indicator.overrunMissed ? ' WHEN 3 THEN 1' : ''} END`)} AS real_time_bin`,
    `${period} AS period_d`,
  ]
}

function periodDay(plan: Plan, indicator: Indicator): string {
  const clock = indicator.within && clockName(indicator.within, 'base')
  const active = plan.pack.time === 'day' ? 'active_t' : 'active_d'
  return `COALESCE(${[momentColumn(plan, indicator.period, 'base', 'd'), ...(clock ? [`${clock}_limit_d`, `${clock}_start_d`] : []), active, '$1'].join(', ')})`
}

function placeSql(plan: Plan, indicator: Indicator, clock: string | undefined): string {
  const own = `NULLIF(${placeOf(plan, indicator.place)}, 0)`
  return `COALESCE(${[own, ...(clock ? [`NULLIF(${clock}_start_place, 0)`] : []), '0'].join(', ')})`
}
const placeOf = (plan: Plan, moments: Moments) => momentColumn(plan, moments, 'base', 'place')

export const periodSql = (grouped: Grouped, day: string): string => {
  const date = `(DATE '1970-01-01' + CAST(${day} AS INTEGER))`
  const month = `EXTRACT(MONTH FROM ${date})`
  const months = monthsInPeriod(grouped.period)
  const part = months === 12 ? '1' : months === 1 ? `CAST(${month} AS BIGINT)` : `CAST(FLOOR((${month} - 1) / ${months}.0) AS BIGINT) + 1`
  return `CAST(EXTRACT(YEAR FROM ${date}) AS BIGINT) * 100 + ${part}`
}

const groupColumns = (pack: Pack, grouped: Grouped): readonly (readonly [name: string, sql: string])[] => [
  ...(grouped.by.has('place') ? [['place_n', 'place_n'] as const] : []),
  ...(grouped.by.has('period') ? [['period_n', periodSql(grouped, 'period_d')] as const] : []),
  ...(grouped.by.has('variant') ? [variantColumn(pack)] : []),
]
/** Grouped as a number where there is one for every variant; entries may name variants that the pack does not have. */
const variantColumn = (pack: Pack) =>
  pack.variantFrom === 'code' ? (['variant_n', 'variant_n'] as const) : (['variant', 'variant'] as const)

/** Sums by cell, reason and length: all a figure needs, and they add up over ledgers. The reason says the bin, and whether it is unknown. */
export function compileCells(plan: Plan, indicator: Indicator, grouped: Grouped, rows?: string): string {
  const by = groupColumns(plan.pack, grouped)
  const keys = ['ledger', ...by.map(([name]) => name), 'why', 'length']
  const weightOf = (condition: string) => sumOf(indicator, condition)
  return `SELECT ledger, ${by
    .map(([name]) => (name === 'variant_n' ? variantName(plan.pack) : name))
    .concat(binOfWhy, unknownOfWhy, 'why', 'length')
    .join(', ')},
  weight, real_time, real_time_met, real_time_missed, pathways
FROM (
SELECT ${keys.join(', ')},
  ${weightOf('TRUE')} AS weight,
  ${weightOf('real_time')} AS real_time,
  ${weightOf('real_time_bin = 0')} AS real_time_met,
  ${weightOf('real_time_bin = 1')} AS real_time_missed,
  COUNT(${grouped.by.has('place') || !indicator.sharing ? '*' : 'CASE WHEN is_first THEN 1 END'}) AS pathways
FROM (
SELECT ledger, ${by
    .map(([name, sql]) => (name === sql ? name : `${sql} AS ${name}`))
    .concat('why', 'length', 'weight', 'real_time', 'real_time_bin', 'is_first')
    .join(', ')}
FROM (
${compileLines(plan, indicator, rows)}
) line
) counted
GROUP BY ${keys.join(', ')}
) cell`
}

/** Of the counted lines of a cell those that rest on an entry in doubt, by how they count and how they would without it. */
export const compileUnsettled = (account: string): string =>
  `SELECT bin, doubt, CAST(SUM(weight) AS BIGINT) AS weight
FROM (
${account}
) a
WHERE doubt IS NOT NULL
GROUP BY bin, doubt
ORDER BY bin, doubt`

/** How many pathways of a cell two indicators count alike, otherwise, or only one of them: bins of both, null where one does not count. */
export function compileOverlap(one: string, other: string): string {
  const counted = (account: string) =>
    `SELECT ledger, pathway, variant, MIN(bin) AS bin FROM (\n${account}\n) a WHERE bin <> ${leftOut} GROUP BY ledger, pathway, variant`
  return `SELECT one.bin AS one, other.bin AS other, COUNT(*) AS pathways
FROM (
${counted(one)}
) one
FULL JOIN (
${counted(other)}
) other ON other.ledger = one.ledger AND other.pathway = one.pathway AND other.variant = one.variant
GROUP BY one.bin, other.bin`
}

const everyPart: Grouped = { by: new Set(['place', 'period', 'variant']), period: 'month' }

/** Met and missed of each ledger by month, place and variant, from the month $7 on: what is kept of a figure as it was on a day. */
export const compileVintage = (plan: Plan, indicator: Indicator, rows: string): string =>
  `SELECT ledger, period_n, place_n, variant,
  CAST(SUM(CASE WHEN bin = ${met} THEN weight ELSE 0 END) AS BIGINT) AS met, CAST(SUM(CASE WHEN bin = ${missed} THEN weight ELSE 0 END) AS BIGINT) AS missed
FROM (
${compileCells(plan, indicator, everyPart, rows)}
) cells
WHERE bin <> ${leftOut} AND period_n >= $7
GROUP BY ledger, period_n, place_n, variant
ORDER BY ledger, period_n, place_n, variant`

/** Sum of the weights for which something holds; a line that is not shared weighs the same as any other. */
const sumOf = ({ sharing }: Indicator, condition: string): string =>
  sharing
    ? `CAST(SUM(CASE WHEN ${condition} THEN weight ELSE 0 END) AS BIGINT)`
    : `COUNT(${condition === 'TRUE' ? '*' : `CASE WHEN ${condition} THEN 1 END`}) * ${wholeWeight}`

const variantName = (pack: Pack): string => `(ARRAY[${['', ...pack.variants].map(quoteText).join(', ')}])[variant_n + 1] AS variant`
const binOfWhy = `CASE WHEN why IS NULL THEN ${met} WHEN why < ${whyOf(leftOutReasons[0])} THEN ${missed} ELSE ${leftOut} END AS bin`
const unknownOfWhy = `COALESCE(why IN (${reasons
  .filter((reason) => verdictOfState(stateOfReason(reason)) === 'unknown')
  .map(whyOf)
  .join(', ')}), FALSE) AS is_unknown`

/**
 * The lines of one cell, or of all: the query of the figure, stopped before its grouping. The cell's own parameters come from `firstParam` on.
 */
export function compileAccount(
  plan: Plan,
  indicator: Indicator,
  grouped: Grouped,
  cell?: Cell,
  { rows, firstParam, also }: { readonly rows?: string; readonly firstParam: number; readonly also?: AlsoTold } = { firstParam: 3 },
): { sql: string; params: readonly (string | number)[] } {
  const params: (string | number)[] = []
  const wanted = groupColumns(plan.pack, grouped).flatMap(([name, sql]) => {
    const value = name === 'place_n' ? undefined : name === 'period_n' ? cell?.period : cell?.variant
    if (value === undefined || value === null) return []
    params.push(name === 'variant_n' ? variantNumber(plan.pack, String(value)) : value)
    return [`${sql} = CAST($${params.length + firstParam - 1} AS ${typeof params.at(-1) === 'number' ? 'BIGINT' : 'TEXT'})`]
  })
  if (cell?.place !== undefined && cell.place !== null) {
    params.push(cell.place)
    wanted.push(`COALESCE(p.name, '') = CAST($${params.length + firstParam - 1} AS TEXT)`)
  }
  const sql = `SELECT line.*, COALESCE(p.name, '') AS place
FROM (
${compileLines(plan, indicator, rows, also)}
) line
LEFT JOIN place p ON p.n = line.place_n${wanted.length === 0 ? '' : `\nWHERE ${wanted.join(' AND ')}`}`
  return { sql, params }
}

/**
 * Of a place and a variant, or of all: how many pathways started in each month, ran so long until they finished or until now, with which limit. What the
 * figure leaves out for another reason than that it is not finished is left out here.
 */
export function compileCourses(
  plan: Plan,
  indicator: Indicator,
  cell: { readonly place?: number; readonly variant?: string },
  { rows, firstParam }: { readonly rows?: string; readonly firstParam: number },
): { sql: string; params: readonly (string | number)[] } {
  const params: (string | number)[] = []
  const named = (value: string | number): string => {
    params.push(value)
    return `CAST($${params.length + firstParam - 1} AS ${typeof value === 'number' ? 'BIGINT' : 'TEXT'})`
  }
  const [variant] = variantColumn(plan.pack)
  const wanted = [
    'run IS NOT NULL',
    'limit_amount IS NOT NULL',
    ...(cell.place === undefined ? (indicator.sharing ? ['is_first'] : []) : [`place_n = ${named(cell.place)}`]),
    ...(cell.variant === undefined
      ? []
      : [`${variant} = ${named(variant === 'variant_n' ? variantNumber(plan.pack, cell.variant) : cell.variant)}`]),
  ]
  const sql = `SELECT start_n, run, limit_amount, finished, COUNT(*) AS pathways
FROM (
SELECT ${periodSql({ by: new Set(), period: 'month' }, 'start_d')} AS start_n, run, limit_amount, length IS NOT NULL AS finished
FROM (
${compileLines(plan, indicator, rows)}
) line
WHERE ${wanted.join(' AND ')}
) begun
GROUP BY start_n, run, limit_amount, finished
ORDER BY start_n, run, limit_amount, finished`
  return { sql, params }
}

export const coursesOf = (rows: readonly Row[]): readonly Courses[] =>
  rows.map((row) => ({
    start: count(row['start_n']),
    length: count(row['run']),
    limit: count(row['limit_amount']),
    finished: row['finished'] === true,
    count: count(row['pathways']),
  }))

type Row = Readonly<Record<string, unknown>>
const count = (value: unknown): number => Number(value ?? 0)

export function lineOf(indicator: Indicator, row: Row): AccountLine {
  const bin = (['met', 'missed', 'left-out'] as const)[count(row['bin'])]!
  const why = row['why'] === null || row['why'] === undefined ? undefined : count(row['why'])
  const optional = (key: string, as: string) => (row[key] === null || row[key] === undefined ? {} : { [as]: count(row[key]) })
  const realTimeBin = row['real_time_bin']
  return {
    indicator: indicator.id,
    ledger: count(row['ledger']),
    pathway: String(row['pathway']),
    variant: String(row['variant']),
    periodDay: count(row['period_d']) as Day,
    bin,
    verdict: verdictOfState(count(row['state'])),
    ...(why === undefined ? {} : why < 10 ? { cause: causes[why]! } : { leftOut: leftOutReasons[why - 10]! }),
    ...optional('length', 'length'),
    ...optional('limit_amount', 'limit'),
    ...optional('start_d', 'startDay'),
    ...optional('stop_d', 'stopDay'),
    ...(row['doubt'] === null || row['doubt'] === undefined ? {} : { doubt: doubts[count(row['doubt'])]! }),
    ...(bin === 'left-out' ? {} : { realTime: row['real_time'] === true }),
    ...(realTimeBin === null || realTimeBin === undefined
      ? {}
      : { realTimeBin: count(realTimeBin) === 0 ? ('met' as const) : ('missed' as const) }),
    place: String(row['place']),
    weight: count(row['weight']),
    first: row['is_first'] === true,
  }
}

/** Puts the sums of cells back together: one tally a cell, over all ledgers, with one sum a reason. `places`: name by number. */
export function talliesOf(
  rows: readonly Row[],
  grouped: Grouped,
  places: ReadonlyMap<number, string>,
): readonly { cell: Cell; tally: Tally }[] {
  const cellOfRow = (row: Row): Cell => ({
    place: grouped.by.has('place') ? (places.get(count(row['place_n'])) ?? '') : null,
    period: grouped.by.has('period') ? count(row['period_n']) : null,
    variant: grouped.by.has('variant') ? String(row['variant']) : null,
  })
  const cells = new Map<string, { cell: Cell; bins: Map<unknown, Sum>; lengths: Tally['lengths'][number][] }>()
  for (const row of rows) {
    // There are many rows to a cell, one for each length: what names the cell, and what a reason means, is made once.
    const key = grouped.by.size === 0 ? '' : `${row['place_n']}\n${row['period_n']}\n${row['variant']}`
    const { bins, lengths } = getOrMake(cells, key, () => ({ cell: cellOfRow(row), bins: new Map(), lengths: [] }))
    const sum = getOrMake(bins, row['why'] ?? undefined, () => noneOf(row))
    sum.weight += count(row['weight'])
    sum.realTime += count(row['real_time'])
    sum.realTimeMet += count(row['real_time_met'])
    sum.realTimeMissed += count(row['real_time_missed'])
    const length = row['length'] ?? undefined
    if (length !== undefined) lengths.push({ length: count(length), count: count(row['pathways']) })
  }
  return [...cells.values()].map(({ cell, bins, lengths }) => ({ cell, tally: { bins: [...bins.values()], lengths } }))
}

type Bin = Tally['bins'][number]
type Sum = { -readonly [K in keyof Bin]: Bin[K] }

/** Nothing yet of what a row is about: the reason says the bin, and whether it is unknown. */
function noneOf(row: Row): Sum {
  const why = row['why'] ?? undefined
  return {
    bin: (['met', 'missed', 'left-out'] as const)[count(row['bin'])]!,
    ...(why === undefined ? {} : { why: count(why) < 10 ? causes[count(why)]! : leftOutReasons[count(why) - 10]! }),
    unknown: row['is_unknown'] === true,
    weight: 0,
    realTime: 0,
    realTimeMet: 0,
    realTimeMissed: 0,
  }
}
