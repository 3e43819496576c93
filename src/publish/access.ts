import { type CsvValue, csvText } from '../core/words/csv.ts'
import type { LogRow } from '../store/log.ts'

/** Everything done and seen on one pathway, as files for a patient, an auditor, or another system. None names another pathway. */

const ref = (row: LogRow, n: number): string => `${row.ledger}-${n}`
const reasonOf = (row: LogRow): string | undefined => (typeof row.told?.['reason'] === 'string' ? row.told['reason'] : undefined)

const columns: readonly (readonly [name: string, of: (row: LogRow) => CsvValue])[] = [
  ['at', (row) => row.at],
  ['chain', (row) => row.chain],
  ['number', (row) => ref(row, row.seq)],
  ['kind', (row) => row.kind],
  ['person', (row) => row.person],
  ['name', (row) => row.name],
  ['role', (row) => row.role],
  ['reason', reasonOf],
  ['told', (row) => (row.told ? JSON.stringify(row.told) : '')],
  ['before', (row) => (row.before ? JSON.stringify(row.before) : '')],
]

const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

const accessCsv = (rows: readonly LogRow[]): string =>
  csvText(
    columns.map(([name]) => name),
    rows.map((row) => columns.map(([, of]) => of(row))),
  )

const accessLines = (rows: readonly LogRow[]): string =>
  lines(
    rows.map((row) => ({
      at: row.at,
      chain: row.chain,
      number: ref(row, row.seq),
      kind: row.kind,
      person: row.person,
      name: row.name,
      role: row.role,
      told: row.told,
      before: row.before,
    })),
  )

const identifier = (what: string, value: string) => ({ identifier: { system: `urn:varde:${what}`, value } })
const code = (system: string, value: string) => ({ system: `http://terminology.hl7.org/CodeSystem/${system}`, code: value })
const agentOf = (row: LogRow) => ({
  role: [{ text: row.role }],
  who: { ...identifier('person', String(row.person)), ...(row.name === null ? {} : { display: row.name }) },
})

/** FHIR R4: who saw the pathway. */
const auditEventOf = (row: LogRow, pathway: string) => ({
  resourceType: 'AuditEvent',
  id: `look-${ref(row, row.seq)}`,
  type: code('audit-event-type', 'rest'),
  subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: row.pathway === 0 ? 'search-type' : 'read', display: row.kind }],
  action: row.pathway === 0 ? 'E' : 'R',
  recorded: row.at,
  outcome: '0',
  agent: [{ ...agentOf(row), requestor: true }],
  source: { observer: { display: 'Varde' } },
  entity: [{ what: identifier('pathway', pathway) }],
})

/** What an act did to a record, in the words of HL7; everything else creates something. */
const operation: Readonly<Record<string, string>> = { corrected: 'UPDATE', withdrawn: 'NULLIFY', 'work-moved': 'UPDATE' }

/** FHIR R4: who did what to the pathway. */
const provenanceOf = (row: LogRow, pathway: string) => {
  const before = row.told?.['corrects'] ?? row.told?.['withdraws']
  const reason = reasonOf(row)
  return {
    resourceType: 'Provenance',
    id: `act-${ref(row, row.seq)}`,
    target: [identifier('pathway', pathway), identifier('act', ref(row, row.seq))],
    ...(typeof row.told?.['occurred'] === 'string' ? { occurredDateTime: row.told['occurred'] } : {}),
    recorded: row.at,
    ...(reason === undefined ? {} : { reason: [{ text: reason }] }),
    activity: { coding: [code('v3-DataOperation', operation[row.kind] ?? 'CREATE')], text: row.kind },
    agent: [{ type: { coding: [code('provenance-participant-type', 'author')] }, ...agentOf(row) }],
    ...(typeof before === 'number' ? { entity: [{ role: 'revision', what: identifier('act', ref(row, before)) }] } : {}),
  }
}

const fhirLines = (rows: readonly LogRow[], pathway: string): string =>
  lines(rows.map((row) => (row.chain === 'look' ? auditEventOf(row, pathway) : provenanceOf(row, pathway))))

export interface AccessFormat {
  readonly type: string
  readonly ending: string
  readonly render: (rows: readonly LogRow[], pathway: string) => string
}

export const accessFormats = {
  csv: { type: 'text/csv; charset=utf-8; header=present', ending: 'csv', render: accessCsv },
  ndjson: { type: 'application/x-ndjson', ending: 'ndjson', render: accessLines },
  fhir: { type: 'application/fhir+ndjson', ending: 'fhir.ndjson', render: fhirLines },
} as const satisfies Readonly<Record<string, AccessFormat>>
