import { type Shown, showShare } from '../../core/stats/disclosure.ts'
import { isRefused } from '../../core/stats/refusal.ts'
import type { Head, Table } from './bundle.ts'

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

export const measureWords = {
  met: 'within',
  counted: 'counted',
  missed: 'fell short',
  leftOut: 'left out',
} as const
