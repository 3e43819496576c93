import { realpath } from 'node:fs/promises'
import { IssueError } from '../core/words/result.ts'
import { findSecret, passwordFile } from './cluster.ts'
import { startEmbedded } from './embedded.ts'
import { type HeldFolder, openFolder } from './folder-lock.ts'
import { findPostmaster } from './postmaster.ts'

export interface DatabaseSettings {
  readonly data: string
  readonly databaseUrl: string | undefined
  readonly ownerDatabaseUrl: string | undefined
}

/** A database opened for its owner. Addresses hold passwords: never printed. */
export interface OwnedDatabase {
  readonly ownerUrl: string
  /** The login of the service; the owner's own where there is no other. */
  readonly serviceUrl: string
  close(): Promise<void>
}

/**
 * The database for a command of its owner: the server of the settings, or the embedded one. Where a service runs on the folder, its server is used beside
 * it; otherwise the command starts one, and stops it at its end. `alone`: only where nobody else works on it.
 *
 * Throws an IssueError: `settings/missing`, `store/in-use`, `store/unusable`, `store/other-version`.
 */
export async function openOwned(settings: DatabaseSettings, what: string, alone = false): Promise<OwnedDatabase> {
  const { data, databaseUrl, ownerDatabaseUrl } = settings
  if (databaseUrl !== undefined || ownerDatabaseUrl !== undefined) {
    if (ownerDatabaseUrl === undefined)
      throw new IssueError([
        {
          code: 'settings/missing',
          path: ['ownerDatabaseUrl'],
          message: 'This command works as the owner of the database: give its address in VARDE_OWNER_DATABASE_URL.',
        },
      ])
    return { ownerUrl: ownerDatabaseUrl, serviceUrl: databaseUrl ?? ownerDatabaseUrl, close: async () => {} }
  }
  let held: HeldFolder
  try {
    held = await openFolder(data, what)
  } catch (error) {
    const running = alone || !isInUse(error) ? undefined : await findRunning(data)
    if (running === undefined) throw error
    return { ownerUrl: running, serviceUrl: running, close: async () => {} }
  }
  try {
    const server = await startEmbedded({ dir: data, held })
    return { ownerUrl: server.url, serviceUrl: server.serviceUrl, close: () => server.stop().then(held.release) }
  } catch (error) {
    await held.release()
    throw error
  }
}

const isInUse = (error: unknown): boolean => error instanceof IssueError && error.issues[0]?.code === 'store/in-use'

async function findRunning(data: string): Promise<string | undefined> {
  const password = await findSecret(passwordFile(data))
  return password === undefined ? undefined : findPostmaster(await realpath(data), password)
}
