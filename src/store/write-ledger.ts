import { randomUUID } from 'node:crypto'
import { readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { ArrivingEntry } from '../core/ledger/entry.ts'
import { readScenario, type Scenario } from '../core/measure/scenario.ts'
import type { Pack } from '../core/pack/pack.ts'
import { fail, IssueError, type Result } from '../core/words/result.ts'
import { quoteText } from '../sql/name.ts'
import type { Columns, Value } from './database.ts'
import { createTable, openDuckDB } from './duckdb.ts'

/** Columns of a ledger in a file: our own names, so that it is read without a mapping. */
export const ledgerColumns = [
  ['ledger', 'BIGINT'],
  ['pathway', 'TEXT'],
  ['variant', 'TEXT'],
  ['code', 'TEXT'],
  ['occurred', 'DATE'],
  ['occurred_at', 'BIGINT'],
  ['recorded', 'DATE'],
  ['recorded_at', 'BIGINT'],
  ['place', 'TEXT'],
  ['standing', 'TEXT'],
  ['value', 'BIGINT'],
  ['id', 'TEXT'],
  ['corrects', 'TEXT'],
  ['withdraws', 'TEXT'],
  ['recorder', 'TEXT'],
  ['decider', 'TEXT'],
] as const satisfies Columns

const rowOf = (entry: ArrivingEntry): readonly Value[] => [
  entry.ledger,
  entry.pathway,
  entry.variant ?? null,
  entry.code,
  entry.occurred,
  entry.occurredAt ?? null,
  entry.recorded,
  entry.recordedAt,
  entry.place ?? null,
  entry.standing,
  entry.value ?? null,
  entry.id ?? null,
  entry.corrects ?? null,
  entry.withdraws ?? null,
  entry.recorder ?? null,
  entry.decider ?? null,
]

/** Where the scenario of a pack lies: in a folder of its own, because what lies beside `pack.yaml` is the pack. */
export const scenarioFile = (folder: string): string => path.join(folder, 'scenario', 'generate.yaml')

export async function loadScenario(folder: string, pack: Pack): Promise<Result<Scenario>> {
  const file = scenarioFile(folder)
  try {
    return readScenario(new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file)), file, pack)
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'write this file: it says how a ledger is made up for the pack'
        : 'cannot be read' // node's own errors carry a code
    return fail({ code: 'pack/unreadable', path: [], message: `${file}: ${why}` })
  }
}

/**
 * Writes entries as a ledger in one Parquet file, in order of recording; of equals in the order they came. Throws an
 * `IssueError` (`output/unwritable`). Until it is whole it stands under another name; the same entries give the same bytes.
 */
export async function writeParquet(
  entries: Iterable<ArrivingEntry>,
  file: string,
  onProgress?: (entries: number) => void,
): Promise<number> {
  const db = await openDuckDB()
  const unfinished = path.join(path.dirname(path.resolve(file)), `.${path.basename(file)}.${randomUUID()}`)
  let count = 0
  function* rows(): Generator<readonly Value[]> {
    for (const entry of entries) {
      yield [...rowOf(entry), count]
      if (++count % 100_000 === 0) onProgress?.(count)
    }
  }
  try {
    const columns = [...ledgerColumns, ['arrival', 'BIGINT'] as const]
    await db.run(createTable('arrived', columns))
    await db.load('arrived', columns, rows())
    await db.run(
      `COPY (SELECT * EXCLUDE (arrival) FROM arrived ORDER BY recorded_at, arrival) TO ${quoteText(unfinished)} (FORMAT parquet, COMPRESSION zstd)`,
    )
    await rename(unfinished, path.resolve(file))
    return count
  } catch (error) {
    throw error
  } finally {
    await rm(unfinished, { force: true })
    await db.close()
  }
}
