import type { IssueCode } from '../core/words/issue.ts'
import type { Outcome } from '../core/work/feed.ts'
import type { Session } from './ledger-database.ts'
import { type WorkRow, workColumns } from './work.ts'

/** A row of the table `message`, without its text. */
export interface MessageRow {
  readonly ledger: number
  readonly message: number
  readonly pack: number
  readonly sender: string
  readonly control: string
  readonly type: string
  readonly sha256: string
  readonly at: string
  readonly sent: string | null
  readonly answered: Readonly<Record<string, unknown>>
  readonly outcome: Outcome
  readonly code: IssueCode | null
  readonly field: string | null
  readonly says: string | null
  readonly pathway: number | null
  readonly patient: number | null
  readonly settled: string | null
  readonly settled_by: number | null
}

const columns = `m.ledger, m.message, m.pack, m.sender, m.control, m.type, m.sha256, m.at, m.sent, m.answered, m.outcome, m.code, m.field, m.says, m.pathway,
  m.patient, m.settled, m.settled_by`

/** Messages of a sender under one number, the first first. */
export async function findBefore(session: Session, ledger: number, sender: string, control: string): Promise<readonly MessageRow[]> {
  const rows = await session.rows(
    `SELECT ${columns} FROM message m WHERE m.ledger = $1 AND m.sender = $2 AND m.control = $3 ORDER BY m.message LIMIT 100`,
    [ledger, sender, control],
  )
  return rows as unknown as readonly MessageRow[] // columns are named as the fields are
}

export async function findMessage(
  session: Session,
  ledger: number,
  message: number,
): Promise<(MessageRow & { readonly text: string | null }) | undefined> {
  const [row] = await session.rows(`SELECT ${columns}, m.text FROM message m WHERE m.ledger = $1 AND m.message = $2`, [ledger, message])
  return row as unknown as (MessageRow & { readonly text: string | null }) | undefined // columns are named as the fields are
}

export interface MessagesAsked {
  readonly sender: string | undefined
  readonly outcomes: readonly Outcome[]
  readonly before: readonly [at: string, ledger: number, message: number] | undefined
  readonly limit: number
}

/** Newest first. */
export async function listMessageRows(
  session: Session,
  { sender, outcomes, before, limit }: MessagesAsked,
): Promise<readonly MessageRow[]> {
  const rows = await session.rows(
    `SELECT ${columns} FROM message m WHERE m.outcome = ANY ($1) AND ($2::text IS NULL OR m.sender = $2)
       AND ($3::timestamptz IS NULL OR (m.at, m.ledger, m.message) < ($3, $4::int, $5::bigint))
     ORDER BY m.at DESC, m.ledger DESC, m.message DESC LIMIT $6`,
    [outcomes, sender ?? null, before?.[0] ?? null, before?.[1] ?? null, before?.[2] ?? null, limit],
  )
  return rows as unknown as readonly MessageRow[] // columns are named as the fields are
}

/** What one sender has sent: numbers and times, no message. */
export interface FeedRow {
  readonly ledger: number
  readonly sender: string
  readonly first: string
  readonly last: string
  readonly sent: string | null
  readonly taken: number
  readonly passed_over: number
  readonly refused: number
  readonly not_placed: number
  readonly waiting: number
  readonly weeks: readonly number[]
}

export async function listFeedRows(session: Session, ledgers: readonly number[], now: Date): Promise<readonly FeedRow[]> {
  const rows = await session.rows('SELECT * FROM feeds_now($1, $2)', [ledgers, now.toISOString()])
  return rows.map((row) => {
    const { taken, passed_over, refused, not_placed, waiting } = row
    const counts = Object.fromEntries(
      Object.entries({ taken, passed_over, refused, not_placed, waiting }).map(([name, n]) => [name, Number(n)]),
    )
    return { ...row, ...counts } as unknown as FeedRow // columns are named as the fields are
  })
}

/** Steps of some pathways, and proposals that wait there: what a message may touch. */
export async function listTouched(session: Session, ledger: number, pathways: readonly number[]): Promise<readonly WorkRow[]> {
  const rows = await session.rows(
    `SELECT ${workColumns} FROM work w WHERE w.ledger = $1 AND w.pathway = ANY ($2::int[]) AND (w.kind = 'next-step' OR w.kind = 'proposal' AND w.open) ORDER BY w.work`,
    [ledger, pathways],
  )
  return rows as unknown as readonly WorkRow[] // columns are named as the fields are
}
