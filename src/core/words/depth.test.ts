import { expect, test } from 'vitest'
import { nestsDeeper } from './depth.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

test.each([
  ['[[[]]]', 3, false],
  ['[[[]]]', 2, true],
  ['[[],[],[],{"a":[]}]', 3, false],
  ['{"a":"[[[[[["}', 1, false],
  [String.raw`{"a":"\"[[[["}`, 1, false],
  [String.raw`{"a":"\\","b":[[]]}`, 2, true],
  ['['.repeat(1_000_000), 64, true],
])('%j nests deeper than %d: %s', (text, most, deeper) => {
  expect(nestsDeeper(bytes(text), most)).toBe(deeper)
})
