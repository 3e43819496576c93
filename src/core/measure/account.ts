import { type Asking, type Chosen, momentOf, type Pathway } from '../clock/chosen.ts'
import { type Clock, lastActivity, type PathwayReading, readClock, readPathway, reasons } from '../clock/clock.ts'
import { type Facts, holds } from '../clock/condition.ts'
import type { Entry } from '../ledger/entry.ts'
import type { Indicator, Pack } from '../pack/pack.ts'
import type { Verdict } from '../pack/schema.ts'
import type { Day } from '../words/day.ts'
import { getOrMake } from '../words/lookup.ts'

export const causes = ['in-doubt', 'patient-chose', 'medical', 'care-late'] as const
export type Cause = (typeof causes)[number]

export const leftOutReasons = ['running', 'overrun-waiting', 'overrun-not-coded', ...reasons, 'excluded-by-definition'] as const
export type LeftOut = (typeof leftOutReasons)[number]

/** What a pathway would count as if no entry in doubt were so. */
export const doubts = ['met', 'missed', 'neither'] as const
export type Doubt = (typeof doubts)[number]

/** A whole pathway weighs a million: shares are exact in millionths. */
export const wholeWeight = 1_000_000

/**
 * One line of an account: one pathway (or its share at one place) in the population of an indicator, in exactly one bin.
 * The figure is these lines added up and nothing else.
 */
export interface AccountLine {
  readonly indicator: string
  readonly ledger: number
  readonly pathway: string
  readonly variant: string
  /** '' when no entry names a place. */
  readonly place: string
  readonly periodDay: Day
  readonly bin: 'met' | 'missed' | 'left-out'
  readonly cause?: Cause
  readonly leftOut?: LeftOut
  readonly verdict: Verdict
  /** In millionths of a pathway. */
  readonly weight: number
  /** One line of each pathway is its first: lengths are counted once a pathway. */
  readonly first: boolean
  /** Days, working days or seconds, after pauses; of counted pathways with a stop. */
  readonly length?: number
  readonly limit?: number
  readonly startDay?: Day
  readonly stopDay?: Day
  /** Of counted pathways: every entry the verdict rests on was recorded within its duty. */
  readonly realTime?: boolean
  /** Of counted pathways whose start or stop is in doubt: what they would count as without it. */
  readonly doubt?: Doubt
  /** The bin real-time coding alone would have given. */
  readonly realTimeBin?: 'met' | 'missed'
}

/** Groups entries into pathways. Where codes name variants, one id under two variants is two pathways. */
export function listPathways(pack: Pack, entries: readonly Entry[]): readonly Pathway[] {
  const found = new Map<string, { ledger: number; id: string; variant: string; entries: { entry: Entry; row: Pack['codes'][number] }[] }>()
  for (const entry of entries) {
    for (const row of pack.codesByText.get(entry.code) ?? []) {
      const variant = pack.variantFrom === 'code' ? (row.variant ?? '') : ''
      const key = `${entry.ledger}\n${entry.pathway}\n${variant}`
      getOrMake(found, key, () => ({ ledger: entry.ledger, id: entry.pathway, variant, entries: [] })).entries.push({ entry, row })
    }
  }
  const order = (a: Pathway, b: Pathway) => a.ledger - b.ledger || (a.id < b.id ? -1 : a.id > b.id ? 1 : a.variant < b.variant ? -1 : 1)
  return [...found.values()].sort(order)
}

/** The account of one indicator: the plain engine, one pathway at a time, and the judge of the other. */
export function accountOf(pack: Pack, indicator: Indicator, pathways: readonly Pathway[], asking: Asking): readonly AccountLine[] {
  return pathways.flatMap((pathway) => linesOf(readPathway(pack, pathway, asking), indicator))
}

export function linesOf(reading: PathwayReading, indicator: Indicator): readonly AccountLine[] {
  if (indicator.unknown !== undefined || !isThere(reading)) return []
  const { pack } = reading
  const verdicts = new Map<string, Verdict | undefined>()
  const verdictOf = (id: string) => {
    if (!verdicts.has(id)) verdicts.set(id, readClock(reading, pack.intervals.find((i) => i.id === id)!)?.verdict) // ids were checked with the pack
    return verdicts.get(id)
  }
  const facts: Facts = { pack, variant: reading.pathway.variant, chosen: reading.chosen.base, verdictOf }
  const clock = indicator.within && readClock(reading, indicator.within)
  if (indicator.within && !clock) return []
  if (!indicator.within && indicator.population === undefined && !momentOf(indicator.period, facts.chosen)) return []
  if (indicator.population && !holds(indicator.population, facts)) return []

  const bin = binOf(reading, indicator, clock, facts)
  const rests = clock ? [clock.start, clock.stop] : [momentOf(indicator.period, facts.chosen), momentOf(indicator.place, facts.chosen)]
  const line = {
    indicator: indicator.id,
    ledger: reading.pathway.ledger,
    pathway: reading.pathway.id,
    variant: reading.pathway.variant,
    periodDay: periodDayOf(reading, indicator, clock, facts),
    ...bin,
    ...(bin.bin !== 'left-out' && clock?.stop ? { length: clock.length } : {}),
    ...(clock?.limitAmount === undefined ? {} : { limit: clock.limitAmount }),
    ...(clock?.start ? { startDay: clock.start.day } : {}),
    ...(clock?.stop ? { stopDay: clock.stop.day } : {}),
    ...(bin.bin === 'left-out' ? {} : { realTime: rests.every((c) => !c || inDuty(c)) }),
    ...doubtOf(reading, clock, bin),
    ...realTimeBin(reading, indicator, bin, rests),
  }
  if (bin.bin === 'left-out' || !indicator.sharing)
    return [{ ...line, place: placeOf(indicator, clock, facts), weight: wholeWeight, first: true }]
  return sharesOf(indicator.sharing, facts).map((share, i) => ({ ...line, ...share, first: i === 0 }))
}

