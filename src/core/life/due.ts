import { type Day, dayOf, dayText, readDay } from '../words/day.ts'
import type { Life } from './life.ts'

/** What is due a year after an indicator came into use, or after it was done last. */
export const dueKinds = ['effects', 'observed'] as const
export interface Due {
  readonly what: (typeof dueKinds)[number]
  readonly on: string
  readonly overdue: boolean
}

/** The same day a year later; of 29 February the first of March. */
export function yearAfter(day: Day): Day {
  const [year = 0, month = 0, date = 0] = dayText(day).split('-').map(Number)
  return dayOf(year + 1, month, date)
}

/** Since when it has been in use without a break. */
const inUseSince = ({ stage, since }: Life): string | undefined => (stage === 'in-use' ? since : undefined)

const later = (a: string, b: string | undefined): string => (b !== undefined && b > a ? b : a)

/** What is due of an indicator in use: a note on effects each year, and once how many cases there were, where the cost was estimated. */
export function dueOf(life: Life, today: string): readonly Due[] {
  const since = inUseSince(life)
  if (since === undefined) return []
  const due = (what: Due['what'], from: string): readonly Due[] => {
    const day = readDay(from)
    if (day === undefined) return []
    const on = dayText(yearAfter(day))
    return [{ what, on, overdue: on < today }]
  }
  return [
    ...due('effects', later(since, life.effects.at(-1)?.on)),
    ...(life.cost === undefined || life.observed !== undefined ? [] : due('observed', later(since, life.cost.on))),
  ]
}
