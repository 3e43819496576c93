import { type PeriodKind, periodText } from '../words/day.ts'
import type { Issue, IssueCode } from '../words/issue.ts'
import type { PublishedDescription } from './description.ts'

/** One count of a published table, of the smallest kind there is: no sum of others. */
export interface PublishedCell {
  /** As `periodText` writes it. */
  readonly period: string
  readonly place: string
  /** Values of the other columns, in the order of the description. */
  readonly kinds: readonly string[]
  readonly counted: number
  readonly met: number
}

export interface Published {
  readonly cells: readonly PublishedCell[]
  /** Rows that are sums of others, by the columns they add up over; each was compared with what it is the sum of. */
  readonly sums: readonly { readonly over: string; readonly rows: number }[]
  /** Rows that carry a mark of this meaning. */
  readonly marked: Readonly<Record<'derived' | 'provisional' | 'revised', number>>
  readonly rows: number
}

type Row = Readonly<Record<string, string>>
interface Read extends PublishedCell {
  readonly line: number
}

const partOf: Record<PeriodKind, RegExp> = {
  month: /^(\d{4})[-./ ]?M?(\d{1,2})$/i,
  quarter: /^(\d{4})[-./ ]?Q([1-4])$/i,
  tertial: /^(\d{4})[-./ ]?T([1-3])$/i,
  year: /^(\d{4})$/,
}

/** `2012Q1`, `2012-Q1`, `201203`: a period however it is written; undefined where it is none of this kind. */
export function periodWritten(text: string, kind: PeriodKind): string | undefined {
  const [, year, part = '1'] = partOf[kind].exec(text.trim()) ?? []
  if (year === undefined || Number(part) < 1 || (kind === 'month' && Number(part) > 12)) return undefined
  return periodText(Number(year) * 100 + Number(part), kind)
}

const wholeNumber = (text: string): number | undefined => (/^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined)

/**
 * The cells of a published table, once its own rules hold: counts are whole numbers, no more were within than were counted, no row is there twice, and every
 * sum is what its parts make. `rows`: values by column, with the line each stands in. A combination that has no row was not published: it is no zero.
 * Issues: `published/bad-period`, `published/bad-count`, `published/twice`, `published/bad-mark`, `published/sum`.
 */
