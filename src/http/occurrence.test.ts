import { parse as parseCsv } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemonstrationUnderTest, openDemonstrationUnderTest } from '../../test/support/demonstration.ts'
import type { Answer } from '../../test/support/service.ts'

let demonstration: DemonstrationUnderTest
let ask: (path: string) => Promise<{ status: number; body: Answer; text: string }>
beforeAll(async () => {
  demonstration = await openDemonstrationUnderTest(300)
  const { address } = demonstration
  const answer = await fetch(`${address}/api/demonstration/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: address },
    body: JSON.stringify({ person: demonstration.person('manager') }),
  })
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  ask = async (path) => {
    const said = await fetch(`${address}${path}`, { headers: { cookie } })
    const text = await said.text()
    return { status: said.status, text, body: text.startsWith('{') ? JSON.parse(text) : undefined }
  }
}, 120_000)
afterAll(() => demonstration?.stop())

const total = (some: readonly Answer[]): number => some.reduce((sum, one) => sum + one.persons, 0)

describe('occurrence', () => {
  test('comes with its definition, by period and place, marks what cannot be believed, and has rates only where somebody said how many live there', async () => {
    const { packs } = (await ask('/api/packs')).body
    const { milestones } = packs.find(({ id }: Answer) => id === 'no-house')
    const question = `pack=no-house&milestone=${milestones[0].id}&period=month`
    const { body, status } = await ask(`/api/occurrence?${question}`)
    expect(status, JSON.stringify(body)).toBe(200)
    expect(body.definition).toMatchObject({
      text: expect.stringMatching(/^Persons with a new entry of the milestone .*first such entry of a person ever.*as known on \d{4}/),
      sought: { kind: 'milestone', id: milestones[0].id },
      washoutDays: null,
      lookBackDays: 365,
      counted: 'persons',
    })
    // From where the first house began to this month, without a gap.
    expect(body.periods.length).toBeGreaterThan(12)
    expect(body.periods[0].persons).toBeGreaterThan(0)
    expect((await ask(`/api/occurrence?${question}&from=2023-01&to=2024-12`)).body.periods).toHaveLength(24)
    expect(total(body.periods)).toBeGreaterThan(20)
    expect(total(body.places)).toBe(total(body.periods))
    expect(body.periods.at(-1).unfinished).toBe(true)
    expect(body.periods.some((one: Answer) => one.early && one.persons > 0)).toBe(true)
    expect(body.periods.every((one: Answer) => one.rate === null)).toBe(true)

    const year = (await ask(`/api/occurrence?${question.replace('month', 'year')}&washout=30&population=all:100000`)).body
    const whole = year.periods.find((one: Answer) => one.rate !== null)
    expect(whole.rate.rate).toBeCloseTo(whole.persons)
    expect(whole.rate.low).toBeLessThan(whole.persons)
    const { place, persons } = body.places[0]
    expect(total((await ask(`/api/occurrence?${question}&place=${place}`)).body.periods)).toBe(persons)

    const { text } = await ask(`/api/occurrence.csv?${question}`)
    const [head = '', table = ''] = text.split('\r\n\r\n')
    expect(head).toContain('Persons with a new entry')
    expect(head).toContain('for inside the house')
    const rows = parseCsv(table, { columns: true }) as readonly Answer[]
    expect(rows.reduce((sum, row) => sum + Number(row['persons']), 0)).toBe(total(body.periods))
  })

  test.each([
    ['nothing', '', 'occurrence/what'],
    ['two things', 'milestone=start&variant=lung', 'occurrence/what'],
    ['a code that is none', 'codes=nonsense', 'occurrence/what'],
    ['a population that is none', 'variant=lung&population=many', 'occurrence/population'],
    ['months the wrong way round', 'variant=lung&from=2025-02&to=2025-01', 'measure/grouping'],
    ['five hundred years', 'variant=lung&from=1900-01&to=2199-01', 'measure/grouping'],
  ])('refuses %s', async (_, question, code) => {
    const { status, body } = await ask(`/api/occurrence?pack=no-house&${question}`)
    expect([status, body.issues[0].code]).toEqual([400, code])
  })
})
