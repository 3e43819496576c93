import { type ArrivingEntry, type Standing, standings } from '../ledger/entry.ts'
import { asList, type Pack } from '../pack/pack.ts'
import { allNumbers, type Random, randomOf } from '../words/chance.ts'
import { addDays, type Day, dayText, readDay, weekdayOf } from '../words/day.ts'
import { type Instant, instantOf, wallTimeOf } from '../words/instant.ts'
import { codeIn, comesIn, type Scenario, type Spread, type Step, type Time } from './scenario.ts'

export const happens = (random: Random, share: number): boolean => random() < share * allNumbers

/** Weights added up, as shares of all numbers a generator gives. */
function edgesOf(weights: readonly number[]): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0) || 1
  const edges = new Float64Array(weights.length)
  let sum = 0
  for (const [i, weight] of weights.entries()) {
    sum += weight
    edges[i] = (sum / total) * allNumbers
  }
  return edges
}

/** Picks one of several by weight. */
export function picker(weights: readonly number[]): (random: Random) => number {
  const edges = edgesOf(weights)
  const last = weights.findLastIndex((weight) => weight > 0)
  return (random) => {
    const drawn = random()
    let i = 0
    while (i < last && drawn >= edges[i]!) i++
    return i
  }
}

/** Draws an amount in units of `unit`. Waits given by a median are multiplied by the pace. */
type Sampler = (random: Random, pace: number) => number

function sampler(spread: Spread, unit: number): Sampler {
  if (typeof spread === 'number') return () => spread * unit
  if ('choose' in spread) {
    const amounts = Object.keys(spread.choose).map((amount) => Number(amount) * unit)
    const pick = picker(Object.values(spread.choose))
    return (random) => amounts[pick(random)]!
  }
  const table = logNormal(spread, unit)
  return (random, pace) => {
    const drawn = random()
    const i = drawn >>> 22
    const between = (drawn & 0x3fffff) / 0x400000
    return Math.round((table[i]! + (table[i + 1]! - table[i]!) * between) * pace)
  }
}

/**
 * Amounts at 1,025 evenly spaced shares, cut to 1/1024: what two machines may compute differently, the last bit of a
 * logarithm, is rounded away here, so that the ledger is the same on both.
 */
function logNormal({ median, p90, min = 0, max }: Exclude<Spread, number | { choose: unknown }>, unit: number): readonly number[] {
  const steps = 1024
  const sigma = median === 0 ? 0 : Math.log(p90 / median) / normalAt(0.9)
  return Array.from({ length: steps + 1 }, (_, i) => {
    const share = Math.min(Math.max(i, 0.5), steps - 0.5) / steps
    const amount = median * Math.exp(sigma * normalAt(share))
    return Math.round(Math.min(Math.max(amount, min), max) * unit * 1024) / 1024
  })
}

/** The normal distribution below which this share lies (Acklam's approximation, good to nine digits). */
function normalAt(share: number): number {
  const of = (factors: readonly number[], x: number) => factors.reduce((sum, factor) => sum * x + factor, 0)
  const c = [-7.784894002430293e-3, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783]
  const d = [7.784695709041462e-3, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1]
  if (share > 0.97575) return -normalAt(1 - share)
  if (share < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(share))
    return of(c, q) / of(d, q)
  }
  const a = [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239]
  const b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1]
  const q = share - 0.5
  return (of(a, q * q) * q) / of(b, q * q)
}

interface Place {
  readonly name: string
  readonly pace: number
  readonly late: number
  readonly transfers: number
  readonly other: (random: Random) => number
}
interface Outcome {
  readonly code: string | undefined
  readonly wait: Sampler
  readonly ends: boolean
  readonly value: Sampler | undefined
}
interface Stretch {
  readonly code: string
  readonly endCode: string
  readonly chance: number
  readonly lasts: Sampler
  readonly endCoded: number
}
type Role = (random: Random) => string | undefined

/** A step as it is in one variant. */
interface VariantStep {
  readonly index: number
  readonly step: Step
  readonly after: readonly number[]
  readonly unless: readonly number[]
  readonly outcomes: readonly Outcome[]
  readonly pick: (random: Random) => number
  readonly putOff: readonly Stretch[]
  readonly times: Sampler
  readonly apart: Sampler
  readonly recorder: Role
  readonly decider: Role
}

interface VariantPlan {
  readonly variant: string | undefined
  readonly pace: number
  readonly steps: readonly VariantStep[]
}

