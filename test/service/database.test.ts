import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { capabilities, scopeOf } from '../../src/core/rights/rights.ts'
import { quoteName } from '../../src/sql/name.ts'
import { type Actor, openLedger } from '../../src/store/ledger-database.ts'
import { connectClient } from '../../src/store/postgres.ts'
import { messageWaits } from '../support/houses.ts'
import { freshKey, type LedgerUnderTest, ledgerUnderTest, operator } from '../support/live-ledger.ts'
import { postgresServers } from '../support/postgres.ts'
import { randomOf } from '../support/random.ts'

const ours = `(n.nspname = 'varde' OR n.nspname LIKE 'pack\\_%')`
const roles = ['varde_app', 'varde_read'] as const
const ledgers = [1, 2, 3] as const

const release = {
  manifest: 'a'.repeat(64),
  id: 'invented',
  revision: 1,
  title: 'Invented',
  rules: '1.0',
  asOf: '2026-03-31',
  from: '2026-01',
  to: '2026-03',
  tables: [{ indicator: 'seen-in-time', by: ['place'] }],
}

/** The tree of organisations, which everybody who is signed in may read. */
const forAll = ['varde.organisation']

describe.each(postgresServers())('the database on $name', ({ url }) => {
  let at: LedgerUnderTest
  let owner: Client
  /** A connection of the test's own, with no settings of its own: each test sets them in a transaction. */
  let client: Client
  let tables: readonly { readonly name: string; readonly ledger: boolean }[]

  const ask = async (sql: string, params: readonly unknown[] = []) => (await owner.query(sql, [...params])).rows

  beforeAll(async () => {
    at = await ledgerUnderTest(url, ['packs/demo'])
    owner = await connectClient(at.url)
    client = await connectClient(at.url)
    await client.query('SET search_path = varde')
    const pack = at.packs[0]!.pack
    for (const ledger of ledgers) {
      const [patient] = await at.act(ledger, { kind: 'patient-registered', payload: { name: `House ${ledger}`, nationalId: 'X-1' } })
      const [opened] = await at.act(ledger, { kind: 'pathway-opened', pack, payload: { patient: patient!.seq, org: ledger } })
      const { pathway } = opened!
      const entry = (code: string, occurred: string) => ({ kind: 'recorded' as const, pathway, payload: { code, occurred, place: ledger } })
      await at.act(ledger, entry('M1A', '2026-03-02'), entry('M1WA', '2026-03-03'), entry('M1WB', '2026-03-05'), entry('M1S', '2026-03-09'))
      // Another pathway whose entries were known on earlier days, and one of them no longer is.
      const [before] = await at.act(ledger, { kind: 'pathway-opened', pack, payload: { patient: patient!.seq, org: ledger } })
      const imported = (code: string, occurred: string, recorded: string, more = {}) => ({
        kind: 'imported' as const,
        pathway: before!.pathway,
        payload: { code, occurred, recorded, recordedAt: Date.parse(recorded) / 1000, recorder: 'coordinator', place: ledger, ...more },
      })
      const paused = [imported('M1WA', '2025-03-03', '2025-03-04'), imported('M1WB', '2025-03-05', '2025-03-06')]
      const [first] = await at.act(
        ledger,
        imported('M1A', '2025-03-02', '2025-03-03'),
        ...paused,
        imported('M1TS', '2025-04-01', '2025-04-02'),
      )
      await at.act(ledger, imported('M1A', '2025-03-01', '2025-05-01', { corrects: first!.seq }))
      await at.act(
        ledger,
        { kind: 'document-received', payload: { patient: patient!.seq, kind: 'letter', title: 'Letter', body: 'Text' } },
        { kind: 'view-kept', payload: { org: ledger, own: false, name: 'Past', search: { states: ['past'] } } },
        { kind: 'work-opened', pathway, payload: { kind: 'note', state: 'written', open: false, body: { text: 'Note' } } },
        {
          kind: 'glass-broken',
          pathway,
          payload: { patient: patient!.seq, reason: 'An emergency, invented', until: new Date(Date.now() + 1_800_000).toISOString() },
        },
      )
      await at.act(ledger, { kind: 'life-opened', pack, payload: { org: ledger, said: { name: 'Idea', wanted: 'Words' } } })
      await at.act(ledger, {
        kind: 'message-received',
        pack,
        payload: { sender: 'LAB|X', control: '1', type: 'ORU^R01', whose: 'X-9', text: 'MSH|', ...messageWaits },
      })
      await at.act(ledger, { kind: 'release-frozen', pack, payload: { ...release, ledgers: [ledger] } })
      await at.act(ledger, { kind: 'release-published', pack, payload: release })
      await at.ledger.as(at.operator, (session) => session.look(ledger, { kind: 'pathway', pathway, about: {} }))
      const vintage = [ledger, pack, 'decided', '2025-05-31', 'invented', 1, [202503], [ledger], ['marsh'], [1_000_000], [0]]
      await at.ledger.as(at.operator, ({ rows }) => rows('SELECT keep_vintage($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)', vintage))
    }
    await ask(`SELECT varde.note_checkpoints($1, $2, $3)`, [ledgers, ledgers.map(() => 'act'), ledgers.map(() => 1)])
    tables = (
      await ask(
        `SELECT format('%I.%I', n.nspname, c.relname) AS name, EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'ledger' AND NOT a.attisdropped) AS ledger
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${ours} AND c.relkind IN ('r', 'p', 'f', 'm', 'v') ORDER BY 1`,
      )
    ).map((row) => ({ name: String(row.name), ledger: row.ledger === true }))
  })
  afterAll(async () => {
    await client.end()
    await owner.end()
    await at.close()
  })

  const guarded = () => tables.filter(({ name, ledger }) => ledger && !forAll.includes(name))

  /** What one statement does in a role with settings, all of it taken back. */
  async function inRole<T>(role: string, settings: Readonly<Record<string, string>>, task: () => Promise<T>): Promise<T> {
    await client.query(`BEGIN; SET LOCAL ROLE ${quoteName(role)}`)
    try {
      const set = [Object.keys(settings), Object.values(settings)]
      await client.query('SELECT set_config(k, v, true) FROM unnest($1::text[], $2::text[]) s (k, v)', set)
      return await task()
    } finally {
      await client.query('ROLLBACK')
    }
  }
  const all = (ledger: number) => ({
    'varde.person': '7',
    'varde.role': 'coordinator',
    ...Object.fromEntries(
      capabilities.map((capability) => [
        `varde.${capability}`,
        `{${[0, ...at.packs.map(({ pack }) => pack)].map((pack) => scopeOf(ledger, pack))}}`,
      ]),
    ),
  })
  /** Ledgers whose rows a text of SQL gives; refused: none. */
  const seenBy = async (sql: string): Promise<readonly number[]> =>
    client.query(sql).then(
      ({ rows }) => rows.map((row) => Number(row['ledger'])),
      (error: { code: string }) => {
        expect(['42501', '22P02'], error.code).toContain(error.code)
        return []
      },
    )

  describe('says in its catalogue that', () => {
    test('every table of a ledger has row security, forced, with a policy for whoever may read it', async () => {
      expect(guarded().length).toBeGreaterThan(12)
      const rows = await ask(
        `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE ${ours} AND c.relkind IN ('r', 'p') AND c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)`,
      )
      const secured = new Set(rows.map(({ name }) => name))
      expect(guarded().filter(({ name }) => !secured.has(name))).toEqual([])
      // And no policy lets the service's roles do anything but read.
      expect(
        await ask(
          `SELECT p.polname, p.polrelid::regclass FROM pg_policy p CROSS JOIN LATERAL unnest(p.polroles) r
           WHERE p.polcmd <> 'r' AND (r = 0 OR pg_get_userbyid(r) IN ('varde_app', 'varde_read'))`,
        ),
      ).toEqual([])
    })

    test('the roles of the service are plain ones, in no other role', async () => {
      expect(
        await ask(
          `SELECT rolname FROM pg_roles WHERE rolname IN ('varde_app', 'varde_read', 'varde_owner')
           AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR rolcanlogin)`,
        ),
      ).toEqual([])
      expect(await ask(`SELECT * FROM pg_auth_members WHERE pg_get_userbyid(member) IN ('varde_app', 'varde_read')`)).toEqual([])
    })

    test('nothing can be written by the service’s roles or by everybody, in no table and no column', async () => {
      expect(
        await ask(
          `SELECT c.oid::regclass, x.privilege_type FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) x
           WHERE ${ours} AND c.relkind <> 'S' AND (x.grantee = 0 OR x.privilege_type <> 'SELECT') AND (x.grantee = 0 OR pg_get_userbyid(x.grantee) IN ('varde_app', 'varde_read'))
           UNION ALL SELECT a.attrelid::regclass, x.privilege_type FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(a.attacl) x
           WHERE ${ours} AND (x.grantee = 0 OR x.privilege_type <> 'SELECT')`,
        ),
      ).toEqual([])
      expect(
        await ask(
          `SELECT n.nspname, r FROM pg_namespace n, unnest(ARRAY['varde_app', 'varde_read']) r WHERE (${ours} OR n.nspname = 'public') AND has_schema_privilege(r, n.oid, 'CREATE')`,
        ),
      ).toEqual([])
    })

    test('no view or kept result passes by row security', async () => {
      expect(
        await ask(
          `SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
           WHERE ${ours} AND (c.relkind IN ('m', 'f') OR c.relkind = 'v' AND (r.rolsuper OR r.rolbypassrls OR NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)))`,
        ),
      ).toEqual([])
    })

    test('every function that has the owner’s rights names its schemas, and no function is for everybody', async () => {
      expect(
        await ask(
          `SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           WHERE ${ours} AND p.prosecdef AND NOT coalesce(array_to_string(p.proconfig, ';') ~ 'search_path=[^;]*pg_temp$', false)`,
        ),
      ).toEqual([])
      expect(
        await ask(
          `SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           WHERE ${ours} AND EXISTS (SELECT 1 FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x WHERE x.grantee = 0)`,
        ),
      ).toEqual([])
    })
  })

  test('every table of a ledger holds rows of every house here: what is tried on none proves nothing', async () => {
    for (const { name } of guarded()) {
      const held = (await ask(`SELECT DISTINCT ledger FROM ${name} WHERE ledger > 0 ORDER BY 1`)).map((row) => Number(row.ledger))
      expect([name, held]).toEqual([name, [...ledgers]])
    }
  })

  /** Shapes a statement may take that reads: plain, in parts, joined, for a function that would tell what it is given. */
  const shapes: readonly ((table: string) => string)[] = [
    (t) => `SELECT ledger FROM ${t}`,
    (t) => `SELECT ledger FROM ${t} WHERE ledger <> 2 OR true OR ledger IN (1, 2, 3)`,
    (t) => `WITH a AS MATERIALIZED (SELECT ledger FROM ${t}) SELECT b.ledger FROM a JOIN ${t} b ON true`,
    (t) => `SELECT x.ledger FROM generate_series(1, 3) g, LATERAL (SELECT ledger FROM ${t} WHERE ledger = g) x`,
    (t) => `SELECT ledger FROM ${t} UNION ALL SELECT ledger FROM ${t} ORDER BY 1`,
    (t) => `SELECT o.org AS ledger FROM varde.organisation o WHERE EXISTS (SELECT 1 FROM ${t} x WHERE x.ledger = o.org)`,
    (t) => `SELECT ledger FROM ${t} GROUP BY ledger HAVING count(*) > 0`,
  ]

  test.each(roles)('as %s every table gives the rows of the house that was set, and no others, whatever the statement', async (role) => {
    let own = 0
    for (const ledger of ledgers)
      for (const { name } of guarded())
        for (const shape of shapes) {
          const seen = await inRole(role, all(ledger), () => seenBy(shape(name)))
          expect([name, shape('t'), seen.filter((n) => n !== ledger)]).toEqual([name, shape('t'), []])
          own += seen.length
        }
    expect(own).toBeGreaterThan(0)
  })

  test('a function that tells what it is given is told of no row of another house', async () => {
    const heard: string[] = []
    const listen = ({ message = '' }: { message?: string }) => void heard.push(message)
    client.on('notice', listen)
    await inRole('varde_app', all(2), async () => {
      await client.query(
        `CREATE FUNCTION pg_temp.tells(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$`,
      )
      await client.query('SELECT 1 FROM varde.identity WHERE pg_temp.tells(name)')
    })
    client.off('notice', listen)
    expect(new Set(heard)).toEqual(new Set(['House 2']))
  })

  const writes: readonly ((table: string) => string)[] = [
    (t) => `INSERT INTO ${t} DEFAULT VALUES`,
    // Without naming columns: one that is generated may not be written to by anybody, and that would be said first.
    (t) => `INSERT INTO ${t} SELECT FROM ${t} ON CONFLICT DO NOTHING RETURNING 1`,
    (t) => `UPDATE ${t} SET ledger = 2`,
    (t) => `DELETE FROM ${t}`,
    (t) => `WITH gone AS (DELETE FROM ${t} RETURNING *) SELECT * FROM gone`,
    (t) => `MERGE INTO ${t} a USING (SELECT 1) b ON true WHEN MATCHED THEN DELETE`,
    (t) => `TRUNCATE ${t} CASCADE`,
    (t) => `COPY ${t} FROM PROGRAM 'true'`,
    (t) => `COPY ${t} TO PROGRAM 'true'`,
    (t) => `LOCK TABLE ${t} IN ACCESS EXCLUSIVE MODE`,
    (t) => `ALTER TABLE ${t} DISABLE ROW LEVEL SECURITY`,
    (t) => `CREATE POLICY mine ON ${t} USING (true)`,
    (t) => `DROP TABLE ${t} CASCADE`,
  ]
  test.each(roles)('as %s nothing is written to, locked or taken from any table, whatever the rights in the settings', async (role) => {
    for (const { name, ledger } of tables)
      for (const write of writes) {
        const sql = write(name)
        if (!ledger && sql.startsWith('UPDATE')) continue
        const code = await inRole(role, all(2), () =>
          client.query(sql).then(
            () => 'done',
            (error: { code: string }) => error.code,
          ),
        )
        expect([sql, code]).toEqual([sql, '42501'])
      }
    expect(tables.length).toBeGreaterThan(30)
  })

  test.each(roles)('as %s a table copied out holds the rows of the house that was set', async (role) => {
    for (const ledger of ledgers)
      for (const { name } of guarded()) {
        const mine = Number((await ask(`SELECT count(*) AS n FROM ${name} WHERE ledger = $1`, [ledger]))[0].n)
        const copied = await inRole(role, all(ledger), () =>
          client.query(`COPY (SELECT ledger FROM ${name}) TO STDOUT`).then(
            ({ rowCount }) => rowCount ?? 0,
            (error: { code: string }) => (error.code === '42501' ? 0 : Number.NaN),
          ),
        )
        expect([name, copied === 0 || copied === mine]).toEqual([name, true])
      }
  })

  describe.each(roles)('as %s without a right that can be read', (role) => {
    test.each([
      ['absent', undefined],
      ['empty', ''],
      ['an empty list', '{}'],
      ['a word', 'all'],
      ['a list of a word', '{all}'],
      ['a number that is no list', '2000'],
      ['nothing in a list', '{NULL}'],
      ['SQL', "{2000}' OR true --"],
    ])('(%s) no row is seen', async (_, value) => {
      const settings =
        value === undefined
          ? {}
          : Object.fromEntries([...capabilities, 'glass_pathway', 'glass_patient'].map((name) => [`varde.${name}`, value]))
      for (const { name } of guarded())
        for (const shape of shapes) expect(await inRole(role, settings, () => seenBy(shape(name)))).toEqual([])
    })
  })

  test('nobody acts and nobody looks without a person, a role and the right, and in no house but theirs', async () => {
    const act = (ledger: number) =>
      client.query(
        `SELECT * FROM act($1, ARRAY['kelpie-key'], ARRAY['patient-registered'], ARRAY[0], ARRAY[0], ARRAY[NULL]::int[], ARRAY['{"name":"x"}'], ARRAY[decode(repeat('00', 16), 'hex')])`,
        [ledger],
      )
    const settingsOf: readonly Readonly<Record<string, string>>[] = [
      {},
      { 'varde.person': '7' },
      { ...all(2), 'varde.role': '' },
      { ...all(2), 'varde.record': '' },
      all(3),
    ]
    for (const settings of settingsOf) await expect(inRole('varde_app', settings, () => act(2))).rejects.toMatchObject({ code: 'VA004' })
    await expect(inRole('varde_read', all(2), () => act(2))).rejects.toMatchObject({ code: '42501' })
    await expect(inRole('varde_app', all(2), () => act(2))).resolves.toMatchObject({ rowCount: 1 })
  })

  test('the same key, the same identity number and the same numbers are taken in two houses', async () => {
    const key = freshKey()
    for (const ledger of [2, 3]) {
      const [done] = await at.act(ledger, { key, kind: 'patient-registered', payload: { name: 'Invented', nationalId: 'X-7' } })
      expect(done).toMatchObject({ replayed: false })
    }
    expect(
      await ask(
        `SELECT t.relname, c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
         WHERE ${ours} AND c.contype IN ('u', 'p') AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'ledger')
           AND NOT EXISTS (SELECT 1 FROM unnest(c.conkey) k JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k WHERE a.attname = 'ledger')`,
      ),
    ).toEqual([{ relname: 'organisation', conname: 'organisation_pkey' }])
  })

  test('over four connections, among errors and cancelled questions, nobody has the rights of another', async () => {
    const soak = process.env['SOAK'] !== undefined
    const { random, seed } = randomOf()
    const few = openLedger({ url: at.url, connections: 4, countingTimeoutMs: 40 })
    const actors = ledgers.map((ledger): Actor => ({ ...operator([ledger], [1]), person: 100 + ledger }))
    const settings = `current_setting('varde.person', true) AS person, current_setting('varde.see', true) AS see, current_user AS "user"`
    let wrong: string[] = []
    const kinds: Readonly<Record<string, (ledger: number, actor: Actor) => Promise<unknown>>> = {
      sees: (ledger, actor) =>
        few.as(actor, async ({ rows }) => {
          const [mine] = await rows(`SELECT ${settings}`)
          const seen = await rows('SELECT DISTINCT ledger FROM pathway')
          if (
            mine?.['person'] !== String(100 + ledger) ||
            mine['user'] !== 'varde_app' ||
            seen.length !== 1 ||
            seen[0]?.['ledger'] !== ledger
          )
            wrong.push(`ledger ${ledger}: ${JSON.stringify([mine, seen])}`)
        }),
      counts: (ledger, actor) =>
        few.counting(actor, async (rows) => {
          const seen = await rows('SELECT DISTINCT ledger FROM pack_1.kept_row')
          if (seen.some((row) => row['ledger'] !== ledger)) wrong.push(`ledger ${ledger} counts ${JSON.stringify(seen)}`)
        }),
      fails: (_, actor) => few.as(actor, ({ rows }) => rows('SELECT 1 / 0')).catch(() => {}),
      'is cut off': (_, actor) => few.counting(actor, (rows) => rows('SELECT pg_sleep(1)')).catch(() => {}),
      breaks: (_, actor) =>
        few
          .as(actor, async ({ rows }) => {
            await rows(`SELECT set_config('varde.see', '{1000,2000,3000}', true)`)
            throw new Error('broken off')
          })
          .catch(() => {}),
      'is nobody': async () => {
        const [row] = await few.rows(`SELECT ${settings}, (SELECT count(*)::int FROM pathway) AS n`)
        if ((row?.['person'] ?? '') !== '' || (row?.['see'] ?? '') !== '' || row?.['n'] !== 0) wrong.push(`nobody: ${JSON.stringify(row)}`)
      },
    }
    const weights = ['sees', 'sees', 'sees', 'counts', 'fails', 'breaks', 'is nobody', 'is nobody'] as const
    const reached = new Set<string>()
    let left = soak ? 20_000 : 2_000
    const worker = async () => {
      while (left-- > 0) {
        const i = Math.floor(random() * ledgers.length)
        // A cancelled question costs its whole time, so that there are few of them.
        const kind = random() < 0.02 ? 'is cut off' : weights[Math.floor(random() * weights.length)]!
        reached.add(kind)
        await kinds[kind]!(ledgers[i]!, actors[i]!)
      }
    }
    await Promise.all(Array.from({ length: 12 }, worker))
    await few.close()
    expect(wrong, `seed ${seed}`).toEqual([])
    wrong = []
    expect(reached).toEqual(new Set(Object.keys(kinds)))
  })
})
