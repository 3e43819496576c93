import { z } from 'zod'
import { standings } from '../core/ledger/entry.ts'
import { defineRoutes } from './route.ts'
import { DayText, Evidence, InstantText, IssueShape, Key, NationalId, OrgNumber, Ref, Text } from './shapes.ts'

export const mostIntakeBytes = 10 * 1_048_576
export const mostIntakeRows = 2000

/** One entry from another system, about a pathway that is named, or the patient's pathway under a pack, which is opened where there is none. */
export const IntakeRow = z
  .strictObject({
    key: Key.unwrap().describe('the source and its own number of the row: the same key again is the same entry'),
    pathway: Ref.optional(),
    patient: z
      .strictObject({
        nationalId: NationalId,
        name: Text(200).optional().describe('with a name, a patient who is not known yet is registered'),
        born: DayText.optional(),
      })
      .optional(),
    pack: z.string().max(60).optional(),
    code: Text(80),
    variant: Text(60).optional(),
    occurred: DayText,
    occurredAt: InstantText.optional(),
    place: OrgNumber.optional(),
    standing: z.enum(standings).default('sure'),
    value: z.int().min(0).max(1_048_576).optional(),
    decider: Text(60).optional(),
    onBehalfOf: Text(200).optional(),
    reason: Text(1000).optional(),
    evidence: z.array(Evidence).max(20).default([]),
    passing: z.array(Text(120)).max(50).default([]),
    corrects: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional().describe('the number of the entry this one takes the place of'),
    recorded: DayText.optional().describe('the day another system recorded it; takes the right to import'),
    recordedAt: InstantText.optional(),
    recorder: Text(60).optional().describe('role of the one who recorded it there'),
  })
  .refine((row) => (row.pathway === undefined) !== (row.patient === undefined), 'a pathway or a patient')
  .refine((row) => (row.patient === undefined) === (row.pack === undefined), 'the pack beside the patient')
  .refine((row) => row.recorded !== undefined || (row.recordedAt === undefined && row.recorder === undefined), 'the day it was recorded')
  .meta({ id: 'IntakeRow' })

export const outcomes = ['taken', 'repeated', 'refused', 'left'] as const

export const intakeRoutes = defineRoutes({
  takeIn: {
    method: 'POST',
    path: '/api/intake',
    tag: 'Intake',
    summary:
      'Many entries from another system. Each is held against the pack before anything is written; then all are written or none, or by chunks, of which each is written whole',
    needs: 'record',
    scope: 'organisation',
    bodyLimit: mostIntakeBytes,
    body: z.strictObject({
      key: Key.describe('sends the same rows anew on purpose; without it the same body gets its first answer again'),
      org: OrgNumber,
      whole: z.boolean().default(true).describe('true: one refused row, and nothing is written. false: refused rows are left out'),
      chunk: z.int().min(1).max(mostIntakeRows).default(mostIntakeRows).describe('rows written together where `whole` is false'),
      // Read one by one, so that one row of another shape does not hide what is wrong with the others.
      rows: z
        .array(z.union([IntakeRow, z.unknown()]))
        .min(1)
        .max(mostIntakeRows),
    }),
    answer: z.strictObject({
      intake: Ref,
      sha256: z.string(),
      replayed: z.boolean(),
      whole: z.boolean(),
      rows: z.int(),
      taken: z.int(),
      repeated: z.int(),
      refused: z.int(),
      results: z.array(
        z.strictObject({
          row: z.int().describe('from 1'),
          outcome: z.enum(outcomes).describe('left: nothing wrong with it, but not written, because others were refused'),
          pathway: Ref.optional(),
          entry: Ref.optional(),
          issues: z.array(IssueShape).optional(),
        }),
      ),
    }),
  },
})
