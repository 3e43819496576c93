import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chanceOf, isSoak, seedOf } from '../../test/support/chance.ts'
import { freshKey, type LedgerUnderTest, ledgerUnderTest } from '../../test/support/live-ledger.ts'
import { postgresServers } from '../../test/support/postgres.ts'
import { IssueError } from '../core/words/result.ts'
import { type Act, openLedger } from './ledger-database.ts'

const seed = seedOf('concurrent')
const codeOf = (error: unknown): string => (error instanceof IssueError ? error.issues[0]!.code : String(error))

describe.each(postgresServers())('many at once on $name', ({ url }) => {
  let at: LedgerUnderTest
  let client: Client
  const pathways = new Map<number, number>()
  beforeAll(async () => {
    at = await ledgerUnderTest(url, ['packs/demo'])
    for (const hospital of [2, 3]) {
      const [patient] = await at.act(hospital, { kind: 'patient-registered', payload: { name: 'Invented' } })
      const [opened] = await at.act(hospital, { kind: 'pathway-opened', pack: 1, payload: { patient: patient!.seq, org: hospital } })
      pathways.set(hospital, opened!.pathway)
    }
    client = new Client(at.url)
    await client.connect()
    await client.query('SET search_path = varde')
  })
  afterAll(async () => {
    await client.end()
    await at.close()
  })
  const entry = (more: Partial<Act> = {}): Act => ({
    key: freshKey(),
    kind: 'recorded',
    pathway: 1,
    payload: { code: at.packs[0]!.content.codes[0]!.code, occurred: '2026-01-02' },
    ...more,
  })
  const versionOf = async (hospital: number): Promise<number> =>
    (await client.query('SELECT version FROM pathway WHERE ledger = $1', [hospital])).rows[0].version

  async function chainsHold(): Promise<void> {
    const broken = await client.query('SELECT h.ledger, h.chain, p.* FROM log_head h, LATERAL chain_problems(h.ledger, h.chain) p')
    expect(broken.rows).toEqual([])
    const gaps = await client.query(
      'SELECT ledger, chain FROM log GROUP BY 1, 2 HAVING count(*) <> max(seq) OR count(DISTINCT prev_hash) <> count(*)',
    )
    expect(gaps.rows).toEqual([])
  }

  test('32 writers of one pathway lose no update: the count is that of those who got through', async () => {
    const each = isSoak ? 100 : 4
    const before = await versionOf(2)
    let [through, refused] = [0, 0]
    const writers = Array.from({ length: 32 }, async () => {
      for (let n = 0; n < each; ) {
        try {
          await at.ledger.as(at.operator, async (session) => {
            const [row] = await session.rows('SELECT version FROM pathway WHERE ledger = 2 AND pathway = 1')
            return session.act(2, [entry({ expected: Number(row!['version']) })])
          })
          through++
          n++
        } catch (error) {
          expect(codeOf(error)).toBe('ledger/changed')
          refused++
        }
      }
    })
    await Promise.all(writers)
    expect(through).toBe(32 * each)
    expect(refused).toBeGreaterThan(0)
    expect((await versionOf(2)) - before).toBe(through)
    const { rows } = await client.query('SELECT count(*)::int AS n, max(nth) AS last FROM entry WHERE ledger = 2')
    expect(rows).toEqual([{ n: before + through, last: before + through }])
    await chainsHold()
  })

  test('transactions over several ledgers never wait for each other in a ring', async () => {
    const chance = chanceOf(seed)
    const transactions = Array.from({ length: isSoak ? 10_000 : 300 }, () =>
      [2, 3].filter(() => chance() < 0.7).map((ledger) => ({ ledger, look: chance() < 0.3 })),
    )
    let next = 0
    const before = { 2: await versionOf(2), 3: await versionOf(3) }
    await Promise.all(
      Array.from({ length: 32 }, async () => {
        for (let one = transactions[next++]; one; one = transactions[next++])
          await at.ledger.as(at.operator, async (session) => {
            for (const { ledger } of one!) await session.act(ledger, [entry()])
            for (const { ledger, look } of one!) if (look) await session.look(ledger, { kind: 'pathway', pathway: 1, about: {} })
          })
      }),
    )
    for (const ledger of [2, 3] as const)
      expect((await versionOf(ledger)) - before[ledger]).toBe(transactions.flat().filter((t) => t.ledger === ledger).length)
    await chainsHold()
  })

  test('a key that comes one to five times, from two at once, is one act; with other words it is refused', async () => {
    const chance = chanceOf(seed + 1)
    const before = await versionOf(3)
    const acts = Array.from({ length: isSoak ? 2_000 : 60 }, () => entry())
    const sent = acts.flatMap((act) => Array.from({ length: 1 + Math.floor(chance() * 5) }, () => ({ act, order: chance() })))
    sent.sort((a, b) => a.order - b.order)
    const clients = [openLedger({ url: at.url, connections: 4 }), openLedger({ url: at.url, connections: 4 })]
    const answers = await Promise.all(
      sent.map(async ({ act }, i) => ({ act, done: (await clients[i % 2]!.as(at.operator, (s) => s.act(3, [act])))[0]! })),
    )
    for (const act of acts) {
      const mine = answers.filter((answer) => answer.act === act)
      expect(new Set(mine.map(({ done }) => done.seq)).size).toBe(1)
      expect(mine.filter(({ done }) => !done.replayed)).toHaveLength(1)
    }
    expect((await versionOf(3)) - before).toBe(acts.length)
    const changed = at.act(3, { ...acts[0]!, payload: { ...acts[0]!.payload, occurred: '2026-01-03' } })
    await expect(changed).rejects.toMatchObject({ issues: [{ code: 'ledger/key-reused' }] })
    await Promise.all(clients.map((ledger) => ledger.close()))
    await chainsHold()
  })

  test('an answer as known at a head never changes, whatever is in flight', async () => {
    const chance = chanceOf(seed + 2)
    let writing = true
    const writers = [2, 3, 2, 3, 2, 3, 2, 3].map(async (ledger) => {
      while (writing)
        await at.ledger.as(at.operator, async (session) => {
          await session.act(ledger, [entry()])
          await sleep(chance() * 8) // others must not get a time before ours while we wait
        })
    })
    const known = async (ledger: number, seq: number, at: string) =>
      (
        await client.query(
          `SELECT count(*)::int AS rows, max(seq)::int AS last, encode(sha256(string_agg(hash, ''::bytea ORDER BY seq)), 'hex') AS hash FROM log
            WHERE ledger = $1 AND chain = 'act' AND at <= $2::timestamptz AND $3::bigint > 0`,
          [ledger, at, seq],
        )
      ).rows[0]
    const pinned: { readonly seq: number; readonly ledger: number; readonly at: string; readonly answer: unknown }[] = []
    const heads = () => new Set(pinned.map(({ seq }) => seq)).size
    // As often as it takes to have read among writes: a machine that reads fast sees the same head several times.
    for (let n = 0; n < (isSoak ? 500 : 40) || (heads() <= 5 && n < 5_000); n++) {
      const ledger = 2 + (n % 2)
      const { rows } = await client.query(`SELECT seq::int, at::text FROM log_head WHERE ledger = $1 AND chain = 'act'`, [ledger])
      pinned.push({ ledger, ...rows[0], answer: await known(ledger, rows[0].seq, rows[0].at) })
    }
    writing = false
    await Promise.all(writers)
    expect(heads()).toBeGreaterThan(5)
    for (const { ledger, seq, at: when, answer } of pinned) {
      expect(answer).toMatchObject({ rows: seq, last: seq })
      expect(await known(ledger, seq, when)).toEqual(answer)
    }
    await chainsHold()
  })

  test('many acts of one call are kept whole or not at all, wherever one of them fails', async () => {
    const chance = chanceOf(seed + 3)
    const size = isSoak ? 5_000 : 200
    for (let run = 0; run < (isSoak ? 10 : 4); run++) {
      const before = await versionOf(2)
      const spoilt = Math.floor(chance() * size)
      const acts = Array.from({ length: size }, (_, i) => (i === spoilt ? entry({ payload: { code: 'x', occurred: 'no day' } }) : entry()))
      await expect(at.ledger.as(at.operator, (s) => s.act(2, acts))).rejects.toThrow()
      expect(await versionOf(2)).toBe(before)
    }
    await chainsHold()
  })
})
