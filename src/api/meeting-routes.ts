import { z } from 'zod'
import { defineRoutes } from './route.ts'
import { DayText, Key, OrgNumber, OrgText, PersonNumber, Ref, Text, Untouched } from './shapes.ts'
import { onItem, WorkView } from './work-routes.ts'

const Topic = z.strictObject({ pathway: Ref, question: Text(2000).optional() })
const Topics = z
  .array(Topic)
  .max(200)
  .refine((all) => new Set(all.map(({ pathway }) => pathway)).size === all.length, 'each pathway once')
const Somebody = z.union([
  z.strictObject({ person: PersonNumber }),
  z.strictObject({ name: Text(200).describe('a guest, who has no number here') }),
])
const Present = z.array(Somebody).max(100)

const meeting = {
  meeting: Ref,
  org: z.int(),
  pack: z.string(),
  name: z.string(),
  on: z.string(),
  state: z.enum(['open', 'signed', 'cancelled']),
  version: z.int(),
  present: z.array(z.strictObject({ person: z.int().nullable(), name: z.string() })),
  signed: z.strictObject({ person: z.int(), name: z.string().nullable(), at: z.string() }).nullable(),
}

export const Meeting = z
  .strictObject({
    ...meeting,
    items: z.array(z.strictObject({ item: WorkView, patient: Ref, name: z.string().nullable() })).describe('the agenda, in order'),
    minutes: z.string().nullable().describe('plain text, once it is signed'),
    replayed: z.boolean(),
  })
  .meta({ id: 'Meeting' })

const onMeeting = {
  tag: 'Meetings',
  method: 'POST',
  scope: 'reference',
  ifMatch: true,
  params: z.strictObject({ meeting: Ref }),
  answer: Meeting,
} as const

export const meetingRoutes = defineRoutes({
  listMeetings: {
    method: 'GET',
    path: '/api/meetings',
    tag: 'Meetings',
    summary: 'Meetings of an organisation, the latest day first; no patients',
    needs: 'see',
    scope: 'any',
    query: z.strictObject({ pack: z.string().max(60), org: OrgText.optional(), open: z.stringbool().optional() }),
    answer: z.strictObject({ meetings: z.array(z.strictObject(meeting)) }),
  },
  planMeeting: {
    method: 'POST',
    path: '/api/meetings',
    tag: 'Meetings',
    summary: 'Plan a meeting: its day, its agenda as pathways in order, a question for each, who is there',
    needs: 'work',
    scope: 'organisation',
    status: 201,
    body: z.strictObject({
      key: Key,
      org: OrgNumber,
      pack: z.string().max(60),
      name: Text(200),
      on: DayText,
      agenda: Topics.default([]),
      present: Present.default([]),
    }),
    answer: Meeting,
  },
  readMeeting: {
    method: 'GET',
    path: '/api/meetings/:meeting',
    tag: 'Meetings',
    summary: 'A meeting with its agenda, what has been typed so far, and the minutes once it is signed',
    needs: 'see',
    scope: 'reference',
    params: z.strictObject({ meeting: Ref }),
    answer: Meeting,
  },
  editMeeting: {
    ...onMeeting,
    path: '/api/meetings/:meeting/edits',
    summary: 'Change a meeting: who is there, the day, what is on the agenda and in which order',
    needs: 'work',
    body: z
      .strictObject({
        key: Key,
        name: Text(200).optional(),
        on: DayText.optional(),
        present: Present.optional(),
        add: Topics.optional(),
        remove: z.array(Ref).max(200).optional().describe('discussions'),
        order: z.array(Ref).max(200).optional().describe('discussions, in the order they are to come'),
      })
      .refine(({ key: _, ...said }) => Object.keys(said).length > 0, 'what is changed'),
  },
  writeOutcome: {
    ...onItem,
    tag: 'Meetings',
    method: 'POST',
    path: '/api/work/:work/outcomes',
    summary: 'Save what is typed of a discussion, as it is typed: each save is kept, and one that did not see the last is refused',
    needs: 'work',
    body: z.strictObject({ key: Key, question: Text(2000).optional(), outcome: Untouched(20_000).nullable() }),
  },
  signMeeting: {
    ...onMeeting,
    path: '/api/meetings/:meeting/signatures',
    summary: 'Sign what was read: the meeting is closed and its minutes stand',
    needs: 'answer',
    body: z.strictObject({
      key: Key,
      read: z
        .array(z.strictObject({ work: Ref, version: z.int().min(1) }))
        .max(400)
        .describe('every discussion on the agenda, with the version that was read'),
    }),
  },
  cancelMeeting: {
    ...onMeeting,
    path: '/api/meetings/:meeting/cancellations',
    summary: 'Cancel a meeting, with a reason; what was typed is kept',
    needs: 'work',
    body: z.strictObject({ key: Key, reason: Text(1000) }),
  },
})
