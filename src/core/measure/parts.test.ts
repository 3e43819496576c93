import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadPack } from '../../store/pack-folder.ts'
import { arrive } from '../ledger/arrive.ts'
import type { ArrivingEntry } from '../ledger/entry.ts'
import type { Pack } from '../pack/pack.ts'
import { type Day, dayOf, dayText, readDay } from '../words/day.ts'
import { endOfDay, type Instant, instantOf, wallTimeOf } from '../words/instant.ts'
import { issueText } from '../words/issue.ts'
import { listPathways } from './account.ts'
import { type Explanation, explainPathway } from './explain.ts'
import { generateEntries } from './generate.ts'
import type { Adjustment, ClockParts, Printed } from './parts.ts'
import { readScenario } from './scenario.ts'

async function packOf(name: string): Promise<Pack> {
  const read = await loadPack(`packs/${name}`)
  if (!read.ok) throw new Error(read.issues.map(issueText).join('\n'))
  return read.value
}

function ledgerOf(pack: Pack, name: string, pathways: number): readonly ArrivingEntry[] {
  const file = `packs/${name}/scenario/generate.yaml`
  const scenario = readScenario(readFileSync(file, 'utf8'), file, pack)
  if (!scenario.ok) throw new Error(scenario.issues.map(issueText).join('\n'))
  return [...generateEntries(pack, scenario.value, { pathways, seed: 7 })]
}

/** What a service sends and a page reads: nothing but what is printed. */
const sent = (explanation: Explanation): Explanation => JSON.parse(JSON.stringify(explanation)) as Explanation // our own shape, there and back

const dayMs = 86_400_000
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/** By hand, with a calendar on the wall and a watch: nothing of the engine's own reckoning. */
function counted(parts: ClockParts, from: Printed, to: Printed): number {
  if (parts.unit === 'minute') return (Date.parse(to.at!) - Date.parse(from.at!)) / 60_000
  const [first, last] = [Date.parse(from.day), Date.parse(to.day)]
  if (parts.unit === 'day') return (last - first) / dayMs
  let days = 0
  for (let at = first + dayMs; at <= last; at += dayMs) {
    const day = new Date(at)
    const off =
      parts.calendar!.weekend.includes(weekdays[day.getUTCDay()]!) || parts.calendar!.holidays.includes(day.toISOString().slice(0, 10))
    if (!off) days++
  }
  return days
}
const edge = (parts: ClockParts, p: Printed): string => (parts.unit === 'minute' ? p.at! : p.day)

/** Stretches one after another, each from where those before it ended, none beyond the clock. */
function addsByHand(parts: ClockParts): readonly number[] {
  const { start, until } = parts
  const out = new Map<Adjustment, number>()
  let covered: Printed = start!
  const stretches = parts.adjustments.filter((a) => a.takenOut && a.amount === null)
  const sorted = stretches.toSorted((a, b) => {
    const [x, y] = [a, b].map((s) => [edge(parts, s.from), edge(parts, s.to ?? until!)].join(' '))
    return x! < y! ? -1 : 1
  })
  for (const stretch of sorted) {
    const from = edge(parts, stretch.from) > edge(parts, covered) ? stretch.from : covered
    const to = stretch.to && edge(parts, stretch.to) < edge(parts, until!) ? stretch.to : until!
    if (edge(parts, to) <= edge(parts, from)) continue
    out.set(stretch, counted(parts, from, to))
    covered = to
  }
  return parts.adjustments.map((a) => (a.takenOut ? (a.amount ?? out.get(a) ?? 0) : 0))
}

interface Reached {
  clocks: number
  limits: number
  pauses: number
  amounts: number
  holidays: number
  summerTime: number
  open: number
}

/** Every number of one explanation, added up from its parts. */
function checkByHand(explanation: Explanation, zone: string, reached: Reached): void {
  for (const { parts, verdict, limit } of explanation.clocks) {
    const { start, until, gross, paused, length, left } = parts
    if (gross === null || !start || !until) {
      expect([verdict, length, left]).toEqual([verdict, null, null])
      continue
    }
    reached.clocks++
    expect(parts.zone).toBe(zone)
    expect(gross).toBeCloseTo(counted(parts, start, until), 6)
    expect(parts.stop === null || parts.stop.day === until.day).toBe(true)
    const adds = addsByHand(parts)
    for (const [i, adjustment] of parts.adjustments.entries()) expect(adjustment.adds).toBeCloseTo(adds[i]!, 6)
    expect(paused).toBeCloseTo(
      Math.min(
        gross,
        adds.reduce((sum, n) => sum + n, 0),
      ),
      6,
    )
    expect(length).toBeCloseTo(gross - paused!, 6)
    if (parts.limit?.amount != null && left !== null) {
      reached.limits++
      expect(parts.limit.amount).toBe(limit?.amount)
      expect(left).toBeCloseTo(parts.limit.amount - length!, 6)
      const verdicts = parts.stop ? (left >= 0 ? ['met'] : ['missed']) : left >= 0 ? ['running'] : ['overrun', 'unknown']
      expect(verdicts).toContain(verdict)
      if (parts.unit === 'day') expect(parts.limit.day).toBe(dayText((Date.parse(start.day) / dayMs + parts.limit.amount + paused!) as Day)) // whole days
    }
    if (paused! > 0) reached.pauses++
    if (parts.adjustments.some((a) => a.amount !== null)) reached.amounts++
    if ((parts.calendar?.holidays.length ?? 0) > 0) reached.holidays++
    if (parts.adjustments.some((a) => a.to === null)) reached.open++
    const offset = (p: Printed) =>
      wallTimeOf((Date.parse(p.at ?? `${p.day}T12:00:00Z`) / 1000) as Instant, zone).seconds -
      ((Date.parse(p.at ?? `${p.day}T12:00:00Z`) / 1000) % 86_400)
    if (offset(start) !== offset(until)) reached.summerTime++
  }
}

