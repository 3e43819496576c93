import { type Day, type PeriodKind, periodOf, periodText } from '../words/day.ts'
import { getOrMake } from '../words/lookup.ts'

/** What tells people apart: not a name, yet together it may point at somebody. */
export const tellings = ['place', 'variant', 'start', 'age'] as const
export type Telling = (typeof tellings)[number]

/** One pathway as it is known: whose it is, and what tells it apart. */
export interface Known {
  readonly person: string
  readonly place: string
  readonly variant: string
  readonly start: Day
  /** Whole years when the pathway began; null where the day of birth is not known. */
  readonly age: number | null
}

/** How coarsely each is shown. */
export interface Levels {
  readonly place: 'own' | 'other'
  readonly variant: 'own' | 'other'
  readonly start: Exclude<PeriodKind, 'tertial'> | 'none'
  readonly age: 10 | 30 | 'none'
}
const finest: Levels = { place: 'own', variant: 'own', start: 'month', age: 10 }

/** What places, codes and variants of few persons are put together as. */
export const other = 'other'
/** From here on the years are one group: there are few so old, and everybody knows them. */
const oldest = 90

/** What is shown of a pathway at some levels; what is not asked for is the same for all. */
export function shownOf(known: Known, levels: Levels, asked: ReadonlySet<Telling>): { readonly [K in Telling]: string } {
  return {
    place: !asked.has('place') ? '' : levels.place === 'own' ? known.place : other,
    variant: !asked.has('variant') ? '' : levels.variant === 'own' ? known.variant : other,
    start: !asked.has('start') || levels.start === 'none' ? '' : periodText(periodOf(known.start, levels.start), levels.start),
    age: asked.has('age') ? ageGroup(known.age, levels.age) : '',
  }
}

function ageGroup(age: number | null, width: Levels['age']): string {
  if (age === null || width === 'none') return ''
  const last = oldest - (oldest % width)
  const from = Math.min(last, Math.max(0, age) - (Math.max(0, age) % width))
  return from >= last ? `${last}+` : `${from}-${from + width - 1}`
}

/**
 * The rule, step by step. Each step is done to the pathways whose combination fewer persons share than may, and to no others; then all are counted
 * anew. Time goes first, since whole months are seldom what a question rests on; where somebody was and what they had goes last.
 */
export const steps = [
  { of: 'start', to: { start: 'quarter' }, says: 'the month in which the pathway began became a quarter' },
  { of: 'age', to: { age: 30 }, says: 'the age group became one of thirty years' },
  { of: 'start', to: { start: 'year' }, says: 'the quarter in which the pathway began became a year' },
  { of: 'place', to: { place: 'other' }, says: 'the place became "other"' },
  { of: 'age', to: { age: 'none' }, says: 'the age group was left out' },
  { of: 'variant', to: { variant: 'other' }, says: 'the variant became "other"' },
  { of: 'start', to: { start: 'none' }, says: 'the year in which the pathway began was left out' },
] as const satisfies readonly { readonly of: Telling; readonly to: Partial<Levels>; readonly says: string }[]

/** What was done to how many persons. */
export interface Done {
  readonly says: string
  readonly persons: number
}

export interface Coarsened {
  /** In the order they came; undefined: left out, since even so fewer persons shared it than may. */
  readonly levels: readonly (Levels | undefined)[]
  readonly done: readonly Done[]
}

/**
 * Makes what tells people apart so coarse that no combination of it is shared by fewer than `fewest` persons.
 *
 * Whoever shares a combination moves on together, so a combination that enough persons share loses nobody, and none that is too small stays: at the
 * end all that is left of it is the one that shows nothing, and where that is too small its pathways go.
 */
export function coarsen(pathways: readonly Known[], asked: ReadonlySet<Telling>, fewest: number): Coarsened {
  const levels: (Levels | undefined)[] = pathways.map(() => finest)
  const done: Done[] = []
  const persons = (indexes: readonly number[]) => new Set(indexes.map((i) => pathways[i]!.person)).size
  const move = (indexes: readonly number[], says: string, to: (before: Levels) => Levels | undefined) => {
    if (indexes.length === 0) return
    for (const i of indexes) levels[i] = to(levels[i]!)
    done.push({ says, persons: persons(indexes) })
  }
  if (asked.has('place')) {
    const rare = rareValues(
      pathways.map(({ place, person }) => [place, person]),
      fewest,
    )
    const there = pathways.flatMap(({ place }, i) => (rare.has(place) ? [i] : []))
    move(there, `places of fewer than ${fewest} persons became "${other}"`, (before) => ({ ...before, place: 'other' }))
  }
  const small = (): readonly number[] => {
    const shared = new Map<string, number[]>()
    for (const [i, known] of pathways.entries())
      if (levels[i]) getOrMake(shared, JSON.stringify(shownOf(known, levels[i], asked)), () => []).push(i)
    return [...shared.values()].filter((indexes) => persons(indexes) < fewest).flat()
  }
  for (const step of steps) {
    if (!asked.has(step.of)) continue
    // What is as coarse already is not told of again.
    const there = small().filter((i) => Object.entries(step.to).some(([key, to]) => levels[i]![key as keyof Levels] !== to)) // a key of our own table
    move(there, step.says, (before) => ({ ...before, ...step.to }))
  }
  move(small(), 'the pathway was left out', () => undefined)
  return { levels, done }
}

/**
 * Values that fewer than `fewest` persons have. Where all of these together are still too few, the next rarest joins them (of equals the first in
 * order of letters), so that "other" is never one of them in disguise. '' is no value.
 */
export function rareValues(values: Iterable<readonly [value: string, person: string]>, fewest: number): ReadonlySet<string> {
  const by = new Map<string, Set<string>>()
  for (const [value, person] of values) if (value !== '') getOrMake(by, value, () => new Set<string>()).add(person)
  const inOrder = [...by].sort(([a, ofA], [b, ofB]) => ofA.size - ofB.size || (a < b ? -1 : 1))
  const rare = new Set<string>()
  const together = new Set<string>()
  for (const [value, persons] of inOrder) {
    if (persons.size >= fewest && (rare.size === 0 || together.size >= fewest)) break
    rare.add(value)
    for (const person of persons) together.add(person)
  }
  return rare
}
