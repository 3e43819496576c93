import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readClock, readPathway } from '../../src/core/clock/clock.ts'
import type { Entry } from '../../src/core/ledger/entry.ts'
import { type AccountLine, accountOf, listPathways } from '../../src/core/measure/account.ts'
import { compareSides, type Side } from '../../src/core/measure/compare.ts'
import { figuresOf } from '../../src/core/measure/figure.ts'
import { addDays } from '../../src/core/words/day.ts'
import { endOfDay } from '../../src/core/words/instant.ts'
import { randomCase } from './engines.ts'
import { askedDay, randomLedger, randomPack } from './random.ts'

/** Laws of the plain engine, over the same random packs and ledgers that hold the engines together. */
const runs = { numRuns: process.env['SOAK'] ? 5000 : 150, seed: 5 }

const setting = (c: { seed: number; offset: number }) => {
  const pack = randomPack(c.seed)
  const asOf = askedDay(c.seed, c.offset)
  return { pack, asking: { asOf, asOfAt: endOfDay(asOf, pack.zone) } }
}
const allLines = (pack: ReturnType<typeof randomPack>, entries: readonly Entry[], asking: ReturnType<typeof setting>['asking']) =>
  pack.indicators.flatMap((indicator) => accountOf(pack, indicator, listPathways(pack, entries), asking))

describe('laws', () => {
  test('what was known on a day does not change with what is recorded later', () =>
    fc.assert(
      fc.property(randomCase, (c) => {
        const { pack, asking } = setting(c)
        const entries = randomLedger(pack, c.seed, c.raw, c.plain)
        const then = entries
          .filter((entry) => entry.recorded <= asking.asOf)
          .map(
            ({ superseded, ...entry }): Entry => (superseded !== undefined && superseded <= asking.asOf ? { ...entry, superseded } : entry),
          )
        expect(allLines(pack, then, asking)).toEqual(allLines(pack, entries, asking))
      }),
      runs,
    ))

  test('each pathway of a population is in one bin, with shares that make one whole', () =>
    fc.assert(
      fc.property(randomCase, (c) => {
        const { pack, asking } = setting(c)
        const weights = new Map<string, { bins: Set<string>; weight: number; firsts: number }>()
        for (const line of allLines(pack, randomLedger(pack, c.seed, c.raw, c.plain), asking)) {
          const key = `${line.indicator} ${line.ledger} ${line.pathway} ${line.variant}`
          const sum = weights.get(key) ?? { bins: new Set(), weight: 0, firsts: 0 }
          sum.bins.add(`${line.bin} ${line.cause ?? line.leftOut ?? ''}`)
          weights.set(key, { ...sum, weight: sum.weight + line.weight, firsts: sum.firsts + (line.first ? 1 : 0) })
        }
        for (const sum of weights.values())
          expect(sum).toEqual({ bins: expect.objectContaining({ size: 1 }), weight: 1_000_000, firsts: 1 })
      }),
      runs,
    ))

  test('a pause never lengthens a clock, nor shortens it below nothing', () =>
    fc.assert(
      fc.property(randomCase, (c) => {
        const { pack, asking } = setting(c)
        for (const pathway of listPathways(pack, randomLedger(pack, c.seed, c.raw, c.plain)))
          for (const interval of pack.intervals) {
            const clock = readClock(readPathway(pack, pathway, asking), interval)
            if (clock?.gross === undefined) continue
            expect(clock.length).toBeGreaterThanOrEqual(0)
            expect(clock.length).toBeLessThanOrEqual(clock.gross)
            expect(clock.withoutPatient).toBeLessThanOrEqual(clock.length!)
          }
      }),
      runs,
    ))

  test('low is at most the share and high at least', () =>
    fc.assert(
      fc.property(randomCase, (c) => {
        const { pack, asking } = setting(c)
        const lines = allLines(pack, randomLedger(pack, c.seed, c.raw, c.plain), asking)
        for (const indicator of pack.indicators)
          for (const f of figuresOf(
            indicator,
            lines.filter((line: AccountLine) => line.indicator === indicator.id),
            { by: new Set(['place']), period: 'month' },
          )) {
            if (f.share === null) continue
            expect(f.low).toBeLessThanOrEqual(f.share)
            expect(f.high).toBeGreaterThanOrEqual(f.share)
          }
      }),
      runs,
    ))

  test('the items of a comparison sum to the difference, between days and between packs', () => {
    const reached = new Set<string>()
    fc.assert(
      fc.property(randomCase, fc.nat(40), fc.boolean(), (c, days, otherPack) => {
        const { pack, asking } = setting(c)
        const entries = randomLedger(pack, c.seed, c.raw, c.plain)
        const later = addDays(asking.asOf, days)
        const changed = otherPack ? withOtherLimits(c.seed) : pack
        const side = (of: typeof pack, indicator: string, when: typeof asking): Side => {
          const own = of.indicators.find((i) => i.id === indicator)!
          return { pack: of, indicator: own, asking: when, lines: accountOf(of, own, listPathways(of, entries), when) }
        }
        for (const { id } of pack.indicators) {
          const from = side(pack, id, asking)
          const to = otherPack ? side(changed, id, asking) : side(pack, id, { asOf: later, asOfAt: endOfDay(later, pack.zone) })
          const pathways = new Map([pack, changed].map((of) => [of, listPathways(of, entries)]))
          const comparison = compareSides(from, to, (p, of) =>
            pathways
              .get(of)
              ?.find((x) => x.ledger === p.ledger && x.id === p.pathway && (of.variantFrom === 'entry' || x.variant === p.variant)),
          )
          for (const what of ['numerator', 'denominator'] as const) {
            const figures = [from, to].map((s) => figuresOf(s.indicator, s.lines, { by: new Set(), period: 'month' })[0]!)
            expect(comparison[what].difference).toBeCloseTo(figures[1]![what] - figures[0]![what], 9)
            expect(comparison.items.reduce((sum, item) => sum + item[what], 0)).toBeCloseTo(comparison[what].difference, 9)
            expect(comparison.differences.reduce((sum, d) => sum + d[what], 0)).toBeCloseTo(comparison[what].difference, 9)
          }
          for (const item of comparison.items) reached.add(item.because)
        }
      }),
      runs,
    )
    expect([...reached].sort()).toEqual(['arrived', 'corrected', 'pack-fact', 'rule', 'time', 'withdrawn'])
  })
})

/** The same random pack with other numbers in its limits, and what was unknown known. */
function withOtherLimits(seed: number) {
  const pack = randomPack(seed)
  const limits = pack.limits.map((row) => ({
    ...row,
    outcome:
      row.outcome.kind === 'limit'
        ? { ...row.outcome, amount: row.outcome.amount + 6 }
        : row.row === undefined
          ? row.outcome
          : ({ kind: 'limit', amount: 9, andUnknown: false } as const),
  }))
  return { ...pack, limits, version: '2' }
}
