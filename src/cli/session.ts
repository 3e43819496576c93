import type { Asking, Pathway } from '../core/clock/chosen.ts'
import type { Entry } from '../core/ledger/entry.ts'
import { type AccountLine, accountOf, listPathways } from '../core/measure/account.ts'
import { type Cell, cellOf, type Figure, figuresOf, type Grouped } from '../core/measure/figure.ts'
import type { Indicator, Pack } from '../core/pack/pack.ts'
import { type Day, readDay } from '../core/words/day.ts'
import { endOfDay } from '../core/words/instant.ts'
import { type Issue, issueText } from '../core/words/issue.ts'
import { IssueError, type Result } from '../core/words/result.ts'
import { openMapping } from '../intake/mapping.ts'
import { entryRows, listEntries, type OpenLedger, openLedger } from '../intake/open-ledger.ts'
import type { Database } from '../store/database.ts'
import { type DuckDatabase, openDuckDB } from '../store/duckdb.ts'
import { startEmbedded } from '../store/embedded.ts'
import { entryColumns, lineOrder, Measuring } from '../store/measuring.ts'
import { loadPack } from '../store/pack-folder.ts'
import { openPostgres } from '../store/postgres.ts'
import { temporaryFolder } from '../store/temporary.ts'
import { type Io, progressBar } from './io.ts'

/** What every engine answers: the same, whichever it is. */
export interface Engine {
  readonly name: string
  figures(indicators: readonly Indicator[], asking: Asking, grouped: Grouped): Promise<readonly Figure[]>
  account(indicator: Indicator, asking: Asking, grouped: Grouped, cell?: Cell): Promise<readonly AccountLine[]>
}

export interface SessionOptions {
  readonly entries: readonly string[]
  readonly map?: string
  readonly engine: string
  readonly asOf?: string
  readonly skipBad: boolean
  readonly memory?: string
  readonly threads?: number
}

/** A pack and a ledger opened for one command; `close` ends what was started for it. */
export interface Session {
  readonly pack: Pack
  readonly ledger: OpenLedger
  readonly asking: Asking
  readonly engine: Engine
  readonly db: DuckDatabase
  readonly pathwaysOf: (ids: readonly string[], pack?: Pack) => Promise<readonly Pathway[]>
  /** The same ledger under another pack. */
  readonly under: (pack: Pack) => Promise<Engine>
  close(): Promise<void>
}

export function mustRead<T>(result: Result<T>): T {
  if (!result.ok) throw new IssueError(result.issues)
  return result.value
}

