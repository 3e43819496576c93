import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type Example, readExample } from '../../src/core/measure/example.ts'
import type { Pack } from '../../src/core/pack/pack.ts'
import { issueText } from '../../src/core/words/issue.ts'
import { loadPack } from '../../src/store/pack-folder.ts'

const root = path.resolve(import.meta.dirname, '../..')

export const packFolders = readdirSync(path.join(root, 'packs'), { withFileTypes: true })
  .filter((item) => item.isDirectory())
  .map((item) => path.join(root, 'packs', item.name))

export interface ReadExample {
  readonly name: string
  readonly pack: Pack
  readonly example: Example
}

export async function mustLoad(folder: string): Promise<Pack> {
  const pack = await loadPack(folder)
  if (!pack.ok) throw new Error(pack.issues.map(issueText).join('\n'))
  return pack.value
}

const loaded = new Map<string, Promise<Pack>>()
const loadOnce = (folder: string): Promise<Pack> => {
  const known = loaded.get(folder) ?? mustLoad(folder)
  loaded.set(folder, known)
  return known
}

/** Every worked example that stands beside a pack. */
export async function listExamples(): Promise<readonly ReadExample[]> {
  const out: ReadExample[] = []
  for (const folder of packFolders) {
    const examples = path.join(folder, 'examples')
    let names: string[] = []
    try {
      names = readdirSync(examples).filter((name) => name.endsWith('.yaml'))
    } catch {
      continue // a house pack may have none of its own
    }
    for (const name of names.sort()) {
      const file = path.join(examples, name)
      const example = readExample(readFileSync(file, 'utf8'), file)
      if (!example.ok) throw new Error(example.issues.map(issueText).join('\n'))
      const pack = await loadOnce(example.value.pack === undefined ? folder : path.join(examples, example.value.pack))
      out.push({ name: `${path.basename(folder)}/${name}`, pack, example: example.value })
    }
  }
  return out
}
