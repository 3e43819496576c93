import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
// @ts-expect-error: the package ships no types.
import { Provider } from 'oidc-provider'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Browser } from '../../test/support/browser.ts'
import { postgresServers } from '../../test/support/postgres.ts'
import { type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'
import { linkOidc } from '../store/accounts.ts'
import { connectClient } from '../store/postgres.ts'
import { openSignIn } from './sign-in.ts'

const origin = 'https://varde.example'
const callback = `${origin}/api/sign-in/oidc/callback`

/** A real provider on this machine, whose login page takes any name; what it says in a token can be bent by a test. */
async function openProvider() {
  // Its notices about development settings are not ours to print.
  const quiet = (['warn', 'info'] as const).map((level) => vi.spyOn(console, level).mockImplementation(() => {}))
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'varde',
        client_secret: 'a secret for tests only',
        redirect_uris: [callback],
        post_logout_redirect_uris: [`${origin}/`],
      },
    ],
    cookies: { keys: [randomBytes(16).toString('hex')] },
    claims: { openid: ['sub', 'employee_number'] },
    conformIdTokenClaims: false,
    findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub, employee_number: `E-${sub}` }) }),
    features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    pkce: { required: () => true },
  })
  const answer = provider.callback()
  /** Set by a test: takes the place of the provider for one path. */
  const bent = new Map<string, (body: string) => Response>()
  server.on('request', (request, response) => {
    const bend = bent.get(new URL(request.url ?? '/', issuer).pathname)
    if (!bend) return void answer(request, response)
    let body = ''
    request.on('data', (part) => {
      body += part
    })
    request.on('end', async () => {
      const made = bend(body)
      response.writeHead(made.status, Object.fromEntries(made.headers)).end(await made.text())
    })
  })
  return {
    issuer,
    bent,
    close: async () => {
      for (const spy of quiet) spy.mockRestore()
      await closed(server)
    },
  }
}

const closed = (server: Server) =>
  new Promise<void>((resolve) => {
    server.closeAllConnections()
    server.close(() => resolve())
  })

/** The provider's own cookies, kept by a person's browser from page to page. */
class Visit {
  readonly #cookies = new Map<string, string>()
  async go(url: string, form?: Readonly<Record<string, string>>): Promise<Response> {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      this.#cookies.set(name, value)
    }
    return response
  }

  /** Signs in and agrees; gives where the provider then sends the browser, which is the callback of ours. */
  async signIn(url: string, login: string): Promise<string> {
    let next = url
    for (let page = 0; page < 10; page++) {
      const response = await this.go(next)
      const to = response.headers.get('location')
      if (to?.startsWith(origin)) return to
      if (to !== null) {
        next = new URL(to, next).href
        continue
      }
      const html = await response.text()
      const prompt = /name="prompt" value="(\w+)"/.exec(html)?.[1] ?? 'login'
      const action = /action="([^"]+)"/.exec(html)?.[1] ?? next
      const answered = await this.go(new URL(action, next).href, { prompt, ...(prompt === 'login' ? { login, password: 'any' } : {}) })
      next = new URL(answered.headers.get('location') ?? '', next).href
      if (next.startsWith(origin)) return next
    }
    throw new Error('The provider never sent the browser back.')
  }
}

