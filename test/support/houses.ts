import type { FastifyInstance } from 'fastify'
import type { Client } from 'pg'
import pino from 'pino'
import { type Role, roles } from '../../src/core/rights/rights.ts'
import { handlers } from '../../src/http/handlers.ts'
import { createService, type FeedHere } from '../../src/http/service.ts'
import { openSignIn } from '../../src/http/sign-in.ts'
import { readMessageMapping } from '../../src/intake/message-mapping.ts'
import { livePacks } from '../../src/store/live-packs.ts'
import { connectClient } from '../../src/store/postgres.ts'
import { type Answered, Browser } from './browser.ts'
import { freshKey, type LedgerUnderTest, ledgerUnderTest } from './live-ledger.ts'

/** Stands in every name and every free text of an invented house, so that an answer, a log line or a table can be searched for it. */
export const markOf = (org: number): string => `Qz${org}kelpie`
export const anyMark = /Qz\d+kelpie/

/** One hospital with its own ledger, somebody in every role, and things to ask about: each made anew, through the service. */
export interface House {
  readonly org: number
  /** Signed in with one role. */
  as(role: Role): Browser
  /** Signed in as coordinator, data-protection officer and administrator at once: whoever sets the scene. */
  readonly all: Browser
  readonly number: { readonly [R in Role]: number }
  person(role: Role, pack?: number): Promise<Browser & { readonly person: number }>
  patient(more?: object): Promise<string>
  pathway(pack?: string): Promise<{ readonly patient: string; readonly pathway: string }>
  entry(): Promise<{ readonly patient: string; readonly pathway: string; readonly entry: number; readonly version: number }>
  document(): Promise<{ readonly patient: string; readonly pathway: string; readonly document: string }>
  work(
    what: 'step' | 'query' | 'proposal' | 'escalation',
  ): Promise<{ readonly work: string; readonly pathway: string; readonly version: number }>
}

/** What an act says of a message that is about nobody who is known. */
export const messageWaits = {
  sha256: '0'.repeat(64),
  answered: { code: 'AA' },
  outcome: 'not-placed',
  code: 'feed/unknown-patient',
  says: 'Invented.',
} as const

export interface Houses {
  readonly at: LedgerUnderTest
  readonly app: FastifyInstance
  /** The same service over the same ledger, its own check of rights left out. */
  readonly unchecked: FastifyInstance
  readonly owner: Client
  readonly logged: string[]
  readonly address: string
  /** The service's clock, which stands still. */
  readonly now: Date
  /** A hospital under the nation, which is organisation 1. */
  house(org: 2 | 3): House
  /** Signed in with one role in the nation, above both hospitals. */
  above(role: Role): Browser
  signedIn(person: number): Promise<Browser>
  /** What stands in every table, but for sessions and looks: equal before and after means that nothing was written. */
  written(): Promise<string>
  close(): Promise<void>
}

const address = 'http://localhost:8080'

/** As if messages were listened for. */
const feedHere = (ledger: number, at: LedgerUnderTest): FeedHere => {
  const read = readMessageMapping(
    '{ pack: demo, patient: PID-3, messages: [{ id: result, on: [ORU^R01], becomes: proposal, code: { constant: M1V }, day: MSH-7, because: Result }] }',
    'test',
  )
  if (!read.ok) throw new Error(JSON.stringify(read.issues))
  const live = livePacks(at.packs).byId('demo')!
  return { ledger, zone: 'Europe/Oslo', senders: [], mapping: async () => ({ mapping: read.value, live }), stopped: () => undefined }
}

/** Something that went well, or an error that says what did not. */
export async function good(asked: Promise<Answered>): Promise<Answered> {
  const answer = await asked
  if (answer.status < 200 || answer.status > 299) throw new Error(`A step of the test's own was refused: ${JSON.stringify(answer.body)}`)
  return answer
}

