import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Accounts, type SessionUsed, sha256, type Way } from '../store/accounts.ts'
import { refuse } from './problem.ts'

/** Where the service is reached, and how its cookies are made from that. */
export interface Address {
  /** Scheme, host and port. */
  readonly origin: string
  readonly secure: boolean
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])
export const isLoopback = (url: URL): boolean => loopback.has(url.hostname)

/** https anywhere; http only on this machine. Issues: `sign-in/address`. */
export function readAddress(text: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))))
    throw refuse('sign-in/address', 'The address of the service is written https://host or, on this machine only, http://localhost:port.')
  return { origin: url.origin, secure: url.protocol === 'https:' }
}

export interface SessionSettings {
  readonly idleMinutes: number
  readonly sessionHours: number
}

export const newSecret = (): string => randomBytes(32).toString('base64url')
const isSecret = (text: string | undefined): text is string => text !== undefined && /^[\w-]{43}$/.test(text)

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])
const csrfHeader = 'varde-csrf'
/** Made from the session's own secret, which no script can read: it needs no keeping, and belongs to one session. */
const csrfOf = (secret: string): string => sha256(`varde-csrf-v1 ${secret}`).toString('base64url')

const bearerOf = (request: FastifyRequest): string | undefined => /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]

/** The first of `__Host-` cookies is one that a browser keeps to this host, to https and to the whole path. */
export const cookieName = (address: Address, name: string): string => (address.secure ? `__Host-${name}` : name)
/** Lax: a link from a mail leads in; whatever changes something needs the token besides. */
export const cookieOptions = (address: Address) => ({ path: '/', httpOnly: true, secure: address.secure, sameSite: 'lax' }) as const

/** Sessions: an opaque secret with the browser, its hash in the database, rights read anew at each request. */
export function sessionsFor(accounts: Accounts, address: Address, settings: SessionSettings, now: () => Date) {
  const name = cookieName(address, 'varde')
  const used = new WeakMap<FastifyRequest, SessionUsed>()
  // Who was behind a session at its last request: only to count requests by person, never to let somebody in.
  const lately = new Map<string, number>()
  const remember = (secret: string, person: number) => {
    if (lately.size >= 10_000) lately.clear()
    lately.set(secret, person)
  }
  const cookieOf = (request: FastifyRequest): string | undefined => {
    const text = request.cookies[name]
    return isSecret(text) ? text : undefined
  }

  /** Another site has a part in this: the browser says so, or the origin is not ours. */
  const isFromElsewhere = (request: FastifyRequest): boolean => {
    const { origin, host, 'sec-fetch-site': site } = request.headers
    if (site !== undefined && site !== 'same-origin') return true
    if (origin === undefined || origin === address.origin) return false
    // On this machine one is reached as localhost and by number: what the browser calls us is right, when it is a name of this machine.
    const url = URL.canParse(origin) ? new URL(origin) : undefined
    return address.secure || !url || !isLoopback(url) || url.host !== host
  }

  return {
    /** Of whatever changes something: refused when another site sends it. Machines carry their token themselves; no browser adds it for others. */
    refuseOtherSites: (request: FastifyRequest): void => {
      if (!safe.has(request.method) && bearerOf(request) === undefined && isFromElsewhere(request))
        throw refuse('http/cross-site', 'This request comes from another site. Open Varde itself and do it there.')
    },

    /** Who asks; undefined: nobody. Refused when a cookie comes without the token that belongs to it. */
    who: async (request: FastifyRequest): Promise<SessionUsed | undefined> => {
      const bearer = bearerOf(request)
      const secret = bearer ?? cookieOf(request)
      if (!isSecret(secret)) return undefined
      if (bearer === undefined && !safe.has(request.method)) {
        const sent = Buffer.from(String(request.headers[csrfHeader] ?? ''))
        const right = Buffer.from(csrfOf(secret))
        if (sent.length !== right.length || !timingSafeEqual(sent, right))
          throw refuse('http/cross-site', `Send the token of this session as ${csrfHeader}; GET /api/me tells it.`)
      }
      const found = await accounts.useSession(sha256(secret), bearer !== undefined, settings.idleMinutes * 60)
      if (!found) {
        lately.delete(secret)
        return undefined
      }
      used.set(request, found)
      remember(secret, found.person)
      return found
    },

    /** A new session, in place of the one the browser may have had. */
    begin: async (request: FastifyRequest, reply: FastifyReply, as: { person: number; way: Exclude<Way, 'machine'>; factor: boolean }) => {
      const before = cookieOf(request)
      const secret = newSecret()
      const ends = new Date(now().getTime() + settings.sessionHours * 3_600_000)
      await accounts.openSession({ ...as, hash: sha256(secret), ends, before: before === undefined ? undefined : sha256(before) })
      reply.setCookie(name, secret, cookieOptions(address))
      const found = await accounts.useSession(sha256(secret), false, settings.idleMinutes * 60)
      return { person: as.person, csrf: csrfOf(secret), factor: factorOf(found) }
    },

    end: async (request: FastifyRequest, reply: FastifyReply): Promise<Way | null> => {
      const secret = bearerOf(request) ?? cookieOf(request)
      if (!isSecret(secret)) return null
      lately.delete(secret)
      reply.clearCookie(name, cookieOptions(address))
      return accounts.endSession(sha256(secret))
    },

    forget: (reply: FastifyReply): void => void reply.clearCookie(name, cookieOptions(address)),
    /** The session of a request that `who` has let in. */
    usedBy: (request: FastifyRequest): SessionUsed | undefined => used.get(request),
    csrfFor: (request: FastifyRequest): string | null => {
      const secret = cookieOf(request)
      return secret === undefined || bearerOf(request) !== undefined ? null : csrfOf(secret)
    },
    /** By whom a request is counted: the person, where a session of theirs was let in before; else the address. */
    countedAs: (request: FastifyRequest): string => {
      const secret = bearerOf(request) ?? cookieOf(request)
      const person = secret === undefined ? undefined : lately.get(secret)
      return person === undefined ? `address ${networkOf(request.ip)}` : `person ${person}`
    },
  }
}

export type Sessions = ReturnType<typeof sessionsFor>

export const factorOf = (session: SessionUsed | undefined): 'given' | 'needed' | 'none' =>
  session?.factorNeeded ? 'needed' : session?.factor ? 'given' : 'none'

/** Of an IPv6 address the network of one house, since each machine there has as many addresses as it likes. */
export function networkOf(ip: string | undefined): string {
  // Whoever has hung up already has no address any more.
  if (ip === undefined) return 'gone'
  if (!ip.includes(':') || ip.includes('.')) return ip
  const [head = '', tail = ''] = ip.split('::')
  const before = head.split(':').filter(Boolean)
  const after = tail.split(':').filter(Boolean)
  const whole = ip.includes('::') ? [...before, ...Array(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after] : before
  return `${whole
    .slice(0, 4)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':')}::/64`
}
