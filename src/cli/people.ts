import { randomBytes, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Client } from 'pg'
import { z } from 'zod'
import { type Role, roleMay, roles, scopeOf } from '../core/rights/rights.ts'
import { isZone } from '../core/words/instant.ts'
import { IssueError } from '../core/words/result.ts'
import { didYouMean } from '../core/words/yaml.ts'
import type { Settings } from '../http/settings.ts'
import { createAccount, linkOidc, registerMachineKey, removeFactor, resetPassword, unlock } from '../store/accounts.ts'
import { type Actor, type LedgerDatabase, openLedger, type Session } from '../store/ledger-database.ts'
import { openOwned } from '../store/owner.ts'
import { connectClient } from '../store/postgres.ts'
import type { Io } from './io.ts'
import { UsageError } from './session.ts'

/** The operator of the machine, as person 0: what is done here stands in the log like everything else. */
async function asOperator<T>(settings: Settings, what: string, task: (session: Session, ledger: LedgerDatabase) => Promise<T>): Promise<T> {
  const database = await openOwned(settings, what)
  try {
    return await actAsOperator(database.serviceUrl, task)
  } finally {
    await database.close()
  }
}

/** The same on a database that is open already. */
export async function actAsOperator<T>(serviceUrl: string, task: (session: Session, ledger: LedgerDatabase) => Promise<T>): Promise<T> {
  const ledger = openLedger({ url: serviceUrl, connections: 2 })
  try {
    const scopes = (
      await ledger.rows(
        'SELECT DISTINCT o.ledger, p.pack FROM (SELECT ledger FROM organisation UNION SELECT 0) o, (SELECT pack FROM pack UNION SELECT 0) p',
      )
    ).map((row) => scopeOf(Number(row['ledger']), Number(row['pack'])))
    const actor: Actor = {
      person: 0,
      role: 'administrator',
      glass: [],
      rights: roleMay.administrator.map((capability) => ({ role: 'administrator', capability, scopes: new Set(scopes) })),
    }
    return await ledger.as(actor, async (session) => {
      if ((await session.rows('SELECT FROM person WHERE person = 0')).length === 0)
        await session.act(0, [{ key: 'operator-of-the-machine', kind: 'person-set', payload: { person: 0, name: 'Operator' } }])
      return task(session, ledger)
    })
  } finally {
    await ledger.close()
  }
}

const refuse = (message: string): IssueError => new IssueError([{ code: 'ledger/not-there', path: [], message }])

async function ledgerOf(session: Session, org: number): Promise<number> {
  const [row] = await session.rows('SELECT ledger FROM organisation WHERE org = $1', [org])
  if (!row) throw refuse(`There is no organisation ${org}. varde organisation list shows them.`)
  return Number(row['ledger'])
}

async function packNumber(session: Session, id: string | undefined): Promise<number> {
  if (id === undefined) return 0
  const rows = await session.rows('SELECT pack, id FROM pack ORDER BY pack')
  const found = rows.find((row) => row['id'] === id)
  if (!found)
    throw refuse(
      `There is no pack "${id}" here${didYouMean(
        id,
        rows.map((row) => String(row['id'])),
      )}.`,
    )
  return Number(found['pack'])
}

export function roleNamed(text: string): Role {
  const found = roles.find((role) => role === text)
  if (!found) throw new UsageError(`no role "${text}"${didYouMean(text, roles)}: ${roles.join(', ')}`)
  return found
}

const kinds = ['nation', 'region', 'trust', 'hospital', 'department', 'practice'] as const

export interface NewOrganisation {
  readonly name: string
  readonly kind: string
  readonly zone?: string
  readonly under?: number
}

/** `varde organisation add`: a department keeps its things in the ledger of what it belongs to, every other has one of its own. */
export async function addOrganisation(settings: Settings, { name, kind, zone, under }: NewOrganisation, io: Io): Promise<void> {
  if (!kinds.some((known) => known === kind)) throw new UsageError(`no kind "${kind}"${didYouMean(kind, kinds)}: ${kinds.join(', ')}`)
  if (zone !== undefined && !isZone(zone)) throw new UsageError(`no time zone "${zone}": write it as in Europe/Oslo`)
  if (kind === 'department' && under === undefined) throw new UsageError('a department needs --under, the organisation it belongs to')
  const org = await asOperator(settings, 'varde organisation', async (session) => {
    const [above] = under === undefined ? [] : await session.rows('SELECT ledger, zone FROM organisation WHERE org = $1', [under])
    if (under !== undefined && !above) throw refuse(`There is no organisation ${under}. varde organisation list shows them.`)
    if (kind === 'department' && zone !== undefined && zone !== above?.['zone'])
      throw new UsageError('a department has the days of its house: leave out --zone')
    const [next] = await session.rows(`SELECT nextval('organisation_number')::int AS n`)
    const org = Number(next?.['n'])
    const ledger = kind === 'department' ? Number(above?.['ledger']) : org
    const payload = { org, parent: under ?? null, kind, name, zone: zone ?? String(above?.['zone'] ?? 'UTC'), ledger }
    await session.act(Number(above?.['ledger'] ?? 0), [{ key: randomUUID(), kind: 'organisation-set', payload }])
    return org
  })
  io.out(`Organisation ${org}.\n`)
}

