import { createHash } from 'node:crypto'
import { lstat, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { groupings } from '../../core/measure/figure.ts'
import type { Profile } from '../../core/stats/disclosure.ts'
import type { IssueCode } from '../../core/words/issue.ts'
import { IssueError } from '../../core/words/result.ts'
import { canonical } from '../../store/ledger-database.ts'
import { syncFolder, writeWhole } from '../../store/whole-file.ts'
import type { Source } from './cells.ts'
import { Count, counted, Split } from './counts.ts'
import { DayText, MonthText, periodKinds, ServiceAddress, Signers } from './description.ts'

/** A release as a folder of plain files, each with its hash in a manifest, whose own hash is what is signed. Nothing in it is before control. */

export const bundleFormat = 1

const Hash = z.string().regex(/^[0-9a-f]{64}$/)
const Named = z.strictObject({ id: z.string(), revision: z.int().positive(), manifest: Hash })
/** Another release, known by the hash of its manifest. */
export type Named = z.infer<typeof Named>

const Rules = z.strictObject({
  id: z.string(),
  hides: z.strictObject({ from: z.int(), to: z.int() }),
  width: z.int(),
  roundTo: z.int().nullable(),
  exceptNational: z.boolean(),
  source: z.string(),
}) satisfies z.ZodType<Profile>

const Indicator = z.strictObject({
  id: z.string(),
  name: z.string(),
  question: z.string(),
  denominator: z.string(),
  /** What the interval of the indicator is called, and in what it is counted; absent where it asks whether something came about. */
  interval: z.strictObject({ name: z.string(), unit: z.enum(['day', 'working-day', 'minute']) }).optional(),
})

/** What the data were: files by what is in them, or ledgers by how far each had come. */
const Data = z.union([
  z.strictObject({ file: z.string(), sha256: Hash, bytes: z.int() }),
  z.strictObject({ ledger: z.int(), seq: z.int(), hash: Hash }),
])
export type Data = z.infer<typeof Data>

export const Head = z.strictObject({
  format: z.literal(bundleFormat),
  id: z.string(),
  title: z.string(),
  about: z.string().optional(),
  publisher: z.string(),
  /** Where those who may see them find who is behind a figure. */
  service: ServiceAddress.optional(),
  revision: z.int().positive(),
  /** The revisions before this one, and why each was followed by another; oldest first. */
  revisions: z.array(z.strictObject({ ...Named.shape, embargo: z.string(), reasons: z.array(z.string()) })),
  asOf: DayText,
  from: MonthText,
  to: MonthText,
  wholeCountry: z.boolean(),
  profile: Rules,
  embargo: z.iso.datetime({ offset: true }),
  signers: Signers,
  varde: z.string(),
  pack: z.strictObject({ id: z.string(), version: z.string(), title: z.string(), sha256: Hash, invented: z.boolean() }),
  indicators: z.array(Indicator),
  data: z.array(Data),
  /** Releases that disclosure control looked at beside this one. */
  beside: z.array(Named),
  /** Names of places that the tables know by number. */
  places: z.record(z.string(), z.string()),
})
export type Head = z.infer<typeof Head>

/** `2025-03`, `2025-Q1`, `2025-T1`, `2025` */
const Period = z.string().regex(/^\d{4}(-(\d\d|Q[1-4]|T[1-3]))?$/)
const Shown = z.int().nonnegative().nullable()
const Table = z.strictObject({
  indicator: z.string(),
  by: z.array(z.enum(groupings)),
  period: z.enum(periodKinds).optional(),
  causes: z.literal(true).optional(),
  rows: z.array(
    z.strictObject({
      place: z.string().nullable(),
      variant: z.string().nullable(),
      period: Period.nullable(),
      counted: Shown,
      met: Shown,
      missed: Shown,
      leftOut: Shown,
      /** What these are made up of, where the table asks why. */
      split: z.partialRecord(Split, Shown).optional(),
    }),
  ),
})
export type Table = z.infer<typeof Table>

const Manifest = z.strictObject({
  format: z.literal(bundleFormat),
  release: z.string(),
  revision: z.int(),
  files: z
    .array(
      z.strictObject({
        path: z.string().regex(/^[a-z0-9-]+(\/[a-z0-9-]+)?\.json$/),
        sha256: Hash,
        bytes: z.int().nonnegative().max(200_000_000),
      }),
    )
    .min(3),
})

export const Signature = z.strictObject({
  name: z.string(),
  /** The public key, as Ed25519 in SPKI, base64. */
  publicKey: z.string().max(200),
  at: z.iso.datetime(),
  signature: z.string().max(200),
})
export type Signature = z.infer<typeof Signature>

/** Counts before control: outside the bundle, for nobody but those who may see them. */
const Private = z.strictObject({
  format: z.literal(bundleFormat),
  about: z.string(),
  manifest: Hash,
  counts: z.array(Count),
})

export interface Bundle {
  readonly head: Head
  /** What the pack says, as it was computed with. */
  readonly pack: unknown
  readonly tables: readonly Table[]
  /** Hash of the manifest: what is signed. */
  readonly manifest: string
  readonly signatures: readonly Signature[]
  /** Path in the bundle to text, every file. */
  readonly files: ReadonlyMap<string, string>
}

export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')

/** Sorted keys, one value a line: the same value is the same bytes, and a difference is easy to see. */
export const plainJson = (value: unknown): string => `${JSON.stringify(JSON.parse(canonical(value)), null, 1)}\n`

const issue = (code: IssueCode, message: string): IssueError => new IssueError([{ code, path: [], message }])

export const signaturesFile = 'signatures.json'
const manifestFile = 'manifest.json'
const tableFile = (n: number): string => `tables/${String(n + 1).padStart(3, '0')}.json`

/** Where the counts before control of a bundle lie: beside it, never inside. */
export const privateFileOf = (folder: string): string => `${path.resolve(folder)}.private.json`

export function filesOf(
  head: Head,
  pack: unknown,
  tables: readonly Table[],
): { readonly files: ReadonlyMap<string, string>; readonly manifest: string } {
  const files = new Map([
    ['pack.json', plainJson(pack)],
    ['release.json', plainJson(head)],
    ...tables.map((table, n) => [tableFile(n), plainJson(table)] as const),
  ])
  const manifest = plainJson({
    format: bundleFormat,
    release: head.id,
    revision: head.revision,
    files: [...files].map(([name, text]) => ({ path: name, sha256: sha256(text), bytes: Buffer.byteLength(text) })),
  } satisfies z.infer<typeof Manifest>)
  return { files: new Map([[manifestFile, manifest], ...files]), manifest: sha256(manifest) }
}

/** Issue: `release/exists`. */
export async function mustBeNew(folder: string): Promise<void> {
  if (await stat(folder).catch(() => undefined)) throw issue('release/exists', `${folder} is there already: name another folder.`)
}

/**
 * Writes a folder that is not there yet; it appears when it is whole. `mode`: who may read it, from its first file on.
 *
 * Issues: `release/exists`, `output/unwritable`.
 */
export async function writeFolder(folder: string, files: ReadonlyMap<string, string | Uint8Array>, mode = 0o777): Promise<void> {
  await mustBeNew(folder)
  const made = `${path.resolve(folder)}.new-${process.pid}`
  try {
    await mkdir(path.dirname(made), { recursive: true })
    await mkdir(made, { mode })
    for (const [name, content] of files) {
      const file = path.join(made, name)
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(file, content, { flush: true })
    }
    await rename(made, path.resolve(folder))
    await syncFolder(path.dirname(path.resolve(folder)))
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw issue('output/unwritable', `${folder}: cannot be written`)
    throw error
  } finally {
    await rm(made, { recursive: true, force: true })
  }
}

export async function writePrivate(folder: string, manifest: string, counts: readonly Count[]): Promise<void> {
  const about = 'Counts before disclosure control. Not to be published, nor sent to anybody who may not see them.'
  await writeWhole(
    privateFileOf(folder),
    plainJson({ format: bundleFormat, about, manifest, counts: [...counts] } satisfies z.infer<typeof Private>),
  )
}

/** Every file of a folder, by its path with slashes, in order. */
export async function listFiles(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .toSorted()
}

/** A manifest names some hundred files, and few sign. */
const mostBytes = 1_000_000

/** The first bytes of a file that somebody else may have made: no more than so many and one, and of nothing but a plain file. Undefined: it is none. */
export async function readSome(file: string, most: number): Promise<Buffer | undefined> {
  if (!(await lstat(file)).isFile()) return undefined
  const opened = await open(file)
  try {
    const { buffer, bytesRead } = await opened.read(Buffer.alloc(Math.min(most + 1, (await opened.stat()).size)), { position: 0 })
    return buffer.subarray(0, bytesRead)
  } finally {
    await opened.close()
  }
}

function parsed<T>(schema: z.ZodType<T>, text: string, name: string): T {
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError)
      throw issue('release/unreadable', `${name} is not as Varde writes it: take the bundle anew from where it was published.`)
    throw error
  }
}

