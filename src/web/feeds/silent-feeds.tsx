import { GlobalAlert } from '@navikt/ds-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { momentShort } from '../languages.ts'
import { useSession } from '../session.tsx'
import { useFeeds } from './use-feeds.ts'

/** Says on every screen that another system has not sent for longer than usual: what it would have told is not here. */
export function SilentFeeds() {
  const { t } = useTranslation()
  const { nameOf } = useSession()
  const silent = (useFeeds().data ?? []).filter(({ state }) => state === 'silent')
  return (
    <div role="status" className="silent-feeds">
      {silent.length === 0 ? null : (
        <GlobalAlert status="warning" size="small">
          <GlobalAlert.Header>
            <GlobalAlert.Title>
              {silent.map(({ ledger, sender, last }) => (
                <span key={`${ledger} ${sender}`} className="silent-feed">
                  {t('feeds.silent', { sender, org: nameOf(ledger), at: last === null ? '' : momentShort(last) })}
                </span>
              ))}
            </GlobalAlert.Title>
          </GlobalAlert.Header>
          <GlobalAlert.Content>
            {t('feeds.silentMeans')} <Link to="/feeds">{t('feeds.see')}</Link>
          </GlobalAlert.Content>
        </GlobalAlert>
      )}
    </div>
  )
}
