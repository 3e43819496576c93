import type { Entry, Standing } from '../ledger/entry.ts'
import type { Pack } from '../pack/pack.ts'
import type { Day } from '../words/day.ts'
import type { Instant } from '../words/instant.ts'
import type { Issue } from '../words/issue.ts'

/** What an entry rests on: a span of a document, a message. Only its days are looked at here. */
export interface Evidence {
  readonly document?: string
  readonly kind?: string
  /** The day it reached the house, and the day it left. */
  readonly receivedOn?: Day
  readonly sentOn?: Day
}

/** What goes with every write. */
interface Said {
  readonly reason?: string
  /** Role of the one who decided, or on whose word it is recorded (counts as the decider where none is named). */
  readonly decider?: string
  readonly onBehalfOf?: string
  /** Ids of warnings that the person has seen and passes. */
  readonly passing?: readonly string[]
}

/** An entry that somebody wants to record: a new one, or one in place of another (`corrects`, by that one's `seq`). */
export interface OfferedEntry extends Said {
  readonly code: string
  readonly variant?: string
  readonly occurred: Day
  readonly occurredAt?: Instant
  readonly place?: string
  readonly standing: Standing
  readonly value?: number
  readonly evidence: readonly Evidence[]
  readonly corrects?: number
  readonly withdraws?: undefined
}

/** Somebody wants an entry to count no longer, and puts none in its place. */
export interface OfferedWithdrawal extends Said {
  readonly withdraws: number
}

export type Offer = OfferedEntry | OfferedWithdrawal

/** What the door is told beside the offer. */
export interface DoorContext {
  readonly pack: Pack
  /** All entries of the pathway, in order of recording, those corrected or withdrawn too (`superseded`). */
  readonly entries: readonly Entry[]
  /** The role of the one who records. */
  readonly role: string
  /** The day at the place. */
  readonly today: Day
  /** Where it is given, no time of today may lie after it. */
  readonly now?: Instant
  readonly born?: Day
  /** The kind of the pathway, where it was chosen before its first entry. */
  readonly variant?: string
  /** `set-aside`: opened by mistake. Entries may still be withdrawn. */
  readonly pathway?: 'open' | 'set-aside'
}

/** Something to look at twice. The same warning of the same offer has the same id. */
export interface Warning extends Issue {
  readonly id: string
  readonly passed: boolean
}

/**
 * What the door says. `taken`: nothing is refused and every warning is passed, so the entry may be appended.
 * Hints say what could not be checked; they hold nothing up.
 */
export interface DoorAnswer {
  readonly taken: boolean
  readonly refusals: readonly Issue[]
  readonly warnings: readonly Warning[]
  readonly hints: readonly Issue[]
}
