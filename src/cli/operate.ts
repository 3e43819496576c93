import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { IssueError } from '../core/words/result.ts'
import { loadPacks } from '../http/serve.ts'
import { checkpointFiles, type Settings } from '../http/settings.ts'
import { appendCheckpoints, openCheckpoints, openKey, readCheckpoints } from '../store/checkpoints.ts'
import { distribute } from '../store/distribute.ts'
import { exportDatabase, importDatabase, readExport } from '../store/export.ts'
import { installPacks } from '../store/install-packs.ts'
import { migrate } from '../store/migrate.ts'
import { type OwnedDatabase, openOwned } from '../store/owner.ts'
import { openPostgres } from '../store/postgres.ts'
import { type Verified, verifyDatabase } from '../store/verify.ts'
import { type Io, progressBar } from './io.ts'

/** Runs a command on the database of the settings, and closes what was opened for it. */
async function owned<T>(settings: Settings, what: string, task: (database: OwnedDatabase) => Promise<T>, alone = false): Promise<T> {
  const database = await openOwned(settings, what, alone)
  try {
    return await task(database)
  } finally {
    await database.close()
  }
}

const version = (): string =>
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version // our own package file

/** One bar for each thing that is done, one after another. */
function bars(io: Io): (what: string, done: number, total: number) => void {
  const made = new Map<string, (done: number, total: number) => void>()
  return (what, done, total) => {
    const bar = made.get(what) ?? progressBar(io, what)
    made.set(what, bar)
    bar(done, total)
  }
}

/** The database brought to this version, with the packs of the settings. */
async function prepare(settings: Settings, { ownerUrl, serviceUrl }: OwnedDatabase, io: Io) {
  const login = ownerUrl === serviceUrl ? undefined : decodeURIComponent(new URL(serviceUrl).username)
  const { applied } = await migrate(ownerUrl, login)
  io.out(applied.length === 0 ? 'The database is at this version.\n' : `Done: ${applied.join(', ')}.\n`)
  return loadPacks(settings.packs)
}

/** `varde migrate`: the database as this version needs it, for those who do not let the service do that. */
export async function migrateDatabase(settings: Settings, distributed: boolean, io: Io): Promise<void> {
  await owned(settings, 'varde migrate', async (database) => {
    const packs = await prepare(settings, database, io)
    const show = bars(io)
    const installed = await installPacks(database.ownerUrl, packs, (id, done, total) => show(`pathways of ${id} made again`, done, total))
    io.out(`Packs: ${installed.map(({ content }) => `${content.id} ${content.version}`).join(', ')}.\n`)
    if (distributed) io.out(`Spread over the machines: ${await distribute(database.ownerUrl)} statements.\n`)
  })
}

/** `varde verify`: is the ledger what it says? Exit code 1, and the first thing that is wrong, where it is not. */
export async function verify(settings: Settings, fromCheckpoint: boolean, io: Io): Promise<void> {
  const answer = await owned(settings, 'varde verify', (database) => verifyOwned(settings, database, fromCheckpoint, io))
  if (answer.problems.length > 0)
    throw new IssueError(answer.problems.map((message) => ({ code: 'verify/broken' as const, path: [], message })))
}

async function verifyOwned(settings: Settings, { ownerUrl }: OwnedDatabase, fromCheckpoint: boolean, io: Io): Promise<Verified> {
  const { file, key: keyFile } = checkpointFiles(settings)
  const key = await openKey(keyFile)
  const outside = await readCheckpoints(file, key.publicPem)
  const packs = await loadPacks(settings.packs)
  const answer = await verifyDatabase({ ownerUrl, packs, outside, fromCheckpoint, now: () => new Date(), onProgress: bars(io) })
  for (const note of answer.notes) io.err(`${note}\n`)
  if (outside.checkpoints.length === 0)
    io.err('No checkpoint stands outside the database: a chain that was written anew as a whole would not show.\n')
  if (answer.problems.length > 0) return answer
  const database = await openPostgres(ownerUrl)
  try {
    await (
      await openCheckpoints({ rows: (sql, params = []) => database.rows(sql, params as never) }, { file, keyFile, now: () => new Date() })
    ).write(true) // numbers and texts, which the driver takes as lists
  } finally {
    await database.close()
  }
  io.out(
    `${answer.ledgers} ledgers, ${answer.acts} acts and ${answer.looks} looks: the chains hold, ${answer.checkpoints} checkpoints outside are met, ` +
      `every table is what the acts say, the layer is what the entries say, and the plain engine agrees on ${answer.sampled} pathways.\n`,
  )
  io.out(`Heads are signed with this public key:\n${key.publicPem}`)
  return answer
}

/** `varde export` and `varde backup`. `checkpoint`: its heads are signed, and go into the file outside as well. */
export async function exportTo(settings: Settings, out: string, checkpoint: boolean, io: Io): Promise<void> {
  await owned(settings, checkpoint ? 'varde backup' : 'varde export', async ({ ownerUrl }) => {
    const { file, key } = checkpointFiles(settings)
    const bar = progressBar(io, 'rows of the log')
    const folder = resolve(out)
    await mkdir(dirname(folder), { recursive: true })
    const made = await exportDatabase({
      ownerUrl,
      out: folder,
      version: version(),
      now: () => new Date(),
      onProgress: bar,
      ...(checkpoint ? { key: await openKey(key) } : {}),
    })
    await appendCheckpoints(file, made.checkpoints)
    const rows = made.manifest.files[0]?.lines ?? 0
    io.out(`${out} holds ${rows} rows of ${made.manifest.heads.length} chains. It holds patients: keep it as you keep the database.\n`)
  })
}

/** `varde import` and `varde restore`. `verified`: looked at as a whole afterwards, against the heads outside too. */
export async function importFrom(settings: Settings, folder: string, verified: boolean, io: Io): Promise<void> {
  const started = Date.now()
  // Before anything is made: a folder that cannot be read leaves no database behind.
  await readExport(folder)
  const answer = await owned(
    settings,
    verified ? 'varde restore' : 'varde import',
    async (database) => {
      const packs = await prepare(settings, database, io)
      const { manifest, notes } = await importDatabase({ ownerUrl: database.ownerUrl, folder, packs, onProgress: bars(io) })
      for (const note of notes) io.err(`${note}\n`)
      io.out(`Imported: ${manifest.heads.length} chains, as they were on ${manifest.madeAt}. Their heads are those of the export.\n`)
      return verified ? verifyOwned(settings, database, false, io) : undefined
    },
    true,
  )
  if (verified) io.out(`It took ${((Date.now() - started) / 1_000).toFixed(1)} seconds.\n`)
  if (answer && answer.problems.length > 0)
    throw new IssueError(answer.problems.map((message) => ({ code: 'verify/broken' as const, path: [], message })))
}
