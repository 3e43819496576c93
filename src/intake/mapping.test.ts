import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { entryFiles, fuzzRuns } from '../../test/support/entry-files.ts'
import { issueCodes, issueText } from '../core/words/issue.ts'
import { Mapping, openMapping, readMapping } from './mapping.ts'

const files = entryFiles()

function faults(text: string): string[] {
  const mapping = readMapping(text, 'map.yaml')
  return mapping.ok ? [] : mapping.issues.map((issue) => `${issue.code} ${issueText(issue)}`)
}

const entries = 'entries: [{ pathway: p, code: c, occurred: d }]\n'

describe('a mapping', () => {
  test('may use all there is', () => {
    const text = `
format: csv
delimiter: "\\t"
quote: ""
encoding: latin-1
zone: Europe/Oslo
keep:
  - { column: kind, in: [a, ""] }
entries:
  - pathway: { template: "{hospital}-{number}" }
    code: { column: code, values: { "010": "X10", other: "" }, otherwise: null }
    occurred: { template: "{date} {time}", format: "dd.MM.yyyy HH:mm" }
    recorded: { column: recorded }
    place: { constant: North }
    variant: variant
    standing: standing
    value: value
    id: id
    corrects: corrects
    withdraws: withdraws
    recorder: recorder
    decider: decider
`
    expect(faults(text)).toEqual([])
  })

  test('is told what is wrong at line and column, all at once', () => {
    const text = `format: cvs
delimitr: ";"
zone: Europe/Olso
entries:
  - pathway: Case ID
    code: 10
    occured: { column: T, formt: "yyyy" }
  - pathway: { template: "{a" }
    code: { column: c, value: {a: b} }
    occurred: { column: T, format: "YYYY-MM-DD" }
    id: {}
keep: { column: k }
`
    expect(faults(text)).toEqual([
      'map/shape map.yaml:1:9  format   expected "csv", "xes", "ndjson" or "parquet"',
      'map/shape map.yaml:2:1  delimitr   unknown key "delimitr"; did you mean "delimiter"?',
      'map/shape map.yaml:3:7  zone   expected a time zone such as "Europe/Oslo"',
      'map/shape map.yaml:5:5  entries[0].occurred   "occurred" is missing: expected text or a mapping (keys and values)',
      'map/shape map.yaml:6:11  entries[0].code   expected text or a mapping (keys and values): quote it',
      'map/shape map.yaml:7:5  entries[0].occured   unknown key "occured"; did you mean "occurred"?',
      'map/shape map.yaml:8:26  entries[1].pathway.template   expected column names in braces, as in "TX-{modality}"',
      'map/shape map.yaml:9:24  entries[1].code.value   unknown key "value"; did you mean "values"?',
      'map/shape map.yaml:10:36  entries[1].occurred.format   expected at least yyyy, MM and dd (small y and d, capital M)',
      'map/shape map.yaml:11:9  entries[1].id   expected "column", "constant" or "template"',
      'map/shape map.yaml:12:7  keep.in   "in" is missing: expected a list',
    ])
  })

  test.each([
    ['', '1:1  expected a mapping (keys and values)'],
    ['entries: []\n', '1:10  entries   expected something here: it is empty'],
    [`quote: "''"\n${entries}`, '1:8  quote'],
    [`delimiter: "'"\nquote: "'"\n${entries}`, '2:8  quote   expected another character than the delimiter'],
    [`delimiter: "\\n"\n${entries}`, '1:12  delimiter   expected one or more characters, no quote and no line end'],
    [
      'entries: [{ pathway: { constant: "a\\0b" }, code: c, occurred: d }]\n',
      '1:34  entries[0].pathway.constant   expected text without NUL',
    ],
    ['entries: [{ pathway: {column: p, otherwise: 7}, code: c, occurred: d }]\n', '1:45  entries[0].pathway.otherwise   expected text'],
    [`__proto__: { format: csv }\n${entries}`, '1:1  this key is not allowed'],
    ['entries: [', '1:11  the indentation'],
  ])('is refused: %j', (text, words) => expect(faults(text).join('\n')).toContain(`map.yaml:${words}`))

  test('of any kind gives a mapping or issues at a place', () => {
    const words = [
      'entries',
      'pathway',
      'code',
      'occurred',
      'column',
      'values',
      'keep',
      'format',
      ': ',
      '- ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      'yyyy',
      '7',
      '&a ',
      '*a',
      '~',
      '__proto__',
    ]
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => parts.join('')),
    )
    const mutated = fc
      .tuple(fc.nat(entries.length), fc.nat(10), fc.constantFrom(...words))
      .map(([at, length, word]) => entries.slice(0, at) + word + entries.slice(at + length))
    fc.assert(
      fc.property(fc.oneof(texts, mutated), (text) => {
        const mapping = readMapping(text, 'map.yaml')
        if (!mapping.ok) for (const issue of mapping.issues) expect(issue.code.startsWith('map/') && issue.at!.line >= 1).toBe(true)
      }),
      { numRuns: fuzzRuns },
    )
  }, 3_600_000)

  test('has a JSON Schema for editors', () => {
    const schema = z.toJSONSchema(Mapping, { io: 'input' })
    expect(schema.required).toEqual(['entries'])
    expect(Object.keys(schema.properties ?? {})).toContain('delimiter')
  })
})

test('the examples of the manual are mappings, and it names every message', () => {
  const manual = readFileSync(new URL('../../docs/intake.md', import.meta.url), 'utf8')
  const examples = [...manual.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1]!)
  expect(examples.map(faults)).toEqual([[], []])
  // Two are found across rows, by whoever holds all entries.
  const ours = Object.keys(issueCodes).filter((code) => /^(map|entries)\/(?!duplicate-id|dangling)/.test(code))
  expect([...manual.matchAll(/`((?:map|entries)\/[a-z-]+)`/g)].map((match) => match[1])).toEqual(ours)
})

describe('a mapping file', () => {
  test('is read', async () => expect(await openMapping(files.write('good.yaml', entries))).toMatchObject({ ok: true }))

  test.each([
    ['absent.yaml', undefined, 'map/unreadable'],
    ['latin.yaml', Buffer.from('a: \xe5', 'latin1'), 'map/not-yaml'],
    ['broken.yaml', Buffer.from('a: ['), 'map/not-yaml'],
  ])('may be none: %s', async (name, content, code) => {
    if (content) files.write(name, content)
    expect(await openMapping(files.at(name))).toMatchObject({ ok: false, issues: [{ code, at: { file: files.at(name), line: 1 } }] })
  })

  test('may not be a folder', async () => {
    expect(await openMapping(files.folder('maps'))).toMatchObject({ ok: false, issues: [{ code: 'map/unreadable' }] })
  })
})
