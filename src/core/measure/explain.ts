import { type Asking, type Barred, barredOf, type Chosen, type CodedEntry, type Pathway, timeOf } from '../clock/chosen.ts'
import { type Clock, type PathwayReading, type Position, readClock, readPathway } from '../clock/clock.ts'
import type { LimitRow, Pack } from '../pack/pack.ts'
import { isUnknown } from '../pack/schema.ts'
import { type Day, dayText } from '../words/day.ts'
import { type AccountLine, linesOf } from './account.ts'
import { type EntryUse, type PassedOver, passedOverOf, useOf } from './entry-use.ts'
import { type ClockParts, partsOf, spotText } from './parts.ts'

/** One entry as it stood on the day asked about. */
export interface ExplainedEntry {
  readonly code: string
  readonly label?: string
  readonly occurred: string
  readonly recorded: string
  readonly place?: string
  readonly recorder?: string
  readonly decider?: string
  readonly standing: string
  readonly id?: string
  /** What it was chosen for. */
  readonly usedFor: readonly string[]
  /** Why it was passed over, when it was. */
  readonly passedOver?: string
  readonly rule?: string
  /** The same as data. */
  readonly passed?: PassedOver
  readonly use: EntryUse
}

export interface ExplainedClock {
  readonly interval: string
  readonly name: string
  readonly verdict: string
  readonly reason?: string
  /** The sum, as somebody would write it down. */
  readonly arithmetic: readonly string[]
  readonly limit?: {
    readonly amount: number | null
    readonly unit: string
    readonly row: string
    readonly source?: string
    readonly note?: string
    readonly valid: string
  }
  readonly rules: readonly string[]
  /** The same, in parts that can be drawn and added up. */
  readonly parts: ClockParts
}

export interface Explanation {
  readonly pathway: string
  readonly variant: string
  readonly asOf: string
  readonly pack: { readonly id: string; readonly version: string }
  readonly entries: readonly ExplainedEntry[]
  readonly clocks: readonly ExplainedClock[]
  readonly indicators: readonly {
    readonly indicator: string
    readonly bin: string
    readonly why?: string
    readonly place: string
    readonly weight: number
  }[]
}

/** Everything Varde knows about why one pathway counts as it does. */
export function explainPathway(pack: Pack, pathway: Pathway, asking: Asking): Explanation {
  const reading = readPathway(pack, pathway, asking)
  const clocks = pack.intervals.flatMap((interval) => readClock(reading, interval) ?? [])
  return {
    pathway: pathway.id,
    variant: reading.pathway.variant,
    asOf: dayText(asking.asOf),
    pack: { id: pack.id, version: pack.version },
    entries: [...pathway.entries]
      .sort((a, b) => timeOf(pack, a.entry) - timeOf(pack, b.entry) || a.entry.seq - b.entry.seq)
      .map((coded) => explainEntry(reading, coded, pausesOf(coded, clocks))),
    clocks: clocks.map((clock) => explainClock(reading, clock)),
    indicators: pack.indicators.flatMap((indicator) =>
      linesOf(reading, indicator).map((line) => ({
        indicator: indicator.id,
        bin: line.bin,
        ...whyOf(line),
        place: line.place,
        weight: line.weight / 1e6,
      })),
    ),
  }
}

const whyOf = (line: AccountLine) => ((line.cause ?? line.leftOut) ? { why: line.cause ?? line.leftOut } : {})

const barredWords: Readonly<Record<Barred, string>> = {
  'recorded-later': 'recorded after the day asked about',
  'dated-later': 'dated after the day asked about',
  corrected: 'corrected or withdrawn',
  'ruled-out': 'recorded as not so',
  'not-in-force': 'its code or pathway was not in force on that day',
  refused: 'refused by a rule',
}

function passedWords(passed: PassedOver): string {
  if (passed.code === 'other-chosen') return `another entry counts for ${passed.slot}: ${passed.by} of ${passed.on}`
  if (passed.code === 'other-side') return 'not on the side of the other milestone it is picked beside'
  return barredWords[passed.code]
}

