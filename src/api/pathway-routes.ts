import { z } from 'zod'
import { standings } from '../core/ledger/entry.ts'
import { roles } from '../core/rights/rights.ts'
import { riskStates } from '../core/work/risk-state.ts'
import { ListSettings } from './list-settings.ts'
import { defineRoutes } from './route.ts'
import { Cursor, DayText, Evidence, InstantText, IssueShape, Key, OrgNumber, OrgText, Ref, Text } from './shapes.ts'

/** What somebody says about a pathway. */
const Offer = z.strictObject({
  key: Key,
  code: Text(80),
  variant: Text(60).optional(),
  occurred: DayText,
  occurredAt: InstantText.optional(),
  place: OrgNumber.optional(),
  standing: z.enum(standings).default('sure'),
  value: z.int().min(0).max(1_048_576).optional(),
  decider: Text(60).optional().describe('role of the one who decided, where that is not the recorder'),
  onBehalfOf: Text(200).optional(),
  reason: Text(1000).optional(),
  evidence: z.array(Evidence).max(20).default([]),
  passing: z.array(Text(120)).max(50).default([]).describe('codes of the warnings that were read and passed'),
})

export const EntryView = z
  .strictObject({
    entry: Ref,
    nth: z.int(),
    code: z.string(),
    label: z.string().nullable(),
    variant: z.string().nullable(),
    occurred: z.string(),
    occurredAt: z.int().nullable(),
    recorded: z.string(),
    recordedAt: z.int(),
    superseded: z.string().nullable(),
    supersededBy: Ref.nullable(),
    withdrawnBecause: z.string().nullable().describe('the reason that was given, where it was withdrawn'),
    corrects: Ref.nullable(),
    place: z.int().nullable(),
    standing: z.string(),
    value: z.int().nullable(),
    person: z.int(),
    personName: z.string().nullable(),
    recorder: z.string(),
    decider: z.string().nullable(),
    onBehalfOf: z.string().nullable(),
    reason: z.string().nullable(),
    evidence: z.array(z.unknown()),
    passed: z.array(z.string()),
  })
  .meta({ id: 'Entry' })

const Done = z
  .strictObject({
    entry: Ref,
    pathway: Ref,
    version: z.int(),
    recordedAt: z.string(),
    replayed: z.boolean(),
    warnings: z.array(IssueShape),
  })
  .meta({ id: 'Recorded' })

const ClockNow = z.strictObject({
  interval: z.string(),
  name: z.string(),
  verdict: z.string(),
  /** Day (minute in a minute clock) so far, pauses taken out. */
  day: z.number().nullable(),
  limit: z.number().nullable(),
  limitDay: z.string().nullable(),
  /** Whole days from today to the limit day; less than 0 when it has passed. */
  slack: z.number().nullable(),
  /** A pause is being taken out of it today. */
  paused: z.boolean(),
})

const unit = z.enum(['day', 'working-day', 'minute'])
const median = z
  .strictObject({ of: z.int(), from: z.string(), to: z.string(), place: z.int() })
  .describe('so many pathways of this ledger, which came to the stop of the clock in these months')
const tooFew = z
  .strictObject({ of: z.int(), least: z.int() })
  .describe('the local median was asked for, and there are too few pathways for it')
