import type { DoorContext } from '../door/offer.ts'
import { type CareEvent, proposeFor } from '../door/propose.ts'
import type { Day } from '../words/day.ts'

export interface HandoverSaid {
  readonly from: string
  readonly to: string
  readonly sentOn: Day
  readonly receivedOn?: Day
}

const eventOf = ({ from, to, sentOn, receivedOn }: HandoverSaid): CareEvent => ({
  kind: 'handed-over',
  occurred: sentOn,
  sentOn,
  ...(receivedOn === undefined ? {} : { receivedOn }),
  from,
  to,
})

/** What the pack calls for. Before it was received, what is dated by receipt waits. */
export const proposeForHandover = (said: HandoverSaid, context: DoorContext) => proposeFor(eventOf(said), context)

/**
 * Codes that say that the receiver has begun: those the pack calls for at the place it goes to; where it calls for none, those of the first milestone.
 */
export function startCodes(said: HandoverSaid, context: DoorContext): readonly string[] {
  const received = proposeForHandover({ ...said, receivedOn: said.receivedOn ?? said.sentOn }, context)
  const there = received.filter(({ place }) => place === said.to).map(({ code }) => code)
  const first = context.pack.codes.filter(({ slots }) => slots.includes(0)).map(({ code }) => code)
  return [...new Set(there.length > 0 ? there : first)]
}
