import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvField, csvRestored, csvText } from './csv.ts'

test.each([
  ['=1+1', "'=1+1"],
  ['+47 00', "'+47 00"],
  ['-2', "'-2"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\tx', "'\tx"],
  ['\rx', `"'\rx"`],
  ["'=1", "''=1"],
  ["it's", "it's"],
  ["'quoted'", "'quoted'"],
  ['a,"b"', '"a,""b"""'],
  [-2, '-2'],
  [null, ''],
])('%j is written as %j', (value, field) => {
  expect(csvField(value)).toBe(field)
})

test('nothing that is written starts a formula, and reading it again gives back what was there', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '\0', 'a', '"', ','), { maxLength: 6 })
      .map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 }), (rows) => {
      const read: string[][] = parse(csvText(['a', 'b'], rows), { relax_column_count: false })
      expect(
        read
          .slice(1)
          .flat()
          .filter((field) => /^[=+\-@\t\r\n\0]/.test(field)),
      ).toEqual([])
      expect(read.slice(1).map((row) => row.map(csvRestored))).toEqual(rows)
    }),
    { seed: 7 },
  )
})
