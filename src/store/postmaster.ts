import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { open, readFile, realpath, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { IssueError } from '../core/words/result.ts'
import { administrator, cannotRun, command, dataOf, passwordFile, storeError } from './cluster.ts'
import { isAlive, isServerOf } from './processes.ts'
import { writeWhole } from './whole-file.ts'

/** A server that runs on a data folder, by the process that the others of it obey. */
export interface Postmaster {
  readonly pid: number
  /** Address of the administrator. */
  readonly url: string
  /** A connection of the administrator, for whoever started it to use and end. */
  readonly client: Client
  signal(signal: NodeJS.Signals): void
  /** Waits until it has ended. */
  ended(): Promise<void>
}

export interface Folder {
  /** Real path. */
  readonly dir: string
  readonly password: string
  readonly keep: boolean
}

/** What the server is started with. The command line outranks whatever stands in the data folder. */
const settings = {
  always: {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    shared_buffers: '256MB',
    // Statements and values of people stay out of the log; starts, stops and refused passwords stand in it.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
  },
  /** A service on a small machine, two cores and a solid-state disk: guessed, not measured, but for the first three, which are promises. */
  kept: {
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    jit: 'off',
    max_connections: '60',
    random_page_cost: '1.1',
  },
  throwAway: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
}

/** A kept server may have to work off a long log after a power cut. */
const patienceMs = { kept: 600_000, throwAway: 60_000 }
/** Processes of a killed server hold its memory for about 1.5 s. */
const graceMs = 3_000
const passesByItself = /could not bind|pre-existing shared memory block|"postmaster\.pid" already exists/

/** Starts the server of a folder, in which no other runs. */
export async function startPostmaster(folder: Folder): Promise<Postmaster> {
  const log = join(folder.dir, 'log')
  const grace = Date.now() + graceMs
  for (let attempt = 1; ; attempt++) {
    const logged = await stat(log).then(
      (file) => file.size,
      () => 0,
    )
    // Somebody else may take the port between asking for it and using it.
    const port = await freePort()
    const child = await spawnServer(folder, port)
    const url = addressOf(folder, port)
    const client = await answer(url, () => !hasEnded(child), folder.keep ? patienceMs.kept : patienceMs.throwAway)
    const control = childControl(child)
    if (client) return { pid: child.pid ?? 0, url, client, ...control }
    control.signal('SIGQUIT')
    await control.ended()
    const said = (await readFile(log)).subarray(logged).toString()
    if (said.includes('password authentication failed')) throw wrongPassword(folder.dir)
    if (!passesByItself.test(said) || (attempt >= 3 && Date.now() > grace))
      throw await cannotRun('The embedded PostgreSQL did not start. Its log ends with', said.trimEnd().split('\n').slice(-8).join('\n'))
    await sleep(50)
  }
}

const wrongPassword = (dir: string): IssueError =>
  storeError(
    'store/unusable',
    `The password in ${passwordFile(dir)} is not that of the database beside it. Delete this file: the next start makes a new password.`,
  )

/**
 * The server that a killed process of ours left running on this folder, if it still answers and is as careful as ours.
 * One that does not is waited for, or stopped. The caller holds the folder's lock: the server is nobody's.
 */
export async function adoptPostmaster(folder: Folder): Promise<Postmaster | undefined> {
  const data = dataOf(folder.dir)
  const left = await readPidFile(data)
  if (!left || !isServerOf(left.pid, data)) return undefined
  const url = addressOf(folder, left.port)
  const control = strangerControl(left.pid, data)
  const client = await answer(url, () => isServerOf(left.pid, data), patienceMs.kept)
  if (client && (await isOurs(client, data))) return { pid: left.pid, url, client, ...control }
  await client?.end().catch(() => {})
  control.signal('SIGINT')
  await control.ended()
  return undefined
}

/** The administrator's address of the server that runs on this folder for another process of ours; undefined when none does. */
export async function findPostmaster(dir: string, password: string): Promise<string | undefined> {
  const data = dataOf(dir)
  const left = await readPidFile(data)
  return left && isServerOf(left.pid, data) ? addressOf({ dir, password, keep: true }, left.port) : undefined
}

/**
 * A server's file of its process id outlives a kill, and the id may be given to another process, which would make
 * PostgreSQL refuse for ever. Our own id it takes for stale, being its parent; the rest of the file stays, for it tells
 * PostgreSQL where to look for processes that outlived their server.
 */
export async function disownStrangers(data: string): Promise<void> {
  const left = await readPidFile(data)
  if (!left || !isAlive(left.pid) || isServerOf(left.pid, data)) return
  await writeWhole(join(data, 'postmaster.pid'), [process.pid, ...left.rest].join('\n'))
}

interface PidFile {
  readonly pid: number
  readonly port: number
  readonly rest: readonly string[]
}

/** Lines: process id, data folder, start, port, and more. */
async function readPidFile(data: string): Promise<PidFile | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')
  const [pid, ...rest] = text.split('\n')
  return Number(pid) > 0 ? { pid: Number(pid), port: Number(rest[2]), rest } : undefined
}

