import { useCallback, useState } from 'react'

const beginning = 'varde.draft.'
const place = (key: string): string => `${beginning}${key}`

/** Keeps the drafts of this person, and throws away what somebody else was writing in this tab. */
export function draftsOf(person: number): void {
  try {
    const whose = sessionStorage.getItem('varde.drafts-of')
    if (whose !== null && whose !== String(person))
      for (const key of Object.keys(sessionStorage)) if (key.startsWith(beginning)) sessionStorage.removeItem(key)
    sessionStorage.setItem('varde.drafts-of', String(person))
  } catch {
    // Where nothing is kept, nothing is to be thrown away.
  }
}

/**
 * What is being typed, kept at each keystroke until it is sent or thrown away: a page that is loaded again goes on where it was. In the memory of this tab
 * alone, gone with it.
 */
export function useDraft<T extends object>(key: string, initial: T) {
  const [draft, setDraft] = useState<T>(() => {
    try {
      return { ...initial, ...(JSON.parse(sessionStorage.getItem(place(key)) ?? '{}') as Partial<T>) } // written below
    } catch {
      return initial
    }
  })
  const change = useCallback(
    (to: Partial<T>) =>
      setDraft((before) => {
        const now = { ...before, ...to }
        try {
          sessionStorage.setItem(place(key), JSON.stringify(now))
        } catch {
          // It stays in the form.
        }
        return now
      }),
    [key],
  )
  const drop = useCallback(() => sessionStorage.removeItem(place(key)), [key])
  return { draft, change, drop }
}
