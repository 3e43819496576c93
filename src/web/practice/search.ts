/** What the screen of practice is asked: it stands in the address. */
export interface PracticeSearch {
  readonly pack?: string
  readonly indicator?: string
  readonly in?: string
  readonly variant?: string
  readonly asOf?: string
  readonly tables?: true
}

/** Reads an address; what is none of ours is left out. */
export function readPracticeSearch(said: Readonly<Record<string, unknown>>): PracticeSearch {
  const text = (...keys: readonly string[]) =>
    Object.fromEntries(
      keys.flatMap((key) => (typeof said[key] === 'string' || typeof said[key] === 'number' ? [[key, String(said[key])]] : [])),
    )
  return { ...text('pack', 'indicator', 'in', 'variant', 'asOf'), ...(said['tables'] === true ? { tables: true as const } : {}) }
}
