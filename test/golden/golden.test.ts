import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from '@libpg-query/parser'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Grouped } from '../../src/core/measure/figure.ts'
import type { Pack } from '../../src/core/pack/pack.ts'
import { compileAccount, compileCells } from '../../src/sql/account.ts'
import { compilePauses } from '../../src/sql/clock.ts'
import type { LedgerProfile } from '../../src/sql/key.ts'
import { compilePathwayRow } from '../../src/sql/pathway-row.ts'
import { planOf } from '../../src/sql/plan.ts'
import { randomPack } from '../differential/random.ts'
import { mustLoad } from '../spec/examples.ts'

/** A ledger of a year or two in one hospital region: what the golden texts are sized for. */
const small: LedgerProfile = {
  rows: 50_000,
  firstTime: 19_358,
  lastTime: 20_269,
  places: 12,
  maxValue: 60,
  hasSuperseded: true,
  hasDoubt: true,
  hasVariant: true,
  days: [19_358, 20_269],
}
const seconds: LedgerProfile = { ...small, firstTime: 19_358 * 86_400, lastTime: 20_269 * 86_400 }
const grouped: Grouped = { by: new Set(['place', 'period', 'variant']), period: 'month' }

function textsOf(pack: Pack, indicatorId: string, profile: LedgerProfile): Readonly<Record<string, string>> {
  const indicator = pack.indicators.find((i) => i.id === indicatorId)!
  const plan = planOf(pack, [indicator], profile)
  return {
    'pathway-row': compilePathwayRow(plan),
    ...(pack.pauses.some((p) => p.amountFrom === undefined) ? { pauses: compilePauses(plan) } : {}),
    cells: compileCells(plan, indicator, grouped),
    account: compileAccount(plan, indicator, grouped, { place: 'North', period: 202401, variant: null }).sql,
  }
}

const goldens: readonly (readonly [folder: string, indicator: string, profile: LedgerProfile])[] = [
  ['demo', 'treated-in-time', small],
  ['no-house', 'OF4', { ...small, hasDoubt: false, hasSuperseded: false }],
  ['en-cwt', 'rtt-62', small],
  ['sepsis', 'antibiotics-within-1h', seconds],
]

describe('the compiled SQL is as reviewed; `npm run golden` rewrites it, then read the diff', () => {
  for (const [folder, indicator, profile] of goldens) {
    test(`${folder} ${indicator}`, async () => {
      const texts = textsOf(await mustLoad(path.resolve(import.meta.dirname, '../../packs', folder)), indicator, profile)
      for (const [name, sql] of Object.entries(texts)) {
        const file = path.join(import.meta.dirname, `${folder}-${indicator}.${name}.sql`)
        if (process.env['UPDATE'] === 'golden') {
          mkdirSync(path.dirname(file), { recursive: true })
          writeFileSync(file, `${sql}\n`)
        }
        expect(`${sql}\n`, path.basename(file)).toBe(readFileSync(file, 'utf8'))
      }
    })
  }
})

interface Node {
  readonly [key: string]: unknown
}

/** Every node of PostgreSQL's own parse tree. */
function* nodes(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodes(item)
  else if (typeof value === 'object' && value !== null) {
    yield value as Node
    for (const part of Object.values(value)) yield* nodes(part)
  }
}

/** Names of columns at the end of a reference: `ledger` of `x.ledger`. */
function columnsIn(value: unknown): readonly string[] {
  return [...nodes(value)].flatMap((node) => {
    const fields = (node['ColumnRef'] as { fields?: readonly { String?: { sval?: string } }[] } | undefined)?.fields
    return fields ? [fields.at(-1)?.String?.sval ?? '*'] : []
  })
}

const reference = /^(pack_|place$)/
/** Tables of the pack and the places are small and everywhere; only joins between rows of pathways must stay on one machine. */
const isReference = (side: unknown): boolean => {
  const name = (side as { RangeVar?: { relname?: string } }).RangeVar?.relname
  return name !== undefined && reference.test(name)
}

/** What keeps a text from being pushed down whole to spread machines; empty when nothing does. */
async function offences(sql: string): Promise<readonly string[]> {
  const out: string[] = []
  const tree = await parse(sql)
  for (const node of nodes(tree)) {
    const select = node['SelectStmt'] as { groupClause?: unknown[]; withClause?: unknown } | undefined
    if (select?.groupClause && !columnsIn(select.groupClause).includes('ledger')) out.push('a grouping without the ledger')
    if (select?.withClause) out.push('a common table expression, which may be materialised')
    if (node['GroupingSet']) out.push('grouping sets')
    const join = node['JoinExpr'] as { rarg?: unknown; larg?: unknown; quals?: unknown } | undefined
    const values =
      join &&
      (join.rarg as { RangeSubselect?: { subquery?: { SelectStmt?: { valuesLists?: unknown } } } }).RangeSubselect?.subquery?.SelectStmt
        ?.valuesLists
    if (join && !values && !isReference(join.rarg) && !isReference(join.larg) && !columnsIn(join.quals).includes('ledger'))
      out.push('a join of pathways without the ledger')
    const call = node['FuncCall'] as
      | { funcname?: readonly { String?: { sval?: string } }[]; over?: { partitionClause?: unknown[] } }
      | undefined
    if (call?.over && !columnsIn(call.over.partitionClause ?? []).includes('ledger')) out.push('a window without the ledger')
    const name = call?.funcname?.at(-1)?.String?.sval ?? ''
    if (/^percentile|^mode$/.test(name)) out.push(`${name}: a national median comes from the histograms of ledgers`)
  }
  return out
}

describe('the compiled SQL can be pushed down whole to spread PostgreSQL', () => {
  test('the check finds what it looks for', async () => {
    expect(await offences('SELECT place, COUNT(*) FROM pathway_row GROUP BY place')).toEqual(['a grouping without the ledger'])
    expect(await offences('WITH p AS MATERIALIZED (SELECT 1 AS one) SELECT one FROM p')).toEqual([
      'a common table expression, which may be materialised',
    ])
    expect(await offences('SELECT 1 FROM pathway_row a JOIN pathway_pause b ON a.pathway = b.pathway')).toEqual([
      'a join of pathways without the ledger',
    ])
    expect(await offences('SELECT ledger, PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY length) FROM x GROUP BY ledger')).toHaveLength(1)
    expect(await offences('SELECT ledger, SUM(n) FROM x GROUP BY ROLLUP (ledger)')).toContain('grouping sets')
    expect(await offences('SELECT LAG(a) OVER (PARTITION BY pathway ORDER BY b) FROM x')).toEqual(['a window without the ledger'])
  })
  test('every text of the shipped packs and of random packs keeps the rules, and PostgreSQL can read it', async () => {
    for (const [folder, indicator, profile] of goldens) {
      const texts = textsOf(await mustLoad(path.resolve(import.meta.dirname, '../../packs', folder)), indicator, profile)
      for (const sql of Object.values(texts)) expect(await offences(sql)).toEqual([])
    }
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000_000), async (seed) => {
        const pack = randomPack(seed)
        for (const indicator of pack.indicators)
          for (const sql of Object.values(textsOf(pack, indicator.id, pack.time === 'day' ? small : seconds)))
            expect(await offences(sql)).toEqual([])
      }),
      { numRuns: process.env['SOAK'] ? 2000 : 40, seed: 11 },
    )
  })
})
