import { useSyncExternalStore } from 'react'

/** What was done last, and the way back. Each act is in the ledger for good: undoing it is an act of its own. */
interface Done {
  readonly words: string
  readonly back?: (() => Promise<unknown>) | undefined
}
let done: readonly Done[] = []
const listeners = new Set<() => void>()
const set = (now: readonly Done[]): void => {
  done = now
  for (const listener of listeners) listener()
}

export const undo = {
  say: (words: string, back?: () => Promise<unknown>): void => set([...done.slice(-50), { words, back }]),
  /** Takes the last act that has a way back. */
  take(): Done | undefined {
    const at = done.findLastIndex(({ back }) => back !== undefined)
    const one = done[at]
    if (one) set(done.filter((_, nth) => nth !== at))
    return one
  },
  /** What one person did is not taken back by the next one at this screen. */
  forget: (): void => set([]),
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

export const useLastDone = (): Done | undefined => useSyncExternalStore(undo.subscribe, () => done.at(-1))
