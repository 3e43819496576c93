import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PublishedDescription } from './description.ts'
import { addedUp, periodWritten, readPublished } from './published.ts'

const description = PublishedDescription.parse({
  title: 'Invented',
  publisher: 'Nobody',
  source: 'invented',
  licence: 'none',
  question: 'Invented of invented.',
  file: 'invented.csv',
  period: { column: 'when', is: 'quarter' },
  place: { column: 'place', name: 'place', all: 'land' },
  kinds: [{ column: 'kind', name: 'kind', all: 'any' }],
  counted: 'n',
  met: 'm',
  qualifiers: [
    { column: 'placeQF', of: 'place', means: { d: 'derived', p: 'provisional' } },
    { column: 'kindQF', of: 'kind', means: { d: 'derived' } },
  ],
})

type Row = Record<string, string>
const row = (when: string, place: string, kind: string, m: number | string, n: number | string): Row => ({
  when,
  place,
  placeQF: place === 'land' ? 'd' : '',
  kind,
  kindQF: kind === 'any' ? 'd' : '',
  n: String(n),
  m: String(m),
})
const read = (rows: readonly Row[]) =>
  readPublished(
    rows.map((own, i) => ({ line: i + 2, row: own })),
    description,
  )

/** A whole table: two places, two kinds, and every sum. */
const whole = (): Row[] => [
  row('2024Q1', 'hill', 'a', 3, 4),
  row('2024Q1', 'hill', 'b', 5, 5),
  row('2024Q1', 'hill', 'any', 8, 9),
  row('2024Q1', 'vale', 'a', 1, 2),
  row('2024Q1', 'vale', 'any', 1, 2),
  row('2024Q1', 'land', 'a', 4, 6),
  row('2024Q1', 'land', 'b', 5, 5),
  row('2024Q1', 'land', 'any', 9, 11),
]

describe('a published table', () => {
  test('gives the smallest cells, and sums are never added to anything', () => {
    const { published, issues } = read(whole())
    expect(issues).toEqual([])
    expect(published.cells).toHaveLength(3)
    expect(published.sums).toEqual([
      { over: 'place', rows: 3 },
      { over: 'kind', rows: 3 },
    ])
    expect(published.marked).toEqual({ derived: 6, provisional: 0, revised: 0 })
    expect(addedUp(published.cells, ({ period }) => period)).toEqual(new Map([['2024-Q1', { counted: 11, met: 9 }]]))
    expect(addedUp(published.cells, ({ place }) => place).get('vale')).toEqual({ counted: 2, met: 1 })
  })

  test.each<[string, (rows: Row[]) => void, readonly [code: string, line: number]]>([
    ['a sum is one more than its parts', (rows) => (rows[2]!['n'] = '10'), ['published/sum', 4]],
    ['a part has gone missing', (rows) => rows.splice(3, 1), ['published/sum', 5]],
    ['a row is in no sum', (rows) => rows.splice(4, 1), ['published/sum', 5]],
    ['more were within than there were', (rows) => (rows[1]!['m'] = '6'), ['published/bad-count', 3]],
    ['a count is a star', (rows) => (rows[0]!['n'] = '*'), ['published/bad-count', 2]],
    ['a count has decimals', (rows) => (rows[0]!['m'] = '3.0'), ['published/bad-count', 2]],
    ['a period is of another kind', (rows) => (rows[0]!['when'] = '2024-03'), ['published/bad-period', 2]],
    ['a row is there twice', (rows) => rows.push(rows[0]!), ['published/twice', 10]],
    ['a mark is not explained', (rows) => (rows[0]!['placeQF'] = 'z'), ['published/bad-mark', 2]],
    ['a part is marked as a sum', (rows) => (rows[0]!['kindQF'] = 'd'), ['published/bad-mark', 2]],
    ['a sum is not marked', (rows) => (rows[2]!['kindQF'] = ''), ['published/bad-mark', 4]],
  ])('is refused where %s', (_, spoil, [code, line]) => {
    const rows = whole()
    spoil(rows)
    expect(read(rows).issues.map((issue) => [issue.code, issue.at?.line])).toContainEqual([code, line])
  })

  test('a combination that has no row is no zero', () => {
    const { published } = read(whole())
    expect(published.cells.some(({ place, kinds }) => place === 'vale' && kinds[0] === 'b')).toBe(false)
  })

  test('marks of rows that are not final are counted', () => {
    const rows = whole()
    rows[0]!['placeQF'] = 'p'
    expect(read(rows)).toMatchObject({ issues: [], published: { marked: { provisional: 1 } } })
  })

  test('periods are read however they are written', () => {
    expect(['2012Q1', '2012-Q1', '2012 q1'].map((text) => periodWritten(text, 'quarter'))).toEqual(['2012-Q1', '2012-Q1', '2012-Q1'])
    expect(['201203', '2012-3', '2012M03', '2012-13', '2012-00'].map((text) => periodWritten(text, 'month'))).toEqual([
      '2012-03',
      '2012-03',
      '2012-03',
      undefined,
      undefined,
    ])
    expect(['2012', '12'].map((text) => periodWritten(text, 'year'))).toEqual(['2012', undefined])
  })

  test('of any cells with their sums nothing is wrong, and with any one count changed something is', () => {
    const cell = fc.record({
      place: fc.constantFrom('hill', 'vale', 'fell'),
      kind: fc.constantFrom('a', 'b', 'c'),
      n: fc.nat(50),
      m: fc.nat(50),
    })
    const cells = fc.uniqueArray(cell, { minLength: 1, selector: ({ place, kind }) => `${place} ${kind}` })
    fc.assert(
      fc.property(cells, fc.nat(), (own, which) => {
        const made = new Map<string, Row>()
        for (const { place, kind, n, m } of own)
          for (const [p, k] of [
            [place, kind],
            ['land', kind],
            [place, 'any'],
            ['land', 'any'],
          ] as const) {
            const before = made.get(`${p} ${k}`)
            const counted = Number(before?.['n'] ?? 0) + n + m
            made.set(`${p} ${k}`, row('2024Q2', p, k, Number(before?.['m'] ?? 0) + m, counted))
          }
        const rows = [...made.values()]
        const { published, issues } = read(rows)
        expect(issues).toEqual([])
        expect(addedUp(published.cells, () => '').get('')).toEqual({
          counted: own.reduce((sum, { n, m }) => sum + n + m, 0),
          met: own.reduce((sum, { m }) => sum + m, 0),
        })
        const spoiled = rows.with(which % rows.length, {
          ...rows[which % rows.length]!,
          n: String(Number(rows[which % rows.length]!['n']) + 1),
        })
        expect(read(spoiled).issues.length).toBeGreaterThan(0)
      }),
    )
  })
})
