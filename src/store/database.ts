export type Row = Readonly<Record<string, unknown>>
export type Value = string | number | boolean | null
export type ColumnType = 'TEXT' | 'BIGINT' | 'SMALLINT' | 'DATE' | 'BOOLEAN'
export type Columns = readonly (readonly [name: string, type: ColumnType])[]

/** What both databases answer to. SQL comes from `sql/` as text and parameters; here it is only run. */
export interface Database {
  readonly kind: 'duckdb' | 'postgres'
  /** One or several statements, no rows wanted. */
  run(sql: string, params?: readonly Value[]): Promise<void>
  /** Whole numbers and decimals arrive as numbers, days as `2024-02-29`. */
  rows(sql: string, params?: readonly Value[]): Promise<readonly Row[]>
  /** Appends many rows to a table that has these columns, in this order. Days as text, or as their number. */
  load(table: string, columns: Columns, rows: Iterable<readonly Value[]> | AsyncIterable<readonly Value[]>): Promise<void>
  close(): Promise<void>
}

/** Renumbers the parameters a text really uses, and gives only those: PostgreSQL refuses any others. Quoted text is left alone. */
export function bound<T = Value>(sql: string, params: readonly T[]): { sql: string; params: readonly (T | null)[] } {
  const used: number[] = []
  const text = sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\d+)/g, (found, digits: string | undefined) => {
    if (digits === undefined) return found
    const n = Number(digits)
    if (!used.includes(n)) used.push(n)
    return `$${used.indexOf(n) + 1}`
  })
  return { sql: text, params: used.map((n) => params[n - 1] ?? null) }
}
