import { describe, expect, test } from 'vitest'
import { dayText } from '../core/words/day.ts'
import { IssueError } from '../core/words/result.ts'
import { readHl7 } from './hl7.ts'
import { readMessageMapping } from './message-mapping.ts'
import { readMessage, sentAt } from './read-message.ts'

const mapping = (messages: string, more = '') => {
  const read = readMessageMapping(
    `pack: demo\npatient: { field: PID-3, where: { PID-3.5: [FNR] } }\n${more}\nmessages:\n${messages}`,
    'feed.yaml',
  )
  if (!read.ok) throw new Error(JSON.stringify(read.issues))
  return read.value
}
const message = (type: string, ...segments: readonly string[]) => {
  const read = readHl7(
    Buffer.from([`MSH|^~\\&|EPJ|NORDVIK|||20261125||${type}|1|P|2.5`, 'PID|||7^^^H^LOCAL~00000000123^^^NO^FNR', ...segments].join('\r')),
  )
  if (!read.ok) throw new Error(JSON.stringify(read.fault))
  return read.message
}
const said = (read: () => unknown) => {
  try {
    read()
    return undefined
  } catch (error) {
    if (!(error instanceof IssueError)) throw error
    return error.issues.map(({ code, path }) => [code, ...path])[0]
  }
}

const booking = `
  - id: booked
    on: [SIU^S12]
    when: { AIS-3: [CT] }
    becomes: booking
    appointment: SCH-2
    books: { field: AIS-3, values: { CT: attendance } }
    day: SCH-11.4
    what: { template: "{AIS-3.2} at {AIL-3}" }
`

describe('a mapping of messages', () => {
  test('says what a message asks for', () => {
    const read = readMessage(
      message('SIU^S12', 'SCH||A-7|||||||||^^^202611300930', 'AIS|||CT^CT of the chest', 'AIL|||Room 2'),
      mapping(booking),
      'Europe/Oslo',
    )
    expect(read).toMatchObject({
      patient: '00000000123',
      wanted: [
        {
          rule: 'booked',
          becomes: 'booking',
          appointment: 'A-7',
          books: 'attendance',
          what: 'CT of the chest at Room 2',
          owner: 'coordinator',
        },
      ],
    })
    expect(read.wanted.map((one) => ('day' in one ? dayText(one.day) : ''))).toEqual(['2026-11-30'])
  })

  test('asks for nothing where its conditions do not hold, or the type is passed over', () => {
    expect(readMessage(message('SIU^S12', 'AIS|||XR'), mapping(booking), 'Europe/Oslo')).toEqual({ patient: undefined, wanted: [] })
    expect(readMessage(message('ADT^A08'), mapping(booking, 'passOver: [ADT^A08]'), 'Europe/Oslo')).toEqual({
      patient: undefined,
      wanted: [],
    })
  })

  test('refuses what it does not know, and says where', () => {
    const siu =
      (...segments: readonly string[]) =>
      () =>
        readMessage(message('SIU^S12', 'AIS|||CT^CT', 'AIL|||R', ...segments), mapping(booking), 'Europe/Oslo')
    expect(said(() => readMessage(message('ADT^A08'), mapping(booking), 'Europe/Oslo'))).toEqual(['feed/no-rule', 'MSH-9'])
    expect(said(siu('SCH||A-7'))).toEqual(['feed/missing', 'SCH-11.4'])
    expect(said(siu('SCH||A-7|||||||||^^^20261131'))).toEqual(['feed/bad-value', 'SCH-11.4'])
    expect(said(siu('SCH||A-7|||||||||^^^2026'))).toEqual(['feed/bad-value', 'SCH-11.4'])
    expect(said(siu(`SCH||${'7'.repeat(201)}|||||||||^^^20261130`))).toEqual(['feed/bad-value', 'SCH-2'])
    const unlisted = mapping(booking.replace('    when: { AIS-3: [CT] }\n', ''))
    expect(said(() => readMessage(message('SIU^S12', 'AIS|||XR'), unlisted, 'Europe/Oslo'))).toEqual(['feed/bad-value', 'AIS-3'])
    expect(said(() => readMessage(message('SIU^S12', 'AIS|||CT'), mapping(booking, 'processing: [T]'), 'Europe/Oslo'))).toEqual([
      'feed/processing',
      'MSH-11',
    ])
  })

  test.each([
    ['20261129', '2026-11-29'],
    ['202611292330', '2026-11-29'],
    ['20261129233000.1234-0500', '2026-11-30'],
    ['202611292330+0000', '2026-11-30'],
    ['20260329023000', '2026-03-29'],
    ['20261025023000', '2026-10-25'],
    ['2026-11-29', '2026-11-29'],
  ])('takes the day of a time at the place: %s is %s', (text, day) => {
    const read = readMessage(message('SIU^S12', `SCH||A|||||||||^^^${text}`, 'AIS|||CT^CT', 'AIL|||R'), mapping(booking), 'Europe/Oslo')
    expect(read.wanted.map((one) => ('day' in one ? dayText(one.day) : ''))).toEqual([day])
  })

  test('is refused at its line where it is none', () => {
    const read = (text: string) => readMessageMapping(text, 'feed.yaml')
    expect(
      read(`pack: demo\npatient: PID\nmessages: [{ id: a, on: [ORU^R01], becomes: proposal, day: MSH-7, because: x, code: OBX-3 }]`),
    ).toMatchObject({
      ok: false,
      issues: [{ code: 'map/shape', at: { line: 2 } }],
    })
    expect(
      read('pack: demo\npatient: PID-3\nmessages: [{ id: a, on: [ORU^R01], becomes: proposal, day: MSH-7, because: x }]'),
    ).toMatchObject({ ok: false })
    expect(read('pack: demo\npatient: PID-3\nmessages: []\npassover: []')).toMatchObject({ ok: false })
  })
})

test('when a message was sent is read at the place, and is not known where it cannot be', () => {
  expect(sentAt('20261125093015', 'Europe/Oslo')).toBe('2026-11-25T08:30:15.000Z')
  expect(sentAt('20260725093015', 'Europe/Oslo')).toBe('2026-07-25T07:30:15.000Z')
  expect(sentAt('20261125093015+0000', 'Europe/Oslo')).toBe('2026-11-25T09:30:15.000Z')
  expect(sentAt('yesterday', 'Europe/Oslo')).toBeUndefined()
})
