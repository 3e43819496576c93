import type { Answer } from '../ask.ts'
import type { PackTold } from '../session.tsx'

/** One pathway as the service tells it. */
export type PathwayRead = Answer<'readPathway'>
export type EntryRead = PathwayRead['entries'][number]

/** The kind of pathway in words; undefined where it is not known yet. */
export function variantName({ explanation }: PathwayRead, pack: PackTold): string | undefined {
  const variant = (explanation as { readonly variant?: string } | null)?.variant // as `explainPathway` gives it
  return pack.variants.find(({ id }) => id === variant)?.name
}
