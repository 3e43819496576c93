import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { makeRegion, type RegionPlan } from '../core/demonstration/make-region.ts'
import { type Region, readRegion } from '../core/demonstration/region.ts'
import type { Scenario } from '../core/measure/scenario.ts'
import type { Pack } from '../core/pack/pack.ts'
import { roles } from '../core/rights/rights.ts'
import { type Day, dayOf, dayText } from '../core/words/day.ts'
import { IssueError, type Result } from '../core/words/result.ts'
import { createFromTemplate, dataOf } from './cluster.ts'
import { type EmbeddedServer, startEmbedded } from './embedded.ts'
import { type HeldFolder, openFolder } from './folder-lock.ts'
import { type InstalledPack, installPacks } from './install-packs.ts'
import { canonical, openLedger } from './ledger-database.ts'
import { loadRegions } from './load-regions.ts'
import { migrate } from './migrate.ts'
import { loadPack } from './pack-folder.ts'
import { connectClient } from './postgres.ts'
import { writeWhole } from './whole-file.ts'
import { loadScenario } from './write-ledger.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const files = ['norwegian-shaped', 'english-shaped'] as const

/** How large the demonstration is: about 3,000 patients. */
export const demonstrationPathways = 3200
const seed = 20_260

/** One region read from data, with what it is made under. */
export interface RegionSource {
  readonly region: Region
  readonly folder: string
  readonly pack: Pack
  readonly scenario: Scenario
}

const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw new IssueError(result.issues)
  return result.value
}

/** The regions that are shipped. */
export async function readRegionSources(): Promise<readonly RegionSource[]> {
  return Promise.all(
    files.map(async (name) => {
      const file = join(root, 'demonstration', `${name}.yaml`)
      const region = must(readRegion(await readFile(file, 'utf8'), file))
      const folder = join(root, 'packs', region.pack)
      const pack = must(await loadPack(folder))
      return { region, folder, pack, scenario: must(await loadScenario(folder, pack)) }
    }),
  )
}

/** All regions together, so many pathways in all. */
export const planRegions = (sources: readonly RegionSource[], pathways: number, today: Day): readonly RegionPlan[] =>
  sources.map(({ region, pack, scenario }, i) =>
    makeRegion(region, pack, scenario, { pathways: Math.max(1, Math.round(pathways * region.share)), seed: seed + i, today }),
  )

const Account = z.strictObject({
  person: z.int(),
  name: z.string(),
  role: z.enum(roles),
  org: z.int(),
  orgName: z.string(),
  region: z.string(),
  pack: z.string(),
  goodFor: z.string(),
})
/** What stands in the file `demonstration.json` of a folder: that everything in it is invented, since when, and who is in it. */
const Marker = z.strictObject({ madeFor: z.string(), accounts: z.array(Account) })
type Marker = z.infer<typeof Marker>

const markerFile = (dir: string): string => join(dir, 'demonstration.json')
async function findMarker(dir: string): Promise<Marker | undefined> {
  try {
    return Marker.safeParse(JSON.parse(await readFile(markerFile(dir), 'utf8'))).data
  } catch {
    return undefined
  }
}

export interface DemonstrationSettings {
  /** The folder to work in; what is in it stays from one start to the next. */
  readonly dir: string
  readonly today: Day
  /** Where prepared ones are kept, to be copied from. */
  readonly cache?: string
  /** Throw away what is in the folder, and begin again as of today. */
  readonly fresh?: boolean
  readonly pathways?: number
  /** False: for a test run, sooner there because it need not outlive a power cut. Default true. */
  readonly durable?: boolean
  /** One line, said again as it goes on. */
  readonly onProgress?: (line: string) => void
}

export interface Demonstration {
  readonly server: EmbeddedServer
  readonly packs: readonly InstalledPack[]
  /** Everybody in it, and what they are good for. */
  readonly accounts: Marker['accounts']
  /** The day it was made for: its last entries are of that day. */
  readonly madeFor: string
  stop(): Promise<void>
}

/** Whether the folder holds a demonstration, and so nothing about anybody. */
export const isDemonstration = async (dir: string): Promise<boolean> => (await findMarker(dir)) !== undefined

/**
 * Opens the demonstration in a folder: goes on where it was left, or copies one that was prepared, or prepares it first.
 *
 * Throws an IssueError: `store/unusable` where the folder holds a database that is no demonstration; `store/in-use`, `store/other-version`.
 */
export async function openDemonstration(settings: DemonstrationSettings): Promise<Demonstration> {
  const { dir, today, fresh = false, cache = join(root, '.cache', 'demonstration'), onProgress = () => {} } = settings
  const sources = await readRegionSources()
  const held = await openFolder(dir, 'varde demonstration')
  try {
    if (existsSync(dataOf(dir)) && !(await isDemonstration(dir)))
      throw new IssueError([
        {
          code: 'store/unusable',
          path: [],
          message: `The folder ${dir} holds a database that is no demonstration, and is left alone: name another with --data.`,
        },
      ])
    if (fresh) await throwAway(dir, held)
    if (!existsSync(dataOf(dir))) {
      const pathways = settings.pathways ?? demonstrationPathways
      const template = await prepare({ cache, sources, pathways, today, fresh, onProgress })
      onProgress('Copying the demonstration')
      await writeWhole(markerFile(dir), await readFile(markerFile(template), 'utf8'))
      await createFromTemplate({ template, dir, held, durable: settings.durable ?? true })
    }
    onProgress('Starting the database')
    const server = await startEmbedded({ dir, held })
    try {
      const packs = await settle(server, sources)
      const marker = (await findMarker(dir))! // written before the data, or found above
      const stop = () => server.stop().then(held.release)
      return { server, packs, accounts: marker.accounts, madeFor: marker.madeFor, stop }
    } catch (error) {
      await server.stop()
      throw error
    }
  } catch (error) {
    await held.release()
    throw error
  }
}

