import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { findSecret, passwordFile } from '../../src/store/cluster.ts'
import { startEmbedded } from '../../src/store/embedded.ts'
import { installPacks } from '../../src/store/install-packs.ts'
import { openLedger } from '../../src/store/ledger-database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { verifyDatabase } from '../../src/store/verify.ts'
import { chanceOf, isSoak, seedOf } from '../support/chance.ts'
import { embeddedFolders } from '../support/embedded.ts'
import { packOf } from '../support/live-ledger.ts'
import { importOf, type NodeProcess, nodeProcess } from '../support/node-process.ts'
import { openScene } from '../support/scene.ts'

const kills = isSoak ? 200 : 20
const folders = embeddedFolders()
const code = (await packOf('packs/demo')).codes[0]!.code
const occurred = '2026-01-02'

/**
 * Four writers, each act under a key of its own that is said before it is sent, and its acknowledgement after. When its server is killed, it starts it
 * again and goes on.
 */
const writing = (dir: string, round: number): NodeProcess =>
  nodeProcess(`${importOf('openLedger', 'ledger-database.ts')}${importOf('startEmbedded', 'embedded.ts')}${importOf('openFolder', 'folder-lock.ts')}
    import { writeSync } from 'node:fs'
    const say = (line) => writeSync(1, line + '\\n')
    const dir = ${JSON.stringify(dir)}
    const held = await openFolder(dir, 'writers')
    for (let life = 0; ; life++) {
      const server = await startEmbedded({ dir, held })
      const ledger = openLedger({ url: server.serviceUrl, connections: 5 })
      const actor = { person: 1, role: 'coordinator', ...(await ledger.standingOf(1)) }
      say('up ' + server.url)
      await Promise.all([2, 2, 3, 3].map(async (number, writer) => {
        for (let n = 0; ; n++) {
          const key = ['key', ${round}, life, writer, n].join('-')
          say('try ' + number + ' ' + key)
          try {
            const [done] = await ledger.as(actor, (s) => s.act(number, [{ key, kind: 'recorded', pathway: 1, payload: { code: '${code}', occurred: '${occurred}' } }]))
            say('ack ' + number + ' ' + key + ' ' + done.seq)
          } catch (error) {
            if (error.issues?.[0]?.code === 'ledger/changed') throw error
            return
          }
        }
      }))
      await ledger.close().catch(() => {})
      await server.stop()
      say('down')
    }`)

/** In turn, so that each has its share; the server alone more often, since a new Node takes its time to start. Only the moment is chance. */
const victims = ['the server', 'Node', 'the server', 'both, the server first', 'the server', 'both, Node first'] as const

