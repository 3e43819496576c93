import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresServers } from '../../test/support/postgres.ts'
import { type Answer, openedPathway, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'

describe.each(postgresServers())('documents over HTTP on $name', ({ url }) => {
  let at: ServiceUnderTest
  let person: number
  let elsewhere: number
  let analyst: number
  const text = 'Cafe\u0301 \u{1f642} seen on 24 November.\r\n\t<b>=1+1</b> '
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/no-house'], { now: () => new Date('2026-11-25T12:00:00Z') })
    person = (await at.person('Invented coordinator', 'coordinator', 2)).person
    elsewhere = (await at.person('Invented coordinator elsewhere', 'coordinator', 3)).person
    analyst = (await at.person('Invented analyst', 'analyst', 2)).person
  })
  afterAll(() => at.close())

  const receive = (who: number, body: object) =>
    at.ask(who, 'POST', '/api/documents', { kind: 'letter', title: 'Referral', received: '2026-11-24', body: text, ...body })

  test('a text is kept to the letter and given with the entries that rest on it, and the look is written down', async () => {
    const { patient, pathway } = await openedPathway(at, person, 2, 'no-house')
    const received = await receive(person, { key: 'the-referral', patient, pathway })
    expect(received.status).toBe(201)
    const { document } = received.body
    expect((await receive(person, { key: 'the-referral', patient, pathway })).body).toEqual({ document, replayed: true })
    const evidence = [{ document, from: 8, to: 12, reliedOn: true }]
    const path = `/api/pathways/${pathway}/entries`
    const entry = { code: 'A12A', occurred: '2026-11-24', evidence }
    const recorded = await at.ask(person, 'POST', path, entry, { 'if-match': '"1"' })
    expect(recorded.status, JSON.stringify(recorded.body)).toBe(201)
    const read = await at.ask(person, 'GET', `/api/documents/${document}`)
    expect(read.body.body).toBe(text)
    expect(read.body.entries).toEqual([
      { pathway, entry: recorded.body.entry, code: 'A12A', occurred: '2026-11-24', superseded: null, from: 8, to: 12, reliedOn: true },
    ])
    const looks = await at.ledger.as(at.operator, (s) =>
      s.rows(`SELECT person, role, kind FROM log WHERE ledger = 2 AND chain = 'look' AND kind = 'document' AND pathway = $1`, [
        Number(pathway.split('-')[1]),
      ]),
    )
    expect(looks).toEqual([{ person, role: 'coordinator', kind: 'document' }])
  })

  test('evidence outside the text, of another patient, or of another house is refused, and nothing is recorded', async () => {
    const { patient, pathway } = await openedPathway(at, person, 2, 'no-house')
    const other = await openedPathway(at, person, 2, 'no-house')
    const foreign = await openedPathway(at, elsewhere, 3, 'no-house')
    const mine = (await receive(person, { patient })).body.document
    const theirs = (await receive(person, { patient: other.patient })).body.document
    const abroad = (await receive(elsewhere, { patient: foreign.patient })).body.document
    const offer = (evidence: object) =>
      at.ask(
        person,
        'POST',
        `/api/pathways/${pathway}/entries`,
        { code: 'A12A', occurred: '2026-11-24', evidence: [evidence] },
        { 'if-match': '"0"' },
      )
    const code = async (evidence: object) => {
      const { status, body } = await offer(evidence)
      return [status, body.issues[0].code]
    }
    expect(await code({ document: mine, from: 0, to: text.length + 1 })).toEqual([422, 'document/no-span'])
    expect(await code({ document: mine, from: 6, to: 7 })).toEqual([422, 'document/no-span']) // half of the face
    expect(await code({ document: mine, from: 3 })).toEqual([400, 'http/shape'])
    expect(await code({ document: theirs })).toEqual([422, 'document/other-patient'])
    const [never, hidden] = [await offer({ document: '2-999999' }), await offer({ document: abroad })]
    expect({ ...hidden.body, requestId: '' }).toEqual({ ...never.body, requestId: '' })
    expect(hidden.status).toBe(404)
    const proposal = { code: 'A12A', occurred: '2026-11-24', because: 'It says so.', evidence: [{ document: theirs }] }
    expect((await at.ask(person, 'POST', `/api/pathways/${pathway}/proposals`, proposal)).status).toBe(422)
    expect((await at.ask(person, 'GET', `/api/pathways/${pathway}`)).body).toMatchObject({ version: 0, entries: [] })
  })

  test('a start that is dated otherwise than its letter was received is warned of', async () => {
    const { patient, pathway } = await openedPathway(at, person, 2, 'no-house')
    const { document } = (await receive(person, { patient, received: '2026-11-23' })).body
    const entry = { code: 'A12A', occurred: '2026-11-24', evidence: [{ document }] }
    const checked = await at.ask(person, 'POST', `/api/pathways/${pathway}/checks`, entry)
    expect(checked.body.warnings.map((warning: Answer) => warning.code)).toContain('door/dated-by')
  })

  test('lists go page by page, of a patient or of a pathway', async () => {
    const { patient, pathway } = await openedPathway(at, person, 2, 'no-house')
    const all = []
    for (const of of [{ patient }, { patient, pathway }, { patient, pathway }]) all.push((await receive(person, of)).body.document)
    const first = await at.ask(person, 'GET', `/api/documents?patient=${patient}&limit=2`)
    const second = await at.ask(person, 'GET', `/api/documents?patient=${patient}&limit=2&cursor=${first.body.next}`)
    expect([...first.body.documents, ...second.body.documents].map((row: Answer) => row.document)).toEqual(all)
    expect((await at.ask(person, 'GET', `/api/documents?pathway=${pathway}`)).body.documents).toHaveLength(2)
    expect((await at.ask(person, 'GET', '/api/documents')).status).toBe(400)
    expect((await at.ask(elsewhere, 'GET', `/api/documents?patient=${patient}`)).status).toBe(404)
    expect((await at.ask(analyst, 'GET', `/api/documents?patient=${patient}`)).status).toBe(403)
    expect((await at.ask(elsewhere, 'GET', `/api/documents/${all[0]}`)).status).toBe(404)
  })

  test('a text with NUL or half a character, too long, or for the pathway of another patient is refused', async () => {
    const { patient } = await openedPathway(at, person, 2, 'no-house')
    const other = await openedPathway(at, person, 2, 'no-house')
    expect((await receive(person, { patient, body: 'a\0' })).status).toBe(400)
    expect(
      (await at.ask(person, 'POST', '/api/documents', `{"patient":"${patient}","kind":"letter","title":"t","body":"\\udc00"}`)).status,
    ).toBe(400)
    expect((await receive(person, { patient, body: 'é'.repeat(524_289) })).status).toBe(400)
    expect((await receive(person, { patient, body: 'é'.repeat(524_288) })).status).toBe(201)
    expect((await receive(person, { patient, body: 'x'.repeat(4_200_000) })).status).toBe(413)
    expect((await receive(person, { patient, pathway: other.pathway })).status).toBe(404)
    expect((await receive(elsewhere, { patient })).status).toBe(404)
  })
})
