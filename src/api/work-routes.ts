import { z } from 'zod'
import { standings } from '../core/ledger/entry.ts'
import { roles } from '../core/rights/rights.ts'
import { refusalReasons } from '../core/work/moving.ts'
import { type WorkKindId, workKinds } from '../core/work/work.ts'
import { defineRoutes } from './route.ts'
import {
  Cursor,
  DayText,
  Evidence,
  InstantText,
  IssueShape,
  Key,
  OrgNumber,
  OrgText,
  PersonNumber,
  Ref,
  Text,
  Untouched,
} from './shapes.ts'

const EntryNumber = z.int().min(1).max(Number.MAX_SAFE_INTEGER)
const RoleName = z.enum(roles)
const Choices = z
  .array(Text(100))
  .max(8)
  // One button alone is no question.
  .refine((choices) => choices.length !== 1 && new Set(choices).size === choices.length, 'no choices, or 2 to 8 different ones')
const Ladder = z
  .array(z.strictObject({ toRole: RoleName, days: z.int().min(1).max(60) }))
  .min(1)
  .max(6)

/** What an entry would say. */
const suggested = {
  code: Text(80),
  variant: Text(60).optional(),
  occurred: DayText,
  occurredAt: InstantText.optional(),
  place: OrgNumber.optional(),
  standing: z.enum(standings).default('sure'),
  value: z.int().min(0).max(1_048_576).optional(),
}
const Change = z
  .strictObject({ ...suggested, standing: z.enum(standings) })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'what is changed')

const DelayPoint = z.strictObject({
  milestone: z.string().nullable(),
  name: z.string(),
  code: z.string(),
  on: z.string(),
})
/** The length of a clock in segments that add up to it. */
export const Delay = z.strictObject({
  unit: z.string().describe('day, working-day or minute: of every length here'),
  total: z.int(),
  segments: z.array(
    z.strictObject({
      from: DelayPoint,
      to: DelayPoint.nullable().describe('null: it goes on'),
      place: z.int().nullable(),
      length: z.int(),
      paused: z.int().describe('taken out beside the length'),
    }),
  ),
  longest: z.int().describe('which of the segments'),
})
/** What people say of a passed limit. */
export const explanation = {
  reason: Text(60).optional().describe('of the list of the pack'),
  avoidable: z.enum(['yes', 'no', 'unknown']).nullish(),
  patientInitiated: z.boolean().nullish(),
  text: Text(4000).nullish(),
}

/** What is kept of each kind of work, exactly. What is not yet said is absent; what was said and no longer holds is null. */
export const workBodies = {
  note: z.strictObject({ text: Text(10_000), entry: EntryNumber.optional() }),
  'next-step': z.strictObject({
    what: Text(500).optional(),
    books: Text(60).nullish(),
    appointment: Text(400).nullish().describe('of the interface that booked it: the sender, and its number for the appointment'),
    because: Text(1000).nullish(),
    outcome: Text(1000).nullish(),
  }),
  query: z.strictObject({
    question: Text(2000),
    choices: Choices.optional(),
    entry: EntryNumber.optional(),
    document: Ref.optional(),
    dispute: z.literal(true).optional(),
    answer: Text(2000).nullish(),
    choice: Text(100).nullish(),
    because: Text(1000).nullish(),
  }),
  proposal: z.strictObject({
    ...suggested,
    rule: Text(80).optional(),
    because: Text(1000),
    evidence: z.array(Evidence).max(20),
    entry: EntryNumber.optional(),
    changes: Change.optional(),
    refused: z.enum(refusalReasons).nullish(),
    words: Text(1000).nullish(),
  }),
  escalation: z.strictObject({
    sentence: Text(500),
    choices: Choices.optional(),
    ladder: Ladder,
    rung: z.int().min(0),
    answer: Text(2000).nullish(),
    choice: Text(100).nullish(),
    because: Text(1000).nullish(),
  }),
  meeting: z.strictObject({
    org: z.int(),
    name: Text(200),
    on: DayText,
    present: z.array(z.strictObject({ person: z.int().nullable(), name: Text(200) })),
    agenda: z.array(EntryNumber).nullish().describe('discussions in their order; the others come after, as they were added'),
    because: Text(1000).nullish(),
  }),
  discussion: z.strictObject({
    meeting: EntryNumber,
    question: Text(2000).nullish(),
    outcome: Untouched(20_000).nullish(),
    because: Text(1000).nullish(),
  }),
  handover: z.strictObject({
    from: z.int(),
    to: z.int(),
    asks: Text(2000),
    days: z.int().describe('so many days after it was sent the receiver has coded a start'),
    sentOn: DayText,
    codes: z.array(z.string()).describe('any of these, at the receiver, is that start'),
    receivedOn: DayText.nullish(),
    because: Text(1000).nullish(),
  }),
  overrun: z.strictObject({
    interval: z.string(),
    variant: z.string(),
    pack: z.string().describe('id and version of the pack it was computed by'),
    limit: z.number(),
    limitDay: z.string().nullable(),
    ...Delay.shape,
    place: z.int().describe('of the longest segment; the organisation of the pathway where none is known'),
    ...explanation,
    reason: z.string().nullish(),
    words: z.string().nullish().describe('the words of the reason as they were then'),
    because: Text(1000).nullish(),
  }),
  'glass-review': z.record(z.string(), z.unknown()),
} as const satisfies Readonly<Record<WorkKindId, z.ZodType>>

