import { createHash } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Figure, Grouped } from '../core/measure/figure.ts'
import type { Pack } from '../core/pack/pack.ts'
import { endOfDay } from '../core/words/instant.ts'
import { IssueError } from '../core/words/result.ts'
import type { Settings } from '../http/settings.ts'
import { loadSolver } from '../publish/highs-solver.ts'
import {
  type Bundle,
  type Data,
  mustBeNew,
  privateFileOf,
  readBundle,
  readPrivate,
  sourceOf,
  writeFolder,
  writePrivate,
  writeSignatures,
} from '../publish/release/bundle.ts'
import { type Attacked, attackOn, isKnownProfile } from '../publish/release/control.ts'
import { countsOf, partsNeeded } from '../publish/release/counts.ts'
import { checkTables, type Description, readDescription } from '../publish/release/description.ts'
import { type Earlier, type Frozen, freeze } from '../publish/release/freeze.ts'
import { publish, rebuild } from '../publish/release/publishing.ts'
import { checkSignatures, makeKey, signBundle } from '../publish/release/signing.ts'
import { liveFigures } from '../store/live-figures.ts'
import { atOneMoment } from '../store/live-snapshot.ts'
import { type OwnedDatabase, openOwned } from '../store/owner.ts'
import { loadPack } from '../store/pack-folder.ts'
import { type ReleaseFrozen, writeFrozen, writePublished } from '../store/releases.ts'
import type { Io } from './io.ts'
import { operate, packNumber } from './people.ts'
import { dayOption, findIndicators, mustRead, openSession, UsageError } from './session.ts'

