import { Button, Heading } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { type Answer, ask } from '../ask.ts'
import { type AccountAsked, AccountPanel } from '../figures/account-panel.tsx'
import { kindOfPeriod } from '../figures/search.ts'
import { Refusal } from '../form/refusal.tsx'
import { useKeys } from '../keys/use-keys.ts'
import { momentShort } from '../languages.ts'
import { Slow } from '../list/slow.tsx'
import { PathwayPanel } from '../pathway/pathway-panel.tsx'
import { useSession } from '../session.tsx'
import type { ReleaseSearch } from './search.ts'
import './releases.css'

const route = getRouteApi('/releases')
export type Release = Answer<'listReleases'>['releases'][number]

export const useReleases = () => useQuery({ queryKey: ['releases'], queryFn: ({ signal }) => ask('listReleases', { signal }) })

/** What was published of the ledgers one knows; of a release, every number opens who was behind it, for those who may see them. */
export function ReleasesScreen() {
  const { t } = useTranslation()
  const { may, nameOf } = useSession()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const opener = useRef<HTMLElement>(undefined)
  const opened = useRef<string>(undefined)
  const releases = useReleases()
  const release = releases.data?.releases.find(({ manifest }) => manifest === search.release)
  const go = (to: ReleaseSearch): void => void navigate({ search: to })
  const { open: _, ...without } = search
  const close = (): void => {
    go(search.release === undefined ? {} : { release: search.release })
    opener.current?.focus()
  }
  const back = (): void => (search.open !== undefined ? go(without) : search.indicator !== undefined ? close() : go({}))
  useKeys(search.release === undefined ? {} : { back })
  const table = release?.tables.find(({ indicator }) => indicator === search.indicator)
  const account = release !== undefined && table !== undefined && may('see') ? accountOf(release, search) : undefined
  return (
    <div className="desk" data-open={search.open !== undefined || account !== undefined}>
      <section className="page desk-list releases" aria-labelledby="releases-title">
        <header className="list-head">
          <Heading level="1" size="small" id="releases-title">
            {release === undefined ? t('release.title') : t('release.named', { title: release.title, revision: release.revision })}
          </Heading>
          {search.release === undefined ? null : (
            <Button size="xsmall" variant="tertiary" onClick={() => go({})}>
              {t('release.all')}
            </Button>
          )}
        </header>
        {releases.error ? <Refusal error={releases.error} /> : null}
        {releases.isPending ? <Slow>{t('list.reading')}</Slow> : null}
        {releases.data === undefined ? null : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and so must be reached by keyboard
          <div className="page-body" tabIndex={0}>
            {search.release === undefined ? (
              <All releases={releases.data.releases} />
            ) : release === undefined ? (
              <p className="empty">{t('release.unknown')}</p>
            ) : (
              <One
                release={release}
                onAccount={
                  may('see')
                    ? (indicator) => {
                        opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : undefined
                        opened.current = undefined
                        go({ release: release.manifest, indicator })
                      }
                    : undefined
                }
              />
            )}
          </div>
        )}
      </section>
      {search.open !== undefined && release !== undefined ? (
        <PathwayPanel key={search.open} pathway={search.open} asOf={release.asOf} onClose={() => go(without)} />
      ) : account !== undefined && release !== undefined ? (
        <AccountPanel
          key={JSON.stringify(account)}
          title={titleOf()}
          asked={account}
          unit={table?.unit ?? null}
          last={opened.current}
          onOpen={(pathway) => {
            opened.current = pathway
            go({ ...search, open: pathway })
          }}
          onClose={close}
        />
      ) : null}
    </div>
  )

  function titleOf(): string {
    const { indicator, place, in: period, variant } = search
    return [t('bench.account', { id: indicator }), place === undefined ? '' : nameOf(place), period, variant].filter(Boolean).join(', ')
  }
}

