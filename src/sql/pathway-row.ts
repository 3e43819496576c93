import type { Reading } from '../core/clock/chosen.ts'
import type { CodeRow, Slot } from '../core/pack/pack.ts'
import { dayText } from '../core/words/day.ts'
import { type Field, keysFor, packed, unpacked, unpackedTime } from './key.ts'
import { quoteText } from './name.ts'
import { type Plan, readingOf, slotName } from './plan.ts'
import { refusalsOf } from './reference.ts'

/** SQL of a day's number. `$1` is the day asked about, in the same numbers. */
export const dayNumber = (date: string): string => `CAST(${date} - DATE '1970-01-01' AS BIGINT)`
const askedDate = `(DATE '1970-01-01' + CAST($1 AS INTEGER))`
const and = (...parts: readonly string[]): string => parts.filter((part) => part !== 'TRUE').join(' AND ') || 'TRUE'

/**
 * One row a pathway: for each slot and reading the packed entry that counts. One pass over the entries; a second, over the
 * few pathways in which a slot's first entry lies on the wrong side of the slot it is picked beside.
 * Columns: ledger, pathway, variant, active_t, active_d, closed_<slot>, <slot><reading>_k<n>.
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
const flipped = (slot: Slot) => (slot.pick === 'first') === slot.lastRecorded

function aggregates(
  plan: Plan,
  slots: readonly Slot[] = plan.slots,
  also?: (slot: Slot, reading: Reading) => string,
): readonly Aggregate[] {
  return slots.flatMap((slot) =>
    plan.readings
      .filter((reading) => readingOf(plan, slot, reading) === reading)
      .flatMap((reading) =>
        keysFor(plan.layout, plan.fields(slot.index, reading)).map((key) => ({
          name: `${slotName(slot, reading)}_k${key}`,
          sql: `${slot.pick === 'first' ? 'MIN' : 'MAX'}(${keyColumn(slot, key)}) FILTER (WHERE ${and(`slot = ${slot.index}`, okColumn(plan, reading, slot), also?.(slot, reading) ?? 'TRUE')})`,
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

/** Whether an entry counts in a reading; a plain TRUE where nothing can bar one. */
function okColumn(plan: Plan, reading: Reading, slot: Slot): string {
  if (reading === 'real-time' && slot.dutyDays !== undefined) return 'ok_r'
  if (reading === 'sure') return 'ok_s'
  return isBarred(plan) ? 'ok' : 'TRUE'
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

function knownEntries(plan: Plan): string {
  const { pack, layout, profile } = plan
  const { known, byRule, ok, shut } = standingSql(plan)
  const d = dayNumber('e.occurred')
  const t = entryTime(plan)
  const fieldSql: Readonly<Record<Field, string>> = {
    late: `CASE WHEN e.recorded - e.occurred > c.duty THEN 1 ELSE 0 END`,
    doubt: `CASE WHEN e.standing IN ('likely', 'let-stand') THEN 1 WHEN e.standing IN ('asked', 'unknown') THEN 2 ELSE 0 END`,
    precise: `CASE WHEN e.occurred_at IS NULL THEN 0 ELSE 1 END`,
    shift: `(${d} - CAST(FLOOR(${t} / 86400.0) AS BIGINT) + 1)`,
    setting: 'c.setting',
    place: 'COALESCE(p.n, 0)',
    value: 'CASE WHEN e.value > 0 THEN e.value ELSE 0 END',
  }
  const fields = new Set(plan.slots.flatMap((slot) => [...plan.fields(slot.index, 'base')]))
  const keys = keysFor(layout, fields)
  const asked = (field: Field) => (fields.has(field) ? fieldSql[field] : '0')
  const columnsOf = (letter: string, order: string) =>
    keys.map((key) => `${packed(layout, key, { time: t, order, field: asked })} AS ${letter}${key}`)
  const columns = [
    'e.ledger',
    'e.pathway',
    `${variantSql(plan)} AS variant`,
    'c.slot',
    `${t} AS t`,
    ...(pack.time === 'day' ? [] : [`${d} AS d`, `${fieldSql.precise} AS precise`]),
    ...(plan.slots.some((slot) => !flipped(slot)) ? columnsOf('k', 'e.seq') : []),
    ...(plan.slots.some(flipped) ? columnsOf('f', `(${layout.top} - e.seq)`) : []),
    ...(isBarred(plan) ? [`${ok} AS ok`] : []),
    ...(profile.hasDoubt ? [`${and(ok, `COALESCE(e.standing, 'sure') = 'sure'`)} AS ok_s`] : []),
    ...(plan.readings.includes('real-time') ? [`${realTimeSql(plan, ok, byRule)} AS ok_r`] : []),
    ...(closedSlots(plan).length > 0 ? [`${shut} AS shut`] : []),
  ]
  const place = fields.has('place') ? '\n  LEFT JOIN place p ON p.name = e.place' : ''
  return `SELECT ${columns.join(',\n    ')}\n  FROM entry e JOIN pack_code c ON c.code = e.code${place}\n  WHERE ${known}`
}

export const variantSql = (plan: Plan): string =>
  plan.pack.variantFrom === 'code' ? 'c.variant' : plan.profile.hasVariant ? 'e.variant' : `''`

/** As known at the entry's own deadline: in time, and not yet corrected by then. */
function realTimeSql(plan: Plan, ok: string, byRule: string): string {
  const inTime = '(c.duty IS NULL OR e.recorded - e.occurred <= c.duty)'
  if (!plan.profile.hasSuperseded) return and(ok, inTime)
  const deadline = `LEAST(e.occurred + CAST(c.duty AS INTEGER), ${askedDate})`
  return and(
    byRule,
    `CASE WHEN c.duty IS NULL THEN e.superseded IS NULL OR e.superseded > ${askedDate} ELSE ${inTime} AND (e.superseded IS NULL OR e.superseded > ${deadline}) END`,
  )
}

function grouped(plan: Plan, from: string, what: readonly Aggregate[]): string {
  const byVariant = plan.pack.variantFrom === 'code'
  const variant = byVariant ? 'variant' : plan.profile.hasVariant ? `COALESCE(MIN(variant COLLATE "C"), '') AS variant` : `'' AS variant`
  const columns = ['ledger', 'pathway', variant, ...what.map(({ name, sql }) => `${sql} AS ${name}`)]
  return `SELECT ${columns.join(',\n  ')}\nFROM (\n  ${from}\n) known\nGROUP BY ledger, pathway${byVariant ? ', variant' : ''}`
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
    plan.readings.filter((reading) => readingOf(plan, slot, reading) === reading).map((reading) => ({ slot, reading })),
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
  const same = (a: string, b: string) =>
    ['ledger', 'pathway', ...(pack.variantFrom === 'code' ? ['variant'] : [])]
      .map((column) => `${a}.${column} = ${b}.${column}`)
      .join(' AND ')
  const known = `SELECT k.*, ${others.map((name) => `w.${name} AS o_${name}`).join(', ')}
  FROM (${knownEntries(plan)}) k
  JOIN (SELECT * FROM (${rows}) r WHERE ${pairs.map((pair) => wrong(pair, 'r')).join(' OR ')}) w ON ${same('k', 'w')}`
  const kept = rowColumns(plan).filter((name) => !keyed.some((k) => k.name === name))
  const settled = keyed.map(({ pair, name }) => `CASE WHEN ${wrong(pair, 'a')} THEN b.${name} ELSE a.${name} END AS ${name}`)
  return `SELECT ${[...kept.map((name) => `a.${name}`), ...settled].join(',\n  ')}
FROM (${rows}) a
LEFT JOIN (${grouped(plan, known, again)}) b ON ${same('b', 'a')}`
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
  return ['ledger', 'pathway', 'variant', ...aggregates(plan).map((a) => a.name), ...flags(plan).map((a) => a.name)]
}
