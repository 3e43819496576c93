import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { RouteId } from '../../api/routes.ts'
import { type Answer, type Asking, askUntilThere } from '../ask.ts'
import { refreshRow } from '../list/use-list.ts'
import { undo } from '../undo.ts'

/** What an act is about: the row of the list that shows it. */
export interface About {
  readonly pathway: string
  readonly patient: string
  readonly pack: string
}

interface Act<I extends RouteId> {
  readonly asking: Asking<I>
  /** What has been done, in a few words, and how it is undone. */
  readonly done: string
  readonly undo?: (answer: Answer<I>) => Promise<unknown>
}

/** Sends one act, however long the service is away; then shows what has become of the pathway. */
export function useAct<I extends RouteId>(id: I, about: About) {
  const client = useQueryClient()
  const refresh = async (): Promise<void> => {
    await Promise.all([
      client.invalidateQueries({ queryKey: ['pathway', about.pathway] }),
      client.invalidateQueries({ queryKey: ['work', about.pathway] }),
      client.invalidateQueries({ queryKey: ['my work'] }),
      refreshRow(client, about),
    ])
  }
  return useMutation({
    networkMode: 'always',
    mutationFn: async ({ asking }: Act<I>) => askUntilThere(id, asking),
    onSuccess: (answer, { done, undo: back }) => {
      undo.say(
        done,
        back === undefined
          ? undefined
          : async () => {
              await back(answer)
              await refresh()
            },
      )
      // The form need not wait for it; where it fails, the lists are read again when the service is back.
      refresh().catch(() => {})
    },
  })
}
