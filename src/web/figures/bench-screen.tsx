import { Button, Heading, Select } from '@navikt/ds-react'
import { getRouteApi } from '@tanstack/react-router'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { dayText } from '../../core/words/day.ts'
import { DayField, today } from '../form/day-field.tsx'
import { shownKeyOf, useKeys } from '../keys/use-keys.ts'
import { momentShort } from '../languages.ts'
import { PathwayPanel } from '../pathway/pathway-panel.tsx'
import { useWidth } from '../pathway/use-width.ts'
import { useSession } from '../session.tsx'
import { type AccountAsked, AccountPanel } from './account-panel.tsx'
import { type BenchAsked, BenchColumn, useBench } from './bench-column.tsx'
import { useBenchWords } from './bench-words.ts'
import { OverlapPart } from './overlap-part.tsx'
import './bench.css'
import { type AccountOf, type FigureSearch, kindOfPeriod, periodsUpTo } from './search.ts'

const route = getRouteApi('/figures')

/** A part that is chosen out of a list, or left as it is. */
function Choice({
  label,
  value,
  none,
  options,
  onChange,
}: {
  readonly label: string
  readonly value: string | undefined
  readonly none?: string
  readonly options: readonly { readonly id: string; readonly name: string }[]
  readonly onChange: (id: string | undefined) => void
}) {
  return (
    <Select
      size="small"
      label={label}
      value={value ?? ''}
      onChange={({ target }) => onChange(target.value === '' ? undefined : target.value)}
    >
      {none === undefined ? null : <option value="">{none}</option>}
      {options.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </Select>
  )
}

/** One indicator on the bench: what is asked stands in the address, and every number opens what it is made of. */
export function BenchScreen({ indicator }: { readonly indicator: string }) {
  const { t } = useTranslation()
  const { me, may, packs, organisations, nameOf } = useSession()
  const words = useBenchWords()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const opener = useRef<HTMLElement>(undefined)
  const opened = useRef<string>(undefined)
  const [ref, room] = useWidth<HTMLDivElement>()
  const change = (to: { readonly [K in keyof FigureSearch]?: FigureSearch[K] | undefined }): void =>
    void navigate({
      replace: true,
      search: (before) =>
        Object.fromEntries(Object.entries({ ...before, ...to }).filter(([, value]) => value !== undefined)) as FigureSearch, // the same, without what says nothing
    })
  const pack = packs.find(({ id }) => id === search.pack) ?? packs[0]
  const id = pack?.indicators.some((one) => one.id === indicator) ? indicator : (pack?.indicators[0]?.id ?? indicator)
  const told = pack?.indicators.find((one) => one.id === id)
  const mine = new Set(me.may.count ?? [])
  const places = [...organisations.values()].filter(({ ledger }) => mine.has(ledger)).map(({ org, name }) => ({ id: String(org), name }))
  const asked: BenchAsked = {
    pack: pack?.id ?? '',
    indicator: id,
    period: kindOfPeriod(search.in),
    ...(search.in === undefined ? {} : { in: search.in }),
    ...(search.org === undefined ? {} : { org: search.org }),
    ...(search.place === undefined ? {} : { place: search.place }),
    ...(search.variant === undefined ? {} : { variant: search.variant }),
    ...(search.asOf === undefined ? {} : { asOf: search.asOf }),
    ...(search.chart === undefined ? {} : { chart: search.chart }),
  }
  const without = ({ asOf: _, place: __, org: ___, ...rest }: BenchAsked): BenchAsked => rest
  const besideAsked: BenchAsked | undefined =
    search.beside === 'day' && search.besideAsOf !== undefined
      ? { ...asked, asOf: search.besideAsOf }
      : search.beside === 'place'
        ? {
            ...without(asked),
            ...(search.asOf === undefined ? {} : { asOf: search.asOf }),
            ...(search.besidePlace === undefined ? {} : { place: search.besidePlace }),
          }
        : search.beside === 'indicator' && search.besideIndicator !== undefined && search.besideIndicator !== id
          ? { ...asked, indicator: search.besideIndicator }
          : undefined
  const bench = useBench(asked, pack !== undefined)
  const placeName = (place: BenchAsked['place']): string => (place === undefined ? t('filter.anyOrg') : nameOf(Number(place)))
  const anyPlace = placeName(search.org)
  const alone = besideAsked === undefined
  const nameOfIndicator = (one: string): string => [one, pack?.indicators.find((x) => x.id === one)?.name].filter(Boolean).join(' ')
  const heading = (of: BenchAsked): string =>
    search.beside === 'day' && !alone
      ? t('bench.knownOn', { day: of.asOf === undefined ? t('bench.today') : String(of.asOf) })
      : search.beside === 'indicator' && !alone
        ? t('bench.countedBy', { indicator: nameOfIndicator(of.indicator) })
        : placeName(of.place ?? of.org)

  const accountAsked = ({ why, month, place, started, counts, beside }: AccountOf): AccountAsked => {
    const { chart: _, in: period, period: kind, ...rest } = (beside && besideAsked) || asked
    const against = (beside ? asked : besideAsked)?.indicator
    return {
      ...rest,
      ...(counts === undefined || against === undefined ? {} : { counts, against }),
      // Months of start are of all periods; one month is a period of its own.
      ...(started !== undefined ? { started } : month !== undefined ? { in: month, period: 'month' } : { in: period, period: kind }),
      ...(place === undefined ? {} : { place }),
      ...(why === undefined ? {} : { why: why as NonNullable<AccountAsked['why']> }), // the service says what it is not
    }
  }
  const accountTitle = ({ why, month, place, started, counts, beside }: AccountOf): string =>
    [
      counts !== undefined && besideAsked !== undefined
        ? t(counts === 'only' ? 'bench.accountOnly' : 'bench.accountOtherwise', {
            id: (beside ? besideAsked : asked).indicator,
            other: (beside ? asked : besideAsked).indicator,
          })
        : started === undefined
          ? t('bench.account', { id })
          : t('bench.accountStarted', { id, month: words.month(started) }),
      why === undefined ? '' : words.reason(why),
      month === undefined ? '' : words.month(month),
      place === undefined ? '' : nameOf(Number(place)),
    ]
      .filter(Boolean)
      .join(', ')
  const openAccount = (beside: boolean) =>
    may('see')
      ? (of: AccountOf): void => {
          opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : undefined
          opened.current = undefined
          change({ account: { ...of, ...(beside ? { beside: true } : {}) }, open: undefined })
        }
      : undefined
  const closeAccount = (): void => {
    change({ account: undefined, open: undefined })
    opener.current?.focus()
  }
  const toggle = (): void => change({ tables: search.tables ? undefined : true })
  useKeys({
    benchTables: toggle,
    back: () => {
      if (search.open !== undefined) change({ open: undefined })
      else if (search.account !== undefined) closeAccount()
      else change({ indicator: undefined, beside: undefined, account: undefined })
    },
  })
  const upTo = periodsUpTo(search.asOf ?? dayText(today()))
  const aside = search.open !== undefined || search.account !== undefined
  // Two charts beside one another: of two columns, or, where there is room, of one. Tables are wider.
  const pairs = besideAsked !== undefined || (room > 1000 && search.tables !== true)
  const width = Math.max(320, Math.min(760, Math.floor((room - (pairs ? 24 : 0)) / (pairs ? 2 : 1)) - 2))
  return (
    <div className="desk" data-open={aside}>
      <section className="page desk-list bench" aria-labelledby="figures-title">
        <header className="list-head">
          <Heading level="1" size="small" id="figures-title">
            {id} {told?.name}
          </Heading>
          <Button size="xsmall" variant="tertiary" onClick={() => change({ indicator: undefined, account: undefined, open: undefined })}>
            {t('bench.all')}
          </Button>
          <Button size="xsmall" variant="tertiary" aria-pressed={search.tables === true} onClick={toggle}>
            {t('bench.tables', { key: shownKeyOf('benchTables') })}
          </Button>
        </header>
        {told?.question === undefined ? null : <p className="quiet bench-question">{told.question}</p>}
        <div className="filters report-filters" role="search" aria-label={t('filter.title')}>
          {packs.length < 2 ? null : (
            <Choice
              label={t('filter.pack')}
              value={pack?.id}
              options={packs.map((one) => ({ id: one.id, name: one.title }))}
              onChange={(to) => change({ pack: to, variant: undefined, account: undefined })}
            />
          )}
          <Choice
            label={t('figures.indicator')}
            value={id}
            options={(pack?.indicators ?? []).map((one) => ({ id: one.id, name: `${one.id} ${one.name}` }))}
            onChange={(to) => change({ indicator: to, account: undefined })}
          />
          <Choice
            label={t('column.place')}
            value={search.place === undefined ? undefined : String(search.place)}
            none={anyPlace}
            options={places}
            onChange={(to) => change({ place: to === undefined ? undefined : Number(to), org: undefined, account: undefined })}
          />
          <Select
            size="small"
            label={t('bench.period')}
            value={search.in ?? ''}
            onChange={({ target }) => change({ in: target.value === '' ? undefined : target.value, account: undefined })}
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
          <Choice
            label={t('bench.variant')}
            value={search.variant}
            none={t('bench.anyVariant')}
            options={pack?.variants ?? []}
            onChange={(to) => change({ variant: to, account: undefined })}
          />
          <Choice
            label={t('bench.chart')}
            value={search.chart}
            none={t('bench.chartKind.share')}
            options={[{ id: 'xmr', name: t('bench.chartKind.xmr') }]}
            onChange={(to) => change({ chart: to === 'xmr' ? 'xmr' : undefined })}
          />
          <DayField label={t('bench.asOf')} value={search.asOf ?? ''} onChange={(day) => change({ asOf: day === '' ? undefined : day })} />
          <Choice
            label={t('bench.beside')}
            value={search.beside}
            none={t('bench.besideNothing')}
            options={[
              { id: 'day', name: t('bench.besideDay') },
              { id: 'place', name: t('bench.besidePlace') },
              { id: 'indicator', name: t('bench.besideIndicator') },
            ]}
            onChange={(to) => change({ beside: to === 'day' || to === 'place' || to === 'indicator' ? to : undefined, account: undefined })}
          />
          {search.beside === 'day' ? (
            <DayField
              label={t('bench.besideAsOf')}
              value={search.besideAsOf ?? ''}
              onChange={(day) => change({ besideAsOf: day === '' ? undefined : day })}
            />
          ) : null}
          {search.beside === 'indicator' ? (
            <Choice
              label={t('bench.besideWhichIndicator')}
              value={search.besideIndicator}
              none={t('bench.besideNothing')}
              options={(pack?.indicators ?? [])
                .filter((one) => one.id !== id)
                .map((one) => ({ id: one.id, name: `${one.id} ${one.name}` }))}
              onChange={(to) => change({ besideIndicator: to, account: undefined })}
            />
          ) : null}
          {search.beside === 'place' ? (
            <Choice
              label={t('bench.besideWhich')}
              value={search.besidePlace === undefined ? undefined : String(search.besidePlace)}
              none={t('filter.anyOrg')}
              options={places}
              onChange={(to) => change({ besidePlace: to === undefined ? undefined : Number(to) })}
            />
          ) : null}
        </div>
        <p className="print-only">
          {t('report.printed', { at: momentShort(new Date().toISOString()), address: decodeURI(location.search) })}
        </p>
        <div className="page-body">
          {search.beside === 'indicator' && besideAsked !== undefined ? (
            <OverlapPart asked={asked} against={besideAsked.indicator} onAccount={openAccount(false)} />
          ) : null}
          <div ref={ref} className="bench-columns" data-pairs={pairs && besideAsked === undefined}>
            <BenchColumn
              {...{ asked, heading: heading(asked), alone, width }}
              tables={search.tables === true}
              onAccount={openAccount(false)}
            />
            {besideAsked === undefined ? null : (
              <BenchColumn
                {...{ asked: besideAsked, heading: heading(besideAsked), alone, width }}
                tables={search.tables === true}
                onAccount={openAccount(true)}
              />
            )}
          </div>
        </div>
      </section>
      {search.open !== undefined ? (
        <PathwayPanel key={search.open} pathway={search.open} onClose={() => change({ open: undefined })} />
      ) : search.account !== undefined && may('see') ? (
        <AccountPanel
          key={JSON.stringify(search.account)}
          title={accountTitle(search.account)}
          asked={accountAsked(search.account)}
          unit={bench.data?.unit ?? null}
          last={opened.current}
          onOpen={(pathway) => {
            opened.current = pathway
            change({ open: pathway })
          }}
          onClose={closeAccount}
        />
      ) : null}
    </div>
  )
}
