import { bearNegatives, type Delays, delayCount, delaysOf, nowcast, type Triangle } from './delay.ts'
import { isKnown, isRefused, type Refused, ratio, refuse } from './refusal.ts'
import { quantileOf, range, sum } from './sample.ts'

/** From these shares of completeness on, a period is shown as counted, or as expected when all reports are in. */
export const countedFrom = 0.98
export const expectedFrom = 0.6
/** Of so many finished periods the 90 % band must have held a share between these, else it is hidden. */
export const bandTest = { periods: 24, atLeast: 0.8, atMost: 0.97 } as const
/** Fewer past errors make no band. */
const leastErrors = 8

export interface Band {
  readonly low50: number
  readonly high50: number
  readonly low90: number
  readonly high90: number
}

/** How a period may be shown. */
export type Shown =
  | { readonly kind: 'counted'; readonly count: number; readonly completeness: number }
  | {
      readonly kind: 'expected'
      readonly known: number
      readonly expected: number
      readonly completeness: number
      /** Hidden where it has not proved itself. */
      readonly band: Band | Refused
    }
  | { readonly kind: 'not-shown'; readonly completeness: number }

export interface BackTest {
  /** For each finished period that could be tested, oldest first: what came in the end by what was expected at this delay. */
  readonly errors: readonly { readonly row: number; readonly expected: number; readonly came: number; readonly held: boolean | null }[]
  readonly tested: number
  /** Share of the last 24 whose 90 % band held. */
  readonly held: number | Refused
  /** Errors that past ones bound (of a total: multiples of it); usable only where the test was passed. */
  readonly band: Band | Refused
}

/** The triangle as it stood when row `now` was known up to `delay`. */
const asOf = (triangle: Triangle, now: number, delay: number): Triangle =>
  triangle.slice(0, now + 1).map((row, i) => row.slice(0, now - i + delay + 1))

/** Rows between `now` and the one asked for, known to a delay, and what was expected of it then. */
function expectedThen(triangle: Triangle, row: number, delay: number): number | Refused {
  const then = asOf(triangle, row, delay)
  const delays = delaysOf(then)
  if (isRefused(delays) || delays.shares.length < delayCount(triangle)) return refuse('too-few')
  const found = nowcast([then.at(-1)!], delays.shares)[0]!
  return isRefused(found) ? found : found.total
}

const bandOf = (ratios: readonly number[]): Band | Refused =>
  ratios.length < leastErrors
    ? refuse('too-few', { have: ratios.length, need: leastErrors })
    : {
        low50: quantileOf(ratios, 0.25),
        high50: quantileOf(ratios, 0.75),
        low90: quantileOf(ratios, 0.05),
        high90: quantileOf(ratios, 0.95),
      }

/** What a back-test needs to know of the figure it tests. */
export interface Tested {
  /** Rows of which everything has come, oldest first. */
  readonly finished: readonly number[]
  /** The longest delay, and the one that is tested. */
  readonly last: number
  readonly delay: number
  readonly expectedThen: (row: number) => number | Refused
  readonly came: (row: number) => number | Refused
  readonly errorOf: (came: number, expected: number) => number
  /** What an error makes of what is expected: the other way round. */
  readonly boundOf: (expected: number, error: number) => number
}

/**
 * Would the band have held? Each finished period is expected again from what was known when it was as old as the delay says, with a band from the
 * errors that were known by then and no others.
 *
 * Refusals stand in `held` and `band`: `too-few` for fewer than 24 tested periods, `not-sure` where the 90 % band held too seldom or too often.
 * The band is one of errors, as `errorOf` has them. Source: part 5.6.
 */
export function backTestOf({ finished, last, delay, expectedThen, came: cameOf, errorOf, boundOf }: Tested): BackTest {
  const errors: { row: number; expected: number; came: number; held: boolean | null }[] = []
  const bandOfErrors = (some: typeof errors) => bandOf(some.map((one) => errorOf(one.came, one.expected)))
  for (const row of finished) {
    const [expected, came] = [expectedThen(row), cameOf(row)]
    if (isRefused(expected) || isRefused(came)) continue
    // Finished by the time this row was as old as that.
    const band = bandOfErrors(errors.filter((error) => error.row + last <= row + delay))
    const held = isRefused(band) ? null : came >= boundOf(expected, band.low90) && came <= boundOf(expected, band.high90)
    errors.push({ row, expected, came, held })
  }
  const tested = errors.filter((error) => error.held !== null)
  const newest = tested.slice(-bandTest.periods)
  const held =
    newest.length < bandTest.periods
      ? refuse('too-few', { have: newest.length, need: bandTest.periods })
      : newest.filter((error) => error.held).length / newest.length
  const sure = !isRefused(held) && held >= bandTest.atLeast && held <= bandTest.atMost
  return { errors, tested: tested.length, held, band: isRefused(held) ? held : sure ? bandOfErrors(errors) : refuse('not-sure') }
}

