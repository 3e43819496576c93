import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { IssueCode } from '../core/words/issue.ts'
import { type InstalledPack, packsInstalled } from '../store/install-packs.ts'
import type { LedgerDatabase } from '../store/ledger-database.ts'
import { isMigrated } from '../store/migrate.ts'
import type { FeedOutcome } from './feed.ts'

/** What the operator sees of a running service: alive, ready, and numbers. No person, no reference, no address in any of it. */
export interface Operations {
  /** The ledger, counted on its way. */
  readonly ledger: LedgerDatabase
  /** What became of a message of another system, and whether senders are made to wait. */
  readonly feed: { readonly onOutcome: (outcome: FeedOutcome) => void; readonly onStopped: (because: IssueCode | undefined) => void }
  register(app: FastifyInstance): Promise<void>
}

interface Parts {
  readonly ledger: LedgerDatabase
  readonly packs: readonly InstalledPack[]
  /** Needed to read the metrics; without one, only this machine may. */
  readonly metricsToken: string | undefined
}

export function openOperations({ ledger, packs, metricsToken }: Parts): Operations {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: 'varde_' })
  const requests = new Histogram({
    name: 'varde_request_seconds',
    help: 'Requests by route and status, and how long each took',
    labelNames: ['route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  })
  const acts = new Counter({ name: 'varde_acts_total', help: 'Acts written to the ledger, by kind', labelNames: ['kind'], registers })
  const replays = new Counter({ name: 'varde_acts_replayed_total', help: 'Acts that came again under their key', registers })
  const looks = new Counter({
    name: 'varde_looks_total',
    help: 'Looks at people written to the log, by kind',
    labelNames: ['kind'],
    registers,
  })
  const messages = new Counter({
    name: 'varde_feed_messages_total',
    help: 'Messages of other systems, by what became of them',
    labelNames: ['outcome'],
    registers,
  })
  const feedsStopped = new Gauge({
    name: 'varde_feed_stopped',
    help: '1 while senders are made to wait, because the database, a right or the mapping is away',
    registers,
  })
  new Gauge({
    name: 'varde_pool_connections',
    help: 'Connections to the database: open, idle, and requests waiting for one',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, n] of Object.entries(ledger.pool())) this.set({ state }, n)
    },
  })
  new Gauge({
    name: 'varde_head_ahead_seconds',
    help: 'By how much the newest act lies ahead of the clock: more than a moment means that the clock was set back',
    registers,
    async collect() {
      const [row] = await ledger.rows('SELECT head_ahead() AS ahead')
      this.set(Number(row?.['ahead']))
    },
  })

  const mayReadMetrics = (request: FastifyRequest): boolean => {
    if (metricsToken !== undefined) return sameText(request.headers.authorization ?? '', `Bearer ${metricsToken}`)
    const passedOn = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((header) => request.headers[header] !== undefined)
    return !passedOn && /^(127\.|::1$|::ffff:127\.)/.test(request.socket.remoteAddress ?? '')
  }

  return {
    feed: {
      onOutcome: (outcome) => messages.inc({ outcome }),
      onStopped: (because) => feedsStopped.set(because === undefined ? 0 : 1),
    },
    ledger: counted(ledger, {
      onAct: (kind, replayed) => (replayed ? replays.inc() : acts.inc({ kind })),
      onLook: (kind) => looks.inc({ kind }),
    }),
    register: async (app) => {
      app.addHook('onResponse', async (request, reply) => {
        // The address holds references to pathways; the name of the route does not.
        const route = String(
          (request.routeOptions.schema as { operationId?: string } | undefined)?.operationId ?? request.routeOptions.url ?? 'none',
        ) // routes of the table have an id
        const status = reply.statusCode
        requests.observe({ route, status }, reply.elapsedTime / 1_000)
        request.log.info({ route, status, ms: Math.round(reply.elapsedTime) }, 'answered')
      })
      const hidden = { schema: { hide: true } as object, config: { rateLimit: false }, logLevel: 'warn' as const } // `hide` keeps them out of the document
      app.get('/health', hidden, async (_, reply) => plain(reply, 200, 'alive'))
      app.get('/ready', hidden, async (_, reply) => {
        const missing = await whatIsMissing(ledger, packs)
        return plain(reply, missing === undefined ? 200 : 503, missing ?? 'ready')
      })
      app.get('/metrics', hidden, async (request, reply) => {
        if (!mayReadMetrics(request)) return plain(reply, 403, 'Metrics are for this machine, or for those who have the token.')
        return reply
          .type(registry.contentType)
          .header('cache-control', 'no-store')
          .serializer(String)
          .send(await registry.metrics())
      })
    },
  }
}

const plain = (reply: FastifyReply, status: number, text: string) =>
  reply.code(status).type('text/plain').header('cache-control', 'no-store').serializer(String).send(`${text}\n`)

const sameText = (given: string, wanted: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** What keeps the service from being of use, in one sentence; undefined: nothing. */
async function whatIsMissing(ledger: LedgerDatabase, packs: readonly InstalledPack[]): Promise<string | undefined> {
  try {
    const done = new Set((await ledger.rows('SELECT n FROM migration')).map((row) => Number(row['n'])))
    if (!isMigrated(done)) return 'The database is at another step than this version needs.'
    const rows = await ledger.rows('SELECT pack, id, digest FROM pack')
    if (!packsInstalled(rows as never, packs)) return 'A pack in the database is not the one that is loaded.' // columns are named as the fields are
    return undefined
  } catch {
    return 'The database does not answer.'
  }
}

interface Counts {
  readonly onAct: (kind: string, replayed: boolean) => void
  readonly onLook: (kind: string) => void
}

/** Counts what was kept: what a failed transaction wrote is not there. */
function counted(ledger: LedgerDatabase, { onAct, onLook }: Counts): LedgerDatabase {
  return {
    ...ledger,
    as: async (actor, task) => {
      const after: (() => void)[] = []
      const value = await ledger.as(actor, (session) =>
        task({
          ...session,
          act: async (number, sent) => {
            const done = await session.act(number, sent)
            after.push(
              ...sent.map(
                ({ kind }, i) =>
                  () =>
                    onAct(kind, done[i]?.replayed ?? false),
              ),
            )
            return done
          },
          look: async (number, look) => {
            await session.look(number, look)
            after.push(() => onLook(look.kind))
          },
        }),
      )
      for (const count of after) count()
      return value
    },
  }
}
