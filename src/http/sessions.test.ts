import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser } from '../../test/support/browser.ts'
import { postgresServers } from '../../test/support/postgres.ts'
import { type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'
import { networkOf, readAddress } from './sessions.ts'
import { openSignIn } from './sign-in.ts'

describe.each(postgresServers())('demonstration mode on $name', ({ url }) => {
  const local = 'http://localhost:8080'
  let at: ServiceUnderTest
  let serious: ServiceUnderTest
  let person: number
  beforeAll(async () => {
    const service = (demonstration: boolean) =>
      serviceUnderTest(url, ['packs/demo'], {
        demonstration,
        trustedProxies: ['198.51.100.7'],
        signIn: ({ ledger }) =>
          openSignIn({
            ledger,
            now: () => new Date(),
            address: local,
            demonstration,
            localAccounts: false,
            perMinute: 12,
            signInPerMinute: 5,
          }),
      })
    at = await service(true)
    serious = await service(false)
    ;({ person } = await at.person('Invented coordinator', 'coordinator', 2))
    await at.act(2, { kind: 'person-set', payload: { person: 700, name: 'Invented machine', machine: true } })
    await at.act(2, { kind: 'role-given', payload: { person: 700, org: 2, role: 'machine' } })
  })
  afterAll(async () => {
    await at?.close()
    await serious?.close()
  })

  test('lists invented people, machines not among them, and lets one in without a password', async () => {
    const mine = new Browser(at.app, '192.0.2.10')
    const { body } = await mine.get('/api/demonstration/people')
    expect(body.people).toEqual([
      { person, name: 'Invented coordinator', roles: [{ org: 2, organisation: 'hospital 2 (invented)', role: 'coordinator' }] },
    ])
    const signedIn = await mine.post('/api/demonstration/sign-in', { person }, { origin: local, host: 'localhost:8080' })
    expect(signedIn).toMatchObject({ status: 200, body: { person } })
    expect(signedIn.setCookies[0]).toMatch(/^varde=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
    expect((await mine.get('/api/me')).body).toMatchObject({ person, demonstration: true })
    expect(await mine.post('/api/demonstration/sign-in', { person: 700 })).toMatchObject({ status: 403 })
    expect(await mine.post('/api/demonstration/sign-in', { person: 99_999 })).toMatchObject({ status: 403 })
  })

  test('takes this machine by any of its names, and no other site', async () => {
    const ask = (headers: Readonly<Record<string, string>>) =>
      new Browser(at.app, `192.0.2.${20 + ++asked}`).post('/api/demonstration/sign-in', { person }, headers)
    let asked = 0
    expect(await ask({ origin: 'http://127.0.0.1:9090', host: '127.0.0.1:9090' })).toMatchObject({ status: 200 })
    expect(await ask({ origin: 'http://[::1]:9090', host: '[::1]:9090' })).toMatchObject({ status: 200 })
    expect(await ask({ origin: 'http://127.0.0.1:9091', host: '127.0.0.1:9090' })).toMatchObject({ status: 403 })
    // A name that somebody else lets point at this machine.
    expect(await ask({ origin: 'http://evil.example:9090', host: 'evil.example:9090' })).toMatchObject({ status: 403 })
  })

  test('is where these routes are: elsewhere they are not there', async () => {
    const mine = new Browser(serious.app, '192.0.2.11')
    const absent = { status: 404, body: { issues: [{ code: 'http/no-route' }] } }
    expect(await mine.get('/api/demonstration/people')).toMatchObject(absent)
    expect(await mine.post('/api/demonstration/sign-in', { person })).toMatchObject(absent)
    expect(await mine.post('/api/sign-in', { login: 'a', password: 'b' })).toMatchObject(absent)
    expect(await mine.get('/api/sign-in/oidc')).toMatchObject(absent)
    expect((await mine.get('/api/sign-in')).body).toEqual({ password: false, oidc: null, demonstration: false })
  })

  describe('too many requests', () => {
    test('to sign in are turned away by address, with the time to wait', async () => {
      const mine = new Browser(at.app, '192.0.2.12')
      const statuses: number[] = []
      for (let i = 0; i < 7; i++) statuses.push((await mine.post('/api/token', { assertion: 'x' })).status)
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
      const last = await mine.post('/api/token', { assertion: 'x' })
      expect(last).toMatchObject({ status: 429, body: { issues: [{ code: 'http/too-many' }] } })
      expect(Number(last.headers['retry-after'])).toBeGreaterThan(0)
      expect(Number(last.headers['retry-after'])).toBeLessThanOrEqual(60)
      expect((await new Browser(at.app, '192.0.2.13').post('/api/token', { assertion: 'x' })).status).toBe(401)
    })

    test('are counted by the address a proxy of ours tells, and no other sender is believed', async () => {
      const from = (sender: string, told: string) =>
        new Browser(at.app, sender).post('/api/token', { assertion: 'x' }, { 'x-forwarded-for': told })
      for (let i = 0; i < 7; i++) expect(await from('198.51.100.7', `203.0.113.${i}`)).toMatchObject({ status: 401 })
      const statuses: number[] = []
      for (let i = 0; i < 7; i++) statuses.push((await from('192.0.2.17', `203.0.113.${100 + i}`)).status)
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
    })

    test('of one person are turned away wherever they come from, others from there are not', async () => {
      const mine = new Browser(at.app, '192.0.2.14')
      await mine.post('/api/demonstration/sign-in', { person })
      const statuses: number[] = []
      for (let i = 0; i < 16; i++) statuses.push((await mine.get('/api/me')).status)
      expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(11)
      expect(statuses.at(-1)).toBe(429)
      const elsewhere = new Browser(at.app, '192.0.2.15')
      elsewhere.cookies.set('varde', mine.cookies.get('varde')!)
      expect(await elsewhere.get('/api/me')).toMatchObject({ status: 429 })
    })

    test('with a new forged cookie each are counted by address all the same', async () => {
      const statuses: number[] = []
      for (let i = 0; i < 14; i++) {
        const mine = new Browser(at.app, '192.0.2.16')
        mine.cookies.set('varde', String(i).padStart(43, 'x'))
        statuses.push((await mine.get('/api/me')).status)
      }
      expect(statuses).toEqual([...Array(12).fill(401), 429, 429])
    })
  })
})

test.each([
  ['https://varde.example/any/path', 'https://varde.example', true],
  ['http://localhost:8080', 'http://localhost:8080', false],
  ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080', false],
  ['http://[::1]:8080', 'http://[::1]:8080', false],
])('the address %s is taken', (text, origin, secure) => {
  expect(readAddress(text)).toEqual({ origin, secure })
})

test.each(['http://varde.example', 'varde.example', '', 'ftp://localhost', 'http://localhost.evil.example'])(
  'the address %j is not taken',
  (text) => {
    expect(() => readAddress(text)).toThrow('sign-in/address')
  },
)

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:1:2:ffff::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s is counted as %s', (ip, network) => {
  expect(networkOf(ip)).toBe(network)
})
