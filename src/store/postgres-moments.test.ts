import { types } from 'pg'
import { expect, test } from 'vitest'
import { getTypeParser } from './postgres.ts'

test.each([
  ['2026-11-25 10:36:54.9+00', '2026-11-25T10:36:54.900000Z'],
  ['2026-11-25 10:36:54.7471+00', '2026-11-25T10:36:54.747100Z'],
  ['2026-11-25 10:36:54.747101+00', '2026-11-25T10:36:54.747101Z'],
  ['2026-11-25 10:36:54+00', '2026-11-25T10:36:54.000000Z'],
  ['infinity', 'infinity'],
])('the moment %s is read as %s', (text, moment) => {
  expect(getTypeParser(types.builtins.TIMESTAMPTZ, 'text')(text)).toBe(moment)
})
