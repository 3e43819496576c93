import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { signInRoutes } from '../api/sign-in-routes.ts'
import { type Accounts, accountsIn, type Tries } from '../store/accounts.ts'
import type { Actor, LedgerDatabase } from '../store/ledger-database.ts'
import { type MachineSignIn, machineSignIn } from './machine-sign-in.ts'
import { type OidcSettings, type OidcSignIn, oidcSignIn } from './oidc-sign-in.ts'
import { type PasswordSignIn, passwordSignIn } from './password-sign-in.ts'
import { networkOf, readAddress, type Sessions, sessionsFor } from './sessions.ts'

/** How the service learns who is asking. */
export interface SignIn {
  /** Adds what it needs to the service: hooks, limits. Before any route. */
  register(app: FastifyInstance): Promise<void>
  /** Who asks, with what they may do at this very moment; undefined: nobody is signed in. */
  whoIs(request: FastifyRequest): Promise<Actor | undefined>
  /** What answers the routes of the sign-in; absent: those routes are not there. */
  readonly ways?: WaysIn
}

export interface WaysIn {
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly machines: MachineSignIn
  readonly passwords: PasswordSignIn | undefined
  readonly oidc: OidcSignIn | undefined
  readonly demonstration: boolean
}

export interface SignInSettings {
  readonly ledger: LedgerDatabase
  readonly now: () => Date
  /** Where people reach the service: `https://varde.example.org`, or `http://localhost:8080` on this machine. */
  readonly address: string
  readonly demonstration: boolean
  /** Passwords kept here; without them a provider is needed. */
  readonly localAccounts: boolean
  readonly oidc?: OidcSettings
  readonly idleMinutes?: number
  readonly sessionHours?: number
  readonly tokenMinutes?: number
  readonly tries?: Partial<Tries>
  /** Requests a minute: of one person (or address, where nobody is signed in), and of one address to the ways. */
  readonly perMinute?: number
  readonly signInPerMinute?: number
}

const usualTries: Tries = { perAccount: 5, perAddress: 30, firstWaitS: 30, longestWaitS: 900 }

const pathsIn = new Set<string>(
  Object.values(signInRoutes)
    .filter((route) => route.needs === 'anybody' && route.path !== signInRoutes.listWaysIn.path)
    .map((route) => route.path),
).add(signInRoutes.signIn.path)

/** The real sign-in. Issues: `sign-in/address`. */
export function openSignIn(settings: SignInSettings): SignIn & { readonly ways: WaysIn } {
  const { ledger, now, demonstration } = settings
  const address = readAddress(settings.address)
  const accounts = accountsIn(ledger, now)
  const lengths = { idleMinutes: settings.idleMinutes ?? 30, sessionHours: settings.sessionHours ?? 12 }
  const sessions = sessionsFor(accounts, address, lengths, now)
  return {
    register: async (app) => {
      // Before the plugin's own hook, which reads what stands here.
      app.addHook('onRoute', (route) => {
        if (pathsIn.has(route.url) && route.method !== 'HEAD')
          route.config = { ...route.config, rateLimit: { max: settings.signInPerMinute ?? 60, keyGenerator: byAddress } }
      })
      await app.register(rateLimit, {
        max: settings.perMinute ?? 1200,
        timeWindow: '1 minute',
        keyGenerator: sessions.countedAs,
        addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
        addHeaders: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false, 'retry-after': true },
      })
      app.addHook('onRequest', async (request) => sessions.refuseOtherSites(request))
    },
    whoIs: async (request) => {
      const found = await sessions.who(request)
      if (!found) return undefined
      const { person, rights, glass } = found
      return { person, rights, glass, role: rights[0]?.role ?? 'machine' }
    },
    ways: {
      accounts,
      sessions,
      machines: machineSignIn(accounts, address, settings.tokenMinutes ?? 10, now),
      passwords: settings.localAccounts ? passwordSignIn(accounts, sessions, { ...usualTries, ...settings.tries }, now) : undefined,
      oidc: settings.oidc ? oidcSignIn(settings.oidc, accounts, sessions, address, now) : undefined,
      demonstration,
    },
  }
}

const byAddress = (request: FastifyRequest): string => `sign-in ${networkOf(request.ip)}`
