import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { useSession } from '../session.tsx'
import type { ListRow } from './use-list.ts'

/** The number a sentence is about: its words are those of one, or of several. */
function countOf(said: object): number {
  const n = ['over', 'short', 'daysLeft', 'slack']
    .map((key) => (said as Readonly<Record<string, unknown>>)[key])
    .find((value) => typeof value === 'number') // some reason's fields
  return Math.abs(n ?? 0)
}

export type AtRisk = Pick<ListRow, 'risk' | 'pack'>

/** Why a pathway stands where it does, in one sentence. */
export function useRiskWords({ risk, pack: id }: AtRisk): string {
  const { t } = useTranslation()
  const { packs } = useSession()
  const pack = packs.find((one) => one.id === id)
  const interval = pack?.intervals.find((one) => one.id === risk.interval)?.name
  const { code, ...said } = risk.reason
  const count = countOf(said)
  const words = {
    ...said,
    ...('milestone' in said ? { milestone: pack?.milestones.find((one) => one.id === said.milestone)?.name ?? said.milestone } : {}),
    count,
    ...('unit' in said ? { unit: t(`why.unit.${said.unit}`, { count }) } : {}),
  }
  return `${interval === undefined ? '' : `${interval}: `}${t(`why.${code}`, words)}`
}

/** What the slack rests on, in one sentence; no forecast is shown without it. */
export function useBasisWords(): (row: AtRisk) => string {
  const { t } = useTranslation()
  const { packs, nameOf } = useSession()
  return (row) => basisWords(row, { t, packs, nameOf })
}

type Said = Pick<ReturnType<typeof useSession>, 'packs' | 'nameOf'> & { readonly t: TFunction }
function basisWords({ risk: { basis, slack }, pack: id }: AtRisk, { t, packs, nameOf }: Said): string {
  const name = (milestone: string): string =>
    packs.find((one) => one.id === id)?.milestones.find((one) => one.id === milestone)?.name ?? milestone
  if (slack === null) return ''
  const tooFew = 'tooFew' in basis && basis.tooFew ? ` ${t('why.basis.tooFew', basis.tooFew)}` : ''
  // How many, where and when: a median is not told without.
  const median = 'median' in basis && basis.median ? { ...basis.median, place: nameOf(basis.median.place) } : undefined
  if (basis.kind === 'booked') {
    const said = { milestone: name(basis.milestone), on: basis.on, days: basis.plus }
    if (basis.plus === undefined) return `${t('why.basis.booked', said)}${tooFew}`
    return median ? t('why.basis.bookedThenMedian', { ...said, ...median }) : `${t('why.basis.bookedThen', said)}${tooFew}`
  }
  if (basis.kind === 'none') return `${t('why.basis.none')}${tooFew}`
  const said = { days: basis.days, after: name(basis.after), on: basis.on }
  return median ? t('why.basis.median', { ...said, ...median }) : `${t('why.basis.template', said)}${tooFew}`
}
