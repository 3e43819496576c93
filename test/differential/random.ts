import fc from 'fast-check'
import { arrive } from '../../src/core/ledger/arrive.ts'
import { type ArrivingEntry, type Entry, type Standing, standings } from '../../src/core/ledger/entry.ts'
import { checkPack } from '../../src/core/pack/check-pack.ts'
import type { Pack } from '../../src/core/pack/pack.ts'
import { type Condition, type Item, type Moment, PackText } from '../../src/core/pack/schema.ts'
import { addDays, type Day, dayOf, dayText } from '../../src/core/words/day.ts'
import { type Instant, instantOf } from '../../src/core/words/instant.ts'

/** Random numbers from a seed: the same seed makes the same pack on every machine. */
function dice(seed: number) {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = (n: number): number => Math.floor(next() * n)
  const chance = (p: number): boolean => next() < p
  const of = <T>(list: readonly T[]): T => list[below(list.length)]!
  const some = <T>(list: readonly T[], least = 1): T[] => {
    const out = list.filter(() => chance(0.5))
    return out.length >= least ? out : [...list].slice(0, least)
  }
  return { below, chance, of, some }
}
type Dice = ReturnType<typeof dice>

/** A winter and spring with a leap day and both summer-time nights near it. */
const spans = [dayOf(2024, 2, 10), dayOf(2024, 3, 20), dayOf(2024, 10, 15), dayOf(2023, 12, 20)] as const

/** An invented pack that means something, made of random rules of every kind. */
export function randomPack(seed: number): Pack {
  for (let attempt = 0; ; attempt++) {
    const text = PackText.parse(packText(dice(seed * 1000 + attempt), seed))
    const checked = checkPack(text, () => ({ file: 'random', line: 1, column: 1 }))
    if (checked.ok) return checked.value
    if (attempt > 200) throw new Error(`seed ${seed} makes no pack: ${checked.issues.map((i) => i.message).join('; ')}`)
  }
}

