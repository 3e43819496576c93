import { useMutation, useQueryClient } from '@tanstack/react-query'
import { undo } from '../undo.ts'

interface Act {
  readonly act: () => Promise<unknown>
  /** What has been done, in a few words, and how it is undone. */
  readonly done: string
  readonly back?: () => Promise<unknown>
}

/** Sends one change of somebody's roles; then everybody is read again. */
export function usePeopleAct() {
  const client = useQueryClient()
  const refresh = () => client.invalidateQueries({ queryKey: ['people'] })
  return useMutation({
    networkMode: 'always',
    mutationFn: ({ act }: Act) => act(),
    onSuccess: async (_, { done, back }) => {
      undo.say(
        done,
        back === undefined
          ? undefined
          : async () => {
              await back()
              await refresh()
            },
      )
      await refresh()
    },
  })
}
