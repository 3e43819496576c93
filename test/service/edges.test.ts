import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mostEntries, mostPlaces } from '../../src/sql/kept.ts'
import { verifyDatabase } from '../../src/store/verify.ts'
import { postgresServers } from '../support/postgres.ts'
import { openedPathway, type ServiceUnderTest, serviceUnderTest } from '../support/service.ts'

const dayIn = (zone: string): string => new Intl.DateTimeFormat('sv', { timeZone: zone }).format(new Date())
/** Twenty-six hours apart: here it is always another day. */
const [west, east] = ['Etc/GMT+12', 'Pacific/Kiritimati'] as const

describe.each(postgresServers())('at the edges, on $name,', ({ url }) => {
  let at: ServiceUnderTest
  let owner: Client
  let [coordinator, administrator] = [0, 0]
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/demo', 'packs/no-house'])
    owner = new Client(at.url)
    await owner.connect()
    await owner.query(`SET search_path = varde; SELECT setval('person_number', 1000), setval('organisation_number', 1000)`)
    coordinator = (await at.person('coordinator', 'coordinator', 2)).person
    administrator = (await at.person('administrator', 'administrator', 2)).person
  })
  afterAll(async () => {
    await owner.end()
    await at.close()
  })

  const problems = async () => (await verifyDatabase({ ownerUrl: at.url, packs: at.packs, now: () => new Date(), sample: 1000 })).problems
  const add = (body: object) => at.ask(administrator, 'POST', '/api/organisations', body)

  test('a department has the days of its house, so that what it records is in the figures at once', async () => {
    const house = await add({ org: 2, kind: 'hospital', name: 'West', zone: west })
    const own = { org: house.body.org, kind: 'department', name: 'East' }
    expect((await add({ ...own, zone: east })).body.issues).toMatchObject([{ code: 'http/shape', path: ['body', 'zone'] }])
    const payload = { ...own, org: 900, parent: house.body.org, zone: east, ledger: house.body.org }
    await expect(
      at.ledger.as({ ...at.operator, rights: (await at.ledger.standingOf(administrator)).rights }, (session) =>
        session.act(house.body.org, [{ key: 'department-900', kind: 'organisation-set', payload }]),
      ),
    ).rejects.toMatchObject({ issues: [{ code: 'ledger/not-allowed' }] })

    const department = await add(own)
    const { pathway } = await openedPathway(at, coordinator, department.body.org, 'demo')
    const entry = { code: 'M1A', decider: 'clinician' }
    const record = (occurred: string) =>
      at.ask(coordinator, 'POST', `/api/pathways/${pathway}/entries`, { ...entry, occurred }, { 'if-match': '"0"' })
    expect((await record(dayIn(east))).body.issues).toMatchObject([{ code: 'door/in-the-future' }])
    expect(await record(dayIn(west))).toMatchObject({ status: 201 })
    expect((await at.ask(coordinator, 'GET', `/api/pathways?pack=demo&org=${house.body.org}`)).body.pathways).toMatchObject([{ pathway }])
    expect(await problems()).toEqual([])
  })

  test('a day that has not come in the ledger is refused by the database too, whatever clock the service has', async () => {
    const { pathway } = await openedPathway(at, coordinator, 2, 'demo')
    const act = (kind: 'recorded' | 'imported', said: object) =>
      at.act(2, { kind, pathway: Number(pathway.split('-')[1]), payload: { code: 'M1A', ...said } })
    const [today, tomorrow] = [dayIn('Europe/Oslo'), new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10)]
    const refused = { issues: [{ code: 'door/in-the-future' }] }
    await expect(act('recorded', { occurred: tomorrow })).rejects.toMatchObject(refused)
    await expect(act('imported', { occurred: today, recorded: tomorrow })).rejects.toMatchObject(refused)
    await expect(act('imported', { occurred: '2025-03-02', recorded: '2025-03-01' })).rejects.toMatchObject(refused)
    await act('imported', { occurred: '2025-03-01', recorded: '2025-03-01' })
    expect(await problems()).toEqual([])
  })

  test('a pathway with more notes than there is room for entries still counts its entries right', async () => {
    const { pathway } = await openedPathway(at, coordinator, 2, 'demo')
    const n = Number(pathway.split('-')[1])
    // As after so many notes: only the number of acts is there.
    await owner.query('UPDATE pathway SET version = version + $1 WHERE ledger = 2 AND pathway = $2', [mostEntries, n])
    const occurred = dayIn(west)
    const body = { code: 'M1A', occurred, decider: 'clinician' }
    const done = await at.ask(coordinator, 'POST', `/api/pathways/${pathway}/entries`, body, { 'if-match': `"${mostEntries}"` })
    expect(done).toMatchObject({ status: 201 })
    const read = await at.ask(coordinator, 'GET', `/api/pathways/${pathway}`)
    expect(read.body.entries).toMatchObject([{ nth: 1, occurred }])
    await owner.query('UPDATE pathway SET version = version - $1 WHERE ledger = 2 AND pathway = $2', [mostEntries, n])
    expect(await problems()).toEqual([])
  })

  test('somebody of two houses who is made inactive stays so when all is done again, though a clock was set back', async () => {
    const { person } = await at.person('of two houses', 'coder', 2)
    await at.act(3, { kind: 'role-given', payload: { person, org: 3, role: 'coder' } })
    // The head of one house lies an hour ahead, as after a clock that ran wrong; the other's does not.
    await owner.query(`UPDATE log_head SET at = clock_timestamp() + interval '1 hour' WHERE ledger = 2 AND chain = 'act'`)
    await at.act(2, { kind: 'person-set', payload: { person, name: 'Before', active: true } })
    await at.act(3, { kind: 'person-set', payload: { person, name: 'After', active: false } })
    expect((await owner.query('SELECT name, active FROM person WHERE person = $1', [person])).rows).toEqual([
      { name: 'After', active: false },
    ])
    expect(await problems()).toEqual([])
  })

  test('a document of a pathway is seen by whoever sees the pathway, not by a role for another pack', async () => {
    const [demo, other] = [await openedPathway(at, coordinator, 2, 'demo'), await openedPathway(at, coordinator, 2, 'no-house')]
    const letter = { kind: 'letter', title: 'Invented', body: 'Invented letter' }
    const receive = async (body: object) => (await at.ask(coordinator, 'POST', '/api/documents', { ...letter, ...body })).body.document
    const ofOther = await receive(other)
    const ofNone = await receive({ patient: other.patient })
    const { person } = await at.person('of one pack', 'coordinator', 2, at.packs[0]!.pack)
    expect((await at.ask(person, 'GET', `/api/pathways/${demo.pathway}`)).status).toBe(200)
    expect((await at.ask(person, 'GET', `/api/documents/${ofNone}`)).status).toBe(200)
    expect((await at.ask(person, 'GET', `/api/documents/${ofOther}`)).status).toBe(404)
    const listed = await at.ask(person, 'GET', `/api/documents?patient=${other.patient}`)
    expect(listed.body.documents).toMatchObject([{ document: ofNone }])
    expect((await at.ask(coordinator, 'GET', `/api/documents/${ofOther}`)).status).toBe(200)
  })

  test('an organisation the layer has no number for is refused', async () => {
    await owner.query(`SELECT setval('organisation_number', $1)`, [mostPlaces - 1])
    const more = { org: 2, kind: 'department', name: 'One more' }
    expect(await add(more)).toMatchObject({ status: 201, body: { org: mostPlaces } })
    expect((await add(more)).body.issues).toMatchObject([{ code: 'ledger/too-many' }])
    expect(await problems()).toEqual([])
  })
})
