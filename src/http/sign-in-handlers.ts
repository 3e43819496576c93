import type { signInRoutes } from '../api/sign-in-routes.ts'
import type { Role } from '../core/rights/rights.ts'
import { ledgerOfScope } from '../core/rights/rights.ts'
import { notThere, refuse } from './problem.ts'
import type { Handlers, ServiceParts } from './service.ts'
import type { WaysIn } from './sign-in.ts'

/** A way in that is not open here is not there at all. */
const noRoute = () => refuse('http/no-route', 'There is nothing at this address.')

function waysOf(service: ServiceParts): WaysIn {
  if (!service.signIn.ways) throw noRoute()
  return service.signIn.ways
}

function open<K extends 'passwords' | 'oidc'>(service: ServiceParts, way: K): NonNullable<WaysIn[K]> {
  const found = waysOf(service)[way]
  if (!found) throw noRoute()
  return found
}

function demonstration(service: ServiceParts): WaysIn {
  const ways = waysOf(service)
  if (!ways.demonstration || !service.demonstration) throw noRoute()
  return ways
}

export const signInHandlers: Handlers<typeof signInRoutes> = {
  listWaysIn: async ({ service }) => {
    const ways = waysOf(service)
    return {
      password: ways.passwords !== undefined,
      oidc: ways.oidc ? { name: ways.oidc.name } : null,
      demonstration: ways.demonstration && service.demonstration,
    }
  },
  signIn: async ({ service, request, reply, body }) => open(service, 'passwords').signIn(request, reply, body),
  signOut: async ({ service, request, reply }) => {
    const { sessions, oidc } = waysOf(service)
    const way = await sessions.end(request, reply)
    return { signedOut: true, next: way === 'oidc' && oidc ? await oidc.endAt() : null }
  },
  signOutEverywhere: async ({ service, actor, reply }) => {
    const { sessions, accounts } = waysOf(service)
    sessions.forget(reply)
    return { sessions: await accounts.endSessions(actor.person) }
  },
  signOutPerson: async ({ service, actor, params, in: inside }) => {
    const { accounts } = waysOf(service)
    const mine = actor.rights.filter((r) => r.capability === 'administer').flatMap((r) => [...r.scopes].map(ledgerOfScope))
    const here = await inside((session) =>
      session.rows(
        'SELECT 1 FROM role_held h JOIN organisation o ON o.org = h.org WHERE h.person = $1 AND o.ledger = ANY($2::int[]) LIMIT 1',
        [params.person, mine],
      ),
    )
    if (here.length === 0) throw notThere()
    return { sessions: await accounts.endSessions(params.person) }
  },
  changePassword: async ({ service, request, reply, body }) => {
    return open(service, 'passwords').change(request, reply, body)
  },
  beginFactor: async ({ service, request, reply, body }) => ({
    otpauth: await open(service, 'passwords').beginFactor(request, reply, body.password),
  }),
  confirmFactor: async ({ service, request, reply, body }) => open(service, 'passwords').confirmFactor(request, reply, body.code),
  beginOidc: async ({ service, reply, query }) => open(service, 'oidc').begin(reply, query.return),
  endOidc: async ({ service, request, reply }) => open(service, 'oidc').end(request, reply),
  giveToken: async ({ service, body }) => waysOf(service).machines.giveToken(body.assertion),
  listDemonstrationPeople: async ({ service }) => ({
    people: (await demonstration(service).accounts.listDemonstrationPeople()).map((row) => ({
      person: Number(row['person']),
      name: String(row['name']),
      roles: row['roles'] as { org: number; organisation: string; role: Role }[], // as the query makes them
    })),
  }),
  signInForDemonstration: async ({ service, request, reply, body }) =>
    demonstration(service).sessions.begin(request, reply, { person: body.person, way: 'demonstration', factor: false }),
}
