import { expect, test } from 'vitest'
import type { Calendar } from '../pack/pack.ts'
import { addDays, dayOf } from '../words/day.ts'
import { dayOfCount, workingDaysUpTo } from './working-days.ts'

const easter: Calendar = {
  id: 'c',
  weekend: [6, 0],
  from: dayOf(2024, 3, 1),
  to: dayOf(2024, 4, 30),
  holidays: new Set([dayOf(2024, 3, 28), dayOf(2024, 3, 29), dayOf(2024, 4, 1)]),
}
const between = (from: number, to: number) =>
  workingDaysUpTo(easter, to as typeof easter.from) - workingDaysUpTo(easter, from as typeof easter.from)

test('working days after the start day, up to and with the stop day', () => {
  expect(between(dayOf(2024, 3, 4), dayOf(2024, 3, 4))).toBe(0)
  expect(between(dayOf(2024, 3, 4), dayOf(2024, 3, 5))).toBe(1)
  expect(between(dayOf(2024, 3, 8), dayOf(2024, 3, 11))).toBe(1)
  expect(between(dayOf(2024, 3, 9), dayOf(2024, 3, 10))).toBe(0)
  expect(between(dayOf(2024, 3, 27), dayOf(2024, 4, 2))).toBe(1)
})
test('the day on which a count is reached is a working day', () => {
  const start = dayOf(2024, 3, 27)
  expect(dayOfCount(easter, workingDaysUpTo(easter, start) + 1)).toBe(dayOf(2024, 4, 2))
  expect(dayOfCount(easter, 1000)).toBeUndefined()
})
test('days outside the calendar count as its ends', () => {
  expect(workingDaysUpTo(easter, addDays(easter.from, -100))).toBe(1)
  expect(workingDaysUpTo(easter, addDays(easter.to, 100))).toBe(workingDaysUpTo(easter, easter.to))
})
