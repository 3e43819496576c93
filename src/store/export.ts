import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Client, Submittable } from 'pg'
// @ts-expect-error: the package ships no types; the one function used is typed below.
import { to } from 'pg-copy-streams'
import { z } from 'zod'
import type { IssueCode } from '../core/words/issue.ts'
import { IssueError } from '../core/words/result.ts'
import { type Checkpoint, checkpointOf, type SigningKey } from './checkpoints.ts'
import { installPacks, type PackToInstall, rebuildKept } from './install-packs.ts'
import { connectClient } from './postgres.ts'
import { replay, tablesOf, takeReplayed } from './projection.ts'
import { chainProblems } from './verify.ts'
import { syncFolder, writeWhole } from './whole-file.ts'

const copyTo: (sql: string) => NodeJS.ReadableStream & Submittable = to

/** The format of exports. A later one gets the next number; an import takes its own and all before it. */
export const exportFormat = 1

const File = z.strictObject({ name: z.string().regex(/^[a-z_]+\.(ndjson|jsonl|pem)$/), sha256: z.string(), bytes: z.int(), lines: z.int() })
const Head = z.strictObject({
  ledger: z.int(),
  chain: z.enum(['act', 'look']),
  seq: z.int(),
  hash: z.string(),
  at: z.string(),
  pathways: z.int(),
  zone: z.string(),
})
/** What stands in an export: enough to see that it is whole before anything of it is used. */
const Manifest = z.strictObject({
  format: z.int(),
  varde: z.string(),
  madeAt: z.string(),
  packs: z.array(z.strictObject({ pack: z.int(), id: z.string(), version: z.string(), digest: z.string() })),
  heads: z.array(Head),
  files: z.array(File),
})
export type Manifest = z.infer<typeof Manifest>

export interface Exporting {
  readonly ownerUrl: string
  /** A folder that is not there yet; it appears when it is whole. */
  readonly out: string
  readonly version: string
  readonly now: () => Date
  /** Signs the heads of the export, which then go with it. */
  readonly key?: SigningKey
  readonly onProgress?: (done: number, total: number) => void
}

export interface Exported {
  readonly manifest: Manifest
  /** The heads, signed: for the file outside. */
  readonly checkpoints: readonly Checkpoint[]
}

/**
 * Everything of an installation as files: the log, row by row as it was hashed, and what cannot be made again from it. One moment of the database, beside
 * a running service; a row at a time is held in memory.
 */
