import type { Said } from '../life/life.ts'
import { addDays, type Day, dayText } from '../words/day.ts'
import type { DemonstrationLife } from './region.ts'

/** One thing said in the life of an indicator, on a day. Numbers in it count the records of this life from 1, which is the idea. */
export interface PlannedSaying {
  readonly by: string
  readonly on: string
  readonly said: Said
}

/** All that is said in a life, in order. */
export function sayingsOf({ name, indicator, wanted, by, daysAgo, records }: DemonstrationLife, today: Day): readonly PlannedSaying[] {
  const on = (days: number): string => dayText(addDays(today, -days))
  return [
    { by, on: on(daysAgo), said: { kind: 'idea', name, wanted, ...(indicator === undefined ? {} : { indicator }) } },
    ...records.map((record) => ({ by: record.by, on: on(record.daysAgo), said: record.says })),
  ]
}

/** The same saying, naming other records by the numbers they were given. */
export function renumbered(said: Said, numberOf: (position: number) => number): Said {
  if (said.kind === 'definition' && said.because !== 'none-given') return { ...said, because: said.because.map(numberOf) }
  if (said.kind === 'purpose-answered' || said.kind === 'purpose-refused') return { ...said, proposal: numberOf(said.proposal) }
  return said.kind === 'taken-back' ? { ...said, record: numberOf(said.record) } : said
}
