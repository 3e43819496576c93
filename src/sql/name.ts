/** PostgreSQL cuts a longer name off without an error, and two names could become one. */
const longestName = 63

/**
 * A name as SQL text, for DuckDB and PostgreSQL: in double quotes, those inside it doubled.
 *
 * Values never go this way: they are parameters. Throws on what no database takes as a name: nothing, NUL, over 63 bytes.
 */
export function quoteName(name: string): string {
  if (name === '' || name.includes('\0')) throw new Error('A name in SQL may not be empty or hold NUL.')
  if (new TextEncoder().encode(name).length > longestName) throw new Error(`A name in SQL may not be longer than ${longestName} bytes.`)
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as an SQL literal, for words of the pack that stand in the compiled text. What people give goes in as parameters. */
export function quoteText(text: string): string {
  if (text.includes('\0')) throw new RangeError('a text in SQL cannot hold NUL')
  return `'${text.replaceAll("'", "''")}'`
}
