import type { Io } from './io.ts'

export async function start(_io: Io): Promise<void> {}
