import { Heading, Select } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { draw } from '../../core/bench/draw.ts'
import type { MonthChart } from '../../core/bench/months.ts'
import { plotMonths, smaller } from '../../core/bench/plot.ts'
import { isRefused } from '../../core/stats/refusal.ts'
import { ask } from '../ask.ts'
import { counted, percent, useBenchWords } from '../figures/bench-words.ts'
import { elementOf } from '../figures/drawing.tsx'
import { Refusal } from '../form/refusal.tsx'
import { useUnitLives } from '../indicators/beside-number.tsx'
import { shownKeyOf } from '../keys/use-keys.ts'
import { momentShort } from '../languages.ts'
import { Slow } from '../list/slow.tsx'
import { type Organisation, useSession } from '../session.tsx'
import { rowsOf, type UnitRow, type UnitTold } from './rows.ts'
import type { UnitSearch } from './search.ts'
import { useUnitWords } from './unit-words.ts'
import '../figures/bench.css'
import './unit.css'
import { PackChoice } from '../form/pack-choice.tsx'

const route = getRouteApi('/unit')
/** So many of the newest months are drawn; judged are all. */
const drawnMonths = 24
const drawing = { width: 360, height: 120 }

/** Those one may count in, and whatever stands above them; above: with others under it, and a house or above houses. */
function unitsOf(organisations: ReadonlyMap<number, Organisation>, mine: ReadonlySet<number>) {
  const own = [...organisations.values()].filter(({ ledger }) => mine.has(ledger))
  const parents = new Set([...organisations.values()].map(({ parent }) => parent))
  const isAbove = ({ org, ledger }: Organisation): boolean => org === ledger && parents.has(org)
  return { above: own.filter(isAbove), places: own.filter((one) => !isAbove(one)) }
}

/** One unit on one page: a sentence, and all its indicators, each with what the sentence rests on. */
export function UnitScreen() {
  const { t } = useTranslation()
  const { me, packs, organisations } = useSession()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const pack = packs.find(({ id }) => id === search.pack) ?? packs[0]
  const units = unitsOf(organisations, new Set(me.may.count ?? []))
  const choices = [...units.above, ...units.places]
  // Whoever manages something begins with it.
  const unit =
    choices.find(({ org }) => org === search.org) ?? choices.find(({ org }) => me.roles.some((role) => role.org === org)) ?? choices[0]
  const change = (to: UnitSearch): void => void navigate({ replace: true, search: (before) => ({ ...before, ...to }) })
  if (pack === undefined) return <p className="empty">{t('list.noPack')}</p>
  if (unit === undefined) return <p className="empty">{t('unit.noUnit')}</p>
  const group = (label: string, of: readonly Organisation[]) =>
    of.length === 0 ? null : (
      <optgroup label={label}>
        {of.map(({ org, name }) => (
          <option key={org} value={org}>
            {name}
          </option>
        ))}
      </optgroup>
    )
  return (
    <section className="page bench unit" aria-labelledby="unit-title">
      <header className="list-head">
        <Heading level="1" size="small" id="unit-title">
          {t('unit.title')}
        </Heading>
        <Select
          size="small"
          label={t('unit.which')}
          hideLabel
          value={unit.org}
          onChange={({ target }) => change({ org: Number(target.value) })}
        >
          {group(t('unit.above'), units.above)}
          {group(t('unit.places'), units.places)}
        </Select>
        <PackChoice hideLabel value={pack.id} onChoose={(id) => change({ pack: id })} />
      </header>
      <p className="print-only">
        {t('report.printed', { at: momentShort(new Date().toISOString()), address: decodeURI(location.search) })}
      </p>
      <Unit pack={pack.id} org={unit.org} />
    </section>
  )
}

function Unit({ pack, org }: { readonly pack: string; readonly org: number }) {
  const { t } = useTranslation()
  const read = useQuery({
    queryKey: ['figures', 'unit', pack, org],
    queryFn: ({ signal }) => ask('readUnit', { query: { pack, org }, signal }),
  })
  if (read.error) return <Refusal error={read.error} />
  return read.data === undefined ? <Slow>{t('unit.reading')}</Slow> : <Told org={org} told={read.data} />
}

