import type { Session } from './ledger-database.ts'

/** A row of the table `document`. */
export interface DocumentRow {
  readonly ledger: number
  readonly document: number
  readonly patient: number
  readonly pathway: number | null
  readonly kind: string
  readonly title: string
  readonly written: string | null
  readonly received: string | null
  readonly author: string | null
  readonly body: string
}

const columns = 'd.ledger, d.document, d.patient, d.pathway, d.kind, d.title, d.written, d.received, d.author'

export async function findDocuments(session: Session, ledger: number, documents: readonly number[]): Promise<readonly DocumentRow[]> {
  const rows = await session.rows(`SELECT ${columns}, d.body FROM document d WHERE d.ledger = $1 AND d.document = ANY($2::bigint[])`, [
    ledger,
    documents,
  ])
  return rows as unknown as readonly DocumentRow[] // columns are named as the fields are
}

export interface DocumentsAsked {
  readonly ledger: number
  readonly patient: number | null
  readonly pathway: number | null
  readonly after: number
  readonly limit: number
}

export async function listDocumentRows(
  session: Session,
  { ledger, patient, pathway, after, limit }: DocumentsAsked,
): Promise<readonly (Omit<DocumentRow, 'body'> & { readonly length: number })[]> {
  const rows = await session.rows(
    `SELECT ${columns}, length(d.body)::int AS length FROM document d
     WHERE d.ledger = $1 AND ($2::bigint IS NULL OR d.patient = $2) AND ($3::int IS NULL OR d.pathway = $3) AND d.document > $4
     ORDER BY d.document LIMIT $5`,
    [ledger, patient, pathway, after, limit],
  )
  return rows as unknown as readonly (Omit<DocumentRow, 'body'> & { readonly length: number })[] // columns are named as the fields are
}

export interface RestingRow {
  readonly pathway: number
  readonly seq: number
  readonly code: string
  readonly occurred: string
  readonly superseded: string | null
  readonly evidence: readonly { readonly document?: string; readonly from?: number; readonly to?: number; readonly reliedOn?: boolean }[]
}

/** Entries of the patient that rest on a document, whether they still count or not. */
export async function listResting(session: Session, ledger: number, patient: number, ref: string): Promise<readonly RestingRow[]> {
  const rows = await session.rows(
    `SELECT e.pathway, e.seq, e.code, e.occurred, e.superseded, e.evidence FROM pathway p JOIN entry e ON e.ledger = p.ledger AND e.pathway = p.pathway
     WHERE p.ledger = $1 AND p.patient = $2 AND e.evidence @> jsonb_build_array(jsonb_build_object('document', $3::text)) ORDER BY e.seq`,
    [ledger, patient, ref],
  )
  return rows as unknown as readonly RestingRow[] // columns are named as the fields are
}
