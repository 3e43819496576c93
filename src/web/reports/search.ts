import { addDays, dayText } from '../../core/words/day.ts'
import { today } from '../form/day-field.tsx'

export const periods = ['quarter', 'year', 'all', 'own'] as const
export type Period = (typeof periods)[number]

/** Everything that decides what the reports show: it stands in the address. */
export interface ReportSearch {
  readonly pack?: string
  readonly org?: number
  readonly period?: Period
  readonly from?: string
  readonly to?: string
  readonly interval?: string
  readonly byRole?: true
}

/** Reads an address; what is none of ours is left out. */
export function readReportSearch(said: Readonly<Record<string, unknown>>): ReportSearch {
  const text = (key: string) => (typeof said[key] === 'string' ? { [key]: said[key] } : {})
  const period = periods.find((one) => one === said['period'])
  return {
    ...text('pack'),
    ...text('from'),
    ...text('to'),
    ...text('interval'),
    ...(Number.isInteger(said['org']) ? { org: Number(said['org']) } : {}),
    ...(period === undefined ? {} : { period }),
    ...(said['byRole'] === true ? { byRole: true } : {}),
  }
}

const daysBack: { readonly [P in Period]: number | undefined } = { quarter: 91, year: 365, all: undefined, own: undefined }

/** The days a report is asked for; what is absent has no end. */
export function daysOf({ period = 'year', from, to }: ReportSearch): { readonly from?: string; readonly to?: string } {
  if (period === 'own') return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
  const back = daysBack[period]
  return back === undefined ? {} : { from: dayText(addDays(today(), -back)) }
}
