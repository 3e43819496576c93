import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isRefused } from '../stats/refusal.ts'
import { type Courses, heapingFrom, limitHeaping, startMonthOf, startMonths } from './courses.ts'
import { colours, draw, type Svg, svgText } from './draw.ts'
import { type MonthChart, monthChart, monthsInOrder, mostMonths } from './months.ts'
import { placeFunnel } from './places.ts'
import { plotHeaping, plotMonths, plotPlaces, plotStarts } from './plot.ts'

type Counted = readonly (readonly [month: string, met: number, all: number])[]
const monthsFrom = (shares: Counted) => shares.map(([period, numerator, denominator]) => ({ period, numerator, denominator, place: null }))
const monthText = (i: number): string => `${2024 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}`
const series = (met: readonly number[], all = 50): Counted => met.map((n, i) => [monthText(i), n, all])
const chartOf = (shares: Counted, more: Partial<Parameters<typeof monthChart>[1]> = {}): MonthChart => {
  const chart = monthChart(monthsFrom(shares), { last: 209912, good: 'up', kind: 'share', ...more })
  if (isRefused(chart)) throw new Error(chart.refused)
  return chart
}
const size = { width: 640, height: 240, title: 'Invented <figure> & "more"' }
const all = (svg: Svg, holds: (one: Svg) => boolean): readonly Svg[] => [
  ...(holds(svg) ? [svg] : []),
  ...svg.children.flatMap((child) => (typeof child === 'string' ? [] : all(child, holds))),
]
/** Marks as they are drawn: kind, the element, its fill. */
const marksOf = (svg: Svg) =>
  all(svg, ({ attributes }) => 'data-mark' in attributes).map(({ attributes, children }) => ({
    kind: attributes['data-mark'],
    shape: children[0] as Svg, // one element a mark
  }))

describe('months', () => {
  test('a month without anybody is there with nothing; one that is not over yet is not', () => {
    const months = monthsInOrder(
      monthsFrom([
        ['2025-11', 3, 4],
        ['2026-02', 1, 2],
        ['2026-03', 2, 2],
      ]),
      202602,
    )
    expect(months).toEqual([
      { month: '2025-11', met: 3, all: 4 },
      { month: '2025-12', met: 0, all: 0 },
      { month: '2026-01', met: 0, all: 0 },
      { month: '2026-02', met: 1, all: 2 },
    ])
    expect(monthsInOrder(monthsFrom(series(Array.from({ length: 60 }, () => 4))), 209912)).toHaveLength(mostMonths)
  })

  test('a month outside its limits is a concern where up is good, an improvement where it lies high, neither where nothing is good', () => {
    const low = [40, 41, 39, 40, 42, 38, 40, 41, 40, 39, 41, 40, 15]
    const high = low.map((n) => 50 - n)
    expect(chartOf(series(low)).points.at(-1)).toMatchObject({ kind: 'concern', rule: 'outside', toward: 'low' })
    expect(chartOf(series(high)).points.at(-1)).toMatchObject({ kind: 'improvement', rule: 'outside', toward: 'high' })
    expect(chartOf(series(low), { good: 'neither' }).points.at(-1)).toMatchObject({ kind: 'neither-low' })
    expect(chartOf(series(low), { kind: 'xmr' }).method).toBe('xmr')
  })

  test('months are joined by a line, and across a month without anybody there is none', () => {
    const joinsOf = (shares: Counted) =>
      all(
        draw(plotMonths(chartOf(shares)), size),
        ({ attributes }) => attributes['stroke-width'] === '1' && attributes['stroke'] === colours.outline,
      )
    expect(joinsOf(series([40, 41, 42, 43, 44]))).toHaveLength(1)
    expect(joinsOf(series([40, 41, 42, 43, 44]).filter((_, i) => i !== 2))).toHaveLength(2)
  })

  test('too few months are refused with how many there are', () => {
    const few = (shares: Counted) => monthChart(monthsFrom(shares), { last: 209912, good: 'up', kind: 'share' })
    expect(few(series([3]))).toEqual({ refused: 'too-few', have: 1, need: 2 })
    expect(few([])).toEqual({ refused: 'nothing-counted' })
  })

  test('the sentence never contradicts the chart', () => {
    let unusual = 0
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            { arbitrary: fc.tuple(fc.integer({ min: 26, max: 32 }), fc.integer({ min: 10, max: 14 })), weight: 8 },
            { arbitrary: fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 60 })), weight: 1 },
          ),
          { minLength: 3, maxLength: 40 },
        ),
        fc.constantFrom('up', 'down', 'neither'),
        fc.constantFrom('share', 'xmr'),
        (pairs, good, kind) => {
          const shares: Counted = pairs.map(([met, more], i) => [monthText(i), met, met + more])
          const chart = monthChart(monthsFrom(shares), { last: 209912, good, kind })
          if (isRefused(chart)) return
          const { points, reading } = chart
          const newest = points.at(-1)!
          expect(reading.trial).toBe(points.length < 12)
          if (reading.kind === 'unusual') {
            unusual++
            expect(newest.kind).toBe(reading.signal.kind)
            expect([newest.month, newest.rule, newest.toward]).toEqual([reading.signal.to, reading.signal.rule, reading.signal.toward])
          } else {
            expect(points.filter(({ month }) => month >= reading.since).every((point) => point.kind === 'common')).toBe(true)
            const before = points.findLast(({ month }) => month < reading.since)
            if (reading.before) expect([before?.month, before?.kind]).toEqual([reading.before.to, reading.before.kind])
            else expect(before).toBeUndefined()
          }
          // And what is drawn is what was read.
          expect(marksOf(draw(plotMonths(chart), size)).map((mark) => mark.kind)).toEqual(points.map((point) => point.kind))
        },
      ),
      { numRuns: 300, seed: 5 },
    )
    expect(unusual).toBeGreaterThan(20)
  })
})

