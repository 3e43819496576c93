import { describe, expect, test } from 'vitest'
import { isRefused, type Refused } from '../stats/refusal.ts'
import { range, sum } from '../stats/sample.ts'
import { oneOf, randomOf } from '../words/chance.ts'
import { type Day, dayText, monthsLater, periodText, readDay } from '../words/day.ts'
import { colours, draw, type Svg, svgText } from './draw.ts'
import { type MonthChart, monthChart, recentMonths } from './months.ts'
import { plotMonths } from './plot.ts'
import { backTestShare, firstMonthOf, mostVintages, type Reported, reportedMonths, type Vintage, vintageDays } from './vintages.ts'

const known = <T>(value: T | Refused): T => {
  if (isRefused(value)) throw new Error(value.refused)
  return value
}
const first = 202201
/** What is newly reported of one month, by months after its end. */
interface Reports {
  readonly met: readonly number[]
  readonly missed: readonly number[]
}
/** The months as they were known at the end of each; before them the month in which recording began. */
const vintagesOf = (months: readonly Reports[]): readonly Vintage[] =>
  range(months.length + 1).map((i) => ({
    month: monthsLater(first, i - 1),
    counts: new Map(
      months.slice(0, i).map(({ met, missed }, row) => {
        const upTo = (newly: readonly number[]) => sum(newly.slice(0, i - row))
        return [monthsLater(first, row), { met: upTo(met), missed: upTo(missed) }] as const
      }),
    ),
  }))
const nothingNow = new Map<number, never>()
const told = (months: readonly Reports[]): Reported => known(reportedMonths(vintagesOf(months), nothingNow))
const day = (text: string): Day => readDay(text)!
/** The figures as they are at this moment: what has come of each month. */
const figuresNow = (months: readonly Reports[]) =>
  months.map(({ met, missed }, row) => {
    const come = (newly: readonly number[]) => sum(newly.slice(0, months.length - row))
    return { period: periodText(monthsLater(first, row), 'month'), numerator: come(met), denominator: come(met) + come(missed) }
  })

describe('the days that are read', () => {
  test('are ends of months up to the day, the newest first, and over in every zone', () => {
    const texts = (asOf: string, today: string) => vintageDays(day(asOf), day(today)).map(dayText)
    expect(texts('2026-10-20', '2026-10-20').slice(0, 3)).toEqual(['2026-09-30', '2026-08-31', '2026-07-31'])
    expect(texts('2026-10-20', '2026-10-20')).toHaveLength(mostVintages)
    expect(texts('2024-02-29', '2026-10-20')[0]).toBe('2024-02-29')
    expect(texts('2024-02-28', '2026-10-20')[0]).toBe('2024-01-31')
    expect([texts('2026-10-01', '2026-10-01')[0], texts('2026-10-02', '2026-10-02')[0]]).toEqual(['2026-08-31', '2026-09-30'])
    expect(firstMonthOf(day('2026-02-28'))).toBe(202502)
  })
})

