import { getOrMake } from '../words/lookup.ts'
import { type Refused, refuse } from './refusal.ts'
import { sum } from './sample.ts'

/**
 * How far values lie apart: the word under which two are the same, and the distance of two of them, given every value there is with
 * how often it occurs.
 */
export interface Scale<V> {
  readonly word: (value: V) => string
  readonly distances: (values: readonly V[], counts: readonly number[]) => (i: number, j: number) => number
}

const plain = <V>(distance: (a: V, b: V) => number, word: (value: V) => string = String): Scale<V> => ({
  word,
  distances: (values) => (i, j) => distance(values[i]!, values[j]!),
})

/** Either the same or not. */
export const nominal: Scale<string | number> = plain((a, b) => (a === b ? 0 : 1))
export const interval: Scale<number> = plain((a, b) => (a - b) ** 2)
/** For numbers with a true zero, not negative. */
export const ratioScale: Scale<number> = plain((a, b) => (a === b ? 0 : ((a - b) / (a + b)) ** 2))

/** Ranks: how many values lie between two, each end half counted. */
export const ordinal: Scale<number> = {
  word: String,
  distances: (values, counts) => {
    const order = values.map((_, place) => place).toSorted((a, b) => values[a]! - values[b]!)
    const before = new Map<number, number>()
    let passed = 0
    for (const place of order) {
      before.set(place, passed + counts[place]! / 2)
      passed += counts[place]!
    }
    return (i, j) => (before.get(i)! - before.get(j)!) ** 2
  },
}

const wordOfSet = (codes: readonly string[]): string => JSON.stringify([...new Set(codes)].toSorted())
const shared = (a: readonly string[], b: readonly string[]): { readonly first: number; readonly second: number; readonly both: number } => {
  const [first, second] = [new Set(a), new Set(b)]
  return { first: first.size, second: second.size, both: first.intersection(second).size }
}

/** 1 - what two sets share of what they hold together; two empty sets are the same. */
export function jaccardDistance(a: readonly string[], b: readonly string[]): number {
  const { first, second, both } = shared(a, b)
  const together = first + second - both
  return together === 0 ? 0 : 1 - both / together
}

/** Jaccard, with less credit where one set lies inside the other (0.67) and less yet where they only overlap (0.33). Passonneau 2006. */
export function masiDistance(a: readonly string[], b: readonly string[]): number {
  const { first, second, both } = shared(a, b)
  const monotone = both === first && both === second ? 1 : both === first || both === second ? 0.67 : both > 0 ? 0.33 : 0
  return 1 - (1 - jaccardDistance(a, b)) * monotone
}

/** Sets of codes. */
export const jaccard: Scale<readonly string[]> = plain(jaccardDistance, wordOfSet)
export const masi: Scale<readonly string[]> = plain(masiDistance, wordOfSet)
export const sameSet: Scale<readonly string[]> = plain((a, b) => (wordOfSet(a) === wordOfSet(b) ? 0 : 1), wordOfSet)

export interface Alpha {
  readonly alpha: number | Refused
  /** Disagreement within units, and of any value with any other. */
  readonly observed: number
  readonly expected: number
  readonly values: number
  readonly unitsFound: number
  /** Units with two values or more; the others say nothing about agreement and are left out. */
  readonly unitsUsed: number
}

/**
 * Krippendorff's alpha: agreement of any number of coders, with values missing, on any scale.
 *
 * `units[u]`: the values unit u was given, `null` where a coder gave none; who gave which does not matter. Alpha is `no-variation`
 * where all values are the same (then nothing shows that they could have differed): never 1. Refuses with `too-few` when no unit has
 * two values. Source: part 5.4; Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011.
 */
export function krippendorff<V>(units: readonly (readonly (V | null)[])[], scale: Scale<V>): Alpha | Refused {
  const used = units.map((unit) => unit.filter((value) => value !== null)).filter((unit) => unit.length > 1)
  if (used.length === 0) return refuse('too-few', { have: 0, need: 1 })
  const places = new Map<string, number>()
  const values: V[] = []
  const counts: number[] = []
  const placed = used.map((unit) =>
    unit.map((value) => {
      const place = getOrMake(places, scale.word(value), () => values.push(value) - 1)
      counts[place] = (counts[place] ?? 0) + 1
      return place
    }),
  )
  const distance = scale.distances(values, counts)
  const n = sum(counts)
  // Both over ordered pairs: of a unit's own values, and of all values whatever their unit.
  const within = (unit: readonly number[]) => sum(unit.map((i) => sum(unit.map((j) => distance(i, j))))) / (unit.length - 1)
  const observed = sum(placed.map(within)) / n
  const expected = sum(counts.map((a, i) => sum(counts.map((b, j) => a * b * distance(i, j))))) / (n * (n - 1))
  return {
    alpha: expected === 0 ? refuse('no-variation') : 1 - observed / expected,
    observed,
    expected,
    values: n,
    unitsFound: units.length,
    unitsUsed: used.length,
  }
}
