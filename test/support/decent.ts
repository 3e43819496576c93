import { expect } from 'vitest'
import { Problem } from '../../src/api/shapes.ts'
import { issueCodes } from '../../src/core/words/issue.ts'

export interface Told {
  readonly status: number
  readonly type: string
  readonly text: string
}

const kinds =
  /^(application\/json|application\/problem\+json|text\/csv|application\/x-ndjson|application\/fhir\+ndjson|text\/event-stream)\b/
/** Words of ours or of the database's that no answer has a place for: places in code, SQL, names of tables, files. */
const insides =
  /\bat [\w.<>]+ \(|\.ts:\d+|node_modules|\/src\/|\/home\/|\/tmp\/|\/work\/|\bSELECT\b.+\bFROM\b|INSERT INTO|syntax error|violates|relation "|column "|function \w+\(|invalid input|varde_app|varde_read|pack_\d|search_path|ECONN|SQLSTATE/

/**
 * What holds of every answer, whatever was asked: no fault of ours, nothing of our insides, never a page that a browser would run, and whatever goes
 * wrong is problem+json with codes of the closed list. `sent` is taken out first: an answer may repeat the asker's own words.
 */
export function expectDecent({ status, type, text }: Told, what: string, sent: readonly string[] = []): void {
  expect([what, status < 500 || status === 503 || status === 507, text]).toEqual([what, true, text])
  if (text !== '' || status !== 200) expect([what, kinds.test(type) || text === '']).toEqual([what, true])
  let own = text
  for (const words of sent) own = own.replaceAll(JSON.stringify(words).slice(1, -1), '')
  if (status >= 400) {
    expect([what, insides.exec(own)?.[0]]).toEqual([what, undefined])
    expect([what, type]).toEqual([what, expect.stringMatching(/^application\/problem\+json/)])
    const problem = Problem.parse(JSON.parse(text))
    expect(problem.status, what).toBe(status)
    expect(problem.issues?.length, what).toBeGreaterThan(0)
    for (const { code } of problem.issues ?? []) expect(Object.keys(issueCodes), what).toContain(code)
  }
}
