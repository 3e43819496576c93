import { useTranslation } from 'react-i18next'

/** A number with what it is a part of: `41 of 52 (79 %)`. */
export function usePartWords(): (part: number, all: number) => string {
  const { t } = useTranslation()
  return (part, all) => (all === 0 ? t('report.ofNone') : t('report.of', { part, all, share: `${Math.round((100 * part) / all)} %` }))
}

/** A length of time as people say it: hours up to two days, then days. */
export function useHoursWords(): (hours: number) => string {
  const { t } = useTranslation()
  return (hours) => {
    if (hours < 1) return t('report.underHour')
    return hours < 48 ? t('report.hours', { count: Math.round(hours) }) : t('report.days', { count: Math.round(hours / 2.4) / 10 })
  }
}
