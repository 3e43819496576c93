/** How long a period of a count of occurrence may be. On its own, for the page to read addresses by without all the rest. */
export const occurrencePeriods = ['month', 'quarter', 'year'] as const
export type OccurrencePeriod = (typeof occurrencePeriods)[number]
