import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { oneOf, randomOf } from '../words/chance.ts'
import { bearNegatives, delaysOf, nowcast, type Triangle } from './delay.ts'
import { backTest, expectedShares, showPeriods } from './expected.ts'
import { mack } from './mack.ts'
import { isRefused, type Refused } from './refusal.ts'
import { range, sum } from './sample.ts'

const known = <T>(value: T | Refused): T => {
  if (isRefused(value)) throw new Error(value.refused)
  return value
}
const near = (digits: number, values: readonly number[]) => values.map((value) => expect.closeTo(value, digits))
const rowsOf = (text: string): Triangle => text.split('/').map((row) => row.trim().split(' ').map(Number))

const taylorAshe = rowsOf(
  '357848 1124788 1735330 2218270 2745596 3319994 3466336 3606286 3833515 3901463 / 352118 1236139 2170033 3353322 3799067 4120063 4647867 4914039 5339085 / ' +
    '290507 1292306 2218525 3235179 3985995 4132918 4628910 4909315 / 310608 1418858 2195047 3757447 4029929 4381982 4588268 / 443160 1136350 2128333 2897821 3402672 3873311 / ' +
    '396132 1333217 2180715 2985752 3691712 / 440832 1288463 2419861 3483130 / 359480 1421128 2864498 / 376686 1363294 / 344014',
)

describe('NOW-1', () => {
  const found = known(mack(taylorAshe))
  test('factors', () => {
    expect(found.factors).toEqual(near(6, [3.490607, 1.747333, 1.457413, 1.173852, 1.103824, 1.086269, 1.053874, 1.076555, 1.017725]))
  })
  test('what is outstanding, and its error', () => {
    expect(Math.round(found.outstanding)).toBe(18_680_856)
    expect(Math.round(found.error)).toBe(2_447_095)
    expect(sum(found.rows.map((row) => row.outstanding))).toBeCloseTo(found.outstanding, 4)
  })
})

describe('NOW-2', () => {
  const triangle = rowsOf('10 5 5 5 / 20 10 10 / 40 20 / 60')
  const delays = known(delaysOf(triangle))
  const cells = (rows: Triangle) => nowcast(rows, delays.shares).map((row) => known(row).cells)
  test('how reports come in', () => {
    expect(delays.shares).toEqual(near(6, [0.4, 0.2, 0.2, 0.2]))
    expect(delays.completeness).toEqual(near(6, [0.4, 0.6, 0.8, 1]))
  })
  test('what is expected', () => {
    const [, second, third, fourth] = cells(triangle)
    expect(second!.slice(3)).toEqual(near(6, [10.05]))
    expect(third!.slice(2)).toEqual(near(6, [20.133333, 20.083333]))
    expect(fourth!.slice(1)).toEqual(near(6, [30.3, 30.233333, 30.183333]))
  })
  test('a period without a report gets a little, not nothing', () => {
    const last = cells([...triangle.slice(0, 3), [0]])[3]!
    expect(last[3]).toBeCloseTo(0.183333, 6)
  })
})

