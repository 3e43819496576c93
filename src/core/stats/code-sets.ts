import { jaccard, krippendorff, masi, type Scale, sameSet } from './krippendorff.ts'
import { isKnown, isRefused, type Refused, ratio, refuse } from './refusal.ts'
import { type Bootstrapped, bootstrap, type Drawing, mean, range, sum } from './sample.ts'
import { prevalenceWarningAbove, twoCoders } from './two-coders.ts'

/** What each coder gave one document: a set of codes, or null where they did not code it. */
export type CodedDocument = readonly (readonly string[] | null)[]

/** With fewer documents that carry a code by anybody, only the counts are shown. */
export const enoughPositive = 10

export const setScales: Readonly<Record<'jaccard' | 'masi' | 'exact', Scale<readonly string[]>>> = { jaccard, masi, exact: sameSet }

/** Two coders, one code, over documents both coded; several pairs of coders are added up. */
export interface CodeAgreement {
  readonly code: string
  readonly both: number
  readonly onlyFirst: number
  readonly onlySecond: number
  readonly neither: number
  /** Positive agreement: 2a / (2a + b + c). */
  readonly f1: number | Refused
  readonly kappa: number | Refused
  /** Agreement expected by chance is so high that kappa misleads. */
  readonly prevalenceWarning: boolean
  /** Documents on which somebody used the code. Below ten, show counts only. */
  readonly positiveDocuments: number
  readonly enough: boolean
}

type Counts = Pick<CodeAgreement, 'both' | 'onlyFirst' | 'onlySecond'>

const pairsOf = (document: CodedDocument): readonly (readonly [ReadonlySet<string>, ReadonlySet<string>])[] => {
  const sets = document.filter((codes) => codes !== null).map((codes) => new Set(codes))
  return sets.flatMap((first, i) => sets.slice(i + 1).map((second) => [first, second] as const))
}

const f1Of = ({ both, onlyFirst, onlySecond }: Counts): number | Refused => ratio(2 * both, 2 * both + onlyFirst + onlySecond)

function countsByCode(pairs: readonly (readonly [ReadonlySet<string>, ReadonlySet<string>])[]): ReadonlyMap<string, Counts> {
  const counts = new Map<string, { both: number; onlyFirst: number; onlySecond: number }>()
  for (const [first, second] of pairs)
    for (const code of first.union(second)) {
      const own = counts.get(code) ?? { both: 0, onlyFirst: 0, onlySecond: 0 }
      own[first.has(code) ? (second.has(code) ? 'both' : 'onlyFirst') : 'onlySecond']++
      counts.set(code, own)
    }
  return counts
}

/** F1 over all codes together (micro), and the mean of the F1 of each code that anybody used (macro). */
export function f1OfSets(documents: readonly CodedDocument[]): {
  readonly micro: number | Refused
  readonly macro: number | Refused
  readonly codes: number
} {
  const counts = [...countsByCode(documents.flatMap(pairsOf)).values()]
  const total = (what: keyof Counts) => sum(counts.map((one) => one[what]))
  // Every code here was used by somebody, so each has its F1.
  const each = counts.map(f1Of).filter(isKnown)
  return {
    micro: f1Of({ both: total('both'), onlyFirst: total('onlyFirst'), onlySecond: total('onlySecond') }),
    macro: each.length === 0 ? refuse('nothing-counted') : mean(each),
    codes: counts.length,
  }
}

/**
 * Agreement on each code: the two-by-two table over documents, F1 and kappa, in order of the codes.
 *
 * Documents that fewer than two coded are left out. Codes that nobody used are not there. With several coders every pair of them on a
 * document counts once. Source: part 5.4; Hripcsak and Rothschild, JAMIA 2005;12:296-298.
 */
export function agreementByCode(documents: readonly CodedDocument[]): readonly CodeAgreement[] {
  const byDocument = documents.map(pairsOf).filter((pairs) => pairs.length > 0)
  const pairs = byDocument.flat()
  const positive = new Map<string, number>()
  for (const own of byDocument)
    for (const code of new Set(own.flatMap(([first, second]) => [...first, ...second]))) positive.set(code, (positive.get(code) ?? 0) + 1)
  return [...countsByCode(pairs)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, counts]) => {
      const neither = pairs.length - counts.both - counts.onlyFirst - counts.onlySecond
      const two = twoCoders([
        [counts.both, counts.onlyFirst],
        [counts.onlySecond, neither],
      ])
      const positiveDocuments = positive.get(code)!
      return {
        code,
        ...counts,
        neither,
        f1: f1Of(counts),
        kappa: isRefused(two) ? two : two.kappa,
        prevalenceWarning: !isRefused(two) && two.expected > prevalenceWarningAbove,
        positiveDocuments,
        enough: positiveDocuments >= enoughPositive,
      }
    })
}

export interface SetAgreement {
  readonly documentsFound: number
  /** Coded by two or more; the others are left out. */
  readonly documentsUsed: number
  readonly alpha: Readonly<Record<keyof typeof setScales, number | Refused>>
  readonly alphaInterval: Bootstrapped | Refused
  readonly micro: number | Refused
  readonly microInterval: Bootstrapped | Refused
  readonly macro: number | Refused
  readonly macroInterval: Bootstrapped | Refused
  readonly codes: number
}

const alphaOf = (documents: readonly CodedDocument[], scale: Scale<readonly string[]>): number | Refused => {
  const found = krippendorff(documents, scale)
  return isRefused(found) ? found : found.alpha
}

/**
 * Agreement of coders who give sets of codes to documents: alpha by three distances (Jaccard is the one with an interval), F1.
 *
 * Intervals of 95 % by drawing documents anew: 2,000 draws are usual; the seed is printed with the figure.
 * Source: part 5.4.
 */
export function agreementOfSets(documents: readonly CodedDocument[], drawing: Drawing): SetAgreement {
  const used = documents.filter((document) => document.filter((codes) => codes !== null).length > 1)
  const { micro, macro, codes } = f1OfSets(used)
  return {
    documentsFound: documents.length,
    documentsUsed: used.length,
    alpha: { jaccard: alphaOf(used, jaccard), masi: alphaOf(used, masi), exact: alphaOf(used, sameSet) },
    alphaInterval: bootstrap(used, (drawn) => alphaOf(drawn, jaccard), drawing),
    micro,
    microInterval: bootstrap(used, (drawn) => f1OfSets(drawn).micro, drawing),
    macro,
    macroInterval: bootstrap(used, (drawn) => f1OfSets(drawn).macro, drawing),
    codes,
  }
}

/** Values of coders (`byCoder[coder][unit]`, null where missing) as the units that `krippendorff` takes. */
export const unitsOf = <V>(byCoder: readonly (readonly (V | null)[])[]): readonly (readonly (V | null)[])[] =>
  range(Math.max(0, ...byCoder.map((values) => values.length))).map((unit) => byCoder.map((values) => values[unit] ?? null))
