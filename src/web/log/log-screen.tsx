import { Button, Heading } from '@navikt/ds-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import '../languages/house.ts'
import { ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import { useKeys } from '../keys/use-keys.ts'
import { momentShort } from '../languages.ts'
import { Slow } from '../list/slow.tsx'
import { ChainsPanel } from './chains-panel.tsx'
import { GlassPanel } from './glass-panel.tsx'
import { LogFilters } from './log-filters.tsx'
import { RowPanel } from './row-panel.tsx'
import { askedOf, type LogSearch } from './search.ts'
import { type Row, useBrief, useGlass, useKindWords, useRoleWords } from './use-log.ts'
import './log.css'

const route = getRouteApi('/log')
const keyOf = ({ chain, number }: Row): string => `${chain} ${number}`
const onePage = 100

/** Who did what, and who saw what, newest first; emergency access that waits for a review; whether the chains hold. */
export function LogScreen() {
  const { t } = useTranslation()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [cursor, setCursor] = useState(0)
  const asked = askedOf(search)
  const pages = useInfiniteQuery({
    queryKey: ['log', asked],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      ask('listLog', { query: { ...asked, limit: onePage, ...(pageParam === '' ? {} : { cursor: pageParam }) }, signal }),
    getNextPageParam: ({ next }) => next ?? undefined,
    staleTime: Number.POSITIVE_INFINITY, // each look is written down
  })
  const glass = useGlass('waiting')
  const rows: readonly Row[] = pages.data?.pages.flatMap((page) => page.rows) ?? []
  const at = Math.min(cursor, rows.length - 1)
  const shown = rows.find((row) => keyOf(row) === search.open)
  const change = (to: { readonly [K in keyof LogSearch]?: LogSearch[K] | undefined }): void => {
    if (!('open' in to)) setCursor(0)
    void navigate({
      replace: !('open' in to),
      search: (before) => Object.fromEntries(Object.entries({ ...before, ...to }).filter(([, value]) => value !== undefined)) as LogSearch, // the same, without what says nothing
    })
  }
  const show = (open: string | undefined): void => change({ open })
  const go = (to: number): void => {
    if (to >= rows.length && pages.hasNextPage && !pages.isFetching) void pages.fetchNextPage()
    setCursor(Math.max(0, Math.min(rows.length - 1, to)))
  }
  useKeys({
    down: () => go(at + 1),
    up: () => go(at - 1),
    pageDown: () => go(at + 20),
    pageUp: () => go(at - 20),
    first: () => go(0),
    last: () => go(rows.length - 1),
    open: () => show(rows[at] && keyOf(rows[at])),
    filter: () => document.querySelector<HTMLElement>('.log-filters select')?.focus(),
    apply: () => void pages.refetch(),
    ...(search.open === undefined ? {} : { back: () => show(undefined) }),
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: where the cursor has gone, the row is brought into view
  useEffect(() => {
    document.querySelector('.log-rows [aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [at])
  const waits = glass.data?.length ?? 0
  return (
    <div className="desk" data-open={search.open !== undefined}>
      <section className="desk-list" aria-labelledby="log-title">
        <header className="list-head log-head">
          <Heading level="1" size="small" id="log-title">
            {t('log.title')}
          </Heading>
          <span className="quiet" role="status">
            {pages.data === undefined ? '' : t(pages.hasNextPage ? 'log.more' : 'log.count', { count: rows.length })}
          </span>
          <span className="log-acts">
            <Button size="xsmall" variant={waits === 0 ? 'tertiary' : 'secondary'} onClick={() => show('glass')}>
              {waits === 0 ? t('log.glass') : t('log.glassWaits', { count: waits })}
            </Button>
            <Button size="xsmall" variant="tertiary" onClick={() => show('chains')}>
              {t('log.chains')}
            </Button>
            <Button size="xsmall" variant="tertiary" onClick={() => void pages.refetch()}>
              {t('log.again')}
            </Button>
          </span>
        </header>
        <LogFilters search={search} rows={rows} change={change} />
        {pages.error ? <Refusal error={pages.error} /> : null}
        {pages.isPending ? <Slow>{t('list.reading')}</Slow> : null}
        {pages.data !== undefined && rows.length === 0 ? <p className="empty">{t('log.none')}</p> : null}
        {rows.length === 0 ? null : (
          <div
            className="work-list plain log-rows"
            role="listbox"
            aria-labelledby="log-title"
            tabIndex={0}
            aria-activedescendant={rows[at] === undefined ? undefined : `row-${keyOf(rows[at])}`.replace(' ', '-')}
          >
            {rows.map((row, nth) => (
              <div
                key={keyOf(row)}
                id={`row-${keyOf(row)}`.replace(' ', '-')}
                role="option"
                aria-selected={nth === at}
                data-open={keyOf(row) === search.open}
                onClick={() => {
                  setCursor(nth)
                  show(keyOf(row))
                }}
              >
                <Line row={row} />
              </div>
            ))}
          </div>
        )}
        {pages.hasNextPage ? (
          <p className="log-next">
            <Button size="xsmall" variant="secondary" onClick={() => (pages.isFetching ? undefined : void pages.fetchNextPage())}>
              {t('log.next')}
            </Button>
          </p>
        ) : null}
      </section>
      {search.open === 'glass' ? (
        <GlassPanel
          onOnly={(pathway, person) => change({ pathway, person, chain: 'look', open: undefined })}
          onClose={() => show(undefined)}
        />
      ) : null}
      {search.open === 'chains' ? <ChainsPanel onClose={() => show(undefined)} /> : null}
      {shown === undefined ? null : <RowPanel key={keyOf(shown)} row={shown} onOnly={change} onClose={() => show(undefined)} />}
    </div>
  )
}

function Line({ row }: { readonly row: Row }) {
  const { t } = useTranslation()
  const roleWords = useRoleWords()
  const kindWords = useKindWords()
  const brief = useBrief()
  const about =
    row.pathway !== null ? t('log.about', { pathway: row.pathway }) : row.showed !== null ? t('log.showed', { count: row.showed }) : ''
  return (
    <>
      <span className="log-when">{momentShort(row.at)}</span>{' '}
      <span className="log-kind">
        <b>{kindWords(row.kind)}</b> {brief(row)}
      </span>{' '}
      <span className="log-about">{about}</span>{' '}
      <span className="said">{t('log.as', { name: row.name ?? t('log.nobody', { number: row.person }), role: roleWords(row.role) })}</span>
    </>
  )
}
