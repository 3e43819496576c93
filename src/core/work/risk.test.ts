import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadPack } from '../../store/pack-folder.ts'
import type { Pack, TemplateItem } from '../pack/pack.ts'
import { addDays, type Day, dayText, readDay } from '../words/day.ts'
import { issueText } from '../words/issue.ts'
import type { LocalMedians } from './median.ts'
import { type Booking, type ClockAtRisk, type RiskQuestion, riskOf } from './risk.ts'
import { riskStates } from './risk-state.ts'

async function packOf(name: string): Promise<Pack> {
  const read = await loadPack(`packs/${name}`)
  if (!read.ok) throw new Error(read.issues.map(issueText).join('\n'))
  return read.value
}
const demo = await packOf('demo')
const sepsis = await packOf('sepsis')
const day = (text: string): Day => readDay(text)!
const today = day('2026-03-10')
const slot = (id: string) => demo.slots.findIndex((s) => s.id === id)

/** After a decision treatment takes ten days at the least, after a first attendance five more. */
const template: readonly TemplateItem[] = [
  { index: 0, after: slot('decision'), shortest: [{ to: slot('treatment'), days: 10, source: 'demo-guide' }] },
  { index: 1, after: slot('attendance'), shortest: [{ to: slot('treatment'), days: 15, source: 'demo-guide' }] },
]
const bare: Pack = { ...demo, template: [] }
const pack: Pack = { ...demo, template }

/** A clock of days that runs, with so many days left. */
function running(left: number, more: Partial<ClockAtRisk> & { readonly of?: string } = {}): ClockAtRisk {
  const { of = 'start-to-treatment', ...rest } = more
  const interval = demo.intervals.find((i) => i.id === of)!
  return {
    interval,
    verdict: left < 0 ? 'overrun' : 'running',
    start: { day: addDays(today, left - 35) },
    length: 35 - left,
    limitAmount: 35,
    limitDay: addDays(today, left),
    ...rest,
  }
}
const ask = (clocks: readonly ClockAtRisk[], more: Partial<RiskQuestion> = {}) =>
  riskOf({ pack: bare, variant: 'marsh', today, bookings: [], ...more, clocks })
const booked = (milestone: string, inDays: number): Booking => ({ milestone, on: addDays(today, inDays) })
const pausedBy = { id: 'other-illness', name: 'Another illness went first' }
const reached = (id: string, daysAgo: number) => ({ slot: slot(id), day: addDays(today, -daysAgo) })

