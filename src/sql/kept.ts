import type { Indicator, Interval, Moments, Pack } from '../core/pack/pack.ts'
import { type Day, dayOf, firstDay, lastDay } from '../core/words/day.ts'
import { compileClocks, compilePauses } from './clock.ts'
import { clockName, compileCondition, compileSlots, momentColumn, slotColumn, stateOfReason } from './columns.ts'
import { type LedgerProfile, unpacked } from './key.ts'
import { quoteName } from './name.ts'
import { compilePathwayRow, momentSql, pathwayKeys, rowColumns, samePathway } from './pathway-row.ts'
import { mentions, type Plan, planOf, slotName } from './plan.ts'

/**
 * The layer of one row a pathway, kept in the database with its history: `kept_row` as it is now, `past_row` as it was, from the day a version was
 * known until the day before the next. Each pack has a schema of its own, so the compiled text finds its small tables by their plain names.
 */

/** Entries of one pathway that packed numbers leave room for; the door takes no more. */
export const mostEntries = 65_535
/** Organisations whose number fits into a packed place. */
export const mostPlaces = 8_191

/** A live ledger can come to hold anything the grammar allows: numbers are sized for all of it, once. */
export function liveProfile(pack: Pack): LedgerProfile {
  const minute = pack.time === 'minute'
  return {
    rows: mostEntries,
    firstTime: minute ? dayOf(1990, 1, 1) * 86_400 : firstDay,
    lastTime: minute ? dayOf(2100, 1, 1) * 86_400 : lastDay,
    places: mostPlaces,
    maxValue: 2 ** 20,
    hasSuperseded: true,
    hasDoubt: true,
    hasVariant: pack.variantFrom === 'entry',
    days: [firstDay, lastDay],
  }
}

/** Every indicator that can be computed, every interval, asked about or not, and every step of the course. */
export function livePlan(pack: Pack): Plan {
  const computable = pack.indicators.filter((i) => i.unknown === undefined)
  const asked = new Set(computable.map((i) => i.within))
  const rest = pack.intervals.filter((interval) => !asked.has(interval)).map(clockOnly)
  return { ...planOf(pack, [...computable, ...rest], liveProfile(pack), stepsOf(pack)), fenced: true }
}

const stepsOf = (pack: Pack): readonly number[] =>
  pack.slots.filter((slot) => slot.kind === 'milestone' && !slot.closing).map((slot) => slot.index)

const clockOnly = (interval: Interval): Indicator => ({
  id: '',
  name: '',
  question: '',
  denominator: '',
  better: 'neither',
  within: interval,
  exclude: [],
  overrunMissed: false,
  period: interval.to,
  place: interval.from,
  hasDuty: false,
})

/** The same plan for clocks alone, as known: no reading without doubts, none as coded in time. */
const clocksOnly = (plan: Plan): Plan => ({ ...plan, indicators: [] })

export const packSchema = (pack: number): string => `pack_${pack}`

/**
 * True while some interval has begun and neither stopped nor, as far as the chosen entries alone say, ended. The list of open pathways starts from
 * these rows and reads their clocks; computing clocks at every entry would cost more than all the rest of recording it.
 */
function openSql(plan: Plan): string {
  const t = (moments: Moments) => momentColumn(plan, moments, 'base', 't')
  const one = (interval: Interval) => {
    const ends = plan.pack.ends.filter(
      (end) => (!end.intervals || end.intervals.has(interval.id)) && mentions(end.when).intervals.length === 0,
    )
    return [
      `${t(interval.from)} IS NOT NULL`,
      `${t(interval.to)} IS NULL`,
      ...ends.map((end) => `NOT (${compileCondition(plan, end.when)})`),
    ].join(' AND ')
  }
  return plan.intervals.map((interval) => `(${one(interval)})`).join(' OR ') || 'FALSE'
}

const columnType = (name: string): string => (name.startsWith('closed_') ? 'boolean' : 'bigint')

/** Columns of the kept rows after ledger, pathway and variant. */
const keptColumns = (plan: Plan): readonly string[] => rowColumns(plan).filter((name) => !['ledger', 'pathway', 'variant'].includes(name))

const entryFacts = (pathway: string, superseded: string) =>
  `e.ledger, ${pathway} AS pathway, e.variant, e.code, e.occurred, e.occurred_at, e.recorded, e.recorded_at, ${superseded} AS superseded, e.place, e.standing, e.value, e.recorder, e.nth AS seq`
