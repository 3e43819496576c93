import { newcombe } from '../stats/interval.ts'
import { isRefused } from '../stats/refusal.ts'
import { sum } from '../stats/sample.ts'

/**
 * What is compared of two places, and how large a difference would matter. The measure is the indicator's own: where so large a share of
 * pathways is coded otherwise, their share within the limit can move by as much and no more. What is coded late is missing only from the
 * newest figures, and comes: there twice as much is let pass.
 */
export const margins = { start: 0.1, 'in-time': 0.2, 'without-end': 0.1, doubt: 0.1 } as const
export type Aspect = keyof typeof margins
export const aspects = Object.keys(margins) as readonly Aspect[] // its own keys

/** Of fewer there is no share, and nothing is compared: it says too few. */
export const leastTold = 10
/** All differences that are said together are right in so many of a hundred cases. */
export const sureness = 0.95
/** Each likeness that is said is right in so many: both ends of an interval of nine in ten lie inside the margin. */
export const likeness = 0.9

export interface Facts {
  readonly place: string
  readonly pathways: number
  /** Of each aspect a share of pathways; of the start one for each code. None where the aspect does not apply. */
  readonly aspects: Readonly<Record<Aspect, readonly { readonly code?: string; readonly n: number; readonly of: number }[]>>
}

export interface Difference {
  readonly aspect: Aspect
  /** Of the start: which code. */
  readonly code?: string
  /** In the first less in the second, with the interval that all that is said together rests on. */
  readonly difference: number
  readonly low: number
  readonly high: number
}

export type Likeness = 'alike' | 'differs' | 'too-few'

export interface Pair {
  readonly a: string
  readonly b: string
  readonly likeness: Likeness
  /** Empty unless they differ. */
  readonly because: readonly Difference[]
}

export interface Unlike {
  readonly place: string
  readonly likeness: Likeness
  readonly because: readonly Difference[]
}

/** One sentence, as facts. */
export type Saying =
  | { readonly kind: 'unlike-the-rest'; readonly place: string; readonly aspects: readonly Aspect[] }
  | { readonly kind: 'unlike-each-other'; readonly a: string; readonly b: string; readonly aspects: readonly Aspect[] }
  | { readonly kind: 'all-alike' }
  | { readonly kind: 'no-difference-found' }
  | { readonly kind: 'nothing-to-compare' }

export interface Comparison {
  readonly pairs: readonly Pair[]
  /** Each place against the rest: against all others together but those that were found unlike them before it. */
  readonly rest: readonly Unlike[]
  /** Places of which each codes like each other one of its group; the largest group first, and no place stands in two. */
  readonly groups: readonly (readonly string[])[]
  readonly sayings: readonly Saying[]
  /** How many differences were asked about, among pairs and against the rest: intervals are widened by that. */
  readonly asked: { readonly pairs: number; readonly rest: number }
}

type Shares = Facts['aspects']
type Question = readonly [a: Shares, b: Shares]

/** How many differences two places can be asked about. */
const countOf = ([a, b]: Question): number => sum(aspects.map((aspect) => triesOf([a, b], aspect).filter((one) => one.enough).length))

function triesOf([a, b]: Question, aspect: Aspect) {
  return a[aspect].map((own, i) => {
    const other = b[aspect][i]!
    return { own, other, enough: own.of >= leastTold && other.of >= leastTold }
  })
}

/**
 * Differ: in some aspect the interval of the difference, widened for all that is asked (Bonferroni), does not reach 0, and the difference is
 * as large as its margin. Alike: in every aspect an interval of nine in ten lies within the margin, which is two one-sided tests at 5 %; that all
 * aspects must pass keeps the whole at 5 % (an intersection-union test). Otherwise there are too few to tell.
 */
function judge(question: Question, asked: number): { readonly likeness: Likeness; readonly because: readonly Difference[] } {
  const because: Difference[] = []
  let alike = true
  for (const aspect of aspects)
    for (const { own, other, enough } of triesOf(question, aspect)) {
      const counts = [[own.n, own.of] as const, [other.n, other.of] as const] as const
      const wide = enough ? newcombe(...counts, { confidence: 1 - (1 - sureness) / Math.max(1, asked) }) : undefined
      const near = enough ? newcombe(...counts, { confidence: likeness }) : undefined
      if (!wide || !near || isRefused(wide) || isRefused(near)) {
        alike = false
        continue
      }
      const margin = margins[aspect]
      if ((wide.low > 0 || wide.high < 0) && Math.abs(wide.difference) >= margin)
        because.push({ aspect, ...(own.code === undefined ? {} : { code: own.code }), ...wide })
      if (near.low <= -margin || near.high >= margin) alike = false
    }
  return { likeness: because.length > 0 ? 'differs' : alike ? 'alike' : 'too-few', because }
}

