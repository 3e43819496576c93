import { createHash } from 'node:crypto'
import type { Client } from 'pg'
import type { Pack } from '../core/pack/pack.ts'
import { compileFollow, compileKept, livePlan, packSchema } from '../sql/kept.ts'
import { quoteName } from '../sql/name.ts'
import { referenceTables } from '../sql/reference.ts'
import { connectClient } from './postgres.ts'

export interface InstalledPack {
  /** Its number in this database; part of every scope. */
  readonly pack: number
  readonly content: Pack
  readonly folder: string
}

export interface PackToInstall {
  readonly folder: string
  readonly content: Pack
}

/**
 * Puts packs into a database under their numbers: the small tables the compiled text joins, the layer of one row a pathway, and the function that
 * follows it. A pack whose text, or whose compiled text, has changed is put in anew and its layer made again from the entries.
 * `onRebuild` is told how many pathways of how many are done.
 */
export async function installPacks(
  ownerUrl: string,
  packs: readonly PackToInstall[],
  onRebuild: (id: string, done: number, total: number) => void = () => {},
): Promise<readonly InstalledPack[]> {
  const client = await connectClient(ownerUrl)
  try {
    await client.query(`SELECT pg_advisory_lock(hashtext('varde-migrate'))`)
    const installed: InstalledPack[] = []
    for (const { folder, content } of packs) {
      await client.query('BEGIN; SET LOCAL ROLE varde_owner; SET LOCAL search_path = varde')
      installed.push({ pack: await install(client, folder, content, onRebuild), content, folder })
      await client.query('COMMIT')
    }
    await client.query(`BEGIN; SET LOCAL ROLE varde_owner; SET LOCAL search_path = varde`)
    const { rows } = await client.query<{ pack: number }>('SELECT pack FROM pack ORDER BY pack')
    await client.query(`${compileFollow(rows.map((row) => row.pack))}; COMMIT`)
    return installed
  } finally {
    await client.end()
  }
}

/** What tells a pack, and what is compiled from it, from any other. */
export const packDigest = (n: number, pack: Pack): string =>
  createHash('sha256')
    .update(JSON.stringify([pack.text, compileKept(n, livePlan(pack))]))
    .digest('hex')

/** Packs that stand in a database as they are here, by its rows of `pack`; undefined where one of them does not. */
export function packsInstalled(
  rows: readonly { readonly pack: number; readonly id: string; readonly digest: string }[],
  packs: readonly PackToInstall[],
): readonly InstalledPack[] | undefined {
  const found = packs.flatMap(({ folder, content }) => {
    const row = rows.find(({ id }) => id === content.id)
    return row && row.digest === packDigest(row.pack, content) ? [{ pack: row.pack, content, folder }] : []
  })
  return found.length === packs.length ? found : undefined
}

async function install(client: Client, folder: string, pack: Pack, onRebuild: (id: string, done: number, total: number) => void) {
  const { rows } = await client.query<{ pack: number; digest: string }>('SELECT pack, digest FROM pack WHERE id = $1', [pack.id])
  const known = rows[0]
  const n = known?.pack ?? (await client.query<{ n: number }>('SELECT coalesce(max(pack), 0) + 1 AS n FROM pack')).rows[0]!.n // an aggregate has one row
  const digest = packDigest(n, pack)
  if (known?.digest === digest) return n
  await client.query(`DROP SCHEMA IF EXISTS ${quoteName(packSchema(n))} CASCADE`)
  await client.query(
    `INSERT INTO pack VALUES ($1, $2, $3, $4, $5) ON CONFLICT (pack) DO UPDATE SET version = excluded.version, digest = excluded.digest, folder = excluded.folder`,
    [n, pack.id, pack.version, digest, folder],
  )
  await createPackSchema(client, n, pack)
  await rebuildKept(client, n, (done, total) => onRebuild(pack.id, done, total))
  return n
}

/** Schema, small tables, empty layer and functions of a pack under a number. As the owner, in the caller's transaction. */
export async function createPackSchema(client: Client, n: number, pack: Pack): Promise<void> {
  const schema = packSchema(n)
  const [create, ...rest] = compileKept(n, livePlan(pack))
  await client.query(create!) // the schema itself comes first
  await fillReferenceTables(client, schema, pack)
  for (const sql of rest) await client.query(sql)
  await client.query(`GRANT USAGE ON SCHEMA ${quoteName(schema)} TO varde_app, varde_read;
    GRANT SELECT ON ALL TABLES IN SCHEMA ${quoteName(schema)} TO varde_app, varde_read;
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${quoteName(schema)} FROM PUBLIC`)
}

async function fillReferenceTables(client: Client, schema: string, pack: Pack): Promise<void> {
  for (const table of referenceTables(pack)) {
    const name = `${quoteName(schema)}.${quoteName(table.name)}`
    await client.query(`CREATE TABLE ${name} (${table.columns.map(([column, type]) => `${quoteName(column)} ${type}`).join(', ')})`)
    const rows = table.rows.map((row) => Object.fromEntries(table.columns.map(([column], i) => [column, row[i]])))
    await client.query(`INSERT INTO ${name} SELECT * FROM json_populate_recordset(NULL::${name}, $1)`, [JSON.stringify(rows)])
    if (table.columns[0]?.[0] === 'code') await client.query(`CREATE INDEX ON ${name} (code)`)
    await client.query(`ANALYZE ${name}`)
  }
}

/** Makes the layer of a pack from the entries, some thousand pathways at a time, in its own schema or in another that was made for it. Runs as the owner, in the caller's transaction. */
export async function rebuildKept(
  client: Client,
  pack: number,
  onProgress: (done: number, total: number) => void,
  into = pack,
): Promise<void> {
  const { rows } = await client.query<{ ledger: number; pathways: number[] }>(
    'SELECT ledger, array_agg(pathway ORDER BY pathway) AS pathways FROM varde.pathway WHERE pack = $1 GROUP BY ledger ORDER BY ledger',
    [pack],
  )
  const total = rows.reduce((n, row) => n + row.pathways.length, 0)
  const schema = quoteName(packSchema(into))
  const step = 5_000
  let done = 0
  for (const { ledger, pathways } of rows)
    for (let at = 0; at < pathways.length; at += step) {
      const some = pathways.slice(at, at + step)
      await client.query(`SELECT ${schema}.keep_history($1, $2)`, [ledger, some])
      done += some.length
      onProgress(done, total)
    }
  if (total > 0)
    await client.query(`ANALYZE ${schema}.kept_row; ANALYZE ${schema}.past_row; ANALYZE ${schema}.kept_pause; ANALYZE ${schema}.past_pause`)
}
