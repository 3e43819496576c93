/** Which release is open, and which of its numbers: so a link of a published page leads to it. */
export interface ReleaseSearch {
  /** Its manifest. */
  readonly release?: string
  readonly indicator?: string
  readonly place?: number
  readonly in?: string
  readonly variant?: string
  /** The pathway that is open. */
  readonly open?: string
}

/** Reads an address; what is none of ours is left out. A manifest of digits alone is a number to whoever reads addresses: it goes in quotes. */
export function readReleaseSearch(said: Readonly<Record<string, unknown>>): ReleaseSearch {
  const text = (key: string) => (typeof said[key] === 'string' ? { [key]: said[key] } : {})
  const period = typeof said['in'] === 'number' ? { in: String(said['in']) } : text('in')
  return {
    ...text('release'),
    ...text('indicator'),
    ...(Number.isInteger(said['place']) ? { place: Number(said['place']) } : {}),
    ...period,
    ...text('variant'),
    ...text('open'),
  }
}