function packText(d: Dice, seed: number): unknown {
  const time = d.of(['day', 'minute'] as const)
  const variantFrom = d.of(['code', 'code', 'entry'] as const)
  const start = spans[seed % spans.length]!
  const near = () => dayText(addDays(start, d.below(60) - 10))
  const variants = ['red', 'green', 'blue'].slice(0, variantFrom === 'code' ? 1 + d.below(3) : d.below(4)).map((id, i) => ({
    id,
    name: id,
    ...(variantFrom === 'code'
      ? { prefix: ['R', 'G', 'B'][i], ...(d.chance(0.3) ? { validTo: near() } : {}), ...(d.chance(0.2) ? { validFrom: near() } : {}) }
      : {}),
  }))
  const ids = ['one', 'two', 'three', 'four', 'five'].slice(0, 3 + d.below(3))
  const details = ['extra', 'more'].slice(0, 1 + d.below(2))
  const all = [...ids, ...details]
  const pick = (i: number) =>
    i > 0 && d.chance(0.35)
      ? d.chance(0.7)
        ? { firstOnOrAfter: ids[d.below(i)] }
        : { lastOnOrBefore: ids[d.below(i)] }
      : d.of(['first', 'first', 'last'])
  const ties = () => (d.chance(0.4) ? { ties: d.of(['first-recorded', 'last-recorded']) } : {})
  const milestones = ids.map((id, i) => ({
    id,
    name: id,
    pick: pick(i),
    ...ties(),
    ...(i === ids.length - 1 && d.chance(0.6) ? { closing: true } : {}),
  }))
  const detailItems = details.map((id) => ({ id, name: id, pick: d.of(['first', 'last']), ...ties() }))
  const attributes = [
    { id: 'kind', of: d.of(ids), values: ['x', 'y', 'z'] },
    { id: 'manner', of: d.of(all), values: ['fast', 'slow'] },
  ]
  const prefix = variantFrom === 'code' ? '{variant}' : ''
  const limited = () => (d.chance(0.15) ? { validFrom: near() } : d.chance(0.15) ? { validTo: near() } : {})
  const codes: Record<string, unknown>[] = all.flatMap((id, i) =>
    Array.from({ length: 1 + d.below(3) }, (_, n) => {
      const also = d.chance(0.1) ? [d.of(all)] : []
      const sets = Object.fromEntries(attributes.filter((a) => a.of === id && d.chance(0.85)).map((a) => [a.id, d.of(a.values)]))
      return {
        code: `${prefix}M${i}${n}`,
        marks: [...new Set([id, ...also])],
        ...(Object.keys(sets).length > 0 ? { sets } : {}),
        ...limited(),
      }
    }),
  )
  codes.push({ code: `${prefix}V` })
  const spanPauses = ['wish', 'illness', 'odd'].slice(0, d.of([0, 2, 2, 3]))
  for (const id of spanPauses) codes.push({ code: `${prefix}S-${id}`, startsPause: id }, { code: `${prefix}E-${id}`, endsPause: id })
  if (spanPauses.length > 1 && d.chance(0.5)) codes.push({ code: `${prefix}SE`, startsPause: spanPauses[0], endsPause: spanPauses[1] })
  codes.push({ code: `${prefix}LOCAL`, mapsTo: codes[0]!['code'] })
  const units = time === 'minute' ? ['minute', 'minute', 'day', 'working-day'] : ['day', 'day', 'working-day']
  const calendars = [
    {
      id: 'cal',
      weekend: ['saturday', 'sunday'],
      from: dayText(addDays(start, -20)),
      to: dayText(addDays(start, d.chance(0.3) ? 60 : 400)),
      holidays: [dayText(addDays(start, 5)), dayText(addDays(start, 19))],
    },
  ]
  const moment = (from: readonly string[]): Moment =>
    d.chance(0.65) || from.length < 2
      ? d.of(from)
      : d.of([{ earliest: d.some(from, 2) }, { latest: d.some(from, 2) }, { firstKnown: d.some(from, 2) }])
  const leaf = (clocks: readonly string[]): Condition => {
    const two = (): [string, string] => [d.of(all), d.of(all)]
    const attribute = d.of(attributes)
    const leaves: (() => Condition)[] = [
      () => ({ known: d.of(all) }),
      () => ({ missing: d.of(all) }),
      () => ({ attribute: attribute.id, in: d.some(attribute.values) }),
      () => ({ before: two() }),
      () => ({ notAfter: two() }),
      () => ({ onOrAfter: d.of(all), date: near() }),
      () => ({ samePlace: two() }),
      ...(variants.length > 0 ? [() => ({ variant: d.some(variants.map((v) => v.id)) })] : []),
      ...(clocks.length > 0
        ? [
            () => ({
              verdict: d.of(clocks),
              in: d.some(['met', 'missed', 'running', 'overrun', 'not-applicable', 'unknown'] as const) as ['met'],
            }),
          ]
        : []),
    ]
    return d.of(leaves)()
  }
  const condition = (clocks: readonly string[] = [], depth = 2): Condition => {
    if (depth === 0 || d.chance(0.5)) return leaf(clocks)
    const part = () => condition(clocks, depth - 1)
    return d.of<() => Condition>([() => ({ all: [part(), part()] }), () => ({ any: [part(), part()] }), () => ({ not: part() })])()
  }
  const clocks = ['a', 'b', 'c'].slice(0, 2 + d.below(2))
  const intervals = clocks.map((id) => {
    const unit = d.of(units)
    const from = d.below(ids.length - 1)
    return {
      id,
      name: id,
      from: d.chance(0.8) ? ids[from] : moment(ids.slice(0, from + 1)),
      to: d.chance(0.8) ? ids[from + 1 + d.below(ids.length - from - 1)] : moment(ids.slice(from + 1)),
      unit,
      ...(unit === 'working-day' ? { calendar: 'cal' } : {}),
      ...(d.chance(0.3) ? { restartedBy: d.of(all) } : {}),
      ...(d.chance(0.6) ? { limitBy: d.some(attributes.map((a) => a.id)) } : {}),
      ...(d.chance(0.3) ? { limitChosenBy: moment(ids) } : {}),
      ...(d.chance(0.3) ? { untimedWhen: condition() } : {}),
    }
  })
  const limits = intervals.flatMap((interval) => {
    const key = { day: 'days', 'working-day': 'workingDays', minute: 'minutes' }[interval.unit]!
    const amount = () =>
      d.chance(0.12)
        ? { [key]: { unknown: 'not found' } }
        : d.chance(0.08)
          ? { untimed: true }
          : { [key]: interval.unit === 'minute' ? d.of([30, 600, 1440, 10_000, 40_000]) : d.below(25) }
    const cut = near()
    const rows: Record<string, unknown>[] = d.chance(0.5)
      ? [amount()]
      : [
          { ...amount(), validTo: cut },
          { ...amount(), validFrom: dayText(addDays(dayOfText(cut), 1)) },
        ]
    if (variants.length > 0 && d.chance(0.4)) rows.push({ ...amount(), variant: d.of(variants).id })
    for (const id of interval.limitBy ?? [])
      if (d.chance(0.7)) rows.push({ ...amount(), when: { [id]: d.some(attributes.find((a) => a.id === id)!.values) } })
    if ((interval.limitBy ?? []).length > 0 && d.chance(0.5)) rows.splice(0, d.chance(0.5) ? 1 : 2)
    return rows.map((row) => ({ interval: interval.id, ...row }))
  })
  const pauses = [
    ...spanPauses.map((id, i) => ({
      id,
      name: id,
      cause: ['patient', 'medical', 'other'][i],
      ...(d.chance(0.6) ? { subtractFrom: d.some(clocks) } : {}),
      ...(d.chance(0.3) ? { when: condition() } : {}),
    })),
    ...(d.chance(0.5)
      ? [
          {
            id: 'amount',
            name: 'amount',
            cause: d.of(['patient', 'medical', 'other']),
            amountFrom: 'extra',
            subtractFrom: d.some(clocks),
            ...(d.chance(0.3) ? { when: condition() } : {}),
          },
        ]
      : []),
  ]
  const weights = (names: readonly string[]) => {
    const [a = 'p', b = 'q'] = names
    return d.of([{ [a]: 1 }, { [b]: 1 }, { [a]: 0.5, [b]: 0.5 }, { [a]: 0.25, [b]: 0.75 }])
  }
  const indicators = ['i1', 'i2', 'i3'].map((id, i) => {
    const within = i < 2
    const sharing = d.chance(0.3)
    return {
      id,
      name: id,
      question: id,
      denominator: id,
      ...(within ? { within: d.of(clocks) } : { having: condition(clocks) }),
      ...(d.chance(0.4) ? { population: condition(clocks) } : {}),
      ...(d.chance(0.4) ? { exclude: [{ id: 'e', text: 'e', when: condition(clocks) }] } : {}),
      ...(within && d.chance(0.3) ? { overrun: 'missed' } : {}),
      period: moment(ids),
      place: moment(ids),
      ...(sharing
        ? {
            sharing: {
              places: { p: d.of(all), q: d.of(all) },
              cases: [
                ...(d.chance(0.7) ? [{ when: condition(clocks), weights: weights(['p', 'q']) }] : []),
                { weights: weights(['p', 'q']) },
              ],
            },
          }
        : {}),
    }
  })
  return {
    pack: {
      id: `random-${seed}`,
      version: '1',
      title: 'random',
      time,
      zone: d.of(['Europe/Oslo', 'UTC', 'America/New_York']),
      variantFrom,
      invented: true,
    },
    variants,
    milestones,
    details: detailItems,
    attributes,
    codes,
    duties: ids.filter(() => d.chance(0.5)).map((milestone) => ({ milestone, withinDays: d.below(12) })),
    rules: d.chance(0.4)
      ? [
          {
            id: 'R1',
            text: 'r',
            refuses: {
              codes: [codes[0]!['code'], codes[2]!['code']],
              ...(d.chance(0.6) ? { recordedBy: ['clerk'] } : {}),
              ...(d.chance(0.5) ? { validFrom: near() } : {}),
            },
          },
        ]
      : [],
    calendars,
    intervals,
    limits,
    pauses,
    ends: d.chance(0.7)
      ? [
          {
            id: 'end',
            name: 'end',
            when: d.chance(0.6) ? { known: ids.at(-1) } : condition(),
            ...(d.chance(0.3) ? { intervals: d.some(clocks) } : {}),
          },
        ]
      : [],
    indicators,
  } satisfies Record<string, unknown> & { limits: unknown; duties: readonly Partial<Item<'duties'>>[] }
}

