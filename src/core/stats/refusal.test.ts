import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isKnown, isRefused, ratio, refusals, refuse } from './refusal.ts'

test('docs/statistics.md names every reason there is no number, and no other', () => {
  const text = readFileSync('docs/statistics.md', 'utf8').split('## Why there is no number')[1] ?? ''
  expect([...text.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, why, meaning]) => [why, meaning])).toEqual(Object.entries(refusals))
})

test('a refusal is no number and a number no refusal, not even 0', () => {
  expect([0, 1, Number.NaN, null, undefined, {}].map(isRefused)).toEqual([false, false, false, false, false, false])
  expect([refuse('too-few'), 0].map(isKnown)).toEqual([false, true])
  expect([ratio(0, 4), ratio(1, 0), ratio(1, 0, 'no-variation')]).toEqual([0, { refused: 'nothing-counted' }, { refused: 'no-variation' }])
})
