import { readFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embeddedFolders } from '../../test/support/embedded.ts'
import type { NodeProcess } from '../../test/support/node-process.ts'
import { type FreshDatabase, freshDatabase, postgresServers } from '../../test/support/postgres.ts'
import { openScene, type Scene } from '../../test/support/scene.ts'
import { addressOf, lineWith, servingProcess } from '../../test/support/serving.ts'
import { serve } from '../http/serve.ts'
import { readSettings } from '../http/settings.ts'
import { createAccount } from '../store/accounts.ts'
import { openOwned } from '../store/owner.ts'

const folders = embeddedFolders()
const embedded = (data: string) => ({ data, databaseUrl: undefined, ownerDatabaseUrl: undefined })

describe('a service in a process of its own', () => {
  let running: NodeProcess
  let address = ''
  let data = ''
  let scene: Scene
  let ownerUrl = ''
  beforeAll(async () => {
    data = await folders.stopped('serve')
    running = servingProcess({ VARDE_DATA: data })
    address = await addressOf(running)
    ;({ ownerUrl } = await openOwned(embedded(data), 'test'))
    scene = await openScene(ownerUrl, { hospitals: 1, packs: [1] })
  })
  afterAll(async () => {
    running.kill('SIGKILL')
    await running.ended()
  })
  const ask = (path: string, init: RequestInit = {}) => fetch(`${address}${path}`, init)
  const register = (n: number) =>
    ask('/api/patients', {
      method: 'POST',
      headers: { 'x-person': '1', 'content-type': 'application/json' },
      body: JSON.stringify({ org: 2, name: 'Invented Patient', key: `patient-${n}` }),
    })

  test('is alive, and ready: the database answers, at this version, with these packs', async () => {
    expect([await (await ask('/health')).text(), await (await ask('/ready')).text()]).toEqual(['alive\n', 'ready\n'])
    const owner = new Client(ownerUrl)
    await owner.connect()
    await owner.query(`UPDATE varde.pack SET digest = 'another'`)
    const ready = await ask('/ready')
    expect([ready.status, await ready.text()]).toEqual([503, 'A pack in the database is not the one that is loaded.\n'])
    await owner.query(`INSERT INTO varde.migration VALUES (9999, 'from a later version')`)
    expect([(await ask('/ready')).status, (await ask('/health')).status]).toEqual([503, 200])
    await owner.query(`DELETE FROM varde.migration WHERE n = 9999; UPDATE varde.pack SET digest = ''`)
    await owner.end()
  })

  test('counts requests, acts and looks, without a person or a reference in it', async () => {
    const { patient } = (await (await register(1)).json()) as { patient: string } // as the route answers
    await register(1)
    await ask(`/api/patients/${patient}`, { headers: { 'x-person': '1' } })
    const metrics = await (await ask('/metrics')).text()
    expect(metrics).toMatch(/varde_request_seconds_count\{route="registerPatient",status="201"\} 2/)
    expect(metrics).toMatch(/varde_acts_total\{kind="patient-registered"\} 1/)
    expect(metrics).toMatch(/varde_acts_replayed_total 1/)
    expect(metrics).toMatch(/varde_looks_total\{kind="patient"\} 1/)
    expect(metrics).toMatch(/varde_pool_connections\{state="open"\} \d/)
    expect(metrics).toMatch(/varde_nodejs_eventloop_lag_seconds \d/)
    expect(metrics).toMatch(/varde_head_ahead_seconds \d/)
    expect(metrics).not.toMatch(new RegExp(`Invented|${patient}|/api/`))
    expect((await ask('/metrics', { headers: { 'x-forwarded-for': '10.0.0.1' } })).status).toBe(403)
  })

  test('finishes 50 requests in hand when it is asked to end, and takes no new one', async () => {
    const blocker = new Client(ownerUrl)
    await blocker.connect()
    await blocker.query(`BEGIN; SELECT FROM varde.log_head WHERE ledger = 2 AND chain = 'act' FOR UPDATE`)
    const before = await scene.ledger.as(scene.operator, (s) => s.rows(`SELECT seq FROM log_head WHERE ledger = 2 AND chain = 'act'`))
    await scene.close()
    const answers = Array.from({ length: 50 }, (_, i) => register(100 + i).then((answer) => answer.status))
    await lineWith(running, /^asked 53$/)
    running.kill('SIGTERM')
    await lineWith(running, /^Stopping/)
    const { hostname, port } = new URL(address)
    await expect
      .poll(
        () =>
          new Promise((resolve) => {
            const socket = createConnection(Number(port), hostname, () => socket.end(() => resolve('let in')))
            socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
          }),
      )
      .toBe('ECONNREFUSED')
    await blocker.query('COMMIT')
    await blocker.end()
    expect(new Set(await Promise.all(answers))).toEqual(new Set([201]))
    expect(await running.ended()).toBe(0)
    const again = await openOwned(embedded(data), 'test')
    const client = new Client(again.ownerUrl)
    await client.connect()
    const { rows } = await client.query(`SELECT h.seq FROM varde.log_head h WHERE h.ledger = 2 AND h.chain = 'act'`)
    expect(Number(rows[0].seq)).toBe(Number(before[0]!['seq']) + 50)
    await client.end()
    await again.close()
    const lines = (await readFile(`${data}.checkpoints.jsonl`, 'utf8')).trim().split('\n')
    expect(JSON.parse(lines.findLast((line) => line.startsWith('{"ledger":2,"chain":"act"'))!)).toMatchObject({ seq: Number(rows[0].seq) })
  }, 120_000)
})

