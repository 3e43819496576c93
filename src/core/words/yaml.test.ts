import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Issue, issueText } from './issue.ts'
import { didYouMean, readYaml, shapeIssues, shortened } from './yaml.ts'

const read = (text: string) => readYaml(text, 'a.yaml', { notYaml: 'pack/not-yaml' })
const lines = (issues: readonly Issue[]) => issues.map(issueText)

const Field = z.union([
  z.string().min(1),
  z.strictObject({ column: z.string(), values: z.record(z.string(), z.string()).optional() }),
  z.strictObject({ constant: z.string() }),
])
const Limit = z.strictObject({
  modality: z.enum(['surgery', 'drug', 'radiotherapy']),
  days: z.int().min(0),
  code: z
    .string()
    .regex(/^[A-Z]+$/, 'expected capital letters')
    .optional(),
  field: Field.optional(),
  when: z
    .discriminatedUnion('kind', [z.strictObject({ kind: z.literal('first') }), z.strictObject({ kind: z.literal('last') })])
    .optional(),
})
const Pack = z.strictObject({ limits: z.array(Limit).min(1), codes: z.record(z.string(), z.string()).optional() })

function shape(text: string): string[] {
  const yaml = read(text)
  expect(yaml.issues).toEqual([])
  const parsed = Pack.safeParse(yaml.value)
  return parsed.success ? [] : lines(shapeIssues(parsed.error, yaml, 'pack/shape', Pack))
}

describe('the text', () => {
  test('is YAML 1.2 in which every key is text', () => {
    expect(read('a: no\n010: x\n1.10: "1.10"\n').value).toEqual({ a: 'no', '010': 'x', '1.10': '1.10' })
    expect(read('').value).toBe(null)
    expect(read('\uFEFF{"a": [1, null]}').value).toEqual({ a: [1, null] })
  })

  test.each([
    ['a: 1\nb: 2\na: 3\n', 3, 1, 'already there'],
    ['a:\n\tb: 1\n', 2, 1, 'blanks'],
    ['a: [1, 2\n', 2, 1, 'closing'],
    ['a: "x\n', 2, 1, 'closing'],
    ['a: b: c\n', 1, 4, 'second "key:"'],
    ['a: !thing x\n', 1, 4, 'tags'],
    ['a: *x\n', 1, 4, 'no anchor'],
    ['a: &x [1, *x]\n', 1, 11, 'inside'],
    ['a: 1\n---\nb: 1\n', 2, 1, 'one document'],
    ['? [1]\n: 2\n', 1, 3, 'must be text'],
    ['a:\n  __proto__: {b: 1}\n', 2, 3, 'not allowed'],
  ])('that is wrong is told at its place: %j', (text, line, column, words) => {
    const { issues, value } = read(text)
    expect(value).toBeUndefined()
    expect(issues.find((issue) => issue.message.includes(words))?.at).toMatchObject({ line, column })
  })

  test('that is nested too deeply is refused', () => {
    expect(read(`a: ${'['.repeat(100_000)}`).issues.map((issue) => issue.message)).toContain('nested too deeply')
  })

  test('may not multiply by aliases', () => {
    const rows = Array.from(
      { length: 9 },
      (_, i) =>
        `a${i}: &a${i} [${Array(9)
          .fill(i === 0 ? 'x' : `*a${i - 1}`)
          .join(', ')}]`,
    )
    expect(read(rows.join('\n')).issues[0]?.message).toContain('multiply')
    expect(read('a: &x {b: 1}\nc: *x\n').value).toEqual({ a: { b: 1 }, c: { b: 1 } })
  })

  test('reports every fault, not only the first', () => {
    expect(lines(read('a: 1\na: 2\nb: !x y\n').issues)).toEqual([
      'a.yaml:2:1  this key is already there',
      'a.yaml:3:4  tags (a word starting with "!") are not used here: put the text in quotes',
    ])
  })

  test('is never quoted in a message', () => {
    for (const text of ['x: "Marked', 'Marked: *Marked', 'Marked: !Marked a', '"Marked" "Marked"', '{Marked: 1, Marked: 2}'])
      expect(lines(read(text).issues).join()).not.toContain('Marked')
  })

  test('of any kind gives a value or issues, never an exception', () => {
    const words = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '*a',
      '&a ',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '|',
      '>',
      '!',
      '#',
      '%',
      '\t',
      '__proto__',
      '? ',
      ',',
    )
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(words, { maxLength: 40 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const yaml = read(text)
        const parsed = Pack.safeParse(yaml.value)
        if (!parsed.success) shapeIssues(parsed.error, yaml, 'pack/shape', Pack)
      }),
      { numRuns: process.env['SOAK'] ? 10_000 : 300 },
    )
  })
})

