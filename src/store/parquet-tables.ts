import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { quoteName, quoteText } from '../sql/name.ts'
import { createTable, openDuckDB } from './duckdb.ts'
import { temporaryFolder } from './temporary.ts'

/** A table to be written as Parquet. A decimal is kept to four digits, a day is written `2026-03-07`. */
export interface PlainTable {
  readonly columns: readonly { readonly name: string; readonly type: 'string' | 'integer' | 'number' | 'date' }[]
  readonly rows: readonly (readonly (string | number | null)[])[]
}

const digits = 10_000
const types = { string: 'TEXT', integer: 'BIGINT', number: 'BIGINT', date: 'DATE' } as const

/**
 * Tables as Parquet files. The same table gives the same bytes, on any machine and at any time: one thread, one group of rows, nothing compressed (what compresses
 * best differs between processors), no time in it. The file names the version of DuckDB that wrote it, which the lock file of Varde pins.
 */
export async function parquetOf(tables: readonly PlainTable[]): Promise<readonly Uint8Array[]> {
  const db = await openDuckDB({ threads: 1 })
  const folder = await temporaryFolder('parquet')
  try {
    const written: Uint8Array[] = []
    for (const [n, { columns, rows }] of tables.entries()) {
      const table = `t${n}`
      const kept = columns.map(({ name, type }) => [name, types[type]] as const)
      await db.run(createTable(table, kept))
      await db.load(
        table,
        kept,
        rows.map((row) =>
          row.map((value, i) => (typeof value === 'number' && columns[i]?.type === 'number' ? Math.round(value * digits) : value)),
        ),
      )
      const told = columns.map(({ name, type }) => {
        const column = quoteName(name)
        return type === 'number' ? `(${column}::DOUBLE / ${digits}) AS ${column}` : column
      })
      const file = path.join(folder.path, `${table}.parquet`)
      await db.run(
        `COPY (SELECT ${told.join(', ')} FROM ${table} ORDER BY rowid) TO ${quoteText(file)} (FORMAT parquet, COMPRESSION uncompressed)`,
      )
      written.push(await readFile(file))
    }
    return written
  } finally {
    await db.close()
    await folder.remove()
  }
}