/**
 * Reads a bundle and holds every file to its hash. Signatures are looked at by `checkSignatures`.
 *
 * Issues: `release/unreadable`, `release/changed`.
 */
export async function readBundle(folder: string): Promise<Bundle> {
  const names: readonly string[] = await listFiles(folder).catch(() => [])
  if (!names.includes(manifestFile))
    throw issue('release/unreadable', `${folder} holds no bundle: name the folder that holds ${manifestFile}.`)
  const texts = new Map<string, string>()
  const readOwn = async (name: string): Promise<string> => {
    const bytes = await readSome(path.join(folder, name), mostBytes)
    if (bytes === undefined || bytes.length > mostBytes)
      throw issue('release/unreadable', `${name} is not as Varde writes it: take the bundle anew from where it was published.`)
    return bytes.toString('utf8')
  }
  const manifestText = await readOwn(manifestFile)
  texts.set(manifestFile, manifestText)
  const manifest = parsed(Manifest, manifestText, manifestFile)
  const listed = new Set(manifest.files.map((file) => file.path))
  const there = new Set(names)
  const extra = names.find((name) => name !== manifestFile && name !== signaturesFile && !listed.has(name))
  if (extra !== undefined) throw issue('release/changed', `${extra} does not belong to the bundle: the manifest does not name it.`)
  for (const { path: name, sha256: hash, bytes } of manifest.files) {
    if (!there.has(name)) throw issue('release/changed', `${name} is missing: it stands in the manifest.`)
    // No more is read than the manifest says there is.
    const content = await readSome(path.join(folder, name), bytes)
    if (content === undefined || content.length !== bytes || sha256(content) !== hash)
      throw issue('release/changed', `${name} is not what the manifest says: it was changed after the release was frozen.`)
    texts.set(name, content.toString('utf8'))
  }
  if (there.has(signaturesFile)) texts.set(signaturesFile, await readOwn(signaturesFile))
  const text = (name: string) => {
    if (!listed.has(name)) throw issue('release/unreadable', `The manifest does not name ${name}.`)
    return texts.get(name)!
  }
  const head = parsed(Head, text('release.json'), 'release.json')
  const pack: unknown = parsed(z.unknown(), text('pack.json'), 'pack.json')
  if (head.id !== manifest.release || head.revision !== manifest.revision)
    throw issue('release/changed', 'The manifest is of another release than release.json.')
  if (sha256(text('pack.json')) !== head.pack.sha256) throw issue('release/changed', 'pack.json is not the pack that release.json names.')
  const tables = [...listed].filter((name) => name.startsWith('tables/')).toSorted()
  const signatures = texts.has(signaturesFile) ? parsed(z.array(Signature), texts.get(signaturesFile)!, signaturesFile) : []
  return {
    head,
    pack,
    tables: tables.map((name) => parsed(Table, text(name), name)),
    manifest: sha256(manifestText),
    signatures,
    files: texts,
  }
}

