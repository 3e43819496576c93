import { type Shown, showShare } from '../../core/stats/disclosure.ts'
import { isRefused } from '../../core/stats/refusal.ts'
import type { Head, Table } from './bundle.ts'
import { type Split, splitNames } from './counts.ts'

/** Tables of a bundle in words: the same on pages, in CSV and in FHIR. */

export type Row = Table['rows'][number]

const partWords = { place: 'place', period: 'period', variant: 'kind of pathway' } as const
export const partWord = (part: Table['by'][number]): string => partWords[part]

const shownOf = (count: number | null): Shown => (count === null ? { kind: 'hidden' } : { kind: 'count', count })

/** The share of those counted, from the counts as they are shown. */
export function shareOf(row: Row): number | 'hidden' | 'nothing-counted' {
  const share = showShare(shownOf(row.met), shownOf(row.counted))
  if (isRefused(share)) return 'nothing-counted'
  return share.kind === 'hidden' ? 'hidden' : share.share
}

export const notShown = 'not shown'
export const countWords = (count: number | null): string => (count === null ? notShown : String(count))

/** `41 of 52 (79 %)`; what is hidden is said. */
export function baseWords(row: Row): string {
  const share = shareOf(row)
  if (share === 'nothing-counted') return 'none counted'
  if (row.met === null && row.counted === null) return notShown
  const base = row.counted === null ? `(${notShown})` : String(row.counted)
  const digits = (row.counted ?? 0) >= 1000 ? 1 : 0
  return `${row.met === null ? `(${notShown})` : row.met} of ${base}${typeof share === 'number' ? ` (${(share * 100).toFixed(digits)} %)` : ''}`
}

export const indicatorOf = (head: Head, table: Table): Head['indicators'][number] =>
  head.indicators.find((one) => one.id === table.indicator) ?? { id: table.indicator, name: table.indicator, question: '', denominator: '' }

export const partName = (head: Head, row: Row, part: Table['by'][number]): string => {
  const value = row[part]
  if (value === null) return `every ${partWord(part)}`
  return value === '' ? `(no ${partWord(part)})` : part === 'place' ? (head.places[value] ?? value) : value
}

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

export const titleOf = (head: Head, table: Table): string => {
  const { name } = indicatorOf(head, table)
  return table.by.length === 0 ? name : `${name}, by ${listed(table.by.map(partWord))}`
}

export const scopeOf = (head: Head): string =>
  `${head.from === head.to ? head.from : `${head.from} to ${head.to}`}, as known on ${head.asOf}`

/** What the profile does, for the reader. */
export function profileWords({ profile, wholeCountry }: Head): string {
  const { hides, roundTo } = profile
  const which = hides.from === 0 ? `under ${hides.to + 1}` : `from ${hides.from} to ${hides.to}`
  const rounded = roundTo === null ? '' : ` Other counts are to the nearest ${roundTo}, and shares are made of those.`
  const country =
    wholeCountry && profile.exceptNational
      ? ' Counts of the whole country are as they are, unless something else could be worked out from them.'
      : ''
  return `Counts ${which} are not shown, nor any count from which one of them could be worked out, here or in earlier releases.${rounded}${country}`
}

/** Which parts of its counts a table tells, in order. */
export const splitsIn = (table: Table): readonly Split[] =>
  splitNames.filter((name) => table.rows.some((row) => row.split?.[name] !== undefined))

export const splitWords: Readonly<Record<Split, string>> = {
  'coded-in-time': 'coded in time',
  'coded-late': 'coded late',
  'care-late': 'care took longer',
  'patient-chose': 'the patient chose',
  medical: 'medical reasons',
  'in-doubt': 'in doubt',
  waiting: 'past the limit, waiting',
  'not-coded': 'past the limit, end not coded',
  unknown: 'not known',
  otherwise: 'left out otherwise',
}

/**
 * How far what is not known could move the share: what is past the limit and not coded, and what is unknown, counted one way and the other. From the numbers as
 * they are shown; hidden where one of them is.
 */
export function rangeOf(row: Row): { readonly low: number; readonly high: number } | 'hidden' | 'nothing-counted' | undefined {
  if (row.split === undefined) return undefined
  const { met, counted } = row
  const { waiting, unknown, 'not-coded': notCoded } = row.split
  if ([met, counted, waiting, unknown, notCoded].some((n) => typeof n !== 'number')) return 'hidden'
  const [within, all, open, past, late] = [met ?? 0, counted ?? 0, unknown ?? 0, waiting ?? 0, notCoded ?? 0]
  const [most, least] = [all + open + late, all + open + late + past]
  if (most === 0) return 'nothing-counted'
  return { low: within / least, high: (within + open + late) / most }
}

export function rangeWords(row: Row): string {
  const range = rangeOf(row)
  if (range === 'nothing-counted') return 'none counted'
  if (range === 'hidden' || range === undefined) return notShown
  return `${Math.round(range.low * 100)} to ${Math.round(range.high * 100)} %`
}

export const measureWords = {
  met: 'within',
  counted: 'counted',
  missed: 'fell short',
  leftOut: 'left out',
} as const
