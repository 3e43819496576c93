/** How near an open pathway is to a limit. The worst comes first; `paused` and `in-time` are equally little trouble. */
export const riskStates = ['past', 'will-pass', 'tight', 'paused', 'in-time', 'no-limit', 'finished'] as const
export type RiskState = (typeof riskStates)[number]
