import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { Pool, type PoolClient } from 'pg'
import type { Capability, Right, Role } from '../core/rights/rights.ts'
import { capabilities } from '../core/rights/rights.ts'
import type { IssueCode } from '../core/words/issue.ts'
import { IssueError } from '../core/words/result.ts'
import type { ActKind } from '../core/work/work.ts'
import { type Changes, openChanges } from './changes.ts'
import type { Row, Value } from './database.ts'
import { getTypeParser } from './postgres.ts'

/** Somebody at work: what they may do is what the database said of them when the request began. */
export interface Actor {
  readonly person: number
  readonly role: Role
  readonly rights: readonly Right[]
  /** Pathways they have broken the glass for. */
  readonly glass: readonly Glass[]
}

export type Standing = Pick<Actor, 'rights' | 'glass'>

export interface Glass {
  readonly ledger: number
  readonly glass: number
  readonly pathway: number
  readonly patient: number
  readonly until: string
}

/** Statements inside one request's transaction. */
export interface Session {
  rows(sql: string, params?: readonly unknown[]): Promise<readonly Row[]>
  /** One or many acts on one ledger: all or none. */
  act(ledger: number, acts: readonly Act[]): Promise<readonly ActDone[]>
  /** The same, and the end of it all: what was done is committed without being waited for in between. Nothing can be asked or done after it. */
  actLast(ledger: number, acts: readonly Act[]): Promise<readonly ActDone[]>
  /** From here on acts and looks are written down in this role. */
  takeRole(role: Role): Promise<void>
  look(ledger: number, look: Look): Promise<void>
}

export interface Act {
  /** Eight characters or more, the sender's own: the same key again is the same act. */
  readonly key: string
  readonly kind: ActKind
  readonly pack?: number
  readonly pathway?: number
  /** The version of the pathway (of the work, for a move) the writer has seen. */
  readonly expected?: number
  readonly payload: Readonly<Record<string, unknown>>
}

export interface ActDone {
  readonly seq: number
  readonly at: string
  readonly pathway: number
  /** The pathway's version now. */
  readonly version: number | null
  /** True: the key had come before, and nothing was done again. */
  readonly replayed: boolean
}

export interface Look {
  readonly kind: string
  readonly pathway?: number
  /** Pathways a list showed. */
  readonly seen?: readonly number[]
  readonly about: Readonly<Record<string, unknown>>
}

export interface LedgerDatabase {
  /** Runs a task in one transaction with this person's rights, as the role of the service that has no others. */
  as<T>(actor: Actor, task: (session: Session) => Promise<T>): Promise<T>
  /** The same for figures: a role that reads the layer of one row a pathway and nothing about people, read only, cut off after a while. */
  counting<T>(actor: Actor, task: (rows: Session['rows']) => Promise<T>): Promise<T>
  /** Before anybody is known: functions of the database that answer strangers (sign-in, rights). */
  rows(sql: string, params?: readonly unknown[]): Promise<readonly Row[]>
  /** What happens on pathways, for those who listen. */
  readonly changes: Changes
  /** What a person may do at this moment. */
  standingOf(person: number): Promise<Standing>
  /** Connections at this moment. */
  pool(): PoolState
  close(): Promise<void>
}

export interface PoolState {
  readonly open: number
  readonly idle: number
  /** Requests that wait for a connection. */
  readonly waiting: number
}

export interface PoolSettings {
  readonly url: string
  readonly connections?: number
  /** How long a figure may take. */
  readonly countingTimeoutMs?: number
}

