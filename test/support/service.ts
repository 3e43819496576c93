import type { FastifyInstance, InjectOptions } from 'fastify'
import pino from 'pino'
import { handlers } from '../../src/http/handlers.ts'
import { createService, type FeedHere } from '../../src/http/service.ts'
import type { SignIn } from '../../src/http/sign-in.ts'
import { livePacks } from '../../src/store/live-packs.ts'
import { type LedgerUnderTest, ledgerUnderTest } from './live-ledger.ts'

/** Says who asks by a header: for tests of everything behind the sign-in. */
const byHeader = (at: LedgerUnderTest): SignIn => ({
  register: async () => {},
  whoIs: async (request) => {
    const person = Number(request.headers['x-person'] ?? Number.NaN)
    return Number.isNaN(person) ? undefined : { person, role: 'machine', ...(await at.ledger.standingOf(person)) }
  },
})

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
export type Answer = any

export interface ServiceUnderTest extends LedgerUnderTest {
  readonly app: FastifyInstance
  readonly logged: string[]
  /** One request as a person; the answer's status, head and JSON. */
  ask(
    person: number | undefined,
    method: 'GET' | 'POST',
    url: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; body: Answer; etag: string | undefined }>
}

export async function serviceUnderTest(
  serverUrl: string,
  folders?: readonly string[],
  settings: {
    readonly checks?: boolean
    readonly now?: () => Date
    /** A sign-in of the test's own in place of the header. */
    readonly signIn?: (at: LedgerUnderTest) => SignIn
    readonly demonstration?: boolean
    readonly liveBeatMs?: number
    readonly trustedProxies?: readonly string[]
    /** Feeds that are listened for, once there are people. */
    readonly feeds?: (at: LedgerUnderTest) => Promise<readonly FeedHere[]>
  } = {},
): Promise<ServiceUnderTest> {
  const at = await ledgerUnderTest(serverUrl, folders)
  const logged: string[] = []
  const feeds = await settings.feeds?.(at)
  const app = await createService(
    {
      ledger: at.ledger,
      packs: livePacks(at.packs),
      signIn: (settings.signIn ?? byHeader)(at),
      log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }),
      now: settings.now ?? (() => new Date()),
      demonstration: settings.demonstration ?? false,
      checks: settings.checks ?? true,
      checksAnswers: true,
      ...(feeds ? { feeds } : {}),
      ...(settings.liveBeatMs === undefined ? {} : { liveBeatMs: settings.liveBeatMs }),
      ...(settings.trustedProxies ? { trustedProxies: settings.trustedProxies } : {}),
    },
    handlers,
  )
  await app.ready()
  return {
    ...at,
    app,
    logged,
    ask: async (person, method, url, body, headers = {}) => {
      const options: InjectOptions = {
        method,
        url,
        headers: {
          ...(person === undefined ? {} : { 'x-person': String(person) }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      }
      const response = await app.inject(options)
      const json = /^application\/(?:[a-z-]+\+)?json\b/.test(String(response.headers['content-type'] ?? ''))
      return {
        status: response.statusCode,
        body: json ? response.json() : response.body,
        etag: response.headers['etag'] as string | undefined,
      }
    },
    close: async () => {
      await app.close()
      await at.close()
    },
  }
}

/** An invented patient with a pathway of their own, opened by this person. */
export async function openedPathway(
  at: ServiceUnderTest,
  person: number,
  org: number,
  pack: string,
): Promise<{ patient: string; pathway: string }> {
  const patient = await at.ask(person, 'POST', '/api/patients', { org, name: 'Invented Patient' })
  const opened = await at.ask(person, 'POST', '/api/pathways', { org, patient: patient.body.patient, pack })
  return { patient: patient.body.patient, pathway: opened.body.pathway }
}