describe('every number of a clock can be had again from its printed parts', () => {
  const asks = {
    demo: { pauses: 20, amounts: 5, holidays: 50, summerTime: 50, open: 1 },
    'no-house': { pauses: 0, amounts: 0, holidays: 0, summerTime: 100, open: 0 },
    'en-cwt': { pauses: 20, amounts: 20, holidays: 0, summerTime: 100, open: 0 },
    sepsis: { pauses: 0, amounts: 0, holidays: 0, summerTime: 20, open: 0 },
  } as const
  test.each(Object.keys(asks) as (keyof typeof asks)[])(
    'of every pathway of an invented ledger of %s, as known on several days',
    async (name) => {
      const pack = await packOf(name)
      const arriving = ledgerOf(pack, name, 500)
      const pathways = listPathways(pack, arrive(arriving))
      const last = Math.max(...arriving.map(({ recorded }) => recorded)) as Day
      const reached: Reached = { clocks: 0, limits: 0, pauses: 0, amounts: 0, holidays: 0, summerTime: 0, open: 0 }
      for (const day of [last, (last - 200) as Day, (last - 500) as Day])
        for (const pathway of pathways)
          checkByHand(sent(explainPathway(pack, pathway, { asOf: day, asOfAt: endOfDay(day, pack.zone) })), pack.zone, reached)
      expect(reached.clocks).toBeGreaterThan(500)
      expect(reached.limits).toBeGreaterThan(200)
      for (const what of Object.keys(asks[name]) as (keyof (typeof asks)[typeof name])[]) // keys of our own table
        expect(reached[what], what).toBeGreaterThanOrEqual(asks[name][what])
    },
  )
})

