import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import pino, { type Logger } from 'pino'
import type { Day } from '../core/words/day.ts'
import { IssueError } from '../core/words/result.ts'
import { openCheckpoints } from '../store/checkpoints.ts'
import { climbOverdue } from '../store/climbing.ts'
import { type Demonstration, openDemonstration } from '../store/demonstration.ts'
import { startEmbedded } from '../store/embedded.ts'
import { openFolder } from '../store/folder-lock.ts'
import { keepingFree } from '../store/free-space.ts'
import { type InstalledPack, installPacks, type PackToInstall, packsInstalled } from '../store/install-packs.ts'
import { type LedgerDatabase, openLedger } from '../store/ledger-database.ts'
import { type LivePacks, livePacks } from '../store/live-packs.ts'
import { isMigrated, migrate } from '../store/migrate.ts'
import { loadPack } from '../store/pack-folder.ts'
import { warmUp } from '../store/pathways.ts'
import { type Feed, openFeed } from './feed.ts'
import { listenForMessages } from './feed-listener.ts'
import { handlers } from './handlers.ts'
import { type Operations, openOperations } from './operations.ts'
import { createService, placesOf } from './service.ts'
import { checkpointFiles, packFolders, type Settings } from './settings.ts'
import { openSignIn as openRealSignIn, type SignIn } from './sign-in.ts'

/** What a way to sign in is made from. */
export interface SignInParts {
  readonly ledger: LedgerDatabase
  readonly settings: Settings
  readonly now: () => Date
  readonly log: Logger
  readonly say: (sentence: string) => void
}

export interface ServeParts {
  readonly settings: Settings
  /** As the settings say, unless given. */
  readonly openSignIn?: (parts: SignInParts) => SignIn | Promise<SignIn>
  /** One plain sentence about what is going on, for the operator. */
  readonly say: (sentence: string) => void
  readonly now?: () => Date
  /** Where the log goes: standard error unless said. */
  readonly logTo?: { write(line: string): void }
  /** How often escalations that were not answered in time climb; every minute unless said. */
  readonly climbMs?: number
  /** Of a demonstration: settings that follow from who is in it. */
  readonly settle?: (settings: Settings, demonstration: Demonstration) => Settings
  /** Of a demonstration: begun again as of today, or smaller than it is shipped, for tests. */
  readonly fresh?: boolean
  readonly pathways?: number
}

export interface Served {
  readonly address: string
  readonly app: FastifyInstance
  /** Port for messages of other systems; undefined: none are taken. */
  readonly feedPort: number | undefined
  /** Who can be signed in as, in a demonstration. */
  readonly demonstration: Demonstration | undefined
  /** Takes no more requests, finishes those in hand, and ends everything that was begun here. */
  stop(): Promise<void>
}

/** The sign-in as the settings say. Issues: `settings/missing`, `sign-in/address`. */
export function signInOf({ ledger, settings, now }: Pick<SignInParts, 'ledger' | 'settings' | 'now'>): SignIn {
  const { oidcIssuer, oidcClientId, oidcClientSecret, oidcRedirect } = settings
  if (oidcIssuer !== undefined && oidcClientId === undefined)
    throw new IssueError([
      { code: 'settings/missing', path: ['oidcClientId'], message: 'A provider needs to know us: give what it calls this service.' },
    ])
  const oidc = oidcIssuer === undefined || oidcClientId === undefined ? undefined : { issuer: oidcIssuer, clientId: oidcClientId }
  return openRealSignIn({
    ledger,
    now,
    address: settings.publicUrl ?? `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${settings.port}`,
    demonstration: settings.demonstration,
    localAccounts: settings.localAccounts,
    idleMinutes: settings.sessionIdleMinutes,
    sessionHours: settings.sessionHours,
    perMinute: settings.requestsPerMinute,
    signInPerMinute: settings.signInsPerMinute,
    ...(oidc === undefined
      ? {}
      : {
          oidc: {
            ...oidc,
            name: settings.oidcName,
            claim: settings.oidcClaim,
            scope: settings.oidcScope,
            ...(oidcClientSecret === undefined ? {} : { clientSecret: oidcClientSecret }),
            ...(oidcRedirect === undefined ? {} : { redirect: oidcRedirect }),
          },
        }),
  })
}

