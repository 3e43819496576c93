import { z } from 'zod'
import { causes, type LeftOut, leftOutReasons } from '../../core/measure/account.ts'
import type { Figure } from '../../core/measure/figure.ts'
import { getOrMake } from '../../core/words/lookup.ts'
import { fail, ok, type Result } from '../../core/words/result.ts'
import type { TableAsked } from './description.ts'

/** Months from the first to the last, both included, as `2025-01`. */
export const Span = z.strictObject({ from: z.string(), to: z.string() })
export type Span = z.infer<typeof Span>

/** What a count is made up of, where a table asks why: each of them adds up to it. */
export const splits = {
  counted: ['coded-in-time', 'coded-late'],
  missed: ['care-late', 'patient-chose', 'medical', 'in-doubt'],
  leftOut: ['waiting', 'not-coded', 'unknown', 'otherwise'],
} as const
export type Split = (typeof splits)[keyof typeof splits][number]
export const splitNames: readonly Split[] = Object.values(splits).flat()
export const Split = z.enum(Object.values(splits).flat())

/** Counts before control, of one indicator at one place, in one month, of one variant. Null: not told apart. */
export const Count = z.strictObject({
  indicator: z.string(),
  place: z.string().nullable(),
  variant: z.string().nullable(),
  month: z.string(),
  met: z.int().nonnegative(),
  missed: z.int().nonnegative(),
  leftOut: z.int().nonnegative(),
  /** Of those that a table asks about, and that the pack can tell. */
  split: z.partialRecord(Split, z.int().nonnegative()).optional(),
})
export type Count = z.infer<typeof Count>

export const outcomes = ['met', 'missed', 'leftOut'] as const
export type Outcome = (typeof outcomes)[number]

/** By what an indicator must be told apart, so that each of its tables can be added up. */
export const partsNeeded = (tables: readonly TableAsked[], indicator: string): readonly ('place' | 'variant')[] =>
  (['place', 'variant'] as const).filter((part) => tables.some((table) => table.indicator === indicator && table.by.includes(part)))

const notApplicable: readonly LeftOut[] = [
  'running',
  'overrun-waiting',
  'overrun-not-coded',
  'not-in-force',
  'ended-otherwise',
  'untimed',
  'excluded-by-definition',
]
/** Left out because something is not known: what could still turn out either way. */
export const unknownReasons = leftOutReasons.filter((reason) => !notApplicable.includes(reason))

function splitOf({ fellShort, leftOut, coding, denominator }: Figure, all: number): Partial<Record<Split, number>> {
  const [waiting, notCoded] = [leftOut['overrun-waiting'] ?? 0, leftOut['overrun-not-coded'] ?? 0]
  const unknown = unknownReasons.reduce((total, reason) => total + (leftOut[reason] ?? 0), 0)
  return {
    ...(coding.realTime === null ? {} : { 'coded-in-time': coding.realTime, 'coded-late': denominator - coding.realTime }),
    ...Object.fromEntries(causes.map((cause) => [cause, fellShort[cause] ?? 0])),
    waiting,
    'not-coded': notCoded,
    unknown,
    otherwise: all - waiting - notCoded - unknown,
  }
}

/**
 * Counts out of figures by month. Issue: `release/not-whole`, where a pack shares pathways between places, so that a place has a part of one: parts cannot be
 * protected as counts are.
 */