export function readPublished(
  rows: Iterable<{ readonly line: number; readonly row: Row }>,
  description: PublishedDescription,
): { readonly published: Published; readonly issues: readonly Issue[] } {
  const { place, kinds, qualifiers } = description
  const parts = [place, ...kinds]
  const issues: Issue[] = []
  const wrong = (code: IssueCode, line: number, column: string, message: string): void => {
    issues.push({ code, message, path: [column], at: { file: description.file, line, column: 1 } })
  }
  const found = new Map<string, Read>()
  const marked = { derived: 0, provisional: 0, revised: 0 }
  let count = 0
  for (const { line, row } of rows) {
    count++
    const text = (column: string): string => row[column] ?? ''
    const period = periodWritten(text(description.period.column), description.period.is)
    if (period === undefined)
      wrong('published/bad-period', line, description.period.column, `"${text(description.period.column)}" is no ${description.period.is}`)
    const [counted, met] = [wholeNumber(text(description.counted)), wholeNumber(text(description.met))]
    for (const [column, value] of [
      [description.counted, counted],
      [description.met, met],
    ] as const)
      if (value === undefined) wrong('published/bad-count', line, column, `"${text(column)}" is no whole number`)
    if (counted !== undefined && met !== undefined && met > counted)
      wrong('published/bad-count', line, description.met, `${met} within, of ${counted} counted: more than there were`)
    const values = parts.map(({ column }) => text(column))
    for (const { column, of, means } of qualifiers) {
      const mark = text(column)
      if (mark === '') continue
      const meaning = means[mark]
      if (meaning === undefined) {
        wrong('published/bad-mark', line, column, `"${mark}" is a mark that the description does not explain`)
        continue
      }
      marked[meaning]++
      const part = parts.find((one) => one.column === of)
      if (meaning === 'derived' && part && text(of) !== part.all)
        wrong('published/bad-mark', line, column, `marked as a sum, and "${text(of)}" is not what stands for all of ${part.name}`)
    }
    for (const part of parts) {
      const mark = qualifiers.find(({ of, means }) => of === part.column && Object.values(means).includes('derived'))
      if (mark && part.all !== undefined && text(part.column) === part.all && mark.means[text(mark.column)] !== 'derived')
        wrong('published/bad-mark', line, mark.column, `"${part.all}" stands for all of ${part.name}, and is not marked as a sum`)
    }
    if (period === undefined || counted === undefined || met === undefined) continue
    const key = keyOf(period, values)
    const before = found.get(key)
    if (before) wrong('published/twice', line, description.period.column, `the same period, place and kind stands in line ${before.line}`)
    else found.set(key, { period, place: values[0]!, kinds: values.slice(1), counted, met, line })
  }
  const sums = parts.flatMap(({ all, name }, index) =>
    all === undefined ? [] : [{ over: name, ...checkSums(found, index, all, wrong, name) }],
  )
  const isSum = ({ place: own, kinds: others }: Read) => [own, ...others].some((value, i) => value === parts[i]!.all)
  return {
    published: {
      cells: [...found.values()].filter((cell) => !isSum(cell)).map(({ line: _, ...cell }) => cell),
      sums: sums.map(({ over, rows: n }) => ({ over, rows: n })),
      marked,
      rows: count,
    },
    issues,
  }
}

const keyOf = (period: string, values: readonly string[]): string => JSON.stringify([period, ...values])

/** Every row that stands for all of one column is the sum of the rows that differ from it in that column alone, and none of these is without such a row. */
function checkSums(
  found: ReadonlyMap<string, Read>,
  index: number,
  all: string,
  wrong: (code: IssueCode, line: number, column: string, message: string) => void,
  name: string,
): { readonly rows: number } {
  const totals = new Map<string, { counted: number; met: number; line: number }>()
  const sums: Read[] = []
  for (const cell of found.values()) {
    const values = [cell.place, ...cell.kinds]
    if (values[index] === all) {
      sums.push(cell)
      continue
    }
    const key = keyOf(cell.period, values.with(index, all))
    const own = totals.get(key) ?? { counted: 0, met: 0, line: cell.line }
    totals.set(key, { counted: own.counted + cell.counted, met: own.met + cell.met, line: own.line })
  }
  for (const { period, place, kinds, counted, met, line } of sums) {
    const key = keyOf(period, [place, ...kinds])
    const made = totals.get(key)
    totals.delete(key)
    if (made === undefined) wrong('published/sum', line, name, `${period}: a sum over ${name} of which no part is there`)
    else if (made.counted !== counted || made.met !== met)
      wrong('published/sum', line, name, `${period}: ${met} of ${counted}, and the parts make ${made.met} of ${made.counted} over ${name}`)
  }
  // Sums over another column may leave this one's sum out; a part of the smallest kind that is in no sum is a row gone missing.
  for (const [, { line }] of sums.length === 0 ? [] : totals) wrong('published/sum', line, name, `this row is in no sum over ${name}`)
  return { rows: sums.length }
}

/** Counts added up over whatever is not asked for. */
export function addedUp(
  cells: readonly PublishedCell[],
  keyOfCell: (cell: PublishedCell) => string,
): ReadonlyMap<string, { readonly counted: number; readonly met: number }> {
  const out = new Map<string, { counted: number; met: number }>()
  for (const cell of cells) {
    const key = keyOfCell(cell)
    const own = out.get(key) ?? { counted: 0, met: 0 }
    out.set(key, { counted: own.counted + cell.counted, met: own.met + cell.met })
  }
  return out
}
