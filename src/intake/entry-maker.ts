import { type ArrivingEntry, type Standing, standings } from '../core/ledger/entry.ts'
import type { IssueCode } from '../core/words/issue.ts'
import { shortened } from '../core/words/yaml.ts'
import type { DateField, EntryTemplate, Field, Format, Mapping } from './mapping.ts'
import { type Moment, momentReader } from './moment.ts'
import type { Cell, Wanted } from './rows.ts'

/** What is wrong with a row; `cell` is the wanted column at fault, -1 when it is not one alone. */
export interface Fault {
  readonly code: IssueCode
  readonly message: string
  readonly cell: number
}

/** Makes entries of rows whose cells are `wanted`, in that order. */
export interface EntryMaker {
  readonly wanted: readonly Wanted[]
  /** Adds the row's entries, or its faults and no entry. False when the row is passed over. */
  make(cells: readonly Cell[], entries: ArrivingEntry[], faults: Fault[]): boolean
}

interface MakerOptions {
  readonly mapping: Mapping | undefined
  readonly format: Format
  readonly zone: string
  knowsCode(code: string): boolean
}

/** Turns a mapping into functions, once a file: each row then costs only what its columns need. */
export function entryMaker({ mapping, format, zone, knowsCode }: MakerOptions): EntryMaker {
  const { templates, optional } = mapping ? { templates: mapping.entries, optional: [] } : ownColumns(format)
  const columns = new Columns()
  const context = { columns, zone: mapping?.zone ?? zone, isOnly: templates.length === 1, knowsCode: remembered(knowsCode) }
  const keeps = [mapping?.keep ?? []].flat().map((keep) => ({ cell: columns.cell(keep.column), kept: new Set(keep.in) }))
  const makers = templates.map((template) => templateMaker(template, context))
  return {
    wanted: columns.names.map((name) => ({ name, needed: !optional.includes(name) })),
    make(cells, entries, faults) {
      for (const { cell, kept } of keeps) if (!kept.has(cells[cell]?.trim() ?? '')) return false
      const [entriesBefore, faultsBefore] = [entries.length, faults.length]
      for (const maker of makers) {
        const entry = maker(cells, faults)
        if (entry) entries.push(entry)
      }
      if (faults.length > faultsBefore) entries.length = entriesBefore
      return entries.length > entriesBefore || faults.length > faultsBefore
    },
  }
}

/** Without a mapping: columns of our own names, three of them needed; in XES the standard attributes. */
function ownColumns(format: Format): { readonly templates: readonly EntryTemplate[]; readonly optional: readonly string[] } {
  if (format === 'xes')
    return { templates: [{ pathway: 'trace:concept:name', code: 'concept:name', occurred: 'time:timestamp' }], optional: [] }
  const optional = ['recorded', 'place', 'variant', 'standing', 'value', 'id', 'corrects', 'withdraws', 'recorder', 'decider']
  const own = Object.fromEntries(optional.map((name) => [name, name]))
  return { templates: [{ pathway: 'pathway', code: 'code', occurred: 'occurred', ...own }], optional }
}

/** The columns that fields have asked for, each once. */
class Columns {
  readonly names: string[] = []

  cell(name: string): number {
    if (!this.names.includes(name)) this.names.push(name)
    return this.names.indexOf(name)
  }
}

interface Context {
  readonly columns: Columns
  readonly zone: string
  /** Whether a row gives one entry only; then that entry must have a day. */
  readonly isOnly: boolean
  knowsCode(code: string): boolean
}

/** Reads one part of an entry from a row; tells what is wrong and then gives nothing. */
type Part<T> = (cells: readonly Cell[], faults: Fault[]) => T

