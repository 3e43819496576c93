import type { Doubt } from './account.ts'

/** Of what a figure counts, how much rests on entries in doubt, and what it would be if none of those were so. In whole pathways. */
export interface Unsettled {
  readonly items: number
  readonly numerator: number
  readonly denominator: number
  readonly share: number | null
}

/** Counted pathways that rest on an entry in doubt, by how they count now and how they would count without it. */
export interface UnsettledPart {
  readonly bin: 'met' | 'missed'
  readonly doubt: Doubt
  readonly pathways: number
}

/** The figure with every item in doubt gone the other way: each pathway that rests on one counts as the entries in no doubt have it. */
export function unsettledOf(
  figure: { readonly numerator: number; readonly denominator: number },
  parts: readonly UnsettledPart[],
): Unsettled {
  const sum = (of: (part: UnsettledPart) => boolean): number => parts.filter(of).reduce((n, { pathways }) => n + pathways, 0)
  const items = sum(() => true)
  const numerator = figure.numerator - sum(({ bin }) => bin === 'met') + sum(({ doubt }) => doubt === 'met')
  const denominator = figure.denominator - sum(({ doubt }) => doubt === 'neither')
  return { items, numerator, denominator, share: denominator === 0 ? null : numerator / denominator }
}
