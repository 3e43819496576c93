import path from 'node:path'
import type { ArrivingEntry, Entry, Standing } from '../core/ledger/entry.ts'
import { standings } from '../core/ledger/entry.ts'
import type { Pack } from '../core/pack/pack.ts'
import { type Day, readDay } from '../core/words/day.ts'
import type { Instant } from '../core/words/instant.ts'
import type { Issue } from '../core/words/issue.ts'
import { fail, ok, type Result } from '../core/words/result.ts'
import { didYouMean, shortened } from '../core/words/yaml.ts'
import { quoteName, quoteText } from '../sql/name.ts'
import type { Row, Value } from '../store/database.ts'
import type { DuckDatabase } from '../store/duckdb.ts'
import { entryColumns } from '../store/measuring.ts'
import { literalPath } from '../store/parquet-rows.ts'
import type { Mapping } from './mapping.ts'
import { readEntries } from './read-entries.ts'

export interface LedgerOptions {
  readonly files: readonly string[]
  readonly mapping?: Mapping
  /** Go on without bad rows; how many there were is in the answer. */
  readonly skipBad: boolean
  readonly onProgress?: (done: number, total: number) => void
}

/**
 * A ledger ready to be measured: the relation `entry` in the database. And `entry_profile`: its rows, but perhaps also those
 * that only withdraw others, with `superseded` of the entry that corrects rather than of the corrected. It says how wide
 * numbers must be, and can be read without looking corrections up.
 */
export interface OpenLedger {
  readonly entries: number
  readonly skipped: number
  /** What was wrong with skipped rows; the first of them. */
  readonly issues: readonly Issue[]
  /** Last day on which anything was recorded: "as known on" unless another day is asked for. */
  readonly lastRecorded: Day
}

/** Enough to see what is wrong with a file; the rest is counted. */
const issuesKept = 200

/**
 * Reads files into the relation `entry`. Parquet with our own columns is measured where it lies, everything else is read
 * row by row into a table. Entries are numbered in order of recording, ties in order of arrival.
 */
export async function openLedger(db: DuckDatabase, pack: Pack, options: LedgerOptions): Promise<Result<OpenLedger>> {
  await db.run('DROP VIEW IF EXISTS entry_profile; DROP VIEW IF EXISTS entry; DROP TABLE IF EXISTS entry_table')
  const native = options.mapping ? undefined : await nativeFiles(db, options.files)
  const found = native ? await openNative(db, pack, options, native) : await readInto(db, pack, options)
  if (found.issues.length > 0 && !(options.skipBad && found.readable)) return fail(...found.issues, ...counted(found))
  const [row = {}] = await db.rows(`SELECT COUNT(*) AS n, MAX(recorded) AS last FROM ${found.counted}`)
  if (Number(row['n']) === 0)
    return fail(...found.issues, { code: 'entries/empty', path: [], message: `${options.files.join(', ')}: no entries` })
  return ok({
    entries: Number(row['n']),
    skipped: found.bad,
    issues: found.issues,
    lastRecorded: readDay(String(row['last'] ?? '')) ?? (0 as Day),
  })
}

interface Found {
  readonly issues: readonly Issue[]
  readonly bad: number
  readonly readable: boolean
  /** SQL of as many rows as `entry` has, and as late ones. */
  readonly counted: string
}

function counted({ issues, bad }: Found): readonly Issue[] {
  return bad > issues.length
    ? [
        {
          code: 'entries/format',
          path: [],
          message: `and ${bad - issues.length} more bad rows; mend them, or go on without them with --skip-bad`,
        },
      ]
    : []
}

/** Whole-file faults: nothing more can be read there, so there is nothing to go on with. */
const fatal: readonly string[] = ['entries/unreadable', 'entries/empty', 'entries/no-column']

