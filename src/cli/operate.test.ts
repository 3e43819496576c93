import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { embeddedFolders } from '../../test/support/embedded.ts'
import { filledLedger } from '../../test/support/filled.ts'
import { freshDatabase, postgresServers } from '../../test/support/postgres.ts'
import { addressOf, servingProcess } from '../../test/support/serving.ts'
import { varde } from '../../test/support/varde.ts'
import { settingRows } from '../http/settings.ts'
import { compileDistribution, withoutSubqueries } from '../sql/distributed.ts'
import { readCatalogue } from '../store/distribute.ts'
import { openOwned } from '../store/owner.ts'

const folders = embeddedFolders()
const run = promisify(execFile)

describe('an operator of one machine', () => {
  test('sets up organisations and people, backs up under load, restores elsewhere, and is told what is missing there', async () => {
    const data = await folders.stopped('operated')
    const running = servingProcess({ VARDE_DATA: data })
    const address = await addressOf(running)
    const on = ['--data', data, '--packs', 'demo']
    expect(await varde('organisation', 'list', ...on)).toMatchObject({ code: 0, out: expect.stringContaining('no organisation yet') })
    expect(await varde('organisation', 'add', 'Invented land', '--kind', 'nation', '--zone', 'Europe/Oslo', ...on)).toMatchObject({
      out: 'Organisation 1.\n',
    })
    expect(await varde('organisation', 'add', 'Invented hospital', '--kind', 'hospital', '--under', '1', ...on)).toMatchObject({
      out: 'Organisation 2.\n',
    })
    expect(await varde('organisation', 'add', 'Invented ward', '--kind', 'department', '--under', '2', ...on)).toMatchObject({ code: 0 })
    expect(await varde('organisation', 'add', 'x', '--kind', 'hospitl', ...on)).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean "hospital"'),
    })
    expect(await varde('user', 'add', 'Invented Person', '--org', '2', '--role', 'coordinator', ...on)).toMatchObject({
      code: 0,
      out: 'Person 1.\n',
    })
    expect(await varde('user', 'role', '1', '--org', '2', '--role', 'analyst', '--pack', 'demo', ...on)).toMatchObject({ code: 0 })
    expect(await varde('user', 'role', '1', '--org', '2', '--role', 'analyst', '--pack', 'dem', ...on)).toMatchObject({
      code: 1,
      err: expect.stringContaining('did you mean "demo"'),
    })
    expect((await varde('user', 'list', ...on)).out).toMatch(
      /^0\tOperator\t\t\n1\tInvented Person\t\tanalyst at 2 for demo, coordinator at 2\n$/,
    )
    expect((await varde('organisation', 'list', ...on)).out).toMatch(/3\tdepartment\tInvented ward\tunder 2\tEurope\/Oslo/)

    expect(await varde('user', 'password', '1', '--login', 'invented.person', ...on)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^The password is [\w-]{20}\n/),
    })
    expect(await varde('user', 'password', '1', ...on)).toMatchObject({ code: 0 })
    expect(await varde('user', 'unlock', '1', ...on)).toMatchObject({ code: 0 })
    expect(await varde('user', 'no-factor', '1', ...on)).toMatchObject({ code: 1, err: expect.stringContaining('no second factor') })
    expect(await varde('user', 'link', '1', '--subject', 'abc', ...on)).toMatchObject({
      code: 1,
      err: expect.stringContaining('oidcIssuer'),
    })
    expect(await varde('user', 'link', '1', '--subject', 'abc', '--oidc-issuer', 'https://provider.example', ...on)).toMatchObject({
      code: 0,
    })
    expect(await varde('user', 'add', 'Invented machine', '--machine', '--org', '2', '--role', 'machine', ...on)).toMatchObject({
      out: 'Person 2.\n',
    })
    const jwk = folders.at('machine.json')
    await writeFile(jwk, JSON.stringify(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })))
    expect(await varde('user', 'key', '2', '--jwk', jwk, ...on)).toMatchObject({ code: 0, out: expect.stringContaining('machine-2') })
    expect(await varde('user', 'key', '2', '--jwk', data, ...on)).toMatchObject({ code: 2 })

    let writing = true
    const writers = [1, 2, 3, 4].map(async (writer) => {
      let n = 0
      for (; writing; n++) {
        const answer = await fetch(`${address}/api/patients`, {
          method: 'POST',
          headers: { 'x-person': '1', 'content-type': 'application/json' },
          body: JSON.stringify({ org: 2, name: 'Invented Patient', key: `writer-${writer}-${n}` }),
        })
        if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`)
      }
      return n
    })
    const backup = folders.at('backup')
    expect(await varde('backup', '--out', backup, ...on)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/holds \d+ rows of 6 chains/),
    })
    writing = false
    expect((await Promise.all(writers)).every((n) => n > 0)).toBe(true)
    expect(await varde('verify', ...on)).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/3 ledgers, .*the chains hold.*BEGIN PUBLIC KEY/s),
    })
    running.kill('SIGTERM')
    expect(await running.ended()).toBe(0)

    const alone = await run(process.execPath, [
      'scripts/verify-ledger.mjs',
      backup,
      join(backup, 'checkpoints.jsonl'),
      join(backup, 'checkpoint_key.pem'),
    ])
    expect(alone.stdout).toMatch(/rows of 6 chains hold, and \d checkpoints are met/)

    const elsewhere = folders.at('restored')
    const restored = await varde('restore', backup, '--data', elsewhere, '--packs', 'demo')
    expect(restored).toMatchObject({
      code: 0,
      out: expect.stringMatching(/Their heads are those of the export.*the chains hold.*It took \d+\.\d seconds/s),
    })
    console.log(`restore drill: ${/It took .*/.exec(restored.out)?.[0]}`)
    expect(await varde('restore', backup, '--data', elsewhere, '--packs', 'demo')).toMatchObject({
      code: 1,
      err: expect.stringContaining('holds a ledger already'),
    })

    // The heads that were written outside after the backup show that what is here is older.
    const files = ['--checkpoint-file', `${data}.checkpoints.jsonl`, '--checkpoint-key', `${data}.checkpoint-key.pem`]
    const missing = await varde('verify', '--data', elsewhere, '--packs', 'demo', ...files)
    expect(missing).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/Ledger 2, acts, position \d+: .*it is gone: the end of the chain was cut off/),
    })

    const owned = await openOwned({ data: elsewhere, databaseUrl: undefined, ownerDatabaseUrl: undefined }, 'test')
    const client = new Client(owned.ownerUrl)
    await client.connect()
    // Who may sign in comes along; who is signed in does not.
    const { rows: ways } = await client.query(
      'SELECT (SELECT login FROM varde.account), (SELECT value FROM varde.oidc_link), (SELECT person FROM varde.machine_key), (SELECT count(*)::int FROM varde.session) AS sessions',
    )
    expect(ways).toEqual([{ login: 'invented.person', value: 'abc', person: 2, sessions: 0 }])
    const { rows } = await client.query(`SELECT ledger, chain, seq::int, encode(hash, 'hex') AS hash FROM varde.log_head ORDER BY 1, 2`)
    await client.end()
    await owned.close()
    const manifest = JSON.parse(await readFile(join(backup, 'manifest.json'), 'utf8'))
    expect(rows).toEqual(manifest.heads.map(({ ledger, chain, seq, hash }: Record<string, unknown>) => ({ ledger, chain, seq, hash })))
  }, 180_000)

  test('a folder that is no export leaves no database behind', async () => {
    expect(await varde('import', folders.at('template'), '--data', folders.at('nothing'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('no manifest.json'),
    })
    await expect(readFile(join(folders.at('nothing'), 'password'))).rejects.toThrow()
  })

  test('serve --help has every setting', async () => {
    const { code, out } = await varde('serve', '--help')
    expect(code).toBe(0)
    expect(settingRows().filter((row) => !out.includes(row.option ?? row.variable))).toEqual([])
  })

  test('unknown settings are refused before anything is opened', async () => {
    expect(await varde('serve', '--dta', 'x')).toMatchObject({ code: 2 })
    expect(await varde('verify', '--config', folders.at('no.yaml'))).toMatchObject({ code: 1, err: expect.stringContaining('no.yaml') })
  })
})

describe.each(postgresServers())('spreading a database on $name', ({ url }) => {
  test('is refused where the extension is missing, and nothing is changed', async () => {
    const fresh = await freshDatabase(url)
    process.env['VARDE_OWNER_DATABASE_URL'] = fresh.url
    try {
      const answer = await varde('migrate', '--distributed', '--packs', 'demo')
      expect(answer).toMatchObject({
        code: 1,
        out: expect.stringContaining('Packs: demo'),
        err: expect.stringMatching(/one machine.*citus.*docs\/scaling\.md/),
      })
      expect(await varde('migrate', '--packs', 'demo')).toMatchObject({ code: 0, out: expect.stringContaining('at this version') })
    } finally {
      delete process.env['VARDE_OWNER_DATABASE_URL']
      await fresh.drop()
    }
  })

  // The extension is not here: the statements are read, and of them only the policies can be run.
  test('takes every table along by ledger, or to every machine, and its policies see the same as before', async () => {
    const at = await filledLedger(url, ['packs/demo'], 3, 5)
    const client = new Client(at.url)
    await client.connect()
    const catalogue = await readCatalogue(client)
    const statements = compileDistribution(catalogue)
    const named = (pattern: RegExp) => statements.flatMap((s) => pattern.exec(s)?.[1] ?? [])
    const everywhere = named(/create_reference_table\('"(\w+"\."\w+)"'\)/)
    const spread = named(/create_distributed_table\('"(\w+"\."\w+)"', 'ledger'/)
    expect(everywhere).toEqual(
      expect.arrayContaining(['varde"."organisation', 'varde"."person', 'varde"."role_may', 'pack_1"."pack_limit']),
    )
    expect(spread).toEqual(
      expect.arrayContaining(['varde"."log', 'varde"."entry', 'varde"."pathway', 'pack_1"."kept_row', 'pack_1"."past_pause']),
    )
    expect([...everywhere, ...spread, 'varde"."migration'].length).toBe(catalogue.tables.length)
    expect(spread[0]).toBe('varde"."log_head')
    expect(statements.filter((s) => s.includes('colocate_with')).length).toBe(spread.length - 1 + 2)
    const policies = statements.filter((s) => s.startsWith('ALTER POLICY'))
    expect(policies.length).toBeGreaterThan(8)
    expect(policies.filter((s) => /\bSELECT\b/.test(s))).toEqual([])

    const coordinator = await at.person('Invented', 'coordinator', 2)
    const officer = await at.person('Invented', 'data-protection-officer', 3)
    const seenBy = async () => {
      const seen = []
      for (const actor of [coordinator, officer, { ...coordinator, rights: [] }])
        for (const table of [
          'pathway',
          'entry',
          'work',
          'patient',
          'identity',
          'glass',
          'log',
          'log_head',
          'pack_1.kept_row',
          'pack_1.past_row',
        ])
          seen.push([actor.person, table, await at.ledger.as(actor, (s) => s.rows(`SELECT count(*)::int AS n FROM ${table}`))])
      return seen
    }
    const before = await seenBy()
    const counts = before.map(([, , rows]) => (rows as readonly { n: number }[])[0]!.n) // as asked above
    expect([counts.some((n) => n > 0), counts.slice(-10).every((n) => n === 0)]).toEqual([true, true])
    for (const policy of policies) await client.query(policy)
    expect(await seenBy()).toEqual(before)
    expect((await readCatalogue(client)).policies.filter(({ test }) => /SELECT/.test(test))).toEqual([])
    await client.end()
    await at.close()
  })
})

test('a policy that asks something else is not rewritten into something weaker', () => {
  expect(() => withoutSubqueries('ledger = ( SELECT 1 AS one)')).toThrow('not known')
})
