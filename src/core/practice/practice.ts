import { standings } from '../ledger/entry.ts'
import { quantile } from '../measure/figure.ts'
import type { Indicator, Pack } from '../pack/pack.ts'
import { wilson } from '../stats/interval.ts'
import { isRefused, type Refused, refuse } from '../stats/refusal.ts'
import { sum } from '../stats/sample.ts'
import { type Change, changesOf } from './changes.ts'
import { type Comparison, comparePlaces, type Facts, leastTold } from './compare.ts'
import { dutyOf, type PracticeTally, ways } from './tally.ts'

/** A code is rare that makes up less than this share of all entries. */
export const rareBelow = 0.01
/** A code is said to be never used where, used as often as elsewhere, so many entries of it would be expected. */
export const expectedToSay = 5

export interface Share {
  readonly n: number
  readonly of: number
  readonly share: number
  readonly low: number
  readonly high: number
}
export type ShareOrWhy = Share | Refused

export interface Part {
  readonly id: string
  readonly n: number
  readonly of: number
}
/** Parts of a whole, the largest first; together they are all of it. */
export type Parts = readonly Part[] | Refused

export interface MilestonePractice {
  readonly id: string
  readonly name: string
  readonly entries: number
  /** Null where the pack sets no duty. */
  readonly inTime: ShareOrWhy | null
  /** Days from occurred to recorded. */
  readonly lag: { readonly median: number; readonly p90: number } | Refused
}

/** How one place codes: what stands behind its figure. */
export interface PlacePractice {
  /** '' where no place is known. */
  readonly place: string
  readonly pathways: number
  readonly entries: number
  /** Of those counted: all that the verdict rests on was recorded in time. Null where the pack sets no duty for it. */
  readonly inTime: ShareOrWhy | null
  /** Of those finished, ended or past the limit: past it with neither stop nor end, and nothing since. Null where the indicator has no clock. */
  readonly withoutEnd: ShareOrWhy | null
  /** The verdict rests on something in doubt. */
  readonly doubt: ShareOrWhy
  /** How many clocks start on each of the codes that can start them. Null where the indicator has no clock. */
  readonly starts: Parts | null
  readonly milestones: readonly MilestonePractice[]
  readonly recorders: Parts
  /** Whoever decided; where nobody else did, whoever recorded. */
  readonly deciders: Parts
  /** Recorded on the word of another role. */
  readonly onBehalf: ShareOrWhy
  readonly standings: Parts
  readonly ways: Parts
  readonly rare: ShareOrWhy
  /** Codes that others use and this place never does. */
  readonly neverUsed: readonly string[]
  readonly changes: readonly Change[]
}

export interface Practice {
  readonly places: readonly PlacePractice[]
  /** Codes that can start the clock, as the pack writes them, with their names by language. */
  readonly startCodes: readonly {
    readonly code: string
    readonly label: string | null
    readonly labels: Readonly<Record<string, string>>
  }[]
  /** The one most clocks start on, over all places. */
  readonly mainStart: string | null
  readonly rareCodes: readonly string[]
  readonly comparison: Comparison
}

export function shareOf(n: number, of: number): ShareOrWhy {
  if (of < leastTold) return refuse('too-few', { have: of, need: leastTold })
  const interval = wilson(n, of)
  return isRefused(interval) ? interval : { n, of, share: interval.share, low: interval.low, high: interval.high }
}

function partsOf(counts: ReadonlyMap<string, number>): Parts {
  const of = sum([...counts.values()])
  if (of < leastTold) return refuse('too-few', { have: of, need: leastTold })
  return [...counts].map(([id, n]) => ({ id, n, of })).sort((a, b) => b.n - a.n || (a.id < b.id ? -1 : 1))
}

/** Whole percents that add up to 100: each rounded down, and what is missing given to those cut off most. */
export function wholePercents(counts: readonly number[]): readonly number[] {
  const of = sum(counts)
  if (of === 0) return counts.map(() => 0)
  const exact = counts.map((n) => (100 * n) / of)
  const missing = 100 - sum(exact.map(Math.floor))
  const cutOff = exact.map((value, i) => ({ i, cut: value - Math.floor(value) })).sort((a, b) => b.cut - a.cut || a.i - b.i)
  const given = new Set(cutOff.slice(0, Math.round(missing)).map(({ i }) => i))
  return exact.map((value, i) => Math.floor(value) + (given.has(i) ? 1 : 0))
}

function countBy<T extends { readonly n: number }>(rows: readonly T[], keyOf: (row: T) => string): ReadonlyMap<string, number> {
  const out = new Map<string, number>()
  for (const row of rows) out.set(keyOf(row), (out.get(keyOf(row)) ?? 0) + row.n)
  return out
}

