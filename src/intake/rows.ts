import type { Issue } from '../core/words/issue.ts'

/** Text of one cell as its file holds it; undefined when there is none. */
export type Cell = string | undefined

/** A column the mapping asks for. In a file with a fixed set of columns a needed one that is not there is an issue. */
export interface Wanted {
  readonly name: string
  readonly needed: boolean
}

/** Some thousand rows of a file. */
export interface Rows {
  /** The wanted cells of each row, in the order they were asked for. */
  readonly rows: readonly (readonly Cell[])[]
  /** Where each row stands: its line, in XES the number of the event, in Parquet of the row; from 1. */
  readonly lines: readonly number[]
  /** Rows that could not be read; they are not among `rows`. */
  readonly issues: readonly Issue[]
  /** Position of each wanted column in the file, from 1; 1 where columns have no order. */
  readonly positions: readonly number[]
}

/** No line and no value longer than this is read: memory stays bounded whatever is given. */
export const longestLine = 10_000_000
/** Bytes read from a file at a time; some thousand rows. */
export const chunkBytes = 1 << 19

export function rowIssue(code: Issue['code'], message: string, spot: { readonly file: string; readonly line: number; readonly column?: number }): Issue {
  return { code, message, path: [], at: { file: spot.file, line: spot.line, column: spot.column ?? 1 } }
}
