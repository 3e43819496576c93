import { BodyShort, Button, Heading, Select } from '@navikt/ds-react'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { dayText } from '../../core/words/day.ts'
import { kindOfPeriod, periodsUpTo } from '../figures/search.ts'
import { DayField, today } from '../form/day-field.tsx'
import { Refusal } from '../form/refusal.tsx'
import { shownKeyOf, useKeys } from '../keys/use-keys.ts'
import { momentShort } from '../languages.ts'
import { Slow } from '../list/slow.tsx'
import { useSession } from '../session.tsx'
import './practice.css'
import { PackChoice } from '../form/pack-choice.tsx'
import { PracticePage } from './practice-page.tsx'
import type { PracticeSearch } from './search.ts'
import { usePractice } from './use-practice.ts'

const route = getRouteApi('/figures/practice')

/** How places code what stands behind a figure, and which of them can be compared: all places one may count, or none. */
export function PracticeScreen() {
  const { t } = useTranslation()
  const { packs } = useSession()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const change = (to: { readonly [K in keyof PracticeSearch]?: PracticeSearch[K] | undefined }): void =>
    void navigate({
      replace: true,
      search: (before) =>
        Object.fromEntries(Object.entries({ ...before, ...to }).filter(([, value]) => value !== undefined)) as PracticeSearch, // the same, without what says nothing
    })
  const pack = packs.find(({ id }) => id === search.pack) ?? packs[0]
  const indicator = pack?.indicators.find(({ id }) => id === search.indicator) ?? pack?.indicators[0]
  const read = usePractice(
    {
      pack: pack?.id ?? '',
      indicator: indicator?.id ?? '',
      period: kindOfPeriod(search.in),
      ...(search.in === undefined ? {} : { in: search.in }),
      ...(search.variant === undefined ? {} : { variant: search.variant }),
      ...(search.asOf === undefined ? {} : { asOf: search.asOf }),
    },
    indicator !== undefined,
  )
  const toggle = (): void => change({ tables: search.tables ? undefined : true })
  const { tables: _, ...same } = search
  const bench = { ...same, ...(indicator === undefined ? {} : { indicator: indicator.id }) }
  const leave = (): void => void navigate({ to: '/figures', search: bench })
  useKeys({ benchTables: toggle, back: leave })
  const upTo = periodsUpTo(search.asOf ?? dayText(today()))
  return (
    <section className="page practice" aria-labelledby="practice-title">
      <header className="list-head">
        <Heading level="1" size="small" id="practice-title">
          {t('practice.title', { indicator: `${indicator?.id ?? ''} ${indicator?.name ?? ''}` })}
        </Heading>
        <Link className="as-link" to="/figures" search={bench}>
          {t('practice.toFigure')}
        </Link>
        <Button size="xsmall" variant="tertiary" aria-pressed={search.tables === true} onClick={toggle}>
          {t('practice.numbers', { key: shownKeyOf('benchTables') })}
        </Button>
      </header>
      <p className="quiet">{t('practice.about')}</p>
      <div className="filters report-filters" role="search" aria-label={t('filter.title')}>
        <PackChoice value={pack?.id} onChoose={(id) => change({ pack: id, indicator: undefined, variant: undefined })} />
        <Select
          size="small"
          label={t('figures.indicator')}
          value={indicator?.id}
          onChange={({ target }) => change({ indicator: target.value })}
        >
          {(pack?.indicators ?? []).map(({ id, name }) => (
            <option key={id} value={id}>
              {id} {name}
            </option>
          ))}
        </Select>
        <Select
          size="small"
          label={t('bench.period')}
          value={search.in ?? ''}
          onChange={({ target }) => change({ in: target.value === '' ? undefined : target.value })}
        >
          <option value="">{t('bench.anyPeriod')}</option>
          {(['year', 'tertial', 'quarter', 'month'] as const).map((kind) => (
            <optgroup key={kind} label={t(`bench.periodKind.${kind}`)}>
              {upTo[kind].map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </optgroup>
          ))}
        </Select>
        <Select
          size="small"
          label={t('bench.variant')}
          value={search.variant ?? ''}
          onChange={({ target }) => change({ variant: target.value === '' ? undefined : target.value })}
        >
          <option value="">{t('bench.anyVariant')}</option>
          {(pack?.variants ?? []).map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
        <DayField label={t('bench.asOf')} value={search.asOf ?? ''} onChange={(day) => change({ asOf: day === '' ? undefined : day })} />
      </div>
      <p className="print-only">
        {t('report.printed', { at: momentShort(new Date().toISOString()), address: decodeURI(location.search) })}
      </p>
      {read.error ? <Refusal error={read.error} /> : null}
      {read.isPending ? <Slow>{t('list.reading')}</Slow> : null}
      {read.data === undefined ? null : (
        <>
          <BodyShort size="small" className="quiet">
            {t('figures.asOf', { day: read.data.asOf, pack: `${read.data.pack.id} ${read.data.pack.version}` })}
          </BodyShort>
          {read.data.unknown === null ? (
            <PracticePage practice={read.data} drawn={search.tables !== true} milestones={pack?.milestones ?? []} />
          ) : (
            <p>{t('bench.unknown', { why: read.data.unknown })}</p>
          )}
        </>
      )}
    </section>
  )
}
