import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addDays, type Day, dayText, readDay } from '../../src/core/words/day.ts'
import { endOfDay, type Instant, instantOf, wallTimeOf } from '../../src/core/words/instant.ts'
import { connectClient } from '../../src/store/postgres.ts'
import { postgresServers } from '../support/postgres.ts'
import { type ServiceUnderTest, serviceUnderTest } from '../support/service.ts'

const zones = ['Europe/Oslo', 'Europe/London', 'America/St_Johns', 'UTC'] as const

/** Days on which a calendar is most easily got wrong: summer time begins and ends (there and elsewhere), leap days, year ends. */
const turning = [
  '2024-02-28',
  '2024-02-29',
  '2024-03-01',
  '2023-02-28',
  '2024-03-10',
  '2024-03-30',
  '2024-03-31',
  '2024-04-01',
  '2024-10-26',
  '2024-10-27',
  '2024-10-28',
  '2024-11-03',
  '2024-12-31',
  '2025-01-01',
  '2025-03-09',
  '2025-03-30',
  '2025-10-26',
  '2025-11-02',
  '2025-12-31',
  '2026-01-01',
  '2026-03-29',
  '2026-10-25',
]

const day = (text: string): Day => readDay(text)!

describe('a day is a day of its place', () => {
  test.each(zones)('in %s, on every day from 2015 to 2035 and at every hour, counting there and back', (zone) => {
    for (let d = day('2015-01-01'); d <= day('2035-12-31'); d = addDays(d, process.env['SOAK'] ? 1 : 7)) {
      const start = instantOf({ day: d, seconds: 0 }, zone)
      const end = endOfDay(d, zone)
      expect([23, 24, 25].map((hours) => hours * 3600)).toContain(end - start)
      for (let t: number = start; t < end; t += 3600) expect(wallTimeOf(t as Instant, zone).day).toBe(d)
      expect(wallTimeOf((end - 1) as Instant, zone).day).toBe(d)
      for (const n of [1, 28, 31, 62, 365]) expect(addDays(addDays(d, n), -n)).toBe(d)
    }
  })
})

