import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Figure, type Grouped, type Grouping, groupings } from '../core/measure/figure.ts'
import { flat, flatColumns, flatHead } from '../core/measure/flat.ts'
import { causeWords, leftOutWords } from '../core/measure/reason-words.ts'
import type { Pack } from '../core/pack/pack.ts'
import { csvText } from '../core/words/csv.ts'
import { dayText, type PeriodKind } from '../core/words/day.ts'
import type { Columns, Value } from '../store/database.ts'
import { openDuckDB } from '../store/duckdb.ts'
import { temporaryFolder } from '../store/temporary.ts'
import type { Io } from './io.ts'
import { findIndicators, openSession, type Session, type SessionOptions, UsageError } from './session.ts'
import { percent, textTable } from './table.ts'

export const periodKinds = ['month', 'tertial', 'quarter', 'year'] as const

export function groupedOf(by: readonly string[] | undefined, period: string): Grouped {
  if (!(periodKinds as readonly string[]).includes(period)) throw new UsageError(`no period "${period}": ${periodKinds.join(', ')}`)
  for (const name of by ?? [])
    if (!(groupings as readonly string[]).includes(name)) throw new UsageError(`cannot group by "${name}": ${groupings.join(', ')}`)
  return { by: new Set((by ?? []) as readonly Grouping[]), period: period as PeriodKind } // both were checked just now
}

export interface MeasureOptions extends SessionOptions {
  readonly pack: string
  readonly indicator?: readonly string[]
  readonly by?: readonly string[]
  readonly period?: string
  readonly format: string
}

/** `varde measure`: the figures of a ledger. */
export async function measure(options: MeasureOptions, io: Io): Promise<void> {
  const grouped = groupedOf(options.by, options.period ?? 'month')
  if (options.period !== undefined && !grouped.by.has('period'))
    throw new UsageError('--period says how long periods are; ask for them with --by period')
  const render = renderers[options.format]
  if (!render) throw new UsageError(`no format "${options.format}": ${Object.keys(renderers).join(', ')}`)
  if (options.format === 'parquet' && io.outIsTerminal)
    throw new UsageError('Parquet is not for a terminal: send it to a file with > figures.parquet')
  const session = await openSession(options.pack, options, io)
  try {
    const figures = await session.engine.figures(findIndicators(session.pack, options.indicator), session.asking, grouped)
    io.out(await render(session, figures))
  } finally {
    await session.close()
  }
}

const renderers: Readonly<Record<string, (session: Session, figures: readonly Figure[]) => string | Promise<string | Uint8Array>>> = {
  table: (session, figures) => `${titleOf(session)}\n${figureTable(figures)}${legendOf(session.pack, figures)}`,
  json: (session, figures) => `${JSON.stringify(answerOf(session, figures), null, 2)}\n`,
  csv: (_, figures) => csvText(flatHead, figures.map(flat)),
  parquet: (_, figures) => parquetOf(figures),
}

export const answerOf = ({ pack, asking, engine, ledger }: Session, figures: readonly Figure[]) => ({
  pack: { id: pack.id, version: pack.version },
  asOf: dayText(asking.asOf),
  engine: engine.name,
  entries: ledger.entries,
  skipped: ledger.skipped,
  figures,
})

const counts = (record: Readonly<Record<string, number | undefined>>) =>
  Object.entries(record)
    .map(([why, n]) => `${why} ${n}`)
    .join(', ')

export function titleOf({ pack, asking, ledger }: Pick<Session, 'pack' | 'asking' | 'ledger'>): string {
  return `${pack.title}, version ${pack.version}. As known on ${dayText(asking.asOf)}. ${ledger.entries} entries${ledger.skipped > 0 ? `, ${ledger.skipped} bad rows left out` : ''}.\n`
}

