import { describe, expect, test } from 'vitest'
import { loadPack } from '../../store/pack-folder.ts'
import { readPathway } from '../clock/clock.ts'
import { arrive } from '../ledger/arrive.ts'
import { listPathways } from '../measure/account.ts'
import type { Pack } from '../pack/pack.ts'
import { type Day, readDay } from '../words/day.ts'
import { endOfDay, instantOf } from '../words/instant.ts'
import { issueText } from '../words/issue.ts'
import { proposeStep, riskOfReading } from './propose-step.ts'

const read = await loadPack('packs/demo')
if (!read.ok) throw new Error(read.issues.map(issueText).join('\n'))
const demo: Pack = read.value
const day = (text: string): Day => readDay(text)!

/** An invented pathway, entry by entry, as it stands on a day. */
function stood(on: string, ...entries: readonly string[]) {
  const arriving = entries.map((entry) => {
    const [code = '', occurred = ''] = entry.split(' ')
    const recordedAt = instantOf({ day: day(occurred), seconds: 0 }, demo.zone)
    return { ledger: 0, pathway: 'P', code, occurred: day(occurred), recorded: day(occurred), recordedAt, standing: 'sure' as const }
  })
  return readPathway(demo, listPathways(demo, arrive(arriving))[0]!, { asOf: day(on), asOfAt: endOfDay(day(on), demo.zone) })
}
const proposed = (on: string, ...entries: readonly string[]) => proposeStep(demo, stood(on, ...entries), day(on))

describe('the step that is proposed', () => {
  test('comes after the newest milestone reached, with owner, day and what it books', () => {
    expect(proposed('2025-03-11', 'M1A 2025-03-10')).toEqual({
      template: 'after-start',
      after: 'start',
      on: '2025-03-10',
      text: { en: 'Book the first attendance', nb: 'Avtal første oppmøte' },
      owner: 'coordinator',
      withinDays: 3,
      due: '2025-03-13',
      books: 'attendance',
      source: 'demo-guide',
      basis: 'stated',
    })
  })
  test('goes by the course and not by the order of recording', () => {
    expect(proposed('2025-03-20', 'M1D 2025-03-18', 'M1A 2025-03-10', 'M1S 2025-03-19')).toMatchObject({
      template: 'after-decision',
      on: '2025-03-18',
    })
  })
  test('is never due in the past', () => {
    expect(proposed('2025-03-30', 'M1A 2025-03-10')).toMatchObject({ due: '2025-03-30' })
  })
  test('of a variant goes before that of all, and what is not known of it is not guessed', () => {
    expect(proposed('2023-03-12', 'H2A 2023-03-01', 'H2D 2023-03-10')).toMatchObject({
      template: 'after-decision-hill',
      owner: 'clinician',
      withinDays: null,
      due: null,
    })
  })
  test('is none before anything was reached, after the last milestone, and once the pathway has ended', () => {
    expect(proposed('2025-03-11', 'M1V 2025-03-10')).toBeUndefined()
    expect(proposed('2025-03-30', 'M1A 2025-03-10', 'M1TS 2025-03-29')).toBeUndefined()
    expect(proposed('2025-03-30', 'M1A 2025-03-10', 'M1X 2025-03-12')).toBeUndefined()
  })
})

describe('the risk of a pathway that was read', () => {
  test('takes the template where nothing is booked', () => {
    expect(riskOfReading(stood('2025-03-20', 'M1A 2025-03-01', 'M1S 2025-03-10', 'M1D 2025-03-18'), [])).toMatchObject({
      state: 'in-time',
      interval: 'start-to-treatment',
      daysLeft: 16,
      slack: 13,
      basis: { kind: 'template', after: 'decision', on: '2025-03-18', days: 5, source: 'demo-guide' },
    })
  })
  test('does not take what holds for all where the shortest time of the variant is unknown', () => {
    expect(riskOfReading(stood('2023-03-12', 'H2A 2023-03-01', 'H2S 2023-03-02', 'H2D 2023-03-10'), [])).toMatchObject({
      basis: { kind: 'none' },
    })
  })
  test('is paused from the day a pause that is taken out begins to the day before it ends, and not by one that only explains', () => {
    const ledger = ['M1A 2025-03-01', 'M1S 2025-03-03', 'M1HA 2025-03-10']
    expect(riskOfReading(stood('2025-03-10', ...ledger), [])).toMatchObject({
      state: 'paused',
      reason: { pause: 'other-illness', name: 'Another illness went first' },
    })
    expect(riskOfReading(stood('2025-03-14', ...ledger, 'M1HB 2025-03-15'), [])).toMatchObject({ state: 'paused' })
    expect(riskOfReading(stood('2025-03-15', ...ledger, 'M1HB 2025-03-15'), []).state).not.toBe('paused')
    expect(riskOfReading(stood('2025-03-12', 'M1A 2025-03-01', 'M1S 2025-03-03', 'M1WA 2025-03-10'), []).state).not.toBe('paused')
  })
  test('is finished once the widest clock has stopped, or nothing of it runs any more', () => {
    expect(riskOfReading(stood('2025-03-30', 'M1A 2025-03-01', 'M1S 2025-03-02', 'M1TS 2025-03-29'), [])).toMatchObject({
      state: 'finished',
      interval: 'start-to-treatment',
      reason: { code: 'stopped', on: '2025-03-29', length: 28 },
    })
    expect(riskOfReading(stood('2025-03-30', 'M1A 2025-03-01', 'M1X 2025-03-29'), [])).toMatchObject({
      state: 'finished',
      reason: { code: 'ended' },
    })
  })
})
