import type { Figure } from '../measure/figure.ts'
import { shareFunnel, type Unreliable } from '../stats/funnel.ts'
import { adjustedShareLimits, binomialLimits, type FunnelLimits, type Position } from '../stats/funnel-limits.ts'
import { isRefused, type Refused } from '../stats/refusal.ts'
import type { Good, PointKind } from '../stats/special-cause.ts'

export interface PlacePoint {
  /** An organisation's number, as text; '' where none is known. */
  readonly place: string
  readonly met: number
  readonly all: number
  readonly share: number
  readonly limits: FunnelLimits
  readonly position: Position
  readonly kind: PointKind
  /** Outside the 99.8 % limits that decide here: only then does a place differ from the others. */
  readonly named: boolean
}

/** A funnel of places: all that is drawn. The limits that decide are the ones that are drawn. */
export interface PlaceFunnel {
  readonly good: Good
  readonly centre: number
  /** Limits with what varies between places anyway, or by chance alone. */
  readonly decidedBy: 'adjusted' | 'exact'
  readonly unreliable: readonly Unreliable[]
  /** How much more places vary than chance would have it; null where it cannot be computed. */
  readonly phi: number | null
  readonly tau2: number | null
  readonly places: readonly PlacePoint[]
  /** The limits for so many counted, from few to many. */
  readonly course: readonly (FunnelLimits & { readonly all: number })[]
}

const steps = 48

/** So many counted, from few to the most, closer together where limits bend. */
function sizesUpTo(most: number): readonly number[] {
  const sizes = Array.from({ length: steps }, (_, i) => Math.max(1, Math.round(most * ((i + 1) / steps) ** 2)))
  return [...new Set(sizes)]
}

function kindOf(side: number, good: Good): PointKind {
  if (good === 'neither') return side > 0 ? 'neither-high' : 'neither-low'
  return side > 0 === (good === 'up') ? 'improvement' : 'concern'
}

/**
 * Do places differ by more than chance? Counts that are parts of pathways (shared between places) are taken to the nearest whole one.
 * Refuses as the funnel does: `nothing-counted`, `no-variation`.
 */
export function placeFunnel(figures: readonly Pick<Figure, 'place' | 'numerator' | 'denominator'>[], good: Good): PlaceFunnel | Refused {
  const counted = figures
    .map(({ place, numerator, denominator }) => ({ place: place ?? '', met: Math.round(numerator), all: Math.round(denominator) }))
    .filter(({ all }) => all > 0)
    .map((one) => ({ ...one, met: Math.min(one.met, one.all) }))
  const funnel = shareFunnel(counted.map(({ met, all }) => ({ r: met, n: all })))
  if (isRefused(funnel)) return funnel
  const { centre, unreliable, overdispersion } = funnel
  const tau2 = isRefused(overdispersion) ? null : overdispersion.tau2
  const adjusted = unreliable.length === 0 && tau2 !== null
  const limitsAt = (all: number): FunnelLimits => (adjusted ? adjustedShareLimits(all, centre, tau2) : binomialLimits(all, centre))
  return {
    good,
    centre,
    decidedBy: adjusted ? 'adjusted' : 'exact',
    unreliable,
    phi: isRefused(overdispersion) ? null : overdispersion.phi,
    tau2,
    places: funnel.units.map((unit, i) => ({
      ...counted[i]!,
      share: unit.value,
      limits: (adjusted ? unit.adjusted : null) ?? unit.exact,
      position: (adjusted ? unit.adjustedPosition : null) ?? unit.position,
      kind: unit.named ? kindOf(unit.value - centre, good) : 'common',
      named: unit.named,
    })),
    course: sizesUpTo(Math.max(...counted.map(({ all }) => all))).map((all) => ({ all, ...limitsAt(all) })),
  }
}
