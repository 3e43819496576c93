import { createHmac, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Pseudonym } from '../../core/extract/extract.ts'
import type { IssueCode } from '../../core/words/issue.ts'
import { IssueError } from '../../core/words/result.ts'
import { writeWhole } from '../../store/whole-file.ts'
import { plainJson } from '../release/bundle.ts'

/** The key of one extract: whoever has it can find out whose a pseudonym is. It stays with the owner of the data, and never goes with the extract. */

const format = 1
const KeyFile = z.strictObject({
  format: z.literal(format),
  about: z.string(),
  extract: z.string(),
  key: z.string().regex(/^[0-9a-f]{64}$/),
})

const issue = (code: IssueCode, message: string): IssueError => new IssueError([{ code, path: [], message }])

export const newKey = (): string => randomBytes(32).toString('hex')

/** Puts a new key where nothing stands yet, for its owner alone to read. Issues: `extract/exists`. */
export async function writeKey(file: string, extract: string, key: string): Promise<void> {
  if ((await readFile(file).catch(() => undefined)) !== undefined)
    throw issue('extract/exists', `${file} is there already: name it with --key to use it again, or move it away for a new one.`)
  const about = `The key of the pseudonyms in the extract ${extract}. Whoever has it can find out who is who: it never goes to the receiver.`
  await writeWhole(file, plainJson({ format, about, extract, key } satisfies z.infer<typeof KeyFile>))
}

/** The key of an extract made before: the same pseudonyms again. Issues: `extract/key`. */
export async function readKey(file: string, extract: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  const found = text === undefined ? undefined : KeyFile.safeParse(asJson(text)).data
  if (!found) throw issue('extract/key', `${file} holds no key of an extract: name the file that varde extract wrote.`)
  if (found.extract !== extract)
    throw issue(
      'extract/key',
      `${file} is the key of the extract ${found.extract}: one key serves one extract, or the two could be joined.`,
    )
  return found.key
}

const digits = 32

export const pseudonymsUnder = (key: string): Pseudonym => {
  const secret = Buffer.from(key, 'hex')
  return (what, name) => createHmac('sha256', secret).update(`${what}\n${name}`).digest('hex').slice(0, digits)
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
