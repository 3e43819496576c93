import type { Reading } from '../core/clock/chosen.ts'
import { standings } from '../core/ledger/entry.ts'
import type { CodeRow, Slot } from '../core/pack/pack.ts'
import { dayText } from '../core/words/day.ts'
import { type Field, keysFor, packed, unpacked, unpackedTime } from './key.ts'
import { quoteText } from './name.ts'
import { type Plan, readingOf, readsSlot, slotName } from './plan.ts'
import { refusalsOf } from './reference.ts'

/** SQL of a day's number. `$1` is the day asked about, in the same numbers. */
export const dayNumber = (date: string): string => `CAST(${date} - DATE '1970-01-01' AS BIGINT)`
const askedDate = `(DATE '1970-01-01' + CAST($1 AS INTEGER))`
const and = (...parts: readonly string[]): string => parts.filter((part) => part !== 'TRUE').join(' AND ') || 'TRUE'

/**
 * One row a pathway: for each slot and reading the packed entry that counts. One pass over the entries; a second, over the
 * few pathways in which a slot's first entry lies on the wrong side of the slot it is picked beside.
 * Columns: ledger, pathway, variant, variant_n, active_t, active_d, closed_<slot>, <slot><reading>_k<n>.
 */
export function compilePathwayRow(plan: Plan): string {
  let sql = grouped(plan, knownEntries(plan), [...aggregates(plan), ...flags(plan)])
  for (const level of besideLevels(plan)) sql = settledBeside(plan, sql, level)
  return sql
}

interface Aggregate {
  readonly name: string
  readonly sql: string
}

const keyColumn = (slot: Slot, key: number) => (flipped(slot) ? `f${key}` : `k${key}`)
/** Order of recording counts down where of equals the other end of it wins. */
export const flipped = (slot: Slot) => (slot.pick === 'first') === slot.lastRecorded

function aggregates(
  plan: Plan,
  slots: readonly Slot[] = plan.slots,
  also?: (slot: Slot, reading: Reading) => string,
): readonly Aggregate[] {
  return slots.flatMap((slot) =>
    plan.readings
      .filter((reading) => readsSlot(plan, slot, reading))
      .flatMap((reading) =>
        keysFor(plan.layout, plan.fields(slot.index, reading)).map((key) => ({
          name: `${slotName(slot, reading)}_k${key}`,
          sql: `${slot.pick === 'first' ? 'MIN' : 'MAX'}(${keyColumn(slot, key)}) FILTER (WHERE ${and(`${slotOfReading(plan, reading, slot)} = ${slot.index}`, also?.(slot, reading) ?? 'TRUE')})`,
        })),
      ),
  )
}

/** Codes of the pack that this ledger uses: rules about others need no place in the text. */
const codesInUse = ({ pack, profile }: Plan): readonly CodeRow[] =>
  profile.codes ? pack.codes.filter((row) => profile.codes?.has(row.code)) : pack.codes

const needsInForce = (plan: Plan) => codesInUse(plan).some((row) => row.from > plan.profile.days[0] || row.to < plan.profile.days[1])

const mayRefuse = (plan: Plan) =>
  codesInUse(plan).some((row) =>
    row.refusals.some((r) => !r.roles || !plan.profile.recorders || r.roles.some((role) => plan.profile.recorders?.has(role))),
  )

/** The column with an entry's slot, where it counts in a reading; else NULL. */
function slotOfReading(plan: Plan, reading: Reading, slot: Slot): string {
  if (reading === 'real-time' && slot.dutyDays !== undefined) return 'slot_r'
  if (reading === 'sure') return 'slot_s'
  return isBarred(plan) ? 'slot_b' : 'slot'
}
const isBarred = (plan: Plan) => needsInForce(plan) || plan.profile.hasSuperseded || plan.profile.hasDoubt || mayRefuse(plan)

function flags(plan: Plan): readonly Aggregate[] {
  const ok = isBarred(plan) ? ' FILTER (WHERE ok)' : ''
  const activity =
    plan.intervals.length === 0 && plan.indicators.every((i) => i.within)
      ? []
      : [{ name: 'active_t', sql: `MAX(t)${ok}` }, ...(plan.pack.time === 'day' ? [] : [{ name: 'active_d', sql: `MAX(d)${ok}` }])]
  const closed = needsInForce(plan)
    ? closedSlots(plan).map((slot) => ({ name: `closed_${slot}`, sql: `BOOL_OR(shut) FILTER (WHERE slot = ${slot})` }))
    : []
  return [...activity, ...closed]
}

