import { isWorkingDay, workingDaysUpTo } from '../core/clock/working-days.ts'
import { wholeWeight } from '../core/measure/account.ts'
import type { Attribute, CodeRow, Indicator, Interval, LimitRow, Pack, Refusal } from '../core/pack/pack.ts'
import { type Day, dayText } from '../core/words/day.ts'
import { settingsOf } from './key.ts'

/** A small table of the pack, joined by the compiled text. Column types are the same names on both databases. */
export interface ReferenceTable {
  readonly name: string
  readonly columns: readonly (readonly [name: string, type: 'TEXT' | 'BIGINT' | 'SMALLINT' | 'DATE' | 'BOOLEAN'])[]
  readonly rows: readonly (readonly (string | number | boolean | null)[])[]
}

/** Distinct lists of refusals; a code's number in the table is its place here + 1, 0 is none. */
export function refusalsOf(pack: Pack): readonly (readonly Refusal[])[] {
  const seen = new Map<string, readonly Refusal[]>()
  for (const { refusals } of pack.codes) if (refusals.length > 0) seen.set(JSON.stringify(refusals), refusals)
  return [...seen.values()]
}

export function referenceTables(pack: Pack): readonly ReferenceTable[] {
  const refusals = refusalsOf(pack).map((r) => JSON.stringify(r))
  const common = (row: CodeRow) => [
    row.code,
    variantNumber(pack, row.variant ?? ''),
    dayText(row.from),
    dayText(row.to),
    refusals.indexOf(JSON.stringify(row.refusals)) + 1,
  ]
  const settings = pack.slots.map((slot) => settingsOf(pack, slot).map((s) => JSON.stringify(s)))
  const settingOf = (row: CodeRow, slot: number) => {
    const own = Object.fromEntries(
      pack.attributes.filter((a) => a.slot === slot && row.sets[a.id] !== undefined).map((a) => [a.id, row.sets[a.id]]),
    )
    return settings[slot]!.indexOf(JSON.stringify(own)) + 1
  }
  const calendars = [...new Set(pack.intervals.flatMap((i) => i.calendar ?? []))]
  return [
    {
      name: 'pack_code',
      columns: [
        ['code', 'TEXT'],
        ['variant_n', 'SMALLINT'],
        ['valid_from', 'DATE'],
        ['valid_to', 'DATE'],
        ['refusal', 'BIGINT'],
        ['slot', 'SMALLINT'],
        ['setting', 'BIGINT'],
        ['duty', 'BIGINT'],
      ],
      rows: pack.codes.flatMap((row) =>
        row.slots.length === 0
          ? [[...common(row), -1, 0, null]]
          : row.slots.map((slot) => [...common(row), slot, settingOf(row, slot), pack.slots[slot]?.dutyDays ?? null]),
      ),
    },
    {
      name: 'pack_pause',
      columns: [
        ['code', 'TEXT'],
        ['variant_n', 'SMALLINT'],
        ['valid_from', 'DATE'],
        ['valid_to', 'DATE'],
        ['refusal', 'BIGINT'],
        ['pause', 'BIGINT'],
        ['ends', 'BOOLEAN'],
      ],
      rows: pack.codes.flatMap((row) => [
        ...row.starts.map((pause) => [...common(row), pause, false]),
        ...row.ends.map((pause) => [...common(row), pause, true]),
      ]),
    },
    {
      name: 'pack_limit',
      columns: [
        ['limit_key', 'BIGINT'],
        ['valid_from', 'BIGINT'],
        ['valid_to', 'BIGINT'],
        ['kind', 'BIGINT'],
        ['amount', 'BIGINT'],
        ['and_unknown', 'BOOLEAN'],
      ],
      rows: pack.limits.map((row) => {
        const interval = pack.intervals.find((i) => i.id === row.interval)!
        const amount = row.outcome.kind === 'limit' ? row.outcome.amount * (interval.unit === 'minute' ? 60 : 1) : null
        return [
          limitKeyOf(pack, interval, row),
          row.from,
          row.to,
          limitKinds.indexOf(row.outcome.kind),
          amount,
          row.outcome.kind === 'limit' && row.outcome.andUnknown,
        ]
      }),
    },
    {
      name: 'pack_share',
      columns: [
        ['indicator', 'TEXT'],
        ['share_case', 'BIGINT'],
        ['n', 'BIGINT'],
        ['weight', 'BIGINT'],
        ['opens', 'BOOLEAN'],
      ],
      rows: pack.indicators.flatMap(shareRows),
    },
    {
      name: 'pack_calendar',
      columns: [
        ['calendar', 'TEXT'],
        ['day', 'BIGINT'],
        ['n', 'BIGINT'],
        ['opens', 'BOOLEAN'],
      ],
      rows: calendars.flatMap((calendar) =>
        Array.from({ length: calendar.to - calendar.from + 1 }, (_, i) => {
          const day = (calendar.from + i) as Day
          return [calendar.id, day, workingDaysUpTo(calendar, day), i === 0 || isWorkingDay(calendar, day)]
        }),
      ),
    },
  ]
}

/** The weights of each case of a sharing; -1 is what was left out. `opens`: the first place that has a share. */
function shareRows({ id, sharing }: Indicator): readonly (readonly (string | number | boolean)[])[] {
  if (!sharing) return []
  const cases = sharing.cases.flatMap(({ weights }, n) =>
    weights.flatMap((weight, place) => (weight > 0 ? [[id, n, place, weight, weights.findIndex((w) => w > 0) === place]] : [])),
  )
  return [[id, -1, 0, wholeWeight, true], ...cases]
}

/** Place in the pack's list of variants + 1; 0 for a pathway without one. */
export const variantNumber = (pack: Pack, variant: string): number => pack.variants.indexOf(variant) + 1

/** Interval, variant and values as one number, because a join on one whole number is the cheapest there is. */
function limitKeyOf(pack: Pack, interval: Interval, row: LimitRow): number {
  const { parts, base } = limitKey(pack, interval)
  return (
    base +
    variantNumber(pack, row.variant) * parts[0]! +
    sum(interval.limitBy.map((a, i) => (valueNumber(a, row.values[i]!) + 1) * parts[i + 1]!))
  )
}
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)

/** Where the keys of an interval's limits begin, and how far apart variants lie, then the values of each attribute (from -1). */
export function limitKey(pack: Pack, interval: Interval): { base: number; parts: readonly number[] } {
  const size = (of: Interval) => [...of.limitBy.map((a) => a.values.length + 2), pack.variants.length + 1]
  const base = sum(pack.intervals.filter((i) => i.index < interval.index).map((i) => size(i).reduce((a, b) => a * b, 1)))
  const steps = interval.limitBy.map((_, i) =>
    size(interval)
      .slice(0, i)
      .reduce((a, b) => a * b, 1),
  )
  return {
    base,
    parts: [
      size(interval)
        .slice(0, -1)
        .reduce((a, b) => a * b, 1),
      ...steps,
    ],
  }
}

export const limitKinds = ['limit', 'unknown', 'untimed']

/** -1 not known yet, 0 no value, then the values in the pack's order. */
export const valueNumber = (attribute: Attribute, value: string): number => (value === '?' ? -1 : attribute.values.indexOf(value) + 1)
