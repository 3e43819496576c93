import { steps, type Telling } from '../../core/extract/coarsen.ts'
import type { Cell, Column } from '../../core/extract/columns.ts'
import type { ExtractText } from '../../core/extract/description.ts'
import type { Extract } from '../../core/extract/extract.ts'
import type { Pack } from '../../core/pack/pack.ts'
import { csvText } from '../../core/words/csv.ts'
import { parquetOf } from '../../store/parquet-tables.ts'
import { plainJson, sha256 } from '../release/bundle.ts'

/** An extract as the files of a folder: the rows twice, their dictionary, where they come from, and the hashes of all. */

export interface Sources {
  readonly extract: Extract
  readonly asked: ExtractText
  readonly pack: Pack
  /** What the data were: files by what is in them, or ledgers by how far each had come. */
  readonly data: readonly Readonly<Record<string, unknown>>[]
  /** persons: the patients of each ledger. pathways: files do not know whose they are. */
  readonly counted: 'persons' | 'pathways'
  readonly tellings: ReadonlySet<Telling>
  readonly varde: string
}

export interface Files {
  readonly files: ReadonlyMap<string, string | Uint8Array>
  /** Hash of the manifest: what the log of each ledger holds. */
  readonly manifest: string
}

/** Said to whoever opens the folder: what was done does less than it seems to. */
export const notPromised = [
  'Pseudonymised is not anonymous. Whoever knows enough of somebody may find them here: keep it as you keep patients’ records.',
  'What tells people apart was guarded (place, variant, when the pathway began, age group). Milestones, lengths, codes and their order, put together, were not.',
  'Somebody with several pathways is guarded in each, and not in all of them together.',
  'If everybody who shares a combination has the same of something, then that is known of each of them.',
] as const

const typeOf = (column: Column, { dates }: ExtractText): Column['type'] =>
  column.type !== 'date' ? column.type : dates.as === 'days' ? 'number' : dates.as === 'exact' ? 'date' : 'text'
const datatypes = { text: 'string', number: 'integer', date: 'date' } as const

/** Days are whole numbers until they are written. */
const datesSay: { readonly [D in ExtractText['dates']['as']]: string } = {
  month: 'As the month; as quarter, year or nothing in rows whose start was made coarser.',
  days: 'As days since the pathway began.',
  exact: 'As the day; empty in rows whose start was made coarser.',
}

/** A count that might itself tell of few. */
const fewOr = (n: number, fewest: number): number | string => (n < fewest ? `fewer than ${fewest}` : n)

export async function extractFiles(sources: Sources): Promise<Files> {
  const { extract, asked } = sources
  const { columns, rows } = extract
  const dated = (cell: Cell, column: Column): Cell =>
    typeOf(column, asked) === 'date' && typeof cell === 'number' ? new Date(cell * 86_400_000).toISOString().slice(0, 10) : cell
  const written = rows.map((row) => row.map((cell, i) => dated(cell, columns[i]!)))
  const [parquet] = await parquetOf([
    { columns: columns.map((column) => ({ name: column.name, type: datatypes[typeOf(column, asked)] })), rows: written },
  ])
  const files = new Map<string, string | Uint8Array>([
    [
      'rows.csv',
      csvText(
        columns.map((column) => column.name),
        written,
      ),
    ],
    ['rows.csv-metadata.json', dictionary(sources)],
    ['rows.parquet', parquet!],
    ['lineage.json', lineage(sources)],
    ['pack.json', plainJson(sources.pack.text)],
  ])
  const manifest = plainJson({
    extract: asked.id,
    files: [...files].map(([path, content]) => ({ path, sha256: sha256(content), bytes: Buffer.byteLength(content) })),
  })
  return { files: new Map([['manifest.json', manifest], ...files]), manifest: sha256(manifest) }
}

/** The dictionary of `rows.csv`, as https://www.w3.org/TR/tabular-metadata/ has it. */
function dictionary({ extract, asked }: Sources): string {
  return plainJson({
    '@context': ['http://www.w3.org/ns/csvw', { '@language': 'en' }],
    url: 'rows.csv',
    'dc:title': asked.title,
    'dc:description': `${asked.purpose} One row ${asked.rows === 'pathway' ? 'a pathway' : 'an entry that counts'}. ${notPromised[0]}`,
    dialect: { encoding: 'utf-8', header: true, delimiter: ',', quoteChar: '"', lineTerminators: ['\r\n'] },
    tableSchema: {
      columns: extract.columns.map((column) => ({
        name: column.name,
        titles: column.name,
        datatype: datatypes[typeOf(column, asked)],
        null: '',
        'dc:description': column.type === 'date' ? `${column.says} ${datesSay[asked.dates.as]}` : column.says,
        'dc:source': column.source,
        'skos:note': `Asked for because: ${column.because}`,
      })),
    },
  })
}

function lineage({ extract, asked, pack, data, counted, tellings, varde }: Sources): string {
  const { data: _where, pack: _folder, ...description } = asked // where it lay on somebody's disk is nobody's business
  return plainJson({
    description,
    varde,
    pack: {
      id: pack.id,
      version: pack.version,
      title: pack.title,
      sha256: sha256(plainJson(pack.text)),
      invented: pack.text.pack.invented === true,
    },
    data,
    counted,
    persons: extract.persons,
    pathways: extract.pathways,
    rows: extract.rows.length,
    pseudonyms: 'HMAC-SHA-256 under a key of this extract alone, the first 32 hexadecimal digits',
    guarded: {
      fewest: asked.fewest,
      columns: [...tellings],
      rule: steps.filter((step) => tellings.has(step.of)).map((step) => step.says),
      done: extract.done.map(({ says, persons }) => ({ says, [counted]: fewOr(persons, asked.fewest) })),
    },
    notPromised,
  })
}

/** The same of each step, for the one who runs it. */
export const doneLines = ({ extract, asked, counted }: Pick<Sources, 'extract' | 'asked' | 'counted'>): readonly string[] =>
  extract.done.map(({ says, persons }) => `${says}: ${fewOr(persons, asked.fewest)} ${counted}`)