describe('months of which the truth is known', () => {
  // Of 100 who kept the limit 70 are reported by the end of the month, of 40 who did not 28 only a month later or after.
  const alike: Reports = { met: [70, 20, 10], missed: [12, 18, 10] }
  const months = Array.from({ length: 20 }, () => alike)

  test('are counted when all has come, expected with the right share when most has, and not shown before', () => {
    const { months: shown, delays } = told(months)
    expect(delays).toBe(2)
    expect(shown.map(({ kind }) => kind)).toEqual([...range(18).map(() => 'counted'), 'expected', 'not-shown'])
    const [before, newest] = shown.slice(-2)
    // The less complete of the two says how complete a month is: 30 of 40, and 12 of 40.
    expect(before?.completeness).toBeCloseTo(0.75, 6)
    expect(newest?.completeness).toBeCloseTo(0.3, 6)
    if (before?.kind !== 'expected') throw new Error('expected')
    expect(before.share).toBeCloseTo(100 / 140, 2)
    expect(before.met).toBeCloseTo(100, 0)
    expect(before.all).toBeCloseTo(140, 0)
    // What is known of it so far looks better than it is.
    expect(90 / 120 - 100 / 140).toBeGreaterThan(0.03)
    expect(Math.abs(before.share - 100 / 140)).toBeLessThan(0.003)
  })

  test('less than what is known by now is never expected', () => {
    const last = monthsLater(first, 18)
    const { months: shown } = known(reportedMonths(vintagesOf(months), new Map([[last, { met: 130, missed: 20 }]])))
    const one = shown.find(({ month }) => month === last)
    if (one?.kind !== 'expected') throw new Error('expected')
    expect(one.met).toBe(130)
    expect(one.share).toBeCloseTo(one.met / one.all, 12)
  })

  test('of which nobody ever missed are told by those who kept the limit', () => {
    const { months: shown } = told(months.map(({ met }) => ({ met, missed: [0, 0, 0] })))
    expect(shown.at(-1)).toMatchObject({ kind: 'expected', share: 1 })
    expect(shown.at(-1)?.completeness).toBeCloseTo(0.7, 6)
  })

  test('are followed until nearly all has come, and no longer', () => {
    expect(told(months.map(() => ({ met: [90, 9.8, 0.1, 0.1], missed: [40, 0, 0, 0] }))).delays).toBe(1)
    expect(told(months.map(() => ({ met: [90, 8, 1, 1], missed: [40, 0, 0, 0] }))).delays).toBe(3)
  })

  test('reports that are withdrawn are taken from those that came before', () => {
    const { months: shown } = told(months.map(() => ({ met: [80, 30, -10], missed: [40, 0, 0] })))
    // 80 of 100, but for the one month whose ten are not withdrawn yet.
    expect(shown.at(-1)?.completeness).toBeGreaterThan(0.79)
    expect(shown.at(-1)?.completeness).toBeLessThanOrEqual(0.8)
  })

  test('too few, or none, say so', () => {
    expect(reportedMonths(vintagesOf(months.slice(0, 6)), nothingNow)).toEqual({ refused: 'too-few', have: 6, need: 7 })
    expect(reportedMonths([], nothingNow)).toMatchObject({ refused: 'too-few' })
    const empty = months.map(() => ({ met: [0], missed: [0] }))
    expect(reportedMonths(vintagesOf(empty), nothingNow)).toEqual({ refused: 'nothing-counted' })
  })

  test('the same gives the same, to the last character', () => {
    expect(JSON.stringify(told(months))).toBe(JSON.stringify(told(months)))
  })
})

/** Months of some 200, seven of ten in time; those come at once or a month late, the others later. */
function byChance(count: number, stream: number): readonly Reports[] {
  const random = randomOf(7, stream)
  return range(count).map(() => {
    const cells = { met: [0, 0, 0], missed: [0, 0, 0] }
    for (let n = 180 + oneOf(random, 40); n > 0; n--) {
      const own = oneOf(random, 10) < 7 ? cells.met : cells.missed
      const drawn = oneOf(random, 1000) + (own === cells.missed ? 100 : 0)
      own[drawn < 800 ? 0 : drawn < 960 ? 1 : 2]!++
    }
    return cells
  })
}

describe('the band around an expected share', () => {
  test('stands where it held for the last 24 finished months, and then mostly holds the truth', () => {
    const found = range(120).flatMap((stream) => {
      const months = byChance(48, stream)
      const newest = told(months).months.at(-1)!
      if (newest.kind !== 'expected' || isRefused(newest.band)) return []
      const { low90, low50, high50, high90 } = newest.band
      expect([low90, low50, high50, high90]).toEqual([low90, low50, high50, high90].toSorted((a, b) => a - b))
      const [met, missed] = [sum(months.at(-1)!.met), sum(months.at(-1)!.missed)]
      const truth = met / (met + missed)
      return [{ held: low90 <= truth && truth <= high90, wide: high90 - low90 }]
    })
    expect(found.length).toBeGreaterThan(20)
    expect(Math.max(...found.map(({ wide }) => wide))).toBeLessThan(0.2)
    const held = found.filter((one) => one.held).length / found.length
    expect(held).toBeGreaterThan(0.8)
    expect(held).toBeLessThanOrEqual(1)
  })

  test('is hidden where the history is short, and where it did not hold', () => {
    const short = told(byChance(24, 1)).months.at(-1)!
    expect(short).toMatchObject({ kind: 'expected', band: { refused: 'too-few', need: 24 } })
    // Of those who missed ever more come late, of the others none: the share is expected ever too high.
    const drifting = range(60).map((i) => ({ met: [100, 0, 0], missed: [60 - i * 0.5, 40 + i * 0.5, 0] }))
    const tested = backTestShare([drifting.map(({ met }) => met.slice(0, 2)), drifting.map(({ missed }) => missed.slice(0, 2))], 1, 0)
    expect(known(tested.held)).toBeLessThan(0.8)
    expect(tested.band).toEqual({ refused: 'not-sure' })
  })
})

