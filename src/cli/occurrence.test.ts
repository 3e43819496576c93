import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parse as parseCsv } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { varde } from '../../test/support/varde.ts'

const root = path.resolve(import.meta.dirname, '../..')
let folder: string
const occurrence = (...more: readonly string[]) =>
  varde('occurrence', '--pack', path.join(root, 'packs/demo'), '--entries', path.join(folder, 'ledger.parquet'), ...more)

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'varde-occurrence-'))
  await varde(
    'generate',
    '--pack',
    path.join(root, 'packs/demo'),
    '--pathways',
    '300',
    '--seed',
    '1',
    '--out',
    path.join(folder, 'ledger.parquet'),
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('of files says what is counted, that it is pathways, and which periods cannot be believed', async () => {
  const { code, out, err } = await occurrence('--milestone', 'start', '--period', 'quarter')
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('Pathways with a new entry of the milestone start (Referral received)')
  expect(out).toContain('Files do not say whose a pathway is')
  expect(out).toMatch(/^\d{4}-Q\d +\d+ +early$/m)
  expect(out).toContain('for inside the house')
})

test('is the same as text, JSON and CSV, and has rates where populations are given', async () => {
  const json = JSON.parse((await occurrence('--variant', 'marsh', '--washout', '90', '--period', 'year', '--format', 'json')).out)
  const total = (some: readonly { persons: number }[]) => some.reduce((sum, one) => sum + one.persons, 0)
  expect(total(json.periods)).toBeGreaterThan(50)
  expect(json.definition).toContain('within the 90 days before it')
  const csv = parseCsv((await occurrence('--variant', 'marsh', '--washout', '90', '--period', 'year', '--format', 'csv')).out, {
    columns: true,
  })
  expect((csv as readonly { new: string }[]).reduce((sum, row) => sum + Number(row.new), 0)).toBe(total(json.periods))
  writeFileSync(path.join(folder, 'people.yaml'), '- { persons: 100000 }\n')
  const people = path.join(folder, 'people.yaml')
  const rated = await occurrence(
    '--variant',
    'marsh',
    '--washout',
    '90',
    '--period',
    'quarter',
    '--populations',
    people,
    '--format',
    'json',
  )
  const { persons, rate } = JSON.parse(rated.out).periods.find(
    (one: { rate: object | null; persons: number }) => one.rate && one.persons > 0,
  )
  expect(rate.rate).toBeCloseTo(persons * 4)
})

test.each([
  [['--milestone', 'nothing'], 1, 'occurrence/what'],
  [['--milestone', 'start', '--variant', 'marsh'], 1, 'occurrence/what'],
  [['--milestone', 'start', '--period', 'week'], 2, 'no period'],
  [['--milestone', 'start', '--from', '2024-Q1'], 2, 'is no month'],
  [['--milestone', 'start', '--washout', 'x'], 2, 'whole number'],
  [['--milestone', 'start', '--populations', 'absent.yaml'], 1, 'occurrence/population'],
])('refuses %j', async (args, exit, says) => {
  const { code, err } = await occurrence(...args)
  expect([code, err]).toEqual([exit, expect.stringContaining(says)])
})