/** On a day before its first entry was recorded, a pathway is not there at all. */
const isThere = ({ pathway, asking }: PathwayReading) =>
  pathway.entries.some(({ entry }) => entry.recorded <= asking.asOf && entry.occurred <= asking.asOf)

const inDuty = ({ slot, coded: { entry } }: Chosen) => slot.dutyDays === undefined || entry.recorded - entry.occurred <= slot.dutyDays

type Bin = Pick<AccountLine, 'bin' | 'cause' | 'leftOut' | 'verdict'>

function binOf(reading: PathwayReading, indicator: Indicator, clock: Clock | undefined, facts: Facts): Bin {
  const verdict = clock?.verdict ?? (holds(indicator.having!, facts) ? 'met' : 'missed') // an indicator has an interval or a condition
  if (indicator.exclude.some((e) => holds(e.when, facts))) return { bin: 'left-out', leftOut: 'excluded-by-definition', verdict }
  if (verdict === 'met') return { bin: 'met', verdict }
  if (verdict === 'missed') return { bin: 'missed', cause: clock ? causeOf(reading, clock) : 'care-late', verdict }
  if (verdict === 'running') return { bin: 'left-out', leftOut: 'running', verdict }
  if (verdict === 'overrun' && indicator.overrunMissed) return { bin: 'missed', cause: 'care-late', verdict }
  if (verdict === 'overrun') return { bin: 'left-out', leftOut: clock?.waiting ? 'overrun-waiting' : 'overrun-not-coded', verdict }
  return { bin: 'left-out', leftOut: clock!.reason!, verdict } // not-applicable and unknown come from a clock, with their reason
}

const leftStanding: readonly string[] = ['likely', 'let-stand']

const isDoubtful = ({ start, stop }: Clock): boolean => [start, stop].some((c) => c && leftStanding.includes(c.coded.entry.standing))

function doubtOf(reading: PathwayReading, clock: Clock | undefined, { bin }: Bin): { doubt?: Doubt } {
  if (bin === 'left-out' || !clock || !isDoubtful(clock)) return {}
  const verdict = readClock(reading, clock.interval, 'sure')?.verdict
  return { doubt: verdict === 'met' || verdict === 'missed' ? verdict : 'neither' }
}

function causeOf(reading: PathwayReading, clock: Clock): Cause {
  if (isDoubtful(clock) && readClock(reading, clock.interval, 'sure')?.verdict === 'met') return 'in-doubt'
  if (clock.withoutPatient! <= clock.limitAmount!) return 'patient-chose' // a missed clock has been measured against a limit
  if (clock.withoutMedical! <= clock.limitAmount!) return 'medical'
  return 'care-late'
}

function realTimeBin(
  reading: PathwayReading,
  indicator: Indicator,
  bin: Bin,
  rests: readonly (Chosen | undefined)[],
): { realTimeBin?: 'met' | 'missed' } {
  if (bin.leftOut === 'excluded-by-definition') return {}
  if (!indicator.within) return bin.bin !== 'left-out' && rests.every((c) => !c || inDuty(c)) ? { realTimeBin: bin.bin } : {}
  const verdict = readClock(reading, indicator.within, 'real-time')?.verdict
  if (verdict === 'met' || verdict === 'missed') return { realTimeBin: verdict }
  return verdict === 'overrun' && indicator.overrunMissed ? { realTimeBin: 'missed' } : {}
}

/** By the indicator's own moment; without it by the day the limit falls on; then by the start; then by the last thing known. */
function periodDayOf(reading: PathwayReading, indicator: Indicator, clock: Clock | undefined, facts: Facts): Day {
  return (
    momentOf(indicator.period, facts.chosen)?.day ??
    clock?.limitDay ??
    clock?.start?.day ??
    lastActivity(reading)?.day ??
    reading.asking.asOf
  )
}

function placeOf(indicator: Indicator, clock: Clock | undefined, facts: Facts): string {
  return momentOf(indicator.place, facts.chosen)?.coded.entry.place ?? clock?.start?.coded.entry.place ?? ''
}

/** Shares of one pathway; two shares at one place are one. */
function sharesOf(sharing: NonNullable<Indicator['sharing']>, facts: Facts): readonly { place: string; weight: number }[] {
  const fitting = sharing.cases.find((c) => !c.when || holds(c.when, facts))!.weights // the last case has no condition
  const shares = new Map<string, number>()
  for (const [i, { slot }] of sharing.places.entries()) {
    const place = facts.chosen[slot]?.coded.entry.place ?? ''
    if (fitting[i]! > 0) shares.set(place, (shares.get(place) ?? 0) + fitting[i]!)
  }
  return [...shares].map(([place, weight]) => ({ place, weight }))
}
