import { generateEntries } from '../core/measure/generate.ts'
import { loadPack } from '../store/pack-folder.ts'
import { loadScenario, writeParquet } from '../store/write-ledger.ts'
import type { Io } from './io.ts'
import { progressBar } from './io.ts'
import { mustRead, UsageError } from './session.ts'

export interface GenerateOptions {
  readonly pack: string
  readonly pathways: number
  readonly seed: number
  readonly out: string
}

/** `varde generate`: an invented ledger, the same bytes for the same pack, number and seed. */
export async function generate(options: GenerateOptions, io: Io): Promise<void> {
  if (!Number.isInteger(options.pathways) || options.pathways < 1) throw new UsageError('--pathways is a whole number from 1')
  if (!Number.isSafeInteger(options.seed)) throw new UsageError('--seed is a whole number')
  const pack = mustRead(await loadPack(options.pack))
  const scenario = mustRead(await loadScenario(options.pack, pack))
  const progress = progressBar(io, 'Making entries')
  let begun = 0
  let last = ''
  const counted = function* () {
    for (const entry of generateEntries(pack, scenario, options)) {
      if (entry.pathway !== last) {
        last = entry.pathway
        if (++begun % 1000 === 0) progress(begun, options.pathways)
      }
      yield entry
    }
    progress(1, 1)
  }
  const entries = await writeParquet(counted(), options.out)
  io.err(`${entries} invented entries of ${options.pathways} pathways under ${pack.id} ${pack.version} in ${options.out}\n`)
}
