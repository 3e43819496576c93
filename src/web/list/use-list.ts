import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { type Answer, addressOf, ask } from '../ask.ts'

export type ListRow = Answer<'listPathways'>['pathways'][number]

interface Snapshot {
  readonly asOf: string
  readonly rows: readonly ListRow[]
}

async function readAll(pack: string, org: number | undefined, signal: AbortSignal): Promise<Snapshot> {
  const rows: ListRow[] = []
  let asOf = ''
  let cursor: string | undefined
  do {
    const page = await ask('listPathways', { query: { pack, org, limit: 5000, cursor }, signal })
    rows.push(...page.pathways)
    asOf ||= page.asOf
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return { asOf, rows }
}

/**
 * All open pathways under a pack, as they were read. What happens meanwhile moves no row: it is counted in `waiting`, and comes in when `apply` is called.
 */
export function useList(pack: string | undefined, org: number | undefined) {
  const client = useQueryClient()
  const key = ['pathways', pack, org]
  const list = useQuery({
    queryKey: key,
    enabled: pack !== undefined,
    queryFn: ({ signal }) => readAll(pack ?? '', org, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 600_000,
  })
  const waiting = useChanges(pack, list.data !== undefined)
  const apply = useCallback(async () => {
    waiting.forget()
    await client.invalidateQueries({ queryKey: ['pathways'] })
  }, [client, waiting.forget])
  return { ...list, waiting: waiting.changed, apply }
}

/** Pathways that changed since the list was read, told by the service as it happens. */
function useChanges(pack: string | undefined, listening: boolean) {
  const client = useQueryClient()
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set())
  const forget = useCallback(() => setChanged(new Set()), [])
  const seen = useRef(forget)
  seen.current = forget
  useEffect(() => {
    if (pack === undefined || !listening) return
    const stream = new EventSource(addressOf('followChanges', {}, { pack }))
    stream.addEventListener('change', (event) => {
      const { pathway }: { pathway: string } = JSON.parse(event.data)
      setChanged((before) => new Set([...before, pathway]))
      // The pathway that is open shows at once what happened to it.
      void client.invalidateQueries({ queryKey: ['pathway', pathway] })
      void client.invalidateQueries({ queryKey: ['work', pathway] })
    })
    stream.addEventListener('feeds', () => void client.invalidateQueries({ queryKey: ['feeds'] }))
    stream.addEventListener('reset', () => void client.invalidateQueries({ queryKey: ['pathways'] }))
    return () => stream.close()
  }, [pack, listening, client])
  return { changed, forget }
}

/** Reads one pathway's row anew, in its place: no other row moves. A pathway that is no longer open leaves the list. */
export async function refreshRow(
  client: QueryClient,
  { pathway, patient, pack }: { readonly pathway: string; readonly patient: string; readonly pack: string },
): Promise<void> {
  const { pathways } = await ask('listPathways', { query: { pack, patient } })
  const fresh = pathways.find((row) => row.pathway === pathway)
  client.setQueriesData<Snapshot>(
    { queryKey: ['pathways', pack] },
    (list) =>
      list && {
        ...list,
        rows: list.rows.some((row) => row.pathway === pathway)
          ? list.rows.flatMap((row) => (row.pathway !== pathway ? row : (fresh ?? [])))
          : fresh
            ? [...list.rows, fresh]
            : list.rows,
      },
  )
}