describe('the state of one clock', () => {
  const table: readonly (readonly [
    what: string,
    clock: ClockAtRisk,
    more: Partial<RiskQuestion>,
    state: string,
    slack: number | null,
    reason: object,
  ])[] = [
    ['the day after the limit is past', running(-1), {}, 'past', -1, { code: 'limit-passed', over: 1 }],
    ['past is past, though the clock is paused', running(-3, { pausedBy }), {}, 'past', -3, { code: 'limit-passed', over: 3 }],
    [
      'past is past, whatever is booked',
      running(-3),
      { bookings: [booked('treatment', 2)] },
      'past',
      -5,
      { code: 'limit-passed', over: 3 },
    ],
    ['paused today', running(2, { pausedBy }), {}, 'paused', 2, { code: 'paused', pause: 'other-illness' }],
    [
      'paused, though booked after the limit',
      running(2, { pausedBy }),
      { bookings: [booked('treatment', 5)] },
      'paused',
      -3,
      { code: 'paused' },
    ],
    [
      'booked for the day after the limit',
      running(20),
      { bookings: [booked('treatment', 21)] },
      'will-pass',
      -1,
      { code: 'booked-too-late', over: 1, limitDay: '2026-03-30', on: '2026-03-31' },
    ],
    ['booked for the limit day itself', running(20), { bookings: [booked('treatment', 20)] }, 'tight', 0, { code: 'slack', slack: 0 }],
    ['booked seven days before the limit', running(20), { bookings: [booked('treatment', 13)] }, 'tight', 7, { code: 'slack', slack: 7 }],
    ['booked eight days before the limit', running(20), { bookings: [booked('treatment', 12)] }, 'in-time', 8, { code: 'slack', slack: 8 }],
    [
      'an earlier step booked after the limit',
      running(20),
      { bookings: [booked('decision', 25)] },
      'will-pass',
      -5,
      { code: 'booked-too-late', milestone: 'decision' },
    ],
    ['nothing booked and seven days left', running(7), {}, 'will-pass', 7, { code: 'not-booked', daysLeft: 7, passed: null }],
    ['nothing booked and eight days left', running(8), {}, 'in-time', 8, { code: 'slack', slack: 8 }],
    ['nothing booked on the limit day', running(0), {}, 'will-pass', 0, { code: 'not-booked', daysLeft: 0 }],
    ['booked for today on the limit day', running(0), { bookings: [booked('treatment', 0)] }, 'tight', 0, { code: 'slack', slack: 0 }],
    [
      'a booking whose day has gone by books nothing',
      running(3),
      { bookings: [booked('treatment', -1)] },
      'will-pass',
      3,
      { code: 'not-booked', passed: '2026-03-09' },
    ],
    [
      'a booking of what comes after the stop is not its',
      running(5, { of: 'start-to-attendance' }),
      { bookings: [booked('treatment', 30)] },
      'will-pass',
      5,
      { code: 'not-booked' },
    ],
    [
      'a booking of what was reached already is not its',
      running(5),
      { bookings: [booked('attendance', 30)], reached: reached('decision', 2) },
      'will-pass',
      5,
      { code: 'not-booked' },
    ],
    [
      'what stops the clock is booked though a later step was reached',
      running(20, { of: 'start-to-attendance' }),
      { bookings: [booked('attendance', 1)], reached: reached('decision', 2) },
      'in-time',
      19,
      { code: 'slack' },
    ],
    [
      'of two days for one milestone the first counts',
      running(20),
      { bookings: [booked('treatment', 30), booked('treatment', 5)] },
      'in-time',
      15,
      { code: 'slack' },
    ],
    [
      'of two milestones booked the last decides',
      running(20),
      { bookings: [booked('treatment', 5), booked('decision', 18)] },
      'tight',
      2,
      { code: 'slack' },
    ],
    ['no limit is known', running(0, { verdict: 'unknown', reason: 'limit-unknown' }), {}, 'no-limit', null, { code: 'limit-unknown' }],
    ['the start is in doubt', running(0, { verdict: 'unknown', reason: 'in-doubt' }), {}, 'no-limit', null, { code: 'in-doubt' }],
  ]
  test.each(table)('%s', (_, clock, more, state, slack, reason) => {
    expect(ask([clock], more)).toMatchObject({ state, slack, reason, interval: clock.interval.id })
  })

  test('what the calendar does not reach has no day to keep, and what is past is past all the same', () => {
    const { limitDay: _, ...clock } = running(3)
    expect(ask([clock])).toMatchObject({ state: 'no-limit', reason: { code: 'outside-calendar' } })
    expect(ask([{ ...clock, verdict: 'overrun', length: 40 }])).toMatchObject({ state: 'past', reason: { code: 'limit-passed', over: 5 } })
  })

  test('days off after the last working day still keep the limit', () => {
    expect(ask([running(0, { of: 'start-to-attendance', limitDay: addDays(today, -1) })])).toMatchObject({
      state: 'will-pass',
      daysLeft: 0,
    })
  })

  test('a step without a limit has the days left as its slack, and says that they rest on nothing else', () => {
    expect(ask([running(9)])).toMatchObject({ slack: 9, daysLeft: 9, basis: { kind: 'none' } })
  })
})

describe('the shortest realistic time', () => {
  test('is counted from the day the newest milestone was reached', () => {
    expect(ask([running(20)], { pack, reached: reached('decision', 4) })).toMatchObject({
      state: 'in-time',
      daysLeft: 20,
      slack: 14,
      basis: { kind: 'template', after: 'decision', on: '2026-03-06', days: 10, source: 'demo-guide' },
    })
  })
  test('is nothing once it has gone by', () => {
    expect(ask([running(20)], { pack, reached: reached('decision', 11) })).toMatchObject({ slack: 20, basis: { kind: 'template' } })
  })
  test('that does not fit into what is left will pass, and says by how much', () => {
    expect(ask([running(9)], { pack, reached: reached('attendance', 1) })).toMatchObject({
      state: 'will-pass',
      slack: -5,
      reason: { code: 'too-little-time', short: 5 },
    })
  })
  test('comes after a step that is booked', () => {
    expect(ask([running(20)], { pack, bookings: [booked('decision', 6)], reached: reached('attendance', 1) })).toMatchObject({
      slack: 4,
      basis: { kind: 'booked', milestone: 'decision', on: '2026-03-16', plus: 10 },
    })
    expect(ask([running(20)], { pack, bookings: [booked('decision', 12)], reached: reached('attendance', 1) })).toMatchObject({
      state: 'will-pass',
      slack: -2,
      reason: { code: 'too-little-time', short: 2 },
    })
  })
})

