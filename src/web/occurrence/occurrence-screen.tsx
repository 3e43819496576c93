import { Button, Heading, Select, TextField } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CountChart } from '../../core/occurrence/chart.ts'
import { occurrencePeriods } from '../../core/occurrence/period.ts'
import { plotCounts } from '../../core/occurrence/plot.ts'
import { isRefused, type Refused } from '../../core/stats/refusal.ts'
import { type Answer, type Asking, addressOf, ask } from '../ask.ts'
import { Charted } from '../figures/bench-column.tsx'
import { counted, useBenchWords } from '../figures/bench-words.ts'
import { DayField } from '../form/day-field.tsx'
import { Refusal } from '../form/refusal.tsx'
import { shownKeyOf, useKeys } from '../keys/use-keys.ts'
import { momentShort } from '../languages.ts'
import { Slow } from '../list/slow.tsx'
import { useWidth } from '../pathway/use-width.ts'
import { type PackTold, useSession } from '../session.tsx'
import '../languages/house.ts'
import '../figures/bench.css'
import { PackChoice } from '../form/pack-choice.tsx'
import type { OccurrenceSearch } from './search.ts'

const route = getRouteApi('/occurrence')
type Asked = NonNullable<Asking<'readOccurrence'>['query']>
type Told = Answer<'readOccurrence'>

/** Days without anything of the kind after which it is new again; none: the first ever. */
const washouts = [365, 730, 1825] as const

/** How many persons had something new, by period and place: what is asked stands in the address, and its definition beside the numbers. */
export function OccurrenceScreen() {
  const { t } = useTranslation()
  const { me, packs, organisations } = useSession()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [ref, room] = useWidth<HTMLDivElement>()
  const change = (to: { readonly [K in keyof OccurrenceSearch]?: OccurrenceSearch[K] | undefined }): void =>
    void navigate({
      replace: true,
      search: (before) =>
        Object.fromEntries(Object.entries({ ...before, ...to }).filter(([, value]) => value !== undefined)) as OccurrenceSearch, // the same, without what says nothing
    })
  const toggle = (): void => change({ tables: search.tables ? undefined : true })
  useKeys({ benchTables: toggle })
  const pack = packs.find(({ id }) => id === search.pack) ?? packs[0]
  const asked = pack === undefined ? undefined : askedOf(search, pack)
  const read = useQuery({
    queryKey: ['figures', 'occurrence', asked],
    enabled: asked !== undefined,
    queryFn: ({ signal }) => ask('readOccurrence', { query: asked ?? { pack: '' }, signal }),
  })
  if (pack === undefined || asked === undefined) return <p className="empty">{t('list.noPack')}</p>
  const mine = new Set(me.may.count ?? [])
  const places = [...organisations.values()].filter(({ ledger }) => mine.has(ledger))
  return (
    <section className="page bench" aria-labelledby="occurrence-title">
      <header className="list-head">
        <Heading level="1" size="small" id="occurrence-title">
          {t('occurrence.title')}
        </Heading>
        <Button size="xsmall" variant="tertiary" aria-pressed={search.tables === true} onClick={toggle}>
          {t('bench.tables', { key: shownKeyOf('benchTables') })}
        </Button>
        <a href={addressOf('exportOccurrence', {}, asked)} download>
          {t('occurrence.file')}
        </a>
      </header>
      <div className="filters report-filters" role="search" aria-label={t('filter.title')}>
        <PackChoice value={pack.id} onChoose={(id) => change({ pack: id, milestone: undefined, variant: undefined, codes: undefined })} />
        <Sought {...{ pack, asked, search, change }} />
        <Select
          size="small"
          label={t('occurrence.new')}
          value={search.washout === undefined ? '' : String(search.washout)}
          onChange={({ target }) => change({ washout: target.value === '' ? undefined : Number(target.value) })}
        >
          <option value="">{t('occurrence.ever')}</option>
          {[...new Set([...washouts, ...(search.washout === undefined ? [] : [search.washout])])].map((days) => (
            <option key={days} value={days}>
              {t('occurrence.washout', { days })}
            </option>
          ))}
        </Select>
        <Select
          size="small"
          label={t('bench.period')}
          value={search.period ?? 'month'}
          onChange={({ target }) => change({ period: occurrencePeriods.find((one) => one === target.value) })}
        >
          {occurrencePeriods.map((one) => (
            <option key={one} value={one}>
              {t(`bench.periodKind.${one}`)}
            </option>
          ))}
        </Select>
        <Select
          size="small"
          label={t('column.place')}
          value={search.place === undefined ? '' : String(search.place)}
          onChange={({ target }) => change({ place: target.value === '' ? undefined : Number(target.value), people: undefined })}
        >
          <option value="">{t('filter.anyOrg')}</option>
          {places.map(({ org, name }) => (
            <option key={org} value={org}>
              {name}
            </option>
          ))}
        </Select>
        <Typed
          label={t('occurrence.people')}
          value={search.people === undefined ? '' : String(search.people)}
          onTyped={(text) =>
            change({ people: /^[1-9]\d{0,9}$/.test(text.replaceAll(/\s/g, '')) ? Number(text.replaceAll(/\s/g, '')) : undefined })
          }
        />
        <DayField label={t('bench.asOf')} value={search.asOf ?? ''} onChange={(day) => change({ asOf: day === '' ? undefined : day })} />
      </div>
      <p className="print-only">
        {t('report.printed', { at: momentShort(new Date().toISOString()), address: decodeURI(location.search) })}
      </p>
      <div className="page-body" ref={ref}>
        {read.error ? <Refusal error={read.error} /> : null}
        {read.isPending ? <Slow>{t('list.reading')}</Slow> : null}
        {read.data === undefined ? null : (
          <Numbers told={read.data} pack={pack} tables={search.tables === true} width={Math.max(320, Math.min(900, room - 2))} />
        )}
      </div>
    </section>
  )
}

