import type { ExplainedClock, Explanation } from '../../core/measure/explain.ts'
import type { Answer } from '../ask.ts'
import type { PackTold } from '../session.tsx'

/** One pathway as the service tells it. */
export type PathwayRead = Answer<'readPathway'>
export type EntryRead = PathwayRead['entries'][number]

/** The kind of pathway in words; undefined where it is not known yet. */
export function variantName({ explanation }: PathwayRead, pack: PackTold): string | undefined {
  const variant = (explanation as { readonly variant?: string } | null)?.variant // as `explainPathway` gives it
  return pack.variants.find(({ id }) => id === variant)?.name
}

type Named = { readonly id: string; readonly name: string }
const nameOf = (named: readonly Named[], id: string, otherwise: string): string => named.find((one) => one.id === id)?.name ?? otherwise

/** A clock under the name it has in the language of the page. */
export const clockNamed = (clock: ExplainedClock, pack: PackTold): ExplainedClock => ({
  ...clock,
  name: nameOf(pack.intervals, clock.interval, clock.name),
})

/** What explains a pathway, with clocks and milestones under the names they have in the language of the page. */
export const explanationNamed = (explanation: Explanation, pack: PackTold): Explanation => ({
  ...explanation,
  clocks: explanation.clocks.map((clock) => clockNamed(clock, pack)),
  entries: explanation.entries.map(({ use, passed, ...entry }) => ({
    ...entry,
    use: { ...use, marks: use.marks.map((mark) => ({ ...mark, name: nameOf(pack.milestones, mark.id, mark.name) })) },
    ...(passed === undefined
      ? {}
      : { passed: passed.code === 'other-chosen' ? { ...passed, name: nameOf(pack.milestones, passed.slot, passed.name) } : passed }),
  })),
})