const accountOf = ({ manifest, pack }: Release, { indicator = '', place, in: period, variant }: ReleaseSearch): AccountAsked => ({
  pack,
  release: manifest,
  indicator,
  period: kindOfPeriod(period),
  ...(period === undefined ? {} : { in: period }),
  ...(place === undefined ? {} : { place }),
  ...(variant === undefined ? {} : { variant }),
})

function All({ releases }: { readonly releases: readonly Release[] }) {
  const { t } = useTranslation()
  if (releases.length === 0) return <p className="empty">{t('release.none')}</p>
  return (
    <table className="table">
      <caption className="quiet">{t('release.how')}</caption>
      <thead>
        <tr>
          {(['what', 'months', 'asOf', 'rules', 'frozen', 'published'] as const).map((head) => (
            <th key={head} scope="col">
              {t(`release.${head}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {releases.map((release) => (
          <tr key={release.manifest}>
            <th scope="row">
              <Link className="as-link" to="/releases" search={{ release: release.manifest }}>
                {t('release.named', { title: release.title, revision: release.revision })}
              </Link>
            </th>
            <td>{t('release.span', { from: release.from, to: release.to })}</td>
            <td className="day">{release.asOf}</td>
            <td>{`${release.pack} ${release.rules}`}</td>
            <td>{t('release.by', { at: momentShort(release.frozen), who: release.frozenBy ?? '' })}</td>
            <td>
              {release.published === null
                ? t('release.notPublished')
                : t('release.by', { at: momentShort(release.published), who: release.publishedBy ?? '' })}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** One release: by what it is known, what it counts, and the way to who is behind its figures. */
function One({ release, onAccount }: { readonly release: Release; readonly onAccount: ((indicator: string) => void) | undefined }) {
  const { t } = useTranslation()
  const { packs, nameOf } = useSession()
  const pack = packs.find(({ id }) => id === release.pack)
  const indicators = [...new Set(release.tables.map(({ indicator }) => indicator))]
  const away = release.ledgers.filter((ledger) => !release.mine.includes(ledger))
  return (
    <>
      <dl className="facts">
        <dt>{t('release.months')}</dt>
        <dd>{t('release.span', { from: release.from, to: release.to })}</dd>
        <dt>{t('release.asOf')}</dt>
        <dd>{release.asOf}</dd>
        <dt>{t('release.rules')}</dt>
        <dd>
          {`${pack?.title ?? release.pack} ${release.rules}`}
          {release.rulesNow === release.rules ? null : <p>{t('release.otherRules', { now: release.rulesNow ?? '–' })}</p>}
        </dd>
        <dt>{t('release.counts')}</dt>
        <dd>
          {release.ledgers.map(nameOf).join('; ')}
          {away.length === 0 ? null : <p>{t('release.away', { names: away.map(nameOf).join('; ') })}</p>}
        </dd>
        <dt>{t('release.frozen')}</dt>
        <dd>{t('release.by', { at: momentShort(release.frozen), who: release.frozenBy ?? '' })}</dd>
        <dt>{t('release.published')}</dt>
        <dd>
          {release.published === null
            ? t('release.notPublished')
            : t('release.by', { at: momentShort(release.published), who: release.publishedBy ?? '' })}
        </dd>
        <dt>{t('release.manifest')}</dt>
        <dd>
          <code>{release.manifest}</code>
        </dd>
      </dl>
      <Heading level="2" size="xsmall">
        {t('figures.title')}
      </Heading>
      <ul className="plain">
        {indicators.map((id) => (
          <li key={id}>
            {`${id} ${pack?.indicators.find((one) => one.id === id)?.name ?? ''}`}{' '}
            {onAccount === undefined ? null : (
              <button type="button" className="as-link" data-indicator={id} onClick={() => onAccount(id)}>
                {t('release.behind', { id })}
              </button>
            )}
          </li>
        ))}
      </ul>
      <p className="quiet">{t('release.asKnown')}</p>
    </>
  )
}