/** The service in this process. */
const servedHere = (environment: Readonly<Record<string, string>>) => {
  const read = readSettings({ environment: { VARDE_PORT: '0', VARDE_PACKS: 'demo', VARDE_LOG_LEVEL: 'silent', ...environment } })
  if (!read.ok) throw new Error(JSON.stringify(read.issues))
  const said: string[] = []
  return serve({ settings: read.value, say: (sentence) => said.push(sentence) }).then((served) => ({
    ...served,
    said,
  }))
}

describe.each(postgresServers())('on the PostgreSQL that is given: $name', ({ url }) => {
  let fresh: FreshDatabase
  beforeAll(async () => {
    fresh = await freshDatabase(url)
  })
  afterAll(() => fresh.drop())
  const environment = () => ({ VARDE_DATABASE_URL: fresh.url, VARDE_DATA: folders.at('given') })

  test('without its owner the service changes nothing, and says what to run', async () => {
    await expect(servedHere(environment())).rejects.toMatchObject({
      issues: [{ code: 'store/not-migrated', message: expect.stringContaining('varde migrate') }],
    })
  })

  test('with its owner it is brought to this version, and later needs the owner no more', async () => {
    const first = await servedHere({ ...environment(), VARDE_OWNER_DATABASE_URL: fresh.url })
    expect(first.said.join(' ')).toMatch(/brought to this version.*Packs: demo.*listens at/)
    expect((await first.app.inject('/ready')).statusCode).toBe(200)
    await first.stop()
    const second = await servedHere({ ...environment(), VARDE_METRICS_TOKEN: 'a-token' })
    expect((await second.app.inject('/ready')).statusCode).toBe(200)
    expect(second.said.join(' ')).toContain('may pass by row level security')
    const asked = (authorization: string) => second.app.inject({ url: '/metrics', headers: { authorization } })
    expect([(await asked('')).statusCode, (await asked('Bearer another')).statusCode, (await asked('Bearer a-token')).statusCode]).toEqual([
      403, 403, 200,
    ])
    await second.stop()
  })

  test('people with a local account sign in, as the settings say', async () => {
    const served = await servedHere({ ...environment(), VARDE_SIGN_INS_PER_MINUTE: '3', VARDE_TRUSTED_PROXIES: '198.51.100.0/24' })
    const owner = new Client(fresh.url)
    await owner.connect()
    await owner.query(`INSERT INTO varde.person (person, name, changed) VALUES (41, 'Invented person', now())`)
    await createAccount(owner, { person: 41, login: 'invented.person', password: 'three lanterns over Norland' })
    await owner.end()
    const signIn = (password: string) =>
      fetch(`${served.address}/api/sign-in`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: served.address },
        body: JSON.stringify({ login: 'invented.person', password }),
      })
    const signedIn = await signIn('three lanterns over Norland')
    expect(signedIn.status).toBe(200)
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect(await (await fetch(`${served.address}/api/me`, { headers: { cookie } })).json()).toMatchObject({ person: 41 })
    expect([(await signIn('another')).status, (await signIn('another')).status, (await signIn('another')).status]).toEqual([401, 401, 429])
    await served.stop()
  })

  test.each([
    [{ VARDE_OIDC_ISSUER: 'https://provider.example' }, 'settings/missing'],
    [{ VARDE_OIDC_ISSUER: 'http://provider.example', VARDE_OIDC_CLIENT_ID: 'varde' }, 'sign-in/address'],
    [{ VARDE_PUBLIC_URL: 'http://varde.example' }, 'sign-in/address'],
  ])('does not start where signing in would not be safe: %j', async (more, code) => {
    await expect(servedHere({ ...environment(), ...more })).rejects.toMatchObject({ issues: [{ code }] })
  })

  test('one address is let in so many times a minute; a proxy that is known says which address that is', async () => {
    const limited = { ...environment(), VARDE_REQUESTS_PER_MINUTE: '2' }
    const statuses = async (more: Readonly<Record<string, string>>) => {
      const { app, stop } = await servedHere({ ...limited, ...more })
      const answers = []
      for (const sender of ['10.1.1.1', '10.1.1.1', '10.1.1.2', '10.1.1.1'])
        answers.push(await app.inject({ url: '/api/me', headers: { 'x-forwarded-for': sender } }))
      const ready = await app.inject('/ready')
      await stop()
      return { statuses: answers.map((answer) => answer.statusCode), last: answers.at(-1)!.json(), ready: ready.statusCode }
    }
    expect(await statuses({})).toMatchObject({ statuses: [401, 401, 429, 429], last: { issues: [{ code: 'http/too-many' }] }, ready: 200 })
    expect(await statuses({ VARDE_TRUSTED_PROXIES: '127.0.0.1' })).toMatchObject({ statuses: [401, 401, 401, 429], ready: 200 })
  })
})

test.each([
  [{ VARDE_DEMONSTRATION: 'yes', VARDE_HOST: '0.0.0.0' }, 'settings/value'],
  [{ VARDE_OWNER_DATABASE_URL: 'postgres://a@127.0.0.1:1/b' }, 'settings/missing'],
])('refuses settings that do not go together: %j', async (environment, code) => {
  await expect(servedHere({ VARDE_DATA: folders.at('refused'), ...environment })).rejects.toMatchObject({ issues: [{ code }] })
})