function Told({ org, told }: { readonly org: number; readonly told: UnitTold }) {
  const { t } = useTranslation()
  const { packs, nameOf } = useSession()
  const words = useUnitWords()
  const { month } = useBenchWords()
  const { pack, above, from, to } = told
  const lives = useUnitLives({ pack: pack.id, org, above, ledgers: told.ledgers })
  const names = new Map(packs.find(({ id }) => id === pack.id)?.indicators.map(({ id, name }) => [id, name]))
  // Until it is known which have a number, nothing is said of any.
  if (lives === undefined) return <Slow>{t('unit.reading')}</Slow>
  const rows = rowsOf(
    told.indicators,
    (id) => [id, names.get(id)].filter(Boolean).join(' '),
    ({ indicator, unknown }) => (unknown === null ? lives.without(indicator) : t('bench.unknown', { why: unknown })),
  )
  const unit = nameOf(org)
  const empty = rows.every(({ told: { figure } }) => figure.denominator === 0)
  return (
    <div className="page-body">
      <p className="quiet">{t('unit.asOf', { from: month(from), to: month(to), day: told.asOf, pack: `${pack.id} ${pack.version}` })}</p>
      {empty ? (
        <p className="empty">{t('unit.nobody', { unit, from: month(from), to: month(to), key: shownKeyOf('goFigures') })}</p>
      ) : (
        <>
          <p className="unit-sentence">{words.sentence(unit, rows)}</p>
          <p className="unit-besides">{words.besides(rows, above)}</p>
        </>
      )}
      <table className="table unit-table">
        <caption className="for-readers">{t('unit.says')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('figures.indicator')}</th>
            <th scope="col">{t('unit.numbers')}</th>
            <th scope="col">{t('unit.months')}</th>
            <th scope="col">{t('unit.among')}</th>
            <th scope="col">{t('unit.short')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} data-says={row.says}>
              <th scope="row">
                <Link
                  className="as-link"
                  to="/figures"
                  search={{ pack: pack.id, indicator: row.id, ...(above ? { org } : { place: org }) }}
                >
                  {row.name}
                </Link>
                {lives.beside(row.id).map((said) => (
                  <p key={said} className="quiet">
                    {said}
                  </p>
                ))}
              </th>
              {row.without === undefined ? (
                <Cells row={row} above={above} />
              ) : (
                <td colSpan={4}>
                  <p className="stop">{row.without}</p>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Cells({ row, above }: { readonly row: UnitRow; readonly above: boolean }) {
  const { t } = useTranslation()
  const bench = useBenchWords()
  const words = useUnitWords()
  const { figure, chance, reported } = row.told
  const { realTime, afterCoded } = figure.coding
  const says = bench.months({
    chart: row.chart,
    recent: row.recent,
    reported,
    notRead: figure.denominator > 0 ? t('unit.notReadHere') : '',
  })
  return (
    <>
      <td>
        {figure.share === null ? (
          <p>{t('bench.nobody')}</p>
        ) : (
          <p className="unit-share">
            {t('figures.of', { met: counted(figure.numerator), all: counted(figure.denominator), share: percent(figure.share) })}
          </p>
        )}
        {chance === null ? null : <p>{t('bench.chance', { low: percent(chance.low), high: percent(chance.high) })}</p>}
        {figure.low === null || figure.high === null || figure.low === figure.high ? null : (
          <p className="quiet">{t('bench.couldBe', { low: percent(figure.low), high: percent(figure.high) })}</p>
        )}
      </td>
      <td className="unit-months">
        {isRefused(row.chart) ? null : (
          <div className="unit-drawing" aria-hidden="true">
            {elementOf(draw(smaller(plotMonths(newest(row.chart), row.recent)), { ...drawing, title: `${row.name}. ${says}` }))}
          </div>
        )}
        <p>{says}</p>
      </td>
      <td className="unit-among">{words.among(row, above)}</td>
      <td className="unit-short">
        <ul className="plain">
          {Object.entries(figure.fellShort).map(([why, count]) => (
            <li key={why}>
              {counted(count)} {bench.reason(why)}
            </li>
          ))}
        </ul>
        {row.codedInTime === null || realTime === null || afterCoded === null ? null : (
          <p className="quiet">
            {t('unit.coded', {
              told: t('bench.inTime', { inTime: counted(realTime), all: counted(realTime + afterCoded), share: percent(row.codedInTime) }),
            })}
          </p>
        )}
      </td>
    </>
  )
}

/** The newest of its months, with the limits that all gave. */
function newest(chart: MonthChart): MonthChart {
  const points = chart.points.slice(-drawnMonths)
  const first = points[0]?.month ?? ''
  return { ...chart, points, empty: chart.empty.filter((month) => month > first) }
}
