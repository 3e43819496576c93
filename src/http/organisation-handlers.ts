import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { organisationRoutes } from '../api/organisation-routes.ts'
import { readRef, refOf } from '../api/shapes.ts'
import { type Capability, ledgerOfScope, type Role, wholeHouseRoles } from '../core/rights/rights.ts'
import { isZone } from '../core/words/instant.ts'
import { mostPlaces } from '../sql/kept.ts'
import { type Actor, keyAfter, type Session } from '../store/ledger-database.ts'
import { cursorsOf } from './cursor.ts'
import { getOrganisation, type OrganisationRow, packNamed } from './pathway-handlers.ts'
import { notThere, refuse } from './problem.ts'
import type { Asked, Handlers, ServiceParts } from './service.ts'
import { factorOf } from './sessions.ts'

type Routes = typeof organisationRoutes

const rolesOf = async (session: Session, service: ServiceParts, people: readonly number[]) => {
  const rows = await session.rows(
    'SELECT person, org, role, pack FROM role_held WHERE person = ANY($1::int[]) ORDER BY person, org, role',
    [people],
  )
  return Map.groupBy(
    rows.map((row) => ({
      person: Number(row['person']),
      org: Number(row['org']),
      role: row['role'] as Role, // written by acts whose role is one of the list
      pack: service.packs.byNumber(Number(row['pack']))?.id ?? null,
    })),
    (role) => role.person,
  )
}

const packNumber = (service: ServiceParts, id: string | undefined): number => (id === undefined ? 0 : packNamed(service, id).pack)

/** The pack a role is to be held for; 0: all of them. */
function packOfRole(service: ServiceParts, { role, pack }: { readonly role: Role; readonly pack?: string | undefined }): number {
  if (pack !== undefined && wholeHouseRoles.includes(role))
    throw refuse('http/shape', 'This role is held for a whole house: leave out the pack.', ['body', 'pack'])
  return packNumber(service, pack)
}

const administeredBy = ({ rights }: Actor): readonly number[] => [
  ...new Set(rights.filter((right) => right.capability === 'administer').flatMap((right) => [...right.scopes].map(ledgerOfScope))),
]

/**
 * Somebody of a house one administers, or who has no role anywhere. Whoever works in another house only is as absent as nobody: with a role here,
 * their name would be told, their sessions could be ended, and their name be changed.
 */
async function isKnownTo(session: Session, actor: Actor, person: number): Promise<boolean> {
  const [row] = await session.rows(
    `SELECT 1 FROM person p WHERE p.person = $1 AND (NOT EXISTS (SELECT 1 FROM role_held h WHERE h.person = p.person)
       OR EXISTS (SELECT 1 FROM role_held h JOIN organisation o ON o.org = h.org WHERE h.person = p.person AND o.ledger = ANY ($2::int[])))`,
    [person, administeredBy(actor)],
  )
  return row !== undefined
}

/** The number of what is made: where the key has come before, the one that was given then. */
async function numberFor(session: Session, ledger: number, key: string, what: 'person' | 'org', sequence: string): Promise<number> {
  const [before] = await session.rows(`SELECT (payload::jsonb->>$3)::int AS n FROM acts_before($1, $2) WHERE own`, [ledger, [key], what])
  return Number(before?.['n'] ?? (await session.rows(`SELECT nextval($1::regclass)::int AS n`, [sequence]))[0]?.['n'])
}

/** A role given or withdrawn, in the ledger of the organisation it is about. */
async function changeRole(
  asked: Asked<Routes['giveRole']> | Asked<Routes['withdrawRole']>,
  kind: 'role-given' | 'role-withdrawn',
): Promise<void> {
  const { body, params, service } = asked
  const pack = kind === 'role-given' ? packOfRole(service, body) : packNumber(service, body.pack)
  await asked.in(async (session) => {
    const { ledger } = await getOrganisation(session, body.org)
    const acting = asked.roleIn('administer', ledger)
    if (acting.person === params.person && kind === 'role-given')
      throw refuse('ledger/not-allowed', 'Nobody gives a role to themselves: ask another administrator.')
    if (!(await isKnownTo(session, asked.actor, params.person))) throw notThere()
    await session.act(ledger, [
      { key: body.key ?? randomUUID(), kind, payload: { person: params.person, org: body.org, role: body.role, pack } },
    ])
  })
}

