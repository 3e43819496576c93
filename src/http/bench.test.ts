import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemonstrationUnderTest, openDemonstrationUnderTest } from '../../test/support/demonstration.ts'
import type { Answer } from '../../test/support/service.ts'

let demonstration: DemonstrationUnderTest
beforeAll(async () => {
  demonstration = await openDemonstrationUnderTest(300)
}, 120_000)
afterAll(() => demonstration?.stop())

type Ask = (path: string) => Promise<{ status: number; body: Answer }>

async function signedIn(person: number): Promise<Ask> {
  const { address } = demonstration
  const answer = await fetch(`${address}/api/demonstration/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: address },
    body: JSON.stringify({ person }),
  })
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  return async (path) => {
    const said = await fetch(`${address}${path}`, { headers: { cookie } })
    return { status: said.status, body: await said.json() }
  }
}

const question = 'pack=no-house&indicator=OF4'
const monthOf = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 7)

describe('one figure on the bench', () => {
  test('says what is counted by hand from the lines of its account: in all, by month, by place, by month of start', async () => {
    const ask = await signedIn(demonstration.person('coordinator'))
    const { body: bench, status } = await ask(`/api/bench?${question}`)
    expect(status, JSON.stringify(bench)).toBe(200)
    const { body: account } = await ask(`/api/account?${question}&limit=5000`)
    const lines: readonly Answer[] = account.lines
    const counted = lines.filter(({ bin }) => bin !== 'left-out')
    expect(counted.length).toBeGreaterThan(10)
    const met = (some: readonly Answer[]): number => some.filter(({ bin }) => bin === 'met').length
    expect([bench.figure.numerator, bench.figure.denominator]).toEqual([met(counted), counted.length])
    expect(Object.values<number>(bench.figure.leftOut).reduce((a, b) => a + b, 0)).toBe(lines.length - counted.length)

    // Months that are over: the demonstration's own month is not.
    const now = bench.asOf.slice(0, 7)
    const byMonth = Map.groupBy(counted, ({ periodDay }) => monthOf(periodDay))
    expect(bench.months.points.map((p: Answer) => [p.month, p.met, p.all])).toEqual(
      [...byMonth]
        .filter(([month]) => month < now)
        .map(([month, own]) => [month, met(own), own.length])
        .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    )
    const byPlace = Map.groupBy(counted, ({ place }) => place)
    expect(bench.places.places.map((p: Answer) => [p.place, p.met, p.all]).toSorted()).toEqual(
      [...byPlace].map(([place, own]) => [place, met(own), own.length]).toSorted(),
    )
    // A month of start holds those counted and those not finished yet.
    const open = ['running', 'overrun-waiting', 'overrun-not-coded']
    const begun = lines.filter((line) => (line.bin !== 'left-out' || open.includes(line.leftOut)) && line.limit !== undefined)
    const byStart = Map.groupBy(begun, ({ startDay }) => monthOf(startDay))
    expect(bench.starts.map((s: Answer) => [s.month, s.started, s.finishedWithin, s.running])).toEqual(
      [...byStart]
        .map(([month, own]) => [month, own.length, met(own), own.filter((line) => line.leftOut === 'running').length])
        .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    )
    for (const { share, started, finishedWithin, running } of bench.starts) expect(share).toBe(running ? null : finishedWithin / started)
    expect(bench.heaping.refused).toBe('too-few')
    // Asked again it is the same, to the byte.
    expect(JSON.stringify((await ask(`/api/bench?${question}`)).body)).toBe(JSON.stringify(bench))
  })

  test('an account can be asked for one reason, and for one month of start, and holds as many as the number says', async () => {
    const ask = await signedIn(demonstration.person('coordinator'))
    const { body: bench } = await ask(`/api/bench?${question}`)
    for (const [why, count] of Object.entries({ ...bench.figure.fellShort, ...bench.figure.leftOut }))
      expect((await ask(`/api/account?${question}&why=${why}`)).body.lines, why).toHaveLength(Number(count))
    for (const { month, started } of bench.starts.slice(-3))
      expect((await ask(`/api/account?${question}&started=${month}`)).body.lines, month).toHaveLength(started)
    expect((await ask(`/api/account?${question}&why=nothing-of-ours`)).status).toBe(400)
  })

  test('as known on an earlier day, of one place and one period, it is the figure of those', async () => {
    const ask = await signedIn(demonstration.person('coordinator'))
    const [place] = (await ask(`/api/bench?${question}`)).body.places.places.map((p: Answer) => p.place)
    const narrowed = `${question}&asOf=2026-09-15&place=${place}&in=2026&period=year`
    const { body: bench } = await ask(`/api/bench?${narrowed}`)
    const { body: listed } = await ask(`/api/figures?${narrowed}`)
    expect(bench.asOf).toBe('2026-09-15')
    expect(listed.figures).toHaveLength(1)
    expect(bench.figure).toEqual(listed.figures[0])
    expect(bench.months.points?.every(({ month }: Answer) => month < '2026-09') ?? true).toBe(true)
  })

  test('says how much of it rests on entries in doubt, opens those, and what it would be without them', async () => {
    const ask = await signedIn(demonstration.person('coordinator'))
    const { body: bench } = await ask(`/api/bench?${question}`)
    const { body: whole } = await ask(`/api/account?${question}&limit=5000`)
    const { body: doubtful } = await ask(`/api/account?${question}&why=unsettled`)
    const counted: readonly Answer[] = whole.lines.filter(({ bin }: Answer) => bin !== 'left-out')
    const without = counted.map(({ bin, doubt = bin }: Answer) => doubt)
    expect(doubtful.lines).toEqual(counted.filter(({ doubt }) => doubt !== undefined))
    const [met, all] = [without.filter((one) => one === 'met').length, without.filter((one) => one !== 'neither').length]
    expect(bench.unsettled).toEqual({ items: doubtful.lines.length, numerator: met, denominator: all, share: met / all })
    // Of what asks for a condition it is not told.
    expect((await ask('/api/bench?pack=no-house&indicator=OA1')).body.unsettled).toBeNull()
  })

  test('two definitions of one idea: how many only one of them counts for those who count, and who they are for those who see', async () => {
    const ask = await signedIn(demonstration.person('coordinator'))
    const of = async (indicator: string, more = ''): Promise<readonly Answer[]> =>
      (await ask(`/api/account?pack=no-house&indicator=${indicator}&limit=5000${more}`)).body.lines
    const counted = async (indicator: string) =>
      new Map(
        (await of(indicator)).filter(({ bin }) => bin !== 'left-out').map(({ pathway, variant, bin }) => [`${pathway} ${variant}`, bin]),
      )
    const [one, other] = [await counted('OF4'), await counted('OF3')]
    const shared = [...one].filter(([key]) => other.has(key))
    const { body: overlap } = await ask(`/api/bench/overlap?${question}&against=OF3`)
    expect(overlap).toEqual({
      alike: shared.filter(([key, bin]) => other.get(key) === bin).length,
      otherwise: shared.filter(([key, bin]) => other.get(key) !== bin).length,
      onlyOne: one.size - shared.length,
      onlyOther: other.size - shared.length,
    })
    expect(overlap.alike + overlap.otherwise + overlap.onlyOne + overlap.onlyOther).toBeGreaterThan(10)
    const lists = [await of('OF4', '&against=OF3'), await of('OF3', '&against=OF4'), await of('OF4', '&against=OF3&counts=otherwise')]
    expect(lists.map(({ length }) => length)).toEqual([overlap.onlyOne, overlap.onlyOther, overlap.otherwise])
    for (const line of lists.flat()) expect(line.other).toMatch(/^[a-z-]+$/)
    expect(Math.max(overlap.onlyOne, overlap.onlyOther)).toBeGreaterThan(0)

    const counts = await signedIn(demonstration.person('manager'))
    const told = await counts(`/api/bench/overlap?${question}&against=OF3`)
    expect([told.status, Object.keys(told.body)]).toEqual([200, Object.keys(overlap)])
    expect([403, 404]).toContain((await counts(`/api/account?${question}&against=OF3`)).status)
    expect((await ask(`/api/bench/overlap?${question}&against=nothing`)).body.issues[0].path).toEqual(['query', 'against'])
  })

  test('who may count and not see gets the counts; the account stays shut', async () => {
    const ask = await signedIn(demonstration.person('manager'))
    const { body: bench, status } = await ask(`/api/bench?${question}`)
    expect(status).toBe(200)
    expect(JSON.stringify(bench)).not.toMatch(/"pathway"|"patient"/)
    expect([403, 404]).toContain((await ask(`/api/account?${question}`)).status)
    expect((await ask('/api/bench?pack=no-house&indicator=nothing')).body.issues[0].code).toBe('measure/unknown-indicator')
  })
})

describe('a unit on one page', () => {
  const readUnit = async (ask: Ask, org: number | string): Promise<Answer> => {
    const { status, body } = await ask(`/api/unit?pack=no-house&org=${org}`)
    expect(status, JSON.stringify(body)).toBe(200)
    return body
  }
  const numbersOf = ({ numerator, denominator, share, low, high, fellShort, leftOut, coding }: Answer) => ({
    numerator,
    denominator,
    share,
    low,
    high,
    fellShort,
    leftOut,
    coding,
  })
  const sumsOf = (figures: readonly Answer[]) => {
    const sum = (of: (figure: Answer) => number): number => figures.reduce((n, figure) => n + of(figure), 0)
    return [sum((f) => f.numerator), sum((f) => f.denominator), sum((f) => f.fellShort['care-late'] ?? 0)]
  }

  test('says of a place, for each indicator, what the bench says of the same place and the same months', async () => {
    const ask = await signedIn(demonstration.person('manager'))
    const place = (await ask(`/api/bench?${question}`)).body.places.places.toSorted((a: Answer, b: Answer) => b.all - a.all)[0].place
    const unit = await readUnit(ask, place)
    expect([unit.above, unit.indicators.length]).toEqual([false, (await ask('/api/figures?pack=no-house')).body.figures.length])
    let counted = 0
    for (const told of unit.indicators) {
      const { body: bench } = await ask(`/api/bench?pack=no-house&indicator=${told.indicator}&place=${place}`)
      expect([told.unknown, told.months, told.recent, told.reported], told.indicator).toEqual([
        bench.unknown,
        bench.months,
        bench.recent,
        bench.reported,
      ])
      if (told.unknown !== null) continue
      const { body: listed } = await ask(`/api/figures?pack=no-house&indicator=${told.indicator}&by=place,period`)
      const lately = listed.figures.filter(({ period }: Answer) => period >= unit.from && period <= unit.to)
      const own = lately.filter((figure: Answer) => figure.place === place)
      expect([told.figure.numerator, told.figure.denominator, told.figure.fellShort['care-late'] ?? 0]).toEqual(sumsOf(own))
      const places = new Set(lately.filter(({ denominator }: Answer) => denominator > 0).map((figure: Answer) => figure.place))
      if (told.among.refused === undefined) expect(told.among.places, told.indicator).toBe(places.size)
      counted += told.figure.denominator
    }
    expect(counted).toBeGreaterThan(10)
  })

  test('of a whole year it is the figure of that year, and its place is that of the funnel', async () => {
    const ask = await signedIn(demonstration.person('coordinator'))
    const asOf = 'asOf=2025-12-31'
    const { body: bench } = await ask(`/api/bench?${question}&${asOf}&in=2025&period=year`)
    const points: readonly Answer[] = bench.places.places
    expect(points.length).toBeGreaterThan(1)
    for (const point of points) {
      const { body: unit } = await ask(`/api/unit?pack=no-house&org=${point.place}&${asOf}`)
      expect([unit.from, unit.to]).toEqual(['2025-01', '2025-12'])
      const told = unit.indicators.find(({ indicator }: Answer) => indicator === 'OF4')
      const { body: own } = await ask(`/api/bench?${question}&${asOf}&in=2025&period=year&place=${point.place}`)
      expect(numbersOf(told.figure)).toEqual(numbersOf(own.figure))
      expect(told.chance).toEqual(own.chance)
      expect(told.among).toEqual({
        centre: bench.places.centre,
        decidedBy: bench.places.decidedBy,
        places: points.length,
        points: [point],
      })
    }
  })

  test('one above places is what its houses recorded; of whom nothing is counted here, nothing is told', async () => {
    const ask = await signedIn(demonstration.person('manager'))
    const { organisations } = (await ask('/api/organisations')).body
    const mine: readonly number[] = (await ask('/api/me')).body.may.count
    const above = organisations.filter(({ org, kind }: Answer) => mine.includes(org) && ['region', 'trust'].includes(kind))
    expect(above.length).toBeGreaterThan(2)
    for (const { org } of above) {
      const unit = await readUnit(ask, org)
      expect(unit.above).toBe(true)
      const told = unit.indicators.find(({ indicator }: Answer) => indicator === 'OF4')
      expect(told.figure.denominator).toBeGreaterThan(0)
      const { body: bench } = await ask(`/api/bench?${question}&org=${org}`)
      expect([unit.ledgers, told.months, told.recent]).toEqual([bench.ledgers, bench.months, bench.recent])
      expect(told.among.points.every(({ named }: Answer) => named)).toBe(true)
    }

    const none = await readUnit(ask, 1_999_999)
    expect(none.indicators.map(({ figure }: Answer) => figure.denominator).every((n: number) => n === 0)).toBe(true)
    expect((await ask('/api/unit?pack=no-house')).status).toBe(400)
    expect([403, 404]).toContain((await (await signedIn(demonstration.person('administrator')))('/api/unit?pack=no-house&org=1')).status)
  })

  test('is told well within two seconds', async () => {
    const ask = await signedIn(demonstration.person('manager'))
    const { organisations } = (await ask('/api/organisations')).body
    await readUnit(ask, organisations[0].org)
    const began = performance.now()
    await readUnit(ask, organisations[0].org)
    const took = performance.now() - began
    console.log(`a unit: ${Math.round(took)} ms`)
    expect(took).toBeLessThan(2000)
  })
})
