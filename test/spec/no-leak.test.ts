import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { serve } from '../../src/http/serve.ts'
import { settingsOf } from '../../src/http/settings.ts'
import type { SignIn } from '../../src/http/sign-in.ts'
import { openLedger } from '../../src/store/ledger-database.ts'
import { operator } from '../support/live-ledger.ts'
import { freshDatabase } from '../support/postgres.ts'

/** Stands in everything that is about a person, in this day of work. */
const mark = 'Kvitveis'
const marked = {
  name: `${mark} Oppdiktet`,
  nationalId: `${mark}0000`,
  note: `${mark} wrote a note`,
  reason: `${mark} gave a reason of her own`,
  letter: `Dear ${mark}, this letter is invented.`,
  question: `Did ${mark} come?`,
  step: `Call ${mark}`,
}

/** One long list of everything that anybody but the asker could come to see. */
interface Printed {
  readonly where: string
  readonly text: string
}

const byHeader = ({ ledger }: { readonly ledger: ReturnType<typeof openLedger> }): SignIn => ({
  register: async () => {},
  whoIs: async (request) => {
    const person = Number(request.headers['x-person'] ?? Number.NaN)
    return Number.isNaN(person) ? undefined : { person, role: 'machine', ...(await ledger.standingOf(person)) }
  },
})

