import type { Pack, Slot } from '../core/pack/pack.ts'

/**
 * The first entry of a kind per pathway is the MIN of one whole number that packs, from the top: time, order of recording,
 * and the attributes wanted. That form was the fastest on every database (docs/adr/0003). What does not fit into 62 bits
 * goes into a second number with the same top, so both numbers choose the same entry.
 */
export type Field = 'late' | 'doubt' | 'precise' | 'shift' | 'setting' | 'place' | 'value'

/** What the compiler must know of a ledger to size its numbers; it never changes what is answered. */
export interface LedgerProfile {
  readonly rows: number
  /** Days, or seconds in a pack of minutes. */
  readonly firstTime: number
  readonly lastTime: number
  readonly places: number
  readonly maxValue: number
  readonly hasSuperseded: boolean
  readonly hasDoubt: boolean
  readonly hasVariant: boolean
  /** First and last day on which something occurred. */
  readonly days: readonly [first: number, last: number]
  /** Codes and recorders' roles in use; any, where this is not known. */
  readonly codes?: ReadonlySet<string>
  readonly recorders?: ReadonlySet<string>
}

/** Some bits of a field: from bit `from` of the field, at bit `shift` of the number. */
interface Part {
  readonly field: Field
  readonly bits: number
  readonly from: number
  readonly shift: number
}
/** One packed number: `parts` below, then the order, then time. */
export interface Key {
  readonly parts: readonly Part[]
  readonly low: number
}
export interface Layout {
  readonly keys: readonly Key[]
  readonly orderBits: number
  readonly base: number
  readonly top: number
}

const bitsFor = (distinct: number): number => Math.max(1, Math.ceil(Math.log2(Math.max(2, distinct))))
const budget = 62

/** Puts fields into as few numbers as hold them; a field may be cut in two. */
export function layoutOf(pack: Pack, profile: LedgerProfile): Layout {
  const orderBits = bitsFor(profile.rows + 1)
  const timeBits = bitsFor(profile.lastTime - profile.firstTime + 2)
  const room = budget - orderBits - timeBits
  if (room < 1) throw new RangeError(`${profile.rows} entries over this time leave no room in a packed number`)
  const wanted: { field: Field; bits: number }[] = [
    { field: 'late', bits: 1 },
    ...(profile.hasDoubt ? [{ field: 'doubt' as const, bits: 2 }] : []),
    ...(pack.time === 'minute'
      ? [
          { field: 'precise' as const, bits: 1 },
          { field: 'shift' as const, bits: 2 },
        ]
      : []),
    { field: 'setting', bits: bitsFor(1 + Math.max(0, ...pack.slots.map((slot) => settingsOf(pack, slot).length))) },
    { field: 'place', bits: bitsFor(profile.places + 1) },
    ...(pack.pauses.some((p) => p.amountFrom !== undefined) ? [{ field: 'value' as const, bits: bitsFor(profile.maxValue + 1) }] : []),
  ]
  const keys: { parts: Part[]; low: number }[] = [{ parts: [], low: 0 }]
  for (const { field, bits } of wanted) {
    for (let from = 0; from < bits; ) {
      let key = keys.at(-1)!
      const fitsWhole = bits - from <= room
      if (key.low === room || (fitsWhole && key.low + bits - from > room)) {
        key = { parts: [], low: 0 }
        keys.push(key)
      }
      const part = { field, from, shift: key.low, bits: Math.min(bits - from, room - key.low) }
      key.parts.push(part)
      key.low += part.bits
      from += part.bits
    }
  }
  return { keys, orderBits, base: profile.firstTime, top: 2 ** orderBits - 1 }
}

/** The distinct things entries of a slot can set; position + 1 is what is packed, 0 is none. */
export function settingsOf(pack: Pack, slot: Slot): readonly Readonly<Record<string, string>>[] {
  const own = pack.attributes.filter((a) => a.slot === slot.index).map((a) => a.id)
  const seen = new Map<string, Record<string, string>>()
  for (const row of pack.codes) {
    if (!row.slots.includes(slot.index)) continue
    const sets = Object.fromEntries(own.flatMap((id) => (row.sets[id] === undefined ? [] : [[id, row.sets[id]]])))
    if (Object.keys(sets).length > 0) seen.set(JSON.stringify(sets), sets)
  }
  return [...seen.values()]
}

/** Which of the packed numbers hold some of these fields; the first always, for the time. */
export function keysFor(layout: Layout, fields: ReadonlySet<Field>): readonly number[] {
  return layout.keys.flatMap((key, i) => (i === 0 || key.parts.some((part) => fields.has(part.field)) ? [i] : []))
}

/** SQL of one packed number, from the SQL of its time, its order of recording and each field. */
export function packed(layout: Layout, key: number, sql: { time: string; order: string; field: (field: Field) => string }): string {
  const { parts, low } = layout.keys[key]!
  const top = `((${sql.time} - ${layout.base}) * ${layout.top + 1} + ${sql.order}) * ${2 ** low}`
  const bits = ({ field, from, bits: n, shift }: Part) => {
    const whole = from === 0 && !layout.keys.some((k) => k.parts.some((p) => p.field === field && p.from > 0))
    const cut = whole ? sql.field(field) : `((${sql.field(field)} >> ${from}) & ${2 ** n - 1})`
    return shift === 0 ? cut : `${cut} * ${2 ** shift}`
  }
  return [top, ...parts.map(bits)].join(' + ')
}

export const unpackedTime = (layout: Layout, column: string): string =>
  `((${column} >> ${layout.keys[0]!.low + layout.orderBits}) + ${layout.base})`

/** The order of recording among the pathway's entries, counted down where `down`. */
export const unpackedOrder = ({ keys, top }: Layout, column: string, down: boolean): string =>
  `${down ? `${top} - ` : ''}((${column} >> ${keys[0]!.low}) & ${top})`

/** SQL of a field, from the columns that hold the packed numbers. */
export function unpacked(layout: Layout, field: Field, column: (key: number) => string): string {
  const parts = layout.keys.flatMap((key, i) =>
    key.parts.filter((part) => part.field === field).map((part) => ({ ...part, column: column(i) })),
  )
  const terms = parts.map(
    ({ column: c, shift, bits, from }) => `${from === 0 ? '' : `${2 ** from} * `}((${c} >> ${shift}) & ${2 ** bits - 1})`,
  )
  return terms.length === 1 ? terms[0]! : `(${terms.join(' + ')})`
}
