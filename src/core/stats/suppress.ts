import { isSmall, type Profile, type Shown, showCount, toldBy } from './disclosure.ts'
import { type Bounds, ceilingOf, partsOf, type Range, rangeOf, withOpen, workedOut } from './reader.ts'
import type { Cell, Release } from './release-cells.ts'
import { fits, type Solver } from './whole-numbers.ts'

export interface Hidden {
  readonly cell: string
  /** Small itself, or hidden because another could be worked out from it. Not to be published: it tells which is which. */
  readonly why: 'small' | 'complement'
}

/** What became of a release under a profile. Only a `safe` one has anything to show. */
export type Suppressed =
  | {
      readonly kind: 'safe'
      readonly shown: ReadonlyMap<string, Shown>
      readonly hidden: readonly Hidden[]
      readonly asked: number
    }
  /** These can be worked out from earlier releases, whatever is hidden now. */
  | { readonly kind: 'exposed'; readonly cells: readonly string[] }
  /** Cells that are not what their parts add up to, or not what earlier releases said, or that nobody gave. */
  | { readonly kind: 'does-not-add-up'; readonly cells: readonly string[] }

/** Cells at fault, before anything is computed. */
function faults({ cells, sums, told = [] }: Release): readonly string[] {
  const counts = new Map(cells.map((cell) => [cell.id, cell.count]))
  const whole = (id: string) => Number.isInteger(counts.get(id)) && counts.get(id)! >= 0
  const named = new Set([
    ...cells.map((cell) => cell.id),
    ...sums.flatMap((one) => [one.whole, ...one.parts]),
    ...told.map((one) => one.cell),
  ])
  const bad = new Set([...named].filter((id) => !whole(id)))
  for (const one of sums) if (counts.get(one.whole) !== one.parts.reduce((total, id) => total + counts.get(id)!, 0)) bad.add(one.whole)
  for (const { cell, low, high } of told) if (counts.get(cell)! < low || (high !== null && counts.get(cell)! > high)) bad.add(cell)
  return [...bad]
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

/** What a reader knows of a cell: what is shown of it, and what was told before. Nothing is shown of one that is not published. */
function boundReader(
  { cells, told = [] }: Release,
  profile: Profile,
): (cell: Cell, shown: Shown | undefined) => { readonly low: number; readonly high: number } {
  const ceiling = ceilingOf(cells)
  const before = Map.groupBy(told, (one) => one.cell)
  return (cell, shown) => {
    const known = [shown ? toldBy(profile, shown, cell.national) : { low: 0, high: null }, ...(before.get(cell.id) ?? [])]
    return { low: Math.max(...known.map((one) => one.low)), high: Math.min(...known.map((one) => one.high ?? ceiling)) }
  }
}

export function boundsOf(release: Release, profile: Profile, shownOf: (cell: Cell) => Shown | undefined): Bounds {
  const bound = boundReader(release, profile)
  return new Map(release.cells.map((cell) => [cell.id, bound(cell, shownOf(cell))]))
}

/**
 * Hides every small count of a release, and as many others as it takes so that none of the hidden can be worked out: from totals, from
 * other tables with the same cells, from earlier releases.
 *
 * First sums that leave too little room are mended by arithmetic. Then, for each hidden cell, two whole tables are found that differ in
 * it by the profile's width or more and that a reader cannot tell from the true one. Where there are none, the cheapest cell beside it
 * (the smallest count) is hidden too, one at a time. Two such tables stay possible when more is hidden, so each cell is shown to be
 * safe once. What the solver finds is checked with whole numbers.
 *
 * The order of cells does not matter; the same release gives the same answer. Hiding the fewest is not promised.
 * Source: part 5.8; Willenborg and de Waal, Elements of Statistical Disclosure Control, 2001, ch. 4.
 */
export function suppress(given: Release, profile: Profile, solver: Solver): Suppressed {
  const wrong = faults(given)
  if (wrong.length > 0) return { kind: 'does-not-add-up', cells: wrong.toSorted() }

  const cells = given.cells.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const release: Release = { ...given, cells, sums: given.sums.map((one) => ({ ...one, parts: one.parts.toSorted() })).toSorted(byText) }
  const byId = new Map(cells.map((cell) => [cell.id, cell]))
  const sumsOf = Map.groupBy(
    release.sums.flatMap((one) => [one.whole, ...one.parts].map((id) => ({ id, beside: [one.whole, ...one.parts] }))),
    ({ id }) => id,
  )
  const exempt = (cell: Cell) => Boolean(cell.national && profile.exceptNational)
  const hidden = new Map<string, Hidden['why']>()
  for (const cell of cells) if (!cell.unpublished && !exempt(cell) && isSmall(profile, cell.count)) hidden.set(cell.id, 'small')
  /** Hidden cells, and small ones that are not published but could be worked out. */
  const guarded = () => cells.filter((cell) => hidden.has(cell.id) || (cell.unpublished && !exempt(cell) && isSmall(profile, cell.count)))

  const shownOf = (cell: Cell): Shown | undefined => {
    if (cell.unpublished) return undefined
    return hidden.has(cell.id) ? { kind: 'hidden' } : showCount(profile, cell.count, cell.national)
  }
  const toldExactly = new Set((release.told ?? []).filter((one) => one.low === one.high).map((one) => one.cell))
  /** Could be hidden, to some use; a count of the country only where nothing else is left. A count that the profile shows though it is small (a zero in England) stays. */
  const mayHide = (cell: Cell) => !cell.unpublished && !hidden.has(cell.id) && !toldExactly.has(cell.id) && cell.count >= profile.hides.from

  /** The smallest and largest count of each cell in tables that were found and checked; at first, in the true one. */
  const seen = new Map(cells.map((cell) => [cell.id, { low: cell.count, high: cell.count }]))
  const isWide = (id: string) => seen.get(id)!.high - seen.get(id)!.low >= profile.width
  const see = (ids: readonly string[], values: readonly number[]) => {
    for (const [place, id] of ids.entries()) {
      const { low, high } = seen.get(id)!
      seen.set(id, { low: Math.min(low, values[place]!), high: Math.max(high, values[place]!) })
    }
  }
  let asked = 0

  /** Of a part's guarded cells, those for which no two tables are far enough apart. */
  function narrowIn(bounds: Bounds): readonly string[] {
    const guard = new Set(guarded().map((cell) => cell.id))
    const known = [...guard].filter((id) => bounds.get(id)!.low === bounds.get(id)!.high)
    return [
      ...known,
      ...partsOf(release, bounds).flatMap((part) => {
        const doubtful = part.cells.filter((id) => guard.has(id) && !isWide(id))
        if (doubtful.length === 0) return []
        return withOpen(solver, part.problem, (open) => {
          for (const id of doubtful) {
            const place = part.cells.indexOf(id)
            for (const way of ['largest', 'smallest'] as const) {
              if (isWide(id)) break
              asked++
              const { low, high } = seen.get(id)!
              const found = open.furthest(place, way, way === 'largest' ? low + profile.width : high - profile.width)
              if (found && fits(part.problem, found.values)) see(part.cells, found.values)
            }
            // One a part and round: the others are asked about when this is mended, which often mends them too.
            if (!isWide(id)) return [id]
          }
          return []
        })
      }),
    ]
  }

  const cheapest = (ids: readonly string[]) =>
    ids
      .map((one) => byId.get(one)!)
      .filter(mayHide)
      .toSorted((a, b) => Number(exempt(a)) - Number(exempt(b)) || a.count - b.count || (a.id < b.id ? -1 : 1))[0]

  /** The cheapest cell beside it, in the sum that binds it most; else the cheapest beside those, and so on outwards. */
  function nextToHide(id: string, bounds: Bounds): Cell | undefined {
    const slack = (beside: readonly string[]) =>
      beside.filter((one) => one !== id).reduce((total, one) => total + bounds.get(one)!.high - bounds.get(one)!.low, 0)
    const tightest = (sumsOf.get(id) ?? []).toSorted((a, b) => slack(a.beside) - slack(b.beside))
    for (const { beside } of tightest) {
      const cell = cheapest(beside)
      if (cell) return cell
    }
    const reached = new Set([id])
    for (let edge = [id]; edge.length > 0; ) {
      edge = [...new Set(edge.flatMap((one) => (sumsOf.get(one) ?? []).flatMap(({ beside }) => beside)))].filter((one) => !reached.has(one))
      for (const one of edge) reached.add(one)
      const cell = cheapest(edge)
      if (cell) return cell
    }
    return undefined
  }

  /** Whether hiding all that may be hidden would help. If not, earlier releases have said too much. */
  const helpless = new Map<string, boolean>()
  function isHelpless(id: string): boolean {
    const known = helpless.get(id)
    if (known !== undefined) return known
    const least = boundsOf(release, profile, (cell) => (mayHide(cell) ? { kind: 'hidden' } : shownOf(cell)))
    const range = rangeOf(release, least, id, solver)
    asked += 2
    // What the solver did not find is not known to be out of reach.
    const answer = range !== undefined && range.high !== null && range.high - range.low < profile.width
    helpless.set(id, answer)
    return answer
  }

  /**
   * Sums whose other cells together leave less room than the width: no solver is needed to see that a cell of theirs can be worked
   * out. Most of what has to be hidden is found so.
   */
  function mendTightSums(): void {
    const bounds = new Map(boundsOf(release, profile, shownOf))
    const bound = boundReader(release, profile)
    const guard = new Set(guarded().map((cell) => cell.id))
    const room = (id: string) => bounds.get(id)!.high - bounds.get(id)!.low
    for (let mended = true; mended; ) {
      mended = false
      for (const { whole, parts } of release.sums) {
        const beside = [whole, ...parts]
        const all = beside.reduce((total, id) => total + room(id), 0)
        const next = beside.some((id) => guard.has(id) && all - room(id) < profile.width) ? cheapest(beside) : undefined
        if (!next) continue
        hidden.set(next.id, 'complement')
        guard.add(next.id)
        bounds.set(next.id, bound(next, { kind: 'hidden' }))
        mended = true
      }
    }
  }

  const exposed = new Set<string>()
  for (;;) {
    mendTightSums()
    const bounds = boundsOf(release, profile, shownOf)
    const narrow = narrowIn(bounds)
    if (narrow.length === 0) break
    for (const id of narrow) {
      const next = isHelpless(id) ? undefined : nextToHide(id, bounds)
      if (next) hidden.set(next.id, 'complement')
      else exposed.add(id)
    }
    // It cannot be published as it is; the rest need not be computed.
    if (exposed.size > 0) return { kind: 'exposed', cells: [...exposed].toSorted() }
  }
  return {
    kind: 'safe',
    shown: new Map(cells.flatMap((cell) => (cell.unpublished ? [] : [[cell.id, shownOf(cell)!] as const]))),
    hidden: [...hidden].map(([cell, why]) => ({ cell, why })),
    asked,
  }
}

/**
 * The attack: for each hidden cell of a release, what a reader can work out from what is shown, how it adds up and what was told
 * before. Looks at what is shown and at nothing else that `suppress` knew.
 */
export function attack(release: Release, profile: Profile, shown: ReadonlyMap<string, Shown>, solver: Solver): ReadonlyMap<string, Range> {
  const bounds = boundsOf(release, profile, (cell) => shown.get(cell.id))
  return workedOut(
    release,
    bounds,
    new Set(release.cells.filter((cell) => shown.get(cell.id)?.kind !== 'count').map((cell) => cell.id)),
    solver,
  )
}