/** All places but one, put together. */
function together(others: readonly Facts[]): Shares {
  const [first] = others
  const add = (aspect: Aspect) =>
    (first?.aspects[aspect] ?? []).map((share, i) => ({
      ...share,
      n: sum(others.map((one) => one.aspects[aspect][i]!.n)),
      of: sum(others.map((one) => one.aspects[aspect][i]!.of)),
    }))
  return { start: add('start'), 'in-time': add('in-time'), 'without-end': add('without-end'), doubt: add('doubt') }
}

/** Which places code alike, and where comparing them would mislead. */
export function comparePlaces(places: readonly Facts[]): Comparison {
  const couples = places.flatMap((a, i) => places.slice(i + 1).map((b) => ({ a, b })))
  const byPairs = sum(couples.map(({ a, b }) => countOf([a.aspects, b.aspects])))
  const pairs = couples.map(({ a, b }): Pair => ({ a: a.place, b: b.place, ...judge([a.aspects, b.aspects], byPairs) }))
  const { rest, asked } = againstTheRest(places)
  return { pairs, rest, groups: groupsOf(places, pairs), sayings: sayingsOf(places, pairs, rest), asked: { pairs: byPairs, rest: asked } }
}

/** How far beyond its margin the largest difference lies. */
const farthest = (because: readonly Difference[]): number =>
  Math.max(...because.map(({ aspect, difference }) => Math.abs(difference) / margins[aspect]))

/**
 * One place that codes differently is a part of the rest of each other, and would make these look different too. So the one that lies farthest off is
 * taken out, and the others are asked about again, as long as there are three. Intervals are widened for as many rounds as there could be.
 */
function againstTheRest(places: readonly Facts[]): { readonly rest: readonly Unlike[]; readonly asked: number } {
  if (places.length < 3) return { rest: [], asked: 0 }
  const restOf = (own: Facts, among: readonly Facts[]): Question => [own.aspects, together(among.filter((one) => one !== own))]
  const asked = Math.ceil((sum(places.map((own) => countOf(restOf(own, places)))) * (places.length + 1)) / 2)
  const apart = new Map<Facts, Unlike>()
  for (;;) {
    const left = places.filter((one) => !apart.has(one))
    const found = left.map((own) => ({ own, unlike: { place: own.place, ...judge(restOf(own, left), asked) } }))
    const differ = found.filter(({ unlike }) => unlike.likeness === 'differs')
    const [first] = differ.toSorted((a, b) => farthest(b.unlike.because) - farthest(a.unlike.because))
    if (first) apart.set(first.own, first.unlike)
    if (!first || left.length <= 3) {
      // Of three, of which one is out, the two left are no rest of one another: their pair says it.
      const last = new Map(found.map(({ own, unlike }) => [own, first && own !== first.own ? { ...unlike, ...untold } : unlike]))
      return { rest: places.map((own) => apart.get(own) ?? last.get(own)!), asked }
    }
  }
}
const untold = { likeness: 'too-few', because: [] } as const

/** From the largest place to the smallest: each joins the first group in which it is like everybody, or begins one. Likeness does not carry over, so nobody is in by way of another. */
function groupsOf(places: readonly Facts[], pairs: readonly Pair[]): readonly (readonly string[])[] {
  const like = new Set(pairs.filter(({ likeness }) => likeness === 'alike').flatMap(({ a, b }) => [`${a}\n${b}`, `${b}\n${a}`]))
  const groups: string[][] = []
  for (const { place } of places.toSorted((a, b) => b.pathways - a.pathways || (a.place < b.place ? -1 : 1))) {
    const group = groups.find((one) => one.every((other) => like.has(`${place}\n${other}`)))
    if (group) group.push(place)
    else groups.push([place])
  }
  return groups.filter((group) => group.length > 1).toSorted((a, b) => b.length - a.length)
}

const aspectsOf = (because: readonly Difference[]): readonly Aspect[] =>
  aspects.filter((aspect) => because.some((one) => one.aspect === aspect))

/** A pair that a place unlike the rest explains is not told again. */
function sayingsOf(places: readonly Facts[], pairs: readonly Pair[], rest: readonly Unlike[]): readonly Saying[] {
  if (places.length < 2) return [{ kind: 'nothing-to-compare' }]
  const apart = rest.filter(({ likeness }) => likeness === 'differs')
  const explained = new Map(apart.map(({ place, because }) => [place, new Set(aspectsOf(because))]))
  const others = pairs.flatMap(({ a, b, because }) => {
    const left = aspectsOf(because).filter((aspect) => !explained.get(a)?.has(aspect) && !explained.get(b)?.has(aspect))
    return left.length === 0 ? [] : [{ kind: 'unlike-each-other' as const, a, b, aspects: left }]
  })
  const said: readonly Saying[] = [
    ...apart.map(({ place, because }) => ({ kind: 'unlike-the-rest' as const, place, aspects: aspectsOf(because) })),
    ...others,
  ]
  if (said.length > 0) return said
  return [{ kind: pairs.every(({ likeness }) => likeness === 'alike') ? 'all-alike' : 'no-difference-found' }]
}
