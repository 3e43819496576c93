import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Day, dayOf } from '../words/day.ts'
import { coarsen, type Known, rareValues, shownOf, steps, type Telling, tellings } from './coarsen.ts'

const known = (person: string, changes: Partial<Known> = {}): Known => ({
  person,
  place: 'North (invented)',
  variant: 'marsh',
  start: dayOf(2024, 1, 10),
  age: 45,
  ...changes,
})
const all = new Set<Telling>(tellings)
const five = ['a', 'b', 'c', 'd', 'e']

/** How many persons share each combination that is shown. */
function shared(pathways: readonly Known[], asked: ReadonlySet<Telling>, fewest: number): ReadonlyMap<string, number> {
  const { levels } = coarsen(pathways, asked, fewest)
  const found = new Map<string, Set<string>>()
  for (const [i, one] of pathways.entries()) {
    const own = levels[i]
    if (!own) continue
    const key = JSON.stringify(shownOf(one, own, asked))
    found.set(key, (found.get(key) ?? new Set<string>()).add(one.person))
  }
  return new Map([...found].map(([key, persons]) => [key, persons.size]))
}

const anybody = fc.record({
  person: fc.integer({ min: 0, max: 60 }).map(String),
  place: fc.constantFrom('', 'North', 'South', 'East', 'other'),
  variant: fc.constantFrom('', 'marsh', 'hill'),
  start: fc.integer({ min: 19_700, max: 20_600 }).map((day) => day as Day),
  age: fc.option(fc.integer({ min: 0, max: 105 })),
})

describe('making coarser', () => {
  test('leaves no combination that fewer persons share than may, whatever there is', () => {
    let [left, gone, coarser] = [0, 0, 0]
    fc.assert(
      fc.property(
        fc.array(anybody, { maxLength: 150 }),
        fc.subarray([...tellings]),
        fc.integer({ min: 3, max: 9 }),
        (pathways, parts, fewest) => {
          const asked = new Set(parts)
          for (const persons of shared(pathways, asked, fewest).values()) expect(persons).toBeGreaterThanOrEqual(fewest)
          const { levels, done } = coarsen(pathways, asked, fewest)
          left += levels.filter(Boolean).length
          gone += levels.filter((own) => !own).length
          coarser += done.length
        },
      ),
      { numRuns: 300 },
    )
    // A law about nothing would hold as well.
    expect(Math.min(left, gone, coarser)).toBeGreaterThan(100)
  })

  test('leaves out fewer persons than may share a combination, and nobody where enough are like them', () => {
    fc.assert(
      fc.property(fc.array(anybody, { maxLength: 100 }), (pathways) => {
        const { levels } = coarsen(pathways, all, 5)
        expect(new Set(pathways.filter((_, i) => !levels[i]).map((one) => one.person)).size).toBeLessThan(5)
      }),
    )
    expect(
      coarsen(
        five.map((person) => known(person)),
        all,
        5,
      ).done,
    ).toEqual([])
  })

  test('counts persons, not pathways: five pathways of one person are one', () => {
    const { levels } = coarsen(
      five.map(() => known('a')),
      all,
      5,
    )
    expect(levels).toEqual(five.map(() => undefined))
  })

  test('makes coarser only those who stand out, time before place', () => {
    const apart = ['f', 'g', 'h'].map((person) => known(person, { start: dayOf(2024, 5, 1) }))
    const with2 = ['i', 'j'].map((person) => known(person, { start: dayOf(2024, 6, 1) }))
    const { levels, done } = coarsen([...five.map((person) => known(person)), ...apart, ...with2], all, 5)
    expect(levels.map((own) => own?.start)).toEqual([...five.map(() => 'month'), ...five.map(() => 'quarter')])
    expect(levels.every((own) => own?.place === 'own')).toBe(true)
    expect(done).toEqual([{ says: steps[0].says, persons: 5 }])
  })

  test('puts together places of few persons before anything else', () => {
    const few = ['f', 'g', 'h', 'i', 'j'].map((person, i) => known(person, { place: `Cottage ${i} (invented)` }))
    const { levels, done } = coarsen([...five.map((person) => known(person)), ...few], all, 5)
    expect(levels.map((own) => own?.place)).toEqual([...five.map(() => 'own'), ...few.map(() => 'other')])
    expect(done).toEqual([{ says: 'places of fewer than 5 persons became "other"', persons: 5 }])
  })
})

describe('rare values', () => {
  const values = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).flatMap(([value, n]) => Array.from({ length: n }, (_, i) => [value, `${value} ${i}`] as const))
  test.each([
    [{ A: 7, B: 5 }, []],
    [{ A: 7, B: 3, C: 2 }, ['B', 'C']],
    // Alone, "other" would be B by another name: the next rarest joins it.
    [{ A: 9, B: 2, C: 6 }, ['B', 'C']],
    [{ A: 2 }, ['A']],
    [{ '': 1, A: 6 }, []],
  ])('of %j are %j', (counts, rare) => {
    expect([...rareValues(values(counts), 5)].toSorted()).toEqual(rare)
  })
})

describe('what is shown', () => {
  const levels = { place: 'own', variant: 'own', start: 'month', age: 10 } as const
  test.each([
    [45, 10, '40-49'],
    [45, 30, '30-59'],
    [0, 10, '0-9'],
    [97, 10, '90+'],
    [97, 30, '90+'],
    [89, 30, '60-89'],
    [null, 10, ''],
    [45, 'none', ''],
  ] as const)('of %s years at width %s is "%s"', (age, width, says) => {
    expect(shownOf(known('a', { age }), { ...levels, age: width }, all).age).toBe(says)
  })

  test('is nothing of what was not asked for', () => {
    expect(shownOf(known('a'), levels, new Set(['variant']))).toEqual({ place: '', variant: 'marsh', start: '', age: '' })
  })
})
