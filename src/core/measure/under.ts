import type { Asking, CodedEntry, Pathway } from '../clock/chosen.ts'
import { type Clock, readClock, readPathway } from '../clock/clock.ts'
import { validDays } from '../pack/limit-table.ts'
import { always, type CodeRow, type Pack } from '../pack/pack.ts'
import type { Condition } from '../pack/schema.ts'
import { addDays, type Day, dayText, firstDay, lastDay, readDay } from '../words/day.ts'
import { type ExplainedClock, explainClock } from './explain.ts'
import { type LimitParts, limitParts } from './parts.ts'

/** What made a difference. `rule` and `source` are those the pack gives for it. */
export type RuleChange =
  | { readonly kind: 'limit'; readonly now: LimitParts | null; readonly under: LimitParts | null }
  | ({
      readonly kind: 'code'
      readonly code: string
      readonly inForce: boolean
      readonly validFrom: string | null
      readonly validTo: string | null
    } & Said)
  | ({ readonly kind: 'refusal'; readonly text: string; readonly holds: boolean } & Said)
  | ({ readonly kind: 'variant'; readonly variant: string; readonly open: boolean } & Said)
  | ({ readonly kind: 'condition'; readonly of: 'interval' | 'pause' | 'end'; readonly id: string } & Said)
interface Said {
  readonly rule: string | null
  readonly source: string | null
}

export interface ClockUnder {
  readonly interval: string
  readonly name: string
  /** null: the pathway has no such clock. */
  readonly now: ExplainedClock | null
  readonly under: ExplainedClock | null
  /** Empty where nothing makes a difference. */
  readonly because: readonly RuleChange[]
}

export interface Under {
  /** The day whose rules these are. */
  readonly rules: string
  readonly clocks: readonly ClockUnder[]
}

/** One thing of a pack that goes by dates, as it would be if one day decided instead. */
interface Dated {
  readonly apply: (pack: Pack) => Pack
  /** What is told of it, for a clock it made a difference to. */
  readonly tell: (interval: string, now: Clock | undefined, under: Clock | undefined, packs: { now: Pack; under: Pack }) => RuleChange
  /** Only these intervals; absent: any. */
  readonly interval?: string
}

/**
 * The clocks of a pathway as if the rules in force on one day held throughout: limits, codes, variants, refusals, and conditions that ask for a date.
 *
 * What made a difference to a clock is found by trying: each thing alone that changes it, and each without which it would be another.
 */
export function explainUnder(pack: Pack, pathway: Pathway, asking: Asking, day: Day): Under {
  const dated = datedOf(pack, pathway, day)
  const read = (things: readonly Dated[]) => {
    const changed = things.reduce((made, thing) => thing.apply(made), pack)
    const own = {
      ...pathway,
      entries: pathway.entries.map((coded): CodedEntry => ({ ...coded, row: changed.codes[coded.row.index] ?? coded.row })),
    }
    const reading = readPathway(changed, own, asking)
    return { reading, clocks: changed.intervals.map((interval) => readClock(reading, interval)) }
  }
  const [base, all] = [read([]), read(dated)]
  const tried = dated.map((thing) => ({ thing, alone: read([thing]), without: read(dated.filter((other) => other !== thing)) }))
  const packs = { now: base.reading.pack, under: all.reading.pack }
  return {
    rules: dayText(day),
    clocks: pack.intervals.flatMap((interval, i) => {
      const [now, under] = [base.clocks[i], all.clocks[i]]
      if (!now && !under) return []
      const because = isSame(now, under)
        ? []
        : tried
            .filter(({ thing }) => thing.interval === undefined || thing.interval === interval.id)
            .filter(({ alone, without }) => !isSame(alone.clocks[i], now) || !isSame(without.clocks[i], under))
            .map(({ thing }) => thing.tell(interval.id, now, under, packs))
      return [
        {
          interval: interval.id,
          name: interval.name,
          now: now ? explainClock(base.reading, now) : null,
          under: under ? explainClock(all.reading, under) : null,
          because,
        },
      ]
    }),
  }
}

const isSame = (a: Clock | undefined, b: Clock | undefined): boolean => JSON.stringify(numbersOf(a)) === JSON.stringify(numbersOf(b))
const numbersOf = (clock: Clock | undefined) =>
  clock && [
    clock.verdict,
    clock.reason,
    clock.start?.coded.entry.seq,
    clock.stop?.coded.entry.seq,
    clock.gross,
    clock.paused,
    clock.length,
    clock.limitAmount,
    clock.limitDay,
    clock.waiting,
  ]

function datedOf(pack: Pack, pathway: Pathway, day: Day): readonly Dated[] {
  return [
    ...limitsOf(pack, day),
    ...codesOf(pack, pathway, day),
    ...refusalsOf(pack, pathway, day),
    ...variantsOf(pack, day),
    ...conditionsOf(pack, day),
  ]
}

const holdsOn = (day: Day, { from, to }: { readonly from: Day; readonly to: Day }): boolean => from <= day && day <= to
const never = { from: lastDay, to: firstDay } as const

const limitsOf = (pack: Pack, day: Day): readonly Dated[] =>
  pack.intervals.map(({ id }) => ({
    interval: id,
    apply: (made) => ({
      ...made,
      limits: made.limits.flatMap((row) => (row.interval !== id ? [row] : holdsOn(day, row) ? [{ ...row, ...always }] : [])),
    }),
    tell: (_, now, under, packs) => ({
      kind: 'limit',
      now: now?.limit ? limitParts(packs.now, now) : null,
      under: under?.limit ? limitParts(packs.under, under) : null,
    }),
  }))

