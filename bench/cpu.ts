/** CPU seconds of this process so far, DuckDB's threads included. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

export async function cpuOf(work: () => unknown): Promise<number> {
  const before = cpuSeconds()
  await work()
  return cpuSeconds() - before
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2
}

/** Runs the works in turn, so that a busier minute falls on all alike, and gives the median CPU seconds of each. */
export async function inTurn(works: readonly (() => unknown)[], rounds: number): Promise<readonly number[]> {
  const times: number[][] = works.map(() => [])
  for (let round = 0; round < rounds; round++) for (const [i, work] of works.entries()) times[i]!.push(await cpuOf(work))
  return times.map(median)
}