/** Pauses of some clock that the entry begins or ends. */
const pausesOf = (coded: CodedEntry, clocks: readonly Clock[]): readonly string[] => [
  ...new Set(clocks.flatMap((clock) => clock.stretches.filter((s) => s.entries.includes(coded)).map((s) => s.pause.id))),
]

function explainEntry(reading: PathwayReading, coded: CodedEntry, pauses: readonly string[]): ExplainedEntry {
  const { entry, row } = coded
  const { pack, asking } = reading
  const chosenFor = reading.chosen.base.filter((c): c is Chosen => c?.coded === coded).map((c) => c.slot.id)
  const passed = passedOverOf(reading, coded)
  return {
    code: entry.code,
    ...(row.label ? { label: row.label } : {}),
    occurred: momentText(reading, coded),
    recorded: dayText(entry.recorded),
    ...(entry.place === undefined ? {} : { place: entry.place }),
    ...(entry.recorder === undefined ? {} : { recorder: entry.recorder }),
    ...(entry.decider === undefined ? {} : { decider: entry.decider }),
    standing: entry.standing,
    ...(entry.id === undefined ? {} : { id: entry.id }),
    usedFor: barredOf(coded, asking) ? [] : [...chosenFor, ...pauses],
    ...(passed ? { passedOver: passedWords(passed), passed } : {}),
    ...(passed?.code === 'refused' && passed.rule !== undefined ? { rule: passed.rule } : {}),
    use: useOf(pack, coded),
  }
}

function momentText(reading: PathwayReading, { entry }: CodedEntry): string {
  if (reading.pack.time === 'day' || entry.occurredAt === undefined) return dayText(entry.occurred)
  return `${new Date(entry.occurredAt * 1000).toISOString().slice(0, 19).replace('T', ' ')}Z`
}

const unitWords = { day: 'days', 'working-day': 'working days', minute: 'minutes' } as const

export function explainClock(reading: PathwayReading, clock: Clock): ExplainedClock {
  const { interval } = clock
  const text = reading.pack.text.intervals[interval.index]!
  return {
    interval: interval.id,
    name: interval.name,
    verdict: clock.verdict,
    ...(clock.reason ? { reason: clock.reason } : {}),
    arithmetic: arithmeticOf(reading, clock),
    ...(clock.limit ? { limit: limitOf(reading.pack, clock, clock.limit) } : {}),
    rules: [
      ...new Set([
        ...clock.stretches.flatMap((s) => s.pause.rule ?? []),
        ...[clock.start, clock.stop].flatMap((c) => c?.coded.row.text.rule ?? []),
        ...(text.source ? [`source ${text.source}`] : []),
      ]),
    ],
    parts: partsOf(reading, clock),
  }
}

/** Each line can be checked by hand; together they give the length and the verdict. */
function arithmeticOf(reading: PathwayReading, clock: Clock): readonly string[] {
  const { interval, start, stop } = clock
  const unit = unitWords[interval.unit]
  const shown = (length: number) => (interval.unit === 'minute' ? Math.round((length / 60) * 100) / 100 : length)
  const end = (c: Chosen | undefined) => (c ? `${c.coded.entry.code} ${momentText(reading, c.coded)}` : undefined)
  const lines = [
    `start: ${end(start) ?? 'not known'}${clock.restarted ? ' (the clock starts anew here)' : ''}`,
    `stop: ${end(stop) ?? 'none yet'}`,
  ]
  if (clock.gross === undefined || !start) return lines
  lines.push(
    stop
      ? `from start to stop: ${shown(clock.gross)} ${unit}`
      : `from start to ${dayText(reading.asking.asOf)}: ${shown(clock.gross)} ${unit}`,
  )
  for (const s of clock.stretches) {
    const what =
      s.amount === undefined
        ? `${s.pause.name}, ${stretchText(reading, later(s.from, start), stop ? earlier(s.to, stop) : s.to, s.entries.length === 1 && !stop)}`
        : `${s.pause.name}, ${shown(s.amount)} ${unit}`
    lines.push(s.subtracted ? `taken out: ${what}` : `not taken out, but it explains: ${what}`)
  }
  if (clock.paused)
    lines.push(
      `pauses together: ${shown(clock.paused)} ${unit}; ${shown(clock.gross)} - ${shown(clock.paused)} = ${shown(clock.length ?? 0)} ${unit}`,
    )
  if (clock.limitAmount !== undefined && clock.length !== undefined) {
    const left = shown(clock.limitAmount - clock.length)
    lines.push(
      `limit: ${shown(clock.limitAmount)} ${unit}${clock.limit?.values.includes('?') ? ' (the longest it could get)' : ''}; ${left >= 0 ? `${left} left` : `${-left} over`}${clock.limitDay === undefined ? '' : `; last day ${dayText(clock.limitDay)}`}`,
    )
  }
  if (clock.waiting !== undefined)
    lines.push(
      clock.waiting
        ? 'something happened after the limit: it is still going on'
        : 'nothing happened after the limit: perhaps only a code is missing',
    )
  return lines
}

