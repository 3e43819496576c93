import { BodyShort, Button, Heading } from '@navikt/ds-react'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Refusal } from '../form/refusal.tsx'
import { shownKeyOf, useKeys } from '../keys/use-keys.ts'
import { dayInWords } from '../languages.ts'
import { Slow } from '../list/slow.tsx'
import type { Doing } from '../pathway/pathway-acts.tsx'
import { useSession } from '../session.tsx'
import { DiscussedPatient } from './discussed-patient.tsx'
import './meeting.css'
import { CancelForm, PresentForm, useMeetingAct } from './meeting-forms.tsx'
import { Minutes } from './minutes.tsx'
import { SignForm } from './sign-form.tsx'
import { discussionOf, type MeetingRead, useMeeting } from './use-meeting.ts'

const route = getRouteApi('/meetings/$meeting')
/** In place of a discussion in the address: what comes after the last one. */
const end = 'end'

/** A meeting: run one patient a screen while it is open, its minutes once it is signed. */
export function MeetingScreen() {
  const { t } = useTranslation()
  const { meeting: ref } = route.useParams()
  const { nameOf } = useSession()
  const [doing, setDoing] = useState<Doing>()
  const [whole, setWhole] = useState(false)
  const read = useMeeting(ref, doing !== undefined || whole)
  const meeting = read.data
  const navigate = useNavigate()
  const leave = (): void => void navigate({ to: '/meetings', search: meeting === undefined ? {} : { pack: meeting.pack } })
  useKeys(meeting?.state === 'open' ? {} : { back: leave })
  return (
    <section className="meeting" aria-labelledby="meeting-title" data-state={meeting?.state}>
      <header className="list-head">
        <Heading level="1" size="small" id="meeting-title">
          {meeting?.name ?? t('meeting.one')}
        </Heading>
        {meeting === undefined ? null : (
          <>
            <BodyShort size="small" className="quiet">
              {[dayInWords(meeting.on), nameOf(meeting.org)].join(', ')}
            </BodyShort>
            <BodyShort size="small">{t(`meeting.state.${meeting.state}`)}</BodyShort>
          </>
        )}
      </header>
      {read.error ? <Refusal error={read.error} /> : null}
      {read.isPending ? <Slow>{t('list.reading')}</Slow> : null}
      {meeting?.state === 'open' ? (
        <Running meeting={meeting} doing={doing} onDoing={setDoing} whole={whole} onWhole={setWhole} onLeave={leave} />
      ) : null}
      {meeting?.state === 'signed' ? <Minutes meeting={meeting} /> : null}
      {meeting?.state === 'cancelled' ? <p className="empty">{t('meeting.cancelled')}</p> : null}
    </section>
  )
}

interface RunningProps {
  readonly meeting: MeetingRead
  readonly doing: Doing | undefined
  readonly onDoing: (doing: Doing | undefined) => void
  readonly whole: boolean
  readonly onWhole: (whole: boolean) => void
  readonly onLeave: () => void
}

