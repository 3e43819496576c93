import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { varde } from '../../test/support/varde.ts'

const described = path.resolve(import.meta.dirname, '../../published/scotland-62-days.yaml')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'varde-published-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const published = (...args: readonly string[]) => varde('published', ...args)

test('a real table is drawn: each page with its charts, its sentence and its source, and twice the same to the byte', async () => {
  const [first, again] = [path.join(folder, 'first'), path.join(folder, 'again')]
  const { code, out } = await published(described, '--out', first)
  expect(code).toBe(0)
  // From 94.8 % in 2012 to 83.7 % in 2019, and never 95 % in the last six years: as anybody can read off the published sums.
  expect(out).toContain(
    'Scotland: quarter by quarter. Worse: below the limits, Q1 2018 to Q4 2019. As it goes now, the target of 95 % is not reached.',
  )
  expect((await published(described, '--out', again)).code).toBe(0)
  const names = readdirSync(first, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  const files = names.map((one) => path.relative(first, path.join(one.parentPath, one.name))).toSorted()
  // 14 boards of receipt, 15 of treatment, 10 types: a drawing each, but where there are too few; one of all, and the funnel.
  expect(files.filter((name) => name.endsWith('.svg')).length).toBeGreaterThan(35)
  for (const name of files) expect(readFileSync(path.join(first, name), 'utf8'), name).toBe(readFileSync(path.join(again, name), 'utf8'))
  const index = readFileSync(path.join(first, 'index.html'), 'utf8')
  expect(index).toContain('Contains public sector information licensed under the Open Government Licence v3.0.')
  expect(index).toContain('3112 of 3720 (84 %)')
  const boards = readFileSync(path.join(first, 'by-1.html'), 'utf8')
  expect(boards).toContain('NHS Shetland')
  expect(boards).not.toContain('Golden Jubilee')
})

test('of a table that does not add up nothing is drawn, and every fault is listed at its line', async () => {
  const table = gunzipSync(readFileSync(path.join(path.dirname(described), 'scotland-62-days.csv.gz')))
    .toString('utf8')
    .split('\n')
  const spoiled = path.join(folder, 'spoiled.csv')
  // The first row of a part has one more; a row further down says a star.
  writeFileSync(
    spoiled,
    table
      .with(2, table[2]!.replace(',52,,52,', ',53,,52,'))
      .with(9, table[9]!.replace(/,\d+,,\d+,(\r?)$/, ',*,,*,$1'))
      .join('\n'),
  )
  const out = path.join(folder, 'nothing')
  const { code, err } = await published(described, '--file', spoiled, '--out', out)
  expect(code).toBe(1)
  expect(err).toMatch(/spoiled\.csv:2:.*published\/sum/)
  expect(err).toMatch(/spoiled\.csv:10:.*published\/bad-count/)
  expect(readdirSync(folder)).not.toContain('nothing')
})

test('a description that is not there, or says what it cannot, is named', async () => {
  expect((await published(path.join(folder, 'none.yaml'), '--out', path.join(folder, 'x'))).err).toContain('published/unreadable')
  const wrong = path.join(folder, 'wrong.yaml')
  writeFileSync(wrong, readFileSync(described, 'utf8').replace('is: quarter', 'is: week'))
  expect((await published(wrong, '--out', path.join(folder, 'x'))).err).toMatch(/wrong\.yaml:\d+:\d+.*published\/shape/)
})
