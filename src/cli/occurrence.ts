import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { definitionText, occurrenceTable, occurring, type Population, soughtOf } from '../core/occurrence/occurrence.ts'
import { type OccurrencePeriod, occurrencePeriods } from '../core/occurrence/period.ts'
import { csvText } from '../core/words/csv.ts'
import { periodOf, readPeriod } from '../core/words/day.ts'
import { IssueError } from '../core/words/result.ts'
import { readYaml, shapeIssues } from '../core/words/yaml.ts'
import { entriesByPathway } from '../intake/open-ledger.ts'
import type { Io } from './io.ts'
import { titleOf } from './measure.ts'
import { mustRead, openSession, type SessionOptions, UsageError } from './session.ts'
import { textTable } from './table.ts'

export interface OccurrenceOptions extends SessionOptions {
  readonly pack: string
  readonly milestone?: string
  readonly codes?: readonly string[]
  readonly variant?: string
  readonly washout?: number
  readonly period: string
  readonly place?: string
  readonly from?: string
  readonly to?: string
  readonly populations?: string
  readonly format: string
}

/** Who lives where: a list in a file, for rates. */
const Populations = z
  .array(
    z.strictObject({
      place: z.string().min(1).optional().describe('absent: all places together'),
      year: z.int().min(1900).max(2199).optional().describe('absent: every year'),
      persons: z.int().min(1),
    }),
  )
  .min(1)

const isPeriod = (text: string): text is OccurrencePeriod => (occurrencePeriods as readonly string[]).includes(text)

/** `varde occurrence`: how many had something new, over files. Files know no persons: pathways are counted, and that is said. */
export async function occurrence(options: OccurrenceOptions, io: Io): Promise<void> {
  const { period } = options
  if (!isPeriod(period)) throw new UsageError(`no period "${period}": ${occurrencePeriods.join(', ')}`)
  const render = renderers[options.format]
  if (!render) throw new UsageError(`no format "${options.format}": ${Object.keys(renderers).join(', ')}`)
  const month = (text: string): number => {
    const read = readPeriod(text, period)
    if (read === undefined) throw new UsageError(`"${text}" is no ${period}: write 2024-03, 2024-Q1 or 2024, as --period says`)
    return read
  }
  const [from, to] = [options.from, options.to].map((text) => (text === undefined ? undefined : month(text)))
  if (from !== undefined && to !== undefined && to < from) throw new UsageError('--to lies before --from')
  const population = options.populations === undefined ? [] : await openPopulations(options.populations)
  const session = await openSession(options.pack, options, io)
  try {
    const sought = mustRead(soughtOf(session.pack, options))
    const first = { washoutDays: options.washout }
    const { asking } = session
    const counting = occurring(session.pack, sought, { first, period, asking })
    for await (const entries of entriesByPathway(session.db)) counting.take(entries, `${entries[0]!.ledger}\n${entries[0]!.pathway}`)
    const cells = counting.cells()
    const last = to ?? periodOf(asking.asOf, period)
    const table = occurrenceTable(cells, counting.beginnings().values(), {
      first,
      period,
      from: from ?? Math.min(last, cells[0]?.period ?? last),
      to: last,
      place: options.place,
      asOf: asking.asOf,
      population,
    })
    const definition = definitionText(sought, { first, asOf: asking.asOf }, 'pathways')
    io.out(render({ title: titleOf(session), definition, table }))
  } finally {
    await session.close()
  }
}

async function openPopulations(file: string): Promise<readonly Population[]> {
  const wrong = (message: string) => new IssueError([{ code: 'occurrence/population', path: [], message }])
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) throw wrong(`${file}: cannot be read: is it there, a file, and may you read it?`)
  const yaml = readYaml(text, file, { notYaml: 'occurrence/population' })
  if (yaml.issues.length > 0) throw new IssueError(yaml.issues)
  const read = Populations.safeParse(yaml.value)
  if (!read.success) throw new IssueError(shapeIssues(read.error, yaml, 'occurrence/population', Populations))
  return read.data.map(({ place, year, persons }) => ({ place: place ?? null, year: year ?? null, persons }))
}

interface Answer {
  readonly title: string
  readonly definition: string
  readonly table: ReturnType<typeof occurrenceTable>
}

const rateText = (rate: Answer['table']['periods'][number]['rate']): string =>
  rate === null ? '' : `${rate.rate.toFixed(1)} (${rate.low.toFixed(1)} to ${rate.high.toFixed(1)})`
const marks = ({ early, unfinished }: { readonly early: boolean; readonly unfinished: boolean }): string =>
  [...(early ? ['early'] : []), ...(unfinished ? ['unfinished'] : [])].join(', ')

const renderers: Readonly<Record<string, (answer: Answer) => string>> = {
  table: ({ title, definition, table }) => {
    const rated = [...table.periods, ...table.places].some((one) => one.rate !== null)
    const head = (name: string, ...rest: readonly string[]) => [name, 'new', ...(rated ? ['of 100,000 a year'] : []), ...rest]
    const right = new Set(rated ? [1, 2] : [1])
    return [
      title,
      `${definition}\n`,
      textTable(
        head('period', ''),
        table.periods.map((one) => [one.period, String(one.persons), ...(rated ? [rateText(one.rate)] : []), marks(one)]),
        right,
      ),
      textTable(
        head('place'),
        table.places.map((one) => [one.place || '(no place)', String(one.persons), ...(rated ? [rateText(one.rate)] : [])]),
        right,
      ),
      `early: within ${table.lookBackDays} days of the first entry; what came before is not known, and who had it already looks new.\n` +
        'Small numbers are shown as they are: for inside the house.\n',
    ].join('\n')
  },
  json: ({ definition, table }) => `${JSON.stringify({ definition, counted: 'pathways', ...table }, null, 2)}\n`,
  csv: ({ table }) => {
    const of = new Map(table.periods.map((one) => [one.period, one]))
    return csvText(
      ['period', 'place', 'new', 'early', 'unfinished'],
      table.cells.map(({ period, place, persons }) => [period, place, persons, of.get(period)?.early, of.get(period)?.unfinished]),
    )
  },
}
