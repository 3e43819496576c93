import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresServers } from '../../test/support/postgres.ts'
import { type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'

describe.each(postgresServers())('pathways over HTTP on $name', ({ url }) => {
  let at: ServiceUnderTest
  const now = new Date('2026-11-25T12:00:00Z')
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/no-house'], { now: () => now })
  })
  afterAll(() => at.close())

  test('a coordinator records, corrects and disputes; another hospital sees nothing of it', async () => {
    const { person } = await at.person('Invented coordinator', 'coordinator', 2)
    const { person: other } = await at.person('Invented coordinator elsewhere', 'coordinator', 3)
    const patient = await at.ask(person, 'POST', '/api/patients', {
      org: 2,
      name: 'Invented Patient',
      nationalId: '00000000000',
      born: '1950-02-03',
    })
    expect(patient.status).toBe(201)
    const opened = await at.ask(person, 'POST', '/api/pathways', { org: 2, patient: patient.body.patient, pack: 'no-house' })
    expect(opened).toMatchObject({ status: 201, body: { version: 0 }, etag: '"0"' })
    const path = `/api/pathways/${opened.body.pathway}`
    const entry = { code: 'A12A', occurred: '2026-11-24', key: 'a-key-of-mine' }
    expect(await at.ask(person, 'POST', `${path}/entries`, entry)).toMatchObject({ status: 428 })
    const recorded = await at.ask(person, 'POST', `${path}/entries`, entry, { 'if-match': '"0"' })
    expect(recorded).toMatchObject({ status: 201, body: { version: 1, replayed: false }, etag: '"1"' })
    expect(await at.ask(person, 'POST', `${path}/entries`, entry, { 'if-match': '"0"' })).toMatchObject({
      status: 201,
      body: { replayed: true, entry: recorded.body.entry },
    })
    const seq = recorded.body.entry.split('-')[1]
    const stale = await at.ask(
      person,
      'POST',
      `${path}/entries/${seq}/corrections`,
      { ...entry, key: 'another-key', occurred: '2026-11-23', reason: 'Read wrong.' },
      { 'if-match': '"0"' },
    )
    expect(stale).toMatchObject({
      status: 412,
      body: { issues: [{ code: 'ledger/changed' }], current: { version: 1, entries: [{ code: 'A12A' }] } },
    })
    const corrected = await at.ask(
      person,
      'POST',
      `${path}/entries/${seq}/corrections`,
      { ...entry, key: 'another-key', occurred: '2026-11-23', reason: 'Read wrong.' },
      { 'if-match': '"1"' },
    )
    expect(corrected.body).toMatchObject({ version: 2 })
    const disputed = await at.ask(
      person,
      'POST',
      `${path}/entries/${corrected.body.entry.split('-')[1]}/disputes`,
      { question: 'Was it received that day?', toRole: 'clinician' },
      { 'if-match': '"2"' },
    )
    expect(disputed.body).toMatchObject({ version: 4 })
    const read = await at.ask(person, 'GET', path)
    expect(read.body.entries.map((e: { standing: string; occurred: string }) => [e.standing, e.occurred])).toEqual([
      ['sure', '2026-11-24'],
      ['sure', '2026-11-23'],
      ['asked', '2026-11-23'],
    ])
    const list = await at.ask(person, 'GET', '/api/pathways?pack=no-house')
    expect(list.body.pathways).toMatchObject([{ pathway: opened.body.pathway, name: 'Invented Patient', questions: 1 }])
    expect(await at.ask(other, 'GET', path)).toMatchObject({ status: 404 })
    expect((await at.ask(other, 'GET', '/api/pathways?pack=no-house')).body.pathways).toEqual([])
    const figures = await at.ask(person, 'GET', '/api/figures?pack=no-house')
    expect(figures.status).toBe(200)
    const account = await at.ask(person, 'GET', '/api/account?pack=no-house&indicator=OF4')
    expect(account.status).toBe(200)
  })

  test('a refusal lists every issue with its rule', async () => {
    const { person } = await at.person('Invented coordinator', 'coordinator', 2)
    const patient = await at.ask(person, 'POST', '/api/patients', { org: 2, name: 'Invented Patient' })
    const opened = await at.ask(person, 'POST', '/api/pathways', { org: 2, patient: patient.body.patient, pack: 'no-house' })
    const refused = await at.ask(
      person,
      'POST',
      `/api/pathways/${opened.body.pathway}/entries`,
      { code: 'A12A', occurred: '2027-01-01' },
      { 'if-match': '"0"' },
    )
    expect(refused).toMatchObject({ status: 422, body: { issues: [{ code: 'door/in-the-future' }] } })
  })
})
