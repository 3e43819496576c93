import { BodyShort, Heading } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { type Answer, ask } from '../ask.ts'
import { PackChoice } from '../form/pack-choice.tsx'
import { Refusal } from '../form/refusal.tsx'
import { useKeys } from '../keys/use-keys.ts'
import { Slow } from '../list/slow.tsx'
import { PathwayPanel } from '../pathway/pathway-panel.tsx'
import { useSession } from '../session.tsx'

const route = getRouteApi('/codes')
type Coding = Answer<'readCoding'>
const percent = (part: number, all: number): string => (all === 0 ? '' : `${Math.round((100 * part) / all)} %`)

/** What was coded in time, what still waits to be coded and the shortest way to it, what that does to the figures, and what the work led to. */
export function CodesScreen() {
  const { t } = useTranslation()
  const { packs } = useSession()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const pack = packs.find(({ id }) => id === search.pack) ?? packs[0]
  const coding = useQuery({
    queryKey: ['my work', 'coding', pack?.id],
    enabled: pack !== undefined,
    queryFn: ({ signal }) => ask('readCoding', { query: { pack: pack?.id ?? '' }, signal }),
  })
  const show = (open: string | undefined): void => void navigate({ search: { ...search, open } })
  useKeys(search.open === undefined ? {} : { back: () => show(undefined) })
  return (
    <div className="desk" data-open={search.open !== undefined}>
      <section className="page desk-list" aria-labelledby="codes-title">
        <header className="list-head">
          <Heading level="1" size="small" id="codes-title">
            {t('codes.title')}
          </Heading>
          <PackChoice hideLabel value={pack?.id} onChoose={(id) => void navigate({ search: { pack: id } })} />
        </header>
        {coding.error ? <Refusal error={coding.error} /> : null}
        {coding.isPending ? <Slow>{t('list.reading')}</Slow> : null}
        {coding.data === undefined ? null : (
          <div className="page-body">
            <BodyShort size="small" className="quiet">
              {t('codes.period', { from: coding.data.from, asOf: coding.data.asOf })}
            </BodyShort>
            <Followed coding={coding.data} />
            <Queue coding={coding.data} open={search.open} onOpen={show} />
            <InTime coding={coding.data} />
            <Effect coding={coding.data} />
          </div>
        )}
      </section>
      {search.open === undefined ? null : <PathwayPanel key={search.open} pathway={search.open} onClose={() => show(undefined)} />}
    </div>
  )
}

/** What coding did for patients: steps and escalations after which something happened before its day. */
function Followed({ coding }: { readonly coding: Coding }) {
  const { t } = useTranslation()
  return (
    <section>
      <Heading level="2" size="xsmall">
        {t('codes.followed')}
      </Heading>
      <ul className="plain">
        {coding.followed.map(({ kind, opened, followed }) => (
          <li key={kind}>{t(`codes.followedBy.${kind}`, { opened, followed, share: percent(followed, opened) })}</li>
        ))}
      </ul>
    </section>
  )
}

function Queue({
  coding,
  open,
  onOpen,
}: {
  readonly coding: Coding
  readonly open: string | undefined
  readonly onOpen: (pathway: string) => void
}) {
  const { t } = useTranslation()
  const { nameOf, packs } = useSession()
  const { pathways, more } = coding.queue
  return (
    <section>
      <Heading level="2" size="xsmall">
        {t('codes.queue', { count: pathways.length })}
        {more ? '+' : ''}
      </Heading>
      {pathways.length === 0 ? <p className="quiet">{t('codes.queueEmpty')}</p> : null}
      <table className="table">
        <tbody>
          {pathways.map(({ pathway, variant, org, limitDay, overrun, items }) => (
            <tr key={pathway} data-open={pathway === open}>
              <td>
                <button type="button" className="as-link" onClick={() => onOpen(pathway)}>
                  {pathway}
                </button>
              </td>
              <td>{packs.flatMap(({ variants }) => variants).find(({ id }) => id === variant)?.name ?? variant}</td>
              <td>{nameOf(org)}</td>
              <td className="number">{limitDay === null ? '' : t(overrun ? 'codes.limitWas' : 'codes.limitIs', { day: limitDay })}</td>
              <td>
                {items.map(({ why, about, on, codes }) => (
                  <div key={about}>
                    {t(`codes.why.${why}`, { on: on ?? '' })} <b>{codes.join(', ')}</b>
                  </div>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function InTime({ coding }: { readonly coding: Coding }) {
  const { t } = useTranslation()
  const mine = (milestone: string, role: string) => coding.person.recorded.find((one) => one.milestone === milestone && one.role === role)
  return (
    <section>
      <Heading level="2" size="xsmall">
        {t('codes.inTime')}
      </Heading>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('codes.milestone')}</th>
            <th scope="col">{t('codes.role')}</th>
            <th scope="col" className="number">
              {t('codes.within')}
            </th>
            <th scope="col" className="number">
              {t('codes.everybody')}
            </th>
            <th scope="col" className="number">
              {t('codes.me')}
            </th>
          </tr>
        </thead>
        <tbody>
          {coding.recorded.map(({ milestone, name, role, withinDays, realTime, afterCoded }) => {
            const own = mine(milestone, role)
            const counted = (one: { readonly realTime: number; readonly afterCoded: number }): string =>
              t('figures.of', {
                met: one.realTime,
                all: one.realTime + one.afterCoded,
                share: percent(one.realTime, one.realTime + one.afterCoded),
              })
            return (
              <tr key={`${milestone} ${role}`}>
                <th scope="row">{name}</th>
                <td>{t(`role.${role}` as 'role.coder', { defaultValue: role })}</td>
                <td className="number">{t('codes.days', { count: withinDays })}</td>
                <td className="number">{counted({ realTime, afterCoded })}</td>
                <td className="number">{own === undefined ? '' : counted(own)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

/** Late coding told apart from late care. */
function Effect({ coding }: { readonly coding: Coding }) {
  const { t } = useTranslation()
  if (coding.figures === null) return null
  const whole = (n: number): number => Math.round(n * 100) / 100
  return (
    <section>
      <Heading level="2" size="xsmall">
        {t('codes.effect')}
      </Heading>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('figures.indicator')}</th>
            <th scope="col" className="number">
              {t('figures.share')}
            </th>
            <th scope="col" className="number">
              {t('figures.between')}
            </th>
            <th scope="col" className="number">
              {t('codes.coding')}
            </th>
            <th scope="col" className="number">
              {t('codes.care')}
            </th>
          </tr>
        </thead>
        <tbody>
          {coding.figures.map((figure) => (
            <tr key={figure.indicator}>
              <th scope="row">
                {figure.indicator} {figure.name}
              </th>
              <td className="number">{figure.share === null ? t('figures.none') : `${Math.round(figure.share * 100)} %`}</td>
              <td className="number">
                {figure.low === null || figure.high === null
                  ? ''
                  : t('figures.range', { low: `${Math.round(figure.low * 100)} %`, high: `${Math.round(figure.high * 100)} %` })}
              </td>
              <td className="number">{whole(figure.overrunNotCoded + figure.startMissing)}</td>
              <td className="number">{whole(figure.careLate + figure.overrunWaiting)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
