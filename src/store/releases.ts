import { keyOf, type Session } from './ledger-database.ts'

/** What is written down of a release that was frozen from the live ledgers: by which hash it is known, and what it counts. No count is in it. */
export interface ReleaseFrozen {
  readonly manifest: string
  readonly id: string
  readonly revision: number
  readonly title: string
  /** Version of the pack. */
  readonly rules: string
  readonly asOf: string
  readonly from: string
  readonly to: string
  readonly tables: readonly { readonly indicator: string; readonly by: readonly string[]; readonly period?: string | undefined }[]
  readonly ledgers: readonly number[]
}

/** A row of the table `release`, with the names of those who did it. */
export interface ReleaseRow extends Omit<ReleaseFrozen, 'asOf' | 'from' | 'to'> {
  readonly ledger: number
  readonly pack: number
  readonly as_of: string
  readonly first_month: string
  readonly last_month: string
  readonly frozen: string
  readonly frozen_name: string | null
  readonly published: string | null
  readonly published_name: string | null
}

/** Written into each ledger that it counts: whoever may read one of them learns of it. The same release again is the same act. */
export async function writeFrozen(session: Session, pack: number, release: ReleaseFrozen): Promise<void> {
  const indicators = [...new Set(release.tables.map((table) => table.indicator))]
  for (const ledger of release.ledgers)
    await session.act(ledger, [
      { key: keyOf('release-frozen', ledger, release.manifest), kind: 'release-frozen', pack, payload: { ...release, indicators } },
    ])
}

/** In each ledger that learned of it when it was frozen; how many. */
export async function writePublished(
  session: Session,
  pack: number,
  { manifest, id, revision }: Pick<ReleaseFrozen, 'manifest' | 'id' | 'revision'>,
): Promise<number> {
  const found = (await findReleaseRows(session, manifest)).filter((row) => row.pack === pack)
  for (const { ledger } of found)
    await session.act(ledger, [
      { key: keyOf('release-published', ledger, manifest), kind: 'release-published', pack, payload: { manifest, id, revision } },
    ])
  return found.length
}

const columns = `r.ledger, r.pack, r.manifest, r.id, r.revision, r.title, r.rules, r.as_of, r.first_month, r.last_month, r.tables, r.ledgers, r.frozen, r.published,
  (SELECT x.name FROM person x WHERE x.person = r.frozen_by) AS frozen_name,
  (SELECT x.name FROM person x WHERE x.person = r.published_by) AS published_name`

/** The releases that count what this person may count or see, the newest first: a row for each ledger. */
export async function listReleaseRows(session: Session): Promise<readonly ReleaseRow[]> {
  const rows = await session.rows(`SELECT ${columns} FROM release r ORDER BY r.frozen DESC, r.ledger LIMIT 5000`)
  return rows as unknown as readonly ReleaseRow[] // columns are named as the fields are
}

export async function findReleaseRows(session: Session, manifest: string): Promise<readonly ReleaseRow[]> {
  const rows = await session.rows(`SELECT ${columns} FROM release r WHERE r.manifest = $1 ORDER BY r.ledger`, [manifest])
  return rows as unknown as readonly ReleaseRow[] // columns are named as the fields are
}

/** Releases that count a ledger under a pack. */
export async function listReleasesOf(session: Session, ledger: number, pack: number): Promise<readonly ReleaseRow[]> {
  const rows = await session.rows(`SELECT ${columns} FROM release r WHERE r.ledger = $1 AND r.pack = $2 ORDER BY r.frozen DESC LIMIT 500`, [
    ledger,
    pack,
  ])
  return rows as unknown as readonly ReleaseRow[] // columns are named as the fields are
}
