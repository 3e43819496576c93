import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readChart } from './chart-reading.ts'
import { type ControlChart, shareChart, type XmrChart, type XmrOptions, xmrChart } from './control-chart.ts'
import { isRefused, type Refused } from './refusal.ts'
import { range } from './sample.ts'
import { shiftsOf, trendsOf, twosInThree } from './special-cause.ts'

const known = <T>(value: T | Refused): T => {
  if (isRefused(value)) throw new Error(value.refused)
  return value
}
const chartOf = (values: readonly number[], options: XmrOptions = { good: 'neither' }): XmrChart => known(xmrChart(values, options))
/** Places from 1, as people count. */
const placesOf = (signs: readonly number[]): readonly number[] => range(signs.length).flatMap((i) => (signs[i] === 0 ? [] : [i + 1]))

const spc1 = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
const spc2 = [
  1195, 1843, 1397, 1333, 1771, 1751, 2013, 1759, 2179, 2585, 1654, 1543, 1632, 1558, 1190, 1357, 1279, 1683, 2190, 1804, 986, 2181, 2048,
  2154,
]
const spc4 = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]

describe('XmR charts as printed', () => {
  test('SPC-1 with screening', () => {
    const { segments, points } = chartOf(spc1)
    expect(segments[0]!.mean).toBeCloseTo(1.944444, 6)
    expect(segments[0]!.lower).toBeCloseTo(-0.715556, 6)
    expect(segments[0]!.upper).toBeCloseTo(4.604444, 6)
    expect(points.filter((point) => point.kind !== 'common').map((point) => [point.value, point.matches[0]?.rule])).toEqual([
      [10, 'outside'],
    ])
  })
  test('SPC-1 as the spreadsheet', () => {
    const { segments, method } = chartOf(spc1, { good: 'neither', screened: false })
    expect(method).toBe('xmr-spreadsheet')
    expect(segments[0]!.lower).toBeCloseTo(-3.062614, 6)
    expect(segments[0]!.upper).toBeCloseTo(6.951503, 6)
  })
  test('SPC-2', () => {
    const { segments, points } = chartOf(spc2, { good: 'down' })
    const [segment] = segments
    expect(segment!.mean).toBeCloseTo(1711.875, 6)
    expect(segment!.averageRange).toBeCloseTo(361.956522, 6)
    expect(segment!.usedRange).toBeCloseTo(324.090909, 6)
    expect(segment!.lower).toBeCloseTo(849.793182, 6)
    expect(segment!.upper).toBeCloseTo(2573.956818, 6)
    const unusual = points.filter((point) => point.kind !== 'common').map((point) => [point.index + 1, point.matches[0]!, point.kind])
    expect(unusual).toEqual([
      [10, { rule: 'outside', toward: 'high' }, 'concern'],
      ...range(8).map((i) => [11 + i, { rule: 'shift', toward: 'low' }, 'improvement']),
    ])
  })
  test('SPC-4 by the handbook and by 2.66', () => {
    const [segment] = chartOf(spc4).segments
    expect(segment!.mean).toBeCloseTo(50.81, 6)
    expect(segment!.usedRange).toBeCloseTo(1.8778, 4)
    expect(segment!.mean - (3 * segment!.usedRange) / 1.128).toBeCloseTo(45.8159, 4)
    expect(segment!.mean + (3 * segment!.usedRange) / 1.128).toBeCloseTo(55.8041, 4)
    expect(segment!.lower).toBeCloseTo(45.815111, 6)
    expect(segment!.upper).toBeCloseTo(55.804889, 6)
    expect(segment!.trial).toBe(true)
  })
  test.each([
    [1500, 'hit-and-miss'],
    [800, 'fails'],
    [2600, 'passes'],
  ] as const)('SPC-5: a target of %d is %s', (target, assurance) => {
    expect(chartOf(spc2, { good: 'down', target }).assurance).toBe(assurance)
  })
  test('where up is good, it is the other way round, and without a direction there is none', () => {
    const assurance = (good: 'up' | 'neither', target?: number) => chartOf(spc2, { good, target }).assurance
    expect([assurance('up', 800), assurance('up', 2600), assurance('neither', 800), assurance('up')]).toEqual([
      'passes',
      'fails',
      'none',
      'none',
    ])
  })
})

