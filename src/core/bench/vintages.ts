import { bearNegatives, delaysOf, nowcast, type Triangle } from '../stats/delay.ts'
import { type BackTest, type Band, backTestOf, countedFrom, expectedFrom } from '../stats/expected.ts'
import { isRefused, type Refused, refuse } from '../stats/refusal.ts'
import { range, sum } from '../stats/sample.ts'
import { addDays, type Day, monthsLater, periodDays, periodOf } from '../words/day.ts'
import { getOrMake } from '../words/lookup.ts'

/** So many ends of months are read at most: four years. */
export const mostVintages = 48
/** A month is followed for so long at most. */
export const mostDelays = 12
/** Followed until so much has come: what comes after that would change no figure that is printed. */
const followedTo = 0.995
/** Fewer whole months say nothing of how reports come in. */
const leastWhole = 6

/** Ends of months up to a day, the newest first. Only days that are over in every zone. */
export function vintageDays(asOf: Day, today: Day): readonly Day[] {
  const last = Math.min(asOf, addDays(today, -2)) as Day
  const month = periodOf(last, 'month')
  const ended = periodDays(month, 'month')[1] <= last ? month : monthsLater(month, -1)
  return range(mostVintages).map((back) => periodDays(monthsLater(ended, -back), 'month')[1])
}

/** The first month a vintage has to hold: earlier ones are followed no longer. */
export const firstMonthOf = (knownOn: Day): number => monthsLater(periodOf(knownOn, 'month'), -mostDelays)

export interface MetAndMissed {
  readonly met: number
  readonly missed: number
}

/** Each month as it was known at the end of one. */
export interface Vintage {
  readonly month: number
  readonly counts: ReadonlyMap<number, MetAndMissed>
}

/** How far a month may be trusted. Shares of completeness are those of the less complete of the met and the missed. */
export type MonthReported =
  | { readonly kind: 'counted'; readonly month: number; readonly completeness: number }
  | {
      readonly kind: 'expected'
      readonly month: number
      readonly completeness: number
      readonly met: number
      readonly all: number
      readonly share: number
      /** Hidden where it has not proved itself. */
      readonly band: Band | Refused
    }
  | { readonly kind: 'not-shown'; readonly month: number; readonly completeness: number }

export interface Reported {
  /** So many months each is followed. */
  readonly delays: number
  /** In order, without a gap, the newest last. */
  readonly months: readonly MonthReported[]
}

type Parts = readonly [met: Triangle, missed: Triangle]
const isEmpty = (triangle: Triangle): boolean => sum(triangle.map(sum)) === 0
const cut = (triangle: Triangle, delays: number): Triangle => triangle.map((row) => row.slice(0, delays + 1))

/** Shares that have come by each delay, of the part that is later; undefined where there is nothing. */
function completenessOf(parts: Parts): readonly number[] | undefined {
  const found = parts.filter((part) => !isEmpty(part)).map(delaysOf)
  const known = found.flatMap((one) => (isRefused(one) ? [] : [one.completeness]))
  return known.length === 0 || known.length < found.length ? undefined : known[0]!.map((_, d) => Math.min(...known.map((one) => one[d]!)))
}

/** What a row of a part comes to; nothing where nobody was ever in it. */
function totalOf(part: Triangle, row: number, delays: number): number | Refused {
  if (isEmpty(part)) return 0
  const found = delaysOf(part)
  if (isRefused(found) || found.shares.length <= delays) return refuse('too-few')
  const one = nowcast([part[row]!], found.shares)[0]! // one row in, one row out
  return isRefused(one) ? one : one.total
}

function expectedOf(parts: Parts, row: number, delays: number): MetAndMissed | Refused {
  const [met, missed] = [totalOf(parts[0], row, delays), totalOf(parts[1], row, delays)]
  if (isRefused(met)) return met
  return isRefused(missed) ? missed : { met, missed }
}

const shareOf = ({ met, missed }: MetAndMissed): number | Refused => (met + missed > 0 ? met / (met + missed) : refuse('nothing-counted'))

