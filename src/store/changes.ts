import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { ledgerOfScope } from '../core/rights/rights.ts'
import { getTypeParser } from './postgres.ts'

/** One act on a pathway, as those hear of it who may see the pathway: what and in which role, never who. */
export interface Change {
  readonly ledger: number
  readonly seq: number
  readonly at: string
  readonly kind: string
  readonly role: string
  readonly pack: number
  readonly pathway: number
  /** The pathway's version now, which may be a later one. */
  readonly version: number
}

export interface Subscriber {
  /** Where this one may see, at this moment. */
  scopes(): ReadonlySet<number>
  /** Changes in order, and how far each ledger has now been read. */
  changed(changes: readonly Change[], positions: ReadonlyMap<number, number>): void
}

export interface Changes {
  /** Acts were committed: others are told, all at once and a moment later. */
  announce(ledger: number): void
  /** From now on; gives how far each ledger had been read, and the way to stop. */
  subscribe(subscriber: Subscriber): Promise<{ readonly positions: ReadonlyMap<number, number>; stop(): void }>
  close(): Promise<void>
}

export interface ChangesSettings {
  readonly url: string
  /** Sends one statement on some other connection. */
  readonly say: (sql: string, params: readonly unknown[]) => Promise<unknown>
  /** Heads are looked at this often, in case a writer died between its commit and its word. */
  readonly pollMs?: number
}

const channel = 'varde_change'
const announceAfterMs = 50
const pageLength = 500

/**
 * Follows the acts of all ledgers for all listeners of this process, over one connection of its own, opened with the first listener.
 *
 * The word that something changed goes out after the commit and apart from it. A NOTIFY inside the act would make every commit of the database wait
 * for the flush of the one before, whatever its ledger: with 16 writers in 16 ledgers that halved their acts a second (220 of 430, measured).
 */
export function openChanges({ url, say, pollMs = 15_000 }: ChangesSettings): Changes {
  const positions = new Map<number, number>()
  const subscribers = new Set<Subscriber>()
  const news = new Set<number>()
  let announcing: NodeJS.Timeout | undefined
  let polling: NodeJS.Timeout | undefined
  let client: Client | undefined
  let started: Promise<void> | undefined
  let closed = false
  let reading: Promise<void> | undefined
  let again = false
  let seeing = ''

  const scopes = (): readonly number[] => [...new Set([...subscribers].flatMap((one) => [...one.scopes()]))].sort((a, b) => a - b)

  async function connect(): Promise<void> {
    const next = new Client({
      connectionString: url,
      application_name: 'varde changes',
      connectionTimeoutMillis: 10_000,
      types: { getTypeParser },
      options: '-c timezone=UTC -c datestyle=ISO -c search_path=varde -c role=varde_app',
    })
    // A connection that breaks is made again; what happened meanwhile is read from the log.
    let broken = false
    const onBreak = () => {
      if (broken) return
      broken = true
      if (client === next) client = undefined
      void next.end().catch(() => {})
      if (!closed) void reconnect()
    }
    next.on('error', onBreak)
    next.on('end', onBreak)
    next.on('notification', () => void read())
    try {
      await next.connect()
      await next.query(`LISTEN ${channel}`)
    } catch (error) {
      broken = true
      await next.end().catch(() => {})
      throw error
    }
    seeing = ''
    client = next
  }

  async function reconnect(): Promise<void> {
    for (let waitMs = 100; !closed; waitMs = Math.min(waitMs * 2, 5_000)) {
      try {
        await connect()
        return void read()
      } catch {
        await sleep(waitMs, undefined, { ref: false })
      }
    }
  }

  /** Reads whatever is new, one reading at a time; a word that comes meanwhile starts another. */
  function read(): Promise<void> {
    if (reading) {
      again = true
      return reading
    }
    reading = (async () => {
      do {
        again = false
        await readOnce().catch(() => {}) // a broken connection is made again, and reads then
      } while (again && !closed)
    })().finally(() => {
      reading = undefined
    })
    return reading
  }

  async function readOnce(): Promise<void> {
    const from = client
    if (!from) return
    const mine = scopes()
    // The database gives no more than what somebody who listens here may see.
    if (seeing !== mine.join()) {
      await from.query(`SELECT set_config('varde.see', $1, false)`, [`{${mine.join()}}`])
      seeing = mine.join()
    }
    const ledgers = [...new Set(mine.map(ledgerOfScope))]
    const { rows: heads } = await from.query<{ ledger: number; seq: number }>(
      `SELECT ledger, seq FROM log_head WHERE chain = 'act' AND ledger = ANY ($1::int[])`,
      [ledgers],
    )
    for (const { ledger, seq: head } of heads) {
      // A ledger that nobody listened to before is followed from here.
      if (!positions.has(ledger)) positions.set(ledger, head)
      for (let known = positions.get(ledger)!; known < head; known = positions.get(ledger)!) {
        const { rows } = await from.query<Change>('SELECT * FROM changes_since($1, $2, $3) WHERE seq <= $4', [
          ledger,
          known,
          pageLength,
          head,
        ])
        positions.set(ledger, rows.length === pageLength ? rows.at(-1)!.seq : head)
        for (const one of subscribers) {
          const may = one.scopes()
          const theirs = rows.filter((row) => may.has(row.ledger * 1000 + row.pack))
          if (theirs.length > 0) one.changed(theirs, positions)
        }
      }
    }
  }

  async function start(): Promise<void> {
    await connect()
    polling = setInterval(() => void read(), pollMs)
    polling.unref()
  }

  return {
    announce: (ledger) => {
      news.add(ledger)
      announcing ??= setTimeout(() => {
        announcing = undefined
        const ledgers = [...news].join()
        news.clear()
        // Whoever misses the word finds the acts by looking at the heads.
        if (!closed) say(`SELECT pg_notify('${channel}', $1)`, [ledgers]).catch(() => {})
      }, announceAfterMs)
      announcing.unref()
    },
    subscribe: async (subscriber) => {
      started ??= start().catch((error) => {
        started = undefined
        throw error
      })
      await started
      // What is already there is not news: the ledgers of this one are read up to now before it hears anything.
      if (subscribers.size === 0) positions.clear()
      const waiting: Subscriber = { scopes: subscriber.scopes, changed: () => {} }
      subscribers.add(waiting)
      await read()
      subscribers.delete(waiting)
      subscribers.add(subscriber)
      return { positions: new Map(positions), stop: () => subscribers.delete(subscriber) }
    },
    close: async () => {
      closed = true
      clearTimeout(announcing)
      clearInterval(polling)
      subscribers.clear()
      await started?.catch(() => {})
      await client?.end().catch(() => {})
    },
  }
}
