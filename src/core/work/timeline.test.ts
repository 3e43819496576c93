import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadPack } from '../../store/pack-folder.ts'
import type { Entry } from '../ledger/entry.ts'
import { listPathways } from '../measure/account.ts'
import { explainPathway } from '../measure/explain.ts'
import type { Pack } from '../pack/pack.ts'
import { type Day, dayText, readDay } from '../words/day.ts'
import { endOfDay, type Instant } from '../words/instant.ts'
import { issueText } from '../words/issue.ts'
import { placeLabels, placeOf, type Timeline, ticksOf, timelineOf } from './timeline.ts'

async function packOf(name: string): Promise<Pack> {
  const read = await loadPack(`packs/${name}`)
  if (!read.ok) throw new Error(read.issues.map(issueText).join('\n'))
  return read.value
}
const demo = await packOf('demo')
const sepsis = await packOf('sepsis')
const day = (text: string): Day => readDay(text)!

interface Said {
  readonly code: string
  readonly on: string
  readonly at?: string
  readonly value?: number
  readonly standing?: Entry['standing']
  readonly recorded?: string
}
/** One pathway as it is drawn on a day. */
function drawn(pack: Pack, said: readonly Said[], today: string, bookings: readonly { name: string; on: string }[] = []): Timeline {
  const entries = said.map(({ code, on, at, value, standing = 'sure', recorded = on }, i): Entry => {
    const moment = at === undefined ? undefined : ((Date.parse(`${on}T${at}`) / 1000) as Instant) // whole seconds
    return {
      seq: i + 1,
      id: String(i + 1),
      ledger: 0,
      pathway: 'P',
      code,
      occurred: day(on),
      ...(moment === undefined ? {} : { occurredAt: moment }),
      recorded: day(recorded),
      recordedAt: moment ?? ((day(recorded) * 86_400) as Instant),
      standing,
      ...(value === undefined ? {} : { value }),
    }
  })
  const asOf = day(today)
  const [pathway] = listPathways(pack, entries)
  const { entries: explained, clocks } = explainPathway(pack, pathway!, { asOf, asOfAt: endOfDay(asOf, pack.zone) })
  return timelineOf({ zone: pack.zone, today: asOf, entries: explained, clocks, bookings })
}
const bar = (timeline: Timeline, interval: string) => timeline.bars.find((one) => one.interval === interval)!