export async function openSession(packFolder: string, options: SessionOptions, io: Io): Promise<Session> {
  if (!['duckdb', 'plain', 'postgres'].includes(options.engine) && !/^postgres(ql)?:\/\//.test(options.engine))
    throw new UsageError(
      `no engine "${options.engine}": duckdb, plain, postgres, or the address of a PostgreSQL server, postgres://user:password@host/database`,
    )
  if (options.memory !== undefined && !/^\d+(\.\d+)? ?[KMGT]i?B$/i.test(options.memory))
    throw new UsageError(`"${options.memory}" is no size of memory: write 500MB or 2GiB`)
  const twice = options.entries.find((file, i) => options.entries.indexOf(file) !== i)
  if (twice !== undefined) throw new UsageError(`${twice} is given twice: its entries would count double`)
  const pack = mustRead(await loadPack(packFolder))
  const mapping = options.map === undefined ? undefined : mustRead(await openMapping(options.map))
  const db = await openDuckDB({
    ...(options.memory ? { memory: options.memory } : {}),
    ...(options.threads ? { threads: options.threads } : {}),
  })
  const closing: (() => Promise<void>)[] = [() => db.close()]
  const close = async () => {
    for (const end of closing.reverse()) await end()
  }
  try {
    const ledger = mustRead(
      await openLedger(db, pack, {
        files: options.entries,
        ...(mapping ? { mapping } : {}),
        skipBad: options.skipBad,
        onProgress: progressBar(io, 'Reading entries'),
      }),
    )
    if (ledger.skipped > 0) sayIssues(io, ledger.issues, `${ledger.skipped} bad rows were left out`)
    const asOf = options.asOf === undefined ? ledger.lastRecorded : dayOption(options.asOf)
    const asking = { asOf, asOfAt: endOfDay(asOf, pack.zone) }
    const under = engineMaker(db, options.engine, closing)
    const pathwaysOf = async (ids: readonly string[], by = pack) => {
      const entries: Entry[] = []
      for await (const entry of listEntries(db, ids)) entries.push(entry)
      return listPathways(by, entries)
    }
    return { pack, ledger, asking, db, engine: await under(pack), under, pathwaysOf, close }
  } catch (error) {
    await close()
    throw error
  }
}

export function dayOption(text: string): Day {
  const day = readDay(text)
  if (day === undefined) throw new UsageError(`"${text}" is no day; write one such as 2025-06-30`)
  return day
}

/** Wrong usage: said in one sentence, exit code 2. */
export class UsageError extends Error {}

function engineMaker(db: DuckDatabase, name: string, closing: (() => Promise<void>)[]): (pack: Pack) => Promise<Engine> {
  if (name === 'duckdb') return async (pack) => sqlEngine('duckdb', db, pack)
  if (name === 'plain') return (pack) => plainEngine(db, pack)
  let target: Promise<Database> | undefined
  const open = async (): Promise<Database> => {
    let url = name
    if (name === 'postgres') {
      const folder = await temporaryFolder('postgres')
      closing.push(folder.remove)
      const server = await startEmbedded({ dir: folder.path, keep: false })
      closing.push(() => server.stop())
      url = server.url
    }
    const postgres = await openPostgres(url)
    closing.push(() => postgres.close())
    // A temporary table goes with the connection: nothing is left behind in anybody's database.
    await postgres.run(`CREATE TEMPORARY TABLE entry (${entryColumns.map(([column, type]) => `${column} ${type}`).join(', ')})`)
    await postgres.load('entry', entryColumns, entryRows(db))
    await postgres.run('ANALYZE entry')
    return postgres
  }
  return async (pack) => sqlEngine('postgres', await (target ??= open()), pack)
}

async function sqlEngine(name: string, db: Database, pack: Pack): Promise<Engine> {
  // Opened at each question, so that two packs can be measured in turn on one database.
  let measuring: Measuring | undefined
  const ready = async () => (measuring = currentPack.get(db) === pack && measuring ? measuring : await reopen())
  const reopen = async () => {
    currentPack.set(db, pack)
    return Measuring.open(db, pack, 0, db.kind === 'duckdb' ? 'entry_profile' : 'entry')
  }
  return {
    name,
    figures: async (...args) => (await ready()).figures(...args),
    account: async (...args) => (await ready()).account(...args),
  }
}
/** Whose small tables a database holds now. */
const currentPack = new WeakMap<Database, Pack>()

async function plainEngine(db: DuckDatabase, pack: Pack): Promise<Engine> {
  const entries: Entry[] = []
  for await (const entry of listEntries(db)) entries.push(entry)
  const pathways = listPathways(pack, entries)
  return {
    name: 'plain',
    figures: async (indicators, asking, grouped) =>
      indicators.flatMap((indicator) => figuresOf(indicator, accountOf(pack, indicator, pathways, asking), grouped)),
    account: async (indicator, asking, grouped, cell) => {
      const lines = [...accountOf(pack, indicator, pathways, asking)].sort(lineOrder)
      return cell ? lines.filter((line) => inCell(cellOf(line, grouped), cell)) : lines
    },
  }
}

/** A cell names only what was asked for; the rest may be anything. */
const inCell = (own: Cell, wanted: Cell): boolean =>
  (['place', 'period', 'variant'] as const).every((key) => wanted[key] === null || wanted[key] === undefined || own[key] === wanted[key])

export function sayIssues(io: Io, issues: readonly Issue[], heading?: string): void {
  const shown = issues.slice(0, 50)
  io.err(
    `${[...(heading ? [`${heading}:`] : []), ...shown.map((issue) => `${issueText(issue)}  (${issue.code})`), ...(issues.length > shown.length ? [`and ${issues.length - shown.length} more`] : [])].join('\n')}\n`,
  )
}

export const findIndicators = (pack: Pack, ids: readonly string[] | undefined): readonly Indicator[] => {
  if (!ids || ids.length === 0) return pack.indicators
  return [...new Set(ids)].map((id) => {
    const found = pack.indicators.find((indicator) => indicator.id === id)
    if (!found)
      throw new IssueError([
        {
          code: 'measure/unknown-indicator',
          path: [],
          message: `the pack has no indicator "${id}"; it has ${pack.indicators.map((i) => i.id).join(', ')}`,
        },
      ])
    return found
  })
}
