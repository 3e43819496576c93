import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { messageWaits } from '../../test/support/houses.ts'
import { postgresServers } from '../../test/support/postgres.ts'
import { openedPathway, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'
import { capabilitiesOf, type Route } from '../api/route.ts'
import { allRoutes } from '../api/routes.ts'

/** What each route that shows somebody is asked, so that it does. A new route has to be given a question here, or a reason. */
const questions: Readonly<Record<string, string>> = {
  readPatient: '',
  listPathways: '?pack=no-house',
  exportPathways: '?pack=no-house',
  readPathway: '',
  listFiguresOf: '',
  readAccount: '?pack=no-house&indicator=OF4&in=2026&period=year',
  listWork: '',
  readWork: '',
  readWorkHistory: '',
  listDocuments: '?patient={patient}',
  readDocument: '',
  listChoices: '',
  listLog: '?ledger=2',
  exportAccess: '',
  listGlassReviews: '',
  listHandovers: '',
  listPassedLimits: '',
  readCoding: '?pack=no-house',
  readMeeting: '',
  readMessage: '',
}
const reasons: Readonly<Record<string, string>> = {
  followChanges: 'says which pathway changed, and in which role; nothing of what stands there',
  listMeetings: 'says when people meet, and who; nothing of whom it is about',
  listViews: 'says how lists were narrowed, and whose views these are; nothing of whom they show',
  listReleases: 'says which figures were frozen and published, and by whom; nothing of whom they count',
  listFeeds: 'says when other systems sent, and how much; nothing of whom it was about',
  listMessages: 'says when messages came and why they wait; nothing of what is in them',
  verifyLog: 'says whether chains hold; nothing of what is in them',
}

const shows = (route: Route) =>
  route.method === 'GET' &&
  capabilitiesOf(route).some((capability) => capability === 'see' || capability === 'record' || capability === 'log')
const routes = Object.entries(allRoutes as Readonly<Record<string, Route>>).filter(([, route]) => shows(route))

test('every route that shows somebody has a question here, or a reason for needing none', () => {
  expect(routes.map(([id]) => id).toSorted()).toEqual([...Object.keys(questions), ...Object.keys(reasons)].toSorted())
})

describe.each(postgresServers())('who saw what on $name', ({ url }) => {
  let at: ServiceUnderTest
  let person: number
  let officer: number
  const names: Record<string, string> = {}
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/no-house'], { now: () => new Date('2026-11-25T12:00:00Z') })
    person = (await at.person('Invented coordinator', 'coordinator', 2)).person
    officer = (await at.person('Invented officer', 'data-protection-officer', 2)).person
    const { patient, pathway } = await openedPathway(at, person, 2, 'no-house')
    const path = `/api/pathways/${pathway}`
    for (const [code, occurred] of [
      ['A12A', '2026-11-01'],
      ['A12FK', '2026-11-20'],
    ])
      await at.ask(
        person,
        'POST',
        `${path}/entries`,
        { code, occurred, passing: ['door/late:start', 'door/late:treatment-start', 'door/out-of-order'] },
        { 'if-match': `"${code === 'A12A' ? 0 : 1}"` },
      )
    const note = await at.ask(person, 'POST', `${path}/notes`, { text: 'Invented.' })
    const document = await at.ask(person, 'POST', '/api/documents', {
      patient,
      pathway,
      kind: 'letter',
      title: 'Invented',
      body: 'Invented.',
    })
    await at.ask(person, 'POST', `${path}/handovers`, { to: 3, asks: 'Invented.' })
    const met = await at.ask(person, 'POST', '/api/meetings', {
      org: 2,
      pack: 'no-house',
      name: 'Invented',
      on: '2026-11-26',
      agenda: [{ pathway }],
    })
    const stranger = (await at.person('Invented clinician', 'clinician', 3)).person
    await at.ask(stranger, 'POST', '/api/break-glass', { pathway, reason: 'Unconscious in the emergency room.' })
    const [message] = await at.act(2, {
      kind: 'message-received',
      pack: at.packs[0]!.pack,
      payload: {
        sender: 'LAB|X',
        control: '1',
        type: 'ORU^R01',
        ...messageWaits,
        pathway: Number(pathway.split('-')[1]),
        text: 'Invented.',
      },
    })
    Object.assign(names, { message: `2-${message!.seq}` })
    Object.assign(names, { patient, pathway, work: note.body.item.work, document: document.body.document, meeting: met.body.meeting })
  })
  afterAll(() => at.close())

  const looks = async () =>
    at.ledger.as(at.operator, (s) =>
      s.rows(
        `SELECT seq, person, role, kind, pathway, seen @> $1::bigint AS shown FROM log WHERE ledger = 2 AND chain = 'look' ORDER BY seq DESC LIMIT 1`,
        [Number(names['pathway']?.split('-')[1])],
      ),
    )

  test.each(Object.entries(questions))('%s writes the look down before it answers', async (id, question) => {
    const route = (allRoutes as Readonly<Record<string, Route>>)[id]!
    const [before] = await looks()
    const address = `${route.path.replace(/:(\w+)/g, (_, name: string) => names[name] ?? '')}${question.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? '')}`
    const who = capabilitiesOf(route).includes('log') ? officer : person
    const answer = await at.ask(who, 'GET', address)
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
    const [after] = await looks()
    expect(Number(after?.['seq'])).toBe(Number(before?.['seq'] ?? 0) + 1)
    expect(after).toMatchObject({ person: who, role: who === officer ? 'data-protection-officer' : 'coordinator' })
    expect(Number(after?.['pathway']) === Number(names['pathway']?.split('-')[1]) || after?.['shown'] === true).toBe(true)
  })

  test('rows that are saved as a file are a look with what narrowed them, when they were read and how many: not the words that were searched for', async () => {
    const { pathways, asOf } = (await at.ask(person, 'GET', '/api/pathways?pack=no-house')).body
    const refs = pathways.map(({ pathway }: { readonly pathway: string }) => pathway)
    const filter = { pack: 'no-house', states: ['past'], sort: 'name' }
    const body = { pack: 'no-house', asOf, filter, named: true, pathways: refs }
    expect(await at.ask(person, 'POST', '/api/pathways/exports', body)).toMatchObject({ status: 201, body: { rows: refs.length } })
    const { rows } = (await at.ask(officer, 'GET', `/api/log?kind=list-export&pathway=${refs[0]}&limit=1`)).body
    expect(rows).toEqual([
      expect.objectContaining({
        ...{ chain: 'look', kind: 'list-export', person, name: 'Invented coordinator', role: 'coordinator', showed: refs.length },
        told: { pack: 'no-house', asOf, filter, named: true },
      }),
    ])
    const before = await looks()
    // What is not theirs to see they cannot have saved; words and names have no place in what is told.
    const stranger = (await at.person('Invented coordinator elsewhere', 'coordinator', 3)).person
    expect((await at.ask(stranger, 'POST', '/api/pathways/exports', body)).status).toBe(404)
    expect((await at.ask(person, 'POST', '/api/pathways/exports', { ...body, pathways: [...refs, '2-9999'] })).status).toBe(404)
    expect((await at.ask(person, 'POST', '/api/pathways/exports', { ...body, filter: { text: 'Invented' } })).status).toBe(400)
    expect((await looks())[0]?.['seq']).toBe(before[0]?.['seq'])
  })

  test('what an edit on stale data is shown is a look too', async () => {
    const stale = await at.ask(
      person,
      'POST',
      `/api/pathways/${names['pathway']}/entries`,
      { code: 'A12S', occurred: '2026-11-02' },
      { 'if-match': '"0"' },
    )
    expect(stale.status).toBe(412)
    expect((await looks())[0]).toMatchObject({ kind: 'stale', person, pathway: Number(names['pathway']?.split('-')[1]) })
  })
})
