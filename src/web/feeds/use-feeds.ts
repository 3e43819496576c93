import { useQuery } from '@tanstack/react-query'
import { type Answer, ask } from '../ask.ts'
import { useSession } from '../session.tsx'

export type Feed = Answer<'listFeeds'>['feeds'][number]

/** The feeds of one's houses. Where a list is open the stream of changes says when they stand otherwise; elsewhere they are asked for twice a minute. */
export function useFeeds() {
  const { may } = useSession()
  return useQuery({
    queryKey: ['feeds'],
    enabled: may('see') || may('administer'),
    queryFn: async ({ signal }) => (await ask('listFeeds', { signal })).feeds,
    refetchInterval: 30_000,
  })
}
