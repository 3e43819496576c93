import { expect, test } from 'vitest'
import { entryFiles } from '../../test/support/entry-files.ts'
import { openDuckDB } from '../store/duckdb.ts'
import { loadPack } from '../store/pack-folder.ts'
import { openLedger } from './open-ledger.ts'

const files = entryFiles()
const pack = await loadPack('packs/demo')
if (!pack.ok) throw new Error('packs/demo cannot be read')
const demo = pack.value

/** Opens a Parquet file with our own columns, of 5000 rows in groups of 2048, and gives what is wrong with it. */
async function faultsOf(name: string, pathway: string): Promise<readonly string[]> {
  const db = await openDuckDB()
  const code = demo.codes[0]!.code
  const day = `DATE '2024-03-01'`
  await db.run(
    `COPY (SELECT ${pathway} AS pathway, '${code}' AS code, ${day} AS occurred, ${day} AS recorded, 1709300000 + i AS recorded_at FROM range(5000) t(i)) TO '${files.at(name)}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`,
  )
  const opened = await openLedger(db, demo, { files: [files.at(name)], skipBad: false })
  await db.close()
  return opened.ok ? [] : opened.issues.map((issue) => (issue.at ? `${issue.at.line} ${issue.message}` : issue.message))
}

test('a pathway without a text is found, whatever the statistics of its file say', async () => {
  expect(await faultsOf('named.parquet', `'p' || i`)).toEqual([])
  expect(await faultsOf('blank.parquet', `CASE WHEN i = 3000 THEN '' ELSE 'p' || i END`)).toEqual(['3001 no pathway'])
  expect(await faultsOf('none.parquet', `CASE WHEN i = 3000 THEN NULL ELSE 'p' || i END`)).toEqual(['3001 no pathway'])
  expect(await faultsOf('group.parquet', `CASE WHEN i < 2048 THEN NULL WHEN i = 3000 THEN '' ELSE 'p' || i END`)).toContain(
    'and 2009 more bad rows; mend them, or go on without them with --skip-bad',
  )
})