function templateMaker(template: EntryTemplate, context: Context): Part<ArrivingEntry | undefined> {
  const text = (field: Field | undefined) => textPart(field, context.columns)
  const [pathway, code, place, variant] = [text(template.pathway), text(template.code), text(template.place), text(template.variant)]
  const [id, corrects, withdraws] = [text(template.id), text(template.corrects), text(template.withdraws)]
  const [recorder, decider] = [text(template.recorder), text(template.decider)]
  const [occurred, recorded] = [momentPart(template.occurred, context), momentPart(template.recorded, context)]
  const [standing, value] = [standingPart(template.standing, context), numberPart(template.value, context)]
  const checkCode = codeCheck(template.code, context)
  const noPathway = missing(template.pathway, 'a pathway', context)
  const noDay = missing(template.occurred, 'the day it occurred', context)

  return (cells, faults) => {
    const before = faults.length
    const happened = occurred(cells, faults)
    if (!happened) {
      if (context.isOnly && faults.length === before) faults.push(noDay)
      return undefined
    }
    const known = recorded(cells, faults) ?? happened
    const entry: ArrivingEntry = {
      id: id(cells, faults) || undefined,
      ledger: 0,
      pathway: pathway(cells, faults),
      variant: variant(cells, faults) || undefined,
      code: code(cells, faults),
      occurred: happened.day,
      occurredAt: happened.at,
      recorded: known.day,
      recordedAt: known.earliest,
      place: place(cells, faults) || undefined,
      standing: standing(cells, faults),
      value: value(cells, faults),
      recorder: recorder(cells, faults) || undefined,
      decider: decider(cells, faults) || undefined,
      corrects: corrects(cells, faults) || undefined,
      withdraws: withdraws(cells, faults) || undefined,
    }
    if (faults.length > before) return undefined
    if (entry.pathway === '') faults.push(noPathway)
    if (entry.corrects && entry.withdraws) faults.push(bothCorrectsAndWithdraws)
    checkCode(entry, faults)
    return faults.length > before ? undefined : entry
  }
}

const bothCorrectsAndWithdraws: Fault = {
  code: 'entries/bad-value',
  message: 'an entry either corrects another or withdraws one, not both',
  cell: -1,
}

/** Longer values are no ids, codes or names, and databases cannot look them up. */
const longestValue = 1000

/** Text of a field, trimmed; '' when there is none. */
function textPart(field: Field | DateField | undefined, columns: Columns): Part<string> {
  if (field === undefined) return () => ''
  if (typeof field === 'string') return cellPart(field, columns)
  if ('constant' in field) return () => field.constant
  if ('template' in field) return joinedPart(field.template, columns)
  return 'values' in field && field.values
    ? listedPart(field.column, field.values, field.otherwise, columns)
    : cellPart(field.column, columns)
}

function cellPart(column: string, columns: Columns): Part<string> {
  const cell = columns.cell(column)
  const tooLong: Fault = { code: 'entries/too-long', message: `column "${column}": expected at most ${longestValue} characters`, cell }
  const broken: Fault = { code: 'entries/encoding', message: `column "${column}": NUL or half a character`, cell }
  return (cells, faults) => {
    const text = cells[cell]?.trim() ?? ''
    if (text.length <= longestValue && !text.includes('\0') && text.isWellFormed()) return text
    faults.push(text.length > longestValue ? tooLong : broken)
    return ''
  }
}

function joinedPart(template: string, columns: Columns): Part<string> {
  const [literals, names] = [template.split(/\{[^{}]+\}/), columnsOf({ template })]
  const parts = names.map((name) => cellPart(name, columns))
  return (cells, faults) => {
    let text = literals[0]!
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!(cells, faults)
      if (part === '') return ''
      text += part + literals[i + 1]!
    }
    return text
  }
}

function listedPart(
  column: string,
  values: Readonly<Record<string, string>>,
  otherwise: string | null | undefined,
  columns: Columns,
): Part<string> {
  const read = cellPart(column, columns)
  const listed = new Map(Object.entries(values))
  const unlisted: Fault = {
    code: 'entries/bad-value',
    message: `column "${column}": a value the mapping does not list`,
    cell: columns.cell(column),
  }
  return (cells, faults) => {
    const text = read(cells, faults)
    const found = text === '' ? (listed.get('') ?? '') : (listed.get(text) ?? otherwise)
    if (found === undefined) faults.push(unlisted)
    return found ?? ''
  }
}

const momentFaults: { readonly [code: string]: (column: string, how: string) => string } = {
  'entries/bad-date': (column, how) => `${column}: expected ${how}, a day and time that exist`,
  'entries/out-of-range': (column) => `${column}: expected a date from 1900 to 2199`,
}

