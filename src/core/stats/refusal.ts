/** Why there is no number: a closed list, each with the sentence the docs print for it. */
export const refusals = {
  'nothing-counted': 'There is nothing to compute from.',
  'too-few': 'There are fewer than the method needs.',
  'no-variation': 'Everything is the same, so that nothing can be told apart.',
  'nothing-expected': 'What would be expected is zero.',
  'not-reached': 'What is asked for lies beyond what was observed.',
  'not-sure': 'Past estimates did not hold often enough for this one to be shown.',
  'does-not-add-up': 'Numbers that must agree do not.',
} as const
export type Why = keyof typeof refusals

/** A number that does not exist, as a value: it can be shown with its reason, and never turns into a NaN or a 1 on the way. */
export interface Refused {
  readonly refused: Why
  readonly have?: number
  readonly need?: number
}

export const refuse = (why: Why, counts: { readonly have?: number; readonly need?: number } = {}): Refused => ({ refused: why, ...counts })

export const isRefused = (value: unknown): value is Refused => typeof value === 'object' && value !== null && 'refused' in value

export const isKnown = <T>(value: T | Refused): value is T => !isRefused(value)

/** One number divided by another, or why not. */
export const ratio = (part: number, whole: number, why: Why = 'nothing-counted'): number | Refused =>
  whole === 0 ? refuse(why) : part / whole