const places = 'place AS (SELECT org AS n, org AS name FROM varde.organisation)'
/** What the compiled text reads, taken from the tables of the ledger: the entries of one pathway as they are now. */
const pathwayEntries = `entry AS (SELECT ${entryFacts('e.pathway', 'e.superseded')} FROM varde.entry e WHERE e.ledger = $3 AND e.pathway = $4), ${places}`

/**
 * The entries of many pathways as they were on every day something changed: each such day of a pathway is a pathway of its own to the compiled text.
 * Its number holds, from the top, the pathway, the day from which the version was known, and the day of the next (all bits: none yet), each 17 bits
 * counted from 1900. So one pass makes the whole history, and nothing has to be joined to it afterwards.
 */
const dayBits = 17
const noNext = 2 ** dayBits - 1
const sinceFirst = (date: string): string => `(${date} - DATE '1970-01-01' + ${-firstDay})::bigint`
const versionNumber = `(e.pathway::bigint << ${2 * dayBits}) + (${sinceFirst('v.day')} << ${dayBits}) + coalesce(${sinceFirst('v.next')}, ${noNext})`
const versionEntries = `version AS (
    SELECT v.*, lead(v.day) OVER (PARTITION BY v.pathway ORDER BY v.day) AS next FROM (
      SELECT DISTINCT e.pathway, d.day FROM varde.entry e, LATERAL (VALUES (e.recorded), (e.superseded)) d (day)
      WHERE e.ledger = $3 AND e.pathway = ANY ($4) AND d.day IS NOT NULL) v),
  entry AS (SELECT ${entryFacts(versionNumber, 'CASE WHEN e.superseded <= v.day THEN e.superseded END')}
    FROM version v JOIN varde.entry e ON e.ledger = $3 AND e.pathway = v.pathway AND e.recorded <= v.day AND e.occurred <= v.day), ${places}`
/** Takes the numbers apart again. */
const ofVersion = `(x.pathway >> ${2 * dayBits})::int AS pathway, ((x.pathway >> ${dayBits} & ${noNext}) - ${-firstDay})::int AS known_from,
    CASE WHEN x.pathway & ${noNext} = ${noNext} THEN ${2 ** 31 - 1} ELSE (x.pathway & ${noNext}) - ${-firstDay} END::int AS known_to`

const pauseColumns = 'pause, from_t, from_d, to_t, to_d'