/** How near a pathway is to a limit. docs/work.md says what each state, basis and reason means. */
export const RiskView = z
  .strictObject({
    state: z.enum(riskStates),
    interval: z.string().nullable(),
    slack: z.number().nullable(),
    daysLeft: z.number().nullable(),
    basis: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('booked'),
        milestone: z.string(),
        on: z.string(),
        plus: z.int().optional(),
        median: median.optional(),
        tooFew: tooFew.optional(),
      }),
      z.strictObject({
        kind: z.literal('template'),
        after: z.string(),
        on: z.string(),
        days: z.int(),
        source: z.string().nullable(),
        tooFew: tooFew.optional(),
      }),
      z.strictObject({ kind: z.literal('median'), after: z.string(), on: z.string(), days: z.int(), median }),
      z.strictObject({ kind: z.literal('none'), tooFew: tooFew.optional() }),
    ]),
    reason: z.discriminatedUnion('code', [
      z.strictObject({ code: z.literal('stopped'), on: z.string(), length: z.number().nullable(), unit }),
      z.strictObject({ code: z.literal('ended') }),
      z.strictObject({ code: z.literal('limit-passed'), over: z.number(), unit }),
      z.strictObject({ code: z.literal('paused'), pause: z.string(), name: z.string() }),
      z.strictObject({ code: z.literal('booked-too-late'), milestone: z.string(), on: z.string(), limitDay: z.string(), over: z.int() }),
      z.strictObject({ code: z.literal('too-little-time'), short: z.int() }),
      z.strictObject({ code: z.literal('not-booked'), daysLeft: z.int(), passed: z.string().nullable() }),
      z.strictObject({ code: z.literal('slack'), slack: z.number(), unit }),
      z.strictObject({
        code: z.enum(['no-clock', 'limit-unknown', 'in-doubt', 'start-missing', 'imprecise', 'order-impossible', 'outside-calendar']),
      }),
    ]),
  })
  .meta({ id: 'Risk' })

/** The step the pack's template proposes; nothing is planned until a person does. */
const ProposedStep = z.strictObject({
  template: z.string(),
  after: z.string(),
  on: z.string(),
  text: z.record(z.string(), z.string()).describe('by language tag'),
  owner: z.string().nullable(),
  withinDays: z.int().nullable(),
  due: z.string().nullable(),
  books: z.string().nullable(),
  source: z.string().nullable(),
  basis: z.string().nullable(),
})

export const OpenPathway = z
  .strictObject({
    pathway: Ref,
    patient: Ref,
    name: z.string().nullable(),
    pack: z.string(),
    variant: z.string(),
    org: z.int(),
    version: z.int(),
    changed: z.string(),
    clocks: z.array(ClockNow),
    risk: RiskView,
    nextStep: z
      .strictObject({
        work: Ref,
        what: z.string(),
        due: z.string().nullable(),
        books: z.string().nullable().describe('the milestone it settles the day of'),
        owner: z.string().nullable(),
        ownerRole: z.string().nullable(),
        ownerPerson: z.int().nullable(),
      })
      .nullable(),
    noStepReason: z.string().nullable().describe('why there is no next step, where that was said'),
    questions: z.int(),
    escalations: z.int(),
  })
  .meta({ id: 'OpenPathway' })

const pathway = z.strictObject({ pathway: Ref })
const pathwayEntry = z.strictObject({ pathway: Ref, entry: z.coerce.number().pipe(z.int().min(1)) })

/** Which open pathways a list shows. */
const listed = {
  pack: z.string().max(60),
  org: OrgText.optional().describe('only pathways owned under this organisation'),
  patient: Ref.optional(),
  withoutNextStep: z.stringbool().optional().describe('true: only pathways with neither a next step nor a reason for having none'),
}

