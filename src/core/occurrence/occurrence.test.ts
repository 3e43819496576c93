import { describe, expect, test } from 'vitest'
import { packOf } from '../../../test/support/live-ledger.ts'
import type { Entry } from '../ledger/entry.ts'
import { isRefused } from '../stats/refusal.ts'
import { addDays, type Day, dayOf, dayText, readDay } from '../words/day.ts'
import { type Instant, instantOf } from '../words/instant.ts'
import { countChart } from './chart.ts'
import {
  definitionText,
  type First,
  lastPeriods,
  nextPeriod,
  occurrenceTable,
  occurring,
  readPopulation,
  type Sought,
  soughtOf,
} from './occurrence.ts'
import type { OccurrencePeriod } from './period.ts'
import { plotCounts } from './plot.ts'

const pack = await packOf('packs/demo')
const day = (text: string): Day => readDay(text)!
let seq = 0
const entry = (code: string, on: string, more: Partial<Entry> = {}): Entry => ({
  seq: seq++,
  ledger: 2,
  pathway: '1',
  code,
  occurred: day(on),
  recorded: day(on),
  recordedAt: instantOf({ day: day(on), seconds: 0 }, 'UTC') as Instant,
  standing: 'sure',
  ...more,
})
const start: Sought = { kind: 'milestone', id: 'start', name: 'Referral received' }

function cellsOf(
  people: Readonly<Record<string, readonly Entry[]>>,
  {
    sought = start,
    first = {},
    period = 'month',
    asOf = '2025-12-31',
  }: { sought?: Sought; first?: First; period?: OccurrencePeriod; asOf?: string } = {},
) {
  const counting = occurring(pack, sought, { first, period, asking: { asOf: day(asOf), asOfAt: 0 as Instant } })
  for (const [person, entries] of Object.entries(people)) counting.take(entries, person)
  return counting.cells().map((cell) => [cell.period, cell.place, cell.persons])
}

test('a ledger does not begin with an entry that was corrected or ruled out, once it was', () => {
  const begun = (asOf: string) => {
    const counting = occurring(pack, start, { first: {}, period: 'month', asking: { asOf: day(asOf), asOfAt: 0 as Instant } })
    const wrong = entry('M1A', '1925-03-01', { recorded: day('2025-03-01'), superseded: day('2025-04-01') })
    counting.take(
      [wrong, entry('M1A', '1926-03-01', { recorded: day('2025-03-01'), standing: 'ruled-out' }), entry('M1A', '2025-03-01')],
      'a',
    )
    return [...counting.beginnings().values()].map(dayText)
  }
  expect(begun('2025-03-31')).toEqual(['1925-03-01'])
  expect(begun('2025-04-01')).toEqual(['2025-03-01'])
})

