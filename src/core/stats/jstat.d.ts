/** The part of jstat that is used here; the package brings no types. Its cumulative functions are not used: they round to ten digits. */
declare module 'jstat' {
  const jStat: {
    readonly normal: { inv(p: number, mean: number, deviation: number): number; cdf(x: number, mean: number, deviation: number): number }
    readonly beta: { inv(p: number, a: number, b: number): number }
    readonly chisquare: { inv(p: number, degrees: number): number }
    gammaln(x: number): number
  }
  export = jStat
}