describe('thresholds', () => {
  test('are the pack’s', () => {
    const mild: Pack = { ...bare, risk: { tightDays: 2, bookDays: 3, tightShare: 0.25 } }
    expect(ask([running(4)], { pack: mild }).state).toBe('in-time')
    expect(ask([running(3)], { pack: mild }).state).toBe('will-pass')
    expect(ask([running(3)], { pack: mild, bookings: [booked('treatment', 0)] }).state).toBe('in-time')
    expect(ask([running(2)], { pack: mild, bookings: [booked('treatment', 0)] }).state).toBe('tight')
  })
})

describe('a clock in minutes', () => {
  const interval = sepsis.intervals.find((i) => i.unit === 'minute')!
  const since = (minutes: number, verdict: ClockAtRisk['verdict'] = 'running'): ClockAtRisk => ({
    interval,
    verdict,
    length: minutes * 60,
    limitAmount: 3600,
    limitDay: today,
  })
  const minutes = (clock: ClockAtRisk) => riskOf({ pack: sepsis, variant: '', today, clocks: [clock], bookings: [] })
  test('is in time while more than a quarter of its limit is left', () => {
    expect(minutes(since(44))).toMatchObject({ state: 'in-time', reason: { code: 'slack', slack: 16, unit: 'minute' } })
    expect(minutes(since(44)).daysLeft).toBeCloseTo(16 / 1440)
  })
  test('is tight from then to its last minute, booked or not', () => {
    expect(minutes(since(45))).toMatchObject({ state: 'tight', reason: { slack: 15, unit: 'minute' } })
    expect(minutes(since(60))).toMatchObject({ state: 'tight', slack: 0, reason: { slack: 0 } })
  })
  test('is past a minute later, and says so in minutes', () => {
    expect(minutes(since(61, 'overrun'))).toMatchObject({ state: 'past', reason: { code: 'limit-passed', over: 1, unit: 'minute' } })
  })
})

describe('where the pack asks for the local median', () => {
  const asking: Pack = { ...pack, risk: { ...pack.risk, localMedian: { months: 12, least: 20 } } }
  const whole = demo.intervals.findIndex(({ id }) => id === 'start-to-treatment')
  const months = { from: '2025-03', to: '2026-02', first: day('2025-03-01'), last: day('2026-02-28') }
  const rest = (after: string, days: number, of: number, more = {}) => ({
    variant: 'marsh',
    interval: whole,
    after: slot(after),
    days,
    of,
    ...more,
  })
  const local = (...rests: LocalMedians['rests']): LocalMedians => ({ place: 2, months, rests })
  const median = (of: number) => ({ of, from: '2025-03', to: '2026-02', place: 2 })
  const askLocal = (left: number, medians: LocalMedians | undefined, more: Partial<RiskQuestion> = {}) =>
    ask([running(left)], { pack: asking, local: medians, ...more })

  test('it takes the place of the template, and says of whom, which months and where', () => {
    expect(askLocal(30, local(rest('decision', 17, 41)), { reached: reached('decision', 4) })).toMatchObject({
      state: 'in-time',
      slack: 17,
      basis: { kind: 'median', after: 'decision', on: '2026-03-06', days: 17, median: median(41) },
    })
    // By the template it would be in time.
    expect(askLocal(12, local(rest('decision', 17, 41)), { reached: reached('decision', 4) })).toMatchObject({
      state: 'will-pass',
      slack: -1,
      reason: { code: 'too-little-time', short: 1 },
    })
  })
  test('of a booked step it is what passes after it, and the basis says so', () => {
    expect(
      askLocal(30, local(rest('decision', 17, 20)), { bookings: [booked('decision', 5)], reached: reached('attendance', 2) }),
    ).toMatchObject({ slack: 8, basis: { kind: 'booked', milestone: 'decision', on: '2026-03-15', plus: 17, median: median(20) } })
    expect(askLocal(30, local(rest('decision', 17, 20)), { bookings: [booked('treatment', 5)] }).basis).toEqual({
      kind: 'booked',
      milestone: 'treatment',
      on: '2026-03-15',
    })
  })
  test('with too few pathways the template speaks, and says how few there were', () => {
    expect(askLocal(30, local(rest('decision', 17, 19)), { reached: reached('decision', 4) })).toMatchObject({
      slack: 24,
      basis: { kind: 'template', days: 10, tooFew: { of: 19, least: 20 } },
    })
    const nothing = { ...asking, template: [] }
    expect(askLocal(30, local(), { reached: reached('decision', 4), pack: nothing })).toMatchObject({
      slack: 30,
      basis: { kind: 'none', tooFew: { of: 0, least: 20 } },
    })
  })
  test('another variant, another clock and another milestone are not its', () => {
    for (const more of [{ variant: 'hill' }, { interval: whole + 1 }, { after: slot('attendance') }])
      expect(askLocal(30, local(rest('decision', 17, 41, more)), { reached: reached('decision', 4) }).basis).toMatchObject({
        kind: 'template',
      })
  })
  test('where the pack does not ask for it nothing of it is used', () => {
    const found = local(rest('decision', 17, 41))
    expect(askLocal(30, found, { reached: reached('decision', 4), pack })).toEqual(
      askLocal(30, undefined, { reached: reached('decision', 4), pack }),
    )
  })
})

