/** Chance that can be had again: numbers from 0 to 1 that follow from a seed (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** The seed of this run: given in SEED, or the clock's. Said, so that a failing run can be had again. */
export function seedOf(what: string): number {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  console.log(`${what}: SEED=${seed}`)
  return seed
}

export const isSoak = process.env['SOAK'] === '1'