export async function exportDatabase({ ownerUrl, out, version, now, key, onProgress = () => {} }: Exporting): Promise<Exported> {
  if ((await readdir(out).catch(() => [])).length > 0)
    throw issue('store/not-empty', `The folder ${out} holds something already: name another.`)
  const client = await connectClient(ownerUrl)
  const made = `${out}.new-${process.pid}`
  try {
    await rm(made, { recursive: true, force: true })
    await mkdir(made, { recursive: true, mode: 0o700 })
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL ROLE varde_owner; SET LOCAL search_path = varde')
    const heads = (
      await client.query(
        `SELECT ledger, chain, seq, encode(hash, 'hex') AS hash, ${instant('at')} AS at, pathways, zone FROM log_head ORDER BY 1, 2`,
      )
    ).rows as Manifest['heads'] // columns are named as the fields are
    const packs = (await client.query('SELECT pack, id, version, digest FROM pack ORDER BY pack')).rows as Manifest['packs'] // likewise
    const total = heads.reduce((sum, head) => sum + Number(head.seq), 0)
    const files = [
      await copyLines(client, 'SELECT log_line(l) FROM log l ORDER BY ledger, chain, seq', join(made, 'log.ndjson'), (done) =>
        onProgress(done, total),
      ),
    ]
    for (const table of tablesOf('carried'))
      files.push(await copyLines(client, `SELECT row_to_json(t)::text FROM ${table} t`, join(made, `${table}.ndjson`)))
    const madeAt = now()
    const checkpoints = key ? heads.filter((head) => head.seq > 0).map((head) => checkpointOf(key, head, madeAt)) : []
    if (key) {
      files.push(await writeFile(join(made, 'checkpoints.jsonl'), checkpoints.map((c) => `${JSON.stringify(c)}\n`).join('')))
      files.push(await writeFile(join(made, 'checkpoint_key.pem'), key.publicPem))
    }
    const manifest: Manifest = { format: exportFormat, varde: version, madeAt: madeAt.toISOString(), packs, heads, files }
    await writeWhole(join(made, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`)
    await syncFolder(made)
    await rm(out, { recursive: true, force: true }) // empty, as seen above
    await rename(made, out)
    await syncFolder(dirname(out))
    return { manifest, checkpoints }
  } finally {
    await client.query('ROLLBACK').catch(() => {})
    await client.end()
    await rm(made, { recursive: true, force: true })
  }
}

const instant = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

const issue = (code: IssueCode, message: string): IssueError => new IssueError([{ code, path: [], message }])

/** JSON has no raw control characters: with two of them for quote and delimiter, each line comes as it is. */
const asItIs = String.raw`WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')`

async function copyLines(client: Client, select: string, file: string, onLines: (done: number) => void = () => {}) {
  const sum = createHash('sha256')
  let [bytes, lines] = [0, 0]
  const counting = new Transform({
    transform(chunk: Buffer, _, done) {
      sum.update(chunk)
      bytes += chunk.length
      for (const byte of chunk) if (byte === 10) lines++
      onLines(lines)
      done(null, chunk)
    },
  })
  const copy = client.query(copyTo(`COPY (${select}) TO STDOUT ${asItIs}`))
  await pipeline(copy, counting, createWriteStream(file, { mode: 0o600, flush: true }))
  return { name: basename(file), sha256: sum.digest('hex'), bytes, lines }
}

async function writeFile(file: string, text: string): Promise<z.infer<typeof File>> {
  await writeWhole(file, text)
  const bytes = Buffer.from(text)
  return {
    name: basename(file),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    lines: text.split('\n').length - 1,
  }
}

/** The list of an export, with every file of it whole. Issues: `export/unreadable`, `store/newer`. */
export async function readExport(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => undefined)
  if (text === undefined) throw issue('export/unreadable', `The folder ${folder} is no export: it has no manifest.json.`)
  const format = parsed(text, z.looseObject({ format: z.int() }))?.format
  if (format !== undefined && format > exportFormat)
    throw issue(
      'store/newer',
      `This export was made by a newer Varde (format ${format}; this one knows ${exportFormat}). Import it with that version.`,
    )
  const manifest = parsed(text, Manifest)
  if (!manifest) throw issue('export/unreadable', `The list of the export (manifest.json) was changed, or is none.`)
  for (const wanted of manifest.files) {
    const sum = createHash('sha256')
    let bytes = 0
    try {
      for await (const chunk of createReadStream(join(folder, wanted.name))) {
        sum.update(chunk)
        bytes += chunk.length
      }
    } catch {
      throw issue('export/unreadable', `The export has no file ${wanted.name}, or it cannot be read.`)
    }
    if (bytes !== wanted.bytes || sum.digest('hex') !== wanted.sha256)
      throw issue('export/unreadable', `The file ${wanted.name} of the export is cut or was changed: take another copy of it.`)
  }
  return manifest
}

function parsed<T>(text: string, shape: z.ZodType<T>): T | undefined {
  try {
    return shape.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

export interface Importing {
  /** A database that was migrated and holds nothing. */
  readonly ownerUrl: string
  readonly folder: string
  readonly packs: readonly PackToInstall[]
  readonly onProgress?: (what: string, done: number, total: number) => void
}

export interface Imported {
  readonly manifest: Manifest
  /** What is otherwise than where it came from, in sentences. */
  readonly notes: readonly string[]
}

const batch = 1_000

/**
 * Takes an export into an empty database: rows of the log as they were, with their hashes; then every act is done again. All of it, or, on an error,
 * nothing. Throws an IssueError: `store/not-empty`, `export/unreadable`, `store/newer`, `ledger/pack-missing`, `verify/broken`.
 */
export async function importDatabase({ ownerUrl, folder, packs, onProgress = () => {} }: Importing): Promise<Imported> {
  const manifest = await readExport(folder)
  const notes: string[] = []
  const wanted = manifest.packs.map(({ id, version }) => {
    const found = packs.find(({ content }) => content.id === id)
    if (!found) throw issue('ledger/pack-missing', `The export holds pathways under the pack ${id}: add its folder to the setting "packs".`)
    if (found.content.version !== version)
      notes.push(`Pack ${id} is version ${found.content.version} here and was ${version} there: figures may differ.`)
    return found
  })
  const client = await connectClient(ownerUrl)
  try {
    await client.query('SET ROLE varde_owner; SET search_path = varde')
    const { rows } = await client.query<{ used: boolean }>(
      'SELECT EXISTS (SELECT 1 FROM log) OR EXISTS (SELECT 1 FROM log_head WHERE seq > 0 OR ledger > 0) AS used',
    )
    if (rows[0]?.used)
      throw issue('store/not-empty', 'This database holds a ledger already. Import into a new folder or an empty database.')
    // Numbers of packs stand in every act: they are those of the export.
    await client.query('DELETE FROM pack')
    for (const { pack, id, version } of manifest.packs)
      await client.query(`INSERT INTO pack VALUES ($1, $2, $3, '', '')`, [pack, id, version])
    await installPacks(ownerUrl, [...wanted, ...packs.filter((pack) => !wanted.includes(pack))])
    await client.query('BEGIN')
    await importRows(client, manifest, folder, onProgress)
    await client.query('SET LOCAL search_path = varde')
    await replay(client, 'varde_again', (done) =>
      onProgress(
        'acts done again',
        done,
        manifest.heads.reduce((n, h) => n + (h.chain === 'act' ? h.seq : 0), 0),
      ),
    )
    await takeReplayed(client, 'varde_again')
    for (const { pack, id } of manifest.packs)
      await rebuildKept(client, pack, (done, total) => onProgress(`pathways of ${id} made again`, done, total))
    const problems = await chainProblems(client, manifest.heads, { onProgress })
    if (problems[0] !== undefined)
      throw issue('verify/broken', `The export is not what its chains say, and nothing was imported. ${problems[0]}`)
    await client.query('COMMIT')
    return { manifest, notes }
  } finally {
    await client.query('ROLLBACK').catch(() => {})
    await client.end()
  }
}

async function importRows(
  client: Client,
  manifest: Manifest,
  folder: string,
  onProgress: NonNullable<Importing['onProgress']>,
): Promise<void> {
  await client.query('DELETE FROM log_head')
  await client.query(
    `INSERT INTO log_head (ledger, chain, seq, hash, at, pathways, zone)
       SELECT ledger, chain, seq, decode(hash, 'hex'), at, pathways, zone
         FROM json_to_recordset($1) AS h (ledger int, chain text, seq bigint, hash text, at timestamptz, pathways int, zone text)`,
    [JSON.stringify(manifest.heads)],
  )
  const total = manifest.files.find((file) => file.name === 'log.ndjson')?.lines ?? 0
  let done = 0
  for await (const lines of batches(join(folder, 'log.ndjson'))) {
    await client.query('SELECT import_log($1)', [lines]).catch((error) => {
      throw isOfData(error) ? issue('export/unreadable', 'A row of the log in the export is none: take another copy of it.') : error
    })
    onProgress('rows of the log', (done += lines.length), total)
  }
  for (const table of tablesOf('carried'))
    for await (const lines of batches(join(folder, `${table}.ndjson`)))
      await client.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`, [`[${lines.join(',')}]`])
}

/** Classes 22 and 23 of the standard: values that are none, rows that break a rule. */
const isOfData = (error: { readonly code?: string }): boolean => /^2[23]/.test(error.code ?? '')

async function* batches(file: string): AsyncGenerator<string[]> {
  let lines: string[] = []
  for await (const line of linesOf(file)) {
    lines.push(line)
    if (lines.length < batch) continue
    yield lines
    lines = []
  }
  if (lines.length > 0) yield lines
}

/** Lines as we wrote them: a line reader of the system would also break at signs that may stand in a text. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of createReadStream(file, { encoding: 'utf8' })) {
    const parts = `${rest}${chunk}`.split('\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
  if (rest) yield rest
}
