import type { Asking } from '../core/clock/chosen.ts'
import type { AccountLine } from '../core/measure/account.ts'
import { type Cell, type Figure, figureOf, type Grouped, inOrder } from '../core/measure/figure.ts'
import type { Indicator, Pack } from '../core/pack/pack.ts'
import { compileAccount, compileCells, lineOf, talliesOf } from '../sql/account.ts'
import { compilePauses } from '../sql/clock.ts'
import type { LedgerProfile } from '../sql/key.ts'
import { quoteName } from '../sql/name.ts'
import { compilePathwayRow } from '../sql/pathway-row.ts'
import { type Plan, planOf } from '../sql/plan.ts'
import { referenceTables } from '../sql/reference.ts'
import type { Columns, Database, Row } from './database.ts'

/** The columns every ledger's `entry` has, in files as in a database. */
export const entryColumns = [
  ['ledger', 'BIGINT'],
  ['pathway', 'TEXT'],
  ['variant', 'TEXT'],
  ['code', 'TEXT'],
  ['occurred', 'DATE'],
  ['occurred_at', 'BIGINT'],
  ['recorded', 'DATE'],
  ['recorded_at', 'BIGINT'],
  ['superseded', 'DATE'],
  ['place', 'TEXT'],
  ['standing', 'TEXT'],
  ['value', 'BIGINT'],
  ['id', 'TEXT'],
  ['recorder', 'TEXT'],
  ['decider', 'TEXT'],
  ['seq', 'BIGINT'],
] as const satisfies Columns

/**
 * A ledger in a database, measured under one pack by compiled SQL. The database has a relation `entry`; this adds the
 * pack's small tables, the places, and keeps the layer of one row a pathway for the last day asked about.
 */
export class Measuring {
  private layer: { key: string; plan: Plan } | undefined
  readonly db: Database
  readonly pack: Pack
  readonly profile: LedgerProfile
  private readonly places: ReadonlyMap<number, string>

  private constructor(db: Database, pack: Pack, profile: LedgerProfile, places: ReadonlyMap<number, string>) {
    this.db = db
    this.pack = pack
    this.profile = profile
    this.places = places
  }

  /**
   * `sizedFor`: number of entries the packed numbers leave room for, if that is more than there are now. `profiled`: a relation
   * with the columns of `entry` and at least its values, where one is quicker to read.
   */
  static async open(db: Database, pack: Pack, sizedFor = 0, profiled: 'entry' | 'entry_profile' = 'entry'): Promise<Measuring> {
    const temp = db.kind === 'postgres' ? 'TEMPORARY ' : ''
    for (const table of referenceTables(pack)) {
      await db.run(
        `DROP TABLE IF EXISTS ${quoteName(table.name)}; CREATE ${temp}TABLE ${quoteName(table.name)} (${table.columns.map(([name, type]) => `${quoteName(name)} ${type}`).join(', ')})`,
      )
      await db.load(table.name, table.columns, table.rows)
    }
    await db.run(
      `DROP TABLE IF EXISTS place; CREATE ${temp}TABLE place AS SELECT name, ROW_NUMBER() OVER (ORDER BY name COLLATE "C") AS n FROM (SELECT DISTINCT place AS name FROM ${profiled}) named WHERE name IS NOT NULL AND name <> ''`,
    )
    const places = new Map((await db.rows('SELECT n, name FROM place')).map((row) => [Number(row['n']), String(row['name'])]))
    const profile = await profileOf(db, pack, { places: places.size, from: profiled })
    return new Measuring(db, pack, profile.rows === 0 ? profile : { ...profile, rows: Math.max(profile.rows, sizedFor) }, places)
  }

  /** Figures of these indicators, in the pack's order, each by place, period and variant in order. */
  async figures(indicators: readonly Indicator[], asking: Asking, grouped: Grouped): Promise<readonly Figure[]> {
    const plan = await this.layerFor(indicators, asking)
    const out: Figure[] = []
    for (const indicator of indicators) {
      if (indicator.unknown !== undefined || !plan) {
        out.push({
          ...figureOf(indicator, { place: null, period: null, variant: null }, { bins: [], lengths: [] }, grouped.period),
          ...(indicator.unknown === undefined ? {} : { unknown: indicator.unknown }),
        })
        continue
      }
      const rows = await this.db.rows(compileCells(plan, indicator, grouped), [asking.asOf, asking.asOfAt])
      const tallies = talliesOf(rows, grouped, this.places)
      const empty =
        grouped.by.size === 0 && tallies.length === 0
          ? [{ cell: { place: null, period: null, variant: null }, tally: { bins: [], lengths: [] } }]
          : []
      out.push(
        ...[...tallies, ...empty]
          .sort((a, b) => inOrder(a.cell, b.cell))
          .map(({ cell, tally }) => figureOf(indicator, cell, tally, grouped.period)),
      )
    }
    return out
  }

