import type { Io } from './io.ts'

export async function generate(_options: { pack: string; pathways: number; seed: number; out: string }, _io: Io): Promise<void> {}
