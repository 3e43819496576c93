import { describe, expect, test } from 'vitest'
import { loadPack } from '../../store/pack-folder.ts'
import { readPathway } from '../clock/clock.ts'
import type { Entry } from '../ledger/entry.ts'
import { listPathways } from '../measure/account.ts'
import { addDays, type Day, dayText, readDay } from '../words/day.ts'
import { endOfDay, type Instant } from '../words/instant.ts'
import { findMedians, medianDays, medianMonths } from './median.ts'

const read = await loadPack('packs/demo')
if (!read.ok) throw new Error('The demo pack is not sound.')
const demo = read.value
const day = (text: string): Day => readDay(text)!
const slot = (id: string) => demo.slots.findIndex((s) => s.id === id)
const whole = demo.intervals.findIndex(({ id }) => id === 'start-to-treatment')

/** Pathways as they are read on a day, each a list of `code day`. */
function readings(asOf: Day, ...pathways: readonly (readonly string[])[]) {
  const entries = pathways.flatMap((said, n) =>
    said.map((one): Omit<Entry, 'seq' | 'id'> => {
      const [code = '', on = ''] = one.split(' ')
      const occurred = day(on)
      return {
        ledger: 2,
        pathway: `P${n}`,
        code,
        occurred,
        recorded: occurred,
        recordedAt: (occurred * 86_400) as Instant,
        standing: 'sure',
      }
    }),
  )
  const asking = { asOf, asOfAt: endOfDay(asOf, demo.zone) }
  return listPathways(
    demo,
    entries.map((entry, seq) => ({ ...entry, seq, id: String(seq) })),
  ).map((pathway) => readPathway(demo, pathway, asking))
}

describe('the months looked at', () => {
  test.each([
    ['2026-03-10', 12, '2025-03', '2026-02', '2025-03-01', '2026-02-28'],
    ['2026-01-01', 1, '2025-12', '2025-12', '2025-12-01', '2025-12-31'],
    ['2024-12-31', 3, '2024-09', '2024-11', '2024-09-01', '2024-11-30'],
    ['2026-11-25', 30, '2024-05', '2026-10', '2024-05-01', '2026-10-31'],
  ])('on %s the last %i are %s to %s', (today, months, from, to, first, last) => {
    const found = medianMonths(day(today), months)
    expect([found.from, found.to, dayText(found.first), dayText(found.last)]).toEqual([from, to, first, last])
  })
})

describe('the median of days', () => {
  test.each([
    [[5], 5],
    [[9, 1, 5], 5],
    [[10, 4], 7],
    [[3, 4], 4],
    [[0, 0, 0, 9], 0],
  ])('of %j is %i', (days, median) => expect(medianDays(days)).toBe(median))
})

describe('how long the rest took', () => {
  const months = medianMonths(day('2026-03-10'), 12)
  const found = (...pathways: readonly (readonly string[])[]) => findMedians(readings(day('2026-03-10'), ...pathways), months)
  /** Began on a day, was seen five days later, and treated so many days after the start. */
  const treated = (start: string, days: number) => [
    `M1A ${start}`,
    `M1S ${dayText(addDays(day(start), 5))}`,
    `M1TS ${dayText(addDays(day(start), days))}`,
  ]

  test('is told from each milestone there was to the stop of each clock after it, with how many', () => {
    const rests = found(treated('2025-04-01', 20), treated('2025-06-01', 31), treated('2025-09-01', 40))
    const of = (after: string) => rests.find((rest) => rest.interval === whole && rest.after === slot(after))
    expect(of('start')).toEqual({ variant: 'marsh', interval: whole, after: slot('start'), days: 31, of: 3 })
    expect(of('attendance')).toMatchObject({ days: 26, of: 3 })
    expect(of('decision')).toBeUndefined()
  })
  test('leaves out whoever was treated before or after the months, and whoever was not', () => {
    const rests = found(treated('2025-02-01', 20), treated('2026-02-20', 10), ['M1A 2025-05-01', 'M1S 2025-05-03'])
    expect(rests.filter(({ interval }) => interval === whole)).toEqual([])
    // The first and the last day of the months are in them.
    expect(found(treated('2025-02-01', 28), treated('2026-02-18', 10)).find(({ after }) => after === slot('start'))).toMatchObject({
      of: 2,
    })
  })
})