describe('reports withdrawn', () => {
  test('are taken from the nearest earlier reports', () => {
    expect(bearNegatives([[5, 2, -3, 4, -1]])).toEqual({ triangle: [[4, 0, 0, 3, 0]], unborne: 0 })
    expect(bearNegatives([[1, -3, 4]])).toEqual({ triangle: [[0, 0, 4]], unborne: 2 })
  })
  test('rows keep their sum where they can bear it, and no cell is below 0', () => {
    const rows = fc.array(fc.array(fc.integer({ min: -9, max: 20 }), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(rows, (triangle) => {
        const borne = bearNegatives(triangle)
        expect(borne.triangle.flat().every((cell) => cell >= 0)).toBe(true)
        expect(sum(borne.triangle.map(sum)) - borne.unborne).toBe(sum(triangle.map(sum)))
      }),
    )
  })
})

describe('what says nothing', () => {
  test.each<[string, Triangle, string]>([
    ['no rows', [], 'nothing-counted'],
    ['no report', [[0, 0], [0]], 'nothing-counted'],
    ['a newer row that is longer', [[1], [1, 2]], 'does-not-add-up'],
  ])('%s', (_, triangle, refused) => expect(delaysOf(triangle)).toMatchObject({ refused }))
  test('delays that never bring a report at first', () => {
    expect(nowcast([[0, 3], [0]], [0, 1])).toEqual([expect.objectContaining({ total: 3 }), { refused: 'nothing-counted' }])
  })
  test('Mack', () => {
    expect(mack(taylorAshe.slice(0, 3))).toMatchObject({ refused: 'too-few' })
    expect(
      mack([
        [1, 2, 3, 4],
        [1, 2, 3],
        [1, 2],
        [1, 2],
      ]),
    ).toEqual({ refused: 'does-not-add-up' })
    expect(mack([[0, 2, 3, 4], [1, 2, 3], [1, 2], [1]])).toEqual({ refused: 'nothing-counted' })
  })
})

test('shares add up to 1, completeness never falls, what is expected is never below what is known', () => {
  const square = fc
    .integer({ min: 2, max: 6 })
    .chain((n) => fc.array(fc.array(fc.nat(40), { minLength: n, maxLength: n }), { minLength: n, maxLength: n }))
  fc.assert(
    fc.property(square, (cells) => {
      const triangle = cells.map((row, i) => row.slice(0, row.length - i))
      const delays = delaysOf(triangle)
      if (isRefused(delays)) return
      expect(sum(delays.shares)).toBeCloseTo(1, 9)
      expect(delays.completeness).toEqual(delays.completeness.toSorted((a, b) => a - b))
      for (const row of nowcast(triangle, delays.shares)) if (!isRefused(row)) expect(row.total).toBeGreaterThanOrEqual(row.known)
    }),
  )
})

/** Months of about 200 cases, each reported after 0 to 3 months by chance; `drift` makes reporting ever slower. */
function history(months: number, drift = 0): Triangle {
  const random = randomOf(11, 0)
  const whole = range(months).map((month) => {
    const cells = [0, 0, 0, 0]
    for (let n = 180 + oneOf(random, 40); n > 0; n--) {
      const drawn = oneOf(random, 1000) + drift * month
      cells[drawn < 700 ? 0 : drawn < 900 ? 1 : drawn < 970 ? 2 : 3]!++
    }
    return cells
  })
  return whole.map((row, month) => row.slice(0, months - month))
}

describe('how periods are shown', () => {
  test('old ones counted, recent ones expected with a band that has held, all by completeness', () => {
    const { rows, tests, delays } = known(showPeriods(history(60)))
    expect(rows.map((row) => row.kind)).toEqual(
      rows.map((_, i) => (i >= 58 ? 'expected' : i === 57 ? (delays.completeness[2]! >= 0.98 ? 'counted' : 'expected') : 'counted')),
    )
    const newest = rows.at(-1)!
    if (newest.kind !== 'expected') throw new Error('the newest month is expected')
    const band = known(newest.band)
    expect(known(tests.get(0)!.held)).toBeGreaterThanOrEqual(0.8)
    expect(newest.known).toBeLessThan(band.low90)
    expect([band.low90, band.low50, band.high50, band.high90]).toEqual(
      [band.low90, band.low50, band.high50, band.high90].toSorted((a, b) => a - b),
    )
    expect(newest.expected).toBeGreaterThan(band.low90)
    expect(newest.expected).toBeLessThan(band.high90)
  })
  test('too short a history has no band', () => {
    const newest = known(showPeriods(history(20))).rows.at(-1)!
    expect(newest).toMatchObject({ kind: 'expected', band: { refused: 'too-few' } })
  })
  test('a band that did not hold is hidden', () => {
    const test = backTest(history(60, 5), 0)
    expect(known(test.held)).toBeLessThan(0.8)
    expect(test.band).toEqual({ refused: 'not-sure' })
  })
  test('nothing below 60 %', () => {
    expect(known(showPeriods([[10, 90], [10]])).rows).toEqual([
      { kind: 'counted', count: 100, completeness: 1 },
      { kind: 'not-shown', completeness: 0.1 },
    ])
  })
  test('the back-test looks at nothing that was not known then', () => {
    const whole = history(50)
    const changed = whole.map((row, i) => (i === 45 ? row.map((cell) => cell * 3) : row))
    const earlier = (triangle: Triangle) => backTest(triangle, 0).errors.filter((error) => error.row < 45)
    expect(earlier(changed)).toEqual(earlier(whole))
  })
})

describe('shares by bands of waits', () => {
  // Waits within the limit are reported at once, half of the long ones a month later.
  const within: Triangle = [[80, 0], [80, 0], [80, 0], [80]]
  const beyond: Triangle = [[10, 10], [10, 10], [10, 10], [10]]
  test('each band has its delays, and the share does not look better for being young', () => {
    const shares = known(
      expectedShares([
        { within: true, reported: within },
        { within: false, reported: beyond },
      ]),
    )
    const newest = known(shares[3]!)
    expect(newest.shareKnown).toBeCloseTo(80 / 90, 10)
    expect(newest.share).toBeCloseTo(0.8, 2)
    expect(known(shares[0]!).share).toBe(0.8)
  })
  test('a band that nobody was in counts nothing; other periods are refused', () => {
    const empty = within.map((row) => row.map(() => 0))
    const shares = known(
      expectedShares([
        { within: true, reported: within },
        { within: false, reported: empty },
      ]),
    )
    expect(known(shares[3]!).share).toBe(1)
    expect(
      expectedShares([
        { within: true, reported: within },
        { within: false, reported: beyond.slice(1) },
      ]),
    ).toEqual({ refused: 'does-not-add-up' })
    expect(expectedShares([])).toEqual({ refused: 'nothing-counted' })
  })
})