/** Codes of the pathway that would count, or no longer count, if that day decided. */
function codesOf(pack: Pack, pathway: Pathway, day: Day): readonly Dated[] {
  const changed = new Map(
    pathway.entries
      .filter(({ entry, row }) => holdsOn(entry.occurred, row) !== holdsOn(day, row))
      .map(({ entry, row }) => [row.index, { row, occurred: entry.occurred }] as const),
  )
  return [...changed.values()].map(({ row, occurred }) => {
    const inForce = holdsOn(day, row)
    return {
      apply: (made) => ({
        ...made,
        codes: made.codes.map((one) => (one.index === row.index ? { ...one, ...(inForce ? always : never) } : one)),
      }),
      tell: () => ({
        kind: 'code',
        code: row.code,
        inForce,
        validFrom: row.from > firstDay ? dayText(row.from) : null,
        validTo: row.to < lastDay ? dayText(row.to) : null,
        ...saidOf(boundBy(pack, row, inForce ? occurred : day)),
      }),
    }
  })
}

/** What keeps a code out of force on a day: the code's own line, the one it maps to, or its variant. */
function boundBy(pack: Pack, row: CodeRow, day: Day) {
  const items = [
    row.text,
    ...pack.text.codes.filter(({ code }) => code === row.text.mapsTo),
    ...pack.text.variants.filter(({ id }) => id === row.variant),
  ]
  return items.find((item) => !holdsOn(day, validDays(item))) ?? row.text
}

const saidOf = (item: { readonly rule?: string | undefined; readonly source?: string | undefined } | undefined): Said => ({
  rule: item?.rule ?? null,
  source: item?.source ?? null,
})

function refusalsOf(pack: Pack, pathway: Pathway, day: Day): readonly Dated[] {
  const dated = new Map(
    pathway.entries.flatMap(({ row }) =>
      row.refusals.filter(({ from, to }) => from > firstDay || to < lastDay).map((one) => [one.rule, one] as const),
    ),
  )
  return [...dated.values()].map(({ rule, ...valid }) => {
    const holds = holdsOn(day, valid)
    const text = pack.text.rules.find(({ id }) => id === rule)
    const refusals = (row: CodeRow) => row.refusals.flatMap((one) => (one.rule !== rule ? [one] : holds ? [{ ...one, ...always }] : []))
    return {
      apply: (made) => ({ ...made, codes: made.codes.map((row) => ({ ...row, refusals: refusals(row) })) }),
      tell: () => ({ kind: 'refusal', text: text?.text ?? '', holds, rule, source: text?.source ?? null }),
    }
  })
}

/** Clocks end with their variant, on the day asked about; here on the day whose rules hold. */
const variantsOf = (pack: Pack, day: Day): readonly Dated[] =>
  [...pack.lastDays].map(([variant, last]) => {
    const open = day <= last
    return {
      apply: (made) => ({
        ...made,
        lastDays: new Map(
          [...made.lastDays].flatMap(([id, other]) => (id !== variant ? [[id, other]] : open ? [] : [[id, addDays(firstDay, -1)]])),
        ),
      }),
      tell: () => ({ kind: 'variant', variant, open, ...saidOf(pack.text.variants.find(({ id }) => id === variant)) }),
    }
  })

/** Conditions that ask whether a milestone lies on a day or later: rules that came, or went, with that day. */
function conditionsOf(pack: Pack, day: Day): readonly Dated[] {
  const on = (condition: Condition) => onDay(condition, day)
  const told = (
    of: 'interval' | 'pause' | 'end',
    item: { readonly id: string; readonly rule?: string | undefined; readonly source?: string | undefined },
  ) => ({
    tell: () => ({ kind: 'condition' as const, of, id: item.id, ...saidOf(item) }),
  })
  const replaced = <T extends { readonly id: string }>(list: readonly T[], one: T): readonly T[] =>
    list.map((other) => (other.id === one.id ? one : other))
  return [
    ...pack.intervals.flatMap((interval, i): Dated[] => {
      if (!interval.untimedWhen || !asksForDay(interval.untimedWhen)) return []
      const changed = { ...interval, untimedWhen: on(interval.untimedWhen) }
      return [
        {
          interval: interval.id,
          apply: (made) => ({ ...made, intervals: replaced(made.intervals, changed) }),
          ...told('interval', pack.text.intervals[i]!),
        },
      ]
    }),
    ...pack.pauses.flatMap((pause, i): Dated[] => {
      if (!pause.when || !asksForDay(pause.when)) return []
      const changed = { ...pause, when: on(pause.when) }
      return [{ apply: (made) => ({ ...made, pauses: replaced(made.pauses, changed) }), ...told('pause', pack.text.pauses[i]!) }]
    }),
    ...pack.ends.flatMap((end, i): Dated[] => {
      if (!asksForDay(end.when)) return []
      const changed = { ...end, when: on(end.when) }
      return [{ apply: (made) => ({ ...made, ends: replaced(made.ends, changed) }), ...told('end', pack.text.ends[i]!) }]
    }),
  ]
}

const asksForDay = (condition: Condition): boolean => JSON.stringify(condition).includes('"onOrAfter"')

function onDay(condition: Condition, day: Day): Condition {
  if ('all' in condition) return { all: condition.all.map((part) => onDay(part, day)) }
  if ('any' in condition) return { any: condition.any.map((part) => onDay(part, day)) }
  if ('not' in condition) return { not: onDay(condition.not, day) }
  if (!('onOrAfter' in condition)) return condition
  const known = { known: condition.onOrAfter }
  return day >= (readDay(condition.date) ?? lastDay) ? known : { all: [known, { not: known }] }
}
