import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { quoteName } from '../../src/sql/name.ts'
import { openPostgres } from '../../src/store/postgres.ts'

export interface TestServer {
  readonly name: string
  readonly url: string
}

export interface FreshDatabase {
  readonly url: string
  drop(): Promise<void>
}

/** The embedded server, and the one a hospital might run when VARDE_TEST_POSTGRES names it (`.ci/run` gives a PostgreSQL 15). */
export function postgresServers(): readonly TestServer[] {
  const given = process.env['VARDE_TEST_POSTGRES']
  return [{ name: 'PostgreSQL 18 (embedded)', url: inject('postgresUrl') }, ...(given ? [{ name: 'PostgreSQL (given)', url: given }] : [])]
}

/** An empty database of the test's own; drop it in `afterAll`. */
export async function freshDatabase(serverUrl: string): Promise<FreshDatabase> {
  const name = `varde_test_${randomBytes(6).toString('hex')}`
  await asAdministrator(serverUrl, `create database ${quoteName(name)} template template0 encoding 'UTF8' locale 'C'`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => asAdministrator(serverUrl, `drop database ${quoteName(name)} with (force)`) }
}

async function asAdministrator(serverUrl: string, sql: string): Promise<void> {
  const database = await openPostgres(serverUrl)
  try {
    await database.run(sql)
  } finally {
    await database.close()
  }
}
