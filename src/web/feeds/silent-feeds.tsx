import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { momentShort } from '../languages.ts'
import { useSession } from '../session.tsx'
import { useFeeds } from './use-feeds.ts'
import './feeds.css'

/**
 * Says on every screen that another system has not sent for longer than usual: what it would have told is not here. It stands below, so that no row
 * moves under the cursor when it comes or goes.
 */
export function SilentFeeds() {
  const { t } = useTranslation()
  const { nameOf } = useSession()
  const silent = (useFeeds().data ?? []).filter(({ state }) => state === 'silent')
  return (
    <div role="status" className="silent-feeds">
      {silent.map(({ ledger, sender, last }) => (
        <p key={`${ledger} ${sender}`}>
          <span aria-hidden="true">▲ </span>
          <b>{t('feeds.silent', { sender, org: nameOf(ledger), at: last === null ? '' : momentShort(last) })}</b> {t('feeds.silentMeans')}{' '}
          <Link to="/feeds">{t('feeds.see')}</Link>
        </p>
      ))}
    </div>
  )
}
