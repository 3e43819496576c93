import type { Issue, IssueCode } from '../words/issue.ts'

/** What one check found: a stop, a warning or a hint. */
export interface Finding {
  readonly level: 'stop' | 'warning' | 'hint'
  readonly issue: Issue
  /** What tells two warnings of one code apart: a milestone, an interval. */
  readonly about?: string
}

/** The item of the pack that says so. */
export interface Grounds {
  readonly rule?: string | undefined
  readonly source?: string | undefined
}

interface Saying {
  readonly code: IssueCode
  readonly at: string
  readonly message: string
  readonly by?: Grounds | undefined
  readonly about?: string
}

const finding =
  (level: Finding['level']) =>
  ({ code, at, message, by, about }: Saying): Finding => ({
    level,
    issue: {
      code,
      message,
      path: [at],
      ...(by?.rule === undefined ? {} : { rule: by.rule }),
      ...(by?.source === undefined ? {} : { source: by.source }),
    },
    ...(about === undefined ? {} : { about }),
  })

export const stop = finding('stop')
export const warn = finding('warning')
export const hint = finding('hint')
