import type { CodedEntry } from '../clock/chosen.ts'
import { type Clock, type PathwayReading, readClock } from '../clock/clock.ts'
import { attributeOf, type Facts } from '../clock/condition.ts'
import type { Pack } from '../pack/pack.ts'
import type { Telling } from './coarsen.ts'
import type { ColumnAsked, ExtractText, facts, PackPart } from './description.ts'

/** What a column reads: a pathway, whose it is, and in rows of entries one of its entries. */
export interface At {
  readonly reading: PathwayReading
  readonly clock: (interval: string) => Clock | undefined
  readonly entry?: CodedEntry
  /** Place of the entry among those that count, from 1. */
  readonly order?: number
}
export type Cell = string | number | null

/** How a value is made fit to leave: a pseudonym, what tells people apart, a day, a word that may be rare, or as it is. */
export type Treatment = 'pseudonym' | 'telling' | 'date' | 'rare' | 'sparse' | 'plain'

export interface Column {
  readonly name: string
  readonly type: 'text' | 'number' | 'date'
  readonly treatment: Treatment
  readonly telling?: Telling
  readonly of?: 'person' | 'pathway'
  /** The code tells the variant, so it goes where that goes. */
  readonly tellsVariant?: true
  readonly says: string
  /** The item of the pack it comes from, with its source; or what of an entry it is. */
  readonly source: string
  readonly because: string
  /** Days as their number. */
  readonly read: (at: At) => Cell
}

type Made = Omit<Column, 'name' | 'because'>
const none = (): Cell => null

const entry = (says: string, type: Column['type'], treatment: Treatment, read: (entry: CodedEntry, at: At) => Cell | undefined): Made => ({
  type,
  treatment,
  says,
  source: 'the entry',
  read: (at) => (at.entry ? (read(at.entry, at) ?? null) : null),
})

/** The closed list: every fact, what it means, and how it is treated. A fact that is not in it does not compile. */
const factColumns: { readonly [F in (typeof facts)[number]]: Made } = {
  person: {
    type: 'text',
    treatment: 'pseudonym',
    of: 'person',
    says: 'A pseudonym of the person: the same in all rows of this extract, another in every other. One person in two ledgers is two.',
    source: 'the ledger',
    read: none,
  },
  pathway: {
    type: 'text',
    treatment: 'pseudonym',
    of: 'pathway',
    says: 'A pseudonym of the pathway: the same in all rows of this extract, another in every other.',
    source: 'the ledger',
    read: none,
  },
  place: {
    type: 'text',
    treatment: 'telling',
    telling: 'place',
    says: 'Where the pathway began: the place of its first entry that names one. "other": places put together, to protect those counted there.',
    source: 'the entry',
    read: none,
  },
  variant: {
    type: 'text',
    treatment: 'telling',
    telling: 'variant',
    says: 'The kind of pathway. "other": not shown, to protect those who have it.',
    source: 'the pack, variants',
    read: none,
  },
  start: {
    type: 'text',
    treatment: 'telling',
    telling: 'start',
    says: 'When the pathway began: the month of its first entry that counts; a quarter, a year or nothing where the month would point at somebody.',
    source: 'the entry',
    read: none,
  },
  'age-group': {
    type: 'text',
    treatment: 'telling',
    telling: 'age',
    says: 'Age in years when the pathway began, in groups of ten; of thirty, or empty, where that would point at somebody or the day of birth is not known.',
    source: 'the ledger',
    read: none,
  },
  code: {
    ...entry('The code of the entry. "other": codes of few persons, put together.', 'text', 'rare', ({ entry: { code } }) => code),
    tellsVariant: true,
    source: 'the pack, codes',
  },
  date: entry('The day the entry is about.', 'date', 'date', (coded) => coded.entry.occurred),
  recorded: entry('The day on which the entry was recorded.', 'date', 'date', (coded) => coded.entry.recorded),
  standing: entry('How far the entry stands: sure, likely, let-stand, asked, unknown.', 'text', 'plain', (coded) => coded.entry.standing),
  value: entry('The number the entry gives, where its code is about a number.', 'number', 'sparse', (coded) => coded.entry.value),
  order: entry(
    'The place of the entry in its pathway, by day, then by when it was recorded; from 1.',
    'number',
    'plain',
    (_, at) => at.order,
  ),
}

