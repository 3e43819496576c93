import { expect, test } from 'vitest'
import { benches, isMet } from './benches.ts'
import { mustAgree } from './check.ts'
import { inTurn, median } from './cpu.ts'
import { bundlesOf, measureCql } from './cql.ts'
import { byHand, clockIds } from './hand-written.ts'
import { benchLedger, openPack } from './ledger.ts'
import { liveBenches, serviceBench } from './live.ts'
import { askingOf, byAll, indicatorsOf, measureOurs, openOneThread, openOurs, whole } from './ours.ts'

const pack = await openPack()

test('each bench says what it measures and what it should come to', () => {
  const all = [...benches, ...liveBenches, serviceBench]
  expect(new Set(all.map((bench) => bench.id)).size).toBe(all.length)
  for (const bench of all) {
    expect(bench.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    expect(bench.what.length).toBeGreaterThan(10)
    if ('stated' in bench.goal) continue
    const bound = 'atMost' in bench.goal ? bench.goal.atMost : bench.goal.atLeast
    expect(isMet(bench, bound)).toBe(true)
    expect(isMet(bench, 'atMost' in bench.goal ? bound * 2 + 1 : bound / 2)).toBe(false)
  }
})

test('medians are of works taken in turn', async () => {
  const order: string[] = []
  const times = await inTurn([() => order.push('a'), () => order.push('b')], 3)
  expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b'])
  expect(times).toHaveLength(2)
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5])
})

test('on a few hundred pathways the SQL written by hand gives the same figures, each by place, month and variant', async () => {
  const ledger = await benchLedger(pack, 4000)
  const db = await openOneThread()
  const rows = await byHand(db, ledger.file, clockIds, true)
  await db.close()
  const figures = await measureOurs(pack, ledger.file, clockIds, byAll)
  expect(figures.length).toBeGreaterThan(500)
  mustAgree(figures, rows)
  expect(() => mustAgree(figures, rows.slice(1))).toThrow('as many figures')
})

test('and cql-execution the same verdicts', async () => {
  const ledger = await benchLedger(pack, 4000)
  const { db, measuring } = await openOurs(pack, ledger.file)
  const [figure] = await measuring.figures(indicatorsOf(pack, ['OF4']), askingOf(pack), whole)
  const { met, missed, ...leftOut } = await measureCql(await bundlesOf(db))
  await db.close()
  expect({ numerator: met, denominator: met! + missed!, leftOut }).toEqual({
    numerator: figure?.numerator,
    denominator: figure?.denominator,
    leftOut: figure?.leftOut,
  })
})
