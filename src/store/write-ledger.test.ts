import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { generateEntries } from '../core/measure/generate.ts'
import type { IssueError } from '../core/words/result.ts'
import { openDuckDB } from './duckdb.ts'
import { loadPack } from './pack-folder.ts'
import { ledgerColumns, loadScenario, writeParquet } from './write-ledger.ts'

const folder = mkdtempSync(join(tmpdir(), 'varde-ledger-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const pack = await loadPack('packs/demo')
if (!pack.ok) throw new Error('packs/demo cannot be read')
const demo = pack.value
const scenario = await loadScenario('packs/demo', demo)
if (!scenario.ok) throw new Error('the scenario of packs/demo cannot be read')
const made = scenario.value

const entries = (seed: number, pathways = 300) => generateEntries(demo, made, { pathways, seed })
const sum = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

test('the same seed gives the same bytes, another seed others', async () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => join(folder, `${name}.parquet`)) as [string, string, string]
  await writeParquet(entries(1), a)
  await writeParquet(entries(1), b)
  await writeParquet(entries(2), c)
  expect(sum(b)).toBe(sum(a))
  expect(sum(c)).not.toBe(sum(a))
})

test('entries are read back as they were, in order of recording', async () => {
  const file = join(folder, 'back.parquet')
  const written = [...entries(3)]
  expect(await writeParquet(written, file)).toBe(written.length)
  const db = await openDuckDB()
  const rows = await db.rows(`SELECT * FROM read_parquet('${file}')`)
  await db.close()
  expect(Object.keys(rows[0]!)).toEqual(ledgerColumns.map(([name]) => name))
  const sorted = written.map((entry, i) => ({ entry, i })).sort((a, b) => a.entry.recordedAt - b.entry.recordedAt || a.i - b.i)
  expect(rows.map((row) => [row['pathway'], row['code'] ?? '', row['recorded_at'], row['id'], row['value']])).toEqual(
    sorted.map(({ entry }) => [entry.pathway, entry.code, entry.recordedAt, entry.id ?? null, entry.value ?? null]),
  )
})

test('progress is told', async () => {
  const told: number[] = []
  await writeParquet(entries(1, 45_000), join(folder, 'progress.parquet'), (count) => told.push(count))
  expect(told.slice(0, 2)).toEqual([100_000, 200_000])
})

test('a place that cannot be written is an issue, and nothing is left behind', async () => {
  const inMissing = join(folder, 'missing', 'x.parquet')
  const error = await writeParquet(entries(1), inMissing).catch((caught: IssueError) => caught)
  expect((error as IssueError).issues).toEqual([{ code: 'output/unwritable', path: [], message: `${inMissing}: cannot be written` }])
  const onFolder = await writeParquet(entries(1, 2), folder).catch((caught: IssueError) => caught)
  expect((onFolder as IssueError).issues[0]?.code).toBe('output/unwritable')
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([])
})

test('a pack without a scenario is told which file to write', async () => {
  const none = await loadScenario('packs/no-cpp', demo)
  expect(none.ok ? [] : none.issues.map((issue) => issue.message)).toEqual([
    'packs/no-cpp/scenario/generate.yaml: write this file: it says how a ledger is made up for the pack',
  ])
})
