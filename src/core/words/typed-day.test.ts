import { describe, expect, test } from 'vitest'
import { dayText, readDay } from './day.ts'
import { readTypedDay } from './typed-day.ts'

const today = readDay('2026-03-10')!

describe('a day as people type it', () => {
  test.each([
    ['2026-03-07', '2026-03-07'],
    ['7.3.2026', '2026-03-07'],
    ['07.03.26', '2026-03-07'],
    ['7.3.', '2026-03-07'],
    ['7.3', '2026-03-07'],
    ['7/3', '2026-03-07'],
    ['0703', '2026-03-07'],
    ['070326', '2026-03-07'],
    ['0', '2026-03-10'],
    ['-3', '2026-03-07'],
    ['+2', '2026-03-12'],
    // Without a year: the last one that has been.
    ['31.12.', '2025-12-31'],
    ['29.2.2024', '2024-02-29'],
  ])('%s is %s', (typed, day) => expect(dayText(readTypedDay(typed, today)!)).toBe(day))

  test.each(['', '31.2.', '32.1.2026', '2026-02-30', 'monday', '7', '29.2.2026', '1.1.1.1'])('%s is none', (typed) =>
    expect(readTypedDay(typed, today)).toBeUndefined(),
  )

  test('where days to come are meant, a day without a year may lie ahead', () => {
    expect(dayText(readTypedDay('31.3.', today, 300)!)).toBe('2026-03-31')
    expect(dayText(readTypedDay('31.3.', today)!)).toBe('2025-03-31')
    expect(dayText(readTypedDay('2.1.', readDay('2026-12-30')!, 300)!)).toBe('2027-01-02')
  })
})
