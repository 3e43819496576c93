import { type Asking, momentOf, type Pathway } from '../clock/chosen.ts'
import { readClock, readPathway } from '../clock/clock.ts'
import type { Indicator, Pack } from '../pack/pack.ts'
import { dayText } from '../words/day.ts'
import { type AccountLine, linesOf, wholeWeight } from './account.ts'
import { groundsOf } from './explain.ts'

export const becauses = ['arrived', 'corrected', 'withdrawn', 'rule', 'pack-fact', 'time'] as const
export type Because = (typeof becauses)[number]

/** One pathway whose part in a figure changed. Parts of a pathway, in whole pathways. */
export interface Difference {
  readonly pathway: string
  readonly variant: string
  readonly because: Because
  /** Of what arrived: care lay before the first day, and the code came after. */
  readonly codingLate: boolean
  readonly numerator: number
  readonly denominator: number
  readonly detail: string
}

export interface Comparison {
  readonly numerator: { readonly from: number; readonly to: number; readonly difference: number }
  readonly denominator: { readonly from: number; readonly to: number; readonly difference: number }
  readonly items: readonly {
    readonly because: Because
    readonly pathways: number
    readonly codingLate: number
    readonly numerator: number
    readonly denominator: number
  }[]
  readonly differences: readonly Difference[]
}

/** One side of a comparison. */
export interface Side {
  readonly pack: Pack
  readonly indicator: Indicator
  readonly asking: Asking
  readonly lines: readonly AccountLine[]
}

type Part = { readonly numerator: number; readonly denominator: number; readonly line?: AccountLine }
const keyOf = (line: { ledger: number; pathway: string; variant: string }) => `${line.ledger}\n${line.pathway}\n${line.variant}`

function partsOf(lines: readonly AccountLine[]): ReadonlyMap<string, Part> {
  const out = new Map<string, Part>()
  for (const line of lines) {
    const before = out.get(keyOf(line)) ?? { numerator: 0, denominator: 0 }
    const counted = line.bin === 'left-out' ? 0 : line.weight
    out.set(keyOf(line), {
      numerator: before.numerator + (line.bin === 'met' ? line.weight : 0),
      denominator: before.denominator + counted,
      line,
    })
  }
  return out
}

/** The pathways whose part in the figure differs; only these need a closer look. */
export function changedPathways(from: Side, to: Side): readonly { ledger: number; pathway: string; variant: string }[] {
  const [a, b] = [partsOf(from.lines), partsOf(to.lines)]
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((key) => {
    const [x, y] = [a.get(key), b.get(key)]
    const line = y?.line ?? x?.line
    return line && ((x?.numerator ?? 0) !== (y?.numerator ?? 0) || (x?.denominator ?? 0) !== (y?.denominator ?? 0))
      ? [{ ledger: line.ledger, pathway: line.pathway, variant: line.variant }]
      : []
  })
}

/** Itemises a difference pathway by pathway; the items sum to it exactly. `pathwayOf` gives a changed pathway with its entries. */
export function compareSides(
  from: Side,
  to: Side,
  pathwayOf: (id: { ledger: number; pathway: string; variant: string }, pack: Pack) => Pathway | undefined,
): Comparison {
  const [a, b] = [partsOf(from.lines), partsOf(to.lines)]
  const total = (parts: ReadonlyMap<string, Part>, what: 'numerator' | 'denominator') =>
    [...parts.values()].reduce((sum, p) => sum + p[what], 0) / wholeWeight
  const differences = changedPathways(from, to).map((id): Difference => {
    const [x, y] = [a.get(keyOf(id)), b.get(keyOf(id))]
    const why =
      from.pack === to.pack
        ? becauseOfDays(from, to, pathwayOf(id, to.pack), y)
        : becauseOfPacks(from, to, [x?.line, y?.line], [pathwayOf(id, from.pack), pathwayOf(id, to.pack)])
    return {
      pathway: id.pathway,
      variant: id.variant,
      ...why,
      numerator: ((y?.numerator ?? 0) - (x?.numerator ?? 0)) / wholeWeight,
      denominator: ((y?.denominator ?? 0) - (x?.denominator ?? 0)) / wholeWeight,
    }
  })
  const part = (what: 'numerator' | 'denominator') => ({
    from: total(a, what),
    to: total(b, what),
    difference: total(b, what) - total(a, what),
  })
  return {
    numerator: part('numerator'),
    denominator: part('denominator'),
    items: becauses.flatMap((because) => {
      const own = differences.filter((d) => d.because === because)
      const sum = (what: 'numerator' | 'denominator') => Math.round(own.reduce((n, d) => n + d[what], 0) * wholeWeight) / wholeWeight
      return own.length === 0
        ? []
        : [
            {
              because,
              pathways: own.length,
              codingLate: own.filter((d) => d.codingLate).length,
              numerator: sum('numerator'),
              denominator: sum('denominator'),
            },
          ]
    }),
    differences,
  }
}

