import {
  BIGINT,
  BOOLEAN,
  DATE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
  JSDuckDBValueConverter,
  SMALLINT,
  VARCHAR,
} from '@duckdb/node-api'
import { readDay } from '../core/words/day.ts'
import { quoteName } from '../sql/name.ts'
import { bound, type Columns, type ColumnType, type Database, type Row, type Value } from './database.ts'
import { temporaryFolder } from './temporary.ts'

export interface DuckDatabase extends Database {
  readonly kind: 'duckdb'
  readonly connection: DuckDBConnection
  /** Rows a chunk at a time, for results too large to hold. */
  chunks(sql: string, params?: readonly Value[]): AsyncGenerator<readonly Row[]>
}

/**
 * Opens DuckDB in memory. What does not fit into `memory` spills to a temporary folder that goes with `close`.
 * It loads no extensions from anywhere.
 */
export async function openDuckDB(options: { memory?: string; threads?: number } = {}): Promise<DuckDatabase> {
  const folder = await temporaryFolder('duckdb')
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    temp_directory: folder.path,
    ...(options.memory ? { memory_limit: options.memory } : {}),
    ...(options.threads ? { threads: String(options.threads) } : {}),
  })
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  const rows = async (sql: string, params: readonly Value[] = []): Promise<readonly Row[]> => {
    const used = bound(sql, params)
    const result = await connection.run(used.sql, used.params.map(asDuck))
    const names = result.columnNames()
    return (await result.fetchAllChunks()).flatMap((chunk) => rowsOf(names, chunk))
  }
  return {
    kind: 'duckdb',
    connection,
    run: async (sql, params = []) => {
      const used = bound(sql, params)
      await connection.run(used.sql, used.params.map(asDuck))
    },
    rows,
    async *chunks(sql, params = []) {
      const used = bound(sql, params)
      const result = await connection.stream(used.sql, used.params.map(asDuck))
      const names = result.columnNames()
      for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) yield rowsOf(names, chunk)
    },
    load: (table, columns, values) => load(connection, { table, columns, rows: values }),
    close: async () => {
      connection.closeSync()
      instance.closeSync()
      await folder.remove()
    },
  }
}

const asDuck = (value: Value): DuckDBValue => (typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value)

/** Column by column: row by row, the package looks up type and size again for every value, ten times as slow. */
function rowsOf(names: readonly string[], chunk: DuckDBDataChunk): readonly Row[] {
  const rows: Record<string, unknown>[] = Array.from({ length: chunk.rowCount }, () => ({}))
  for (const [i, name] of names.entries()) {
    const vector = chunk.getColumnVector(i)
    const type = vector.type
    for (const [n, row] of rows.entries()) row[name] = plain(vector.getItem(n), type)
  }
  return rows
}

function plain(value: DuckDBValue, type: DuckDBType): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') {
    const number = Number(value)
    if (!Number.isSafeInteger(number)) throw new RangeError('a whole number too large to hold exactly')
    return number
  }
  const converted = JSDuckDBValueConverter(value, type, JSDuckDBValueConverter)
  return converted instanceof Date ? converted.toISOString().slice(0, 10) : converted
}

const types: Readonly<Record<ColumnType, DuckDBType>> = { TEXT: VARCHAR, BIGINT, SMALLINT, DATE, BOOLEAN }
const rowsInChunk = 2048

function cell(value: Value, type: ColumnType): DuckDBValue {
  if (value === null) return null
  if (type === 'BIGINT') return BigInt(value)
  if (type === 'DATE') return new DuckDBDateValue(typeof value === 'number' ? value : readDay(String(value))!)
  return value
}

async function load(
  connection: DuckDBConnection,
  into: { table: string; columns: Columns; rows: Iterable<readonly Value[]> | AsyncIterable<readonly Value[]> },
): Promise<void> {
  const appender = await connection.createAppender(into.table)
  let pending: DuckDBValue[][] = []
  const flush = () => {
    if (pending.length === 0) return
    const chunk = DuckDBDataChunk.create(into.columns.map(([, type]) => types[type]))
    chunk.setRows(pending)
    appender.appendDataChunk(chunk)
    pending = []
  }
  for await (const row of into.rows) {
    pending.push(into.columns.map(([, type], i) => cell(row[i] ?? null, type)))
    if (pending.length === rowsInChunk) flush()
  }
  flush()
  appender.closeSync()
}

/** Rows of a CREATE TABLE for these columns. */
export const createTable = (table: string, columns: Columns): string =>
  `CREATE TABLE ${quoteName(table)} (${columns.map(([name, type]) => `${quoteName(name)} ${type}`).join(', ')})`