describe('kill -9 while four write', () => {
  test(
    `loses nothing that was acknowledged, leaves no half act, and takes no key twice: ${kills} kills`,
    async () => {
      const seed = seedOf('kill')
      const chance = chanceOf(seed)
      const dir = await folders.stopped('killed')
      const first = await startEmbedded({ dir })
      await migrate(first.url, 'varde_service')
      const packs = await installPacks(first.url, [{ folder: 'packs/demo', content: await packOf('packs/demo') }])
      const scene = await openScene(first.url, { hospitals: 2, packs: [1] })
      for (const hospital of [2, 3]) await scene.pathway(hospital, 1)
      await scene.close()
      await first.stop()

      const acknowledged = new Map<string, { ledger: number; seq: number }>()
      const open = new Map<string, number>()
      let [resent, kept, rounds] = [0, 0, 0]

      /** Reads what it says until a line of this kind. */
      const upTo = async (child: NodeProcess, kind: 'up' | 'ack' | 'end'): Promise<string> => {
        for (;;) {
          const line = await child.line()
          if (line === undefined) {
            if (kind === 'end') return ''
            throw new Error(`It ended: ${child.errors()}`)
          }
          const [word, ledger = '', key = '', seq = ''] = line.split(' ')
          if (word === 'try') open.set(key, Number(ledger))
          if (word === 'ack') {
            open.delete(key)
            acknowledged.set(key, { ledger: Number(ledger), seq: Number(seq) })
          }
          if (word === kind) return ledger
        }
      }

      /** Everything acknowledged is there, where it was; what was not is sent again, and is there once. */
      const check = async (url: string, before: ReadonlyMap<string, number>): Promise<void> => {
        const client = new Client(url)
        await client.connect()
        const { rows } = await client.query<{ key: string; ledger: number; seq: string }>(
          `SELECT key, ledger, seq FROM varde.log WHERE key LIKE 'key-%'`,
        )
        const there = new Map(rows.map((row) => [row.key, { ledger: row.ledger, seq: Number(row.seq) }]))
        const lost = [...acknowledged].filter(([key, { ledger, seq }]) => there.get(key)?.seq !== seq || there.get(key)?.ledger !== ledger)
        // Writers are at work again: what they acknowledge after the rows were read is not lost.
        expect({ seed, lost: lost.filter(([key]) => !key.startsWith(`key-${rounds}-`) || before.has(key)) }).toEqual({ seed, lost: [] })
        const broken = await client.query(
          `SELECT h.ledger, h.chain, p.* FROM varde.log_head h, LATERAL varde.chain_problems(h.ledger, h.chain) p`,
        )
        expect({ seed, broken: broken.rows }).toEqual({ seed, broken: [] })
        // One statement sees one moment: acts, what they made, and the count an editor sees belong together.
        const half = await client.query(`SELECT * FROM (SELECT ledger, count(*) AS acts FROM varde.log WHERE kind = 'recorded' GROUP BY 1) l
          FULL JOIN (SELECT ledger, count(*) AS entries, max(nth) AS last FROM varde.entry GROUP BY 1) e USING (ledger)
          FULL JOIN (SELECT ledger, version FROM varde.pathway) p USING (ledger) WHERE acts IS DISTINCT FROM entries OR acts <> last OR acts <> version`)
        expect({ seed, half: half.rows }).toEqual({ seed, half: [] })
        await client.end()
        const ledger = openLedger({ url })
        const actor = { person: 1, role: 'coordinator' as const, ...(await ledger.standingOf(1)) }
        for (const [key, number] of before) {
          const [done] = await ledger.as(actor, (s) => s.act(number, [{ key, kind: 'recorded', pathway: 1, payload: { code, occurred } }]))
          expect({ seed, key, replayed: done!.replayed, seq: there.get(key)?.seq ?? done!.seq }).toEqual({
            seed,
            key,
            replayed: there.has(key),
            seq: done!.seq,
          })
          resent++
          if (done!.replayed) kept++
          acknowledged.set(key, { ledger: number, seq: done!.seq })
          open.delete(key)
        }
        await ledger.close()
      }

      let child = writing(dir, 0)
      let url = await upTo(child, 'up')
      for (rounds = 1; rounds <= kills; rounds++) {
        for (let n = 0; n < 4; n++) await upTo(child, 'ack')
        await sleep(chance() * 250)
        const server = Number(readFileSync(join(dir, 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
        const victim = victims[rounds % victims.length]!
        if (victim !== 'Node' && victim !== 'both, Node first') process.kill(server, 'SIGKILL')
        if (victim !== 'the server') child.kill('SIGKILL')
        if (victim === 'both, Node first') process.kill(server, 'SIGKILL')
        if (victim !== 'the server') {
          await upTo(child, 'end')
          await child.ended()
          child = writing(dir, rounds)
        }
        url = await upTo(child, 'up')
        // Of the life before: keys that were said and never acknowledged.
        await check(url, new Map(open))
      }
      child.kill('SIGTERM')
      await upTo(child, 'end')
      await child.ended()
      const last = await startEmbedded({ dir })
      await check(last.url, new Map(open))
      expect(await verifyDatabase({ ownerUrl: last.url, packs, now: () => new Date() })).toMatchObject({ problems: [], notes: [] })
      await last.stop()
      expect(await findSecret(passwordFile(dir))).toBeDefined()
      console.log(`kill: ${kills} kills, ${acknowledged.size} acknowledged, 0 lost; of ${resent} cut off before, ${kept} had been kept`)
    },
    isSoak ? 3_600_000 : 180_000,
  )
})
