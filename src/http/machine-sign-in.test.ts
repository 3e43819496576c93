import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser } from '../../test/support/browser.ts'
import { postgresServers } from '../../test/support/postgres.ts'
import { type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'
import { registerMachineKey } from '../store/accounts.ts'
import { connectClient } from '../store/postgres.ts'
import { openSignIn } from './sign-in.ts'

const origin = 'https://varde.example'

describe.each(postgresServers())('machines on $name', ({ url }) => {
  let at: ServiceUnderTest
  let owner: Client
  let clock = new Date('2026-11-25T08:00:00Z').getTime()
  const now = () => new Date(clock)
  const seconds = () => Math.floor(clock / 1000)
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/demo'], {
      now,
      signIn: ({ ledger }) =>
        openSignIn({ ledger, now, address: origin, demonstration: false, localAccounts: false, signInPerMinute: 1000 }),
    })
    owner = await connectClient(at.url)
    await owner.query('SET ROLE varde_owner; SET search_path = varde')
  })
  afterAll(async () => {
    await owner?.end()
    await at?.close()
  })

  let machines = 0
  const machine = async (alg = 'ES256') => {
    const person = 500 + ++machines
    await at.act(
      2,
      { kind: 'person-set', payload: { person, name: 'Invented machine', machine: true } },
      { kind: 'role-given', payload: { person, org: 2, role: 'machine' } },
    )
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
    const { client, kid } = await registerMachineKey(owner, { person, jwk: { ...(await exportJWK(publicKey)) } })
    const claims = (): JWTPayload => ({
      iss: client,
      sub: client,
      aud: origin,
      jti: crypto.randomUUID(),
      iat: seconds(),
      exp: seconds() + 60,
    })
    const sign = (more: JWTPayload = {}, head: object = {}, key: Parameters<SignJWT['sign']>[0] = privateKey) => {
      const whole = Object.fromEntries(Object.entries({ ...claims(), ...more }).filter(([, value]) => value !== undefined))
      return new SignJWT(whole).setProtectedHeader({ alg, kid, ...head }).sign(key)
    }
    return { person, client, kid, publicKey, privateKey, sign }
  }
  const ask = (assertion: string) => new Browser(at.app).post('/api/token', { assertion })
  const me = (token: string, method: 'GET' | 'POST' = 'GET') =>
    new Browser(at.app).ask(method, method === 'GET' ? '/api/me' : '/api/sign-out', {}, { authorization: `Bearer ${token}` })
  const refused = { status: 401, body: { issues: [{ code: 'sign-in/refused' }] } }

  test.each(['ES256', 'ES384', 'EdDSA', 'PS256', 'RS256'])('show with a key of %s who they are, and get a short token', async (alg) => {
    const { person, sign } = await machine(alg)
    const given = await ask(await sign())
    expect(given).toMatchObject({ status: 200, body: { type: 'Bearer', seconds: 600, token: expect.stringMatching(/^[\w-]{43}$/) } })
    expect(given.headers['cache-control']).toBe('no-store')
    expect(await me(given.body.token)).toMatchObject({ status: 200, body: { person, csrf: null, roles: [{ role: 'machine' }] } })
    clock += 600_000
    expect(await me(given.body.token)).toMatchObject({ status: 401 })
    const { rows } = await owner.query(`SELECT kind FROM log WHERE person = $1 AND ledger = 2 ORDER BY seq`, [person])
    expect(rows.map((row) => row.kind)).toEqual(['machine-key-registered', 'machine-token-given'])
  })

  test('need no token against other sites, and their token is no cookie', async () => {
    const { sign } = await machine()
    const { body } = await ask(await sign())
    const mine = new Browser(at.app)
    mine.cookies.set('__Host-varde', body.token)
    expect(await mine.get('/api/me')).toMatchObject({ status: 401 })
    expect(await me(body.token, 'POST')).toMatchObject({ status: 200 })
    expect(await me(body.token)).toMatchObject({ status: 401 })
  })

  test('use an assertion once, also when it comes twice at once', async () => {
    const { person, sign } = await machine()
    const assertion = await sign()
    const both = await Promise.all([ask(assertion), ask(assertion)])
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 401])
    expect(await ask(assertion)).toMatchObject(refused)
    const { rows } = await owner.query(`SELECT payload::json->>'why' AS why FROM log WHERE person = $1 AND kind = 'sign-in-refused'`, [
      person,
    ])
    expect(rows).toEqual([{ why: 'used before' }, { why: 'used before' }])
  })

  test('may take the same jti as another machine', async () => {
    const [one, two] = [await machine(), await machine()]
    const jti = crypto.randomUUID()
    expect(await ask(await one.sign({ jti }))).toMatchObject({ status: 200 })
    expect(await ask(await two.sign({ jti }))).toMatchObject({ status: 200 })
  })

  test.each<readonly [string, () => JWTPayload]>([
    ['another audience', () => ({ aud: 'https://evil.example' })],
    ['two audiences', () => ({ aud: [origin, 'https://evil.example'] })],
    ['no audience', () => ({ aud: undefined })],
    ['an end that has passed', () => ({ exp: seconds() - 10 })],
    ['an end too far ahead', () => ({ exp: seconds() + 310 })],
    ['no end', () => ({ exp: undefined })],
    ['no jti', () => ({ jti: undefined })],
    ['a jti too short to be one of its own', () => ({ jti: '1' })],
    ['another subject', () => ({ sub: 'machine-1' })],
    ['no subject', () => ({ sub: undefined })],
    ['another issuer', () => ({ iss: 'machine-501' })],
    ['an issuer that is no machine', () => ({ iss: 'machine-1', sub: 'machine-1' })],
    ['an issuer of another form', () => ({ iss: 'machine-1 OR 1=1', sub: 'machine-1 OR 1=1' })],
    ['a beginning in the future', () => ({ nbf: seconds() + 60 })],
  ])('are refused with %s', async (_, more) => {
    await machine()
    const { sign } = await machine()
    expect(await ask(await sign(more()))).toMatchObject(refused)
  })

  test('are refused with another key, an unknown kid, and a key of another machine', async () => {
    const [one, two] = [await machine(), await machine()]
    expect(await ask(await one.sign({}, {}, two.privateKey))).toMatchObject(refused)
    expect(await ask(await one.sign({}, { kid: two.kid }))).toMatchObject(refused)
    expect(await ask(await one.sign({ iss: two.client, sub: two.client }))).toMatchObject(refused)
  })

  test('are refused without a signature, and with one that the public key could have made', async () => {
    const { client, kid, publicKey } = await machine()
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { iss: client, sub: client, aud: origin, jti: crypto.randomUUID(), exp: seconds() + 60 }
    for (const alg of ['none', 'None', 'NONE']) expect(await ask(`${part({ alg, kid })}.${part(claims)}.`)).toMatchObject(refused)
    const known = new TextEncoder().encode(JSON.stringify(await exportJWK(publicKey)))
    const hmac = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid }).sign(known)
    expect(await ask(hmac)).toMatchObject(refused)
  })

  test('are refused when a bit of the assertion is another, or it is none', async () => {
    const { sign } = await machine()
    const assertion = await sign()
    const [head = '', body = '', signature = ''] = assertion.split('.')
    const bent = (text: string) => (text[5] === 'A' ? `${text.slice(0, 5)}B` : `${text.slice(0, 5)}A`) + text.slice(6)
    for (const other of [
      `${bent(head)}.${body}.${signature}`,
      `${head}.${bent(body)}.${signature}`,
      `${head}.${body}.${bent(signature)}`,
      `${head}.${body}`,
      'x',
      '..',
    ])
      expect(await ask(other)).toMatchObject(refused)
    expect(await ask(assertion)).toMatchObject({ status: 200 })
  })

  test('are refused from the moment they are no longer there, and so are their tokens', async () => {
    const { person, sign } = await machine()
    const { body } = await ask(await sign())
    await at.act(0, { kind: 'person-set', payload: { person, name: 'Invented machine', active: false } })
    expect(await me(body.token)).toMatchObject({ status: 401 })
    expect(await ask(await sign())).toMatchObject(refused)
  })

  test('leave neither assertion nor token anywhere', async () => {
    const { sign } = await machine()
    const assertion = await sign()
    const { body } = await ask(assertion)
    await ask(assertion)
    const tables = await owner.query(`SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'varde'::regnamespace AND c.relkind = 'r'`)
    for (const secret of [body.token, assertion.split('.')[2] ?? ''])
      for (const { relname } of tables.rows) {
        const { rows } = await owner.query(`SELECT count(*)::int AS n FROM ${relname} t WHERE position($1 IN t::text) > 0`, [secret])
        expect([relname, rows[0].n]).toEqual([relname, 0])
      }
    expect(at.logged.join('\n')).not.toContain(body.token)
  })

  test('have only public keys registered, of kinds that are strong enough, and only for a machine', async () => {
    const { person } = await machine()
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const problem = { issues: [{ code: 'sign-in/account' }] }
    const good = { ...(await exportJWK(publicKey)) }
    await expect(registerMachineKey(owner, { person, jwk: { ...(await exportJWK(privateKey)) } })).rejects.toMatchObject(problem)
    await expect(registerMachineKey(owner, { person, jwk: { kty: 'oct', k: 'AAAA' } })).rejects.toMatchObject(problem)
    await expect(registerMachineKey(owner, { person, jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } })).rejects.toMatchObject(problem)
    await expect(registerMachineKey(owner, { person, jwk: { ...good, crv: 'secp256k1' } })).rejects.toMatchObject(problem)
    const { person: human } = await at.person('Invented person', 'coordinator', 2)
    await expect(registerMachineKey(owner, { person: human, jwk: good })).rejects.toMatchObject(problem)
  })

  test('leave the chains whole', async () => {
    expect((await owner.query('SELECT p.* FROM log_head h, chain_problems(h.ledger, h.chain) p')).rows).toEqual([])
  })
})
