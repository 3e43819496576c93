import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadPack } from '../../store/pack-folder.ts'
import { readClock, readPathway } from '../clock/clock.ts'
import { arrive } from '../ledger/arrive.ts'
import type { Entry } from '../ledger/entry.ts'
import { listPathways } from '../measure/account.ts'
import { entriesOf, readExample } from '../measure/example.ts'
import { type ExplainedClock, explainPathway } from '../measure/explain.ts'
import { generateEntries } from '../measure/generate.ts'
import { readScenario } from '../measure/scenario.ts'
import type { Pack } from '../pack/pack.ts'
import { type Day, dayText, readDay, weekdayOf } from '../words/day.ts'
import { endOfDay } from '../words/instant.ts'
import { issueText } from '../words/issue.ts'
import { type SumLine, sumLines, type Wall } from './sum-lines.ts'

const names = ['demo', 'no-house', 'no-cpp', 'en-cwt', 'sepsis'] as const

async function packOf(name: string): Promise<Pack> {
  const read = await loadPack(`packs/${name}`)
  if (!read.ok) throw new Error(read.issues.map(issueText).join('\n'))
  return read.value
}

/** Ledgers of a pack: one that was generated, asked on two days, and its examples. */
function ledgersOf(name: string, pack: Pack): readonly (readonly [entries: readonly Entry[], asOf: Day])[] {
  const file = `packs/${name}/scenario/generate.yaml`
  const generated = globSync(file).flatMap(() => {
    const scenario = readScenario(readFileSync(file, 'utf8'), file, pack)
    if (!scenario.ok) throw new Error(scenario.issues.map(issueText).join('\n'))
    const entries = arrive([...generateEntries(pack, scenario.value, { pathways: 150, seed: 1 })])
    const last = readDay(scenario.value.period.to)!
    return [[entries, last] as const, [entries, (last - 200) as Day] as const]
  })
  const examples = globSync(`packs/${name}/examples/*.yaml`).map((path) => {
    const example = readExample(readFileSync(path, 'utf8'), path)
    if (!example.ok) throw new Error(example.issues.map(issueText).join('\n'))
    return [entriesOf(example.value, pack), readDay(example.value.asOf)!] as const
  })
  return [...generated, ...examples]
}

const days = (moment: Wall): number => readDay(moment.day)!
/** Minutes since 1970 of a printed time with its distance from UTC, as somebody with a calculator gets them. */
function minutes({ day, time = '', offset = '' }: Wall): number {
  const [h = 0, m = 0, s = 0] = time.split(':').map(Number)
  const [ahead = 0, aheadMinutes = 0] = offset.slice(1).split(':').map(Number)
  return days({ day }) * 1440 + h * 60 + m + s / 60 - (offset.startsWith('-') ? -1 : 1) * (ahead * 60 + aheadMinutes)
}
const weekendDays = (from: Wall, to: Wall): number =>
  Array.from({ length: days(to) - days(from) }, (_, i) => weekdayOf((days(from) + 1 + i) as Day)).filter((day) => day === 0 || day === 6)
    .length

