import { useSyncExternalStore } from 'react'

/** Whether the service is there. Whoever finds out says so; while it is not, somebody looks every two seconds. */
const everyMs = 2_000
let awaySince: number | undefined
let looking: ReturnType<typeof setTimeout> | undefined
const listeners = new Set<() => void>()
const waiting = new Set<() => void>()

const tell = (): void => {
  for (const listener of listeners) listener()
}

async function look(): Promise<void> {
  const there = await fetch('/api/sign-in').then(
    ({ ok }) => ok,
    () => false,
  )
  if (there) connection.found()
  else looking = setTimeout(look, everyMs)
}

export const connection = {
  lost(): void {
    if (awaySince !== undefined) return
    awaySince = Date.now()
    looking = setTimeout(look, everyMs)
    tell()
  },
  found(): void {
    if (awaySince === undefined) return
    awaySince = undefined
    clearTimeout(looking)
    for (const go of [...waiting]) go()
    waiting.clear()
    tell()
  },
  isAway: (): boolean => awaySince !== undefined,
  whenBack: (): Promise<void> => (awaySince === undefined ? Promise.resolve() : new Promise((go) => void waiting.add(go))),
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

/** Since when the service has been away, in milliseconds since 1970; undefined while it is there. */
export const useAwaySince = (): number | undefined => useSyncExternalStore(connection.subscribe, () => awaySince)