/** Throws IssueErrors: `ledger/changed`, `ledger/key-reused`, `ledger/not-allowed`, `ledger/not-there`, `store/full`, `store/unreachable`. */
export function openLedger({ url, connections = 12, countingTimeoutMs = 30_000 }: PoolSettings): LedgerDatabase {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    application_name: 'varde',
    connectionTimeoutMillis: 10_000,
    // A connection knows the plans of what was asked on it: it is kept while people think.
    idleTimeoutMillis: 600_000,
    pipeline: true,
    types: { getTypeParser },
    // Starting workers for a question takes longer than answering most: only a large one is worth it.
    options:
      '-c timezone=UTC -c datestyle=ISO -c search_path=varde -c jit=off -c parallel_setup_cost=50000 -c role=varde_app -c plan_cache_mode=force_generic_plan',
  })
  // A connection that breaks while nobody uses it is dropped; the next request takes another.
  pool.on('error', () => {})
  // One that breaks while in use says so to itself too, and unheard that would end the process; the statement that notices it rejects anyway.
  pool.on('connect', (client) => void client.on('error', () => {}))

  const transaction = async <T>(begin: string, task: (client: PoolClient, commit: () => Promise<unknown>) => Promise<T>): Promise<T> => {
    const client = await pool.connect().catch((error) => {
      throw fault(error)
    })
    let broken = false
    try {
      // Not waited for: the first statement follows on its heels. Where this fails, so does that, in the broken transaction or with no rights at all.
      const begun = client.query(begin)
      begun.catch(() => {})
      let committed: Promise<unknown> | undefined
      const commit = () => {
        committed ??= client.query('COMMIT')
        return committed
      }
      const value = await task(client, commit).catch(async (error) => {
        await begun
        throw error
      })
      await begun
      await commit()
      return value
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {
        broken = true
      })
      throw fault(error)
    } finally {
      client.release(broken)
    }
  }
  // The role that has no rights but those given to it; the login itself is in no other (`options` above).
  const direct = (sql: string, params: readonly unknown[] = []): Promise<readonly Row[]> =>
    pool.query(sql, [...params]).then(
      (result) => result.rows,
      (error) => {
        throw fault(error)
      },
    )

  const changes = openChanges({ url, say: direct })

  return {
    changes,
    as: async (actor, task) => {
      const acted = new Set<number>()
      const value = await transaction(`BEGIN; ${settings(actor)}`, (client, commit) => task(sessionOf(client, actor, acted, commit)))
      for (const ledger of acted) changes.announce(ledger)
      return value
    },
    counting: (actor, task) =>
      transaction(
        `BEGIN READ ONLY; SET LOCAL ROLE varde_read; SET LOCAL statement_timeout = ${countingTimeoutMs}; ${settings(actor, ['count'])}`,
        (client) => task(rowsOf(client)),
      ),
    rows: direct,
    standingOf: async (person) => standing((await direct(`SELECT ${standingSql('$1')}`, [person]))[0]),
    pool: () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: async () => {
      await changes.close()
      await pool.end()
    },
  }
}

/** Columns `rights` and `glass` of a person, for a query that has found out who it is. `person`: SQL, never a value. */
export const standingSql = (person: string): string =>
  `(SELECT json_agg(r) FROM rights_of(${person}) r) AS rights, (SELECT json_agg(g) FROM glass_of(${person}) g) AS glass`

export const standing = (row: Row | undefined): Standing => ({
  // Roles and capabilities come from our own lists, written by `migrate`.
  rights: ((row?.['rights'] ?? []) as { role: Role; capability: Capability; scopes: number[] }[]).map((right) => ({
    ...right,
    scopes: new Set(right.scopes),
  })),
  glass: (row?.['glass'] ?? []) as readonly Glass[], // columns are named as the fields are
})

/** Whole numbers and names of our own lists only: nothing anybody typed goes into this text. */
function settings(actor: Actor, only: readonly Capability[] = capabilities): string {
  const number = (n: number): string => {
    if (!Number.isSafeInteger(n)) throw new RangeError('A scope is a whole number.')
    return String(n)
  }
  const list = (values: Iterable<number>) => `'{${[...new Set(values)].map(number).join(',')}}'`
  const by = only.flatMap((capability) => {
    const scopes = actor.rights.filter((right) => right.capability === capability).flatMap((right) => [...right.scopes])
    return scopes.length === 0 ? [] : [`SET LOCAL varde.${capability} = ${list(scopes)}`]
  })
  const broken = (what: 'pathway' | 'patient') =>
    actor.glass.length === 0 ? [] : [`SET LOCAL varde.glass_${what} = ${list(actor.glass.map((g) => g.ledger * 2 ** 32 + g[what]))}`]
  const role = /^[a-z-]+$/.exec(actor.role)?.[0] ?? ''
  return [
    `SET LOCAL varde.person = '${number(actor.person)}'`,
    `SET LOCAL varde.role = '${role}'`,
    ...by,
    ...broken('pathway'),
    ...broken('patient'),
  ].join('; ')
}

/** Texts the server keeps planned, by name; planning a compiled text takes longer than answering it. No more than so many a connection. */
const mostPrepared = 120
const prepared = new Map<string, string>()
function preparedName(sql: string): string | undefined {
  const known = prepared.get(sql)
  if (known !== undefined || prepared.size >= mostPrepared) return known
  const name = `v${prepared.size}`
  prepared.set(sql, name)
  return name
}

/** A text without parameters is a command or a one-off: only the others are worth keeping. */
function rowsOf(client: PoolClient): Session['rows'] {
  return async (sql, params = []) => {
    const name = params.length === 0 ? undefined : preparedName(sql)
    return (await client.query({ ...(name === undefined ? {} : { name }), text: sql, values: [...params] })).rows
  }
}

