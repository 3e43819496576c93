import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { isSmall, profiles, toldBy } from '../../core/stats/disclosure.ts'
import type { Solver } from '../../core/stats/whole-numbers.ts'
import { loadSolver } from '../highs-solver.ts'
import type { Source, TableShown } from './cells.ts'
import { attackOn, control } from './control.ts'
import { type Count, counted, countsOf, type Span, splits } from './counts.ts'
import type { TableAsked } from './description.ts'
import { rangeOf } from './table-words.ts'

let solver: Solver
beforeAll(async () => {
  solver = await loadSolver()
})

type Numbers = readonly [met: number, missed: number, leftOut: number]
/** Counts of one indicator: a row a place, a column a month from January 2025 on. */
const countsFrom = (rows: Readonly<Record<string, readonly Numbers[]>>): readonly Count[] =>
  Object.entries(rows).flatMap(([place, months]) =>
    months.map(([met, missed, leftOut], i) => ({
      indicator: 'waits',
      place,
      variant: null,
      month: `2025-0${i + 1}`,
      met,
      missed,
      leftOut,
    })),
  )
const to = (month: number): Span => ({ from: '2025-01', to: `2025-0${month}` })
const table = (...by: TableAsked['by']): TableAsked => ({ indicator: 'waits', by })

interface Made {
  readonly counts: readonly Count[]
  readonly span: Span
  readonly tables: readonly TableAsked[]
  readonly profile?: keyof typeof profiles
  readonly wholeCountry?: boolean
}
const sourceFrom = ({ counts, span, tables, profile = 'NO', wholeCountry = false }: Made): Source => ({
  counted: counted(
    counts.filter((count) => count.month >= span.from && count.month <= span.to),
    span,
  ),
  tables,
  profile: profiles[profile],
  wholeCountry,
})
const published = (made: Made, earlier: readonly Source[] = []): Source & { readonly published: readonly TableShown[] } => {
  const source = sourceFrom(made)
  const answer = control(earlier, source, solver)
  if (!answer.ok) throw new Error(answer.issues.map((issue) => issue.message).join('\n'))
  return { ...source, published: answer.value.tables }
}
const rowOf = (source: { readonly published: readonly TableShown[] }, t: number, where: { place?: string; period?: string }) =>
  source.published[t]!.rows.find((row) => row.place === (where.place ?? null) && row.period === (where.period ?? null))!

