import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresServers } from '../../test/support/postgres.ts'
import { type Answer, openedPathway, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'
import type { Route } from '../api/route.ts'
import { allRoutes } from '../api/routes.ts'
import { csvRestored } from '../core/words/csv.ts'

const routes = Object.entries(allRoutes as Readonly<Record<string, Route>>)

describe.each(postgresServers())('requests and answers on $name', ({ url }) => {
  let at: ServiceUnderTest
  let person: number
  let administrator: number
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/no-house'], { now: () => new Date('2026-11-25T12:00:00Z') })
    person = (await at.person('Invented coordinator', 'coordinator', 2)).person
    administrator = (await at.person('Invented administrator', 'administrator', 2)).person
  })
  afterAll(() => at.close())

  const counts = async () => at.ledger.as(at.operator, (s) => s.rows(`SELECT chain, seq FROM log_head WHERE ledger = 2 ORDER BY chain`))

  // The address an OpenID provider sends people back to takes whatever that provider sends.
  const closed = routes.filter(([id, route]) => route.method === 'GET' && id !== 'endOidc')
  test.each(closed.map(([id, { path }]) => [id, path]))('%s refuses a query key it does not know', async (_, path) => {
    const answer = await at.ask(person, 'GET', `${path.replace(/:\w+/g, '2-1')}?unheardOf=1`)
    expect([answer.status, answer.body.issues?.[0].code]).toEqual([400, 'http/shape'])
  })

  test('OPTIONS and unknown methods answer that there is nothing, and HEAD gives the head alone; none writes an act', async () => {
    const { pathway } = await openedPathway(at, person, 2, 'no-house')
    const before = await counts()
    const ask = (method: 'OPTIONS' | 'HEAD' | 'DELETE' | 'PUT') =>
      at.app.inject({
        method,
        url: `/api/pathways/${pathway}`,
        headers: { 'x-person': String(person), origin: 'https://elsewhere.example' },
      })
    for (const method of ['OPTIONS', 'DELETE', 'PUT'] as const) expect((await ask(method)).statusCode).toBe(404)
    expect((await ask('OPTIONS')).headers['access-control-allow-origin']).toBeUndefined()
    const head = await ask('HEAD')
    expect([head.statusCode, head.body, head.headers['etag']]).toEqual([200, '', '"0"'])
    expect((await counts())[0]).toEqual(before[0])
  })

  test.each(['/api/work/%', '/api/work/%ff', `/api/work/${'1'.repeat(200)}`, '/api/marked/there'])(
    '%s is no address, and is not sent back',
    async (path) => {
      const answer = await at.ask(person, 'GET', path)
      expect(answer).toMatchObject({ status: 404, body: { type: 'urn:varde:issue:http/no-route', status: 404 } })
      expect(JSON.stringify(answer.body)).not.toContain(path)
    },
  )

  test('who has a piece of work already is told so, until it changes', async () => {
    const { pathway } = await openedPathway(at, person, 2, 'no-house')
    const step = await at.ask(person, 'POST', `/api/pathways/${pathway}/next-steps`, {
      next: { what: 'Call', role: 'coder', due: '2026-12-01' },
    })
    const path = `/api/work/${step.body.item.work}`
    const { etag = '' } = await at.ask(person, 'GET', path)
    const same = await at.ask(person, 'GET', path, undefined, { 'if-none-match': etag })
    expect([same.status, same.body]).toEqual([304, ''])
    await at.ask(person, 'POST', `${path}/completions`, {}, { 'if-match': etag })
    expect(await at.ask(person, 'GET', path, undefined, { 'if-none-match': etag })).toMatchObject({ status: 200, etag: '"2"' })
  })

  test('the list as CSV has time and filter in its head, and runs nothing in a spreadsheet', async () => {
    const hostile = '=HYPERLINK("http://x","a"),\r\n+1'
    const patient = await at.ask(person, 'POST', '/api/patients', { org: 2, name: hostile })
    const opened = await at.ask(person, 'POST', '/api/pathways', { org: 2, patient: patient.body.patient, pack: 'no-house' })
    const { pathway } = opened.body
    await at.ask(person, 'POST', `/api/pathways/${pathway}/entries`, { code: 'A12A', occurred: '2026-11-24' }, { 'if-match': '"0"' })
    await at.ask(person, 'POST', `/api/pathways/${pathway}/next-steps`, { next: { what: '@SUM(1)', person, due: '2026-12-01' } })
    const file = await at.app.inject({
      method: 'GET',
      url: '/api/pathways.csv?pack=no-house&org=2',
      headers: { 'x-person': String(person) },
    })
    expect(file.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="pathways-2026-11-25.csv"',
    })
    const [about = '', table = ''] = file.body.split('\r\n\r\n')
    expect(parse(about, { relax_column_count: true })).toEqual([
      ['snapshot', '2026-11-25T12:00:00.000Z'],
      ['filter', '{"org":2,"pack":"no-house"}'],
      ['pack', expect.stringMatching(/^no-house /)],
    ])
    const rows: Readonly<Record<string, string>>[] = parse(table, { columns: true })
    const row = rows.find((one) => one['pathway'] === pathway)
    expect(Object.values(row ?? {}).filter((field) => /^[=+\-@\t\r]/.test(field))).toEqual([])
    expect(csvRestored(row?.['name'] ?? '')).toBe(hostile)
    expect(row).toMatchObject({ 'next step': "'@SUM(1)", owner: 'Invented coordinator' })
    const list = await at.ask(person, 'GET', '/api/pathways?pack=no-house&org=2')
    expect(rows.map((one) => one['pathway'])).toEqual(list.body.pathways.map((one: Answer) => one.pathway))
  })

  test('the figures as CSV are the figures', async () => {
    const query = 'pack=no-house&by=place&indicator=OF4'
    const file = await at.ask(person, 'GET', `/api/figures.csv?${query}`)
    const { figures } = (await at.ask(person, 'GET', `/api/figures?${query}`)).body
    const rows: Readonly<Record<string, string>>[] = parse(file.body.split('\r\n\r\n')[1], { columns: true })
    expect(rows.map((row) => [row['indicator'], row['place'], Number(row['denominator'])])).toEqual(
      figures.map((figure: Answer) => [figure.indicator, figure.place, figure.denominator]),
    )
    expect(rows).not.toEqual([])
    expect((await at.ask(administrator, 'GET', `/api/figures.csv?${query}`)).status).toBe(403)
    expect((await at.ask(administrator, 'GET', '/api/pathways.csv?pack=no-house')).status).toBe(403)
  })

  test('a person or an organisation that is added twice with one key is added once', async () => {
    const someone = { key: 'somebody-new', name: 'Invented coder', org: 2, role: 'coder' }
    const [first, again] = [
      await at.ask(administrator, 'POST', '/api/people', someone),
      await at.ask(administrator, 'POST', '/api/people', someone),
    ]
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body])
    expect((await at.ask(administrator, 'POST', '/api/people', { ...someone, name: 'Somebody else' })).status).toBe(409)
    const ward = { key: 'a-ward-of-ours', org: 2, kind: 'department', name: 'Invented ward' }
    const made = await at.ask(administrator, 'POST', '/api/organisations', ward)
    expect((await at.ask(administrator, 'POST', '/api/organisations', ward)).body).toEqual(made.body)
    const people = await at.ask(administrator, 'GET', '/api/people?limit=1')
    const more = await at.ask(administrator, 'GET', `/api/people?limit=1&cursor=${people.body.next}`)
    expect(people.body.people[0].person).toBeLessThan(more.body.people[0].person)
  })

  test('a second patient of the same number is a conflict, and an act is logged in the role it was done in', async () => {
    const patient = { org: 2, name: 'Invented Patient', nationalId: '00000000990' }
    expect((await at.ask(person, 'POST', '/api/patients', patient)).status).toBe(201)
    expect(await at.ask(person, 'POST', '/api/patients', patient)).toMatchObject({
      status: 409,
      body: { issues: [{ code: 'ledger/exists' }] },
    })
    const two = (await at.person('Invented person of two houses', 'coordinator', 2)).person
    await at.act(3, { kind: 'role-given', payload: { person: two, org: 3, role: 'coder' } })
    const { pathway } = await openedPathway(at, two, 3, 'no-house')
    await at.ask(two, 'POST', `/api/pathways/${pathway}/notes`, { text: 'Invented.' })
    const roles = await at.ledger.as(at.operator, (s) => s.rows(`SELECT DISTINCT role FROM log WHERE ledger = 3 AND person = $1`, [two]))
    expect(roles).toEqual([{ role: 'coder' }])
  })

  test('what cannot be stored as text is refused, and a key may be as long as a key may be', async () => {
    const { pathway } = await openedPathway(at, person, 2, 'no-house')
    const offer = { code: 'A12A', occurred: '2026-11-24' }
    const path = `/api/pathways/${pathway}/entries`
    for (const more of [{ decider: 'a\0b' }, { passing: ['\0'] }, { code: '\ud800' }])
      expect((await at.ask(person, 'POST', path, { ...offer, ...more }, { 'if-match': '"0"' })).status).toBe(400)
    expect((await at.ask(person, 'GET', '/api/pathways?pack=no-house&cursor=abc')).status).toBe(400)
    const recorded = await at.ask(person, 'POST', path, offer, { 'if-match': '"0"' })
    const dispute = { key: 'k'.repeat(200), question: 'Really?', toRole: 'clinician' }
    const disputed = await at.ask(person, 'POST', `${path}/${recorded.body.entry.split('-')[1]}/disputes`, dispute, { 'if-match': '"1"' })
    expect(disputed.status).toBe(201)
  })
})
