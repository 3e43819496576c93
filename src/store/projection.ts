import type { Client } from 'pg'
import { quoteName } from '../sql/name.ts'

/**
 * What each table of the schema `varde` is. A test holds the list to the schema: whoever adds a table says here whether it can be made again from the
 * acts, and otherwise whether an export carries it.
 *
 * log: rows of the chains · acts: made by `apply`, and made again from the log · code: written by `migrate` from the code · packs: by installing packs ·
 * carried: goes into an export as it is · passing: means nothing in another database.
 */
export const tables = {
  log: 'log',
  log_head: 'log',
  patient: 'acts',
  identity: 'acts',
  pathway: 'acts',
  document: 'acts',
  entry: 'acts',
  work: 'acts',
  glass: 'acts',
  list_view: 'acts',
  release: 'acts',
  message: 'acts',
  life: 'acts',
  life_record: 'acts',
  organisation: 'acts',
  organisation_under: 'acts',
  person: 'acts',
  role_held: 'acts',
  role_may: 'code',
  act_kind: 'code',
  work_move: 'code',
  log_tells: 'code',
  migration: 'code',
  pack: 'packs',
  log_checkpoint: 'carried',
  sign_in_key: 'carried',
  account: 'carried',
  factor: 'carried',
  recovery_code: 'carried',
  oidc_link: 'carried',
  machine_key: 'carried',
  session: 'passing',
  sign_in_try: 'passing',
  oidc_try: 'passing',
  assertion_used: 'passing',
  vintage: 'passing',
  retold: 'passing',
} as const satisfies Readonly<Record<string, 'log' | 'acts' | 'code' | 'packs' | 'carried' | 'passing'>>

export type TableKind = (typeof tables)[keyof typeof tables]
export const tablesOf = (kind: TableKind): readonly string[] => Object.entries(tables).flatMap(([name, of]) => (of === kind ? [name] : []))

/** The tables that acts make, in an order in which rows may be put in: what is pointed at comes first. */
const inOrder: readonly string[] = [
  'organisation',
  'person',
  ...tablesOf('acts').filter((name) => name !== 'organisation' && name !== 'person'),
]

const step = 5_000

/**
 * Does every act again, in the order of their times, into tables of their own in a schema that is made for it: nothing of the real ones is touched.
 * As the owner, in the caller's transaction, which throws the schema away or takes its rows.
 */
export async function replay(client: Client, schema: string, onProgress: (done: number) => void = () => {}): Promise<void> {
  const own = quoteName(schema)
  await client.query(`CREATE SCHEMA ${own}`)
  for (const table of tablesOf('acts')) await client.query(`CREATE TABLE ${own}.${table} (LIKE varde.${table} INCLUDING ALL)`)
  await client.query(`SET LOCAL search_path = ${own}, varde`)
  await client.query(`DECLARE acts CURSOR FOR SELECT apply(l, h.zone) FROM varde.log l JOIN varde.log_head h ON h.ledger = l.ledger AND h.chain = 'act'
    WHERE l.chain = 'act' ORDER BY l.at, l.ledger, l.seq`)
  for (let done = 0; ; ) {
    // FETCH, not MOVE: what is skipped need not be computed.
    const { rowCount } = await client.query(`FETCH ${step} FROM acts`)
    done += rowCount ?? 0
    onProgress(done)
    if (rowCount !== step) break
  }
  await client.query('CLOSE acts; SET LOCAL search_path = varde')
  for (const table of tablesOf('acts')) await client.query(`ANALYZE ${own}.${table}`)
}

/** Puts what was made again into the real tables, which must be empty, and lets numbers go on after the highest. */
export async function takeReplayed(client: Client, schema: string): Promise<void> {
  for (const table of inOrder) {
    // Parents have lower numbers than what is under them.
    const order = table === 'organisation' ? ' ORDER BY org' : ''
    const columns = (await writtenColumns(client, table)).map(quoteName).join(', ')
    await client.query(`INSERT INTO varde.${table} (${columns}) SELECT ${columns} FROM ${quoteName(schema)}.${table}${order}`)
  }
  await client.query(`DROP SCHEMA ${quoteName(schema)} CASCADE`)
  await client.query(`SELECT setval('varde.organisation_number', greatest(1, (SELECT coalesce(max(org), 0) FROM varde.organisation))),
    setval('varde.person_number', greatest(1, (SELECT coalesce(max(person), 0) FROM varde.person)))`)
}

/** Columns that are written: what is generated from them follows. */
async function writtenColumns(client: Client, table: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'varde' AND c.relname = $1 AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum`,
    [table],
  )
  return rows.map((row) => row.name)
}

/** The first row in which two tables of the same columns differ, by its key, in words without anything about anybody. */
export async function findDifference(client: Client, kept: string, made: string, keys: readonly string[]): Promise<string | undefined> {
  const columns = keys.map(quoteName).join(', ')
  for (const [one, other, what] of [
    [kept, made, 'is not what the acts say'],
    [made, kept, 'is missing or changed'],
  ] as const) {
    const { rows } = await client.query<Record<string, unknown>>(
      `SELECT ${columns} FROM (SELECT * FROM ${one} EXCEPT ALL SELECT * FROM ${other}) d ORDER BY ${columns} LIMIT 1`,
    )
    const [row] = rows
    if (row) return `the row ${keys.map((key) => `${key} ${row[key]}`).join(', ')} ${what}`
  }
  return undefined
}

/** Columns of the primary key; all columns where there is none. */
export async function keyColumns(client: Client, schema: string, table: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
      WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped AND (i.indkey IS NULL OR a.attnum = ANY (i.indkey))
      ORDER BY CASE WHEN i.indkey IS NULL THEN a.attnum ELSE array_position(i.indkey::int2[], a.attnum) END`,
    [schema, table],
  )
  return rows.map((row) => row.name)
}