/** Statements that make a pack's schema: the kept tables and the functions that follow pathways. Its small tables come beside them. */
export function compileKept(pack: number, plan: Plan): readonly string[] {
  const schema = quoteName(packSchema(pack))
  const columns = keptColumns(plan)
  const list = columns.join(', ')
  const variant = pathwayKeys(plan).includes('variant_n') ? 'variant_n, ' : ''
  const hasPauses = plan.pack.pauses.some((p) => p.amountFrom === undefined)
  const rowTable = (name: string, key: string) =>
    `CREATE TABLE ${schema}.${name} (ledger int NOT NULL, pathway int NOT NULL, variant text NOT NULL, known_from int NOT NULL, known_to int NOT NULL, open boolean NOT NULL,
  ${columns.map((column) => `${column} ${columnType(column)}`).join(', ')}, PRIMARY KEY (${key}))`
  const pauseTable = (name: string) =>
    `CREATE TABLE ${schema}.${name} (ledger int NOT NULL, pathway int NOT NULL, variant_n bigint, known_from int NOT NULL, known_to int NOT NULL,
  pause bigint, from_t bigint, from_d bigint, to_t bigint, to_d bigint)`
  const keepPauses = hasPauses
    ? `IF EXISTS (SELECT 1 FROM kept_pause WHERE ledger = $3 AND pathway = $4)
     OR EXISTS (SELECT 1 FROM varde.entry e JOIN pack_pause c ON c.code = e.code WHERE e.ledger = $3 AND e.pathway = $4) THEN
    INSERT INTO past_pause SELECT ledger, pathway, variant_n, known_from, $1, ${pauseColumns} FROM kept_pause WHERE ledger = $3 AND pathway = $4 AND known_from < $1;
    DELETE FROM kept_pause WHERE ledger = $3 AND pathway = $4;
    INSERT INTO kept_pause (ledger, pathway, ${variant}${pauseColumns}, known_from, known_to)
    WITH ${pathwayEntries}
    SELECT ledger, pathway, ${variant}${pauseColumns}, $1, ${forever} FROM (${compilePauses(plan)}) p;
  END IF;`
    : ''
  const rows = compileSlots(plan, plan, `(${compilePathwayRow(plan)})`, columns)
  const history = (kind: 'row' | 'pause', what: string, from: string) => `WITH ${versionEntries},
  made AS (SELECT x.ledger, ${ofVersion}, ${what} FROM (${from}) x),
  past AS (INSERT INTO past_${kind} (ledger, pathway, known_from, known_to, ${what}) SELECT ledger, pathway, known_from, known_to, ${what} FROM made WHERE known_to < ${forever})
  INSERT INTO kept_${kind} (ledger, pathway, known_from, known_to, ${what}) SELECT ledger, pathway, known_from, known_to, ${what} FROM made WHERE known_to = ${forever};`
  const openRows = `SELECT r.ledger, r.pathway, r.variant, ${openSql(plan)} AS open, ${columns.map((column) => `r.${column}`).join(', ')} FROM (${rows}) r`
  const language = `RETURNS void LANGUAGE plpgsql SET search_path = ${schema}, varde, pg_temp`
  return [
    `CREATE SCHEMA ${schema} AUTHORIZATION varde_owner`,
    rowTable('kept_row', 'ledger, pathway, variant'),
    rowTable('past_row', 'ledger, pathway, variant, known_from'),
    `CREATE INDEX kept_row_open ON ${schema}.kept_row (ledger) WHERE open`,
    pauseTable('kept_pause'),
    pauseTable('past_pause'),
    `CREATE INDEX kept_pause_pathway ON ${schema}.kept_pause (ledger, pathway)`,
    `CREATE INDEX past_pause_pathway ON ${schema}.past_pause (ledger, pathway)`,
    // Follow one pathway after something was recorded, or many through all their versions. $1 the day, $2 the moment it ends, $3 the ledger, $4 the
    // pathway or pathways: the compiled text names its parameters by number.
    `CREATE FUNCTION ${schema}.keep_version(bigint, bigint, int, int) ${language} AS $keep$
BEGIN
  WITH gone AS (DELETE FROM kept_row WHERE ledger = $3 AND pathway = $4 RETURNING *)
  INSERT INTO past_row (ledger, pathway, variant, known_from, known_to, open, ${list})
    SELECT ledger, pathway, variant, known_from, $1, open, ${list} FROM gone WHERE known_from < $1;
  ${keepPauses}
  INSERT INTO kept_row (ledger, pathway, variant, open, ${list}, known_from, known_to)
  WITH ${pathwayEntries} SELECT x.*, $1, ${forever} FROM (${openRows}) x;
END $keep$`,
    `CREATE FUNCTION ${schema}.keep_versions(bigint, bigint, int, int[]) ${language} AS $keep$
BEGIN
  ${history('row', `variant, open, ${list}`, openRows)}
  ${hasPauses ? history('pause', `${variant}${pauseColumns}`, compilePauses(plan)) : ''}
END $keep$`,
    // Makes the whole history of pathways again.
    `CREATE FUNCTION ${schema}.keep_history(p_ledger int, p_pathways int[]) ${language} AS $keep$
BEGIN
  DELETE FROM kept_row WHERE ledger = p_ledger AND pathway = ANY (p_pathways);
  DELETE FROM past_row WHERE ledger = p_ledger AND pathway = ANY (p_pathways);
  DELETE FROM kept_pause WHERE ledger = p_ledger AND pathway = ANY (p_pathways);
  DELETE FROM past_pause WHERE ledger = p_ledger AND pathway = ANY (p_pathways);
  PERFORM keep_versions(${lastDay}, ${(lastDay + 1) * 86_400}, p_ledger, p_pathways);
END $keep$`,
    ...['kept_row', 'past_row', 'kept_pause', 'past_pause'].flatMap((table) => [
      `ALTER TABLE ${schema}.${table} ENABLE ROW LEVEL SECURITY`,
      `ALTER TABLE ${schema}.${table} FORCE ROW LEVEL SECURITY`,
      `CREATE POLICY owner ON ${schema}.${table} TO varde_owner USING (true) WITH CHECK (true)`,
      `CREATE POLICY see ON ${schema}.${table} FOR SELECT TO varde_app USING ((ledger * 1000 + ${pack}) = ANY ((SELECT varde.scopes('see'))::int[]))`,
      `CREATE POLICY count ON ${schema}.${table} FOR SELECT TO varde_read USING ((ledger * 1000 + ${pack}) = ANY ((SELECT varde.scopes('count'))::int[]))`,
      // How many rows a scope has: without it the planner takes each to be one in two hundred, and joins row by row.
      `CREATE STATISTICS ${schema}.${table}_scope ON (ledger * 1000 + ${pack}) FROM ${schema}.${table}`,
    ]),
  ]
}

