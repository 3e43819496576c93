import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { ArrivingEntry } from '../../src/core/ledger/entry.ts'
import { dayText } from '../../src/core/words/day.ts'
import { type Issue, issueText } from '../../src/core/words/issue.ts'
import { readMapping } from '../../src/intake/mapping.ts'
import { type ReadOptions, readEntries } from '../../src/intake/read-entries.ts'

/** A folder of files for one test file, gone at its end. */
export function entryFiles() {
  const folder = mkdtempSync(join(tmpdir(), 'varde-entries-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const at = (name: string) => join(folder, name)
  return {
    at,
    write(name: string, content: string | Buffer): string {
      writeFileSync(at(name), content)
      return at(name)
    },
    folder(name: string): string {
      mkdirSync(at(name), { recursive: true })
      return at(name)
    },
    /** Reads files of the folder; issues are lines of text without the folder. */
    async read(names: string | readonly string[], map?: string, options: Partial<ReadOptions> = {}) {
      const all = await readAll({ files: [names].flat().map(at), ...(map === undefined ? {} : { mapping: mappingOf(map) }), ...options })
      return { ...all, issues: all.issues.map((issue) => issueText(issue).replaceAll(`${folder}/`, '')) }
    },
  }
}

export function mappingOf(yaml: string) {
  const mapping = readMapping(yaml, 'map.yaml')
  if (!mapping.ok) throw new Error(mapping.issues.map(issueText).join('\n'))
  return mapping.value
}

/** Everything files give. Every code is known unless told otherwise. */
export async function readAll(options: Partial<ReadOptions> & Pick<ReadOptions, 'files'>) {
  const entries: ArrivingEntry[] = []
  const issues: Issue[] = []
  let [passedOver, bytesRead, bytesTotal] = [0, 0, 0]
  for await (const batch of readEntries({ zone: 'Europe/Oslo', knowsCode: () => true, ...options })) {
    entries.push(...batch.entries)
    issues.push(...batch.issues)
    passedOver += batch.passedOver
    if (batch.bytesRead < bytesRead || batch.bytesRead > batch.bytesTotal) throw new Error('Progress goes back or past its end.')
    bytesRead = batch.bytesRead
    bytesTotal = batch.bytesTotal
  }
  return { entries, issues, passedOver, bytesRead, bytesTotal }
}

/** `p1 A1 2024-03-01` for each entry. */
export const short = (entries: readonly ArrivingEntry[]): string[] =>
  entries.map((entry) => `${entry.pathway} ${entry.code} ${dayText(entry.occurred)}`)

/** Runs of a fuzz test: few by default, many at night. */
export const fuzzRuns = process.env['SOAK'] ? 10_000 : 300
