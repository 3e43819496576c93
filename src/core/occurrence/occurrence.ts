import { type Asking, barredOf } from '../clock/chosen.ts'
import type { Entry } from '../ledger/entry.ts'
import type { CodeRow, Pack } from '../pack/pack.ts'
import { byar } from '../stats/interval.ts'
import { isRefused } from '../stats/refusal.ts'
import { type Day, dayText, monthsInPeriod, periodDays, periodOf, periodText } from '../words/day.ts'
import type { Issue } from '../words/issue.ts'
import { getOrMake } from '../words/lookup.ts'
import { fail, ok, type Result } from '../words/result.ts'
import { didYouMean, shortened } from '../words/yaml.ts'
import type { OccurrencePeriod } from './period.ts'

/** How often something new comes about, by time and place: persons with a first entry of it. */

/** What is looked for: entries of a milestone, of some codes, or of a variant. */
export type Sought =
  | { readonly kind: 'milestone'; readonly id: string; readonly name: string }
  | { readonly kind: 'codes'; readonly codes: readonly string[] }
  | { readonly kind: 'variant'; readonly id: string; readonly name: string }

export interface SoughtAsked {
  readonly milestone?: string | undefined
  readonly codes?: readonly string[] | undefined
  readonly variant?: string | undefined
}

/** Issues: `occurrence/what`. */
export function soughtOf(pack: Pack, { milestone, codes, variant }: SoughtAsked): Result<Sought> {
  const wrong = (message: string): Result<never> => fail({ code: 'occurrence/what', path: [], message })
  const asked = [milestone, codes, variant].filter((one) => one !== undefined)
  if (asked.length !== 1) return wrong('Ask for one of these: a milestone, codes, or a variant.')
  if (milestone !== undefined) {
    const known = pack.slots.filter((slot) => slot.kind === 'milestone')
    const found = known.find((slot) => slot.id === milestone)
    const ids = known.map((slot) => slot.id)
    return found
      ? ok({ kind: 'milestone', id: found.id, name: found.name })
      : wrong(`The pack has no milestone "${shortened(milestone)}"; it has ${ids.join(', ')}${didYouMean(milestone, ids)}`)
  }
  if (variant !== undefined) {
    const found = pack.text.variants.find((one) => one.id === variant)
    return found
      ? ok({ kind: 'variant', id: found.id, name: found.name })
      : wrong(`The pack has no variant "${shortened(variant)}"; it has ${pack.variants.join(', ')}${didYouMean(variant, pack.variants)}`)
  }
  const wanted = [...new Set(codes)]
  if (wanted.length === 0) return wrong('Name at least one code.')
  const strange = wanted.find((code) => !pack.codesByText.has(code))
  if (strange !== undefined)
    return wrong(`The pack has no code "${shortened(strange)}"${didYouMean(strange, [...pack.codesByText.keys()])}`)
  return ok({ kind: 'codes', codes: wanted.toSorted() })
}

/** The rows of the pack whose entries are looked for; and which variant an entry must name beside its code, where entries do. */
export function rowsSought(pack: Pack, sought: Sought): { readonly rows: readonly CodeRow[]; readonly variant?: string } {
  if (sought.kind === 'codes') return { rows: pack.codes.filter((row) => sought.codes.includes(row.code)) }
  if (sought.kind === 'variant')
    return pack.variantFrom === 'entry'
      ? { rows: pack.codes, variant: sought.id }
      : { rows: pack.codes.filter((row) => row.variant === sought.id) }
  const slot = pack.slots.findIndex(({ id }) => id === sought.id)
  return { rows: pack.codes.filter((row) => row.slots.includes(slot)) }
}

/** `washoutDays`: new is what had nothing of the kind in so many days before. Absent: only the first ever is new. */
export interface First {
  readonly washoutDays?: number | undefined
}

/** So far back a ledger must reach before its firsts are believed, where there is no washout. A guess, not measured. */
export const everLookBackDays = 365

interface Hit {
  readonly day: Day
  readonly seq: number
  readonly place: string
}

/** Persons with something new, by period (its number) and place; '' where the entry names none. */
export interface Occurred {
  readonly period: number
  readonly place: string
  readonly persons: number
}

/** Counts over entries, a person at a time: the plain way, and the judge of the other. */
export interface Occurring {
  /** Entries of one person, in any order. */
  take(entries: readonly Entry[], person: string): void
  /** In order of time, then place. */
  cells(): readonly Occurred[]
  /** The day of the first entry known in each ledger, of those that were not corrected or ruled out. */
  beginnings(): ReadonlyMap<number, Day>
}