const kinds = Object.keys(workKinds) as [WorkKindId, ...WorkKindId[]] // keys of our own table

const view = <K extends WorkKindId, B extends z.ZodType>(kind: K, body: B) =>
  z.strictObject({
    work: Ref,
    kind: z.literal(kind),
    pack: z.string(),
    pathway: Ref,
    state: z.string(),
    open: z.boolean(),
    owner: z.strictObject({ person: z.int().nullable(), role: z.string().nullable() }),
    due: z.string().nullable(),
    version: z.int(),
    opened: z.string(),
    openedBy: z.int(),
    changed: z.string(),
    changedBy: z.int(),
    body,
  })

export const WorkView = z
  .discriminatedUnion('kind', [
    view('note', workBodies.note),
    view('next-step', workBodies['next-step']),
    view('query', workBodies.query),
    view('proposal', workBodies.proposal),
    view('escalation', workBodies.escalation),
    view('meeting', workBodies.meeting),
    view('discussion', workBodies.discussion),
    view('handover', workBodies.handover),
    view('overrun', workBodies.overrun),
    view('glass-review', workBodies['glass-review']),
  ])
  .meta({ id: 'Work' })

export const Done = z.strictObject({ item: WorkView, replayed: z.boolean() }).meta({ id: 'WorkDone' })

/** One owner: a role, or a person by number. */
export const owner = { role: RoleName.optional(), person: PersonNumber.optional() }
export const oneOwner = (said: { readonly role?: unknown; readonly person?: unknown }) =>
  (said.role === undefined) !== (said.person === undefined)
export const ownerWords = 'one owner: a role or a person'

const books = Text(60).describe('the milestone of the pack whose day the step settles: it is booked for the due day')
const Planned = z.strictObject({ what: Text(500), due: DayText, books: books.optional(), ...owner }).refine(oneOwner, ownerWords)
const None = z.strictObject({ none: Text(1000).describe('why there is no next step') })
const Next = z.union([Planned, None]).describe('what comes next, with its owner and day, or why nothing does')

export const onPathway = { tag: 'Work', scope: 'reference', status: 201, params: z.strictObject({ pathway: Ref }), answer: Done } as const
export const onItem = { tag: 'Work', scope: 'reference', ifMatch: true, params: z.strictObject({ work: Ref }), answer: Done } as const
const one = { tag: 'Work', scope: 'reference', params: z.strictObject({ work: Ref }) } as const

