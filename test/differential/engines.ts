import assert from 'node:assert'
import fc from 'fast-check'
import type { Asking } from '../../src/core/clock/chosen.ts'
import type { Entry } from '../../src/core/ledger/entry.ts'
import { type AccountLine, accountOf, listPathways } from '../../src/core/measure/account.ts'
import { cellOf, figuresOf, type Grouped, type Grouping } from '../../src/core/measure/figure.ts'
import type { Pack } from '../../src/core/pack/pack.ts'
import type { PeriodKind } from '../../src/core/words/day.ts'
import { endOfDay } from '../../src/core/words/instant.ts'
import type { Database } from '../../src/store/database.ts'
import { lineOrder, Measuring } from '../../src/store/measuring.ts'
import { storeEntries } from '../support/ledger.ts'
import { askedDay, type RawEntry, randomLedger, randomPack, rawEntry } from './random.ts'

const sorted = (lines: readonly AccountLine[]) =>
  [...lines].sort(lineOrder).map((line) => Object.fromEntries(Object.entries(line).sort(([a], [b]) => (a < b ? -1 : 1))))

/** Demands equal accounts, figures and cells from the plain engine and the SQL of one database. Returns the lines, for counting what was reached. */
export async function agree(
  db: Database,
  pack: Pack,
  entries: readonly Entry[],
  asking: Asking,
  grouped: Grouped,
): Promise<readonly AccountLine[]> {
  await storeEntries(db, entries)
  // A third of the cases are sized for so many entries that fields are cut over several packed numbers.
  const measuring = await Measuring.open(db, pack, entries.length % 3 === 0 ? 2 ** (28 + (entries.length % 7)) : 0)
  const pathways = listPathways(pack, entries)
  const all: AccountLine[] = []
  const sqlFigures = await measuring.figures(pack.indicators, asking, grouped)
  for (const indicator of pack.indicators) {
    const lines = accountOf(pack, indicator, pathways, asking)
    const sql = await measuring.account(indicator, asking, grouped)
    assert.deepStrictEqual(sorted(sql), sorted(lines), `account of ${indicator.id}`)
    const figures = figuresOf(indicator, lines, grouped)
    assert.deepStrictEqual(
      JSON.parse(JSON.stringify(sqlFigures.filter((f) => f.indicator === indicator.id))),
      JSON.parse(JSON.stringify(figures)),
      `figures of ${indicator.id}`,
    )
    const first = lines[0]
    if (first && indicator === pack.indicators[entries.length % pack.indicators.length]) {
      const cell = cellOf(first, grouped)
      const inCell = lines.filter((line) => JSON.stringify(cellOf(line, grouped)) === JSON.stringify(cell))
      assert.deepStrictEqual(
        sorted(await measuring.account(indicator, asking, grouped, cell)),
        sorted(inCell),
        `one cell of ${indicator.id}`,
      )
      for (const figure of figures) {
        const own = lines.filter(
          (line) =>
            grouped.by.size === 0 ||
            JSON.stringify(figuresOf(indicator, [line], grouped).map((f) => [f.place, f.period, f.variant])[0]) ===
              JSON.stringify([figure.place, figure.period, figure.variant]),
        )
        const weight = (bin: AccountLine['bin']) => own.filter((line) => line.bin === bin).reduce((sum, line) => sum + line.weight, 0) / 1e6
        assert.strictEqual(weight('met'), figure.numerator, 'the account sums to the numerator')
        assert.strictEqual(weight('met') + weight('missed'), figure.denominator, 'the account sums to the denominator')
        assert.strictEqual(
          weight('left-out'),
          Object.values(figure.leftOut).reduce((a, b) => a + b, 0),
          'and to what was left out',
        )
        assert.strictEqual(
          weight('missed'),
          Object.values(figure.fellShort).reduce((a, b) => a + b, 0),
          'and to what fell short',
        )
      }
    }
    all.push(...sql)
  }
  return all
}

const groupings: readonly (readonly Grouping[])[] = [[], ['place'], ['period'], ['variant'], ['place', 'period', 'variant']]
const periods: readonly PeriodKind[] = ['month', 'tertial', 'quarter', 'year']

export const randomCase = fc.record({
  seed: fc.nat(100_000),
  raw: fc.array(rawEntry, { minLength: 1, maxLength: 500, size: 'max' }),
  offset: fc.constantFrom(-5, 8, 20, 30, 45, 70),
  plain: fc.boolean(),
  by: fc.nat(groupings.length - 1),
  period: fc.nat(periods.length - 1),
})

/** One random pack and ledger on one database. */
export async function agreeOn(
  db: Database,
  c: { seed: number; raw: readonly RawEntry[]; offset: number; plain: boolean; by: number; period: number },
) {
  const pack = randomPack(c.seed)
  const entries = randomLedger(pack, c.seed, c.raw, c.plain)
  const asOf = askedDay(c.seed, c.offset)
  const lines = await agree(
    db,
    pack,
    entries,
    { asOf, asOfAt: endOfDay(asOf, pack.zone) },
    { by: new Set(groupings[c.by]), period: periods[c.period]! },
  )
  return { pack, entries, lines }
}
