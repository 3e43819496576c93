import { z } from 'zod'
import { readDay } from '../core/words/day.ts'

/** Shapes that many requests and answers share. */

// NUL cannot stand in a database's text, nor half a character in UTF-8.
const sound = (text: string) => !text.includes('\0') && text.isWellFormed()

/** What somebody typed: kept as it is, always shown as text. */
export const Text = (longest: number) => z.string().trim().min(1).max(longest).refine(sound, 'text without NUL or broken characters')
/** A longer text, kept to the letter: not trimmed, not normalised. */
export const Untouched = (mostBytes: number) =>
  z
    .string()
    .min(1)
    .refine(sound, 'text without NUL or broken characters')
    .refine((text) => text.length <= mostBytes && bytesOf(text) <= mostBytes, `at most ${mostBytes} bytes`)
const bytesOf = (text: string): number => {
  let bytes = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return bytes
}
export const DayText = z
  .string()
  .refine((text) => readDay(text) !== undefined, 'a day that exists, written "2024-02-29", from 1900 to 2199')
  .meta({ examples: ['2026-03-07'] })
export const InstantText = z.iso
  .datetime({ offset: true })
  .refine((text) => /^(?:19|20|21).*(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/.test(text), 'a moment from 1900 to 2199, at most 14 hours from UTC')
  .meta({ examples: ['2026-03-07T08:12:00+01:00'] })

const largest = 2_147_483_647
/** Something in an organisation's ledger: the ledger's number and its own, `2-17`. */
export const Ref = z
  .string()
  .regex(/^\d{1,9}-\d{1,15}$/, 'two numbers with a hyphen, such as 2-17')
  .refine((text) => text.split('-').every((part, i) => Number(part) <= (i === 0 ? largest / 1000 : Number.MAX_SAFE_INTEGER)), 'too large')
  .meta({ examples: ['2-17'] })

export const readRef = (ref: string): { readonly ledger: number; readonly n: number } => {
  const [ledger = '', n = ''] = ref.split('-')
  return { ledger: Number(ledger), n: Number(n) }
}
export const refOf = (ledger: number, n: number): string => `${ledger}-${n}`

export const PersonNumber = z.int().min(1).max(largest)
export const OrgNumber = z.int().min(0).max(2_000_000)
/** Query parameters arrive as text. */
export const OrgText = z.coerce.number().pipe(OrgNumber)

/** The sender's own key: the same key again is the same act, not a second one. Absent: the service makes one. */
export const Key = z
  .string()
  .regex(/^[\x21-\x7e]{8,200}$/, '8 to 200 visible characters')
  .optional()
  .describe('the same key again is the same act, not a second one')

/** `next` of the page before; nothing to be read in it. */
export const Cursor = z.string().max(6000).optional().describe('`next` of the page before')

export const Evidence = z
  .strictObject({
    document: Ref.optional(),
    /** From and to: positions in the document's text, in UTF-16 units, the end not included. */
    from: z.int().min(0).optional(),
    to: z.int().min(0).optional(),
    /** What it is, where it is no document here: a call, a message, a conversation. */
    what: Text(500).optional(),
    receivedOn: DayText.optional(),
    /** The one the entry relies on, among several. */
    reliedOn: z.boolean().optional(),
  })
  .refine((said) => (said.from === undefined) === (said.to === undefined), 'both ends of a span, or neither')
  .refine((said) => said.from === undefined || said.document !== undefined, 'the document the span is of')

export const NationalId = z.string().regex(/^[0-9A-Za-z -]{4,40}$/, '4 to 40 letters and digits')

export const IssueShape = z.strictObject({
  code: z.string(),
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])),
  rule: z.string().optional(),
  source: z.string().optional(),
  /** Of a warning that stands in the way: what names it under `passing`. */
  id: z.string().optional(),
})

/** RFC 9457, with the issues listed. */
export const Problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    issues: z.array(IssueShape).optional(),
    /** Of an edit on stale data: what stands there now. */
    current: z.unknown().optional(),
    requestId: z.string(),
  })
  .meta({ id: 'Problem' })
