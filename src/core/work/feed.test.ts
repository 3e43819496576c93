import { expect, test } from 'vitest'
import { stateOfFeed } from './feed.ts'

test.each([
  [null, [], 'never'],
  ['2026-11-25T08:00:00Z', [], 'new'],
  ['2026-11-25T08:00:00Z', [40], 'new'],
  ['2026-11-25T08:00:00Z', [40, 3], 'silent'],
  ['2026-11-25T08:00:00Z', [40, 30, 20, 2], 'usual'],
  ['2026-11-25T08:00:00Z', [40, 30, 20, 0], 'usual'],
  ['2026-11-25T08:00:00Z', [4, 3, 5, 9], 'silent'],
] as const)('a feed whose last message came %s, with %j in the same stretch of the weeks before, is "%s"', (last, weeks, state) => {
  expect(stateOfFeed(last, weeks)).toBe(state)
})
