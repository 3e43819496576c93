import type { Issue, IssueCode } from '../core/words/issue.ts'

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
  /** Position of each wanted column in the file, from 1; empty where columns have no order. */
  readonly positions: readonly number[]
}

/** No longer line is read, whatever is given: memory stays bounded. */
export const longestLine = 10_000_000
/** Bytes read from a file at a time; some thousand rows. */
export const chunkBytes = 1 << 19

export function issueAt(code: IssueCode, message: string, file: string, line = 1, column = 1): Issue {
  return { code, message, path: [], at: { file, line, column } }
}

/** Rows on their way from a reader, handed on in batches. */
export class RowTray {
  readonly #file: string
  #rows: (readonly Cell[])[] = []
  #lines: number[] = []
  #issues: Issue[] = []

  constructor(file: string) {
    this.#file = file
  }

  get size(): number {
    return this.#rows.length + this.#issues.length
  }

  add(cells: readonly Cell[], line: number): void {
    this.#rows.push(cells)
    this.#lines.push(line)
  }

  refuse(code: IssueCode, message: string, line: number, column = 1): void {
    this.#issues.push(issueAt(code, message, this.#file, line, column))
  }

  /** What is on the tray; it is empty afterwards. */
  take(positions: readonly number[] = []): Rows {
    const taken = { rows: this.#rows, lines: this.#lines, issues: this.#issues, positions }
    this.#rows = []
    this.#lines = []
    this.#issues = []
    return taken
  }
}
