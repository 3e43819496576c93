import type { CodedEntry } from '../clock/chosen.ts'
import { readersOf } from '../measure/reads.ts'
import type { CodeRow, Pack, Slot } from '../pack/pack.ts'
import { type Item, isUnknown } from '../pack/schema.ts'
import * as checks from './checks.ts'
import { dutyOf, rolesMeant } from './duty.ts'
import type { Finding } from './finding.ts'
import { groundsOf, look, slotItem, slotsMarked } from './looking.ts'
import type { DoorContext } from './offer.ts'

/** A milestone or detail that a code marks, with what the pack says of recording it. */
export interface Marked {
  readonly id: string
  readonly name: string
  readonly kind: Slot['kind']
  readonly closing: boolean
  /** Which day it carries: in words, and by its evidence. */
  readonly dating?: string
  readonly datedBy?: 'receipt' | 'sending'
  /** Roles of people who record it and who decide it, so far as the pack says; empty: it does not say. */
  readonly records: readonly string[]
  readonly decides: readonly string[]
  readonly withinDays?: number
  /** Entries of the pathway that count and mark it already, by `seq`. */
  readonly there: readonly number[]
}

/** A code that may be recorded, with all that is shown beside it. */
export interface Recordable {
  readonly code: string
  readonly variant?: string
  readonly label?: string
  /** By language tag. */
  readonly labels: Readonly<Record<string, string>>
  readonly marks: readonly Marked[]
  /** Attribute values the code sets. */
  readonly sets: Readonly<Record<string, string>>
  readonly rule?: { readonly id: string; readonly text: string; readonly source?: string }
  /** The one who records has to name the one who decided. */
  readonly needsDecider: boolean
  /** Indicators that an entry of the code can move. */
  readonly indicators: readonly { readonly id: string; readonly name: string }[]
}

/** What does not depend on what else will be said of the entry. */
const standing: readonly checks.Check[] = [
  checks.setAside,
  checks.variant,
  checks.inForce,
  checks.refused,
  checks.recorder,
  checks.decider,
  checks.secondEnd,
  checks.afterEnd,
]

/**
 * The codes that somebody of this role may record in the pathway for today, in the order of the pack.
 *
 * For an earlier day give it as `today`. What is listed may still be refused for what is said with it: a day, a reason, a decider.
 */
export function listRecordable(context: DoorContext): readonly Recordable[] {
  return context.pack.codes.flatMap((row): readonly Recordable[] => {
    const offer = {
      code: row.code,
      occurred: context.today,
      standing: 'sure' as const,
      evidence: [],
      ...(context.pack.variantFrom === 'entry' && context.variant !== undefined ? { variant: context.variant } : {}),
    }
    const at = look(offer, context)
    const stops = standing.flatMap((check): readonly Finding[] => [...check(at)].filter((finding) => finding.level === 'stop'))
    const others = stops.filter(({ issue }) => issue.code !== 'door/needs-decider')
    return others.length === 0 ? [recordable(context.pack, row, { needsDecider: stops.length > 0, others: at.others })] : []
  })
}

function recordable(pack: Pack, row: CodeRow, known: { needsDecider: boolean; others: readonly CodedEntry[] }): Recordable {
  const grounds = groundsOf(pack, row)
  const rule = pack.text.rules.find((item) => item.id === grounds.rule)
  return {
    code: row.code,
    ...(row.variant === undefined ? {} : { variant: row.variant }),
    ...(row.label === undefined ? {} : { label: row.label }),
    labels: row.text.labels ?? {},
    marks: slotsMarked(pack, row).map((slot) => marked(pack, slot, known.others)),
    sets: row.sets,
    ...(rule ? { rule: ruleText(rule) } : {}),
    needsDecider: known.needsDecider,
    indicators: readersOf(pack, row).map(({ id, name }) => ({ id, name })),
  }
}

const ruleText = ({ id, text, source }: Item<'rules'>) => ({ id, text, ...(source === undefined ? {} : { source }) })

function marked(pack: Pack, slot: Slot, others: readonly CodedEntry[]): Marked {
  const item = slotItem(pack, slot)
  const duty = dutyOf(pack, slot)
  return {
    id: slot.id,
    name: slot.name,
    kind: slot.kind,
    closing: slot.closing,
    ...(item?.dating === undefined ? {} : { dating: item.dating }),
    ...(item?.datedBy === undefined || isUnknown(item.datedBy) ? {} : { datedBy: item.datedBy }),
    records: rolesMeant(pack, duty?.records),
    decides: rolesMeant(pack, duty?.decides),
    ...(slot.dutyDays === undefined ? {} : { withinDays: slot.dutyDays }),
    there: others.filter(({ row }) => row.slots.includes(slot.index)).map(({ entry }) => entry.seq),
  }
}
