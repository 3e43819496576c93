import { afterAll, beforeAll, describe } from 'vitest'
import { openPostgres, type PostgresDatabase } from '../../src/store/postgres.ts'
import { freshDatabase, postgresServers } from '../support/postgres.ts'
import { differential } from './differential.ts'

for (const [i, server] of postgresServers().entries()) {
  describe(server.name, () => {
    let db: PostgresDatabase
    let drop: () => Promise<void>
    beforeAll(async () => {
      const fresh = await freshDatabase(server.url)
      drop = fresh.drop
      db = await openPostgres(fresh.url)
    })
    afterAll(async () => {
      await db.close()
      await drop()
    })
    differential(server.name, () => db, i === 0 ? 1 : 0.3)
  })
}