describe('the drawing', () => {
  const improving = chartOf(series([40, 41, 39, 40, 42, 38, 40, 41, 40, 39, 41, 40, 56].map((n) => n - 10)))
  const worse = chartOf(series([40, 41, 39, 40, 42, 38, 40, 41, 40, 39, 41, 40, 15]), { target: 0.7 })
  const neither = chartOf(series([40, 41, 39, 40, 42, 38, 40, 41, 40, 39, 41, 40, 15]), { good: 'neither' })

  test('each kind has its colour and its shape, outlined', () => {
    const [common, up, concern, odd] = [worse, improving, worse, neither].map((chart, i) =>
      marksOf(draw(plotMonths(chart), size)).findLast(({ kind }) => (i === 0 ? kind === 'common' : kind !== 'common')),
    )
    expect(common).toMatchObject({ kind: 'common', shape: { tag: 'circle', attributes: { fill: colours.common } } })
    expect(up).toMatchObject({ kind: 'improvement', shape: { tag: 'path', attributes: { fill: colours.improvement } } })
    expect(concern).toMatchObject({ kind: 'concern', shape: { tag: 'rect', attributes: { fill: colours.concern } } })
    expect(odd).toMatchObject({ kind: 'neither-low', shape: { tag: 'path', attributes: { fill: colours.neither } } })
    // A triangle has three corners, a diamond four.
    expect([up, odd].map((mark) => mark?.shape.attributes['d']?.match(/[ML]/g)?.length)).toEqual([3, 4])
    for (const mark of [common, up, concern, odd])
      expect(mark?.shape.attributes).toMatchObject({ stroke: '#333333', 'stroke-width': '1.5' })
  })

  test('limits and target are dashed, the mean is not', () => {
    const lines = all(draw(plotMonths(worse), size), ({ attributes }) => 'data-line' in attributes)
    expect(lines.map(({ attributes }) => [attributes['data-line'], 'stroke-dasharray' in attributes, attributes['stroke']])).toEqual([
      ['limit', true, '#a6a6a6'],
      ['limit', true, '#a6a6a6'],
      ['mean', false, '#000000'],
      ['target', true, '#de1b1b'],
    ])
  })

  test('the same figures give the same text twice, well formed and with everything inside its frame', () => {
    const shares = series([40, 41, 39, 40, 42, 38, 40, 41, 40, 39, 41, 40, 15])
    const [one, two] = [0, 1].map(() => svgText(draw(plotMonths(chartOf(shares)), size)))
    expect(one).toBe(two)
    expect(one).toContain('<title>Invented &lt;figure&gt; &amp; &quot;more&quot;</title>')
    expect(one).not.toMatch(/NaN|Infinity|undefined/)
    for (const [, x = '', y = ''] of one?.matchAll(/cx="([\d.-]+)" cy="([\d.-]+)"/g) ?? []) {
      expect(Number(x)).toBeGreaterThanOrEqual(0)
      expect(Number(x)).toBeLessThanOrEqual(size.width)
      expect(Number(y)).toBeGreaterThanOrEqual(0)
      expect(Number(y)).toBeLessThanOrEqual(size.height)
    }
  })
})

