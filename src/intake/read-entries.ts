import type { ArrivingEntry } from '../core/ledger/entry.ts'
import type { Issue } from '../core/words/issue.ts'
import { IssueError } from '../core/words/result.ts'
import { csvRows } from './csv.ts'
import { type EntryMaker, entryMaker, type Fault } from './entry-maker.ts'
import type { Format, Mapping } from './mapping.ts'
import { ndjsonRows } from './ndjson.ts'
import { parquetRows } from './parquet.ts'
import { issueAt, type Rows, type Wanted } from './rows.ts'
import { fileFault, type Source, sizeOf } from './source.ts'
import { xesRows } from './xes.ts'

/** Some thousand rows, read. */
export interface Batch {
  readonly entries: readonly ArrivingEntry[]
  readonly issues: readonly Issue[]
  /** Of all files together, compressed where they are. */
  readonly bytesRead: number
  readonly bytesTotal: number
  /** Rows of this batch that the mapping leaves out. */
  readonly passedOver: number
}

export interface ReadOptions {
  readonly files: readonly string[]
  /** Without one, columns are taken by our own names. */
  readonly mapping?: Mapping
  /** Zone of wall-clock times when the mapping names none. */
  readonly zone: string
  knowsCode(code: string): boolean
}

/**
 * Entries of files, in the order of the files and their rows, with memory for one batch.
 *
 * A bad row gives its issues and no entry. What is wrong with a whole file is an issue too, and the next file is read.
 * Nobody looks across rows here: whether ids are unique and corrections meet is for who holds all entries.
 */
export async function* readEntries(options: ReadOptions): AsyncGenerator<Batch> {
  const sizes = await Promise.all(options.files.map((file) => sizeOf(file).catch(issuesOf)))
  const bytesTotal = sizes.reduce<number>((sum, size) => sum + (typeof size === 'number' ? size : 0), 0)
  let bytesBefore = 0
  for (const [i, file] of options.files.entries()) {
    const size = sizes[i]!
    if (typeof size !== 'number') {
      yield { entries: [], issues: size, bytesRead: bytesBefore, bytesTotal, passedOver: 0 }
      continue
    }
    const source = { file, bytesRead: 0 }
    for await (const batch of readFile(source, size, options)) {
      yield { ...batch, bytesRead: bytesBefore + Math.min(source.bytesRead, size), bytesTotal }
    }
    bytesBefore += size
  }
}

type FileBatch = Pick<Batch, 'entries' | 'issues' | 'passedOver'>

async function* readFile(source: Source, size: number, options: ReadOptions): AsyncGenerator<FileBatch> {
  try {
    const format = options.mapping?.format ?? formatOf(source.file)
    const maker = entryMaker({ ...options, mapping: options.mapping, format })
    for await (const rows of readers[format]({ source, size, wanted: maker.wanted, mapping: options.mapping })) {
      yield makeBatch(rows, maker, source.file)
    }
  } catch (error) {
    yield { entries: [], issues: issuesOf(error), passedOver: 0 }
  }
}

function issuesOf(error: unknown): readonly Issue[] {
  if (error instanceof IssueError) return error.issues
  throw error
}

function formatOf(file: string): Format {
  const ending = /\.(csv|tsv|txt|ndjson|jsonl|xes)(\.gz)?$|\.(parquet)$/i.exec(file)
  const name = (ending?.[1] ?? ending?.[3])?.toLowerCase()
  if (name === undefined) throw fileFault('entries/format', 'the ending does not tell the format: name it in a mapping', file)
  return name === 'xes' || name === 'parquet' ? name : name.endsWith('l') || name === 'ndjson' ? 'ndjson' : 'csv'
}

interface Reading {
  readonly source: Source
  readonly size: number
  readonly wanted: readonly Wanted[]
  readonly mapping: Mapping | undefined
}

const readers: { readonly [format in Format]: (reading: Reading) => AsyncGenerator<Rows> } = {
  csv: ({ source, wanted, mapping: { delimiter, quote = '"', encoding = 'utf-8' } = {} as Partial<Mapping> }) =>
    csvRows(source, wanted, { delimiter: delimiter ?? (/\.tsv(\.gz)?$/i.test(source.file) ? '\t' : ','), quote, encoding }),
  xes: ({ source, wanted, mapping }) => xesRows(source, wanted, mapping?.encoding),
  ndjson: ({ source, wanted }) => ndjsonRows(source, wanted),
  parquet: ({ source, wanted, size }) => parquetRows(source, wanted, size),
}

function makeBatch({ rows, lines, issues, positions }: Rows, maker: EntryMaker, file: string): FileBatch {
  const entries: ArrivingEntry[] = []
  const found: Issue[] = [...issues]
  const faults: Fault[] = []
  let passedOver = 0
  for (let i = 0; i < rows.length; i++) {
    if (!maker.make(rows[i]!, entries, faults)) passedOver++
    for (const { code, message, cell } of faults) found.push(issueAt(code, message, file, lines[i], positions[cell]))
    faults.length = 0
  }
  return { entries, issues: found.sort((a, b) => a.at!.line - b.at!.line), passedOver }
}
