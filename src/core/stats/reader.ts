import { getOrMake } from '../words/lookup.ts'
import type { Cell, Release } from './release-cells.ts'
import { fits, type OpenProblem, type Solver, type WholeProblem } from './whole-numbers.ts'

/** What a reader knows of each cell, besides how they add up. */
export type Bounds = ReadonlyMap<string, { readonly low: number; readonly high: number }>

/** Cells that are not known exactly and hang together by their sums, as a problem. */
export interface Part {
  readonly cells: readonly string[]
  readonly problem: WholeProblem
}

/** So high that no count of the release comes near it: a reader's "no upper end". */
export const ceilingOf = (cells: readonly Cell[]): number => 2 * Math.max(0, ...cells.map((cell) => cell.count)) + 1000

/** Sums with at least one cell that is not known exactly, gathered into parts that have no cell in common. */
export function partsOf({ sums }: Pick<Release, 'sums'>, bounds: Bounds): readonly Part[] {
  const isFree = (id: string) => bounds.get(id)!.low !== bounds.get(id)!.high
  const above = new Map<string, string>()
  const rootOf = (id: string): string => {
    let root = id
    while (above.has(root)) root = above.get(root)!
    for (let next = id; next !== root; ) {
      const up = above.get(next)!
      above.set(next, root)
      next = up
    }
    return root
  }
  const rows = sums
    .map(({ whole, parts }) => [{ id: whole, factor: 1 }, ...parts.map((id) => ({ id, factor: -1 }))])
    .filter((terms) => terms.some(({ id }) => isFree(id)))
  for (const terms of rows) {
    const [first, ...others] = terms.filter(({ id }) => isFree(id)).map(({ id }) => rootOf(id))
    for (const other of others) {
      const [a, b] = [rootOf(first!), rootOf(other)]
      if (a !== b) above.set(b, a)
    }
  }
  const byRoot = new Map<string, { cells: Map<string, number>; rows: WholeProblem['rows'][number][] }>()
  const partAt = (id: string) => getOrMake(byRoot, rootOf(id), () => ({ cells: new Map<string, number>(), rows: [] }))
  for (const id of bounds.keys()) if (isFree(id)) partAt(id).cells.set(id, partAt(id).cells.size)
  for (const terms of rows) {
    const free = terms.filter(({ id }) => isFree(id))
    const part = partAt(free[0]!.id)
    const fixed = terms.filter(({ id }) => !isFree(id)).reduce((total, { id, factor }) => total + factor * bounds.get(id)!.low, 0)
    part.rows.push({ places: free.map(({ id }) => part.cells.get(id)!), factors: free.map(({ factor }) => factor), total: -fixed })
  }
  return [...byRoot.values()].map((part) => {
    const cells = [...part.cells.keys()]
    const of = (end: 'low' | 'high') => cells.map((id) => bounds.get(id)![end])
    return { cells, problem: { lows: of('low'), highs: of('high'), rows: part.rows } }
  })
}

/** Runs with a problem held open, and closes it however that ends. */
export function withOpen<T>(solver: Solver, problem: WholeProblem, run: (open: OpenProblem) => T): T {
  const open = solver(problem)
  try {
    return run(open)
  } finally {
    open.close()
  }
}

export interface Range {
  readonly low: number
  /** Null for no upper end. */
  readonly high: number | null
  /** Both ends are proven: there is nothing beyond them. */
  readonly proven: boolean
}

function rangeIn({ problem }: Part, open: OpenProblem, place: number, ceiling: number): Range | undefined {
  const [low, high] = (['smallest', 'largest'] as const).map((way) => open.furthest(place, way))
  if (!low || !high || !fits(problem, low.values) || !fits(problem, high.values)) return undefined
  const top = high.values[place]!
  return { low: low.values[place]!, high: top >= ceiling ? null : top, proven: low.proven && high.proven }
}

/** What a reader can work out of one cell; undefined where the solver found no numbers that fit. */
export function rangeOf(release: Release, bounds: Bounds, id: string, solver: Solver): Range | undefined {
  const part = partsOf(release, bounds).find(({ cells }) => cells.includes(id))
  if (!part) return { ...bounds.get(id)!, proven: true }
  return withOpen(solver, part.problem, (open) => rangeIn(part, open, part.cells.indexOf(id), ceilingOf(release.cells)))
}

/**
 * What a reader can work out: for each cell asked for, the smallest and largest count consistent with everything known.
 *
 * Throws where the knowledge contradicts itself: then it is not of these counts.
 */
export function workedOut(release: Release, bounds: Bounds, asked: ReadonlySet<string>, solver: Solver): ReadonlyMap<string, Range> {
  const ceiling = ceilingOf(release.cells)
  const found = new Map<string, Range>([...asked].map((id) => [id, { ...bounds.get(id)!, proven: true }]))
  for (const part of partsOf(release, bounds)) {
    if (!part.cells.some((id) => asked.has(id))) continue
    withOpen(solver, part.problem, (open) => {
      for (const [place, id] of part.cells.entries()) {
        if (!asked.has(id)) continue
        const range = rangeIn(part, open, place, ceiling)
        if (!range) throw new Error('what is known of a release contradicts itself')
        found.set(id, range)
      }
    })
  }
  return found
}
