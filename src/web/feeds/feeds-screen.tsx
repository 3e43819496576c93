import { BodyShort, Heading, Tag } from '@navikt/ds-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Answer, ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import { useKeys } from '../keys/use-keys.ts'
import { momentShort } from '../languages.ts'
import { Slow } from '../list/slow.tsx'
import { useSession } from '../session.tsx'
import { MessagePanel } from './message-panel.tsx'
import { type Feed, useFeeds } from './use-feeds.ts'
import './feeds.css'

const route = getRouteApi('/feeds')
export type Listed = Answer<'listMessages'>['messages'][number]

/** What other systems send: when the last message came, and the messages that nobody has looked to yet. */
export function FeedsScreen() {
  const { t } = useTranslation()
  const { may } = useSession()
  const { open } = route.useSearch()
  const navigate = route.useNavigate()
  const feeds = useFeeds()
  const show = (message: string | undefined): void => void navigate({ search: message === undefined ? {} : { open: message } })
  return (
    <div className="desk" data-open={open !== undefined}>
      <section className="page desk-list" aria-labelledby="feeds-title">
        <header className="list-head">
          <Heading level="1" size="small" id="feeds-title">
            {t('feeds.title')}
          </Heading>
        </header>
        {feeds.error ? <Refusal error={feeds.error} /> : null}
        {feeds.isPending ? <Slow>{t('list.reading')}</Slow> : null}
        {feeds.data === undefined ? null : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and so must be reached by keyboard
          <div className="page-body" tabIndex={0}>
            {feeds.data.length === 0 ? <p className="empty">{t('feeds.none')}</p> : <FeedTable feeds={feeds.data} />}
            {may('see') && feeds.data.length > 0 ? <Waiting open={open} onOpen={show} /> : null}
          </div>
        )}
      </section>
      {open === undefined ? null : <MessagePanel key={open} message={open} onClose={() => show(undefined)} />}
    </div>
  )
}

/** A word and a shape first; the colour comes third. */
const looks = {
  silent: { color: 'warning', mark: '!' },
  usual: { color: 'success', mark: '✓' },
  new: { color: 'neutral', mark: '…' },
  never: { color: 'neutral', mark: '–' },
} as const

function FeedTable({ feeds }: { readonly feeds: readonly Feed[] }) {
  const { t } = useTranslation()
  const { nameOf } = useSession()
  const heads = ['taken', 'passedOver', 'refused', 'notPlaced'] as const
  return (
    <section>
      <table className="table feeds">
        <caption className="quiet">{t('feeds.counted')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('feeds.sender')}</th>
            <th scope="col">{t('feeds.state')}</th>
            <th scope="col">{t('feeds.last')}</th>
            <th scope="col" className="number">
              {t('feeds.lag')}
            </th>
            {heads.map((head) => (
              <th key={head} scope="col" className="number">
                {t(`feeds.${head}`)}
              </th>
            ))}
            <th scope="col" className="number">
              {t('feeds.waits')}
            </th>
          </tr>
        </thead>
        <tbody>
          {feeds.map((feed) => (
            <tr key={`${feed.ledger} ${feed.sender}`}>
              <th scope="row">
                {feed.sender}
                <div className="quiet">{nameOf(feed.ledger)}</div>
              </th>
              <td>
                <Tag size="xsmall" data-color={looks[feed.state].color} variant="outline">
                  {looks[feed.state].mark} {t(`feeds.is.${feed.state}`)}
                </Tag>
                <div className="quiet">
                  <Why feed={feed} />
                </div>
              </td>
              <td>{feed.last === null ? '' : momentShort(feed.last)}</td>
              <td className="number">{feed.lagSeconds === null ? '' : t('feeds.seconds', { count: feed.lagSeconds })}</td>
              {heads.map((head) => (
                <td key={head} className="number">
                  {feed.counts[head]}
                </td>
              ))}
              <td className="number">{feed.waiting}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Why it is said to be silent, or not. */
function Why({ feed }: { readonly feed: Feed }) {
  const { t } = useTranslation()
  if (feed.stopped !== null) return t('feeds.stopped', { at: momentShort(feed.stopped.since), code: feed.stopped.code })
  if (!feed.here) return t('feeds.elsewhere')
  if (feed.state === 'never') return t('feeds.neverMeans')
  if (feed.state === 'new') return t('feeds.newMeans')
  return t('feeds.weeks', { weeks: feed.weeks.map((n) => (n >= 1000 ? '1000+' : String(n))).join(', ') })
}

function Waiting({ open, onOpen }: { readonly open: string | undefined; readonly onOpen: (message: string | undefined) => void }) {
  const { t } = useTranslation()
  const [cursor, setCursor] = useState(0)
  const pages = useInfiniteQuery({
    queryKey: ['messages'],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      ask('listMessages', { query: { limit: 200, ...(pageParam === '' ? {} : { cursor: pageParam }) }, signal }),
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: 60_000,
  })
  const messages: readonly Listed[] = pages.data?.pages.flatMap(({ messages }) => messages) ?? []
  const at = Math.min(cursor, messages.length - 1)
  useKeys({
    down: () =>
      at === messages.length - 1 && pages.hasNextPage ? void pages.fetchNextPage() : setCursor(Math.min(messages.length - 1, at + 1)),
    up: () => setCursor(Math.max(0, at - 1)),
    open: () => onOpen(messages[at]?.message),
    ...(open === undefined ? {} : { back: () => onOpen(undefined) }),
  })
  useEffect(() => {
    document.querySelector('.messages [aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  })
  return (
    <section aria-labelledby="messages-title">
      <Heading level="2" size="xsmall" id="messages-title">
        {t('feeds.waiting')}
      </Heading>
      {pages.error ? <Refusal error={pages.error} /> : null}
      {pages.data !== undefined && messages.length === 0 ? (
        <BodyShort size="small" className="quiet">
          {t('feeds.nothingWaits')}
        </BodyShort>
      ) : null}
      {messages.length === 0 ? null : (
        <div
          className="work-list messages"
          role="listbox"
          aria-labelledby="messages-title"
          tabIndex={0}
          aria-activedescendant={messages[at] === undefined ? undefined : `message-${messages[at].message}`}
        >
          {messages.map((message, nth) => (
            <div
              key={message.message}
              id={`message-${message.message}`}
              role="option"
              aria-selected={nth === at}
              data-open={message.message === open}
              onClick={() => {
                setCursor(nth)
                onOpen(message.message)
              }}
            >
              <span className="quiet">{momentShort(message.at)}</span> <b>{message.type}</b>{' '}
              <span className="said">{t(`feeds.code.${message.code as 'feed/no-rule'}`, { defaultValue: message.says ?? '' })}</span>{' '}
              <span className="quiet">{message.sender}</span>
            </div>
          ))}
        </div>
      )}
    </section>
  )
}
