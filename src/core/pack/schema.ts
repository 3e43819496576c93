import { z } from 'zod'
import { readDay } from '../words/day.ts'
import { isZone } from '../words/instant.ts'
import { personRoles } from '../words/role.ts'

/** The grammar of packs: written once here, printed as JSON Schema by `npm run docs`. */

const Id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]*$/, 'letters, digits and hyphens')
  .max(60)
// NUL cannot stand in a database's text, nor half a character in UTF-8.
const plainText = (text: string) => !text.includes('\0') && text.isWellFormed()
const Words = z.string().min(1).max(4000).refine(plainText, 'text without NUL or broken characters')
const DayText = z.string().refine((text) => readDay(text) !== undefined, 'a day that exists, written "2024-02-29", from 1900 to 2199')

/** A fact nobody has found yet, and why. Never computed from. */
const Unknown = z.strictObject({ unknown: Words })
export type Unknown = z.infer<typeof Unknown>
export const isUnknown = (value: unknown): value is Unknown => typeof value === 'object' && value !== null && 'unknown' in value

const orUnknown = <T extends z.ZodType>(schema: T) => z.union([schema, Unknown])

/** Where a statement comes from and how firm it is. */
const grounds = {
  source: z.string().optional().describe('id of a source'),
  basis: z.enum(['stated', 'derived', 'assumed', 'recalled', 'second-hand']).optional(),
  note: Words.optional(),
}
const validity = {
  validFrom: orUnknown(DayText).optional().describe('first valid day; absent or unknown: no lower bound is applied'),
  validTo: orUnknown(DayText).optional().describe('last valid day; absent or unknown: no upper bound is applied'),
}

const Meta = z.strictObject({
  id: Id,
  version: Words.describe('quoted, so that "1.10" stays 1.10'),
  title: Words,
  about: Words.optional(),
  extends: z.string().optional().describe('folder of the pack this one adds to, relative to this folder'),
  time: z.enum(['day', 'minute']).describe('day: entries are dates; minute: entries are moments'),
  zone: z.string().refine(isZone, 'an IANA zone such as "Europe/Oslo"'),
  variantFrom: z.enum(['code', 'entry']).describe('code: each code names its variant; entry: each entry carries it beside the code'),
  invented: z.boolean().optional().describe('true: no real country, disease or hospital'),
  risk: z
    .strictObject({
      tightDays: z.int().min(0).max(3650).optional().describe('slack of so many days or fewer is tight; 7 unless said'),
      bookDays: z.int().min(0).max(3650).optional().describe('so many days left or fewer with nothing booked: it will pass; 7 unless said'),
      tightShare: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe('of a clock in minutes: tight when this share of its limit or less is left; 0.25 unless said'),
      localMedian: z
        .strictObject({
          months: z.int().min(1).max(120).optional().describe('of the last so many whole months; 12 unless said'),
          least: z.int().min(5).max(100_000).optional().describe('of no fewer pathways than so many; 20 unless said'),
        })
        .optional()
        .describe('how long the rest took in this house takes the place of the template, where it is known; absent: it does not'),
    })
    .optional()
    .describe('from when on a pathway is shown as at risk; no figure depends on it'),
})

const Source = z.strictObject({ id: Id, title: Words, url: z.string().optional(), note: Words.optional() })

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
const Calendar = z.strictObject({
  id: Id,
  weekend: z.array(z.enum(weekdays)),
  from: DayText.describe('first day the list of holidays covers'),
  to: DayText.describe('last day it covers; a clock that leaves the calendar is unknown'),
  holidays: z.array(DayText),
  ...grounds,
})

const Variant = z.strictObject({
  id: Id,
  name: Words,
  names: z.record(z.string(), Words).optional().describe('names in other languages, by language tag'),
  prefix: orUnknown(z.string().min(1)).optional().describe('what {variant} stands for in codes'),
  rule: Id.optional().describe('the rule that opened or closed it'),
  ...validity,
  ...grounds,
})

const Pick = z.union([z.enum(['first', 'last']), z.strictObject({ firstOnOrAfter: Id }), z.strictObject({ lastOnOrBefore: Id })])
/** Days a piece of evidence may carry: when it was received, when it was sent. */
export const datedBys = ['receipt', 'sending'] as const

