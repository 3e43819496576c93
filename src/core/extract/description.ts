import { z } from 'zod'
import type { Pack } from '../pack/pack.ts'
import { readDay, readPeriod } from '../words/day.ts'
import type { Issue } from '../words/issue.ts'
import { fail, ok, type Result } from '../words/result.ts'
import { didYouMean, readYaml, shapeIssues } from '../words/yaml.ts'

/** What an extract for research is to hold, who allowed it, and why each column is needed: written by a person, kept with it. */

const sound = (text: string): boolean => text.isWellFormed() && !/[^\P{Cc}\n]/u.test(text)
const Text = z.string().trim().min(1).max(2000).refine(sound, 'expected text without control or broken characters')
const Id = z
  .string()
  .max(60)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected small letters, digits and single hyphens, as in "waits-2025"')
const Name = z.string().min(1).max(60)
const DayText = z.string().refine((text) => readDay(text) !== undefined, 'expected a day, as in "2025-06-30"')
const MonthText = z.string().refine((text) => readPeriod(text, 'month') !== undefined, 'expected a month, as in "2025-03"')
/** A place to read from, from where the description stands. */
const Path = z.string().min(1).max(1000)

/** What may be asked for of a pathway, and of an entry. There is nothing else: no name, identity number, free text, document, reason or member of staff. */
export const pathwayFacts = ['person', 'pathway', 'place', 'variant', 'start', 'age-group'] as const
export const entryFacts = ['code', 'date', 'recorded', 'standing', 'value', 'order'] as const
export const facts = [...pathwayFacts, ...entryFacts] as const
/** What the pack defines, asked for by its id: the day of a milestone, the number of a detail, an attribute, length and verdict of an interval. */
export const packParts = ['milestone', 'detail', 'attribute', 'length', 'verdict'] as const
export type PackPart = (typeof packParts)[number]

export const ColumnAsked = z
  .strictObject({
    fact: z.enum(facts).optional().describe('one of the closed list'),
    milestone: Name.optional().describe('its day'),
    detail: Name.optional().describe('its number'),
    attribute: Name.optional().describe('its value'),
    length: Name.optional().describe('of an interval that has stopped, in its unit, pauses taken out'),
    verdict: Name.optional().describe('of an interval'),
    because: Text.describe('why the question cannot be answered without it'),
  })
  .refine(
    (column) => [column.fact, ...packParts.map((part) => column[part])].filter((one) => one !== undefined).length === 1,
    `expected one of fact, ${packParts.join(', ')} beside because`,
  )
export type ColumnAsked = z.infer<typeof ColumnAsked>

export const ExtractText = z.strictObject({
  id: Id.describe('What the extract is called; its key belongs to it.'),
  title: Text.max(200).describe('In words.'),
  purpose: Text.describe('What is to be found out, in words.'),
  approval: z
    .strictObject({
      by: Text.max(200).describe('Who allowed it.'),
      reference: Text.max(200).describe('Where the decision is found.'),
      until: DayText.describe('The last day on which it holds; nothing is extracted after it.'),
    })
    .describe('Who allowed it, where the decision is found, and until when it holds.'),
  receiver: Text.max(200).describe('Who gets it and answers for it.'),
  pack: Path.describe('The folder of the pack.'),
  data: z
    .strictObject({
      files: z.array(Path).min(1).optional().describe('Files of entries.'),
      map: Path.optional().describe('The mapping that says which columns are what.'),
      live: z.literal(true).optional().describe('The ledgers of the service, in the database of its settings.'),
      ledgers: z.array(z.int().positive()).min(1).optional().describe('Only these ledgers; all unless said.'),
    })
    .refine(({ files, live }) => (files === undefined) !== (live === undefined), 'expected either files or live: true')
    .refine(({ live, ledgers }) => live === true || ledgers === undefined, 'expected ledgers only with live: true')
    .refine(({ files, map }) => files !== undefined || map === undefined, 'expected a mapping only with files')
    .describe('Files of entries, with a mapping where they need one; or the live ledgers.'),
  asOf: DayText.describe('The last day whose recordings count.'),
  from: MonthText.describe('The first month in which a pathway may have begun.'),
  to: MonthText.describe('The last month in which a pathway may have begun.'),
  variants: z.array(Name).min(1).optional().describe('Only these variants of the pack; all unless said.'),
  rows: z.enum(['pathway', 'entry']).describe('`pathway` or `entry`: one row a pathway, or one row an entry that counts.'),
  dates: z
    .strictObject({
      as: z.enum(['month', 'days', 'exact']).describe('as the month, as days since the pathway began, or as they are'),
      because: Text.optional().describe('why months and days will not do; exact days need it'),
    })
    .refine(({ as, because }) => as !== 'exact' || because !== undefined, 'exact days need a reason of their own: say it under because')
    .describe('How days come: `{ as: month }`, `{ as: days }` since the pathway began, or `{ as: exact, because: ... }`.'),
  columns: z
    .array(ColumnAsked)
    .min(1)
    .max(100)
    .describe('What is asked for, and why each is needed. What does not stand here is not there.'),
  fewest: z
    .int()
    .min(3)
    .max(1000)
    .default(5)
    .describe('No fewer persons than so many share a place, a code, or a combination of what tells people apart.'),
})
export type ExtractText = z.infer<typeof ExtractText>

