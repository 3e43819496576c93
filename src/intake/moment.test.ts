import { describe, expect, test } from 'vitest'
import { dayText } from '../core/words/day.ts'
import { formatFault, momentReader } from './moment.ts'

/** `day instant` as texts. */
function shown(text: string, zone = 'Europe/Oslo', format?: string): string {
  const moment = momentReader(zone, format)(text)
  if (typeof moment === 'string') return moment
  const at = moment.at === undefined ? 'day only' : new Date(moment.at * 1000).toISOString()
  return `${dayText(moment.day)} ${at} ${new Date(moment.earliest * 1000).toISOString()}`.replaceAll('.000Z', 'Z')
}

describe('without a format', () => {
  test.each([
    ['2024-02-29', '2024-02-29 day only 2024-02-28T23:00:00Z'],
    ['2024-03-01T09:30', '2024-03-01 2024-03-01T08:30:00Z 2024-03-01T08:30:00Z'],
    ['2024-03-01 09:30:59.999', '2024-03-01 2024-03-01T08:30:59Z 2024-03-01T08:30:59Z'],
    ['2024-07-01T00:30Z', '2024-07-01 2024-07-01T00:30:00Z 2024-07-01T00:30:00Z'],
    ['2024-07-01T23:30:00+00', '2024-07-02 2024-07-01T23:30:00Z 2024-07-01T23:30:00Z'],
    ['2024-07-01 23:30:00.5 +02:00', '2024-07-01 2024-07-01T21:30:00Z 2024-07-01T21:30:00Z'],
    ['2024-07-01T00:10:00-0330', '2024-07-01 2024-07-01T03:40:00Z 2024-07-01T03:40:00Z'],
    ['1900-01-01', '1900-01-01 day only 1899-12-31T23:00:00Z'],
    ['2199-12-31', '2199-12-31 day only 2199-12-30T23:00:00Z'],
  ])('%s is %s', (text, expected) => expect(shown(text)).toBe(expected))

  test.each(['2023-02-29', '2100-02-29', '2024-13-01', '2024-00-10', '2024-04-31', '2024-01-00', '24-01-01', '2024-1-1', '01.02.2024'])(
    '%s is no day',
    (text) => expect(shown(text)).toBe('entries/bad-date'),
  )

  test.each([
    '2024-01-01T24:00',
    '2024-01-01T12:60',
    '2024-01-01T12:00:60',
    '2024-01-01T12',
    '2024-01-01T12:00+15:00',
    '2024-01-01T12:00+01:75',
    '2024-01-01Z',
    ' 2024-01-01',
    '2024-01-01\n',
  ])('%j is no time', (text) => expect(shown(text)).toBe('entries/bad-date'))

  test.each(['1899-12-31', '2200-01-01', '0001-01-01', '9999-12-31', '2199-12-31T23:30Z', '1899-12-31T22:00Z'])(
    '%s lies too far off',
    (text) => expect(shown(text)).toBe('entries/out-of-range'),
  )

  test('an hour that comes twice is its first, one that is skipped is later', () => {
    expect(shown('2024-10-27T02:30')).toContain('2024-10-27T00:30:00Z')
    expect(shown('2024-03-31T02:30')).toContain('2024-03-31T01:30:00Z')
  })
})

describe('with a format', () => {
  test.each([
    ['2014/10/22 11:15:41.000', 'yyyy/MM/dd HH:mm:ss.SSS', '2014-10-22 2014-10-22T09:15:41Z 2014-10-22T09:15:41Z'],
    ['1.2.2024', 'd.M.yyyy', '2024-02-01 day only 2024-01-31T23:00:00Z'],
    ['20240229', 'yyyyMMdd', '2024-02-29 day only 2024-02-28T23:00:00Z'],
    ['29(02)2024 [08h]', 'dd(MM)yyyy [HHh]', '2024-02-29 2024-02-29T07:00:00Z 2024-02-29T07:00:00Z'],
    ['2014-10-22', 'yyyy/MM/dd', 'entries/bad-date'],
    ['31.02.2024', 'dd.MM.yyyy', 'entries/bad-date'],
    ['01.01.1899', 'dd.MM.yyyy', 'entries/out-of-range'],
    ['2024x01x01', 'yyyy.MM.dd', 'entries/bad-date'],
  ])('%s in %s is %s', (text, format, expected) => expect(shown(text, 'Europe/Oslo', format)).toBe(expected))

  test('says what the format lacks', () => {
    expect(formatFault('YYYY-MM-DD')).toContain('small y and d')
    expect(formatFault('yyyy-mm-dd')).toContain('at least yyyy, MM and dd')
    expect(formatFault('yyyy-MM-dd yyyy')).toContain('only once')
    expect(formatFault('yyyy-MM-dd mm')).toContain('HH before mm')
    expect(formatFault('yyyy-MM-dd HH:mm')).toBeUndefined()
  })
})

test('more texts than are remembered give the same answers', () => {
  const read = momentReader('UTC')
  const texts = Array.from({ length: 25_000 }, (_, i) => new Date(Date.UTC(2000, 0, 1) + i * 61_000).toISOString())
  for (const text of [...texts, ...texts]) expect((read(text) as { at: number }).at).toBe(Date.parse(text) / 1000)
})
