import { BodyShort, Button, Heading, Loader } from '@navikt/ds-react'
import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { filterRows, groupRows, type ListGroup, type ListSort, listGroups, listSorts, sortRows } from '../../core/work/listing.ts'
import { Refusal } from '../form/refusal.tsx'
import { shownKeyOf, useKeys } from '../keys/use-keys.ts'
import { momentShort } from '../languages.ts'
import { PlanMeeting } from '../meeting/plan-meeting.tsx'
import { PathwayPanel } from '../pathway/pathway-panel.tsx'
import { useSession } from '../session.tsx'
import { settings, useSettings } from '../settings.ts'
import { cleared, viewless } from './cleared.ts'
import { ExportButton } from './export-button.tsx'
import { FilterBar } from './filter-bar.tsx'
import { openLooked } from './last-looked.ts'
import { NewPathway } from './new-pathway.tsx'
import { PathwayGrid } from './pathway-grid.tsx'
import { filterOf, isFiltered, isPlain, type ListSearch } from './search.ts'
import { Slow } from './slow.tsx'
import { useList } from './use-list.ts'
import type { ViewTold } from './use-views.ts'
import { ViewsPanel } from './views-panel.tsx'

const route = getRouteApi('/list')

/** All open pathways, one row each; the one that is open stands beside them. */
export function ListScreen() {
  const { t, i18n } = useTranslation()
  const { me, packs, nameOf, may } = useSession()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { density } = useSettings()
  const pack = packs.find(({ id }) => id === search.pack) ?? packs[0]
  const list = useList(pack?.id, search.org, isPlain(search))
  const looked = useMemo(() => openLooked(me.person), [me.person])
  useEffect(() => {
    window.addEventListener('pagehide', looked.leave)
    return () => window.removeEventListener('pagehide', looked.leave)
  }, [looked])

  const change = useCallback(
    (to: Partial<ListSearch>) =>
      void navigate({
        replace: !('open' in to),
        search: (before) => Object.fromEntries(Object.entries({ ...before, ...to }).filter(([, value]) => value !== undefined)),
      }),
    [navigate],
  )

  const all = list.rows ?? none
  const compare = useMemo(() => new Intl.Collator(i18n.language).compare, [i18n.language])
  const shown = useMemo(() => {
    const sorted = sortRows(filterRows(all, filterOf(search, looked.before)), search.sort ?? 'urgency', search.descending, compare)
    return groupRows(sorted, search.group ?? 'none')
  }, [all, search, looked, compare])
  const count = shown.reduce((sum, { rows }) => sum + rows.length, 0)

  const open = useCallback((pathway: string | undefined) => change({ open: pathway }), [change])
  const showView = useCallback(
    ({ search: { density: rows, ...said } }: ViewTold) => {
      if (rows) settings.set({ density: rows })
      change({ ...viewless, ...said })
    },
    [change],
  )
  const next = <T extends string>(all: readonly T[], now: T): T => all[(all.indexOf(now) + 1) % all.length] ?? now
  useKeys({
    ...(may('record') ? { newPathway: () => open(opening) } : {}),
    ...(may('work') ? { planMeeting: () => open(planning) } : {}),
    apply: () => void list.apply(),
    withoutStep: () => change({ withoutStep: search.withoutStep ? undefined : true }),
    sort: () => change({ sort: next<ListSort>(listSorts, search.sort ?? 'urgency') }),
    group: () => change({ group: next<ListGroup>(listGroups, search.group ?? 'none') }),
    density: () => settings.set({ density: density === 'compact' ? 'comfortable' : 'compact' }),
    ...(search.open === undefined ? {} : { back: () => open(undefined) }),
  })

  if (pack === undefined) return <Empty words={t('list.noPack')} />
  return (
    <div className="desk" data-open={search.open !== undefined}>
      <section className="desk-list" aria-labelledby="list-title">
        <header className="list-head">
          <Heading level="1" size="small" id="list-title">
            {t('list.title')}
          </Heading>
          <BodyShort size="small" className="quiet list-under">
            {t('list.under', { pack: pack.title, version: pack.version })}
            {search.org === undefined ? '' : `, ${nameOf(search.org)}`}
          </BodyShort>
          <BodyShort size="small" role="status" className="list-count">
            {list.rows === undefined
              ? ''
              : isFiltered(search)
                ? t('list.someOf', { count, total: all.length })
                : t('list.all', { count: list.count })}
          </BodyShort>
          <ChangesBadge waiting={list.waiting.size} apply={list.apply} />
          {may('record') ? (
            <Button size="xsmall" variant="tertiary" onClick={() => open(opening)}>
              {t('new.button', { key: shownKeyOf('newPathway') })}
            </Button>
          ) : null}
          {may('work') ? (
            <Button size="xsmall" variant="tertiary" onClick={() => open(planning)}>
              {t('meeting.planButton', { key: shownKeyOf('planMeeting') })}
            </Button>
          ) : null}
          <ExportButton groups={shown} asOf={list.asOf} pack={pack.id} search={search} />
        </header>
        <FilterBar search={search} change={change} rows={all} packs={packs} showView={showView} manageViews={() => open(viewing)} />
        <p className="print-only">
          {t('list.printed', { at: momentShort(list.asOf ?? new Date().toISOString()), address: decodeURI(location.search) })}
        </p>
        {list.error ? <Refusal error={list.error} /> : null}
        {list.isPending ? (
          <Slow>
            <Loader title={t('list.reading')} />
          </Slow>
        ) : (
          <PathwayGrid
            groups={shown}
            group={search.group ?? 'none'}
            sort={search.sort ?? 'urgency'}
            descending={search.descending === true}
            density={density}
            openPathway={search.open === opening || search.open === viewing ? undefined : search.open}
            waiting={list.waiting}
            isNew={looked.isNew}
            onOpen={open}
            onSort={(sort) => change({ sort, descending: search.sort === sort && !search.descending ? true : undefined })}
            empty={
              all.length === 0 ? (
                <Empty words={t('list.nothing')} />
              ) : (
                <Empty words={t('list.nothingSo')}>
                  <Button size="small" variant="secondary" onClick={() => change(cleared)}>
                    {t('list.clear')}
                  </Button>
                </Empty>
              )
            }
          />
        )}
      </section>
      {search.open === undefined ? null : search.open === opening ? (
        <NewPathway pack={pack.id} onOpened={open} onClose={() => open(undefined)} />
      ) : search.open === planning ? (
        list.asOf === undefined ? null : (
          <PlanMeeting
            pack={pack.id}
            rows={shown.flatMap(({ rows }) => rows)}
            org={search.org}
            onPlanned={(meeting) => void navigate({ to: '/meetings/$meeting', params: { meeting } })}
            onClose={() => open(undefined)}
          />
        )
      ) : search.open === viewing ? (
        <ViewsPanel search={search} show={showView} onClose={() => open(undefined)} />
      ) : (
        <PathwayPanel key={search.open} pathway={search.open} looked={looked} onClose={() => open(undefined)} />
      )}
    </div>
  )
}

/** In place of a pathway's number in the address: one that is being opened, a meeting that is being planned, the views. */
const opening = 'new'
const planning = 'meeting'
const viewing = 'views'
const none: readonly never[] = []
function ChangesBadge({ waiting, apply }: { readonly waiting: number; readonly apply: () => Promise<void> }) {
  const { t } = useTranslation()
  return (
    <span role="status">
      {waiting === 0 ? null : (
        <Button size="xsmall" variant="secondary" onClick={() => void apply()}>
          {t('list.changes', { count: waiting })}
        </Button>
      )}
    </span>
  )
}

function Empty({ words, children }: { readonly words: string; readonly children?: React.ReactNode }) {
  return (
    <div className="empty">
      <p>{words}</p>
      {children}
    </div>
  )
}