const slot = {
  id: Id,
  name: Words,
  names: z.record(z.string(), Words).optional().describe('names in other languages, by language tag'),
  pick: Pick.describe('which of several entries counts'),
  ties: z
    .enum(['first-recorded', 'last-recorded'])
    .optional()
    .describe('which of several on one day (or second); first-recorded unless said'),
  dating: Words.optional().describe('which day the entry must carry, in words'),
  datedBy: orUnknown(z.enum(datedBys)).optional().describe('which day of its evidence the entry must carry'),
  ...grounds,
}
const Milestone = z.strictObject({
  ...slot,
  closing: z.boolean().optional().describe('true: marks an end, not a step'),
  final: z.boolean().optional().describe('of a closing milestone: entries dated after it are refused, not only warned of'),
  eachPlace: z.boolean().optional().describe('true: each place records one of its own, so a second at another place is expected'),
})
const Detail = z.strictObject(slot)

const Attribute = z.strictObject({
  id: Id,
  of: Id.describe('the milestone or detail whose entry sets it'),
  values: z.array(z.string()).min(1),
  ...grounds,
})

const oneOrMore = <T extends z.ZodType>(schema: T) => z.union([schema, z.array(schema)])
const Code = z.strictObject({
  code: z
    .string()
    .min(1)
    .max(80)
    .refine((text) => plainText(text) && !/\p{Cc}/u.test(text), 'text without control characters')
    .describe('may hold {variant}'),
  label: Words.optional(),
  labels: z.record(z.string(), Words).optional(),
  marks: oneOrMore(Id).optional().describe('milestones and details the code marks'),
  sets: z.record(z.string(), z.string()).optional().describe('attribute: value'),
  startsPause: oneOrMore(Id).optional(),
  endsPause: oneOrMore(Id).optional(),
  mapsTo: z.string().optional().describe('a local code: does all that this code of the pack does'),
  variants: z.array(Id).optional().describe('only these'),
  exceptVariants: z.array(Id).optional().describe('all but these'),
  rule: Id.optional(),
  ...validity,
  ...grounds,
})

const roles = z.array(z.string().min(1))
const Role = z.strictObject({
  id: Id.describe('a name that duties use and that is no role of a person: a unit, a trade'),
  name: Words.optional(),
  actedBy: orUnknown(z.array(z.enum(personRoles)).min(1)).describe('the roles of people who act for it'),
  ...grounds,
})

const Duty = z.strictObject({
  milestone: Id,
  records: orUnknown(roles).optional().describe('who may record it'),
  decides: orUnknown(roles).optional().describe('on whose word it is recorded'),
  rule: Id.optional(),
  withinDays: orUnknown(z.int().min(0).max(3650))
    .optional()
    .describe('recorded at most so many days after it occurred: real-time; later: after-coded'),
  ...grounds,
})

const Rule = z.strictObject({
  id: Id,
  text: Words.describe('in our own words'),
  refuses: z
    .strictObject({
      codes: z.array(z.string()).min(1),
      recordedBy: roles.optional(),
      validFrom: DayText.optional(),
      validTo: DayText.optional(),
    })
    .optional()
    .describe('entries the rule refuses: these codes, by these roles, occurring in this time'),
  ...grounds,
})

const DelayReason = z.strictObject({
  id: Id,
  text: Words.describe('in words that blame nobody'),
  texts: z.record(z.string(), Words).optional().describe('the same in other languages, by language tag'),
  intervals: z.array(Id).optional().describe('only where the limit of one of these was passed'),
  ...validity,
  ...grounds,
})

/** What happens around a patient that may call for a code. Only the pack knows which. */
export const careEvents = [
  'referral-received',
  'suspicion-arisen',
  'attended',
  'decided',
  'treatment-begun',
  'handed-over',
  'declined',
  'died',
] as const
const Proposal = z.strictObject({
  id: Id,
  event: z.enum(careEvents).describe('what happened'),
  code: z.string().min(1).describe('the code it calls for, as the pack writes it'),
  variants: z.array(Id).optional().describe('only these'),
  datedBy: z.enum([...datedBys, 'event']).describe('which day of the event the entry carries'),
  place: z
    .enum(['from', 'to'])
    .optional()
    .describe('where it is recorded, when something goes from place to place; absent: where it happened'),
  rule: Id.optional(),
  ...grounds,
})

