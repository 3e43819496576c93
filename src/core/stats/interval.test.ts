import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { binomial, binomialTest, normalQuantile, z95, z998 } from './distribution.ts'
import { byar, clopperPearson, garwood, type Interval, newcombe, wilson } from './interval.ts'
import { isRefused, type Refused } from './refusal.ts'
import { range, sum } from './sample.ts'

const ends = (interval: Interval | Refused): readonly [number, number] => {
  if (isRefused(interval)) throw new Error(interval.refused)
  return [interval.low, interval.high]
}
const near = (digits: number, ...values: readonly number[]) => values.map((value) => expect.closeTo(value, digits))

describe('intervals as printed', () => {
  test.each([
    [81, 263, [0.2553, 0.3662], [0.2527, 0.3676]],
    [15, 148, [0.0624, 0.1605], [0.0578, 0.1617]],
  ])('CI-1: %d of %d', (r, n, score, exact) => {
    expect(ends(wilson(r, n))).toEqual(near(4, ...score))
    expect(ends(clopperPearson(r, n))).toEqual(near(4, ...exact))
  })
  test('CI-2', () => {
    expect(ends(wilson(65, 100))).toEqual(near(9, 0.552544433, 0.736357518))
    expect(ends(wilson(65, 100, { confidence: 0.998 }))).toEqual(near(9, 0.495494657, 0.778354061))
    expect(ends(wilson(20, 100))).toEqual(near(9, 0.133366933, 0.288829166))
  })
  test('CI-3', () => {
    expect(ends(byar(65))).toEqual(near(9, 50.16318771, 82.849138546))
    expect(ends(byar(65, { confidence: 0.998 }))).toEqual(near(9, 42.880261471, 94.000290844))
  })
})

test('what has no interval says why', () => {
  expect(wilson(0, 0)).toEqual({ refused: 'nothing-counted' })
  expect(clopperPearson(0, 0)).toEqual({ refused: 'nothing-counted' })
  expect(wilson(3, 2)).toEqual({ refused: 'does-not-add-up' })
  expect(byar(-1)).toEqual({ refused: 'does-not-add-up' })
})

const rOfN = fc.integer({ min: 1, max: 5000 }).chain((n) => fc.tuple(fc.nat(n), fc.constant(n)))

test('low <= share <= high, within 0 and 1, and all turn round with the share', () => {
  fc.assert(
    fc.property(rOfN, ([r, n]) => {
      for (const of of [wilson, clopperPearson]) {
        const [low, high] = ends(of(r, n))
        expect(low).toBeGreaterThanOrEqual(0)
        expect(high).toBeLessThanOrEqual(1)
        expect(low).toBeLessThanOrEqual(r / n)
        expect(high).toBeGreaterThanOrEqual(r / n)
        expect(ends(of(n - r, n))).toEqual(near(8, 1 - high, 1 - low))
      }
    }),
  )
})

/** The share at which so much of the distribution lies below, found by halving: no quantile function in it. */
function halving(below: (theta: number) => number, wanted: number): number {
  let [low, high] = [0, 1]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (below(middle) > wanted) low = middle
    else high = middle
  }
  return low
}
const atOrBelow = (r: number, n: number, theta: number): number => {
  const { first, mass } = binomial(n, theta)
  return sum(mass.slice(0, Math.max(0, r - first + 1)))
}

test('Clopper and Pearson are the shares at which the exact tails are 2.5 %', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 400 }).chain((n) => fc.tuple(fc.integer({ min: 1, max: n }), fc.constant(n + 1))),
      ([r, n]) => {
        const [low, high] = ends(clopperPearson(r, n))
        expect(low).toBeCloseTo(
          halving((theta) => atOrBelow(r - 1, n, theta), 0.975),
          7,
        )
        expect(high).toBeCloseTo(
          halving((theta) => atOrBelow(r, n, theta), 0.025),
          7,
        )
      },
    ),
    { numRuns: 40 },
  )
})

test('Byar comes near the exact interval of a count', () => {
  for (const x of [5, 20, 65, 400]) {
    const [[low, high], [exactLow, exactHigh]] = [ends(byar(x)), ends(garwood(x))]
    expect(Math.abs(low - exactLow)).toBeLessThan(0.05)
    expect(Math.abs(high - exactHigh)).toBeLessThan(0.05)
  }
})

describe('the difference of two shares', () => {
  // Newcombe, Stat Med 1998;17:873-890, table II, method 10.
  test.each([
    [
      [56, 70],
      [48, 80],
      [0.0524, 0.3339],
    ],
    [
      [9, 10],
      [3, 10],
      [0.1705, 0.809],
    ],
    [
      [6, 7],
      [2, 7],
      [0.0582, 0.8062],
    ],
    [
      [5, 56],
      [0, 29],
      [-0.0381, 0.1926],
    ],
    [
      [0, 10],
      [0, 20],
      [-0.1611, 0.2775],
    ],
    [
      [0, 10],
      [0, 10],
      [-0.2775, 0.2775],
    ],
    [
      [10, 10],
      [0, 20],
      [0.6791, 1],
    ],
    [
      [10, 10],
      [0, 10],
      [0.6075, 1],
    ],
  ] as const)('%j less %j', (one, other, printed) => {
    expect(ends(newcombe(one, other))).toEqual(near(4, ...printed))
    const [low, high] = ends(newcombe(other, one))
    expect([-high, -low]).toEqual(near(4, ...printed))
  })
  test('the surer, the wider; of nobody there is none', () => {
    const [low, high] = ends(newcombe([56, 70], [48, 80], { confidence: 0.999 }))
    expect(low).toBeLessThan(0.0524)
    expect(high).toBeGreaterThan(0.3339)
    expect(newcombe([0, 0], [1, 10])).toEqual({ refused: 'nothing-counted' })
    expect(newcombe([1, 10], [11, 10])).toEqual({ refused: 'does-not-add-up' })
  })
})

describe('the distributions they stand on', () => {
  test('z', () => expect([normalQuantile(0.975), normalQuantile(0.999)]).toEqual(near(12, z95, z998)))
  // Reference values: scipy 1.17.
  test.each([
    [81, 263, 0.3, 0.6396888350407182],
    [400, 810, 0.5, 0.3759259505573057],
    [5000, 10_000, 0.5, 0.5039893230696917],
    [100, 100_000, 0.001, 0.5265622018550729],
    [2599, 2813, 0.92, 1 - 0.21226802148460677],
  ])('P(X <= %d) of %d at %d', (r, n, theta, p) => expect(atOrBelow(r, n, theta)).toBeCloseTo(p, 10))
  test('a million cases', () => {
    expect(atOrBelow(499_999, 999_999, 0.5)).toBeCloseTo(0.5, 10)
  })
  test('is the product formula for small numbers', () => {
    const choose = (n: number, k: number): number => range(k).reduce((product, i) => (product * (n - i)) / (i + 1), 1)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), fc.integer({ min: 1, max: 99 }), (n, percent) => {
        const { first, mass } = binomial(n, percent / 100)
        for (const [i, term] of mass.entries())
          expect(term).toBeCloseTo(choose(n, first + i) * (percent / 100) ** (first + i) * (1 - percent / 100) ** (n - first - i), 12)
      }),
    )
  })
  test('BUN-2: 120 of 200 at a half', () => expect(binomialTest(120, 200, 0.5)).toBeCloseTo(0.0056852, 7))
})