/** Requests in hand are given so long at a stop. */
const graceMs = 10_000
/** How often it is looked whether a checkpoint is due. */
const checkpointMs = 15_000

/**
 * The whole service: database, migrations, packs, sign-in, routes, checkpoints. It listens when it is ready, and not before.
 * Throws an IssueError where something is missing; what had been begun is ended then.
 */
export async function serve(parts: ServeParts): Promise<Served> {
  const ending: (() => Promise<unknown>)[] = []
  const end = async (): Promise<void> => {
    for (const close of ending.splice(0).reverse()) await close()
  }
  try {
    return await begin(parts, ending, end)
  } catch (error) {
    await end()
    throw error
  }
}

async function begin(parts: ServeParts, ending: (() => Promise<unknown>)[], end: () => Promise<void>): Promise<Served> {
  const { settings: given, openSignIn = signInOf, say, now = () => new Date(), logTo, climbMs = 60_000 } = parts
  check(given)
  const began = { ...given, port: given.port === 0 ? await freePort(given.host) : given.port }
  const log = pino({ level: began.logLevel, base: null }, logTo ?? pino.destination(2))
  const toInstall = began.demonstration ? [] : await loadPacks(began.packs)
  const { serviceUrl, ownerUrl, setAddress, demonstration } = await openDatabase({ ...parts, settings: began, now }, ending)
  const settings = demonstration && parts.settle ? parts.settle(began, demonstration) : began
  const { connections, figureSeconds } = settings
  const installed = demonstration
    ? demonstration.packs
    : ownerUrl === undefined
      ? undefined
      : await prepare(ownerUrl, serviceUrl, toInstall, say)
  const bare = openLedger({ url: serviceUrl, connections, countingTimeoutMs: figureSeconds * 1_000 })
  ending.push(() => bare.close())
  const packs = installed ?? (await findPrepared(bare, toInstall))
  const { file, key } = checkpointFiles(settings)
  const checkpoints = await openCheckpoints(bare, { file, keyFile: key, now })
  const operations = openOperations({ ledger: bare, packs, metricsToken: settings.metricsToken })
  const embedded = settings.databaseUrl === undefined
  const ledger = embedded ? keepingFree(operations.ledger, settings.data, settings.keepFreeMegabytes * 1_000_000) : operations.ledger
  const signIn = await openSignIn({ ledger, settings, now, log, say })
  const ready = livePacks(packs)
  const feed = await findFeed(settings, { ledger, packs: ready, now, log, operations })
  const page = findPage()
  if (page === undefined) say('The page is not there: `npm run build` makes it. What can be asked over HTTP is served.')
  const app = await createService(
    {
      ledger,
      packs: ready,
      log,
      now,
      demonstration: settings.demonstration,
      ...(page === undefined ? {} : { page }),
      ...(feed === undefined ? {} : { feeds: [feed] }),
      ...(settings.trustedProxies === undefined ? {} : { trustedProxies: settings.trustedProxies }),
      signIn: {
        ...signIn,
        register: async (app) => {
          await operations.register(app)
          await signIn.register(app)
        },
      },
    },
    handlers,
  )
  ending.push(() => app.close())
  const address = await listen(app, settings)
  await setAddress(settings.publicUrl ?? address)
  const messages = feed && (await listenForMessages(feed, { host: settings.feedHost, port: settings.feedPort ?? 0 }))
  if (messages) {
    ending.push(() => messages.stop())
    say(`Messages of other systems are taken at ${settings.feedHost}:${messages.port}, from ${settings.feedSenders?.join(', ')}.`)
    if (!isLoopback(settings.feedHost)) say('MLLP is neither encrypted nor signed in to: let only the senders reach it, through a tunnel.')
  }
  const writeCheckpoints = async (all = false): Promise<void> => {
    await checkpoints.write(all).catch((error) => log.error({ at: placesOf(error) }, 'checkpoints could not be written'))
  }
  await writeCheckpoints()
  const warming = warmUp(bare, ready.all).catch((error) => log.error({ at: placesOf(error) }, 'plans could not be made beforehand'))
  const timer = setInterval(() => void writeCheckpoints(), checkpointMs)
  const climbing = every(climbMs, async () => {
    await climbOverdue(ledger, now()).catch((error) => log.error({ at: placesOf(error) }, 'escalations could not climb'))
  })
  say(`Varde listens at ${address}${settings.publicUrl === undefined ? '' : `, for people at ${settings.publicUrl}`}.`)
  say(`Heads of the ledgers are signed with key ${checkpoints.key.id} and appended to ${file}. Keep a copy of both elsewhere.`)
  if (await isPowerful(bare)) say('The login of the service may pass by row level security: give it one that may not.')
  if (!isLoopback(settings.host)) say('It can be reached from other machines: put a proxy that speaks TLS before it.')
  let stopping: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    clearInterval(timer)
    await climbing.stop()
    await messages?.stop()
    // Whoever does not end by then is cut off: an open stream, a reader that has gone away.
    const cut = setTimeout(() => app.server.closeAllConnections(), graceMs)
    await app.close()
    clearTimeout(cut)
    await warming
    await writeCheckpoints(true)
    await end()
  }
  return { address, app, feedPort: messages?.port, demonstration, stop: () => (stopping ??= stop()) }
}

