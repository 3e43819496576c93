import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
// @ts-expect-error: the package ships no types; the parts used are typed below.
import autocannon from 'autocannon'
import type { Outcome } from './benches.ts'

interface Client {
  setHeaders(headers: Readonly<Record<string, string>>): void
  setRequests(requests: readonly { readonly method: string; readonly path: string; readonly body?: string }[]): void
}
interface Result {
  readonly errors: number
  readonly timeouts: number
  readonly non2xx: number
  readonly requests: { readonly total: number; readonly average: number }
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number }
}
const fire: (options: object) => Promise<Result> = autocannon

const root = path.resolve(import.meta.dirname, '..')
const coordinators = 200
/** Each thinks for about three seconds between two clicks. */
const clicksASecond = Math.round(coordinators / 3)

/**
 * Two hundred coordinators at work on the demonstration region, in a process of its own: eight clicks of ten read, mostly one pathway, one and a half
 * write a note, half a one asks for figures.
 */
export async function coordinatorsAtWork(seconds: number): Promise<Outcome> {
  const data = await mkdtemp(path.join(tmpdir(), 'varde-bench-coordinators-'))
  const service = spawn(process.execPath, [path.join(root, 'src/cli/main.ts'), 'start', '--data', path.join(data, 'data'), '--port', '0'], {
    cwd: root,
    env: { ...process.env, VARDE_REQUESTS_PER_MINUTE: '1000000', VARDE_SIGN_INS_PER_MINUTE: '1000000' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const address = await new Promise<string>((resolve, reject) => {
      let said = ''
      service.stdout.on('data', (chunk) => {
        said += chunk
        const found = /^Varde is at (http:\S+)$/m.exec(said)
        if (found) resolve(found[1]!)
      })
      service.on('exit', () => reject(new Error('The service ended before it was ready.')))
    })
    const sessions = await signIn(address)
    let n = 0
    const result = await fire({
      url: address,
      connections: coordinators,
      duration: seconds,
      overallRate: clicksASecond,
      timeout: 10,
      setupClient: (client: Client) => {
        const session = sessions[n++ % sessions.length]!
        client.setHeaders({ cookie: session.cookie, 'varde-csrf': session.csrf, origin: address, 'content-type': 'application/json' })
        client.setRequests(dayOf(session, n))
      },
    })
    const failed = result.errors + result.timeouts + result.non2xx
    return {
      ratio: failed,
      detail: `${result.requests.total} clicks of ${coordinators} coordinators in ${seconds} s: median ${result.latency.p50} ms, p99 ${result.latency.p99} ms, longest ${Math.round(result.latency.max)} ms; ${failed} failed`,
    }
  } finally {
    service.kill('SIGTERM')
    await new Promise((resolve) => (service.exitCode === null ? service.once('exit', resolve) : resolve(undefined)))
    await rm(data, { recursive: true, force: true })
  }
}

interface SignedIn {
  readonly cookie: string
  readonly csrf: string
  readonly pack: string
  readonly pathways: readonly string[]
}

/** A session for each coordinator of the demonstration, with the pathways on their list. */
async function signIn(address: string): Promise<readonly SignedIn[]> {
  // Answers of our own service, in the shapes its routes promise.
  const json = async <T>(url: string, init?: RequestInit) => {
    const response = await fetch(`${address}${url}`, init)
    return { cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '', body: (await response.json()) as T }
  }
  const { body } = await json<{ people: readonly { person: number; roles: readonly { role: string }[] }[] }>('/api/demonstration/people')
  const people = body.people.filter((p) => p.roles.some((r) => r.role === 'coordinator'))
  const out: SignedIn[] = []
  for (const { person } of people) {
    const { cookie, body: signed } = await json<{ csrf: string }>('/api/demonstration/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ person }),
    })
    for (const pack of ['no-house', 'en-cwt']) {
      const list = await json<{ pathways: readonly { pathway: string }[] }>(`/api/pathways?pack=${pack}&limit=200`, { headers: { cookie } })
      const pathways = list.body.pathways.map((p) => p.pathway)
      if (pathways.length > 0) out.push({ cookie, csrf: signed.csrf, pack, pathways })
    }
  }
  return out
}

/** Twenty clicks, over and over. */
function dayOf({ pack, pathways }: SignedIn, n: number) {
  const read = (i: number) => ({ method: 'GET', path: `/api/pathways/${pathways[(n * 7 + i) % pathways.length]}` })
  const list = { method: 'GET', path: `/api/pathways?pack=${pack}&limit=50` }
  const note = (i: number) => ({
    method: 'POST',
    path: `/api/pathways/${pathways[(n * 7 + i) % pathways.length]}/notes`,
    body: JSON.stringify({ text: 'Rang avdelingen (oppdiktet).' }),
  })
  const figures = { method: 'GET', path: `/api/figures?pack=${pack}&by=place` }
  return [
    list,
    read(1),
    read(2),
    note(2),
    read(3),
    read(4),
    list,
    read(5),
    note(5),
    read(6),
    read(7),
    read(8),
    list,
    read(9),
    read(10),
    note(10),
    read(11),
    figures,
    read(12),
    read(13),
  ]
}