const Moment = z.union([
  Id,
  z.strictObject({ earliest: z.array(Id).min(1) }),
  z.strictObject({ latest: z.array(Id).min(1) }),
  z.strictObject({ firstKnown: z.array(Id).min(1) }),
])
export type Moment = z.infer<typeof Moment>

export const verdicts = ['met', 'missed', 'running', 'overrun', 'not-applicable', 'unknown'] as const

export type Condition =
  | { known: string }
  | { missing: string }
  | { attribute: string; in: string[] }
  | { variant: string[] }
  | { before: [string, string] }
  | { notAfter: [string, string] }
  | { onOrAfter: string; date: string }
  | { samePlace: [string, string] }
  | { verdict: string; in: (typeof verdicts)[number][] }
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }

const pair = z.tuple([Id, Id])
const Condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ known: Id }),
    z.strictObject({ missing: Id }),
    z.strictObject({ attribute: Id, in: z.array(z.string()).min(1) }),
    z.strictObject({ variant: z.array(Id).min(1) }),
    z.strictObject({ before: pair }),
    z.strictObject({ notAfter: pair }),
    z.strictObject({ onOrAfter: Id, date: DayText }),
    z.strictObject({ samePlace: pair }),
    z.strictObject({ verdict: Id, in: z.array(z.enum(verdicts)).min(1) }),
    z.strictObject({ all: z.array(Condition).min(1) }),
    z.strictObject({ any: z.array(Condition).min(1) }),
    z.strictObject({ not: Condition }),
  ]),
)

const Interval = z.strictObject({
  id: Id,
  name: Words,
  names: z.record(z.string(), Words).optional().describe('names in other languages, by language tag'),
  from: Moment,
  to: Moment,
  unit: z.enum(['day', 'working-day', 'minute']),
  calendar: Id.optional(),
  restartedBy: Id.optional().describe('a milestone that starts the clock anew, if it lies between start and stop'),
  limitBy: z.array(Id).optional().describe('attributes the limit depends on, beside the variant'),
  limitChosenBy: Moment.optional().describe('whose date picks the version of the limit; the start unless said'),
  untimedWhen: Condition.optional().describe('when it holds the combination has no limit'),
  ...grounds,
})

const Limit = z.strictObject({
  interval: Id,
  variant: oneOrMore(Id).optional().describe('absent: every variant'),
  when: z.record(z.string(), oneOrMore(z.string())).optional().describe('attribute: value or values'),
  days: orUnknown(z.int().min(0).max(36500)).optional(),
  workingDays: orUnknown(z.int().min(0).max(36500)).optional(),
  minutes: orUnknown(z.int().min(0).max(5_000_000)).optional(),
  untimed: z.literal(true).optional(),
  ...validity,
  ...grounds,
})

const Pause = z.strictObject({
  id: Id,
  name: Words,
  cause: z.enum(['patient', 'medical', 'other']),
  amountFrom: Id.optional().describe(
    'a detail whose entry says how many days (minutes in a minute clock); otherwise codes start and end it',
  ),
  subtractFrom: z.array(Id).optional().describe('intervals it is taken out of; none: it only explains'),
  when: Condition.optional().describe('only then'),
  rule: Id.optional(),
  ...grounds,
})

const End = z.strictObject({ id: Id, name: Words, when: Condition, intervals: z.array(Id).optional().describe('absent: all'), ...grounds })

