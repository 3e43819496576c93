import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { packOf } from '../../../test/support/live-ledger.ts'
import { definitionOf } from './definition.ts'
import { dueOf } from './due.ts'
import { costOf, type LifeRecord, lifeOn, missingOf, type Said, stages } from './life.ts'
import { lifeRules, refusalsOf, stageMoves } from './rules.ts'

/** A life as a list of days and sayings, each by person 1 unless said; the third is number 3. */
const records = (...said: readonly (readonly [on: string, said: Said, by?: number])[]): readonly LifeRecord[] =>
  said.map(([on, one, by = 1], i) => ({ n: i + 1, on, by, role: 'analyst', said: one }))
const refused = (life: readonly LifeRecord[], said: Said, by = 1) => refusalsOf(life, said, by).map(({ code, rule }) => `${code} ${rule}`)

const idea: Said = { kind: 'idea', name: 'Told in person', wanted: 'Nobody hears of a cancer by letter.' }
const told = { name: 'how', says: 'how the patient was told' }
const day = { name: 'day', says: 'the day on which the patient was told' }
const definition: Said = { kind: 'definition', elements: [told, day], because: 'none-given' }
const matched = (how: 'recorded' | 'not-recorded'): Said => ({
  kind: 'match',
  elements: [
    { name: 'how', is: how, where: 'nobody asks' },
    { name: 'day', is: 'recorded' },
  ],
})
const gap: Said = { kind: 'gap', gap: 'Whether it was understood is not counted.' }
const step = (to: (typeof stages)[number], dropped?: string): Said => ({
  kind: 'step',
  to,
  why: `on to ${to}`,
  ...(dropped ? { dropped } : {}),
})
const upToMatch = records(
  ['2025-01-10', idea],
  ['2025-01-20', step('definition', 'Whether a relative was there: nobody could say what counts.'), 2],
  ['2025-01-21', definition],
  ['2025-02-01', step('data-match')],
  ['2025-02-02', matched('recorded')],
)
const inUse = [
  ...upToMatch,
  ...records(['2025-03-01', gap], ['2025-03-02', step('trial')], ['2025-05-01', step('in-use')]).map((one) => ({ ...one, n: one.n + 5 })),
]

describe('the stages of a life', () => {
  test('its state and its words can be had for any day, with who, when, what was dropped and why', () => {
    expect(lifeOn(inUse, '2025-01-09')).toBeUndefined()
    expect(lifeOn(inUse, '2025-01-19')).toMatchObject({
      stage: 'idea',
      definition: undefined,
      wanted: 'Nobody hears of a cancer by letter.',
    })
    expect(lifeOn(inUse, '2025-01-20')).toMatchObject({ stage: 'definition', since: '2025-01-20', definition: undefined })
    expect(lifeOn(inUse, '2025-02-28')).toMatchObject({
      stage: 'data-match',
      definition: { on: '2025-01-21', elements: [told, day] },
      gap: undefined,
    })
    expect(lifeOn(inUse)).toMatchObject({ stage: 'in-use', since: '2025-05-01', gap: { gap: 'Whether it was understood is not counted.' } })
    expect(lifeOn(inUse)?.steps[1]).toEqual({
      n: 2,
      on: '2025-01-20',
      by: 2,
      role: 'analyst',
      from: 'idea',
      kind: 'step',
      to: 'definition',
      why: 'on to definition',
      dropped: 'Whether a relative was there: nobody could say what counts.',
    })
    // A later definition does not change what was defined before.
    const later = [
      ...inUse,
      ...records(['2025-09-01', { kind: 'definition', elements: [told], because: 'none-given', changed: 'No day.' }]),
    ]
    expect(lifeOn(later, '2025-08-31')?.definition?.elements).toEqual([told, day])
    expect(lifeOn(later)?.definition?.elements).toEqual([told])
  })

  test('a life goes by the moves there are and by no other', () => {
    for (const to of stages) {
      const said = refused(records(['2025-01-10', idea]), step(to))
      expect(said.includes('life/no-such-step stage-order'), to).toBe(!stageMoves.idea.includes(to))
    }
    expect(stages.filter((stage) => stageMoves[stage].length === 0)).toEqual([])
  })

  test('data are matched to a definition, and a trial begins when each element was looked for', () => {
    const undefinedYet = upToMatch.slice(0, 2)
    expect(refused(undefinedYet, step('data-match'))).toEqual(['life/no-definition definition-before-match'])
    expect(refused(upToMatch.slice(0, 4), step('trial'))).toContain('life/not-matched match-before-trial')
    expect(refused(upToMatch, { kind: 'match', elements: [{ name: 'letter', is: 'recorded' }] })).toEqual([
      'life/no-element elements-of-definition',
    ])
  })
})