async function readInto(db: DuckDatabase, pack: Pack, options: LedgerOptions): Promise<Found> {
  const columns = [
    ...entryColumns.filter(([name]) => name !== 'superseded' && name !== 'seq'),
    ['corrects', 'TEXT'],
    ['withdraws', 'TEXT'],
    ['arrival', 'BIGINT'],
  ] as const
  await db.run(
    `DROP TABLE IF EXISTS arriving; CREATE TABLE arriving (${columns.map(([name, type]) => `${quoteName(name)} ${type}`).join(', ')})`,
  )
  const issues: Issue[] = []
  let bad = 0
  let readable = true
  async function* rows(): AsyncGenerator<readonly Value[]> {
    let arrival = 0
    for await (const batch of readEntries({
      files: options.files,
      ...(options.mapping ? { mapping: options.mapping } : {}),
      zone: pack.zone,
      knowsCode: (code) => pack.codesByText.has(code),
    })) {
      bad += new Set(batch.issues.map((issue) => `${issue.at?.file}:${issue.at?.line}`)).size
      issues.push(...batch.issues.slice(0, Math.max(0, issuesKept - issues.length)))
      if (batch.issues.some((issue) => fatal.includes(issue.code))) readable = false
      for (const entry of batch.entries) yield [...entryValues(entry), entry.corrects ?? null, entry.withdraws ?? null, arrival++]
      options.onProgress?.(batch.bytesRead, batch.bytesTotal)
    }
  }
  await db.load('arriving', columns, rows())
  const strange = await strangeVariants(db, pack, 'arriving')
  issues.push(...strange.issues)
  bad += strange.bad
  if (strange.bad > 0) await db.run(`DELETE FROM arriving WHERE ${strange.sql}`)
  const links = await linkIssues(db, 'arriving', 'arrival', { known: ['id', 'corrects', 'withdraws'] })
  issues.push(...links)
  bad += links.length
  await db.run(
    `CREATE TABLE entry_table AS SELECT * FROM (${supersededSql('arriving')}); DROP TABLE arriving; CREATE VIEW entry AS SELECT * FROM entry_table; CREATE VIEW entry_profile AS SELECT * FROM entry_table`,
  )
  return { issues, bad, readable, counted: 'entry' }
}

const entryValues = (entry: ArrivingEntry): readonly Value[] => [
  entry.ledger,
  entry.pathway,
  entry.variant ?? null,
  entry.code,
  entry.occurred,
  entry.occurredAt ?? null,
  entry.recorded,
  entry.recordedAt,
  entry.place ?? null,
  entry.standing,
  entry.value ?? null,
  entry.id ?? null,
  entry.recorder ?? null,
  entry.decider ?? null,
]

/** Since when an entry is corrected or withdrawn, by its id. */
const supersedingSql = (from: string): string => `
  SELECT id, MIN(recorded) AS superseded FROM (
    SELECT corrects AS id, recorded FROM ${from} WHERE corrects IS NOT NULL UNION ALL SELECT withdraws, recorded FROM ${from} WHERE withdraws IS NOT NULL
  ) GROUP BY id`

/** As `arrive` of the core, for whole files: order of recording, and since when an entry is corrected or withdrawn. */
const supersededSql = (from: string): string => `
  SELECT a.* EXCLUDE (corrects, withdraws, arrival), s.superseded, ROW_NUMBER() OVER (ORDER BY a.recorded_at, a.arrival) - 1 AS seq
  FROM ${from} a LEFT JOIN (${supersedingSql(from)}) s ON s.id = a.id
  WHERE a.withdraws IS NULL`

async function linkIssues(
  db: DuckDatabase,
  from: string,
  place: string,
  { known }: { known: readonly string[] },
): Promise<readonly Issue[]> {
  if (!known.includes('id')) return []
  const twice = await db.rows(
    `SELECT id, COUNT(*) AS n FROM ${from} WHERE id IS NOT NULL GROUP BY id HAVING COUNT(*) > 1 ORDER BY id LIMIT 20`,
  )
  const issues: Issue[] = twice.map((row) => ({
    code: 'entries/duplicate-id',
    path: [],
    message: `${row['n']} entries carry the id "${shortened(String(row['id']))}"; an id names one entry`,
  }))
  const columns = ['corrects', 'withdraws'].filter((name) => known.includes(name))
  const [links = {}] = await db.rows(
    `SELECT COUNT(*) AS n FROM (${columns.map((column) => `SELECT ${column} AS id FROM ${from} WHERE ${column} IS NOT NULL`).join(' UNION ALL ')}) a WHERE NOT EXISTS (SELECT 1 FROM ${from} b WHERE b.id = a.id)`,
  )
  for (const column of Number(links['n']) === 0 ? [] : columns) {
    const dangling = await db.rows(
      `SELECT a.${column} AS id, MIN(a.${place}) AS at FROM ${from} a WHERE a.${column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${from} b WHERE b.id = a.${column}) GROUP BY 1 ORDER BY 1 LIMIT 20`,
    )
    for (const row of dangling)
      issues.push({
        code: 'entries/dangling',
        path: [],
        message: `an entry ${column} "${shortened(String(row['id']))}", which is not there`,
      })
  }
  return issues
}

