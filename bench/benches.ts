import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Pack } from '../src/core/pack/pack.ts'
import { openDuckDB } from '../src/store/duckdb.ts'
import { mustAgree } from './check.ts'
import { cpuOf, inTurn, median } from './cpu.ts'
import { bundlesOf, measureCql } from './cql.ts'
import { byHand, type ClockId, clockIds } from './hand-written.ts'
import { type BenchLedger, benchLedger } from './ledger.ts'
import { askingOf, byAll, indicatorsOf, measureOurs, measuringOf, openOneThread, openOurs, whole } from './ours.ts'

/** What a bench works with: the large ledger, one a tenth of it, and a few pathways. */
export interface Setting {
  readonly pack: Pack
  readonly large: BenchLedger
  readonly tenth: BenchLedger
  readonly few: BenchLedger
  readonly rounds: number
  /** Megabytes DuckDB may take, in the bench of memory. */
  readonly memoryMiB: number
}

export interface Outcome {
  readonly ratio: number
  /** What the ratio is made of. */
  readonly detail: string
}

/** `stated`: measured and told, with no line to pass. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number } | { readonly stated: true }

export interface Bench {
  readonly id: string
  readonly what: string
  readonly goal: Goal
  run(setting: Setting): Promise<Outcome>
}

export const isMet = ({ goal }: { readonly goal: Goal }, ratio: number): boolean =>
  'stated' in goal || ('atMost' in goal ? ratio <= goal.atMost : ratio >= goal.atLeast)

export async function settingOf(
  pack: Pack,
  size: { entries: number; few: number; rounds: number; memoryMiB: number },
  say?: (text: string) => void,
): Promise<Setting> {
  const ledger = (entries: number) => benchLedger(pack, entries, say)
  return { ...size, pack, large: await ledger(size.entries), tenth: await ledger(size.entries / 10), few: await ledger(size.few) }
}

const seconds = (n: number) => `${n.toFixed(2)} s`
const ours = ({ pack, large }: Setting, ids: readonly ClockId[], by: boolean) => measureOurs(pack, large.file, ids, by ? byAll : whole)

async function hand({ large }: Setting, ids: readonly ClockId[], by: boolean) {
  const db = await openOneThread()
  try {
    return await byHand(db, large.file, ids, by)
  } finally {
    await db.close()
  }
}

/** First that the answers are the same, then what each takes. */
async function againstHand(setting: Setting, ids: readonly ClockId[], by: boolean): Promise<Outcome> {
  mustAgree(await ours(setting, ids, by), await hand(setting, ids, by))
  const [own = 0, best = 0] = await inTurn([() => ours(setting, ids, by), () => hand(setting, ids, by)], setting.rounds)
  return { ratio: own / best, detail: `${seconds(own)} against ${seconds(best)} by hand, the same figures` }
}

/** Every value of every column a figure of this ledger rests on. */
const scanned = ['pathway', 'code', 'occurred', 'recorded', 'place', 'standing', 'recorder', 'id', 'corrects', 'withdraws']

async function scan({ large }: Setting): Promise<void> {
  const db = await openOneThread()
  try {
    await db.rows(
      `SELECT ${scanned.map((column) => `MAX(${column}) AS ${column}`).join(', ')} FROM read_parquet('${large.file.replaceAll("'", "''")}')`,
    )
  } finally {
    await db.close()
  }
}

async function againstScan(setting: Setting, ids: readonly ClockId[], by: boolean): Promise<Outcome> {
  const [own = 0, floor = 0] = await inTurn([() => ours(setting, ids, by), () => scan(setting)], setting.rounds)
  return { ratio: own / floor, detail: `${seconds(own)} against ${seconds(floor)} for the scan` }
}

async function growth(setting: Setting): Promise<Outcome> {
  const { pack, large, tenth, rounds } = setting
  const [big = 0, small = 0] = await inTurn(
    [() => measureOurs(pack, large.file, clockIds, byAll), () => measureOurs(pack, tenth.file, clockIds, byAll)],
    rounds,
  )
  const entries = (n: number) => n.toLocaleString('en')
  return {
    ratio: big / small,
    detail: `${seconds(small)} for ${entries(tenth.entries)} entries, ${seconds(big)} for ${entries(large.entries)}`,
  }
}