test('a day of work with marked names leaves the marks in no log line, metric, health, refusal or fault', async () => {
  const fresh = await freshDatabase(inject('postgresUrl'))
  const home = join(tmpdir(), `varde-no-leak-${process.pid}`)
  const printed: Printed[] = []
  const settings = settingsOf(
    {
      port: '0',
      packs: 'demo',
      logLevel: 'debug',
      databaseUrl: fresh.url,
      ownerDatabaseUrl: fresh.url,
      checkpointFile: `${home}.jsonl`,
      checkpointKey: `${home}.pem`,
    },
    undefined,
  )
  const served = await serve({
    settings,
    openSignIn: byHeader,
    say: (text) => void printed.push({ where: 'said', text }),
    logTo: { write: (text) => void printed.push({ where: 'log', text }) },
  })
  const ledger = openLedger({ url: fresh.url })
  try {
    const all = operator([0, 1, 2], [1])
    const set = (n: number, kind: 'organisation-set' | 'person-set' | 'role-given', payload: object) =>
      ledger.as(all, (session) =>
        session.act(n, [{ key: `set-${n}-${kind}-${JSON.stringify(payload).length}-${Math.random()}`, kind, payload: { ...payload } }]),
      )
    await set(0, 'organisation-set', { org: 1, parent: null, kind: 'nation', name: 'Nation', zone: 'Europe/Oslo', ledger: 1 })
    await set(1, 'organisation-set', { org: 2, parent: 1, kind: 'hospital', name: 'Hospital', zone: 'Europe/Oslo', ledger: 2 })
    await set(2, 'person-set', { person: 1, name: `${mark} at work` })
    for (const role of ['coordinator', 'data-protection-officer', 'administrator']) await set(2, 'role-given', { person: 1, org: 2, role })

    let went = 0
    /** Asks, and keeps what any answer but a good one says. Good ones are for the asker, who may see names. */
    const ask = async (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) => {
      const response = await fetch(served.address + path, {
        method,
        headers: { 'x-person': '1', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      if (response.ok) went++
      else {
        // Of an edit on stale data the record itself comes back, to those who may see it; the problem around it may hold nothing.
        const { current: _, ...problem } = JSON.parse(text)
        printed.push({ where: `${method} ${path.replaceAll(mark, '')} ${response.status}`, text: JSON.stringify(problem) })
      }
      printed.push({ where: `head of ${path.replaceAll(mark, '')}`, text: JSON.stringify([...response.headers]) })
      return { status: response.status, body: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text }
    }
    const about = { name: marked.name, nationalId: marked.nationalId, org: 2 }
    const { patient } = (await ask('POST', '/api/patients', about)).body
    const { pathway } = (await ask('POST', '/api/pathways', { org: 2, patient, pack: 'demo' })).body
    const on = `/api/pathways/${pathway}`
    const version = (n: number) => ({ 'if-match': `"${n}"` })
    const recorded = await ask(
      'POST',
      `${on}/entries`,
      { code: 'M1V', occurred: '2026-06-01', reason: marked.reason, onBehalfOf: marked.name },
      version(0),
    )
    expect(recorded.status).toBe(201)
    const entry = recorded.body.entry.split('-')[1]
    await ask('POST', `${on}/entries/${entry}/corrections`, { code: 'M1V', occurred: '2026-06-02', reason: marked.reason }, version(1))
    await ask('POST', `${on}/notes`, { text: marked.note })
    const step = await ask('POST', `${on}/next-steps`, { next: { what: marked.step, due: '2027-01-01', role: 'coder' } })
    const query = await ask('POST', `${on}/queries`, { question: marked.question, role: 'clinician' })
    await ask('POST', `/api/work/${query.body.item.work}/answers`, { text: marked.note }, version(1))
    await ask('POST', `/api/work/${step.body.item.work}/drops`, { reason: marked.reason }, version(1))
    const letter = await ask('POST', '/api/documents', { patient, pathway, kind: 'letter', title: marked.name, body: marked.letter })
    for (const path of [
      '/api/pathways?pack=demo',
      on,
      `/api/patients/${patient}`,
      `/api/documents/${letter.body.document}`,
      '/api/work',
      '/api/log',
      '/api/people',
      `/api/log/pathways/${pathway}`,
    ])
      expect([path, (await ask('GET', path)).status]).toEqual([path, 200])
    expect(went).toBeGreaterThan(16)

    // What goes wrong while names are typed.
    const now = version((await ask('GET', on)).body.version)
    const wrong: readonly (readonly [string, string, unknown?, Readonly<Record<string, string>>?])[] = [
      ['POST', '/api/patients', about], // the same number again
      ['POST', '/api/patients', { ...about, org: 999 }],
      ['POST', '/api/patients', { ...about, born: marked.name }],
      ['POST', '/api/patients', { ...about, name: [marked.name] }],
      ['POST', '/api/patients', { ...about, nationalId: `${marked.nationalId} /!/ ${marked.name}` }],
      ['POST', '/api/patients', `{"name":"${marked.name}`],
      ['POST', '/api/patients', marked.name, { 'content-type': 'text/plain' }],
      ['POST', '/api/patients', { ...about, name: `${marked.name}${'x'.repeat(70_000)}` }],
      ['POST', '/api/patients', { ...about, name: `${marked.name}\0` }],
      ['POST', `${on}/entries`, { code: 'M1V', occurred: '2026-06-01', reason: marked.reason }, version(0)],
      ['POST', `${on}/entries`, { code: 'M1V', occurred: '2030-06-01', reason: marked.reason }, now],
      ['POST', `${on}/entries`, { code: marked.name, occurred: '2026-06-01' }, now],
      ['POST', `${on}/entries`, { code: 'M1V', occurred: '2026-06-01', decider: marked.name, standing: marked.name }, now],
      ['POST', `/api/work/${query.body.item.work}/answers`, { text: marked.note, choice: marked.name }, version(2)],
      ['GET', `/api/patients/${encodeURIComponent(marked.name)}`],
      ['GET', `/api/${encodeURIComponent(marked.name)}`],
      ['GET', `/api/pathways?pack=demo&patient=${marked.nationalId}`],
      ['GET', `/api/pathways?pack=demo&cursor=${mark}`],
      ['GET', `/api/log?kind=x&from=${encodeURIComponent(marked.name)}`],
      ['GET', '/api/me', undefined, { cookie: `varde=${mark}`, 'user-agent': marked.name, referer: `https://x/${mark}` }],
    ]
    for (const [method, path, body, headers] of wrong) await ask(method, path, body, headers)
    const refused = printed.filter(({ where }) => / 4\d\d$/.test(where)).length
    expect(refused).toBeGreaterThan(15)
    // Bytes that are no request, with a name in them.
    const socket = connect(Number(new URL(served.address).port), '127.0.0.1')
    let said = ''
    socket.on('data', (chunk) => (said += chunk)).on('error', () => {})
    socket.end(`POST /api/${mark} KVIT/1.1\r\nx-name: ${marked.name}\r\n\r\n`)
    await once(socket, 'close')
    printed.push({ where: 'bytes', text: said })

    const operational = async () => {
      for (const path of ['/health', '/ready', '/metrics', '/api/openapi.json', '/api/sign-in']) {
        const response = await fetch(served.address + path)
        printed.push({ where: path, text: `${response.status} ${await response.text()}` })
      }
    }
    await operational()

    // And with the database gone.
    await ledger.close()
    await fresh.drop()
    for (const [method, path, body] of [
      ['POST', '/api/patients', about],
      ['POST', `${on}/notes`, { text: marked.note }],
      ['GET', `/api/patients/${patient}`],
      ['GET', '/api/pathways?pack=demo'],
    ] as const) {
      const { status } = await ask(method, path, body)
      expect([path, status >= 500]).toEqual([path, true])
    }
    await operational()
  } finally {
    await ledger.close().catch(() => {})
    await served.stop().catch(() => {})
    await fresh.drop().catch(() => {})
    for (const end of ['jsonl', 'pem']) await rm(`${home}.${end}`, { force: true })
  }
  expect(printed.filter(({ where }) => where === 'log').length).toBeGreaterThan(30)
  expect(printed.find(({ where }) => where === '/metrics')?.text).toContain('varde_acts_total')
  const asked = (where: string) => where.startsWith('head of ')
  expect(
    printed.filter(({ where, text }) => text.includes(mark) && !asked(where)).map(({ where, text }) => [where, text.slice(0, 400)]),
  ).toEqual([])
  expect(printed.filter(({ where, text }) => asked(where) && text.includes(mark))).toEqual([])
})
