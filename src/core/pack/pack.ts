import type { Day } from '../words/day.ts'
import { firstDay, lastDay } from '../words/day.ts'
import type { Spot } from '../words/issue.ts'
import type { Condition, Item, ListName, Moment, PackText, Unknown } from './schema.ts'

/** A milestone or detail: something one entry of a pathway is chosen for. */
export interface Slot {
  readonly index: number
  readonly id: string
  readonly name: string
  readonly kind: 'milestone' | 'detail'
  readonly pick: 'first' | 'last'
  /** Only entries on or after (pick first), or on or before (pick last), this slot's entry count. */
  readonly beside?: number
  /** Among entries of the same time, the one recorded last counts. */
  readonly lastRecorded: boolean
  readonly closing: boolean
  /** Recorded at most so many days after it occurred is real-time. Absent: the pack sets no such duty. */
  readonly dutyDays?: number
}

export interface Refusal {
  readonly rule: string
  readonly from: Day
  readonly to: Day
  readonly roles?: readonly string[]
}

/** What one code text does, for one variant. */
export interface CodeRow {
  readonly index: number
  readonly code: string
  readonly variant?: string
  readonly slots: readonly number[]
  readonly sets: Readonly<Record<string, string>>
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  readonly from: Day
  readonly to: Day
  readonly refusals: readonly Refusal[]
  readonly label?: string
  readonly text: Item<'codes'>
}

export interface Attribute {
  readonly id: string
  readonly slot: number
  readonly values: readonly string[]
}

export interface Interval {
  readonly index: number
  readonly id: string
  readonly name: string
  readonly from: Moments
  readonly to: Moments
  readonly unit: 'day' | 'working-day' | 'minute'
  readonly calendar?: Calendar
  readonly restartedBy?: number
  readonly limitBy: readonly Attribute[]
  readonly limitChosenBy?: Moments
  readonly untimedWhen?: Condition
  readonly source?: string
}

/** One of several slots: the earliest, the latest, or the first of the list that is known. */
export interface Moments {
  readonly choose: 'earliest' | 'latest' | 'firstKnown'
  readonly slots: readonly number[]
}

export interface Calendar {
  readonly id: string
  readonly weekend: readonly number[]
  readonly from: Day
  readonly to: Day
  readonly holidays: ReadonlySet<Day>
}

export interface Pause {
  readonly index: number
  readonly id: string
  readonly name: string
  readonly cause: 'patient' | 'medical' | 'other'
  readonly amountFrom?: number
  readonly subtractFrom: ReadonlySet<string>
  readonly when?: Condition
  readonly rule?: string
}

/** What the limit table answers. `andUnknown`: the longest of several possible limits, of which some are unknown. */
export type LimitOutcome =
  | { readonly kind: 'limit'; readonly amount: number; readonly andUnknown: boolean }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'untimed' }

/**
 * The limits of an interval, taken apart so that each variant, combination of attribute values and day has exactly one row.
 * Attribute values: '' none, '?' not known yet (a clock still running: the longest limit it could get).
 */
export interface LimitRow {
  readonly interval: string
  readonly variant: string
  readonly values: readonly string[]
  readonly from: Day
  readonly to: Day
  readonly outcome: LimitOutcome
  /** Index into the pack's `limits`, when one row of the pack gave it. */
  readonly row?: number
  /** Where the kind is not known yet: the row that gives the longest limit it could get. */
  readonly longest?: number
}

export interface Sharing {
  readonly places: readonly { readonly name: string; readonly slot: number }[]
  /** Weights in millionths, in the order of places; they sum to a million. */
  readonly cases: readonly { readonly when?: Condition; readonly weights: readonly number[] }[]
}

export interface Indicator {
  readonly id: string
  readonly name: string
  readonly question: string
  readonly denominator: string
  readonly within?: Interval
  readonly having?: Condition
  /** Which way is better; of what the pack does not say, and of what is neither, neither. */
  readonly better: 'higher' | 'lower' | 'neither'
  readonly population?: Condition
  /** Why the indicator cannot be computed from this pack. */
  readonly unknown?: string
  readonly exclude: readonly { readonly id: string; readonly text: string; readonly when: Condition }[]
  readonly overrunMissed: boolean
  readonly period: Moments
  readonly place: Moments
  /** Whether the pack says how soon any entry the indicator rests on is to be recorded. */
  readonly hasDuty: boolean
  readonly sharing?: Sharing
}

export interface End {
  readonly id: string
  readonly name: string
  readonly when: Condition
  readonly intervals?: ReadonlySet<string>
}

/** What the pack's template says of a pathway whose newest milestone is `after`. */
export interface TemplateItem {
  readonly index: number
  readonly after: number
  /** Only these; absent: every variant. */
  readonly variants?: readonly string[]
  readonly step?: NonNullable<Item<'template'>['step']>
  readonly shortest: readonly { readonly to: number; readonly days: number | Unknown; readonly source?: string }[]
}

/** From when on a pathway is shown as at risk. */
export interface RiskSettings {
  readonly tightDays: number
  readonly bookDays: number
  readonly tightShare: number
  /** How long the rest took in this house takes the place of the template. Absent: it does not. */
  readonly localMedian?: { readonly months: number; readonly least: number }
}

/** A pack read, checked and put in the form both engines compute from. */
export interface Pack {
  readonly id: string
  readonly version: string
  readonly title: string
  readonly time: 'day' | 'minute'
  readonly zone: string
  readonly variantFrom: 'code' | 'entry'
  readonly text: PackText
  readonly variants: readonly string[]
  /** The last day of variants that have one: their clocks end with them. */
  readonly lastDays: ReadonlyMap<string, Day>
  readonly slots: readonly Slot[]
  readonly attributes: readonly Attribute[]
  readonly codes: readonly CodeRow[]
  readonly codesByText: ReadonlyMap<string, readonly CodeRow[]>
  readonly intervals: readonly Interval[]
  readonly limits: readonly LimitRow[]
  readonly pauses: readonly Pause[]
  readonly ends: readonly End[]
  readonly indicators: readonly Indicator[]
  readonly template: readonly TemplateItem[]
  readonly risk: RiskSettings
  /** Where a value was written: which file every value came from. */
  readonly spotOf: (path: readonly (string | number)[]) => Spot
}

export function slotsOf(moment: Moment): { choose: Moments['choose']; ids: readonly string[] } {
  if (typeof moment === 'string') return { choose: 'firstKnown', ids: [moment] }
  if ('earliest' in moment) return { choose: 'earliest', ids: moment.earliest }
  if ('latest' in moment) return { choose: 'latest', ids: moment.latest }
  return { choose: 'firstKnown', ids: moment.firstKnown }
}

export const always = { from: firstDay, to: lastDay } as const

export const asList = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T] // Array.isArray does not narrow readonly arrays

export type Paths = (list: ListName, index: number, ...rest: (string | number)[]) => readonly (string | number)[]