describe('SPC-3, the rules one by one', () => {
  test.each([
    [[1, 2, 3, 4, 5, 6], []],
    [
      [1, 2, 3, 4, 5, 6, 7],
      [1, 2, 3, 4, 5, 6, 7],
    ],
    [[1, 2, 3, 3, 4, 5, 6], []],
    [
      [2, 1, 2, 3, 4, 5, 6, 7, 3],
      [2, 3, 4, 5, 6, 7, 8],
    ],
  ])('the trend in %j is at %j', (values, places) => expect(placesOf(trendsOf(values))).toEqual(places))
  test('a point at the top of a rise and of a fall is said by the fall', () => {
    expect(trendsOf([1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1])).toEqual([1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1])
  })
  test('six on one side are no shift, eight are', () => {
    expect(placesOf(shiftsOf([1, 1, 1, 1, 1, 1, -1]))).toEqual([])
    expect(placesOf(shiftsOf([1, 1, 1, 1, 1, 1, 1, 1, -1]))).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })
  test('a point on the mean breaks a shift', () => expect(placesOf(shiftsOf([1, 1, 1, 0, 1, 1, 1, 1]))).toEqual([]))
  const near = [false, false, true, false, true, false, false]
  test('two in three on one side', () => {
    expect(
      placesOf(
        twosInThree(
          near.map(() => 1),
          near,
        ),
      ),
    ).toEqual([3, 5])
    expect(
      placesOf(
        twosInThree(
          near.map((_, i) => (i % 2 ? 1 : -1)),
          near,
        ),
      ),
    ).toEqual([])
  })
  test('two near the limits on different sides are not two in three', () => {
    const values = [...range(14).map((i) => (i % 2 ? -1 : 1)), 5.5, -5.5]
    const rules = chartOf(values).points.flatMap((point) => point.matches.map((match) => match.rule))
    expect(rules).not.toContain('two-in-three')
  })
})

describe('what cannot be charted', () => {
  test.each([
    ['nothing', [], {}, 'nothing-counted'],
    ['one value', [1], {}, 'too-few'],
    ['a segment of one', [1, 2, 3], { rebasedAt: [2] }, 'too-few'],
    ['a baseline of eleven', range(20), { baseline: 11 }, 'too-few'],
    ['a rebase at no place', [1, 2, 3, 4], { rebasedAt: [7] }, 'does-not-add-up'],
  ])('%s', (_, values, more, refused) => expect(xmrChart(values, { good: 'up', ...more })).toMatchObject({ refused }))
  test('values all the same are a chart with nothing unusual, also when they have no exact double', () => {
    const chart = chartOf(range(20).map(() => 0.1))
    expect(readChart(chart)).toMatchObject({ kind: 'nothing-unusual', since: 0, before: null })
  })
})

test('a rebase begins anew: no moving range and no run across it, limits of its own', () => {
  const chart = chartOf([...range(12).map((i) => 10 + (i % 2)), ...range(12).map((i) => 50 + (i % 2))], { good: 'up', rebasedAt: [12] })
  expect(chart.segments.map(({ first, last, mean }) => [first, last, mean])).toEqual([
    [0, 11, 10.5],
    [12, 23, 50.5],
  ])
  expect(chart.points[12]!.movingRange).toBeNull()
  expect(chart.points.every((point) => point.kind === 'common')).toBe(true)
})

test('a fixed baseline keeps its limits when later values move', () => {
  const base = range(12).map((i) => 10 + (i % 2))
  const chart = chartOf([...base, 40, 41, 42], { good: 'up', baseline: 12 })
  const { n: _n, last: _last, ...limits } = chart.segments[0]!
  const { n: _m, last: _end, ...alone } = chartOf(base, { good: 'up' }).segments[0]!
  expect(limits).toEqual(alone)
  expect(chart.points.slice(12).map((point) => point.kind)).toEqual(['improvement', 'improvement', 'improvement'])
})