export async function openHouses(serverUrl: string, folders?: readonly string[], now = new Date()): Promise<Houses> {
  const at = await ledgerUnderTest(serverUrl, folders)
  const logged: string[] = []
  const signIn = () =>
    openSignIn({
      ledger: at.ledger,
      now: () => now,
      address,
      demonstration: true,
      localAccounts: true,
      perMinute: 10_000_000,
      signInPerMinute: 10_000_000,
    })
  const service = (checks: boolean) =>
    createService(
      {
        ledger: at.ledger,
        packs: livePacks(at.packs),
        feeds: [2, 3].map((ledger) => feedHere(ledger, at)),
        signIn: signIn(),
        log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }),
        now: () => now,
        demonstration: true,
        checks,
        checksAnswers: true,
      },
      handlers,
    )
  const app = await service(true)
  const unchecked = await service(false)
  await Promise.all([app.ready(), unchecked.ready()])
  const owner = await connectClient(at.url)
  // People of the tests are numbered from 1; those whom the service adds come after them.
  await owner.query(
    `SET ROLE varde_owner; SET search_path = varde; SELECT setval('person_number', 100000), setval('organisation_number', 1000)`,
  )

  const signedIn = async (person: number): Promise<Browser> => {
    const browser = new Browser(app, `192.0.2.${(person % 250) + 1}`)
    await good(browser.post('/api/demonstration/sign-in', { person }))
    return browser
  }
  const withRoles = async (org: number) => {
    const browsers = new Map<Role, Browser>()
    const number: Partial<Record<Role, number>> = {}
    for (const role of roles) {
      const { person } = await at.person(`${markOf(org)} ${role}`, role, org)
      number[role] = person
      browsers.set(role, await signedIn(person))
    }
    return { as: (role: Role) => browsers.get(role)!, number: number as Record<Role, number> } // every role was gone through
  }
  const above = await withRoles(1)
  const houses = new Map<number, House>()
  for (const org of [2, 3]) houses.set(org, await house(org))

  async function house(org: number): Promise<House> {
    const mark = markOf(org)
    const { as, number } = await withRoles(org)
    const { person } = await at.person(`${mark} all`, 'coordinator', org)
    for (const role of ['data-protection-officer', 'administrator'])
      await at.act(org, { kind: 'role-given', payload: { person, org, role } })
    const all = await signedIn(person)
    let day = 0
    const post = async (url: string, body: object, version?: number) =>
      (await good(all.post(url, body, version === undefined ? {} : { 'if-match': `"${version}"` }))).body
    const patient: House['patient'] = async (more = {}) =>
      (await post('/api/patients', { org, name: `${mark} Patient`, nationalId: `${mark.slice(0, 3)}${freshKey().slice(0, 12)}`, ...more }))
        .patient
    const pathway: House['pathway'] = async (pack = 'demo') => {
      const whose = await patient()
      return { patient: whose, pathway: (await post('/api/pathways', { org, patient: whose, pack })).pathway }
    }
    const opening = { step: 'next-steps', query: 'queries', proposal: 'proposals', escalation: 'escalations' } as const
    const saying = {
      step: { next: { what: `${mark} step`, due: '2027-01-01', role: 'coordinator' } },
      query: { question: `${mark} question`, role: 'clinician', choices: ['Yes', 'No'] },
      proposal: { code: 'M1V', occurred: '2026-05-01', because: `${mark} because` },
      escalation: { sentence: `${mark} sentence` },
    } as const
    return {
      org,
      as,
      all,
      number,
      patient,
      pathway,
      person: async (role, pack) => {
        const made = await at.person(`${mark} extra`, role, org, pack)
        return Object.assign(await signedIn(made.person), { person: made.person })
      },
      entry: async () => {
        const opened = await pathway()
        const occurred = new Date(Date.UTC(2026, 5, 1 + (day++ % 28))).toISOString().slice(0, 10)
        const done = await post(`/api/pathways/${opened.pathway}/entries`, { code: 'M1V', occurred, reason: `${mark} reason` }, 0)
        return { ...opened, entry: Number(done.entry.split('-')[1]), version: done.version }
      },
      document: async () => {
        const opened = await pathway()
        const words = { kind: 'letter', title: `${mark} title`, body: `${mark} body of a letter` }
        return { ...opened, document: (await post('/api/documents', { ...opened, ...words })).document }
      },
      work: async (what) => {
        const opened = await pathway()
        const { item } = await post(`/api/pathways/${opened.pathway}/${opening[what]}`, saying[what])
        return { ...opened, work: item.work, version: item.version }
      },
    }
  }

  // The look chain grows with what is refused too late to stop it, and sessions are touched by being used: everything else has to stand still.
  const { rows } = await owner.query(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND (n.nspname = 'varde' OR n.nspname LIKE 'pack\\_%') AND c.relname NOT IN ('session', 'sign_in_try') ORDER BY 1`,
  )
  const onlyActs = new Set(['varde.log', 'varde.log_head'])
  const everything = rows
    .map(({ name }: { name: string }) => {
      const where = onlyActs.has(name) ? `WHERE chain = 'act'` : ''
      return `SELECT '${name}' AS name, count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)), 0)::text AS content FROM ${name} t ${where}`
    })
    .join(' UNION ALL ')

  return {
    at,
    app,
    unchecked,
    owner,
    logged,
    address,
    now,
    house: (org) => houses.get(org)!,
    above: above.as,
    signedIn,
    written: async () => JSON.stringify((await owner.query(everything)).rows),
    close: async () => {
      await owner.end()
      await app.close()
      await unchecked.close()
      await at.close()
    },
  }
}