describe('the chart of months', () => {
  // As good as ever; of the newest two months those past the limit are not reported yet.
  const months = range(20).map((i): Reports => ({ met: [80 + (i % 3), 6, 2], missed: [2 - (i % 2), 10, 8] }))
  const figures = figuresNow(months)
  const last = monthsLater(first, 19)
  const chartOf = (reported?: Reported): MonthChart =>
    known(monthChart(figures, { last, good: 'up', kind: 'share', ...(reported === undefined ? {} : { reported }) }))
  const reported = told(months)
  const size = { width: 640, height: 240, title: 'Invented' }
  const all = (svg: Svg, holds: (one: Svg) => boolean): readonly Svg[] => [
    ...(holds(svg) ? [svg] : []),
    ...svg.children.flatMap((child) => (typeof child === 'string' ? [] : all(child, holds))),
  ]

  test('judges no month of which reports are still to come', () => {
    // Without that it would say that things became better.
    expect(chartOf().reading).toMatchObject({ kind: 'unusual', signal: { kind: 'improvement', to: '2023-08' } })
    const chart = chartOf(reported)
    expect(chart.reading).toMatchObject({ kind: 'nothing-unusual' })
    expect(chart.points.at(-1)?.month).toBe('2023-06')
    const recent = recentMonths(figures, last, reported)
    expect(recent.map(({ month }) => month)).toEqual(['2023-07', '2023-08'])
    expect(recent.map(({ complete }) => complete)).toEqual(reported.months.slice(-2).map(({ completeness }) => completeness))
    expect(recent.every(({ month }) => chart.points.every((point) => point.month !== month))).toBe(true)
    // A month that was over only now has no past day yet, and is not judged either.
    expect(recentMonths(figures, monthsLater(last, 1), reported).at(-1)).toEqual({
      month: '2023-09',
      met: 0,
      all: 0,
      complete: null,
      expected: null,
    })
    expect(recentMonths(figures, last, undefined)).toEqual([])
  })

  test('draws what is expected hatched and joined to nothing, with how much has come', () => {
    const made = byChance(48, 2)
    const [banded, now] = [told(made), figuresNow(made)]
    const to = monthsLater(first, 47)
    const chart = known(monthChart(now, { last: to, good: 'up', kind: 'share', reported: banded }))
    const recent = recentMonths(now, to, banded)
    const drawing = draw(plotMonths(chart, recent), size)
    const expected = all(drawing, ({ attributes }) => 'data-expected' in attributes)
    expect(expected).toHaveLength(recent.filter(({ expected: one }) => one !== null).length)
    expect(expected.map(({ attributes }) => attributes['data-expected'])).toContain('band')
    for (const one of expected) {
      expect(all(one, ({ tag }) => tag === 'circle').map(({ attributes }) => attributes['fill'])).toEqual([colours.paper])
      expect(svgText(one)).toMatch(/\d\d %<\/text>/)
    }
    expect(all(drawing, ({ attributes }) => 'data-mark' in attributes)).toHaveLength(chart.points.length)
    const joins = all(
      drawing,
      ({ tag, attributes }) => tag === 'path' && attributes['stroke-width'] === '1' && !('data-line' in attributes),
    )
    expect(joins.map(({ attributes }) => attributes['d']?.match(/[ML]/g)?.length)).toContain(chart.points.length)
    expect(svgText(drawing)).not.toMatch(/NaN|Infinity|undefined/)
    expect(svgText(drawing)).toBe(svgText(draw(plotMonths(chart, recent), size)))
  })

  test('a share has an interval of chance of its own', () => {
    const [point] = chartOf().points
    expect(point?.chance?.low).toBeLessThan(point?.share ?? 0)
    expect(point?.chance?.high).toBeGreaterThan(point?.share ?? 1)
  })
})
