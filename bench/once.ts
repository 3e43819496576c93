import { openLedger } from '../src/intake/open-ledger.ts'
import { openDuckDB } from '../src/store/duckdb.ts'
import { Measuring } from '../src/store/measuring.ts'
import { clockIds } from './hand-written.ts'
import { must, openPack } from './ledger.ts'
import { askingOf, byAll, indicatorsOf } from './ours.ts'

/** Measures once in a process of its own: `once.ts FILE MEMORY`. Prints what it took, as JSON. */
const [file = '', memory = '2GiB'] = process.argv.slice(2)
const pack = await openPack()
const db = await openDuckDB({ memory, threads: 2 })
let spilled = 0
const watch = async () => {
  const rows = await db.rows('SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) AS bytes FROM duckdb_temporary_files()')
  spilled = Math.max(spilled, Number(rows[0]?.['bytes'] ?? 0))
}
must(await openLedger(db, pack, { files: [file], skipBad: false }))
await watch()
const measuring = await Measuring.open(db, pack)
await watch()
const figures = await measuring.figures(indicatorsOf(pack, clockIds), askingOf(pack), byAll)
await watch()
await db.close()
process.stdout.write(JSON.stringify({ figures: figures.length, spilled, peak: process.resourceUsage().maxRSS * 1024 }))