function momentPart(field: DateField | undefined, { columns, zone }: Context): Part<Moment | undefined> {
  if (field === undefined) return () => undefined
  const text = textPart(field, columns)
  const format = typeof field === 'object' && 'format' in field ? field.format : undefined
  const read = momentReader(zone, format)
  const faultOf = (code: IssueCode): Fault => {
    return {
      code,
      message: momentFaults[code]!(labelOf(field), format ?? 'a date such as 2024-03-01 or 2024-03-01T09:30'),
      cell: cellOf(field, columns),
    }
  }
  const faultFor = { 'entries/bad-date': faultOf('entries/bad-date'), 'entries/out-of-range': faultOf('entries/out-of-range') }
  return (cells, faults) => {
    const written = text(cells, faults)
    const moment = written === '' ? undefined : read(written)
    if (typeof moment !== 'string') return moment
    faults.push(faultFor[moment])
    return undefined
  }
}

function standingPart(field: Field | undefined, { columns }: Context): Part<Standing> {
  if (field === undefined) return () => 'sure'
  const text = textPart(field, columns)
  const fault: Fault = {
    code: 'entries/bad-value',
    message: `${labelOf(field)}: expected ${standings.join(', ')}`,
    cell: cellOf(field, columns),
  }
  return (cells, faults) => {
    const found = text(cells, faults) || 'sure'
    const standing = standings.find((known) => known === found)
    if (!standing) faults.push(fault)
    return standing ?? 'sure'
  }
}

function numberPart(field: Field | undefined, { columns }: Context): Part<number | undefined> {
  if (field === undefined) return () => undefined
  const text = textPart(field, columns)
  const cell = cellOf(field, columns)
  const notNumber: Fault = { code: 'entries/bad-value', message: `${labelOf(field)}: expected a whole number such as 12`, cell }
  const tooLarge: Fault = { code: 'entries/out-of-range', message: `${labelOf(field)}: expected a number below 10^15`, cell }
  return (cells, faults) => {
    const written = text(cells, faults)
    if (written === '') return undefined
    const number = /^[+-]?\d+(\.0*)?$/.test(written) ? Number(written) : Number.NaN
    if (Math.abs(number) < 1e15) return number
    faults.push(Number.isNaN(number) ? notNumber : tooLarge)
    return undefined
  }
}

/** A withdrawal needs no code; any other entry one that the pack knows. */
function codeCheck(field: Field, context: Context): (entry: ArrivingEntry, faults: Fault[]) => void {
  const noCode = missing(field, 'a code', context)
  const cell = cellOf(field, context.columns)
  return ({ code, withdraws }, faults) => {
    if (code !== '' && !context.knowsCode(code))
      faults.push({ code: 'entries/unknown-code', message: `the pack has no code "${shortened(code)}"`, cell })
    else if (code === '' && !withdraws) faults.push(noCode)
  }
}

function remembered(knowsCode: (code: string) => boolean): (code: string) => boolean {
  const known = new Map<string, boolean>()
  return (code) => {
    let knows = known.get(code)
    if (knows === undefined) {
      knows = knowsCode(code)
      if (known.size < 10_000) known.set(code, knows)
    }
    return knows
  }
}

const missing = (field: Field | DateField, what: string, { columns }: Context): Fault => ({
  code: 'entries/missing',
  message: `${labelOf(field)}: empty, but an entry needs ${what}`,
  cell: cellOf(field, columns),
})

function columnsOf(field: Field | DateField): string[] {
  if (typeof field === 'string') return [field]
  if ('constant' in field) return []
  return 'column' in field ? [field.column] : [...field.template.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1]!)
}

function cellOf(field: Field | DateField, columns: Columns): number {
  const names = columnsOf(field)
  return names.length === 1 ? columns.cell(names[0]!) : -1
}

function labelOf(field: Field | DateField): string {
  const names = columnsOf(field).map((name) => `"${name}"`)
  return names.length === 0 ? 'the constant of the mapping' : `${names.length === 1 ? 'column' : 'columns'} ${names.join(', ')}`
}