interface OnceAnswer {
  readonly figures: number
  readonly peak: number
  readonly spilled: number
}

/** Measures in a process of its own, with so much memory for DuckDB, and looks on at what it puts on the disk meanwhile. */
async function measureOnce(file: string, limitMiB: number): Promise<OnceAnswer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'varde-bench-'))
  let spilled = 0
  const watch = setInterval(async () => {
    const names = await readdir(folder, { recursive: true }).catch(() => [])
    const sizes = await Promise.all(
      names.map((name) =>
        stat(path.join(folder, name))
          .then((found) => found.size)
          .catch(() => 0),
      ),
    )
    spilled = Math.max(
      spilled,
      sizes.reduce((sum, size) => sum + size, 0),
    )
  }, 50)
  try {
    const script = path.join(import.meta.dirname, 'once.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [script, file, `${limitMiB}MiB`], {
      env: { ...process.env, TMPDIR: folder },
    })
    return { ...JSON.parse(stdout), spilled } as OnceAnswer // written by once.ts
  } finally {
    clearInterval(watch)
    await rm(folder, { recursive: true, force: true })
  }
}

async function memory({ large, memoryMiB }: Setting): Promise<Outcome> {
  const mib = (bytes: number) => Math.round(bytes / 2 ** 20)
  const told = (limit: number, { figures, peak, spilled }: OnceAnswer) =>
    `DuckDB limited to ${limit} MiB: ${figures} figures, peak ${mib(peak)} MiB, up to ${mib(spilled)} MiB on disk`
  const [full, quarter] = [await measureOnce(large.file, memoryMiB), await measureOnce(large.file, memoryMiB / 4)]
  return { ratio: mib(full.peak) / memoryMiB, detail: `${told(memoryMiB, full)}; ${told(memoryMiB / 4, quarter)}` }
}

async function account({ pack, large, rounds }: Setting): Promise<Outcome> {
  const indicators = indicatorsOf(pack, ['OF4'])
  const asking = askingOf(pack)
  const times: { measured: number; cell: number }[] = []
  let lines = 0
  for (let round = 0; round < rounds; round++) {
    const opened: { db?: Awaited<ReturnType<typeof openOurs>>['db']; measuring?: Awaited<ReturnType<typeof openOurs>>['measuring'] } = {}
    const measured = await cpuOf(async () => {
      Object.assign(opened, await openOurs(pack, large.file))
      await opened.measuring!.figures(indicators, asking, byAll)
    })
    const cell = await cpuOf(async () => {
      const wanted = { place: 'Nordvik sykehus (oppdiktet)', period: 202_403, variant: 'breast' }
      lines = (await opened.measuring!.account(indicators[0]!, asking, byAll, wanted)).length
    })
    await opened.db!.close()
    times.push({ measured, cell })
  }
  const [measured, cell] = [median(times.map((t) => t.measured)), median(times.map((t) => t.cell))]
  return { ratio: cell / measured, detail: `${seconds(cell)} for the ${lines} lines of a cell, ${seconds(measured)} for the measure` }
}

