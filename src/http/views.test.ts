import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresServers } from '../../test/support/postgres.ts'
import { type Answer, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'
import { connectClient } from '../store/postgres.ts'
import { verifyDatabase } from '../store/verify.ts'

describe.each(postgresServers())('views over HTTP on $name', ({ url }) => {
  let at: ServiceUnderTest
  let coordinator: number
  let colleague: number
  let analyst: number
  let elsewhere: number
  let officer: number
  beforeAll(async () => {
    at = await serviceUnderTest(url)
    coordinator = (await at.person('Invented coordinator', 'coordinator', 2)).person
    colleague = (await at.person('Invented coder', 'coder', 2)).person
    analyst = (await at.person('Invented analyst', 'analyst', 2)).person
    elsewhere = (await at.person('Invented coordinator elsewhere', 'coordinator', 3)).person
    officer = (await at.person('Invented officer', 'data-protection-officer', 2)).person
  })
  afterAll(() => at.close())

  const search = { pack: 'demo', states: ['past', 'will-pass'], withoutStep: true, sort: 'due', group: 'owner', density: 'comfortable' }
  const keep = (person: number, name: string, own: boolean, more = {}) =>
    at.ask(person, 'POST', '/api/views', { org: 2, own, name, search, ...more })
  const views = async (person: number): Promise<Answer[]> => (await at.ask(person, 'GET', '/api/views')).body.views
  const names = async (person: number) => (await views(person)).map(({ name }) => name)
  const on = (person: number, view: string, act: string, version: number, body: object = {}) =>
    at.ask(person, 'POST', `/api/views/${view}/${act}`, body, { 'if-match': `"${version}"` })

  test('one’s own view follows its owner, and is there for nobody else, not even to be changed by its number', async () => {
    const { status, body } = await keep(coordinator, 'My mornings', true)
    expect([status, body.version]).toEqual([201, 1])
    // Another machine asks as the same person, and nothing else is known of it.
    expect(await views(coordinator)).toEqual([
      expect.objectContaining({ view: body.view, name: 'My mornings', own: true, org: 2, search, changedBy: 'Invented coordinator' }),
    ])
    for (const person of [colleague, elsewhere]) {
      expect(await names(person)).toEqual([])
      for (const act of ['changes', 'drops', 'restorations'])
        expect((await on(person, body.view, act, 1, act === 'changes' ? { name: 'Mine', search: {} } : {})).status).toBe(404)
    }
    // And where the service did not look, the database would refuse it.
    const actor = { person: colleague, role: 'coder' as const, ...(await at.ledger.standingOf(colleague)) }
    const act = { key: 'a-key-of-a-colleague', kind: 'view-dropped' as const, payload: { view: Number(body.view.split('-')[1]) } }
    await expect(at.ledger.as(actor, (session) => session.act(2, [act]))).rejects.toMatchObject({ issues: [{ code: 'ledger/not-there' }] })
  })

  test('a shared view is seen by everybody who sees the house, changed by whoever works there, and by nobody else', async () => {
    const { body } = await keep(coordinator, 'Past their limit', false)
    expect(await names(colleague)).toEqual(['Past their limit'])
    expect(await names(elsewhere)).toEqual([])
    expect((await at.ask(analyst, 'GET', '/api/views')).status).toBe(403)
    expect((await keep(analyst, 'Mine', false)).status).toBe(403)
    expect((await keep(elsewhere, 'Mine', false)).status).toBe(404)
    const changed = await on(colleague, body.view, 'changes', 1, { name: 'Past or soon', search: { states: ['past'] } })
    expect(changed).toMatchObject({ status: 201, body: { version: 2 }, etag: '"2"' })
    expect((await views(coordinator)).find(({ own }) => !own)).toMatchObject({
      name: 'Past or soon',
      search: { states: ['past'] },
      changedBy: 'Invented coder',
    })
    // Whoever read it before is told, and does not undo what a colleague did.
    expect(await on(coordinator, body.view, 'changes', 1, { name: 'Old', search: {} })).toMatchObject({
      status: 412,
      body: { issues: [{ code: 'ledger/changed' }] },
    })
  })

  test('what is removed comes back as it was', async () => {
    const { body } = await keep(coordinator, 'Of Mondays', false)
    expect((await on(colleague, body.view, 'drops', 1)).body.version).toBe(2)
    expect(await names(coordinator)).not.toContain('Of Mondays')
    expect((await on(colleague, body.view, 'restorations', 2)).body.version).toBe(3)
    expect((await views(coordinator)).find(({ name }) => name === 'Of Mondays')).toMatchObject({ view: body.view, search })
  })

  test('a name stands once in a list: own and shared ones are two lists', async () => {
    expect((await keep(coordinator, 'Twice', false)).status).toBe(201)
    expect(await keep(colleague, 'Twice', false)).toMatchObject({ status: 409, body: { issues: [{ code: 'ledger/exists' }] } })
    for (const person of [coordinator, colleague]) expect((await keep(person, 'Twice', true)).status).toBe(201)
  })

  test('the same key again is the same view', async () => {
    const key = 'key-of-one-view'
    const [first, again] = [await keep(coordinator, 'Once', true, { key }), await keep(coordinator, 'Once', true, { key })]
    expect(again).toMatchObject({ status: 201, body: { view: first.body.view, replayed: true } })
  })

  test.each([
    ['words that were searched for', { text: 'Invented Patient' }],
    ['the pathway that is open', { open: '2-1' }],
    ['an owner by name', { owner: 'Invented Patient' }],
    ['a kind that is a sentence', { variants: ['Invented Patient of 1950'] }],
    ['anything else', { note: 'Invented Patient' }],
  ])('%s is refused: a view names nobody', async (_, said) => {
    expect(await keep(coordinator, 'Named', true, { search: said })).toMatchObject({
      status: 400,
      body: { issues: [{ code: 'http/shape' }] },
    })
  })

  test('is an act that the log tells, without its name, and that makes the table again', async () => {
    const { body } = await keep(coordinator, 'Invented Marked Name', false)
    const { body: log } = await at.ask(officer, 'GET', '/api/log?kind=view-kept')
    expect(log.rows[0]).toMatchObject({ number: body.view, person: coordinator, told: { org: 2, own: false, search } })
    expect(JSON.stringify(log)).not.toContain('Marked')
    const owner = await connectClient(at.url)
    const kept = async () => (await owner.query('SELECT * FROM varde.list_view ORDER BY ledger, view')).rows
    try {
      // All that was done to views here, done again, gives the rows there are; a row that was changed beside the acts is found.
      const verified = () => verifyDatabase({ ownerUrl: at.url, packs: at.packs, now: () => new Date() })
      expect((await kept()).length).toBeGreaterThan(5)
      expect((await verified()).problems).toEqual([])
      await owner.query(`SET ROLE varde_owner; UPDATE varde.list_view SET name = 'Changed beside' WHERE name = 'Of Mondays'`)
      expect(JSON.stringify((await verified()).problems)).toContain('list_view')
    } finally {
      await owner.end()
    }
  })
})
