import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { type Answer, ask } from '../ask.ts'
import { useLive } from '../live.ts'

export type ListRow = Answer<'listPathways'>['pathways'][number]

interface Snapshot {
  readonly asOf: string
  readonly rows: readonly ListRow[]
}
/** `count`: how many there are, of which these rows are the first. */
type FirstRows = Snapshot & { readonly count: number }

/** More than a screen holds. */
const firstRows = 100

/** What a list that nobody has narrowed or ordered begins with: read and drawn while the rest is on its way. */
async function readFirst(pack: string, org: number | undefined, signal: AbortSignal): Promise<FirstRows> {
  const { asOf, count, pathways } = await ask('listPathways', { query: { pack, org, limit: firstRows, order: 'urgency' }, signal })
  return { asOf, count, rows: pathways }
}

async function readAll(pack: string, org: number | undefined, signal: AbortSignal): Promise<Snapshot> {
  const rows: ListRow[] = []
  let asOf = ''
  let cursor: string | undefined
  do {
    const page = await ask('listPathways', { query: { pack, org, limit: 10_000, cursor }, signal })
    rows.push(...page.pathways)
    asOf ||= page.asOf
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return { asOf, rows }
}

/**
 * All open pathways under a pack, as they were read. What happens meanwhile moves no row: it is counted in `waiting`, and comes in when `apply` is called.
 * `plain`: neither narrowed nor ordered, so that the most urgent are known to come first.
 */
export function useList(pack: string | undefined, org: number | undefined, plain: boolean) {
  const client = useQueryClient()
  const key = ['pathways', pack, org]
  const known = client.getQueryData(key) !== undefined
  const first = useQuery({
    queryKey: ['first-pathways', pack, org],
    enabled: pack !== undefined && plain && !known,
    queryFn: ({ signal }) => readFirst(pack ?? '', org, signal),
    retry: false,
    gcTime: 0,
  })
  const list = useQuery({
    queryKey: key,
    // After the first rows, not beside them: both at once would make the first ones wait.
    enabled: pack !== undefined && (known || !plain || !first.isPending),
    queryFn: ({ signal }) => readAll(pack ?? '', org, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 600_000,
  })
  const waiting = useChanges(pack, list.data !== undefined)
  const apply = useCallback(async () => {
    waiting.forget()
    await client.invalidateQueries({ queryKey: ['pathways'] })
  }, [client, waiting.forget])
  const data = list.data ?? (plain ? first.data : undefined)
  return {
    rows: data?.rows,
    count: list.data ? list.data.rows.length : first.data?.count,
    /** When the list was read; not said while there is only its beginning. */
    asOf: list.data?.asOf,
    error: list.error,
    isPending: data === undefined && list.error === null,
    waiting: waiting.changed,
    apply,
  }
}

/** Pathways that changed since the list was read, told by the service as it happens. */
function useChanges(pack: string | undefined, listening: boolean) {
  const client = useQueryClient()
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set())
  const forget = useCallback(() => setChanged(new Set()), [])
  useLive(listening ? pack : undefined, {
    change: ({ pathway }) => {
      setChanged((before) => new Set([...before, pathway]))
      // The pathway that is open shows at once what happened to it.
      void client.invalidateQueries({ queryKey: ['pathway', pathway] })
      void client.invalidateQueries({ queryKey: ['work', pathway] })
    },
    feeds: () => void client.invalidateQueries({ queryKey: ['feeds'] }),
    reset: () => void client.invalidateQueries({ queryKey: ['pathways'] }),
  })
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