/** `acted`: ledgers in which something was done here. */
function sessionOf(client: PoolClient, actor: Actor, acted: Set<number>, commit: () => Promise<unknown>): Session {
  let ended = false
  const rows: Session['rows'] = async (...asked) => {
    // Outside the transaction it would be asked with no rights, and find nothing.
    if (ended) throw new Error('Nothing is asked or done after the last act.')
    return ask(...asked)
  }
  const ask = rowsOf(client)
  const act: Session['act'] = async (ledger, acts) => {
    const done = (await rows('SELECT seq, at, pathway, version, replayed FROM act($1, $2, $3, $4, $5, $6, $7, $8) ORDER BY ord', [
      ledger,
      acts.map((a) => a.key),
      acts.map((a) => a.kind),
      acts.map((a) => a.pack ?? 0),
      acts.map((a) => a.pathway ?? 0),
      acts.map((a) => a.expected ?? null),
      acts.map((a) => canonical(a.payload)),
      acts.map(() => randomBytes(16)),
    ])) as unknown as readonly ActDone[] // columns are named as the fields are
    if (done.some((act) => !act.replayed)) acted.add(ledger)
    return done
  }
  return {
    rows,
    act,
    actLast: (ledger, acts) => {
      const done = act(ledger, acts)
      ended = true
      // Where the act fails this ends a broken transaction, which is undone. Whoever waits for the whole hears of the rest.
      commit().catch(() => {})
      return done
    },
    takeRole: async (role) => void (await rows(`SELECT set_config('varde.role', $1, true)`, [role])),
    look: async (ledger, look) =>
      void (await rows('SELECT look($1, $2, $3, $4, $5, $6, $7)', [
        ledger,
        randomUUID(),
        look.kind,
        look.pathway ?? 0,
        look.seen ? multirange(look.seen) : null,
        canonical({ ...look.about, ...markOf(actor, ledger, look) }),
        randomBytes(16),
      ])),
  }
}

/** Of a look through broken glass: under which. */
function markOf({ glass }: Actor, ledger: number, { pathway, seen, about }: Look): { readonly glass?: readonly number[] } {
  const through = glass.filter(
    (g) => g.ledger === ledger && (g.pathway === pathway || seen?.includes(g.pathway) === true || g.patient === about['patient']),
  )
  return through.length === 0 ? {} : { glass: through.map((g) => g.glass) }
}

/** JSON with sorted keys and no spaces: the bytes that are hashed. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const parts = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`)
  return `{${parts.join(',')}}`
}

/** `{[1,4),[9,10)}`: numbers that follow each other become one range. */
function multirange(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b)
  const ranges: [number, number][] = []
  for (const n of sorted) {
    const last = ranges.at(-1)
    if (last && last[1] === n) last[1] = n + 1
    else ranges.push([n, n + 1])
  }
  return `{${ranges.map(([from, to]) => `[${from},${to})`).join(',')}}`
}

/** What follows from an act has a key that follows from its key. */
export const keyAfter = (key: string, what: string): string => keyOf(key, what)

/** A key for an act nobody gave one for: what it says, where and by whom. */
export const keyOf = (...parts: readonly Value[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex')

const faults: Readonly<Record<string, readonly [IssueCode, string]>> = {
  VA001: ['ledger/changed', 'Somebody has changed this since you opened it. Look at both versions and decide again.'],
  VA002: ['ledger/key-reused', 'This key was used for something else. A new act needs a new key.'],
  VA003: ['ledger/not-there', 'There is nothing here, or nothing you may see.'],
  VA004: ['ledger/not-allowed', 'Your role does not allow this here.'],
  VA005: ['ledger/not-there', 'There is nothing here, or nothing you may see.'],
  VA006: ['door/in-the-future', 'This day has not come yet by the clock of the database: record what has happened.'],
  '23505': ['ledger/exists', 'There is one already with this number or name. Look it up, or correct what you sent.'],
  '42501': ['ledger/not-allowed', 'Your role does not allow this here.'],
  '53100': ['store/full', 'The disk of the database is full: nothing was saved. Make room, then send it again.'],
  '57014': ['store/too-slow', 'This took too long and was stopped. Ask for less: one place, one period.'],
  '53300': ['store/unreachable', 'The database has no connection free. Try again in a moment.'],
  '57P01': ['store/unreachable', 'The database is stopping. Nothing was saved; try again in a moment.'],
  '57P03': ['store/unreachable', 'The database is starting. Try again in a moment.'],
  ECONNREFUSED: ['store/unreachable', 'The database does not answer. Nothing was saved; try again in a moment.'],
  ECONNRESET: ['store/unreachable', 'The database went away. Send it again with the same key: it is kept at most once.'],
}

function fault(error: unknown): unknown {
  if (error instanceof IssueError) return error
  const { code, message } = error as { code?: string; message?: string } // what the driver throws
  const known =
    faults[code ?? ''] ??
    (/Connection terminated|timeout exceeded when trying to connect/.test(message ?? '') ? faults['ECONNRESET'] : undefined)
  return known ? new IssueError([{ code: known[0], message: known[1], path: [] }]) : error
}
