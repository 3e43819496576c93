import { readDay } from '../core/words/day.ts'
import type { Session } from './ledger-database.ts'
import type { EntryRow, PathwayRecord } from './pathways.ts'

/** What has been sent before under a key. Of another person's act only that it is there. */
export interface Before {
  readonly key: string
  readonly seq: number
  readonly kind: string
  readonly pathway: number
  readonly payload: string | null
  readonly own: boolean
}

export async function listBefore(session: Session, ledger: number, keys: readonly string[]): Promise<ReadonlyMap<string, Before>> {
  const rows = await session.rows('SELECT key, seq, kind, pathway, payload, own FROM acts_before($1, $2)', [ledger, keys])
  return new Map((rows as unknown as readonly Before[]).map((row) => [row.key, row])) // columns are named as the fields are
}

/** Two intakes into one ledger go one after the other: neither opens what the other is about to open. */
export const takeTurn = (session: Session, ledger: number): Promise<unknown> =>
  session.rows(`SELECT pg_advisory_xact_lock(hashtext('varde-intake'), $1)`, [ledger])

export async function findPatients(session: Session, ledger: number, nationalIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await session.rows('SELECT national_id, patient FROM identity WHERE ledger = $1 AND national_id = ANY ($2)', [
    ledger,
    nationalIds,
  ])
  return new Map(rows.map((row) => [String(row['national_id']), Number(row['patient'])]))
}

/** Pathways by number, and all those of some patients, with their entries. */
export async function listPathwayRecords(
  session: Session,
  ledger: number,
  { pathways, patients }: { readonly pathways: readonly number[]; readonly patients: readonly number[] },
): Promise<readonly PathwayRecord[]> {
  const rows = await session.rows(
    `SELECT p.ledger, p.pathway, p.pack, p.patient, p.org, p.version, p.changed, o.zone, i.born, false AS done,
       (SELECT coalesce(json_agg(e ORDER BY e.nth), '[]') FROM entry e WHERE e.ledger = p.ledger AND e.pathway = p.pathway) AS entries
     FROM pathway p JOIN organisation o ON o.org = p.org LEFT JOIN identity i ON i.ledger = p.ledger AND i.patient = p.patient
     WHERE p.ledger = $1 AND (p.pathway = ANY ($2::int[]) OR p.patient = ANY ($3::bigint[]))`,
    [ledger, pathways, patients],
  )
  return rows.map((row) => ({
    ...(row as unknown as PathwayRecord & { readonly entries: readonly EntryRow[] }), // columns are named as the fields are
    born: typeof row['born'] === 'string' ? readDay(row['born']) : undefined,
  }))
}
