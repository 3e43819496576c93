import { describe, expect, test } from 'vitest'
import { type Day, dayOf } from '../words/day.ts'
import { findMove, nextRung, usualLadder, type Verb, verbs } from './moving.ts'
import { type WorkKindId, workKinds } from './work.ts'

const kinds = Object.keys(workKinds) as WorkKindId[]
const pairs = (Object.keys(verbs) as Verb[]).flatMap((verb) =>
  kinds.flatMap((kind) => (kind in verbs[verb] ? [[verb, kind] as const] : [])),
)

describe('verbs and moves', () => {
  test.each(pairs)('to %s a %s is a move the database knows', (verb, kind) => {
    expect(findMove(verb, kind)).toBeDefined()
  })

  test('every move of every kind has a verb', () => {
    const reached = new Set(
      pairs.map(([verb, kind]) => {
        const move = findMove(verb, kind)
        return `${kind} ${move?.from} ${move?.to}`
      }),
    )
    const moves = kinds.flatMap((kind) =>
      workKinds[kind].moves.filter(([from]) => from !== '').map(([from, to]) => `${kind} ${from} ${to}`),
    )
    expect([...reached].toSorted()).toEqual([...new Set(moves)].toSorted())
  })

  test('a verb does nothing to a kind it is not about', () => {
    expect(findMove('finish', 'note')).toBeUndefined()
  })

  test('nobody decides on a proposal without answering for it', () => {
    for (const verb of ['accept', 'change', 'refuse'] as const) expect(findMove(verb, 'proposal')?.by).toBe('answer')
  })
})

test('an escalation climbs rung by rung and stays at the top', () => {
  const day: Day = dayOf(2026, 3, 7)
  expect(nextRung(usualLadder, 0, day)).toEqual({ rung: 1, toRole: 'coding-lead', due: dayOf(2026, 3, 10) })
  expect(nextRung(usualLadder, 1, day)).toBeUndefined()
})
