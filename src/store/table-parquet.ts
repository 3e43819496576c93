import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { quoteName, quoteText } from '../sql/name.ts'
import type { Columns, Value } from './database.ts'
import { createTable, openDuckDB } from './duckdb.ts'
import { temporaryFolder } from './temporary.ts'

/** Rows as one Parquet file, in the order they come. The same rows give the same bytes: one thread writes them. */
export async function tableParquet(columns: Columns, rows: Iterable<readonly Value[]>): Promise<Uint8Array> {
  const folder = await temporaryFolder('table')
  const db = await openDuckDB({ threads: 1 })
  try {
    await db.run(createTable('t', [...columns, ['row of the table', 'BIGINT']]))
    await db.load('t', [...columns, ['row of the table', 'BIGINT']], numbered(rows))
    const file = path.join(folder.path, 'table.parquet')
    await db.run(
      `COPY (SELECT ${columns.map(([name]) => quoteName(name)).join(', ')} FROM t ORDER BY "row of the table") TO ${quoteText(file)} (FORMAT parquet, COMPRESSION zstd)`,
    )
    return await readFile(file)
  } finally {
    await db.close()
    await folder.remove()
  }
}

function* numbered(rows: Iterable<readonly Value[]>): Generator<readonly Value[]> {
  let n = 0
  for (const row of rows) yield [...row, n++]
}