describe('a drawing', () => {
  test('marks each milestone on its day, in order, and other entries without a name', () => {
    const { marks } = drawn(
      demo,
      [
        { code: 'M1V', on: '2024-03-12' },
        { code: 'M1S', on: '2024-03-08' },
        { code: 'M1A', on: '2024-03-04' },
      ],
      '2024-03-20',
    )
    expect(marks.map(({ kind, day, names }) => [kind, day, names])).toEqual([
      ['milestone', '2024-03-04', ['Referral received']],
      ['milestone', '2024-03-08', ['First attendance']],
      ['other', '2024-03-12', []],
    ])
  })

  test('gives milestones of one day one mark with all their names, and an end its own kind', () => {
    const { marks } = drawn(
      demo,
      [
        { code: 'M1A', on: '2024-03-04' },
        { code: 'M1S', on: '2024-03-04' },
        { code: 'M1X', on: '2024-03-11' },
      ],
      '2024-03-20',
    )
    expect(marks.map(({ kind, names }) => [kind, names])).toEqual([
      ['milestone', ['Referral received', 'First attendance']],
      ['closing', ['Closed without treatment']],
    ])
  })

  test('leaves out what does not count, and draws what was not chosen without a name', () => {
    const { marks } = drawn(
      demo,
      [
        { code: 'M1A', on: '2024-03-04' },
        { code: 'M1A', on: '2024-03-06' },
        { code: 'M1S', on: '2024-03-08', standing: 'ruled-out' },
      ],
      '2024-03-20',
    )
    expect(marks.map(({ kind, day }) => [kind, day])).toEqual([
      ['milestone', '2024-03-04'],
      ['other', '2024-03-06'],
    ])
  })

  test('has a bar from start to stop, with the limit and nothing past it', () => {
    const timeline = drawn(
      demo,
      [
        { code: 'M1A', on: '2024-03-04' },
        { code: 'M1D', on: '2024-03-11' },
        { code: 'M1TS', on: '2024-04-08' },
      ],
      '2024-04-10',
    )
    expect(bar(timeline, 'start-to-treatment')).toEqual({
      interval: 'start-to-treatment',
      name: 'Referral to treatment',
      verdict: 'met',
      from: day('2024-03-04'),
      to: day('2024-04-08'),
      end: 'stop',
      limit: { at: day('2024-04-08'), day: '2024-04-08' },
      pauses: [],
    })
    expect(bar(timeline, 'decision-to-treatment')).toMatchObject({
      limit: { day: '2024-04-01' },
      past: day('2024-04-01'),
      verdict: 'missed',
    })
  })

  test('runs a bar without a stop to today, and hatches what is paused', () => {
    const timeline = drawn(
      demo,
      [
        { code: 'M1A', on: '2024-06-03' },
        { code: 'M1WA', on: '2024-06-05' },
        { code: 'M1WB', on: '2024-06-08' },
        { code: 'M1HA', on: '2024-06-20' },
      ],
      '2024-06-30',
    )
    expect(bar(timeline, 'start-to-treatment')).toMatchObject({
      to: day('2024-06-30'),
      end: 'open',
      limit: { day: '2024-07-18' },
      pauses: [
        { name: 'The patient asked to wait', from: day('2024-06-05'), to: day('2024-06-08'), takenOut: false },
        { name: 'Another illness went first', from: day('2024-06-20'), to: day('2024-06-30'), takenOut: true },
      ],
    })
    expect(bar(timeline, 'start-to-treatment')).not.toHaveProperty('past')
  })

  test('draws a length that an entry names from the day of the entry', () => {
    const timeline = drawn(
      demo,
      [
        { code: 'M1A', on: '2024-03-04' },
        { code: 'M1R', on: '2024-03-10', value: 9 },
        { code: 'M1TS', on: '2024-04-20' },
      ],
      '2024-04-22',
    )
    const at = day('2024-03-10')
    expect(bar(timeline, 'start-to-treatment').pauses).toEqual([{ name: 'Rest before an operation', from: at, to: at, takenOut: true }])
  })

  test('days off right after the last working day are not past the limit', () => {
    const timeline = drawn(demo, [{ code: 'M1A', on: '2025-02-28' }], '2025-03-16')
    expect(bar(timeline, 'start-to-attendance')).toMatchObject({ verdict: 'running', limit: { day: '2025-03-14' }, to: day('2025-03-16') })
    expect(bar(timeline, 'start-to-attendance')).not.toHaveProperty('past')
    expect(bar(drawn(demo, [{ code: 'M1A', on: '2025-02-28' }], '2025-03-17'), 'start-to-attendance')).toMatchObject({
      past: day('2025-03-14'),
    })
  })

  test('says that what stands there cannot be relied on, and where a pathway ended otherwise', () => {
    const doubtful = drawn(
      demo,
      [
        { code: 'M1A', on: '2024-03-04' },
        { code: 'M1TS', on: '2024-04-08', standing: 'asked' },
      ],
      '2024-04-10',
    )
    expect(bar(doubtful, 'start-to-treatment')).toMatchObject({ end: 'doubt', from: day('2024-03-04'), to: day('2024-04-08') })
    const ended = drawn(
      demo,
      [
        { code: 'M1A', on: '2024-03-04' },
        { code: 'M1X', on: '2024-03-18' },
      ],
      '2024-04-10',
    )
    expect(bar(ended, 'start-to-treatment')).toMatchObject({ end: 'ended', to: day('2024-03-18') })
  })

  test('has what is booked as marks to come, and room for them', () => {
    const timeline = drawn(demo, [{ code: 'M1A', on: '2024-06-03' }], '2024-06-10', [{ name: 'First attendance', on: '2024-07-20' }])
    expect(timeline.marks.at(-1)).toEqual({
      kind: 'booked',
      at: day('2024-07-20'),
      day: '2024-07-20',
      names: ['First attendance'],
      codes: [],
    })
    expect(timeline.to).toBeGreaterThan(day('2024-07-20'))
  })

  test('shows today while something runs, and not where a finished pathway would be squeezed by it', () => {
    const over = [
      { code: 'M1A', on: '2024-03-04' },
      { code: 'M1S', on: '2024-03-06' },
      { code: 'M1D', on: '2024-03-08' },
      { code: 'M1TS', on: '2024-03-18' },
    ]
    expect(drawn(demo, over, '2024-03-20').today).toBe(day('2024-03-20'))
    const later = drawn(demo, over, '2025-03-20')
    expect(later.today).toBeUndefined()
    expect(later.to).toBeLessThan(day('2024-06-01'))
    expect(drawn(demo, over.slice(0, 1), '2025-03-20').today).toBe(day('2025-03-20'))
  })

  test('of a clock in minutes lies on the wall clock of the place', () => {
    const timeline = drawn(
      sepsis,
      [
        { code: 'ER Registration', on: '2014-05-05', at: '08:00:00Z' },
        { code: 'ER Sepsis Triage', on: '2014-05-05', at: '08:30:00Z' },
        { code: 'IV Antibiotics', on: '2014-05-05', at: '10:00:00Z' },
      ],
      '2014-05-05',
    )
    expect(bar(timeline, 'triage-to-antibiotics')).toMatchObject({ end: 'stop' })
    const { from, to, limit, past } = bar(timeline, 'triage-to-antibiotics')
    const hours = (at: number) => Math.round((at - day('2014-05-05')) * 24 * 60) / 60
    expect([from, to, limit!.at, past!].map(hours)).toEqual([10.5, 12, 11.5, 11.5])
  })

  test('holds everything it shows, whatever there is', () => {
    const codes = ['M1A', 'M1S', 'M1D', 'M1TS', 'M1TW', 'M1X', 'M1V', 'M1WA', 'M1WB', 'M1HA', 'M1HB', 'M1R'] as const
    fc.assert(
      fc.property(
        fc.array(fc.record({ code: fc.constantFrom(...codes), in: fc.nat(400), value: fc.nat(30) }), { minLength: 1, maxLength: 12 }),
        fc.nat(500),
        fc.array(fc.nat(600), { maxLength: 2 }),
        (said, today, booked) => {
          const on = (n: number) => dayText((day('2023-10-01') + n) as Day)
          const timeline = drawn(
            demo,
            said.map(({ code, in: n, value }) => ({ code, on: on(n), value })),
            on(today),
            booked.map((n) => ({ name: 'Decision', on: on(n) })),
          )
          const within = (at: number) => at >= timeline.from && at <= timeline.to
          expect(timeline.marks.every(({ at }) => within(at))).toBe(true)
          expect(timeline.today === undefined || within(timeline.today)).toBe(true)
          for (const { from, to, limit, past, pauses } of timeline.bars) {
            expect(from <= to && within(from) && within(to) && (!limit || within(limit.at))).toBe(true)
            expect(past === undefined || (past >= from && past < to)).toBe(true)
            expect(pauses.every((pause) => pause.from >= from && pause.from <= pause.to && pause.to <= to)).toBe(true)
          }
        },
      ),
      { numRuns: 400 },
    )
  })
})

