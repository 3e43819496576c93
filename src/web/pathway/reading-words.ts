import i18next, { type TFunction } from 'i18next'
import type { ExplainedClock } from '../../core/measure/explain.ts'
import type { ClockParts } from '../../core/measure/parts.ts'
import type { RiskState } from '../../core/work/risk-state.ts'
import { type Wall, wallOf } from '../../core/work/sum-lines.ts'

/** A number as people of this language write it, with a minus that is not a hyphen. */
export const numberWords = (amount: number): string =>
  new Intl.NumberFormat(i18next.language === 'nb' ? 'nb-NO' : 'en-GB', { maximumFractionDigits: 2 }).format(amount).replace('-', '−')

export const lengthWords = (amount: number, unit: ClockParts['unit'], t: TFunction): string =>
  t(`clock.length.${unit}`, { count: Math.round(amount * 100) / 100 })

/** `2026-03-07`, or `2026-03-07 08:12+01:00`: the distance from UTC tells how long the night was on which the clocks change. */
export const wallWords = ({ day, time, offset }: Wall): string =>
  time === undefined ? day : `${day} ${time.endsWith(':00') ? time.slice(0, 5) : time}${offset ?? ''}`

/** A moment of an entry on the wall clock of the pack; how far that is from UTC is said where it is not the clock of this computer. */
export function momentWords(seconds: number, zone: string): string {
  const wall = wallOf({ day: '', at: new Date(seconds * 1000).toISOString() }, { unit: 'minute', zone })
  const isHere = new Intl.DateTimeFormat().resolvedOptions().timeZone === zone
  return wallWords(isHere ? { ...wall, offset: '' } : wall)
}

export type Verdict = 'met' | 'missed' | 'running' | 'overrun' | 'not-applicable' | 'unknown'

/** What a clock says, in words, and the shape that goes with them. */
export function verdictOf({ verdict, reason, parts }: ExplainedClock, t: TFunction): { readonly words: string; readonly look: RiskState } {
  const past = parts.left === null ? '' : lengthWords(-parts.left, parts.unit, t)
  const pause = parts.stop === null ? parts.adjustments.find(({ takenOut, to }) => takenOut && to === null) : undefined
  const why = reason === undefined ? undefined : t(`clock.reason.${reason as 'untimed'}`) // one of the reasons of a clock
  const looks: { readonly [V in Verdict]: { readonly words: string; readonly look: RiskState } } = {
    met: { words: t('clock.verdict.met'), look: 'finished' },
    missed: { words: t('clock.verdict.missed', { length: past }), look: 'past' },
    running: pause
      ? { words: t('clock.verdict.paused', { name: pause.name }), look: 'paused' }
      : { words: t('clock.verdict.running'), look: 'in-time' },
    overrun: { words: t('clock.verdict.overrun', { length: past }), look: 'past' },
    'not-applicable': { words: why ?? t('clock.verdict.not-applicable'), look: 'no-limit' },
    unknown: { words: why ?? t('clock.verdict.unknown'), look: 'no-limit' },
  }
  return looks[verdict as Verdict] // the verdicts of a pack
}

/** How far a clock is: `day 41 of 62` while it runs, `7 days of 10` once it has stopped. */
export function lengthSaid({ verdict, parts }: ExplainedClock, t: TFunction): string {
  const { length, unit, limit, stop } = parts
  if (length === null) return ''
  if (stop === null && unit === 'day' && limit?.amount != null) return t('clock.dayOf', { day: length, limit: limit.amount })
  const words = lengthWords(length, unit, t)
  return limit?.amount == null || verdict === 'unknown' ? words : t('clock.ofLimit', { length: words, limit: limit.amount })
}
