import { isUtf8 } from 'node:buffer'
import { CsvError, parse } from 'csv-parse/sync'
import { didYouMean } from '../core/words/yaml.ts'
import { lineBlocks } from './lines.ts'
import { longestLine, type Rows, RowTray, type Wanted } from './rows.ts'
import { bytesOf, fileFault, type Source } from './source.ts'

export interface CsvOptions {
  readonly delimiter: string
  /** Empty when the file has no quotes. */
  readonly quote: string
  readonly encoding: 'utf-8' | 'latin-1'
}

/**
 * Rows of a CSV file (RFC 4180, any delimiter) whose first line names the columns.
 *
 * csv-parse reads block by block rather than as one stream: after a quote that is never closed it could not find back
 * to the rows that follow, and its line numbers count a line end within quotes twice. Here a broken row is one issue and
 * reading goes on at the next line.
 */
export async function* csvRows(source: Source, wanted: readonly Wanted[], options: CsvOptions): AsyncGenerator<Rows> {
  const reader = new CsvReader(source.file, wanted, options)
  for await (const block of lineBlocks(bytesOf(source))) {
    if (block === 'too-long') reader.skipLine()
    else reader.read(block.bytes, block.lineEnd)
    yield reader.take()
  }
  reader.end()
  yield reader.take()
}

/** A quote open for longer was never meant to be one: what it holds up becomes rows all at once. */
const longestOpen = 1_000_000

interface Columns {
  readonly count: number
  /** Where each wanted column stands in a record; -1 when it is not there. */
  readonly indexes: readonly number[]
}

/** Holds what goes on from block to block: the columns, the line, a row whose quotes are still open. */
class CsvReader {
  readonly #file: string
  readonly #tray: RowTray
  readonly #wanted: readonly Wanted[]
  readonly #options: CsvOptions
  #columns: Columns | undefined
  #line = 1
  #lineEnd = 10
  #open: Buffer = Buffer.alloc(0)
  #patience = 0

  constructor(file: string, wanted: readonly Wanted[], options: CsvOptions) {
    this.#file = file
    this.#tray = new RowTray(file)
    this.#wanted = wanted
    this.#options = options
  }

  take(): Rows {
    return this.#tray.take(this.#columns?.indexes.map((index) => Math.max(index, 0) + 1))
  }

  read(block: Buffer, lineEnd: number): void {
    this.#lineEnd = lineEnd
    const bytes = this.#open.length > 0 ? Buffer.concat([this.#open, block]) : block
    // An open quote is tried again only when there is twice as much to read, or a stray one would cost the square of its reach.
    if (bytes.length < this.#patience) this.#open = bytes
    else this.#open = bytes.subarray(this.#parse(bytes, false))
  }

  skipLine(): void {
    this.end()
    if (!this.#columns) throw fileFault('entries/too-long', `the first line is longer than ${longestLine} bytes`, this.#file)
    this.#tray.refuse('entries/too-long', `this line is longer than ${longestLine} bytes`, this.#line)
    this.#line += 1
  }

  end(): void {
    const open = this.#open
    this.#open = Buffer.alloc(0)
    this.#parse(open, true)
  }

  /** Reads rows and gives the offset up to which it got: short of the end when a quote is open and more may come. */
  #parse(bytes: Buffer, isLast: boolean): number {
    const suspect = this.#options.encoding === 'utf-8' && (!isUtf8(bytes) || bytes.includes(replacement) || bytes.includes(0))
    let start = 0
    while (start < bytes.length) {
      let done = start
      const error = this.#parseFrom(bytes.subarray(start), (record, end) => {
        this.#take(record, suspect)
        this.#line += this.#lineEnds(bytes, done, start + end)
        done = start + end
      })
      if (!error) break
      const unclosed = error.code === 'CSV_QUOTE_NOT_CLOSED'
      if (unclosed && !isLast && bytes.length - done <= longestOpen) {
        this.#patience = Math.min(2 * (bytes.length - done), longestOpen)
        return done
      }
      if (!this.#columns) throw fileFault('entries/format', 'the quotes of the first line do not match', this.#file)
      const column = typeof error['column'] === 'number' ? error['column'] + 1 : 1
      this.#tray.refuse('entries/format', unclosed ? unclosedText : strayText, this.#line, column)
      const end = bytes.indexOf(this.#lineEnd, done)
      start = end === -1 ? bytes.length : end + 1
      this.#line += 1
    }
    this.#patience = 0
    return bytes.length
  }

  #parseFrom(bytes: Buffer, take: (record: readonly string[], end: number) => void): CsvError | undefined {
    const { delimiter, quote, encoding } = this.#options
    try {
      parse(bytes, {
        delimiter,
        quote: quote || null,
        escape: quote || null,
        encoding: encoding === 'latin-1' ? 'latin1' : 'utf8',
        record_delimiter: this.#lineEnd === 10 ? ['\r\n', '\n'] : ['\r'],
        relax_column_count: true,
        on_record: (record: readonly string[], { bytes: end }) => {
          take(record, end)
          return null
        },
      })
      return undefined
    } catch (error) {
      if (error instanceof CsvError) return error
      throw error
    }
  }

  #lineEnds(bytes: Buffer, from: number, to: number): number {
    let count = 0
    for (let at = bytes.indexOf(this.#lineEnd, from); at !== -1 && at < to; at = bytes.indexOf(this.#lineEnd, at + 1)) count++
    return count
  }

  #take(record: readonly string[], suspect: boolean): void {
    const foreign = suspect && record.some((cell) => /[\0\uFFFD]/.test(cell))
    if (record.length === 1 && record[0]!.trim() === '') return
    if (this.#columns) this.#takeRow(record, this.#columns, foreign)
    else if (foreign) throw fileFault('entries/encoding', foreignText, this.#file, this.#line)
    else this.#columns = { count: record.length, indexes: indexesOf(record, this.#wanted, this.#file, this.#line) }
  }

  #takeRow(record: readonly string[], { count, indexes }: Columns, foreign: boolean): void {
    if (foreign) this.#tray.refuse('entries/encoding', foreignText, this.#line)
    else if (record.length !== count)
      this.#tray.refuse('entries/format', `${record.length} values, but the first line names ${count} columns`, this.#line)
    else {
      const cells = indexes.map((index) => record[index])
      this.#tray.add(cells, this.#line)
    }
  }
}

const replacement = Buffer.from('\uFFFD')
const unclosedText = `a quote opens here and is not closed within ${longestOpen} bytes`
const strayText = 'a quote stands where none may: put the whole value in quotes and double those inside'
const foreignText = 'not UTF-8 text: save the file as UTF-8, or name its encoding in the mapping'

/** Where the wanted columns stand; -1 for one that is not needed and not there. Throws IssueError `entries/no-column`, `entries/format`. */
function indexesOf(header: readonly string[], wanted: readonly Wanted[], file: string, line: number): number[] {
  const names = header.map((name) => name.trim())
  for (const { name, needed } of wanted) {
    const count = names.filter((other) => other === name).length
    if (count > 1) throw fileFault('entries/format', `the first line names the column "${name}" ${count} times`, file, line)
    if (count === 0 && needed)
      throw fileFault('entries/no-column', `no column "${name}" in the first line${didYouMean(name, names)}`, file, line)
  }
  return wanted.map(({ name }) => names.indexOf(name))
}
