import type { Reading } from '../core/clock/chosen.ts'
import { reasons } from '../core/clock/clock.ts'
import { conditionKind } from '../core/clock/condition.ts'
import type { Attribute, Interval, Moments, Slot } from '../core/pack/pack.ts'
import type { Condition, Verdict } from '../core/pack/schema.ts'
import { readDay } from '../core/words/day.ts'
import { type Field, settingsOf, unpacked } from './key.ts'
import { closedSlots, momentSql } from './pathway-row.ts'
import { type Plan, readingOf, readsSlot, slotIndex, slotName } from './plan.ts'
import { variantNumber } from './reference.ts'

/** What is known of the entry chosen for a slot: `t` time, `d` day, and the packed fields. */
export type What = 't' | 'd' | 'late' | 'doubt' | 'precise' | 'setting' | 'place' | 'value'

const asField: Partial<Record<What, Field>> = {
  late: 'late',
  doubt: 'doubt',
  precise: 'precise',
  setting: 'setting',
  place: 'place',
  value: 'value',
}

/** Name of the unpacked column; a fact that cannot vary in this pack and ledger is a constant instead. */
export function slotColumn(plan: Plan, index: number, reading: Reading, what: What): string {
  const slot = plan.pack.slots[index]!
  const day = plan.pack.time === 'day'
  if (what === 'd' && day) return slotColumn(plan, index, reading, 't')
  if (what === 'precise' && day) return '1'
  if (what === 'doubt' && !plan.profile.hasDoubt) return '0'
  if (what === 'late' && slot.dutyDays === undefined) return '0'
  const own = readingOf(plan, slot, reading)
  const real = what === 'value' || (what === 'place' && !plan.fields(index, own).has('place')) ? 'base' : own
  const field = asField[what]
  if (field && field !== 'late' && field !== 'doubt' && field !== 'precise' && !plan.fields(index, real).has(field)) return '0'
  return `${slotName(slot, real)}_${what}`
}

/** The pathway rows with every packed number taken apart. `also`: more columns of the rows, passed on as they are. */
export function compileSlots(plan: Plan, whole: Plan, from: string, also: readonly string[] = []): string {
  const columns = plan.slots.flatMap((slot) =>
    plan.readings
      .filter((reading) => readsSlot(plan, slot, reading))
      .flatMap((reading) => {
        const name = slotName(slot, reading)
        const key = (n: number) => `r.${name}_k${n}`
        const fields = plan.fields(slot.index, reading)
        const moment = momentSql(whole, key)
        const field = (f: Field) => unpacked(whole.layout, f, key)
        return [
          `${moment.t} AS ${name}_t`,
          ...(reading === 'base' ? [] : [`(${key(0)} IS NOT DISTINCT FROM r.${slotName(slot, 'base')}_k0) AS ${name}_same`]),
          ...(plan.pack.time === 'day' ? [] : [`${moment.d} AS ${name}_d`, `${moment.precise} AS ${name}_precise`]),
          ...(slot.dutyDays === undefined ? [] : [`${field('late')} AS ${name}_late`]),
          ...(['doubt', 'setting', 'place', 'value'] as const).filter((f) => fields.has(f)).map((f) => `${field(f)} AS ${name}_${f}`),
        ]
      }),
  )
  const others = ['ledger', 'pathway', 'variant', 'variant_n', 'active_t', ...(plan.pack.time === 'day' ? [] : ['active_d'])]
  const closed = [...new Set(plan.intervals.flatMap((i) => i.from.slots))]
    .filter((slot) => closedColumn(whole, slot) !== 'FALSE')
    .map((slot) => `closed_${slot}`)
  return `SELECT ${[...[...new Set([...others, ...closed, ...also])].map((name) => `r.${name}`), ...columns].join(',\n  ')}\nFROM ${from} r`
}

export const closedColumn = (plan: Plan, slot: number): string =>
  closedSlots(plan).includes(slot) ? `COALESCE(closed_${slot}, FALSE)` : 'FALSE'

/** A fact of the slot a moment names; of several, of the one that is chosen. Ties go to the one listed first. */
export const momentColumn = (plan: Plan, moments: Moments, reading: Reading, what: What): string =>
  ofMoment(plan, moments, reading, (slot) => slotColumn(plan, slot, reading, what))

/** The same of any fact, given as the SQL of it for a slot. */
export function ofMoment(plan: Plan, moments: Moments, reading: Reading, of: (slot: number) => string): string {
  const t = (slot: number) => slotColumn(plan, slot, reading, 't')
  if (moments.slots.length === 1) return of(moments.slots[0]!)
  const none = moments.choose === 'earliest' ? '4611686018427387903' : '-4611686018427387903'
  const order = moments.choose === 'earliest' ? '<=' : '>='
  const wins = (slot: number) =>
    [
      `${t(slot)} IS NOT NULL`,
      ...(moments.choose === 'firstKnown'
        ? []
        : moments.slots.filter((other) => other !== slot).map((other) => `${t(slot)} ${order} COALESCE(${t(other)}, ${none})`)),
    ].join(' AND ')
  return `CASE ${moments.slots.map((slot) => `WHEN ${wins(slot)} THEN ${of(slot)}`).join(' ')} END`
}