export async function writeSignatures(folder: string, signatures: readonly Signature[]): Promise<void> {
  // Beside it first: a name that was put there is not lost when the next is written only half.
  const made = `${path.resolve(folder)}.signatures-${process.pid}`
  try {
    await writeFile(made, plainJson(signatures), { flush: true })
    await rename(made, path.join(folder, signaturesFile))
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw issue('output/unwritable', `${folder}: cannot be written`)
    throw error
  } finally {
    await rm(made, { force: true })
  }
}

/** The counts a bundle was made from. Issue: `release/no-counts`. */
export async function readPrivate(folder: string, { manifest, head }: Bundle): Promise<readonly Count[]> {
  const file = privateFileOf(folder)
  const text = await readFile(file, 'utf8').catch(() => undefined)
  const name = `${head.id}, revision ${head.revision}`
  if (text === undefined)
    throw issue(
      'release/no-counts',
      `The counts before control of ${name} are needed: put the private file that was frozen with it beside its folder.`,
    )
  const value = parsed(Private, text, path.basename(file))
  if (value.manifest !== manifest) throw issue('release/no-counts', `The private file beside ${name} was frozen with another bundle.`)
  return value.counts
}

export const nameOf = ({ head, manifest }: Bundle): Named => ({ id: head.id, revision: head.revision, manifest })

/** A bundle as disclosure control sees it. */
export const sourceOf = ({ head, tables }: Bundle, counts: readonly Count[]): Source => ({
  counted: counted(counts, { from: head.from, to: head.to }),
  tables,
  profile: head.profile,
  wholeCountry: head.wholeCountry,
  published: tables,
})
