import { createHash } from 'node:crypto'
import type { IssueCode } from '../core/words/issue.ts'

/** HL7 version 2: segments, fields, repetitions, components. Read as the sender wrote it; what a value means is for the mapping to say. */
export interface Hl7Message {
  readonly head: Hl7Head
  readonly segments: readonly Segment[]
  /** The text as it was decoded. */
  readonly text: string
  /** Of what it says: all but its header, and its type. Sent anew, a message has another time in its header. */
  readonly sha256: string
}

/** What the first segment says. Raw: with escapes as they are, so that it can be given back. */
export interface Hl7Head {
  readonly separators: Separators
  /** MSH-3 and MSH-4 with a bar between. */
  readonly sender: string
  readonly application: string
  readonly facility: string
  /** MSH-7 */
  readonly sent: string
  /** MSH-9, as in `SIU^S12`. */
  readonly type: string
  /** MSH-10 */
  readonly control: string
  /** MSH-11 */
  readonly processing: string
  /** MSH-18 */
  readonly charset: string
}

interface Separators {
  readonly field: string
  readonly component: string
  readonly repetition: string
  readonly escaping: string
  readonly sub: string
}

interface Segment {
  readonly id: string
  /** By number: of MSH the first is the separator itself. */
  readonly fields: readonly string[]
}

/** What is wrong with a whole message, and what could be read of its header all the same. */
export interface Hl7Fault {
  readonly code: IssueCode
  readonly message: string
  readonly field?: string
  readonly head?: Hl7Head
  readonly text?: string
}

export const encodings = ['utf-8', 'latin-1'] as const
export type Encoding = (typeof encodings)[number]

const charsets: Readonly<Record<string, (bytes: Buffer) => string>> = {
  'UNICODE UTF-8': utf8,
  UNICODE: utf8,
  '8859/1': (bytes) => bytes.toString('latin1'),
  '8859/15': (bytes) => new TextDecoder('iso-8859-15').decode(bytes),
  ASCII: (bytes) => {
    if (bytes.some((byte) => byte > 0x7f)) throw new TypeError('No ASCII.')
    return bytes.toString('latin1')
  },
}
function utf8(bytes: Buffer): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}
const unsaid: { readonly [E in Encoding]: string } = { 'utf-8': 'UNICODE UTF-8', 'latin-1': '8859/1' }

const mostSegments = 5_000
const lineEnd = /\r\n|\r|\n/
const visible = /^[\x20-\x7e]{1,199}$/

/** Reads the header alone, byte for byte: the character set is not known before it is read. */
export function readHead(bytes: Buffer): Hl7Head | undefined {
  const [line = ''] = bytes.subarray(0, 4096).toString('latin1').split(lineEnd, 1)
  const match = /^MSH([^\w\s])([^\w\s]{4,5})\1/.exec(line)
  const [, field = '', rest = ''] = match ?? []
  const [component = '', repetition = '', escaping = '', sub = ''] = rest
  if (!match || new Set([field, component, repetition, escaping, sub]).size !== 5) return undefined
  const fields = ['MSH', field, ...line.split(field).slice(1)]
  const separators = { field, component, repetition, escaping, sub }
  const first = (n: number): string => (fields[n] ?? '').split(component)[0] ?? ''
  const whole = (n: number): string => fields[n] ?? ''
  return {
    separators,
    sender: `${first(3)}|${first(4)}`,
    application: whole(3),
    facility: whole(4),
    sent: first(7),
    type: whole(9).split(component).slice(0, 2).join('^'),
    control: whole(10),
    processing: first(11),
    charset: (whole(18).split(repetition)[0] ?? '').trim().toUpperCase(),
  }
}

export type Hl7Read = { readonly ok: true; readonly message: Hl7Message } | { readonly ok: false; readonly fault: Hl7Fault }

const fault = (code: IssueCode, message: string, more: Omit<Hl7Fault, 'code' | 'message'> = {}): Hl7Read => ({
  ok: false,
  fault: { code, message, ...more },
})

/** Reads a message. `encoding`: what it is in where its header does not say and it is not plain ASCII. */
export function readHl7(bytes: Buffer, encoding?: Encoding): Hl7Read {
  const head = readHead(bytes)
  if (!head) return fault('feed/structure', 'A message begins with MSH, a separator and four encoding characters, all different.')
  const named = head.charset || (encoding !== undefined && bytes.some((byte) => byte > 0x7f) ? unsaid[encoding] : 'ASCII')
  const decode = charsets[named]
  const known = `Say the character set in MSH-18: ${Object.keys(charsets).join(', ')}.`
  if (!decode) return fault('feed/encoding', known, { field: 'MSH-18', head })
  try {
    return readHl7Text(head, decode(bytes))
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return fault('feed/encoding', `The message is not in the character set ${named}. ${known}`, { field: 'MSH-18', head })
  }
}