/** Slots that start an interval: an entry not in force there says the pathway was never under the rules. */
export const closedSlots = (plan: Plan): readonly number[] =>
  needsInForce(plan) ? [...new Set(plan.intervals.flatMap((i) => i.from.slots))] : []

/** SQL that is true for entries a rule of the pack refuses. */
export function refusedSql(plan: Plan): string {
  const lists = refusalsOf(plan.pack)
  if (!mayRefuse(plan)) return 'FALSE'
  const one = (r: (typeof lists)[number][number]) =>
    and(
      `e.occurred >= DATE '${dayText(r.from)}'`,
      `e.occurred <= DATE '${dayText(r.to)}'`,
      r.roles ? `COALESCE(e.recorder IN (${r.roles.map(quoteText).join(', ')}), FALSE)` : 'TRUE',
    )
  return `CASE c.refusal ${lists.map((list, i) => `WHEN ${i + 1} THEN ${list.map((r) => `(${one(r)})`).join(' OR ')}`).join(' ')} ELSE FALSE END`
}

/** SQL of what a row of `entry e` joined to codes `c` is: current, in force, allowed. */
export function standingSql(plan: Plan) {
  const { profile } = plan
  const inForce = needsInForce(plan) ? 'e.occurred >= c.valid_from AND e.occurred <= c.valid_to' : 'TRUE'
  const notRuledOut = profile.hasDoubt ? `COALESCE(e.standing, 'sure') <> 'ruled-out'` : 'TRUE'
  const current = profile.hasSuperseded ? `(e.superseded IS NULL OR e.superseded > ${askedDate})` : 'TRUE'
  const refused = refusedSql(plan)
  const byRule = and(notRuledOut, inForce, refused === 'FALSE' ? 'TRUE' : `NOT (${refused})`)
  const known = `e.recorded <= ${askedDate} AND e.occurred <= ${askedDate}`
  return {
    known,
    current,
    byRule,
    ok: and(current, byRule),
    shut: inForce === 'TRUE' ? 'FALSE' : and(current, notRuledOut, `NOT (${inForce})`),
  }
}

export const entryTime = (plan: Plan): string =>
  plan.pack.time === 'day' ? dayNumber('e.occurred') : `COALESCE(e.occurred_at, ${dayNumber('e.occurred')} * 86400)`

/** Entries known on the day asked about, each with its slot, what it packs, and whether it counts in each reading. */
function knownEntries(plan: Plan): string {
  const { pack, layout, profile } = plan
  const { known, current, byRule, shut } = standingSql(plan)
  const minute = pack.time === 'minute'
  const fieldSql: Readonly<Record<Field, string>> = {
    late: 'CASE WHEN lag > duty THEN 1 ELSE 0 END',
    doubt: 'doubt',
    precise: 'precise',
    shift: '(d - CAST(FLOOR(t / 86400.0) AS BIGINT) + 1)',
    setting: 'setting',
    place: 'place_n',
    value: 'amount',
  }
  const fields = new Set(plan.slots.flatMap((slot) => [...plan.fields(slot.index, 'base')]))
  const keys = keysFor(layout, fields)
  const asked = (field: Field) => (fields.has(field) ? fieldSql[field] : '0')
  const columnsOf = (letter: string, order: string) =>
    keys.map((key) => `${packed(layout, key, { time: 't', order, field: asked })} AS ${letter}${key}`)
  const inTime = plan.readings.includes('real-time')
  const columns = [
    ...pathwayKeys(plan),
    ...(byVariant(plan) || !profile.hasVariant ? [] : ['variant']),
    'slot',
    't',
    ...(minute ? ['d', 'precise'] : []),
    ...(plan.slots.some((slot) => !flipped(slot)) ? columnsOf('k', 'seq') : []),
    ...(plan.slots.some(flipped) ? columnsOf('f', `(${layout.top} - seq)`) : []),
    ...(isBarred(plan) ? ['ok', 'CASE WHEN ok THEN slot END AS slot_b'] : []),
    ...(profile.hasDoubt ? ['CASE WHEN ok AND is_sure THEN slot END AS slot_s'] : []),
    ...(inTime ? [`CASE WHEN ${realTimeSql(plan)} THEN slot END AS slot_r`] : []),
    ...(closedSlots(plan).length > 0 ? ['shut'] : []),
  ]
  // What several readings rest on is worked out once, in a SELECT of its own.
  const facts = [
    'e.ledger',
    'e.pathway',
    ...variantSql(plan),
    'c.slot',
    'c.setting',
    'e.seq',
    `${entryTime(plan)} AS t`,
    ...(minute ? [`${dayNumber('e.occurred')} AS d`, 'CASE WHEN e.occurred_at IS NULL THEN 0 ELSE 1 END AS precise'] : []),
    ...(fields.has('late') || inTime ? ['c.duty', 'e.recorded - e.occurred AS lag'] : []),
    ...(fields.has('place') ? ['COALESCE(p.n, 0) AS place_n'] : []),
    ...(fields.has('value') ? ['CASE WHEN e.value > 0 THEN e.value ELSE 0 END AS amount'] : []),
    ...(profile.hasDoubt ? [`${standingNumber(doubts)} AS doubt`, `COALESCE(e.standing, 'sure') = 'sure' AS is_sure`] : []),
    ...(isBarred(plan) ? [`${and(current, byRule)} AS ok`] : []),
    ...(inTime && profile.hasSuperseded ? ['e.occurred', 'e.superseded', `${byRule} AS by_rule`] : []),
    ...(closedSlots(plan).length > 0 ? [`${shut} AS shut`] : []),
  ]
  const place = fields.has('place') ? '\n  LEFT JOIN place p ON p.name = e.place' : ''
  return `SELECT ${columns.join(',\n    ')}
  FROM (
  SELECT ${facts.join(',\n    ')}
  FROM entry e JOIN pack_code c ON c.code = e.code${place}
  WHERE ${known}
  ) e`
}

