import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { readPublishedDescription } from '../core/published/description.ts'
import { IssueError } from '../core/words/result.ts'
import { readPublishedFile } from '../intake/published.ts'
import { publishedSite, whatIsSaid } from '../publish/published/site.ts'
import { writeFolder } from '../publish/release/bundle.ts'
import type { Io } from './io.ts'
import { mustRead } from './session.ts'

/** `varde published`: pages of a table that others have published. Nothing is made of one that does not add up: every fault is listed. */
export async function drawPublished(
  description: string,
  { out, file }: { readonly out: string; readonly file?: string },
  io: Io,
): Promise<void> {
  const bytes = await readFile(description).catch(() => undefined)
  if (bytes === undefined)
    throw new IssueError([
      { code: 'published/unreadable', path: [], message: `${description}: cannot be read: is it there, a file, and may you read it?` },
    ])
  const asked = mustRead(readPublishedDescription(bytes.toString('utf8'), description))
  const { published, issues } = await readPublishedFile(file ?? path.resolve(path.dirname(description), asked.file), asked)
  if (issues.length > 0) throw new IssueError(issues)
  await writeFolder(out, publishedSite(published, asked))
  io.out(`${asked.title}\n${whatIsSaid(published, asked).join('\n')}\nPages in ${out}: open index.html.\n`)
}