/** What the printed lines do not add up to, worked out from what is printed and nothing else. */
function faultsOf({ parts, verdict }: Pick<ExplainedClock, 'parts' | 'verdict'>, lines: readonly SumLine[]): readonly string[] {
  const faults: string[] = []
  const holds = (what: string, printed: number, worked: number) => {
    if (Math.abs(printed - worked) > (parts.unit === 'minute' ? 0.02 : 0))
      faults.push(`${what}: ${printed} is printed, ${worked} comes out`)
  }
  let total = 0
  let began: Wall | undefined
  let counted: { readonly from: Wall; readonly to: Wall } | undefined
  let limit: number | undefined
  const out: { from: number; to: number }[] = []
  let amounts = 0
  for (const line of lines) {
    if (line.code === 'start' || line.code === 'restart') began = line.at
    if (line.code === 'from-to' || line.code === 'calendar-days') {
      counted = line
      if (JSON.stringify(line.from) !== JSON.stringify(began)) faults.push('it is counted from something else than the start')
      holds(line.code, line.amount, parts.unit === 'minute' ? minutes(line.to) - minutes(line.from) : days(line.to) - days(line.from))
      total = line.amount
    }
    if (line.code === 'weekends') holds('weekends', -line.amount, weekendDays(counted!.from, counted!.to))
    if (line.code === 'holidays') {
      holds('holidays', -line.amount, line.days.filter((day) => day > counted!.from.day && day <= counted!.to.day).length)
      if (line.days.some((day) => [0, 6].includes(weekdayOf(readDay(day)!)))) faults.push('a holiday at a weekend is taken out twice')
    }
    if (line.code === 'taken-out') {
      if (line.pause.said === null) out.push({ from: days(line.pause.from), to: days(line.pause.to) })
      else amounts += line.pause.said
    }
    if (line.code === 'weekends' || line.code === 'holidays' || line.code === 'taken-out' || line.code === 'no-more') total += line.amount
    if (line.code === 'length') holds('length', line.amount, total)
    if (line.code === 'limit') limit = line.amount
    if (line.code === 'left' || line.code === 'over') {
      holds(line.code, line.amount, Math.abs(limit! - total))
      const kept = line.code === 'left'
      if (kept !== limit! >= total) faults.push('left is over, or over is left')
      if (kept ? !['met', 'running'].includes(verdict) : ['met', 'running'].includes(verdict))
        faults.push(`${line.code}, but the verdict is ${verdict}`)
      const shortened = lines.some(({ code }) => code === 'no-more')
      if (parts.unit === 'day' && line.lastDay !== null && !shortened) {
        const taken = lines.reduce((all, one) => all + (one.code === 'taken-out' ? -one.amount : 0), 0)
        holds('last day', readDay(line.lastDay)!, days(began!) + limit! + taken)
      }
    }
  }
  // Each day is taken out once, however many pauses it lies in.
  if (parts.unit === 'day') {
    const union = new Set(out.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i))).size
    holds(
      'taken out',
      lines.reduce((all, one) => all + (one.code === 'taken-out' ? -one.amount : 0), 0),
      union + amounts,
    )
  }
  if (parts.length !== null) holds('the length the verdict goes by', parts.length, total)
  return faults
}

const found = await Promise.all(
  names.map(async (name) => {
    const pack = await packOf(name)
    const clocks = ledgersOf(name, pack).flatMap(([entries, asOf]) => {
      const asking = { asOf, asOfAt: endOfDay(asOf, pack.zone) }
      return listPathways(pack, entries).flatMap((pathway) => {
        const reading = readPathway(pack, pathway, asking)
        return explainPathway(pack, pathway, asking).clocks.map((clock) => ({
          ...clock,
          where: `${pathway.id} ${clock.interval} as of ${dayText(asOf)}`,
          lines: sumLines(clock.parts),
          read: readClock(reading, pack.intervals.find(({ id }) => id === clock.interval)!)!,
        }))
      })
    })
    return { name, clocks }
  }),
)

describe.each(found)('the sums of $name', ({ clocks }) => {
  test('come out anew from what is printed, for every clock of every pathway', () => {
    expect(clocks.flatMap((clock) => faultsOf(clock, clock.lines).map((fault) => `${clock.where}: ${fault}`))).toEqual([])
    expect(clocks.length).toBeGreaterThan(20)
  })

  test('are those the verdict goes by', () => {
    const others = clocks.filter(({ parts, read }) => {
      const length = read.length === undefined ? undefined : read.length / (parts.unit === 'minute' ? 60 : 1)
      const limit = read.limit?.outcome.kind === 'limit' ? read.limit.outcome.amount : undefined
      return (
        (parts.limit?.amount ?? undefined) !== limit ||
        (length === undefined ? parts.length !== null : Math.abs(length - (parts.length ?? -1)) > 0.01)
      )
    })
    expect(others.map(({ where }) => where)).toEqual([])
  })

  test('say where the limit stands without the way there', () => {
    const at = clocks.flatMap(({ parts, limit }) =>
      parts.limit?.row == null || !limit ? [] : [parts.limit.row, ...(parts.limit.longest ? [] : [limit.row])],
    )
    expect(at.length).toBeGreaterThan(0)
    expect(at.filter((text) => !/^[a-z-]+\/[a-z]+\.yaml:\d+$/.test(text))).toEqual([])
  })
})

