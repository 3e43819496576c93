import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { agreementByCode, agreementOfSets, type CodedDocument, f1OfSets, unitsOf } from './code-sets.ts'
import { interval, jaccard, krippendorff, masi, masiDistance, nominal, ordinal, ratioScale, type Scale, sameSet } from './krippendorff.ts'
import { isRefused, type Refused } from './refusal.ts'
import { range } from './sample.ts'
import { fleiss, linearWeights, squareWeights, twoCoders, weightedKappa } from './two-coders.ts'

const known = <T>(value: T | Refused): T => {
  if (isRefused(value)) throw new Error(value.refused)
  return value
}
const alphaOf = <V>(units: readonly (readonly (V | null)[])[], scale: Scale<V>): number => known(known(krippendorff(units, scale)).alpha)
const two = (table: readonly (readonly number[])[]) => known(twoCoders(table))
/** Values a word each, a dot for none. */
const spelled = (...coders: readonly string[]) =>
  unitsOf(coders.map((values) => values.split(' ').map((value) => (value === '.' ? null : value))))
const numbered = (...coders: readonly string[]) =>
  spelled(...coders).map((unit) => unit.map((value) => (value === null ? null : Number(value))))

describe('two coders as printed', () => {
  test('AGR-1', () => {
    const found = two([
      [88, 10, 2],
      [14, 40, 6],
      [18, 10, 12],
    ])
    expect(found.observed).toBeCloseTo(0.7, 2)
    expect(found.expected).toBeCloseTo(0.41, 2)
    expect(found.kappa).toBeCloseTo(0.491525, 6)
  })
  test('AGR-2', () => {
    const found = two([
      [20, 5],
      [10, 15],
    ])
    expect([found.observed, found.expected, found.kappa]).toEqual([0.7, 0.5, 0.4].map((value) => expect.closeTo(value, 2)))
  })
  test('AGR-3: kappa falls with prevalence and rises to F1 with cases that have nothing', () => {
    const even = two([
      [40, 9],
      [6, 45],
    ])
    expect([even.observed, even.kappa]).toEqual([expect.closeTo(0.85, 2), expect.closeTo(0.699519, 6)])
    const withLast = (last: number) =>
      two([
        [80, 10],
        [5, last],
      ])
    const rare = withLast(5)
    expect([rare.observed, rare.kappa, rare.ac1, rare.f1[0]]).toEqual(
      [0.85, 0.318182, 0.808, 0.914286].map((value) => expect.closeTo(value, 6)),
    )
    expect(rare.prevalenceWarning).toBe(true)
    expect(even.prevalenceWarning).toBe(false)
    expect([50, 500, 5000].map((last) => withLast(last).kappa)).toEqual(
      [0.784119, 0.899522, 0.912789].map((value) => expect.closeTo(value, 6)),
    )
  })
  test('AGR-4', () => {
    const table = [
      [13, 0, 0],
      [0, 20, 7],
      [0, 4, 56],
    ]
    const found = two(table)
    expect([found.kappa, found.pi, found.ac1]).toEqual([0.7964094, 0.7962397, 0.8493305].map((value) => expect.closeTo(value, 7)))
    expect(found.observed).toBeCloseTo(0.89, 2)
    const units = table.flatMap((row, i) => row.flatMap((count, j) => range(count).map(() => [i, j])))
    expect(alphaOf(units, nominal)).toBeCloseTo(0.7972585, 7)
  })
  test('AGR-5: Fleiss', () => {
    const counts = [
      [0, 0, 0, 0, 14],
      [0, 2, 6, 4, 2],
      [0, 0, 3, 5, 6],
      [0, 3, 9, 2, 0],
      [2, 2, 8, 1, 1],
      [7, 7, 0, 0, 0],
      [3, 2, 6, 3, 0],
      [2, 5, 3, 2, 2],
      [6, 5, 2, 1, 0],
      [0, 2, 2, 3, 7],
    ]
    const found = known(fleiss(counts))
    expect(found.observed).toBeCloseTo(0.378, 3)
    expect(found.expected).toBeCloseTo(0.213, 3)
    expect(found.kappa).toBeCloseTo(0.209931, 6)
  })
})