/** Where entries name their variant beside the code, it must be one of the pack's. */
async function strangeVariants(
  db: DuckDatabase,
  pack: Pack,
  from: string,
): Promise<{ issues: readonly Issue[]; bad: number; sql: string }> {
  if (pack.variantFrom === 'code' || pack.variants.length === 0) return { issues: [], bad: 0, sql: 'FALSE' }
  const sql = `variant IS NOT NULL AND variant NOT IN (${pack.variants.map(quoteText).join(', ')})`
  const rows = await db.rows(`SELECT variant, COUNT(*) AS n FROM ${from} WHERE ${sql} GROUP BY variant ORDER BY variant LIMIT 20`)
  const issues = rows.map(
    (row): Issue => ({
      code: 'entries/bad-value',
      path: [],
      message: `${row['n']} entries name the variant "${shortened(String(row['variant']))}", which the pack does not have${didYouMean(String(row['variant']), pack.variants)}`,
    }),
  )
  return { issues, bad: rows.reduce((sum, row) => sum + Number(row['n']), 0), sql }
}

interface NativeFile {
  readonly file: string
  readonly columns: ReadonlyMap<string, string>
  readonly rows: number
  /** The file's own statistics say that every pathway has a text. */
  readonly named: boolean
}

/** Parquet files that hold entries under our own names and types: measured in place. Otherwise undefined. */
async function nativeFiles(db: DuckDatabase, files: readonly string[]): Promise<readonly NativeFile[] | undefined> {
  const out: NativeFile[] = []
  for (const file of files) {
    if (!/\.parquet$/i.test(file)) return undefined
    try {
      const described = await db.rows('DESCRIBE SELECT * FROM read_parquet($1, hive_partitioning = false)', [literalPath(file)])
      const columns = new Map(described.map((row) => [String(row['column_name']), String(row['column_type'])]))
      const [size = {}] = await db.rows('SELECT SUM(num_rows) AS n FROM parquet_file_metadata($1)', [literalPath(file)])
      const typed = { pathway: 'VARCHAR', code: 'VARCHAR', occurred: 'DATE', recorded: 'DATE', recorded_at: 'BIGINT' }
      if (!Object.entries(typed).every(([name, type]) => columns.get(name) === type)) return undefined
      const [least = {}] = await db.rows(
        `SELECT COUNT(*) = COUNT(NULLIF(stats_min_value, '')) AS named FROM parquet_metadata($1) WHERE path_in_schema = 'pathway'`,
        [literalPath(file)],
      )
      out.push({ file, columns, rows: Number(size['n']), named: least['named'] === true })
    } catch {
      return undefined // not Parquet after all: the row reader says what is wrong
    }
  }
  return out
}

async function openNative(db: DuckDatabase, pack: Pack, options: LedgerOptions, files: readonly NativeFile[]): Promise<Found> {
  const linked =
    files.some((f) => f.columns.has('corrects') || f.columns.has('withdraws')) && !files.every((f) => f.columns.has('superseded'))
  let before = 0
  const selects = files.map(({ file, columns, rows }) => {
    const column = (name: string, type: string) =>
      columns.has(name)
        ? columns.get(name) === (type === 'TEXT' ? 'VARCHAR' : type)
          ? quoteName(name)
          : `CAST(${quoteName(name)} AS ${type})`
        : name === 'ledger'
          ? '0'
          : name === 'standing'
            ? `'sure'`
            : `CAST(NULL AS ${type})`
    const known = entryColumns.filter(([name]) => name !== 'seq').map(([name, type]) => `${column(name, type)} AS ${name}`)
    const links = linked ? [`${column('corrects', 'TEXT')} AS corrects`, `${column('withdraws', 'TEXT')} AS withdraws`] : []
    const select = `SELECT ${[...known, ...links].join(', ')}, file_row_number + ${before} AS ${linked ? 'arrival' : 'seq'} FROM read_parquet(${quoteText(literalPath(file))}, file_row_number = true, hive_partitioning = false)`
    before += rows
    return select
  })
  const all = selects.join(' UNION ALL ')
  const view = linked ? 'arriving' : 'entry'
  await db.run(`DROP VIEW IF EXISTS arriving; CREATE VIEW ${view} AS ${all}`)
  const checked = await badRows(db, pack, files, view, linked ? 'arrival' : 'seq')
  const links = linked ? await linkIssues(db, 'arriving', 'arrival', { known: ['id', 'corrects', 'withdraws'] }) : []
  if (before === 0)
    return {
      issues: [{ code: 'entries/empty', path: [], message: `${options.files.join(', ')}: no rows` }],
      bad: 0,
      readable: false,
      counted: 'entry',
    }
  const bad = checked.bad + links.length
  const good = checked.bad > 0 ? `SELECT * FROM ${view} WHERE ${checked.good}` : undefined
  const rows = good ? `(${good})` : view
  const ordered = await inOrder(db, rows)
  const seq = linked ? 'arrival' : 'seq'
  // Few entries are corrected, so what corrects them is a small table, joined to the rows where they lie.
  const columns = linked ? 'a.* EXCLUDE (corrects, withdraws, arrival, superseded), s.superseded' : 'a.* EXCLUDE (seq)'
  const from = linked ? `${rows} a LEFT JOIN superseding s ON s.id = a.id WHERE a.withdraws IS NULL` : `${rows} a`
  if (linked) await db.run(`DROP TABLE IF EXISTS superseding; CREATE TABLE superseding AS ${supersedingSql(rows)}`)
  if (ordered && linked) await db.run(`CREATE VIEW entry AS SELECT ${columns}, a.arrival AS seq FROM ${from}`)
  if (!ordered || (good && !linked)) {
    await db.run(
      `CREATE TABLE entry_table AS SELECT ${columns}, ROW_NUMBER() OVER (ORDER BY a.recorded_at, a.${seq}) - 1 AS seq FROM ${from}`,
    )
    await db.run('DROP VIEW IF EXISTS entry; CREATE VIEW entry AS SELECT * FROM entry_table')
  }
  const inPlace = ordered && linked
  const corrected = 'CASE WHEN corrects IS NOT NULL OR withdraws IS NOT NULL THEN recorded END AS superseded, arrival AS seq'
  await db.run(
    `CREATE VIEW entry_profile AS SELECT ${inPlace ? `* EXCLUDE (corrects, withdraws, arrival, superseded), ${corrected} FROM ${rows}` : '* FROM entry'}`,
  )
  const counted = inPlace ? `${rows} r WHERE withdraws IS NULL` : 'entry'
  return { issues: [...checked.issues, ...links], bad, readable: true, counted }
}