describe('charts of shares', () => {
  test('limits follow the size of the denominators: p 3 sigma', () => {
    const chart = known(shareChart([5, 10, 30], [50, 100, 300], { good: 'up' }))
    expect(chart.centre).toBeCloseTo(0.1, 12)
    expect(chart.points.map((point) => point.limits.upper)).toEqual(
      [50, 100, 300].map((n) => expect.closeTo(0.1 + 3 * Math.sqrt(0.09 / n), 12)),
    )
  })
  test("Laney's p' multiplies them by what varies between the months", () => {
    const [r, n] = [
      [800, 900, 820, 940],
      [10_000, 10_000, 10_000, 10_000],
    ]
    const plain = known(shareChart(r, n, { good: 'up' }))
    const laney = known(shareChart(r, n, { good: 'up', laney: true }))
    const sigma = Math.sqrt((0.0865 * 0.9135) / 10_000)
    expect(laney.sigmaZ).toBeCloseTo((0.01 + 0.008 + 0.012) / 3 / sigma / 1.128, 10)
    expect(laney.points[0]!.limits.upper - laney.centre).toBeCloseTo((plain.points[0]!.limits.upper - plain.centre) * laney.sigmaZ, 12)
  })
  test('a month without a denominator has no point, and is named', () => {
    const chart = known(shareChart([1, 0, 2], [10, 0, 10], { good: 'up' }))
    expect(chart.leftOut).toEqual([1])
    expect(chart.points.map((point) => point.index)).toEqual([0, 2])
  })
  test('refuses what does not add up, and what does not vary', () => {
    expect(shareChart([3], [2], { good: 'up' })).toMatchObject({ refused: 'does-not-add-up' })
    expect(shareChart([0, 0], [0, 0], { good: 'up' })).toMatchObject({ refused: 'nothing-counted' })
    expect(shareChart([0, 0], [9, 9], { good: 'up', laney: true })).toMatchObject({ refused: 'no-variation' })
  })
})

const series = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 2, maxLength: 40 })

test('a chart is the same however its values are shifted and scaled', () => {
  fc.assert(
    fc.property(series, fc.integer({ min: -1000, max: 1000 }), fc.constantFrom(0.1, 0.7, 3, 1000), (values, shift, scale) => {
      const [plain, moved] = [
        chartOf(values, { good: 'up' }),
        chartOf(
          values.map((value) => (value + shift) * scale),
          { good: 'up' },
        ),
      ]
      expect(moved.points.map(({ kind, matches, side }) => ({ kind, matches, side }))).toEqual(
        plain.points.map(({ kind, matches, side }) => ({ kind, matches, side })),
      )
      const near = 1e-9 * scale * 2000
      expect(Math.abs(moved.segments[0]!.upper - (plain.segments[0]!.upper + shift) * scale)).toBeLessThan(near)
    }),
  )
})

test('turning a chart upside down turns high into low, and changes no rule', () => {
  fc.assert(
    fc.property(series, (values) => {
      const [up, down] = [
        chartOf(values, { good: 'up' }),
        chartOf(
          values.map((value) => -value),
          { good: 'down' },
        ),
      ]
      expect(down.points.map((point) => [point.kind, point.matches.map((match) => match.rule)])).toEqual(
        up.points.map((point) => [point.kind, point.matches.map((match) => match.rule)]),
      )
    }),
  )
})

