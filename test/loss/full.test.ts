import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { IssueError } from '../../src/core/words/result.ts'
import { createFromTemplate } from '../../src/store/cluster.ts'
import { type EmbeddedServer, startEmbedded } from '../../src/store/embedded.ts'
import { keepingFree } from '../../src/store/free-space.ts'
import { installPacks } from '../../src/store/install-packs.ts'
import { type LedgerDatabase, openLedger } from '../../src/store/ledger-database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { embeddedFolders } from '../support/embedded.ts'
import { packOf } from '../support/live-ledger.ts'
import { openScene, type Scene } from '../support/scene.ts'

/** A disk of its own, small enough to fill: only root may make one. */
function smallDisk(dir: string, megabytes: number): boolean {
  mkdirSync(dir, { recursive: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', dir], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const folders = embeddedFolders()
const disk = await mkdtemp(join(tmpdir(), 'varde-disk-'))
const mounted = process.platform === 'linux' && process.getuid?.() === 0 && smallDisk(disk, 260)
if (!mounted) console.warn('Not tested: a full disk. It needs root on Linux, to mount a small one.')

describe.runIf(mounted)('a disk that fills up while people write', () => {
  let server: EmbeddedServer
  let ledger: LedgerDatabase
  let scene: Scene
  const dir = join(disk, 'data')
  const filler = join(disk, 'filler')
  const acknowledged = new Map<string, number>()

  beforeAll(async () => {
    await createFromTemplate({ template: folders.at('template'), dir })
    server = await startEmbedded({ dir })
    await migrate(server.url, 'varde_service')
    await installPacks(server.url, [{ folder: 'packs/demo', content: await packOf('packs/demo') }])
    scene = await openScene(server.url, { hospitals: 1, packs: [1] })
    await scene.pathway(2, 1)
    ledger = openLedger({ url: server.serviceUrl, connections: 4 })
  })
  afterAll(async () => {
    await ledger.close()
    await scene.close()
    await server.stop()
    execFileSync('umount', [disk])
    rmSync(disk, { recursive: true })
  })

  const free = () => {
    const { bavail, bsize } = statfsSync(disk)
    return bavail * bsize
  }
  const fillTo = (left: number) => writeFileSync(filler, Buffer.alloc(Math.max(0, free() - left)))
  let sent = 0
  async function write(to: LedgerDatabase): Promise<string> {
    const key = `document-${++sent}`
    try {
      const [done] = await to.as(scene.coordinator, (s) =>
        s.act(2, [
          {
            key,
            kind: 'document-received',
            payload: { patient: 1, kind: 'letter', title: 'Invented', body: randomBytes(40_000).toString('base64') },
          },
        ]),
      )
      acknowledged.set(key, done!.seq)
      return 'kept'
    } catch (error) {
      return error instanceof IssueError ? error.issues[0]!.code : String(error)
    }
  }
  const untilRefused = async (to: LedgerDatabase): Promise<string> => {
    for (let n = 0; n < 500; n++) {
      const answer = await write(to)
      if (answer !== 'kept') return answer
    }
    return 'never'
  }
  async function allThere(url: string): Promise<void> {
    const client = new Client(url)
    await client.connect()
    const { rows } = await client.query(`SELECT key, seq::int FROM varde.log WHERE key LIKE 'document-%'`)
    const there = new Map(rows.map((row) => [row.key, row.seq]))
    expect([...acknowledged].filter(([key, seq]) => there.get(key) !== seq)).toEqual([])
    expect((await client.query(`SELECT * FROM varde.chain_problems(2, 'act')`)).rows).toEqual([])
    await client.end()
  }

  test('acts are refused while there is room for the server itself; people go on reading, and writing when there is room again', async () => {
    const careful = keepingFree(ledger, dir, 40_000_000)
    fillTo(45_000_000)
    expect(await untilRefused(careful)).toBe('store/full')
    expect(acknowledged.size).toBeGreaterThan(1)
    for (let n = 0; n < 20; n++) {
      const found = await careful.as(scene.coordinator, async (s) => {
        await s.look(2, { kind: 'patient', pathway: 1, about: {} })
        return s.rows('SELECT title FROM document LIMIT 1')
      })
      expect(found).toEqual([{ title: 'Invented' }])
    }
    await allThere(server.url)
    rmSync(filler)
    await expect.poll(() => write(careful), { timeout: 5_000 }).toBe('kept')
    await allThere(server.url)
  })

  test('where nothing is kept free the server may stop: then too nothing acknowledged is lost, and it goes on when there is room', async () => {
    fillTo(3_000_000)
    const refused = await untilRefused(ledger)
    expect(['store/full', 'store/unreachable']).toContain(refused)
    console.log(`full disk without room kept free: ${refused}`)
    rmSync(filler)
    // It may have ended, or be busy coming up again.
    let answer = ''
    for (let n = 0; n < 20 && (answer = await write(ledger)) !== 'kept'; n++) await sleep(250)
    if (answer !== 'kept') {
      console.log(`with room again, and before it was started anew: ${answer}`)
      await ledger.close()
      await server.stop()
      server = await startEmbedded({ dir })
      ledger = openLedger({ url: server.serviceUrl, connections: 4 })
      expect(await write(ledger)).toBe('kept')
    }
    await allThere(server.url)
  }, 120_000)
})