export function occurring(
  pack: Pack,
  sought: Sought,
  { first, period, asking }: { readonly first: First; readonly period: OccurrencePeriod; readonly asking: Asking },
): Occurring {
  const { rows, variant } = rowsSought(pack, sought)
  const byCode = Map.groupBy(rows, (row) => row.code)
  const counts = (entry: Entry): boolean =>
    (variant === undefined || entry.variant === variant) &&
    (byCode.get(entry.code) ?? []).some((row) => barredOf({ entry, row }, asking) === undefined)
  const persons = new Map<string, Hit[]>()
  const begun = new Map<number, Day>()
  return {
    take(entries, person) {
      for (const entry of entries) {
        if (entry.recorded > asking.asOf || entry.occurred > asking.asOf || entry.standing === 'ruled-out') continue
        // What was corrected is no beginning: a day far too early does no harm once somebody has mended it.
        if (entry.superseded !== undefined && entry.superseded <= asking.asOf) continue
        begun.set(entry.ledger, Math.min(begun.get(entry.ledger) ?? entry.occurred, entry.occurred) as Day)
        if (counts(entry)) getOrMake(persons, person, () => []).push({ day: entry.occurred, seq: entry.seq, place: entry.place ?? '' })
      }
    },
    cells() {
      const found = new Map<string, Occurred>()
      for (const hits of persons.values()) {
        const mine = new Map<number, string>()
        for (const hit of newHits(hits, first)) {
          const at = periodOf(hit.day, period)
          if (!mine.has(at)) mine.set(at, hit.place) // once a period, where it first was
        }
        for (const [at, place] of mine) {
          const key = `${at}\n${place}`
          found.set(key, { period: at, place, persons: (found.get(key)?.persons ?? 0) + 1 })
        }
      }
      return [...found.values()].sort((a, b) => a.period - b.period || (a.place < b.place ? -1 : 1))
    },
    beginnings: () => begun,
  }
}

/** Of one person's entries those that had none of the kind before them: ever, or within the washout. Of one day the first recorded. */
function newHits(hits: readonly Hit[], { washoutDays }: First): readonly Hit[] {
  const inOrder = hits.toSorted((a, b) => a.day - b.day || a.seq - b.seq)
  return inOrder.filter((hit, i) => i === 0 || (washoutDays !== undefined && hit.day - inOrder[i - 1]!.day > washoutDays))
}

/** How many live somewhere: of a place, or of all (place null); of one year, or of any. */
export interface Population {
  readonly place: string | null
  readonly year: number | null
  readonly persons: number
}

/** Of 100,000 in a year, with Byar's interval. */
export interface Rate {
  readonly rate: number
  readonly low: number
  readonly high: number
}

export interface PeriodCount {
  readonly period: string
  readonly persons: number
  /** What came before is not known: people who had it already look new. */
  readonly early: boolean
  /** It is not over on the day asked about. */
  readonly unfinished: boolean
  /** Of periods that are over and whose counts can be believed, where somebody said how many live there. */
  readonly rate: Rate | null
}

export interface OccurrenceTable {
  readonly periods: readonly PeriodCount[]
  /** Of all periods together, the most first. */
  readonly places: readonly { readonly place: string; readonly persons: number; readonly rate: Rate | null }[]
  readonly cells: readonly { readonly period: string; readonly place: string; readonly persons: number }[]
  /** Days a ledger must reach back before its counts are believed. */
  readonly lookBackDays: number
}

export interface TableAsked {
  readonly first: First
  readonly period: OccurrencePeriod
  /** First and last period, as their numbers. */
  readonly from: number
  readonly to: number
  readonly place?: string | undefined
  readonly asOf: Day
  readonly population: readonly Population[]
}

/** Every period from the first to the last, also those in which there was nobody. */
export function occurrenceTable(cells: readonly Occurred[], beginnings: Iterable<Day>, asked: TableAsked): OccurrenceTable {
  const { period: kind, from, to, asOf } = asked
  const lookBackDays = asked.first.washoutDays ?? everLookBackDays
  const begun = [...beginnings]
  const shown = cells.filter(
    (cell) => cell.period >= from && cell.period <= to && (asked.place === undefined || cell.place === asked.place),
  )
  const periods: PeriodCount[] = []
  /** Those whose count can be believed: only these have a rate. */
  const firm: number[] = []
  for (let period = from; period <= to; period = nextPeriod(period, kind)) {
    const [start, end] = periodDays(period, kind)
    const persons = sum(shown.filter((cell) => cell.period === period))
    const unfinished = end > asOf
    const early = begun.length === 0 || begun.every((day) => end < day) || begun.some((day) => end >= day && start <= day + lookBackDays)
    const believed = !unfinished && !early
    if (believed) firm.push(period)
    periods.push({
      period: periodText(period, kind),
      persons,
      early,
      unfinished,
      rate: believed ? rateOf(persons, yearsIn(asked, asked.place ?? null, [period])) : null,
    })
  }
  const places = [...Map.groupBy(shown, (cell) => cell.place)].map(([place, own]) => ({
    place,
    persons: sum(own),
    rate: place === '' ? null : rateOf(sum(own.filter((cell) => firm.includes(cell.period))), yearsIn(asked, place, firm)),
  }))
  return {
    periods,
    places: places.sort((a, b) => b.persons - a.persons || (a.place < b.place ? -1 : 1)),
    cells: shown.map(({ period, ...cell }) => ({ period: periodText(period, kind), ...cell })),
    lookBackDays,
  }
}

