import { useQuery } from '@tanstack/react-query'
import type { WorkKindId } from '../../core/work/work.ts'
import { type Answer, ask } from '../ask.ts'

export type AnyWork = Answer<'listWork'>['items'][number]
export type WorkItem<K extends WorkKindId> = Extract<AnyWork, { readonly kind: K }>

const isKind =
  <K extends WorkKindId>(kind: K) =>
  (item: AnyWork): item is WorkItem<K> =>
    item.kind === kind

/** Everything that is or was to be done about one pathway, what is open first. */
export function useWork(pathway: string) {
  const work = useQuery({
    queryKey: ['work', pathway],
    queryFn: async ({ signal }) => (await ask('listWork', { query: { pathway, limit: 500 }, signal })).items,
  })
  const items = (work.data ?? none).toSorted((a, b) => Number(b.open) - Number(a.open) || (a.changed < b.changed ? 1 : -1))
  const of = <K extends WorkKindId>(kind: K) => items.filter(isKind(kind))
  const steps = of('next-step')
  return { items, of, step: steps.find(({ open }) => open) ?? steps[0], error: work.error, isPending: work.isPending }
}

const none: readonly AnyWork[] = []
