import { z } from 'zod'
import { defineRoutes } from './route.ts'
import { Cursor, InstantText, OrgText, PersonNumber, Ref, Text } from './shapes.ts'

const Told = z.record(z.string(), z.unknown()).nullable()
const LogRow = z
  .strictObject({
    number: Ref,
    ledger: z.int(),
    chain: z.enum(['act', 'look']),
    at: z.string(),
    kind: z.string(),
    person: z.int(),
    name: z.string().nullable(),
    role: z.string(),
    pack: z.string().nullable(),
    pathway: Ref.nullable(),
    showed: z.int().nullable().describe('how many pathways a list showed'),
    reason: z.string().nullable(),
    told: Told.describe('what the log tells of it: days, codes, numbers, reasons; null once it was erased'),
    before: Told.describe('of a correction or withdrawal: the same of what stood there before'),
  })
  .meta({ id: 'LogRow' })

const which = {
  ledger: OrgText.optional().describe('one ledger, by the number of its organisation'),
  org: OrgText.optional().describe('all ledgers under this organisation'),
}

export const logRoutes = defineRoutes({
  listLog: {
    method: 'GET',
    path: '/api/log',
    tag: 'Log',
    summary: 'Who did what, and who saw what: newest first',
    needs: 'log',
    scope: 'any',
    query: z.strictObject({
      ...which,
      chain: z.enum(['act', 'look']).optional().describe('what was done, or what was seen; both unless said'),
      person: z.coerce.number().pipe(PersonNumber).optional(),
      pathway: Ref.optional().describe('also lists that showed it'),
      patient: Ref.optional(),
      kind: Text(40).optional(),
      from: InstantText.optional(),
      to: InstantText.optional().describe('before this moment'),
      cursor: Cursor,
      limit: z.coerce.number().pipe(z.int().min(1).max(500)).default(100),
    }),
    answer: z.strictObject({ rows: z.array(LogRow), next: z.string().nullable() }),
  },
  verifyLog: {
    method: 'GET',
    path: '/api/log/verification',
    tag: 'Log',
    summary: 'Whether the chains of the log hold, and where they first do not',
    needs: 'log',
    scope: 'any',
    query: z.strictObject({ ...which, from: z.coerce.number().pipe(z.int().min(1)).default(1).describe('from this act or look on') }),
    answer: z.strictObject({
      holds: z.boolean(),
      chains: z.array(
        z.strictObject({
          ledger: z.int(),
          chain: z.enum(['act', 'look']),
          seq: z.int(),
          hash: z.string(),
          problems: z.array(z.strictObject({ seq: z.int(), problem: z.string() })),
        }),
      ),
    }),
  },
  exportAccess: {
    method: 'GET',
    path: '/api/log/pathways/:pathway',
    tag: 'Log',
    summary: 'Everything done and seen on one pathway, as a file: CSV, lines of JSON, or FHIR R4 Provenance and AuditEvent in lines',
    needs: 'log',
    scope: 'reference',
    params: z.strictObject({ pathway: Ref }),
    query: z.strictObject({ format: z.enum(['csv', 'ndjson', 'fhir']).default('csv') }),
  },
})