describe('a clock that runs for years', () => {
  const long = drawn(
    demo,
    [
      { code: 'M1A', on: '2020-03-02' },
      { code: 'M1V', on: '2020-03-20' },
    ],
    '2026-03-02',
  )
  const place = (text: string): number => placeOf(long, day(text))

  test('leaves room for what happened: the years in which nothing did are cut out, and it is said which', () => {
    const { limit, past, end, to } = bar(long, 'start-to-treatment')
    expect([end, dayText(to as Day)]).toEqual(['open', '2026-03-02'])
    expect(past).toBe(limit!.at)
    const [cut, ...more] = long.breaks
    expect(more).toEqual([])
    expect([cut!.from, cut!.to]).toEqual([Math.max(...long.bars.flatMap((one) => one.limit?.at ?? [])), day('2026-03-02')])
    // Drawn to scale the three weeks to the first visit would take a hundredth of it.
    expect(place('2020-03-20') - place('2020-03-02')).toBeGreaterThan(0.15)
    expect(place('2026-03-02')).toBeLessThan(1)
  })

  test('keeps everything in order and to scale outside the break', () => {
    let before = -1
    for (let at = long.from; at <= long.to; at += 5) {
      const now = placeOf(long, at)
      expect(now).toBeGreaterThan(before)
      before = now
    }
    expect([placeOf(long, long.from), placeOf(long, long.to)]).toEqual([0, 1])
    const week = place('2020-03-09') - place('2020-03-02')
    expect(place('2020-03-16') - place('2020-03-09')).toBeCloseTo(week, 10)
    expect(place('2023-03-09') - place('2023-03-02')).toBeLessThan(week / 20)
  })

  test('has no line of the axis in the break, and the others as far apart as ever', () => {
    const [cut] = long.breaks
    const ticks = ticksOf(long, 500, 50)
    expect(ticks.length).toBeGreaterThan(3)
    expect(ticks.filter(({ at }) => at > cut!.from && at < cut!.to)).toEqual([])
    const x = ticks.map(({ at }) => placeOf(long, at) * 500)
    expect(x.every((at, i) => i === 0 || at - x[i - 1]! >= 49)).toBe(true)
  })

  test('is not cut while it is a matter of months, nor where things happened all along', () => {
    expect(drawn(demo, [{ code: 'M1A', on: '2025-09-02' }], '2026-01-20').breaks).toEqual([])
    const visits = ['2020-01-02', '2020-09-01', '2021-05-03', '2022-01-03', '2022-09-01', '2023-05-02', '2024-01-02']
    expect(drawn(demo, [{ code: 'M1A', on: '2020-01-02' }, ...visits.map((on) => ({ code: 'M1V', on }))], '2024-06-01').breaks).toEqual([])
  })

  test('may be cut twice: where two years of waiting lie on either side of a visit', () => {
    const { breaks } = drawn(
      demo,
      [
        { code: 'M1A', on: '2020-01-02' },
        { code: 'M1V', on: '2022-01-03' },
      ],
      '2024-02-01',
    )
    expect(breaks.map(({ to }) => dayText(to as Day))).toEqual(['2022-01-03', '2024-02-01'])
  })
})