/** What is asked of the service; the first milestone of the pack where nothing is chosen. */
function askedOf({ pack: _, people, tables: __, period, ...search }: OccurrenceSearch, pack: PackTold): Asked {
  const nothing = search.milestone === undefined && search.variant === undefined && search.codes === undefined
  return {
    ...search,
    pack: pack.id,
    period: period ?? 'month',
    ...(nothing && pack.milestones[0] ? { milestone: pack.milestones[0].id } : {}),
    ...(people === undefined ? {} : { population: `${search.place ?? 'all'}:${people},all:${people}` }),
  }
}

/** A milestone or a variant out of a list, or codes that are typed. */
function Sought({
  pack,
  asked,
  search,
  change,
}: {
  readonly pack: PackTold
  readonly asked: Asked
  readonly search: OccurrenceSearch
  readonly change: (to: Partial<Record<'milestone' | 'variant' | 'codes', string | undefined>>) => void
}) {
  const { t } = useTranslation()
  const [codes, setCodes] = useState(search.codes !== undefined)
  const chosen = codes ? 'codes' : asked.variant !== undefined ? `variant:${asked.variant}` : `milestone:${asked.milestone ?? ''}`
  const choose = (value: string): void => {
    setCodes(value === 'codes')
    const [kind = '', id] = value.split(':')
    if (value !== 'codes') change({ milestone: undefined, variant: undefined, codes: undefined, [kind]: id })
  }
  return (
    <>
      <Select size="small" label={t('occurrence.what')} value={chosen} onChange={({ target }) => choose(target.value)}>
        {(['milestone', 'variant'] as const).map((kind) => (
          <optgroup key={kind} label={t(`occurrence.of.${kind}`)}>
            {(kind === 'milestone' ? pack.milestones : pack.variants).map(({ id, name }) => (
              <option key={id} value={`${kind}:${id}`}>
                {name}
              </option>
            ))}
          </optgroup>
        ))}
        <option value="codes">{t('occurrence.of.codes')}</option>
      </Select>
      {codes ? (
        <Typed
          label={t('occurrence.codes')}
          value={search.codes ?? ''}
          onTyped={(text) => (text === '' ? undefined : change({ milestone: undefined, variant: undefined, codes: text }))}
        />
      ) : null}
    </>
  )
}

/** Typed, and asked for with Enter or on leaving. */
function Typed({ label, value, onTyped }: { readonly label: string; readonly value: string; readonly onTyped: (text: string) => void }) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const done = (): void => {
    if (text.trim() !== value) onTyped(text.trim())
  }
  return (
    <TextField
      size="small"
      label={label}
      value={text}
      autoComplete="off"
      onChange={({ target }) => setText(target.value)}
      onBlur={done}
      onKeyDown={({ key }) => (key === 'Enter' ? done() : undefined)}
    />
  )
}

interface Shown {
  readonly told: Told
  readonly pack: PackTold
  readonly tables: boolean
  readonly width: number
}

function Numbers(shown: Shown) {
  return (
    <>
      <Definition {...shown} />
      <Periods {...shown} />
      <Places {...shown} />
    </>
  )
}

