import { describe, expect, test } from 'vitest'
import { type Bunching, bunching, bunchingFan, bunchingInterval, crowdingAtTarget, type Heaping, localCheck } from './bunching.ts'
import { isRefused, type Refused } from './refusal.ts'
import { range } from './sample.ts'

const known = <T>(value: T | Refused): T => {
  if (isRefused(value)) throw new Error(value.refused)
  return value
}

const left = [385, 370, 385, 355, 335, 375, 380, 355, 330, 345, 370, 325, 365, 345, 355, 305, 330, 355, 290]
const right = [335, 325, 325, 305, 295, 315, 320, 265, 270, 270, 255, 255, 255, 275, 250, 235, 240, 265, 235]
const printed: Heaping = { counts: [...left, 975, ...right], firstDay: -19 }
const alone = { degree: 4, daysBefore: 0, daysAfter: 0, weekly: false } as const

describe('BUN-1', () => {
  test('without constraint', () => {
    const found = known(bunching(printed, { ...alone, constraint: 'none' }))
    expect(found.surplus).toBeCloseTo(648.751076, 6)
    expect(found.days).toBeCloseTo(1.988516, 6)
    expect(found.counterfactual[19]).toBeCloseTo(326.248924, 6)
  })
  test("with the package's stop", () => {
    const found = known(bunching(printed, { ...alone, constraint: 'first-overshoot' }))
    expect(found.surplus).toBeCloseTo(629.5111, 4)
    expect(found.days).toBeCloseTo(1.822088, 6)
  })
  test('at the fixed point', () => {
    const found = known(bunching(printed, { ...alone, constraint: 'fixed-point' }))
    expect(found.surplus).toBeCloseTo(629.493091, 6)
    expect(found.days).toBeCloseTo(1.821941, 6)
  })
})

/** A made-up limit: a falling course with clinics on two weekdays, from which so many were pulled forward over the limit. */
function made(moved: number): Heaping {
  const firstDay = -42
  const smooth = range(85).map((i) => 400 - 2 * i + ((((firstDay + i) % 7) + 7) % 7 < 2 ? 60 : 0))
  return { firstDay, counts: smooth.map((count, i) => count + (i > 35 && i <= 42 ? moved / 7 : i > 42 && i <= 56 ? -moved / 14 : 0)) }
}

describe('on a course that is known', () => {
  test('nothing was moved, nothing is found, whatever the weekly rhythm', () => {
    for (const { found } of bunchingFan(made(0), {})) {
      expect(Math.abs(known(found).surplus)).toBeLessThan(0.01)
      expect(Math.abs(known(found).missing)).toBeLessThan(0.01)
    }
  })
  test('without dummies for the week, the rhythm is taken for heaping', () => {
    const rhythm = known(bunching({ ...made(0) }, { degree: 4, daysBefore: 1, weekly: false, constraint: 'none' }))
    expect(Math.abs(rhythm.surplus)).toBeGreaterThan(10)
  })
  test('about as many as were moved are found, and about as many are missing right of the limit', () => {
    const found = known(bunching(made(700), { degree: 3 }))
    expect(found.surplus).toBeGreaterThan(500)
    expect(found.surplus).toBeLessThan(900)
    expect(found.missing / found.surplus).toBeGreaterThan(0.8)
    expect(found.missing / found.surplus).toBeLessThan(1.2)
  })
  test('a day known to be odd is not taken for the course', () => {
    const odd = { ...made(0), counts: made(0).counts.map((count, i) => (i === 20 ? count + 500 : count)) }
    const surplusOf = (focalDays: readonly number[]): Bunching => known(bunching(odd, { degree: 3, focalDays }))
    expect(Math.abs(surplusOf([-22]).surplus)).toBeLessThan(0.01)
    expect(Math.abs(surplusOf([]).surplus)).toBeGreaterThan(5)
  })
})

test('the fan has the five degrees, and the same surplus for the degree asked alone', () => {
  const { degree: _, ...options } = alone
  const fan = bunchingFan(printed, options)
  expect(fan.map(({ degree }) => degree)).toEqual([3, 4, 5, 6, 7])
  expect(fan[1]!.found).toEqual(bunching(printed, alone))
})

test('the interval is the same for the same seed, and holds the surplus', () => {
  const drawing = { seed: 7, draws: 1000 }
  const once = known(bunchingInterval(printed, alone, drawing))
  expect(bunchingInterval(printed, alone, drawing)).toEqual(once)
  expect(bunchingInterval(printed, alone, { ...drawing, seed: 8 })).not.toEqual(once)
  expect(once.surplus.low).toBeLessThan(629.5)
  expect(once.surplus.high).toBeGreaterThan(629.5)
  // The package prints a standard error of some 45 for such data: an interval of 0 or of thousands would be a fault.
  expect(once.surplus.high - once.surplus.low).toBeGreaterThan(40)
  expect(once.surplus.high - once.surplus.low).toBeLessThan(400)
})

describe('what cannot be said', () => {
  const days = (n: number): Heaping => ({ counts: range(n).map(() => 10), firstDay: -n + 4 })
  test.each([
    ['too few days for the terms', days(14), { degree: 4 }, 'too-few'],
    ['no day in the window', { counts: range(40).map(() => 9), firstDay: 5 }, { degree: 3 }, 'nothing-counted'],
    [
      'nobody right of the limit',
      { counts: [...range(40).map(() => 9), 0, 0], firstDay: -39 },
      { degree: 2, weekly: false },
      'nothing-counted',
    ],
    [
      'nobody at all but there',
      { counts: range(61).map((i) => (i === 30 ? 5 : 0)), firstDay: -30 },
      { degree: 2, constraint: 'none' as const },
      'nothing-expected',
    ],
  ])('%s', (_, heaping, options, refused) => expect(bunching(heaping, options)).toMatchObject({ refused }))
})

test('the local check counts both sides and prints both ways to expect', () => {
  const curve = range(41).map((i) => 60 - i)
  const counts = curve.map((expected, i) => expected + (i === 20 ? 30 : 0))
  const found = known(localCheck({ counts, firstDay: -20 }, curve, 3))
  expect([found.inside, found.outside]).toEqual([42 + 41 + 70, 39 + 38 + 37])
  expect(found.expectedShare).toBeCloseTo(123 / 237, 10)
  expect(found.p).toBeGreaterThan(found.pIfFlat)
  expect(localCheck({ counts: curve.map(() => 0), firstDay: -20 }, curve, 3)).toEqual({ refused: 'nothing-counted' })
})

test('units that crowd just above a target are counted at each distance', () => {
  const shares = [0.8, 0.83, 0.849, 0.85, 0.851, 0.852, 0.853, 0.855, 0.86, 0.87, 0.9]
  expect(crowdingAtTarget(shares, 0.85, [0.01, 0.001, 0.0001])).toEqual([
    { distance: 0.01, below: 1, above: 6, p: expect.closeTo(0.125, 10) },
    { distance: 0.001, below: 1, above: 2, p: 1 },
    { distance: 0.0001, below: 0, above: 1, p: 1 },
  ])
  expect(crowdingAtTarget([0.2], 0.85, [0.1])).toEqual([{ distance: 0.1, below: 0, above: 0, p: null }])
})
