import { pipeline } from 'node:stream/promises'
import { Client, type Submittable, types } from 'pg'
// @ts-expect-error: the package ships no types; the one function used is typed below.
import { from } from 'pg-copy-streams'
import type { Day } from '../core/words/day.ts'
import { dayText } from '../core/words/day.ts'
import { IssueError } from '../core/words/result.ts'
import { quoteName } from '../sql/name.ts'
import { bound, type Columns, type Database, type Value } from './database.ts'

const copyFrom: (sql: string) => NodeJS.WritableStream & Submittable = from

export interface PostgresDatabase extends Database {
  readonly kind: 'postgres'
  /**
   * Appends rows to a table. Each text is one CSV record or several, without the last line end; comma, double quotes,
   * and a field with nothing in it is NULL (`""` is an empty text). All rows or, on an error, none.
   */
  copyIn(table: string, columns: readonly string[], lines: AsyncIterable<string> | Iterable<string>): Promise<void>
}

/**
 * Opens a PostgreSQL 15 or newer: one connection, so statements run one after another and temporary tables stay.
 *
 * Whole numbers and decimals arrive as numbers, days as `2024-02-29`, moments as `2024-02-29T09:30:00.000000Z`.
 * Throws an IssueError: `store/unreachable`.
 */
export async function openPostgres(url: string): Promise<PostgresDatabase> {
  const client = await connectClient(url)
  const inTurn = oneAtATime()
  return {
    kind: 'postgres',
    run: (sql, params = []) => inTurn(async () => void (await ask(client, sql, params))),
    rows: (sql, params = []) => inTurn(async () => (await ask(client, sql, params)).rows),
    load: (table, columns, rows) =>
      inTurn(() => copyInto(client, { table, columns: columns.map(([name]) => name), lines: csvLines(columns, rows) })),
    copyIn: (table, columns, lines) => inTurn(() => copyInto(client, { table, columns, lines })),
    close: () => inTurn(() => client.end()),
  }
}

/** The driver is about to stop queueing for us: the next one starts when the one before has ended, well or not. */
function oneAtATime(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const result = last.then(task)
    last = result.catch(() => {})
    return result
  }
}

/** Without parameters the text may hold several statements. */
function ask(client: Client, sql: string, params: readonly Value[]) {
  const used = bound(sql, params)
  return used.params.length === 0 ? client.query(sql) : client.query(used.sql, [...used.params])
}

async function* csvLines(columns: Columns, rows: Iterable<readonly Value[]> | AsyncIterable<readonly Value[]>): AsyncGenerator<string> {
  for await (const row of rows)
    yield columns
      .map(([, type], i) => csvField(type === 'DATE' && typeof row[i] === 'number' ? dayText(row[i] as Day) : (row[i] ?? null)))
      .join(',')
}

const csvField = (value: Value): string =>
  value === null ? '' : typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value)

interface Copy {
  readonly table: string
  readonly columns: readonly string[]
  readonly lines: AsyncIterable<string> | Iterable<string>
}

async function copyInto(client: Client, { table, columns, lines }: Copy): Promise<void> {
  const sql = `copy ${quoteName(table)} (${columns.map(quoteName).join(', ')}) from stdin with (format csv)`
  try {
    await pipeline(chunksOf(lines), client.query(copyFrom(sql)))
  } catch (error) {
    // The stream fails before the server is ready again; an empty statement waits until it is.
    await client.query('').catch(() => {})
    throw error
  }
}

/** One connection of ours. Throws an IssueError: `store/unreachable`. */
export async function connectClient(url: string): Promise<Client> {
  if (!/^postgres(ql)?:/.test(url) || !URL.canParse(url))
    throw unreachable('This is no address of a PostgreSQL database', 'ERR_INVALID_URL')
  const { hostname, port, pathname } = new URL(url)
  const place = `${hostname || 'the local socket'}:${port || 5432}${pathname}`
  const client = new Client({ connectionString: url, application_name: 'varde', connectionTimeoutMillis: 10_000, types: { getTypeParser } })
  // Without a listener a broken connection would end the process; the statement that notices it rejects anyway.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query(`set client_encoding = 'UTF8'; set datestyle = 'ISO'; set timezone = 'UTC'`)
    return client
  } catch (error) {
    await client.end().catch(() => {})
    throw unreachable(`PostgreSQL at ${place} cannot be used`, (error as { code?: string }).code ?? '')
  }
}

/** What to check, by the code the driver or the server gave. The driver's own words may hold the address with its password. */
const adviceFor: Readonly<Record<string, string>> = {
  ERR_INVALID_URL: 'write postgres://user:password@host:port/database, special characters of the password as %40 and so on',
  ECONNREFUSED: 'nothing answers there: check that the server runs, and the host and port',
  ENOTFOUND: 'there is no such host: check its name',
  EAI_AGAIN: 'the name of the host cannot be looked up: check it and the network',
  '28P01': 'the user or the password is wrong',
  '28000': 'the server does not let this user in: check the user, and pg_hba.conf on the server',
  '3D000': 'the server has no database of that name',
  '53300': 'the server has no connection free: try again later',
  '57P03': 'the server is starting or stopping: try again in a moment',
}

function unreachable(what: string, code: string): IssueError {
  const advice = adviceFor[code] ?? `check host, port, user, password and database, and that the server runs${code && ` (${code})`}`
  return new IssueError([{ code: 'store/unreachable', message: `${what}: ${advice}.`, path: [] }])
}

const asText = (text: string): string => text

/** A count or sum that a double cannot hold would be a wrong figure: better none. */
function exactNumber(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new RangeError('A whole number from the database is too large to be exact.')
  return value
}

const parsers: Readonly<Record<number, (text: string) => string | number>> = {
  [types.builtins.INT8]: exactNumber,
  [types.builtins.NUMERIC]: exactNumber,
  [types.builtins.FLOAT8]: Number,
  [types.builtins.DATE]: asText,
  [types.builtins.TIMESTAMP]: asText,
  // As RFC 3339 writes it, always to the microsecond, so that later is later as text too: our connections speak UTC.
  [types.builtins.TIMESTAMPTZ]: (text) =>
    text.replace(' ', 'T').replace(/(?:\.(\d+))?\+00$/, (_, part: string | undefined) => `.${(part ?? '').padEnd(6, '0')}Z`),
}

// The driver's table is global to the process; this one belongs to our connections alone.
export const getTypeParser: typeof types.getTypeParser = (id: number, format?: 'text' | 'binary') =>
  parsers[id] ?? types.getTypeParser(id, format as 'text')

const chunkLength = 65_536

/** A message per line would be three times the work: lines go out in chunks. */
async function* chunksOf(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let chunk = ''
  for await (const line of lines) {
    chunk += line + '\n'
    if (chunk.length < chunkLength) continue
    yield chunk
    chunk = ''
  }
  if (chunk) yield chunk
}
