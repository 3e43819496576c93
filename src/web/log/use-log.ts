import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Answer, ask } from '../ask.ts'

export type Row = Answer<'listLog'>['rows'][number]

/** Emergency access in the houses one guards. */
export const useGlass = (state: 'waiting' | 'reviewed') =>
  useQuery({
    queryKey: ['glass', state],
    queryFn: async ({ signal }) => (await ask('listGlassReviews', { query: { state }, signal })).reviews,
    staleTime: Number.POSITIVE_INFINITY, // each look is written down
  })

/** What somebody is in the log: a role, or signing in, when nobody has one yet. */
export function useRoleWords(): (role: string) => string {
  const { t } = useTranslation()
  return (role) => (role === 'signing-in' ? t('log.signingIn') : t(`role.${role as 'coordinator'}`, { defaultValue: role }))
}

export function useKindWords(): (kind: string) => string {
  const { t } = useTranslation()
  return (kind) => t(`log.kind.${kind as 'list'}`, { defaultValue: kind })
}

/** What tells one row from another of its kind: the code of an entry, the kind or state of work, the role that was given. */
export function useBrief(): (row: Row) => string {
  const { t } = useTranslation()
  const roleWords = useRoleWords()
  return ({ kind, told }) => {
    const text = (name: string): string | undefined => (typeof told?.[name] === 'string' ? told[name] : undefined)
    const [code, workKind, state, role] = [text('code'), text('kind'), text('state'), text('role')]
    if (kind === 'work-opened') return t(`work.kind.${workKind as 'note'}`, { defaultValue: workKind ?? '' }).toLowerCase()
    if (kind === 'work-moved') return t(`work.state.${state as 'asked'}`, { defaultValue: state ?? '' })
    if (kind === 'role-given' || kind === 'role-withdrawn') return role === undefined ? '' : roleWords(role).toLowerCase()
    return code ?? ''
  }
}
