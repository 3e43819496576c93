import { readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Asking } from '../core/clock/chosen.ts'
import { checkExtract, type ExtractText, readExtract } from '../core/extract/description.ts'
import { type Extract, extracting, tellingsOf } from '../core/extract/extract.ts'
import type { Pack } from '../core/pack/pack.ts'
import { readDay } from '../core/words/day.ts'
import { endOfDay, type Instant, wallTimeOf } from '../core/words/instant.ts'
import type { IssueCode } from '../core/words/issue.ts'
import { IssueError } from '../core/words/result.ts'
import type { Settings } from '../http/settings.ts'
import { entriesByPathway } from '../intake/open-ledger.ts'
import { doneLines, extractFiles, notPromised, type Sources } from '../publish/extract/files.ts'
import { newKey, pseudonymsUnder, readKey, writeKey } from '../publish/extract/key.ts'
import { type Data, writeFolder } from '../publish/release/bundle.ts'
import type { Session as LedgerSession } from '../store/ledger-database.ts'
import { livePathways } from '../store/live-entries.ts'
import { atOneMoment } from '../store/live-snapshot.ts'
import { openOwned } from '../store/owner.ts'
import { loadPack } from '../store/pack-folder.ts'
import type { Io } from './io.ts'
import { operate } from './people.ts'
import { fingerprint, version } from './release.ts'
import { mustRead, openSession, UsageError } from './session.ts'

export interface ExtractOptions {
  readonly out: string
  /** The key of this extract made before; a new one unless said. */
  readonly key?: string
  /** Who runs it, in words: for the log of each ledger. */
  readonly by?: string
  /** Read only where the live ledger is extracted. */
  readonly settings: () => Settings
}

const issue = (code: IssueCode, message: string): IssueError => new IssueError([{ code, path: [], message }])

interface Taken {
  readonly pack: Pack
  readonly extract: Extract
  readonly data: readonly Data[]
  readonly counted: Sources['counted']
}

/** `varde extract`: what a description asks for, pseudonymised and made coarse enough, as a folder of files; over the live ledger, logged first. */
export async function extractTo(file: string, options: ExtractOptions, io: Io): Promise<void> {
  const asked = await openDescription(file)
  const from = (name: string) => path.resolve(path.dirname(file), name)
  const { out } = options
  if (await stat(out).catch(() => undefined)) throw issue('extract/exists', `${out} is there already: name another folder.`)
  const live = asked.data.live === true
  if (live && options.by === undefined) throw new UsageError('say who runs it, with --by: it is written in the log of each ledger')
  if (options.key !== undefined && path.resolve(options.key).startsWith(path.resolve(out) + path.sep))
    throw new UsageError('the key never lies in the folder of the extract: name another place')
  const pack = mustRead(await loadPack(from(asked.pack)))
  mustStillHold(asked, pack)
  mustRead(checkExtract(asked, pack, { persons: live }))
  const keyFile = options.key ?? `${path.resolve(out)}.key`
  const known = options.key === undefined ? undefined : await readKey(options.key, asked.id)
  const key = known ?? newKey()
  const make = async (taken: Taken) => {
    const sources: Sources = { ...taken, asked, tellings: tellingsOf(asked, taken.extract.columns), varde: version() }
    return { sources, ...(await extractFiles(sources)) }
  }
  const put = async (files: ReadonlyMap<string, string | Uint8Array>, log: () => Promise<void>) => {
    if (known === undefined) await writeKey(keyFile, asked.id, key)
    try {
      await log()
      await writeFolder(out, files, 0o700) // it is about patients
    } catch (error) {
      if (known === undefined) await rm(keyFile, { force: true })
      throw error
    }
  }
  const made = live
    ? await fromLive(asked, { pack, key, settings: options.settings(), by: options.by! }, make, put) // it is there: looked at above
    : await make(await fromFiles(asked, { pack, key, from }, io)).then(async (files) => {
        await put(files.files, async () => {})
        return files
      })
  const { extract, counted } = made.sources
  io.out(
    `${asked.title}: ${extract.rows.length} rows about ${extract.persons} ${counted} in ${out}.\n` +
      doneLines(made.sources)
        .map((line) => `  ${line}\n`)
        .join('') +
      `Manifest ${made.manifest}\n` +
      `The key of the pseudonyms is in ${keyFile}: it stays in the house.\n` +
      `${notPromised[0]}\n`,
  )
}

