import { useQuery } from '@tanstack/react-query'
import type { Practice } from '../../core/practice/practice.ts'
import { type Answer, type Asking, ask } from '../ask.ts'

export type PracticeAsked = NonNullable<Asking<'readPractice'>['query']>
export type PracticeTold = Omit<Answer<'readPractice'>, keyof Practice> & Practice

/** How places code what stands behind an indicator, all at once. */
export const usePractice = (asked: PracticeAsked, enabled: boolean) =>
  useQuery({
    queryKey: ['figures', 'practice', asked],
    enabled,
    queryFn: async ({ signal }) => (await ask('readPractice', { query: asked, signal })) as unknown as PracticeTold, // the service makes it by the function that has this answer
  })
