import type { Row } from './database.ts'
import type { Session } from './ledger-database.ts'

/** What emergency access would open, until when by the clock of the database; nothing where there is nothing. */
export interface BehindGlass {
  readonly pathway: number
  readonly pack: number
  readonly patient: number
  readonly until: string
}

export async function findBehindGlass(
  session: Session,
  ledger: number,
  by: { readonly pathway: number } | { readonly nationalId: string },
  minutes: number,
): Promise<readonly BehindGlass[]> {
  const rows = await session.rows('SELECT pathway, pack, patient, until FROM behind_glass($1, $2, $3, $4)', [
    ledger,
    'pathway' in by ? by.pathway : null,
    'nationalId' in by ? by.nationalId : null,
    minutes,
  ])
  return rows as unknown as readonly BehindGlass[] // columns are named as the fields are
}

/** Emergency access of the person at work that has not ended. */
export const listOwnGlass = (session: Session): Promise<readonly Row[]> =>
  session.rows(
    'SELECT ledger, glass, pathway, patient, reason, until FROM glass WHERE person = acting_person() AND until > clock_timestamp() ORDER BY until, ledger, glass',
  )

/** One's own, ended or not. */
export const findOwnGlass = async (session: Session, ledger: number, glass: number): Promise<Row | undefined> =>
  (
    await session.rows(
      'SELECT pathway, until > clock_timestamp() AS open FROM glass WHERE ledger = $1 AND glass = $2 AND person = acting_person()',
      [ledger, glass],
    )
  )[0]

/** Reviews in these ledgers, with how often the person looked at the pathway while the access lasted. */
export const listReviews = (session: Session, ledgers: readonly number[], state: string): Promise<readonly Row[]> =>
  session.rows(
    `SELECT w.ledger, w.work, w.pathway, w.opened_by AS person, p.name, w.body->>'reason' AS reason, w.opened, w.body->>'until' AS until, w.state,
       w.body->>'finding' AS finding, w.body->>'note' AS note,
       (SELECT count(*)::int FROM log l WHERE l.ledger = w.ledger AND l.chain = 'look' AND l.person = w.opened_by
          AND l.at BETWEEN w.opened AND (w.body->>'until')::timestamptz AND (l.pathway = w.pathway OR l.seen @> w.pathway::bigint)) AS looks
     FROM work w JOIN person p ON p.person = w.opened_by
     WHERE w.kind = 'glass-review' AND w.ledger = ANY ($1::int[]) AND w.state = $2 ORDER BY w.opened, w.ledger, w.work LIMIT 500`,
    [ledgers, state],
  )

export const findReview = async (session: Session, ledger: number, work: number): Promise<Row | undefined> =>
  (
    await session.rows(`SELECT pathway, opened_by, state, version FROM work WHERE ledger = $1 AND work = $2 AND kind = 'glass-review'`, [
      ledger,
      work,
    ])
  )[0]
