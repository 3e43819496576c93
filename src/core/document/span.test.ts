import { expect, test } from 'vitest'
import { isSpan } from './span.ts'

const text = 'ab\u{1f642}c'

test.each([
  [0, 2, true],
  [2, 4, true],
  [0, 5, true],
  [0, 6, false],
  [1, 1, false],
  [3, 2, false],
  [-1, 2, false],
  [2, 3, false], // half of the face
  [3, 5, false],
  [0.5, 2, false],
])('from %d to %d is a stretch of the text: %s', (from, to, is) => {
  expect(isSpan(text, from, to)).toBe(is)
})
