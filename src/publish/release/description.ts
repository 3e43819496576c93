import { z } from 'zod'
import { groupings } from '../../core/measure/figure.ts'
import type { Pack } from '../../core/pack/pack.ts'
import { profiles } from '../../core/stats/disclosure.ts'
import { readDay, readPeriod } from '../../core/words/day.ts'
import type { Issue } from '../../core/words/issue.ts'
import { fail, ok, type Result } from '../../core/words/result.ts'
import { didYouMean, readYaml, shapeIssues } from '../../core/words/yaml.ts'

/** What a release is to hold: written by a person, frozen with it. */

const Id = z
  .string()
  .max(60)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected small letters, digits and single hyphens, as in "waiting-2025"')
/** Goes into pages and XML, which cannot hold control characters. */
const Text = z
  .string()
  .trim()
  .min(1)
  .max(2000)
  .refine((text) => text.isWellFormed() && !/[^\P{Cc}\n]/u.test(text), 'expected text without control or broken characters')
export const DayText = z.string().refine((text) => readDay(text) !== undefined, 'expected a day, as in "2025-06-30"')
export const MonthText = z.string().refine((text) => readPeriod(text, 'month') !== undefined, 'expected a month, as in "2025-03"')
/** A place to read from, from where the description stands. */
const Path = z.string().min(1).max(1000)

export const periodKinds = ['month', 'tertial', 'quarter', 'year'] as const

export const TableAsked = z.strictObject({
  indicator: z.string().min(1),
  by: z
    .array(z.enum(groupings))
    .refine((by) => new Set(by).size === by.length, 'expected each of them once')
    .describe('place, period, variant: any of them, or none for one line.'),
  period: z.enum(periodKinds).optional().describe('How long a period of this table is; month unless said.'),
  causes: z.literal(true).optional().describe('Also why: what those fell short of, what was left out, what was coded late.'),
})
export type TableAsked = z.infer<typeof TableAsked>

/** Who is to sign, by name and by the key that `varde release key` made. */
export const Signer = z.strictObject({
  name: Text.max(100),
  key: z.string().regex(/^[0-9a-f]{64}$/, 'expected the 64 digits that `varde release key` printed'),
})
export type Signer = z.infer<typeof Signer>

const mostYears = 50

const differ = (of: (signer: Signer) => string) => (signers: readonly Signer[]) => new Set(signers.map(of)).size === signers.length

export const Signers = z
  .array(Signer)
  .min(2)
  .refine(
    differ((signer) => signer.name),
    'expected different names',
  )
  .refine(
    differ((signer) => signer.key),
    'expected different keys: two persons sign',
  )

/** Pages lead there, so it is nothing but an address of the web. */
export const ServiceAddress = z.url({ protocol: /^https?$/ }).max(300)

export const Description = z.strictObject({
  id: Id.describe('The same for all revisions of a release.'),
  title: Text.max(200),
  about: Text.optional().describe('What the reader should know first.'),
  publisher: Text.max(200),
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
    .refine(({ files, map }) => files !== undefined || map === undefined, 'expected a mapping only with files'),
  service: ServiceAddress.optional().describe(
    'The address of the service: each row of a page leads to who is behind it there, for those who may see them. Only with live: true.',
  ),
  asOf: DayText.describe('The last day whose recordings count.'),
  from: MonthText.describe('The first month counted.'),
  to: MonthText.describe('The last month counted.'),
  tables: z.array(TableAsked).min(1).max(200),
  profile: z.enum(Object.keys(profiles) as [keyof typeof profiles, ...(keyof typeof profiles)[]]), // keys of our own table
  wholeCountry: z.boolean().default(false).describe('The data are those of the whole country: a profile may show its counts as they are.'),
  beside: z.array(Path).default([]).describe('Bundles of earlier releases about the same people.'),
  embargo: z.iso
    .datetime({ offset: true })
    .regex(/T\d\d:\d\d:\d\d/, 'expected a time with its seconds and offset, as in "2025-08-01T08:00:00+02:00"')
    .describe('Not published before; also the time of publication.'),
  signers: Signers,
  revises: z
    .strictObject({ bundle: Path, reasons: z.array(Text).min(1) })
    .optional()
    .describe('The revision before this one, and why there is another.'),
})
export type Description = z.infer<typeof Description>

/** Issues: `release/not-yaml`, `release/shape`. */
export function readDescription(text: string, file: string): Result<Description> {
  const yaml = readYaml(text, file, { notYaml: 'release/not-yaml' })
  if (yaml.issues.length > 0) return fail(...yaml.issues)
  const parsed = Description.safeParse(yaml.value)
  if (!parsed.success) return fail(...shapeIssues(parsed.error, yaml, 'release/shape', Description))
  const value = parsed.data
  const wrong = (path: readonly (string | number)[], message: string) =>
    ({ code: 'release/shape', path, message, at: yaml.spotOf(path) }) as const
  const [from, to] = [readPeriod(value.from, 'month') ?? 0, readPeriod(value.to, 'month') ?? 0]
  if (to < from) return fail(wrong(['to'], 'the last month lies before the first'))
  // A period is a row, and every row is guarded.
  if (Math.floor(to / 100) - Math.floor(from / 100) >= mostYears)
    return fail(wrong(['to'], `a release counts at most ${mostYears} years: is a year mistyped?`))
  const lone = value.tables.flatMap((table, i) =>
    table.period !== undefined && !table.by.includes('period')
      ? [wrong(['tables', i, 'period'], 'this table is not by period: take this out, or add period to `by`')]
      : [],
  )
  if (value.service !== undefined && value.data.live === undefined)
    return fail(wrong(['service'], 'the service knows only what was frozen from its own ledgers: take this out, or use live: true'))
  const cut = value.tables.flatMap((table, i) =>
    table.by.includes('period') && !isWhole(from, to, monthsIn[table.period ?? 'month'])
      ? [wrong(['tables', i, 'period'], `${value.from} to ${value.to} is not made of whole periods of this kind`)]
      : [],
  )
  return lone.length + cut.length > 0 ? fail(...lone, ...cut) : ok(value)
}

const monthsIn = { month: 1, quarter: 3, tertial: 4, year: 12 } as const
const isWhole = (from: number, to: number, months: number): boolean => ((from % 100) - 1) % months === 0 && (to % 100) % months === 0

/** Tables that name what the pack does not have, or what it cannot compute. Issues: `measure/unknown-indicator`, `measure/not-computable`. */
export function checkTables(description: Description, pack: Pack): Result<Description> {
  const ids = pack.indicators.map((indicator) => indicator.id)
  const issues = description.tables.flatMap(({ indicator: id }, i): readonly Issue[] => {
    const found = pack.indicators.find((indicator) => indicator.id === id)
    const path = ['tables', i, 'indicator']
    if (!found)
      return [
        {
          code: 'measure/unknown-indicator',
          path,
          message: `the pack has no indicator "${id}"; it has ${ids.join(', ')}${didYouMean(id, ids)}`,
        },
      ]
    if (description.tables[i]?.causes && !found.within)
      return [
        {
          code: 'release/shape',
          path: ['tables', i, 'causes'],
          message: `${id} asks whether something came about, and has no limit to fall short of: take causes out`,
        },
      ]
    return found.unknown === undefined ? [] : [{ code: 'measure/not-computable', path, message: `${id}: ${found.unknown}` }]
  })
  return issues.length > 0 ? fail(...issues) : ok(description)
}