interface FeedsParts {
  readonly ledger: LedgerDatabase
  readonly packs: LivePacks
  readonly now: () => Date
  readonly log: Logger
  readonly operations: Operations
}

/** Messages of other systems, as the settings say; undefined: none are taken. Issues: `settings/missing`, and those of `openFeed`. */
async function findFeed(settings: Settings, { ledger, packs, now, log, operations }: FeedsParts): Promise<Feed | undefined> {
  const { feedPort, feedOrganisation: org, feedPerson: person, feedMapping: file, feedSenders: senders } = settings
  if (feedPort === undefined) return undefined
  if (org === undefined || person === undefined || file === undefined || senders === undefined)
    throw new IssueError(
      Object.entries({ feedOrganisation: org, feedPerson: person, feedMapping: file, feedSenders: senders }).flatMap(([name, value]) =>
        value === undefined
          ? [{ code: 'settings/missing' as const, path: [name], message: 'feedPort needs it: docs/feeds.md says how a feed is set up.' }]
          : [],
      ),
    )
  return openFeed({
    ...{ ledger, packs, now, org, person, senders, file },
    onOutcome: operations.feed.onOutcome,
    onStopped: (because) => {
      operations.feed.onStopped(because)
      if (because === undefined) log.info('messages of other systems are taken again')
      else log.error({ because }, 'messages of other systems wait: nothing is skipped')
    },
    onFault: (error) => log.error({ fault: error instanceof Error ? error.name : typeof error, at: placesOf(error) }, 'a fault of ours'),
  })
}

/** The built page: beside the compiled files, or in `dist` of a clone. */
const findPage = (): string | undefined =>
  ['../page', '../../dist/page']
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((place) => existsSync(join(place, 'index.html')))

/** Does something at once and then now and then, one at a time; stopping waits for the one in hand. */
function every(ms: number, task: () => Promise<void>): { stop(): Promise<void> } {
  let running: Promise<void> | undefined
  const run = () => {
    running ??= task().finally(() => {
      running = undefined
    })
  }
  run()
  const timer = setInterval(run, ms)
  return {
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}

function check({ demonstration, host, databaseUrl, ownerDatabaseUrl }: Settings): void {
  if (demonstration && databaseUrl !== undefined)
    throw new IssueError([
      {
        code: 'settings/value',
        path: ['demonstration'],
        message: 'A demonstration works on a database of its own: leave out databaseUrl.',
      },
    ])
  if (demonstration && !isLoopback(host))
    throw new IssueError([
      {
        code: 'settings/value',
        path: ['host'],
        message: 'A demonstration listens on this machine alone: leave out host, or demonstration.',
      },
    ])
  if (ownerDatabaseUrl !== undefined && databaseUrl === undefined)
    throw new IssueError([
      { code: 'settings/missing', path: ['databaseUrl'], message: 'The service needs a login of its own beside that of the owner.' },
    ])
}

/** The sign-in has to know its own address before the service listens. */
async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const at = server.address()
  server.close()
  await once(server, 'close')
  if (at === null || typeof at === 'string') throw new Error('A port is a number.')
  return at.port
}

