import type { Capability } from '../rights/rights.ts'

/**
 * The kinds of work and their moves: from a state to a state, and what one must be allowed for it. '' is before it is there. One list for the
 * service and for the database (`work_move`, written by `varde migrate`).
 */
export interface WorkKind {
  readonly name: string
  /** States in which somebody still has to do something. */
  readonly open: readonly string[]
  readonly moves: readonly (readonly [before: string, after: string, by: Capability])[]
}

export const workKinds = {
  note: { name: 'Note', open: [], moves: [['', 'written', 'work']] },
  'next-step': {
    name: 'Next step',
    open: ['planned'],
    moves: [
      ['', 'planned', 'work'],
      ['', 'none', 'work'], // a recorded reason for having no next step
      ['planned', 'planned', 'work'],
      ['planned', 'done', 'work'],
      ['planned', 'dropped', 'work'],
      ['done', 'planned', 'work'],
    ],
  },
  query: {
    name: 'Query',
    open: ['asked'],
    moves: [
      ['', 'asked', 'work'],
      ['asked', 'asked', 'work'], // to somebody else
      ['asked', 'answered', 'answer'],
      ['answered', 'asked', 'work'],
      ['asked', 'dropped', 'work'],
    ],
  },
  proposal: {
    name: 'Proposal',
    open: ['suggested'],
    moves: [
      ['', 'suggested', 'record'],
      // To decide takes somebody who answers for it: a machine suggests, and files nothing.
      ['suggested', 'accepted', 'answer'],
      ['suggested', 'changed', 'answer'],
      ['suggested', 'refused', 'answer'],
      ['refused', 'suggested', 'answer'],
    ],
  },
  escalation: {
    name: 'Escalation',
    open: ['raised'],
    moves: [
      ['', 'raised', 'work'],
      ['raised', 'raised', 'work'], // one rung up
      ['raised', 'answered', 'answer'],
      ['answered', 'raised', 'work'],
    ],
  },
  // The meeting is about no one pathway; what it says of each is a discussion there.
  meeting: {
    name: 'Meeting',
    open: ['open'],
    moves: [
      ['', 'open', 'work'],
      ['open', 'open', 'work'],
      ['open', 'signed', 'answer'],
      ['open', 'cancelled', 'work'],
    ],
  },
  discussion: {
    name: 'Discussion',
    open: ['listed'],
    moves: [
      ['', 'listed', 'work'],
      ['listed', 'listed', 'work'], // what is typed, as it is typed
      ['listed', 'discussed', 'answer'],
      ['listed', 'dropped', 'work'],
    ],
  },
  handover: {
    name: 'Handover',
    open: ['sent'],
    moves: [
      ['', 'sent', 'work'],
      // To take over somebody, or not to, is answered for.
      ['sent', 'received', 'answer'],
      ['sent', 'declined', 'answer'],
      ['declined', 'sent', 'work'],
    ],
  },
  overrun: {
    name: 'Passed limit',
    open: ['open'],
    moves: [
      ['', 'open', 'work'], // to be explained by somebody, until a day
      ['', 'explained', 'work'],
      ['open', 'explained', 'work'],
      ['explained', 'open', 'work'],
    ],
  },
  'glass-review': {
    name: 'Review of emergency access',
    open: ['waiting'],
    moves: [
      ['', 'waiting', 'break'],
      ['waiting', 'reviewed', 'log'],
    ],
  },
} as const satisfies Readonly<Record<string, WorkKind>>

export type WorkKindId = keyof typeof workKinds

/** Kinds of acts that are no moves of work, and what one must be allowed for each. */
export const actKinds = {
  recorded: 'record',
  corrected: 'record',
  withdrawn: 'record',
  imported: 'import',
  'pathway-opened': 'record',
  'patient-registered': 'record',
  'identity-corrected': 'record',
  'identity-erased': 'erase',
  'document-received': 'record',
  'intake-received': 'record',
  'message-received': 'record',
  'message-settled': 'record',
  'glass-broken': 'break',
  'glass-ended': 'break',
  'organisation-set': 'administer',
  'person-set': 'administer',
  'role-given': 'administer',
  'role-withdrawn': 'administer',
  // Whoever sees pathways works on them: their own views need no right of their own.
  'view-kept': 'work',
  'view-dropped': 'work',
  'view-restored': 'work',
  'life-opened': 'define',
  'life-recorded': 'define',
  'purpose-answered': 'agree',
  // Made by whoever runs the machine: they count all of it, and what goes out is signed by two others.
  'release-frozen': 'administer',
  'release-published': 'administer',
} as const satisfies Readonly<Record<string, Capability>>

/**
 * Acts of signing in. No role gives the right to write them: the database writes them itself, in functions that answer strangers
 * (`write_sign_in`), under a capability that only those functions have.
 */
export const signInKinds = [
  'signed-in',
  'sign-in-refused',
  'sign-in-locked',
  'signed-out',
  'sessions-ended',
  'account-made',
  'account-unlocked',
  'password-changed',
  'password-reset',
  'factor-added',
  'factor-removed',
  'recovery-code-used',
  'oidc-linked',
  'machine-key-registered',
  'machine-token-given',
] as const

export type ActKind = keyof typeof actKinds | 'work-opened' | 'work-moved'