describe('alpha as printed', () => {
  const observers = ['1 2 3 3 2 1 4 1 2 . . .', '1 2 3 3 2 2 4 1 2 5 . 3', '. 3 3 3 2 3 4 2 2 5 1 .', '1 2 3 3 2 4 4 1 2 5 1 .']
  test('AGR-6', () => {
    const found = known(krippendorff(spelled(...observers), nominal))
    expect(found.alpha).toBeCloseTo(0.743421, 6)
    expect([found.observed, found.expected]).toEqual([expect.closeTo(0.2, 6), expect.closeTo(0.779487, 6)])
    expect([found.unitsFound, found.unitsUsed, found.values]).toEqual([12, 11, 40])
    expect(alphaOf(numbered(...observers), interval)).toBeCloseTo(0.849107, 6)
  })
  // Printed for the same data by Krippendorff 2011, part E, and by irr::kripp.alpha.
  test('AGR-6 on the other scales', () => {
    expect(alphaOf(numbered(...observers), ordinal)).toBeCloseTo(0.815, 3)
    expect(alphaOf(numbered(...observers), ratioScale)).toBeCloseTo(0.797, 3)
  })
  test('AGR-7', () => {
    const letters = ['a a b b d c c c e d d a', 'b a b b b c c c e d d d']
    expect(alphaOf(spelled(...letters), nominal)).toBeCloseTo(0.691964, 6)
    const table = 'abcde'
      .split('')
      .map((first) =>
        'abcde'.split('').map((second) => spelled(...letters).filter((unit) => unit[0] === first && unit[1] === second).length),
      )
    expect(two(table).kappa).toBeCloseTo(0.684211, 6)
    expect(alphaOf(spelled('0 1 0 0 0 0 0 0 1 0', '1 1 1 0 0 1 0 0 0 0'), nominal)).toBeCloseTo(0.095238, 6)
  })
})

describe('sets of codes as printed', () => {
  const asSet = (bits: string) => ['x', 'y', 'z'].filter((_, i) => bits[i] === '1')
  const agr8 = [
    ['000', '000'],
    ['111', '111'],
    ['011', '110'],
  ].map((pair) => pair.map(asSet))
  test('AGR-8', () => {
    expect(agreementByCode(agr8).map(({ code, f1 }) => [code, f1])).toEqual([
      ['x', expect.closeTo(0.6667, 4)],
      ['y', 1],
      ['z', expect.closeTo(0.6667, 4)],
    ])
    expect(f1OfSets(agr8)).toEqual({ micro: expect.closeTo(0.8, 6), macro: expect.closeTo(0.777778, 6), codes: 3 })
    expect(masiDistance(['1', '2'], ['1', '2', '3', '4'])).toBeCloseTo(0.665, 3)
  })
  const agr9: readonly CodedDocument[] = [
    [['C50.9', 'Z80.3'], ['C50.9']],
    [['C34.1'], ['C34.1']],
    [
      ['C18.7', 'D12.6'],
      ['C18.7', 'D12.6'],
    ],
    [['C61'], ['N40']],
    [
      ['C50.4', 'C77.3'],
      ['C50.9', 'C77.3'],
    ],
    [['C43.5'], ['C43.5', 'Z85.8']],
  ]
  test('AGR-9', () => {
    const found = known(krippendorff(agr9, jaccard))
    expect([found.alpha, found.observed, found.expected]).toEqual([0.525606, 0.444444, 0.936869].map((value) => expect.closeTo(value, 6)))
    expect(alphaOf(agr9, masi)).toBeCloseTo(0.435763, 6)
    expect(alphaOf(agr9, sameSet)).toBeCloseTo(0.3125, 6)
    expect(f1OfSets(agr9).micro).toBeCloseTo(12 / 18, 6)
  })
  test('an interval is drawn over documents, the same for the same seed, around the figure', () => {
    const [once, again, other] = [1, 1, 2].map((seed) => agreementOfSets(agr9, { seed, draws: 2000 }))
    expect(again).toEqual(once)
    expect(other!.alphaInterval).not.toEqual(once!.alphaInterval)
    const { low, high, draws } = known(once!.microInterval)
    expect(draws).toBe(2000)
    expect(low).toBeLessThan(12 / 18)
    expect(high).toBeGreaterThan(12 / 18)
    expect([once!.documentsFound, once!.documentsUsed]).toEqual([6, 6])
  })
  test('a document that one coder never got is left out, and this is said', () => {
    const found = agreementOfSets([...agr9, [['C61'], null]], { seed: 1, draws: 200 })
    expect([found.documentsFound, found.documentsUsed, found.micro]).toEqual([7, 6, f1OfSets(agr9).micro])
  })
  test('below ten documents with a code, only counts are to be shown', () => {
    const often = range(10).map((): CodedDocument => [['A'], ['A']])
    expect(agreementByCode([...often, [['B'], []]]).map(({ code, enough }) => [code, enough])).toEqual([
      ['A', true],
      ['B', false],
    ])
  })
  test('three coders count as their three pairs, on one document', () => {
    expect(agreementByCode([[['A'], ['A'], []]])[0]).toMatchObject({
      both: 1,
      onlyFirst: 2,
      onlySecond: 0,
      neither: 0,
      positiveDocuments: 1,
    })
  })
})

