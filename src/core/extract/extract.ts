import { type Asking, barredOf, type CodedEntry } from '../clock/chosen.ts'
import { readPathway } from '../clock/clock.ts'
import type { Entry } from '../ledger/entry.ts'
import { listPathways } from '../measure/account.ts'
import type { Pack } from '../pack/pack.ts'
import { type Day, dayOf, dayText, periodOf, periodText, readPeriod } from '../words/day.ts'
import { getOrMake } from '../words/lookup.ts'
import { fail, ok, type Result } from '../words/result.ts'
import { type Coarsened, coarsen, type Known, type Levels, other, rareValues, shownOf, type Telling } from './coarsen.ts'
import { type Cell, type Column, clocksOf, columnsOf } from './columns.ts'
import type { ExtractText } from './description.ts'

/** Whose a pathway is: a key that never leaves, and the day of birth where it is known and asked for. */
export interface Subject {
  readonly person: string
  readonly born?: Day
}

/** One pathway of the extract before it is made fit to leave. */
interface Raw {
  readonly known: Known
  readonly ledger: number
  /** A key that never leaves. */
  readonly pathway: string
  readonly rows: readonly (readonly Cell[])[]
}

/** A fresh name for a key, of a person or of a pathway. Pure: the key of the extract is the caller's. */
export type Pseudonym = (what: 'person' | 'pathway', key: string) => string

export interface Extract {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
  readonly pathways: number
  readonly persons: number
  /** What was made coarser, and for how many persons. */
  readonly done: Coarsened['done']
  /** Pathways and persons that are in it, by ledger: for the log of each. */
  readonly ledgers: ReadonlyMap<number, { readonly pathways: readonly string[]; readonly persons: number }>
}

/** Takes pathways one at a time, so that only what was asked for is held; `finish` makes the extract. */
export interface Extracting {
  /** All entries of one pathway, in order of recording. */
  take(entries: readonly Entry[], subject: Subject): void
  /** Issues: `extract/too-few`. */
  finish(pseudonym: Pseudonym): Result<Extract>
}

export function extracting(asked: ExtractText, pack: Pack, asking: Asking): Extracting {
  const columns = columnsOf(asked, pack)
  const [from, to] = [readPeriod(asked.from, 'month')!, readPeriod(asked.to, 'month')!] // both were read with the description
  const raws: Raw[] = []
  return {
    take(entries, subject) {
      for (const pathway of listPathways(pack, entries)) {
        const reading = readPathway(pack, pathway, asking)
        const counted = countedEntries(pathway.entries, asking)
        const first = counted[0]
        if (!first || (asked.variants && !asked.variants.includes(reading.pathway.variant))) continue
        const start = first.entry.occurred
        const month = periodOf(start, 'month')
        if (month < from || month > to) continue
        const clock = clocksOf(reading)
        const read = (at: { readonly entry?: CodedEntry; readonly order?: number }) =>
          columns.map((column) => column.read({ reading, clock, ...at }))
        raws.push({
          known: {
            person: subject.person,
            place: counted.find(({ entry }) => entry.place)?.entry.place ?? '',
            variant: reading.pathway.variant,
            start,
            age: subject.born === undefined ? null : yearsBetween(subject.born, start),
          },
          ledger: pathway.ledger,
          pathway: `${pathway.ledger}\n${pathway.id}\n${pathway.variant}`,
          rows: asked.rows === 'pathway' ? [read({})] : counted.map((entry, i) => read({ entry, order: i + 1 })),
        })
      }
    },
    finish: (pseudonym) => finish(asked, columns, raws, pseudonym),
  }
}

/** The entries that count, each once, by day, then by when they were recorded. */
function countedEntries(entries: readonly CodedEntry[], asking: Asking): readonly CodedEntry[] {
  const bySeq = new Map<number, CodedEntry>()
  for (const coded of entries) if (!bySeq.has(coded.entry.seq) && !barredOf(coded, asking)) bySeq.set(coded.entry.seq, coded)
  return [...bySeq.values()].sort((a, b) => a.entry.occurred - b.entry.occurred || a.entry.seq - b.entry.seq)
}

function yearsBetween(born: Day, day: Day): number {
  const [year, month, date] = dayText(born).split('-').map(Number) as [number, number, number] // a day is three numbers
  const years = Math.floor(periodOf(day, 'year') / 100) - year
  return day < dayOf(year + years, month, date) ? years - 1 : years
}

/**
 * What tells people apart in this extract: what was asked for, and what could be read off something else. Days give the start away unless they are
 * counted from it, and a code the variant.
 */
export function tellingsOf(asked: ExtractText, columns: readonly Column[]): ReadonlySet<Telling> {
  const named = columns.flatMap((column) => column.telling ?? [])
  const days = asked.dates.as !== 'days' && columns.some((column) => column.treatment === 'date')
  return new Set([
    ...named,
    ...(days ? (['start'] as const) : []),
    ...(columns.some((column) => column.tellsVariant) ? (['variant'] as const) : []),
  ])
}

