import type { ClockSum, SumEnd, SumMoment, SumPause } from '../measure/clock-sum.ts'

/**
 * One line of a sum as somebody would write it down. `amount`: what it adds (less than 0: takes away) in the clock's unit; of `length` and `limit`,
 * `left` and `over` what it comes to. The words are the reader's.
 */
export type SumLine =
  | { readonly code: 'start' | 'restart' | 'stop'; readonly end: SumEnd }
  | { readonly code: 'no-start' | 'no-stop' }
  /** `now`: there is no stop, so it is counted to the day asked about. */
  | {
      readonly code: 'from-to' | 'calendar-days'
      readonly from: SumMoment
      readonly to: SumMoment
      readonly now: boolean
      readonly amount: number
    }
  | { readonly code: 'weekends'; readonly amount: number }
  | { readonly code: 'holidays'; readonly amount: number; readonly days: readonly string[] }
  | { readonly code: 'taken-out'; readonly pause: SumPause; readonly amount: number }
  /** Pauses cannot take out more than ran. */
  | { readonly code: 'no-more'; readonly amount: number }
  | { readonly code: 'explains'; readonly pause: SumPause }
  | { readonly code: 'length'; readonly amount: number }
  | { readonly code: 'limit'; readonly amount: number; readonly longest: boolean }
  | { readonly code: 'left' | 'over'; readonly amount: number; readonly lastDay?: string }
  | { readonly code: 'waiting' | 'quiet' }

/** The sum written out: each line follows from those above it, so that anybody can work it out anew from what stands there. */
export function sumLines(sum: ClockSum): readonly SumLine[] {
  const { start, stop, gross, length } = sum
  const lines: SumLine[] = [
    start ? { code: sum.restarted ? 'restart' : 'start', end: start } : { code: 'no-start' },
    stop ? { code: 'stop', end: stop } : { code: 'no-stop' },
  ]
  if (!start || gross === undefined || length === undefined) return lines
  lines.push(...ran(sum, start, gross), ...pausesOf(sum, gross - length))
  if (lines.length > 3) lines.push({ code: 'length', amount: length })
  return [...lines, ...againstLimit(sum, length)]
}

function ran({ stop, until, daysOff }: ClockSum, start: SumEnd, gross: number): readonly SumLine[] {
  const between = { from: start, to: until, now: stop === undefined }
  if (!daysOff) return [{ code: 'from-to', ...between, amount: gross }]
  const { weekends, holidays } = daysOff
  return [
    { code: 'calendar-days', ...between, amount: gross + weekends + holidays.length },
    { code: 'weekends', amount: -weekends },
    ...(holidays.length === 0 ? [] : [{ code: 'holidays' as const, amount: -holidays.length, days: holidays }]),
  ]
}

function pausesOf({ pauses }: ClockSum, paused: number): readonly SumLine[] {
  const lines = pauses.map(
    (pause): SumLine => (pause.takenOut ? { code: 'taken-out', pause, amount: -pause.adds } : { code: 'explains', pause }),
  )
  const more = pauses.reduce((all, { adds }) => all + adds, 0) - paused
  return more > 0.5 ? [...lines, { code: 'no-more', amount: more }] : lines // less than that is the rounding of minutes
}

function againstLimit({ limit, limitDay, waiting }: ClockSum, length: number): readonly SumLine[] {
  if (limit?.amount === undefined || limit.amount === null) return []
  const left = Math.round((limit.amount - length) * 100) / 100
  const lastDay = limitDay === undefined ? {} : { lastDay: limitDay }
  return [
    { code: 'limit', amount: limit.amount, longest: limit.longest },
    left >= 0 ? { code: 'left', amount: left, ...lastDay } : { code: 'over', amount: -left, ...lastDay },
    ...(waiting === undefined ? [] : [{ code: waiting ? ('waiting' as const) : ('quiet' as const) }]),
  ]
}
