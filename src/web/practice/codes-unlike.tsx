import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useSession } from '../session.tsx'
import { type PracticeAsked, usePractice } from './use-practice.ts'

type Asked = Pick<PracticeAsked, 'pack' | 'indicator' | 'period' | 'in' | 'variant' | 'asOf'>

/** What of a question about a figure is a question about practice: never one place. */
const practiceOf = ({ pack, indicator, period, in: within, variant, asOf }: Asked): PracticeAsked => ({
  pack,
  indicator,
  period,
  ...(within === undefined ? {} : { in: within }),
  ...(variant === undefined ? {} : { variant }),
  ...(asOf === undefined ? {} : { asOf }),
})

/** From the places of a figure to how they code. */
export function PracticeLink({ asked }: { readonly asked: Asked }) {
  const { t } = useTranslation()
  const { period: _, asOf, ...rest } = practiceOf(asked)
  return (
    <Link className="as-link" to="/figures/practice" search={{ ...rest, ...(asOf === undefined ? {} : { asOf: String(asOf) }) }}>
      {t('practice.link')}
    </Link>
  )
}

/** Of places outside the limits: that they code unlike the rest, where they do. Asked only where there is such a place. */
export function CodesUnlike({ asked, outside }: { readonly asked: Asked; readonly outside: readonly string[] }) {
  const { t, i18n } = useTranslation()
  const { nameOf } = useSession()
  const read = usePractice(practiceOf(asked), outside.length > 0)
  const unlike = read.data?.comparison.rest.filter(({ place, likeness }) => likeness === 'differs' && outside.includes(place)) ?? []
  if (unlike.length === 0) return null
  const places = new Intl.ListFormat(i18n.language === 'nb' ? 'nb-NO' : 'en-GB').format(unlike.map(({ place }) => nameOf(Number(place))))
  return <strong className="codes-unlike"> {t('practice.warning', { places })}</strong>
}