type Why = Pick<Difference, 'because' | 'codingLate' | 'detail'>

/**
 * The same pack on two days. If the clock alone, running on over what was known on the first day, gives the second answer, it was
 * time. Otherwise an entry of those known then was corrected or withdrawn since, or entries arrived.
 */
function becauseOfDays(from: Side, to: Side, pathway: Pathway | undefined, now: Part | undefined): Why {
  if (!pathway) return { because: 'time', codingLate: false, detail: '' }
  const first = from.asking.asOf
  const knownThen = pathway.entries.filter(({ entry }) => entry.recorded <= first)
  const forgetful = knownThen.map(({ entry, row }) => {
    const { superseded, ...rest } = entry
    return { row, entry: superseded !== undefined && superseded > first ? rest : entry }
  })
  const counterfactual = partsOf(linesOf(readPathway(to.pack, { ...pathway, entries: forgetful }, to.asking), to.indicator))
  const then = [...counterfactual.values()][0]
  if ((then?.numerator ?? 0) === (now?.numerator ?? 0) && (then?.denominator ?? 0) === (now?.denominator ?? 0))
    return { because: 'time', codingLate: false, detail: `the day moved from ${dayText(first)} to ${dayText(to.asking.asOf)}` }
  const arrived = pathway.entries.filter(({ entry }) => entry.recorded > first && entry.recorded <= to.asking.asOf)
  const before = readPathway(from.pack, pathway, from.asking)
  const counted = new Set(before.chosen.base.map((c) => c?.coded.entry))
  const gone = knownThen.filter(
    ({ entry }) => entry.superseded !== undefined && entry.superseded > first && entry.superseded <= to.asking.asOf,
  )
  // An entry that counted then and is gone now moved the figure; one that never counted did so only if nothing else came.
  const changed =
    gone.find(({ entry, row }) => counted.has(entry) || row.starts.length + row.ends.length > 0) ??
    (arrived.length === 0 ? gone[0] : undefined)
  if (changed) {
    const anew = arrived.some(({ row }) => row.slots.some((slot) => changed.row.slots.includes(slot)))
    return {
      because: anew ? 'corrected' : 'withdrawn',
      codingLate: false,
      detail: `${changed.entry.code} of ${dayText(changed.entry.occurred)}, ${anew ? 'corrected' : 'withdrawn'} ${dayText(changed.entry.superseded!)}`,
    }
  }
  const reading = readPathway(to.pack, pathway, to.asking)
  const clock = to.indicator.within && readClock(reading, to.indicator.within)
  const rests = clock
    ? [clock.start, clock.stop]
    : [momentOf(to.indicator.period, reading.chosen.base), momentOf(to.indicator.place, reading.chosen.base)]
  const deciding = rests.flatMap((c) => (c && c.coded.entry.recorded > first ? [c.coded] : []))
  const last = deciding.at(-1) ?? arrived.at(-1)
  return {
    because: 'arrived',
    codingLate: deciding.length > 0 && deciding.every(({ entry }) => entry.occurred <= first),
    detail: last ? `${last.entry.code} of ${dayText(last.entry.occurred)}, recorded ${dayText(last.entry.recorded)}` : '',
  }
}

/** The same day under two packs: something unknown became known, or a rule changed. Both sides name the limit row they went by. */
function becauseOfPacks(
  from: Side,
  to: Side,
  lines: readonly (AccountLine | undefined)[],
  pathways: readonly (Pathway | undefined)[],
): Why {
  const unknown = [from, to].map((side, i) => side.indicator.unknown !== undefined || lines[i]?.leftOut === 'limit-unknown')
  const detail = [from, to].map((side, i) => {
    const line = lines[i]
    const pathway = pathways[i]
    if (!line || !pathway) return `${side.pack.id} ${side.pack.version}: not in the population`
    const { rules } = groundsOf(side.pack, pathway, side.asking, side.indicator.within?.id)
    return `${side.pack.id} ${side.pack.version}: ${line.cause ?? line.leftOut ?? line.bin}${rules.length > 0 ? ` by ${rules.join(', ')}` : ''}`
  })
  return { because: unknown[0] !== unknown[1] ? 'pack-fact' : 'rule', codingLate: false, detail: detail.join('; ') }
}
