import { Button, Heading } from '@navikt/ds-react'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import '../languages/life.ts'
import { Panel } from '../form/panel.tsx'
import { Refusal } from '../form/refusal.tsx'
import { useKeys } from '../keys/use-keys.ts'
import { dayInWords } from '../languages.ts'
import { Slow } from '../list/slow.tsx'
import { type PackTold, useSession } from '../session.tsx'
import './indicators.css'
import { PackChoice } from '../form/pack-choice.tsx'
import { IdeaForm } from './life-forms.tsx'
import { LifePage } from './life-page.tsx'
import type { IndicatorSearch } from './search.ts'
import { type LifeShort, useLives } from './use-lives.ts'

const route = getRouteApi('/indicators')

/** A line of the list: an indicator of the pack, a life, or both. */
interface Line {
  readonly id: string
  readonly told: PackTold['indicators'][number] | undefined
  readonly life: LifeShort | undefined
}

/** Every indicator of the pack, with its lives; then ideas that no rule computes yet. */
export function linesOf(indicators: PackTold['indicators'], lives: readonly LifeShort[]): readonly Line[] {
  const ofPack = indicators.flatMap((told): readonly Line[] => {
    const mine = lives.filter(({ indicator }) => indicator === told.id)
    return mine.length === 0 ? [{ id: told.id, told, life: undefined }] : mine.map((life) => ({ id: life.life, told, life }))
  })
  const ideas = lives.filter(({ indicator }) => indicator === null || !indicators.some(({ id }) => id === indicator))
  return [...ofPack, ...ideas.map((life): Line => ({ id: life.life, told: undefined, life }))]
}

/** All indicators of a pack and all ideas; or one of them, as a page. */
export function IndicatorsScreen() {
  const { packs } = useSession()
  const search = route.useSearch()
  const pack = packs.find(({ id }) => id === search.pack) ?? packs[0]
  const { t } = useTranslation()
  if (pack === undefined) return <p className="empty">{t('list.noPack')}</p>
  return search.life === undefined && search.indicator === undefined ? <All pack={pack} /> : <LifePage pack={pack} />
}

function All({ pack }: { readonly pack: PackTold }) {
  const { t } = useTranslation()
  const { nameOf, may } = useSession()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [cursor, setCursor] = useState(0)
  const read = useLives({ pack: pack.id })
  const lines = read.data === undefined ? [] : linesOf(pack.indicators, read.data.lives)
  const at = Math.min(cursor, lines.length - 1)
  const go = (to: number): void => setCursor(Math.max(0, Math.min(lines.length - 1, to)))
  const to = (more: IndicatorSearch): void => void navigate({ search: { pack: pack.id, ...more } })
  const show = (line: Line | undefined): void => {
    if (line !== undefined) to(line.life === undefined ? { indicator: line.id } : { life: line.life.life })
  }
  const begin = (): void => to({ say: 'idea' })
  const writing = search.say === 'idea' && may('define')
  useKeys({
    down: () => go(at + 1),
    up: () => go(at - 1),
    first: () => go(0),
    last: () => go(lines.length - 1),
    open: () => show(lines[at]),
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: where the cursor has gone, the row is brought into view
  useEffect(() => {
    document.querySelector('.life-rows [aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [at])
  return (
    <div className="desk" data-open={writing}>
      <section className="desk-list" aria-labelledby="indicators-title">
        <header className="list-head">
          <Heading level="1" size="small" id="indicators-title">
            {t('life.title')}
          </Heading>
          <PackChoice hideLabel value={pack.id} onChoose={(id) => void navigate({ search: { pack: id } })} />
          <span className="quiet" role="status">
            {read.data === undefined ? '' : t('life.count', { count: lines.length })}
          </span>
          {may('define') ? (
            <Button size="xsmall" variant="tertiary" className="life-new" onClick={begin}>
              {t('life.new')}
            </Button>
          ) : null}
        </header>
        {read.error ? <Refusal error={read.error} /> : null}
        {read.isPending ? <Slow>{t('list.reading')}</Slow> : null}
        {read.data !== undefined && lines.length === 0 ? (
          <div className="empty">
            <p>{t('life.empty')}</p>
            <p>{t('life.emptyHow')}</p>
          </div>
        ) : null}
        {lines.length === 0 ? null : (
          <div
            className="work-list plain life-rows"
            role="listbox"
            aria-labelledby="indicators-title"
            tabIndex={0}
            aria-activedescendant={lines[at] === undefined ? undefined : `life-${lines[at].id}`}
          >
            {lines.map((line, nth) => (
              <div
                key={line.id}
                id={`life-${line.id}`}
                role="option"
                aria-selected={nth === at}
                onClick={() => {
                  setCursor(nth)
                  show(line)
                }}
              >
                <span className="life-called">
                  <b>{line.told === undefined ? line.life?.name : `${line.told.id} ${line.told.name}`}</b>{' '}
                  <span className="quiet">{line.told === undefined ? t('life.ideaOnly') : ''}</span>
                </span>
                {line.life === undefined ? (
                  <span className="quiet said">{t('life.noLife')}</span>
                ) : (
                  <>
                    <span className="life-stage">{t(`life.stage.${line.life.stage}`)}</span>
                    <span className="life-purpose">{t(`life.purpose.${line.life.purpose}`)}</span>
                    <span className="said">
                      <Flags life={line.life} />
                    </span>
                    <span className="quiet life-house">{nameOf(line.life.org)}</span>
                  </>
                )}
              </div>
            ))}
          </div>
        )}
      </section>
      {writing ? (
        <Panel id="idea-title" title={pack.title} onClose={() => to({})}>
          <IdeaForm pack={pack.id} indicator={undefined} onOpened={(life) => to({ life })} onClose={() => to({})} />
        </Panel>
      ) : null}
    </div>
  )
}

/** What somebody should look at: no number, what is overdue, a purpose that waits. */
function Flags({ life }: { readonly life: LifeShort }) {
  const { t } = useTranslation()
  const flags = [
    ...(life.missing.length === 0 ? [] : [t('life.missing', { names: life.missing.join(', ') })]),
    ...life.due.filter(({ overdue }) => overdue).map(({ what, on }) => `${t(`life.overdue.${what}`, { day: dayInWords(on) })}.`),
    ...(life.proposed === null ? [] : [`${t('life.proposed', { purpose: t(`life.purpose.${life.proposed}`) })}.`]),
  ]
  return flags.length === 0 ? null : <span className="stop">{flags.join(' ')}</span>
}
