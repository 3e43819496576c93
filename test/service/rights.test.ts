import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allRoutes, type RouteId } from '../../src/api/routes.ts'
import { type Capability, type Role, roleMay, roles } from '../../src/core/rights/rights.ts'
import type { Browser } from '../support/browser.ts'
import { isSoak } from '../support/chance.ts'
import { type Call, examples, urlOf } from '../support/examples.ts'
import { anyMark, type House, type Houses, openHouses } from '../support/houses.ts'
import { postgresServers } from '../support/postgres.ts'

/** What the OpenAPI document says of a route: all that this matrix is made from, beside the table of rights. */
interface Said {
  readonly id: RouteId
  readonly method: string
  readonly path: string
  readonly needs: readonly Capability[]
  readonly who: 'anybody' | 'signed-in' | 'those who may'
  readonly scope: string
}

const ids = Object.keys(allRoutes) as RouteId[] // keys of our own table

/** Another name for the same place: nobody in any house, nor anything of the kind, has ever had these numbers. */
const never = { ledger: 777_777, n: 987_654_321, person: 2_000_000_000 }

/** The same request about something that never existed. */
function aboutNothing(call: Call): Call {
  const mapped = (value: unknown, key = ''): unknown => {
    if (Array.isArray(value)) return value.map((item) => mapped(item))
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapped(inner, name)]))
    if (typeof value === 'string' && /^\d+-\d+$/.test(value)) return `${never.ledger}-${never.n}`
    if (key === 'org' || key === 'ledger') return never.ledger
    if (key === 'person') return never.person
    return value
  }
  return { ...call, ...(mapped({ params: call.params, query: call.query, body: call.body }) as Call) } // of the same shape
}

type Place = readonly [part: 'params' | 'query' | 'body', ...(string | number)[]]

/** Where a call names something of a house. The place where care was given (`place`) may be any, and is no right. */
function identifiersIn(call: Call): readonly Place[] {
  const found: Place[] = []
  const look = (value: unknown, place: Place): void => {
    if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) look(inner, [...place, Array.isArray(value) ? Number(key) : key])
    else if (/^\d+-\d+$/.test(String(value)) || ['org', 'ledger', 'person'].includes(String(place.at(-1)))) found.push(place)
  }
  for (const part of ['params', 'query', 'body'] as const) look(call[part], [part])
  return found
}
const at = (call: Call, place: Place): unknown => place.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], call) // the place was found in a call of the same route
function put(call: Call, place: Place, value: unknown): Call {
  const copy = structuredClone({ ...call, as: undefined })
  const into = at(copy as Call, place.slice(0, -1) as unknown as Place) as Record<string, unknown> // the object that holds it
  into[place.at(-1)!] = value
  return copy as Call
}

interface Seen {
  readonly status: number
  readonly text: string
  /** All that an asker can tell answers apart by: the request's own id is random, and the clock goes on. */
  readonly told: string
}

