import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeFolder, writeSignatures } from './bundle.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'varde-bundle-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a folder about patients is closed to others before its first file is there', async () => {
  const seen: number[] = []
  const files = new Map([['rows.csv', 'a']])
  const entries = files.entries.bind(files)
  // The files are asked for when the folder is there.
  files[Symbol.iterator] = () => {
    for (const name of readdirSync(folder)) seen.push(statSync(path.join(folder, name)).mode & 0o777)
    return entries()
  }
  await writeFolder(path.join(folder, 'rows'), files, 0o700)
  expect(seen).toEqual([0o700])
  expect(statSync(path.join(folder, 'rows')).mode & 0o777).toBe(0o700)
  expect(readFileSync(path.join(folder, 'rows', 'rows.csv'), 'utf8')).toBe('a')
})

test('signatures that cannot be put in place leave those that are there, and nothing beside them', async () => {
  const bundle = path.join(folder, 'bundle')
  await writeFolder(bundle, new Map([['signatures.json/kept', 'x']]))
  await expect(writeSignatures(bundle, [])).rejects.toMatchObject({ issues: [{ code: 'output/unwritable' }] })
  expect(readdirSync(folder).toSorted()).toEqual(['bundle', 'rows'])
  rmSync(path.join(bundle, 'signatures.json'), { recursive: true })
  writeFileSync(path.join(bundle, 'signatures.json'), 'x')
  await writeSignatures(bundle, [])
  expect(JSON.parse(readFileSync(path.join(bundle, 'signatures.json'), 'utf8'))).toEqual([])
})