/** What is counted, in words: beside the numbers, always. */
function Definition({ told: { definition, asOf, pack: rules }, pack }: Shown) {
  const { t } = useTranslation()
  const { sought, washoutDays } = definition
  const name = (list: readonly { readonly id: string; readonly name: string }[]): string =>
    list.find(({ id }) => id === sought['id'])?.name ?? String(sought['id'])
  const what =
    sought.kind === 'codes'
      ? t('occurrence.withCodes', { codes: (sought['codes'] as readonly string[]).join(', ') }) // as the service says it
      : t(`occurrence.with.${sought.kind}`, { name: name(sought.kind === 'milestone' ? pack.milestones : pack.variants) })
  return (
    <section className="occurrence-definition" aria-labelledby="occurrence-definition">
      <Heading level="2" size="xsmall" id="occurrence-definition" className="for-readers">
        {t('occurrence.definition')}
      </Heading>
      <p>
        {what} {washoutDays === null ? t('occurrence.newEver') : t('occurrence.newAfter', { days: washoutDays })} {t('occurrence.once')}
      </p>
      <p className="quiet">
        {t('figures.asOf', { day: asOf, pack: `${rules.id} ${rules.version}` })} {t('occurrence.persons')} {t('occurrence.inside')}
      </p>
    </section>
  )
}

const rateWords = (rate: { readonly rate: number; readonly low: number; readonly high: number } | null): string =>
  rate === null ? '' : `${counted(rate.rate, 1)} (${counted(rate.low, 1)} – ${counted(rate.high, 1)})`

function Periods({ told, tables, width }: Shown) {
  const { t } = useTranslation()
  const words = useBenchWords()
  const chart = told.chart as unknown as CountChart | Refused // the service makes it by the function that has this answer
  const rated = told.periods.some(({ rate }) => rate !== null)
  const says = isRefused(chart)
    ? words.refused(chart)
    : [
        words.reading({ ...chart.reading, trial: false }, { points: chart.points.map(({ period }) => ({ month: period })), target: null }),
        chart.reading.trial ? t('occurrence.trial') : '',
      ].join(' ')
  const early = told.periods.filter((one) => one.early)
  return (
    <Charted
      title={t('occurrence.byPeriod')}
      says={says}
      plot={isRefused(chart) ? undefined : plotCounts(chart)}
      tables={tables}
      width={width}
      notes={
        <p className="quiet">
          {isRefused(chart) ? null : t('occurrence.limits', { centre: counted(chart.centre, 1) })}{' '}
          {early.length === 0
            ? null
            : t('occurrence.early', { from: early[0]?.period ?? '', to: early.at(-1)?.period ?? '', days: told.definition.lookBackDays })}
        </p>
      }
    >
      <table className="table">
        <caption className="for-readers">{t('occurrence.byPeriod')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('bench.period')}</th>
            <th scope="col" className="number">
              {t('occurrence.newPersons')}
            </th>
            {rated ? (
              <th scope="col" className="number">
                {t('occurrence.rate')}
              </th>
            ) : null}
            <th scope="col">{t('bench.what')}</th>
          </tr>
        </thead>
        <tbody>
          {told.periods.map(({ period, persons, early: isEarly, unfinished, rate }) => {
            const point = isRefused(chart) ? undefined : chart.points.find((one) => one.period === period)
            const marks = [
              isEarly ? t('occurrence.isEarly') : '',
              unfinished ? t('occurrence.unfinished') : '',
              point === undefined
                ? ''
                : point.rule === null || point.toward === null
                  ? words.kind('common')
                  : `${words.kind(point.kind)}: ${words.rule({ rule: point.rule, toward: point.toward })}`,
            ]
            return (
              <tr key={period}>
                <th scope="row">{period}</th>
                <td className="number">{persons}</td>
                {rated ? <td className="number">{rateWords(rate)}</td> : null}
                <td>{marks.filter(Boolean).join('; ')}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Charted>
  )
}

function Places({ told, tables, width }: Shown) {
  const { t } = useTranslation()
  const { nameOf } = useSession()
  const rated = told.places.some(({ rate }) => rate !== null)
  const [first, last] = [told.periods[0]?.period ?? '', told.periods.at(-1)?.period ?? '']
  return (
    <Charted
      title={t('occurrence.byPlace')}
      says={told.places.length === 0 ? t('occurrence.nobody') : undefined}
      plot={undefined}
      tables={tables}
      width={width}
      notes={<p className="quiet">{t('occurrence.span', { from: first, to: last })}</p>}
    >
      {told.places.length === 0 ? null : (
        <table className="table">
          <caption className="for-readers">{t('occurrence.byPlace')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('column.place')}</th>
              <th scope="col" className="number">
                {t('occurrence.newPersons')}
              </th>
              {rated ? (
                <th scope="col" className="number">
                  {t('occurrence.rate')}
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {told.places.map(({ place, persons, rate }) => (
              <tr key={place ?? ''}>
                <th scope="row">{place === null ? t('bench.noPlace') : nameOf(place)}</th>
                <td className="number">{persons}</td>
                {rated ? <td className="number">{rateWords(rate)}</td> : null}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Charted>
  )
}
