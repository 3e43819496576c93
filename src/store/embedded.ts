import { rmSync } from 'node:fs'
import { chmod, mkdir, realpath } from 'node:fs/promises'
import type { Client } from 'pg'
import { dataOf, ensureCluster, findSecret, passwordFile, renewPassword, secretIn, servicePasswordFile } from './cluster.ts'
import { type HeldFolder, openFolder } from './folder-lock.ts'
import { adoptPostmaster, disownStrangers, type Postmaster, startPostmaster } from './postmaster.ts'
import { isServerOf } from './processes.ts'

export interface EmbeddedServer {
  /** Address of its administrator, with the password: never printed. */
  readonly url: string
  /** Address of `varde_service`, who may do only what is granted to it, with the password: never printed. */
  readonly serviceUrl: string
  /** Stops the server and waits until it has; twice is harmless. */
  stop(): Promise<void>
}

interface Settings {
  /** Folder of the server's own: data, log, lock and passwords stand in it. */
  readonly dir: string
  /** False: a server for a test run, fast because nothing outlives it; the folder goes with it. Default true. */
  readonly keep?: boolean
  /** The lock on `dir`, where the caller holds it and lets go of it; otherwise it is held from start to stop. */
  readonly held?: HeldFolder
}

/** The login of the service; what it may do is granted by the migrations. */
const service = 'varde_service'

/**
 * Starts the PostgreSQL that comes with the packages, for this process alone: loopback, password, port of its own.
 * A server that a killed process left running on the folder is taken over.
 *
 * However this process ends, the server ends with it. Only after a kill may it stay, where the system has no `setpriv`.
 * Throws an IssueError: `store/in-use`, `store/unusable`, `store/other-version`.
 */
export async function startEmbedded({ dir, keep = true, held }: Settings): Promise<EmbeddedServer> {
  if (!keep) return startThrowAway(dir)
  const folder = held ?? (await openFolder(dir, 'varde'))
  const letGo = async (): Promise<void> => {
    if (!held) await folder.release()
  }
  try {
    return await startKept(await realpath(dir), letGo)
  } catch (error) {
    await letGo()
    throw error
  }
}

async function startThrowAway(dir: string): Promise<EmbeddedServer> {
  await mkdir(dir, { recursive: true })
  await chmod(dir, 0o700)
  await ensureCluster(dir, false)
  const real = await realpath(dir)
  const postmaster = await startPostmaster({ dir: real, password: await secretIn(passwordFile(dir)), keep: false })
  const clear = (): void => rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
  const onExit = (): void => {
    postmaster.signal('SIGQUIT')
    // A folder that is still being written to would not go.
    waitUntil(() => !isServerOf(postmaster.pid, dataOf(real)))
    clear()
  }
  return supervise(dir, postmaster, { onExit, onStopped: clear })
}

async function startKept(dir: string, onStopped: () => Promise<void>): Promise<EmbeddedServer> {
  const data = dataOf(dir)
  await ensureCluster(dir, true)
  const postmaster = await getPostmaster(dir)
  const onExit = (): void => {
    postmaster.signal('SIGINT')
    waitUntil(() => !isServerOf(postmaster.pid, data))
  }
  return supervise(dir, postmaster, { onExit, onStopped })
}

async function getPostmaster(dir: string): Promise<Postmaster> {
  await disownStrangers(dataOf(dir))
  const password = await findSecret(passwordFile(dir))
  // A server whose password is lost is not let in to, and so stopped; then it gets a new one.
  const adopted = await adoptPostmaster({ dir, password: password ?? 'lost', keep: true })
  if (adopted) return adopted
  if (password === undefined) await renewPassword(dir, dataOf(dir))
  return startPostmaster({ dir, password: await secretIn(passwordFile(dir)), keep: true })
}

interface Ending {
  /** When the process ends without having been asked to stop the server: nothing that takes a promise can run then. */
  readonly onExit: () => void
  readonly onStopped: () => void | Promise<void>
}

async function supervise(dir: string, postmaster: Postmaster, { onExit, onStopped }: Ending): Promise<EmbeddedServer> {
  process.once('exit', onExit)
  const end = async (): Promise<void> => {
    process.off('exit', onExit)
    postmaster.signal('SIGINT')
    await postmaster.ended()
    await onStopped()
  }
  let ending: Promise<void> | undefined
  const stop = (): Promise<void> => (ending ??= end())
  try {
    const password = await secretIn(servicePasswordFile(dir))
    await ensureService(postmaster.client, password)
    await postmaster.client.end()
    return { url: postmaster.url, serviceUrl: postmaster.url.replace(/\/\/[^@]*@/, `//${service}:${password}@`), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Said anew at each start: whatever happened to the login in between, it has these rights and this password. */
async function ensureService(client: Client, password: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [service])
  if (rowCount === 0) await client.query(`create role ${service}`)
  const rights = 'login nosuperuser nobypassrls noinherit nocreatedb nocreaterole noreplication'
  await client.query(`alter role ${service} ${rights} password ${client.escapeLiteral(password)}`)
}

/** Waits without giving way, at most ten seconds: for the end of the process, where nothing else runs any more. */
function waitUntil(holds: () => boolean): void {
  const until = Date.now() + 10_000
  const pause = new Int32Array(new SharedArrayBuffer(4))
  while (!holds() && Date.now() < until) Atomics.wait(pause, 0, 0, 10)
}
