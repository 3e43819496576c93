/** What may become of a message of another system. */
export const outcomes = ['taken', 'passed-over', 'refused', 'not-placed', 'set-aside'] as const
export type Outcome = (typeof outcomes)[number]
/** Those that somebody still has to look at. */
export const waitingOutcomes: readonly Outcome[] = ['refused', 'not-placed']

/** Weeks that are looked back on, and messages there must have been in each: both guessed, not measured. */
export const leastWeeks = 2
export const leastMessages = 3

/** How a feed stands: nothing has ever come; it is too new to tell; it is silent longer than usual; or all is as usual. */
export const feedStates = ['never', 'new', 'silent', 'usual'] as const
export type FeedState = (typeof feedStates)[number]

/**
 * Whether a feed is silent longer than usual.
 *
 * `weeks`: how many messages came in each of the last weeks in the same stretch of the week as the silence that is on now, the last week first. Nights, weekends
 * and quiet hours are so held against their like. It is silent when each of them had messages, and not only one or two that chance may leave out.
 * A holiday looks like silence; nothing here knows of holidays.
 */
export function stateOfFeed(last: string | null, weeks: readonly number[]): FeedState {
  if (last === null) return 'never'
  if (weeks.length < leastWeeks) return 'new'
  return weeks.every((messages) => messages >= leastMessages) ? 'silent' : 'usual'
}
