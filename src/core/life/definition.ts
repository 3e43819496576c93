import { stringify } from 'yaml'
import { readsOf } from '../measure/reads.ts'
import type { Indicator, Moments, Pack } from '../pack/pack.ts'
import { type Condition, type Item, isUnknown } from '../pack/schema.ts'

/** A name, and the same in other languages, by language tag. */
export interface Named {
  readonly name: string
  readonly names: Readonly<Record<string, string>> | undefined
}

/** A limit of an indicator's clock, as its row in the pack says it. */
export interface LimitTold {
  /** Variants and kinds it is for; none: all. */
  readonly variants: readonly string[]
  readonly kinds: readonly string[]
  readonly amount: number | undefined
  /** Why the amount is not known. */
  readonly unknown: string | undefined
  /** These have no limit to keep. */
  readonly untimed: boolean
  readonly from: string | undefined
  readonly to: string | undefined
  readonly source: string | undefined
}

/** An indicator taken apart, so that a page can say it in words; and the rule as the pack has it. */
export interface DefinitionTold {
  readonly id: string
  readonly name: string
  readonly question: string
  readonly denominator: string
  /** Why it cannot be computed from this pack. */
  readonly unknown: string | undefined
  readonly population: Condition | undefined
  readonly condition: Condition | undefined
  readonly clock:
    | {
        readonly id: string
        readonly name: string
        readonly unit: 'day' | 'working-day' | 'minute'
        readonly from: Moments['choose']
        readonly fromSlots: readonly string[]
        readonly to: Moments['choose']
        readonly toSlots: readonly string[]
        readonly restartedBy: string | undefined
        readonly pauses: readonly string[]
      }
    | undefined
  readonly limits: readonly LimitTold[]
  readonly excluded: readonly string[]
  readonly overrunMissed: boolean
  readonly period: readonly string[]
  readonly place: readonly string[]
  /** What the ids above and in conditions are called. */
  readonly names: { readonly [K in 'slots' | 'intervals' | 'variants']: Readonly<Record<string, Named>> }
  /** What has to be known for it: the milestones and details it reads. */
  readonly reads: readonly string[]
  readonly sources: readonly { readonly title: string; readonly url: string | undefined }[]
  readonly note: string | undefined
  readonly rule: string
}

const text = (day: unknown): string | undefined => (typeof day === 'string' ? day : undefined)
const asNames = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value

/** What a row of limits is for, in the pack's own names. */
function limitTold({ variant, when = {}, untimed, validFrom, validTo, source, ...row }: Item<'limits'>, pack: Pack): LimitTold {
  const amount = row.days ?? row.workingDays ?? row.minutes
  return {
    variants: asNames(variant),
    kinds: Object.values(when).flatMap(asNames),
    amount: typeof amount === 'number' ? amount : undefined,
    unknown: isUnknown(amount) ? amount.unknown : undefined,
    untimed: untimed === true,
    from: text(validFrom),
    to: text(validTo),
    source: pack.text.sources.find(({ id }) => id === source)?.title,
  }
}

const namesIn = (
  list: readonly { readonly id: string; readonly name: string; readonly names?: Readonly<Record<string, string>> | undefined }[],
) => Object.fromEntries(list.map(({ id, name, names }): [string, Named] => [id, { name, names }]))

/** An indicator of a pack, taken apart. */
export function definitionOf(pack: Pack, indicator: Indicator): DefinitionTold {
  const item = pack.text.indicators.find(({ id }) => id === indicator.id)! // both are read from one text
  const slot = (index: number): string => pack.slots[index]?.id ?? ''
  const { within } = indicator
  const limits = within === undefined ? [] : pack.text.limits.filter(({ interval }) => interval === within.id)
  const interval = within && pack.text.intervals.find(({ id }) => id === within.id)
  const ids = new Set([item, interval, ...limits, ...(item.exclude ?? []), ...(item.targets ?? [])].flatMap((one) => one?.source ?? []))
  return {
    id: indicator.id,
    name: indicator.name,
    question: indicator.question,
    denominator: indicator.denominator,
    unknown: indicator.unknown,
    population: indicator.population,
    condition: indicator.having,
    clock: within && {
      id: within.id,
      name: within.name,
      unit: within.unit,
      from: within.from.choose,
      fromSlots: within.from.slots.map(slot),
      to: within.to.choose,
      toSlots: within.to.slots.map(slot),
      restartedBy: within.restartedBy === undefined ? undefined : slot(within.restartedBy),
      pauses: pack.pauses.filter(({ subtractFrom }) => subtractFrom.has(within.id)).map(({ name }) => name),
    },
    limits: limits.map((row) => limitTold(row, pack)),
    excluded: indicator.exclude.map((one) => one.text),
    overrunMissed: indicator.overrunMissed,
    period: indicator.period.slots.map(slot),
    place: indicator.place.slots.map(slot),
    names: {
      slots: namesIn([...pack.text.milestones, ...pack.text.details]),
      intervals: namesIn(pack.text.intervals),
      variants: namesIn(pack.text.variants),
    },
    reads: [...readsOf(pack, indicator).slots].toSorted((a, b) => a - b).map(slot),
    sources: pack.text.sources.filter(({ id }) => ids.has(id)).map(({ title, url }) => ({ title, url })),
    note: item.note,
    rule: stringify(item, { lineWidth: 100, aliasDuplicateObjects: false }),
  }
}
