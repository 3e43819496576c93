import { randomUUID } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
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

const rowOf = (entry: ArrivingEntry, arrival: number): readonly Value[] => [
  entry.ledger,
  entry.pathway,
  entry.variant ?? null,
  entry.code || null, // a withdrawal has none of its own
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
  arrival,
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
 * Writes entries as a ledger in one Parquet file, in order of recording; of equals in the order they came. Answers how
 * many. The same entries give the same bytes. Until it is whole it stands under another name, so nothing is left
 * half-written. Throws an `IssueError` (`output/unwritable`), before it takes the first entry where it can.
 */
export async function writeParquet(
  entries: Iterable<ArrivingEntry>,
  file: string,
  onProgress?: (entries: number) => void,
): Promise<number> {
  const target = path.resolve(file)
  const unfinished = path.join(path.dirname(target), `.${path.basename(target)}.${randomUUID()}`)
  await writable(file, unfinished)
  const db = await openDuckDB()
  try {
    const columns = [...ledgerColumns, ['arrival', 'BIGINT'] as const]
    let count = 0
    await db.run(createTable('arrived', columns))
    await db.load(
      'arrived',
      columns,
      rowsOf(entries, (arrived) => {
        count = arrived
        if (count % progressStep === 0) onProgress?.(count)
      }),
    )
    const sorted = 'SELECT * EXCLUDE (arrival) FROM arrived ORDER BY recorded_at, arrival'
    await db.run(`COPY (${sorted}) TO ${quoteText(unfinished)} (FORMAT parquet, COMPRESSION zstd)`).catch((error: unknown) => {
      throw /^IO Error/.test(String((error as Error).message)) ? unwritable(file) : error // the disk is full, most likely
    })
    await rename(unfinished, target).catch(() => Promise.reject(unwritable(file)))
    return count
  } finally {
    await db.close()
    await rm(unfinished, { force: true })
  }
}

const progressStep = 100_000

function* rowsOf(entries: Iterable<ArrivingEntry>, onEntry: (count: number) => void): Generator<readonly Value[]> {
  let count = 0
  for (const entry of entries) {
    yield rowOf(entry, count)
    onEntry(++count)
  }
}

const unwritable = (file: string) => new IssueError([{ code: 'output/unwritable', path: [], message: `${file}: cannot be written` }])

async function writable(file: string, unfinished: string): Promise<void> {
  const handle = await open(unfinished, 'wx').catch(() => Promise.reject(unwritable(file)))
  await handle.close()
}
