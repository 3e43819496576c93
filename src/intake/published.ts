import path from 'node:path'
import { columnsOf, type PublishedDescription } from '../core/published/description.ts'
import { type Published, readPublished } from '../core/published/published.ts'
import type { Issue } from '../core/words/issue.ts'
import { csvRows } from './csv.ts'

/**
 * The cells of a published table and everything that is wrong with it. `file`: the CSV file.
 * Issues: those of `readPublished`; `entries/no-column`, `entries/format`, `entries/encoding`, `entries/too-long`. Throws `entries/unreadable`, `entries/empty`.
 */
export async function readPublishedFile(
  file: string,
  description: PublishedDescription,
): Promise<{ readonly published: Published; readonly issues: readonly Issue[] }> {
  const columns = columnsOf(description)
  const options = { delimiter: description.delimiter, quote: '"', encoding: description.encoding }
  const rows: { line: number; row: Record<string, string> }[] = []
  const issues: Issue[] = []
  const wanted = columns.map((name) => ({ name, needed: true }))
  for await (const batch of csvRows({ file, bytesRead: 0 }, wanted, options)) {
    issues.push(...batch.issues)
    for (const [i, cells] of batch.rows.entries())
      rows.push({ line: batch.lines[i]!, row: Object.fromEntries(columns.map((column, n) => [column, cells[n] ?? ''])) })
  }
  const read = readPublished(rows, { ...description, file: path.basename(file) })
  return { published: read.published, issues: [...issues, ...read.issues] }
}
