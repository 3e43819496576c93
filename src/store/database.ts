export type Row = Readonly<Record<string, unknown>>

/** What both databases answer to. SQL comes from `sql/` as text and parameters; here it is only run. */
export interface Database {
  readonly kind: 'duckdb' | 'postgres'
  /** One or several statements, no rows wanted. */
  run(sql: string): Promise<void>
  rows(sql: string, params?: readonly (string | number | boolean | null)[]): Promise<readonly Row[]>
  close(): Promise<void>
}
