import { Checkbox, Heading, Select } from '@navikt/ds-react'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { DayField } from '../form/day-field.tsx'
import { momentShort } from '../languages.ts'
import { useSession } from '../session.tsx'
import { AnswerReport } from './answer-report.tsx'
import { PassedReport } from './passed-report.tsx'
import './reports.css'
import { PackChoice } from '../form/pack-choice.tsx'
import { daysOf, type Period, periods, type ReportSearch } from './search.ts'

const route = getRouteApi('/reports')

/** Where limits were passed and why, and how soon answers come: counts with what they are a part of, nobody's name. */
export function ReportsScreen() {
  const { t } = useTranslation()
  const { me, packs, organisations } = useSession()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const pack = packs.find(({ id }) => id === search.pack) ?? packs[0]
  const change = (to: { readonly [K in keyof ReportSearch]?: ReportSearch[K] | undefined }): void =>
    void navigate({
      replace: true,
      search: (before) =>
        Object.fromEntries(Object.entries({ ...before, ...to }).filter(([, value]) => value !== undefined)) as ReportSearch, // the same, without what says nothing
    })
  const mine = new Set(me.may.count ?? [])
  const places = [...organisations.values()].filter(({ ledger }) => mine.has(ledger))
  const period = search.period ?? 'year'
  const days = daysOf(search)
  if (pack === undefined) return <p className="empty">{t('list.noPack')}</p>
  return (
    <section className="page" aria-labelledby="reports-title">
      <header className="list-head">
        <Heading level="1" size="small" id="reports-title">
          {t('report.title')}
        </Heading>
        <p className="quiet">
          {t('report.asOf', {
            pack: t('list.under', { pack: pack.title, version: pack.version }),
            from: days.from ?? t('report.begin'),
            to: days.to ?? t('report.now'),
          })}
        </p>
      </header>
      <div className="filters report-filters" role="search" aria-label={t('filter.title')}>
        <PackChoice value={pack.id} onChoose={(id) => change({ pack: id, interval: undefined })} />
        <Select
          size="small"
          label={t('report.org')}
          value={search.org === undefined ? '' : String(search.org)}
          onChange={({ target }) => change({ org: target.value === '' ? undefined : Number(target.value) })}
        >
          <option value="">{t('filter.anyOrg')}</option>
          {places.map(({ org, name }) => (
            <option key={org} value={org}>
              {name}
            </option>
          ))}
        </Select>
        <Select
          size="small"
          label={t('report.interval')}
          value={search.interval ?? ''}
          onChange={({ target }) => change({ interval: target.value === '' ? undefined : target.value })}
        >
          <option value="">{t('report.anyInterval')}</option>
          {pack.intervals.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
        <Select
          size="small"
          label={t('report.period')}
          value={period}
          onChange={({ target }) => change({ period: target.value as Period, from: undefined, to: undefined })} // one of the options
        >
          {periods.map((one) => (
            <option key={one} value={one}>
              {t(`report.periods.${one}`)}
            </option>
          ))}
        </Select>
        {period === 'own' ? (
          <>
            <DayField
              label={t('report.from')}
              value={search.from ?? ''}
              onChange={(from) => change({ from: from === '' ? undefined : from })}
            />
            <DayField label={t('report.to')} value={search.to ?? ''} onChange={(to) => change({ to: to === '' ? undefined : to })} />
          </>
        ) : null}
        <Checkbox size="small" checked={search.byRole === true} onChange={({ target }) => change({ byRole: target.checked || undefined })}>
          {t('report.byRole')}
        </Checkbox>
      </div>
      <p className="print-only">
        {t('report.printed', { at: momentShort(new Date().toISOString()), address: decodeURI(location.search) })}
      </p>
      <PassedReport pack={pack.id} search={search} />
      <AnswerReport pack={pack.id} search={search} />
    </section>
  )
}