describe('who is new', () => {
  test('is a person with a first entry, once, where and when it was', () => {
    const people = {
      a: [entry('M1A', '2024-05-01', { place: 'B' }), entry('M1A', '2024-03-01', { place: 'A' })],
      b: [entry('M1A', '2024-03-09', { place: 'A' })],
      c: [entry('M1D', '2024-03-09', { place: 'A' })],
    }
    expect(cellsOf(people)).toEqual([[202403, 'A', 2]])
    expect(cellsOf(people, { period: 'year' })).toEqual([[202401, 'A', 2]])
  })

  test('is somebody who had none of it within the washout, not on its last day', () => {
    const people = { a: [entry('M1A', '2024-01-01'), entry('M1A', '2024-04-10'), entry('M1A', '2024-04-20')] }
    expect(cellsOf(people, { first: { washoutDays: 99 } })).toEqual([
      [202401, '', 1],
      [202404, '', 1],
    ])
    expect(cellsOf(people, { first: { washoutDays: 100 } })).toEqual([[202401, '', 1]])
  })

  test('counts once a period, however often it was new in it', () => {
    const people = { a: [entry('M1A', '2024-01-05', { place: 'A' }), entry('M1A', '2024-11-05', { place: 'B' })] }
    expect(cellsOf(people, { first: { washoutDays: 30 }, period: 'year' })).toEqual([[202401, 'A', 1]])
  })

  test('rests on entries that count, as known on the day', () => {
    const known = { recorded: day('2024-06-01') }
    expect(cellsOf({ a: [entry('M1A', '2024-03-01', known)] }, { asOf: '2024-05-31' })).toEqual([])
    expect(cellsOf({ a: [entry('M1A', '2024-03-01', { standing: 'ruled-out' })] })).toEqual([])
    expect(cellsOf({ a: [entry('M1A', '2024-03-01', { superseded: day('2024-04-01') })] })).toEqual([])
    expect(cellsOf({ a: [entry('M1A', '2024-03-01', { superseded: day('2024-04-01') })] }, { asOf: '2024-03-31' })).toEqual([
      [202403, '', 1],
    ])
    expect(cellsOf({ a: [entry('M1A', '2024-03-01', { recorder: 'contractor' })] })).toEqual([]) // a rule of the pack refuses it
    expect(cellsOf({ a: [entry('H2A', '2024-03-01')] })).toEqual([]) // not in force any more
  })

  test('is found by codes and by variant as well', () => {
    const people = { a: [entry('M1D', '2024-03-01')], b: [entry('H2A', '2023-03-01')] }
    expect(cellsOf(people, { sought: { kind: 'codes', codes: ['M1D'] } })).toEqual([[202403, '', 1]])
    expect(cellsOf(people, { sought: { kind: 'variant', id: 'hill', name: '' } })).toEqual([[202303, '', 1]])
  })
})

describe('what is asked for', () => {
  test.each([
    [{}, 'one of these'],
    [{ milestone: 'start', variant: 'marsh' }, 'one of these'],
    [{ milestone: 'starts' }, 'did you mean "start"'],
    [{ variant: 'marsch' }, 'did you mean "marsh"'],
    [{ codes: ['M1A', 'M1Q'] }, 'no code "M1Q"'],
    [{ codes: [] }, 'at least one'],
  ])('as %j is refused', (asked, says) => {
    const found = soughtOf(pack, asked)
    expect(found.ok ? [] : found.issues.map(({ code, message }) => [code, message])).toEqual([
      ['occurrence/what', expect.stringContaining(says)],
    ])
  })

  test('is said in words beside the numbers', () => {
    const found = soughtOf(pack, { milestone: 'start' })
    const text = definitionText(found.ok ? found.value : start, { first: { washoutDays: 365 }, asOf: day('2025-06-30') }, 'pathways')
    expect(text).toContain('milestone start (Referral received)')
    expect(text).toContain('within the 365 days before it')
    expect(text).toContain('as known on 2025-06-30')
    expect(text).toContain('Files do not say whose a pathway is')
    expect(definitionText(start, { first: {}, asOf: day('2025-06-30') }, 'persons')).toContain('first such entry of a person ever')
  })

  test.each([
    ['all:1000', [{ place: null, year: null, persons: 1000 }]],
    [
      '3:40, 3@2024:50',
      [
        { place: '3', year: null, persons: 40 },
        { place: '3', year: 2024, persons: 50 },
      ],
    ],
    ['', []],
  ])('population "%s" is read', (text, value) => {
    expect(readPopulation(text)).toEqual({ ok: true, value })
  })
  test.each(['all', 'all:x', 'all:0', '3@24:5', ':5'])('population "%s" is refused', (text) => {
    expect(readPopulation(text)).toMatchObject({ ok: false, issues: [{ code: 'occurrence/population' }] })
  })
})

