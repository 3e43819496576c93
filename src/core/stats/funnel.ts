import {
  adjustedRatioLimits,
  adjustedShareLimits,
  binomialLimits,
  type FunnelLimits,
  type Position,
  poissonLimits,
  positionOf,
} from './funnel-limits.ts'
import { type Overdispersion, ratioOverdispersion, type ShareOverdispersion, shareOverdispersion } from './overdispersion.ts'
import { isRefused, type Refused, refuse } from './refusal.ts'
import { sum } from './sample.ts'

/** Below these the adjusted limits are not to be relied on. */
export const reliableUnits = 10
export const reliableExpected = 5

export type Unreliable = 'few-units' | 'small-expected' | 'not-computed'

export interface FunnelUnit {
  readonly value: number
  readonly exact: FunnelLimits
  readonly position: Position
  /** Limits with overdispersion; null where it could not be computed. */
  readonly adjusted: FunnelLimits | null
  readonly adjustedPosition: Position | null
  /** May be named: outside the 99.8 % limits that count here, which are the adjusted ones where those are reliable. */
  readonly named: boolean
}

export interface Funnel<Dispersion extends Overdispersion> {
  readonly centre: number
  readonly centreIs: 'pooled' | 'target' | 'one'
  readonly units: readonly FunnelUnit[]
  readonly overdispersion: Dispersion | Refused
  /** Why the adjustment is not to be relied on; empty where it is. Then the exact limits decide, and this is said. */
  readonly unreliable: readonly Unreliable[]
}

const isOut = (position: Position | null): boolean => position === 'below-998' || position === 'above-998'

function funnelOf<Dispersion extends Overdispersion>(
  frame: Pick<Funnel<Dispersion>, 'centre' | 'centreIs' | 'overdispersion'>,
  values: readonly {
    readonly value: number
    readonly expected: number
    readonly exact: FunnelLimits
    readonly adjust: (tau2: number) => FunnelLimits
  }[],
): Funnel<Dispersion> {
  const { overdispersion } = frame
  const unreliable: readonly Unreliable[] = [
    ...(values.length < reliableUnits ? (['few-units'] as const) : []),
    ...(values.some(({ expected }) => expected < reliableExpected) ? (['small-expected'] as const) : []),
    ...(isRefused(overdispersion) ? (['not-computed'] as const) : []),
  ]
  const units = values.map(({ value, exact, adjust }): FunnelUnit => {
    const adjusted = isRefused(overdispersion) ? null : adjust(overdispersion.tau2)
    const position = positionOf(value, exact)
    const adjustedPosition = adjusted && positionOf(value, adjusted)
    return { value, exact, position, adjusted, adjustedPosition, named: isOut(unreliable.length > 0 ? position : adjustedPosition) }
  })
  return { ...frame, units, unreliable }
}

/**
 * Funnel of shares r of n: which units differ from the centre by more than chance, and by more than units usually differ.
 *
 * Centre: `target` where one was agreed, or all r over all n. The adjustment is unreliable with fewer than 10 units, or where a unit
 * would expect fewer than 5 on either side. Refuses with `nothing-counted` without a unit or where some n is 0, `does-not-add-up`
 * where r lies outside 0..n, `no-variation` where the centre is 0 or 1.
 * Source: part 5.3.
 */
export function shareFunnel(
  units: readonly { readonly r: number; readonly n: number }[],
  { target }: { readonly target?: number } = {},
): Funnel<ShareOverdispersion> | Refused {
  if (units.length === 0 || units.some(({ n }) => n === 0)) return refuse('nothing-counted')
  if (units.some(({ r, n }) => r < 0 || r > n)) return refuse('does-not-add-up')
  const centre = target ?? sum(units.map(({ r }) => r)) / sum(units.map(({ n }) => n))
  if (centre <= 0 || centre >= 1) return refuse('no-variation')
  return funnelOf(
    { centre, centreIs: target === undefined ? 'pooled' : 'target', overdispersion: shareOverdispersion(units, centre) },
    units.map(({ r, n }) => ({
      value: r / n,
      expected: n * Math.min(centre, 1 - centre),
      exact: binomialLimits(n, centre),
      adjust: (tau2) => adjustedShareLimits(n, centre, tau2),
    })),
  )
}

/**
 * Funnel of ratios of what was observed to what was expected, around 1.
 * Refuses with `nothing-counted` without a unit, `nothing-expected` where nothing was. Source: part 5.3.
 */
export function ratioFunnel(units: readonly { readonly observed: number; readonly expected: number }[]): Funnel<Overdispersion> | Refused {
  if (units.length === 0) return refuse('nothing-counted')
  if (units.some(({ expected }) => expected <= 0)) return refuse('nothing-expected')
  return funnelOf(
    { centre: 1, centreIs: 'one', overdispersion: ratioOverdispersion(units) },
    units.map(({ observed, expected }) => ({
      value: observed / expected,
      expected,
      exact: poissonLimits(expected),
      adjust: (tau2) => adjustedRatioLimits(expected, tau2),
    })),
  )
}
