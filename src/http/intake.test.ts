import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresServers } from '../../test/support/postgres.ts'
import { type Answer, openedPathway, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'
import { connectClient } from '../store/postgres.ts'

describe.each(postgresServers())('intake over HTTP on $name', ({ url }) => {
  let at: ServiceUnderTest
  let machine: number
  let coordinator: number
  let importer: number
  let elsewhere: number
  let officer: number
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/no-house'], { now: () => new Date('2026-11-25T12:00:00Z') })
    machine = (await at.person('Invented source', 'coordinator', 2)).person
    coordinator = (await at.person('Invented coordinator', 'coordinator', 2)).person
    importer = (await at.person('Invented importer', 'coordinator', 2)).person
    await at.act(2, { kind: 'role-given', payload: { person: importer, org: 2, role: 'administrator' } })
    elsewhere = (await at.person('Invented coordinator elsewhere', 'coordinator', 3)).person
    officer = (await at.person('Invented officer', 'data-protection-officer', 2)).person
  })
  afterAll(() => at.close())

  let keys = 0
  const row = (more: object = {}) => ({ key: `source-row-${++keys}`, code: 'A12A', occurred: '2026-11-24', ...more })
  const send = (rows: readonly unknown[], more: object = {}, person = machine) =>
    at.ask(person, 'POST', '/api/intake', { org: 2, rows, ...more })
  const outcomes = (answer: Answer) => answer.body.results.map((one: Answer) => one.outcome)
  const entries = async () => Number((await at.ledger.as(at.operator, (s) => s.rows('SELECT count(*)::int AS n FROM entry')))[0]?.['n'])
  const lonely = (nationalId: string, more: object = {}) =>
    row({ patient: { nationalId, name: 'Invented Patient' }, pack: 'no-house', ...more })

  test('rows open what they need once, and the same body gets its first answer again', async () => {
    const body = [
      lonely('00000000101'),
      row({ patient: { nationalId: '00000000101' }, pack: 'no-house', code: 'A12S', occurred: '2026-11-25' }),
      lonely('00000000102'),
    ]
    const first = await send(body)
    expect(first, JSON.stringify(first.body)).toMatchObject({
      status: 200,
      body: { replayed: false, rows: 3, taken: 3, repeated: 0, refused: 0 },
    })
    const [one, two, three] = first.body.results
    expect(one.pathway).toBe(two.pathway)
    expect(three.pathway).not.toBe(one.pathway)
    const read = await at.ask(coordinator, 'GET', `/api/pathways/${one.pathway}`)
    expect(read.body.entries.map((entry: Answer) => [entry.entry, entry.code])).toEqual([
      [one.entry, 'A12A'],
      [two.entry, 'A12S'],
    ])
    const before = await entries()
    const again = await send(body)
    expect(again.body).toEqual({ ...first.body, replayed: true })
    const anew = await send(body, { key: 'once-more' })
    expect(anew.body).toMatchObject({ replayed: false, taken: 0, repeated: 3, results: [{ entry: one.entry }, { entry: two.entry }, {}] })
    expect(await entries()).toBe(before)
  })

  test('a key used for other content is a conflict that names its row', async () => {
    const sent = lonely('00000000103')
    await send([sent])
    const answer = await send([lonely('00000000104'), { ...sent, occurred: '2026-11-23' }], { whole: false })
    expect(answer.body.results).toMatchObject([
      { outcome: 'taken' },
      { row: 2, outcome: 'refused', issues: [{ code: 'ledger/key-reused', path: ['key'] }] },
    ])
    const twice = lonely('00000000105')
    expect(outcomes(await send([twice, twice], { whole: false }))).toEqual(['taken', 'refused'])
    expect(outcomes(await send([sent], { key: 'from-somebody-else' }, coordinator))).toEqual(['refused'])
  })

  test('every row is told what is wrong with it, with field and rule, and whole means all or nothing', async () => {
    const { pathway } = await openedPathway(at, machine, 2, 'no-house')
    const { pathway: foreign } = await openedPathway(at, elsewhere, 3, 'no-house')
    const rows = [
      row({ pathway }),
      row({ pathway, code: 'NONE' }),
      row({ pathway, occurred: '2026-11-26' }),
      row({ pathway: '2-99999' }),
      row({ pathway: foreign }),
      row({ patient: { nationalId: '00000000199' }, pack: 'no-house' }),
      row({ pathway, code: 12 }),
      row({ pathway, occurred: '2026-02-30', more: true }),
      row({}),
      row({ pathway, recorded: '2026-11-24' }),
      'nothing like a row',
    ]
    const before = await entries()
    const answer = await send(rows)
    expect(outcomes(answer)).toEqual(['left', ...Array(10).fill('refused')])
    expect(answer.body.results.slice(1).map((one: Answer) => [one.row, one.issues[0].code, one.issues[0].path[0]])).toEqual([
      [2, 'door/unknown-code', 'code'],
      [3, 'door/in-the-future', 'occurred'],
      [4, 'ledger/not-there', 'pathway'],
      [5, 'ledger/not-there', 'pathway'],
      [6, 'intake/no-patient', 'patient'],
      [7, 'http/shape', 'code'],
      [8, 'http/shape', 'occurred'],
      [9, 'http/shape', undefined],
      [10, 'ledger/not-allowed', 'recorded'],
      [11, 'http/shape', undefined],
    ])
    expect(await entries()).toBe(before)
    expect((await send(rows)).body).toEqual({ ...answer.body, replayed: true })
    const log = await at.ask(officer, 'GET', '/api/log?kind=intake-received&limit=1')
    expect(log.body.rows[0].told).toMatchObject({ sha256: answer.body.sha256, rows: 11, taken: 0, refused: 10, whole: true })
    const part = await send(rows, { whole: false, chunk: 3 })
    expect(outcomes(part)).toEqual(['taken', ...Array(10).fill('refused')])
    expect(await entries()).toBe(before + 1)
  })

  test('a row is judged as if those before it were written', async () => {
    const { pathway } = await openedPathway(at, machine, 2, 'no-house')
    const rows = [row({ pathway }), row({ pathway, occurred: '2026-11-24' })]
    const answer = await send(rows, { whole: false })
    expect(answer.body.results[1], JSON.stringify(answer.body)).toMatchObject({
      outcome: 'refused',
      issues: [{ code: 'ledger/not-passed' }],
    })
  })

  test('who may import gives the day another system recorded it', async () => {
    const imported = lonely('00000000120', {
      occurred: '2025-01-10',
      recorded: '2025-01-12',
      recorder: 'coordinator',
      passing: ['door/long-ago'],
    })
    const answer = await send([imported], {}, importer)
    expect(outcomes(answer), JSON.stringify(answer.body)).toEqual(['taken'])
    const read = await at.ask(coordinator, 'GET', `/api/pathways/${answer.body.results[0].pathway}`)
    expect(read.body.entries).toMatchObject([{ occurred: '2025-01-10', recorded: '2025-01-12', recorder: 'coordinator' }])
  })

  test('a fault at any row leaves nothing of the whole, and of chunks only whole ones', async () => {
    const owner = await connectClient(at.url)
    try {
      await owner.query('ALTER TABLE varde.entry ADD CONSTRAINT for_this_test CHECK (value IS DISTINCT FROM 666) NOT VALID')
      for (const bad of [0, 7, 19]) {
        const rows = Array.from({ length: 20 }, (_, i) =>
          lonely(`0000000${bad}2${String(i).padStart(2, '0')}`, i === bad ? { value: 666 } : {}),
        )
        const before = await entries()
        expect((await send(rows)).status).toBe(500)
        expect(await entries()).toBe(before)
        expect((await send(rows, { whole: false, chunk: 5 })).status).toBe(500)
        expect(await entries()).toBe(before + Math.floor(bad / 5) * 5)
      }
      await owner.query('ALTER TABLE varde.entry DROP CONSTRAINT for_this_test')
      const { rows: chain } = await owner.query(`SELECT * FROM varde.chain_problems(2, 'act')`)
      expect(chain).toEqual([])
    } finally {
      await owner.end()
    }
  })

  test('a connection that is killed on the way leaves nothing, or all where it had been written; sent again it is whole', async () => {
    const owner = await connectClient(at.url)
    try {
      for (let round = 0; round < 6; round++) {
        const rows = Array.from({ length: 60 }, (_, i) => lonely(`000000${round}3${String(i).padStart(3, '0')}`))
        const before = await entries()
        const sending = send(rows)
        // Killed while it writes: at another row each round.
        for (let tries = 0; tries < 400; tries++) {
          const { rowCount } = await owner.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'varde' AND state = 'active'
               AND query LIKE '%FROM act(%' AND clock_timestamp() - query_start > $1::float8 * interval '1 ms'`,
            [round * 4],
          )
          if (rowCount) break
        }
        const { status } = await sending
        const after = await entries()
        expect([before, before + 60]).toContain(after)
        if (status === 200) expect(after).toBe(before + 60)
        expect((await send(rows)).body).toMatchObject({ rows: 60, refused: 0 })
        expect(await entries()).toBe(before + 60)
      }
    } finally {
      await owner.end()
    }
  })

  test('what is too large, too deep, or no text is refused before it is built', async () => {
    expect((await send([`${'x'.repeat(10 * 1_048_576)}`])).status).toBe(413)
    expect((await send(Array(2001).fill(0))).status).toBe(400)
    expect((await at.ask(machine, 'POST', '/api/intake', '['.repeat(100_000))).body.issues[0]).toMatchObject({
      code: 'http/unreadable',
      message: expect.stringContaining('64'),
    })
    const polluting = await at.ask(machine, 'POST', '/api/intake', '{"org":2,"rows":[{"__proto__":{"polluted":1}}]}')
    expect([polluting.status, ({} as Answer).polluted]).toEqual([400, undefined])
    const broken = await at.app.inject({
      method: 'POST',
      url: '/api/intake',
      headers: { 'x-person': String(machine), 'content-type': 'application/json' },
      payload: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]),
    })
    expect([broken.statusCode, broken.json().issues[0].code]).toEqual([400, 'http/unreadable'])
    expect((await send([lonely('00000000140')], {}, elsewhere)).status).toBe(404)
    expect((await send([lonely('00000000140')], {}, officer)).status).toBe(403)
  })

  test('two thousand rows go in one call', async () => {
    const rows = Array.from({ length: 2000 }, (_, i) => lonely(`9${String(i).padStart(9, '0')}`))
    const answer = await send(rows)
    expect(answer.body).toMatchObject({ rows: 2000, taken: 2000, refused: 0 })
  })
})