/** The function by which an act has the layer of its own pack follow: a text that is made anew for each act would be planned anew for each. */
export const compileFollow = (packs: readonly number[]): string =>
  `CREATE OR REPLACE FUNCTION varde.follow(p_pack int, p_day bigint, p_moment bigint, p_ledger int, p_pathway int) RETURNS void LANGUAGE plpgsql AS $follow$
BEGIN
  CASE p_pack
  WHEN 0 THEN NULL;${packs.map((n) => `\n  WHEN ${n} THEN PERFORM ${packSchema(n)}.keep_version(p_day, p_moment, p_ledger, p_pathway);`).join('')}
  END CASE;
END $follow$;
REVOKE ALL ON FUNCTION varde.follow FROM PUBLIC`

/** No later version yet. */
const forever = 2_147_483_647

/** Relations for the compiled text: the kept layer now, or as known on the day $1, of the ledgers in $3. */
export function keptRelations(plan: Plan, when: 'now' | 'past', where = ''): { readonly rows: string; readonly with: string } {
  const columns = ['ledger', 'pathway', 'variant', ...keptColumns(plan)].join(', ')
  const pauses = `${pathwayKeys(plan).join(', ')}, ${pauseColumns}`
  const mine = 'ledger = ANY($3::int[])'
  const both = (what: string, table: 'row' | 'pause', mine: string) =>
    when === 'now'
      ? `SELECT ${what} FROM kept_${table} WHERE ${mine}`
      : `SELECT ${what} FROM kept_${table} WHERE ${mine} AND known_from <= $1 UNION ALL SELECT ${what} FROM past_${table} WHERE ${mine} AND known_from <= $1 AND known_to > $1`
  return {
    rows: `(${both(columns, 'row', `${mine}${where}`)})`,
    with: `WITH place AS (SELECT org AS n, CAST(org AS text) AS name FROM varde.organisation), pathway_pause AS NOT MATERIALIZED (${both(pauses, 'pause', mine)}) `,
  }
}

/** The cell asked for, as days and a number; nothing where it is not narrowed by that. */
export interface KeptCell {
  readonly from?: Day
  readonly to?: Day
  readonly place?: number
}

/**
 * A cheap test that lets through every row that can lie in a cell and few others, so that clocks are computed for hundreds of pathways instead of all.
 * Days are $4 to $5, the place is $6. It holds back only where the period is the clock's own stop: then a row with a stop lies in the stop's period, and
 * one that is over without a stop in its start's, since a clock that ended otherwise has no limit day, and one that runs in its limit's. Whoever adds up looks at the cell once more.
 */
export function cellFilter(plan: Plan, indicator: Indicator, cell: KeptCell): string {
  const { within, period, place, sharing } = indicator
  const day = (slot: number): string => momentSql(plan, (key) => `${slotName(plan.pack.slots[slot]!, 'base')}_k${key}`).d
  const inside = (sql: string) => `${sql} BETWEEN $4 AND $5`
  const tests: string[] = []
  const [stop, ...more] = within?.to.slots ?? []
  if (
    cell.from !== undefined &&
    cell.to !== undefined &&
    within &&
    stop !== undefined &&
    more.length === 0 &&
    `${period.slots}` === `${stop}`
  ) {
    const starts = [...within.from.slots, ...(within.restartedBy === undefined ? [] : [within.restartedBy])].map(day)
    const begun = [...starts.map(inside), starts.map((sql) => `${sql} IS NULL`).join(' AND ')].map((sql) => `(${sql})`).join(' OR ')
    // What runs lies in the month of its limit, which no start comes after.
    const early = starts.map((sql) => `${sql} <= $5`).join(' OR ')
    tests.push(`CASE WHEN ${day(stop)} IS NOT NULL THEN ${inside(day(stop))} ELSE open AND (${early}) OR ${begun} END`)
  }
  const [at, ...others] = place.slots
  if (cell.place !== undefined && !sharing && at !== undefined && others.length === 0 && plan.fields(at, 'base').has('place')) {
    const number = unpacked(plan.layout, 'place', (key) => `${slotName(plan.pack.slots[at]!, 'base')}_k${key}`)
    tests.push(`COALESCE(${number}, 0) IN (0, $6)`)
  }
  return tests.map((sql) => ` AND ${sql}`).join('')
}

