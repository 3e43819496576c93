import { resolve } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'

/** A Parquet file open for reading. Everything it throws is DuckDB's word that the file cannot be read. */
export interface ParquetFile {
  readonly columns: readonly string[]
  readonly rowCount: number
  /** Some thousand rows at a time, in the order of the file; values as text, times with an offset in UTC. */
  rows(columns: readonly string[]): AsyncGenerator<readonly (readonly (string | null)[])[]>
  close(): void
}

export async function openParquet(file: string): Promise<ParquetFile> {
  const instance = await DuckDBInstance.create(':memory:', { autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' })
  const connection = await instance.connect()
  const close = () => {
    connection.closeSync()
    instance.closeSync()
  }
  try {
    const path = literalPath(file)
    await connection.run("SET TimeZone = 'UTC'")
    const described = await connection.run('DESCRIBE SELECT * FROM read_parquet($1, hive_partitioning = false)', [path])
    const columns = (await described.getRowsJS()).map(([name]) => String(name))
    const counted = await connection.run('SELECT sum(num_rows)::DOUBLE FROM parquet_file_metadata($1)', [path])
    const rowCount = Number((await counted.getRowsJS())[0]?.[0] ?? 0)
    return { columns, rowCount, close, rows: (wanted) => textRows(connection, path, columns, wanted) }
  } catch (error) {
    close()
    throw error
  }
}

/** DuckDB takes `*`, `?` and `[` in a file name for a pattern and would read another file of a fitting name. */
export const literalPath = (file: string): string => resolve(file).replace(/[*?[]/g, '[$&]')

async function* textRows(connection: DuckDBConnection, path: string, columns: readonly string[], wanted: readonly string[]) {
  // Columns go by their place, so that no name of a file becomes part of the SQL.
  const places = columns.map((_, i) => `c${i}`)
  const taken = wanted.map((name) => `${places[columns.indexOf(name)]}::VARCHAR`)
  const sql = `SELECT ${taken.join(', ')} FROM read_parquet($1, hive_partitioning = false) AS t(${places.join(', ')})`
  const result = await connection.stream(sql, [path])
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    yield chunk.getRows() as (string | null)[][]
  }
}