/** -1 not known yet, 0 no value, 1.. the attribute's values in the pack's order. */
export function attributeNumber(plan: Plan, attribute: Attribute, reading: Reading): string {
  const slot = plan.pack.slots[attribute.slot]!
  const settings = settingsOf(plan.pack, slot)
  const set = slotColumn(plan, slot.index, reading, 'setting')
  const values = [0, ...settings.map((sets) => attribute.values.indexOf(sets[attribute.id] ?? '') + 1)]
  // A fact that is packed is NULL where there is no entry; one that cannot vary is a constant, whatever there is.
  if (set === '0') return `CASE WHEN ${slotColumn(plan, slot.index, reading, 't')} IS NULL THEN -1 ELSE 0 END`
  const same = values.every((value, i) => value === i)
  return `COALESCE(${same ? set : `(ARRAY[${values.join(', ')}])[${set} + 1]`}, -1)`
}

const numbersOf = (
  settings: readonly Readonly<Record<string, string>>[],
  attribute: Attribute,
  values: readonly string[],
): readonly number[] => settings.flatMap((sets, i) => (values.includes(sets[attribute.id] ?? '') ? [i + 1] : []))

/** The state of a clock as one number: 0 met, 1 missed, 2 running, 3 overrun, then 10 + the reason. */
export const stateOfReason = (reason: (typeof reasons)[number]): number => 10 + reasons.indexOf(reason)
const notApplicable = ['not-in-force', 'ended-otherwise', 'untimed'] as const
const stateNumbers: Readonly<Record<Verdict, readonly number[]>> = {
  met: [0],
  missed: [1],
  running: [2],
  overrun: [3],
  'not-applicable': notApplicable.map(stateOfReason),
  unknown: reasons.filter((r) => !(notApplicable as readonly string[]).includes(r)).map(stateOfReason),
}
const verdicts = new Map((Object.keys(stateNumbers) as Verdict[]).flatMap((verdict) => stateNumbers[verdict].map((n) => [n, verdict])))
export const verdictOfState = (state: number): Verdict => verdicts.get(state)! // every state is one of them

export const reasonOfState = (state: number): (typeof reasons)[number] | undefined => reasons[state - 10]

/** Name of a clock's column: `i2b_state`. */
export const clockName = (interval: Interval, reading: Reading): string => `i${interval.index}${reading[0]}`

type Keyed<K extends string> = Extract<Condition, Record<K, unknown>>
const compilers: { readonly [K in ReturnType<typeof conditionKind>]: (c: Keyed<K>, plan: Plan, reading: Reading) => string } = {
  known: (c, plan, reading) => `${slotColumn(plan, slotIndex(plan.pack, c.known), reading, 't')} IS NOT NULL`,
  missing: (c, plan, reading) => `${slotColumn(plan, slotIndex(plan.pack, c.missing), reading, 't')} IS NULL`,
  before: (c, plan, reading) => inOrder(c.before, '<', plan, reading),
  notAfter: (c, plan, reading) => inOrder(c.notAfter, '<=', plan, reading),
  onOrAfter: (c, plan, reading) =>
    `COALESCE(${slotColumn(plan, slotIndex(plan.pack, c.onOrAfter), reading, 'd')} >= ${readDay(c.date)}, FALSE)`,
  samePlace: (c, plan, reading) => {
    const [a, b] = c.samePlace.map((id) => slotColumn(plan, slotIndex(plan.pack, id), reading, 'place'))
    return `COALESCE(${a} > 0 AND ${a} = ${b}, FALSE)`
  },
  variant: (c, plan) => `variant_n IN (${c.variant.map((id) => variantNumber(plan.pack, id)).join(', ')})`,
  attribute: (c, plan, reading) => {
    const attribute = plan.pack.attributes.find((a) => a.id === c.attribute)!
    const numbers = numbersOf(settingsOf(plan.pack, plan.pack.slots[attribute.slot]!), attribute, c.in)
    return numbers.length === 0
      ? 'FALSE'
      : `COALESCE(${slotColumn(plan, attribute.slot, reading, 'setting')} IN (${numbers.join(', ')}), FALSE)`
  },
  verdict: (c, plan) => {
    const interval = plan.pack.intervals.find((i) => i.id === c.verdict)!
    return `COALESCE(${clockName(interval, 'base')}_state IN (${c.in.flatMap((verdict) => stateNumbers[verdict]).join(', ')}), FALSE)`
  },
  all: (c, plan, reading) => `(${c.all.map((part) => compileCondition(plan, part, reading)).join(' AND ')})`,
  any: (c, plan, reading) => `(${c.any.map((part) => compileCondition(plan, part, reading)).join(' OR ')})`,
  not: (c, plan, reading) => `NOT (${compileCondition(plan, c.not, reading)})`,
}

function inOrder([a, b]: readonly [string, string], order: string, plan: Plan, reading: Reading): string {
  const t = (id: string) => slotColumn(plan, slotIndex(plan.pack, id), reading, 't')
  return `COALESCE(${t(a)} ${order} ${t(b)}, FALSE)`
}

/** SQL that is TRUE or FALSE, never NULL, exactly when `holds` is. */
export function compileCondition(plan: Plan, condition: Condition, reading: Reading = 'base'): string {
  const kind = conditionKind(condition)
  return (compilers[kind] as (c: Condition, plan: Plan, reading: Reading) => string)(condition, plan, reading) // the kind was read off this very condition
}

export const slotOf = (plan: Plan, index: number): Slot => plan.pack.slots[index]!