/** The same of a text that was decoded before. */
export function readHl7Text(head: Hl7Head, text: string): Hl7Read {
  const { field, escaping } = head.separators
  const told = { head, text }
  if (!visible.test(head.control) || head.control.includes(escaping) || head.control.trim() === '')
    return fault('feed/structure', 'A message has a number, MSH-10: 1 to 199 visible characters without escapes.', {
      field: 'MSH-10',
      ...told,
    })
  if (!/^[A-Z][A-Z0-9]{2}\^[A-Z0-9]{3}$/.test(head.type))
    return fault('feed/structure', 'A message has a type and an event in MSH-9, such as SIU^S12.', { field: 'MSH-9', ...told })
  const lines = text.split(lineEnd)
  while (lines.at(-1) === '') lines.pop()
  if (lines.length > mostSegments) return fault('feed/structure', `A message has no more than ${mostSegments} segments.`, told)
  const segments: Segment[] = []
  for (const [i, line] of lines.entries()) {
    const id = line.slice(0, 3)
    if (!/^[A-Z][A-Z0-9]{2}$/.test(id) || (line.length > 3 && line[3] !== field))
      return fault(
        'feed/structure',
        `Segment ${i + 1} does not begin with three letters and the separator. A line end inside a text is written as an escape (.br).`,
        told,
      )
    if (i > 0 && id === 'MSH') return fault('feed/structure', 'One message a frame: there is a second MSH.', told)
    const [, ...fields] = line.split(field)
    segments.push({ id, fields: i === 0 ? [id, field, ...fields] : [id, ...fields] })
  }
  const sha256 = createHash('sha256')
    .update(JSON.stringify([head.type, lines.slice(1)]))
    .digest('hex')
  return { ok: true, message: { head, segments, text, sha256 } }
}

/** `PID-3.1`: segment, field, component, subcomponent. Where none is said it is the first. */
export const pathPattern = /^([A-Z][A-Z0-9]{2})-([1-9]\d?)(?:\.([1-9]\d?))?(?:\.([1-9]\d?))?$/

export interface Hl7Path {
  readonly segment: string
  readonly field: number
  readonly component: number
  readonly sub: number
}

export function readPath(text: string): Hl7Path {
  const [, segment = '', field, component, sub] = pathPattern.exec(text) ?? []
  return { segment, field: Number(field), component: Number(component ?? 1), sub: Number(sub ?? 1) }
}

/** Conditions on values beside the one that is looked for: all must hold, in the same segment, and in the same repetition of the same field. */
export type Where = readonly (readonly [path: Hl7Path, among: readonly string[]])[]

/** All values at a place, in order of segments and repetitions, those that are empty too. */
export function valuesAt(message: Hl7Message, path: Hl7Path, where: Where = []): readonly string[] {
  const { separators } = message.head
  const found: string[] = []
  for (const segment of message.segments) {
    if (segment.id !== path.segment) continue
    const repetitions = repetitionsOf(segment, path.field, message)
    for (const repetition of repetitions) {
      const holds = where.every(([beside, among]) => {
        const other = beside.field === path.field ? repetition : (repetitionsOf(segment, beside.field, message)[0] ?? '')
        return beside.segment === path.segment && among.includes(partOf(other, beside, separators))
      })
      if (holds) found.push(partOf(repetition, path, separators))
    }
  }
  return found
}

/** MSH-1 and MSH-2 are the separators themselves, and nothing in them repeats. */
const repetitionsOf = ({ id, fields }: Segment, n: number, { head }: Hl7Message): readonly string[] =>
  id === 'MSH' && n <= 2 ? [] : (fields[n] ?? '').split(head.separators.repetition)

const partOf = (repetition: string, { component, sub }: Hl7Path, separators: Separators): string => {
  const part = repetition.split(separators.component)[component - 1] ?? ''
  const text = plain(part.split(separators.sub)[sub - 1] ?? '', separators).trim()
  return text === '""' ? '' : text // said to be nothing
}

const mostLines = 100
/**
 * Undoes what stands between two escape characters. Once, from front to back: what comes out is not looked at again. What is not known is left out where it
 * is about looks or character sets, and left as it is otherwise.
 */
export function plain(text: string, separators: Separators): string {
  const { escaping, field, component, sub, repetition } = separators
  if (!text.includes(escaping)) return text
  const parts = text.split(escaping)
  let told = parts[0] ?? ''
  for (let i = 1; i < parts.length; i += 2) {
    const [said = '', next] = [parts[i], parts[i + 1]]
    if (next === undefined) return `${told}${escaping}${said}` // an escape character that nothing closes
    told += escaped(said, { F: field, S: component, T: sub, R: repetition, E: escaping }) ?? `${escaping}${said}${escaping}`
    told += next
  }
  return told
}

function escaped(said: string, signs: Readonly<Record<string, string>>): string | undefined {
  if (Object.hasOwn(signs, said)) return signs[said]
  if (said === '.br' || said === '.ce') return '\n'
  const lines = /^\.sp\+?(\d{0,3})$/.exec(said)
  if (lines) return '\n'.repeat(Math.min(Number(lines[1] || 1), mostLines))
  if (/^(?:H|N|\.(?:fi|nf|in|ti|sk).*|[CMZ][0-9A-Z]*)$/.test(said)) return ''
  const hex = /^X((?:[0-9A-Fa-f]{2}){1,200})$/.exec(said)?.[1]
  // Bytes of no said character set: those of ASCII are the same in all, and others are not guessed.
  return hex === undefined
    ? undefined
    : [...Buffer.from(hex, 'hex')].map((byte) => (byte < 0x80 && byte !== 0 ? String.fromCharCode(byte) : '\ufffd')).join('')
}

const soundText = (text: string): string => text.replaceAll('\0', '\ufffd').toWellFormed()

/** A text that a database can hold, of bytes in whatever they are. */
export const keepable = (bytes: Buffer, text: string | undefined): string => soundText(text ?? new TextDecoder('utf-8').decode(bytes))
