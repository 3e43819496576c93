/**
 * When somebody last looked at a list, and which versions of pathways they have opened since: kept in this browser, numbers only. What changed after that
 * is marked.
 */
const place = (person: number): string => `varde.looked.${person}`

interface Looked {
  /** The end of the visit before this one. */
  readonly before: string
  readonly opened: Readonly<Record<string, number>>
}

const nothing: Looked = { before: '', opened: {} }

function read(person: number): Looked {
  try {
    return { ...nothing, ...(JSON.parse(localStorage.getItem(place(person)) ?? '{}') as Partial<Looked>) } // written below
  } catch {
    return nothing
  }
}

export function openLooked(person: number) {
  const { before, opened: old } = read(person)
  const opened: Record<string, number> = { ...old }
  const keep = (moment: string): void => {
    try {
      localStorage.setItem(place(person), JSON.stringify({ before: moment, opened }))
    } catch {
      // Where nothing is kept, everything of today is marked.
    }
  }
  return {
    /** The moment after which a change is new; the day's beginning on a first visit. */
    before: before || new Date(Date.now() - 86_400_000).toISOString(),
    isNew: (row: { readonly pathway: string; readonly changed: string; readonly version: number }): boolean =>
      row.changed > (before || new Date(Date.now() - 86_400_000).toISOString()) && (opened[row.pathway] ?? -1) < row.version,
    open(pathway: string, version: number): void {
      opened[pathway] = version
      keep(before)
    },
    /** The visit is over: what has changed until now has been looked at. */
    leave: (): void => keep(new Date().toISOString()),
  }
}
export type LookedAt = ReturnType<typeof openLooked>
