import type { FastifyReply, FastifyRequest } from 'fastify'
import * as oidc from 'openid-client'
import { type Accounts, sha256 } from '../store/accounts.ts'
import { refuse } from './problem.ts'
import { type Address, cookieName, cookieOptions, isLoopback, newSecret, type Sessions } from './sessions.ts'

export interface OidcSettings {
  /** What the page calls it. */
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret?: string
  /** The claim of the ID token that names a person here; `sub` unless said. Take only one that the provider gives out once and for all. */
  readonly claim?: string
  readonly scope?: string
  /** Where the provider sends people back; `/api/sign-in/oidc/callback` of our address unless said. */
  readonly redirect?: string
}

const callback = '/api/sign-in/oidc/callback'
const minutes = 10

const refused = () =>
  refuse('sign-in/refused', 'This did not let you in. Begin again; if it comes back, ask whoever gives access to Varde here.')

/** A path of this service, and nothing a browser could read as another host. */
function readReturn(text: string, address: Address): string {
  const fits =
    /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text) && !text.startsWith('/api/') && new URL(text, address.origin).origin === address.origin
  if (!fits) throw refuse('sign-in/return', 'Only a path of this service can be come back to, such as "/".', ['query', 'return'])
  return text
}

/** Sign-in by an OpenID provider: authorisation code, PKCE, state, nonce, each used once and only by the browser that began. */
export function oidcSignIn(settings: OidcSettings, accounts: Accounts, sessions: Sessions, address: Address, now: () => Date) {
  const { issuer, clientId, clientSecret, claim = 'sub' } = settings
  const issuerUrl = new URL(issuer)
  const mayBePlain = issuerUrl.protocol === 'http:' && isLoopback(issuerUrl)
  if (issuerUrl.protocol !== 'https:' && !mayBePlain)
    throw refuse('sign-in/address', 'The issuer of the OpenID provider is written https://.')
  const redirect = settings.redirect ?? `${address.origin}${callback}`
  const cookie = cookieName(address, 'varde-oidc')

  let known: Promise<oidc.Configuration> | undefined
  // Asked when first needed and again after a failure: the provider may start later than we do.
  const provider = (): Promise<oidc.Configuration> => {
    known ??= oidc
      .discovery(issuerUrl, clientId, undefined, clientSecret === undefined ? oidc.None() : oidc.ClientSecretBasic(clientSecret), {
        timeout: 10,
        ...(mayBePlain ? { execute: [oidc.allowInsecureRequests] } : {}),
      })
      .catch(() => {
        known = undefined
        throw refuse('sign-in/provider', 'The OpenID provider does not answer. Try again in a moment.')
      })
    return known
  }

  /** What the provider says of who is there; undefined: it does not hold. */
  async function claimsOf(config: oidc.Configuration, url: URL, begun: { state: string; nonce: string; verifier: string }) {
    try {
      const tokens = await oidc.authorizationCodeGrant(config, url, {
        expectedState: begun.state,
        expectedNonce: begun.nonce,
        pkceCodeVerifier: begun.verifier,
        idTokenExpected: true,
      })
      return tokens.claims()
    } catch {
      // Whatever the provider or somebody on the way wrote there is not repeated: not to the browser, not in a log.
      return undefined
    }
  }

  return {
    name: settings.name,

    begin: async (reply: FastifyReply, back: string): Promise<void> => {
      const path = readReturn(back, address)
      const config = await provider()
      const secret = newSecret()
      const begun = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier(), back: path }
      await accounts.beginOidc(sha256(secret), begun, new Date(now().getTime() + minutes * 60_000))
      const to = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirect,
        scope: settings.scope ?? 'openid',
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(begun.verifier),
        code_challenge_method: 'S256',
      })
      reply.setCookie(cookie, secret, { ...cookieOptions(address), maxAge: minutes * 60 })
      await reply.header('cache-control', 'no-store').redirect(to.href, 302)
    },

    end: async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const secret = request.cookies[cookie]
      const begun = secret === undefined ? undefined : await accounts.takeOidc(sha256(secret))
      reply.clearCookie(cookie, cookieOptions(address))
      // Begun by nobody, by another browser, too long ago, or ended before.
      if (!begun) throw refused()
      const config = await provider()
      const url = new URL(redirect)
      url.search = new URL(request.url, address.origin).search
      const claims = await claimsOf(config, url, begun)
      const value = claims?.[claim]
      if (claims === undefined || !(typeof value === 'string' || typeof value === 'number')) {
        await accounts.refused(null, 'oidc', claims === undefined ? 'answer' : 'claim')
        throw refused()
      }
      const person = await accounts.personOfOidc(claims.iss, claim, String(value))
      if (person === null) {
        await accounts.refused(null, 'oidc', 'unknown')
        throw refused()
      }
      await sessions.begin(request, reply, { person, way: 'oidc', factor: false })
      await reply.header('cache-control', 'no-store').redirect(begun.back, 302)
    },

    /** Where a browser goes on to, so that the provider ends its own session too. */
    endAt: async (): Promise<string | null> => {
      const config = await provider().catch(() => undefined)
      if (config?.serverMetadata().end_session_endpoint === undefined) return null
      return oidc.buildEndSessionUrl(config, { client_id: clientId, post_logout_redirect_uri: `${address.origin}/` }).href
    },
  }
}

export type OidcSignIn = ReturnType<typeof oidcSignIn>
