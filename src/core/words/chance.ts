/** Whole numbers from 0 to 2^32 - 1, each as likely. */
export type Random = () => number
export const allNumbers = 2 ** 32

/**
 * The generator sfc32: it passes the usual tests of chance and needs only whole numbers of 32 bits, so that it gives the
 * same everywhere. Each stream of a seed has its own numbers: the first thousand pathways of a larger ledger are those of a smaller one.
 */
export function randomOf(seed: number, stream: number): Random {
  let [a, b, c, count] = [seed | 0, Math.floor(seed / allNumbers) | 0, stream | 0, 1]
  const random = () => {
    const sum = (((a + b) | 0) + count) | 0
    count = (count + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return sum >>> 0
  }
  for (let i = 0; i < 12; i++) random()
  return random
}

/** One of 0, 1, ... size - 1, each as likely. */
export const oneOf = (random: Random, size: number): number => Math.floor((random() / allNumbers) * size)
