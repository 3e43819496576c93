import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser } from '../../test/support/browser.ts'
import { postgresServers } from '../../test/support/postgres.ts'
import { type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'
import { createAccount, removeFactor, resetPassword, unlock } from '../store/accounts.ts'
import { connectClient } from '../store/postgres.ts'
import { openSignIn } from './sign-in.ts'
import { codeAt, stepAt } from './totp.ts'

const password = 'three lanterns over Norland'
const minute = 60_000
const origin = 'https://varde.example'

describe.each(postgresServers())('the sign-in on $name', ({ url }) => {
  let at: ServiceUnderTest
  let owner: Client
  let clock = new Date('2026-11-25T08:00:00Z').getTime()
  const now = () => new Date(clock)
  let people = 0
  let addresses = 0
  /** Each test has people, and comes from an address, of its own. */
  const freshAddress = () => `192.0.2.${++addresses}`
  const browser = () => new Browser(at.app, freshAddress())
  const account = async (role: 'coordinator' | 'administrator' | 'data-protection-officer' = 'coordinator', org = 2) => {
    const { person } = await at.person('Invented person', role, org)
    const login = `invented.${++people}`
    await createAccount(owner, { person, login, password })
    return { person, login }
  }
  const acts = async (person: number, ledger = 2) =>
    (
      await owner.query(
        `SELECT kind, payload::json AS payload FROM varde.log WHERE ledger = $1 AND person = $2 AND chain = 'act' ORDER BY seq`,
        [ledger, person],
      )
    ).rows
  const kinds = async (person: number, ledger = 2) => (await acts(person, ledger)).map((row) => row.kind)
  const chains = async () => (await owner.query(`SELECT p.* FROM varde.log_head h, varde.chain_problems(h.ledger, h.chain) p`)).rows

  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/demo'], {
      now,
      signIn: ({ ledger }) =>
        openSignIn({
          ledger,
          now,
          address: origin,
          demonstration: false,
          localAccounts: true,
          signInPerMinute: 1000,
          tries: { perAddress: 8 },
        }),
    })
    owner = await connectClient(at.url)
    await owner.query('SET ROLE varde_owner; SET search_path = varde')
  })
  afterAll(async () => {
    await owner.end()
    await at.close()
  })

  describe('a session', () => {
    test('is a cookie that no script reads and no other site sends', async () => {
      const { person, login } = await account()
      const signedIn = await browser().post('/api/sign-in', { login: login.toUpperCase(), password })
      expect(signedIn).toMatchObject({ status: 200, body: { person, factor: 'none', csrf: expect.stringMatching(/^[\w-]{43}$/) } })
      const [cookie = '', ...more] = signedIn.setCookies
      expect(more).toEqual([])
      expect(cookie).toMatch(/^__Host-varde=[\w-]{43}; /)
      expect(cookie.split('; ').slice(1).toSorted()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'])
      expect(signedIn.headers['cache-control']).toBe('no-store')
    })

    test('lets its person in, and tells them the token against other sites', async () => {
      const { person, login } = await account()
      const mine = browser()
      expect(await mine.get('/api/me')).toMatchObject({ status: 401, body: { issues: [{ code: 'http/not-signed-in' }] } })
      const signedIn = await mine.post('/api/sign-in', { login, password })
      expect(await mine.get('/api/me')).toMatchObject({
        status: 200,
        body: { person, roles: [{ org: 2, role: 'coordinator' }], csrf: signedIn.body.csrf, factor: 'none' },
      })
      expect(await acts(person)).toEqual([
        { kind: 'account-made', payload: { by: 'operator' } },
        { kind: 'signed-in', payload: { way: 'password', factor: false } },
      ])
    })

    test('is in the database only as a hash, and the service cannot read even that', async () => {
      const { person, login } = await account()
      const mine = browser()
      await mine.post('/api/sign-in', { login, password })
      const secret = mine.cookies.get('__Host-varde')!
      const { rows } = await owner.query('SELECT * FROM session WHERE person = $1', [person])
      expect(rows).toHaveLength(1)
      expect(JSON.stringify(rows)).not.toContain(secret)
      const tables = [
        'account',
        'factor',
        'recovery_code',
        'session',
        'sign_in_try',
        'sign_in_key',
        'oidc_link',
        'oidc_try',
        'machine_key',
        'assertion_used',
      ]
      for (const table of tables)
        await expect(at.ledger.rows(`SELECT * FROM ${table}`)).rejects.toMatchObject({ issues: [{ code: 'ledger/not-allowed' }] })
      const granted = await owner.query(
        `SELECT t, r, p FROM unnest($1::text[]) t, unnest('{varde_app,varde_read}'::text[]) r, unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) p
         WHERE has_table_privilege(r, t, p)`,
        [tables],
      )
      expect(granted.rows).toEqual([])
      await expect(at.ledger.rows(`SELECT write_sign_in(1, 'signed-in', '{}')`)).rejects.toMatchObject({
        issues: [{ code: 'ledger/not-allowed' }],
      })
    })

    test.each([
      ['no cookie of ours', 'x'],
      ['a made-up one', 'A'.repeat(43)],
      ['one with SQL in it', `' OR 1=1 --`],
    ])('does not begin with %s', async (_, forged) => {
      const mine = browser()
      mine.cookies.set('__Host-varde', forged)
      expect(await mine.get('/api/me')).toMatchObject({ status: 401 })
    })

    test('never takes over the cookie a browser came with, and the one before ends', async () => {
      const { login } = await account()
      const mine = browser()
      const planted = 'B'.repeat(43)
      mine.cookies.set('__Host-varde', planted)
      await mine.post('/api/sign-in', { login, password })
      const first = mine.cookies.get('__Host-varde')!
      expect(first).not.toBe(planted)
      await mine.post('/api/sign-in', { login, password })
      expect(mine.cookies.get('__Host-varde')).not.toBe(first)
      const thief = browser()
      for (const old of [planted, first]) {
        thief.cookies.set('__Host-varde', old)
        expect(await thief.get('/api/me')).toMatchObject({ status: 401 })
      }
      expect(await mine.get('/api/me')).toMatchObject({ status: 200 })
    })

    test('without the prefix is not looked at, since another host could have set it', async () => {
      const { login } = await account()
      const mine = browser()
      await mine.post('/api/sign-in', { login, password })
      const other = browser()
      other.cookies.set('varde', mine.cookies.get('__Host-varde')!)
      expect(await other.get('/api/me')).toMatchObject({ status: 401 })
    })

    test('is no token for a machine', async () => {
      const { login } = await account()
      const mine = browser()
      await mine.post('/api/sign-in', { login, password })
      const secret = mine.cookies.get('__Host-varde')!
      expect(await browser().get('/api/me', { authorization: `Bearer ${secret}` })).toMatchObject({ status: 401 })
    })

    test('ends when nothing is done for half an hour, and lasts while something is', async () => {
      const { login } = await account()
      const mine = browser()
      await mine.post('/api/sign-in', { login, password })
      for (let i = 0; i < 4; i++) {
        clock += 29 * minute
        expect(await mine.get('/api/me')).toMatchObject({ status: 200 })
      }
      clock += 30 * minute
      expect(await mine.get('/api/me')).toMatchObject({ status: 401 })
    })

    test('is not kept alive by a stream that asks whether its reader is still let in', async () => {
      const { login } = await account()
      const mine = browser()
      await mine.post('/api/sign-in', { login, password })
      const { sessions } = openSignIn({ ledger: at.ledger, now, address: origin, demonstration: true, localAccounts: true }).ways
      const stream = { method: 'GET', headers: {}, cookies: Object.fromEntries(mine.cookies) } as never // only these parts are read
      expect(await sessions.who(stream)).toBeDefined()
      for (let i = 0; i < 2; i++) {
        clock += 14 * minute
        expect(await sessions.who(stream)).toBeDefined()
      }
      clock += 2 * minute
      expect(await sessions.who(stream)).toBeUndefined()
    })

    test('ends after twelve hours whatever is done', async () => {
      const { login } = await account()
      const mine = browser()
      await mine.post('/api/sign-in', { login, password })
      for (let i = 0; i < 28; i++) {
        clock += 25 * minute
        expect(await mine.get('/api/me')).toMatchObject({ status: 200 })
      }
      clock += 20 * minute
      expect(await mine.get('/api/me')).toMatchObject({ status: 401 })
    })

    test('is marked as used at most once a minute', async () => {
      const { person, login } = await account()
      const mine = browser()
      await mine.post('/api/sign-in', { login, password })
      const written = async () => (await owner.query('SELECT xmin::text FROM session WHERE person = $1', [person])).rows[0].xmin
      const first = await written()
      clock += 59_000
      await mine.get('/api/me')
      expect(await written()).toBe(first)
      clock += 1_000
      await mine.get('/api/me')
      expect(await written()).not.toBe(first)
    })

    test('ends at once when its person signs out, and is gone from the browser', async () => {
      const { person, login } = await account()
      const mine = browser()
      await mine.post('/api/sign-in', { login, password })
      const secret = mine.cookies.get('__Host-varde')!
      expect(await mine.post('/api/sign-out')).toMatchObject({ status: 200, body: { signedOut: true, next: null } })
      expect(mine.cookies.size).toBe(0)
      mine.cookies.set('__Host-varde', secret)
      expect(await mine.get('/api/me')).toMatchObject({ status: 401 })
      expect((await kinds(person)).slice(-2)).toEqual(['signed-in', 'signed-out'])
    })

    test('ends with all others of its person, by themselves or by an administrator of the house', async () => {
      const { person, login } = await account()
      const two = [browser(), browser()] as const
      for (const each of two) await each.post('/api/sign-in', { login, password })
      expect(await two[0].post('/api/sign-out/everywhere')).toMatchObject({ status: 200, body: { sessions: 2 } })
      for (const each of two) expect(await each.get('/api/me')).toMatchObject({ status: 401 })
      for (const each of two) await each.post('/api/sign-in', { login, password })
      const { person: administrator } = await at.person('Invented administrator', 'administrator', 2)
      const { person: stranger } = await at.person('Invented administrator elsewhere', 'administrator', 3)
      expect(await (await signedInAs(stranger)).post(`/api/people/${person}/sign-out`)).toMatchObject({ status: 404 })
      expect(await two[0].get('/api/me')).toMatchObject({ status: 200 })
      expect(await (await signedInAs(administrator)).post(`/api/people/${person}/sign-out`)).toMatchObject({
        status: 200,
        body: { sessions: 2 },
      })
      for (const each of two) expect(await each.get('/api/me')).toMatchObject({ status: 401 })
    })

    test('ends when its person is made inactive by an administrator of the house, not of another, and not by themselves', async () => {
      const { person, login } = await account()
      const mine = browser()
      await mine.post('/api/sign-in', { login, password })
      const { person: administrator } = await at.person('Invented administrator', 'administrator', 2)
      const { person: stranger } = await at.person('Invented administrator elsewhere', 'administrator', 3)
      const asked = await signedInAs(administrator)
      const change = (by: Browser, org: number, active: boolean, who = person) => by.post(`/api/people/${who}/activity`, { org, active })
      expect(await change(await signedInAs(stranger), 3, false)).toMatchObject({ status: 404 })
      expect(await change(asked, 2, false, administrator)).toMatchObject({ status: 403 })
      await at.act(3, { kind: 'role-given', payload: { person, org: 3, role: 'coder' } })
      expect(await change(asked, 2, false)).toMatchObject({ status: 403, body: { issues: [{ code: 'ledger/not-allowed' }] } })
      await at.act(3, { kind: 'role-withdrawn', payload: { person, org: 3, role: 'coder' } })
      expect(await mine.get('/api/me')).toMatchObject({ status: 200 })
      expect(await change(asked, 2, false)).toMatchObject({ status: 201, body: { active: false } })
      expect(await mine.get('/api/me')).toMatchObject({ status: 401 })
      const listed = async () => (await asked.get('/api/people')).body.people.find((one: { person: number }) => one.person === person)
      expect(await listed()).toMatchObject({ active: false, roles: [{ role: 'coordinator' }] })
      expect(await change(asked, 2, true)).toMatchObject({ status: 201, body: { active: true } })
      expect(await listed()).toMatchObject({ active: true })
      expect(await browser().post('/api/sign-in', { login, password })).toMatchObject({ status: 200 })
    })

    test('ends in any order with others at once, and nobody waits for another for ever', async () => {
      const { login } = await account()
      const all = Array.from({ length: 6 }, browser)
      for (const each of all) await each.post('/api/sign-in', { login, password })
      const ended = await Promise.all(all.map((each, i) => each.post(i % 2 === 0 ? '/api/sign-out' : '/api/sign-out/everywhere')))
      expect(ended.map(({ status }) => status).filter((status) => status !== 200 && status !== 401)).toEqual([])
      for (const each of all) expect(await each.get('/api/me')).toMatchObject({ status: 401 })
    })

    test('has a right no longer from the moment the role is withdrawn, and is none when its person is gone', async () => {
      const { person, login } = await account()
      const mine = browser()
      await mine.post('/api/sign-in', { login, password })
      expect(await mine.get('/api/pathways?pack=demo')).toMatchObject({ status: 200 })
      await at.act(2, { kind: 'role-withdrawn', payload: { person, org: 2, role: 'coordinator' } })
      expect(await mine.get('/api/pathways?pack=demo')).toMatchObject({ status: 403, body: { issues: [{ code: 'ledger/not-allowed' }] } })
      await at.act(0, { kind: 'person-set', payload: { person, name: 'Invented person', active: false } })
      expect(await mine.get('/api/me')).toMatchObject({ status: 401 })
      expect(await browser().post('/api/sign-in', { login, password })).toMatchObject({
        status: 401,
        body: { issues: [{ code: 'sign-in/refused' }] },
      })
    })
  })

  /** A browser of somebody who needs a second factor, with one given: straight into the table, as only the owner can. */
  async function signedInAs(person: number): Promise<Browser> {
    const { sessions } = openSignIn({ ledger: at.ledger, now, address: origin, demonstration: true, localAccounts: true }).ways
    const mine = browser()
    const reply = { setCookie: (name: string, value: string) => void mine.cookies.set(name, value) }
    const begun = await sessions.begin({ cookies: {}, headers: {} } as never, reply as never, { person, way: 'oidc', factor: false }) // only these parts are used
    mine.csrf = begun.csrf
    return mine
  }

  describe('another site', () => {
    const changes = [
      ['the token is missing', { 'varde-csrf': undefined }],
      ['the token is another', { 'varde-csrf': 'C'.repeat(43) }],
      ['the token has another length', { 'varde-csrf': 'C' }],
      ['the browser says cross-site', { 'sec-fetch-site': 'cross-site' }],
      ['the browser says same-site, which is a neighbour', { 'sec-fetch-site': 'same-site' }],
      ['the browser says none', { 'sec-fetch-site': 'none' }],
      ['the origin is another', { origin: 'https://evil.example' }],
      ['the origin is ours without https', { origin: 'http://varde.example' }],
      ['the origin is ours with another port', { origin: 'https://varde.example:8443' }],
      ['the origin begins like ours', { origin: 'https://varde.example.evil.example' }],
      ['the origin is hidden', { origin: 'null' }],
      ['the origin is this machine, and so is the host', { origin: 'http://localhost:80', host: 'localhost:80' }],
    ] as const
    test.each(changes)('changes nothing when %s', async (_, headers) => {
      const { person, login } = await account()
      const mine = browser()
      await mine.post('/api/sign-in', { login, password })
      expect(await mine.post('/api/sign-out', {}, headers)).toMatchObject({ status: 403, body: { issues: [{ code: 'http/cross-site' }] } })
      expect(await kinds(person)).not.toContain('signed-out')
    })

    test.each(changes.filter(([, headers]) => !('varde-csrf' in headers)))('signs nobody in when %s', async (_, headers) => {
      const { login } = await account()
      const refused = await browser().post('/api/sign-in', { login, password }, headers)
      expect(refused).toMatchObject({ status: 403, setCookies: [] })
    })

    test('is told from our own page', async () => {
      const { login } = await account()
      const mine = browser()
      const own = { origin, 'sec-fetch-site': 'same-origin' }
      expect(await mine.post('/api/sign-in', { login, password }, own)).toMatchObject({ status: 200 })
      expect(await mine.post('/api/sign-out', {}, own)).toMatchObject({ status: 200 })
    })

    test('does not help with a token of another session', async () => {
      const { login } = await account()
      const [mine, other] = [browser(), browser()]
      await mine.post('/api/sign-in', { login, password })
      await other.post('/api/sign-in', { login, password })
      expect(await mine.post('/api/sign-out', {}, { 'varde-csrf': other.csrf })).toMatchObject({ status: 403 })
    })

    test('may send people here to read', async () => {
      const { login } = await account()
      const mine = browser()
      await mine.post('/api/sign-in', { login, password })
      expect(await mine.get('/api/me', { 'sec-fetch-site': 'cross-site', 'varde-csrf': undefined })).toMatchObject({ status: 200 })
    })
  })

  describe('a password', () => {
    test('that is wrong, of a login nobody has, and of somebody without an account get one answer', async () => {
      const { person, login } = await account()
      const wrong = await browser().post('/api/sign-in', { login, password: 'not the right words' })
      const unknown = await browser().post('/api/sign-in', { login: 'typed-wrong-marker', password })
      const same = ({ status, body, setCookies }: typeof wrong) => ({ status, setCookies, body: { ...body, requestId: '' } })
      expect(same(unknown)).toEqual(same(wrong))
      expect(wrong).toMatchObject({ status: 401, body: { issues: [{ code: 'sign-in/refused' }] } })
      expect((await acts(person)).at(-1)).toEqual({ kind: 'sign-in-refused', payload: { way: 'password', why: 'password' } })
      expect((await acts(-1, 0)).at(-1)).toEqual({ kind: 'sign-in-refused', payload: { way: 'password', why: 'login' } })
      expect(await chains()).toEqual([])
    })

    test('asks for the same work whether or not there is such a login', async () => {
      const { person, login } = await account()
      const taken = async (name: string) => {
        const began = performance.now()
        await browser().post('/api/sign-in', { login: name, password: 'not the right words' })
        return performance.now() - began
      }
      const median = (all: number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!
      const known: number[] = []
      const unknown: number[] = []
      for (let i = 0; i < 9; i++) {
        await unlock(owner, { person })
        known.push(await taken(login))
        unknown.push(await taken(`nobody.${i}`))
      }
      expect(median(unknown) / median(known)).toBeGreaterThan(0.5)
      expect(median(unknown) / median(known)).toBeLessThan(2)
    })

    test('typed wrong, or a login that is none, stands nowhere afterwards', async () => {
      const { login } = await account()
      await browser().post('/api/sign-in', { login: 'typed-wrong-marker', password: 'secret-word-marker' })
      await browser().post('/api/sign-in', { login, password: 'secret-word-marker', code: 'code-marker' })
      const { rows: tables } = await owner.query(
        `SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'varde'::regnamespace AND c.relkind = 'r'`,
      )
      for (const { relname } of tables) {
        const { rows } = await owner.query(`SELECT count(*)::int AS n FROM varde.${relname} t WHERE t::text LIKE '%marker%'`)
        expect([relname, rows[0].n]).toEqual([relname, 0])
      }
      expect(at.logged.join('\n')).not.toMatch(/marker/)
    })

    test('tried five times wrong has to wait, longer each time, and the right one waits as well', async () => {
      const { person, login } = await account()
      const tryOnce = (typed: string) => browser().post('/api/sign-in', { login, password: typed })
      for (let i = 0; i < 5; i++) expect(await tryOnce('not the right words')).toMatchObject({ status: 401 })
      expect(await tryOnce(password)).toMatchObject({
        status: 429,
        headers: { 'retry-after': '30' },
        body: { issues: [{ code: 'http/too-many' }] },
      })
      expect((await kinds(person)).at(-1)).toBe('sign-in-locked')
      clock += 30_000
      expect(await tryOnce('not the right words')).toMatchObject({ status: 401 })
      expect(await tryOnce(password)).toMatchObject({ status: 429, headers: { 'retry-after': '60' } })
      for (let i = 0; i < 8; i++) {
        clock += 900_000
        expect(await tryOnce('not the right words')).toMatchObject({ status: 401 })
      }
      expect(await tryOnce(password)).toMatchObject({ status: 429, headers: { 'retry-after': '900' } })
      clock += 900_000
      expect(await tryOnce(password)).toMatchObject({ status: 200 })
      expect(await tryOnce('not the right words')).toMatchObject({ status: 401 })
      expect(await tryOnce(password)).toMatchObject({ status: 200 })
    })

    test('tried many times at once is worth no more than one after another', async () => {
      const { login } = await account()
      const all = await Promise.all(
        Array.from({ length: 12 }, () => browser().post('/api/sign-in', { login, password: 'not the right words' })),
      )
      expect(all.filter(({ status }) => status === 401)).toHaveLength(5)
      expect(all.filter(({ status }) => status === 429)).toHaveLength(7)
    })

    test('of a login nobody has waits in the same way', async () => {
      const tryOnce = () => browser().post('/api/sign-in', { login: 'nobody.at.all', password })
      for (let i = 0; i < 5; i++) expect(await tryOnce()).toMatchObject({ status: 401 })
      expect(await tryOnce()).toMatchObject({ status: 429, headers: { 'retry-after': '30' } })
    })

    test('guessed for many logins from one address has to wait too, and a sign-in of one’s own does not end that', async () => {
      const { login } = await account()
      const mine = new Browser(at.app, freshAddress())
      for (let i = 0; i < 7; i++) await mine.post('/api/sign-in', { login: `sprayed.${i}`, password })
      expect(await mine.post('/api/sign-in', { login, password })).toMatchObject({ status: 200 })
      expect(await mine.post('/api/sign-in', { login: 'sprayed.8', password })).toMatchObject({ status: 401 })
      expect(await mine.post('/api/sign-in', { login, password })).toMatchObject({ status: 429 })
      expect(await browser().post('/api/sign-in', { login, password })).toMatchObject({ status: 200 })
    })

    test('waits no longer when an operator unlocks the account', async () => {
      const { person, login } = await account()
      for (let i = 0; i < 5; i++) await browser().post('/api/sign-in', { login, password: 'not the right words' })
      expect(await browser().post('/api/sign-in', { login, password })).toMatchObject({ status: 429 })
      await unlock(owner, { person })
      expect(await browser().post('/api/sign-in', { login, password })).toMatchObject({ status: 200 })
      expect(await kinds(person)).toContain('account-unlocked')
    })

    test('is hashed anew at the sign-in when it was kept with less work', async () => {
      const { person, login } = await account()
      const { argon2Sync } = await import('node:crypto')
      const nonce = Buffer.alloc(16, 7)
      const tag = argon2Sync('argon2id', { message: password, nonce, memory: 256, passes: 1, parallelism: 1, tagLength: 32 })
      const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
      await owner.query('UPDATE account SET password = $2 WHERE person = $1', [
        person,
        `$argon2id$v=19$m=256,t=1,p=1$${text(nonce)}$${text(tag)}`,
      ])
      expect(await browser().post('/api/sign-in', { login, password })).toMatchObject({ status: 200 })
      expect((await owner.query('SELECT password FROM account WHERE person = $1', [person])).rows[0].password).toMatch(/m=19456,t=2/)
      expect(await browser().post('/api/sign-in', { login, password })).toMatchObject({ status: 200 })
    })

    test('is changed with the old one, and every other session ends', async () => {
      const { person, login } = await account()
      const [mine, other] = [browser(), browser()]
      for (const each of [mine, other]) await each.post('/api/sign-in', { login, password })
      const next = 'four ferries in the fog'
      expect(await mine.post('/api/password', { password: 'not the right words', next })).toMatchObject({ status: 401 })
      expect(await mine.post('/api/password', { password, next: 'short' })).toMatchObject({
        status: 422,
        body: { issues: [{ code: 'sign-in/weak-password' }] },
      })
      expect(await mine.post('/api/password', { password, next })).toMatchObject({ status: 200 })
      expect(await mine.get('/api/me')).toMatchObject({ status: 200 })
      expect(await other.get('/api/me')).toMatchObject({ status: 401 })
      expect(await browser().post('/api/sign-in', { login, password })).toMatchObject({ status: 401 })
      expect(await browser().post('/api/sign-in', { login, password: next })).toMatchObject({ status: 200 })
      expect(await kinds(person)).toContain('password-changed')
    })

    test('given anew by an operator ends every session', async () => {
      const { person, login } = await account()
      const mine = browser()
      await mine.post('/api/sign-in', { login, password })
      await expect(resetPassword(owner, { person, password: 'short' })).rejects.toMatchObject({
        issues: [{ code: 'sign-in/weak-password' }],
      })
      await resetPassword(owner, { person, password: 'four ferries in the fog' })
      expect(await mine.get('/api/me')).toMatchObject({ status: 401 })
      expect(await browser().post('/api/sign-in', { login, password: 'four ferries in the fog' })).toMatchObject({ status: 200 })
    })

    test('needs a login that is free and a person who is there', async () => {
      const { person, login } = await account()
      const { person: second } = await at.person('Invented person', 'coordinator', 2)
      const refused = { issues: [{ code: 'sign-in/account' }] }
      await expect(createAccount(owner, { person: second, login: login.toUpperCase(), password })).rejects.toMatchObject(refused)
      await expect(createAccount(owner, { person, login: 'another', password })).rejects.toMatchObject(refused)
      await expect(createAccount(owner, { person: 99_999, login: 'another', password })).rejects.toMatchObject(refused)
      await expect(createAccount(owner, { person: second, login: 'with blank', password })).rejects.toMatchObject(refused)
    })
  })

  describe('a second factor', () => {
    const secretOf = (text: string) => {
      const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
      const bits = [.../secret=([A-Z2-7]+)/.exec(text)![1]!].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('')
      return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
    }
    const code = (secret: Buffer, off = 0) => codeAt(secret, stepAt(now()) + off)
    const enrolled = async (role: Parameters<typeof account>[0] = 'administrator') => {
      const { person, login } = await account(role)
      const mine = browser()
      await mine.post('/api/sign-in', { login, password })
      const begun = await mine.post('/api/factor', { password })
      const secret = secretOf(begun.body.otpauth)
      const confirmed = await mine.post('/api/factor/confirmation', { code: code(secret) })
      return { person, login, mine, secret, recoveryCodes: confirmed.body.recoveryCodes as string[] }
    }

    test('is asked of an administrator before the rights of that role hold', async () => {
      const { person, login } = await account('administrator')
      const mine = browser()
      expect(await mine.post('/api/sign-in', { login, password })).toMatchObject({ status: 200, body: { factor: 'needed' } })
      expect(await mine.get('/api/people')).toMatchObject({ status: 403 })
      expect((await mine.get('/api/me')).body).toMatchObject({ factor: 'needed', may: {} })
      expect(await mine.post('/api/factor', { password: 'not the right words' })).toMatchObject({ status: 401 })
      const begun = await mine.post('/api/factor', { password })
      expect(begun.body.otpauth).toMatch(/^otpauth:\/\/totp\/Varde%3Ainvented\.\d+\?secret=[A-Z2-7]{32}&/)
      const secret = secretOf(begun.body.otpauth)
      expect(await mine.post('/api/factor/confirmation', { code: '000000' })).toMatchObject({ status: 401 })
      expect(await mine.get('/api/people')).toMatchObject({ status: 403 })
      const before = mine.cookies.get('__Host-varde')!
      const confirmed = await mine.post('/api/factor/confirmation', { code: code(secret) })
      expect(confirmed.body.recoveryCodes).toHaveLength(10)
      expect(await mine.get('/api/people')).toMatchObject({ status: 200 })
      expect((await mine.get('/api/me')).body).toMatchObject({ factor: 'given' })
      expect(await kinds(person)).toContain('factor-added')
      const thief = browser()
      thief.cookies.set('__Host-varde', before)
      expect(await thief.get('/api/me')).toMatchObject({ status: 401 })
      expect(await mine.post('/api/factor', { password })).toMatchObject({ status: 409 })
    })

    test('is asked as well of somebody who is made an administrator during a session', async () => {
      const { person, login } = await account('coordinator')
      const mine = browser()
      await mine.post('/api/sign-in', { login, password })
      await at.act(2, { kind: 'role-given', payload: { person, org: 2, role: 'administrator' } })
      expect(await mine.get('/api/people')).toMatchObject({ status: 403 })
      expect(await mine.get('/api/pathways?pack=demo')).toMatchObject({ status: 200 })
    })

    test('is then asked at every sign-in, and no code is taken twice', async () => {
      const { login, secret } = await enrolled()
      clock += 2 * minute
      const mine = browser()
      expect(await mine.post('/api/sign-in', { login, password })).toMatchObject({
        status: 401,
        setCookies: [],
        body: { issues: [{ code: 'sign-in/second-factor' }] },
      })
      const now = code(secret)
      expect(await mine.post('/api/sign-in', { login, password, code: now })).toMatchObject({ status: 200, body: { factor: 'given' } })
      expect(await browser().post('/api/sign-in', { login, password, code: now })).toMatchObject({
        status: 401,
        body: { issues: [{ code: 'sign-in/refused' }] },
      })
      expect(await browser().post('/api/sign-in', { login, password, code: code(secret, -1) })).toMatchObject({ status: 401 })
      expect(await browser().post('/api/sign-in', { login, password, code: code(secret, 1) })).toMatchObject({ status: 200 })
      expect(await browser().post('/api/sign-in', { login, password, code: code(secret, 2) })).toMatchObject({ status: 401 })
    })

    test('confirmed with a code does not take that code again at the sign-in', async () => {
      const { login, secret } = await enrolled()
      expect(await browser().post('/api/sign-in', { login, password, code: code(secret) })).toMatchObject({ status: 401 })
    })

    test('is given once when the same code comes twice at once', async () => {
      const { login, secret } = await enrolled()
      clock += 2 * minute
      const all = await Promise.all([1, 2, 3].map(() => browser().post('/api/sign-in', { login, password, code: code(secret) })))
      expect(all.map(({ status }) => status).toSorted()).toEqual([200, 401, 401])
    })

    test('is not asked for where the password is wrong', async () => {
      const { login, secret } = await enrolled()
      clock += 2 * minute
      const wrong = await browser().post('/api/sign-in', { login, password: 'not the right words' })
      expect(wrong).toMatchObject({ status: 401, body: { issues: [{ code: 'sign-in/refused' }] } })
      expect(await browser().post('/api/sign-in', { login, password: 'not the right words', code: code(secret) })).toMatchObject({
        status: 401,
      })
    })

    test('is guessed five times at most, though the password is known and given in between', async () => {
      const { login } = await enrolled()
      clock += 2 * minute
      for (let i = 0; i < 5; i++) {
        expect(await browser().post('/api/sign-in', { login, password })).toMatchObject({
          body: { issues: [{ code: 'sign-in/second-factor' }] },
        })
        expect(await browser().post('/api/sign-in', { login, password, code: '000000' })).toMatchObject({ status: 401 })
      }
      expect(await browser().post('/api/sign-in', { login, password })).toMatchObject({ status: 429 })
    })

    test('is replaced by a recovery code, each once', async () => {
      const { person, login, recoveryCodes } = await enrolled()
      const [one = ''] = recoveryCodes
      expect(one).toMatch(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/)
      expect(await browser().post('/api/sign-in', { login, password, code: one.toLowerCase() })).toMatchObject({
        status: 200,
        body: { factor: 'given' },
      })
      expect(await browser().post('/api/sign-in', { login, password, code: one })).toMatchObject({ status: 401 })
      expect(await kinds(person)).toContain('recovery-code-used')
      const { rows } = await owner.query('SELECT count(*)::int AS n FROM recovery_code WHERE person = $1', [person])
      expect(rows).toEqual([{ n: 9 }])
    })

    test('is taken away by an operator, and then needed anew', async () => {
      const { person, login, mine } = await enrolled('data-protection-officer')
      await removeFactor(owner, { person })
      expect(await mine.get('/api/me')).toMatchObject({ status: 401 })
      expect(await browser().post('/api/sign-in', { login, password })).toMatchObject({ status: 200, body: { factor: 'needed' } })
      expect(await kinds(person)).toContain('factor-removed')
    })
  })

  test('its routes stand in the OpenAPI document, and say who needs no sign-in', async () => {
    const { body } = await browser().get('/api/openapi.json')
    const open = Object.entries<Record<string, { security: unknown[]; operationId: string }>>(body.paths).flatMap(([, methods]) =>
      Object.values(methods)
        .filter(({ security }) => security?.length === 0)
        .map(({ operationId }) => operationId),
    )
    expect(open.toSorted()).toEqual([
      'beginOidc',
      'endOidc',
      'giveToken',
      'listDemonstrationPeople',
      'listWaysIn',
      'signIn',
      'signInForDemonstration',
    ])
    expect(body.paths['/api/break-glass'].post.operationId).toBe('breakGlass')
  })

  test('what it wrote down holds together', async () => {
    expect(await chains()).toEqual([])
  })
})
