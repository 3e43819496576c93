import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type Answer, ask, askUntilThere } from '../ask.ts'
import { undo } from '../undo.ts'

export type ViewTold = Answer<'listViews'>['views'][number]
const key = ['views']

/** The views there are: one's own, and those shared with organisations one sees. Others change them, so they are read anew when they are looked at. */
export function useViews() {
  const found = useQuery({ queryKey: key, queryFn: ({ signal }) => ask('listViews', { signal }), staleTime: 15_000 })
  return { views: found.data?.views ?? none, error: found.error, read: found.refetch }
}
const none: readonly ViewTold[] = []

/** One change to views, however long the service is away; what was done can be taken back. */
export function useViewAct() {
  const client = useQueryClient()
  const refresh = () => client.invalidateQueries({ queryKey: key })
  return useMutation({
    networkMode: 'always',
    mutationFn: ({ act }: ViewAct) => act(),
    onSuccess: (back, { done }) =>
      undo.say(done, async () => {
        await back()
        await refresh()
      }),
    onSettled: refresh,
  })
}

interface ViewAct {
  /** What has been done, in a few words. */
  readonly done: string
  /** Does it, and gives the way back. */
  readonly act: () => Promise<() => Promise<unknown>>
}

type Settings = Parameters<typeof ask<'keepView'>>[1]['body']

export async function keepView(body: Settings): Promise<() => Promise<unknown>> {
  const { view, version } = await askUntilThere('keepView', { body })
  return () => askUntilThere('dropView', { params: { view }, body: {}, ifMatch: version })
}

export async function changeView(before: ViewTold, after: Partial<Pick<Settings, 'name' | 'search'>>): Promise<() => Promise<unknown>> {
  const { view, name, search } = before
  const { version } = await askUntilThere('changeView', { params: { view }, body: { name, search, ...after }, ifMatch: before.version })
  return () => askUntilThere('changeView', { params: { view }, body: { name, search }, ifMatch: version })
}

export async function dropView({ view, version }: ViewTold): Promise<() => Promise<unknown>> {
  const done = await askUntilThere('dropView', { params: { view }, body: {}, ifMatch: version })
  return () => askUntilThere('restoreView', { params: { view }, body: {}, ifMatch: done.version })
}
