import { existsSync } from 'node:fs'
import { access, constants, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Figure } from '../core/measure/figure.ts'
import { table, withGrounds } from './account.ts'
import { generate } from './generate.ts'
import type { Io } from './io.ts'
import { figureTable, legendOf, titleOf } from './measure.ts'
import { openSession } from './session.ts'

const root = path.resolve(import.meta.dirname, '../..')
const shipped = { pack: path.join(root, 'packs', 'no-house'), pathways: 3000, seed: 1 }

/** Where what can be made again is kept: beside the code, or where that cannot be written, with other temporary files. */
async function cacheFolder(): Promise<string> {
  for (const folder of [path.join(root, '.cache'), path.join(tmpdir(), 'varde-cache')]) {
    try {
      await mkdir(folder, { recursive: true })
      await access(folder, constants.W_OK)
      return folder
    } catch {
      // not here; the next may do
    }
  }
  return tmpdir()
}

/** `varde start`: an invented ledger measured, so that a newcomer sees figures and one account within seconds. */
export async function start(io: Io): Promise<void> {
  const file = path.join(await cacheFolder(), `start-${shipped.pathways}-${shipped.seed}.parquet`)
  if (!existsSync(file)) {
    io.err(`Making an invented Norwegian-shaped ledger of ${shipped.pathways} pathways ...\n`)
    await generate({ ...shipped, out: file }, { ...io, err: () => {} })
  }
  const session = await openSession(shipped.pack, { entries: [file], engine: 'duckdb', skipBad: false }, io)
  try {
    const { pack, asking, engine } = session
    const whole = await engine.figures(pack.indicators, asking, { by: new Set(), period: 'tertial' })
    io.out(`INVENTED DATA: no real patient, hospital or result.\n\n${titleOf(session)}\n${figureTable(whole)}${legendOf(pack, whole)}\n`)
    const indicator = pack.indicators.find((i) => i.id === 'OF4')
    if (!indicator) return
    const by = { by: new Set(['place', 'period'] as const), period: 'tertial' as const }
    const hospitals = await engine.figures([indicator], asking, { by: new Set(['place'] as const), period: 'tertial' })
    io.out(`${indicator.name}, by the hospital that started the pathway:\n\n${figureTable(hospitals)}\n`)
    const cells = await engine.figures([indicator], asking, by)
    const cell = smallest(cells)
    if (!cell) return
    const lines = await engine.account(indicator, asking, by, { place: cell.place, period: periodNumber(cell.period), variant: null })
    io.out(
      `The account of one figure, ${indicator.id} at ${cell.place} in ${cell.period}: every pathway in it, or left out, and why.\n\n${table(cell, await withGrounds(session, lines, indicator.within?.id), indicator.within?.unit)}\n`,
    )
    io.out(
      `Next: ./varde explain --pack packs/no-house --entries ${path.relative(process.cwd(), file)} --pathway ${(lines.find((line) => line.bin === 'missed') ?? lines[0])?.pathway ?? 'ID'}\n      ./varde --help lists the commands; README.md shows each.\n`,
    )
  } finally {
    await session.close()
  }
}

const periodNumber = (text: string | null): number | null => (text === null ? null : Number(text.slice(0, 4)) * 100 + Number(text.slice(6)))

/** A cell small enough to read, but with something in it to explain. */
function smallest(cells: readonly Figure[]): Figure | undefined {
  const kinds = (f: Figure) => Object.keys(f.fellShort).length + Object.keys(f.leftOut).length
  const size = (f: Figure) => f.denominator + Object.values(f.leftOut).reduce((a, b) => a + b, 0)
  return (
    [...cells]
      .filter((f) => f.denominator >= 5 && f.place !== '' && kinds(f) >= 3)
      .sort((a, b) => size(a) - size(b) || (a.place! < b.place! ? -1 : 1))[0] ?? cells[0]
  )
}
