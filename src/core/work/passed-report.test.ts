import { expect, test } from 'vitest'
import { type PassedCount, passedTable } from './passed-report.ts'

const count = (more: Partial<PassedCount>): PassedCount => ({
  pack: 'demo 1',
  reason: 'capacity',
  words: 'No bed',
  place: 2,
  month: '2026-01',
  passed: 1,
  explained: 1,
  avoidable: { yes: 0, no: 1, unknown: 0 },
  patientInitiated: 0,
  ...more,
})

test('every month from the first to the last has a column, also one in which nothing fell', () => {
  const { months, all } = passedTable([count({ month: '2026-02', passed: 3 }), count({ month: '2025-11' }), count({ month: null })])
  expect(months).toEqual(['2025-11', '2025-12', '2026-01', '2026-02', null])
  expect(all).toMatchObject({ months: [1, 0, 0, 3, 1], passed: 5 })
})

test('a place has its reasons, the most frequent first, what is not explained last, and all of them together', () => {
  const { places, all } = passedTable([
    count({ reason: null, words: null, passed: 9, explained: 2, avoidable: { yes: 1, no: 1, unknown: 0 } }),
    count({ passed: 2, avoidable: { yes: 2, no: 0, unknown: 0 } }),
    count({ reason: 'patient-wish', words: 'The patient wished it', passed: 3, explained: 3, patientInitiated: 3 }),
    count({ place: 5, passed: 4 }),
  ])
  expect(places.map(({ place, all: together }) => [place, together.passed])).toEqual([
    [2, 14],
    [5, 4],
  ])
  expect(
    places[0]?.lines.map(({ reason, passed, avoidable, patientInitiated }) => [
      reason.kind,
      reason.id,
      passed,
      avoidable,
      patientInitiated,
    ]),
  ).toEqual([
    ['listed', 'patient-wish', 3, 0, 3],
    ['listed', 'capacity', 2, 2, 0],
    ['in-words', null, 2, 1, 0],
    ['not-explained', null, 7, 0, 0],
  ])
  expect(all).toMatchObject({ passed: 18, explained: 7 })
})

test('one reason of two lists is two lines: another list may mean something else by it', () => {
  const { places } = passedTable([count({}), count({ pack: 'demo 2' }), count({ month: '2026-02' })])
  expect(places[0]?.lines.map(({ reason, months }) => [reason.pack, months])).toEqual([
    ['demo 1', [1, 1]],
    ['demo 2', [1, 0]],
  ])
})

test('of nothing there is an empty table', () => {
  expect(passedTable([])).toMatchObject({ months: [], places: [], all: { passed: 0 } })
})