function Running({ meeting, doing, onDoing, whole, onWhole: setWhole, onLeave }: RunningProps) {
  const { t } = useTranslation()
  const { may } = useSession()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [over, setOver] = useState<'present' | 'cancel'>()
  const box = useRef<HTMLTextAreaElement>(null)
  const types = useRef(false)
  const edit = useMeetingAct('editMeeting', meeting)
  const { items } = meeting
  const isEnd = search.at === end || items.length === 0
  const at = Math.max(
    0,
    items.findIndex(({ item }) => item.work === search.at),
  )
  const current = isEnd ? undefined : items[at]
  const readOnly = !may('work')

  const go = (to: number): void => {
    // Whoever was typing goes on typing, of the next.
    types.current = document.activeElement === box.current
    onDoing(undefined)
    setWhole(false)
    void navigate({ search: { at: items[to]?.item.work ?? end } })
  }
  const work = current?.item.work
  // biome-ignore lint/correctness/useExhaustiveDependencies: each patient once
  useLayoutEffect(() => {
    if (types.current) box.current?.focus()
    document.querySelector('.agenda [aria-current="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [work])
  const closeOver = (): void => {
    setOver(undefined)
    box.current?.focus()
  }
  const isFree = over === undefined && doing === undefined
  useKeys({
    ...(isFree && !isEnd ? { nextPatient: () => go(at + 1) } : {}),
    ...(isFree && (isEnd || at > 0) ? { previousPatient: () => go(isEnd ? items.length - 1 : at - 1) } : {}),
    ...(isFree && !isEnd ? { writeOutcome: () => box.current?.focus(), wholePathway: () => setWhole(!whole) } : {}),
    ...(isFree && may('work') ? { present: () => setOver('present') } : {}),
    ...(isFree && !isEnd ? { sign: () => go(items.length) } : {}),
    ...(isFree && !isEnd
      ? {
          back: () => {
            if (document.activeElement instanceof HTMLElement && document.activeElement.matches('input, textarea'))
              document.activeElement.blur()
            else if (whole) setWhole(false)
            else onLeave()
          },
        }
      : {}),
  })
  // Somebody else took the patient off who is shown here: the next one is.
  useEffect(() => {
    if (search.at !== undefined && search.at !== end && !items.some(({ item }) => item.work === search.at))
      void navigate({ replace: true, search: {} })
  }, [search.at, items, navigate])

  const move = (by: 1 | -1): void => {
    const order = items.map(({ item }) => item.work)
    const [moved] = order.splice(at, 1)
    if (moved !== undefined) order.splice(at + by, 0, moved)
    edit.mutate({ key: crypto.randomUUID(), order })
  }
  return (
    <>
      <div className="meeting-about">
        <p>
          {t('minutes.present')}: {meeting.present.map(({ name }) => name).join(', ') || t('sign.nobody')}
        </p>
        {may('work') ? (
          <>
            <Button size="xsmall" variant="tertiary" onClick={() => setOver('present')}>
              {t('meeting.presentButton', { key: shownKeyOf('present') })}
            </Button>
            <Button size="xsmall" variant="tertiary" onClick={() => setOver('cancel')}>
              {t('meeting.cancel')}
            </Button>
          </>
        ) : null}
      </div>
      {over === undefined ? null : (
        <aside className="over" aria-label={t(over === 'present' ? 'meeting.presentTitle' : 'meeting.cancelTitle')}>
          {over === 'present' ? (
            <PresentForm meeting={meeting} onClose={closeOver} />
          ) : (
            <CancelForm meeting={meeting} onClose={closeOver} />
          )}
        </aside>
      )}
      {edit.error ? <Refusal error={edit.error} /> : null}
      <div className="meeting-desk">
        <nav className="agenda" aria-label={t('meeting.agenda')}>
          <ol>
            {items.map((one, nth) => (
              <li key={one.item.work}>
                <button type="button" aria-current={one === current ? 'true' : undefined} onClick={() => go(nth)}>
                  {one.name ?? t('list.noName')}
                  {discussionOf(one).body.outcome ? <span className="agenda-done"> {t('meeting.written')}</span> : null}
                </button>
              </li>
            ))}
          </ol>
          <button type="button" aria-current={isEnd ? 'true' : undefined} onClick={() => go(items.length)}>
            {t('sign.title')} <kbd>{shownKeyOf('sign')}</kbd>
          </button>
          <p className="quiet key-hint">
            {t('meeting.keys', { next: shownKeyOf('nextPatient'), previous: shownKeyOf('previousPatient') })}
          </p>
        </nav>
        {current === undefined ? (
          <div className="meeting-end">
            {items.length === 0 ? <p className="empty">{t('meeting.nobody')}</p> : null}
            <SignForm meeting={meeting} onClose={() => (items.length === 0 ? onLeave() : go(items.length - 1))} />
          </div>
        ) : (
          <DiscussedPatient
            key={current.item.work}
            meeting={meeting}
            agenda={current}
            doing={doing}
            onDoing={onDoing}
            whole={whole}
            onWhole={setWhole}
            box={box}
            readOnly={readOnly}
          >
            <span className="quiet">{t('meeting.nth', { nth: at + 1, all: items.length })}</span>
            {readOnly ? null : (
              <span className="agenda-acts">
                <Button size="xsmall" variant="tertiary" disabled={at === 0 || edit.isPending} onClick={() => move(-1)}>
                  {t('meeting.earlier')}
                </Button>
                <Button size="xsmall" variant="tertiary" disabled={at === items.length - 1 || edit.isPending} onClick={() => move(1)}>
                  {t('meeting.later')}
                </Button>
                <Button
                  size="xsmall"
                  variant="tertiary"
                  disabled={edit.isPending}
                  onClick={() => edit.mutate({ key: crypto.randomUUID(), remove: [current.item.work] })}
                >
                  {t('meeting.takeOff')}
                </Button>
              </span>
            )}
          </DiscussedPatient>
        )}
      </div>
    </>
  )
}
