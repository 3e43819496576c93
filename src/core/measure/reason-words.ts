import type { Cause, LeftOut } from './account.ts'

/** What the reasons under a figure mean, for those who read it. */
export const causeWords: Readonly<Record<Cause, string>> = {
  'in-doubt': 'the verdict rests on a doubtful entry, and without it the limit was kept',
  'patient-chose': 'the patient asked to wait; without that time the limit was kept',
  medical: 'a medical reason; without that time the limit was kept',
  'care-late': 'no other cause is recorded: care came after the limit',
}

export const leftOutWords: Readonly<Record<LeftOut, string>> = {
  running: 'still within the limit',
  'overrun-waiting': 'past the limit without a stop, and something happened since: still going on',
  'overrun-not-coded': 'past the limit without a stop, and nothing happened since: perhaps only a code is missing',
  'not-in-force': 'its code or pathway was not in force',
  'ended-otherwise': 'ended without what the indicator asks for',
  untimed: 'a kind that has no limit',
  'start-missing': 'later steps are coded, the start is not',
  'in-doubt': 'an entry it rests on is in doubt',
  imprecise: 'an entry is known only to its day, and the clock counts minutes',
  'order-impossible': 'the stop lies before the start',
  'outside-calendar': 'the calendar of working days does not reach so far',
  'limit-unknown': 'the pack does not know the limit',
  'excluded-by-definition': 'left out by the indicator itself',
}
