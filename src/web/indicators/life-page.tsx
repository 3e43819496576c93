import { BodyShort, Button, Heading, InlineMessage } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type ReactNode, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, Refused } from '../ask.ts'
import { percent } from '../figures/bench-words.ts'
import { DayField } from '../form/day-field.tsx'
import { Panel } from '../form/panel.tsx'
import { Refusal } from '../form/refusal.tsx'
import { useKeys } from '../keys/use-keys.ts'
import { dayInWords } from '../languages.ts'
import { Slow } from '../list/slow.tsx'
import { type PackTold, useSession } from '../session.tsx'
import { IdeaForm, SayForm } from './life-forms.tsx'
import { Cost, Definition, Effects, Everything, Frictions, LifeLine, Purpose } from './life-parts.tsx'
import { RuleWords } from './rule-words.tsx'
import { type Sayable, sayable } from './sayable.ts'
import type { IndicatorSearch } from './search.ts'
import { type LifeTold, useLife, useLives } from './use-lives.ts'

const route = getRouteApi('/indicators')

/** One indicator: in words, as a rule, in numbers, and how it came about; what is open, and as of when, stands in the address. */
export function LifePage({ pack }: { readonly pack: PackTold }) {
  const { t } = useTranslation()
  const { may, nameOf } = useSession()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const opener = useRef<HTMLElement>(undefined)
  const change = (to: { readonly [K in keyof IndicatorSearch]?: IndicatorSearch[K] | undefined }): void =>
    void navigate({
      search: (before) =>
        Object.fromEntries(Object.entries({ ...before, ...to }).filter(([, value]) => value !== undefined)) as IndicatorSearch, // the same, without what says nothing
    })
  const lives = useLives({ pack: pack.id })
  const read = useLife(search.life, search.on)
  const life = read.data
  const short = lives.data?.lives.find((one) => one.life === search.life)
  const indicator = search.life === undefined ? search.indicator : (life?.indicator ?? short?.indicator ?? undefined)
  const told = pack.indicators.find(({ id }) => id === indicator)
  const close = (): void => {
    change({ say: undefined })
    opener.current?.focus()
  }
  const say = (what: Sayable | 'idea'): void => {
    opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : undefined
    change({ say: what })
  }
  useKeys({
    back: () => {
      if (search.say !== undefined) close()
      else if (search.on !== undefined) change({ on: undefined })
      else change({ life: undefined, indicator: undefined })
    },
  })
  const writing =
    may('define') &&
    search.on === undefined &&
    search.say !== undefined &&
    (search.say === 'idea' ? life === undefined : life !== undefined)
  const onDay = (
    <DayField label={t('life.onDay')} value={search.on ?? ''} onChange={(day) => change({ on: day === '' ? undefined : day })} />
  )
  const notYet = read.error instanceof Refused && read.error.status === 404 && search.on !== undefined
  return (
    <div className="desk" data-open={writing}>
      <section className="page desk-list life-page" aria-labelledby="indicators-title">
        <header className="list-head">
          <Heading level="1" size="small" id="indicators-title">
            {told === undefined ? (life?.name ?? short?.name ?? search.indicator) : `${told.id} ${told.name}`}
          </Heading>
          <Button
            size="xsmall"
            variant="tertiary"
            onClick={() => change({ life: undefined, indicator: undefined, on: undefined, say: undefined })}
          >
            {t('life.all')}
          </Button>
          {told === undefined ? null : (
            <Link className="as-link" to="/figures" search={{ pack: pack.id, indicator: told.id }}>
              {t('life.onBench')}
            </Link>
          )}
        </header>
        <div className="page-body">
          {search.life === undefined ? (
            <div className="empty life-begin">
              <p>{t('life.noLife')}.</p>
              {may('define') ? (
                <>
                  <p>{t('life.noLifeHow')}</p>
                  <Button size="small" onClick={() => say('idea')}>
                    {t('life.begin')}
                  </Button>
                </>
              ) : null}
            </div>
          ) : (
            <>
              {search.on === undefined ? null : (
                <InlineMessage status="info" size="small">
                  {t('life.shownOn', { day: dayInWords(search.on) })}{' '}
                  <Button size="xsmall" variant="tertiary" onClick={() => change({ on: undefined })}>
                    {t('life.toToday')}
                  </Button>
                </InlineMessage>
              )}
              {notYet ? (
                <div className="empty">
                  <p>{t('life.notYet')}</p>
                  {onDay}
                </div>
              ) : read.error ? (
                <Refusal error={read.error} />
              ) : null}
              {read.isPending ? <Slow>{t('list.reading')}</Slow> : null}
              {life === undefined ? null : (
                <>
                  <p className="quiet">
                    {told === undefined ? '' : `${life.name}. `}
                    {nameOf(life.org)}.
                  </p>
                  <Head life={life} pack={pack.id} onDay={onDay} />
                  {may('define') && search.on === undefined ? (
                    <fieldset className="acts life-acts">
                      <legend className="for-readers">{t('life.acts')}</legend>
                      {sayable
                        .filter((one) => (one !== 'joined' || life.indicator === null) && (one !== 'observed' || life.cost !== null))
                        .map((one) => (
                          <Button key={one} size="xsmall" variant="secondary" data-say={one} onClick={() => say(one)}>
                            {t(`life.say.${one}`)}
                          </Button>
                        ))}
                    </fieldset>
                  ) : null}
                  <LifeLine life={life} />
                  <Purpose life={life} canAnswer={search.on === undefined && may('define')} />
                  <Definition life={life} bench={told === undefined ? undefined : { pack: pack.id, indicator: told.id }} />
                  <Frictions life={life} />
                  <Cost life={life} />
                  <Effects life={life} />
                </>
              )}
            </>
          )}
          {told === undefined ? null : <RuleWords pack={pack.id} indicator={told.id} />}
          {life === undefined ? null : <Everything life={life} />}
        </div>
      </section>
      {writing && search.say !== undefined ? (
        <Panel id="say-title" title={search.say === 'idea' ? `${told?.id ?? ''} ${told?.name ?? ''}` : (life?.name ?? '')} onClose={close}>
          {search.say === 'idea' ? (
            <IdeaForm
              pack={pack.id}
              indicator={told}
              onOpened={(opened) => change({ life: opened, indicator: undefined, say: undefined })}
              onClose={close}
            />
          ) : life === undefined ? null : (
            <SayForm key={`${life.life} ${search.say}`} kind={search.say} life={life} lives={lives.data?.lives ?? []} onClose={close} />
          )}
        </Panel>
      ) : null}
    </div>
  )
}

