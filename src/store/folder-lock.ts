import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { chmod, link, mkdir, readFile, realpath, rename, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { IssueError } from '../core/words/result.ts'
import { beginningOf, isAlive } from './processes.ts'
import { writeWhole } from './whole-file.ts'

/** A folder that this process alone works in. */
export interface HeldFolder {
  readonly dir: string
  /** Says where this process can be reached, for the sentence that a second starter is given. Without password: it is shown. */
  setAddress(url: string): Promise<void>
  /** Lets go; twice is harmless. A process that ends, killed or not, lets go by itself. */
  release(): Promise<void>
}

/** What stands in the file `lock`: who holds the folder. */
const Holder = z.object({
  pid: z.int().positive(),
  startedAt: z.iso.datetime(),
  what: z.string(),
  address: z.string().optional(),
  /** When the process began, as the system words it: tells it from a later one of the same id. */
  beginning: z.string().optional(),
})
type Holder = z.infer<typeof Holder>

/** A lock held. `write` changes what its file says. */
interface Lock {
  write(holder: Holder): Promise<void>
  release(): Promise<void>
}

/** Takes the lock of a folder (its real path); `undefined` when another has it. */
type TakeLock = (dir: string, holder: Holder) => Promise<Lock | undefined>

/**
 * Opens a folder for this process alone, and makes it (0700) where there is none. `what` says what the process is: `varde serve`.
 *
 * Throws an IssueError: `store/in-use`, in a sentence that names who has it; `store/unusable`.
 * Two machines, or two containers that share no network, do not see each other's locks on Linux: give each a folder of its own.
 */
export async function openFolder(dir: string, what: string, take: TakeLock = lockOfSystem): Promise<HeldFolder> {
  const real = await ownFolder(dir)
  let holder: Holder = { pid: process.pid, startedAt: new Date().toISOString(), what }
  const lock = await takeFromNobody(real, holder, take)
  if (!lock) throw inUse(dir, await findHolder(real))
  const onExit = (): void => rmSync(join(real, 'lock'), { force: true })
  process.once('exit', onExit)
  const end = async (): Promise<void> => {
    process.off('exit', onExit)
    await lock.release()
  }
  let ending: Promise<void> | undefined
  return {
    dir,
    setAddress: (address) => lock.write((holder = { ...holder, address })),
    release: () => (ending ??= end()),
  }
}

/**
 * A lock that nobody is named for is asked for again: its holder may not have written its file yet, or has let go of it
 * while a program that another thread was just starting still had a copy of the socket.
 */
async function takeFromNobody(dir: string, holder: Holder, take: TakeLock): Promise<Lock | undefined> {
  for (const until = Date.now() + 1_000; ; await sleep(20)) {
    const lock = await take(dir, holder)
    if (lock || Date.now() > until || (await findHolder(dir))) return lock
  }
}

async function findHolder(dir: string): Promise<Holder | undefined> {
  const holder = readHolder(await readText(join(dir, 'lock')))
  return holder && isAlive(holder.pid) ? holder : undefined
}

async function ownFolder(dir: string): Promise<string> {
  try {
    await mkdir(dir, { recursive: true })
    await chmod(dir, 0o700)
    return await realpath(dir)
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown'
    const message = `The folder ${dir} cannot be made or is not ours (${why}). Name another with --data.`
    throw new IssueError([{ code: 'store/unusable', message, path: [] }])
  }
}

/** Linux: a listening socket with a name but no file. The system closes it with the process, however that ends. */
export const lockBySocket: TakeLock = async (dir, holder) => {
  const name = createHash('sha256').update(dir).digest('hex').slice(0, 32)
  const server = createServer((connection) => connection.destroy()).unref()
  try {
    await once(server.listen(`\0varde-${name}`), 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined
    throw error
  }
  const file = join(dir, 'lock')
  const write = (now: Holder) => writeWhole(file, JSON.stringify(now))
  const release = async (): Promise<void> => {
    // First the file: once the socket is free, a file there is the next holder's.
    await rm(file, { force: true })
    server.close()
    await once(server, 'close')
  }
  await write(holder).catch(async (error) => {
    await release()
    throw error
  })
  return { write, release }
}

/** Elsewhere: the file itself, which counts as long as its process lives. */
export const lockByFile: TakeLock = async (dir, given) => {
  const file = join(dir, 'lock')
  const beginning = beginningOf(process.pid)
  const withBeginning = (holder: Holder): string => JSON.stringify({ ...holder, ...(beginning ? { beginning } : {}) })
  for (let attempt = 1; attempt <= 5; attempt++) {
    try {
      // A link is made whole or refused: of two that try, one gets it.
      await writeWhole(file, withBeginning(given), link)
      return { write: (holder) => writeWhole(file, withBeginning(holder)), release: () => rm(file, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const left = await readText(file)
    if (isHeld(left)) return undefined
    await removeStale(file, left)
  }
  return undefined
}

export const lockOfSystem: TakeLock = process.platform === 'linux' ? lockBySocket : lockByFile

const readText = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined)

function isHeld(text: string | undefined): boolean {
  const holder = readHolder(text)
  if (!holder || !isAlive(holder.pid)) return false
  return holder.beginning === undefined || beginningOf(holder.pid) === holder.beginning
}

/** Takes a stale lock aside before removing it: where another starter was faster, the file is his by now and goes back. */
async function removeStale(file: string, stale: string | undefined): Promise<void> {
  const aside = `${file}.stale-${randomBytes(4).toString('hex')}`
  try {
    await rename(file, aside)
  } catch {
    return
  }
  if ((await readText(aside)) !== stale) await link(aside, file).catch(() => {})
  await rm(aside, { force: true })
}

function readHolder(text: string | undefined): Holder | undefined {
  try {
    return Holder.safeParse(JSON.parse(text ?? '')).data
  } catch {
    return undefined
  }
}

function inUse(dir: string, holder: Holder | undefined): IssueError {
  // Sweden writes days and hours as everybody reads them: 2026-03-07 08:12.
  const since = holder && new Date(holder.startedAt).toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' })
  const where = holder?.address === undefined ? '' : `, at ${holder.address}`
  const who = holder ? `process ${holder.pid} (${holder.what}, since ${since}${where})` : 'another process'
  const message = `The folder ${dir} is in use by ${who}. Stop it, or name another folder with --data.`
  return new IssueError([{ code: 'store/in-use', message, path: [] }])
}
