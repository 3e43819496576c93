/** What somebody is when signed in. A pack may name others (a unit, a trade) and say which of these act for them. */
export const personRoles = [
  'coordinator',
  'coder',
  'summariser',
  'clinician',
  'coding-lead',
  'analyst',
  'manager',
  'data-protection-officer',
  'administrator',
  'machine',
] as const
export type PersonRole = (typeof personRoles)[number]
