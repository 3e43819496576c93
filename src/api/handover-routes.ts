import { z } from 'zod'
import { defineRoutes } from './route.ts'
import { DayText, Key, OrgNumber, OrgText, Ref, Text } from './shapes.ts'
import { Done, onItem, onPathway, WorkView } from './work-routes.ts'

const Proposed = z.strictObject({
  code: z.string(),
  place: z.int().nullable(),
  work: Ref.nullable().describe('the proposal that waits for a person; null: its day has not come yet'),
  waitsFor: z.enum(['receipt', 'sending']).nullable(),
})
const Sent = Done.extend({ proposals: z.array(Proposed).describe('codes the pack calls for; nothing is recorded by itself') }).meta({
  id: 'HandoverDone',
})

export const mostBundleBytes = 4 * 1_048_576
const FhirBundle = z.looseObject({ resourceType: z.literal('Bundle') }).describe('FHIR R4; docs/work.md says what is in it')

export const handoverRoutes = defineRoutes({
  sendHandover: {
    ...onPathway,
    tag: 'Handovers',
    method: 'POST',
    path: '/api/pathways/:pathway/handovers',
    summary: 'Hand a pathway over to another place: what is asked, and within how many days a start is coded there. No clock stops',
    needs: 'work',
    body: z.strictObject({
      key: Key,
      to: OrgNumber,
      from: OrgNumber.optional().describe('the organisation of the pathway unless said'),
      asks: Text(2000),
      days: z.int().min(0).max(365).default(7),
      sentOn: DayText.optional().describe('today unless said'),
    }),
    answer: Sent,
  },
  receiveHandover: {
    ...onItem,
    tag: 'Handovers',
    method: 'POST',
    path: '/api/work/:work/receipts',
    summary: 'A handover has been received: now a start is proposed at the receiver, on the day of receipt',
    needs: 'answer',
    body: z.strictObject({ key: Key, receivedOn: DayText.optional().describe('today unless said') }),
    answer: Sent,
  },
  declineHandover: {
    ...onItem,
    tag: 'Handovers',
    method: 'POST',
    path: '/api/work/:work/declines',
    summary: 'Decline a handover, with a reason; it goes back to the sender',
    needs: 'answer',
    body: z.strictObject({ key: Key, reason: Text(1000) }),
  },
  listHandovers: {
    method: 'GET',
    path: '/api/handovers',
    tag: 'Handovers',
    summary: 'Handovers from or to a place, the earliest agreed day first, each with the start coded at the receiver',
    needs: 'see',
    scope: 'any',
    query: z.strictObject({
      org: OrgText.optional().describe('sent or received by a place under this organisation'),
      side: z.enum(['sender', 'receiver']).optional().describe('which of the two lies there'),
      late: z.stringbool().optional().describe('true: the agreed days are over and no start is coded at the receiver'),
      limit: z.coerce.number().pipe(z.int().min(1).max(500)).default(200),
    }),
    answer: z.strictObject({
      items: z.array(
        z.strictObject({
          item: WorkView,
          /** Null where the receiver keeps a ledger of its own: its entries are not seen here. */
          start: z.strictObject({ entry: Ref, code: z.string(), occurred: z.string(), place: z.int() }).nullable(),
          elsewhere: z.boolean().describe('the receiver keeps a ledger of its own: what is known here is whether it was received'),
          late: z.boolean(),
        }),
      ),
      more: z.boolean().describe('there are more than were asked for'),
    }),
  },
  exportBundle: {
    method: 'GET',
    path: '/api/pathways/:pathway/bundle',
    tag: 'Handovers',
    summary:
      'A pathway as a FHIR R4 Bundle, for a house with a ledger of its own: every entry with its days and its people, and the handover',
    needs: 'work',
    scope: 'reference',
    params: z.strictObject({ pathway: Ref }),
    answer: FhirBundle,
  },
  takeInBundle: {
    method: 'POST',
    path: '/api/pathways/bundles',
    tag: 'Handovers',
    summary:
      'Take in such a bundle as a pathway of this house. One that was sent from this installation, to the letter, takes the right to record; any other also the right to import',
    needs: 'record',
    scope: 'organisation',
    status: 201,
    bodyLimit: mostBundleBytes,
    body: z.strictObject({ org: OrgNumber, bundle: FhirBundle }),
    answer: z.strictObject({
      pathway: Ref,
      patient: Ref,
      version: z.int(),
      entries: z.int(),
      handover: Ref.nullable().describe('the handover that waits here for its start'),
      pack: z.strictObject({ id: z.string(), sent: z.string(), here: z.string() }).describe('versions of the pack: there, and here'),
      replayed: z.boolean(),
    }),
  },
})
