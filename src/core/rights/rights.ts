import { type PersonRole, personRoles } from '../words/role.ts'

/** Who may do what. The same table serves the service's own check and the database's (`role_may`, written by `varde migrate`). */

/**
 * see: patients and their pathways · record: entries, documents, patients · work: questions, notes, next steps, escalations ·
 * answer: a question to the one who knows · count: figures, without persons · log: who did and saw what · erase: who a patient is ·
 * administer: organisations, people, roles · break: emergency access to one pathway · import: entries with the days another system gave them ·
 * define: what is said and done in the life of an indicator · agree: to a purpose of an indicator that somebody else proposed.
 */
export const capabilities = [
  'see',
  'record',
  'work',
  'answer',
  'count',
  'log',
  'erase',
  'administer',
  'break',
  'import',
  'define',
  'agree',
] as const
export type Capability = (typeof capabilities)[number]

export const roles = personRoles
export type Role = PersonRole

export const roleMay: { readonly [R in Role]: readonly Capability[] } = {
  coordinator: ['see', 'record', 'work', 'answer', 'count', 'break', 'define'],
  coder: ['see', 'record', 'work', 'answer', 'count', 'define'],
  summariser: ['see', 'record', 'work', 'answer'],
  clinician: ['see', 'record', 'work', 'answer', 'count', 'break', 'define', 'agree'],
  'coding-lead': ['see', 'record', 'work', 'answer', 'count', 'define', 'agree'],
  analyst: ['count', 'define'],
  manager: ['count', 'define', 'agree'],
  'data-protection-officer': ['log', 'erase'],
  administrator: ['administer', 'import'],
  machine: ['see', 'record', 'work'],
}

/** A pack in an organisation's ledger, as one whole number; pack 0 is what belongs to no pack. */
export const scopeOf = (ledger: number, pack = 0): number => ledger * 1000 + pack
export const ledgerOfScope = (scope: number): number => Math.floor(scope / 1000)

/** What one role lets somebody do, and where. */
export interface Right {
  readonly role: Role
  readonly capability: Capability
  readonly scopes: ReadonlySet<number>
}

/** Roles whose rights need a second factor, where somebody signs in by a password kept here. */
export const factorRoles: readonly Role[] = ['administrator', 'data-protection-officer']

/** Roles that are held for every pack of a house or not at all: they give rights, or read all that was done, and neither ends at a pack. */
export const wholeHouseRoles: readonly Role[] = roles.filter(
  (role) => roleMay[role].includes('administer') || roleMay[role].includes('log'),
)
