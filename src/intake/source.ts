import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { IssueCode } from '../core/words/issue.ts'
import { IssueError } from '../core/words/result.ts'
import { chunkBytes, issueAt } from './rows.ts'

/** A file being read: how far, for the progress bar (compressed bytes when it is compressed). */
export interface Source {
  readonly file: string
  bytesRead: number
}

/** An issue of the whole file, as the exception that ends its reading. */
export const fileFault = (code: IssueCode, message: string, file: string, line = 1): IssueError =>
  new IssueError([issueAt(code, message, file, line)])

/** Size in bytes. Throws `entries/unreadable` for what is missing or a directory, `entries/empty` for nothing. */
export async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((error: unknown) => Promise.reject(unreadable(error, file)))
  if (found.isDirectory()) throw fileFault('entries/unreadable', 'this is a directory: name a file', file)
  if (found.isFile() && found.size === 0) throw fileFault('entries/empty', 'the file is empty', file)
  return found.size
}

const reasons: { readonly [code: string]: string } = {
  ENOENT: 'there is no such file',
  EISDIR: 'this is a directory: name a file',
  EACCES: 'you may not read this file',
  EPERM: 'you may not read this file',
}

/** Whatever reading bytes may throw, as an issue; a fault of ours stays what it is. */
function unreadable(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code.startsWith('Z_') || code.startsWith('ERR_ZLIB'))
    return fileFault('entries/format', 'the compressed file is cut off, damaged or not gzip', file)
  return /^(E[A-Z]+|ERR_INVALID_ARG_VALUE)$/.test(code)
    ? fileFault('entries/unreadable', reasons[code] ?? 'the file cannot be read', file)
    : error
}

/**
 * The bytes of a text file in order, unpacked when its name ends in `.gz`, without a byte order mark.
 *
 * Throws IssueError: `entries/unreadable`, `entries/empty`, `entries/format` (gzip), `entries/encoding` (UTF-16 or no text at all).
 */
export async function* bytesOf(source: Source): AsyncGenerator<Buffer> {
  const { file } = source
  let started = false
  let empty = true
  for await (const chunk of rawBytes(source)) {
    if (!started) refuseForeign(chunk, file)
    const marked = !started && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf
    const rest = marked ? chunk.subarray(3) : chunk
    started = true
    if (rest.length === 0) continue
    empty = false
    yield rest
  }
  if (empty) throw fileFault('entries/empty', 'the file is empty', file)
}

async function* rawBytes(source: Source): AsyncGenerator<Buffer> {
  const { file } = source
  try {
    const raw = createReadStream(file, { highWaterMark: chunkBytes })
    const stream = file.endsWith('.gz') ? pipeline(raw, createGunzip({ chunkSize: chunkBytes }), () => {}) : raw
    for await (const chunk of stream) {
      source.bytesRead = raw.bytesRead
      yield chunk as Buffer
    }
  } catch (error) {
    throw unreadable(error, file)
  }
}

function refuseForeign(chunk: Buffer, file: string): void {
  const [a, b] = chunk
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff))
    throw fileFault('entries/encoding', 'the text is UTF-16: save it as UTF-8', file)
  if (chunk.includes(0))
    throw fileFault(
      'entries/encoding',
      'this is not UTF-8 or Latin-1 text (it holds NUL bytes): save it as UTF-8, or name its format',
      file,
    )
}