describe('weighted kappa', () => {
  const table = [
    [88, 10, 2],
    [14, 40, 6],
    [18, 10, 12],
  ]
  test('with weights all alike it is kappa', () => {
    expect(known(weightedKappa(table, (i, j) => Number(i !== j))).kappa).toBeCloseTo(0.491525, 6)
  })
  test('with squares it is the intraclass correlation, but for 1/n', () => {
    const { kappa } = known(weightedKappa(table, squareWeights))
    const pairs = table.flatMap((row, i) => row.flatMap((count, j) => range(count).map(() => [i, j] as const)))
    const means = [0, 1].map((coder) => pairs.reduce((total, pair) => total + pair[coder]!, 0) / pairs.length)
    const moment = (of: (a: number, b: number) => number) =>
      pairs.reduce((total, [a, b]) => total + of(a - means[0]!, b - means[1]!), 0) / pairs.length
    const correlation = (2 * moment((a, b) => a * b)) / (moment((a) => a * a) + moment((_, b) => b * b) + (means[0]! - means[1]!) ** 2)
    expect(kappa).toBeCloseTo(correlation, 10)
    expect(known(weightedKappa(table, linearWeights)).kappa).not.toBeCloseTo(correlation, 3)
  })
})

describe('what is not defined is never 1', () => {
  const same = range(9).map(() => ['a', 'a'])
  test('alpha, kappa, pi, Fleiss where everybody always said the same', () => {
    expect(known(krippendorff(same, nominal)).alpha).toEqual({ refused: 'no-variation' })
    const one = two([
      [9, 0],
      [0, 0],
    ])
    expect([one.kappa, one.pi]).toEqual([{ refused: 'no-variation' }, { refused: 'no-variation' }])
    expect(one.f1).toEqual([1, { refused: 'nothing-counted' }])
    expect(
      known(
        fleiss([
          [3, 0],
          [3, 0],
        ]),
      ).kappa,
    ).toEqual({ refused: 'no-variation' })
    expect(
      known(
        weightedKappa(
          [
            [9, 0],
            [0, 0],
          ],
          linearWeights,
        ),
      ).kappa,
    ).toEqual({ refused: 'no-variation' })
    expect(
      agreementOfSets(
        range(5).map(() => [['A'], ['A']]),
        { seed: 1, draws: 50 },
      ),
    ).toMatchObject({
      alpha: { jaccard: { refused: 'no-variation' } },
      alphaInterval: { refused: 'too-few' },
    })
  })
  test('nothing to compute from', () => {
    expect(krippendorff([['a'], [null, 'b']], nominal)).toMatchObject({ refused: 'too-few' })
    expect(
      twoCoders([
        [0, 0],
        [0, 0],
      ]),
    ).toEqual({ refused: 'nothing-counted' })
    expect(twoCoders([[1, 0]])).toEqual({ refused: 'does-not-add-up' })
    expect(fleiss([])).toEqual({ refused: 'nothing-counted' })
    expect(fleiss([[1, 0]])).toMatchObject({ refused: 'too-few' })
    expect(
      fleiss([
        [2, 0],
        [1, 2],
      ]),
    ).toEqual({ refused: 'does-not-add-up' })
    expect(f1OfSets([])).toEqual({ micro: { refused: 'nothing-counted' }, macro: { refused: 'nothing-counted' }, codes: 0 })
  })
})

test('alpha is 1 on full agreement with variation, on every scale', () => {
  const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 20 }).filter((drawn) => new Set(drawn).size > 1)
  fc.assert(
    fc.property(values, fc.integer({ min: 2, max: 4 }), (drawn, coders) => {
      const units = drawn.map((value) => range(coders).map(() => value))
      for (const scale of [nominal, ordinal, interval, ratioScale]) expect(alphaOf<number>(units, scale as Scale<number>)).toBe(1) // nominal takes words too
      const sets = units.map((unit) => unit.map((value) => range(value).map(String)))
      for (const scale of [jaccard, masi, sameSet]) expect(alphaOf(sets, scale)).toBe(1)
    }),
  )
})

test('no coefficient depends on who is called first', () => {
  const table = fc.array(fc.array(fc.nat(30), { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 3 })
  fc.assert(
    fc.property(table, (counts) => {
      const turned = range(3).map((i) => counts.map((row) => row[i]!))
      const [a, b] = [twoCoders(counts), twoCoders(turned)]
      if (isRefused(a) || isRefused(b)) return expect(a).toEqual(b)
      for (const what of ['observed', 'kappa', 'pi', 'ac1'] as const)
        if (isRefused(a[what])) expect(b[what]).toEqual(a[what])
        else expect(b[what]).toBeCloseTo(a[what], 10)
    }),
  )
})

test('two coders without gaps: alpha comes near to pi as cases grow, and agrees with it but for n', () => {
  const table = [
    [13, 0, 0],
    [0, 20, 7],
    [0, 4, 56],
  ]
  const { pi, n } = two(table)
  const units = table.flatMap((row, i) => row.flatMap((count, j) => range(count).map(() => [i, j])))
  expect(alphaOf(units, nominal)).toBeCloseTo(1 - ((1 - known(pi)) * (2 * n - 1)) / (2 * n), 10)
})