/** 0 no doubt, 1 a doubt that lets a figure stand, 2 one that leaves it open; in the order of `standings`. */
const doubts = [0, 1, 1, 2, 2, 0]
/** One number for each standing. The text is looked up in a list, which DuckDB does once for each text rather than for each entry. */
const standingNumber = (numbers: readonly number[]): string =>
  `COALESCE((ARRAY[${numbers.join(', ')}])[ARRAY_POSITION(ARRAY[${standings.map(quoteText).join(', ')}], e.standing)], 0)`

/** What tells pathways apart: where codes name variants, the variant is part of what a pathway is, as a small number. */
export const pathwayKeys = (plan: Plan): readonly string[] => ['ledger', 'pathway', ...(byVariant(plan) ? ['variant_n'] : [])]
export const samePathway = (plan: Plan, a: string, b: string): string =>
  pathwayKeys(plan)
    .map((column) => `${a}.${column} = ${b}.${column}`)
    .join(' AND ')
const byVariant = (plan: Plan) => plan.pack.variantFrom === 'code'

/** The variant of an entry, where entries have one. */
export const variantSql = (plan: Plan): readonly string[] =>
  byVariant(plan) ? ['c.variant_n'] : plan.profile.hasVariant ? ['e.variant'] : []

/** A pathway's variant in words and as its number, from the rows of its entries. A word the pack does not have is number -1. */
export function variantColumns(plan: Plan): readonly string[] {
  const list = ['', ...plan.pack.variants].map(quoteText).join(', ')
  if (byVariant(plan)) return [`(ARRAY[${list}])[variant_n + 1] AS variant`, 'variant_n']
  if (!plan.profile.hasVariant) return [`'' AS variant`, '0 AS variant_n']
  const first = `COALESCE(MIN(variant COLLATE "C"), '')`
  return [`${first} AS variant`, `COALESCE(ARRAY_POSITION(ARRAY[${list}], ${first}) - 1, -1) AS variant_n`]
}

/** As known at the entry's own deadline: in time, and not yet corrected by then. */
function realTimeSql(plan: Plan): string {
  if (!plan.profile.hasSuperseded) return and(isBarred(plan) ? 'ok' : 'TRUE', '(duty IS NULL OR lag <= duty)')
  const deadline = `LEAST(occurred + CAST(duty AS INTEGER), ${askedDate})`
  return `CASE WHEN duty IS NULL THEN ok ELSE by_rule AND lag <= duty AND (superseded IS NULL OR superseded > ${deadline}) END`
}

function grouped(plan: Plan, from: string, what: readonly Aggregate[]): string {
  const columns = ['ledger', 'pathway', ...variantColumns(plan), ...what.map(({ name, sql }) => `${sql} AS ${name}`)]
  return `SELECT ${columns.join(',\n  ')}\nFROM (\n  ${from}${plan.fenced ? '\n  OFFSET 0' : ''}\n) known\nGROUP BY ${pathwayKeys(plan).join(', ')}`
}