export const version = (): string =>
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version // our own package file

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`

async function openDescription(file: string): Promise<Description> {
  const bytes = await readFile(file).catch(() => undefined)
  if (bytes === undefined)
    throw new IssueError([
      { code: 'release/unreadable', path: [], message: `${file}: cannot be read: is it there, a file, and may you read it?` },
    ])
  return mustRead(readDescription(bytes.toString('utf8'), file))
}

interface Measured {
  readonly pack: Pack
  readonly figures: readonly Figure[]
  readonly data: readonly Data[]
  readonly places: Readonly<Record<string, string>>
  /** Ledgers of the service that hold what was counted. */
  readonly counted: readonly number[]
}

interface Freeze extends WrittenDown {
  readonly out: string
}

/** Where a release of the live ledgers is written down, and as whose doing. */
interface WrittenDown {
  /** Read only where it is of the ledgers of the service. */
  readonly settings: () => Settings
  /** The operator unless said. */
  readonly person: number | undefined
}

/** `varde release freeze`: what a description asks for, measured, controlled, and put into a bundle. */
export async function releaseFreeze(file: string, { out, settings, person }: Freeze, io: Io): Promise<void> {
  const description = await openDescription(file)
  const from = (name: string) => path.resolve(path.dirname(file), name)
  const open = async (name: string): Promise<Earlier> => {
    const bundle = await readBundle(from(name))
    return { bundle, counts: await readPrivate(from(name), bundle) }
  }
  const beside = await Promise.all(description.beside.map(open))
  const revised = description.revises && (await open(description.revises.bundle))
  const database = description.data.live ? await openOwned(settings(), 'varde release freeze') : undefined
  try {
    const { pack, figures, data, places, counted } = database
      ? await measureLive(description, from, database)
      : await measureFiles(description, from, io)
    const counts = mustRead(countsOf(figures, description))
    const frozen = mustRead(
      freeze({
        description,
        pack,
        counts,
        data,
        places,
        varde: version(),
        beside,
        ...(revised ? { revised } : {}),
        solver: await loadSolver(),
      }),
    )
    // Written down before it is there, as a look is before its answer leaves.
    await mustBeNew(out)
    if (database)
      await operate(
        database,
        async (session) => writeFrozen(session, await packNumber(session, pack.id), frozenOf(frozen, counted)),
        person,
      )
    await writeFolder(out, frozen.files)
    await writePrivate(out, frozen.manifest, counts)
    sayFrozen(frozen, out, io)
  } finally {
    await database?.close()
  }
}

const isLive = (data: readonly Data[]): boolean => data.some((one) => 'ledger' in one)

const frozenOf = ({ head, manifest, controlled }: Frozen, ledgers: readonly number[]): ReleaseFrozen => ({
  manifest,
  id: head.id,
  revision: head.revision,
  title: head.title,
  rules: head.pack.version,
  asOf: head.asOf,
  from: head.from,
  to: head.to,
  tables: controlled.tables.map(({ indicator, by, period }) => ({ indicator, by, ...(period === undefined ? {} : { period }) })),
  ledgers,
})

function sayFrozen({ head, controlled, manifest }: Frozen, out: string, io: Io): void {
  io.out(
    `${head.title}, revision ${head.revision}: ${count(controlled.tables.length, 'table', 'tables')} in ${out}. ` +
      `${controlled.shown} counts are shown, ${controlled.hidden} are not (profile ${head.profile.id}).\n` +
      `Manifest ${manifest}\n` +
      (!isLive(head.data) ? '' : 'That it was frozen is written down in the ledgers it counts.\n') +
      `The counts before control are in ${privateFileOf(out)}: keep them in the house.\n`,
  )
}

/** Figures by month, told apart as far as the tables of each indicator need. */
async function figuresFor(
  { tables }: Description,
  pack: Pack,
  ask: (indicators: Pack['indicators'], grouped: Grouped) => Promise<readonly Figure[]>,
): Promise<readonly Figure[]> {
  const ids = [...new Set(tables.map((table) => table.indicator))]
  const byParts = Map.groupBy(ids, (id) => partsNeeded(tables, id).join())
  const answers: Figure[] = []
  for (const alike of byParts.values()) {
    const by = new Set([...partsNeeded(tables, alike[0]!), 'period' as const])
    answers.push(...(await ask(findIndicators(pack, alike), { by, period: 'month' })))
  }
  return answers
}

async function measureFiles(description: Description, from: (name: string) => string, io: Io): Promise<Measured> {
  const { files = [], map } = description.data
  const session = await openSession(
    from(description.pack),
    {
      entries: files.map(from),
      ...(map === undefined ? {} : { map: from(map) }),
      engine: 'duckdb',
      asOf: description.asOf,
      skipBad: false,
    },
    io,
  )
  try {
    mustRead(checkTables(description, session.pack))
    const figures = await figuresFor(description, session.pack, (indicators, grouped) =>
      session.engine.figures(indicators, session.asking, grouped),
    )
    const data = await Promise.all(files.map((name) => fingerprint(from(name))))
    return { pack: session.pack, figures, data, places: {}, counted: [] }
  } finally {
    await session.close()
  }
}

/** The ledgers of the service at one moment. Only places that a table names by their number go into the bundle. */
async function measureLive(description: Description, from: (name: string) => string, { ownerUrl }: OwnedDatabase): Promise<Measured> {
  const pack = mustRead(await loadPack(from(description.pack)))
  mustRead(checkTables(description, pack))
  return atOneMoment(ownerUrl, pack, description.data.ledgers, async ({ live, heads, places, counted, rows }) => {
    const asOf = dayOption(description.asOf)
    const ledgers = heads.map((head) => head.ledger)
    const figures = await figuresFor(description, pack, (indicators, grouped) =>
      liveFigures(rows, { live, ledgers, asking: { asOf, asOfAt: endOfDay(asOf, pack.zone) }, when: 'past', grouped }, indicators),
    )
    const named = new Set(figures.map((figure) => figure.place))
    return { pack, figures, data: heads, counted, places: Object.fromEntries(Object.entries(places).filter(([org]) => named.has(org))) }
  })
}

/** A file of entries, by what is in it. */
export async function fingerprint(file: string): Promise<Data> {
  const sum = createHash('sha256')
  let bytes = 0
  await pipeline(createReadStream(file), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      sum.update(chunk)
      bytes += chunk.length
    }
  })
  return { file: path.basename(file), sha256: sum.digest('hex'), bytes }
}

interface Besides {
  readonly beside: readonly string[]
}

/** The attack on a bundle, with the releases it stands beside. Throws where something could be worked out. */
async function attacked(folder: string, { beside }: Besides): Promise<{ readonly bundle: Bundle; readonly attack: Attacked }> {
  const bundle = await readBundle(folder)
  checkSignatures(bundle, 0)
  if (!isKnownProfile(bundle.head.profile))
    throw new IssueError([
      {
        code: 'release/derivable',
        path: [],
        message: `The profile in the bundle is not what ${bundle.head.profile.id} says here: freeze it anew.`,
      },
    ])
  const counts = await readPrivate(folder, bundle)
  const named = await Promise.all(beside.map(async (name) => ({ name, bundle: await readBundle(name) })))
  const earlier = []
  for (const { id, revision, manifest } of bundle.head.beside) {
    const found = named.find((one) => one.bundle.manifest === manifest)
    if (!found)
      throw new IssueError([
        {
          code: 'release/earlier-missing',
          path: [],
          message: `This release stands beside ${id}, revision ${revision}: name its bundle with --beside.`,
        },
      ])
    earlier.push(sourceOf(found.bundle, await readPrivate(found.name, found.bundle)))
  }
  const attack = attackOn(earlier, sourceOf(bundle, counts), bundle.tables, await loadSolver())
  if (attack.derived.length > 0)
    throw new IssueError(attack.derived.map((message) => ({ code: 'release/derivable' as const, path: [], message })))
  return { bundle, attack }
}

/** `varde release check`: what could somebody work out? */
export async function releaseCheck(folder: string, options: Besides, io: Io): Promise<void> {
  const { bundle, attack } = await attacked(folder, options)
  io.out(
    `Nothing that is hidden can be worked out: ${count(attack.attacked, 'count', 'counts')} attacked, by what is shown in this release` +
      `${bundle.head.beside.length === 0 ? '' : ` and in ${count(bundle.head.beside.length, 'release', 'releases')} before it`}.\n`,
  )
}

/** `varde release key`: a key to sign with, for one person. */
export async function releaseKey(name: string, out: string, io: Io): Promise<void> {
  const print = await makeKey(name, out)
  io.out(
    `The key is in ${out}: only ${name} may have it. For the description of a release:\n  - { name: ${JSON.stringify(name)}, key: ${JSON.stringify(print)} }\n`,
  )
}

/** `varde release sign`: a name under the manifest, after the attack found nothing. */
export async function releaseSign(folder: string, options: Besides & { readonly key: string }, io: Io): Promise<void> {
  const { bundle } = await attacked(folder, options)
  const signature = await signBundle(bundle, options.key, new Date())
  const signatures = [...bundle.signatures, signature]
  await writeSignatures(folder, signatures)
  io.out(
    `${signature.name} has signed ${bundle.head.title}, revision ${bundle.head.revision}, manifest ${bundle.manifest}.\n` +
      `${signatures.length < 2 ? 'A second person must sign before it can be published.' : 'It can be published.'}\n`,
  )
}

interface Publish extends WrittenDown {
  readonly to: string
  readonly prepare: boolean
  /** Published where the ledgers are not: they do not learn of it. */
  readonly elsewhere: boolean
}

/** `varde release publish`: the site of a signed bundle. Of one that was made of the live ledgers these learn that it is published. */
export async function releasePublish(folder: string, { settings, person, elsewhere, ...options }: Publish, io: Io): Promise<void> {
  const now = new Date()
  const isIn = (file: string, where: string): boolean => `${path.resolve(file)}${path.sep}`.startsWith(`${path.resolve(where)}${path.sep}`)
  if (isIn(privateFileOf(folder), options.to) || isIn(options.to, folder))
    throw new UsageError('a site holds nothing but what is published: name a folder that is not around the bundle, nor in it')
  const { bundle, folder: site } = await publish({ bundle: folder, ...options, now })
  const { head, manifest } = bundle
  const early = now.getTime() < Date.parse(head.embargo)
  const live = isLive(head.data)
  let said = ''
  if (live && !options.prepare && !elsewhere) {
    const database = await openOwned(settings(), 'varde release publish')
    try {
      const told = await operate(
        database,
        async (session) =>
          writePublished(session, await packNumber(session, head.pack.id), { manifest, id: head.id, revision: head.revision }),
        person,
      )
      said =
        told === 0
          ? 'The ledgers of this database do not know it, so that it is published is not written down here.\n'
          : 'That it is published is written down in the ledgers it counts.\n'
    } finally {
      await database.close()
    }
  }
  io.out(
    `${site}/index.html opens in any browser, without a server.\n${early ? `Not to be shown to anybody before ${head.embargo}.\n` : ''}${said}` +
      (live && options.prepare ? 'Publish it again without --prepare when it is out: the ledgers learn of it then.\n' : ''),
  )
}

/** `varde rebuild`: everything published made anew from the bundle, and compared. */
export async function rebuildBundle(folder: string, out: string | undefined, io: Io): Promise<void> {
  const { bundle, compared } = await rebuild(folder, out)
  const { head, signatures, manifest } = bundle
  io.out(
    `${head.title}, revision ${head.revision}: every file is what the manifest says, and ${signatures.map((one) => one.name).join(' and ')} signed it.\n` +
      `${compared === 0 ? 'Nothing is published beside it to compare with.' : `${count(compared, 'published file was', 'published files were')} made anew: the same, byte for byte.`}\n` +
      `Manifest ${manifest}\n` +
      head.signers
        .filter((signer) => signatures.some((one) => one.name === signer.name))
        .map((signer) => `Key of ${signer.name}: ${signer.key}\n`)
        .join('') +
      (out === undefined ? '' : `Made anew in ${out}.\n`),
  )
}