describe('of several clocks', () => {
  test('the one with least slack decides', () => {
    expect(ask([running(30), running(12, { of: 'decision-to-treatment' })])).toMatchObject({ interval: 'decision-to-treatment', slack: 12 })
  })
  test('one that is past is not hidden by one with less slack', () => {
    const late = running(3, { of: 'decision-to-treatment' })
    expect(ask([running(-1, { of: 'start-to-attendance' }), late], { bookings: [booked('treatment', 20)] })).toMatchObject({
      state: 'past',
      interval: 'start-to-attendance',
    })
  })
  test('one with a limit goes before one without', () => {
    expect(ask([running(0, { verdict: 'unknown', reason: 'limit-unknown' }), running(20, { of: 'decision-to-treatment' })])).toMatchObject({
      state: 'in-time',
      interval: 'decision-to-treatment',
    })
  })
  test('those that have stopped speak only when none is left: then the widest says on which day', () => {
    const stopped = (of: string, length: number) =>
      running(3, { of, verdict: 'met', stop: { day: today }, length, start: { day: addDays(today, -length) } })
    expect(ask([stopped('start-to-treatment', 30), running(20, { of: 'start-to-attendance' })])).toMatchObject({
      interval: 'start-to-attendance',
    })
    expect(ask([stopped('decision-to-treatment', 10), stopped('start-to-treatment', 30)])).toMatchObject({
      state: 'finished',
      interval: 'start-to-treatment',
      slack: null,
      reason: { code: 'stopped', on: '2026-03-10', length: 30, unit: 'day' },
    })
    expect(ask([running(3, { verdict: 'not-applicable', reason: 'ended-otherwise' })])).toMatchObject({
      state: 'finished',
      reason: { code: 'ended' },
    })
  })
  test('none at all is no limit, not in time', () => {
    expect(ask([])).toMatchObject({ state: 'no-limit', interval: null, reason: { code: 'no-clock' } })
  })
})

