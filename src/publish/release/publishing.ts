import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { IssueCode } from '../../core/words/issue.ts'
import { IssueError } from '../../core/words/result.ts'
import { type Bundle, listFiles, readBundle, readSome, sha256, writeFolder } from './bundle.ts'
import { atomFeed } from './feed.ts'
import { frontPage, styleSheet } from './pages.ts'
import { checkSignatures } from './signing.ts'
import { revisionFolder, siteOf } from './site.ts'

const issue = (code: IssueCode, message: string): IssueError => new IssueError([{ code, path: [], message }])

export interface Publishing {
  readonly bundle: string
  /** The folder of the site: a folder in it for each revision, and a page that leads to the newest. */
  readonly to: string
  readonly now: Date
  /** Made before the embargo ends, for those who put it in place. */
  readonly prepare: boolean
}

/**
 * Makes the site of a signed bundle. An earlier revision stays as it is.
 *
 * Issues: those of `readBundle` and `checkSignatures`, `release/embargo`, `release/exists`, `output/unwritable`.
 */
export async function publish({
  bundle: folder,
  to,
  now,
  prepare,
}: Publishing): Promise<{ readonly bundle: Bundle; readonly folder: string }> {
  const bundle = await readBundle(folder)
  checkSignatures(bundle, 2)
  const { head } = bundle
  if (!prepare && now.getTime() < Date.parse(head.embargo))
    throw issue(
      'release/embargo',
      `This release is not to be published before ${head.embargo}. To make its site ready until then: --prepare.`,
    )
  await mustBeSiteOf(bundle, to)
  const target = path.join(to, revisionFolder(head.revision))
  const site = await siteOf(bundle)
  const there = await readdir(target).then(
    () => true,
    () => false,
  )
  if (there) {
    const different = await firstDifference(target, site)
    if (different !== undefined)
      throw issue(
        'release/exists',
        `Revision ${head.revision} is published there already, and is another: make a revision of it. (${different})`,
      )
  } else {
    await mkdir(to, { recursive: true })
    await writeFolder(target, site)
  }
  const published = await publishedRevisions(to)
  if (head.revision === published.at(-1)) {
    const front: ReadonlyMap<string, string> = new Map([
      ['index.html', frontPage(bundle, published)],
      ['style.css', styleSheet],
      ['feed.xml', atomFeed(bundle, (revision) => `${revisionFolder(revision)}/index.html`)],
    ])
    for (const [name, text] of front) await writeFile(path.join(to, name), text)
  }
  return { bundle, folder: target }
}

/** Earlier revisions that are published there are those that this one names: a page that leads to two releases would lead nobody. */
async function mustBeSiteOf({ head }: Bundle, to: string): Promise<void> {
  for (const revision of await publishedRevisions(to).catch(() => [])) {
    if (revision >= head.revision) continue
    const manifest = await readSome(path.join(to, revisionFolder(revision), 'bundle', 'manifest.json'), 1_000_000).catch(() => undefined)
    const named = head.revisions.find((one) => one.revision === revision)
    if (manifest === undefined || named?.manifest !== sha256(manifest))
      throw issue('release/exists', `Revision ${revision} that is published there is not of this release: name the folder of its own site.`)
  }
}

async function publishedRevisions(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder)
  return names
    .flatMap((name) => {
      const n = Number(/^revision-(\d+)$/.exec(name)?.[1])
      return Number.isInteger(n) ? [n] : []
    })
    .toSorted((a, b) => a - b)
}

/** In words, which file of a folder is the first that is not as it should be; undefined where all are. */
async function firstDifference(folder: string, files: ReadonlyMap<string, string | Uint8Array>): Promise<string | undefined> {
  const there = new Set(await listFiles(folder))
  for (const name of [...new Set([...files.keys(), ...there])].toSorted()) {
    const wanted = files.get(name)
    if (wanted === undefined) return `${name} does not belong there`
    if (!there.has(name)) return `${name} is missing`
    const made = Buffer.from(wanted)
    const bytes = await readSome(path.join(folder, name), made.length)
    if (bytes === undefined) return `${name} is no plain file`
    if (!bytes.equals(made)) {
      const at = made.findIndex((byte, i) => bytes[i] !== byte)
      return `${name} differs, first at byte ${at === -1 ? made.length : at}`
    }
  }
  return undefined
}

export interface Rebuilt {
  readonly bundle: Bundle
  /** How many published files were compared. */
  readonly compared: number
}

/**
 * Makes everything anew from a bundle and compares it with what was published beside it. No patient's data is needed.
 *
 * Issues: those of `readBundle` and `checkSignatures`, `release/not-rebuilt`.
 */
export async function rebuild(folder: string, out?: string): Promise<Rebuilt> {
  const inner = path.join(folder, 'bundle')
  const isSite = await readdir(inner).then(
    (names) => names.includes('manifest.json'),
    () => false,
  )
  const bundle = await readBundle(isSite ? inner : folder)
  checkSignatures(bundle, 2)
  const site = await siteOf(bundle)
  const different = isSite ? await firstDifference(folder, site) : undefined
  if (different !== undefined) throw issue('release/not-rebuilt', `Not what the bundle gives: ${different}.`)
  if (out !== undefined) await writeFolder(out, site)
  return { bundle, compared: isSite ? site.size : 0 }
}