const report = {
  method: 'GET',
  tag: 'Work',
  needs: 'count',
  scope: 'any',
  query: z.strictObject({
    pack: z.string().max(60),
    org: OrgText.optional().describe('pathways owned under this organisation'),
    from: DayText.optional().describe('opened on this day or after'),
    to: DayText.optional(),
    by: z.enum(['place', 'role']).default('role').describe('place: one row a place, whoever was asked'),
  }),
  answer: z
    .strictObject({
      rows: z.array(
        z.strictObject({
          place: z.int().describe('the organisation of the pathways'),
          role: z.string().nullable().describe('who was asked last; null: somebody in person, or everybody by place'),
          asked: z.int(),
          answered: z.int(),
          open: z.int(),
          overdue: z.int().describe('of those open: their day has passed'),
          answerRate: z.number().nullable().describe('answered, of those asked and not dropped'),
          medianHours: z.number().nullable().describe('from opening to the last answer'),
        }),
      ),
    })
    .meta({ id: 'AnswerTimes' }),
} as const

export const workRoutes = defineRoutes({
  addNote: {
    ...onPathway,
    method: 'POST',
    path: '/api/pathways/:pathway/notes',
    summary: 'Write a note on a pathway',
    needs: 'work',
    body: z.strictObject({ key: Key, text: Text(10_000), entry: EntryNumber.optional() }),
  },
  planStep: {
    ...onPathway,
    method: 'POST',
    path: '/api/pathways/:pathway/next-steps',
    summary: 'Plan the next step, or say why there is none',
    needs: 'work',
    body: z.strictObject({ key: Key, next: Next }),
  },
  askQuery: {
    ...onPathway,
    method: 'POST',
    path: '/api/pathways/:pathway/queries',
    summary: 'Ask the one who knows: one neutral question',
    needs: 'work',
    body: z
      .strictObject({
        key: Key,
        question: Text(2000),
        ...owner,
        due: DayText.optional(),
        choices: Choices.default([]),
        entry: EntryNumber.optional(),
        document: Ref.optional(),
      })
      .refine(oneOwner, ownerWords),
  },
  suggestEntry: {
    ...onPathway,
    method: 'POST',
    path: '/api/pathways/:pathway/proposals',
    summary: 'Suggest an entry, with the rule and the evidence; nothing is recorded until a person accepts it',
    needs: 'record',
    body: z.strictObject({
      key: Key,
      ...suggested,
      rule: Text(80).optional(),
      because: Text(1000),
      evidence: z.array(Evidence).max(20).default([]),
      role: RoleName.default('coordinator').describe('who is to decide'),
      due: DayText.optional(),
    }),
  },
  raiseEscalation: {
    ...onPathway,
    method: 'POST',
    path: '/api/pathways/:pathway/escalations',
    summary: 'Raise a pathway to somebody above, in one sentence',
    needs: 'work',
    body: z.strictObject({ key: Key, sentence: Text(500), choices: Choices.default([]), ladder: Ladder.optional() }),
  },
  listWork: {
    method: 'GET',
    path: '/api/work',
    tag: 'Work',
    summary: 'Work by owner, kind, place and day: what is due first comes first',
    needs: 'see',
    scope: 'any',
    query: z.strictObject({
      mine: z.stringbool().optional().describe('true: owned by me, or by one of my roles and nobody in person'),
      role: RoleName.optional(),
      person: z.coerce.number().pipe(PersonNumber).optional(),
      org: OrgText.optional().describe('pathways owned under this organisation'),
      pathway: Ref.optional(),
      kind: z.enum(kinds).optional(),
      open: z.stringbool().optional(),
      dueBy: DayText.optional().describe('due on this day or before'),
      cursor: Cursor,
      limit: z.coerce.number().pipe(z.int().min(1).max(500)).default(100),
    }),
    answer: z.strictObject({
      items: z.array(WorkView),
      names: z.record(z.string(), z.string().nullable()).describe('whose the pathways are, by pathway; null: erased'),
      next: z.string().nullable(),
    }),
  },
  readWork: {
    ...one,
    method: 'GET',
    path: '/api/work/:work',
    summary: 'One piece of work',
    needs: 'see',
    revalidates: true,
    answer: WorkView,
  },
  readWorkHistory: {
    ...one,
    method: 'GET',
    path: '/api/work/:work/history',
    summary: 'The acts on one piece of work, in order, each with what it said',
    needs: 'see',
    revalidates: true,
    answer: z.strictObject({
      work: Ref,
      acts: z.array(
        z.strictObject({
          act: Ref,
          at: z.string(),
          person: z.int(),
          role: z.string(),
          state: z.string(),
          owner: z.strictObject({ person: z.int().nullable(), role: z.string().nullable() }).nullable(),
          due: z.string().nullable(),
          said: z.record(z.string(), z.unknown()),
        }),
      ),
    }),
  },
  finishStep: {
    ...onItem,
    method: 'POST',
    path: '/api/work/:work/completions',
    summary: 'A next step is done; what comes next may be planned in the same call',
    needs: 'work',
    body: z.strictObject({ key: Key, outcome: Text(1000).optional(), next: Next.optional() }),
  },
  dropWork: {
    ...onItem,
    method: 'POST',
    path: '/api/work/:work/drops',
    summary: 'Drop a next step or a question, with a reason',
    needs: 'work',
    body: z.strictObject({ key: Key, reason: Text(1000) }),
  },
  editWork: {
    ...onItem,
    method: 'POST',
    path: '/api/work/:work/edits',
    summary: 'Change a next step, or reword or re-address a question; what it said before is in its history',
    needs: 'work',
    body: z
      .strictObject({
        key: Key,
        what: Text(500).optional(),
        question: Text(2000).optional(),
        books: books.nullable().optional(),
        ...owner,
        due: DayText.optional(),
      })
      .refine((said) => said.role === undefined || said.person === undefined, ownerWords)
      .refine(({ key: _, ...said }) => Object.keys(said).length > 0, 'what is changed'),
  },
  answerWork: {
    ...onItem,
    method: 'POST',
    path: '/api/work/:work/answers',
    summary: 'Answer a question or an escalation, in words, with a choice where choices were given',
    needs: 'answer',
    body: z
      .strictObject({ key: Key, text: Text(2000).optional(), choice: Text(100).optional() })
      .refine((said) => said.text !== undefined || said.choice !== undefined, 'a text or a choice'),
  },
  acceptProposal: {
    ...onItem,
    method: 'POST',
    path: '/api/work/:work/acceptances',
    summary: 'Accept a proposal, as it is or changed: the entry is recorded in the same moment, by the rules of the door',
    needs: 'answer',
    body: z.strictObject({
      key: Key,
      change: Change.optional(),
      decider: Text(60).optional(),
      onBehalfOf: Text(200).optional(),
      reason: Text(1000).optional(),
      passing: z.array(Text(120)).max(50).default([]).describe('codes of the warnings that were read and passed'),
    }),
    answer: Done.extend({ entry: Ref, warnings: z.array(IssueShape) }).meta({ id: 'ProposalAccepted' }),
  },
  refuseProposal: {
    ...onItem,
    method: 'POST',
    path: '/api/work/:work/refusals',
    summary: 'Refuse a proposal, for one of a short list of reasons',
    needs: 'answer',
    body: z
      .strictObject({ key: Key, reason: z.enum(refusalReasons), words: Text(1000).optional() })
      .refine((said) => said.reason !== 'other' || said.words !== undefined, 'words, where the reason is none of the list'),
  },
  climbEscalation: {
    ...onItem,
    method: 'POST',
    path: '/api/work/:work/climbs',
    summary: 'Take an escalation one rung up before its time',
    needs: 'work',
    body: z.strictObject({ key: Key, reason: Text(1000).optional() }),
  },
  reopenWork: {
    ...onItem,
    method: 'POST',
    path: '/api/work/:work/reopenings',
    summary: 'Open again what was done, answered or refused',
    needs: ['work', 'answer'],
    body: z.strictObject({ key: Key, reason: Text(1000) }),
  },
  reportEscalations: {
    ...report,
    path: '/api/escalations/report',
    summary: 'How soon escalations are answered, by place and role: counts and a median, no patients',
  },
  reportQueries: { ...report, path: '/api/queries/report', summary: 'The same of questions' },
  climbOverdue: {
    method: 'POST',
    path: '/api/escalations/climbs',
    tag: 'Work',
    summary: 'Take every escalation whose time is over one rung up: the service does it by itself, every minute',
    needs: 'work',
    scope: 'any',
    body: z.strictObject({}),
    answer: z.strictObject({ climbed: z.array(Ref) }),
  },
})