describe('the feasibility sheet', () => {
  const without = [
    ...upToMatch.slice(0, 4),
    ...records(['2025-02-02', matched('not-recorded')], ['2025-02-03', gap]).map((r) => ({ ...r, n: r.n + 4 })),
  ]

  test('with one element recorded nowhere it cannot be computed here: the name is there, and no trial', () => {
    const life = lifeOn(without)
    expect(life && missingOf(life)).toEqual(['how'])
    expect(life?.sheet).toEqual([
      { ...told, is: 'not-recorded', where: 'nobody asks' },
      { ...day, is: 'recorded', where: undefined },
    ])
    expect(refused(without, step('trial'))).toEqual(['life/cannot-be-computed no-number-without-data'])
    // It may stay as it is, or be retired; and it can be computed again when the definition asks for no such thing.
    expect(refused(without, step('retired'))).toEqual([])
    const narrower = [
      ...without,
      ...records(['2025-04-01', { kind: 'definition', elements: [day], because: 'none-given', changed: 'Only the day.' }]),
    ]
    expect(missingOf(lifeOn(narrower)!)).toEqual([])
    expect(refused(narrower, step('trial'))).toEqual([])
  })

  test('what was found of an element stands as long as it means the same', () => {
    const other: Said = {
      kind: 'definition',
      elements: [{ ...told, says: 'by whom the patient was told' }, day],
      because: 'none-given',
      changed: 'By whom.',
    }
    expect(lifeOn([...without, ...records(['2025-04-01', other])])?.sheet.map(({ is }) => is)).toEqual([undefined, 'recorded'])
  })
})

describe('the friction log', () => {
  const friction: Said = { kind: 'friction', friction: 'ambiguous', note: 'By telephone counts for some.' }
  const withFriction = [...upToMatch, ...records(['2025-02-10', friction]).map((r) => ({ ...r, n: 6 }))]
  const next = (because: readonly number[] | 'none-given', changed?: string): Said => ({
    kind: 'definition',
    elements: [told, day],
    because,
    ...(changed ? { changed } : {}),
  })

  test('each change of definition is linked to at least one entry of it, or to none given, and says what is new', () => {
    expect(refused(withFriction, next([6], 'The telephone counts.'))).toEqual([])
    expect(refused(withFriction, next('none-given', 'Words.'))).toEqual([])
    for (const because of [[], [7], [6, 1]])
      expect(refused(withFriction, next(because, 'x'))).toEqual(['life/no-friction friction-or-none'])
    expect(refused(withFriction, next([6]))).toEqual(['life/no-friction friction-or-none'])
    const changed = lifeOn([...withFriction, { n: 9, on: '2025-02-11', by: 1, role: 'analyst', said: next([6], 'The telephone counts.') }])
    expect(changed?.frictions).toMatchObject([{ n: 6, friction: 'ambiguous', definitions: [9] }])
  })
})

test('nothing goes to trial while the gap between what was wanted and what is counted is empty', () => {
  expect(refused(upToMatch, step('trial'))).toEqual(['life/gap-empty gap-before-trial'])
  expect(refused(inUse.slice(0, 6), step('trial'))).toEqual([])
  // Nor is it emptied afterwards.
  expect(refused(inUse, { kind: 'taken-back', record: 6 })).toEqual(['life/not-to-take-back own-and-last'])
})

describe('the purpose', () => {
  const proposed = [
    ...inUse,
    { n: 20, on: '2025-06-01', by: 1, role: 'analyst', said: { kind: 'purpose-proposed', purpose: 'payment', why: 'x' } } as const,
  ]
  const answer = (agreed: boolean): Said => ({ kind: 'purpose-answered', proposal: 20, agreed })
  const then = (said: Said, by: number) => lifeOn([...proposed, { n: 21, on: '2025-06-02', by, role: 'manager', said }])

  test('begins with learning, and changes when one proposes and another agrees', () => {
    expect(lifeOn(inUse)?.purpose).toBe('learning')
    expect(lifeOn(proposed)).toMatchObject({ purpose: 'learning', proposal: { purpose: 'payment', by: 1 } })
    expect(refused(proposed, answer(true), 2)).toEqual([])
    expect(then(answer(true), 2)).toMatchObject({ purpose: 'payment', proposal: undefined })
    expect(then(answer(false), 2)).toMatchObject({ purpose: 'learning', proposal: undefined })
  })

  test('whoever proposed it does not agree to it, and the try stays in the life', () => {
    expect(refused(proposed, answer(true), 1)).toEqual(['life/purpose-not-agreed purpose-by-two'])
    expect(refused(inUse, answer(true), 2)).toEqual(['life/no-proposal purpose-by-two'])
    expect(then({ kind: 'purpose-refused', proposal: 20, because: 'own-proposal' }, 1)).toMatchObject({
      purpose: 'learning',
      proposal: { n: 20 },
    })
    expect(refused(inUse, { kind: 'purpose-proposed', purpose: 'learning', why: 'x' })).toEqual(['life/no-proposal purpose-by-two'])
  })
})

