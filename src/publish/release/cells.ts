import { type Profile, type Shown, toldBy } from '../../core/stats/disclosure.ts'
import type { Cell, Release, Sum, Told } from '../../core/stats/release-cells.ts'
import { getOrMake } from '../../core/words/lookup.ts'
import {
  type Counted,
  monthNumber,
  type Outcome,
  outcomes,
  partsNeeded,
  periodsOf,
  type Span,
  type Split,
  spanOf,
  splits,
  type Where,
} from './counts.ts'
import type { TableAsked } from './description.ts'
import { goRound } from './joint.ts'

/**
 * All tables of a release and of those before it as one set of cells that add up: what `suppress` and the attack look at.
 *
 * A cell is an indicator, an outcome (or both that are counted together), a place, a variant (or all), and a span of months; so the same count is the same cell
 * whichever table, period or release it stands in. A count that was revised since is another version, and another cell.
 *
 * Where tables of an indicator go round in a circle, what they would all be sums of is there as well, told apart by all that a release counts it by.
 */

/** One release, as the model sees it. */
export interface Source {
  readonly counted: Counted
  readonly tables: readonly TableAsked[]
  readonly profile: Profile
  readonly wholeCountry: boolean
  /** What was published of it; absent for the release in the making. */
  readonly published?: readonly TableShown[]
}

/** A row of a table: what it counts, and what is shown of that. */
export interface TableRow {
  readonly place: string | null
  readonly variant: string | null
  readonly period: string | null
  /** Null: hidden. */
  readonly counted: number | null
  readonly met: number | null
  readonly missed: number | null
  readonly leftOut: number | null
  readonly split?: Readonly<Partial<Record<Split, number | null>>> | undefined
}
export interface TableShown extends TableAsked {
  readonly rows: readonly TableRow[]
}

/** `counted` is met and missed together. */
export const mainMeasures = ['counted', 'met', 'missed', 'leftOut'] as const
export type MainMeasure = (typeof mainMeasures)[number]
export type Measure = MainMeasure | Split

const isMain = (measure: Measure): measure is MainMeasure => (mainMeasures as readonly Measure[]).includes(measure)

/** What a row shows of a measure; null: it is hidden, undefined: it is not there. */
export const shownIn = (row: TableRow | undefined, measure: Measure): number | null | undefined =>
  isMain(measure) ? row?.[measure] : row?.split?.[measure]

interface Key extends Where {
  readonly indicator: string
  readonly measure: Measure
  readonly span: Span
}

/** A table's rows in order, and which cell stands in each column. */
interface Layout {
  readonly asked: TableAsked
  readonly rows: readonly (Where & { readonly period: string | null; readonly span: Span })[]
}

export interface Model {
  readonly release: Release
  /** Ids of the cells of the newest release, row by row, as its tables have them; undefined: nobody can have been there, and earlier releases said so. */
  readonly layout: readonly {
    readonly asked: TableAsked
    readonly rows: readonly (Layout['rows'][number] & { readonly cells: ReadonlyMap<Measure, string | undefined> })[]
  }[]
  readonly sayCell: (id: string) => string
}

const textOf = ({ indicator, measure, place, variant, span }: Key): string =>
  JSON.stringify([indicator, measure, place ?? null, variant ?? null, span.from, span.to])

/** `2025-03`, `2025-Q1`, as a table shows a period. */
const periodName = (span: Span, kind: NonNullable<TableAsked['period']>): string => {
  const [year, place] = [span.from.slice(0, 4), monthNumber(span.from) % 12]
  return { month: span.from, quarter: `${year}-Q${place / 3 + 1}`, tertial: `${year}-T${place / 4 + 1}`, year }[kind]
}

function layoutOf(source: Source, asked: TableAsked): Layout {
  const { levels, span } = source.counted
  const of = (part: 'place' | 'variant') => (asked.by.includes(part) ? [...levels(asked.indicator, part), undefined] : [undefined])
  const kind = asked.period ?? 'month'
  const periods = [
    ...(asked.by.includes('period') ? periodsOf(span, kind).map((one) => ({ period: periodName(one, kind), span: one })) : []),
    { period: null, span },
  ]
  return {
    asked,
    rows: of('place').flatMap((place) => of('variant').flatMap((variant) => periods.map((period) => ({ place, variant, ...period })))),
  }
}