const dayOfText = (text: string): Day => Math.round(Date.parse(text) / 86_400_000) as Day

/** Each case is so many random ledgers under one random pack, side by side in one database. */
export const ledgersInCase = 10

/** Numbers that become an entry under whatever pack: so that a failing ledger shrinks. */
export const rawEntry = fc.record({
  pathway: fc.nat(2),
  code: fc.nat(1000),
  day: fc.nat(45),
  minute: fc.constantFrom(0, 60, 90, 149, 150, 151, 179, 180, 210, 720, 1439),
  second: fc.constantFrom(0, 0, 0, 1, 59),
  known: fc.constantFrom('time', 'time', 'time', 'day'),
  lag: fc.constantFrom(0, 0, 0, 1, 3, 6, 9, 14, 30, -2),
  place: fc.nat(4),
  standing: fc.constantFrom<Standing>(...standings, 'likely', 'let-stand', 'sure', 'sure', 'sure', 'sure', 'sure', 'sure', 'sure', 'sure'),
  value: fc.constantFrom(0, 1, 2, 5, 9, 30, 300, -4),
  recorder: fc.constantFrom('clerk', 'nurse', undefined),
  act: fc.constantFrom('add', 'add', 'add', 'add', 'add', 'add', 'correct', 'withdraw'),
  of: fc.nat(1000),
  ledger: fc.nat(ledgersInCase - 1),
})
export type RawEntry = typeof rawEntry extends fc.Arbitrary<infer T> ? T : never

