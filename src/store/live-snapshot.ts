import type { Pack } from '../core/pack/pack.ts'
import { IssueError } from '../core/words/result.ts'
import type { Row } from './database.ts'
import { packsInstalled } from './install-packs.ts'
import { type LivePack, livePacks } from './live-packs.ts'
import { connectClient } from './postgres.ts'

/** How far a ledger had come: the newest act of its chain. */
export interface LedgerHead {
  readonly ledger: number
  readonly seq: number
  readonly hash: string
}

/** The live ledgers as they are at one moment, for a command of the owner of the database. */
export interface LiveSnapshot {
  readonly live: LivePack
  readonly heads: readonly LedgerHead[]
  /** Those of them that hold pathways under the pack. */
  readonly counted: readonly number[]
  /** Names of organisations by their number. */
  readonly places: Readonly<Record<string, string>>
  readonly rows: (sql: string, params?: readonly unknown[]) => Promise<readonly Row[]>
}

/**
 * Runs on one moment of the ledgers, beside a running service, and writes nothing. `ledgers`: only these; all unless said.
 *
 * Issues: `ledger/no-pack`, where the pack in the database is not this one to the letter; `ledger/not-there`, for a ledger that is named.
 */
export async function atOneMoment<T>(
  ownerUrl: string,
  pack: Pack,
  ledgers: readonly number[] | undefined,
  run: (snapshot: LiveSnapshot) => Promise<T>,
): Promise<T> {
  const client = await connectClient(ownerUrl)
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL ROLE varde_owner; SET LOCAL search_path = varde')
    const rows: LiveSnapshot['rows'] = async (sql, params = []) => (await client.query(sql, [...params])).rows
    const installed = packsInstalled((await client.query('SELECT pack, id, digest FROM pack ORDER BY pack')).rows, [
      { folder: '', content: pack },
    ])
    const live = installed && livePacks(installed).byId(pack.id)
    if (!live)
      throw new IssueError([
        {
          code: 'ledger/no-pack',
          path: [],
          message: `The database has no pack ${pack.id} of these very rules: give the folder that the service runs on, or run varde migrate.`,
        },
      ])
    const all = await rows(`SELECT ledger, seq, encode(hash, 'hex') AS hash FROM log_head WHERE chain = 'act' AND seq > 0 ORDER BY ledger`)
    const heads = all.map((row) => ({ ledger: Number(row['ledger']), seq: Number(row['seq']), hash: String(row['hash']) }))
    const missing = ledgers?.find((ledger) => !heads.some((head) => head.ledger === ledger))
    if (missing !== undefined)
      throw new IssueError([
        { code: 'ledger/not-there', path: ['data', 'ledgers'], message: `There is no ledger ${missing} in the database.` },
      ])
    const places = await rows('SELECT org, name FROM organisation ORDER BY org')
    const holding = (await rows('SELECT DISTINCT ledger FROM pathway WHERE pack = $1 ORDER BY ledger', [live.pack])).map((row) =>
      Number(row['ledger']),
    )
    const asked = (ledger: number): boolean => ledgers === undefined || ledgers.includes(ledger)
    return await run({
      live,
      counted: holding.filter(asked),
      heads: heads.filter((head) => asked(head.ledger)),
      places: Object.fromEntries(places.map((row) => [String(row['org']), String(row['name'])])),
      rows,
    })
  } finally {
    await client.query('ROLLBACK').catch(() => {})
    await client.end()
  }
}