function finish(asked: ExtractText, columns: readonly Column[], raws: readonly Raw[], pseudonym: Pseudonym): Result<Extract> {
  const tellings = tellingsOf(asked, columns)
  const { fewest } = asked
  const { levels, done } = coarsen(
    raws.map((raw) => raw.known),
    tellings,
    fewest,
  )
  const kept = raws.flatMap((raw, i) => (levels[i] ? [{ raw, levels: levels[i] }] : []))
  const persons = new Set(kept.map(({ raw }) => raw.known.person)).size
  if (persons < fewest)
    return fail({
      code: 'extract/too-few',
      path: [],
      message: `Fewer than ${fewest} persons would be in the extract: that is not given out. Ask for a longer time, or for fewer columns that tell people apart.`,
    })
  const treated = treatments(asked, columns, kept)
  const rows = kept
    .flatMap(({ raw, levels: own }) => {
      const names = { person: pseudonym('person', raw.known.person), pathway: pseudonym('pathway', raw.pathway) }
      const shown = shownOf(raw.known, own, tellings)
      return raw.rows.map((row) => ({
        // Without the pathway's pseudonym nothing may show which rows belong together, not even their order.
        order: columns.some((column) => column.of === 'pathway') ? names.pathway : '',
        cells: columns.map((column, i): Cell => {
          if (column.of) return names[column.of]
          if (column.telling) return column.telling === 'start' ? startShown(asked, raw.known, own) : shown[column.telling] || null
          return treated.cell(column, i, row[i]!, raw, own)
        }),
      }))
    })
    .map(({ order, cells }) => ({ key: `${order}\n${JSON.stringify(cells)}`, cells }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ cells }) => cells)
  const ledgers = new Map<number, { pathways: string[]; persons: Set<string> }>()
  for (const { raw } of kept) {
    const own = getOrMake(ledgers, raw.ledger, () => ({ pathways: [], persons: new Set<string>() }))
    own.pathways.push(raw.pathway.split('\n')[1]!)
    own.persons.add(raw.known.person)
  }
  return ok({
    columns,
    rows,
    pathways: kept.length,
    persons,
    done: [...done, ...treated.done],
    ledgers: new Map([...ledgers].map(([ledger, own]) => [ledger, { pathways: own.pathways, persons: own.persons.size }])),
  })
}

/** The start: of those who stand out no finer than their level; exact only where exact days were asked for. */
const startShown = (asked: ExtractText, { start }: Known, { start: level }: Levels): Cell =>
  level === 'none' ? null : asked.dates.as === 'exact' && level === 'month' ? dayText(start) : periodText(periodOf(start, level), level)

type Kept = { readonly raw: Raw; readonly levels: Levels }

/** What is rare in a column is put together, and a column that few have anything in is emptied; then each cell, made fit to leave. */
function treatments(asked: ExtractText, columns: readonly Column[], kept: readonly Kept[]) {
  const { fewest } = asked
  const done: { says: string; persons: number }[] = []
  const hidesCode = (column: Column, { variant }: Levels) => column.tellsVariant === true && variant === 'other'
  const plans = columns.map((column, i): { readonly rare: ReadonlySet<string>; readonly empty: boolean } => {
    if (column.treatment === 'plain' || column.of || column.telling) return { rare: new Set(), empty: false }
    const values = kept.flatMap((one) =>
      one.raw.rows.flatMap((row) => (row[i] === null ? [] : [{ value: row[i]!, person: one.raw.known.person, levels: one.levels }])),
    )
    const having = new Set(values.map((one) => one.person))
    if (having.size > 0 && having.size < fewest) {
      done.push({ says: `the column ${column.name} was emptied: fewer than ${fewest} persons have anything in it`, persons: having.size })
      return { rare: new Set(), empty: true }
    }
    if (column.treatment !== 'rare') return { rare: new Set(), empty: false }
    const rare = rareValues(
      values.filter((one) => !hidesCode(column, one.levels)).map((one) => [String(one.value), one.person]),
      fewest,
    )
    const whose = new Set(values.filter((one) => rare.has(String(one.value))).map((one) => one.person))
    if (whose.size > 0) done.push({ says: `values of ${column.name} that few persons have became "${other}"`, persons: whose.size })
    return { rare, empty: false }
  })
  const dateCell = (value: Cell, { known }: Raw, { start }: Levels): Cell => {
    const day = value as Day // a column of days holds their numbers
    if (asked.dates.as === 'days') return day - known.start
    if (asked.dates.as === 'exact') return start === 'month' ? day : null
    return start === 'none' ? null : periodText(periodOf(day, start), start)
  }
  return {
    done,
    cell(column: Column, i: number, value: Cell, raw: Raw, levels: Levels): Cell {
      const { rare, empty } = plans[i]!
      if (value === null || empty) return null
      if (column.treatment === 'date') return dateCell(value, raw, levels)
      if (column.treatment === 'rare') return rare.has(String(value)) || hidesCode(column, levels) ? other : value
      return value
    },
  }
}