const sum = (cells: readonly Occurred[]): number => cells.reduce((total, cell) => total + cell.persons, 0)

export const nextPeriod = (period: number, kind: OccurrencePeriod): number =>
  period % 100 >= 12 / monthsInPeriod(kind) ? period - (period % 100) + 101 : period + 1

/** So many periods up to the one of a day. */
export function lastPeriods(day: Day, kind: OccurrencePeriod, count: number): readonly [from: number, to: number] {
  const to = periodOf(day, kind)
  const each = 12 / monthsInPeriod(kind)
  const at = Math.floor(to / 100) * each + (to % 100) - 1 - (count - 1)
  return [Math.floor(at / each) * 100 + (at % each) + 1, to]
}

/** Years that people lived there in these periods; undefined where nobody said how many they are. */
function yearsIn({ population, period: kind }: TableAsked, place: string | null, periods: readonly number[]): number | undefined {
  let years = 0
  for (const period of periods) {
    const own = population.filter((one) => one.place === place)
    const found = own.find((one) => one.year === Math.floor(period / 100)) ?? own.find((one) => one.year === null)
    if (!found) return undefined
    years += (found.persons * monthsInPeriod(kind)) / 12
  }
  return periods.length === 0 ? undefined : years
}

const per = 100_000
function rateOf(persons: number, years: number | undefined): Rate | null {
  if (years === undefined || years <= 0) return null
  const interval = byar(persons)
  if (isRefused(interval)) return null
  const of = (count: number): number => (count / years) * per
  return { rate: of(persons), low: of(interval.low), high: of(interval.high) }
}

/**
 * A small table of who lives where, as text: `all:120000,3:45000,3@2024:46000`. A place, or `all`; a year, where it is of one.
 * Issues: `occurrence/population`.
 */
export function readPopulation(text: string): Result<readonly Population[]> {
  const found: Population[] = []
  const issues: Issue[] = []
  for (const part of text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)) {
    const match = /^([^@:]+)(?:@(\d{4}))?:(\d{1,10})$/.exec(part)
    if (!match || Number(match[3]) === 0)
      issues.push({
        code: 'occurrence/population',
        path: ['population'],
        message: `"${shortened(part)}" is no population: write all:120000 or, of a place and a year, 3@2024:45000.`,
      })
    else
      found.push({
        place: match[1] === 'all' ? null : match[1]!,
        year: match[2] === undefined ? null : Number(match[2]),
        persons: Number(match[3]),
      })
  }
  return issues.length > 0 ? fail(...issues) : ok(found)
}

/** What is counted, in words: printed beside every table of it. */
export function definitionText(sought: Sought, asked: Pick<TableAsked, 'first' | 'asOf'>, counted: 'persons' | 'pathways'): string {
  const of =
    sought.kind === 'codes'
      ? `with one of the codes ${sought.codes.join(', ')}`
      : sought.kind === 'variant'
        ? `of the variant ${sought.id} (${sought.name})`
        : `of the milestone ${sought.id} (${sought.name})`
  const { washoutDays } = asked.first
  const one = counted === 'persons' ? 'person' : 'pathway'
  const isNew =
    washoutDays === undefined
      ? `new is the first such entry of a ${one} ever`
      : `new is an entry that had no such entry of the same ${one} within the ${washoutDays} days before it`
  return (
    `${counted === 'persons' ? 'Persons' : 'Pathways'} with a new entry ${of}, by the day it is about and the place it names; ${isNew}. ` +
    `Each counts once in a period. Only entries that count, as known on ${dayText(asked.asOf)}. ` +
    (counted === 'persons'
      ? 'A person is a patient of one ledger: somebody in two ledgers is two.'
      : 'Files do not say whose a pathway is: somebody with two pathways is counted twice.')
  )
}
