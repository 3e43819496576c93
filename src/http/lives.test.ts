import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresServers } from '../../test/support/postgres.ts'
import { type Answer, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'
import type { Actor } from '../store/ledger-database.ts'
import { connectClient } from '../store/postgres.ts'
import { verifyDatabase } from '../store/verify.ts'

describe.each(postgresServers())('lives of indicators over HTTP on $name', ({ url }) => {
  let at: ServiceUnderTest
  let analyst: number
  let manager: number
  let lead: number
  let summariser: number
  let elsewhere: number
  let officer: number
  beforeAll(async () => {
    at = await serviceUnderTest(url)
    analyst = (await at.person('Invented analyst', 'analyst', 2)).person
    manager = (await at.person('Invented manager', 'manager', 2)).person
    lead = (await at.person('Invented lead', 'coding-lead', 2)).person
    summariser = (await at.person('Invented summariser', 'summariser', 2)).person
    elsewhere = (await at.person('Invented analyst elsewhere', 'analyst', 3)).person
    officer = (await at.person('Invented officer', 'data-protection-officer', 2)).person
  })
  afterAll(() => at.close())

  const open = (person: number, more: object = {}) =>
    at.ask(person, 'POST', '/api/lives', { org: 2, pack: 'demo', name: 'Told in person', wanted: 'Nobody hears by letter.', ...more })
  const begun = async (): Promise<Answer> => (await open(analyst)).body.life
  const say = (person: number, { life, version }: Answer, said: object, more: object = {}) =>
    at.ask(person, 'POST', `/api/lives/${life}/records`, { said, ...more }, { 'if-match': `"${version}"` })
  const answer = (person: number, { life, version }: Answer, proposal: number, agreed = true) =>
    at.ask(person, 'POST', `/api/lives/${life}/purposes`, { proposal, agreed }, { 'if-match': `"${version}"` })
  /** Says one thing after the other, each on what the one before left. */
  const sayAll = async (person: number, life: Answer, ...all: readonly object[]): Promise<Answer> => {
    let now = life
    for (const said of all) {
      const { status, body } = await say(person, now, said)
      expect([said, status, body.issues]).toEqual([said, 201, undefined])
      now = body.life
    }
    return now
  }
  const elements = [
    { name: 'how', says: 'how the patient was told' },
    { name: 'day', says: 'the day on which' },
  ]
  const toMatch = [
    { kind: 'step', to: 'definition', why: 'A clinic asks for it.', dropped: 'Whether a relative was there.' },
    { kind: 'definition', elements, because: 'none-given' },
    { kind: 'step', to: 'data-match', why: 'Where are they?' },
  ]
  const sheet = (is: string) => ({
    kind: 'match',
    elements: [
      { name: 'how', is },
      { name: 'day', is: 'recorded' },
    ],
  })

  test('an idea needs no indicator of the pack, is read by whoever may count there, and is nothing to anybody else', async () => {
    const { status, body } = await open(analyst)
    expect(status).toBe(201)
    expect(body.life).toMatchObject({ stage: 'idea', purpose: 'learning', indicator: null, version: 1, missing: [], gap: null })
    const { life } = body.life
    expect((await at.ask(manager, 'GET', `/api/lives/${life}`)).body).toMatchObject({
      name: 'Told in person',
      steps: [{ byName: 'Invented analyst' }],
    })
    expect((await at.ask(elsewhere, 'GET', `/api/lives/${life}`)).status).toBe(404)
    expect((await at.ask(summariser, 'GET', '/api/lives?pack=demo')).status).toBe(403)
    expect((await at.ask(elsewhere, 'GET', '/api/lives?pack=demo')).body.lives).toEqual([])
    const friction = { kind: 'friction', friction: 'late', note: 'Comes after a week.' }
    expect((await say(elsewhere, body.life, friction)).status).toBe(404)
    expect((await say(officer, body.life, friction)).status).toBe(403)
    // Joined later, and then no second life is.
    const joined = await sayAll(analyst, body.life, { kind: 'joined', indicator: 'decided' })
    expect(joined.indicator).toBe('decided')
    for (const tried of [
      await open(manager, { indicator: 'decided' }),
      await say(manager, await begun(), { kind: 'joined', indicator: 'decided' }),
    ])
      expect(tried).toMatchObject({ status: 409, body: { issues: [{ code: 'life/joined-already' }] } })
    expect((await open(manager, { indicator: 'nothing' })).body.issues).toMatchObject([{ code: 'measure/unknown-indicator' }])
    expect((await at.ask(manager, 'GET', '/api/lives?pack=demo&indicator=decided')).body.lives).toMatchObject([
      { life, name: 'Told in person' },
    ])
    // Taken back, it is free again.
    const record = joined.log.at(-1).n
    expect((await sayAll(analyst, joined, { kind: 'taken-back', record })).indicator).toBeNull()
    expect((await open(manager, { indicator: 'decided' })).status).toBe(201)
  })

  test('goes from stage to stage; each refusal is an issue with its rule, and nothing is written', async () => {
    const life = await sayAll(analyst, await begun(), ...toMatch)
    const trial = { kind: 'step', to: 'trial', why: 'Two wards try it.' }
    expect(await say(manager, life, trial)).toMatchObject({
      status: 422,
      body: {
        issues: [
          { code: 'life/not-matched', rule: 'match-before-trial' },
          { code: 'life/gap-empty', rule: 'gap-before-trial', path: ['body', 'said', 'to'] },
        ],
      },
    })
    const without = await sayAll(manager, life, { kind: 'gap', gap: 'Whether it was understood.' }, sheet('not-recorded'))
    expect(without).toMatchObject({ missing: ['how'], version: 6 })
    const refused = await say(manager, without, trial)
    expect(refused.body.issues).toMatchObject([{ code: 'life/cannot-be-computed', rule: 'no-number-without-data' }])
    expect(refused.body.issues[0].message).toContain('how')
    const inUse = await sayAll(manager, without, sheet('derivable'), trial, { kind: 'step', to: 'in-use', why: 'It held.' })
    expect(inUse).toMatchObject({ stage: 'in-use', version: 9, due: [{ what: 'effects', overdue: false }] })
    expect(inUse.steps.map(({ to, dropped }: Answer) => [to, dropped])).toEqual([
      ['idea', null],
      ['definition', 'Whether a relative was there.'],
      ['data-match', null],
      ['trial', null],
      ['in-use', null],
    ])
    // Whoever read it before is told.
    expect(await say(lead, without, { kind: 'gap', gap: 'x' })).toMatchObject({
      status: 412,
      body: { issues: [{ code: 'ledger/changed' }] },
    })
  })

  test('is read as it was on any day', async () => {
    const life = await sayAll(analyst, await begun(), toMatch[0]!)
    await at.act(2, {
      kind: 'life-opened',
      pack: at.packs[0]!.pack,
      payload: { org: 2, recorded: '2025-01-10', said: { name: 'Older', wanted: 'x' } },
    })
    const { body } = await at.ask(analyst, 'GET', '/api/lives?pack=demo')
    const older = body.lives.find(({ name }: Answer) => name === 'Older')
    expect((await at.ask(analyst, 'GET', `/api/lives/${older.life}?on=2025-01-10`)).body).toMatchObject({
      stage: 'idea',
      asOf: '2025-01-10',
    })
    expect((await at.ask(analyst, 'GET', `/api/lives/${older.life}?on=2025-01-09`)).status).toBe(404)
    expect((await at.ask(analyst, 'GET', `/api/lives/${life.life}?on=2025-01-09`)).status).toBe(404)
    await say(manager, older, { kind: 'step', to: 'definition', why: 'x' })
    expect((await at.ask(analyst, 'GET', `/api/lives/${older.life}?on=2025-12-31`)).body.stage).toBe('idea')
    expect((await at.ask(analyst, 'GET', `/api/lives/${older.life}`)).body.stage).toBe('definition')
  })

  test('a purpose changes when one proposes and another agrees; anything else is refused, and stands in the life and in the log', async () => {
    const begin = await begun()
    const proposed = await say(manager, begin, { kind: 'purpose-proposed', purpose: 'payment', why: 'The region pays for it.' })
    const { record, life } = proposed.body
    expect(life).toMatchObject({ purpose: 'learning', proposed: 'payment' })
    // The one who proposed it may agree to purposes of others; an analyst to none.
    for (const [person, because] of [
      [manager, 'own-proposal'],
      [analyst, 'no-right'],
    ] as const) {
      const { body: now } = await at.ask(person, 'GET', `/api/lives/${begin.life}`)
      expect(await answer(person, now, record)).toMatchObject({
        status: 422,
        body: { issues: [{ code: 'life/purpose-not-agreed', rule: 'purpose-by-two' }] },
      })
      const { body: then } = await at.ask(person, 'GET', `/api/lives/${begin.life}`)
      expect(then).toMatchObject({ purpose: 'learning', proposed: 'payment' })
      expect(then.log.at(-1)).toMatchObject({ what: 'purpose-refused', by: person, said: { proposal: record, because } })
      const { body: log } = await at.ask(officer, 'GET', '/api/log?kind=life-recorded')
      expect(log.rows[0]).toMatchObject({ person, told: { what: 'purpose-refused' } })
    }
    const { body: now } = await at.ask(lead, 'GET', `/api/lives/${begin.life}`)
    const agreed = await answer(lead, now, record)
    expect(agreed).toMatchObject({ status: 201, body: { life: { purpose: 'payment', proposed: null } } })
    expect((await answer(lead, agreed.body.life, record)).body.issues).toMatchObject([{ code: 'life/no-proposal' }])
    // It is not taken back by one alone.
    expect((await say(lead, agreed.body.life, { kind: 'taken-back', record: agreed.body.record })).body.issues).toMatchObject([
      { code: 'life/not-to-take-back' },
    ])
  })

  test('where the service did not look, the database lets nobody agree to their own proposal and nothing go to trial without a gap', async () => {
    const proposed = (await say(manager, await begun(), { kind: 'purpose-proposed', purpose: 'public-ranking', why: 'x' })).body
    const life = Number(proposed.life.life.split('-')[1])
    const actor = { person: manager, role: 'manager' as const, ...(await at.ledger.standingOf(manager)) }
    const pack = at.packs[0]!.pack
    const by = (who: Actor, kind: 'life-recorded' | 'purpose-answered', what: string, said: object) =>
      at.ledger.as(who, (session) =>
        session.act(2, [{ key: `key-of-a-${what}-${kind}-${who.person}`, kind, pack, payload: { life, what, said } }]),
      )
    const agreeing = { proposal: proposed.record, agreed: true }
    for (const [kind, what, said] of [
      ['purpose-answered', 'purpose-answered', agreeing],
      ['life-recorded', 'purpose-answered', agreeing],
      ['life-recorded', 'step', { to: 'trial', why: 'x' }],
    ] as const)
      await expect(by(actor, kind, what, said), what).rejects.toMatchObject({ issues: [{ code: 'ledger/not-allowed' }] })
    const other = { person: lead, role: 'coding-lead' as const, ...(await at.ledger.standingOf(lead)) }
    await expect(by(other, 'purpose-answered', 'purpose-answered', agreeing)).resolves.toHaveLength(1)
  })

  test('a change of definition names a friction of this life, or that none is given', async () => {
    const life = await sayAll(analyst, await begun(), ...toMatch, { kind: 'friction', friction: 'ambiguous', note: 'The telephone?' })
    const friction = life.frictions[0].n
    const changed = (because: unknown, more: object = { changed: 'The telephone counts.' }) => ({
      kind: 'definition',
      elements,
      because,
      ...more,
    })
    for (const tried of [changed([friction + 1]), changed([friction], {})])
      expect((await say(lead, life, tried)).body.issues).toMatchObject([{ code: 'life/no-friction', rule: 'friction-or-none' }])
    expect((await say(lead, life, changed([]))).status).toBe(400)
    const after = await sayAll(lead, life, changed([friction]))
    expect(after.frictions).toMatchObject([{ n: friction, definitions: [after.definitions.at(-1).n] }])
    expect((await sayAll(lead, after, changed('none-given'))).definitions).toHaveLength(3)
  })

  test('the estimate falls with an item less, and the same key again is the same record', async () => {
    const life = await begun()
    const cost = (items: readonly string[]) => ({ kind: 'cost', items, cases: 1200, minutes: 2 })
    const two = await sayAll(analyst, life, cost(['how', 'day']))
    expect(two.minutesAYear).toEqual({ estimated: 4800, observed: null })
    const key = 'key-of-one-estimate'
    const [first, again] = [await say(analyst, two, cost(['day']), { key }), await say(analyst, two, cost(['day']), { key })]
    expect(first.body.life.minutesAYear.estimated).toBe(2400)
    expect(again).toMatchObject({ status: 201, body: { record: first.body.record, replayed: true, life: { version: 3 } } })
  })

  test('is told to the log without its words, and makes the tables again', async () => {
    await open(analyst, { name: 'Qzmarked name', wanted: 'Qzmarked wish' })
    const { body: log } = await at.ask(officer, 'GET', '/api/log?kind=life-opened')
    expect(log.rows[0]).toMatchObject({ person: analyst, told: { org: 2 } })
    expect(JSON.stringify(log)).not.toContain('Qzmarked')
    const verified = () => verifyDatabase({ ownerUrl: at.url, packs: at.packs, now: () => new Date() })
    expect((await verified()).problems).toEqual([])
    const owner = await connectClient(at.url)
    try {
      await owner.query(`SET ROLE varde_owner; UPDATE varde.life_record SET said = '{"gap": "Changed beside"}' WHERE what = 'gap'`)
      expect(JSON.stringify((await verified()).problems)).toContain('life_record')
    } finally {
      await owner.end()
    }
  })

  test('a definition is read by everybody who is signed in', async () => {
    const { status, body } = await at.ask(summariser, 'GET', '/api/definitions?pack=demo&indicator=decided')
    expect([status, body.id]).toEqual([200, 'decided'])
    expect((await at.ask(summariser, 'GET', '/api/definitions?pack=demo&indicator=x')).body.issues).toMatchObject([
      { code: 'measure/unknown-indicator' },
    ])
  })
})
