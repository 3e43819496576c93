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
must(await openLedger(db, pack, { files: [file], skipBad: false }))
const measuring = await Measuring.open(db, pack, 0, 'entry_profile')
const figures = await measuring.figures(indicatorsOf(pack, clockIds), askingOf(pack), byAll)
await db.close()
process.stdout.write(JSON.stringify({ figures: figures.length, peak: process.resourceUsage().maxRSS * 1024 }))
