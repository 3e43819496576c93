import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import type { Pack } from '../core/pack/pack.ts'
import { type PackLayer, readPack } from '../core/pack/read-pack.ts'
import type { Issue } from '../core/words/issue.ts'
import { fail, type Result } from '../core/words/result.ts'

const maxFileBytes = 20_000_000

/** Reads a pack folder and, by way of `extends`, those it stands on. Files are all *.yaml and *.yml at its top level. */
export async function loadPack(folder: string): Promise<Result<Pack>> {
  const layers: PackLayer[] = []
  const seen = new Set<string>()
  let next: string | undefined = folder
  while (next !== undefined) {
    const real = path.resolve(next)
    if (seen.has(real)) return fail(unreadable(next, 'it extends itself, by way of others'))
    seen.add(real)
    const layer = await readLayer(next)
    if ('code' in layer) return fail(layer)
    layers.unshift(layer)
    const parent = extendsOf(layer)
    next = parent === undefined ? undefined : path.join(next, parent)
  }
  return readPack(layers)
}

const unreadable = (folder: string, why: string): Issue => ({ code: 'pack/unreadable', path: [], message: `${folder}: ${why}` })

async function readLayer(folder: string): Promise<PackLayer | Issue> {
  try {
    const names = (await readdir(folder)).filter((name) => /\.ya?ml$/i.test(name)).sort()
    const files = []
    for (const name of names) {
      const file = path.join(folder, name)
      const found = await stat(file)
      if (!found.isFile()) return unreadable(file, 'not a plain file')
      const { size } = found
      if (size > maxFileBytes) return unreadable(file, 'larger than 20 MB; a pack is rules, not entries')
      files.push({ name: file, text: new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file)) })
    }
    return { folder, files }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code // node's own errors carry a code
    if (code === 'ENOENT') return unreadable(folder, 'no such folder')
    if (code === 'ENOTDIR') return unreadable(folder, 'not a folder; give the folder that holds pack.yaml')
    return unreadable(folder, code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'a file is not UTF-8 text' : 'cannot be read')
  }
}

/** Only where the next layer lies; everything wrong with the text is told by `readPack`. */
function extendsOf(layer: PackLayer): string | undefined {
  for (const { text } of layer.files) {
    try {
      const head: unknown = parse(text, { maxAliasCount: 100 })?.pack?.extends
      if (typeof head === 'string') return head
    } catch {
      // not YAML: readPack says where
    }
  }
  return undefined
}