/** What an interrupted start left running is stopped before its files go. */
async function throwAway(dir: string, held: HeldFolder): Promise<void> {
  if (existsSync(dataOf(dir))) await (await startEmbedded({ dir, held })).stop()
  await rm(dataOf(dir), { recursive: true, force: true, maxRetries: 3 })
  await rm(markerFile(dir), { force: true })
}

async function settle({ url, serviceUrl }: EmbeddedServer, sources: readonly RegionSource[]): Promise<readonly InstalledPack[]> {
  await migrate(url, new URL(serviceUrl).username)
  return installPacks(
    url,
    sources.map(({ folder, pack }) => ({ folder, content: pack })),
  )
}

interface Preparing {
  readonly cache: string
  readonly sources: readonly RegionSource[]
  readonly pathways: number
  readonly today: Day
  readonly fresh: boolean
  readonly onProgress: (line: string) => void
}

/**
 * The folder of a stopped server that holds the whole demonstration, made where there is none. One of an earlier day serves, unless a fresh one is
 * asked for: what it shows is a week old, and it is there at once.
 */
async function prepare(preparing: Preparing): Promise<string> {
  const { cache, today, fresh } = preparing
  const key = await keyOf(preparing)
  await mkdir(cache, { recursive: true })
  const wanted = `${key}-${dayText(today)}`
  const same = (await readdir(cache)).filter((name) => name.startsWith(`${key}-`)).sort()
  const found = same.includes(wanted) ? wanted : fresh ? undefined : same.at(-1)
  if (found !== undefined) return join(cache, found)
  await removeUnfinished(cache)
  const aside = await mkdtemp(join(cache, 'making-'))
  try {
    await make(aside, preparing)
    await rename(aside, join(cache, wanted)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error // another start was faster: the same is there
    })
  } finally {
    await rm(aside, { recursive: true, force: true, maxRetries: 3 })
  }
  await removeOlder(cache, wanted)
  return join(cache, wanted)
}

/** What a start that was cut short left behind: nobody has been at it for an hour. */
async function removeUnfinished(cache: string): Promise<void> {
  for (const name of (await readdir(cache)).filter((n) => n.startsWith('making-'))) {
    const { mtimeMs } = await stat(join(cache, name))
    if (mtimeMs < Date.now() - 3_600_000) await rm(join(cache, name), { recursive: true, force: true })
  }
}

/** One is kept: each takes some hundred megabytes. */
async function removeOlder(cache: string, wanted: string): Promise<void> {
  for (const name of await readdir(cache))
    if (/^[0-9a-f]{12}-\d{4}-\d\d-\d\d$/.test(name) && name !== wanted) await rm(join(cache, name), { recursive: true, force: true })
}

/** What tells one demonstration from another, but for its day: what its first pathways would be on some day, and what it is put into. */
async function keyOf({ sources, pathways }: Preparing): Promise<string> {
  const migrations = join(root, 'migrations')
  const steps = await Promise.all((await readdir(migrations)).sort().map((name) => readFile(join(migrations, name), 'utf8')))
  const first = planRegions(sources, 60, dayOf(2026, 1, 1)).map((plan) => plan.ledgers)
  const texts = sources.map(({ region, scenario, pack }) => ({ region, scenario, pack: pack.text }))
  return createHash('sha256').update(canonical({ first, texts, steps, pathways })).digest('hex').slice(0, 12)
}

async function make(dir: string, { sources, pathways, today, onProgress }: Preparing): Promise<void> {
  onProgress('Preparing an invented hospital region, once')
  const server = await startEmbedded({ dir })
  try {
    const packs = await settle(server, sources)
    const plans = planRegions(sources, pathways, today)
    const ledger = openLedger({ url: server.url })
    try {
      const { accounts } = await loadRegions({ ownerUrl: server.url, ledger, packs }, plans, (done, total) =>
        onProgress(`Preparing an invented hospital region, once: ${Math.round((100 * done) / total)} %`),
      )
      const marker: Marker = { madeFor: dayText(today), accounts: [...accounts] }
      await writeWhole(markerFile(dir), JSON.stringify(marker))
    } finally {
      await ledger.close()
    }
    await tidy(server.url)
  } finally {
    await server.stop()
  }
}

/** So that the first question asked of a copy need not do it. */
async function tidy(url: string): Promise<void> {
  const client = await connectClient(url)
  try {
    await client.query('VACUUM (ANALYZE)')
    await client.query('CHECKPOINT')
  } finally {
    await client.end()
  }
}