describe.each(postgresServers())('sign-in by an OpenID provider on $name', ({ url }) => {
  let provider: Awaited<ReturnType<typeof openProvider>>
  let at: ServiceUnderTest
  let byNumber: ServiceUnderTest
  let owner: Client
  let clock = 0
  const now = () => new Date(Date.now() + clock)

  const service = (claim?: string) =>
    serviceUnderTest(url, ['packs/demo'], {
      now,
      signIn: ({ ledger }) =>
        openSignIn({
          ledger,
          now,
          address: origin,
          demonstration: false,
          localAccounts: false,
          oidc: {
            name: 'House of tests',
            issuer: provider.issuer,
            clientId: 'varde',
            clientSecret: 'a secret for tests only',
            ...(claim === undefined ? {} : { claim }),
          },
        }),
    })
  beforeAll(async () => {
    provider = await openProvider()
    at = await service()
    byNumber = await service('employee_number')
    owner = await connectClient(at.url)
    await owner.query('SET ROLE varde_owner; SET search_path = varde')
  })
  afterAll(async () => {
    await owner?.end()
    await at?.close()
    await byNumber?.close()
    await provider?.close()
  })

  let subjects = 0
  const linked = async () => {
    const { person } = await at.person('Invented person', 'coordinator', 2)
    const subject = `subject-${++subjects}`
    await linkOidc(owner, { person, issuer: provider.issuer, subject })
    return { person, subject }
  }
  const browser = () => new Browser(at.app)
  const begin = async (mine: Browser, back = '/') => {
    const begun = await mine.get(`/api/sign-in/oidc?return=${encodeURIComponent(back)}`)
    expect(begun.status).toBe(302)
    return String(begun.headers['location'])
  }
  /** The part of an address that our own service is asked. */
  const here = (text: string) => text.slice(origin.length)
  const refused = { status: 401, body: { issues: [{ code: 'sign-in/refused' }] } }
  const signedIn = async (mine: Browser) => (await mine.get('/api/me')).status === 200

  test('lets in whom an administrator has linked, and comes back to where they were', async () => {
    const { person, subject } = await linked()
    const mine = browser()
    expect((await mine.get('/api/sign-in')).body).toEqual({ password: false, oidc: { name: 'House of tests' }, demonstration: false })
    const to = new URL(await begin(mine, '/pathways?pack=demo'))
    expect(to.origin).toBe(provider.issuer)
    expect(Object.fromEntries(to.searchParams)).toMatchObject({
      response_type: 'code',
      redirect_uri: callback,
      code_challenge_method: 'S256',
      scope: 'openid',
    })
    const back = await mine.get(here(await new Visit().signIn(to.href, subject)))
    expect(back).toMatchObject({ status: 302, headers: { location: '/pathways?pack=demo' } })
    expect(back.setCookies.find((line) => line.startsWith('__Host-varde='))).toMatch(/HttpOnly; Secure; SameSite=Lax$/)
    expect(mine.cookies.has('__Host-varde-oidc')).toBe(false)
    expect((await mine.get('/api/me')).body).toMatchObject({ person, factor: 'none' })
    const { rows } = await owner.query(`SELECT kind, payload::json->>'way' AS way FROM log WHERE person = $1 AND ledger = 2 ORDER BY seq`, [
      person,
    ])
    expect(rows).toEqual([
      { kind: 'oidc-linked', way: null },
      { kind: 'signed-in', way: 'oidc' },
    ])
  })

  test('asks the provider to end its session too', async () => {
    const { subject } = await linked()
    const mine = browser()
    await mine.get(here(await new Visit().signIn(await begin(mine), subject)))
    await mine.get('/api/me') // tells the token
    const { body } = await mine.post('/api/sign-out')
    const next = new URL(body.next)
    expect(next.href.startsWith(`${provider.issuer}/session/end?`)).toBe(true)
    expect(Object.fromEntries(next.searchParams)).toEqual({ client_id: 'varde', post_logout_redirect_uri: `${origin}/` })
    expect((await fetch(next)).status).toBe(200)
    expect(await signedIn(mine)).toBe(false)
  })

  test('knows people by another claim where the setting says so', async () => {
    const { person } = await byNumber.person('Invented person', 'coordinator', 2)
    const its = await connectClient(byNumber.url)
    await linkOidc(its, { person, issuer: provider.issuer, subject: 'E-somebody', claim: 'employee_number' })
    await its.end()
    const mine = new Browser(byNumber.app)
    await mine.get(here(await new Visit().signIn(await begin(mine), 'somebody')))
    expect((await mine.get('/api/me')).body).toMatchObject({ person })
  })

  test('refuses somebody nobody has linked, without saying who it was', async () => {
    const mine = browser()
    expect(await mine.get(here(await new Visit().signIn(await begin(mine), 'stranger-marker')))).toMatchObject(refused)
    expect(await signedIn(mine)).toBe(false)
    const { rows } = await owner.query(`SELECT kind, payload FROM log WHERE ledger = 0 AND person = -1 ORDER BY seq DESC LIMIT 1`)
    expect(rows).toEqual([{ kind: 'sign-in-refused', payload: '{"way" : "oidc", "why" : "unknown"}' }])
    expect((await owner.query(`SELECT 1 FROM log l WHERE l::text LIKE '%marker%'`)).rows).toEqual([])
    expect(at.logged.join('\n')).not.toContain('marker')
  })

  test('refuses somebody who is no longer there', async () => {
    const { person, subject } = await linked()
    await at.act(0, { kind: 'person-set', payload: { person, name: 'Invented person', active: false } })
    const mine = browser()
    expect(await mine.get(here(await new Visit().signIn(await begin(mine), subject)))).toMatchObject(refused)
  })

  const tampered: readonly (readonly [string, (url: URL) => void])[] = [
    ['another state', (to) => to.searchParams.set('state', 'x'.repeat(43))],
    ['no state', (to) => to.searchParams.delete('state')],
    ['the state twice', (to) => to.searchParams.append('state', to.searchParams.get('state') ?? '')],
    ['another code', (to) => to.searchParams.set('code', 'y'.repeat(43))],
    ['no code', (to) => to.searchParams.delete('code')],
    ['another issuer', (to) => to.searchParams.set('iss', 'https://evil.example')],
    ['no issuer, though the provider names itself', (to) => to.searchParams.delete('iss')],
    [
      'an error of the provider',
      (to) => {
        to.searchParams.delete('code')
        to.searchParams.set('error', 'access_denied')
      },
    ],
  ]
  test.each(tampered)('refuses a callback with %s', async (_, tamper) => {
    const { subject } = await linked()
    const mine = browser()
    const to = new URL(await new Visit().signIn(await begin(mine), subject))
    tamper(to)
    expect(await mine.get(here(to.href))).toMatchObject(refused)
    expect(await signedIn(mine)).toBe(false)
  })

  test('takes a callback once: neither again, nor by a second begin with the same code', async () => {
    const { subject } = await linked()
    const mine = browser()
    const back = here(await new Visit().signIn(await begin(mine), subject))
    const cookie = mine.cookies.get('__Host-varde-oidc')!
    expect(await mine.get(back)).toMatchObject({ status: 302 })
    const thief = browser()
    thief.cookies.set('__Host-varde-oidc', cookie)
    expect(await thief.get(back)).toMatchObject(refused)
    const other = browser()
    const state = new URL(await begin(other)).searchParams.get('state')!
    const replayed = new URL(origin + back)
    replayed.searchParams.set('state', state)
    expect(await other.get(here(replayed.href))).toMatchObject(refused)
    expect(await signedIn(other)).toBe(false)
  })

  test('gives nobody a second guess at a state: after a wrong callback the right one comes too late', async () => {
    const { subject } = await linked()
    const mine = browser()
    const back = await new Visit().signIn(await begin(mine), subject)
    const cookie = mine.cookies.get('__Host-varde-oidc')!
    const wrong = new URL(back)
    wrong.searchParams.set('state', 'x'.repeat(43))
    expect(await mine.get(here(wrong.href))).toMatchObject(refused)
    mine.cookies.set('__Host-varde-oidc', cookie)
    expect(await mine.get(here(back))).toMatchObject(refused)
    expect(await signedIn(mine)).toBe(false)
  })

  test('takes a callback only from the browser that began', async () => {
    const { subject } = await linked()
    const attacker = browser()
    const back = here(await new Visit().signIn(await begin(attacker), subject))
    const victim = browser()
    expect(await victim.get(back)).toMatchObject(refused)
    await begin(victim)
    expect(await victim.get(back)).toMatchObject(refused)
    expect(await signedIn(victim)).toBe(false)
  })

  test('takes a callback for ten minutes', async () => {
    const { subject } = await linked()
    const mine = browser()
    const back = here(await new Visit().signIn(await begin(mine), subject))
    clock += 10 * 60_000 + 1000
    try {
      expect(await mine.get(back)).toMatchObject(refused)
    } finally {
      clock = 0
    }
  })

  test('refuses a token made for another begin: its nonce is another', async () => {
    const { subject } = await linked()
    const mine = browser()
    // The provider is asked with another nonce than ours, as a code injected from elsewhere would have been.
    const to = new URL(await begin(mine))
    to.searchParams.set('nonce', 'n'.repeat(43))
    expect(await mine.get(here(await new Visit().signIn(to.href, subject)))).toMatchObject(refused)
    expect(await signedIn(mine)).toBe(false)
  })

  test('refuses a code that was got with another challenge', async () => {
    const { subject } = await linked()
    const mine = browser()
    const to = new URL(await begin(mine))
    to.searchParams.set('code_challenge', 'c'.repeat(43))
    expect(await mine.get(here(await new Visit().signIn(to.href, subject)))).toMatchObject(refused)
  })

  const unsigned = (claims: object) =>
    `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`
  test.each([
    ['no token', () => ({})],
    [
      'a token without signature',
      (issuer: string, subject: string, nonce: string) => ({
        id_token: unsigned({
          iss: issuer,
          aud: 'varde',
          sub: subject,
          nonce,
          iat: Math.floor(Date.now() / 1000),
          exp: Math.floor(Date.now() / 1000) + 60,
        }),
      }),
    ],
  ])('refuses %s from the token endpoint', async (_, made) => {
    const { subject } = await linked()
    const mine = browser()
    const to = await begin(mine)
    const back = here(await new Visit().signIn(to, subject))
    const nonce = new URL(to).searchParams.get('nonce')!
    provider.bent.set('/token', () => Response.json({ access_token: 'x', token_type: 'bearer', ...made(provider.issuer, subject, nonce) }))
    try {
      expect(await mine.get(back)).toMatchObject(refused)
    } finally {
      provider.bent.delete('/token')
    }
    expect(await signedIn(mine)).toBe(false)
  })

  test.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    'javascript:alert(1)',
    'evil.example',
    '/api/sign-in/oidc',
    '/é',
    '',
  ])('comes back to no other place: %j', async (back) => {
    const mine = browser()
    expect(await mine.get(`/api/sign-in/oidc?return=${encodeURIComponent(back)}`)).toMatchObject({
      status: 400,
      setCookies: [],
      body: { issues: [{ code: 'sign-in/return' }] },
    })
  })

  test('says so when the provider does not answer, and asks again later', async () => {
    const late = await openProvider()
    const { issuer } = late
    late.bent.set('/.well-known/openid-configuration', () => new Response('no', { status: 500 }))
    const signIn = openSignIn({
      ledger: at.ledger,
      now,
      address: origin,
      demonstration: false,
      localAccounts: false,
      oidc: { name: 'Late', issuer, clientId: 'varde' },
    })
    const reply = { setCookie: () => {}, header: () => reply, redirect: async (to: string) => void seen.push(to) }
    const seen: string[] = []
    await expect(signIn.ways.oidc!.begin(reply as never, '/')).rejects.toMatchObject({ issues: [{ code: 'sign-in/provider' }] }) // only these parts are used
    late.bent.clear()
    await signIn.ways.oidc!.begin(reply as never, '/')
    expect(seen).toHaveLength(1)
    await late.close()
  })

  test('needs a provider behind https, unless it is on this machine', () => {
    const settings = { ledger: at.ledger, now, address: origin, demonstration: false, localAccounts: false }
    const oidc = (issuer: string) => () => openSignIn({ ...settings, oidc: { name: 'x', issuer, clientId: 'varde' } })
    expect(oidc('http://provider.example')).toThrow('sign-in/address')
    expect(oidc('https://provider.example')).not.toThrow()
  })
})
