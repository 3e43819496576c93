import type { Session } from './ledger-database.ts'

/** A row of the table `list_view`, with the name of whoever changed it last. */
export interface ViewRow {
  readonly ledger: number
  readonly view: number
  readonly org: number
  readonly person: number | null
  readonly name: string
  readonly search: Readonly<Record<string, unknown>>
  readonly version: number
  readonly changed: string
  readonly changed_name: string | null
}

const columns = `v.ledger, v.view, v.org, v.person, v.name, v.search, v.version, v.changed,
  (SELECT x.name FROM person x WHERE x.person = v.changed_by) AS changed_name`

/** The views this person may see: row security leaves out everybody else's own. */
export async function listViewRows(session: Session): Promise<readonly ViewRow[]> {
  const rows = await session.rows(
    `SELECT ${columns} FROM list_view v WHERE NOT v.dropped ORDER BY v.person IS NULL, v.org, v.name, v.ledger, v.view LIMIT 2000`,
  )
  return rows as unknown as readonly ViewRow[] // columns are named as the fields are
}

/** One of them, also where it was removed. */
export async function findViewRow(session: Session, ledger: number, view: number): Promise<ViewRow | undefined> {
  const [row] = await session.rows(`SELECT ${columns} FROM list_view v WHERE v.ledger = $1 AND v.view = $2`, [ledger, view])
  return row as unknown as ViewRow | undefined // columns are named as the fields are
}

/** How many stand in one list: somebody's own, or those of an organisation. */
export async function countViews(session: Session, { org, own }: { readonly org: number; readonly own: boolean }): Promise<number> {
  const [row] = await session.rows(
    'SELECT count(*)::int AS n FROM list_view v WHERE NOT v.dropped AND CASE WHEN $2 THEN v.person IS NOT NULL ELSE v.person IS NULL AND v.org = $1 END',
    [org, own],
  )
  return Number(row?.['n'])
}