/** States in which a pause can be going on: the length is known and the clock has not stopped. */
const pausable = [2, 3, stateOfReason('limit-unknown')].join(', ')

/** Which pauses are going on: kept rows of a pause say so by having no end. One look for all clocks of a pathway. */
function goingOn(plan: Plan): { readonly join: string; readonly column: (interval: Interval) => string } {
  const pauses = plan.pack.pauses.filter((p) => p.amountFrom === undefined && p.subtractFrom.size > 0)
  const keys = pathwayKeys(plan).join(', ')
  const flags = pauses.map((p) => `bool_or(pause = ${p.index}) AS on_${p.index}`)
  const join = `\nLEFT JOIN (SELECT ${keys}, ${flags.join(', ')} FROM pathway_pause WHERE to_t IS NULL GROUP BY ${keys}) g ON ${samePathway(plan, 'g', 'x')}`
  return {
    join: pauses.length === 0 ? '' : join,
    column: (interval) => {
      const name = clockName(interval, 'base')
      const own = pauses.filter((p) => p.subtractFrom.has(interval.id))
      const first = own.map((p) => `WHEN g.on_${p.index}${p.when ? ` AND x.p${p.index}_on` : ''} THEN ${p.index}`).join(' ')
      const running = `x.${name}_state IN (${pausable}) AND x.${name}_stop_t IS NULL`
      return own.length === 0 ? `NULL::int AS ${name}_pause` : `CASE WHEN ${running} THEN CASE ${first} END END AS ${name}_pause`
    },
  }
}

/** The furthest step of the course that was reached, and its day. */
function reachedColumns(plan: Plan): readonly string[] {
  const steps = stepsOf(plan.pack).toReversed()
  const t = (index: number) => `x.${slotColumn(plan, index, 'base', 't')} IS NOT NULL`
  const first = (of: (index: number) => string | number) =>
    `CASE ${steps.map((index) => `WHEN ${t(index)} THEN ${of(index)}`).join(' ')} END`
  return steps.length === 0
    ? ['NULL::int AS reached', 'NULL::bigint AS reached_d']
    : [`${first((index) => index)} AS reached`, `${first((index) => `x.${slotColumn(plan, index, 'base', 'd')}`)} AS reached_d`]
}

const clockFacts = ['state', 'start_d', 'stop_d', 'limit_d', 'limit', 'gross', 'paused'] as const

/** The columns in which a clock of an open pathway is told. */
export type ClockColumns = { readonly interval: Interval } & Readonly<Record<(typeof clockFacts)[number] | 'pause', string>>

export const clockColumnsOf = (plan: Plan): readonly ClockColumns[] =>
  plan.intervals.map((interval) => {
    const named = [...clockFacts, 'pause'].map((what) => [what, `${clockName(interval, 'base')}_${what}`])
    return { interval, ...(Object.fromEntries(named) as Omit<ClockColumns, 'interval'>) } // one name for each
  })

/**
 * Clocks of open pathways as of the day $1 (clocks in minutes: the moment $2), one row a pathway: the columns of `ClockColumns`, of which `pause` is
 * the pause that is being taken out; the step that was `reached`, and its day.
 */
export function compileOpenClocks(plan: Plan): string {
  const clocks = clocksOnly(plan)
  const { rows, with: relations } = keptRelations(plan, 'now', ' AND open')
  const going = goingOn(plan)
  const columns = plan.intervals.flatMap((interval) => [
    ...clockFacts.map((what) => `x.${clockName(interval, 'base')}_${what}`),
    going.column(interval),
  ])
  return `${relations}SELECT x.ledger, x.pathway, x.variant, ${[...reachedColumns(plan), ...columns].join(', ')} FROM (${compileClocks(clocks, compileSlots(clocks, plan, rows))}) x${going.join}`
}
