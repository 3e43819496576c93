import { existsSync, readdirSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { describe, expect, test } from 'vitest'

import { openKey, readCheckpoints } from '../../src/store/checkpoints.ts'
import { exportDatabase, exportFormat, importDatabase } from '../../src/store/export.ts'
import { migrate } from '../../src/store/migrate.ts'
import { verifyDatabase } from '../../src/store/verify.ts'
import { filledLedger } from '../support/filled.ts'
import { packOf } from '../support/live-ledger.ts'
import { freshDatabase, postgresServers } from '../support/postgres.ts'

/**
 * An export of each format there has been: invented, small, with corrections, withdrawals and an erasure. A new format gets a folder of its own, written
 * by `UPDATE=exports npx vitest run test/upgrade`; those that are there are never written again.
 */
const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url))
const folderOf = (format: number | string) => join(fixtures, `export-${format}`)
const now = () => new Date()

test.runIf(process.env['UPDATE'] === 'exports' && !existsSync(folderOf(exportFormat)))('writes the export of a new format', async () => {
  const at = await filledLedger(postgresServers()[0]!.url, ['packs/demo'], 11, 12)
  const key = join(fixtures, 'key.pem')
  await exportDatabase({ ownerUrl: at.url, out: folderOf(exportFormat), version: '0.1.0', now, key: await openKey(key) })
  await rm(key) // whoever has it could sign heads in this ledger's name; nobody needs to
  await at.close()
})

test('there is an export of every format', () => {
  const formats = Array.from({ length: exportFormat }, (_, i) => `export-${i + 1}`)
  expect(readdirSync(fixtures).filter((name) => name.startsWith('export-'))).toEqual(formats)
})

describe.each(postgresServers())('on $name', ({ url }) => {
  test.each(Array.from({ length: exportFormat }, (_, i) => i + 1))('an export of format %i still comes in, and holds', async (format) => {
    const folder = folderOf(format)
    const fresh = await freshDatabase(url)
    await migrate(fresh.url)
    const packs = [{ folder: 'packs/demo', content: await packOf('packs/demo') }]
    const { manifest } = await importDatabase({ ownerUrl: fresh.url, folder, packs })
    const outside = await readCheckpoints(join(folder, 'checkpoints.jsonl'), await readFile(join(folder, 'checkpoint_key.pem'), 'utf8'))
    expect(outside).toMatchObject({ bad: [] })
    expect(outside.checkpoints.length).toBe(manifest.heads.filter((head) => head.seq > 0).length)
    expect(await verifyDatabase({ ownerUrl: fresh.url, packs, outside, now })).toMatchObject({ problems: [], sampled: 2 })
    const client = new Client(fresh.url)
    await client.connect()
    const { rows } = await client.query(`SELECT (SELECT count(*)::int FROM varde.entry WHERE superseded IS NOT NULL) > 0 AS corrected,
      (SELECT count(*)::int FROM varde.log WHERE kind = 'identity-erased') AS erased, (SELECT count(*)::int FROM varde.log WHERE payload IS NULL) AS emptied,
      (SELECT count(*)::int FROM varde.identity) AS known, (SELECT count(*)::int FROM varde.patient) AS patients`)
    expect(rows).toEqual([{ corrected: true, erased: 1, emptied: 2, known: 1, patients: 2 }])
    await client.end()
    await fresh.drop()
  })
})