/** A scenario made ready for its pack: names looked up, distributions turned into tables. */
interface ReadyScenario {
  readonly pack: Pack
  readonly scenario: Scenario
  readonly to: Day
  /** The first day's number, or the moment it begins. */
  readonly first: number
  readonly weekend: number
  readonly variants: readonly VariantPlan[]
  readonly pickVariant: (random: Random) => number
  readonly places: readonly Place[]
  readonly pickPlace: (random: Random) => number
  readonly begin: (random: Random) => number
  readonly prompt: Sampler
  readonly late: Sampler
  readonly standing: (random: Random) => Standing
  readonly corrections: Mistake | undefined
  readonly withdrawals: Mistake | undefined
}
interface Mistake {
  readonly share: number
  readonly wrongBy: Sampler
  readonly after: Sampler
}

const daySeconds = 86_400

function makeReady(pack: Pack, scenario: Scenario): ReadyScenario {
  const perDay = pack.time === 'day' ? 1 : daySeconds
  const timed = (time: Time): Sampler => (time.minutes === undefined ? sampler(time.days ?? 0, perDay) : sampler(time.minutes, 60))
  const mistake = (m: Scenario['corrections']): Mistake | undefined =>
    m && { share: m.share, wrongBy: timed(m.wrongBy), after: timed(m.after) }
  const [from, to] = [readDay(scenario.period.from)!, readDay(scenario.period.to)!] // the schema has read them
  const weekend = pack.time === 'day' ? (scenario.weekend ?? 1) : 1
  const named: readonly { id?: string; weight: number; pace?: number }[] = scenario.variants?.length ? scenario.variants : [{ weight: 1 }]
  const doubts = standings.map((standing) => (standing === 'sure' ? 0 : (scenario.doubts?.[standing] ?? 0)))
  const pickStanding = picker([...doubts, 1 - doubts.reduce((sum, share) => sum + share, 0)])
  return {
    pack,
    scenario,
    to,
    first: pack.time === 'day' ? from : instantOf({ day: from, seconds: 0 }, pack.zone),
    weekend,
    variants: named.map(({ id, pace = 1 }) => ({ variant: id, pace, steps: stepsIn(pack, scenario, id ?? '', timed) })),
    pickVariant: picker(named.map((variant) => variant.weight)),
    places: scenario.places.map((place, i) => {
      const receives = scenario.places.map((other, j) => (i === j ? 0 : (other.receives ?? other.weight)))
      const other = receives.some((weight) => weight > 0) ? picker(receives) : () => i
      return { name: place.name, pace: place.pace ?? 1, late: place.late ?? 1, transfers: place.transfers ?? 1, other }
    }),
    pickPlace: picker(scenario.places.map((place) => place.weight)),
    begin: beginning(pack, scenario, { from, to, weekend }),
    prompt: timed(scenario.recording.prompt),
    late: timed(scenario.recording.lateAfter),
    standing: (random) => standings[pickStanding(random)] ?? 'sure',
    corrections: mistake(scenario.corrections),
    withdrawals: mistake(scenario.withdrawals),
  }
}

/** One of the ways a step can turn out; what it leaves open, the step says. */
type Choice = Time & {
  readonly code?: string
  readonly weight: number
  readonly weightIn?: Readonly<Record<string, number>>
  readonly ends?: boolean
  readonly value?: Spread
}

function choicesOf({ outcomes, code, days, minutes, ends, value }: Step): readonly Choice[] {
  const time = (outcome: Time) => (outcome.days === undefined && outcome.minutes === undefined ? { days, minutes } : {})
  return (outcomes ?? [{ code, weight: 1 }]).map((outcome: Choice) => ({ ends, value, ...time(outcome), ...outcome }))
}

function stepsIn(pack: Pack, scenario: Scenario, variant: string, timed: (time: Time) => Sampler): readonly VariantStep[] {
  const ids = scenario.steps.map((step) => step.id)
  return scenario.steps.flatMap((step, index): VariantStep[] => {
    if (!comesIn(step, variant)) return []
    const choices = choicesOf(step)
    return [
      {
        index,
        step,
        after: asList(step.after).map((id) => ids.indexOf(id)),
        unless: (step.unless ?? []).map((id) => ids.indexOf(id)),
        outcomes: choices.map(({ code, ends, value, ...time }) => ({
          code: code === undefined ? undefined : codeIn(pack, code, variant),
          wait: timed(time),
          ends: ends === true,
          value: value === undefined ? undefined : sampler(value, 1),
        })),
        pick: picker(choices.map((choice) => choice.weightIn?.[variant] ?? choice.weight)),
        putOff: (step.putOff ?? []).map(({ code, endCode, chance, endCoded = 1, ...lasts }) => ({
          code: codeIn(pack, code, variant),
          endCode: codeIn(pack, endCode, variant),
          chance,
          lasts: timed(lasts),
          endCoded,
        })),
        times: sampler(step.repeats?.times ?? 0, 1),
        apart: timed(step.repeats ?? {}),
        recorder: roleOf(step.recordedBy),
        decider: roleOf(step.decidedBy),
      },
    ]
  })
}

