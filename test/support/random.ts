/** Random numbers that can be had again: SEED names the seed; without one it is fixed, in a soak it is new. A failing test prints it. */
export function randomOf(usual = 20_261_125): { readonly random: () => number; readonly seed: number } {
  const given = process.env['SEED']
  const seed = given !== undefined ? Number(given) : process.env['SOAK'] ? Math.floor(Math.random() * 2 ** 31) : usual
  let state = seed >>> 0
  // mulberry32
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return { random, seed }
}