/** What a person would check with the chart in hand. */
function contradictions(chart: ControlChart): readonly string[] {
  const reading = readChart(chart)
  const at = new Map(chart.points.map((point) => [point.index, point]))
  const own = chart.points.filter((point) => point.segment === chart.segments.length - 1)
  const newest = own.at(-1)!
  const found: string[] = []
  if (reading.assurance !== chart.assurance) found.push('assurance')
  if ((reading.kind === 'nothing-unusual') !== (newest.kind === 'common')) found.push('newest point')
  const signal = reading.kind === 'unusual' ? reading.signal : reading.before
  if (signal) {
    const holds = (index: number) => at.get(index)!.matches.some((match) => match.rule === signal.rule && match.toward === signal.toward)
    const ends = [at.get(signal.from)!, at.get(signal.to)!]
    if (!holds(signal.from) || !holds(signal.to)) found.push('ends of the signal')
    if (ends[1]!.kind !== signal.kind || ends[1]!.matches[0]!.rule !== signal.rule) found.push('kind of the signal')
    if (ends.some((point) => point.segment !== newest.segment)) found.push('another segment')
    const inside = own.filter((point) => point.index >= signal.from && point.index <= signal.to)
    if (signal.rule !== 'two-in-three' && inside.some((point) => !holds(point.index))) found.push('a point between')
    if (signal.rule === 'shift' && inside.length < 7) found.push('short shift')
    const beforeIt = own.filter((point) => point.index < signal.from).at(-1)
    if (beforeIt && signal.rule !== 'two-in-three' && holds(beforeIt.index)) found.push('begins earlier')
  }
  if (reading.kind === 'nothing-unusual') {
    if (own.some((point) => point.index >= reading.since && point.kind !== 'common')) found.push('unusual since')
    const beforeIt = own.filter((point) => point.index < reading.since).at(-1)
    if (beforeIt ? beforeIt.kind === 'common' || reading.before?.to !== beforeIt.index : reading.before !== null) found.push('since')
  }
  return found
}

describe('the reading of a chart', () => {
  test('a shift down until the newest month', () => {
    expect(readChart(chartOf(spc2.slice(0, 18), { good: 'down', target: 300, baseline: 12 }))).toEqual({
      kind: 'unusual',
      signal: { rule: 'shift', toward: 'low', kind: 'improvement', from: 10, to: 17 },
      assurance: 'fails',
      trial: false,
    })
    expect(readChart(chartOf(spc2, { good: 'down' }))).toEqual({
      kind: 'nothing-unusual',
      since: 18,
      before: { rule: 'shift', toward: 'low', kind: 'improvement', from: 10, to: 17 },
      assurance: 'none',
      trial: false,
    })
  })
  test('never contradicts the chart', () => {
    const seen = new Set<string>()
    const steps = fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 0, max: 10 })), { minLength: 2, maxLength: 45 })
    const good = fc.constantFrom('up' as const, 'down' as const, 'neither' as const)
    fc.assert(
      fc.property(steps, good, fc.boolean(), fc.constantFrom('walk', 'drift', 'jump'), (drawn, way, rebased, course) => {
        let level = 0
        const values = drawn.map(([step, noise], i) => {
          const atEnd = i >= drawn.length - 8
          // Seven and more rising at the end, or on one side, though not outside: else trends and shifts are hardly ever drawn.
          if (course === 'drift') return atEnd ? (level += 1) : noise
          return course === 'jump' ? noise + (atEnd ? 7 : 0) : (level += step) + noise
        })
        const chart = chartOf(values, { good: way, target: 5, rebasedAt: rebased && values.length > 8 ? [4] : [] })
        const reading = readChart(chart)
        seen.add(reading.kind === 'unusual' ? reading.signal.rule : reading.kind)
        expect(contradictions(chart)).toEqual([])
      }),
      { numRuns: 800 },
    )
    // Draws that never reach a kind would show nothing about it.
    expect([...seen].toSorted()).toEqual(['nothing-unusual', 'outside', 'shift', 'trend', 'two-in-three'])
  })
  test('nor a chart of shares', () => {
    const months = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.nat(60)), { minLength: 2, maxLength: 30 })
    fc.assert(
      fc.property(months, fc.boolean(), (drawn, laney) => {
        const chart = shareChart(
          drawn.map(([r, more]) => Math.min(r, more)),
          drawn.map(([, more]) => more),
          { good: 'up', laney },
        )
        if (!isRefused(chart)) expect(contradictions(chart)).toEqual([])
      }),
    )
  })
})
