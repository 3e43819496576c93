import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresServers } from '../../test/support/postgres.ts'
import { type Answer, openedPathway, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'
import { connectClient } from '../store/postgres.ts'

describe.each(postgresServers())('the log over HTTP on $name', ({ url }) => {
  let at: ServiceUnderTest
  let coordinator: number
  let officer: number
  let elsewhere: number
  let pathway: string
  let other: string
  let patient: string
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/no-house'], { now: () => new Date('2026-11-25T12:00:00Z') })
    coordinator = (await at.person('Invented coordinator', 'coordinator', 2)).person
    officer = (await at.person('Invented officer', 'data-protection-officer', 2)).person
    elsewhere = (await at.person('Invented officer elsewhere', 'data-protection-officer', 3)).person
    ;({ pathway, patient } = await openedPathway(at, coordinator, 2, 'no-house'))
    other = (await openedPathway(at, coordinator, 2, 'no-house')).pathway
    const path = `/api/pathways/${pathway}`
    const entry = { code: 'A12A', occurred: '2026-11-24', onBehalfOf: 'Invented Marked Doctor' }
    const recorded = await at.ask(coordinator, 'POST', `${path}/entries`, entry, { 'if-match': '"0"' })
    const seq = recorded.body.entry.split('-')[1]
    const correction = { code: 'A12A', occurred: '2026-11-23', reason: 'Read wrong.' }
    await at.ask(coordinator, 'POST', `${path}/entries/${seq}/corrections`, correction, { 'if-match': '"1"' })
    await at.ask(coordinator, 'POST', `/api/pathways/${other}/entries`, { code: 'A12A', occurred: '2026-11-22' }, { 'if-match': '"0"' })
    await at.ask(coordinator, 'POST', `${path}/notes`, { text: 'Invented Marked Words' })
    await at.ask(coordinator, 'POST', '/api/documents', { patient, kind: 'letter', title: 'Marked Title', body: 'Marked Body' })
    await at.ask(coordinator, 'GET', path)
    await at.ask(coordinator, 'GET', '/api/pathways?pack=no-house')
    await at.ask(coordinator, 'GET', `/api/patients/${patient}`)
  })
  afterAll(() => at.close())

  const log = (query: string, person = officer) => at.ask(person, 'GET', `/api/log${query}`)
  const kinds = (answer: Answer) => answer.body.rows.map((row: Answer) => row.kind)

  test('a correction is told with person, role, reason, before and after', async () => {
    const { body } = await log(`?pathway=${pathway}&kind=corrected`)
    expect(body.rows).toMatchObject([
      {
        chain: 'act',
        person: coordinator,
        name: 'Invented coordinator',
        role: 'coordinator',
        pathway,
        reason: 'Read wrong.',
        told: { code: 'A12A', occurred: '2026-11-23' },
        before: { code: 'A12A', occurred: '2026-11-24' },
      },
    ])
  })

  test('what was seen is found by pathway, also where a list showed it', async () => {
    const looks = await log(`?chain=look&pathway=${pathway}&person=${coordinator}`)
    expect(kinds(looks)).toEqual(['patient', 'list', 'pathway'])
    expect(looks.body.rows[1]).toMatchObject({ kind: 'list', pathway: null, showed: 2 })
    expect(kinds(await log(`?chain=look&pathway=${other}&person=${coordinator}`))).toEqual(['list'])
  })

  test('all about one patient: pathways, documents, registration', async () => {
    const all = await log(`?patient=${patient}&person=${coordinator}`)
    expect(kinds(all).toSorted()).toEqual(
      [
        'corrected',
        'document-received',
        'list',
        'pathway',
        'pathway-opened',
        'patient',
        'patient-registered',
        'recorded',
        'work-opened',
      ].toSorted(),
    )
  })

  test('who a patient is, and what was written about them, is not told; nor can the service read it', async () => {
    const everything = JSON.stringify((await log('?limit=500')).body)
    for (const marked of ['Invented Patient', 'Marked']) expect(everything).not.toContain(marked)
    expect(everything).toContain('Read wrong.')
    const actor = { person: officer, role: 'data-protection-officer' as const, ...(await at.ledger.standingOf(officer)) }
    await expect(at.ledger.as(actor, (s) => s.rows('SELECT payload FROM log'))).rejects.toMatchObject({
      issues: [{ code: 'ledger/not-allowed' }],
    })
    expect(await at.ledger.as(actor, (s) => s.rows('SELECT body FROM work'))).toEqual([])
    const outside = { person: elsewhere, role: 'data-protection-officer' as const, ...(await at.ledger.standingOf(elsewhere)) }
    expect(await at.ledger.as(outside, (s) => s.rows(`SELECT log_told(2, 'act', 3) AS told`))).toEqual([{ told: {} }])
    await expect(at.ledger.as(outside, (s) => s.rows(`SELECT * FROM chain_problems(2, 'act')`))).rejects.toMatchObject({
      issues: [{ code: 'ledger/not-allowed' }],
    })
  })

  test('pages meet: nothing is left out and nothing comes twice', async () => {
    const all = (await log('?limit=500&to=2199-01-01T00:00:00Z')).body.rows
    const upTo = encodeURIComponent(new Date(Date.parse(all[0].at) + 1000).toISOString())
    const paged = []
    for (let next: string | null = ''; next !== null; ) {
      const { body }: Answer = await log(`?limit=3&to=${upTo}&chain=act${next === '' ? '' : `&cursor=${next}`}`)
      paged.push(...body.rows)
      next = body.next
    }
    expect(paged.map((row) => row.number)).toEqual(all.filter((row: Answer) => row.chain === 'act').map((row: Answer) => row.number))
    // Zeros at the end of a moment are not written, and would not sort as text.
    const moments = all.map((row: Answer) => row.at.slice(0, -1).padEnd(26, '0'))
    expect(moments).toEqual(moments.toSorted().toReversed())
    const middle = all.find((row: Answer) => row.kind === 'corrected').at
    expect(kinds(await log(`?chain=act&pathway=${pathway}&from=${middle}`))).toEqual(['work-opened', 'corrected'])
    expect(kinds(await log(`?chain=act&pathway=${pathway}&to=${middle}`))).toEqual(['recorded', 'pathway-opened'])
  })

  test('the file of one pathway holds as many rows as the log, and nothing of another', async () => {
    for (const format of ['csv', 'ndjson', 'fhir'] as const) {
      const { rows } = (await log(`?pathway=${pathway}&limit=500`)).body
      // Listing the log showed this pathway too, so the file has one row more than the list.
      const file = await at.ask(officer, 'GET', `/api/log/pathways/${pathway}?format=${format}`)
      const read: Answer[] =
        format === 'csv'
          ? parse(file.body, { columns: true })
          : (file.body as string)
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line))
      expect(read).toHaveLength(rows.length + 1)
      const named = JSON.stringify(read).matchAll(/\\*"patient\\*":(\d+)|urn:varde:pathway","value":"([\d-]+)"/g)
      expect(new Set([...named].map(([, of, path]) => of ?? path))).toEqual(new Set([format === 'fhir' ? pathway : patient.split('-')[1]]))
      expect(JSON.stringify(read)).not.toContain('Invented Patient')
    }
    const fhir = ((await at.ask(officer, 'GET', `/api/log/pathways/${pathway}?format=fhir`)).body as string).trim().split('\n')
    const resources = fhir.map((line) => JSON.parse(line))
    expect(new Set(resources.map((r) => r.resourceType))).toEqual(new Set(['AuditEvent', 'Provenance']))
    for (const r of resources) {
      expect(r.recorded).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
      expect(r.id).toMatch(/^[A-Za-z0-9.-]{1,64}$/)
      expect(r.agent[0].who.identifier.value).toMatch(/^\d+$/)
    }
    const corrected = resources.find((r) => r.activity?.text === 'corrected')
    expect(corrected).toMatchObject({
      reason: [{ text: 'Read wrong.' }],
      activity: { coding: [{ code: 'UPDATE' }] },
      entity: [{ role: 'revision' }],
    })
  })

  test('only the officer of this house reads it', async () => {
    expect((await log('', coordinator)).status).toBe(403)
    expect((await log(`?pathway=${pathway}`, elsewhere)).body.rows).toEqual([])
    for (const from of ['0000-01-01T00:00:00Z', '2026-01-01T00:00:00+23:59', 'infinity'])
      expect((await log(`?from=${encodeURIComponent(from)}`)).status).toBe(400)
    expect((await log('?ledger=2', elsewhere)).body.rows).toEqual([])
    const hidden = await at.ask(elsewhere, 'GET', `/api/log/pathways/${pathway}`)
    const never = await at.ask(elsewhere, 'GET', '/api/log/pathways/2-99999')
    expect([hidden.status, { ...hidden.body, requestId: '' }]).toEqual([404, { ...never.body, requestId: '' }])
    expect((await at.ask(officer, 'GET', '/api/log/pathways/2-0')).status).toBe(404)
    expect((await log('?pathway=2-0')).body.rows).toEqual([])
  })

  test('the check says that the chains hold, and after a change in the database where they do not', async () => {
    expect((await at.ask(officer, 'GET', '/api/log/verification')).body).toMatchObject({
      holds: true,
      chains: [
        { ledger: 2, chain: 'act' },
        { ledger: 2, chain: 'look' },
      ],
    })
    const { rows } = (await log('?kind=corrected')).body
    const seq = Number(rows[0].number.split('-')[1])
    const owner = await connectClient(at.url)
    try {
      const change = (to: string, from: string) =>
        owner.query(`UPDATE varde.log SET payload = replace(payload, $1, $2) WHERE ledger = 2 AND chain = 'act' AND seq = $3`, [
          from,
          to,
          seq,
        ])
      await change('Read right.', 'Read wrong.')
      const broken = await at.ask(officer, 'GET', '/api/log/verification')
      expect(broken.body).toMatchObject({
        holds: false,
        chains: [{ chain: 'act', problems: [{ seq, problem: 'payload' }] }, { problems: [] }],
      })
      await change('Read wrong.', 'Read right.')
    } finally {
      await owner.end()
    }
    expect((await at.ask(officer, 'GET', '/api/log/verification')).body.holds).toBe(true)
  })
})
