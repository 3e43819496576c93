import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { type Answer, ask, askUntilThere, Refused } from '../ask.ts'
import { useLive } from '../live.ts'
import { type Held, type Kept, type OutcomeSaver, type OutcomeState, openSaver } from './outcome-saver.ts'

export type MeetingRead = Answer<'readMeeting'>
export type MeetingHead = Answer<'listMeetings'>['meetings'][number]
export type AgendaItem = MeetingRead['items'][number]
type Discussion = Extract<AgendaItem['item'], { readonly kind: 'discussion' }>

/** What a meeting has on its agenda are discussions; the type of the route says only that they are work. */
export const discussionOf = (item: AgendaItem): Discussion => item.item as Discussion

const heldOf = ({ version, body }: Discussion): Held => ({ version, outcome: body.outcome ?? '', question: body.question ?? '' })

// One for each discussion as long as the page is there: what is on its way goes on while somebody looks at the next patient.
const savers = new Map<string, OutcomeSaver>()
const place = (work: string): string => `varde.draft.${work} outcome`

function readKept(work: string): Kept | undefined {
  try {
    return (JSON.parse(sessionStorage.getItem(place(work)) ?? 'null') ?? undefined) as Kept | undefined // written below
  } catch {
    return undefined
  }
}
function keep(work: string, kept: Kept | undefined): void {
  try {
    if (kept === undefined) sessionStorage.removeItem(place(work))
    else sessionStorage.setItem(place(work), JSON.stringify(kept))
  } catch {
    // It stays in the field.
  }
}

export function saverOf(client: QueryClient, meeting: string, agenda: AgendaItem): OutcomeSaver {
  const discussion = discussionOf(agenda)
  const { work } = discussion
  const there = savers.get(work)
  if (there) return there
  const made = openSaver(heldOf(discussion), {
    found: readKept(work),
    keep: (kept) => keep(work, kept),
    save: async ({ question, outcome }, version) => {
      try {
        const { item } = await askUntilThere('writeOutcome', {
          params: { work },
          body: {
            key: crypto.randomUUID(),
            outcome: outcome === '' ? null : outcome,
            ...(question.trim() === '' ? {} : { question: question.trim() }),
          },
          ifMatch: version,
        })
        client.setQueryData<MeetingRead>(
          ['meeting', meeting],
          (read) => read && { ...read, items: read.items.map((one) => (one.item.work === work ? { ...one, item } : one)) },
        )
        return { held: heldOf(item as Discussion) } // what was written is a discussion
      } catch (error) {
        if (error instanceof Refused && error.status === 412 && error.current) return { theirs: heldOf(error.current as Discussion) } // as it stands
        throw error
      }
    },
  })
  savers.set(work, made)
  return made
}

export const useOutcome = (saver: OutcomeSaver): OutcomeState => useSyncExternalStore(saver.subscribe, saver.state)

/** Sends all that was typed in a meeting and is not there yet; true: all of it is there. */
export async function flushAll(meeting: MeetingRead): Promise<boolean> {
  const all = await Promise.all(meeting.items.map(({ item }) => savers.get(item.work)?.flush() ?? true))
  return all.every(Boolean)
}

const againMs = 1_500

/** A meeting, read again when somebody else changes one of its pathways. `writing`: a form is open that rests on how its pathway stands now. */
export function useMeeting(ref: string, writing: boolean) {
  const client = useQueryClient()
  const read = useQuery({ queryKey: ['meeting', ref], queryFn: ({ signal }) => ask('readMeeting', { params: { meeting: ref }, signal }) })
  const data = read.data
  useEffect(() => {
    for (const item of data?.items ?? []) savers.get(item.item.work)?.heard(heldOf(discussionOf(item)))
  }, [data])
  const again = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(again.current), [])
  const readAgain = (): void => {
    again.current = undefined
    void client.invalidateQueries({ queryKey: ['meeting', ref] })
  }
  useLive(data?.state === 'open' ? data.pack : undefined, {
    change: ({ pathway }) => {
      const item = data?.items.find((one) => one.item.pathway === pathway)
      if (!item) return
      // Reading is looking, and each look is written down: what is typed here is no news, and many changes make one reading.
      const isOwn = savers.get(item.item.work)?.isOwnChange() === true
      if (!isOwn || writing) {
        void client.invalidateQueries({ queryKey: ['pathway', pathway] })
        void client.invalidateQueries({ queryKey: ['work', pathway] })
      }
      if (!isOwn) again.current ??= setTimeout(readAgain, againMs)
    },
    reset: readAgain,
  })
  return read
}
