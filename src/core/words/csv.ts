export type CsvValue = string | number | boolean | null | undefined

// What a spreadsheet would run as a formula, also behind apostrophes of its own: so that taking one away gives back what was there.
const formula = /^'*[=+\-@\t\r\n\0]/

/** One CSV field (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe before it. */
export function csvField(value: CsvValue): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  const safe = formula.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export const csvLines = (rows: readonly (readonly CsvValue[])[]): string => rows.map((row) => row.map(csvField).join(',') + '\r\n').join('')
export const csvText = (head: readonly string[], rows: readonly (readonly CsvValue[])[]): string => csvLines([head, ...rows])

/** What a field held before it was made safe, once a reader of CSV has taken the quotes off. */
export const csvRestored = (field: string): string => (field.startsWith("'") && formula.test(field) ? field.slice(1) : field)
