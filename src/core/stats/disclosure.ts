import { type Refused, ratio, refuse } from './refusal.ts'

/** What may be said of a count: rules as data. */
export interface Profile {
  readonly id: string
  /** Counts from one to the other, both included, are hidden. */
  readonly hides: { readonly from: number; readonly to: number }
  /** A hidden count must be possible within so wide a range, at least: from its smallest to its largest value, given all that is published. */
  readonly width: number
  /** Other counts are shown to the nearest multiple. */
  readonly roundTo: number | null
  /** Counts of the whole country are neither hidden nor rounded. */
  readonly exceptNational: boolean
  readonly source: string
}

/**
 * The ranges are as wide as the band that is hidden has values, so that a reader cannot even be sure that a hidden count is a small one.
 * A zero is a count under 3 and under 5; England's rule lets it stand.
 */
export const profiles = {
  NO: {
    id: 'NO',
    hides: { from: 0, to: 2 },
    width: 3,
    roundTo: null,
    exceptNational: false,
    source: 'Helsedirektoratet, pakkeforløp for kreft, indikatorer for aktivitet og forløpstid',
  },
  EN: {
    id: 'EN',
    hides: { from: 1, to: 7 },
    width: 7,
    roundTo: 5,
    exceptNational: true,
    source: 'NHS Digital, disclosure control methodology for HES and ECDS from September 2018',
  },
  strict: { id: 'strict', hides: { from: 0, to: 4 }, width: 5, roundTo: null, exceptNational: false, source: 'ours' },
} as const satisfies Readonly<Record<string, Profile>>

/** A count as it may be shown. All hidden ones look alike, whatever they are hidden for. */
export type Shown = { readonly kind: 'count'; readonly count: number } | { readonly kind: 'hidden' }

export const isSmall = ({ hides }: Profile, count: number): boolean => count >= hides.from && count <= hides.to

const roundedTo = (count: number, step: number | null): number => (step === null ? count : Math.round(count / step) * step)

/** A count by itself, as a profile lets it be shown. In a table others may have to be hidden with it: see `suppress`. */
export function showCount(profile: Profile, count: number, national = false): Shown {
  if (national && profile.exceptNational) return { kind: 'count', count }
  return isSmall(profile, count) ? { kind: 'hidden' } : { kind: 'count', count: roundedTo(count, profile.roundTo) }
}

/** The counts that would be shown so: what a reader knows of a cell. No upper end where a count is hidden. */
export function toldBy(profile: Profile, shown: Shown, national = false): { readonly low: number; readonly high: number | null } {
  if (shown.kind === 'hidden') return { low: profile.hides.from, high: null }
  const { count } = shown
  if (profile.roundTo === null || count === 0 || (national && profile.exceptNational)) return { low: count, high: count }
  const half = Math.floor(profile.roundTo / 2)
  return { low: Math.max(profile.hides.to + 1, count - half), high: count + half }
}

/** A share from two counts as they are shown, never from the counts themselves. Hidden where either is. */
export function showShare(
  numerator: Shown,
  denominator: Shown,
): { readonly kind: 'share'; readonly share: number } | { readonly kind: 'hidden' } | Refused {
  if (numerator.kind === 'hidden' || denominator.kind === 'hidden') return { kind: 'hidden' }
  const share = ratio(numerator.count, denominator.count)
  return typeof share === 'number' ? { kind: 'share', share } : share
}

/** Whether a mean or a median of so many people may be shown: not where their number is hidden. */
export function showStatistic<T>(profile: Profile, people: number, statistic: T): T | { readonly kind: 'hidden' } | Refused {
  if (people === 0) return refuse('nothing-counted')
  return people <= profile.hides.to ? { kind: 'hidden' } : statistic
}
