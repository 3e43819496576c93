import { useSyncExternalStore } from 'react'
import type { KeyChoice } from './keys/table.ts'

/** How one person likes the page: kept in this browser, nothing of a patient in it. */
export interface Settings {
  readonly language: 'en' | 'nb'
  readonly theme: 'light' | 'dark' | 'system'
  readonly density: 'compact' | 'comfortable'
  readonly keys: KeyChoice
}

const place = 'varde.settings'
const usual = (): Settings => ({
  language: /^(nb|no|nn)\b/i.test(navigator.language) ? 'nb' : 'en',
  theme: 'system',
  density: 'compact',
  keys: {},
})

function read(): Settings {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? '{}')
    return { ...usual(), ...(kept as Partial<Settings>) } // written by ourselves, below
  } catch {
    return usual()
  }
}

let current = read()
const listeners = new Set<() => void>()

export const settings = {
  now: (): Settings => current,
  set(change: Partial<Settings>): void {
    current = { ...current, ...change }
    try {
      localStorage.setItem(place, JSON.stringify(current))
    } catch {
      // A browser that keeps nothing still works; it forgets.
    }
    for (const listener of listeners) listener()
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

export const useSettings = (): Settings => useSyncExternalStore(settings.subscribe, settings.now)
