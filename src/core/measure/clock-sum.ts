import type { Chosen } from '../clock/chosen.ts'
import type { Clock, PathwayReading, Position, Stretch } from '../clock/clock.ts'
import { isWorkingDay } from '../clock/working-days.ts'
import type { Interval, LimitRow, Pack, Pause } from '../pack/pack.ts'
import { type Item, isUnknown } from '../pack/schema.ts'
import { type Day, dayText } from '../words/day.ts'
import { type Instant, wallTimeOf } from '../words/instant.ts'

/** A day; of a clock in minutes also the time on the wall clock of the pack's zone, and how far that is from UTC. */
export interface SumMoment {
  readonly day: string
  readonly time?: string
  readonly offset?: string
}

/** What a clock runs from or to: an entry, and the milestone it was chosen for. */
export interface SumEnd extends SumMoment {
  readonly name: string
  readonly code: string
  readonly entry?: string
}

/** One stretch of a pause. Lengths are in the clock's unit. */
export interface SumPause {
  readonly id: string
  readonly name: string
  readonly cause: Pause['cause']
  readonly from: SumMoment
  readonly to: SumMoment
  /** Nothing has ended it yet. */
  readonly open: boolean
  /** So long by what an entry says, not from one day to another. */
  readonly amount?: number
  readonly takenOut: boolean
  /** What is taken out for it: nothing that a stretch before it took out already. */
  readonly adds: number
  readonly rule?: string
  readonly source?: string
}

export interface SumLimit {
  /** Null: not known, or none (`untimed`). */
  readonly amount: number | null
  readonly untimed: boolean
  /** The longest it could get: what it depends on is not known yet. */
  readonly longest: boolean
  /** What chose the row, besides the variant and the day; no value: not known yet. */
  readonly by: readonly { readonly attribute: string; readonly value?: string }[]
  /** Where the row stands: `no-cpp/limits.yaml:146`. */
  readonly at?: string
  readonly source?: string
  readonly note?: string
  /** Absent: no bound; null: the bound is not known. */
  readonly validFrom?: string | null
  readonly validTo?: string | null
}

/**
 * The sum of one clock in values, so that a page can write it out in its own words. Lengths are in the clock's unit; of a clock in minutes in minutes,
 * to a hundredth. What is absent could not be computed: the verdict says why.
 */
export interface ClockSum {
  readonly unit: Interval['unit']
  readonly zone: string
  readonly start?: SumEnd
  readonly stop?: SumEnd
  /** The clock starts anew at its start. */
  readonly restarted: boolean
  /** What it is counted to: its stop, or the day asked about. */
  readonly until: SumMoment
  /** Of a clock in working days: the days off after the start, up to and with the last day. */
  readonly daysOff?: { readonly calendar: string; readonly weekends: number; readonly holidays: readonly string[] }
  readonly gross?: number
  readonly paused?: number
  readonly length?: number
  readonly pauses: readonly SumPause[]
  readonly limit?: SumLimit
  /** The last day on which the limit is kept. */
  readonly limitDay?: string
  /** Past the limit: something happened since (true), or nothing (false). */
  readonly waiting?: boolean
  /** Rules and sources it rests on, each for a part of the sum. */
  readonly rests: readonly { readonly on: RestsOn; readonly rule?: string; readonly source?: string; readonly note?: string }[]
}
export type RestsOn = 'interval' | 'start' | 'stop' | 'calendar'

export function sumOf({ pack, asking }: PathwayReading, clock: Clock): ClockSum {
  const { interval, start, stop, gross, paused, length } = clock
  const end: Position = stop ?? { time: pack.time === 'day' ? asking.asOf : asking.asOfAt, day: asking.asOf }
  const at = (position: Position) => momentOf(pack, interval, position)
  const measured = gross !== undefined && start !== undefined
  return {
    unit: interval.unit,
    zone: pack.zone,
    ...(start ? { start: endOf(pack, interval, start) } : {}),
    ...(stop ? { stop: endOf(pack, interval, stop) } : {}),
    restarted: clock.restarted,
    until: at(end),
    ...(measured ? daysOffOf(interval, start.day, end.day) : {}),
    ...lengthsOf(interval, { gross, paused, length }),
    pauses: measured ? clock.stretches.map((stretch) => pauseOf(pack, interval, { stretch, start, end })) : [],
    ...(clock.limit ? { limit: limitOf(pack, interval, clock.limit) } : {}),
    ...(clock.limitDay === undefined ? {} : { limitDay: dayText(clock.limitDay) }),
    ...(clock.waiting === undefined ? {} : { waiting: clock.waiting }),
    rests: restsOf(pack, clock),
  }
}

/** Seconds are the clock's own; people read minutes. */
const shown = (interval: Interval, length: number): number => (interval.unit === 'minute' ? Math.round((length / 60) * 100) / 100 : length)

const lengthsOf = (interval: Interval, lengths: Readonly<Record<'gross' | 'paused' | 'length', number | undefined>>) =>
  Object.fromEntries(
    Object.entries(lengths).flatMap(([name, length]) => (length === undefined ? [] : [[name, shown(interval, length)]])),
  ) as Readonly<Partial<Record<'gross' | 'paused' | 'length', number>>> // the names that came in