describe('two releases, of which the second adds a month', () => {
  const tables = [table('place'), table('period')]
  const small: Numbers = [0, 0, 0]
  const left = (...numbers: readonly number[]) => numbers.map((n): Numbers => [0, 0, n])

  test('a month that is the difference of two totals is protected', () => {
    const counts = countsFrom({ Hill: left(20, 21, 1), Marsh: left(30, 31, 32) })
    const first = published({ counts, span: to(2), tables: [table('place')] })
    expect(rowOf(first, 0, { place: 'Hill' }).leftOut).toBe(41)
    const alone = published({ counts, span: to(3), tables: [table('place')] })
    expect(rowOf(alone, 0, { place: 'Hill' }).leftOut).toBe(42)
    // By itself the second shows 42, and 42 - 41 is one person in March: the attack sees it, and control beside the first does not show it.
    expect(attackOn([first], alone, alone.published, solver).derived).toContain('waits, left out, Hill, 2025-03: is 1')
    const second = published({ counts, span: to(3), tables: [table('place')] }, [first])
    expect(rowOf(second, 0, { place: 'Hill' }).leftOut).toBeNull()
    expect(attackOn([first], second, second.published, solver)).toMatchObject({ derived: [] })
  })

  test('nothing small that the first hides, nor what was added, is known to somebody who tries every table there could be', () => {
    const most = 9
    const width = profiles.NO.width
    let looked = 0
    fc.assert(
      fc.property(fc.array(fc.nat(6), { minLength: 6, maxLength: 6 }), (numbers) => {
        const [a, b] = [numbers.slice(0, 3), numbers.slice(3)]
        const counts = countsFrom({ Hill: left(...a), Marsh: left(...b) })
        if (a[0]! + a[1]! === 0 || b[0]! + b[1]! === 0) return
        const first = published({ counts, span: to(2), tables })
        const answer = control([first], sourceFrom({ counts, span: to(3), tables }), solver)
        if (!answer.ok) {
          expect(answer.issues.every((issue) => issue.code === 'release/exposed')).toBe(true)
          return
        }
        const second = { published: answer.value.tables }
        expect(attackOn([first], sourceFrom({ counts, span: to(3), tables }), second.published, solver).derived).toEqual([])
        // What each published number is of: places and months, as sums of the six.
        const all = [first, second].flatMap(({ published: shown }, release) =>
          shown.flatMap(({ rows }) =>
            rows.map((row) => ({
              cells: numbers
                .map((_, i) => i)
                .filter(
                  (i) =>
                    (row.place === null || row.place === (i < 3 ? 'Hill' : 'Marsh')) &&
                    (row.period === null || row.period === `2025-0${(i % 3) + 1}`) &&
                    i % 3 < release + 2,
                ),
              told: toldBy(profiles.NO, row.leftOut === null ? { kind: 'hidden' } : { kind: 'count', count: row.leftOut }),
            })),
          ),
        )
        const guarded = all
          .map(({ cells }) => cells)
          .concat([[2], [5]])
          .filter((cells) =>
            isSmall(
              profiles.NO,
              cells.reduce((total, i) => total + numbers[i]!, 0),
            ),
          )
        const seen = guarded.map(() => [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
        const rules = all.map(({ cells, told }) => ({
          cells,
          low: told.low,
          high: told.high ?? Number.POSITIVE_INFINITY,
          last: Math.max(...cells),
        }))
        const tried = [0, 0, 0, 0, 0, 0]
        const tryFrom = (next: number): void => {
          if (next === 6) {
            for (const [g, cells] of guarded.entries()) {
              const sum = cells.reduce((total, i) => total + tried[i]!, 0)
              seen[g] = [Math.min(seen[g]![0]!, sum), Math.max(seen[g]![1]!, sum)]
            }
            return
          }
          for (let count = 0; count <= most; count++) {
            tried[next] = count
            const fits = rules.every(({ cells, low, high, last }) => {
              if (last !== next) return true
              const sum = cells.reduce((total, i) => total + tried[i]!, 0)
              return sum >= low && sum <= high
            })
            if (fits) tryFrom(next + 1)
          }
        }
        tryFrom(0)
        for (const [g, [low, high]] of seen.entries()) {
          looked++
          expect(high! - low!, `cells ${guarded[g]!.join()} of ${numbers.join()}`).toBeGreaterThanOrEqual(width)
        }
      }),
      { numRuns: 40, seed: 1 },
    )
    expect(looked).toBeGreaterThan(20)
  })

  test('a place that the second is the first to list was nobody before, and says so', () => {
    const before = countsFrom({ Hill: left(20, 21), Marsh: left(30, 31) })
    const first = published({ counts: before, span: to(2), tables: [table('place', 'period')] })
    const counts = countsFrom({ Hill: left(20, 21, 19), Marsh: left(30, 31, 32), New: [small, small, [0, 0, 12]] })
    const second = published({ counts, span: to(3), tables: [table('place', 'period')] }, [first])
    expect(rowOf(second, 0, { place: 'New', period: '2025-01' }).leftOut).toBe(0)
    expect(rowOf(second, 0, { place: 'New', period: '2025-03' }).leftOut).toBe(12)
    expect(attackOn([first], second, second.published, solver).derived).toEqual([])
  })

  test('a count that was revised since is another count, and contradicts nothing', () => {
    const first = published({ counts: countsFrom({ Hill: left(20, 21) }), span: to(2), tables })
    const second = published({ counts: countsFrom({ Hill: left(23, 21, 40) }), span: to(3), tables }, [first])
    expect(rowOf(second, 1, { period: '2025-01' }).leftOut).toBe(23)
  })

  test('what the first has shown, and may not be shown now, is named and nothing is published', () => {
    const counts = countsFrom({ Hill: left(20, 4) })
    const first = published({ counts, span: to(2), tables: [table('period')] })
    const answer = control([first], sourceFrom({ counts, span: to(2), tables: [table('period')], profile: 'strict' }), solver)
    expect(answer).toMatchObject({
      ok: false,
      issues: [{ code: 'release/exposed', message: expect.stringContaining('waits, left out, 2025-02') }],
    })
  })

  test('an earlier release whose counts are not those it published is refused', () => {
    const first = published({ counts: countsFrom({ Hill: left(20, 21) }), span: to(2), tables })
    const other = { ...sourceFrom({ counts: countsFrom({ Hill: left(25, 21) }), span: to(2), tables }), published: first.published }
    expect(control([other], sourceFrom({ counts: countsFrom({ Hill: left(20, 21, 30) }), span: to(3), tables }), solver)).toMatchObject({
      ok: false,
      issues: [{ code: 'release/earlier-differs' }, {}, {}],
    })
  })
})

describe('tables of one release', () => {
  const counts = countsFrom({
    Hill: [
      [10, 8, 20],
      [12, 9, 20],
      [11, 1, 20],
    ],
    Marsh: [
      [30, 20, 9],
      [31, 21, 8],
      [33, 22, 9],
    ],
  })

  test('met is not shown where what fell short is small', () => {
    const release = published({ counts, span: to(3), tables: [table('place', 'period')] })
    const row = rowOf(release, 0, { place: 'Hill', period: '2025-03' })
    expect(row.missed).toBeNull()
    expect([row.met, row.counted]).toContain(null)
    expect(rowOf(release, 0, { place: 'Hill' })).not.toMatchObject({ missed: 18, met: 33, counted: 51, leftOut: null })
  })

  test('a quarter does not give away one of its months', () => {
    const quarter: TableAsked = { ...table('period'), period: 'quarter' }
    const one = countsFrom({
      Hill: [
        [50, 40, 30],
        [51, 41, 31],
        [52, 42, 2],
      ],
    })
    const release = published({ counts: one, span: to(3), tables: [table('period'), quarter] })
    const months = ['2025-01', '2025-02', '2025-03'].map((period) => rowOf(release, 0, { period }).leftOut)
    expect(months[2]).toBeNull()
    const total = rowOf(release, 1, { period: '2025-Q1' }).leftOut
    expect([...months.slice(0, 2), total].filter((count) => count === null)).not.toEqual([])
    expect(rowOf(release, 0, {}).leftOut).toBe(total)
  })

  test('EN rounds to the nearest 5, and leaves counts of the whole country as they are', () => {
    const country = { counts, span: to(3), tables: [table('place')], profile: 'EN' as const }
    expect(rowOf(published({ ...country, wholeCountry: true }), 0, {})).toMatchObject({ counted: 208, met: 127 })
    expect(rowOf(published(country), 0, {})).toMatchObject({ counted: 210, met: 125 })
  })

  test('the same counts give the same tables, in whatever order they come', () => {
    const made = { span: to(3), tables: [table('place', 'period'), table()] }
    expect(published({ ...made, counts: counts.toReversed() }).published).toEqual(published({ ...made, counts }).published)
  })

  test('the attack sees a small count that is shown, one that is not what was counted, and a row that is gone', () => {
    const release = published({ counts, span: to(3), tables: [table('period')] })
    const changed = (by: (row: TableShown['rows'][number]) => TableShown['rows'][number]) =>
      attackOn([], release, [{ ...release.published[0]!, rows: release.published[0]!.rows.map(by) }], solver).derived
    const few = countsFrom({ Hill: [[10, 8, 1]] })
    const hidden = published({ counts: few, span: to(1), tables: [table()] })
    const opened = hidden.published.map((one) => ({ ...one, rows: one.rows.map((row) => ({ ...row, leftOut: 1 })) }))
    expect(attackOn([], hidden, opened, solver).derived).toEqual(['waits, left out, 2025-01: is shown, though so few may not be'])
    expect(changed((row) => ({ ...row, counted: row.counted === null ? null : row.counted + 1 }))[0]).toMatch(
      /which is not what was counted$/,
    )
    expect(attackOn([], release, [{ ...release.published[0]!, rows: [] }], solver).derived[0]).toMatch(/stands in no table/)
  })

  test('a count whose complement is opened again can be worked out, and the attack says which it is', () => {
    const one = countsFrom({ Hill: [[0, 0, 14]], Isle: [[0, 0, 2]], Marsh: [[0, 0, 9]] })
    const release = published({ counts: one, span: to(1), tables: [table('place')] })
    expect(rowOf(release, 0, { place: 'Marsh' }).leftOut).toBeNull()
    const opened = release.published.map((shown) => ({
      ...shown,
      rows: shown.rows.map((row) => (row.place === 'Marsh' ? { ...row, leftOut: 9 } : row)),
    }))
    expect(attackOn([], release, opened, solver).derived).toContain('waits, left out, Isle, 2025-01: is 2')
  })
})

describe('tables that say why', () => {
  const why = (
    place: string,
    month: string,
    missed: readonly [number, number, number, number],
    leftOut: readonly [number, number, number, number],
  ): Count => {
    const sum = (of: readonly number[]) => of.reduce((total, n) => total + n, 0)
    return {
      indicator: 'waits',
      place,
      variant: null,
      month,
      met: 40,
      missed: sum(missed),
      leftOut: sum(leftOut),
      split: {
        ...Object.fromEntries(splits.missed.map((name, i) => [name, missed[i]!])),
        ...Object.fromEntries(splits.leftOut.map((name, i) => [name, leftOut[i]!])),
      },
    }
  }
  const counts = [
    why('Hill', '2025-01', [9, 1, 4, 5], [6, 7, 8, 9]),
    why('Hill', '2025-02', [8, 8, 8, 8], [6, 7, 8, 9]),
    why('Marsh', '2025-01', [7, 7, 7, 7], [5, 5, 2, 5]),
    why('Marsh', '2025-02', [9, 9, 9, 9], [5, 5, 5, 5]),
  ]
  const asked: TableAsked = { ...table('place', 'period'), causes: true }

  test('hide a cause of which there are few, and another with it: the causes add up to those that fell short', () => {
    const release = published({ counts, span: to(2), tables: [asked] })
    const { split, missed } = rowOf(release, 0, { place: 'Hill', period: '2025-01' })
    expect(split!['patient-chose']).toBeNull()
    if (missed !== null) expect(splits.missed.filter((name) => split![name] === null).length).toBeGreaterThan(1)
    expect(rowOf(release, 0, {}).split).toMatchObject({ 'care-late': 33, 'not-coded': 24 })
    expect(attackOn([], release, release.published, solver)).toMatchObject({ derived: [] })
  })

  test('are attacked with everything else: a cause that the others give away is found', () => {
    const release = published({ counts, span: to(2), tables: [asked] })
    const opened = release.published.map((shown) => ({
      ...shown,
      rows: shown.rows.map((row) =>
        row.place === 'Hill' && row.period === '2025-01'
          ? { ...row, missed: 19, split: { ...row.split, 'care-late': 9, medical: 4, 'in-doubt': 5, 'patient-chose': null } }
          : row,
      ),
    }))
    expect(attackOn([], release, opened, solver).derived).toContain('waits, fell short, the patient chose, Hill, 2025-01: is 1')
  })

  test('a later table without causes hides what would give away a cause that an earlier one has hidden', () => {
    const first = published({ counts, span: to(1), tables: [asked] })
    const second = published({ counts, span: to(2), tables: [table('place'), { ...table(), causes: true }] }, [first])
    expect(attackOn([first], second, second.published, solver).derived).toEqual([])
  })

  test('range from what is shown, as the figure has it', () => {
    const row = { ...rowOf(published({ counts, span: to(2), tables: [asked] }), 0, {}) }
    // 160 within of 275 counted; waiting 22, not coded 24, not known 23.
    expect([row.met, row.counted, row.split!.waiting, row.split!['not-coded'], row.split!.unknown]).toEqual([160, 275, 22, 24, 23])
    expect(rangeOf(row)).toEqual({ low: 160 / (275 + 23 + 24 + 22), high: (160 + 23 + 24) / (275 + 23 + 24) })
    expect(rangeOf({ ...row, split: { ...row.split, unknown: null } })).toBe('hidden')
  })
})

test('parts of pathways are refused, with what to do', () => {
  const figure = {
    indicator: 'shared',
    place: 'Hill',
    period: '2025-01',
    variant: null,
    denominator: 10.5,
    numerator: 7,
    share: null,
    low: null,
    high: null,
    median: null,
    p90: null,
    fellShort: {},
    leftOut: {},
    coding: { realTime: null, afterCoded: null, shareRealTime: null },
  }
  expect(countsOf([figure], to(1))).toMatchObject({ ok: false, issues: [{ code: 'release/not-whole' }] })
  expect(countsOf([{ ...figure, denominator: 11 }], to(1))).toMatchObject({ ok: true, value: [{ met: 7, missed: 4 }] })
})

describe('tables that go round in a circle', () => {
  // One person in a corner and nobody in the one across: all else follows from sums by two things, of which each is large.
  const at = (i: number, j: number, k: number): number => (i + j + k === 0 ? 1 : i + j + k === 3 ? 0 : 20)
  const two = [0, 1] as const
  const corner = (i: number, k: number) => ({ indicator: 'waits', place: ['Hill', 'Marsh'][i]!, month: ['2025-01', '2025-02'][k]! })
  const all = (made: Made): readonly TableShown[] => {
    // What would be shown, if each count were looked at by itself.
    const { counted: by } = sourceFrom(made)
    return made.tables.map((asked) => {
      const [places, kinds, months] = (['place', 'variant', 'period'] as const).map((part) => [
        ...(!asked.by.includes(part) ? [] : part === 'period' ? ['2025-01', '2025-02'] : by.levels('waits', part)),
        null,
      ])
      const rows = places!.flatMap((place) =>
        kinds!.flatMap((variant) =>
          months!.map((period) => {
            const count = (what: Parameters<typeof by.count>[3]) =>
              by.count(
                'waits',
                { place: place ?? undefined, variant: variant ?? undefined },
                period === null ? made.span : { from: period, to: period },
                what,
              )
            const or = (n: number) => (isSmall(profiles.NO, n) ? null : n)
            return {
              place,
              variant,
              period,
              counted: or(count('met') + count('missed')),
              met: or(count('met')),
              missed: or(count('missed')),
              leftOut: or(count('leftOut')),
              ...(asked.causes ? { split: Object.fromEntries(by.splits('waits').map((name) => [name, or(count(name))])) } : {}),
            }
          }),
        ),
      )
      return { ...asked, rows }
    })
  }
  const safe = (made: Made) => {
    const source = published(made)
    return { derived: attackOn([], source, source.published, solver).derived, tables: source.published }
  }

  test('who is in none of them is not known by all of them together', () => {
    const counts = two.flatMap((i) =>
      two.flatMap((j) => two.map((k) => ({ ...corner(i, k), variant: ['a', 'b'][j]!, met: 0, missed: 0, leftOut: at(i, j, k) }))),
    )
    const made = { counts, span: to(2), tables: [table('place', 'variant'), table('place', 'period'), table('variant', 'period')] }
    expect(attackOn([], sourceFrom(made), all(made), solver).derived).toContain('waits, left out, Hill, a, 2025-01: lies between 0 and 1')
    const { derived, tables } = safe(made)
    expect(derived).toEqual([])
    expect(tables.flatMap(({ rows }) => rows).some((row) => row.leftOut === null)).toBe(true)
    // Two of them do not go round: nothing that large is hidden.
    const open = safe({ ...made, tables: made.tables.slice(1) })
    expect(open.tables.flatMap(({ rows }) => rows).every((row) => row.leftOut !== null)).toBe(true)
  })

  test('nor in an earlier release and a later one', () => {
    const counts = two.flatMap((i) =>
      two.flatMap((j) => two.map((k) => ({ ...corner(i, k), variant: ['a', 'b'][j]!, met: 0, missed: 0, leftOut: at(i, j, k) }))),
    )
    const first = published({ counts, span: to(2), tables: [table('place', 'variant'), table('variant', 'period')] })
    const made = { counts, span: to(2), tables: [table('place', 'period')] }
    expect(attackOn([first], sourceFrom(made), all(made), solver).derived).toContain(
      'waits, left out, Hill, a, 2025-01: lies between 0 and 1',
    )
    const second = published(made, [first])
    expect(attackOn([first], second, second.published, solver).derived).toEqual([])
  })

  test('nor why, of a place in one month, where the tables that say why are by place and by month', () => {
    const three = Object.fromEntries([...splits.missed, ...splits.leftOut].map((name) => [name, 3]))
    const counts = two.flatMap((i) =>
      two.map((k): Count => {
        const [soon, late] = [at(i, 0, k), at(i, 1, k)]
        const split = { ...three, 'coded-in-time': soon, 'coded-late': late }
        return { ...corner(i, k), variant: null, met: soon + late - 12, missed: 12, leftOut: 12, split }
      }),
    )
    const why = (part: 'place' | 'period'): TableAsked => ({ ...table(part), causes: true })
    const made = { counts, span: to(2), tables: [why('place'), why('period'), table('place', 'period')] }
    expect(attackOn([], sourceFrom(made), all(made), solver).derived).toContain(
      'waits, counted, coded in time, Hill, 2025-01: lies between 0 and 1',
    )
    expect(safe(made).derived).toEqual([])
  })
})