/** In the order of a list that is closed, with those nobody has: parts of one kind can be laid beside one another. */
const inList = (list: readonly string[], counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> =>
  new Map(list.map((id) => [id, counts.get(id) ?? 0]))

/**
 * How places code, from the counts of the pathways behind a figure, and which of them can be compared. `last`: the newest month that is
 * over, as a number such as 202610. Says nothing of anybody: the smallest thing told is a place.
 */
export function practiceOf(pack: Pack, indicator: Indicator, tally: PracticeTally, last: number): Practice {
  const habits = habitsOf(pack)
  const starting = startingCodes(pack, indicator)
  const startsBy = Map.groupBy(tally.starts, (row) => row.place)
  const codesBy = Map.groupBy(tally.codes, (row) => row.place)
  const madeBy = Map.groupBy(tally.made, (row) => row.place)
  const monthsBy = Map.groupBy(tally.months, (row) => row.place)
  const allStarts = countBy(tally.starts, ({ code }) => habits.get(code) ?? code)
  const inUse = starting.filter((code) => allStarts.has(code))
  const mainStart = [...allStarts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0] ?? null
  const used = countBy(tally.codes, ({ code }) => habits.get(code) ?? code)
  const all = sum([...used.values()])
  const rareCodes = [...used].filter(([, n]) => n < rareBelow * all).map(([code]) => code)
  const rare = new Set(rareCodes)

  const placeOf = (row: PracticeTally['pathways'][number]): { readonly practice: PlacePractice; readonly facts: Facts } => {
    const { place } = row
    const codes = codesBy.get(place) ?? []
    const made = madeBy.get(place) ?? []
    const own = countBy(codes, ({ code }) => habits.get(code) ?? code)
    const entries = sum([...own.values()])
    const elsewhere = all - entries
    const starts = inList(
      starting,
      countBy(startsBy.get(place) ?? [], ({ code }) => habits.get(code) ?? code),
    )
    const clocks = sum([...starts.values()])
    const facts: Facts = {
      place,
      pathways: row.all,
      aspects: {
        start: indicator.within ? inUse.map((code) => ({ code, n: starts.get(code) ?? 0, of: clocks })) : [],
        'in-time': indicator.hasDuty ? [{ n: row.inTime, of: row.counted }] : [],
        'without-end': indicator.within ? [{ n: row.notCoded, of: row.over }] : [],
        doubt: [{ n: row.doubt, of: row.all }],
      },
    }
    const practice: PlacePractice = {
      place,
      pathways: row.all,
      entries,
      inTime: indicator.hasDuty ? shareOf(row.inTime, row.counted) : null,
      withoutEnd: indicator.within ? shareOf(row.notCoded, row.over) : null,
      doubt: shareOf(row.doubt, row.all),
      starts: indicator.within ? partsOf(starts) : null,
      milestones: milestonesOf(pack, codes),
      recorders: partsOf(countBy(made, ({ recorder }) => recorder)),
      deciders: partsOf(countBy(made, ({ recorder, decider }) => decider ?? recorder)),
      onBehalf: shareOf(sum(made.filter(({ recorder, decider }) => decider !== null && decider !== recorder).map(({ n }) => n)), entries),
      standings: partsOf(
        inList(
          standings.filter((one) => one !== 'ruled-out'), // what is ruled out never counts
          countBy(made, ({ standing }) => standing),
        ),
      ),
      ways: partsOf(
        inList(
          ways,
          countBy(made, ({ way }) => way),
        ),
      ),
      rare: shareOf(sum([...own].filter(([code]) => rare.has(code)).map(([, n]) => n)), entries),
      neverUsed: [...used]
        .filter(([code, n]) => !own.has(code) && elsewhere > 0 && (n / elsewhere) * entries >= expectedToSay)
        .map(([code]) => code),
      changes: changesOf({
        starts: startsBy.get(place)?.map((start) => ({ ...start, main: (habits.get(start.code) ?? start.code) === mainStart })) ?? [],
        months: monthsBy.get(place) ?? [],
        several: allStarts.size > 1,
        last,
      }),
    }
    return { practice, facts }
  }
  const places = tally.pathways.map(placeOf).sort((a, b) => byPlace(a.practice.place, b.practice.place))
  return {
    places: places.map(({ practice }) => practice),
    startCodes: starting.map((code) => {
      const text = pack.text.codes.find((one) => one.code === code)
      return { code, label: text?.label ?? null, labels: text?.labels ?? {} }
    }),
    mainStart,
    rareCodes,
    comparison: comparePlaces(places.map(({ facts }) => facts).filter(({ place }) => place !== '')),
  }
}

/** Those of which no place is known come last. */
const byPlace = (a: string, b: string): number => Number(a === '') - Number(b === '') || (a < b ? -1 : 1)

/** A house's own code does what the one it stands for does, and is no other habit. */
const habitsOf = (pack: Pack): ReadonlyMap<string, string> => new Map(pack.codes.map(({ text }) => [text.code, text.mapsTo ?? text.code]))

/** Codes that mark what the indicator's clock starts on, or what it runs from anew. */
function startingCodes(pack: Pack, { within }: Indicator): readonly string[] {
  if (!within) return []
  const slots = new Set([...within.from.slots, ...(within.restartedBy === undefined ? [] : [within.restartedBy])])
  return [...new Set(pack.codes.filter((row) => row.slots.some((slot) => slots.has(slot))).map(({ text }) => text.mapsTo ?? text.code))]
}

function milestonesOf(pack: Pack, codes: PracticeTally['codes']): readonly MilestonePractice[] {
  const slotsOf = new Map(pack.codes.map((row) => [row.text.code, new Set<number>()]))
  for (const row of pack.codes) for (const slot of row.slots) slotsOf.get(row.text.code)?.add(slot)
  return pack.slots.flatMap(({ id, name, index }) => {
    const own = codes.filter(({ code }) => slotsOf.get(code)?.has(index))
    const entries = sum(own.map(({ n }) => n))
    const dutyDays = dutyOf(pack, [index])
    const lengths = own.map(({ lag, n }) => ({ length: lag, count: n }))
    if (entries === 0) return []
    return [
      {
        id,
        name,
        entries,
        inTime: dutyDays === undefined ? null : shareOf(sum(own.filter(({ lag }) => lag <= dutyDays).map(({ n }) => n)), entries),
        lag:
          entries < leastTold
            ? refuse('too-few', { have: entries, need: leastTold })
            : { median: quantile(lengths, 0.5, 1)!, p90: quantile(lengths, 0.9, 1)! }, // there are some
      },
    ]
  })
}
