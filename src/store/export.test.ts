import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filledLedger } from '../../test/support/filled.ts'
import { freshKey, type LedgerUnderTest, operator } from '../../test/support/live-ledger.ts'
import { type FreshDatabase, freshDatabase, postgresServers } from '../../test/support/postgres.ts'
import type { Day } from '../core/words/day.ts'
import { endOfDay } from '../core/words/instant.ts'
import { openKey } from './checkpoints.ts'
import { exportDatabase, importDatabase } from './export.ts'
import type { InstalledPack } from './install-packs.ts'
import { openLedger } from './ledger-database.ts'
import { liveFigures } from './live-figures.ts'
import { livePacks } from './live-packs.ts'
import { migrate } from './migrate.ts'
import { tablesOf } from './projection.ts'
import { verifyDatabase } from './verify.ts'

const now = () => new Date()

const ownTables = [...tablesOf('log'), ...tablesOf('acts'), ...tablesOf('carried')].map((table) => `varde.${table}`)
const layer = ['pack_1.kept_row', 'pack_1.past_row', 'pack_2.kept_row', 'pack_2.past_row']

/** Rows of tables, as text. */
async function contentsOf(url: string, tables: readonly string[] = [...ownTables, ...layer]): Promise<readonly (readonly string[])[]> {
  const client = new Client(url)
  await client.connect()
  try {
    const contents: string[][] = []
    for (const table of tables)
      contents.push((await client.query(`SELECT t::text AS row FROM ${table} t ORDER BY 1`)).rows.map((row) => row.row))
    return contents
  } finally {
    await client.end()
  }
}

async function figuresOf(url: string, packs: readonly InstalledPack[]) {
  const ledger = openLedger({ url })
  const actor = operator(
    [2, 3],
    packs.map((p) => p.pack),
  )
  const asOf = Math.floor(Date.now() / 86_400_000) as Day // whole days since 1970
  try {
    const figures = []
    for (const live of livePacks(packs).all)
      figures.push(
        await ledger.counting(actor, (rows) =>
          liveFigures(
            rows,
            {
              live,
              ledgers: [2, 3],
              asking: { asOf, asOfAt: endOfDay(asOf, live.content.zone) },
              when: 'now',
              grouped: { by: new Set(['place', 'period', 'variant']), period: 'month' },
            },
            live.content.indicators,
          ),
        ),
      )
    return figures
  } finally {
    await ledger.close()
  }
}

