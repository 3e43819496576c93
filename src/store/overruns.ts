import type { Session } from './ledger-database.ts'
import { type WorkRow, workColumns } from './work.ts'

/** What was written of the limits one pathway has passed. */
export async function listPassedLimitRows(session: Session, ledger: number, pathway: number): Promise<readonly WorkRow[]> {
  const rows = await session.rows(
    `SELECT ${workColumns} FROM work w WHERE w.ledger = $1 AND w.pathway = $2 AND w.kind = 'overrun' ORDER BY w.work`,
    [ledger, pathway],
  )
  return rows as unknown as readonly WorkRow[] // columns are named as the fields are
}

export interface PassedLimitsAsked {
  readonly pack: number
  readonly ledgers: readonly number[]
  readonly org?: number | undefined
  readonly interval?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** Records by reason with the version of its list, place and month of the limit. The function answers for those who may count there, and names no pathway. */
export async function countPassedLimits(rows: Session['rows'], { pack, ledgers, org, interval, from, to }: PassedLimitsAsked) {
  const found = await rows('SELECT * FROM varde.passed_limits($1, $2, $3, $4, $5, $6)', [
    ledgers,
    pack,
    org ?? null,
    interval ?? null,
    from ?? null,
    to ?? null,
  ])
  return found.map((row) => ({
    pack: String(row['pack']),
    reason: row['reason'] as string | null, // text columns, of which these may be null
    words: row['words'] as string | null,
    place: Number(row['place']),
    month: row['month'] as string | null,
    passed: Number(row['passed']),
    explained: Number(row['explained']),
    avoidable: { yes: Number(row['yes']), no: Number(row['no']), unknown: Number(row['unknown']) },
    patientInitiated: Number(row['patient']),
  }))
}