function roleOf(roles: Readonly<Record<string, number>> | undefined): Role {
  if (!roles) return () => undefined
  const [names, pick] = [Object.keys(roles), picker(Object.values(roles))]
  return (random) => names[pick(random)]
}

const isWeekend = (day: Day) => weekdayOf(day) === 0 || weekdayOf(day) === 6

/** When a pathway begins: a day's number, or a moment. */
function beginning(
  pack: Pack,
  scenario: Scenario,
  { from, to, weekend }: { from: Day; to: Day; weekend: number },
): (random: Random) => number {
  const days = Array.from({ length: to - from + 1 }, (_, i) => addDays(from, i))
  const weightOf = (day: Day) => (scenario.seasons?.[Number(dayText(day).slice(5, 7)) - 1] ?? 1) * (isWeekend(day) ? weekend : 1)
  const pickDay = quickPicker(days.map(weightOf))
  if (pack.time === 'day') return (random) => days[pickDay(random)]!
  const pickHour = picker(scenario.hours ?? Array.from({ length: 24 }, () => 1))
  return (random) => {
    const day = days[pickDay(random)]!
    return instantOf({ day, seconds: pickHour(random) * 3600 + (random() % 3600) }, pack.zone)
  }
}

/** As `picker`, for many: it looks the place up by halves. */
function quickPicker(weights: readonly number[]): (random: Random) => number {
  const edges = edgesOf(weights)
  return (random) => {
    const drawn = random()
    let [low, high] = [0, edges.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (drawn < edges[middle]!) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** Something that came about in a pathway, whether or not it is recorded. */
interface Happening {
  readonly step: VariantStep
  readonly code: string
  readonly time: number
  readonly place: Place
  readonly value: number | undefined
}

/**
 * A ledger of made-up entries, pathway by pathway: nothing but the pack, the scenario and the seed decides it.
 * Only entries that another names carry an id. Scenario: checked by `readScenario`.
 */
export function* generateEntries(
  pack: Pack,
  scenario: Scenario,
  { pathways, seed }: { pathways: number; seed: number },
): Iterable<ArrivingEntry> {
  const ready = makeReady(pack, scenario)
  for (let i = 0; i < pathways; i++) {
    const random = randomOf(seed, i)
    const plan = ready.variants[ready.pickVariant(random)]!
    const scribe = new Scribe(ready, {
      random,
      pathway: `P${String(i + 1).padStart(7, '0')}`,
      ...(pack.variantFrom === 'entry' && plan.variant ? { variant: plan.variant } : {}),
    })
    for (const happening of happenings(ready, plan, random)) scribe.record(happening)
    yield* scribe.entries
  }
}

function happenings(ready: ReadyScenario, plan: VariantPlan, random: Random): readonly Happening[] {
  const came = new Map<number, { time: number; place: Place; ends: boolean }>()
  const list: Happening[] = []
  let last = Number.POSITIVE_INFINITY
  const note = (at: Omit<Happening, 'code'>, code: string | undefined, coded: number) => {
    if (code !== undefined && happens(random, coded)) list.push({ ...at, code })
  }
  for (const item of plan.steps) {
    const { step } = item
    const base = baseOf(ready, item, came, random)
    if (!base || item.unless.some((i) => came.has(i))) continue
    if (!happens(random, (step.chance ?? 1) * (step.moves ? base.place.transfers : 1))) continue
    const outcome = item.outcomes[item.pick(random)]!
    const pace = base.place.pace * plan.pace
    let time = base.time + outcome.wait(random, pace)
    const elsewhere = step.elsewhere !== undefined && happens(random, step.elsewhere)
    const place = elsewhere ? ready.places[base.place.other(random)]! : base.place
    for (const stretch of item.putOff) {
      if (!happens(random, stretch.chance)) continue
      const from = workday(ready, base.time + (random() % (Math.max(0, time - base.time) + 1)), random)
      const lasts = stretch.lasts(random, 1)
      note({ step: item, time: from, place, value: undefined }, stretch.code, 1)
      note({ step: item, time: from + lasts, place, value: undefined }, stretch.endCode, stretch.endCoded)
      time = Math.max(time + lasts, from + lasts)
    }
    if (item.index > 0) time = workday(ready, time, random)
    note({ step: item, time, place, value: outcome.value?.(random, 1) }, outcome.code, step.coded ?? 1)
    for (let again = item.times(random, 1), at = time; again > 0; again--) {
      at = workday(ready, at + item.apart(random, pace), random)
      note({ step: item, time: at, place, value: outcome.value?.(random, 1) }, outcome.code, step.coded ?? 1)
    }
    if (outcome.ends) last = Math.min(last, time)
    came.set(item.index, { time, place: step.moves ? ready.places[base.place.other(random)]! : base.place, ends: outcome.ends })
  }
  return list.filter((happening) => happening.time <= last)
}

/** The latest of the steps it comes after; undefined when none came, or none that leaves the pathway open. */
function baseOf(
  ready: ReadyScenario,
  item: VariantStep,
  came: ReadonlyMap<number, { time: number; place: Place; ends: boolean }>,
  random: Random,
) {
  if (item.after.length === 0) return { time: ready.begin(random), place: ready.places[ready.pickPlace(random)]! }
  let base: { time: number; place: Place } | undefined
  for (const i of item.after) {
    const other = came.get(i)
    if (other && !other.ends && (!base || other.time >= base.time)) base = other
  }
  return base
}

/** Moved to the Monday, but for the share that takes place at weekends. */
function workday({ weekend }: ReadyScenario, time: number, random: Random): number {
  if (weekend === 1 || !isWeekend(time as Day) || happens(random, weekend)) return time
  return time + (weekdayOf(time as Day) === 6 ? 2 : 1)
}

/** Writes happenings of one pathway down as entries: late, wrong at first, twice, in doubt. */
class Scribe {
  readonly entries: ArrivingEntry[] = []
  private readonly ready: ReadyScenario
  private readonly who: { random: Random; pathway: string; variant?: string }

  constructor(ready: ReadyScenario, who: { random: Random; pathway: string; variant?: string }) {
    this.ready = ready
    this.who = who
  }

  record({ step, code, time, place, value }: Happening): void {
    const { ready } = this
    const { random, pathway, variant } = this.who
    const { scenario, corrections, withdrawals } = ready
    const late = happens(random, (1 - scenario.recording.inTime) * place.late * (step.step.late ?? 1))
    const written = this.written(time + (late ? ready.late : ready.prompt)(random, 1))
    const base = {
      ledger: 0,
      pathway,
      variant,
      code,
      place: place.name,
      standing: ready.standing(random),
      value,
      recorder: step.recorder(random),
      decider: step.decider(random),
    }
    const dayOnly = ready.pack.time === 'minute' && happens(random, scenario.recording.dayOnly ?? 0)
    const came = this.came(time, dayOnly)
    if (corrections && happens(random, corrections.share)) {
      const id = this.nextId()
      const wrong = this.came(this.wrongTime(time, corrections, written), dayOnly)
      const put = this.put({ ...base, id, ...wrong, ...written })
      if (put) this.put({ ...base, ...came, ...this.written(written.time + corrections.after(random, 1)), corrects: id })
    } else this.put({ ...base, ...came, ...written })
    if (withdrawals && happens(random, withdrawals.share)) {
      const id = this.nextId()
      const wrong = this.came(this.wrongTime(time, withdrawals, written), dayOnly)
      const put = this.put({ ...base, id, ...wrong, ...written })
      const { place: at, recorder, decider } = base
      if (put)
        this.put({
          ledger: 0,
          pathway,
          variant,
          code: '',
          place: at,
          standing: 'sure',
          recorder,
          decider,
          ...wrong,
          ...this.written(written.time + withdrawals.after(random, 1)),
          withdraws: id,
        })
    }
  }

  private nextId(): string {
    return `${this.who.pathway}-${this.entries.length + 1}`
  }

  /** What is recorded after the last day is not in the ledger. */
  private put({ time: _, ...entry }: ArrivingEntry & { readonly time: number }): boolean {
    if (entry.recorded > this.ready.to) return false
    this.entries.push(entry)
    return true
  }

  private came(time: number, dayOnly: boolean): { readonly occurred: Day; readonly occurredAt?: Instant } {
    const { pack } = this.ready
    if (pack.time === 'day') return { occurred: time as Day }
    const { day } = wallTimeOf(time as Instant, pack.zone)
    return dayOnly ? { occurred: day } : { occurred: day, occurredAt: time as Instant }
  }

  /** In a pack of days entries are written in office hours, 8 to 16. */
  private written(time: number): { readonly time: number; readonly recorded: Day; readonly recordedAt: Instant } {
    const { pack } = this.ready
    const { random } = this.who
    if (pack.time === 'minute') return { time, recorded: wallTimeOf(time as Instant, pack.zone).day, recordedAt: time as Instant }
    const day = workday(this.ready, time, random) as Day
    return { time: day, recorded: day, recordedAt: instantOf({ day, seconds: 8 * 3600 + (random() % (8 * 3600)) }, pack.zone) }
  }

  /** Nobody records what lies ahead (then it was as much too early), or before the ledger began. */
  private wrongTime(time: number, { wrongBy }: Mistake, written: { time: number }): number {
    const by = wrongBy(this.who.random, 1)
    return Math.max(this.ready.first, time + by > written.time ? time - by : time + by)
  }
}
