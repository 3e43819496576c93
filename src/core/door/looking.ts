import { type Asking, barredOf, type CodedEntry } from '../clock/chosen.ts'
import type { Entry } from '../ledger/entry.ts'
import type { CodeRow, Pack, Slot } from '../pack/pack.ts'
import type { Item } from '../pack/schema.ts'
import { type Day, lastDay } from '../words/day.ts'
import { endOfDay, type Instant } from '../words/instant.ts'
import type { Grounds } from './finding.ts'
import type { DoorContext, Offer, OfferedEntry } from './offer.ts'

/** An offer with what the checks need of its pathway. */
export interface Looking extends DoorContext {
  readonly offer: Offer
  /** The offered entry, unless this is a withdrawal, and what its code does, unless the pack has no such code. */
  readonly entry?: OfferedEntry
  readonly row?: CodeRow
  /** The entry to be corrected or withdrawn, when it is there and still the current one. */
  readonly target?: CodedEntry
  /** Entries that count and will go on to: neither the target nor anything corrected, ruled out, refused or out of force. */
  readonly others: readonly CodedEntry[]
}

/** Late enough that nothing is left out because it lies ahead. */
const ever: Asking = { asOf: lastDay, asOfAt: Number.MAX_SAFE_INTEGER as Instant }

export function look(offer: Offer, context: DoorContext): Looking {
  const { pack, entries } = context
  const seq = offer.withdraws ?? offer.corrects
  const found = entries.find((entry) => entry.seq === seq)
  const entry = offer.withdraws === undefined ? offer : undefined
  const row = entry && rowOf(pack, entry.code)
  const target = found && found.superseded === undefined ? codedOf(pack, found) : undefined
  return {
    ...context,
    offer,
    ...(entry ? { entry } : {}),
    ...(row ? { row } : {}),
    ...(target ? { target } : {}),
    others: standingEntries(context, seq),
  }
}

/** Entries that count, whatever the day asked about, but for one. */
export const standingEntries = ({ pack, entries }: DoorContext, without?: number): readonly CodedEntry[] =>
  entries.flatMap((entry) => (entry.seq === without ? [] : (codedOf(pack, entry) ?? []))).filter((coded) => !barredOf(coded, ever))

/** Code texts are unique within a pack. */
export const rowOf = (pack: Pack, code: string): CodeRow | undefined => pack.codesByText.get(code)?.[0]

function codedOf(pack: Pack, entry: Entry): CodedEntry | undefined {
  const row = rowOf(pack, entry.code)
  return row && { entry, row }
}

/** What the code says of how to use it; a local code without a rule goes by the rule of the one it maps to. */
export function groundsOf(pack: Pack, row: CodeRow): Grounds {
  const { rule, source, mapsTo } = row.text
  return { rule: rule ?? pack.text.codes.find((code) => code.code === mapsTo)?.rule, source }
}

export const milestoneOf = (pack: Pack, slot: Slot): Item<'milestones'> | undefined =>
  pack.text.milestones.find((item) => item.id === slot.id)

export const slotItem = (pack: Pack, slot: Slot): Item<'milestones'> | Item<'details'> | undefined =>
  milestoneOf(pack, slot) ?? pack.text.details.find((item) => item.id === slot.id)

export const slotsMarked = (pack: Pack, row: CodeRow): readonly Slot[] => row.slots.flatMap((index) => pack.slots[index] ?? [])

/** One of the milestones the code marks is an end. */
export const closes = (pack: Pack, row: CodeRow): boolean => slotsMarked(pack, row).some((slot) => slot.closing)

/** The entry as the ledger would hold it, for reading clocks. */
export function written({ entries, role, today, pack }: DoorContext, entry: OfferedEntry): Entry {
  const { code, occurred, occurredAt, place, standing, value, variant } = entry
  return {
    seq: Math.max(-1, ...entries.map((other) => other.seq)) + 1,
    ledger: 0,
    pathway: '',
    code,
    occurred,
    recorded: today,
    recordedAt: endOfDay(today, pack.zone),
    standing,
    recorder: role,
    ...(occurredAt === undefined ? {} : { occurredAt }),
    ...(place === undefined ? {} : { place }),
    ...(value === undefined ? {} : { value }),
    ...(variant === undefined ? {} : { variant }),
  }
}

export const yearBefore = (day: Day): Day => (day - 365) as Day
