import type { z } from 'zod'
import { type Evidence, readRef } from '../api/shapes.ts'
import { isSpan } from '../core/document/span.ts'
import type { Issue } from '../core/words/issue.ts'
import { IssueError } from '../core/words/result.ts'
import { findDocuments } from '../store/documents.ts'
import type { Session } from '../store/ledger-database.ts'
import { notThere } from './problem.ts'

export type EvidenceSaid = readonly z.output<typeof Evidence>[]

/** The days on which documents reached the house, by reference: what the door asks about evidence. */
export type ReceivedDays = ReadonlyMap<string, string>

/**
 * Evidence has to be there: a document of this patient in this ledger, and a span inside its stored text. A document of another ledger is as absent
 * as one that never was.
 */
export async function checkEvidence(
  session: Session,
  whose: { readonly ledger: number; readonly patient: number },
  evidence: EvidenceSaid,
): Promise<ReceivedDays> {
  const named = evidence.flatMap(({ document }) => (document === undefined ? [] : [readRef(document)]))
  if (named.length === 0) return new Map()
  const numbers = named.filter((ref) => ref.ledger === whose.ledger).map((ref) => ref.n)
  const found = new Map((await findDocuments(session, whose.ledger, numbers)).map((row) => [row.document, row]))
  const days = new Map<string, string>()
  const issues: Issue[] = []
  for (const [i, { document, from, to }] of evidence.entries()) {
    if (document === undefined) continue
    const { ledger, n } = readRef(document)
    const row = ledger === whose.ledger ? found.get(n) : undefined
    if (!row) throw notThere()
    if (row.patient !== whose.patient)
      issues.push({
        code: 'document/other-patient',
        path: ['body', 'evidence', i, 'document'],
        message: 'This document is about somebody else: name one of this patient.',
      })
    else if (from !== undefined && to !== undefined && !isSpan(row.body, from, to))
      issues.push({
        code: 'document/no-span',
        path: ['body', 'evidence', i],
        message: 'The span lies outside the text, or cuts a character in two: count in UTF-16 units from the start of the stored text.',
      })
    else if (row.received !== null) days.set(document, row.received)
  }
  if (issues.length > 0) throw new IssueError(issues)
  return days
}