/** `own`: whoever the call is made for sends it, where it is made for somebody. */
async function send(app: FastifyInstance, said: Said, call: Call, who: Browser | undefined, own = false): Promise<Seen> {
  const browser = own ? (call.as ?? who) : who
  const response = await app.inject({
    method: said.method as 'GET', // of our own table
    url: urlOf(said.id, call),
    remoteAddress: '192.0.2.200',
    headers: {
      ...(browser
        ? { cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '), 'varde-csrf': browser.csrf ?? '' }
        : {}),
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...call.headers,
    },
    ...(call.body === undefined ? {} : { payload: JSON.stringify(call.body) }),
    payloadAsStream: true,
  })
  const stream = response.stream()
  let text = ''
  // A stream of events goes on; that it began is the answer.
  if (String(response.headers['content-type']).startsWith('text/event-stream')) stream.destroy()
  else for await (const chunk of stream) text += chunk
  const { date: _, 'content-length': _length, ...headers } = response.headers
  // A file says in its head what was asked: the asker's own words.
  text = text.replace(/^(filter|question),.*$/m, '')
  const told = JSON.stringify([response.statusCode, headers, text.replace(/"requestId":"[^"]*"/, '')])
  return { status: response.statusCode, text, told }
}

const went = ({ status }: Seen): boolean => status >= 200 && status < 400

/** No name, no text, no reference and no count of anybody. */
function expectNothingOfAnybody(seen: Seen, what: string): void {
  expect(anyMark.exec(seen.text), what).toBeNull()
  expect(/"[23]-\d+"/.exec(seen.text), what).toBeNull()
  expect(/"(?:denominator|numerator|persons)":[1-9]/.exec(seen.text), what).toBeNull()
}

describe.each(postgresServers())('rights on $name', ({ url }) => {
  let houses: Houses
  let document: readonly Said[]
  let mine: House
  let other: House

  beforeAll(async () => {
    houses = await openHouses(url, ['packs/demo', 'packs/sepsis'])
    mine = houses.house(2)
    other = houses.house(3)
    const paths = (await houses.app.inject('/api/openapi.json')).json().paths as Record<string, Record<string, Record<string, unknown>>> // as OpenAPI has them
    document = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => {
        const needs = operation['x-needs'] as string | readonly Capability[]
        const open = needs === 'anybody' || needs === 'signed-in'
        return {
          id: operation['operationId'] as RouteId,
          method: method.toUpperCase(),
          path,
          needs: open ? [] : ([needs].flat() as Capability[]),
          who: open ? needs : 'those who may',
          scope: String(operation['x-scope']),
        } satisfies Said
      }),
    )
  })
  afterAll(() => houses.close())

  const saidOf = (id: RouteId): Said => document.find((said) => said.id === id)!
  const may = (said: Said, role: Role): boolean => said.needs.some((capability) => roleMay[role].includes(capability))

  test('the OpenAPI document says of every route who may, and names no other route', () => {
    expect(document.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    for (const said of document) expect(said.who === 'those who may' ? said.needs.length : 1, said.id).toBeGreaterThan(0)
  })

  describe.each(ids)('%s', (id) => {
    const example = examples[id]

    test('does what is asked for exactly those who may, and nothing for anybody else', async () => {
      const said = saidOf(id)
      let call = await example.make(mine, houses)
      if (example.closed) {
        for (const who of [undefined, mine.all, other.all]) expect((await send(houses.app, said, call, who)).status).toBe(404)
        return
      }
      // First all who may not, on one and the same thing; then all who may, each on a new one.
      const before = await houses.written()
      if (said.who !== 'anybody') expect(await send(houses.app, said, call, undefined, false), id).toMatchObject({ status: 401 })
      if (said.who === 'those who may') {
        for (const role of roles) {
          const what = `${id} by a ${role}`
          if (!may(said, role)) {
            for (const who of [mine.as(role), houses.above(role)]) {
              const refused = await send(houses.app, said, call, who)
              expect(refused.status, what).toBe(403)
              expect(JSON.parse(refused.text).issues, what).toEqual([expect.objectContaining({ code: 'ledger/not-allowed' })])
            }
          }
          if (said.needs.includes('break')) continue // the one right that reaches into other houses
          const outside = await send(houses.app, said, call, other.as(role))
          const nothing = await send(houses.app, said, aboutNothing(call), other.as(role))
          expect(outside.told, `${what} of another house`).toBe(nothing.told)
          if (said.scope !== 'any') expect(outside.status, what).toBe(may(said, role) || said.scope === 'reference' ? 404 : 403)
          if (!may(said, role)) expect([403, 404], what).toContain(outside.status)
          expect(outside.text, what).not.toContain('Qz2')
        }
      }
      if (said.who === 'those who may') expect(await houses.written(), id).toBe(before)

      const allowed = {
        'those who may': () => roles.filter((role) => may(said, role)).flatMap((role) => [mine.as(role), houses.above(role)]),
        'signed-in': () => [mine.as('coder'), other.as('analyst')],
        anybody: () => [undefined],
      }
      for (const who of allowed[said.who]()) {
        const answer = await send(houses.app, said, call, who, true)
        expect([answer.status, went(answer) ? '' : answer.text], id).toEqual([answer.status, ''])
        if (said.method !== 'GET' || call.as) call = await example.make(mine, houses)
      }
    })

    test('is refused by the database where the service does not look', async () => {
      const said = saidOf(id)
      if (said.who !== 'those who may' || example.closed) return
      const call = await example.make(mine, houses)
      const before = await houses.written()
      for (const role of roles) {
        const askers = [
          ...(may(said, role) ? [] : [mine.as(role), houses.above(role)]),
          ...(said.needs.includes('break') ? [] : [other.as(role)]),
        ]
        for (const who of askers) {
          const seen = await send(houses.unchecked, said, call, who)
          expect(seen.status, `${id} by a ${role}`).toBeLessThan(500)
          if (went(seen) && !(may(said, role) && said.scope === 'any')) expectNothingOfAnybody(seen, `${id} by a ${role}: ${seen.text}`)
          expect(seen.text, `${id} by a ${role}`).not.toContain('Qz2')
        }
      }
      expect(await houses.written(), id).toBe(before)
    })

    // The service looks at identifiers before any database does: once is enough each time, on both in the soak.
    test.runIf(isSoak || url === postgresServers()[0]?.url)(
      'takes no identifier of another house in the place of one of its own',
      async () => {
        const said = saidOf(id)
        if (said.who !== 'those who may' || example.closed || said.needs.includes('break')) return
        const [role] = roles.filter((each) => may(said, each))
        const [own, foreign] = [await example.make(mine, houses), await example.make(other, houses)]
        for (const place of identifiersIn(own)) {
          const before = await houses.written()
          const seen = await send(houses.app, said, put(own, place, at(foreign, place)), mine.as(role!))
          const nothing = await send(houses.app, said, put(own, place, at(aboutNothing(foreign), place)), mine.as(role!))
          if (example.byRow && went(seen)) {
            expect(JSON.parse(seen.text), id).toMatchObject({ taken: 0, refused: 1 })
            expect(JSON.parse(seen.text).results).toEqual(JSON.parse(nothing.text).results)
            continue
          }
          expect(seen.told, `${id} with another's ${place.join('.')}`).toBe(nothing.told)
          expect(seen.text).not.toContain('Qz3')
          if (said.method !== 'GET') expect(went(seen), `${id} with another's ${place.join('.')}: ${seen.text}`).toBe(false)
          expect(await houses.written(), id).toBe(before)
        }
      },
    )
  })

  /** One request to every route that needs a right, about things of the first house. */
  const oneOfEach = async () => {
    const calls: (readonly [Said, Call])[] = []
    for (const said of document)
      if (said.who === 'those who may' && !examples[said.id].closed) calls.push([said, await examples[said.id].make(mine, houses)])
    return calls
  }

  test('a role withdrawn during a session is gone at the next request, and a person who is gone is nobody', async () => {
    const { person, ...rest } = await mine.person('coordinator')
    const calls = await oneOfEach()
    const session = await houses.signedIn(person)
    expect(rest).toBeDefined()
    expect((await session.get('/api/me')).body.roles).toHaveLength(1)
    const withdrawn = await mine.all.post(`/api/people/${person}/roles/withdrawals`, { org: mine.org, role: 'coordinator' })
    expect(withdrawn.status).toBe(201)
    const before = await houses.written()
    for (const [said, call] of calls) expect([403, 404], said.id).toContain((await send(houses.app, said, call, session)).status)
    expect(await houses.written()).toBe(before)
    await houses.at.act(mine.org, { kind: 'role-given', payload: { person, org: mine.org, role: 'coordinator' } })
    expect((await session.get('/api/me')).body.may.see).toEqual([mine.org])
    await houses.at.act(mine.org, { kind: 'person-set', payload: { person, name: 'Gone', active: false } })
    for (const [said, call] of calls) expect((await send(houses.app, said, call, session)).status, said.id).toBe(401)
  })

  test('a role for one pack ends at the pack: its pathways are there, those of another pack are not', async () => {
    const inPack = await mine.person('coordinator', houses.at.packs.find(({ content }) => content.id === 'demo')!.pack)
    const beside = await mine.person('coordinator', houses.at.packs.find(({ content }) => content.id === 'sepsis')!.pack)
    const ofOnePack = (said: Said) =>
      /:(pathway|work|life)\b/.test(allRoutes[said.id].path) ||
      [
        'listLives',
        'openLife',
        'openPathway',
        'listPathways',
        'listFigures',
        'exportPathways',
        'noteExport',
        'exportFigures',
        'readBench',
        'readOverlap',
        'readKnownDays',
        'readUnit',
        'readOccurrence',
        'exportOccurrence',
        'readPractice',
        'readAccount',
      ].includes(said.id)
    for (const [said, call] of await oneOfEach()) {
      if (!ofOnePack(said) || !may(said, 'coordinator')) continue
      const before = await houses.written()
      const seen = await send(houses.app, said, call, beside)
      if (said.method === 'GET' && said.scope === 'any') expectNothingOfAnybody(seen, said.id)
      else expect(seen.status, said.id).toBe(404)
      expect(await houses.written(), said.id).toBe(before)
      expect(went(await send(houses.app, said, call, inPack, true)), said.id).toBe(true)
    }
  })

  test('a role that is about the whole house is not given for one pack', async () => {
    for (const role of roles) {
      const given = await mine.all.post('/api/people', { org: mine.org, name: 'Qz2kelpie somebody', role, pack: 'demo' })
      expect([role, given.status]).toEqual([role, ['administrator', 'data-protection-officer'].includes(role) ? 400 : 201])
    }
  })

  test('an organisation or a person added twice under one key is there once', async () => {
    for (const [path, body] of [
      ['/api/people', { org: 2, name: 'Qz2kelpie twice', role: 'coder' }],
      ['/api/organisations', { org: 2, kind: 'department', name: 'Qz2kelpie twice' }],
    ] as const) {
      const first = await mine.all.post(path, { ...body, key: 'kelpie-key-1' + path })
      expect(first.status).toBe(201)
      expect(await mine.all.post(path, { ...body, key: 'kelpie-key-1' + path })).toMatchObject({ status: 201, body: first.body })
      expect(await mine.all.post(path, { ...body, name: 'Qz2kelpie other', key: 'kelpie-key-1' + path })).toMatchObject({ status: 409 })
    }
  })

  test('an organisation is not put under another, nor into the ledger of another', async () => {
    const set = (payload: object) =>
      houses.at.act(2, { kind: 'organisation-set', payload: { kind: 'department', name: 'Qz2kelpie', zone: 'Europe/Oslo', ...payload } })
    for (const payload of [
      { org: 3, parent: 2, ledger: 3 },
      { org: 3, parent: 2, ledger: 2 },
      { org: 4000, parent: 2, ledger: 3 },
    ])
      await expect(set(payload)).rejects.toMatchObject({ issues: [{ code: 'ledger/not-allowed' }] })
    await expect(set({ org: 4001, parent: 2, ledger: 2 })).resolves.toHaveLength(1)
  })

  test('a person of another house gets a role from those above both houses, not from this one', async () => {
    const body = { org: mine.org, role: 'analyst' }
    const person = other.number.analyst
    expect(await mine.all.post(`/api/people/${person}/roles`, body)).toMatchObject({ status: 404 })
    expect(await houses.above('administrator').post(`/api/people/${person}/roles`, body)).toMatchObject({ status: 201 })
    expect(await mine.all.post(`/api/people/${person}/roles/withdrawals`, body)).toMatchObject({ status: 201 })
  })
})
