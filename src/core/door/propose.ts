import type { CodeRow, Pack } from '../pack/pack.ts'
import type { careEvents, Item } from '../pack/schema.ts'
import type { Day } from '../words/day.ts'
import { askDoor } from './door.ts'
import { standingEntries } from './looking.ts'
import type { DoorAnswer, DoorContext, Evidence, OfferedEntry } from './offer.ts'

/** Something happened around a patient: a letter came, a treatment began, the responsibility went to another hospital. */
export interface CareEvent {
  readonly kind: (typeof careEvents)[number]
  readonly occurred: Day
  readonly receivedOn?: Day
  readonly sentOn?: Day
  readonly place?: string
  /** Of what goes from place to place. */
  readonly from?: string
  readonly to?: string
  /** Attribute values it is known to have, such as the kind of treatment. */
  readonly says?: Readonly<Record<string, string>>
  readonly document?: string
}

/** An entry that an event calls for. It waits for a person; `door` is what the door says to it as it stands. */
export type Proposal = {
  /** Id of the pack's item. */
  readonly proposal: string
  readonly code: string
  readonly place?: string
  readonly rule?: string
  readonly source?: string
} & ({ readonly offer: OfferedEntry; readonly door: DoorAnswer } | { readonly waitsFor: 'receipt' | 'sending' })

/**
 * What the pack proposes for an event, in its order: none, one, or several to choose from.
 *
 * A day that the event does not have yet (a letter sent but not received) is not guessed: the proposal says what it waits for.
 */
export function proposeFor(event: CareEvent, context: DoorContext): readonly Proposal[] {
  const { pack } = context
  return pack.text.proposals
    .filter((item) => item.event === event.kind)
    .flatMap((item) =>
      rowsOf(item, context)
        .filter((row) => Object.entries(event.says ?? {}).every(([id, value]) => (row.sets[id] ?? value) === value))
        .map((row) => proposed(item, row, event, context)),
    )
}

/** The code's rows of the pathway's variant. */
function rowsOf(item: Item<'proposals'>, context: DoorContext): readonly CodeRow[] {
  const variant = variantOf(context)
  const rows = context.pack.codes.filter((row) => row.text.code === item.code)
  if (context.pack.variantFrom === 'entry') return item.variants && !item.variants.includes(variant ?? '') ? [] : rows
  return rows.filter((row) => row.variant === variant && (!item.variants || item.variants.includes(row.variant ?? '')))
}

/** As chosen, otherwise that of the entries. */
function variantOf(context: DoorContext): string | undefined {
  if (context.variant !== undefined) return context.variant
  return standingEntries(context)
    .map(({ entry, row }) => entry.variant ?? row.variant)
    .find((variant) => variant !== undefined)
}

const dayOf: Readonly<Record<Item<'proposals'>['datedBy'], (event: CareEvent) => Day | undefined>> = {
  receipt: (event) => event.receivedOn,
  sending: (event) => event.sentOn,
  event: (event) => event.occurred,
}

function proposed(item: Item<'proposals'>, row: CodeRow, event: CareEvent, context: DoorContext): Proposal {
  const occurred = dayOf[item.datedBy](event)
  const place = item.place === undefined ? event.place : event[item.place]
  const base = {
    proposal: item.id,
    code: row.code,
    ...(place === undefined ? {} : { place }),
    ...(item.rule === undefined ? {} : { rule: item.rule }),
    ...(item.source === undefined ? {} : { source: item.source }),
  }
  if (occurred === undefined) return { ...base, waitsFor: item.datedBy === 'sending' ? 'sending' : 'receipt' }
  const offer: OfferedEntry = {
    code: row.code,
    occurred,
    standing: 'sure',
    evidence: [evidenceOf(event)],
    ...(place === undefined ? {} : { place }),
    ...variantBeside(context.pack, context),
  }
  return { ...base, offer, door: askDoor(offer, context) }
}

function variantBeside(pack: Pack, context: DoorContext): { readonly variant?: string } {
  const variant = pack.variantFrom === 'entry' ? variantOf(context) : undefined
  return variant === undefined ? {} : { variant }
}

const evidenceOf = ({ kind, document, receivedOn, sentOn }: CareEvent): Evidence => ({
  kind,
  ...(document === undefined ? {} : { document }),
  ...(receivedOn === undefined ? {} : { receivedOn }),
  ...(sentOn === undefined ? {} : { sentOn }),
})