/** Rows lie in order of recording. A window without an order streams over the rows as they lie. */
async function inOrder(db: DuckDatabase, rows: string): Promise<boolean> {
  const [row = {}] = await db.rows(
    `SELECT COUNT(*) AS n FROM (SELECT recorded_at, LAG(recorded_at) OVER () AS before FROM ${rows} r) WHERE recorded_at < before`,
  )
  return Number(row['n']) === 0
}

async function badRows(
  db: DuckDatabase,
  pack: Pack,
  files: readonly NativeFile[],
  view: string,
  seq: string,
): Promise<{ issues: readonly Issue[]; bad: number; good: string }> {
  await db.run('DROP TABLE IF EXISTS known_code; CREATE TABLE known_code (code TEXT)')
  await db.load(
    'known_code',
    [['code', 'TEXT']],
    [...pack.codesByText.keys()].map((code) => [code]),
  )
  const counted = async (sql: string): Promise<number> =>
    Number((await db.rows(`SELECT COUNT(*) AS n FROM ${view} WHERE ${sql}`))[0]?.['n'])
  // Parquet keeps the texts of a column as a list and places in it: adding up by text reads the list, a condition every row.
  const texts = async (column: 'standing' | 'code', wrong: (text: unknown) => boolean, where = 'TRUE'): Promise<number> =>
    (await db.rows(`SELECT ${column} AS text, COUNT(*) AS n FROM ${view} WHERE ${where} GROUP BY ${column}`))
      .filter((row) => wrong(row['text']))
      .reduce((sum, row) => sum + Number(row['n']), 0)
  const unknownCode = (code: unknown) => code === null || !pack.codesByText.has(String(code))
  // One condition a query: what the statistics of a Parquet file already answer is then not read at all.
  const faults: readonly (readonly [sql: string, code: Issue['code'], message: string, count: () => Promise<number>])[] = (
    [
      [
        `pathway IS NULL OR pathway = ''`,
        'entries/missing',
        'no pathway',
        () => counted(files.every((file) => file.named) ? 'pathway IS NULL' : `pathway IS NULL OR pathway = ''`),
      ],
      [`occurred IS NULL OR recorded IS NULL OR recorded_at IS NULL`, 'entries/missing', 'no day on which it occurred, or was recorded'],
      [
        `occurred < DATE '1900-01-01' OR occurred > DATE '2199-12-31' OR recorded < DATE '1900-01-01' OR recorded > DATE '2199-12-31'`,
        'entries/out-of-range',
        'a day before 1900 or after 2199',
      ],
      [
        `standing NOT IN (${standings.map(quoteText).join(', ')})`,
        'entries/bad-value',
        `standing is one of ${standings.join(', ')}`,
        () => texts('standing', (text) => text !== null && !(standings as readonly unknown[]).includes(text)),
      ],
      [
        `(code IS NULL OR code NOT IN (SELECT code FROM known_code))${view === 'arriving' ? ' AND withdraws IS NULL' : ''}`,
        'entries/unknown-code',
        'the pack has no such code',
        () => texts('code', unknownCode, view === 'arriving' ? 'withdraws IS NULL' : 'TRUE'),
      ],
    ] as const
  ).map(([sql, code, message, count]) => [sql, code, message, count ?? (() => counted(sql))])
  const issues: Issue[] = []
  let bad = 0
  for (const [sql, code, message, faulty] of faults) {
    const count = await faulty()
    if (count === 0) continue
    bad += count
    for (const row of await db.rows(`SELECT ${seq} AS seq, code FROM ${view} WHERE ${sql} ORDER BY ${seq} LIMIT 40`)) {
      const { file, line } = placeOf(files, Number(row['seq']))
      issues.push({
        code,
        path: [],
        message: code === 'entries/unknown-code' && row['code'] ? `${message}: "${shortened(String(row['code']))}"` : message,
        at: { file, line, column: 1 },
      })
    }
  }
  return { issues, bad, good: faults.map(([sql]) => `NOT COALESCE((${sql}), FALSE)`).join(' AND ') }
}

