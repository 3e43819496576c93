import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { filterRows, groupRows, type Listed, listGroups, listSorts, sortRows } from './listing.ts'
import { riskStates } from './risk-state.ts'

const row = (pathway: string, more: Partial<Listed> = {}): Listed => ({
  pathway,
  name: `Prøve ${pathway}`,
  variant: 'breast',
  org: 2,
  changed: '2026-03-01T10:00:00Z',
  risk: { state: 'in-time', slack: 10, daysLeft: 20 },
  nextStep: null,
  noStepReason: null,
  questions: 0,
  escalations: 0,
  ...more,
})
const step = (what: string, due: string | null = null, owner: string | null = 'coordinator') => ({ what, due, owner })
const names = (rows: readonly Listed[]) => rows.map(({ pathway }) => pathway)

describe('narrowing the list', () => {
  const rows = [
    row('2-1', { name: 'Åse Prøvedal', nextStep: step('Ring CT', '2026-03-10') }),
    row('2-2', { name: 'Ola Prøvestad', variant: 'lung', risk: { state: 'past', slack: -3, daysLeft: -3 }, escalations: 1 }),
    row('2-3', { name: null, org: 3, noStepReason: 'Patient is away', questions: 2, changed: '2026-03-09T10:00:00Z' }),
  ]
  test.each([
    ['text in any order', { text: 'prøve åse' }, ['2-1']],
    ['text is the beginning of words', { text: 'røve' }, []],
    ['text finds the next step', { text: 'ct ring' }, ['2-1']],
    ['text finds the number', { text: '2-3' }, ['2-3']],
    ['states', { states: ['past', 'tight'] }, ['2-2']],
    ['kinds', { variants: ['lung'] }, ['2-2']],
    ['places', { orgs: [3] }, ['2-3']],
    ['owner', { owner: 'coordinator' }, ['2-1']],
    ['no next step and no reason', { withoutStep: true }, ['2-2']],
    ['open questions', { asked: true }, ['2-3']],
    ['escalated', { escalated: true }, ['2-2']],
    ['due by a day', { dueBy: '2026-03-10' }, ['2-1']],
    ['not due by the day before', { dueBy: '2026-03-09' }, []],
    ['changed since', { changedSince: '2026-03-05T00:00:00Z' }, ['2-3']],
    ['both at once', { text: 'prøve', states: ['past'] }, ['2-2']],
    ['nothing', {}, ['2-1', '2-2', '2-3']],
  ] as const)('by %s', (_, filter, found) => expect(names(filterRows(rows, filter))).toEqual(found))
})

describe('the order of the list', () => {
  test('what asks for somebody comes first: by state, then by slack; of those past a limit, who passed it last', () => {
    const rows = [
      row('a', { risk: { state: 'in-time', slack: 9, daysLeft: 9 } }),
      row('b', { risk: { state: 'tight', slack: 7, daysLeft: 9 } }),
      row('c', { risk: { state: 'past', slack: -2, daysLeft: -2 } }),
      row('d', { risk: { state: 'past', slack: -20, daysLeft: -20 } }),
      row('e', { risk: { state: 'no-limit', slack: null, daysLeft: null } }),
    ]
    expect(names(sortRows(rows, 'urgency'))).toEqual(['c', 'd', 'b', 'a', 'e'])
  })

  test('names stand in the order of the language', () => {
    const rows = ['Ås', 'Aas', 'Øye', 'Zetterstrøm', 'Ærø'].map((name) => row(name, { name }))
    expect(names(sortRows(rows, 'name', false, new Intl.Collator('nb').compare))).toEqual(['Zetterstrøm', 'Ærø', 'Øye', 'Ås', 'Aas'])
  })

  const listed = fc.record({
    pathway: fc.uuid(),
    name: fc.option(fc.string()),
    variant: fc.constantFrom('breast', 'lung'),
    org: fc.nat(3),
    changed: fc.constantFrom('2026-03-01', '2026-03-02'),
    risk: fc.record({
      state: fc.constantFrom(...riskStates),
      slack: fc.option(fc.integer({ min: -9, max: 9 })),
      daysLeft: fc.option(fc.nat(9)),
    }),
    nextStep: fc.option(
      fc.record({
        what: fc.string(),
        due: fc.option(fc.constantFrom('2026-03-01', '2026-04-01')),
        owner: fc.option(fc.constantFrom('coder', 'clinician')),
      }),
    ),
    noStepReason: fc.constant(null),
    questions: fc.nat(1),
    escalations: fc.nat(1),
  })
  const lists = fc.uniqueArray(listed, { selector: ({ pathway }) => pathway, maxLength: 30 })

  test('no order and no grouping loses a row or doubts between two: however they came in, they stand alike', () => {
    fc.assert(
      fc.property(lists, fc.constantFrom(...listSorts), fc.boolean(), fc.constantFrom(...listGroups), (rows, sort, down, group) => {
        const sorted = sortRows(rows, sort, down)
        expect(sortRows(rows.toReversed(), sort, down)).toEqual(sorted)
        const groups = groupRows(sorted, group)
        expect(names(groups.flatMap((one) => one.rows)).toSorted()).toEqual(names(rows).toSorted())
        expect(new Set(groups.map(({ key }) => key)).size).toBe(groups.length)
      }),
    )
  })
})