export async function listOrganisations(settings: Settings, io: Io): Promise<void> {
  const rows = await asOperator(settings, 'varde organisation', (session) =>
    session.rows('SELECT org, parent, kind, name, zone FROM organisation ORDER BY org'),
  )
  for (const row of rows)
    io.out(`${row['org']}\t${row['kind']}\t${row['name']}\t${row['parent'] === null ? '' : `under ${row['parent']}`}\t${row['zone']}\n`)
  if (rows.length === 0) io.out('There is no organisation yet: varde organisation add NAME --kind nation --zone Europe/Oslo\n')
}

export interface NewPerson {
  readonly name: string
  readonly org: number
  readonly role: string
  readonly pack?: string
  readonly machine?: boolean
}

export async function addPerson(settings: Settings, { name, org, role, pack, machine = false }: NewPerson, io: Io): Promise<void> {
  const named = roleNamed(role)
  const person = await asOperator(settings, 'varde user', async (session) => {
    const ledger = await ledgerOf(session, org)
    const number = await packNumber(session, pack)
    const [next] = await session.rows(`SELECT nextval('person_number')::int AS n`)
    const person = Number(next?.['n'])
    await session.act(ledger, [
      { key: randomUUID(), kind: 'person-set', payload: { person, name, machine } },
      { key: randomUUID(), kind: 'role-given', payload: { person, org, role: named, pack: number } },
    ])
    return person
  })
  io.out(`Person ${person}.\n`)
}

export interface RoleChange {
  readonly person: number
  readonly org: number
  readonly role: string
  readonly pack?: string
  readonly withdraw: boolean
}

export async function changeRole(settings: Settings, { person, org, role, pack, withdraw }: RoleChange, io: Io): Promise<void> {
  const named = roleNamed(role)
  await asOperator(settings, 'varde user', async (session) => {
    const ledger = await ledgerOf(session, org)
    const number = await packNumber(session, pack)
    if ((await session.rows('SELECT FROM person WHERE person = $1', [person])).length === 0)
      throw refuse(`There is no person ${person}. varde user list shows them.`)
    const kind = withdraw ? 'role-withdrawn' : 'role-given'
    await session.act(ledger, [{ key: randomUUID(), kind, payload: { person, org, role: named, pack: number } }])
  })
  io.out(withdraw ? 'Withdrawn: from the next request on.\n' : 'Given: from the next request on.\n')
}

export async function listPeople(settings: Settings, io: Io): Promise<void> {
  const rows = await asOperator(settings, 'varde user', (session) =>
    session.rows(`SELECT p.person, p.name, p.active, p.machine,
        coalesce(string_agg(h.role || ' at ' || h.org || coalesce(' for ' || k.id, ''), ', ' ORDER BY h.org, h.role), '') AS roles
      FROM person p LEFT JOIN role_held h ON h.person = p.person LEFT JOIN pack k ON k.pack = h.pack GROUP BY p.person ORDER BY p.person`),
  )
  for (const row of rows)
    io.out(`${row['person']}\t${row['name']}\t${row['active'] ? '' : 'inactive '}${row['machine'] ? 'machine ' : ''}\t${row['roles']}\n`)
}

/** Runs a task on a connection of the database's owner: accounts and keys are no acts, but each change of them is written down as one. */
async function asOwner<T>(settings: Settings, task: (owner: Client) => Promise<T>): Promise<T> {
  const database = await openOwned(settings, 'varde user')
  try {
    const owner = await connectClient(database.ownerUrl)
    try {
      return await task(owner)
    } finally {
      await owner.end()
    }
  } finally {
    await database.close()
  }
}

/** A local account, or a new password for it. It is made here, so that it stands in no list of commands and nobody else's is guessed from it. */
export async function setPassword(settings: Settings, person: number, login: string | undefined, io: Io): Promise<void> {
  const password = randomBytes(15).toString('base64url')
  await asOwner(settings, (owner) =>
    login === undefined ? resetPassword(owner, { person, password }) : createAccount(owner, { person, login, password }),
  )
  io.out(`The password is ${password}\nSay it to this person alone, who then changes it. It is shown only now.\n`)
}

export async function linkPerson(settings: Settings, person: number, subject: string, io: Io): Promise<void> {
  const { oidcIssuer: issuer, oidcClaim: claim } = settings
  if (issuer === undefined)
    throw new IssueError([{ code: 'settings/missing', path: ['oidcIssuer'], message: 'Say which provider: give the setting oidcIssuer.' }])
  await asOwner(settings, (owner) => linkOidc(owner, { person, issuer, subject, claim }))
  io.out('Linked.\n')
}

export async function registerKey(settings: Settings, person: number, file: string, io: Io): Promise<void> {
  const jwk = Jwk.safeParse(await readJson(file)).data
  if (!jwk) throw new UsageError(`${file} is no public key: a JSON Web Key in a file of its own is needed`)
  const { client, kid } = await asOwner(settings, (owner) => registerMachineKey(owner, { person, jwk }))
  io.out(`The machine signs in as ${client}, with key ${kid}.\n`)
}

const Jwk = z.record(z.string(), z.unknown())
async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return undefined
  }
}

export async function unlockPerson(settings: Settings, person: number, io: Io): Promise<void> {
  await asOwner(settings, (owner) => unlock(owner, { person }))
  io.out('The wait after failures has ended.\n')
}

export async function removePersonsFactor(settings: Settings, person: number, io: Io): Promise<void> {
  await asOwner(settings, (owner) => removeFactor(owner, { person }))
  io.out('The second factor is gone; what needs one asks for a new one.\n')
}
