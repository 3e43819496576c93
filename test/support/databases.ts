import type { Database } from '../../src/store/database.ts'
import { openDuckDB } from '../../src/store/duckdb.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { freshDatabase, postgresServers } from './postgres.ts'

export interface OpenedDatabase {
  readonly db: Database
  close(): Promise<void>
}

/** Every database the compiled text must serve: DuckDB, the embedded PostgreSQL, and the one that was given. */
export const databases: readonly { readonly name: string; readonly open: () => Promise<OpenedDatabase> }[] = [
  {
    name: 'DuckDB',
    open: async () => {
      const db = await openDuckDB({ threads: 1 })
      return { db, close: () => db.close() }
    },
  },
  ...postgresServers().map((server) => ({
    name: server.name,
    open: async () => {
      const fresh = await freshDatabase(server.url)
      const db = await openPostgres(fresh.url)
      return { db, close: () => db.close().then(fresh.drop) }
    },
  })),
]