describe('the shape', () => {
  test('unknown keys are told at themselves, with a guess', () => {
    expect(shape('limits:\n  - modality: drug\n    days: 1\n    dayz: 2\n    zzz: 3\nlimitz: 1\n')).toEqual([
      'a.yaml:4:5  limits[0].dayz   unknown key "dayz"; did you mean "days"?',
      'a.yaml:5:5  limits[0].zzz   unknown key "zzz"',
      'a.yaml:6:1  limitz   unknown key "limitz"; did you mean "limits"?',
    ])
  })

  test('a missing key is told where its parent starts', () => {
    expect(shape('limits:\n  - days: 1\n')).toEqual([
      'a.yaml:2:5  limits[0].modality   "modality" is missing: expected "surgery", "drug" or "radiotherapy"',
    ])
    expect(shape('{}')).toEqual(['a.yaml:1:1  limits   "limits" is missing: expected a list'])
    expect(shape('')).toEqual(['a.yaml:1:1  expected a mapping (keys and values)'])
  })

  test('a value is told at itself', () => {
    expect(shape('limits:\n  - { modality: drugs, days: 1.5, code: ab }\ncodes:\n  "010": 010\n  yes: true\n  n:\n')).toEqual([
      'a.yaml:2:17  limits[0].modality   expected "surgery", "drug" or "radiotherapy"; did you mean "drug"?',
      'a.yaml:2:30  limits[0].days   expected a whole number',
      'a.yaml:2:41  limits[0].code   expected capital letters',
      'a.yaml:4:10  codes.010   expected text: quote it',
      'a.yaml:5:8  codes.yes   expected text: quote it',
      'a.yaml:6:5  codes.n   expected text',
    ])
    expect(shape('limits: []')).toEqual(['a.yaml:1:9  limits   expected something here: it is empty'])
    expect(shape('limits: [{modality: drug, days: -1}]')).toEqual(['a.yaml:1:33  limits[0].days   expected at least 0'])
  })

  test('of several forms the nearest is taken as meant', () => {
    const field = (text: string) => shape(`limits:\n  - modality: drug\n    days: 1\n    field: ${text}\n`)
    expect(field('{ column: x, value: {a: b} }')).toEqual([
      'a.yaml:4:25  limits[0].field.value   unknown key "value"; did you mean "values"?',
    ])
    expect(field('{ column: 5 }')).toEqual(['a.yaml:4:22  limits[0].field.column   expected text: quote it'])
    expect(field('{}')).toEqual(['a.yaml:4:12  limits[0].field   expected "column" or "constant"'])
    expect(field('7')).toEqual(['a.yaml:4:12  limits[0].field   expected text or a mapping (keys and values): quote it'])
    expect(field('""')).toEqual(['a.yaml:4:12  limits[0].field   expected something here: it is empty'])
    expect(shape('limits: [{modality: drug, days: 1, when: {kind: fist}}]')).toEqual([
      'a.yaml:1:49  limits[0].when.kind   expected "first" or "last"',
    ])
  })
})

test('a hint is given only for words that are near', () => {
  expect(didYouMean('demo-gide', ['demo-guide', 'other'])).toBe('; did you mean "demo-guide"?')
  expect(didYouMean('cat', ['dog'])).toBe('')
})

test('text in a message is short and printable', () => {
  expect(shortened('a\u0000b\u001b[31m\u202ec\nd')).toBe('a?b?[31m?c?d')
  expect([...shortened('🎉'.repeat(100_000))]).toHaveLength(40)
})