export const organisationHandlers: Handlers<Routes> = {
  readMe: async ({ actor, service, request, in: inside }) =>
    inside(async (session) => {
      const [person] = await session.rows('SELECT name FROM person WHERE person = $1', [actor.person])
      const held = (await rolesOf(session, service, [actor.person])).get(actor.person) ?? []
      const may: Partial<Record<Capability, number[]>> = {}
      for (const { capability, scopes } of actor.rights)
        may[capability] = [...new Set([...(may[capability] ?? []), ...[...scopes].map(ledgerOfScope)])].sort((a, b) => a - b)
      return {
        person: actor.person,
        name: String(person?.['name'] ?? ''),
        roles: held.map(({ person: _, ...role }) => role),
        may,
        demonstration: service.demonstration,
        csrf: service.signIn.ways?.sessions.csrfFor(request) ?? null,
        factor: factorOf(service.signIn.ways?.sessions.usedBy(request)),
      }
    }),

  listOrganisations: async (asked) => {
    const { query, service } = asked
    const cursor = cursorsOf(service, { list: 'organisations' })
    return asked.in(async (session) => {
      const rows = (await session.rows(
        'SELECT org, parent, kind, name, zone, ledger FROM organisation WHERE org > $1 ORDER BY org LIMIT $2',
        [cursor.read(query.cursor, z.int()) ?? -1, query.limit + 1],
      )) as unknown as Organisations // columns are named as the fields are
      const organisations = rows.slice(0, query.limit)
      return { organisations, next: rows.length > query.limit ? cursor.write(organisations.at(-1)?.org) : null }
    })
  },

  addOrganisation: async (asked) => {
    const { body } = asked
    return asked.in(async (session) => {
      const above = await getOrganisation(session, body.org)
      asked.roleIn('administer', above.ledger)
      const zone = body.zone ?? above.zone
      // The database counts days as well, and may know fewer zones.
      const [known] = await session.rows('SELECT 1 FROM pg_timezone_names WHERE lower(name) = lower($1)', [zone])
      if (!known || !isZone(zone)) throw refuse('http/shape', 'There is no such time zone: write it as in "Europe/Oslo".', ['body', 'zone'])
      if (body.kind === 'department' && zone !== above.zone)
        throw refuse('http/shape', 'A department has the days of its house: leave out the zone.', ['body', 'zone'])
      const key = body.key ?? randomUUID()
      const org = await numberFor(session, above.ledger, key, 'org', 'organisation_number')
      if (org > mostPlaces) throw refuse('ledger/too-many', 'This installation holds as many organisations as it can.')
      const ledger = body.kind === 'department' ? above.ledger : org
      const made: Made = { org, parent: body.org, kind: body.kind, name: body.name, zone, ledger }
      await session.act(above.ledger, [{ key, kind: 'organisation-set', payload: { ...made } }])
      return made
    })
  },

  listPeople: async (asked) =>
    asked.in(async (session) => {
      const mine = administeredBy(asked.actor)
      const { query, service } = asked
      const cursor = cursorsOf(service, { list: 'people' })
      const rows = await session.rows(
        `SELECT DISTINCT p.person, p.name, p.active, p.machine FROM person p JOIN role_held h ON h.person = p.person JOIN organisation o ON o.org = h.org
         WHERE o.ledger = ANY($1::int[]) AND p.person > $2 ORDER BY p.person LIMIT $3`,
        [mine, cursor.read(query.cursor, z.int()) ?? -1, query.limit + 1],
      )
      const people = rows.slice(0, query.limit)
      const held = await rolesOf(
        session,
        asked.service,
        people.map((row) => Number(row['person'])),
      )
      return {
        next: rows.length > query.limit ? cursor.write(Number(people.at(-1)?.['person'])) : null,
        people: people.map((row) => ({
          person: Number(row['person']),
          name: String(row['name']),
          active: row['active'] === true,
          machine: row['machine'] === true,
          roles: (held.get(Number(row['person'])) ?? []).map(({ person: _, ...role }) => role),
        })),
      }
    }),

  listColleagues: async (asked) => {
    const { pack } = packNamed(asked.service, asked.query.pack)
    return asked.in(async (session) => {
      const { ledger } = await getOrganisation(session, asked.query.org)
      asked.roleIn('work', ledger, pack)
      const rows = await session.rows(
        `SELECT DISTINCT p.person, p.name FROM person p JOIN role_held h ON h.person = p.person JOIN organisation_under u ON u.above = h.org
           JOIN organisation o ON o.org = u.org JOIN role_may m ON m.role = h.role AND m.capability = 'see'
         WHERE o.ledger = $1 AND h.pack IN (0, $2) AND h.role <> 'machine' AND p.active AND NOT p.machine AND may('work', $1, $2) ORDER BY p.name, p.person LIMIT 2000`,
        [ledger, pack],
      )
      return { people: rows.map((row) => ({ person: Number(row['person']), name: String(row['name']) })) }
    })
  },

  addPerson: async (asked) => {
    const { body, service } = asked
    const pack = packOfRole(service, body)
    return asked.in(async (session) => {
      const { ledger } = await getOrganisation(session, body.org)
      asked.roleIn('administer', ledger)
      const key = body.key ?? randomUUID()
      const person = await numberFor(session, ledger, key, 'person', 'person_number')
      await session.act(ledger, [
        { key, kind: 'person-set', payload: { person, name: body.name, machine: body.machine } },
        { key: keyAfter(key, 'role'), kind: 'role-given', payload: { person, org: body.org, role: body.role, pack } },
      ])
      return { person }
    })
  },

  giveRole: async (asked) => {
    await changeRole(asked, 'role-given')
    return { given: true }
  },

  withdrawRole: async (asked) => {
    await changeRole(asked, 'role-withdrawn')
    return { withdrawn: true }
  },

  setActive: async (asked) => {
    const { body, params } = asked
    return asked.in(async (session) => {
      const { ledger } = await getOrganisation(session, body.org)
      const acting = asked.roleIn('administer', ledger)
      if (acting.person === params.person)
        throw refuse('ledger/not-allowed', 'Nobody makes themselves inactive: ask another administrator.', ['params', 'person'])
      const held = await session.rows(
        `SELECT p.name, p.machine, o.ledger FROM person p JOIN role_held h ON h.person = p.person JOIN organisation o ON o.org = h.org
         WHERE p.person = $1`,
        [params.person],
      )
      if (!held.some((row) => Number(row['ledger']) === ledger)) throw notThere()
      // It holds in every house: who also works in another is not locked out of it from here.
      const mine = new Set(administeredBy(asked.actor))
      if (held.some((row) => !mine.has(Number(row['ledger']))))
        throw refuse(
          'ledger/not-allowed',
          'This person has a role in another house as well, which this would end too: withdraw the roles in your own instead.',
          ['params', 'person'],
        )
      const payload = {
        person: params.person,
        name: String(held[0]?.['name']),
        machine: held[0]?.['machine'] === true,
        active: body.active,
      }
      await session.act(ledger, [{ key: body.key ?? randomUUID(), kind: 'person-set', payload }])
      return { active: body.active }
    })
  },

  listPacks: async ({ service }) => ({
    packs: service.packs.all.map(({ content }) => ({
      id: content.id,
      version: content.version,
      title: content.title,
      time: content.time,
      zone: content.zone,
      variants: content.text.variants,
      milestones: content.text.milestones,
      intervals: content.text.intervals.map(({ id, name, names, unit }) => ({ id, name, ...(names ? { names } : {}), unit })),
      indicators: content.text.indicators.map(({ id, name, question, denominator }) => ({ id, name, question, denominator })),
      rules: content.text.rules.map(({ id, text, source }) => ({ id, text, source })),
      sources: content.text.sources.map(({ id, title, url }) => ({ id, title, url })),
    })),
  }),

  registerPatient: async (asked) => {
    const { body } = asked
    return asked.in(async (session) => {
      const { ledger } = await getOrganisation(session, body.org)
      asked.roleIn('record', ledger)
      const [done] = await session.act(ledger, [
        {
          key: body.key ?? randomUUID(),
          kind: 'patient-registered',
          payload: { name: body.name, nationalId: body.nationalId, born: body.born },
        },
      ])
      if (!done) throw new Error('An act gives an answer.')
      return { patient: refOf(ledger, done.seq), replayed: done.replayed }
    })
  },

  readPatient: async (asked) => {
    const { ledger, n } = readRef(asked.params.patient)
    return asked.in(async (session) => {
      const [row] = await session.rows(
        'SELECT p.patient, i.patient AS known, i.name, i.national_id, i.born FROM patient p LEFT JOIN identity i ON i.ledger = p.ledger AND i.patient = p.patient WHERE p.ledger = $1 AND p.patient = $2',
        [ledger, n],
      )
      if (!row) throw notThere()
      const pathways = await session.rows(
        'SELECT pathway, pack, org, changed FROM pathway WHERE ledger = $1 AND patient = $2 ORDER BY pathway',
        [ledger, n],
      )
      const documents = await session.rows(
        'SELECT document, kind, title, written, received FROM document WHERE ledger = $1 AND patient = $2 ORDER BY document',
        [ledger, n],
      )
      await session.look(ledger, { kind: 'patient', seen: pathways.map((p) => Number(p['pathway'])), about: { patient: n } })
      return {
        patient: asked.params.patient,
        name: row['name'] as string | null, // text columns from here on
        nationalId: row['national_id'] as string | null,
        born: row['born'] as string | null,
        erased: row['known'] === null,
        pathways: pathways.map((p) => ({
          pathway: refOf(ledger, Number(p['pathway'])),
          pack: asked.service.packs.byNumber(Number(p['pack']))?.id ?? String(p['pack']),
          org: Number(p['org']),
          changed: String(p['changed']),
        })),
        documents: documents.map((d) => ({
          document: refOf(ledger, Number(d['document'])),
          kind: String(d['kind']),
          title: String(d['title']),
          written: d['written'] as string | null,
          received: d['received'] as string | null,
        })),
      }
    })
  },

  correctIdentity: async (asked) => {
    const { ledger, n } = readRef(asked.params.patient)
    const { body } = asked
    await asked.in(async (session) => {
      const [row] = await session.rows('SELECT 1 FROM identity WHERE ledger = $1 AND patient = $2', [ledger, n])
      if (!row) throw notThere()
      await session.act(ledger, [
        {
          key: body.key ?? randomUUID(),
          kind: 'identity-corrected',
          payload: { patient: n, name: body.name, nationalId: body.nationalId, born: body.born },
        },
      ])
    })
    return { corrected: true }
  },

  eraseIdentity: async (asked) => {
    const { ledger, n } = readRef(asked.params.patient)
    const { body } = asked
    await asked.in((session) =>
      session.act(ledger, [{ key: body.key ?? randomUUID(), kind: 'identity-erased', payload: { patient: n, reason: body.reason } }]),
    )
    return { erased: true }
  },
}

type Made = Organisations[number]
type Organisations = (Omit<OrganisationRow, 'kind'> & { kind: 'nation' | 'region' | 'trust' | 'hospital' | 'department' | 'practice' })[]
