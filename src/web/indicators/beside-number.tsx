import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import '../languages/life.ts'
import { dayInWords } from '../languages.ts'
import { useSession } from '../session.tsx'
import './indicators.css'
import { type LifeShort, useLives } from './use-lives.ts'

interface Props {
  readonly pack: string
  readonly indicator: string
  readonly place: number | undefined
  /** Ledgers the figure was counted in. */
  readonly ledgers: readonly { readonly ledger: number }[]
  /** The number, where there is one. */
  readonly children: ReactNode
}

/** In whose ledger a life lies: the first part of its number. */
const ledgerOf = ({ life }: LifeShort): number => Number(life.split('-')[0])

/** Lives by which a figure has no number: all the houses it counts, or the house of its place, do not record what it needs. */
function withoutNumber(lives: readonly LifeShort[], place: number | undefined, ledgers: Props['ledgers']): readonly LifeShort[] {
  const without = lives.filter(({ missing }) => missing.length > 0)
  const houses = new Set(without.map(ledgerOf))
  return place !== undefined || ledgers.every(({ ledger }) => houses.has(ledger)) ? without : []
}

/** The same for a list of figures: what is missing, in words; undefined: there is a number. */
export function useWithoutNumber(pack: string | undefined, ledgers: Props['ledgers']) {
  const { t } = useTranslation()
  const { organisations } = useSession()
  const read = useLives({ pack: pack ?? '' }, pack !== undefined)
  return ({ indicator, place }: { readonly indicator: string; readonly place: string | null }): string | undefined => {
    const at = place === null || place === '' ? undefined : Number(place)
    const house = at === undefined ? undefined : organisations.get(at)?.ledger
    const lives = (read.data?.lives ?? []).filter(
      (life) => life.indicator === indicator && (house === undefined || ledgerOf(life) === house),
    )
    const missing = withoutNumber(lives, at, ledgers).flatMap((life) => life.missing)
    return missing.length === 0 ? undefined : t('life.missing', { names: missing.join(', ') })
  }
}

/** The same for a unit: why an indicator has no number here, and what is said beside one that has; undefined until it is known. */
export function useUnitLives({
  pack,
  org,
  above,
  ledgers,
}: Pick<Props, 'pack' | 'ledgers'> & { readonly org: number; readonly above: boolean }) {
  const { t } = useTranslation()
  const { nameOf } = useSession()
  const read = useLives({ pack, org })
  if (read.isPending) return undefined
  const of = (indicator: string) => (read.data?.lives ?? []).filter((life) => life.indicator === indicator)
  const without = (indicator: string): string | undefined => {
    const missing = withoutNumber(of(indicator), above ? undefined : org, ledgers).flatMap((life) => life.missing)
    return missing.length === 0 ? undefined : t('life.missing', { names: missing.join(', ') })
  }
  const beside = (indicator: string): readonly string[] => {
    const lives = of(indicator)
    const some = without(indicator) === undefined ? lives.filter(({ missing }) => missing.length > 0) : []
    return [
      ...new Set(lives.map(({ stage }) => t(`life.stage.${stage}`))),
      ...some.map((life) => t('life.missingSome', { house: nameOf(life.org), names: life.missing.join(', ') })),
    ]
  }
  return { without, beside }
}

/**
 * Beside a figure: in which stage its indicator is, what it is for, what it does not count, and what is overdue. Where a house does not record what it
 * needs, it has no number; a number of several houses says whose it is not.
 */
export function BesideNumber({ pack, indicator, place, ledgers, children }: Props) {
  const { nameOf } = useSession()
  const { t } = useTranslation()
  const read = useLives({ pack, indicator, ...(place === undefined ? {} : { org: place }) })
  // Until it is known whether there is a number, none is shown; where that cannot be read the figure stands as the service gives it.
  if (read.isPending) return null
  // Of houses that are no part of the figure nothing is said.
  const lives = (read.data?.lives ?? []).filter((life) => place !== undefined || ledgers.some(({ ledger }) => ledger === ledgerOf(life)))
  const without = lives.filter(({ missing }) => missing.length > 0)
  const none = withoutNumber(lives, place, ledgers).length > 0
  return (
    <>
      {lives.length === 0 ? <p className="quiet">{t('life.besideNone')}</p> : null}
      {lives.map((life) => (
        <Beside key={life.life} life={life} pack={pack} house={lives.length > 1 ? nameOf(life.org) : undefined} />
      ))}
      {without.map(({ life, org, missing }) => (
        <p key={life} className="stop">
          {none
            ? t('life.missing', { names: missing.join(', ') })
            : t('life.missingSome', { house: nameOf(org), names: missing.join(', ') })}
        </p>
      ))}
      {none ? null : children}
    </>
  )
}

function Beside({ life, pack, house }: { readonly life: LifeShort; readonly pack: string; readonly house: string | undefined }) {
  const { t } = useTranslation()
  const overdue = life.due.filter((one) => one.overdue)
  return (
    <div className="life-beside">
      <p>
        {house === undefined ? '' : `${house}: `}
        <b>{t(`life.stage.${life.stage}`)}</b> {t('life.since', { day: dayInWords(life.since) })}. {t('life.purposeLabel')}:{' '}
        <b>{t(`life.purpose.${life.purpose}`)}</b>.{' '}
        <Link className="as-link" to="/indicators" search={{ pack, life: life.life }}>
          {t('life.open')}
        </Link>
      </p>
      <p>
        {t('life.gap')}: {life.gap ?? t('life.gapEmpty')}
      </p>
      {overdue.map(({ what, on }) => (
        <p key={what} className="stop">
          {t(`life.overdue.${what}`, { day: dayInWords(on) })}.
        </p>
      ))}
    </div>
  )
}