const addressOf = ({ password }: Folder, port: number): string => `postgres://${administrator}:${password}@127.0.0.1:${port}/postgres`

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('No free port.')
  return address.port
}

async function spawnServer({ dir, keep }: Folder, port: number): Promise<ChildProcess> {
  const used = { ...settings.always, ...(keep ? settings.kept : settings.throwAway), port }
  const args = Object.entries(used).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const log = await open(join(dir, 'log'), 'a', 0o600)
  const child = spawn(...command('postgres', ['-D', dataOf(dir), ...args]), {
    stdio: ['ignore', log.fd, log.fd],
    // Ctrl-C reaches a whole group of processes: a service still has requests in hand then, and stops the server itself.
    detached: keep,
  })
  // A program that cannot be started at all writes no log of its own.
  child.on('error', (error) => appendFileSync(join(dir, 'log'), `${error.message}\n`))
  await log.close()
  return child
}

const hasEnded = (child: ChildProcess): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null

type Control = Pick<Postmaster, 'signal' | 'ended'>

/** From here on our own server keeps nobody from ending, until it is waited for. */
function childControl(child: ChildProcess): Control {
  child.unref()
  return {
    signal: (signal) => void child.kill(signal),
    ended: async () => {
      child.ref()
      if (!hasEnded(child)) await once(child, 'exit')
    },
  }
}

/** A server that is no child of ours: its process id is looked at anew before each use. */
const strangerControl = (pid: number, data: string): Control => ({
  signal: (signal) => {
    if (isServerOf(pid, data)) process.kill(pid, signal)
  },
  ended: async () => {
    while (isServerOf(pid, data)) await sleep(20)
  },
})

/** The server is there and will not let us in: asking again is of no use. */
const refusals: readonly string[] = ['28P01', '28000', '3D000', 'ERR_INVALID_URL']

/** A connection as soon as there is one; `undefined` once the server has ended, refuses for good, or too long. */
async function answer(url: string, lives: () => boolean, patience: number): Promise<Client | undefined> {
  for (const until = Date.now() + patience; Date.now() < until && lives(); await sleep(20)) {
    try {
      return await connect(url)
    } catch (error) {
      const { code } = error as { code?: string }
      if (code !== undefined && refusals.includes(code)) return undefined
    }
  }
  return undefined
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'varde', connectionTimeoutMillis: 10_000 })
  // Without a listener a broken connection would end the process.
  client.on('error', () => {})
  await client.connect().catch(async (error) => {
    await client.end().catch(() => {})
    throw error
  })
  return client
}

/** The password was right; the server must also say that it works on this folder, and that it loses nothing. */
async function isOurs(client: Client, data: string): Promise<boolean> {
  const promises = Object.keys(settings.kept).slice(0, 3)
  try {
    const asked = ['data_directory', ...promises].map((name) => `current_setting('${name}') as ${name}`)
    const [said] = (await client.query(`select ${asked.join(', ')}`)).rows
    return (await realpath(said.data_directory)) === data && promises.every((name) => said[name] === 'on')
  } catch {
    return false
  }
}
