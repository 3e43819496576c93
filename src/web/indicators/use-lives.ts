import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Answer, type Asking, ask, askUntilThere } from '../ask.ts'
import { dayInWords } from '../languages.ts'
import { undo } from '../undo.ts'

export type LifeShort = Answer<'listLives'>['lives'][number]
export type LifeTold = Answer<'readLife'>
export type SaidNow = Asking<'sayOfLife'>['body']['said']

const key = ['lives']

export const useLives = (asked: NonNullable<Asking<'listLives'>['query']>, enabled = true) =>
  useQuery({ queryKey: [...key, 'all', asked], enabled, queryFn: ({ signal }) => ask('listLives', { query: asked, signal }) })

export const useLife = (life: string | undefined, on: string | undefined) =>
  useQuery({
    queryKey: [...key, 'one', life, on],
    enabled: life !== undefined,
    queryFn: ({ signal }) => ask('readLife', { params: { life: life ?? '' }, query: on === undefined ? {} : { on }, signal }),
  })

/** After something was said, everything about lives is read again; also where it was refused, since a refusal may be written down. */
function useRefresh() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: key })
}

/** Says one thing of an indicator; it can be taken back. */
export function useSay(life: LifeTold) {
  const refresh = useRefresh()
  return useMutation({
    networkMode: 'always',
    mutationFn: ({ said }: { readonly said: SaidNow; readonly done: string }) =>
      askUntilThere('sayOfLife', { params: { life: life.life }, body: { said }, ifMatch: life.version }),
    onSuccess: ({ record, life: now }, { done }) =>
      undo.say(done, async () => {
        await askUntilThere('sayOfLife', {
          params: { life: now.life },
          body: { said: { kind: 'taken-back', record } },
          ifMatch: now.version,
        })
        await refresh()
      }),
    onSettled: refresh,
  })
}

/** Agrees to a purpose, or does not: two people have answered for that, so there is no way back by one alone. */
export function useAnswer(life: LifeTold) {
  const refresh = useRefresh()
  return useMutation({
    networkMode: 'always',
    mutationFn: ({ proposal, agreed }: { readonly proposal: number; readonly agreed: boolean; readonly done: string }) =>
      askUntilThere('answerPurpose', { params: { life: life.life }, body: { proposal, agreed }, ifMatch: life.version }),
    onSuccess: (_, { done }) => undo.say(done),
    onSettled: refresh,
  })
}

/** Writes down a new idea, which stays. */
export function useOpen() {
  const refresh = useRefresh()
  return useMutation({
    networkMode: 'always',
    mutationFn: ({ body }: { readonly body: Asking<'openLife'>['body']; readonly done: string }) => askUntilThere('openLife', { body }),
    onSuccess: (_, { done }) => undo.say(done),
    onSettled: refresh,
  })
}

/** Who said it, as what, on which day. */
export function useByWords() {
  const { t } = useTranslation()
  return ({ byName, role, on }: Pick<LifeTold['steps'][number], 'byName' | 'role' | 'on'>): string =>
    t('life.by', { who: byName ?? t('life.someone'), role: t(`role.${role}`), day: dayInWords(on) })
}

/** `45 hours` out of minutes, to a tenth where they are few. */
export const hoursOf = (minutes: number): string => {
  const hours = minutes / 60
  return hours >= 10 ? String(Math.round(hours)) : String(Math.round(hours * 10) / 10)
}