const later = (a: Position, b: Position): Position => (a.time >= b.time ? a : b)
const earlier = (a: Position, b: Position): Position => (a.time <= b.time ? a : b)

function stretchText(reading: PathwayReading, from: { time: number; day: Day }, to: { time: number; day: Day }, open: boolean): string {
  const at = (p: { time: number; day: Day }) =>
    reading.pack.time === 'day' ? dayText(p.day) : `${new Date(p.time * 1000).toISOString().slice(0, 19).replace('T', ' ')}Z`
  return `${at(from)} to ${open ? 'now' : at(to)}`
}

function limitOf(pack: Pack, clock: Clock, limit: LimitRow): NonNullable<ExplainedClock['limit']> {
  const row = limit.row === undefined ? undefined : pack.text.limits[limit.row]
  const spot = limit.row === undefined ? undefined : spotText(pack, ['limits', limit.row])
  const { outcome } = limit
  return {
    amount: outcome.kind === 'limit' ? outcome.amount : null,
    unit: unitWords[clock.interval.unit],
    row: spot ?? (outcome.kind === 'unknown' ? outcome.reason : 'the longest of those it could get'),
    ...(row?.source ? { source: row.source } : {}),
    ...(outcome.kind === 'unknown' ? { note: outcome.reason } : row?.note ? { note: row.note } : {}),
    valid: row ? validText(row) : '',
  }
}

/** `from 2024-01-01`, `until 2023-12-31`, `always`; a bound that is not known is said to be so. */
function validText({ validFrom, validTo }: { validFrom?: unknown; validTo?: unknown }): string {
  const bound = (word: string, value: unknown) =>
    typeof value === 'string' ? [`${word} ${value}`] : isUnknown(value) ? [`${word} a day that is not known`] : []
  return [...bound('from', validFrom), ...bound('until', validTo)].join(' ') || 'always'
}

/** What one line of an account rests on, for people: the entries that made the verdict, and the rules. */
export function groundsOf(
  pack: Pack,
  pathway: Pathway,
  asking: Asking,
  interval: string | undefined,
): { entries: readonly string[]; rules: readonly string[] } {
  const reading = readPathway(pack, pathway, asking)
  const found = interval === undefined ? undefined : pack.intervals.find((i) => i.id === interval)
  const clock = found && readClock(reading, found)
  const ends = [clock?.start, clock?.stop].flatMap((c) => (c ? [c.coded] : []))
  const chosen = reading.chosen.base.flatMap((c) => (c ? [c.coded] : []))
  // A clock that never began rests on what else is there; a pathway never in force, on entries that do not count.
  const used =
    clock && ends.length > 0 ? [...ends, ...clock.stretches.flatMap((s) => s.entries)] : chosen.length > 0 ? chosen : pathway.entries
  const explained = clock ? explainClock(reading, clock) : undefined
  return {
    entries: [...new Set(used)].map((coded) => `${coded.entry.code} ${momentText(reading, coded)}`),
    rules: [...(explained?.rules ?? []), ...(explained?.limit ? [`limit ${explained.limit.row}`] : [])],
  }
}