describe('places', () => {
  const place = (name: string, met: number, of: number) => ({ place: name, numerator: met, denominator: of })
  const alike = Array.from({ length: 11 }, (_, i) => place(String(i + 1), 140 + i, 200))

  test('only a place outside the limits that decide is named, and only it is drawn otherwise', () => {
    const funnel = placeFunnel([...alike, place('99', 60, 200)], 'up')
    if (isRefused(funnel)) throw new Error(funnel.refused)
    expect(funnel).toMatchObject({ decidedBy: 'adjusted', unreliable: [] })
    expect(funnel.places.filter(({ named }) => named).map((one) => [one.place, one.kind])).toEqual([['99', 'concern']])
    expect(funnel.places.every(({ kind, named }) => named === (kind !== 'common'))).toBe(true)
    const drawing = draw(
      plotPlaces(funnel, (id) => `Place ${id}`),
      size,
    )
    expect(marksOf(drawing).filter(({ kind }) => kind === 'concern')).toHaveLength(1)
    expect(svgText(drawing).match(/Place \d+/g)).toEqual(['Place 99'])
  })

  test('few places: the exact limits decide, are drawn, and why is said', () => {
    const funnel = placeFunnel(alike.slice(0, 3), 'up')
    expect(funnel).toMatchObject({ decidedBy: 'exact', unreliable: ['few-units'] })
    expect(placeFunnel([place('1', 5, 5), place('2', 3, 3)], 'up')).toEqual({ refused: 'no-variation' })
    expect(placeFunnel([place('1', 0, 0)], 'up')).toEqual({ refused: 'nothing-counted' })
  })
})

describe('months of start', () => {
  const courses = (start: number, ...some: readonly (readonly [length: number, finished: boolean, count?: number])[]): readonly Courses[] =>
    some.map(([length, finished, count = 1]) => ({ start, length, limit: 30, finished, count }))

  test('a share of all who started, once each is finished or past the limit; until then how many run', () => {
    const [may, june] = startMonths(
      [...courses(202605, [20, true, 2], [30, true], [31, true], [50, false]), ...courses(202606, [10, true, 3], [12, false])],
      36,
    )
    expect(may).toMatchObject({ month: '2026-05', started: 5, finishedWithin: 3, running: 0, share: 0.6, median: 30 })
    expect(may!.low).toBeGreaterThan(0)
    expect(may!.high).toBeLessThan(1)
    expect(june).toMatchObject({ started: 4, finishedWithin: 3, running: 1, share: null, low: null, median: 10 })
  })

  test('the share by month of start is the lower one while a backlog grows: those who wait count', () => {
    const [month] = startMonths(courses(202601, [10, true, 10], [90, false, 30]), 36)
    expect(month).toMatchObject({ share: 0.25, median: null })
    expect(startMonths(courses(202601, [10, true, 4]), 36)[0]).toMatchObject({ share: 1, high: 1 })
    const drawn = draw(plotStarts(startMonths(courses(202601, [10, true, 10], [90, false, 30]), 36)), size)
    expect(marksOf(drawn)).toHaveLength(1)
  })

  test('each has its own limit', () => {
    const [month] = startMonths(
      [
        { start: 202601, length: 20, limit: 14, finished: true, count: 1 },
        { start: 202601, length: 20, limit: 28, finished: true, count: 1 },
      ],
      36,
    )
    expect(month).toMatchObject({ share: 0.5, finishedWithin: 1 })
  })

  test('a line of an account counts where it started, unless it is left out for another reason than not being finished', () => {
    const line = { startDay: 20_500, limit: 30, bin: 'left-out', leftOut: 'running' } as Parameters<typeof startMonthOf>[0] // what is looked at
    expect(startMonthOf(line)).toBe('2026-02')
    expect(startMonthOf({ ...line, leftOut: 'ended-otherwise' })).toBeUndefined()
    const { limit: _, ...without } = line
    expect(startMonthOf(without)).toBeUndefined()
  })
})

describe('heaping at the limit', () => {
  const smooth = (day: number): number => Math.round(40 - (day + 4) ** 2 / 40)
  const around = (surplus: number): readonly Courses[] =>
    Array.from({ length: 56 }, (_, i) => i - 27).map((day) => ({
      start: 202601,
      length: 30 + day,
      limit: 30,
      finished: true,
      count: smooth(day) + (day > -7 && day <= 0 ? surplus : day > 0 && day <= 7 ? -surplus : 0) + ((Math.abs(day) * 7919) % 5),
    }))

  test('more than expected is said where the surplus is sure, and not where days are smooth', () => {
    const heaped = limitHeaping(around(14), { weekly: true })
    expect(heaped).toMatchObject({ says: 'more-than-expected', firstDay: -27, seed: 20_260, draws: 300 })
    expect(limitHeaping(around(0), { weekly: true })).toMatchObject({ says: 'not-more' })
    if (isRefused(heaped)) throw new Error(heaped.refused)
    expect(heaped.fan.map(({ degree }) => degree)).toEqual([3, 4, 5, 6, 7])
    expect(svgText(draw(plotHeaping(heaped), size))).toBe(svgText(draw(plotHeaping(heaped), size)))
    expect(limitHeaping(around(14), { weekly: true })).toEqual(heaped)
  })

  test('too few finished near the limit: nothing is said', () => {
    expect(limitHeaping([{ start: 202601, length: 29, limit: 30, finished: true, count: 12 }], { weekly: true })).toEqual({
      refused: 'too-few',
      have: 12,
      need: heapingFrom,
    })
    expect(limitHeaping([], { weekly: true })).toMatchObject({ refused: 'too-few', have: 0 })
  })
})