/**
 * The share expected of each finished month from what was known when it was so old, against the share that came; errors are differences of shares.
 * The same test as that of a total, with the same marks.
 */
export function backTestShare(parts: Parts, delays: number, delay: number): BackTest {
  const [met, missed] = parts
  const then = (part: Triangle, now: number): Triangle => part.slice(0, now + 1).map((row, i) => row.slice(0, now - i + delay + 1))
  return backTestOf({
    finished: range(met.length).filter((row) => met[row]!.length === delays + 1),
    last: delays,
    delay,
    expectedThen: (row) => {
      const found = expectedOf([then(met, row), then(missed, row)], row, delays)
      return isRefused(found) ? found : shareOf(found)
    },
    came: (row) => shareOf({ met: sum(met[row]!), missed: sum(missed[row]!) }),
    errorOf: (came, expected) => came - expected,
    boundOf: (expected, error) => expected + error,
  })
}

/**
 * How each month is to be shown: counted, expected when all reports are in, or not at all. `vintages`: oldest first, one a month without a gap; the
 * oldest is where recording began, and its own month was not followed from its start. `now`: what is counted at this moment; less than that is
 * never expected.
 *
 * Met and missed are expected apart, each with its own delays, and then divided: long waits are reported late. Refuses with `too-few` where too few
 * months are whole, with `nothing-counted` where nobody is. Source: part 5.6 of the design.
 */
export function reportedMonths(vintages: readonly Vintage[], now: ReadonlyMap<number, MetAndMissed>): Reported | Refused {
  const rows = vintages.slice(1)
  const longest = Math.min(mostDelays, rows.length - leastWhole)
  if (longest < 1) return refuse('too-few', { have: rows.length, need: leastWhole + 1 })
  const partOf = (of: keyof MetAndMissed): Triangle => {
    const newly = rows.map(({ month }, i) => {
      const known = rows.slice(i, i + longest + 1).map(({ counts }) => counts.get(month)?.[of] ?? 0)
      return known.map((count, d) => count - (known[d - 1] ?? 0))
    })
    return bearNegatives(newly).triangle
  }
  const whole: Parts = [partOf('met'), partOf('missed')]
  const followed = completenessOf(whole)
  if (followed === undefined) return refuse('nothing-counted')
  const delays = Math.max(
    1,
    followed.findIndex((share) => share >= followedTo),
  )
  const parts: Parts = [cut(whole[0], delays), cut(whole[1], delays)]
  const completeness = completenessOf(parts)
  if (completeness === undefined) return refuse('nothing-counted')
  const tests = new Map<number, BackTest>()
  const months = rows.map(({ month }, row): MonthReported => {
    const delay = Math.min(delays, rows.length - 1 - row)
    const come = delay === delays ? 1 : completeness[delay]!
    if (come >= countedFrom) return { kind: 'counted', month, completeness: come }
    const found = come < expectedFrom ? refuse('too-few') : expectedOf(parts, row, delays)
    const least = now.get(month)
    const expected = isRefused(found)
      ? found
      : { met: Math.max(found.met, least?.met ?? 0), missed: Math.max(found.missed, least?.missed ?? 0) }
    const share = isRefused(expected) ? expected : shareOf(expected)
    // Less than one pathway has no share.
    if (isRefused(expected) || isRefused(share) || expected.met + expected.missed < 1)
      return { kind: 'not-shown', month, completeness: come }
    const { band } = getOrMake(tests, delay, () => backTestShare(parts, delays, delay))
    return {
      kind: 'expected',
      month,
      completeness: come,
      met: expected.met,
      all: expected.met + expected.missed,
      share,
      band: around(share, band),
    }
  })
  return { delays, months }
}

/** The band of past errors laid around a share, which lies between 0 and 1. */
function around(share: number, band: Band | Refused): Band | Refused {
  if (isRefused(band)) return band
  const at = (error: number): number => Math.min(1, Math.max(0, share + error))
  return { low50: at(band.low50), high50: at(band.high50), low90: at(band.low90), high90: at(band.high90) }
}