/** Whether the login could take rights that the service must not have, whatever role it works in. */
const isPowerful = async (ledger: LedgerDatabase): Promise<boolean> =>
  (
    await ledger.rows(`SELECT rolsuper OR rolbypassrls OR pg_has_role(session_user, 'varde_owner', 'MEMBER') AS powerful
    FROM pg_roles WHERE rolname = session_user`)
  )[0]?.['powerful'] === true

const isLoopback = (host: string): boolean => /^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host)

/** Packs of the settings, read from their folders. */
export async function loadPacks(names: readonly string[]): Promise<readonly PackToInstall[]> {
  const packs: PackToInstall[] = []
  for (const folder of packFolders(names)) {
    const read = await loadPack(folder)
    if (!read.ok) throw new IssueError(read.issues)
    packs.push({ folder, content: read.value })
  }
  return packs
}

interface Opened {
  readonly demonstration?: Demonstration
  readonly serviceUrl: string
  readonly ownerUrl: string | undefined
  setAddress(address: string): Promise<void>
}

async function openDatabase(
  { settings, say, now, fresh, pathways }: ServeParts & { readonly now: () => Date },
  ending: (() => Promise<unknown>)[],
): Promise<Opened> {
  const { data, databaseUrl, ownerDatabaseUrl } = settings
  if (databaseUrl !== undefined) {
    say('It works on the PostgreSQL that was given.')
    return { serviceUrl: databaseUrl, ownerUrl: ownerDatabaseUrl, setAddress: async () => {} }
  }
  if (settings.demonstration) {
    const demonstration = await openDemonstration({
      dir: data,
      today: Math.floor(now().getTime() / 86_400_000) as Day, // whole days since 1970
      ...(fresh === undefined ? {} : { fresh }),
      ...(pathways === undefined ? {} : { pathways }),
      onProgress: say,
    })
    ending.push(() => demonstration.stop())
    const { server } = demonstration
    return { demonstration, serviceUrl: server.serviceUrl, ownerUrl: server.url, setAddress: async () => {} }
  }
  const held = await openFolder(data, 'varde serve')
  ending.push(() => held.release())
  const server = await startEmbedded({ dir: data, held })
  ending.push(() => server.stop())
  say(`It works on the embedded PostgreSQL in ${data}.`)
  return { serviceUrl: server.serviceUrl, ownerUrl: server.url, setAddress: (address) => held.setAddress(address) }
}

async function prepare(
  ownerUrl: string,
  serviceUrl: string,
  packs: readonly PackToInstall[],
  say: ServeParts['say'],
): Promise<readonly InstalledPack[]> {
  const { applied } = await migrate(ownerUrl, decodeURIComponent(new URL(serviceUrl).username))
  if (applied.length > 0) say(`The database was brought to this version: ${applied.join(', ')}.`)
  const installed = await installPacks(ownerUrl, packs, (id, done, total) => {
    if (done === total) say(`The layer of pack ${id} was made again for ${total} pathways.`)
  })
  say(`Packs: ${installed.map(({ content }) => `${content.id} ${content.version}`).join(', ')}.`)
  return installed
}

/** Where the owner is not named, the service changes nothing about the database: it must be as this version needs it. */
async function findPrepared(ledger: LedgerDatabase, packs: readonly PackToInstall[]): Promise<readonly InstalledPack[]> {
  const notReady = (what: string) =>
    new IssueError([
      { code: 'store/not-migrated', path: [], message: `${what} Run \`varde migrate\` with VARDE_OWNER_DATABASE_URL, then start again.` },
    ])
  const steps = await ledger.rows('SELECT n FROM migration').catch(() => [])
  if (!isMigrated(new Set(steps.map((row) => Number(row['n']))))) throw notReady('The database is at another step than this version needs.')
  const rows = await ledger.rows('SELECT pack, id, digest FROM pack')
  const found = packsInstalled(rows as never, packs) // columns are named as the fields are
  if (!found) throw notReady('The packs in the database are not those of the settings.')
  return found
}

async function listen(app: FastifyInstance, { host, port }: Settings): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown' // node's own errors carry a code
    throw new IssueError([
      { code: 'settings/value', path: ['port'], message: `Nothing can listen at ${host}:${port} (${code}). Name another port or address.` },
    ])
  }
}
