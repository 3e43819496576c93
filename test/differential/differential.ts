import fc from 'fast-check'
import { expect, test } from 'vitest'
import { endOfDay } from '../../src/core/words/instant.ts'
import type { Database } from '../../src/store/database.ts'
import { agreeOn, randomCase } from './engines.ts'
import { askedDay, ledgersInCase } from './random.ts'
import { kindsReached, wanted } from './reached.ts'

/** 200 packs with ten ledgers each in `npm test`; the seed is fixed there and random, and printed, in `npm run soak`. */
const all = process.env['SOAK'] ? 2000 : 200
const seed = process.env['SEED'] ? Number(process.env['SEED']) : process.env['SOAK'] ? Math.floor(Math.random() * 1e9) : 20_240_229

/**
 * Random packs and ledgers: the plain engine and the SQL of this database give the same accounts and figures, and nothing is left untried. `part`: of
 * the packs, for another version of a database that has tried them all; too few to meet everything.
 */
export function differential(name: string, database: () => Database, part = 1): void {
  const packs = Math.round(all * part)
  test(`the plain engine and ${name} agree on ${packs * ledgersInCase} random ledgers (seed ${seed})`, { timeout: 3_600_000 }, async () => {
    const reached = new Set<string>()
    await fc.assert(
      fc.asyncProperty(randomCase, async (c) => {
        const { pack, entries, lines } = await agreeOn(database(), c)
        const asOf = askedDay(c.seed, c.offset)
        for (const kind of kindsReached(pack, entries, lines, { asOf, asOfAt: endOfDay(asOf, pack.zone) })) reached.add(kind)
      }),
      { numRuns: packs, seed, interruptAfterTimeLimit: 3_000_000, markInterruptAsFailure: true },
    )
    if (part === 1) expect(wanted.filter((kind) => !reached.has(kind))).toEqual([])
  })
}
