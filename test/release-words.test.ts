import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { words } from '../src/publish/release/chart-words.ts'

test('a chart of a release says what the page of the service says, to the letter', () => {
  const { bench } = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../src/web/languages/en.json'), 'utf8'))
  // What only a forecast is refused for has no words on the page, which shows none.
  const { 'not-sure': _, ...refused } = words.refused
  expect(bench).toMatchObject({ ...words, refused })
})
