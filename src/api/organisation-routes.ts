import { z } from 'zod'
import { capabilities, roles } from '../core/rights/rights.ts'
import { defineRoutes } from './route.ts'
import { Cursor, DayText, Key, NationalId, OrgNumber, Ref, Text } from './shapes.ts'

export const organisationKinds = ['nation', 'region', 'trust', 'hospital', 'department', 'practice'] as const

const Organisation = z
  .strictObject({
    org: z.int(),
    parent: z.int().nullable(),
    kind: z.enum(organisationKinds),
    name: z.string(),
    zone: z.string(),
    ledger: z.int(),
  })
  .meta({ id: 'Organisation' })

const RoleHeld = z.strictObject({ org: z.int(), role: z.enum(roles), pack: z.string().nullable() })

const page = z.strictObject({ cursor: Cursor, limit: z.coerce.number().pipe(z.int().min(1).max(5000)).default(2000) })

export const organisationRoutes = defineRoutes({
  readMe: {
    method: 'GET',
    path: '/api/me',
    tag: 'Sign-in',
    summary: 'Who is signed in, in which roles, and what that allows where',
    needs: 'signed-in',
    scope: 'none',
    answer: z.strictObject({
      person: z.int(),
      name: z.string(),
      roles: z.array(RoleHeld),
      may: z.partialRecord(z.enum(capabilities), z.array(z.int())).describe('ledgers by what one may do there'),
      demonstration: z.boolean(),
    }),
  },
  listOrganisations: {
    method: 'GET',
    path: '/api/organisations',
    tag: 'Organisations',
    summary: 'The tree of organisations',
    needs: 'signed-in',
    scope: 'none',
    query: page,
    answer: z.strictObject({ organisations: z.array(Organisation), next: z.string().nullable() }),
  },
  addOrganisation: {
    method: 'POST',
    path: '/api/organisations',
    tag: 'Organisations',
    summary: 'Add an organisation under another',
    needs: 'administer',
    scope: 'organisation',
    status: 201,
    body: z.strictObject({
      key: Key,
      org: OrgNumber.describe('the organisation it stands under'),
      kind: z.enum(organisationKinds),
      name: Text(200),
      zone: Text(60).optional().describe("an IANA zone; its parent's unless said"),
    }),
    answer: Organisation,
  },
  listPeople: {
    method: 'GET',
    path: '/api/people',
    tag: 'Organisations',
    summary: 'People with a role in organisations one administers',
    needs: 'administer',
    scope: 'any',
    query: page,
    answer: z.strictObject({
      next: z.string().nullable(),
      people: z.array(
        z.strictObject({ person: z.int(), name: z.string(), active: z.boolean(), machine: z.boolean(), roles: z.array(RoleHeld) }),
      ),
    }),
  },
  addPerson: {
    method: 'POST',
    path: '/api/people',
    tag: 'Organisations',
    summary: 'Add a person (or a machine) with a first role',
    needs: 'administer',
    scope: 'organisation',
    status: 201,
    body: z.strictObject({
      key: Key,
      name: Text(200),
      machine: z.boolean().default(false),
      org: OrgNumber,
      role: z.enum(roles),
      pack: z.string().max(60).optional(),
    }),
    answer: z.strictObject({ person: z.int() }),
  },
  giveRole: {
    method: 'POST',
    path: '/api/people/:person/roles',
    tag: 'Organisations',
    summary: 'Give a role in an organisation, for all packs or one',
    needs: 'administer',
    scope: 'organisation',
    status: 201,
    params: z.strictObject({ person: z.coerce.number().pipe(z.int().min(1).max(2_147_483_647)) }),
    body: z.strictObject({ key: Key, org: OrgNumber, role: z.enum(roles), pack: z.string().max(60).optional() }),
    answer: z.strictObject({ given: z.literal(true) }),
  },
  withdrawRole: {
    method: 'POST',
    path: '/api/people/:person/roles/withdrawals',
    tag: 'Organisations',
    summary: 'Take a role back, at once',
    needs: 'administer',
    scope: 'organisation',
    status: 201,
    params: z.strictObject({ person: z.coerce.number().pipe(z.int().min(1).max(2_147_483_647)) }),
    body: z.strictObject({ key: Key, org: OrgNumber, role: z.enum(roles), pack: z.string().max(60).optional() }),
    answer: z.strictObject({ withdrawn: z.literal(true) }),
  },
  listPacks: {
    method: 'GET',
    path: '/api/packs',
    tag: 'Packs',
    summary: 'The packs in force, with their variants, milestones, intervals and indicators',
    needs: 'signed-in',
    scope: 'none',
    answer: z.strictObject({ packs: z.array(z.unknown()) }),
  },
  registerPatient: {
    method: 'POST',
    path: '/api/patients',
    tag: 'Patients',
    summary: 'Register a patient',
    needs: 'record',
    scope: 'organisation',
    status: 201,
    body: z.strictObject({
      key: Key,
      org: OrgNumber,
      name: Text(200),
      nationalId: NationalId.optional(),
      born: DayText.optional(),
    }),
    answer: z.strictObject({ patient: Ref, replayed: z.boolean() }),
  },
  readPatient: {
    method: 'GET',
    path: '/api/patients/:patient',
    tag: 'Patients',
    summary: 'Who a patient is, with their pathways and documents',
    needs: 'see',
    scope: 'reference',
    params: z.strictObject({ patient: Ref }),
    answer: z.strictObject({
      patient: Ref,
      name: z.string().nullable(),
      nationalId: z.string().nullable(),
      born: z.string().nullable(),
      erased: z.boolean(),
      pathways: z.array(z.strictObject({ pathway: Ref, pack: z.string(), org: z.int(), changed: z.string() })),
      documents: z.array(
        z.strictObject({
          document: Ref,
          kind: z.string(),
          title: z.string(),
          written: z.string().nullable(),
          received: z.string().nullable(),
        }),
      ),
    }),
  },
  correctIdentity: {
    method: 'POST',
    path: '/api/patients/:patient/identity',
    tag: 'Patients',
    summary: 'Correct who a patient is',
    needs: 'record',
    scope: 'reference',
    status: 201,
    params: z.strictObject({ patient: Ref }),
    body: z.strictObject({
      key: Key,
      name: Text(200),
      nationalId: NationalId.optional(),
      born: DayText.optional(),
    }),
    answer: z.strictObject({ corrected: z.literal(true) }),
  },
  eraseIdentity: {
    method: 'POST',
    path: '/api/patients/:patient/erasures',
    tag: 'Patients',
    summary: 'Erase who a patient is; what was counted stays, and the chain still holds',
    needs: 'erase',
    scope: 'reference',
    status: 201,
    params: z.strictObject({ patient: Ref }),
    body: z.strictObject({ key: Key, reason: Text(1000) }),
    answer: z.strictObject({ erased: z.literal(true) }),
  },
})