describe('a table of periods', () => {
  const asked = { first: {}, period: 'month', from: 202311, to: 202402, asOf: day('2024-02-15'), population: [] } as const
  const cells = [
    { period: 202312, place: 'A', persons: 3 },
    { period: 202402, place: 'B', persons: 1 },
    { period: 202402, place: 'A', persons: 2 },
  ]

  test('has every period, those without anybody too, and says which is not over', () => {
    const { periods, places } = occurrenceTable(cells, [day('2019-01-01')], asked)
    expect(periods.map((one) => [one.period, one.persons, one.unfinished])).toEqual([
      ['2023-11', 0, false],
      ['2023-12', 3, false],
      ['2024-01', 0, false],
      ['2024-02', 3, true],
    ])
    expect(places.map((one) => [one.place, one.persons])).toEqual([
      ['A', 5],
      ['B', 1],
    ])
    expect(occurrenceTable(cells, [day('2019-01-01')], { ...asked, place: 'B' }).periods.at(-1)?.persons).toBe(1)
  })

  test('marks periods within the washout of the first entry of any ledger, and those before it', () => {
    const early = (washoutDays: number | undefined, ...begun: readonly string[]) =>
      occurrenceTable(cells, begun.map(day), { ...asked, first: { washoutDays } }).periods.map((one) => one.early)
    expect(early(30, '2019-01-01')).toEqual([false, false, false, false])
    expect(early(undefined, '2023-01-10')).toEqual([true, true, true, false]) // one year, where only the first ever is new
    expect(early(20, '2023-12-05')).toEqual([true, true, false, false])
    expect(early(20, '2019-01-01', '2024-01-20')).toEqual([false, false, true, true]) // another ledger joined
    expect(early(20)).toEqual([true, true, true, true])
  })

  test('has rates only where somebody said how many live there, and none for what is not over', () => {
    const of = (text: string, more: object = {}) => {
      const population = readPopulation(text)
      return occurrenceTable(cells, [day('2019-01-01')], { ...asked, ...more, population: population.ok ? population.value : [] })
    }
    expect(of('').periods.every((one) => one.rate === null)).toBe(true)
    const { periods, places } = of('all:12000,A:6000')
    // 3 in a twelfth of 12,000 person-years; Byar's interval of 3 is 0.60 to 8.77.
    expect(periods[1]?.rate?.rate).toBeCloseTo(300)
    expect(periods[1]?.rate?.low).toBeCloseTo(60.3, 0)
    expect(periods[1]?.rate?.high).toBeCloseTo(876.6, 0)
    expect(periods[3]?.rate).toBeNull()
    expect(places.map((one) => [one.place, one.rate === null ? null : Math.round(one.rate.rate)])).toEqual([
      ['A', 200], // three in the three months that are over
      ['B', null],
    ])
    expect(of('all@2023:24000,all:12000').periods[1]?.rate?.rate).toBeCloseTo(150)
    expect(of('all@2022:24000').periods[1]?.rate).toBeNull()
  })

  test('goes from period to period over the years', () => {
    expect([nextPeriod(202412, 'month'), nextPeriod(202404, 'quarter'), nextPeriod(202401, 'year')]).toEqual([202501, 202501, 202501])
    expect(lastPeriods(day('2024-02-15'), 'month', 36)).toEqual([202103, 202402])
    expect(lastPeriods(day('2024-02-15'), 'quarter', 5)).toEqual([202301, 202401])
    expect(lastPeriods(day('2024-02-15'), 'year', 10)).toEqual([201501, 202401])
  })
})

describe('the chart of counts', () => {
  const periods = (persons: readonly number[]) =>
    persons.map((n, i) => ({
      period: dayText(addDays(dayOf(2023, 1, 1), i * 31)).slice(0, 7),
      persons: n,
      early: i < 2,
      unfinished: i === persons.length - 1,
      rate: null,
    }))

  test('leaves out what is not over and what cannot be believed, and says its sentence of the rest', () => {
    const chart = countChart(periods([90, 80, 10, 12, 11, 9, 10, 12, 11, 10, 9, 11, 12, 10, 40, 1]))
    expect(isRefused(chart)).toBe(false)
    if (isRefused(chart)) return
    expect(chart.points.map((point) => point.persons)).toEqual([10, 12, 11, 9, 10, 12, 11, 10, 9, 11, 12, 10, 40])
    expect(chart.leftOut).toHaveLength(3)
    expect(chart.reading).toMatchObject({ kind: 'unusual', signal: { rule: 'outside', toward: 'high', kind: 'neither-high' } })
    const plot = plotCounts(chart)
    expect(plot.marks).toHaveLength(13)
    expect(plot.y.from).toBe(0)
    expect(plot.y.to).toBeGreaterThan(40)
  })

  test('is none where there are too few periods', () => {
    expect(isRefused(countChart(periods([1, 2, 3, 4])))).toBe(true)
  })
})
