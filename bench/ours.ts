import type { Asking } from '../src/core/clock/chosen.ts'
import type { Figure, Grouped } from '../src/core/measure/figure.ts'
import type { Pack } from '../src/core/pack/pack.ts'
import { readDay } from '../src/core/words/day.ts'
import { endOfDay } from '../src/core/words/instant.ts'
import { openLedger } from '../src/intake/open-ledger.ts'
import { type DuckDatabase, openDuckDB } from '../src/store/duckdb.ts'
import { Measuring } from '../src/store/measuring.ts'
import { must } from './ledger.ts'

export const byAll: Grouped = { by: new Set(['place', 'period', 'variant']), period: 'month' }
export const whole: Grouped = { by: new Set(), period: 'month' }

/** The last day of the scenario. */
export function askingOf(pack: Pack): Asking {
  const asOf = readDay('2025-06-30')!
  return { asOf, asOfAt: endOfDay(asOf, pack.zone) }
}

/**
 * CPU seconds do not depend on how busy the machine is, but with several threads they depend on how these share it. One
 * thread for everything that is compared.
 */
export const openOneThread = (): Promise<DuckDatabase> => openDuckDB({ threads: 1 })

export interface Opened {
  readonly db: DuckDatabase
  readonly measuring: Measuring
}

export async function openOurs(pack: Pack, file: string): Promise<Opened> {
  const db = await openOneThread()
  return { db, measuring: await measuringOf(db, pack, file) }
}

export async function measuringOf(db: DuckDatabase, pack: Pack, file: string): Promise<Measuring> {
  must(await openLedger(db, pack, { files: [file], skipBad: false }))
  return Measuring.open(db, pack, 0, 'entry_profile')
}

/** Everything `varde measure` does, but for printing. */
export async function measureOurs(pack: Pack, file: string, ids: readonly string[], grouped: Grouped): Promise<readonly Figure[]> {
  const { db, measuring } = await openOurs(pack, file)
  try {
    return await measuring.figures(indicatorsOf(pack, ids), askingOf(pack), grouped)
  } finally {
    await db.close()
  }
}

export const indicatorsOf = (pack: Pack, ids: readonly string[]) => pack.indicators.filter((indicator) => ids.includes(indicator.id))
