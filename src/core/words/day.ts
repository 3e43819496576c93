/** A calendar day, without a zone: whole days since 1970-01-01. */
export type Day = number & { readonly unit: 'day' }

const dayMs = 86_400_000
export const firstDay = (Date.UTC(1900, 0, 1) / dayMs) as Day
export const lastDay = (Date.UTC(2199, 11, 31) / dayMs) as Day

export const addDays = (day: Day, days: number): Day => (day + days) as Day
export const dayOf = (year: number, month: number, date: number): Day => (Date.UTC(year, month - 1, date) / dayMs) as Day

/** Reads `2024-02-29`; undefined when the day does not exist or lies outside 1900-2199. */
export function readDay(text: string): Day | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!match) return undefined
  const [year, month, date] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const day = dayOf(year, month, date)
  return day >= firstDay && day <= lastDay && dayText(day) === text ? day : undefined
}

export const dayText = (day: Day): string => new Date(day * dayMs).toISOString().slice(0, 10)

/** 0 is Sunday, as in JavaScript. */
export const weekdayOf = (day: Day): number => (((day + 4) % 7) + 7) % 7

export type PeriodKind = 'month' | 'tertial' | 'quarter' | 'year'
const monthsIn: Record<PeriodKind, number> = { month: 1, quarter: 3, tertial: 4, year: 12 }
const letterOf: Record<PeriodKind, string> = { month: '', quarter: 'Q', tertial: 'T', year: '' }

/** Sortable number of a period: year x 100 + its place in the year (month 3 of 2024 is 202403, tertial 1 is 202401). */
export function periodOf(day: Day, kind: PeriodKind): number {
  const date = new Date(day * dayMs)
  return date.getUTCFullYear() * 100 + Math.floor(date.getUTCMonth() / monthsIn[kind]) + 1
}

/** `2024-03`, `2024-T1`, `2024-Q2`, `2024`. */
export function periodText(period: number, kind: PeriodKind): string {
  const [year, part] = [Math.floor(period / 100), period % 100]
  if (kind === 'year') return String(year)
  return `${year}-${letterOf[kind]}${kind === 'month' ? String(part).padStart(2, '0') : part}`
}

/** The period so many after one, or before it; periods as `periodOf` gives them. */
export function periodsLater(period: number, by: number, kind: PeriodKind): number {
  const inYear = 12 / monthsIn[kind]
  const index = Math.floor(period / 100) * inYear + (period % 100) - 1 + by
  return Math.floor(index / inYear) * 100 + (((index % inYear) + inYear) % inYear) + 1
}
export const monthsLater = (month: number, by: number): number => periodsLater(month, by, 'month')

export const monthsInPeriod = (kind: PeriodKind): number => monthsIn[kind]

/** The number `periodOf` gives, from its text; undefined when it is not one of this kind. */
export function readPeriod(text: string, kind: PeriodKind): number | undefined {
  const match = /^(\d{4})(?:-([TQ]?)(\d{1,2}))?$/.exec(text)
  if (!match) return undefined
  const period = Number(match[1]) * 100 + Number(match[3] ?? 1)
  return periodText(period, kind) === text && period % 100 >= 1 && period % 100 <= 12 / monthsIn[kind] ? period : undefined
}

/** First and last day of a period. */
export function periodDays(period: number, kind: PeriodKind): readonly [first: Day, last: Day] {
  const [year, part] = [Math.floor(period / 100), period % 100]
  const month = (part - 1) * monthsIn[kind] + 1
  return [dayOf(year, month, 1), addDays(dayOf(year, month + monthsIn[kind], 1), -1)]
}
