import { normalQuantile } from './distribution.ts'
import type { Interval } from './interval.ts'
import { type Refused, refuse } from './refusal.ts'

/** One pathway of a start cohort: how long it ran until it finished or, while it is open, until now. Whole days or minutes. */
export interface Course {
  readonly length: number
  /** How it finished; null while it is open. */
  readonly end: string | null
}

export interface Step {
  readonly at: number
  readonly atRisk: number
  /** How many finished then, by how; one way to finish for Kaplan-Meier. */
  readonly ended: Readonly<Record<string, number>>
  /** Share not finished after that. */
  readonly open: number
}

export interface KaplanMeier {
  readonly n: number
  readonly steps: readonly (Step & { readonly error: number })[]
}

function stepsOf(courses: readonly Course[]): readonly Step[] {
  const byLength = Map.groupBy(courses, (course) => course.length)
  const steps: Step[] = []
  let [atRisk, open] = [courses.length, 1]
  for (const at of [...byLength.keys()].toSorted((a, b) => a - b)) {
    const here = byLength.get(at)!
    const ended: Record<string, number> = {}
    for (const { end } of here) if (end !== null) ended[end] = (ended[end] ?? 0) + 1
    const count = here.filter((course) => course.end !== null).length
    if (count > 0) {
      open *= (atRisk - count) / atRisk
      steps.push({ at, atRisk, ended, open })
    }
    // Open ones of this length were still at risk when others finished.
    atRisk -= here.length
  }
  return steps
}

/**
 * Share still waiting after each length, by those who started together (Kaplan and Meier), with Greenwood's standard error.
 *
 * Every way to finish counts as finished: with deaths and withdrawals use `cumulativeIncidence`. Refuses with `nothing-counted`.
 * Source: part 5.7; Kaplan and Meier, JASA 1958;53:457-481.
 */
export function kaplanMeier(courses: readonly Course[]): KaplanMeier | Refused {
  if (courses.length === 0) return refuse('nothing-counted')
  let variance = 0
  const steps = stepsOf(courses).map((step) => {
    const count = Object.values(step.ended).reduce((total, one) => total + one, 0)
    variance += step.open === 0 ? 0 : count / (step.atRisk * (step.atRisk - count))
    return { ...step, error: step.open * Math.sqrt(variance) }
  })
  return { n: courses.length, steps }
}

/** Share still waiting after a length. */
export const openAfter = (curve: KaplanMeier, length: number): number => curve.steps.findLast((step) => step.at <= length)?.open ?? 1

/** Share within a limit: the last day of the limit counts as within. With its interval of 95 %, on the log-log scale. */
export function within(curve: KaplanMeier, limit: number): { readonly share: number; readonly interval: Interval | Refused } {
  const step = curve.steps.findLast(({ at }) => at <= limit)
  if (!step) return { share: 0, interval: refuse('not-reached') }
  const { open, error } = step
  if (open === 0) return { share: 1, interval: refuse('not-reached') }
  const half = (normalQuantile(0.975) * error) / (open * Math.abs(Math.log(open)))
  return { share: 1 - open, interval: { low: 1 - open ** Math.exp(-half), high: 1 - open ** Math.exp(half) } }
}

/**
 * The length after which a share q has finished: the median of all who started, not of those who finished.
 * Refuses with `not-reached` while more than 1 - q are open. A share that is 1 - q but for the last bits counts as reached.
 */
export function lengthAt(curve: KaplanMeier, q = 0.5): number | Refused {
  return curve.steps.find((step) => step.open <= 1 - q + 1e-12)?.at ?? refuse('not-reached')
}

export interface Incidence {
  readonly n: number
  /** After each length at which anybody finished: the share that has finished, by how. */
  readonly steps: readonly { readonly at: number; readonly open: number; readonly finished: Readonly<Record<string, number>> }[]
}

/**
 * Share finished after each length, by how: treated, dead, withdrawn (Aalen and Johansen). Those shares and the open add up to 1.
 * Refuses with `nothing-counted`. Source: part 5.7; Aalen and Johansen, Scand J Stat 1978;5:141-150.
 */
export function cumulativeIncidence(courses: readonly Course[]): Incidence | Refused {
  if (courses.length === 0) return refuse('nothing-counted')
  const ways = [...new Set(courses.flatMap(({ end }) => (end === null ? [] : [end])))].toSorted()
  let finished: Readonly<Record<string, number>> = Object.fromEntries(ways.map((way) => [way, 0]))
  let openBefore = 1
  const steps = stepsOf(courses).map(({ at, atRisk, ended, open }) => {
    finished = Object.fromEntries(ways.map((way) => [way, finished[way]! + (openBefore * (ended[way] ?? 0)) / atRisk]))
    openBefore = open
    return { at, open, finished }
  })
  return { n: courses.length, steps }
}

/** Whether the share within a limit of a start month may be shown: each pathway is finished, or older than the limit. */
export const startMonthShown = (courses: readonly Course[], limit: number): boolean =>
  courses.every(({ length, end }) => end !== null || length > limit)