export const pathwayRoutes = defineRoutes({
  listPathways: {
    method: 'GET',
    path: '/api/pathways',
    tag: 'Pathways',
    summary: 'Open pathways with their clocks as of now',
    needs: 'see',
    scope: 'any',
    query: z.strictObject({
      ...listed,
      cursor: Cursor,
      limit: z.coerce.number().pipe(z.int().min(1).max(10_000)).default(500),
      order: z.enum(['number', 'urgency']).default('number').describe('urgency: the most urgent alone, one page, without a next one'),
    }),
    answer: z.strictObject({
      asOf: z.string(),
      count: z.int().describe('how many there are in all'),
      pathways: z.array(OpenPathway),
      next: z.string().nullable(),
    }),
  },
  exportPathways: {
    method: 'GET',
    path: '/api/pathways.csv',
    tag: 'Pathways',
    summary: 'The same list as CSV, whole, with the time of the snapshot and the filter in its head',
    needs: 'see',
    scope: 'any',
    query: z.strictObject(listed),
  },
  noteExport: {
    method: 'POST',
    path: '/api/pathways/exports',
    tag: 'Pathways',
    summary: 'Write down that rows of the list, as they were read, are saved as a file: the page asks this before it makes the file',
    needs: 'see',
    scope: 'any',
    status: 201,
    bodyLimit: 2_000_000,
    body: z.strictObject({
      pack: z.string().max(60),
      asOf: InstantText.describe('when the rows were read'),
      filter: ListSettings,
      named: z.boolean().describe('true: words or a name narrowed them as well; which ones is not told'),
      pathways: z.array(Ref).min(1).max(50_000),
    }),
    answer: z.strictObject({ rows: z.int() }),
  },
  openPathway: {
    method: 'POST',
    path: '/api/pathways',
    tag: 'Pathways',
    summary: 'Open a pathway for a patient under a pack',
    needs: 'record',
    scope: 'organisation',
    status: 201,
    body: z.strictObject({ key: Key, org: OrgNumber, patient: Ref, pack: z.string().max(60) }),
    answer: z.strictObject({ pathway: Ref, version: z.int(), replayed: z.boolean() }),
  },
  readPathway: {
    method: 'GET',
    path: '/api/pathways/:pathway',
    tag: 'Pathways',
    summary: 'One pathway: its entries, its clocks with the sum of each, and what is to be done',
    needs: 'see',
    scope: 'reference',
    params: pathway,
    query: z.strictObject({
      asOf: DayText.optional().describe('as known on this day'),
      rules: DayText.optional().describe('also the clocks as if the rules in force on this day held, and what makes a difference'),
    }),
    answer: z.strictObject({
      pathway: Ref,
      patient: Ref,
      pack: z.string(),
      org: z.int(),
      version: z.int(),
      changed: z.string(),
      entries: z.array(EntryView),
      risk: RiskView,
      proposedStep: ProposedStep.nullable(),
      explanation: z.unknown().describe('clocks with their arithmetic, parts, rules and limits, as `varde explain` prints them'),
      under: z
        .unknown()
        .describe('each clock under the rules of the day asked for, and what makes a difference; null when none is asked for'),
    }),
  },
  listChoices: {
    method: 'GET',
    path: '/api/pathways/:pathway/choices',
    tag: 'Pathways',
    summary: 'Codes that may be recorded now, with the rule, the duty and what each is used for',
    needs: 'record',
    scope: 'reference',
    params: pathway,
    answer: z.strictObject({ choices: z.array(z.unknown()) }),
  },
  checkEntry: {
    method: 'POST',
    path: '/api/pathways/:pathway/checks',
    tag: 'Pathways',
    summary: 'What the door would say to an entry, without recording it',
    needs: 'record',
    scope: 'reference',
    params: pathway,
    body: Offer,
    answer: z.strictObject({ refusals: z.array(IssueShape), warnings: z.array(IssueShape) }),
  },
  recordEntry: {
    method: 'POST',
    path: '/api/pathways/:pathway/entries',
    tag: 'Pathways',
    summary: 'Record an entry',
    needs: 'record',
    scope: 'reference',
    ifMatch: true,
    status: 201,
    params: pathway,
    body: Offer,
    answer: Done,
  },
  correctEntry: {
    method: 'POST',
    path: '/api/pathways/:pathway/entries/:entry/corrections',
    tag: 'Pathways',
    summary: 'Correct an entry by another; the first is kept',
    needs: 'record',
    scope: 'reference',
    ifMatch: true,
    status: 201,
    params: pathwayEntry,
    body: Offer,
    answer: Done,
  },
  withdrawEntry: {
    method: 'POST',
    path: '/api/pathways/:pathway/entries/:entry/withdrawals',
    tag: 'Pathways',
    summary: 'Withdraw an entry; it is kept and no longer counts',
    needs: 'record',
    scope: 'reference',
    ifMatch: true,
    status: 201,
    params: pathwayEntry,
    body: z.strictObject({ key: Key, reason: Text(1000) }),
    answer: Done,
  },
  disputeEntry: {
    method: 'POST',
    path: '/api/pathways/:pathway/entries/:entry/disputes',
    tag: 'Pathways',
    summary: 'Doubt an entry: it stands as asked about, and a query goes to whoever can settle it',
    needs: 'record',
    scope: 'reference',
    ifMatch: true,
    status: 201,
    params: pathwayEntry,
    body: z.strictObject({ key: Key, question: Text(1000), toRole: z.enum(roles) }),
    answer: Done.extend({ query: Ref }).meta({ id: 'Disputed' }),
  },
})
