import type { Capability, Role } from '../rights/rights.ts'
import { addDays, type Day, dayText } from '../words/day.ts'
import { type WorkKindId, workKinds } from './work.ts'

/** What people do to a piece of work, by kind: from which state to which. */
export const verbs = {
  finish: { 'next-step': ['planned', 'done'] },
  drop: { 'next-step': ['planned', 'dropped'], query: ['asked', 'dropped'] },
  edit: { 'next-step': ['planned', 'planned'], query: ['asked', 'asked'] },
  answer: { query: ['asked', 'answered'], escalation: ['raised', 'answered'] },
  accept: { proposal: ['suggested', 'accepted'] },
  change: { proposal: ['suggested', 'changed'] },
  refuse: { proposal: ['suggested', 'refused'] },
  climb: { escalation: ['raised', 'raised'] },
  reopen: {
    'next-step': ['done', 'planned'],
    query: ['answered', 'asked'],
    proposal: ['refused', 'suggested'],
    escalation: ['answered', 'raised'],
    handover: ['declined', 'sent'],
    overrun: ['explained', 'open'],
  },
  write: { meeting: ['open', 'open'], discussion: ['listed', 'listed'] },
  sign: { meeting: ['open', 'signed'], discussion: ['listed', 'discussed'] },
  cancel: { meeting: ['open', 'cancelled'], discussion: ['listed', 'dropped'] },
  receive: { handover: ['sent', 'received'] },
  decline: { handover: ['sent', 'declined'] },
  explain: { overrun: ['open', 'explained'] },
  review: { 'glass-review': ['waiting', 'reviewed'] },
} as const satisfies Readonly<Record<string, { readonly [K in WorkKindId]?: readonly [from: string, to: string] }>>
export type Verb = keyof typeof verbs

export interface Move {
  readonly from: string
  readonly to: string
  readonly by: Capability
  /** Somebody still has to do something afterwards. */
  readonly open: boolean
}

/** What a verb does to a kind of work; undefined when it does nothing to that kind. */
export function findMove(verb: Verb, kind: WorkKindId): Move | undefined {
  const pair = (verbs[verb] as { readonly [K in WorkKindId]?: readonly [string, string] })[kind] // wider than each verb's own kinds
  const move = pair && workKinds[kind].moves.find(([before, after]) => before === pair[0] && after === pair[1])
  return move && { from: move[0], to: move[1], by: move[2], open: isOpen(kind, move[1]) }
}

export const isOpen = (kind: WorkKindId, state: string): boolean => (workKinds[kind].open as readonly string[]).includes(state)

/** Why a proposal is refused: a short list, so that refusals can be counted. */
export const refusalReasons = [
  'did-not-happen',
  'other-day',
  'other-code',
  'other-patient',
  'recorded-already',
  'not-ours',
  'other',
] as const
export type RefusalReason = (typeof refusalReasons)[number]

/** One rung of a ladder: whom an escalation waits for, and how long before it climbs. */
export interface Rung {
  readonly toRole: Role
  readonly days: number
}

/** Where nobody says otherwise. Not measured: houses differ. */
export const usualLadder: readonly Rung[] = [
  { toRole: 'clinician', days: 2 },
  { toRole: 'coding-lead', days: 3 },
]

/** The rung above, and the day on which it climbs again; undefined at the top, where it stays until somebody answers. */
export function nextRung(ladder: readonly Rung[], rung: number, today: Day): { rung: number; toRole: Role; due: Day } | undefined {
  const next = ladder[rung + 1]
  return next && { rung: rung + 1, toRole: next.toRole, due: addDays(today, next.days) }
}

/** What a climb says, as an act does: to whom it goes now, until when, and why; undefined at the top. */
export function climbOnce(ladder: readonly Rung[], rung: number, today: Day, because: string | null) {
  const next = nextRung(ladder, rung, today)
  return (
    next && {
      from: 'raised',
      state: 'raised',
      open: isOpen('escalation', 'raised'),
      ownerRole: next.toRole,
      ownerPerson: null,
      due: dayText(next.due),
      body: { rung: next.rung, because },
    }
  )
}
