import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readPublishedDescription } from '../core/published/description.ts'
import { addedUp } from '../core/published/published.ts'
import { readPublishedFile } from './published.ts'

const folder = path.join(import.meta.dirname, '../../published')

test('eight years of a real table: every row is read once, every sum holds, and the country is what its smallest cells make', async () => {
  const described = readPublishedDescription(await readFile(path.join(folder, 'scotland-62-days.yaml'), 'utf8'), 'scotland-62-days.yaml')
  if (!described.ok) throw new Error(JSON.stringify(described.issues))
  const { published, issues } = await readPublishedFile(path.join(folder, described.value.file), described.value)
  expect(issues).toEqual([])
  expect(published).toMatchObject({
    rows: 11_963,
    sums: [
      { over: 'board of receipt', rows: 4249 },
      { over: 'cancer type', rows: 1935 },
    ],
    marked: { derived: 4249 + 1935, provisional: 0, revised: 0 },
  })
  // Added up by hand from the rows that the publisher marks as the country's, of all types: one for each board of treatment.
  const country = addedUp(published.cells, ({ period }) => period)
  expect(country.size).toBe(32)
  expect([country.get('2012-Q1'), country.get('2015-Q4'), country.get('2019-Q4')]).toEqual([
    { counted: 2969, met: 2815 },
    { counted: 3177, met: 2886 },
    { counted: 3720, met: 3112 },
  ])
  // A hospital of the whole country treats, and receives no referral.
  expect(published.cells.some(({ kinds }) => kinds[0] === 'SB0801')).toBe(true)
  expect(published.cells.some(({ place }) => place === 'SB0801')).toBe(false)
})
