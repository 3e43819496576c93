import { type OccurrencePeriod, occurrencePeriods } from '../../core/occurrence/period.ts'

/** Everything that decides what is counted: it stands in the address. */
export interface OccurrenceSearch {
  readonly pack?: string
  readonly milestone?: string
  readonly variant?: string
  readonly codes?: string
  readonly washout?: number
  readonly period?: OccurrencePeriod
  readonly place?: number
  readonly asOf?: string
  /** How many live there. */
  readonly people?: number
  readonly tables?: true
}

/** Reads an address; what is none of ours is left out. */
export function readOccurrenceSearch(said: Readonly<Record<string, unknown>>): OccurrenceSearch {
  const text = (...keys: readonly string[]) =>
    Object.fromEntries(
      keys.flatMap((key) => (typeof said[key] === 'string' || typeof said[key] === 'number' ? [[key, String(said[key])]] : [])),
    )
  const whole = (...keys: readonly string[]) =>
    Object.fromEntries(keys.flatMap((key) => (Number.isInteger(said[key]) && Number(said[key]) > 0 ? [[key, Number(said[key])]] : [])))
  const period = occurrencePeriods.find((one) => one === said['period'])
  return {
    ...text('pack', 'milestone', 'variant', 'codes', 'asOf'),
    ...whole('washout', 'place', 'people'),
    ...(period === undefined ? {} : { period }),
    ...(said['tables'] === true ? { tables: true as const } : {}),
  }
}