/** What is wanted, the number as it is now, and beside it what it does not count. */
function Head({ life, pack, onDay }: { readonly life: LifeTold; readonly pack: string; readonly onDay: ReactNode }) {
  const { t } = useTranslation()
  return (
    <section className="life-head" aria-labelledby="life-wanted">
      <div>
        <Heading level="2" size="xsmall" id="life-wanted">
          {t('life.wanted')}
        </Heading>
        <p className="said">{life.wanted}</p>
      </div>
      <div>
        <Heading level="2" size="xsmall">
          {t('life.number')}
        </Heading>
        {life.missing.length > 0 ? (
          <p className="stop life-missing">{t('life.missing', { names: life.missing.join(', ') })}</p>
        ) : life.indicator === null ? (
          <p className="quiet">{t('life.noRule')}</p>
        ) : (
          <TheNumber pack={pack} indicator={life.indicator} org={life.org} />
        )}
        {life.due.map(({ what, on, overdue }) => (
          <p key={what} className={overdue ? 'stop' : 'quiet'}>
            {t(overdue ? `life.overdue.${what}` : `life.due.${what}`, { day: dayInWords(on) })}.
          </p>
        ))}
      </div>
      <div>
        <Heading level="2" size="xsmall">
          {t('life.gap')}
        </Heading>
        {life.gap === null ? <p className="stop">{t('life.gapEmpty')}</p> : <p className="said">{life.gap}</p>}
      </div>
      {onDay}
    </section>
  )
}

/** Counts for everybody; the pathways behind them for those who may see who it is. */
function TheNumber({ pack, indicator, org }: { readonly pack: string; readonly indicator: string; readonly org: number }) {
  const { t } = useTranslation()
  const { may } = useSession()
  const read = useQuery({
    queryKey: ['figures', 'of-life', pack, indicator, org],
    queryFn: async ({ signal }) => (await ask('listFigures', { query: { pack, indicator, org }, signal })).figures[0],
  })
  const figure = read.data
  if (read.error) return <Refusal error={read.error} />
  if (figure === undefined) return null
  const left = Object.values(figure.leftOut).reduce((sum, n) => sum + n, 0)
  return (
    <>
      <p className="life-number">
        {figure.share === null
          ? t('figures.none')
          : t('figures.of', { met: Math.round(figure.numerator), all: Math.round(figure.denominator), share: percent(figure.share) })}
      </p>
      <BodyShort size="small" className="quiet">
        {t('life.counts', { counted: Math.round(figure.denominator), left: Math.round(left) })}
      </BodyShort>
      {may('see') ? (
        <Link className="as-link" to="/figures" search={{ pack, indicator, account: {} }}>
          {t('life.account')}
        </Link>
      ) : null}
    </>
  )
}
