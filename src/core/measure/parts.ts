import type { Chosen, CodedEntry } from '../clock/chosen.ts'
import type { Clock, PathwayReading, Position, Stretch } from '../clock/clock.ts'
import type { Interval, Pack } from '../pack/pack.ts'
import { isUnknown } from '../pack/schema.ts'
import { type Day, dayText } from '../words/day.ts'

/** A moment as a clock reads it: the day in the pack's zone; in a pack of minutes also the moment, in UTC, to the second. */
export interface Printed {
  readonly day: string
  readonly at: string | null
}

/** An entry a clock runs from or to. */
export interface PrintedEnd extends Printed {
  readonly entry: string | null
  readonly code: string
  readonly label: string | null
}

/** A pause in one pathway. Lengths are in the clock's unit. */
export interface Adjustment {
  readonly pause: string
  readonly name: string
  readonly cause: 'patient' | 'medical' | 'other'
  /** Or it only explains a miss. */
  readonly takenOut: boolean
  readonly from: Printed
  /** null: it is still going on. */
  readonly to: Printed | null
  /** An amount that an entry names, wherever in the clock it lies; else it is counted from day to day. */
  readonly amount: number | null
  /** What it takes out, beyond what those before it took out already. */
  readonly adds: number
  readonly entries: readonly { readonly entry: string | null; readonly code: string }[]
  readonly rule: { readonly id: string; readonly version: string; readonly text: string; readonly source: string | null } | null
  readonly source: string | null
  readonly basis: string | null
}

/**
 * One clock in parts, enough to draw it and to add it up by hand: `gross` from start to `until`; `paused` what the adjustments add, never more than
 * that; `length` gross less paused; `left` limit less length. Lengths are days, working days or minutes, by `unit`; null where there is none.
 */
export interface ClockParts {
  readonly unit: Interval['unit']
  readonly zone: string
  /** Of a clock in working days: days of the week off, and the holidays from start to `until`. */
  readonly calendar: {
    readonly id: string
    readonly weekend: readonly string[]
    readonly holidays: readonly string[]
    readonly source: string | null
  } | null
  readonly start: PrintedEnd | null
  /** The start is an entry that starts the clock anew. */
  readonly restarted: boolean
  readonly stop: PrintedEnd | null
  /** The stop, or how far the clock has run. */
  readonly until: Printed | null
  readonly gross: number | null
  readonly adjustments: readonly Adjustment[]
  readonly paused: number | null
  readonly length: number | null
  readonly limit: LimitParts | null
  readonly left: number | null
  /** Past the limit without a stop: something happened since, or nothing did. */
  readonly waiting: boolean | null
  /** Of the interval. */
  readonly source: string | null
}

export interface LimitParts {
  /** null: not known, or none to keep; `note` says why. */
  readonly amount: number | null
  /** The last day that keeps it, pauses so far added. */
  readonly day: string | null
  /** The row of the pack: `no-cpp/limits.yaml:146`. */
  readonly row: string | null
  /** The kind is not known yet: this is the longest of several it could still get. */
  readonly longest: boolean
  readonly source: string | null
  readonly basis: string | null
  readonly note: string | null
  /** null: no bound is known. */
  readonly validFrom: string | null
  readonly validTo: string | null
}

export function partsOf(reading: PathwayReading, clock: Clock): ClockParts {
  const { pack, asking } = reading
  const { interval, start, stop } = clock
  const inUnit = (length: number | undefined) => (length === undefined ? null : perUnit(interval, length))
  const end: Position = { time: pack.time === 'day' ? asking.asOf : asking.asOfAt, day: asking.asOf }
  const until = clock.gross === undefined ? undefined : (stop ?? end)
  return {
    unit: interval.unit,
    zone: pack.zone,
    calendar: start && until ? calendarOf(pack, interval, start.day, until.day) : null,
    start: start ? endOf(pack, start) : null,
    restarted: clock.restarted,
    stop: stop ? endOf(pack, stop) : null,
    until: until ? printed(pack, until) : null,
    gross: inUnit(clock.gross),
    adjustments: clock.stretches.map((stretch) => adjustmentOf(pack, clock, stretch)),
    paused: inUnit(clock.paused),
    length: inUnit(clock.length),
    limit: clock.limit ? limitParts(pack, clock) : null,
    left: clock.limitAmount === undefined || clock.length === undefined ? null : perUnit(interval, clock.limitAmount - clock.length),
    waiting: clock.waiting ?? null,
    source: pack.text.intervals[interval.index]?.source ?? null,
  }
}