export function countsOf(
  figures: readonly Figure[],
  { from, to, tables = [] }: Span & { readonly tables?: readonly TableAsked[] },
): Result<readonly Count[]> {
  const split = new Set(tables.filter((table) => table.causes).map((table) => table.indicator))
  const inSpan = figures.filter(({ period }) => period !== null && period >= from && period <= to)
  const counts = inSpan.map((figure): Count => {
    const leftOut = Object.values(figure.leftOut).reduce((total, n) => total + n, 0)
    return {
      indicator: figure.indicator,
      place: figure.place,
      variant: figure.variant,
      month: figure.period ?? '',
      met: figure.numerator,
      missed: figure.denominator - figure.numerator,
      leftOut,
      ...(split.has(figure.indicator) ? { split: splitOf(figure, leftOut) } : {}),
    }
  })
  const parted = [
    ...new Set(counts.filter((count) => outcomes.some((outcome) => !Number.isInteger(count[outcome]))).map((c) => c.indicator)),
  ]
  if (parted.length === 0) return ok(counts)
  return fail(
    ...parted.map((indicator) => ({
      code: 'release/not-whole' as const,
      path: ['tables'],
      message: `${indicator} shares pathways between places, and a part of a pathway cannot be protected: leave place out of its tables`,
    })),
  )
}

/** Counts that can be asked for any place, variant and months. */
export interface Counted {
  readonly span: Span
  /** What is told apart, in order. */
  readonly levels: (indicator: string, part: 'place' | 'variant') => readonly string[]
  readonly count: (indicator: string, where: Where, span: Span, outcome: Outcome | Split) => number
  /** Which parts of its counts an indicator tells, in order. */
  readonly splits: (indicator: string) => readonly Split[]
}

/** A part that is not named is all of it. */
export interface Where {
  readonly place?: string | undefined
  readonly variant?: string | undefined
}

export function counted(counts: readonly Count[], span: Span): Counted {
  const sums = new Map<string, Partial<Record<Outcome | Split, number>>>()
  const told = new Map<string, Set<Split>>()
  const keyOf = (indicator: string, place: string | null, variant: string | null, month: string) =>
    JSON.stringify([indicator, place, variant, month])
  const levels = new Map<string, Set<string>>()
  for (const row of counts) {
    for (const place of row.place === null ? [null] : [null, row.place])
      for (const variant of row.variant === null ? [null] : [null, row.variant]) {
        const sum = getOrMake(sums, keyOf(row.indicator, place, variant, row.month), (): Partial<Record<Outcome | Split, number>> => ({}))
        for (const outcome of outcomes) sum[outcome] = (sum[outcome] ?? 0) + row[outcome]
        for (const name of splitNames) sum[name] = (sum[name] ?? 0) + (row.split?.[name] ?? 0)
      }
    for (const name of splitNames) if (row.split?.[name] !== undefined) getOrMake(told, row.indicator, () => new Set<Split>()).add(name)
    for (const part of ['place', 'variant'] as const)
      if (row[part] !== null) getOrMake(levels, `${part} ${row.indicator}`, () => new Set<string>()).add(row[part])
  }
  return {
    span,
    levels: (indicator, part) => [...(levels.get(`${part} ${indicator}`) ?? [])].toSorted(),
    splits: (indicator) => splitNames.filter((name) => told.get(indicator)?.has(name)),
    count: (indicator, { place, variant }, within, outcome) =>
      monthsOf(within).reduce(
        (total, month) => total + (sums.get(keyOf(indicator, place ?? null, variant ?? null, month))?.[outcome] ?? 0),
        0,
      ),
  }
}

const monthText = (n: number): string => `${Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, '0')}`
export const monthNumber = (text: string): number => Number(text.slice(0, 4)) * 12 + Number(text.slice(5)) - 1

export const spanOf = (first: number, last: number): Span => ({ from: monthText(first), to: monthText(last) })

export const monthsOf = ({ from, to }: Span): readonly string[] =>
  Array.from({ length: monthNumber(to) - monthNumber(from) + 1 }, (_, i) => monthText(monthNumber(from) + i))

const monthsIn = { month: 1, quarter: 3, tertial: 4, year: 12 } as const

/** The periods of a span that is made of whole ones. */
export const periodsOf = ({ from, to }: Span, kind: keyof typeof monthsIn): readonly Span[] => {
  const [first, months] = [monthNumber(from), monthsIn[kind]]
  return Array.from({ length: (monthNumber(to) - first + 1) / months }, (_, i) => spanOf(first + i * months, first + (i + 1) * months - 1))
}