async function againstCql({ pack, large, few, rounds }: Setting): Promise<Outcome> {
  const { db, measuring } = await openOurs(pack, few.file)
  const bundles = await bundlesOf(db)
  const [figure] = await measuring.figures(indicatorsOf(pack, ['OF4']), askingOf(pack), whole)
  await db.close()
  const { met = 0, missed = 0, ...leftOut } = await measureCql(bundles)
  const same =
    figure &&
    figure.numerator === met &&
    figure.denominator === met + missed &&
    Object.entries(figure.leftOut).every(([why, n]) => leftOut[why] === n)
  if (!same) throw new Error(`cql-execution answers otherwise: ${JSON.stringify({ met, missed, leftOut })}, not ${JSON.stringify(figure)}`)
  const counter = await openOneThread()
  const [row = {}] = await counter.rows(`SELECT COUNT(DISTINCT pathway) AS n FROM read_parquet('${large.file.replaceAll("'", "''")}')`)
  await counter.close()
  const pathways = Number(row['n'])
  const [own = 0, cql = 0] = await inTurn([() => measureOurs(pack, large.file, ['OF4'], whole), () => measureCql(bundles)], rounds)
  const [ourRate, cqlRate] = [pathways / own, bundles.length / cql]
  const rate = (n: number) => `${Math.round(n).toLocaleString('en')} a second`
  return {
    ratio: ourRate / cqlRate,
    detail: `${rate(ourRate)} (${pathways.toLocaleString('en')} pathways) against ${rate(cqlRate)} (${bundles.length} bundles), the same verdicts`,
  }
}

/** What a person waits for: seconds by the clock with all threads, from the file to the figures of all places, and for other figures of the same day after that. */
async function allPlaces({ pack, large, rounds }: Setting, again: boolean): Promise<Outcome> {
  const [one, asking] = [indicatorsOf(pack, ['OF4']), askingOf(pack)]
  const times: number[] = []
  let figures = 0
  for (let round = 0; round < rounds; round++) {
    const db = await openDuckDB()
    let start = performance.now()
    const measuring = await measuringOf(db, pack, large.file)
    figures = (await measuring.figures(one, asking, byAll)).length
    if (again) {
      start = performance.now()
      figures = (await measuring.figures(one, asking, { by: new Set(['place', 'period']), period: 'month' })).length
    }
    times.push((performance.now() - start) / 1000)
    await db.close()
  }
  const took = median(times)
  return {
    ratio: took / (again ? 2 : 20),
    detail: `${seconds(took)} for ${figures} figures of ${large.entries.toLocaleString('en')} entries`,
  }
}

export const benches: readonly Bench[] = [
  {
    id: 'all-places-from-files',
    what: 'seconds by the clock for OF4 of all places by month and variant, from the file, to 20',
    goal: { atMost: 1 },
    run: (setting) => allPlaces(setting, false),
  },
  {
    id: 'one-place-again',
    what: 'seconds by the clock for OF4 of each place by month, from the layer that is kept of the files, to 2',
    goal: { atMost: 1 },
    run: (setting) => allPlaces(setting, true),
  },
  {
    id: 'measure-vs-handwritten',
    what: 'OF1 to OF4 by place, month and variant, from the file to the figures, against the fastest SQL written by hand',
    goal: { atMost: 1.3 },
    run: (setting) => againstHand(setting, clockIds, true),
  },
  {
    id: 'one-vs-handwritten',
    what: 'OF4 alone in one figure, against the fastest SQL written by hand',
    goal: { atMost: 1.3 },
    run: (setting) => againstHand(setting, ['OF4'], false),
  },
  {
    id: 'measure-vs-scan',
    what: 'OF1 to OF4 by place, month and variant, against reading the largest value of each column they rest on',
    goal: { atMost: 6 },
    run: (setting) => againstScan(setting, clockIds, true),
  },
  {
    id: 'one-vs-scan',
    what: 'OF4 alone in one figure, against the same scan',
    goal: { atMost: 6 },
    run: (setting) => againstScan(setting, ['OF4'], false),
  },
  { id: 'growth', what: 'ten times the entries', goal: { atMost: 11 }, run: growth },
  {
    id: 'memory',
    what: 'peak memory of a process that measures OF1 to OF4, to what DuckDB may take; a quarter of that must do too',
    goal: { atMost: 1.25 },
    run: memory,
  },
  {
    id: 'account-vs-measure',
    what: 'the account of one cell from the layer that is kept, against the measure',
    goal: { atMost: 0.2 },
    run: account,
  },
  {
    id: 'pathways-vs-cql',
    what: 'pathways a CPU second in OF4, against cql-execution over FHIR R4 bundles',
    goal: { atLeast: 1000 },
    run: againstCql,
  },
]
