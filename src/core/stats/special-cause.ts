import { range } from './sample.ts'

/** The rules of "Making Data Count", the first that matches wins. */
export const rules = ['outside', 'trend', 'two-in-three', 'shift'] as const
export type Rule = (typeof rules)[number]
export type Toward = 'high' | 'low'
/** What a point of a control chart is: by the rules and by which way is good. */
export type PointKind = 'common' | 'improvement' | 'concern' | 'neither-high' | 'neither-low'
/** Which way is good: up, down, or neither. */
export type Good = 'up' | 'down' | 'neither'

export interface Limits {
  readonly lower: number
  readonly nearLower: number
  readonly nearUpper: number
  readonly upper: number
}

export interface Match {
  readonly rule: Rule
  readonly toward: Toward
}

export interface Classified {
  /** Above the mean, below it, or on it. */
  readonly side: 1 | 0 | -1
  /** Every rule the point matches, in the order of the rules; the first is the one it is drawn by. */
  readonly matches: readonly Match[]
  readonly kind: PointKind
}

const trendLength = 7
const shiftLength = 7

/** Places that belong to `length` or more successive equal signs other than 0, with that sign; 0 elsewhere. */
function runsOf(signs: readonly number[], length: number): readonly number[] {
  const found = signs.map(() => 0)
  for (let from = 0, to = 0; from < signs.length; from = to) {
    while (to < signs.length && signs[to] === signs[from]) to++
    if (signs[from] !== 0 && to - from >= length) found.fill(signs[from]!, from, to)
  }
  return found
}

/** For each value, the sign of the trend it belongs to: seven successive values strictly rising (1) or falling (-1). In two, the later. */
export function trendsOf(values: readonly number[]): readonly number[] {
  const steps = values.slice(1).map((value, i) => Math.sign(value - values[i]!))
  const trending = runsOf(steps, trendLength - 1)
  // The step into a value comes before the step out of it, so where a fall begins at the top of a rise the fall is said.
  return values.map((_, i) => trending[i] || trending[i - 1] || 0)
}

/** For each side of the mean (1, -1, or 0 on it), the sign of the shift it belongs to: seven or more successive on one side. */
export const shiftsOf = (sides: readonly number[]): readonly number[] => runsOf(sides, shiftLength)

/**
 * For each point, the side on which it is one of two or three near a limit, in some window of three successive points that all
 * lie on that side; 0 elsewhere. A point outside the limits lies on a side but is not near.
 */
export function twosInThree(sides: readonly number[], near: readonly boolean[]): readonly number[] {
  const found = sides.map(() => 0)
  for (let i = 0; i + 2 < sides.length; i++) {
    const window = [i, i + 1, i + 2]
    const close = window.filter((place) => near[place])
    if (sides[i] === 0 || window.some((place) => sides[place] !== sides[i]) || close.length < 2) continue
    for (const place of close) found[place] = sides[i]!
  }
  return found
}

const kindOf = (toward: Toward | undefined, good: Good): PointKind => {
  if (toward === undefined) return 'common'
  if (good === 'neither') return toward === 'high' ? 'neither-high' : 'neither-low'
  return (toward === 'high') === (good === 'up') ? 'improvement' : 'concern'
}

/**
 * What each point of one segment is, by the rules of part 5.1.
 *
 * Values in order of time, one centre, limits a point. Two numbers that differ by less than a millionth of a millionth of the
 * largest are taken as equal: a share that is the mean must not lie above it by the last bit.
 */
export function classify(values: readonly number[], centre: number, limits: readonly Limits[], good: Good): readonly Classified[] {
  const same = 1e-12 * Math.max(Math.abs(centre), ...values.map(Math.abs))
  const beyond = (a: number, b: number) => a - b > same
  const sides = values.map((value) => (beyond(value, centre) ? 1 : beyond(centre, value) ? -1 : 0))
  const outside = values.map((value, i) => (beyond(value, limits[i]!.upper) ? 1 : beyond(limits[i]!.lower, value) ? -1 : 0))
  const near = values.map((value, i) => outside[i] === 0 && (beyond(value, limits[i]!.nearUpper) || beyond(limits[i]!.nearLower, value)))
  const signs: Readonly<Record<Rule, readonly number[]>> = {
    outside,
    trend: trendsOf(values),
    'two-in-three': twosInThree(sides, near),
    shift: shiftsOf(sides),
  }
  return range(values.length).map((i) => {
    const matches = rules
      .filter((rule) => signs[rule][i] !== 0)
      .map((rule): Match => ({ rule, toward: signs[rule][i]! > 0 ? 'high' : 'low' }))
    return { side: sides[i]!, matches, kind: kindOf(matches[0]?.toward, good) }
  })
}
