import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filledLedger } from '../../test/support/filled.ts'
import type { LedgerUnderTest } from '../../test/support/live-ledger.ts'
import { postgresServers } from '../../test/support/postgres.ts'
import { type CheckpointFile, openCheckpoints, readCheckpoints } from './checkpoints.ts'
import { tables } from './projection.ts'
import { chainProblems, plainProblem, verifyDatabase } from './verify.ts'

// Plain JavaScript without types, on purpose: it stands alone.
const alone = '../../scripts/verify-ledger.mjs'
const { verifyExport } = (await import(alone)) as {
  verifyExport(folder: string, checkpoints?: string, key?: string): Promise<{ problems: readonly string[] }>
}

const positions = process.env['SOAK'] ? 100 : 3
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
console.log(`verify: SEED=${seed}`)

describe.each(postgresServers())('verifying on $name', ({ url }) => {
  let at: LedgerUnderTest
  let client: Client
  let home = ''
  let outside: CheckpointFile
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'varde-verify-'))
    at = await filledLedger(url, ['packs/demo', 'packs/no-house'], seed)
    client = new Client(at.url)
    await client.connect()
    await client.query('SET search_path = varde')
    const file = join(home, 'checkpoints.jsonl')
    const writer = await openCheckpoints(at.ledger, { file, keyFile: join(home, 'key.pem'), now: () => new Date() })
    await writer.write(true)
    outside = await readCheckpoints(file, writer.key.publicPem)
    await writeFile(join(home, 'public.pem'), writer.key.publicPem)
  })
  afterAll(async () => {
    await client.end()
    await at.close()
    await rm(home, { recursive: true })
  })

  const verified = (more = {}) => verifyDatabase({ ownerUrl: at.url, packs: at.packs, outside, now: () => new Date(), ...more })

  test('a ledger with corrections, withdrawals, an erasure and looks holds, in each of its parts', async () => {
    const seen = new Set<string>()
    const whole = await verified({ onProgress: (what: string) => seen.add(what) })
    expect(whole).toMatchObject({ ledgers: 4, looks: 8, problems: [], notes: [], sampled: 4 })
    expect(whole.checkpoints).toBeGreaterThanOrEqual(6)
    expect([...seen]).toEqual(['chains', 'acts done again', 'pathways of demo made again', 'pathways of no-house made again'])
    expect(await verified({ fromCheckpoint: true })).toMatchObject({ problems: [] })
    expect(await verified({ packs: [] })).toMatchObject({ notes: [expect.stringContaining('demo'), expect.stringContaining('no-house')] })
  })

  test('every table of the schema is in the list that says what it is', async () => {
    const { rows } = await client.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'varde' ORDER BY 1`)
    expect(rows.map((row) => row.tablename)).toEqual(Object.keys(tables).toSorted())
  })

  /**
   * Does something to the log and says what is found; then it is as it was. The verifier that stands alone is given the same rows as an export, and must
   * say the same.
   */
  async function tampered(sql: string, withOutside = false): Promise<readonly string[]> {
    await client.query('BEGIN')
    try {
      await client.query(sql)
      const chains = await client.query(
        `SELECT ledger, chain, h.seq::int FROM (SELECT DISTINCT ledger, chain FROM log UNION SELECT ledger, chain FROM log_head) c LEFT JOIN log_head h USING (ledger, chain) ORDER BY 1, 2`,
      )
      const found = await chainProblems(client, chains.rows, withOutside ? { outside } : {})
      const lines = await client.query('SELECT log_line(l) AS line FROM log l ORDER BY ledger, chain, seq')
      const heads = await client.query(`SELECT ledger, chain, seq::int, encode(hash, 'hex') AS hash FROM log_head`)
      const noted = await client.query('SELECT row_to_json(c)::text AS line FROM log_checkpoint c')
      const text = (rows: readonly { line: string }[]) => rows.map(({ line }) => `${line}\n`).join('')
      await writeFile(join(home, 'manifest.json'), JSON.stringify({ heads: heads.rows }))
      await writeFile(join(home, 'log.ndjson'), text(lines.rows))
      await writeFile(join(home, 'log_checkpoint.ndjson'), text(noted.rows))
      const alone = await verifyExport(home, ...(withOutside ? [join(home, 'checkpoints.jsonl'), join(home, 'public.pem')] : []))
      expect(alone.problems).toEqual(found)
      return found
    } finally {
      await client.query('ROLLBACK')
    }
  }

  // Of ledger 3, where nothing was erased: an erasure that is cut off shows by what it emptied.
  const row = (chain: string, seq: number) => `ledger = 3 AND chain = '${chain}' AND seq = ${seq}`
  const bit = (column: string) => `UPDATE log SET ${column} = set_byte(${column}, 3, get_byte(${column}, 3) # 16)`
  type Tamper = (chain: string, seq: number, last: number) => string
  const changes: Readonly<Record<string, Tamper>> = {
    'what it says': (c, n) =>
      `UPDATE log SET payload = payload || ' ', salt = coalesce(salt, decode(repeat('00', 16), 'hex')) WHERE ${row(c, n)}`,
    'its time, by a millisecond': (c, n) => `UPDATE log SET at = at + interval '1 millisecond' WHERE ${row(c, n)}`,
    'its kind': (c, n) => `UPDATE log SET kind = kind || 'x' WHERE ${row(c, n)}`,
    'its key': (c, n) => `UPDATE log SET key = key || 'x' WHERE ${row(c, n)}`,
    'its person': (c, n) => `UPDATE log SET person = person + 1 WHERE ${row(c, n)}`,
    'its role': (c, n) => `UPDATE log SET role = role || 'x' WHERE ${row(c, n)}`,
    'its pack': (c, n) => `UPDATE log SET pack = pack + 1 WHERE ${row(c, n)}`,
    'its pathway': (c, n) => `UPDATE log SET pathway = pathway + 1 WHERE ${row(c, n)}`,
    'whom it was about': (c, n) => `UPDATE log SET seen = coalesce(seen, '{}') + int8multirange(int8range(77, 78)) WHERE ${row(c, n)}`,
    'a bit of its salt': (c, n) =>
      `${bit('salt')} WHERE ${row(c, n)} AND salt IS NOT NULL; UPDATE log SET kind = 'x' WHERE ${row(c, n)} AND salt IS NULL`,
    'a bit of the hash of what it says': (c, n) => `${bit('payload_hash')} WHERE ${row(c, n)}`,
    'a bit of the hash before it': (c, n) => `${bit('prev_hash')} WHERE ${row(c, n)}`,
    'a bit of its hash': (c, n) => `${bit('hash')} WHERE ${row(c, n)}`,
    'that it is there': (c, n) => `DELETE FROM log WHERE ${row(c, n)}`,
    'that it is there, and the gap': (c, n) =>
      `DELETE FROM log WHERE ${row(c, n)}; UPDATE log SET seq = -seq WHERE ledger = 3 AND chain = '${c}' AND seq > ${n}; UPDATE log SET seq = -seq - 1 WHERE seq < 0; UPDATE log_head SET seq = seq - 1 WHERE ledger = 3 AND chain = '${c}'`,
    'its place with the next': (c, n, last) =>
      `UPDATE log SET seq = -seq WHERE ledger = 3 AND chain = '${c}' AND seq IN (${n}, ${n === last ? n - 1 : n + 1}); UPDATE log SET seq = ${n === last ? 2 * n - 1 : 2 * n + 1} + seq WHERE seq < 0`,
    'that it is there once': (c, n, last) =>
      `INSERT INTO log SELECT ledger, chain, ${last + 1}, at, kind, key || '-again', person, role, pack, pathway, seen, payload, salt, payload_hash, prev_hash, hash FROM log WHERE ${row(c, n)}; UPDATE log_head SET seq = seq + 1 WHERE ledger = 3 AND chain = '${c}'`,
    'whose ledger it is in': (c, n) =>
      `UPDATE log SET ledger = 2, seq = (SELECT max(seq) + 1 FROM log WHERE ledger = 2 AND chain = '${c}') WHERE ${row(c, n)}`,
    'the end of the chain': (c, n) => `DELETE FROM log WHERE ledger = 3 AND chain = '${c}' AND seq >= ${n}`,
  }

  const lastOf = async (chain: string): Promise<number> =>
    Number((await client.query(`SELECT seq FROM log_head WHERE ledger = 3 AND chain = $1`, [chain])).rows[0].seq)
  const somePositions = (last: number, salt: number): readonly number[] =>
    fc.sample(fc.integer({ min: 1, max: last }), { numRuns: positions, seed: seed + salt })

  describe.each(['act', 'look'])('in the chain of %ss', (chain) => {
    test.each(Object.entries(changes))('finds a change of %s, and names the first', async (what, tamper) => {
      const last = await lastOf(chain)
      for (const n of somePositions(last, what.length)) {
        // A row that was moved shows in both ledgers.
        const first = (await tampered(tamper(chain, n, last))).find((problem) => problem.startsWith('Ledger 3')) ?? 'nothing'
        const named = /position (\d+)/.exec(first)?.[1]
        expect({ n, first, found: first !== 'nothing' }).toMatchObject({ n, found: true })
        const near = what === 'that it is there once' || what === 'the end of the chain' ? [last, last + 1] : [n - 1, n, n + 1]
        expect([what, n, near.includes(Number(named)), first]).toEqual([what, n, true, first])
      }
    })

    // Whoever may write everything writes the chain anew, the head and the checkpoints in the database with it.
    const again = (from: number, change: string) => `DELETE FROM log_checkpoint; ${change}; DO $$
      DECLARE l log; before bytea := coalesce((SELECT hash FROM log WHERE ledger = 3 AND chain = '${chain}' AND seq = ${from} - 1), decode(repeat('00', 32), 'hex')); n bigint := ${from};
      BEGIN FOR l IN SELECT * FROM log WHERE ledger = 3 AND chain = '${chain}' AND seq >= ${from} ORDER BY seq LOOP
        DELETE FROM log WHERE ledger = 3 AND chain = '${chain}' AND seq = l.seq;
        IF l.payload IS NOT NULL THEN l.payload_hash := payload_hash(l.payload, l.salt); END IF;
        l.seq := n; l.prev_hash := before; l.hash := entry_hash(l); INSERT INTO log SELECT l.*; before := l.hash; n := n + 1;
      END LOOP; UPDATE log_head SET seq = n - 1, hash = before WHERE ledger = 3 AND chain = '${chain}'; END $$`
    test.each<readonly [string, (n: number) => string]>([
      ['changed in a row and written anew after it', (n) => again(n, `UPDATE log SET person = 99 WHERE ${row(chain, n)}`)],
      ['one row shorter and written anew after it', (n) => again(n, `DELETE FROM log WHERE ${row(chain, n)}`)],
      [
        'cut, with its head set back',
        (n) => `DELETE FROM log_checkpoint; DELETE FROM log WHERE ledger = 3 AND chain = '${chain}' AND seq >= ${n};
          UPDATE log_head SET seq = ${n} - 1, hash = coalesce((SELECT hash FROM log WHERE ${row(chain, n - 1)}), decode(repeat('00', 32), 'hex')) WHERE ledger = 3 AND chain = '${chain}'`,
      ],
      [
        'emptied, with its head',
        () =>
          `DELETE FROM log_checkpoint; DELETE FROM log WHERE ledger = 3 AND chain = '${chain}'; DELETE FROM log_head WHERE ledger = 3 AND chain = '${chain}'`,
      ],
    ])('a chain that was %s shows by a checkpoint outside, and by nothing else', async (what, tamper) => {
      const last = await lastOf(chain)
      for (const n of somePositions(last, what.length)) {
        expect([n, await tampered(tamper(n))]).toEqual([n, []])
        const [first] = await tampered(tamper(n), true)
        expect([n, first]).toEqual([n, expect.stringMatching(/^Ledger 3, (acts|looks), position \d+: .*checkpoint outside/)])
      }
    })
  })

  test('what is erased without an erasure is reported, and a head that is missing', async () => {
    expect(await tampered(`UPDATE log SET payload = NULL, salt = NULL WHERE ledger = 2 AND chain = 'act' AND seq = 3`)).toEqual([
      'Ledger 2, acts, position 3: what it says is gone, and no erasure says why.',
    ])
    expect(await tampered(`DELETE FROM log_head WHERE ledger = 2 AND chain = 'act'`)).toEqual([
      'Ledger 2, acts: it has rows, and its head is missing.',
    ])
  })

  test('a checkpoint that was changed, or signed by somebody else, is named by its line', async () => {
    const file = join(home, 'changed.jsonl')
    const [first, second] = outside.checkpoints
    const key = await openCheckpoints(at.ledger, {
      file: join(home, 'other.jsonl'),
      keyFile: join(home, 'other.pem'),
      now: () => new Date(),
    })
    await writeFile(file, `${JSON.stringify(first)}\n${JSON.stringify({ ...second, seq: 1 })}\n{"ledger":2,"cha`)
    const ours = await readCheckpoints(
      file,
      (await openCheckpoints(at.ledger, { file, keyFile: join(home, 'key.pem'), now: () => new Date() })).key.publicPem,
    )
    expect(ours).toMatchObject({ checkpoints: [first], bad: [2] })
    expect((await readCheckpoints(file, key.key.publicPem)).bad).toEqual([1, 2])
    expect(await chainProblems(client, [], { outside: ours })).toEqual([expect.stringContaining('line 2')])
  })

  test.each([
    [
      `UPDATE entry SET code = code || 'x' WHERE ledger = 2 AND pathway = 1 AND nth = 1`,
      /^Table entry: the row ledger 2, pathway 1, nth 1/,
    ],
    [`UPDATE pathway SET version = version + 1 WHERE ledger = 3 AND pathway = 1`, /^Table pathway: the row ledger 3, pathway 1/],
    [`DELETE FROM identity WHERE ledger = 3`, /^Table identity: the row ledger 3, patient \d+ is missing/],
    [
      `INSERT INTO role_held VALUES (0, 1, 'administrator', 0)`,
      /^Table role_held: the row person 0, org 1, role administrator, pack 0 is not what the acts say/,
    ],
    [`UPDATE pack_1.kept_row SET active_t = coalesce(active_t, 0) + 1`, /^Pack demo, table kept_row: the row ledger 2, pathway 1/],
    [`UPDATE pack_2.kept_row SET open = NOT open`, /^Pack no-house, table kept_row: the row ledger 3/],
    [`INSERT INTO pack_1.kept_pause (ledger, pathway, known_from, known_to) VALUES (2, 1, 0, 9)`, /^Pack demo, table kept_pause/],
    [`DELETE FROM pack_1.pack_limit`, /^Pack demo, table pack_limit/],
  ])('finds what is no longer as the acts say: %s', async (sql, says) => {
    const table = /(?:UPDATE|INTO|FROM) ([\w.]+)/.exec(sql)![1]!
    // All columns but those that are generated: these are not written.
    const own = `SELECT string_agg(quote_ident(attname), ', ') AS own FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`
    const columns = (await client.query(own, [table])).rows[0].own
    await client.query(`CREATE TABLE public.before AS SELECT ${columns} FROM ${table}; ${sql}`)
    const { problems } = await verified()
    await client.query(`DELETE FROM ${table}; INSERT INTO ${table} (${columns}) SELECT * FROM public.before; DROP TABLE public.before`)
    expect(problems[0]).toMatch(says)
    expect(problems.join(' ')).not.toContain('Invented')
  })

  test('the plain engine over a sample of pathways finds a layer that answers otherwise', async () => {
    const live = at.packs[1]!
    const columns = (
      await client.query(
        `SELECT attname FROM pg_attribute WHERE attrelid = 'pack_2.kept_row'::regclass AND attname NOT IN ('ledger', 'pathway', 'variant', 'known_from', 'known_to', 'open') AND attnum > 0 AND NOT attisdropped`,
      )
    ).rows.map((r) => r.attname)
    await client.query('BEGIN')
    expect(await plainProblem(client, live, { sample: 10, now: new Date() })).toEqual({ sampled: 2, lines: expect.any(Number) })
    await client.query(`UPDATE pack_2.kept_row SET ${columns.map((c) => `${c} = NULL`).join(', ')}`)
    expect((await plainProblem(client, live, { sample: 10, now: new Date() })).problem).toMatch(
      /^Pack no-house, indicator .* the plain engine differ/,
    )
    await client.query('ROLLBACK')
  })
})