/** Clocks in minutes are counted in seconds; a second is no round part of a minute. */
const perUnit = ({ unit }: Interval, length: number): number => (unit === 'minute' ? length / 60 : length)

const printed = (pack: Pack, { time, day }: Position): Printed => ({
  day: dayText(day),
  at: pack.time === 'day' ? null : new Date(time * 1000).toISOString().replace('.000', ''),
})

function endOf(pack: Pack, chosen: Chosen): PrintedEnd {
  const { day, at } = printed(pack, chosen)
  return { ...named(chosen.coded), label: chosen.coded.row.label ?? null, day, at: chosen.precise ? at : null }
}

const named = ({ entry }: CodedEntry) => ({ entry: entry.id ?? null, code: entry.code })

function calendarOf(pack: Pack, { unit, calendar }: Interval, from: Day, to: Day): ClockParts['calendar'] {
  const text = pack.text.calendars.find((one) => one.id === calendar?.id)
  if (unit !== 'working-day' || !calendar || !text) return null
  const holidays = [...calendar.holidays].filter((day) => from <= day && day <= to).sort((a, b) => a - b)
  return { id: calendar.id, weekend: text.weekend, holidays: holidays.map(dayText), source: text.source ?? null }
}

function adjustmentOf(pack: Pack, { interval }: Clock, stretch: Stretch): Adjustment {
  const { pause, amount } = stretch
  const text = pack.text.pauses[pause.index]
  const rule = pack.text.rules.find(({ id }) => id === pause.rule)
  return {
    pause: pause.id,
    name: pause.name,
    cause: pause.cause,
    takenOut: stretch.subtracted,
    from: printed(pack, stretch.from),
    to: stretch.open ? null : printed(pack, stretch.to),
    amount: amount === undefined ? null : perUnit(interval, amount),
    adds: perUnit(interval, stretch.adds),
    entries: stretch.entries.map(named),
    rule: rule ? { id: rule.id, version: pack.version, text: rule.text, source: rule.source ?? null } : null,
    source: text?.source ?? null,
    basis: text?.basis ?? null,
  }
}

export function limitParts(pack: Pack, clock: Clock): LimitParts {
  const { limit, limitDay } = clock
  const index = limit?.row ?? limit?.longest
  const row = index === undefined ? undefined : pack.text.limits[index]
  const bound = (value: unknown) => (typeof value === 'string' && !isUnknown(value) ? value : null)
  return {
    amount: limit?.outcome.kind === 'limit' ? limit.outcome.amount : null,
    day: limitDay === undefined ? null : dayText(limitDay),
    row: index === undefined ? null : spotText(pack, ['limits', index]),
    longest: limit?.row === undefined && limit?.longest !== undefined,
    source: row?.source ?? null,
    basis: row?.basis ?? null,
    note: limit?.outcome.kind === 'unknown' ? limit.outcome.reason : (row?.note ?? null),
    validFrom: bound(row?.validFrom),
    validTo: bound(row?.validTo),
  }
}

/** File and line by the pack's folder, without the way to it: whoever asks the service need not know where it stands. */
export function spotText(pack: Pack, path: readonly (string | number)[]): string {
  const { file, line } = pack.spotOf(path)
  return `${file.split('/').slice(-2).join('/')}:${line}`
}
