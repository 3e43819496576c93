import { readdirSync, readFileSync } from 'node:fs'
import type { Client } from 'pg'
import { roleMay } from '../core/rights/rights.ts'
import { IssueError } from '../core/words/result.ts'
import { actTells, lookTells } from '../core/work/told.ts'
import { actKinds, signInKinds, workKinds } from '../core/work/work.ts'
import { quoteName, quoteText } from '../sql/name.ts'
import { connectClient } from './postgres.ts'

/** Numbered SQL files, applied once each, in order, each whole or not at all; then the functions of acts, each time. */
const folder = new URL('../../migrations/', import.meta.url)
const steps = (): readonly { readonly n: number; readonly name: string; readonly text: string }[] =>
  readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .sort()
    .map((name) => ({ n: Number(name.slice(0, 4)), name, text: readFileSync(new URL(name, folder), 'utf8') }))

/** Whether a database, by the steps done in it, is as this version needs it. */
export const isMigrated = (done: ReadonlySet<number>): boolean =>
  steps().every(({ n }) => done.has(n)) && Math.max(...done) <= steps().at(-1)!.n // the folder ships with us

export interface Migrated {
  readonly applied: readonly string[]
  readonly version: number
}

/**
 * Brings a database to this version: roles, schema, tables, and the lists that core holds. Safe to run again, and by two at once.
 * `login`: the database user the service signs in as; it is let into the two roles of the service and nothing else.
 * Issues: `store/newer` where a newer Varde has been here, `store/unreachable`.
 */
export async function migrate(ownerUrl: string, login?: string): Promise<Migrated> {
  const client = await connectClient(ownerUrl)
  try {
    await client.query(`SELECT pg_advisory_lock(hashtext('varde-migrate'))`)
    await client.query(roles)
    const known = steps()
    const { rows } = await client.query<{ n: number }>('SELECT n FROM varde.migration ORDER BY n')
    const done = new Set(rows.map((row) => row.n))
    const newest = Math.max(0, ...done)
    const version = known.at(-1)!.n // the folder ships with us
    if (newest > version)
      throw new IssueError([
        {
          code: 'store/newer',
          path: [],
          message: `This database was last used by a newer Varde (step ${newest}; this one knows ${version}). Start that version, or restore a backup made with this one.`,
        },
      ])
    const applied: string[] = []
    for (const step of known.filter(({ n }) => !done.has(n))) {
      await inTransaction(client, async () => {
        await client.query(`SET LOCAL ROLE varde_owner; SET LOCAL search_path = varde; ${step.text}`)
        await client.query('INSERT INTO varde.migration (n, name) VALUES ($1, $2)', [step.n, step.name])
      })
      applied.push(step.name)
    }
    const functions = readFileSync(new URL('functions.sql', folder), 'utf8')
    await inTransaction(client, () => client.query(`SET LOCAL ROLE varde_owner; SET LOCAL search_path = varde; ${functions}; ${lists()}`))
    if (login !== undefined) await client.query(`GRANT varde_app, varde_read TO ${quoteName(login)}`)
    return { applied, version }
  } finally {
    await client.end()
  }
}

// Roles belong to the whole server: another database of ours may have made them, at this very moment.
const role = (name: string) =>
  `DO $$ BEGIN CREATE ROLE ${name} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;`
const roles = `${['varde_owner', 'varde_app', 'varde_read'].map(role).join('\n')}
DO $$ BEGIN
  -- Since PostgreSQL 16 whoever makes a role may pass it on, yet not take it.
  IF NOT pg_has_role(current_user, 'varde_owner', CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
    EXECUTE format('GRANT varde_owner TO %I', current_user);
  END IF;
  EXECUTE format('GRANT CREATE ON DATABASE %I TO varde_owner', current_database());
END $$;
CREATE SCHEMA IF NOT EXISTS varde AUTHORIZATION varde_owner;
REVOKE ALL ON SCHEMA varde FROM PUBLIC;
GRANT USAGE ON SCHEMA varde TO varde_app, varde_read;
SET ROLE varde_owner;
CREATE TABLE IF NOT EXISTS varde.migration (n int PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT now());
GRANT SELECT ON varde.migration TO varde_app;
RESET ROLE;`

async function inTransaction(client: Client, task: () => Promise<unknown>): Promise<void> {
  await client.query('BEGIN')
  try {
    await task()
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}

/** What core says of rights and moves, as rows; one list for the service and for the database. */
function lists(): string {
  const values = (rows: readonly (readonly string[])[]) => rows.map((row) => `(${row.map(quoteText).join(', ')})`).join(', ')
  const may = Object.entries(roleMay).flatMap(([name, capabilities]) => capabilities.map((capability) => [name, capability]))
  const kinds = [...Object.entries(actKinds), ...signInKinds.map((kind) => [kind, 'enter'])]
  const moves = Object.entries(workKinds).flatMap(([kind, { moves: all }]) => all.map((move) => [kind, ...move]))
  const tells = Object.entries({ act: actTells, look: lookTells }).flatMap(([chain, kinds]) =>
    Object.entries(kinds).flatMap(([kind, keys]) => keys.map((key) => [chain, kind, key])),
  )
  return `DELETE FROM role_may; INSERT INTO role_may VALUES ${values(may)};
DELETE FROM act_kind; INSERT INTO act_kind VALUES ${values(kinds)};
DELETE FROM work_move; INSERT INTO work_move VALUES ${values(moves)};
DELETE FROM log_tells; INSERT INTO log_tells VALUES ${values(tells)};`
}
