import type { ActKind } from './work.ts'

const entry = ['code', 'variant', 'occurred', 'occurredAt', 'place', 'standing', 'value', 'decider', 'reason', 'passed', 'source'] as const
const role = ['person', 'org', 'role', 'pack'] as const
const work = ['kind', 'state', 'ownerRole', 'ownerPerson', 'due'] as const

/**
 * What the log tells of each act to whoever guards it: days, codes, numbers and reasons. Not told: who a patient is, what a document, a note or an
 * answer says, on whose behalf in words. One list for the database (`log_tells`, written by `varde migrate`) and for the docs.
 */
export const actTells: { readonly [K in ActKind]: readonly string[] } = {
  recorded: entry,
  corrected: [...entry, 'corrects'],
  withdrawn: ['withdraws', 'reason'],
  imported: [...entry, 'corrects', 'recorded', 'recorder'],
  'pathway-opened': ['patient', 'org', 'from', 'bundle'],
  'patient-registered': [],
  'identity-corrected': ['patient'],
  'identity-erased': ['patient', 'reason'],
  'document-received': ['patient', 'kind', 'written', 'received', 'author'],
  'intake-received': ['sha256', 'rows', 'taken', 'repeated', 'refused', 'whole'],
  'message-received': ['sender', 'control', 'type', 'outcome', 'code', 'pathway', 'patient'],
  'message-settled': ['message', 'outcome', 'code', 'pathway', 'patient', 'reason'],
  'glass-broken': ['patient', 'reason', 'until'],
  'glass-ended': ['glass'],
  'organisation-set': ['org', 'parent', 'kind', 'name', 'zone', 'ledger'],
  'person-set': ['person', 'name', 'machine', 'active'],
  'role-given': role,
  'role-withdrawn': role,
  'view-kept': ['view', 'org', 'own', 'search'],
  'view-dropped': ['view'],
  'view-restored': ['view'],
  'life-opened': ['org'],
  'life-recorded': ['life', 'what'],
  'purpose-answered': ['life', 'what'],
  'release-frozen': ['manifest', 'id', 'revision', 'asOf', 'from', 'to', 'rules', 'indicators', 'ledgers'],
  'release-published': ['manifest', 'id', 'revision'],
  'work-opened': work,
  'work-moved': [...work, 'work', 'from'],
}

/** The same of each look. Nothing of a list but what was asked for: another patient's number does not belong into the story of this one. */
export const lookTells: Readonly<Record<string, readonly string[]>> = {
  list: ['pack', 'org'],
  'list-export': ['pack', 'org', 'asOf', 'filter', 'named'],
  account: ['pack', 'indicator', 'release'],
  bundle: ['sha256'],
  coding: ['pack', 'org', 'person'],
  patient: ['patient'],
  documents: ['patient'],
  document: ['patient', 'document'],
  message: ['message', 'patient'],
  'log-export': ['format'],
  extract: [
    'extract',
    'title',
    'purpose',
    'approvedBy',
    'reference',
    'until',
    'receiver',
    'by',
    'pack',
    'asOf',
    'rows',
    'columns',
    'persons',
    'pathways',
    'manifest',
  ],
}