const Indicator = z.strictObject({
  id: Id,
  name: Words,
  question: Words,
  denominator: Words.describe('who is counted, in words'),
  within: Id.optional().describe('counts the pathways whose clock over this interval keeps its limit'),
  having: Condition.optional().describe('or: counts the pathways for which this holds'),
  better: z
    .enum(['higher', 'lower', 'neither'])
    .optional()
    .describe('which way is better, as the source says; absent: to keep a limit is, and of a condition nothing is said'),
  population: orUnknown(Condition).optional(),
  exclude: z.array(z.strictObject({ id: Id, text: Words, when: Condition, ...grounds })).optional(),
  overrun: z.enum(['left-out', 'missed']).optional().describe('what a clock past its limit without a stop counts as'),
  period: Moment.describe('whose date places a pathway in time'),
  place: Moment.describe('whose place it belongs to'),
  sharing: z
    .strictObject({
      places: z.record(z.string(), Id).describe('name: the milestone or detail whose place it is'),
      cases: z
        .array(z.strictObject({ when: Condition.optional(), weights: z.record(z.string(), z.number().min(0).max(1)), ...grounds }))
        .min(1),
      ...grounds,
    })
    .optional()
    .describe('counted pathways are shared between places: the first case that fits'),
  targets: z.array(z.strictObject({ share: z.number().min(0).max(1), kind: Words.optional(), ...validity, ...grounds })).optional(),
  ...grounds,
})

const Sum = z.strictObject({ id: Id, whole: Id, parts: z.array(Id).min(2), ...grounds })

/** What usually comes next, once a milestone is reached. No figure depends on it. */
const Step = z.strictObject({
  text: z
    .record(z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a language tag such as "en" or "nb"'), Words)
    .refine((text) => Object.keys(text).length > 0, 'words in at least one language')
    .describe('what is to be done, by language tag'),
  owner: orUnknown(z.enum(personRoles)).describe('whose it is'),
  withinDays: orUnknown(z.int().min(0).max(3650)).describe('due so many days after the milestone'),
  books: Id.optional().describe('the milestone whose day the step settles'),
  ...grounds,
})
const Template = z.strictObject({
  id: Id,
  after: Id.describe('the newest milestone reached'),
  variants: z.array(Id).min(1).optional().describe('only these'),
  step: orUnknown(Step).optional().describe('the step that is proposed'),
  shortest: z
    .array(z.strictObject({ to: Id, days: orUnknown(z.int().min(0).max(3650)), ...grounds }))
    .optional()
    .describe('the shortest realistic days from this milestone to later ones'),
  ...grounds,
})

const lists = {
  sources: z.array(Source).default([]),
  calendars: z.array(Calendar).default([]),
  variants: z.array(Variant).default([]),
  milestones: z.array(Milestone).default([]),
  details: z.array(Detail).default([]),
  attributes: z.array(Attribute).default([]),
  codes: z.array(Code).default([]),
  roles: z.array(Role).default([]),
  duties: z.array(Duty).default([]),
  rules: z.array(Rule).default([]),
  delayReasons: z.array(DelayReason).default([]),
  proposals: z.array(Proposal).default([]),
  template: z.array(Template).default([]).describe('what usually comes next, and how long it takes at the least'),
  intervals: z.array(Interval).default([]),
  limits: z.array(Limit).default([]),
  sums: z.array(Sum).default([]).describe('limits that add up: a check on what was typed in'),
  pauses: z.array(Pause).default([]),
  ends: z.array(End).default([]),
  indicators: z.array(Indicator).default([]),
}
export type ListName = keyof typeof lists
// Object.keys forgets the names it was given.
export const listNames = Object.keys(lists) as ListName[]

/** By what an item of a list is known; limits have no name and are only added to. */
export const keyOf: { readonly [K in ListName]: string | undefined } = {
  sources: 'id',
  calendars: 'id',
  variants: 'id',
  milestones: 'id',
  details: 'id',
  attributes: 'id',
  codes: 'code',
  roles: 'id',
  duties: 'milestone',
  rules: 'id',
  delayReasons: 'id',
  proposals: 'id',
  template: 'id',
  intervals: 'id',
  limits: undefined,
  sums: 'id',
  pauses: 'id',
  ends: 'id',
  indicators: 'id',
}

/** A pack as written, all its files put together. A file holds any of these keys; `pack` stands in one of them. */
export const PackText = z.strictObject({ pack: Meta, ...lists })
export type PackText = z.infer<typeof PackText>
export type Item<K extends ListName> = PackText[K][number]
export type Verdict = (typeof verdicts)[number]