/** Figures for people: counts with their base and what they could be; under each, what fell short and what was left out. */
export function figureTable(figures: readonly Figure[]): string {
  const head = ['indicator', 'place', 'period', 'variant', 'within', 'share', 'could be', 'median', '90th', 'coded in time']
  const known = figures.filter((f) => f.unknown === undefined)
  const used = head.map((name) => !(groupings as readonly string[]).includes(name) || known.some((f) => f[name as Grouping] !== null))
  const only = (cells: readonly string[]) => cells.filter((_, i) => used[i])
  const right = new Set(only(head).flatMap((name, i) => (['within', 'share', 'median', '90th', 'coded in time'].includes(name) ? [i] : [])))
  const [top = '', rule = '', ...lines] = textTable(
    only(head),
    known.map((f) => only(knownCells(f))),
    right,
  )
    .trimEnd()
    .split('\n')
  const table = known.length === 0 ? '' : `${[top, rule, ...lines.flatMap((line, i) => [line, ...details(known[i]!)])].join('\n')}\n`
  const notes = figures.filter((f) => f.unknown !== undefined).map((f) => `${f.indicator} is not computed: ${f.unknown}\n`)
  return [table, ...notes].filter(Boolean).join('\n')
}

/** What the table's words mean: the questions asked, and only the reasons that occur. */
export function legendOf(pack: Pack, figures: readonly Figure[]): string {
  const unit = { day: 'days', 'working-day': 'working days', minute: 'minutes' }
  const asked = pack.indicators
    .filter((i) => figures.some((f) => f.indicator === i.id && f.unknown === undefined))
    .map(
      (i) =>
        [
          i.id,
          `${i.question} Counted: ${i.denominator}.${i.within ? ` Median and 90th percentile in ${unit[i.within.unit]}.` : ''}`,
        ] as const,
    )
  const occurring = (of: (f: Figure) => object) => new Set(figures.flatMap((f) => Object.keys(of(f))))
  const [short, out] = [occurring((f) => f.fellShort), occurring((f) => f.leftOut)]
  const words = [
    ...Object.entries(causeWords).filter(([word]) => short.has(word)),
    ...Object.entries(leftOutWords).filter(([word]) => out.has(word)),
    ['could be', 'the share if all that is not known had gone against, or for'],
    ['coded in time', 'of those counted, all that the verdict rests on was recorded within the duty the pack sets'],
  ] as const
  const width = Math.max(...[...asked, ...words].map(([word]) => word.length))
  const line = ([word, text]: readonly [string, string]) => `  ${word.padEnd(width)}  ${text}`
  return `\n${[...asked, ...words].map(line).join('\n')}\n  docs/meaning.md says it all.\n`
}

const details = (f: Figure): readonly string[] => [
  ...(Object.keys(f.fellShort).length > 0 ? [`    fell short: ${counts(f.fellShort)}`] : []),
  ...(Object.keys(f.leftOut).length > 0 ? [`    left out: ${counts(f.leftOut)}`] : []),
]

const one = (n: number | null): string => (n === null ? '' : String(Math.round(n * 10) / 10))
const knownCells = (f: Figure): readonly string[] => [
  f.indicator,
  f.place === '' ? '(no place)' : (f.place ?? ''),
  f.period ?? '',
  f.variant ?? '',
  `${f.numerator} of ${f.denominator}`,
  percent(f.share, f.denominator),
  f.low === null || f.high === null ? '' : `${percent(f.low, f.denominator)} to ${percent(f.high, f.denominator)}`,
  one(f.median),
  one(f.p90),
  f.coding.realTime === null ? 'no duty set' : `${f.coding.realTime} of ${f.denominator}`,
]

async function parquetOf(figures: readonly Figure[]): Promise<Uint8Array> {
  const folder = await temporaryFolder('figures')
  const db = await openDuckDB({ threads: 1 })
  try {
    const columns: Columns = flatColumns.map(([name]) => [name, 'TEXT'] as const)
    await db.run(`CREATE TABLE figure (${columns.map(([name]) => `${name} TEXT`).join(', ')})`)
    await db.load(
      'figure',
      columns,
      figures.map((f) => flat(f).map((v): Value => (v === null ? null : String(v)))),
    )
    const typed = flatColumns.map(([name, type]) => (type === 'text' ? name : `CAST(${name} AS DOUBLE) AS ${name}`))
    const file = path.join(folder.path, 'figures.parquet')
    await db.run(`COPY (SELECT ${typed.join(', ')} FROM figure) TO '${file.replaceAll("'", "''")}' (FORMAT parquet)`)
    return await readFile(file)
  } finally {
    await db.close()
    await folder.remove()
  }
}