describe('days that are no plain days', async () => {
  const [demo, sepsis] = [await packOf('demo'), await packOf('sepsis')]
  const nothing = () => ({ clocks: 0, limits: 0, pauses: 0, amounts: 0, holidays: 0, summerTime: 0, open: 0 })
  /** `code day` or `code daythh:mm` on the wall clock of the pack's zone. */
  function explained(pack: Pack, on: string, ...entries: readonly string[]): Explanation {
    const arriving = entries.map((entry): ArrivingEntry => {
      const [, code = '', text = '', hours, minutes] = /^(.+) (\d{4}-\d\d-\d\d)(?:T(\d\d):(\d\d))?$/.exec(entry) ?? []
      const occurred = readDay(text)!
      const recordedAt = instantOf({ day: occurred, seconds: Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 }, pack.zone)
      const at = hours === undefined ? {} : { occurredAt: recordedAt }
      return { ledger: 0, pathway: 'P', code, occurred, recorded: occurred, recordedAt, standing: 'sure', id: entry, ...at }
    })
    const asOf = readDay(on)!
    const explanation = sent(explainPathway(pack, listPathways(pack, arrive(arriving))[0]!, { asOf, asOfAt: endOfDay(asOf, pack.zone) }))
    checkByHand(explanation, pack.zone, nothing())
    return explanation
  }
  const partsOf = (explanation: Explanation, interval: string) => explanation.clocks.find((clock) => clock.interval === interval)!.parts

  test('an hour that spring skips is no hour, and one that comes twice in autumn is two', () => {
    const spring = explained(sepsis, '2024-04-01', 'ER Sepsis Triage 2024-03-31T01:30', 'IV Antibiotics 2024-03-31T03:30')
    expect(partsOf(spring, 'triage-to-antibiotics')).toMatchObject({
      zone: 'Europe/Amsterdam',
      unit: 'minute',
      start: { entry: 'ER Sepsis Triage 2024-03-31T01:30', code: 'ER Sepsis Triage', day: '2024-03-31', at: '2024-03-31T00:30:00Z' },
      stop: { at: '2024-03-31T01:30:00Z' },
      gross: 60,
      left: 0,
    })
    const autumn = explained(sepsis, '2024-10-28', 'ER Sepsis Triage 2024-10-27T01:30', 'IV Antibiotics 2024-10-27T03:30')
    expect(partsOf(autumn, 'triage-to-antibiotics')).toMatchObject({ gross: 180, left: -120 })
  })
  test('around midnight the day is the one on the wall, for what is printed and for the limit', () => {
    // Half past midnight of the 3rd in Amsterdam is still the 2nd in Greenwich; an hour later it is the 3rd in both.
    const night = explained(sepsis, '2024-01-04', 'ER Sepsis Triage 2024-01-03T00:30', 'IV Antibiotics 2024-01-03T01:07')
    expect(partsOf(night, 'triage-to-antibiotics')).toMatchObject({ start: { day: '2024-01-03', at: '2024-01-02T23:30:00Z' }, gross: 37 })
    expect(partsOf(night, 'triage-to-antibiotics').limit).toMatchObject({ day: '2024-01-03' })
    expect(night.entries.map(({ occurred }) => occurred)).toEqual(['2024-01-02 23:30:00Z', '2024-01-03 00:07:00Z'])
    const eve = explained(sepsis, '2024-02-02', 'ER Sepsis Triage 2024-01-31T23:45')
    expect(partsOf(eve, 'triage-to-antibiotics').limit).toMatchObject({ day: '2024-02-01' })
  })
  test.each([
    ['2024-03-30', '2024-04-01', 2],
    ['2024-10-26', '2024-10-28', 2],
    ['2024-02-28', '2024-03-01', 2],
    ['2023-12-31', '2024-01-01', 1],
  ])('from %s to %s are %i days, whatever the clocks on the wall do', (start, stop, days) => {
    expect(partsOf(explained(demo, '2024-12-01', `M1A ${start}`, `M1TD ${stop}`), 'start-to-treatment')).toMatchObject({
      unit: 'day',
      gross: days,
    })
  })
  test('working days name the weekend and the holidays that were left out', () => {
    expect(partsOf(explained(demo, '2024-06-01', 'M1A 2024-03-27', 'M1S 2024-04-02'), 'start-to-attendance')).toMatchObject({
      unit: 'working-day',
      calendar: { id: 'norland', weekend: ['saturday', 'sunday'], holidays: ['2024-03-29'], source: 'demo-guide' },
      gross: 3,
      limit: { amount: 10, source: 'demo-guide', basis: null, validFrom: null, validTo: null },
      left: 7,
    })
  })
  test('pauses that overlap are taken out once, and each says by which rule, or that it only explains', () => {
    const entries = [
      'M1A 2024-05-01',
      'M1HA 2024-05-03',
      'M1WA 2024-05-04',
      'M1HA 2024-05-05',
      'M1HB 2024-05-08',
      'M1WB 2024-05-12',
      'M1TS 2024-05-20',
    ]
    const parts = partsOf(explained(demo, '2024-06-01', ...entries), 'start-to-treatment')
    expect(parts.adjustments.map((a) => [a.pause, a.cause, a.takenOut, a.from.day, a.to?.day, a.adds])).toEqual([
      ['patient-wish', 'patient', false, '2024-05-04', '2024-05-12', 0],
      ['other-illness', 'medical', true, '2024-05-03', '2024-05-08', 5],
      ['other-illness', 'medical', true, '2024-05-05', '2024-05-08', 0],
    ])
    expect(parts).toMatchObject({ gross: 19, paused: 5, length: 14, left: 21, limit: { day: '2024-06-10', validFrom: '2024-01-01' } })
    expect(parts.adjustments[1]).toMatchObject({
      entries: [
        { entry: 'M1HA 2024-05-03', code: 'M1HA' },
        { entry: 'M1HB 2024-05-08', code: 'M1HB' },
      ],
      source: 'demo-guide',
    })
  })
  test('a pause that is still going on has no end', () => {
    const parts = partsOf(explained(demo, '2024-05-10', 'M1A 2024-05-01', 'M1HA 2024-05-03'), 'start-to-treatment')
    expect(parts).toMatchObject({
      stop: null,
      until: { day: '2024-05-10', at: null },
      gross: 9,
      paused: 7,
      adjustments: [{ to: null, adds: 7 }],
    })
  })
  test('an amount that an entry names is taken out by the rule that says so, in the version of its pack', () => {
    const entry = {
      ledger: 0,
      pathway: 'P',
      standing: 'sure' as const,
      recorded: dayOf(2024, 5, 1),
      recordedAt: 0 as Instant,
      occurred: dayOf(2024, 5, 1),
    }
    const ledger = [
      { ...entry, code: 'M1A' },
      { ...entry, code: 'M1R', value: 4 },
      { ...entry, code: 'M1TS', occurred: dayOf(2024, 5, 1 + 10), recorded: dayOf(2024, 5, 11) },
    ]
    const asOf = dayOf(2024, 6, 1)
    const parts = partsOf(
      sent(explainPathway(demo, listPathways(demo, arrive(ledger))[0]!, { asOf, asOfAt: endOfDay(asOf, demo.zone) })),
      'start-to-treatment',
    )
    expect(parts).toMatchObject({
      gross: 10,
      paused: 4,
      length: 6,
      adjustments: [{ pause: 'rest', amount: 4, adds: 4, rule: { id: 'DEMO-R2', version: '1.0', source: 'demo-guide' } }],
    })
  })
})
