import { isUtf8 } from 'node:buffer'
import type { IssueCode } from '../core/words/issue.ts'
import { lineBlocks } from './lines.ts'
import { type Cell, longestLine, type Rows, RowTray, type Wanted } from './rows.ts'
import { bytesOf, type Source } from './source.ts'

/** Rows of a file with one JSON object a line. A column is a key, or keys joined by dots; numbers and booleans become text. */
export async function* ndjsonRows(source: Source, wanted: readonly Wanted[]): AsyncGenerator<Rows> {
  const columns = wanted.map(({ name }) => ({ name, path: name.split('.') }))
  const tray = new RowTray(source.file)
  let line = 0
  for await (const block of lineBlocks(bytesOf(source))) {
    if (block === 'too-long') tray.refuse('entries/too-long', `this line is longer than ${longestLine} bytes`, ++line)
    else for (const bytes of linesOf(block.bytes, block.lineEnd)) readLine(bytes, columns, tray, ++line)
    yield tray.take()
  }
}

interface Column {
  readonly name: string
  readonly path: readonly string[]
}

function readLine(bytes: Buffer, columns: readonly Column[], tray: RowTray, line: number): void {
  const text = isUtf8(bytes) ? bytes.toString('utf8').trim() : undefined
  const object = text ? objectOf(text) : undefined
  if (object) readObject(object, columns, tray, line)
  else if (text === undefined) tray.refuse('entries/encoding', 'not UTF-8 text: save the file as UTF-8', line)
  else if (text !== '') tray.refuse('entries/format', 'expected one JSON object on this line', line)
}

function readObject(object: object, columns: readonly Column[], tray: RowTray, line: number): void {
  const values = columns.map((column) => valueAt(object, column))
  const faults = values.map(faultOf)
  if (faults.every((fault) => fault === undefined)) tray.add(values.map(cellOf), line)
  for (const [i, fault] of faults.entries()) if (fault) tray.refuse(fault[0], `column "${columns[i]!.name}": ${fault[1]}`, line)
}

function* linesOf(bytes: Buffer, lineEnd: number): Generator<Buffer> {
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(lineEnd, start)
    const end = found === -1 ? bytes.length : found
    yield bytes.subarray(start, end)
    start = end + 1
  }
}

function objectOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    // Not JSON, or nested more deeply than can be read: one issue either way.
    return undefined
  }
}

/** Own keys only: a key such as `__proto__` or `constructor` is one like any other. */
function valueAt(object: object, { name, path }: Column): unknown {
  const own = (value: unknown, key: string): unknown =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
  return path.length === 1 || Object.hasOwn(object, name) ? own(object, name) : path.reduce<unknown>(own, object)
}

const cellOf = (value: unknown): Cell => (value === undefined || value === null ? undefined : String(value))

/** JSON numbers are read as doubles: past 2^53 two ids would become one. */
function faultOf(value: unknown): readonly [IssueCode, string] | undefined {
  if (typeof value === 'object' && value !== null) return ['entries/bad-value', 'expected one value, not a list or an object']
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER
    ? ['entries/out-of-range', 'this number is too large to be exact: write it as text']
    : undefined
}