const nameOf = (column: ColumnAsked): string => {
  const part = packParts.find((one) => column[one] !== undefined)
  return part === undefined ? column.fact! : `${part} ${column[part]}`
}

/** Issues: `extract/not-yaml`, `extract/shape`. */
export function readExtract(text: string, file: string): Result<ExtractText> {
  const yaml = readYaml(text, file, { notYaml: 'extract/not-yaml' })
  if (yaml.issues.length > 0) return fail(...yaml.issues)
  const parsed = ExtractText.safeParse(yaml.value)
  if (!parsed.success) return fail(...shapeIssues(parsed.error, yaml, 'extract/shape', ExtractText))
  const value = parsed.data
  const wrong = (path: readonly (string | number)[], message: string): Issue => ({
    code: 'extract/shape',
    path,
    message,
    at: yaml.spotOf(path),
  })
  const issues: Issue[] = []
  if (readPeriod(value.to, 'month')! < readPeriod(value.from, 'month')!) issues.push(wrong(['to'], 'the last month lies before the first'))
  const seen = new Set<string>()
  for (const [i, column] of value.columns.entries()) {
    const name = nameOf(column)
    if (seen.has(name)) issues.push(wrong(['columns', i], `${name} is asked for already`))
    seen.add(name)
    const ofEntry = (entryFacts as readonly (string | undefined)[]).includes(column.fact)
    if (value.rows === 'pathway' && ofEntry)
      issues.push(wrong(['columns', i], `${name} is of an entry, and the rows are pathways: ask for rows: entry, or leave it out`))
    if (value.rows === 'entry' && column.fact === undefined)
      issues.push(wrong(['columns', i], `${name} is of a pathway, and the rows are entries: ask for rows: pathway, or leave it out`))
  }
  return issues.length > 0 ? fail(...issues) : ok(value)
}

/** What the data know besides entries. Files know no persons, only pathways, and no day of birth. */
export interface Knows {
  readonly persons: boolean
}

/** What is asked for and is not there. Issues: `extract/column`. */
export function checkExtract(asked: ExtractText, pack: Pack, knows: Knows): Result<ExtractText> {
  const issues: Issue[] = []
  const ids: { readonly [K in PackPart]: readonly string[] } = {
    milestone: pack.slots.filter((slot) => slot.kind === 'milestone').map((slot) => slot.id),
    detail: pack.slots.filter((slot) => slot.kind === 'detail').map((slot) => slot.id),
    attribute: pack.attributes.map((attribute) => attribute.id),
    length: pack.intervals.map((interval) => interval.id),
    verdict: pack.intervals.map((interval) => interval.id),
  }
  const lacking = (path: readonly (string | number)[], message: string) => void issues.push({ code: 'extract/column', path, message })
  const named = (what: string, id: string, known: readonly string[], path: readonly (string | number)[]) => {
    if (!known.includes(id)) lacking(path, `the pack has no ${what} "${id}"; it has ${known.join(', ') || 'none'}${didYouMean(id, known)}`)
  }
  for (const [i, id] of (asked.variants ?? []).entries()) named('variant', id, pack.variants, ['variants', i])
  for (const [i, column] of asked.columns.entries()) {
    for (const part of packParts) {
      const id = column[part]
      if (id !== undefined) named(part === 'length' || part === 'verdict' ? 'interval' : part, id, ids[part], ['columns', i, part])
    }
    if (!knows.persons && (column.fact === 'person' || column.fact === 'age-group'))
      lacking(
        ['columns', i, 'fact'],
        `files of entries know pathways, and not whose they are: ${column.fact} can be asked for over the live ledger alone`,
      )
  }
  return issues.length > 0 ? fail(...issues) : ok(asked)
}