describe('laws', () => {
  const rank: Readonly<Record<string, number>> = { past: 0, 'will-pass': 1, tight: 2, paused: 3, 'in-time': 3, 'no-limit': 4, finished: 5 }
  const milestones = ['start', 'attendance', 'decision', 'treatment']
  const clock = fc
    .record({
      left: fc.integer({ min: -20, max: 40 }),
      of: fc.constantFrom('start-to-attendance', 'decision-to-treatment', 'start-to-treatment'),
      paused: fc.boolean(),
      unknown: fc.integer({ min: 0, max: 5 }),
    })
    .map(({ left, of, paused, unknown }) =>
      running(left, {
        of,
        ...(paused ? { pausedBy } : {}),
        ...(unknown === 0 ? { verdict: 'unknown' as const, reason: 'limit-unknown' as const } : {}),
      }),
    )
  const booking = fc
    .record({ milestone: fc.constantFrom(...milestones), in: fc.integer({ min: 0, max: 60 }) })
    .map((b) => booked(b.milestone, b.in))
  const question = fc.record({
    clocks: fc.array(clock, { minLength: 1, maxLength: 3 }),
    bookings: fc.array(booking, { maxLength: 3 }),
    reached: fc.option(
      fc.record({ slot: fc.integer({ min: 0, max: 3 }), day: fc.integer({ min: 0, max: 30 }).map((n) => addDays(today, -n)) }),
      { nil: undefined },
    ),
    known: fc.boolean(),
    local: fc.array(
      fc.record({
        variant: fc.constant('marsh'),
        interval: fc.nat(demo.intervals.length - 1),
        after: fc.nat(3),
        days: fc.nat(30),
        of: fc.integer({ min: 15, max: 30 }),
      }),
      { maxLength: 6 },
    ),
  })
  const months = { from: '2025-03', to: '2026-02', first: day('2025-03-01'), last: day('2026-02-28') }

  // A failing case is printed, and a whole pack with it would hide the rest.
  const pick = ({
    known,
    local,
    ...q
  }: { readonly known: boolean; readonly local: LocalMedians['rests'] } & Partial<Omit<RiskQuestion, 'local'>>) => {
    const of = known ? pack : bare
    const asks = { ...of, risk: { ...of.risk, localMedian: { months: 12, least: 20 } } }
    return { ...q, ...(local.length > 0 ? { pack: asks, local: { place: 2, months, rests: local } } : { pack: of }) }
  }

  test('booking something earlier, but not in the past, never makes a pathway look worse', () => {
    let changed = 0
    fc.assert(
      fc.property(question, booking, fc.integer({ min: 1, max: 60 }), (q, one, earlier) => {
        const later = ask(q.clocks, pick({ ...q, bookings: [...q.bookings, one] }))
        const sooner = { ...one, on: Math.max(today, one.on - earlier) as Day }
        const now = ask(q.clocks, pick({ ...q, bookings: [...q.bookings, sooner] }))
        if (now.state !== later.state) changed++
        expect(rank[now.state]).toBeGreaterThanOrEqual(rank[later.state]!)
      }),
      { numRuns: 2000 },
    )
    expect(changed).toBeGreaterThan(40)
  })
  test('a day that passes without anything happening never makes a pathway look better', () => {
    const notPaused = question.map((q) => ({ ...q, clocks: q.clocks.map(({ pausedBy: _, ...c }) => c) }))
    let changed = 0
    fc.assert(
      fc.property(notPaused, fc.integer({ min: 1, max: 10 }), (q, days) => {
        const on = addDays(today, days)
        const older = q.clocks.map((c): ClockAtRisk => {
          const length = c.length! + days
          return { ...c, length, ...(c.verdict === 'unknown' ? {} : { verdict: length > c.limitAmount! ? 'overrun' : 'running' }) }
        })
        const [before, after] = [ask(q.clocks, pick(q)), ask(older, { ...pick(q), today: on })]
        if (before.state !== after.state) changed++
        expect(rank[after.state]).toBeLessThanOrEqual(rank[before.state]!)
      }),
      { numRuns: 2000 },
    )
    expect(changed).toBeGreaterThan(40)
  })
  test('the order in which clocks and bookings are named decides nothing but ties', () => {
    fc.assert(
      fc.property(question, (q) => {
        const [one, other] = [ask(q.clocks, pick(q)), ask(q.clocks.toReversed(), { ...pick(q), bookings: q.bookings.toReversed() })]
        expect([other.state === one.state || rank[other.state] === rank[one.state], other.slack]).toEqual([true, one.slack])
      }),
    )
  })
  test('slack is never more than the days left, and is told with its basis', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(question, (q) => {
        const risk = ask(q.clocks, pick(q))
        seen.add(risk.state).add(risk.basis.kind)
        if (risk.slack !== null && risk.daysLeft !== null) expect(risk.slack).toBeLessThanOrEqual(risk.daysLeft)
        if (risk.basis.kind === 'none' && risk.slack !== null) expect(risk.slack).toBe(risk.daysLeft)
        if (risk.basis.kind === 'booked') expect(risk.basis.on >= dayText(today)).toBe(true)
      }),
      { numRuns: 1000 },
    )
    expect([...seen].sort()).toEqual([...riskStates.filter((s) => s !== 'finished'), 'booked', 'median', 'none', 'template'].sort())
  })
})
