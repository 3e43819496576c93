import { randomUUID } from 'node:crypto'
import { scopeOf } from '../core/rights/rights.ts'
import { type Day, readDay } from '../core/words/day.ts'
import { IssueError } from '../core/words/result.ts'
import { climbOnce, type Rung } from '../core/work/moving.ts'
import type { LedgerDatabase } from './ledger-database.ts'

interface Overdue {
  readonly ledger: number
  readonly pack: number
  readonly pathway: number
  readonly work: number
  readonly version: number
  readonly today: string
  readonly ladder: readonly Rung[]
  readonly rung: number
}

/** Whoever runs the machine: what the service does by itself is done in this name. */
const operator = 0

/**
 * Every escalation that nobody has answered in time goes one rung up, whoever asks or does not. Gives how many did.
 *
 * The service does it as a machine that may work in that one ledger and pack, and sees nothing. Several services at once, or somebody who answers at this
 * moment, are no harm: each move names the version it was decided by.
 */
export async function climbOverdue(ledger: LedgerDatabase, now: Date): Promise<number> {
  const rows = (await ledger.rows('SELECT * FROM overdue_escalations($1)', [now.toISOString()])) as unknown as readonly Overdue[] // columns are named as the fields are
  let climbed = 0
  for (const row of rows) {
    const today: Day | undefined = readDay(row.today)
    const payload = today === undefined ? undefined : climbOnce(row.ladder, row.rung, today, 'Not answered in time.')
    if (!payload) continue
    const right = { role: 'machine', capability: 'work', scopes: new Set([scopeOf(row.ledger, row.pack)]) } as const
    const act = { key: randomUUID(), kind: 'work-moved', pathway: row.pathway, expected: row.version } as const
    climbed += await ledger
      .as({ person: operator, role: 'machine', rights: [right], glass: [] }, (session) =>
        session.act(row.ledger, [{ ...act, payload: { ...payload, work: row.work } }]),
      )
      .then(
        () => 1,
        (error: unknown) => {
          if (error instanceof IssueError && ['ledger/changed', 'ledger/not-allowed'].includes(error.issues[0]?.code ?? '')) return 0 // answered, or climbed by another
          throw error
        },
      )
  }
  return climbed
}
