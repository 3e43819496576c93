import type { Answer } from '../ask.ts'

/** One pathway as the service tells it. */
export type PathwayRead = Answer<'readPathway'>
export type EntryRead = PathwayRead['entries'][number]
