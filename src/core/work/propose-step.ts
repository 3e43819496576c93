import { type PathwayReading, readClock } from '../clock/clock.ts'
import type { Pack } from '../pack/pack.ts'
import { isUnknown } from '../pack/schema.ts'
import { stepAfter } from '../pack/template.ts'
import { addDays, type Day, dayText } from '../words/day.ts'
import type { PersonRole } from '../words/role.ts'
import type { LocalMedians } from './median.ts'
import { type Booking, type Reached, type Risk, riskOf } from './risk.ts'

/** The furthest milestone of the course that has an entry; ends are no steps. */
export const reachedOf = ({ pack, chosen }: PathwayReading): Reached | undefined =>
  pack.slots
    .filter((slot) => slot.kind === 'milestone' && !slot.closing)
    .flatMap((slot) => chosen.base[slot.index] ?? [])
    .map(({ slot, day }) => ({ slot: slot.index, day }))
    .at(-1)

/** The risk of a pathway as it was read. */
export function riskOfReading(reading: PathwayReading, bookings: readonly Booking[], local?: LocalMedians): Risk {
  const { pack, pathway, asking } = reading
  const clocks = pack.intervals.flatMap((interval) => readClock(reading, interval) ?? [])
  return riskOf({ pack, variant: pathway.variant, today: asking.asOf, clocks, bookings, reached: reachedOf(reading), local })
}

/** A step that the pack proposes; nothing is planned until a person does. */
export interface ProposedStep {
  /** Id of the template's item, and the milestone it comes after with the day that was reached. */
  readonly template: string
  readonly after: string
  readonly on: string
  /** What is to be done, by language tag. */
  readonly text: Readonly<Record<string, string>>
  /** null: the pack does not know. */
  readonly owner: PersonRole | null
  readonly withinDays: number | null
  /** So many days after the milestone, but not before today. */
  readonly due: string | null
  readonly books: string | null
  readonly source: string | null
  readonly basis: string | null
}

/** What the pack says comes next after the newest milestone reached; nothing once every clock has stopped or ended. */
export function proposeStep(pack: Pack, reading: PathwayReading, today: Day): ProposedStep | undefined {
  const reached = reachedOf(reading)
  const found = reached && stepAfter(pack, reading.pathway.variant, reached.slot)
  if (!found || riskOfReading(reading, []).state === 'finished') return undefined
  const { item, step } = found
  const withinDays = isUnknown(step.withinDays) ? null : step.withinDays
  return {
    template: item.id,
    after: item.after,
    on: dayText(reached.day),
    text: step.text,
    owner: isUnknown(step.owner) ? null : step.owner,
    withinDays,
    due: withinDays === null ? null : dayText(Math.max(today, addDays(reached.day, withinDays)) as Day),
    books: step.books ?? null,
    source: step.source ?? item.source ?? null,
    basis: step.basis ?? item.basis ?? null,
  }
}
