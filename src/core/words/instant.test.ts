import { describe, expect, test } from 'vitest'
import { type Day, dayOf, dayText, periodOf, periodText, readDay, weekdayOf } from './day.ts'
import { endOfDay, instantOf, wallTimeOf } from './instant.ts'

const at = (year: number, month: number, date: number, hours: number, minutes = 0) => ({
  day: dayOf(year, month, date),
  seconds: hours * 3600 + minutes * 60,
})
const utc = (text: string) => Date.parse(text) / 1000

describe('wall clocks and moments', () => {
  test.each([
    ['winter', at(2024, 1, 15, 12), '2024-01-15T11:00Z'],
    ['summer', at(2024, 7, 15, 12), '2024-07-15T10:00Z'],
    ['the last minute before spring jumps', at(2024, 3, 31, 1, 59), '2024-03-31T00:59Z'],
    ['a time that spring skips, as much after the jump', at(2024, 3, 31, 2, 30), '2024-03-31T01:30Z'],
    ['the first minute after the jump', at(2024, 3, 31, 3, 0), '2024-03-31T01:00Z'],
    ['the hour that autumn has twice, its first passing', at(2024, 10, 27, 2, 30), '2024-10-27T00:30Z'],
    ['after it', at(2024, 10, 27, 3, 0), '2024-10-27T02:00Z'],
  ])('%s', (_, wall, moment) => expect(instantOf(wall, 'Europe/Oslo')).toBe(utc(moment)))

  test('a moment has the wall time it was made from, but in the night that skips an hour', () => {
    for (let hour = 0; hour < 24 * 370; hour += 5) {
      const wall = { day: (dayOf(2024, 1, 1) + Math.floor(hour / 24)) as Day, seconds: (hour % 24) * 3600 + 1200 }
      const skipped = dayText(wall.day) === '2024-03-31' && Math.floor(wall.seconds / 3600) === 2
      if (!skipped) expect(wallTimeOf(instantOf(wall, 'Europe/Oslo'), 'Europe/Oslo')).toEqual(wall)
    }
  })
  test('days of 23 and 25 hours end when the wall clock says', () => {
    expect(endOfDay(dayOf(2024, 3, 31), 'Europe/Oslo') - instantOf(at(2024, 3, 31, 0), 'Europe/Oslo')).toBe(23 * 3600)
    expect(endOfDay(dayOf(2024, 10, 27), 'Europe/Oslo') - instantOf(at(2024, 10, 27, 0), 'Europe/Oslo')).toBe(25 * 3600)
  })
})

describe('days', () => {
  test.each(['2023-02-29', '2024-13-01', '2024-00-10', '1899-12-31', '2200-01-01', '24-01-01', '2024-1-1', ' 2024-01-01', ''])(
    '%s is no day',
    (text) => expect(readDay(text)).toBeUndefined(),
  )
  test('a day that is read is written the same, over three centuries', () => {
    for (let day = readDay('1900-01-01')!; day <= readDay('2199-12-31')!; day = (day + 37) as Day) expect(readDay(dayText(day))).toBe(day)
  })
  test('29 February comes in leap years alone', () => {
    expect(readDay('2024-02-29')).toBeDefined()
    expect(readDay('2000-02-29')).toBeDefined()
    expect(readDay('2100-02-29')).toBeUndefined()
  })
  test('weekdays before and after 1970', () => {
    expect(weekdayOf(dayOf(2024, 2, 29))).toBe(4)
    expect(weekdayOf(dayOf(1900, 1, 1))).toBe(1)
  })
  test('periods of a day', () => {
    const day = dayOf(2024, 8, 31)
    expect((['month', 'tertial', 'quarter', 'year'] as const).map((kind) => periodText(periodOf(day, kind), kind))).toEqual([
      '2024-08',
      '2024-T2',
      '2024-Q3',
      '2024',
    ])
    expect(periodText(periodOf(dayOf(2024, 12, 31), 'tertial'), 'tertial')).toBe('2024-T3')
  })
})
