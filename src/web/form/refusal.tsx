import { LocalAlert } from '@navikt/ds-react'
import { useTranslation } from 'react-i18next'
import { Away, Refused } from '../ask.ts'

/** What was refused, why, and what to do: the service's own words, each with the rule it rests on. */
export function Refusal({ error }: { readonly error: unknown }) {
  const { t } = useTranslation()
  const lines =
    error instanceof Refused ? error.issues.map(({ message }) => message) : [error instanceof Away ? t('away.now') : t('fault.unknown')]
  return (
    <LocalAlert status={error instanceof Away ? 'warning' : 'error'} size="small" role="alert">
      <LocalAlert.Header>
        <LocalAlert.Title>{error instanceof Refused ? t('fault.refused') : t('fault.title')}</LocalAlert.Title>
      </LocalAlert.Header>
      <LocalAlert.Content>
        <ul className="plain">
          {(lines.length === 0 ? [t('fault.unknown')] : lines).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </LocalAlert.Content>
    </LocalAlert>
  )
}
