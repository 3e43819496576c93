import { open } from 'node:fs/promises'
import { didYouMean } from '../core/words/yaml.ts'
import { openParquet, type ParquetFile } from '../store/parquet-rows.ts'
import { type Rows, RowTray, type Wanted } from './rows.ts'
import { fileFault, type Source } from './source.ts'

/** Rows of a Parquet file. Dates, times, numbers and booleans become text. */
export async function* parquetRows(source: Source, wanted: readonly Wanted[], size: number): AsyncGenerator<Rows> {
  const { file } = source
  await refuseUnreadable(file)
  const parquet = await openParquet(file).catch(() => Promise.reject(notParquet(file)))
  try {
    for (const { name, needed } of wanted)
      if (needed && !parquet.columns.includes(name))
        throw fileFault('entries/no-column', `no column "${name}"${didYouMean(name, parquet.columns)}`, file)
    yield* present(source, wanted, size, parquet)
  } finally {
    parquet.close()
  }
}

async function* present(source: Source, wanted: readonly Wanted[], size: number, parquet: ParquetFile): AsyncGenerator<Rows> {
  const names = wanted.map(({ name }) => name).filter((name) => parquet.columns.includes(name))
  const indexes = wanted.map(({ name }) => names.indexOf(name))
  const positions = wanted.map(({ name }) => Math.max(parquet.columns.indexOf(name), 0) + 1)
  const tray = new RowTray(source.file)
  let line = 0
  const rows = parquet.rows(names)
  for (;;) {
    const next = await rows.next().catch(() => Promise.reject(notParquet(source.file)))
    if (next.done) return
    for (const row of next.value)
      tray.add(
        indexes.map((index) => row[index] ?? undefined),
        ++line,
      )
    source.bytesRead = Math.floor((line / Math.max(parquet.rowCount, line)) * size)
    yield tray.take(positions)
  }
}

const notParquet = (file: string) => fileFault('entries/format', 'this is not a Parquet file, or it is cut off or damaged', file)

async function refuseUnreadable(file: string): Promise<void> {
  const handle = await open(file).catch(() => Promise.reject(fileFault('entries/unreadable', 'you may not read this file', file)))
  await handle.close()
}