test('every kind of line comes up in the packs, but for a clock that starts anew', () => {
  const codes = new Set(found.flatMap(({ clocks }) => clocks.flatMap(({ lines }) => lines.map(({ code }) => code))))
  const all: readonly SumLine['code'][] = [
    ...(['start', 'stop', 'no-start', 'no-stop', 'from-to', 'calendar-days', 'weekends', 'holidays'] as const),
    ...(['taken-out', 'no-more', 'explains', 'length', 'limit', 'left', 'over', 'waiting', 'quiet'] as const),
  ]
  expect(all.filter((code) => !codes.has(code))).toEqual([])
})

describe('a sum', () => {
  const at = (pack: Pack, entries: readonly Entry[], interval: string, asOf = '2024-06-30') => {
    const day = readDay(asOf)!
    const [pathway] = listPathways(pack, entries)
    return explainPathway(pack, pathway!, { asOf: day, asOfAt: endOfDay(day, pack.zone) }).clocks.find(
      (clock) => clock.interval === interval,
    )!.parts
  }
  const entry = (code: string, on: string, seq: number): Entry => ({
    seq,
    id: String(seq),
    ledger: 0,
    pathway: 'P',
    code,
    occurred: readDay(on)!,
    recorded: readDay(on)!,
    recordedAt: (readDay(on)! * 86_400) as Entry['recordedAt'],
    standing: 'sure',
  })

  test('in working days takes out weekends and names the holidays', async () => {
    const pack = await packOf('demo')
    const parts = at(pack, [entry('M1A', '2024-03-27', 1), entry('M1S', '2024-04-03', 2)], 'start-to-attendance')
    expect(sumLines(parts)).toMatchObject([
      { code: 'start', end: { code: 'M1A', label: 'Referral received', entry: '1' }, at: { day: '2024-03-27' } },
      { code: 'stop', end: { code: 'M1S' }, at: { day: '2024-04-03' } },
      { code: 'calendar-days', amount: 7, now: false },
      { code: 'weekends', amount: -2 },
      { code: 'holidays', amount: -1, days: ['2024-03-29'] },
      { code: 'length', amount: 4 },
      { code: 'limit', amount: 10, longest: false },
      { code: 'left', amount: 6, lastDay: '2024-04-11' },
    ])
  })

  test('on the night the clocks change prints both distances from UTC', async () => {
    const pack = await packOf('sepsis')
    const file = 'packs/sepsis/examples/summer-time.yaml'
    const example = readExample(readFileSync(file, 'utf8'), file)
    if (!example.ok) throw new Error('unreadable')
    const entries = entriesOf(example.value, pack).filter(({ pathway }) => pathway === 'N1')
    expect(sumLines(at(pack, entries, 'triage-to-antibiotics', '2015-06-30')).find(({ code }) => code === 'from-to')).toEqual({
      code: 'from-to',
      from: { day: '2014-10-26', time: '01:50:00', offset: '+02:00' },
      to: { day: '2014-10-26', time: '03:20:00', offset: '+01:00' },
      now: false,
      amount: 150,
    })
  })

  test('without a stop is counted to the day asked about, and says that the limit is the longest it could get', async () => {
    const pack = await packOf('demo')
    const parts = at(pack, [entry('M1A', '2024-06-03', 1), entry('M1HA', '2024-06-10', 2)], 'start-to-treatment')
    expect(sumLines(parts)).toMatchObject([
      { code: 'start' },
      { code: 'no-stop' },
      { code: 'from-to', now: true, to: { day: '2024-06-30' }, amount: 27 },
      { code: 'taken-out', amount: -20, pause: { name: 'Another illness went first', open: true, from: { day: '2024-06-10' } } },
      { code: 'length', amount: 7 },
      { code: 'limit', amount: 35, longest: true },
      { code: 'left', amount: 28, lastDay: '2024-07-28' },
    ])
  })

  test('that starts anew in between is counted from there', async () => {
    const plain = await packOf('demo')
    const decision = plain.slots.findIndex(({ id }) => id === 'decision')
    const pack: Pack = { ...plain, intervals: plain.intervals.map((interval) => ({ ...interval, restartedBy: decision })) }
    const parts = at(pack, [entry('M1A', '2024-05-01', 1), entry('M1D', '2024-06-01', 2)], 'start-to-treatment')
    expect(sumLines(parts).slice(0, 3)).toMatchObject([
      { code: 'restart', end: { code: 'M1D', label: 'Decision taken' } },
      { code: 'no-stop' },
      { code: 'from-to', from: { day: '2024-06-01' }, amount: 29 },
    ])
  })
})
