import type { Session } from './ledger-database.ts'
import { type WorkRow, workColumns } from './work.ts'

export interface MeetingRow extends WorkRow {
  /** Name of whoever changed it last. */
  readonly changed_name: string | null
}

const meetings = `SELECT ${workColumns}, (SELECT x.name FROM person x WHERE x.person = w.changed_by) AS changed_name
  FROM work w WHERE w.kind = 'meeting' AND w.pathway = 0`

export async function findMeeting(session: Session, ledger: number, work: number): Promise<MeetingRow | undefined> {
  const [row] = await session.rows(`${meetings} AND w.ledger = $1 AND w.work = $2`, [ledger, work])
  return row as unknown as MeetingRow | undefined // columns are named as the fields are
}

export async function listMeetingRows(
  session: Session,
  {
    pack,
    ledgers,
    org,
    open,
  }: { readonly pack: number; readonly ledgers: readonly number[]; readonly org: number | undefined; readonly open: boolean | undefined },
): Promise<readonly MeetingRow[]> {
  const rows = await session.rows(
    `${meetings} AND w.pack = $1 AND w.ledger = ANY ($2::int[]) AND ($3::boolean IS NULL OR w.open = $3)
       AND ($4::int IS NULL OR (w.body->>'org')::int IN (SELECT u.org FROM organisation_under u WHERE u.above = $4))
     ORDER BY w.body->>'on' DESC, w.ledger, w.work DESC LIMIT 500`,
    [pack, ledgers, open ?? null, org ?? null],
  )
  return rows as unknown as readonly MeetingRow[] // columns are named as the fields are
}

export interface DiscussionRow extends WorkRow {
  readonly patient: number
  readonly name: string | null
}

/** What is on the agenda, as it was added; what was taken off it is not. */
export async function listDiscussionRows(session: Session, ledger: number, meeting: number): Promise<readonly DiscussionRow[]> {
  const rows = await session.rows(
    `SELECT ${workColumns}, p.patient, i.name FROM work w JOIN pathway p ON p.ledger = w.ledger AND p.pathway = w.pathway
       LEFT JOIN identity i ON i.ledger = p.ledger AND i.patient = p.patient
     WHERE w.ledger = $1 AND w.kind = 'discussion' AND (w.body->>'meeting')::bigint = $2 AND w.state <> 'dropped' ORDER BY w.work`,
    [ledger, meeting],
  )
  return rows as unknown as readonly DiscussionRow[] // columns are named as the fields are
}

/** Which of these pathways are there under a pack, for this person. */
export async function listPathwaysUnder(
  session: Session,
  ledger: number,
  pack: number,
  pathways: readonly number[],
): Promise<ReadonlySet<number>> {
  const rows = await session.rows('SELECT pathway FROM pathway WHERE ledger = $1 AND pack = $2 AND pathway = ANY ($3::int[])', [
    ledger,
    pack,
    pathways,
  ])
  return new Set(rows.map((row) => Number(row['pathway'])))
}

export async function listNames(session: Session, people: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const rows = await session.rows('SELECT person, name FROM person WHERE person = ANY ($1::int[])', [people])
  return new Map(rows.map((row) => [Number(row['person']), String(row['name'])]))
}
