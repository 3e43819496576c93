import { parse } from '@libpg-query/parser'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quoteName } from './name.ts'

/** What PostgreSQL's own parser makes of it: the one column of the one statement. */
async function nameRead(quoted: string): Promise<unknown> {
  const tree: unknown = await parse(`select ${quoted}`)
  const columns = [{ ResTarget: { val: { ColumnRef: { fields: [{ String: { sval: expect.any(String) } }] } } } }]
  expect(tree).toMatchObject({ stmts: [{ stmt: { SelectStmt: { targetList: columns } } }] })
  const [, name = '""'] = /"sval":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(tree)) ?? []
  return JSON.parse(name)
}

describe('a quoted name', () => {
  test('stands in double quotes, those inside doubled', () => {
    expect(quoteName('waited days')).toBe('"waited days"')
    expect(quoteName('a"b')).toBe('"a""b"')
  })

  test.each([
    '"',
    '""',
    '"; drop table entry; --',
    '\\"; select 1; --',
    "'",
    'a" as b, "c',
    '*/ /*',
    '-- \n',
    'U&"\\0022"',
    '$$',
    '"."',
    'select',
    'æøå',
  ])('is read back by the database as itself: %j', async (name) => {
    expect(await nameRead(quoteName(name))).toBe(name)
  })

  test('is read back as itself whatever the name', async () => {
    const name = fc.oneof(fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }), fc.stringMatching(/^["'\\;$\-/*\n a]{1,20}$/))
    const possible = name.filter((text) => !text.includes('\0') && new TextEncoder().encode(text).length <= 63)
    await fc.assert(
      fc.asyncProperty(possible, async (text) => {
        expect(await nameRead(quoteName(text))).toBe(text)
      }),
    )
  })

  test('is refused when no database would take it', () => {
    expect(() => quoteName('')).toThrow()
    expect(() => quoteName('a\0b')).toThrow()
    expect(() => quoteName('å'.repeat(32))).toThrow()
    expect(quoteName('å'.repeat(31))).toHaveLength(33)
  })
})
