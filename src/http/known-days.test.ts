import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresServers } from '../../test/support/postgres.ts'
import { type Answer, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'
import { mostVintages, vintageDays } from '../core/bench/vintages.ts'
import { addDays, type Day, dayText, monthsLater, periodDays, periodOf, periodText } from '../core/words/day.ts'
import { type Instant, wallTimeOf } from '../core/words/instant.ts'
import { connectClient } from '../store/postgres.ts'

/** Invented months: of 20 treated, 12 in time. Ten of those and six of the others are recorded within the month, the rest a month late. */
const months = 10
const [met, metLate, missed, missedLate] = [10, 2, 6, 2]

describe.each(postgresServers())('figures as known on past days, over HTTP on $name', ({ url }) => {
  let at: ServiceUnderTest
  let owner: Client
  let analyst: number
  let coordinator: number
  const today = wallTimeOf(Math.floor(Date.now() / 1000) as Instant, 'Europe/Oslo').day
  /** The newest month of which the end is read, and so many before it. */
  const newest = periodOf(vintageDays(today, today)[0]!, 'month')
  const monthAt = (back: number): number => monthsLater(newest, -back)
  const firstOf = (month: number): Day => periodDays(month, 'month')[0]
  const text = (month: number): string => periodText(month, 'month')

  /** So many treated on the tenth of a month after so many days, all of it recorded on one day. */
  async function treated(ledger: number, month: number, { count = 1, days, on: recordedOn }: { count?: number; days: number; on: Day }) {
    const on = addDays(firstOf(month), 9)
    const times = Array.from({ length: count })
    const patients = await at.act(ledger, ...times.map(() => ({ kind: 'patient-registered' as const, payload: { name: 'Invented' } })))
    const opening = patients.map(({ seq }) => ({
      kind: 'pathway-opened' as const,
      pack: at.packs[0]!.pack,
      payload: { patient: seq, org: ledger },
    }))
    const recorded = { recorded: dayText(recordedOn), recordedAt: recordedOn * 86_400, recorder: 'coordinator', place: ledger }
    const entry = (pathway: number, code: string, occurred: Day) => ({
      kind: 'imported' as const,
      pathway,
      payload: { code, occurred: dayText(occurred), ...recorded },
    })
    const opened = await at.act(ledger, ...opening)
    await at.act(ledger, ...opened.flatMap(({ pathway }) => [entry(pathway, 'M1A', addDays(on, -days)), entry(pathway, 'M1TS', on)]))
  }
  async function month(ledger: number, of: number, late: boolean): Promise<void> {
    const on = addDays(firstOf(of), late ? 45 : 14)
    await treated(ledger, of, { count: late ? metLate : met, days: 20, on })
    await treated(ledger, of, { count: late ? missedLate : missed, days: 50, on })
  }

  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/demo'])
    owner = await connectClient(at.url)
    analyst = (await at.person('Invented analyst', 'analyst', 1)).person
    coordinator = (await at.person('Invented coordinator', 'coordinator', 2)).person
    for (let back = months - 1; back >= 0; back--) {
      await month(2, monthAt(back), false)
      if (back > 0) await month(2, monthAt(back), true) // what is late of the newest month is not recorded yet
    }
  }, 120_000)
  afterAll(async () => {
    await owner.end()
    await at.close()
  })

  const question = 'pack=demo&indicator=treated-in-time'
  const get = async (path: string, person = analyst): Promise<Answer> => {
    const { status, body } = await at.ask(person, 'GET', path)
    expect(status, JSON.stringify(body)).toBe(200)
    return body
  }
  const bench = (more = '') => get(`/api/bench?${question}${more}`)
  /** Asks on until all is read, as the page does. */
  async function readAll(more = ''): Promise<number> {
    for (let asked = 1; asked <= mostVintages; asked++) {
      const { read, of } = await get(`/api/bench/days?${question}${more}`)
      if (read === of) return asked
    }
    throw new Error('It is never all read.')
  }
  const kept = async () => (await owner.query('SELECT v::text AS row FROM varde.vintage v ORDER BY 1')).rows.map(({ row }) => row)

  test('are not there until they are read, and then months not all reported are expected and not judged', async () => {
    const before = await bench()
    expect(before.reported).toEqual({
      read: 0,
      of: mostVintages,
      delays: null,
      knownOn: dayText(vintageDays(today, today)[0]!),
      refused: null,
      have: null,
      need: null,
    })
    expect(before.recent).toEqual([])
    expect(await kept()).toEqual([])

    // Four who ask at once read the same days, each once.
    await Promise.all([readAll(), readAll(), readAll(`&org=2`), readAll(`&org=3`)])
    const after = await bench()
    // Before the first month nothing was recorded: one empty day ends the reading.
    expect(after.reported).toMatchObject({ read: months, of: months, delays: 1, refused: null })
    expect(after.months.points.map((p: Answer) => p.month)).toEqual(
      Array.from({ length: months - 1 }, (_, i) => text(monthAt(months - 1 - i))),
    )
    const recent = after.recent.at(-1)
    expect([recent.month, recent.met, recent.all]).toEqual([text(monthAt(0)), met, met + missed])
    // 6 of 8 who missed have come, and 10 of 12 who kept the limit.
    expect(recent.complete).toBeCloseTo(0.75, 6)
    const [share, soFar] = [12 / 20, 10 / 16]
    expect(Math.abs(recent.expected.share - share)).toBeLessThan(0.005)
    expect(Math.abs(soFar - share)).toBeGreaterThan(0.02)
    expect(recent.expected.all).toBeGreaterThan(19.5)
    expect(recent.expected.all).toBeLessThan(20.7)
    expect(recent.expected.band).toMatchObject({ refused: 'too-few' })
    expect(after.chance.low).toBeLessThan(after.figure.share)
  })

  test('are what the figures say of those days, and stay so to the byte whoever asks again', async () => {
    const said = JSON.stringify(await bench())
    const rows = await kept()
    // Of the houses in which nothing was ever recorded one empty day is kept, the newest.
    expect(rows).toHaveLength(months + 1 + 2)
    expect(await readAll()).toBe(1)
    expect(await kept()).toEqual(rows)
    expect(JSON.stringify(await bench())).toBe(said)
    const sums = await owner.query(
      `SELECT v.known_on::text AS day, u.period, (sum(u.met) / 1000000)::int AS met, (sum(u.met + u.missed) / 1000000)::int AS all
       FROM varde.vintage v, unnest(v.period, v.met, v.missed) u (period, met, missed) WHERE v.ledger = 2 GROUP BY 1, 2 ORDER BY 1, 2`,
    )
    expect(sums.rows.length).toBeGreaterThan(40)
    for (const [day, own] of [...Map.groupBy(sums.rows, (row) => row.day)].filter((_, i) => i % 4 === 1)) {
      const { figures } = await get(`/api/figures?${question}&by=period&asOf=${day}`)
      const since = text(monthsLater(Number(day.slice(0, 7).replace('-', '')), -12))
      const counted = figures.filter((f: Answer) => f.denominator > 0 && f.period >= since)
      expect(
        own.map((row) => [text(row.period), row.met, row.all]),
        day,
      ).toEqual(counted.map((f: Answer) => [f.period, f.numerator, f.denominator]))
    }
  })

  test('what is recorded today changes no past day; what is said to have been recorded then does', async () => {
    const [rows, before] = [await kept(), await bench()]
    await treated(2, monthAt(1), { days: 20, on: today })
    expect(await bench()).toMatchObject({ reported: { read: months, of: months }, recent: before.recent })
    await readAll()
    expect(await kept()).toEqual(rows)

    // Brought in now, recorded two months ago: the days since then are read anew, those before stand.
    const day = addDays(firstOf(monthAt(1)), 20)
    await treated(2, monthAt(1), { days: 50, on: day })
    const { reported } = await bench()
    expect(reported).toMatchObject({ read: months - 2, of: months })
    await readAll()
    const changed = await kept()
    const other = changed.filter((row) => !rows.includes(row))
    expect(other).toHaveLength(2)
    const figure = await get(`/api/figures?${question}&by=period&asOf=${dayText(vintageDays(today, today)[1]!)}&in=${text(monthAt(1))}`)
    const [sum] = (
      await owner.query(
        `SELECT (sum(u.missed) / 1000000)::int AS missed FROM varde.vintage v, unnest(v.period, v.missed) u (period, missed) WHERE v.ledger = 2 AND v.known_on = $1 AND u.period = $2`,
        [dayText(vintageDays(today, today)[1]!), monthAt(1)],
      )
    ).rows
    expect(sum.missed).toBe(figure.figures[0].denominator - figure.figures[0].numerator)
    expect(sum.missed).toBe(missed + 1)
  })

  test('as known on an earlier day the months before it are told by what was known by then', async () => {
    const asOf = dayText(vintageDays(today, today)[2]!)
    const then = await bench(`&asOf=${asOf}`)
    expect(then.reported).toMatchObject({ read: months - 2, of: months - 2, knownOn: asOf })
    const recent = then.recent.at(-1)
    expect(recent.month).toBe(text(monthAt(2)))
    expect(Math.abs(recent.expected.share - 12 / 20)).toBeLessThan(0.005)
  })

  test('ten cases of which three rest on entries let stand: the figure, on how many it rests, what it would be, and which they are', async () => {
    const on = (days: number) => dayText(addDays(firstOf(monthAt(3)), days))
    const sure = (code: string, days: number, standing = 'sure') => ({ code, occurred: on(days), standing })
    const cases = [
      ...Array.from({ length: 5 }, () => [sure('M1A', 0), sure('M1TS', 20)]),
      ...Array.from({ length: 2 }, () => [sure('M1A', 0), sure('M1TS', 50)]),
      // Within the limit if the first day is right, and not if the second is.
      ...Array.from({ length: 2 }, () => [sure('M1A', 0), sure('M1TS', 20, 'let-stand'), sure('M1TS', 50)]),
      [sure('M1A', 0, 'let-stand'), sure('M1A', 30), sure('M1TS', 50)],
    ]
    for (const entries of cases) {
      const [patient] = await at.act(3, { kind: 'patient-registered', payload: { name: 'Invented' } })
      const payload = { patient: patient!.seq, org: 3 }
      const [opened] = await at.act(3, { kind: 'pathway-opened', pack: at.packs[0]!.pack, payload })
      await at.act(3, ...entries.map((entry) => ({ kind: 'recorded' as const, pathway: opened!.pathway, payload: { ...entry, place: 3 } })))
    }
    const { figure, unsettled } = await bench('&org=3')
    expect([figure.numerator, figure.denominator, figure.fellShort]).toEqual([7, 10, { 'care-late': 2, 'in-doubt': 1 }])
    expect(unsettled).toEqual({ items: 3, numerator: 6, denominator: 10, share: 0.6 })
    const there = (await at.person('Invented coordinator there', 'coordinator', 3)).person
    const { lines } = await get(`/api/account?${question}&why=unsettled`, there)
    expect(lines.map(({ bin, doubt }: Answer) => `${bin} ${doubt}`).toSorted()).toEqual(['met missed', 'met missed', 'missed met'])
  })

  test('of a place or a kind are those of it, and of a house one may not count in there are none', async () => {
    const whole = await bench()
    expect((await bench('&place=2&variant=marsh')).recent).toEqual(whole.recent)
    // What is there was recorded today: no past day knows of it.
    expect((await bench('&place=3')).reported).toMatchObject({ read: months, of: months, refused: 'nothing-counted' })
    expect((await bench('&variant=hill')).reported.refused).toBe('nothing-counted')
    // The pack says of this one too which way is better, and its chart goes by it.
    expect((await get('/api/bench?pack=demo&indicator=decided')).months.good).toBe('up')
    const there = (await at.person('Invented analyst of another house', 'analyst', 3)).person
    expect((await get(`/api/bench?${question}&org=2`, there)).reported).toMatchObject({ read: 0, of: 0 })
    expect(await get(`/api/bench/days?${question}&org=2`, there)).toEqual({ read: 0, of: 0 })
    expect((await at.ask(coordinator, 'GET', `/api/bench/days?${question}`)).status).toBe(200)
    const officer = (await at.person('Invented officer', 'data-protection-officer', 2)).person
    expect((await at.ask(officer, 'GET', `/api/bench/days?${question}`)).status).toBe(403)
  })
})