test('the cost of recording is items by cases by minutes, falls with each item that is left out, and is held against the cases there were', () => {
  const cost = (items: readonly string[]): Said => ({ kind: 'cost', items, cases: 1200, minutes: 1.5 })
  const estimated = (...said: readonly Said[]) =>
    costOf(lifeOn(records(['2025-01-10', idea], ...said.map((one) => ['2025-01-11', one] as const)))!)
  expect(estimated(cost(['how', 'day']))).toEqual({ estimated: 3600, observed: undefined })
  expect(estimated(cost(['how', 'day']), cost(['day']))).toEqual({ estimated: 1800, observed: undefined })
  expect(estimated(cost(['how', 'day']), { kind: 'observed', cases: 900 })).toEqual({ estimated: 3600, observed: 2700 })
  expect(refused(records(['2025-01-10', idea]), { kind: 'observed', cases: 9 })).toEqual(['life/no-estimate estimate-before-cases'])
})

test('a note on effects is due a year after it came into use or after the last one, and is overdue the day after', () => {
  const effect: Said = { kind: 'effect', wanted: 'Fewer letters.', unwanted: 'More telephone calls late on Fridays.' }
  const noted = [...inUse, { n: 30, on: '2026-04-01', by: 1, role: 'analyst', said: effect } as const]
  const due = (life: readonly LifeRecord[], today: string) => dueOf(lifeOn(life, today)!, today)
  expect(due(inUse, '2025-04-30')).toEqual([])
  expect(due(inUse, '2026-05-01')).toEqual([{ what: 'effects', on: '2026-05-01', overdue: false }])
  expect(due(inUse, '2026-05-02')).toEqual([{ what: 'effects', on: '2026-05-01', overdue: true }])
  expect(due(noted, '2026-05-02')).toEqual([{ what: 'effects', on: '2027-04-01', overdue: false }])
  const estimated = [
    ...inUse,
    { n: 30, on: '2025-03-01', by: 1, role: 'analyst', said: { kind: 'cost', items: ['day'], cases: 9, minutes: 1 } } as const,
  ]
  expect(due(estimated, '2026-05-02').map(({ what }) => what)).toEqual(['effects', 'observed'])
})

describe('what was said', () => {
  test('is taken back by whoever said it, while nothing rests on it; as of an earlier day it stood', () => {
    const back: Said = { kind: 'taken-back', record: 5 }
    const earlier = upToMatch
    expect(refused(earlier, back, 1)).toEqual([])
    expect(refused(earlier, back, 2)).toEqual(['life/not-to-take-back own-and-last'])
    expect(refused(inUse, back, 1)).toEqual(['life/not-to-take-back own-and-last'])
    expect(refused(earlier, { kind: 'taken-back', record: 1 })).toEqual(['life/not-to-take-back own-and-last'])
    const after = [...earlier, { n: 6, on: '2025-02-05', by: 1, role: 'analyst', said: back } as const]
    expect(lifeOn(after)?.sheet.map(({ is }) => is)).toEqual([undefined, undefined])
    expect(lifeOn(after, '2025-02-04')?.sheet.map(({ is }) => is)).toEqual(['recorded', 'recorded'])
    expect(refused(after, back)).toEqual(['life/not-to-take-back own-and-last'])
  })
})

test('docs/indicators.md says every rule by its id', () => {
  const text = readFileSync('docs/indicators.md', 'utf8')
  expect(Object.keys(lifeRules).filter((rule) => !text.includes(`\`${rule}\``))).toEqual([])
})

test('an indicator of a pack is taken apart: clock, limits, whom it takes, sources, and the rule as the pack has it', async () => {
  const pack = await packOf('packs/no-house')
  const of4 = definitionOf(pack, pack.indicators.find(({ id }) => id === 'OF4')!)
  expect(of4).toMatchObject({
    population: { not: { variant: ['diagnostic'] } },
    clock: { id: 'OF4', unit: 'day', fromSlots: ['start'], toSlots: ['treatment'] },
    names: { slots: { treatment: { name: 'Treatment begun' } }, variants: { breast: { name: 'Breast cancer' } } },
  })
  expect(of4.limits).toContainEqual(expect.objectContaining({ variants: ['breast'], kinds: ['surgery'], amount: 27, to: '2021-04-30' }))
  expect(of4.limits.every(({ amount, unknown, untimed }) => amount !== undefined || unknown !== undefined || untimed)).toBe(true)
  expect(of4.sources.length).toBeGreaterThan(2)
  expect(of4.rule).toMatch(/^id: OF4\n/)
  const nation = await packOf('packs/no-cpp')
  const oa1 = definitionOf(nation, nation.indicators.find(({ id }) => id === 'OA1')!)
  expect(oa1.unknown).toMatch(/rule was not found/)
  expect(oa1).toMatchObject({ clock: undefined, limits: [], condition: { known: 'start' } })
})