/** Slots picked beside another, in the order in which they can be settled. */
function besideLevels(plan: Plan): readonly (readonly Slot[])[] {
  const depth = (slot: Slot): number => (slot.beside === undefined ? 0 : 1 + depth(plan.pack.slots[slot.beside]!))
  const levels: Slot[][] = []
  for (const slot of plan.slots) if (slot.beside !== undefined) (levels[depth(slot) - 1] ??= []).push(slot)
  return levels
}

/** Replaces, in the pathways that need it, a slot's entry by the best one on the right side of the slot beside it. */
function settledBeside(plan: Plan, rows: string, slots: readonly Slot[]): string {
  const { layout, pack } = plan
  const pairs = slots.flatMap((slot) =>
    plan.readings.filter((reading) => readsSlot(plan, slot, reading)).map((reading) => ({ slot, reading })),
  )
  const timeKeys = keysFor(layout, new Set<Field>(['precise', 'shift']))
  const nameOf = (slot: Slot, reading: Reading) => slotName(slot, readingOf(plan, slot, reading))
  const besideOf = (slot: Slot) => pack.slots[slot.beside!]! // only slots picked beside another come here
  const packedMoment = (name: string, prefix: string) => momentSql(plan, (key) => `${prefix}${name}_k${key}`)
  const wrong = ({ slot, reading }: (typeof pairs)[number], row: string) => {
    const [own, other] = [packedMoment(nameOf(slot, reading), `${row}.`), packedMoment(nameOf(besideOf(slot), reading), `${row}.`)]
    return `NOT (${slot.pick === 'first' ? notBefore(plan, own, other) : notBefore(plan, other, own)})`
  }
  const keyed = pairs.flatMap((pair) =>
    keysFor(layout, plan.fields(pair.slot.index, pair.reading)).map((key) => ({
      pair,
      name: `${slotName(pair.slot, pair.reading)}_k${key}`,
    })),
  )
  const others = [...new Set(pairs.flatMap(({ slot, reading }) => timeKeys.map((key) => `${nameOf(besideOf(slot), reading)}_k${key}`)))]
  const again = aggregates(plan, slots, (slot, reading) => {
    const [own, other] = [{ t: 't', d: 'd', precise: 'precise' }, packedMoment(nameOf(besideOf(slot), reading), 'o_')]
    return slot.pick === 'first' ? notBefore(plan, own, other) : notBefore(plan, other, own)
  })
  const known = `SELECT k.*, ${others.map((name) => `w.${name} AS o_${name}`).join(', ')}
  FROM (${knownEntries(plan)}) k
  JOIN (SELECT * FROM (${rows}) r WHERE ${pairs.map((pair) => wrong(pair, 'r')).join(' OR ')}) w ON ${samePathway(plan, 'k', 'w')}`
  const kept = rowColumns(plan).filter((name) => !keyed.some((k) => k.name === name))
  const settled = keyed.map(({ pair, name }) => `CASE WHEN ${wrong(pair, 'a')} THEN b.${name} ELSE a.${name} END AS ${name}`)
  return `SELECT ${[...kept.map((name) => `a.${name}`), ...settled].join(',\n  ')}
FROM (${rows}) a
LEFT JOIN (${grouped(plan, known, again)}) b ON ${samePathway(plan, 'b', 'a')}`
}

interface MomentSql {
  readonly t: string
  readonly d: string
  readonly precise: string
}

/** Time, day and whether the minute is known, taken out of a slot's packed numbers. */
export function momentSql(plan: Plan, column: (key: number) => string): MomentSql {
  const t = unpackedTime(plan.layout, column(0))
  if (plan.pack.time === 'day') return { t, d: t, precise: '1' }
  return {
    t,
    d: `(CAST(FLOOR(${t} / 86400.0) AS BIGINT) + ${unpacked(plan.layout, 'shift', column)} - 1)`,
    precise: unpacked(plan.layout, 'precise', column),
  }
}

/** As `notBefore` of the plain engine: where one of two is known only to its day, days decide. */
function notBefore(plan: Plan, a: MomentSql, b: MomentSql): string {
  if (plan.pack.time === 'day') return `${a.t} >= ${b.t}`
  return `CASE WHEN ${a.precise} = 1 AND ${b.precise} = 1 THEN ${a.t} >= ${b.t} ELSE ${a.d} >= ${b.d} END`
}

/** Names of the columns of the pathway rows. */
export function rowColumns(plan: Plan): readonly string[] {
  return ['ledger', 'pathway', 'variant', 'variant_n', ...aggregates(plan).map((a) => a.name), ...flags(plan).map((a) => a.name)]
}
