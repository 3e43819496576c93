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
  const byId = new Map(entries.flatMap((entry) => (entry.id === undefined ? [] : [[entry.id, entry] as const])))
  /** The entry that a correction or a withdrawal is about in the end; few entries have an id, and most are their own. */
  const rootOf = (entry: ArrivingEntry): ArrivingEntry => {
    const about = byId.get(entry.corrects ?? entry.withdraws ?? '')
    return about === undefined ? entry : rootOf(about)
  }
  const roots = entries.map(rootOf)
  const out: Habitual[] = [...entries]
  for (const habit of habits) {
    const coded = (entry: ArrivingEntry) => pack.codesByText.get(entry.code)?.find(({ text }) => text.code === habit.code)
    for (const root of new Set(roots)) {
      if (root.place !== placeOf(habit.at) || !coded(root)) continue
      const later = habit.daysLater[random() % habit.daysLater.length]! // there is one at least
      if (!happens(random, habit.share)) continue
      const chain = entries.filter((_, i) => roots[i] === root)
      const next = entries.filter((entry) => !chain.includes(entry) && entry.occurred >= root.occurred).map(({ occurred }) => occurred)
      const room = Math.min(...next.map((day) => day - root.occurred), ...chain.map(({ recorded }) => today - recorded))
      const days = Math.max(0, Math.min(later, room))
      for (const [i, entry] of entries.entries()) {
        if (roots[i] !== root) continue
        const row = coded(entry)
        const instead = row && pack.codes.find(({ text, variant }) => text.code === habit.instead && variant === row.variant)
        out[i] = {
          ...entry,
          code: instead?.code ?? entry.code,
          happened: entry.occurred,
          occurred: addDays(entry.occurred, days),
          recorded: addDays(entry.recorded, days),
          recordedAt: (entry.recordedAt + days * 86_400) as Instant, // whole seconds
        }
      }
    }
  }
  return out
}