/** The back-test of totals. The triangle with all its history, negatives borne. */
export function backTest(triangle: Triangle, delay: number): BackTest {
  const last = delayCount(triangle) - 1
  return backTestOf({
    finished: range(triangle.length).filter((row) => triangle[row]!.length === last + 1),
    last,
    delay,
    expectedThen: (row) => expectedThen(triangle, row, delay),
    came: (row) => sum(triangle[row]!),
    errorOf: (came, expected) => came / expected,
    boundOf: (expected, error) => expected * error,
  })
}

export interface Nowcasts {
  readonly delays: Delays
  readonly rows: readonly Shown[]
  /** By delay, for delays at which some row is shown as expected. */
  readonly tests: ReadonlyMap<number, BackTest>
  /** Withdrawals that no earlier report could bear. */
  readonly unborne: number
}

/**
 * How each period of a triangle is to be shown: counted, expected with its band, or not at all.
 * Refusals as `delaysOf`. Source: part 5.6.
 */
export function showPeriods(reported: Triangle): Nowcasts | Refused {
  const { triangle, unborne } = bearNegatives(reported)
  const delays = delaysOf(triangle)
  if (isRefused(delays)) return delays
  const tests = new Map<number, BackTest>()
  const rows = nowcast(triangle, delays.shares).map((row, i): Shown => {
    const delay = triangle[i]!.length - 1
    if (isRefused(row) || row.completeness < expectedFrom) return { kind: 'not-shown', completeness: isRefused(row) ? 0 : row.completeness }
    if (row.completeness >= countedFrom || delay === delays.shares.length - 1)
      return { kind: 'counted', count: row.known, completeness: row.completeness }
    const test = tests.get(delay) ?? backTest(triangle, delay)
    tests.set(delay, test)
    const { band } = test
    const times = (multiple: number) => Math.max(row.known, multiple * row.total)
    return {
      kind: 'expected',
      known: row.known,
      expected: row.total,
      completeness: row.completeness,
      band: isRefused(band)
        ? band
        : { low50: times(band.low50), high50: times(band.high50), low90: times(band.low90), high90: times(band.high90) },
    }
  })
  return { delays, rows, tests, unborne }
}

/** Pathways whose waits lie in one band, with their triangle. */
export interface WaitBand {
  /** Whether waits of this band are within the limit: the numerator. */
  readonly within: boolean
  readonly reported: Triangle
}

export interface ExpectedShare {
  readonly numerator: number
  readonly denominator: number
  readonly share: number
  /** Of what is known: it misleads, since long waits are reported late. */
  readonly shareKnown: number | Refused
}

/**
 * The share within a limit when all reports are in: each band of waits is expected with its own delays, then divided.
 *
 * Bands with the same periods. One entry a period; `does-not-add-up` where bands have different periods, and the refusal of a band
 * where it has no delays. A band that nobody was ever reported in counts 0. Source: part 5.6: never nowcast a share directly.
 */
export function expectedShares(bands: readonly WaitBand[]): readonly (ExpectedShare | Refused)[] | Refused {
  if (bands.length === 0) return refuse('nothing-counted')
  const lengths = (triangle: Triangle) => triangle.map((row) => row.length).join()
  if (bands.some((band) => lengths(band.reported) !== lengths(bands[0]!.reported))) return refuse('does-not-add-up')
  const found = bands.map(({ within, reported }) => {
    const { triangle } = bearNegatives(reported)
    const delays = delaysOf(triangle)
    const empty = sum(triangle.map(sum)) === 0
    const known = triangle.map(sum)
    if (empty) return { within, known, totals: known }
    return {
      within,
      known,
      totals: isRefused(delays)
        ? known.map(() => delays)
        : nowcast(triangle, delays.shares).map((row) => (isRefused(row) ? row : row.total)),
    }
  })
  return range(bands[0]!.reported.length).map((row) => {
    const refused = found.map(({ totals }) => totals[row]!).find(isRefused)
    if (refused) return refused
    const total = (some: typeof found) => sum(some.map(({ totals }) => totals[row]!).filter(isKnown))
    const [numerator, denominator] = [total(found.filter((band) => band.within)), total(found)]
    const known = (some: typeof found) => sum(some.map((band) => band.known[row]!))
    const share = ratio(numerator, denominator)
    return isRefused(share)
      ? share
      : { numerator, denominator, share, shareKnown: ratio(known(found.filter((band) => band.within)), known(found)) }
  })
}