describe.each(postgresServers())('time in the service on $name', ({ url }) => {
  let at: ServiceUnderTest
  let now = new Date('2026-11-25T12:00:00Z')
  let owner: Awaited<ReturnType<typeof connectClient>>
  let coordinator: number
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/demo'], { now: () => now })
    owner = await connectClient(at.url)
    await owner.query('SET ROLE varde_owner; SET search_path = varde')
    coordinator = (await at.person('Invented coordinator', 'coordinator', 2)).person
  })
  afterAll(async () => {
    await owner.end()
    await at.close()
  })

  const good = async (asked: ReturnType<ServiceUnderTest['ask']>) => {
    const answer = await asked
    if (answer.status > 299) throw new Error(JSON.stringify(answer.body))
    return answer.body
  }
  async function opened(org = 2, who = coordinator) {
    const { patient } = await good(at.ask(who, 'POST', '/api/patients', { org, name: 'Invented' }))
    const { pathway } = await good(at.ask(who, 'POST', '/api/pathways', { org, patient, pack: 'demo' }))
    return { pathway: pathway as string, n: Number(pathway.split('-')[1]) }
  }
  const record = (pathway: string, body: object, version: number, who = coordinator) =>
    at.ask(
      who,
      'POST',
      `/api/pathways/${pathway}/entries`,
      { passing: ['door/late:start', 'door/late:treatment', 'door/long-ago'], decider: 'clinician', ...body },
      { 'if-match': `"${version}"` },
    )
  const head = async (ledger: number, chain = 'act') =>
    (
      await owner.query('SELECT seq::int AS seq, extract(epoch FROM at)::float8 AS at FROM log_head WHERE ledger = $1 AND chain = $2', [
        ledger,
        chain,
      ])
    ).rows[0] as {
      readonly seq: number
      readonly at: number
    }

  test('a clock gives the same days as a calendar, over summer time, leap days and year ends', async () => {
    now = new Date('2026-11-25T12:00:00Z')
    const lengths = new Map<string, number>()
    for (const text of turning)
      for (const length of [0, 1, 28, 35]) {
        const stop = dayText(addDays(day(text), length))
        if (stop > '2026-11-24') continue
        const { pathway } = await opened()
        expect((await record(pathway, { code: 'M1A', occurred: text }, 0)).status, text).toBe(201)
        const treated = await record(pathway, { code: 'M1TS', occurred: stop }, 1)
        expect([text, stop, treated.status, treated.status === 201 ? '' : treated.body]).toEqual([text, stop, 201, ''])
        const { explanation } = await good(at.ask(coordinator, 'GET', `/api/pathways/${pathway}`))
        const clock = explanation.clocks.find((each: { readonly interval: string }) => each.interval === 'start-to-treatment')
        const said = /: (\d+) days?/.exec(clock.arithmetic.join('\n'))?.[1]
        expect([text, length, said]).toEqual([text, length, String(length)])
        lengths.set(pathway, length)
      }
    // And the database says the same.
    const { lines } = await good(at.ask(coordinator, 'GET', '/api/account?pack=demo&indicator=treated-in-time'))
    const counted = new Map(lines.map((line: { readonly pathway: string; readonly length?: number }) => [line.pathway, line.length]))
    for (const [pathway, length] of lengths) expect([pathway, counted.get(pathway)]).toEqual([pathway, length])
    expect(lengths.size).toBe(turning.length * 4 - 1)
  })

  test('a clock that runs counts the days up to today, over both changes', async () => {
    for (const [start, today, days] of [
      ['2026-03-27', '2026-03-31T22:30:00Z', 5],
      ['2026-10-23', '2026-10-26T22:30:00Z', 3],
      ['2026-10-23', '2026-10-26T23:30:00Z', 4],
      ['2024-02-28', '2024-03-01T12:00:00Z', 2],
      ['2025-12-30', '2026-01-01T00:00:00Z', 2],
    ] as const) {
      now = new Date(today)
      const { pathway } = await opened()
      expect((await record(pathway, { code: 'M1A', occurred: start }, 0)).status).toBe(201)
      const [patient] = [(await good(at.ask(coordinator, 'GET', `/api/pathways/${pathway}`))).patient]
      const { pathways } = await good(at.ask(coordinator, 'GET', `/api/pathways?pack=demo&patient=${patient}`))
      const clock = pathways[0].clocks.find((each: { readonly interval: string }) => each.interval === 'start-to-treatment')
      expect([start, today, clock?.day]).toEqual([start, today, days])
    }
    now = new Date('2026-11-25T12:00:00Z')
  })

  test('a day that does not exist is refused, and 29 February is one in leap years alone', async () => {
    const { pathway } = await opened()
    for (const occurred of ['2025-02-29', '2100-02-29', '2026-02-30', '2026-04-31', '2026-13-01', '2026-00-10', '0026-01-01'])
      expect([occurred, (await record(pathway, { code: 'M1V', occurred }, 0)).status]).toEqual([occurred, 400])
    expect((await record(pathway, { code: 'M1V', occurred: '2024-02-29' }, 0)).status).toBe(201)
  })

  test('a moment belongs to the day of its place, in the hour that comes twice and beside the one that does not come', async () => {
    now = new Date('2026-11-25T12:00:00Z')
    const cases: readonly (readonly [string, string, number])[] = [
      ['2026-10-25', '2026-10-25T02:30:00+02:00', 201],
      ['2026-10-25', '2026-10-25T02:30:00+01:00', 201],
      ['2026-10-25', '2026-10-24T22:00:00Z', 201],
      ['2026-10-25', '2026-10-24T21:59:59Z', 422],
      ['2026-10-25', '2026-10-25T22:59:59Z', 201],
      ['2026-10-25', '2026-10-25T23:00:00Z', 422],
      ['2026-03-29', '2026-03-28T23:00:00Z', 201],
      ['2026-03-29', '2026-03-29T21:59:59Z', 201],
      ['2026-03-29', '2026-03-29T22:00:00Z', 422],
      ['2025-12-31', '2025-12-31T22:59:59Z', 201],
      ['2025-12-31', '2025-12-31T23:00:00Z', 422],
    ]
    for (const [occurred, occurredAt, status] of cases) {
      const { pathway } = await opened()
      const answer = await record(pathway, { code: 'M1V', occurred, occurredAt }, 0)
      expect([occurredAt, answer.status, answer.body.issues?.[0]?.code]).toEqual([
        occurredAt,
        status,
        status === 201 ? undefined : 'door/other-day',
      ])
    }
  })

  test('tomorrow begins at midnight there: an entry of today is taken a second after it and refused a second before', async () => {
    for (const [zone, midnight, text] of [
      ['Europe/Oslo', '2026-06-30T22:00:00Z', '2026-07-01'],
      ['Europe/Oslo', '2025-12-31T23:00:00Z', '2026-01-01'],
      ['Europe/London', '2026-03-29T00:00:00Z', '2026-03-29'],
      ['America/St_Johns', '2026-11-01T02:30:00Z', '2026-11-01'],
    ] as const) {
      const org = await house(zone)
      const { pathway } = await opened(org.org, org.person)
      now = new Date(Date.parse(midnight) - 1000)
      const early = await record(pathway, { code: 'M1V', occurred: text }, 0, org.person)
      expect([zone, midnight, early.status, early.body.issues?.[0]?.code]).toEqual([zone, midnight, 422, 'door/in-the-future'])
      now = new Date(Date.parse(midnight) + 1000)
      expect([zone, midnight, (await record(pathway, { code: 'M1V', occurred: text }, 0, org.person)).status]).toEqual([
        zone,
        midnight,
        201,
      ])
    }
    now = new Date('2026-11-25T12:00:00Z')
  })

  let houses = 0
  /** A hospital in a zone, with a coordinator. */
  async function house(zone: string) {
    const org = 10 + ++houses
    // The acts of a house say its number as its ledger, and its zone.
    await at.ledger.as(
      {
        ...at.operator,
        rights: at.operator.rights.map((right) => ({ ...right, scopes: new Set([...right.scopes, org * 1000, org * 1000 + 1]) })),
      },
      (session) =>
        session.act(1, [
          {
            key: `house-in-time-${org}`,
            kind: 'organisation-set',
            payload: { org, parent: 1, kind: 'hospital', name: `hospital ${org} (invented)`, zone, ledger: org },
          },
        ]),
    )
    const person = 9000 + org
    const acting = {
      ...at.operator,
      rights: at.operator.rights.map((right) => ({ ...right, scopes: new Set([org * 1000, org * 1000 + 1]) })),
    }
    await at.ledger.as(acting, (session) =>
      session.act(org, [
        { key: `person-in-time-${org}`, kind: 'person-set', payload: { person, name: 'Invented coordinator' } },
        { key: `role-in-time-${org}`, kind: 'role-given', payload: { person, org, role: 'coordinator' } },
      ]),
    )
    return { org, person }
  }

  test('what is recorded around midnight stands on the ledger’s own day, wherever the database thinks it is', async () => {
    for (const zone of zones) {
      const { org, person } = await house(zone)
      // The head is set to a moment still to come: the next act comes right after it.
      for (const text of ['2031-03-29', '2031-03-30', '2031-10-26', '2031-11-02', '2031-12-31', '2032-02-29']) {
        for (const [before, expected] of [
          [-2, dayText(addDays(day(text), -1))],
          [1, text],
        ] as const) {
          const { pathway, n } = await opened(org, person)
          const midnight = instantOf({ day: day(text), seconds: 0 }, zone)
          await owner.query(`UPDATE log_head SET at = greatest(at, to_timestamp($2)) WHERE ledger = $1 AND chain = 'act'`, [
            org,
            midnight + before,
          ])
          expect((await record(pathway, { code: 'M1V', occurred: '2026-06-01' }, 0, person)).status).toBe(201)
          const { rows } = await owner.query('SELECT recorded FROM entry WHERE ledger = $1 AND pathway = $2', [org, n])
          expect([zone, before, rows[0].recorded]).toEqual([zone, before, expected])
        }
      }
    }
  })

  test('a clock that is set back or forward keeps the order: later acts have later times, and the chains hold', async () => {
    const { pathway } = await opened()
    const times: number[] = []
    let version = 0
    for (const jump of ['1 hour', '0', '-1 hour', '1 day', '0', '-1 day', '0']) {
      // Ahead of the clock as after it was set back by so much, or behind as after it went forward; behind what is written no head can lie.
      await owner.query(
        `UPDATE log_head SET at = greatest(at + $1::interval, (SELECT max(l.at) FROM log l WHERE l.ledger = log_head.ledger AND l.chain = log_head.chain)) WHERE ledger = 2`,
        [jump],
      )
      for (let i = 0; i < 3; i++) {
        expect(
          (
            await record(
              pathway,
              { code: 'M1V', occurred: `2026-05-0${i + 1}`, passing: ['door/same-again', 'door/recorded-already', 'door/late:start'] },
              version,
            )
          ).status,
        ).toBe(201)
        version++
        times.push((await head(2)).at)
        await good(at.ask(coordinator, 'GET', `/api/pathways/${pathway}`))
      }
    }
    expect(times.every((time, i) => i === 0 || time > times[i - 1]!)).toBe(true)
    for (const chain of ['act', 'look']) expect((await owner.query(`SELECT * FROM chain_faults(2, $1, 1)`, [chain])).rows).toEqual([])
    const { rows } = await owner.query(
      `SELECT count(*)::int AS n FROM (SELECT at, lag(at) OVER (PARTITION BY chain ORDER BY seq) AS before FROM log WHERE ledger = 2) x WHERE at <= before`,
    )
    expect(rows[0].n).toBe(0)
    // That the newest act lies ahead is there for the operator to see.
    expect(Number((await at.ledger.rows('SELECT head_ahead() AS ahead'))[0]?.['ahead'])).toBeGreaterThan(3600)
  })
})
