import { BodyShort, Heading, Select } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import { useWithoutNumber } from '../indicators/beside-number.tsx'
import { Slow } from '../list/slow.tsx'
import { useSession } from '../session.tsx'
import { BenchScreen } from './bench-screen.tsx'
import { percent } from './bench-words.ts'
import './bench.css'

const route = getRouteApi('/figures')

/** All indicators of a pack, or the one that is on the bench. */
export function FiguresScreen() {
  const { indicator } = route.useSearch()
  return indicator === undefined ? <AllFigures /> : <BenchScreen indicator={indicator} />
}

/** Every figure of a pack as it stands, how sure it is, and what it leaves out. */
function AllFigures() {
  const { t } = useTranslation()
  const { packs, nameOf } = useSession()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const pack = packs.find(({ id }) => id === search.pack) ?? packs[0]
  const byPlace = search.by === 'place'
  const figures = useQuery({
    queryKey: ['figures', pack?.id, search.by],
    enabled: pack !== undefined,
    queryFn: ({ signal }) => ask('listFigures', { query: { pack: pack?.id ?? '', period: 'year', by: byPlace ? 'place' : '' }, signal }),
  })
  const without = useWithoutNumber(pack?.id, figures.data?.ledgers ?? [])
  const sum = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([why, count]) => `${t(`reason.${why}` as 'reason.running', { defaultValue: why })} ${Math.round(count * 100) / 100}`)
      .join(', ')
  return (
    <section className="page" aria-labelledby="figures-title">
      <header className="list-head">
        <Heading level="1" size="small" id="figures-title">
          {t('figures.title')}
        </Heading>
        <Select
          size="small"
          label={t('filter.pack')}
          hideLabel
          value={pack?.id ?? ''}
          onChange={({ target }) => void navigate({ search: { ...search, pack: target.value } })}
        >
          {packs.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </Select>
        <Select
          size="small"
          label={t('figures.by')}
          hideLabel
          value={search.by ?? ''}
          onChange={({ target }) =>
            void navigate({
              search: { ...(pack === undefined ? {} : { pack: pack.id }), ...(target.value === 'place' ? { by: 'place' as const } : {}) },
            })
          }
        >
          <option value="">{t('figures.all')}</option>
          <option value="place">{t('figures.byPlace')}</option>
        </Select>
      </header>
      {figures.error ? <Refusal error={figures.error} /> : null}
      {figures.isPending ? <Slow>{t('list.reading')}</Slow> : null}
      {figures.data === undefined ? null : (
        <>
          <BodyShort size="small" className="quiet">
            {t('figures.asOf', { day: figures.data.asOf, pack: `${figures.data.pack.id} ${figures.data.pack.version}` })}
          </BodyShort>
          <table className="table figures-table">
            <thead>
              <tr>
                <th scope="col">{t('figures.indicator')}</th>
                {byPlace ? <th scope="col">{t('column.place')}</th> : null}
                <th scope="col" className="number">
                  {t('figures.share')}
                </th>
                <th scope="col" className="number">
                  {t('figures.between')}
                </th>
                <th scope="col" className="number">
                  {t('figures.coded')}
                </th>
                <th scope="col">{t('figures.short')}</th>
                <th scope="col">{t('figures.left')}</th>
              </tr>
            </thead>
            <tbody>
              {figures.data.figures.map((figure) => (
                <tr key={`${figure.indicator} ${figure.place ?? ''}`}>
                  <th scope="row">
                    <Link
                      className="as-link"
                      to="/figures"
                      search={{
                        ...(pack === undefined ? {} : { pack: pack.id }),
                        indicator: figure.indicator,
                        ...(figure.place === null || figure.place === '' ? {} : { place: Number(figure.place) }),
                      }}
                    >
                      {figure.indicator} {pack?.indicators.find(({ id }) => id === figure.indicator)?.name ?? ''}
                    </Link>
                  </th>
                  {byPlace ? (
                    <td>
                      {figure.place === null || figure.place === '' ? (
                        ''
                      ) : (
                        <Link
                          className="as-link"
                          to="/unit"
                          search={{ org: Number(figure.place), ...(pack === undefined ? {} : { pack: pack.id }) }}
                        >
                          {nameOf(Number(figure.place))}
                        </Link>
                      )}
                    </td>
                  ) : null}
                  {without(figure) === undefined ? (
                    <>
                      <td className="number">
                        {figure.share === null
                          ? t('figures.none')
                          : t('figures.of', {
                              met: Math.round(figure.numerator),
                              all: Math.round(figure.denominator),
                              share: percent(figure.share),
                            })}
                      </td>
                      <td className="number">
                        {figure.low === null || figure.high === null
                          ? ''
                          : t('figures.range', { low: percent(figure.low), high: percent(figure.high) })}
                      </td>
                      <td className="number">{percent(figure.coding.shareRealTime)}</td>
                      <td>{sum(figure.fellShort)}</td>
                      <td>{sum(figure.leftOut)}</td>
                    </>
                  ) : (
                    <td colSpan={5} className="stop">
                      {without(figure)}
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  )
}