function placeOf(files: readonly NativeFile[], seq: number): { file: string; line: number } {
  let rest = seq
  for (const { file, rows } of files) {
    if (rest < rows) return { file, line: rest + 1 }
    rest -= rows
  }
  return { file: path.basename(files.at(-1)?.file ?? ''), line: rest + 1 }
}

/** Entries of the relation `entry`: all, or those of some pathways. */
export async function* listEntries(db: DuckDatabase, pathways?: readonly string[]): AsyncGenerator<Entry> {
  const names = entryColumns.map(([name]) => name).join(', ')
  if (pathways) {
    await db.run('DROP TABLE IF EXISTS wanted; CREATE TABLE wanted (pathway TEXT)')
    await db.load(
      'wanted',
      [['pathway', 'TEXT']],
      pathways.map((id) => [id]),
    )
  }
  const where = pathways ? ' WHERE pathway IN (SELECT pathway FROM wanted)' : ''
  for await (const rows of db.chunks(`SELECT ${names} FROM entry${where} ORDER BY seq`)) for (const row of rows) yield entryOf(row)
}

/** All entries of one pathway after another, each in order of recording: so that no more than one pathway has to be held. */
export async function* entriesByPathway(db: DuckDatabase): AsyncGenerator<readonly Entry[]> {
  const names = entryColumns.map(([name]) => name).join(', ')
  let own: Entry[] = []
  for await (const rows of db.chunks(`SELECT ${names} FROM entry ORDER BY ledger, pathway, seq`))
    for (const row of rows) {
      const entry = entryOf(row)
      if (own[0] && (own[0].pathway !== entry.pathway || own[0].ledger !== entry.ledger)) {
        yield own
        own = []
      }
      own.push(entry)
    }
  if (own.length > 0) yield own
}

function entryOf(row: Row): Entry {
  const text = (key: string, as: string) => (row[key] === null || row[key] === undefined ? {} : { [as]: String(row[key]) })
  const number = (key: string, as: string) => (row[key] === null || row[key] === undefined ? {} : { [as]: Number(row[key]) })
  return {
    seq: Number(row['seq']),
    ...text('id', 'id'),
    ledger: Number(row['ledger']),
    pathway: String(row['pathway']),
    ...text('variant', 'variant'),
    code: String(row['code']),
    occurred: readDay(String(row['occurred']))!, // both were checked when the file was opened
    ...number('occurred_at', 'occurredAt'),
    recorded: readDay(String(row['recorded']))!,
    recordedAt: Number(row['recorded_at']) as Instant,
    ...(row['superseded'] ? { superseded: readDay(String(row['superseded']))! } : {}),
    ...text('place', 'place'),
    standing: String(row['standing'] ?? 'sure') as Standing, // checked when the file was opened
    ...number('value', 'value'),
    ...text('recorder', 'recorder'),
    ...text('decider', 'decider'),
  }
}

/** Rows of `entry`, for another database to load. */
export async function* entryRows(db: DuckDatabase): AsyncGenerator<readonly Value[]> {
  const names = entryColumns.map(([name]) => name)
  for await (const rows of db.chunks(`SELECT ${names.join(', ')} FROM entry`))
    for (const row of rows) yield names.map((name) => row[name] as Value)
}
