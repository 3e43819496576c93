import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isRefused, type Refused } from './refusal.ts'
import { sum } from './sample.ts'
import { type Course, cumulativeIncidence, kaplanMeier, lengthAt, openAfter, startMonthShown, within } from './survival.ts'

const known = <T>(value: T | Refused): T => {
  if (isRefused(value)) throw new Error(value.refused)
  return value
}
const coursesOf = (text: string): readonly Course[] =>
  text.split(',').map((one) => ({ length: Number.parseInt(one, 10), end: one.endsWith('+') ? null : 'finished' }))

describe('KM-1, the 6-MP arm', () => {
  const curve = known(kaplanMeier(coursesOf('6,6,6,7,10,13,16,22,23,6+,9+,10+,11+,17+,19+,20+,25+,32+,32+,34+,35+')))
  test.each([
    [6, 0.857],
    [7, 0.807],
    [10, 0.753],
    [13, 0.69],
  ])('S(%d)', (week, share) => expect(openAfter(curve, week)).toBeCloseTo(share, 3))
  // Printed by survfit of R for the same arm: median 23, S(10) with standard error 0.0963.
  test('median and error', () => {
    expect(lengthAt(curve)).toBe(23)
    expect(curve.steps.find((step) => step.at === 10)!.error).toBeCloseTo(0.0963, 4)
  })
  test('what is not reached yet is said', () => {
    expect(lengthAt(curve, 0.9)).toEqual({ refused: 'not-reached' })
    expect(within(curve, 5)).toEqual({ share: 0, interval: { refused: 'not-reached' } })
  })
  test('the share within a limit has an interval around it', () => {
    const { share, interval } = within(curve, 10)
    expect(share).toBeCloseTo(1 - 0.753, 3)
    expect(known(interval).low).toBeLessThan(share)
    expect(known(interval).high).toBeGreaterThan(share)
  })
})

const courses = fc.array(
  fc.record({ length: fc.integer({ min: 0, max: 30 }), end: fc.constantFrom<string | null>('treated', 'died', 'withdrew', null) }),
  { minLength: 1, maxLength: 40 },
)

test('the share waiting never rises, and lies between 0 and 1', () => {
  fc.assert(
    fc.property(courses, (drawn) => {
      const open = known(kaplanMeier(drawn)).steps.map((step) => step.open)
      expect(open).toEqual(open.toSorted((a, b) => b - a))
      expect(open.every((share) => share >= 0 && share <= 1)).toBe(true)
    }),
  )
})

test('with everybody finished it is the plain share, and the median is that of the lengths', () => {
  fc.assert(
    fc.property(courses, fc.integer({ min: 0, max: 30 }), (drawn, limit) => {
      const all = drawn.map((course) => ({ ...course, end: 'treated' }))
      const curve = known(kaplanMeier(all))
      expect(1 - openAfter(curve, limit)).toBeCloseTo(all.filter((course) => course.length <= limit).length / all.length, 10)
      const sorted = all.map((course) => course.length).toSorted((a, b) => a - b)
      expect(lengthAt(curve)).toBe(sorted[Math.ceil(sorted.length / 2) - 1])
    }),
  )
})

test('ways to finish and the open add up to 1, and one way alone is Kaplan and Meier', () => {
  fc.assert(
    fc.property(courses, (drawn) => {
      const incidence = known(cumulativeIncidence(drawn))
      for (const step of incidence.steps) expect(step.open + sum(Object.values(step.finished))).toBeCloseTo(1, 10)
      const alone = drawn.map((course) => ({ ...course, end: course.end && 'finished' }))
      const curve = known(kaplanMeier(alone))
      for (const step of known(cumulativeIncidence(alone)).steps)
        expect(step.finished['finished']).toBeCloseTo(1 - openAfter(curve, step.at), 10)
    }),
  )
})

test('deaths are not counted as waits that go on: the share treated stays below what leaving them out would say', () => {
  const drawn: readonly Course[] = [
    { length: 5, end: 'treated' },
    { length: 6, end: 'died' },
    { length: 10, end: 'treated' },
    { length: 20, end: null },
  ]
  const treated = known(cumulativeIncidence(drawn)).steps.findLast((step) => step.at <= 10)!.finished['treated']!
  const naive = within(known(kaplanMeier(drawn.map((course) => (course.end === 'died' ? { ...course, end: null } : course)))), 10).share
  expect(treated).toBeCloseTo(0.5, 10)
  expect(naive).toBeCloseTo(0.625, 10)
})

test('a start month is shown when each is finished or older than the limit', () => {
  const open = (length: number): Course => ({ length, end: null })
  expect(startMonthShown([{ length: 3, end: 'treated' }, open(63)], 62)).toBe(true)
  expect(startMonthShown([open(62)], 62)).toBe(false)
})

test('nobody', () => {
  expect(kaplanMeier([])).toEqual({ refused: 'nothing-counted' })
  expect(cumulativeIncidence([])).toEqual({ refused: 'nothing-counted' })
})
