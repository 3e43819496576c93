import { IssueError } from '../core/words/result.ts'
import { type Catalogue, compileDistribution } from '../sql/distributed.ts'
import { connectClient } from './postgres.ts'

interface Asking {
  query(sql: string): Promise<{ readonly rows: readonly unknown[] }>
}

/** Tables and policies of ours, as the server knows them: a table that a later version or a pack brings is covered without anybody remembering it. */
export async function readCatalogue(client: Asking): Promise<Catalogue> {
  const ours = `(schemaname = 'varde' OR schemaname ~ '^pack_[0-9]+$')`
  const tables = await client.query(`SELECT schemaname AS schema, tablename AS name,
      EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = format('%I.%I', schemaname, tablename)::regclass AND a.attname = 'ledger') AS "byLedger"
    FROM pg_tables WHERE ${ours} ORDER BY 1, 2`)
  const policies = await client.query(
    `SELECT schemaname AS schema, tablename AS table, policyname AS name, qual AS test FROM pg_policies WHERE ${ours} ORDER BY 1, 2, 3`,
  )
  return { tables: tables.rows as Catalogue['tables'], policies: policies.rows as Catalogue['policies'] } // columns are named as the fields are
}

/** Spreads a database over the machines of its cluster; gives how many statements that took. Issues: `store/no-extension`. */
export async function distribute(ownerUrl: string): Promise<number> {
  const client = await connectClient(ownerUrl)
  try {
    const { rows } = await client.query(`SELECT 1 FROM pg_extension WHERE extname = 'citus'`)
    if (rows.length === 0)
      throw new IssueError([
        {
          code: 'store/no-extension',
          path: [],
          message:
            'This database is one machine: the extension "citus" is not in it. Everything works without; docs/scaling.md says when it is worth having. Nothing was changed.',
        },
      ])
    const statements = compileDistribution(await readCatalogue(client))
    for (const statement of statements) await client.query(statement)
    return statements.length
  } finally {
    await client.end()
  }
}