  /** The lines behind one cell of a figure, or behind all: the figure's own query, stopped before it adds up. */
  async account(indicator: Indicator, asking: Asking, grouped: Grouped, cell?: Cell): Promise<readonly AccountLine[]> {
    if (indicator.unknown !== undefined) return []
    const plan = await this.layerFor([indicator], asking)
    if (!plan) return []
    const { sql, params } = compileAccount(plan, indicator, grouped, cell)
    const rows: readonly Row[] = await this.db.rows(sql, [asking.asOf, asking.asOfAt, ...params])
    return rows.map((row) => lineOf(indicator, row)).sort(lineOrder)
  }

  /** Builds the layer for a day, unless the one kept serves: it may hold more than is asked for now. */
  private async layerFor(indicators: readonly Indicator[], asking: Asking): Promise<Plan | undefined> {
    const wanted = indicators.filter((i) => i.unknown === undefined)
    if (wanted.length === 0 || this.profile.rows === 0) return undefined
    const covers = this.layer && this.layer.key === `${asking.asOf}` && wanted.every((i) => this.layer!.plan.indicators.includes(i))
    if (covers) return this.layer!.plan
    const plan = planOf(this.pack, wanted, this.profile)
    const temp = this.db.kind === 'postgres' ? 'TEMPORARY ' : ''
    const params = [asking.asOf, asking.asOfAt]
    await this.db.run('DROP TABLE IF EXISTS pathway_row; DROP TABLE IF EXISTS pathway_pause')
    await this.db.run(`CREATE ${temp}TABLE pathway_row AS ${compilePathwayRow(plan)}`, params)
    if (this.pack.pauses.some((p) => p.amountFrom === undefined))
      await this.db.run(`CREATE ${temp}TABLE pathway_pause AS ${compilePauses(plan)}`, params)
    if (this.db.kind === 'postgres') await this.db.run('ANALYZE pathway_row')
    this.layer = { key: `${asking.asOf}`, plan }
    return plan
  }
}

export const lineOrder = (a: AccountLine, b: AccountLine): number =>
  a.ledger - b.ledger || compare(a.pathway, b.pathway) || compare(a.variant, b.variant) || compare(a.place, b.place)
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

async function profileOf(db: Database, pack: Pack, { places, from }: { places: number; from: string }): Promise<LedgerProfile> {
  const day = (date: string) => `CAST(${date} - DATE '1970-01-01' AS BIGINT)`
  // One question a query, of rows that have a value: most of them a Parquet file answers from its statistics, or its first rows.
  const [row = {}] = await db.rows(
    `SELECT n, last_seq, ${day('first')} AS first_day, ${day('last')} AS last_day FROM (SELECT COUNT(*) AS n, MAX(seq) AS last_seq, MIN(occurred) AS first, MAX(occurred) AS last FROM ${from}) f`,
  )
  const [seconds = {}] = await db.rows(
    `SELECT MIN(occurred_at) AS first, MAX(occurred_at) AS last FROM ${from} WHERE occurred_at IS NOT NULL`,
  )
  const [values = {}] = await db.rows(`SELECT MAX(value) AS most FROM ${from} WHERE value IS NOT NULL`)
  const has = async (column: 'superseded' | 'variant') =>
    (await db.rows(`SELECT 1 AS one FROM ${from} WHERE ${column} IS NOT NULL LIMIT 1`)).length > 0
  const number = (value: unknown) => Number(value ?? 0)
  const [firstDay, lastDay] = [number(row['first_day']), number(row['last_day'])]
  const orSecond = (value: unknown, edge: number, order: (a: number, b: number) => number) =>
    value === null || value === undefined ? edge : order(edge, number(value))
  return {
    rows: number(row['n']) === 0 ? 0 : number(row['last_seq']) + 1,
    firstTime: pack.time === 'day' ? firstDay : orSecond(seconds['first'], firstDay * 86_400, Math.min),
    lastTime: pack.time === 'day' ? lastDay : orSecond(seconds['last'], lastDay * 86_400, Math.max),
    places,
    maxValue: Math.max(0, number(values['most'])),
    hasSuperseded: await has('superseded'),
    hasDoubt: [...(await namesIn(db, from, 'standing'))].some((standing) => standing !== 'sure'),
    hasVariant: await has('variant'),
    days: [firstDay, lastDay],
    codes: await namesIn(db, from, 'code'),
    recorders: await namesIn(db, from, 'recorder'),
  }
}

async function namesIn(db: Database, from: string, column: 'code' | 'recorder' | 'standing'): Promise<ReadonlySet<string>> {
  const rows = await db.rows(`SELECT DISTINCT ${column} AS name FROM ${from}`)
  return new Set(rows.flatMap((row) => (row['name'] === null ? [] : [String(row['name'])])))
}