describe('the axis', () => {
  const axis = (from: string, to: string, width = 500) => ticksOf({ from: day(from), to: day(to), breaks: [] }, width, 50)

  test.each([
    ['two days', '2024-03-04', '2024-03-06', 'hour', 6],
    ['a week', '2024-03-04', '2024-03-11', 'day', 1],
    ['two months', '2024-03-04', '2024-05-06', 'day', 7],
    ['five months', '2024-01-04', '2024-06-06', 'month', undefined],
    ['ten years', '2014-01-04', '2024-06-06', 'month', undefined],
  ] as const)('of %s has lines far enough apart', (_, from, to, unit, step) => {
    const ticks = axis(from, to)
    expect(ticks.length).toBeGreaterThan(3)
    expect(ticks.length).toBeLessThanOrEqual(12)
    expect(new Set(ticks.map((tick) => tick.unit))).toEqual(new Set([unit]))
    const apart = ticks.slice(1).map((tick, i) => (tick.at - ticks[i]!.at) * (unit === 'hour' ? 24 : 1))
    if (step !== undefined) expect(new Set(apart)).toEqual(new Set([step]))
  })

  test('begins weeks on Mondays, and says the year where it is another', () => {
    expect(axis('2024-12-04', '2025-02-01').map(({ day, year }) => [day, year])).toEqual([
      ['2024-12-09', true],
      ['2024-12-16', false],
      ['2024-12-23', false],
      ['2024-12-30', false],
      ['2025-01-06', true],
      ['2025-01-13', false],
      ['2025-01-20', false],
      ['2025-01-27', false],
    ])
  })

  test('has months of several years at the same months', () => {
    expect(axis('2023-02-14', '2024-12-01').map(({ day }) => day)).toEqual([
      '2023-04-01',
      '2023-07-01',
      '2023-10-01',
      '2024-01-01',
      '2024-04-01',
      '2024-07-01',
      '2024-10-01',
    ])
  })

  test('has its lines in order and apart, however long it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: day('1950-01-01'), max: day('2150-01-01') }),
        fc.double({ min: 0.02, max: 20_000, noNaN: true }),
        fc.integer({ min: 300, max: 900 }),
        (from, span, width) => {
          const ticks = ticksOf({ from, to: from + span, breaks: [] }, width, 50)
          const x = ticks.map(({ at }) => ((at - from) / span) * width)
          expect(x.every((at, i) => at >= -1e-6 && at <= width + 1e-6 && (i === 0 || at - x[i - 1]! >= 49))).toBe(true)
        },
      ),
    )
  })
})

describe('labels', () => {
  const label = fc.record({ x: fc.integer({ min: 0, max: 420 }), width: fc.integer({ min: 20, max: 160 }) })

  test('never lie on one another, and stay within the drawing', () => {
    fc.assert(
      fc.property(fc.array(label, { maxLength: 10 }), (labels) => {
        const placed = placeLabels(labels, 420, 6)
        placed.forEach((one, i) => {
          expect(one.from >= 0 && one.from + labels[i]!.width <= 420).toBe(true)
          for (const [j, other] of placed.entries())
            if (j > i && other.lane === one.lane)
              expect(one.from + labels[i]!.width + 6 <= other.from || other.from + labels[j]!.width + 6 <= one.from).toBe(true)
        })
      }),
      { numRuns: 500 },
    )
  })

  test('are crossed by no pole where all have room on the right', () => {
    fc.assert(
      fc.property(fc.array(label, { maxLength: 10 }), (labels) => {
        const placed = placeLabels(labels, 1000, 6)
        placed.forEach((one, i) => {
          for (const [j, other] of placed.entries())
            if (i !== j && other.lane > one.lane) expect(labels[j]!.x <= one.from || labels[j]!.x >= one.from + labels[i]!.width).toBe(true)
        })
      }),
      { numRuns: 500 },
    )
  })

  test('stand next to the axis where there is room, and climb to the left where there is none', () => {
    expect(
      placeLabels(
        [
          { x: 0, width: 50 },
          { x: 100, width: 80 },
          { x: 140, width: 60 },
          { x: 400, width: 60 },
        ],
        420,
        6,
      ),
    ).toEqual([
      { from: 0, lane: 0 },
      { from: 100, lane: 1 },
      { from: 140, lane: 0 },
      { from: 340, lane: 0 },
    ])
  })
})
