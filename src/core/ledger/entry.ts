import type { Day } from '../words/day.ts'
import type { Instant } from '../words/instant.ts'

/**
 * How far an entry stands: `sure` (settled), `likely` (recorded as likely), `let-stand` (a doubt somebody decided to
 * leave), `asked` (a question is open), `unknown` (recorded as not known), `ruled-out` (recorded as not so: never counts).
 */
export const standings = ['sure', 'likely', 'let-stand', 'asked', 'unknown', 'ruled-out'] as const
export type Standing = (typeof standings)[number]

/**
 * One coded statement about one pathway. Never changed: a later entry corrects or withdraws it.
 * `superseded` is derived: the first day on which another entry corrected or withdrew this one.
 */
export interface Entry {
  /** Order of arrival, unique in a ledger. Among entries of one ledger also the order of recording. */
  readonly seq: number
  readonly id?: string
  /** Whose ledger holds the pathway; 0 when files are measured. The key by which a ledger is spread over machines. */
  readonly ledger: number
  readonly pathway: string
  readonly variant?: string
  readonly code: string
  readonly occurred: Day
  /** Absent when only the day is known. */
  readonly occurredAt?: Instant
  readonly recorded: Day
  readonly recordedAt: Instant
  readonly superseded?: Day
  readonly place?: string
  readonly standing: Standing
  readonly value?: number
  /** Role of the one who recorded, and of the one who decided. */
  readonly recorder?: string
  readonly decider?: string
}

/** An entry as it comes in: it may correct or withdraw another by that one's id. A withdrawal has no code of its own. */
export interface ArrivingEntry extends Omit<Entry, 'seq' | 'superseded'> {
  readonly corrects?: string
  readonly withdraws?: string
}
