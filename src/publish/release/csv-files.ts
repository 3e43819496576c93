import { csvText } from '../../core/words/csv.ts'
import type { PlainTable } from '../../store/parquet-tables.ts'
import { type Head, plainJson, type Table } from './bundle.ts'
import { type Split, splits } from './counts.ts'
import { indicatorOf, partName, profileWords, type Row, rangeOf, scopeOf, shareOf, splitsIn, splitWords, titleOf } from './table-words.ts'

/** Tables as rows and columns: CSV, each with a dictionary of its columns (W3C's CSV on the Web), and what a Parquet file is made of. */

interface Column {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number'
  readonly says: string
  readonly of: (head: Head, row: Row) => string | number | null
}

const parts: Readonly<Record<Table['by'][number], Column>> = {
  place: { name: 'place', type: 'string', says: 'The place; empty: every place together.', of: (head, row) => part(head, row, 'place') },
  period: { name: 'period', type: 'string', says: 'The period; empty: all months together.', of: (head, row) => part(head, row, 'period') },
  variant: {
    name: 'variant',
    type: 'string',
    says: 'The kind of pathway; empty: every kind together.',
    of: (head, row) => part(head, row, 'variant'),
  },
}
const part = (head: Head, row: Row, name: Table['by'][number]): string | null => (row[name] === null ? null : partName(head, row, name))

const notes = (row: Row): string => {
  const share = shareOf(row)
  const hidden = [row.counted, row.met, row.missed, row.leftOut, ...Object.values(row.split ?? {})].includes(null)
  return [...(hidden ? ['hidden'] : []), ...(share === 'nothing-counted' ? ['nothing-counted'] : [])].join(' ')
}

const note: Column = {
  name: 'note',
  type: 'string',
  says: 'hidden: something in this row is not shown, to protect those counted. nothing-counted: nobody is counted, so there is no share.',
  of: (_, row) => notes(row),
}

const counts: readonly Column[] = [
  { name: 'counted', type: 'integer', says: 'Pathways counted; empty: not shown.', of: (_, row) => row.counted },
  {
    name: 'met',
    type: 'integer',
    says: 'Of those, pathways within the limit, or with what is asked for; empty: not shown.',
    of: (_, row) => row.met,
  },
  { name: 'missed', type: 'integer', says: 'Of those, pathways that fell short; empty: not shown.', of: (_, row) => row.missed },
  {
    name: 'share',
    type: 'number',
    says: 'Met divided by counted, from the numbers as they are shown; empty: not shown, or nothing counted.',
    of: (_, row) => {
      const share = shareOf(row)
      return typeof share === 'number' ? rounded(share) : null
    },
  },
  {
    name: 'left_out',
    type: 'integer',
    says: 'Pathways that could not be counted, for whatever reason; empty: not shown.',
    of: (_, row) => row.leftOut,
  },
]

const rounded = (share: number): number => Math.round(share * 10_000) / 10_000
const end = (name: 'low' | 'high', says: string): Column => ({
  name,
  type: 'number',
  says: `${says}, from the numbers as they are shown; empty: not shown, or nothing counted.`,
  of: (_, row) => {
    const range = rangeOf(row)
    return typeof range === 'object' ? rounded(range[name]) : null
  },
})

/** Why: of a table that asks. */
const whyOf = (table: Table): readonly Column[] => {
  const told = splitsIn(table)
  if (told.length === 0) return []
  return [
    end('low', 'The share, if all that is not known and all that is past the limit fell short'),
    end('high', 'The share, if all that is not known, and all that is past the limit and not coded, was within'),
    ...told.map(
      (name): Column => ({
        name: name.replaceAll('-', '_'),
        type: 'integer',
        says: `${splitOf[name]}: ${splitWords[name]}; empty: not shown.`,
        of: (_, row) => row.split?.[name] ?? null,
      }),
    ),
  ]
}
const whole = { counted: 'Of those counted', missed: 'Of those that fell short', leftOut: 'Of those left out' } as const
const splitOf = Object.fromEntries(
  (['counted', 'missed', 'leftOut'] as const).flatMap((measure) => splits[measure].map((name) => [name, whole[measure]])),
) as Readonly<Record<Split, string>> // one of each

const columnsOf = (table: Table): readonly Column[] => [...table.by.map((name) => parts[name]), ...counts, ...whyOf(table), note]

/** The table of every file that has one. */
export const plainTable = (head: Head, table: Table): PlainTable => {
  const columns = columnsOf(table)
  return { columns, rows: table.rows.map((row) => columns.map((column) => column.of(head, row))) }
}

export const tableCsv = ({ columns, rows }: PlainTable): string =>
  csvText(
    columns.map((column) => column.name),
    rows,
  )

/** The dictionary of `file`, as https://www.w3.org/TR/tabular-metadata/ has it. */
export const tableDictionary = (head: Head, table: Table, file: string): string =>
  plainJson({
    '@context': ['http://www.w3.org/ns/csvw', { '@language': 'en' }],
    url: file,
    'dc:title': titleOf(head, table),
    'dc:description': `${indicatorOf(head, table).question} ${scopeOf(head)}. ${profileWords(head)}`,
    'dc:publisher': head.publisher,
    'dc:issued': head.embargo,
    dialect: { encoding: 'utf-8', header: true, delimiter: ',', quoteChar: '"', lineTerminators: ['\r\n'] },
    tableSchema: {
      columns: columnsOf(table).map(({ name, type, says }) => ({ name, titles: name, datatype: type, null: '', 'dc:description': says })),
    },
  })