async function openDescription(file: string): Promise<ExtractText> {
  const bytes = await readFile(file).catch(() => undefined)
  if (bytes === undefined) throw issue('extract/unreadable', `${file}: cannot be read: is it there, a file, and may you read it?`)
  return mustRead(readExtract(bytes.toString('utf8'), file))
}

/** The day of the pack's place: an approval ends where it was given. */
function mustStillHold({ approval }: ExtractText, pack: Pack): void {
  const { day } = wallTimeOf(Math.floor(Date.now() / 1000) as Instant, pack.zone) // seconds of the clock
  if (day > readDay(approval.until)!)
    throw issue('extract/approval', `The approval held until ${approval.until}: nothing is extracted after it. Have it prolonged first.`)
}

const askingOf = ({ asOf }: ExtractText, pack: Pack): Asking => {
  const day = readDay(asOf)! // its shape has read it
  return { asOf: day, asOfAt: endOfDay(day, pack.zone) }
}

async function fromFiles(
  asked: ExtractText,
  { pack, key, from }: { readonly pack: Pack; readonly key: string; readonly from: (name: string) => string },
  io: Io,
): Promise<Taken> {
  const { files = [], map } = asked.data
  const session = await openSession(
    from(asked.pack),
    { entries: files.map(from), ...(map === undefined ? {} : { map: from(map) }), engine: 'duckdb', asOf: asked.asOf, skipBad: false },
    io,
  )
  try {
    const taking = extracting(asked, pack, askingOf(asked, pack))
    // Whose a pathway is no file says: each counts as somebody of its own.
    for await (const entries of entriesByPathway(session.db))
      taking.take(entries, { person: `${entries[0]!.ledger}\n${entries[0]!.pathway}` })
    const extract = mustRead(taking.finish(pseudonymsUnder(key)))
    return { pack, extract, data: await Promise.all(files.map((name) => fingerprint(from(name)))), counted: 'pathways' }
  } finally {
    await session.close()
  }
}

interface Live {
  readonly pack: Pack
  readonly key: string
  readonly settings: Settings
  readonly by: string
}

/** From the ledgers at one moment. What goes out is written in the log of each ledger, with every pathway in it, before the files are there. */
async function fromLive<T extends { readonly manifest: string; readonly files: ReadonlyMap<string, string | Uint8Array> }>(
  asked: ExtractText,
  { pack, key, settings, by }: Live,
  make: (taken: Taken) => Promise<T>,
  put: (files: T['files'], log: () => Promise<void>) => Promise<void>,
): Promise<T> {
  const database = await openOwned(settings, 'varde extract')
  try {
    const taken = await atOneMoment(database.ownerUrl, pack, asked.data.ledgers, async (moment): Promise<Taken> => {
      const taking = extracting(asked, pack, askingOf(asked, pack))
      const born = asked.columns.some((column) => column.fact === 'age-group')
      for await (const one of livePathways(moment, { born }))
        taking.take(one.entries, { person: `${one.ledger}\n${one.patient}`, ...(one.born === null ? {} : { born: one.born }) })
      return { pack, extract: mustRead(taking.finish(pseudonymsUnder(key))), data: moment.heads, counted: 'persons' }
    })
    const made = await make(taken)
    await put(made.files, () =>
      operate(database, (session) => writeLooks(session, { asked, pack, extract: taken.extract, manifest: made.manifest, by })),
    )
    return made
  } finally {
    await database.close()
  }
}

interface Told {
  readonly asked: ExtractText
  readonly pack: Pack
  readonly extract: Extract
  readonly manifest: string
  readonly by: string
}

/** One look in each ledger, all or none: that these pathways went out, to whom, what for, and on whose word. */
async function writeLooks(session: LedgerSession, { asked, pack, extract, manifest, by }: Told): Promise<void> {
  for (const [ledger, { pathways, persons }] of [...extract.ledgers].sort(([a], [b]) => a - b))
    await session.look(ledger, {
      kind: 'extract',
      seen: pathways.map(Number),
      about: {
        extract: asked.id,
        title: asked.title,
        purpose: asked.purpose,
        approvedBy: asked.approval.by,
        reference: asked.approval.reference,
        until: asked.approval.until,
        receiver: asked.receiver,
        by,
        pack: pack.id,
        asOf: asked.asOf,
        rows: asked.rows,
        columns: extract.columns.map((column) => column.name),
        persons,
        pathways: pathways.length,
        manifest,
      },
    })
}
