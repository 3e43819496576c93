import { range, sum } from './sample.ts'

/** One count of a release, or one that could be worked out from it. The same id is the same count, in whatever table it stands. */
export interface Cell {
  readonly id: string
  /** As it is; whole and not negative. */
  readonly count: number
  readonly national?: boolean
  /** Not part of what is published; a reader must not be able to work it out where it is small. */
  readonly unpublished?: boolean
}

/** The whole is the sum of its parts. Ids of cells. */
export interface Sum {
  readonly whole: string
  readonly parts: readonly string[]
}

/** What earlier releases said of a cell: it lies between these. A count that was revised since is another cell, with another id. */
export interface Told {
  readonly cell: string
  readonly low: number
  readonly high: number | null
}

export interface Release {
  readonly cells: readonly Cell[]
  readonly sums: readonly Sum[]
  readonly told?: readonly Told[]
}

export interface CrossTable {
  /** Whom it counts. Tables of the same people share their totals. */
  readonly of: string
  readonly dimensions: readonly { readonly name: string; readonly levels: readonly string[] }[]
  /** Row by row: the last dimension runs fastest. Whole numbers. */
  readonly counts: readonly number[]
  /** Whether cells without a place are the whole country. */
  readonly nationalWithout?: string
}

const idOf = (of: string, chosen: Readonly<Record<string, string>>): string =>
  JSON.stringify([of, ...Object.entries(chosen).toSorted(([a], [b]) => (a < b ? -1 : 1))])

/** The id of a cell of a table; a dimension that is not chosen is its total. */
export const cellId = (of: string, chosen: Readonly<Record<string, string>>): string => idOf(of, chosen)

/**
 * All cells of a table with all its totals, and how they add up.
 *
 * A share is a table with its outcomes as a dimension (met, not met): then what fell short is a cell as well, and cannot be worked out.
 */
export function cellsOfTable({ of, dimensions, counts, nationalWithout }: CrossTable): Required<Pick<Release, 'cells' | 'sums'>> {
  const sizes = dimensions.map(({ levels }) => levels.length)
  const strides = sizes.map((_, d) => sizes.slice(d + 1).reduce((product, size) => product * size, 1))
  // A place is a level for each dimension, or null for its total.
  const places = sizes.reduce<readonly (readonly (number | null)[])[]>(
    (all, size) => all.flatMap((place) => [...range(size), null].map((level) => [...place, level])),
    [[]],
  )
  const countAt = (place: readonly (number | null)[]): number => {
    const total = place.indexOf(null)
    if (total === -1) return counts[sum(place.map((level, d) => level! * strides[d]!))]!
    return sum(range(sizes[total]!).map((level) => countAt(place.with(total, level))))
  }
  const chosenAt = (place: readonly (number | null)[]) =>
    Object.fromEntries(place.flatMap((level, d) => (level === null ? [] : [[dimensions[d]!.name, dimensions[d]!.levels[level]!]])))
  const idAt = (place: readonly (number | null)[]) => idOf(of, chosenAt(place))
  return {
    cells: places.map((place) => ({
      id: idAt(place),
      count: countAt(place),
      ...(nationalWithout !== undefined && !(nationalWithout in chosenAt(place)) ? { national: true } : {}),
    })),
    sums: places.flatMap((place) =>
      place.flatMap((level, d) =>
        level === null ? [{ whole: idAt(place), parts: range(sizes[d]!).map((one) => idAt(place.with(d, one))) }] : [],
      ),
    ),
  }
}

/** Several tables as one release: a cell that stands in two of them is one cell. What earlier releases told comes last. */
export function releaseOf(tables: readonly CrossTable[], told: readonly Told[] = []): Release {
  const all = tables.map(cellsOfTable)
  const cells = new Map(all.flatMap((table) => table.cells.map((cell) => [cell.id, cell])))
  const sums = new Map(all.flatMap((table) => table.sums.map((one) => [JSON.stringify(one), one])))
  return { cells: [...cells.values()], sums: [...sums.values()], told }
}
