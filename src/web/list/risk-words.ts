import { useTranslation } from 'react-i18next'
import { useSession } from '../session.tsx'
import type { ListRow } from './use-list.ts'

/** Why a pathway stands where it does, in one sentence. */
export function useRiskWords(row: Pick<ListRow, 'risk' | 'clocks' | 'pack'>): string {
  const { t } = useTranslation()
  const { packs } = useSession()
  const { risk } = row
  const clock = row.clocks.find(({ interval }) => interval === risk.interval)
  const pack = packs.find(({ id }) => id === row.pack)
  const { code, ...said } = risk.reason
  const milestone = 'milestone' in said ? pack?.milestones.find(({ id }) => id === said.milestone)?.name : undefined
  return `${clock === undefined ? '' : `${clock.name}: `}${t(`why.${code}` as 'why.past', { ...said, milestone })}`
}
