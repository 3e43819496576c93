import { type Asking, barredOf } from '../../src/core/clock/chosen.ts'
import { type Clock, readClock, readPathway } from '../../src/core/clock/clock.ts'
import { conditionKind } from '../../src/core/clock/condition.ts'
import type { Entry } from '../../src/core/ledger/entry.ts'
import { type AccountLine, causes, leftOutReasons, listPathways } from '../../src/core/measure/account.ts'
import type { Pack } from '../../src/core/pack/pack.ts'
import { type Condition, verdicts } from '../../src/core/pack/schema.ts'
import { dayText } from '../../src/core/words/day.ts'

/** A generator that never makes some kind proves nothing: each of these must have been met by some random case. */
export const wanted: readonly string[] = [
  ...verdicts.map((v) => `verdict ${v}`),
  ...causes.map((c) => `cause ${c}`),
  ...leftOutReasons.map((r) => `left out ${r}`),
  ...['known', 'missing', 'before', 'notAfter', 'samePlace', 'onOrAfter', 'variant', 'verdict', 'attribute', 'all', 'any', 'not'].map(
    (k) => `condition ${k}`,
  ),
  ...['day', 'working-day', 'minute'].map((u) => `unit ${u}`),
  ...['earliest', 'latest', 'firstKnown'].map((m) => `moment ${m}`),
  ...['first', 'last'].map((p) => `pick ${p}`),
  ...['recorded-later', 'dated-later', 'corrected', 'ruled-out', 'not-in-force', 'refused'].map((b) => `barred ${b}`),
  'pick beside',
  'tie',
  'last recorded',
  'restart',
  'limit unknown',
  'limit untimed',
  'limit by attribute',
  'longest limit',
  'limit chosen by another date',
  'pause by codes',
  'pause by amount',
  'pauses overlap',
  'pauses touch',
  'pause still going on',
  'shared',
  'two shares at one place',
  'excluded',
  'overrun counted as missed',
  'having',
  'leap day',
  'summer-time night',
  'transfer',
  'several ledgers',
  'late coding displaced',
  'real-time differs',
  'local code',
]

const parts = (condition: Condition | undefined): readonly Condition[] => {
  if (!condition) return []
  const inner = 'all' in condition ? condition.all : 'any' in condition ? condition.any : 'not' in condition ? [condition.not] : []
  return [condition, ...inner.flatMap(parts)]
}

export function kindsReached(pack: Pack, entries: readonly Entry[], lines: readonly AccountLine[], asking: Asking): ReadonlySet<string> {
  const out = new Set<string>()
  const say = (kind: string, when = true) => when && out.add(kind)
  const conditions = [
    ...pack.intervals.map((i) => i.untimedWhen),
    ...pack.pauses.map((p) => p.when),
    ...pack.ends.map((e) => e.when),
    ...pack.indicators.flatMap((i) => [
      i.having,
      i.population,
      ...i.exclude.map((e) => e.when),
      ...(i.sharing?.cases.map((c) => c.when) ?? []),
    ]),
  ]
  for (const condition of conditions.flatMap(parts)) say(`condition ${conditionKind(condition)}`)
  for (const { from, to } of pack.intervals)
    for (const { choose, slots } of [from, to]) say(`moment ${choose}`, slots.length > 1 || choose === 'firstKnown')
  for (const line of lines) {
    const indicator = pack.indicators.find((i) => i.id === line.indicator)!
    say(`verdict ${line.verdict}`)
    if (line.cause) say(`cause ${line.cause}`)
    if (line.leftOut) say(`left out ${line.leftOut}`)
    say('shared', line.weight < 1e6)
    say(
      'two shares at one place',
      indicator.sharing !== undefined &&
        line.bin !== 'left-out' &&
        line.weight === 1e6 &&
        indicator.sharing.cases.every((c) => c.weights.every((w) => w < 1e6 && w > 0)),
    )
    say('excluded', line.leftOut === 'excluded-by-definition')
    say('overrun counted as missed', line.verdict === 'overrun' && line.bin === 'missed')
    say('having', indicator.having !== undefined)
    say('real-time differs', line.bin !== 'left-out' && line.realTimeBin !== line.bin)
  }
  const pathways = listPathways(pack, entries)
  say('several ledgers', new Set(pathways.map((p) => p.ledger)).size > 1)
  for (const pathway of pathways) {
    for (const coded of pathway.entries) {
      const barred = barredOf(coded, asking)
      if (barred) say(`barred ${barred}`)
      say('leap day', dayText(coded.entry.occurred) === '2024-02-29')
      say(
        'summer-time night',
        pack.time === 'minute' &&
          coded.entry.occurredAt !== undefined &&
          ['2024-03-31', '2024-10-27'].includes(dayText(coded.entry.occurred)),
      )
      say('local code', coded.row.text.mapsTo !== undefined)
    }
    const reading = readPathway(pack, pathway, asking)
    const chosen = reading.chosen.base.flatMap((c) => c ?? [])
    for (const c of chosen) {
      const rivals = pathway.entries.filter(
        (other) =>
          other.row.slots.includes(c.slot.index) &&
          other.entry.occurred === c.day &&
          other.entry.occurredAt === c.coded.entry.occurredAt &&
          other !== c.coded,
      )
      say('tie', rivals.length > 0)
      say('last recorded', rivals.length > 0 && c.slot.lastRecorded)
      say(`pick ${c.slot.pick}`)
      say('pick beside', c.slot.beside !== undefined)
      const timely = reading.chosen['real-time'][c.slot.index]
      say('late coding displaced', timely !== undefined && timely.coded !== c.coded)
    }
    say('transfer', new Set(chosen.flatMap((c) => c.coded.entry.place ?? [])).size > 1)
    for (const interval of pack.intervals) {
      const clock = readClock(reading, interval)
      if (clock) for (const kind of clockKinds(clock)) say(kind)
    }
  }
  return out
}

function clockKinds(clock: Clock): readonly string[] {
  const taken = clock.stretches.filter((s) => s.subtracted)
  const spans = taken.filter((s) => s.amount === undefined).sort((a, b) => a.from.time - b.from.time)
  const pairs = spans.slice(1).map((s, i) => [spans[i]!, s] as const)
  return [
    `unit ${clock.interval.unit}`,
    ...(clock.restarted ? ['restart'] : []),
    ...(clock.limit?.outcome.kind === 'unknown' ? ['limit unknown'] : []),
    ...(clock.limit?.outcome.kind === 'untimed' ? ['limit untimed'] : []),
    ...(clock.limit?.values.some((v) => v !== '' && v !== '?') ? ['limit by attribute'] : []),
    ...(clock.limit?.values.includes('?') ? ['longest limit'] : []),
    ...(clock.interval.limitChosenBy ? ['limit chosen by another date'] : []),
    ...(spans.length > 0 ? ['pause by codes'] : []),
    ...(taken.some((s) => s.amount !== undefined) ? ['pause by amount'] : []),
    ...(pairs.some(([a, b]) => b.from.time < a.to.time) ? ['pauses overlap'] : []),
    ...(pairs.some(([a, b]) => b.from.time === a.to.time) ? ['pauses touch'] : []),
    ...(spans.some((s) => s.entries.length === 1) ? ['pause still going on'] : []),
  ]
}
