import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { isZone } from '../core/words/instant.ts'
import { fail, ok, type Result } from '../core/words/result.ts'
import { readYaml, shapeIssues } from '../core/words/yaml.ts'
import { formatFault } from './moment.ts'

export const formats = ['csv', 'xes', 'ndjson', 'parquet'] as const
export type Format = (typeof formats)[number]

const Column = z
  .string()
  .min(1)
  .max(1000)
  .describe('Name of a column; in NDJSON a path with dots; in XES the key of an attribute, with "trace:" before one of the trace.')
/** Databases and files cannot hold NUL or half a surrogate pair. */
export const PlainText = z
  .string()
  .max(1000)
  .refine((text) => text.isWellFormed() && !text.includes('\0'), 'expected text without NUL or broken characters')
const Constant = z.strictObject({ constant: PlainText.describe('The same text for every row.') })

const Template = PlainText.min(1)
  .refine((text) => !/[{}]/.test(text.replace(/\{[^{}]+\}/g, '')), 'expected column names in braces, as in "TX-{modality}"')
  .describe('Text with column names in braces. Empty when any of these columns is empty.')

const DateFormat = z
  .string()
  .min(1)
  .max(100)
  .superRefine((text, context) => {
    const fault = formatFault(text)
    if (fault) context.addIssue({ code: 'custom', message: fault })
  })
  .describe('Built from yyyy MM M dd d HH mm ss SSS; anything else stands for itself. Without a format: ISO 8601.')

/** Where the text of one part of an entry comes from. */
export const Field = z.union([
  Column,
  z.strictObject({
    column: Column,
    values: z.record(z.string(), PlainText).optional().describe('What each content of the column stands for.'),
    otherwise: PlainText.nullable().optional().describe('For contents not in `values`; null is nothing. Without it they are issues.'),
  }),
  Constant,
  z.strictObject({ template: Template }),
])
export type Field = z.infer<typeof Field>

/** Where a date or time comes from. */
export const DateField = z.union([
  Column,
  z.strictObject({ column: Column, format: DateFormat.optional() }),
  Constant,
  z.strictObject({ template: Template, format: DateFormat.optional() }),
])
export type DateField = z.infer<typeof DateField>

/** How a row becomes an entry. */
export const EntryTemplate = z.strictObject({
  pathway: Field,
  code: Field,
  occurred: DateField.describe('When it happened. Where several entries come from one row, an empty one gives no entry.'),
  recorded: DateField.optional().describe('When it was recorded; when absent or empty: the same as `occurred`.'),
  place: Field.optional(),
  variant: Field.optional(),
  standing: Field.optional().describe('How far the entry stands; `sure` when absent or empty.'),
  value: Field.optional().describe('A whole number: days, or minutes in a clock of minutes.'),
  id: Field.optional(),
  corrects: Field.optional().describe('Id of the entry this one takes the place of.'),
  withdraws: Field.optional().describe('Id of the entry this one takes back; such an entry needs no code.'),
  recorder: Field.optional().describe('Role of the one who recorded.'),
  decider: Field.optional().describe('Role of the one who decided.'),
})
export type EntryTemplate = z.infer<typeof EntryTemplate>

const Keep = z.strictObject({ column: Column, in: z.array(z.string()).min(1) })

/** How the rows of files become entries: written by whoever knows the files, checked here. */
export const Mapping = z
  .strictObject({
    format: z.enum(formats).optional().describe('Default: from the ending of the file name.'),
    delimiter: z
      .string()
      .min(1)
      .max(10)
      .regex(/^[^\r\n"]+$/, 'expected one or more characters, no quote and no line end')
      .optional()
      .describe('CSV. Default: a tab for .tsv, otherwise a comma.'),
    quote: z
      .string()
      .max(1)
      .regex(/^[!-~]?$/, 'expected one printable character, or "" for files without quotes')
      .optional()
      .describe('CSV. Default: ".'),
    encoding: z.enum(['utf-8', 'latin-1']).optional().describe('Default: utf-8; in XES what the XML declaration says.'),
    zone: z
      .string()
      .refine(isZone, 'expected a time zone such as "Europe/Oslo"')
      .optional()
      .describe('Of times without an offset. Default: the zone of the pack.'),
    entries: z.array(EntryTemplate).min(1).describe('Each row gives one entry for each of these.'),
    keep: z
      .union([Keep, z.array(Keep).min(1)])
      .optional()
      .describe('Rows to read; all of several must hold. The others are passed over.'),
  })
  .refine(({ delimiter = ',', quote = '"' }) => quote === '' || !delimiter.includes(quote), {
    message: 'expected another character than the delimiter',
    path: ['quote'],
  })
export type Mapping = z.infer<typeof Mapping>

/** Issues: `map/not-yaml`, `map/shape`, each at its line and column. */
export function readMapping(text: string, file: string): Result<Mapping> {
  const yaml = readYaml(text, file, { notYaml: 'map/not-yaml' })
  if (yaml.issues.length > 0) return fail(...yaml.issues)
  const parsed = Mapping.safeParse(yaml.value)
  return parsed.success ? ok(parsed.data) : fail(...shapeIssues(parsed.error, yaml, 'map/shape', Mapping))
}

/** Issues: `map/unreadable`, and those of `readMapping`. */
export async function openMapping(file: string): Promise<Result<Mapping>> {
  const bytes = await readFile(file).catch(() => undefined)
  const at = { file, line: 1, column: 1 }
  if (!bytes) return fail({ code: 'map/unreadable', message: 'cannot be read: is it there, a file, and may you read it?', path: [], at })
  try {
    return readMapping(new TextDecoder('utf-8', { fatal: true }).decode(bytes), file)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return fail({ code: 'map/not-yaml', message: 'not UTF-8 text: save it as UTF-8', path: [], at })
  }
}