function momentOf(pack: Pack, interval: Interval, { time, day }: Position): SumMoment {
  if (interval.unit !== 'minute') return { day: dayText(day) }
  const wall = wallTimeOf(time as Instant, pack.zone) // a clock in minutes stands in a pack of moments
  const ahead = wall.day * 86_400 + wall.seconds - time
  return {
    day: dayText(wall.day),
    time: clockText(wall.seconds),
    offset: `${ahead < 0 ? '-' : '+'}${clockText(Math.abs(ahead)).slice(0, 5)}`,
  }
}

const clockText = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(11, 19)

const endOf = (pack: Pack, interval: Interval, chosen: Chosen): SumEnd => ({
  ...momentOf(pack, interval, chosen),
  name: chosen.slot.name,
  code: chosen.coded.entry.code,
  ...(chosen.coded.entry.id === undefined ? {} : { entry: chosen.coded.entry.id }),
})

function daysOffOf({ unit, calendar }: Interval, start: Day, until: Day): Pick<ClockSum, 'daysOff'> {
  if (unit !== 'working-day' || !calendar) return {}
  const days = Array.from({ length: Math.max(0, until - start) }, (_, i) => (start + 1 + i) as Day)
  const off = days.filter((day) => !isWorkingDay(calendar, day))
  const holidays = off.filter((day) => isWorkingDay({ ...calendar, holidays: new Set() }, day))
  return { daysOff: { calendar: calendar.id, weekends: off.length - holidays.length, holidays: holidays.map(dayText) } }
}

function pauseOf(
  pack: Pack,
  interval: Interval,
  part: { readonly stretch: Stretch; readonly start: Chosen; readonly end: Position },
): SumPause {
  const { stretch, start, end } = part
  const { pause, amount } = stretch
  const text = pack.text.pauses[pause.index]
  return {
    id: pause.id,
    name: pause.name,
    cause: pause.cause,
    // What lies before the clock or after it is not the clock's.
    from: momentOf(pack, interval, amount === undefined && stretch.from.time < start.time ? start : stretch.from),
    to: momentOf(pack, interval, amount === undefined && stretch.to.time > end.time ? end : stretch.to),
    open: stretch.open,
    ...(amount === undefined ? {} : { amount: shown(interval, amount) }),
    takenOut: stretch.subtracted,
    adds: shown(interval, stretch.adds),
    ...(pause.rule === undefined ? {} : { rule: pause.rule }),
    ...(text?.source === undefined ? {} : { source: text.source }),
  }
}

function limitOf(pack: Pack, interval: Interval, limit: LimitRow): SumLimit {
  const { outcome, values } = limit
  const row = limit.row === undefined ? undefined : pack.text.limits[limit.row]
  const note = outcome.kind === 'unknown' ? outcome.reason : row?.note
  return {
    amount: outcome.kind === 'limit' ? outcome.amount : null,
    untimed: outcome.kind === 'untimed',
    longest: values.includes('?'),
    by: interval.limitBy.flatMap(({ id }, i) =>
      values[i] === '' ? [] : [{ attribute: id, ...(values[i] === '?' ? {} : { value: values[i]! }) }],
    ), // as many values as attributes
    ...(limit.row === undefined ? {} : { at: spotText(pack, ['limits', limit.row]) }),
    ...(row?.source === undefined ? {} : { source: row.source }),
    ...(note === undefined ? {} : { note }),
    ...boundOf('validFrom', row),
    ...boundOf('validTo', row),
  }
}

/** File and line by the pack's folder, without the way to it: whoever asks the service need not know where it stands. */
export function spotText(pack: Pack, path: readonly (string | number)[]): string {
  const { file, line } = pack.spotOf(path)
  return `${file.split('/').slice(-2).join('/')}:${line}`
}

function boundOf(bound: 'validFrom' | 'validTo', row: Item<'limits'> | undefined): Partial<Pick<SumLimit, 'validFrom' | 'validTo'>> {
  const value = row?.[bound]
  return value === undefined ? {} : { [bound]: isUnknown(value) ? null : value }
}

function restsOf(pack: Pack, { interval, start, stop }: Clock): ClockSum['rests'] {
  const text = pack.text.intervals[interval.index]
  const calendar = pack.text.calendars.find(({ id }) => id === interval.calendar?.id)
  const parts: readonly (readonly [
    RestsOn,
    { readonly rule?: string | undefined; readonly source?: string | undefined; readonly note?: string | undefined } | undefined,
  ])[] = [
    ['interval', text],
    ['start', start && { rule: start.coded.row.text.rule }],
    ['stop', stop && { rule: stop.coded.row.text.rule }],
    ['calendar', calendar],
  ]
  return parts.flatMap(([on, said]) =>
    said?.rule === undefined && said?.source === undefined
      ? []
      : [
          {
            on,
            ...(said.rule === undefined ? {} : { rule: said.rule }),
            ...(said.source === undefined ? {} : { source: said.source }),
            ...(said.note === undefined ? {} : { note: said.note }),
          },
        ],
  )
}