const sourceOf = (pack: Pack, list: string, id: string, source: string | undefined): string => {
  const title = pack.text.sources.find((one) => one.id === source)?.title
  return `${pack.id} ${pack.version}, ${list}: ${id}${title === undefined ? '' : `; ${title}`}`
}

const minutes = (clock: Clock): number | undefined =>
  clock.length === undefined ? undefined : clock.interval.unit === 'minute' ? Math.round(clock.length / 60) : clock.length
const units = { day: 'days', 'working-day': 'working days', minute: 'minutes' } as const

const ofSlot = (pack: Pack, list: 'milestones' | 'details', id: string) => {
  const index = pack.slots.findIndex((slot) => slot.id === id)
  const text = (list === 'milestones' ? pack.text.milestones : pack.text.details).find((one) => one.id === id)
  const chosen = ({ reading }: At) => reading.chosen.base[index]?.coded.entry
  return { name: text?.name ?? id, chosen, source: sourceOf(pack, list, id, text?.source) }
}

const partColumns: { readonly [P in PackPart]: (pack: Pack, id: string) => Made } = {
  milestone: (pack, id) => {
    const { name, chosen, source } = ofSlot(pack, 'milestones', id)
    return { type: 'date', treatment: 'date', says: `${name}: the day.`, source, read: (at) => chosen(at)?.occurred ?? null }
  },
  detail: (pack, id) => {
    const { name, chosen, source } = ofSlot(pack, 'details', id)
    return { type: 'number', treatment: 'sparse', says: `${name}: the number.`, source, read: (at) => chosen(at)?.value ?? null }
  },
  attribute: (pack, id) => {
    const text = pack.text.attributes.find((one) => one.id === id)
    return {
      type: 'text',
      treatment: 'rare',
      says: `${id}, one of ${text?.values.join(', ') ?? ''}. "other": values of few persons, put together.`,
      source: sourceOf(pack, 'attributes', id, text?.source),
      read: ({ reading }) => attributeOf(factsOf(reading), id) || null,
    }
  },
  length: (pack, id) => {
    const interval = pack.intervals.find((one) => one.id === id)! // ids were checked with the description
    return {
      type: 'number',
      treatment: 'sparse',
      says: `${interval.name}: how long it took, in ${units[interval.unit]}, pauses taken out; empty where it has not stopped or cannot be told.`,
      source: sourceOf(pack, 'intervals', id, interval.source),
      read: ({ clock }) => {
        const found = clock(id)
        return found?.stop ? (minutes(found) ?? null) : null
      },
    }
  },
  verdict: (pack, id) => {
    const interval = pack.intervals.find((one) => one.id === id)!
    return {
      type: 'text',
      treatment: 'plain',
      says: `${interval.name}: met, missed, running, overrun, not-applicable or unknown; empty where the pathway never came to it.`,
      source: sourceOf(pack, 'intervals', id, interval.source),
      read: ({ clock }) => clock(id)?.verdict ?? null,
    }
  },
}

const factsOf = (reading: PathwayReading): Facts => ({
  pack: reading.pack,
  variant: reading.pathway.variant,
  chosen: reading.chosen.base,
  verdictOf: () => undefined,
})

const columnName = (text: string): string => text.replaceAll(/[^A-Za-z0-9]/g, '_')

/** The columns of an extract, in the order they were asked for. The description was checked against the pack. */
export const columnsOf = (asked: ExtractText, pack: Pack): readonly Column[] =>
  asked.columns.map((column: ColumnAsked): Column => {
    const part = (Object.keys(partColumns) as PackPart[]).find((one) => column[one] !== undefined) // keys of our own table
    if (part === undefined) return { name: columnName(column.fact!), because: column.because, ...factColumns[column.fact!] } // one of them is there, by its shape
    return { name: columnName(`${part}_${column[part]}`), because: column.because, ...partColumns[part](pack, column[part]!) }
  })

/** The clocks of one pathway, each read once. */
export function clocksOf(reading: PathwayReading): At['clock'] {
  const read = new Map<string, Clock | undefined>()
  return (id) => {
    if (!read.has(id)) {
      const interval = reading.pack.intervals.find((one) => one.id === id)
      read.set(id, interval && readClock(reading, interval))
    }
    return read.get(id)
  }
}
