import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { generateEntries } from '../src/core/measure/generate.ts'
import type { Pack } from '../src/core/pack/pack.ts'
import { issueText } from '../src/core/words/issue.ts'
import type { Result } from '../src/core/words/result.ts'
import { loadPack } from '../src/store/pack-folder.ts'
import { loadScenario, scenarioFile, writeParquet } from '../src/store/write-ledger.ts'

const root = path.resolve(import.meta.dirname, '..')
export const packFolder = path.join(root, 'packs', 'no-house')
const cache = path.join(root, '.cache', 'bench')

/** Six to seven entries come of a pathway in this scenario. */
const entriesOfPathway = 6.39

export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.issues.map(issueText).join('\n'))
  return result.value
}

export const openPack = async (): Promise<Pack> => must(await loadPack(packFolder))

/** What the made-up ledger depends on; when one of them changes, it is made again. */
const madeOf = [
  scenarioFile(packFolder),
  path.join(root, 'src/core/measure/generate.ts'),
  path.join(root, 'src/core/measure/scenario.ts'),
  path.join(root, 'src/store/write-ledger.ts'),
]

export interface BenchLedger {
  readonly file: string
  readonly entries: number
}

/** A ledger of about so many entries, made once and kept in `.cache/bench`. */
export async function benchLedger(pack: Pack, entries: number, say: (text: string) => void = () => {}): Promise<BenchLedger> {
  const pathways = Math.round(entries / entriesOfPathway)
  const hash = createHash('sha256')
  for (const file of madeOf) hash.update(readFileSync(file))
  const version = hash.digest('hex').slice(0, 10)
  const name = (count: number) => `no-house-${pathways}-${version}-${count}.parquet`
  mkdirSync(cache, { recursive: true })
  const kept = readdirSync(cache).find((file) => file.startsWith(`no-house-${pathways}-${version}-`) && file.endsWith('.parquet'))
  if (kept) return { file: path.join(cache, kept), entries: Number(/-(\d+)\.parquet$/.exec(kept)?.[1]) }
  say(`making a ledger of about ${entries.toLocaleString('en')} entries`)
  for (const old of readdirSync(cache).filter((file) => file.startsWith(`no-house-${pathways}-`))) rmSync(path.join(cache, old))
  const scenario = must(await loadScenario(packFolder, pack))
  const unnamed = path.join(cache, `unnamed-${process.pid}.parquet`)
  const count = await writeParquet(generateEntries(pack, scenario, { pathways, seed: 1 }), unnamed)
  const file = path.join(cache, name(count))
  renameSync(unnamed, file)
  return { file, entries: count }
}
