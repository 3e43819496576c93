import { z } from 'zod'
import { fail, ok, type Result } from '../words/result.ts'
import { readYaml, shapeIssues } from '../words/yaml.ts'

/** How to read a table of counts that somebody else has published: which column says what, and which of its rows are sums of others. */

const Text = z.string().trim().min(1).max(2000)
const Column = z.string().min(1).max(200)

/** A column that tells rows apart. */
const Part = z.strictObject({
  column: Column,
  name: Text.max(100).describe('What it is called on pages.'),
  all: z
    .string()
    .min(1)
    .optional()
    .describe('The value that stands for all of the others together: a row with it is a sum, and never added to anything.'),
  names: z.record(z.string(), Text.max(200)).default({}).describe('What values are called, where the table has codes.'),
})

export const PublishedDescription = z.strictObject({
  title: Text.max(200).describe('In words.'),
  publisher: Text.max(200).describe('Who published it.'),
  source: Text.describe('Where it was taken from, so that a reader can find it.'),
  licence: Text.max(200).describe('On what terms.'),
  attribution: Text.optional().describe('The words the licence asks for.'),
  question: Text.describe('What is counted of what.'),
  file: z.string().min(1).max(1000).describe('The CSV file, from where this description stands.'),
  delimiter: z.string().length(1).default(',').describe('A comma unless said.'),
  encoding: z.enum(['utf-8', 'latin-1']).default('utf-8').describe('`utf-8` unless said; or `latin-1`.'),
  period: z
    .strictObject({ column: Column, is: z.enum(['month', 'quarter', 'tertial', 'year']) })
    .describe('Which column says when, and how long a period is; it may be written `2012Q1`, `2012-Q1`, `201203`.'),
  place: Part.describe('Which column says where: `column`, `name`, the value that stands for `all`, and `names` of the others.'),
  kinds: z.array(Part).max(5).default([]).describe('Other columns that tell rows apart, written alike.'),
  counted: Column.describe('The column of how many were counted.'),
  met: Column.describe('The column of how many of them were within.'),
  target: z.number().min(0).max(1).optional().describe('The share that was to be reached.'),
  qualifiers: z
    .array(z.strictObject({ column: Column, of: Column, means: z.record(z.string(), z.enum(['derived', 'provisional', 'revised'])) }))
    .default([])
    .describe('Columns of marks: which column each is about, and what its marks mean.'),
})
export type PublishedDescription = z.infer<typeof PublishedDescription>

/** Issues: `published/not-yaml`, `published/shape`. */
export function readPublishedDescription(text: string, file: string): Result<PublishedDescription> {
  const yaml = readYaml(text, file, { notYaml: 'published/not-yaml' })
  if (yaml.issues.length > 0) return fail(...yaml.issues)
  const parsed = PublishedDescription.safeParse(yaml.value)
  return parsed.success ? ok(parsed.data) : fail(...shapeIssues(parsed.error, yaml, 'published/shape', PublishedDescription))
}

/** The columns that are read, each once. */
export const columnsOf = (description: PublishedDescription): readonly string[] => [
  ...new Set([
    description.period.column,
    description.place.column,
    ...description.kinds.map(({ column }) => column),
    description.counted,
    description.met,
    ...description.qualifiers.map(({ column }) => column),
  ]),
]
