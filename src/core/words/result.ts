import type { Issue } from './issue.ts'

/** What may go wrong with what people give us is a value; what must not happen is an exception. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issues: readonly Issue[] }

export const ok = <T>(value: T): Result<T> => ({ ok: true, value })
export const fail = (...issues: readonly Issue[]): Result<never> => ({ ok: false, issues })

/** An exception that carries issues to the outer room which prints them. Thrown only where a Result cannot travel (streams). */
export class IssueError extends Error {
  readonly issues: readonly Issue[]
  constructor(issues: readonly Issue[]) {
    super(issues.map((issue) => issue.code).join(', '))
    this.issues = issues
  }
}