/** Which measures a table has: why, only where it asks. */
const measuresOf = ({ counted }: Source, { indicator, causes }: TableAsked): readonly Measure[] => [
  ...mainMeasures,
  ...(causes ? counted.splits(indicator) : []),
]

const outcomesOf = (measure: Measure): readonly (Outcome | Split)[] => (measure === 'counted' ? ['met', 'missed'] : [measure])
const countOf = ({ counted }: Source, { indicator, measure, span, place, variant }: Key): number =>
  outcomesOf(measure).reduce((total, outcome) => total + counted.count(indicator, { place, variant }, span, outcome), 0)

const within = (inner: Span, outer: Span): boolean => inner.from >= outer.from && inner.to <= outer.to

/** The last source is the release in the making; those before it are what was published, in order. */
export function modelOf(sources: readonly Source[]): Model {
  const current = sources.at(-1)!
  const earlier = sources.slice(0, -1)
  const layouts = sources.map((source) => source.tables.map((asked) => layoutOf(source, asked)))
  const keysOf = (source: Source, asked: TableAsked, { place, variant, span }: Layout['rows'][number]): readonly Key[] =>
    measuresOf(source, asked).map((measure) => ({ indicator: asked.indicator, measure, place, variant, span }))

  const round = new Set(
    [
      ...Map.groupBy(
        sources.flatMap(({ tables }) => tables),
        ({ indicator }) => indicator,
      ),
    ]
      .filter(([, tables]) => goRound(tables))
      .map(([indicator]) => indicator),
  )
  const groupOf = ({ indicator, measure, place, variant }: Key): string =>
    JSON.stringify(round.has(indicator) ? [indicator] : [indicator, measure, place ?? null, variant ?? null])

  // Where spans of one thing overlap, each is the sum of what lies between the ends of any of them.
  const edges = new Map<string, Set<number>>()
  for (const [s, source] of sources.entries())
    for (const { asked, rows } of layouts[s]!)
      for (const row of rows)
        for (const key of keysOf(source, asked, row)) {
          const ends = getOrMake(edges, groupOf(key), () => new Set<number>())
          ends.add(monthNumber(key.span.from)).add(monthNumber(key.span.to) + 1)
        }
  const sorted = new Map([...edges].map(([group, ends]) => [group, [...ends].sort((a, b) => a - b)]))
  const piecesOf = (key: Key): readonly Key[] => {
    const [first, last] = [monthNumber(key.span.from), monthNumber(key.span.to) + 1]
    const ends = sorted.get(groupOf(key))!.filter((end) => end >= first && end <= last)
    return ends.slice(1).map((end, i) => ({ ...key, span: spanOf(ends[i]!, end - 1) }))
  }

  /** Not listed by an earlier release that would have listed it, and still nobody: known to be nobody. */
  const isKnownNobody = (source: Source, key: Key): boolean =>
    (['place', 'variant'] as const).some((part) => {
      const level = key[part]
      if (level === undefined) return false
      const nobody = outcomes.every((outcome) => source.counted.count(key.indicator, { [part]: level }, key.span, outcome) === 0)
      return (
        nobody &&
        earlier.some(({ counted }) => {
          const listed = counted.levels(key.indicator, part)
          return listed.length > 0 && !listed.includes(level) && within(key.span, counted.span)
        })
      )
    })

  const versions = new Map<string, number[]>()
  const keys = new Map<string, Key>()
  const cells = new Map<string, Cell & { unpublished: boolean; national: boolean }>()
  const sums = new Map<string, Sum>()
  const told: Told[] = []
  const cellOf = (source: Source, key: Key): string | undefined => {
    if (isKnownNobody(source, key)) return undefined
    const [text, count] = [textOf(key), countOf(source, key)]
    const known = getOrMake(versions, text, () => [])
    if (!known.includes(count)) known.push(count)
    const version = known.indexOf(count)
    const id = version === 0 ? text : `${text}#${version}`
    if (!cells.has(id)) {
      keys.set(id, key)
      cells.set(id, { id, count, national: source.wholeCountry && key.place === undefined, unpublished: true })
    }
    return id
  }
  const addSum = (whole: string | undefined, summands: readonly (string | undefined)[]) => {
    const there = summands.filter((id) => id !== undefined)
    if (whole === undefined || there.length === 0 || (there.length === 1 && there[0] === whole)) return
    sums.set(JSON.stringify([whole, there]), { whole, parts: there })
  }
  const addSumsOf = (source: Source, asked: TableAsked, key: Key) => {
    const whole = cellOf(source, key)
    if (whole === undefined) return
    const pieces = piecesOf(key)
    if (pieces.length > 1)
      addSum(
        whole,
        pieces.map((piece) => cellOf(source, piece)),
      )
    if (key.measure === 'counted')
      addSum(
        whole,
        (['met', 'missed'] as const).map((measure) => cellOf(source, { ...key, measure })),
      )
    const told = asked.causes ? source.counted.splits(asked.indicator) : []
    const why =
      Object.entries(splits)
        .find(([measure]) => measure === key.measure)?.[1]
        .filter((name) => told.includes(name)) ?? []
    if (why.length > 0)
      addSum(
        whole,
        why.map((measure) => cellOf(source, { ...key, measure })),
      )
    for (const part of ['place', 'variant'] as const)
      if (asked.by.includes(part) && key[part] === undefined)
        addSum(
          whole,
          source.counted.levels(asked.indicator, part).map((level) => cellOf(source, { ...key, [part]: level })),
        )
  }

  for (const [s, source] of sources.entries())
    for (const { asked, rows } of layouts[s]!)
      for (const row of rows) for (const key of keysOf(source, asked, row)) addSumsOf(source, asked, key)
  for (const source of sources)
    for (const indicator of new Set(source.tables.flatMap((table) => (round.has(table.indicator) ? [table.indicator] : [])))) {
      const causes = source.tables.some((table) => table.indicator === indicator && table.causes)
      const asked: TableAsked = { indicator, by: [...partsNeeded(source.tables, indicator)], ...(causes ? { causes } : {}) }
      for (const { place, variant, span } of layoutOf(source, asked).rows)
        for (const measure of measuresOf(source, asked))
          for (const piece of piecesOf({ indicator, measure, place, variant, span })) addSumsOf(source, asked, piece)
    }

  for (const [s, source] of earlier.entries())
    for (const [t, { asked, rows }] of layouts[s]!.entries())
      for (const [r, row] of rows.entries())
        for (const key of keysOf(source, asked, row)) {
          const id = cellOf(source, key)
          const count = shownIn(source.published?.[t]?.rows[r], key.measure)
          if (id === undefined || count === undefined) continue
          const shown: Shown = count === null ? { kind: 'hidden' } : { kind: 'count', count }
          told.push({ cell: id, ...toldBy(source.profile, shown, source.wholeCountry && key.place === undefined) })
        }

  const layout = layouts.at(-1)!.map(({ asked, rows }) => ({
    asked,
    rows: rows.map((row) => ({
      ...row,
      cells: new Map(keysOf(current, asked, row).map((key) => [key.measure, cellOf(current, key)])),
    })),
  }))
  for (const { rows } of layout)
    for (const row of rows)
      for (const id of row.cells.values()) {
        const cell = id === undefined ? undefined : cells.get(id)
        if (cell) cell.unpublished = false
      }

  return { release: { cells: [...cells.values()], sums: [...sums.values()], told }, layout, sayCell: (id) => sayKey(keys.get(id)!) }
}

const words: Readonly<Record<Measure, string>> = {
  counted: 'counted',
  met: 'those within',
  missed: 'those that fell short',
  leftOut: 'left out',
  'coded-in-time': 'counted, coded in time',
  'coded-late': 'counted, coded late',
  'care-late': 'fell short, care took longer',
  'patient-chose': 'fell short, the patient chose',
  medical: 'fell short, medical reasons',
  'in-doubt': 'fell short, in doubt',
  waiting: 'left out, past the limit and waiting',
  'not-coded': 'left out, past the limit and end not coded',
  unknown: 'left out, not known',
  otherwise: 'left out, otherwise',
}
const sayKey = ({ indicator, measure, place, variant, span }: Key): string =>
  [
    indicator,
    words[measure],
    ...(place === undefined ? [] : [place === '' ? '(no place)' : place]),
    ...(variant === undefined ? [] : [variant]),
    span.from === span.to ? span.from : `${span.from} to ${span.to}`,
  ].join(', ')
