import { z } from 'zod'
import type { ArrivingEntry } from '../ledger/entry.ts'
import { happens } from '../measure/generate.ts'
import type { Pack } from '../pack/pack.ts'
import type { Random } from '../words/chance.ts'
import { addDays, type Day } from '../words/day.ts'
import type { Instant } from '../words/instant.ts'

/** A place that uses another code than the rest, dated some days later: its clocks start when something else happens. */
export const Habit = z.strictObject({
  at: z.string().describe('an organisation of the region'),
  code: z.string().describe('as the pack writes it'),
  instead: z.string().describe('the code of the pack that this place uses for it'),
  share: z.number().min(0).max(1),
  daysLater: z.array(z.int().min(0).max(60)).min(1).describe('one of these, never beyond what happened next'),
})
export type Habit = z.infer<typeof Habit>

/** An entry that may say another day than that on which it happened. */
export type Habitual = ArrivingEntry & { readonly happened?: Day }

/**
 * The entries of one pathway as the places that have a habit code them. A correction or a withdrawal goes with what it is about. `placeOf`: an
 * organisation's name.
 */
export function withHabits(
  pack: Pack,
  habits: readonly Habit[],
  entries: readonly ArrivingEntry[],
  { placeOf, today, random }: { readonly placeOf: (org: string) => string; readonly today: Day; readonly random: Random },
): readonly Habitual[] {
  const rootOf = (entry: ArrivingEntry): string | undefined => {
    const about = entry.corrects ?? entry.withdraws
    const before = about === undefined ? undefined : entries.find(({ id }) => id === about)
    return before === undefined ? entry.id : rootOf(before)
  }
  return habits.reduce<readonly Habitual[]>((all, habit) => {
    const coded = (entry: ArrivingEntry) => pack.codesByText.get(entry.code)?.find(({ text }) => text.code === habit.code)
    const roots = all.filter((entry) => rootOf(entry) === entry.id && entry.place === placeOf(habit.at) && coded(entry))
    const moved = new Map<string, number>()
    for (const root of roots) {
      const later = habit.daysLater[random() % habit.daysLater.length]! // there is one at least
      if (!happens(random, habit.share)) continue
      const chain = all.filter((entry) => rootOf(entry) === root.id)
      const next = all.filter((entry) => !chain.includes(entry) && entry.occurred >= root.occurred).map(({ occurred }) => occurred)
      const room = Math.min(...next.map((day) => day - root.occurred), ...chain.map(({ recorded }) => today - recorded))
      moved.set(root.id ?? '', Math.max(0, Math.min(later, room)))
    }
    return all.map((entry): Habitual => {
      const days = moved.get(rootOf(entry) ?? '')
      if (days === undefined) return entry
      const row = coded(entry)
      const instead = pack.codes.find(({ text, variant }) => text.code === habit.instead && variant === row?.variant)
      return {
        ...entry,
        code: instead?.code ?? entry.code,
        happened: entry.occurred,
        occurred: addDays(entry.occurred, days),
        recorded: addDays(entry.recorded, days),
        recordedAt: (entry.recordedAt + days * 86_400) as Instant, // whole seconds
      }
    })
  }, entries)
}
