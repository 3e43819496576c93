import { Button, Heading } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import { shownKeyOf, useKeys } from '../keys/use-keys.ts'
import { dayInWords } from '../languages.ts'
import { Slow } from '../list/slow.tsx'
import { useSession } from '../session.tsx'
import './meeting.css'
import { PackChoice } from '../form/pack-choice.tsx'

const route = getRouteApi('/meetings')

/** Meetings of the organisations one works in: those that are still open first. */
export function MeetingsScreen() {
  const { t } = useTranslation()
  const { packs, nameOf, may } = useSession()
  const search = route.useSearch()
  const navigate = useNavigate()
  const [cursor, setCursor] = useState(0)
  const pack = packs.find(({ id }) => id === search.pack) ?? packs[0]
  const read = useQuery({
    queryKey: ['meetings', pack?.id],
    enabled: pack !== undefined,
    queryFn: async ({ signal }) => (await ask('listMeetings', { query: { pack: pack?.id ?? '' }, signal })).meetings,
  })
  const meetings = (read.data ?? none).toSorted((a, b) => Number(b.state === 'open') - Number(a.state === 'open')) // otherwise as they come: the latest first
  const at = Math.min(cursor, meetings.length - 1)
  const show = (meeting: string | undefined): void => {
    if (meeting !== undefined) void navigate({ to: '/meetings/$meeting', params: { meeting } })
  }
  const plan = (): void => void navigate({ to: '/list', search: { ...(pack === undefined ? {} : { pack: pack.id }), open: 'meeting' } })
  useKeys({
    down: () => setCursor(Math.min(meetings.length - 1, at + 1)),
    up: () => setCursor(Math.max(0, at - 1)),
    open: () => show(meetings[at]?.meeting),
    ...(may('work') ? { planMeeting: plan } : {}),
  })
  useEffect(() => {
    document.querySelector('.work-list [aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  })
  return (
    <section className="desk-list meetings" aria-labelledby="meetings-title">
      <header className="list-head">
        <Heading level="1" size="small" id="meetings-title">
          {t('meeting.list')}
        </Heading>
        <PackChoice hideLabel value={pack?.id} onChoose={(id) => void navigate({ to: '/meetings', search: { pack: id } })} />
        <span className="quiet" role="status">
          {read.data === undefined ? '' : t('meeting.count', { count: meetings.length })}
        </span>
        {may('work') ? (
          <Button size="xsmall" variant="tertiary" className="plan-link" onClick={plan}>
            {t('meeting.planButton', { key: shownKeyOf('planMeeting') })}
          </Button>
        ) : null}
      </header>
      {read.error ? <Refusal error={read.error} /> : null}
      {read.isPending ? <Slow>{t('list.reading')}</Slow> : null}
      {read.data !== undefined && meetings.length === 0 ? (
        <div className="empty">
          <p>{t('meeting.empty')}</p>
          {may('work') ? <p>{t('meeting.emptyHow', { key: shownKeyOf('planMeeting') })}</p> : null}
        </div>
      ) : null}
      {meetings.length === 0 ? null : (
        <div
          className="work-list plain"
          role="listbox"
          aria-label={t('meeting.list')}
          tabIndex={0}
          aria-activedescendant={meetings[at] === undefined ? undefined : `meeting-${meetings[at].meeting}`}
        >
          {meetings.map((one, nth) => (
            <div key={one.meeting} id={`meeting-${one.meeting}`} role="option" aria-selected={nth === at} onClick={() => show(one.meeting)}>
              <span className="meeting-day">{dayInWords(one.on)}</span>
              <b className="said">{one.name}</b>
              <span className="quiet">{nameOf(one.org)}</span>
              <span className="meeting-state">{t(`meeting.state.${one.state}`)}</span>
            </div>
          ))}
        </div>
      )}
    </section>
  )
}

const none: readonly never[] = []