/** `plain`: no doubts, no corrections: the text then compiles without them, and that must be right too. */
export function randomLedger(pack: Pack, seed: number, raw: readonly RawEntry[], plain: boolean): readonly Entry[] {
  const start = spans[seed % spans.length]!
  const pausing = pack.codes.filter((row) => row.starts.length + row.ends.length > 0).map((row) => row.code)
  const codes = [...pack.codesByText.keys(), ...pausing, ...pausing]
  const arriving = raw.map((r, i): ArrivingEntry => {
    const occurred = addDays(start, r.day)
    const occurredAt = instantOf({ day: occurred, seconds: r.minute * 60 + r.second }, pack.zone)
    const recorded = addDays(occurred, r.lag)
    const earlier = i > 0 && !plain && r.act !== 'add' ? `e${r.of % i}` : undefined
    return {
      id: `e${i}`,
      ledger: r.ledger,
      pathway: `p${r.pathway}`,
      ...(pack.variantFrom === 'entry' && r.of % 3 > 0 && pack.variants.length > 0
        ? { variant: pack.variants[r.of % pack.variants.length]! }
        : {}),
      code: codes[r.code % codes.length]!,
      occurred,
      ...(pack.time === 'minute' && r.known === 'time' ? { occurredAt } : {}),
      recorded,
      recordedAt: (recorded * 86_400 + (r.of % 4) * 3600) as Instant,
      ...(r.place > 0 ? { place: `place ${r.place}` } : {}),
      standing: plain ? 'sure' : r.standing,
      value: r.value,
      ...(r.recorder ? { recorder: r.recorder } : {}),
      ...(earlier && r.act === 'correct' ? { corrects: earlier } : {}),
      ...(earlier && r.act === 'withdraw' ? { withdraws: earlier } : {}),
    }
  })
  return arrive(arriving)
}

/** The day asked about: before, inside or after the ledger. */
export const askedDay = (seed: number, offset: number): Day => addDays(spans[seed % spans.length]!, offset)
