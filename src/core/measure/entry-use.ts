import { type Barred, barredOf, type Chosen, type CodedEntry, refusalOf } from '../clock/chosen.ts'
import type { PathwayReading } from '../clock/clock.ts'
import type { CodeRow, Pack } from '../pack/pack.ts'
import { dayText } from '../words/day.ts'
import { getOrMake } from '../words/lookup.ts'
import { readersOf } from './reads.ts'

/** Why an entry is not the one that counts, as data. `other-chosen`: another entry counts for the milestone; `other-side`: on the wrong side of one. */
export type PassedOver =
  | { readonly code: Barred; readonly rule?: string }
  | { readonly code: 'other-chosen'; readonly slot: string; readonly name: string; readonly by: string; readonly on: string }
  | { readonly code: 'other-side' }

/** What one entry's code is for: what it marks, who reads it, how soon it was to be recorded. */
export interface EntryUse {
  /** The code's label by language tag. */
  readonly labels: Readonly<Record<string, string>>
  readonly marks: readonly {
    readonly id: string
    readonly name: string
    readonly kind: 'milestone' | 'detail'
    readonly closing: boolean
  }[]
  readonly pauses: readonly { readonly id: string; readonly name: string; readonly does: 'starts' | 'ends' }[]
  /** The strictest duty of what it marks: recorded after so many `days`, where at most `withinDays` were asked. Absent: the pack sets none. */
  readonly duty?: { readonly withinDays: number; readonly days: number; readonly late: boolean }
  /** The rule that says how to use the code. */
  readonly rule?: string
  /** Indicators that an entry of the code can move. */
  readonly indicators: readonly { readonly id: string; readonly name: string }[]
}

/** Found out once a code: one answer asks for that of many entries. */
const readers = new WeakMap<CodeRow, EntryUse['indicators']>()

export function useOf(pack: Pack, { entry, row }: CodedEntry): EntryUse {
  const slots = row.slots.flatMap((index) => pack.slots[index] ?? [])
  const duties = slots.flatMap(({ dutyDays }) => dutyDays ?? [])
  const withinDays = Math.min(...duties)
  const days = entry.recorded - entry.occurred
  const rule = ruleOf(pack, row)
  return {
    labels: row.text.labels ?? {},
    marks: slots.map(({ id, name, kind, closing }) => ({ id, name, kind, closing })),
    pauses: [...pausesOf(pack, row.starts, 'starts'), ...pausesOf(pack, row.ends, 'ends')],
    ...(duties.length === 0 ? {} : { duty: { withinDays, days, late: days > withinDays } }),
    ...(rule === undefined ? {} : { rule }),
    indicators: getOrMake(readers, row, () => readersOf(pack, row).map(({ id, name }) => ({ id, name }))),
  }
}

/** A local code without a rule goes by the rule of the one it maps to. */
const ruleOf = (pack: Pack, { text }: CodeRow): string | undefined =>
  text.rule ?? pack.text.codes.find(({ code }) => code === text.mapsTo)?.rule

const pausesOf = (pack: Pack, indexes: readonly number[], does: 'starts' | 'ends') =>
  indexes.flatMap((index) => {
    const pause = pack.pauses[index]
    return pause ? [{ id: pause.id, name: pause.name, does }] : []
  })

/** Why the entry is passed over; undefined where it is chosen, or where there is nothing it could be chosen for. */
export function passedOverOf({ pack, asking, chosen }: PathwayReading, coded: CodedEntry): PassedOver | undefined {
  const barred = barredOf(coded, asking)
  if (barred) {
    const rule = barred === 'refused' ? refusalOf(coded)?.rule : undefined
    return { code: barred, ...(rule === undefined ? {} : { rule }) }
  }
  const marks = coded.row.slots.flatMap((index) => pack.slots[index] ?? [])
  if (marks.length === 0 || chosen.base.some((one) => one?.coded === coded)) return undefined
  const rival = marks.map(({ index }) => chosen.base[index]).find((one): one is Chosen => one !== undefined)
  return rival
    ? { code: 'other-chosen', slot: rival.slot.id, name: rival.slot.name, by: rival.coded.entry.code, on: dayText(rival.day) }
    : { code: 'other-side' }
}
