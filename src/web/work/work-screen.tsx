import { Heading } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import { useKeys } from '../keys/use-keys.ts'
import { momentShort } from '../languages.ts'
import { Slow } from '../list/slow.tsx'
import { PathwayPanel } from '../pathway/pathway-panel.tsx'
import { wordsOf } from '../pathway/work-section.tsx'

const route = getRouteApi('/work')

/** What waits for me or my role, what is due first on top. */
export function WorkScreen() {
  const { t } = useTranslation()
  const { open } = route.useSearch()
  const navigate = route.useNavigate()
  const [cursor, setCursor] = useState(0)
  const work = useQuery({
    queryKey: ['my work'],
    queryFn: ({ signal }) => ask('listWork', { query: { mine: 'true', open: 'true', limit: 500 }, signal }),
    refetchInterval: 30_000,
  })
  const items = (work.data?.items ?? []).filter(({ kind }) => kind !== 'note')
  const at = Math.min(cursor, items.length - 1)
  const show = (work: string | undefined): void => void navigate({ search: work === undefined ? {} : { open: work } })
  const shown = items.find((item) => item.work === open)
  useKeys({
    down: () => setCursor(Math.min(items.length - 1, at + 1)),
    up: () => setCursor(Math.max(0, at - 1)),
    open: () => show(items[at]?.work),
    ...(open === undefined ? {} : { back: () => show(undefined) }),
  })
  useEffect(() => {
    document.querySelector('.work-list [aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  })
  return (
    <div className="desk" data-open={shown !== undefined}>
      <section className="desk-list" aria-labelledby="my-work">
        <header className="list-head">
          <Heading level="1" size="small" id="my-work">
            {t('work.mine')}
          </Heading>
          <span className="quiet" role="status">
            {work.data === undefined ? '' : t('work.count', { count: items.length })}
          </span>
        </header>
        {work.error ? <Refusal error={work.error} /> : null}
        {work.isPending ? <Slow>{t('list.reading')}</Slow> : null}
        {work.data !== undefined && items.length === 0 ? <p className="empty">{t('work.none')}</p> : null}
        <div
          className="work-list plain"
          role="listbox"
          aria-label={t('work.mine')}
          tabIndex={0}
          aria-activedescendant={items[at] === undefined ? undefined : `item-${items[at].work}`}
        >
          {items.map((item, nth) => (
            <div
              key={item.work}
              id={`item-${item.work}`}
              role="option"
              aria-selected={nth === at}
              data-open={item.work === open}
              onClick={() => {
                setCursor(nth)
                show(item.work)
              }}
            >
              <b>{t(`work.kind.${item.kind}` as 'work.kind.note', { defaultValue: item.kind })}</b>{' '}
              <span>{work.data?.names[item.pathway] ?? item.pathway}</span> <span className="said">{wordsOf(item).said}</span>{' '}
              <span className="quiet">{item.due === null ? momentShort(item.opened) : t('work.until', { day: item.due })}</span>
            </div>
          ))}
        </div>
      </section>
      {shown === undefined ? null : (
        <PathwayPanel key={shown.work} pathway={shown.pathway} focused={shown.work} onClose={() => show(undefined)} />
      )}
    </div>
  )
}