describe.each(postgresServers())('an export on $name', ({ url }) => {
  let at: LedgerUnderTest
  let home = ''
  let target: FreshDatabase
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'varde-export-'))
    at = await filledLedger(url, ['packs/demo', 'packs/no-house'], 7)
    await at.ledger.rows(`SELECT note_checkpoints('{2}', '{act}', '{5}')`)
    const key = await openKey(join(home, 'key.pem'))
    await exportDatabase({ ownerUrl: at.url, out: join(home, 'one'), version: '0', now, key })
    target = await freshDatabase(url)
    await migrate(target.url)
  })
  afterAll(async () => {
    await at.close()
    await target.drop()
    await rm(home, { recursive: true })
  })

  test('is a folder only its owner can read, with the sums of its files', async () => {
    expect((await readdir(join(home, 'one'))).sort()).toEqual([
      'checkpoint_key.pem',
      'checkpoints.jsonl',
      'log.ndjson',
      'log_checkpoint.ndjson',
      'manifest.json',
    ])
    expect((await stat(join(home, 'one', 'log.ndjson'))).mode & 0o077).toBe(0)
    const again = exportDatabase({ ownerUrl: at.url, out: join(home, 'one'), version: '0', now })
    await expect(again).rejects.toMatchObject({ issues: [{ code: 'store/not-empty' }] })
  })

  test.each<readonly [string, string, (folder: string) => Promise<void>]>([
    [
      'a byte of its log changed',
      'export/unreadable',
      (f) => readFile(join(f, 'log.ndjson'), 'utf8').then((t) => writeFile(join(f, 'log.ndjson'), t.replace('Invented', 'invented'))),
    ],
    [
      'its log cut',
      'export/unreadable',
      (f) => readFile(join(f, 'log.ndjson'), 'utf8').then((t) => writeFile(join(f, 'log.ndjson'), t.slice(0, -100))),
    ],
    ['a file gone', 'export/unreadable', (f) => rm(join(f, 'log_checkpoint.ndjson'))],
    ['no list', 'export/unreadable', (f) => rm(join(f, 'manifest.json'))],
    ['a list that is none', 'export/unreadable', (f) => writeFile(join(f, 'manifest.json'), '{"format":1,"files":[]}')],
    ['a newer format', 'store/newer', (f) => writeFile(join(f, 'manifest.json'), '{"format":2,"new":true}')],
    [
      'its log changed, and the sum in its list with it',
      'verify/broken',
      async (f) => {
        const { createHash } = await import('node:crypto')
        const text = (await readFile(join(f, 'log.ndjson'), 'utf8')).replace('Invented', 'invented')
        await writeFile(join(f, 'log.ndjson'), text)
        const list = JSON.parse(await readFile(join(f, 'manifest.json'), 'utf8'))
        list.files[0].sha256 = createHash('sha256').update(text).digest('hex')
        await writeFile(join(f, 'manifest.json'), JSON.stringify(list))
      },
    ],
  ])('with %s is refused, and nothing of it is kept', async (_, code, spoil) => {
    const folder = join(home, 'spoilt')
    await cp(join(home, 'one'), folder, { recursive: true })
    await spoil(folder)
    await expect(importDatabase({ ownerUrl: target.url, folder, packs: at.packs })).rejects.toMatchObject({ issues: [{ code }] })
    expect(await contentsOf(target.url, ['varde.log', 'varde.person'])).toEqual([[], []])
    await rm(folder, { recursive: true })
  })

  test('needs the packs it was made under', async () => {
    const imported = importDatabase({ ownerUrl: target.url, folder: join(home, 'one'), packs: at.packs.slice(0, 1) })
    await expect(imported).rejects.toMatchObject({
      issues: [{ code: 'ledger/pack-missing', message: expect.stringContaining('no-house') }],
    })
  })

  test('comes back row by row: heads, tables, layer and figures, whatever order the packs are in', async () => {
    const steps = new Set<string>()
    const { notes } = await importDatabase({
      ownerUrl: target.url,
      folder: join(home, 'one'),
      packs: at.packs.toReversed(),
      onProgress: (what) => steps.add(what),
    })
    expect(notes).toEqual([])
    expect([...steps]).toEqual(expect.arrayContaining(['rows of the log', 'acts done again', 'chains']))
    expect(await contentsOf(target.url)).toEqual(await contentsOf(at.url))
    expect(await figuresOf(target.url, at.packs)).toEqual(await figuresOf(at.url, at.packs))
    expect(await verifyDatabase({ ownerUrl: target.url, packs: at.packs, now })).toMatchObject({ problems: [], notes: [], sampled: 4 })
    const twice = importDatabase({ ownerUrl: target.url, folder: join(home, 'one'), packs: at.packs })
    await expect(twice).rejects.toMatchObject({ issues: [{ code: 'store/not-empty' }] })
  })

  test('goes on where it stopped: the next act follows the last one, the next numbers are free', async () => {
    const ledger = openLedger({ url: target.url })
    const all = operator([0, 1, 2, 3], [1, 2])
    await ledger.as(all, (s) => s.act(3, [{ key: freshKey(), kind: 'patient-registered', payload: { name: 'Invented' } }]))
    expect(await ledger.as(all, (s) => s.rows(`SELECT * FROM chain_problems(3, 'act')`))).toEqual([])
    expect(await ledger.rows(`SELECT nextval('organisation_number')::int AS org`)).toEqual([{ org: 4 }])
    await ledger.close()
  })

  test('made under the load of writers is one moment, and holds', async () => {
    let writing = true
    const writers = [2, 3, 2, 3].map(async (ledger) => {
      let n = 0
      while (writing) {
        await at.act(ledger, {
          kind: 'recorded',
          pathway: 1,
          payload: { code: at.packs[ledger - 2]!.content.codes[0]!.code, occurred: '2026-01-02' },
        })
        n++
      }
      return n
    })
    const { manifest } = await exportDatabase({ ownerUrl: at.url, out: join(home, 'busy'), version: '0', now })
    writing = false
    expect((await Promise.all(writers)).every((n) => n > 0)).toBe(true)
    const fresh = await freshDatabase(url)
    await migrate(fresh.url)
    await importDatabase({ ownerUrl: fresh.url, folder: join(home, 'busy'), packs: at.packs })
    expect(await verifyDatabase({ ownerUrl: fresh.url, packs: at.packs, now })).toMatchObject({ problems: [] })
    const client = new Client(fresh.url)
    await client.connect()
    const { rows } = await client.query(`SELECT ledger, chain, seq::int, encode(hash, 'hex') AS hash FROM varde.log_head ORDER BY 1, 2`)
    expect(rows).toEqual(manifest.heads.map(({ ledger, chain, seq, hash }) => ({ ledger, chain, seq, hash })))
    await client.end()
    await fresh.drop()
  })
})
