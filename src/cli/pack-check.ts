import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { differencesOf, readExample } from '../core/measure/example.ts'
import type { Pack } from '../core/pack/pack.ts'
import { listUnknowns } from '../core/pack/unknowns.ts'
import type { Issue } from '../core/words/issue.ts'
import { IssueError } from '../core/words/result.ts'
import { loadPack } from '../store/pack-folder.ts'
import type { Io } from './io.ts'
import { mustRead } from './session.ts'

/** `varde pack check`: the pack reads, its references meet, its examples hold; and what it does not know. */
export async function packCheck(folder: string, io: Io): Promise<void> {
  const pack = mustRead(await loadPack(folder))
  const { held, issues } = await checkExamples(folder, pack)
  if (issues.length > 0) throw new IssueError(issues)
  const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`
  io.out(
    `${pack.title}, version ${pack.version}: ${count(pack.variants.length, 'variant')}, ${count(pack.codes.length, 'code')}, ${count(pack.intervals.length, 'interval')}, ${count(pack.text.limits.length, 'limit')}, ${count(pack.indicators.length, 'indicator')}.\n`,
  )
  io.out(
    held > 0
      ? `${count(held, 'example')} hold${held === 1 ? 's' : ''}.\n`
      : 'It has no examples; a pack shows what it means by examples/*.yaml (docs/packs.md).\n',
  )
  const files = filesOf(pack)
  if (files.length > 0) io.out(`Its values come from ${files.join(', ')}.\n`)
  const unknowns = listUnknowns(pack)
  if (unknowns.length === 0) return io.out('Nothing in it is marked unknown.\n')
  io.out(`\n${count(unknowns.length, 'fact')} not known; nothing is computed from them:\n`)
  for (const u of unknowns) io.out(`  ${u.at.file}:${u.at.line}  ${u.what}: ${u.reason}\n`)
}

/** Every file that gave the pack a value: its own and those of the packs it stands on. */
function filesOf(pack: Pack): readonly string[] {
  const files = new Set<string>()
  for (const [list, items] of Object.entries(pack.text)) {
    if (!Array.isArray(items)) files.add(pack.spotOf([list]).file)
    else items.forEach((item, i) => Object.keys(item as object).forEach((key) => files.add(pack.spotOf([list, i, key]).file)))
  }
  return [...files].filter(Boolean).sort()
}

async function checkExamples(folder: string, pack: Pack): Promise<{ held: number; issues: readonly Issue[] }> {
  const examples = path.join(folder, 'examples')
  const names = await readdir(examples).catch(() => [])
  const issues: Issue[] = []
  let held = 0
  for (const name of names.filter((n) => /\.ya?ml$/.test(n)).sort()) {
    const file = path.join(examples, name)
    const example = readExample(await readFile(file, 'utf8'), file)
    if (!example.ok) {
      issues.push(...example.issues)
      continue
    }
    const own = example.value.pack === undefined ? pack : mustRead(await loadPack(path.join(examples, example.value.pack)))
    const differences = differencesOf(own, example.value)
    issues.push(...differences.map((message): Issue => ({ code: 'pack/meaning', path: [], message, at: { file, line: 1, column: 1 } })))
    if (differences.length === 0) held++
  }
  return { held, issues }
}
