/** Whole numbers within bounds that have to add up: what a solver is asked about. */
export interface WholeProblem {
  readonly lows: readonly number[]
  readonly highs: readonly number[]
  /** Each: factors times numbers add up to the total. */
  readonly rows: readonly { readonly places: readonly number[]; readonly factors: readonly number[]; readonly total: number }[]
}

export interface Furthest {
  /** Numbers that fit, with the one asked for as small or as large as was found. */
  readonly values: readonly number[]
  /** There is none smaller or larger. */
  readonly proven: boolean
}

/** A problem held open, to be asked several times. */
export interface OpenProblem {
  /** Undefined when no numbers that fit were found. May stop, without proof, at one that is as far as `enough`. */
  furthest(place: number, way: 'smallest' | 'largest', enough?: number): Furthest | undefined
  close(): void
}

/**
 * What solves it. Core has no solver of its own and loads none: the good ones are machine code that has to be fetched first. The room
 * that publishes brings one. What it answers is checked here, so that a mistake of its arithmetic can hide a cell too many, but never
 * show one too many.
 */
export type Solver = (problem: WholeProblem) => OpenProblem

export const fits = ({ lows, highs, rows }: WholeProblem, values: readonly number[]): boolean =>
  values.length === lows.length &&
  values.every((value, i) => Number.isInteger(value) && value >= lows[i]! && value <= highs[i]!) &&
  rows.every(({ places, factors, total }) => places.reduce((all, place, i) => all + factors[i]! * values[place]!, 0) === total)
