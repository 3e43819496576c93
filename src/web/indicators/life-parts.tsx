import { Button, Heading } from '@navikt/ds-react'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { percent } from '../figures/bench-words.ts'
import { Refusal } from '../form/refusal.tsx'
import { dayInWords } from '../languages.ts'
import { hoursOf, type LifeTold, useAnswer, useByWords } from './use-lives.ts'

interface Props {
  readonly life: LifeTold
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId()
  return (
    <section aria-labelledby={id}>
      <Heading level="2" size="xsmall" id={id}>
        {title}
      </Heading>
      {children}
    </section>
  )
}

/** The steps of a life along a line, the newest last: a drawing that reads as a list. */
export function LifeLine({ life }: Props) {
  const { t } = useTranslation()
  const by = useByWords()
  return (
    <Part title={t('life.line')}>
      <ol className="life-line">
        {life.steps.map((step, i) => (
          <li key={step.n} data-now={i === life.steps.length - 1}>
            <b>{t(`life.stage.${step.to}`)}</b>
            <span className="quiet">{by(step)}</span>
            {i === 0 ? null : <span>{step.why}</span>}
            {step.dropped === null ? null : <span>{t('life.dropped', { what: step.dropped })}</span>}
          </li>
        ))}
      </ol>
    </Part>
  )
}

/** What it is for, and a proposal that waits: agreed by another than whoever made it. */
export function Purpose({ life, canAnswer }: Props & { readonly canAnswer: boolean }) {
  const { t } = useTranslation()
  const answer = useAnswer(life)
  const { proposal } = life
  const refused =
    proposal === null ? [] : life.log.filter(({ what, said }) => what === 'purpose-refused' && said['proposal'] === proposal.n)
  return (
    <Part title={t('life.purposeLabel')}>
      <p>
        <b>{t(`life.purpose.${life.purpose}`)}</b> <span className="quiet">{t('life.purposeHow')}</span>
      </p>
      {answer.error ? <Refusal error={answer.error} /> : null}
      {proposal === null ? null : (
        <div className="answer life-proposal">
          <p>
            {t('life.purposeWhy', {
              who: proposal.byName ?? t('life.someone'),
              purpose: t(`life.purpose.${proposal.purpose}`),
              why: proposal.why,
            })}{' '}
            <span className="quiet">{dayInWords(proposal.on)}</span>
          </p>
          {refused.map(({ n, byName, on, said }) => (
            <p key={n} className="quiet">
              {t('life.refusedTry', {
                who: byName ?? t('life.someone'),
                why: t(`life.refusedBecause.${said['because'] === 'no-right' ? 'no-right' : 'own-proposal'}`),
                day: dayInWords(on),
              })}
            </p>
          ))}
          {canAnswer ? (
            <p className="acts">
              {([true, false] as const).map((agreed) => (
                <Button
                  key={String(agreed)}
                  size="xsmall"
                  variant="secondary"
                  disabled={answer.isPending}
                  onClick={() => answer.mutate({ proposal: proposal.n, agreed, done: t('life.answered') })}
                >
                  {t(agreed ? 'life.agree' : 'life.decline')}
                </Button>
              ))}
            </p>
          ) : null}
        </div>
      )}
    </Part>
  )
}

/** The elements with where each is found, and how the definition came to be as it is. */
export function Definition({ life, bench }: Props & { readonly bench: { readonly pack: string; readonly indicator: string } | undefined }) {
  const { t } = useTranslation()
  const by = useByWords()
  const frictions = new Map(life.frictions.map((one) => [one.n, one]))
  return (
    <Part title={t('life.definition')}>
      {life.sheet.length === 0 ? (
        <p className="quiet">{t('life.noDefinition')}</p>
      ) : (
        <table className="table">
          <caption className="for-readers">{t('life.definition')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('life.element')}</th>
              <th scope="col">{t('life.meaning')}</th>
              <th scope="col">{t('life.whereFound')}</th>
            </tr>
          </thead>
          <tbody>
            {life.sheet.map(({ name, says, is, where }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{says}</td>
                <td>
                  <span className={is === 'not-recorded' ? 'stop' : ''}>
                    {is === null ? t('life.notLooked') : t(`life.presence.${is}`)}
                  </span>
                  {where === null ? '' : `: ${where}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {life.definitions.length < 2 ? null : (
        <>
          <Heading level="3" size="xsmall">
            {t('life.changes')}
          </Heading>
          <ul className="plain">
            {life.definitions.slice(1).map((one) => (
              <li key={one.n}>
                {one.changed}{' '}
                {one.because === 'none-given'
                  ? t('life.noneGiven')
                  : t('life.because', { what: one.because.map((n) => frictions.get(n)?.note ?? String(n)).join('; ') })}{' '}
                <span className="quiet">{by(one)}</span>
              </li>
            ))}
          </ul>
          {bench === undefined ? null : (
            <Link className="as-link" to="/figures" search={bench}>
              {t('life.movedHow')}
            </Link>
          )}
        </>
      )}
    </Part>
  )
}

export function Frictions({ life }: Props) {
  const { t } = useTranslation()
  const by = useByWords()
  const changedBy = (definitions: readonly number[]): readonly string[] =>
    life.definitions.filter(({ n }) => definitions.includes(n)).map(({ changed }) => changed ?? t('life.what.definition'))
  return (
    <Part title={t('life.friction')}>
      {life.frictions.length === 0 ? (
        <p className="quiet">{t('life.noFriction')}</p>
      ) : (
        <table className="table">
          <caption className="for-readers">{t('life.friction')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('life.kind')}</th>
              <th scope="col">{t('life.note')}</th>
              <th scope="col">{t('life.whatChanged')}</th>
            </tr>
          </thead>
          <tbody>
            {life.frictions.map((one) => (
              <tr key={one.n}>
                <th scope="row">{t(`life.frictionKind.${one.friction}`)}</th>
                <td>
                  {one.note} <span className="quiet">{by(one)}</span>
                </td>
                <td>{[...(one.changed === null ? [] : [one.changed]), ...changedBy(one.definitions)].join(' ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Part>
  )
}

export function Cost({ life: { cost, observed, minutesAYear } }: Props) {
  const { t } = useTranslation()
  const by = useByWords()
  return (
    <Part title={t('life.cost')}>
      {cost === null || minutesAYear.estimated === null ? (
        <p className="quiet">{t('life.noCost')}</p>
      ) : (
        <>
          <p>
            {t('life.costSum', {
              count: cost.items.length,
              cases: cost.cases,
              minutes: cost.minutes,
              hours: hoursOf(minutesAYear.estimated),
            })}{' '}
            <span className="quiet">{by(cost)}</span>
          </p>
          {cost.items.length === 0 ? null : <p>{t('life.costItems', { items: cost.items.join(', ') })}</p>}
          {observed === null || minutesAYear.observed === null ? null : (
            <p>
              {t('life.costSeen', {
                cases: observed.cases,
                hours: hoursOf(minutesAYear.observed),
                share: minutesAYear.estimated === 0 ? '' : percent(minutesAYear.observed / minutesAYear.estimated),
              })}{' '}
              <span className="quiet">{by(observed)}</span>
            </p>
          )}
        </>
      )}
    </Part>
  )
}

export function Effects({ life }: Props) {
  const { t } = useTranslation()
  const by = useByWords()
  return (
    <Part title={t('life.effects')}>
      {life.effects.length === 0 ? (
        <p className="quiet">{t('life.noEffects')}</p>
      ) : (
        <table className="table">
          <caption className="for-readers">{t('life.effects')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('life.day')}</th>
              <th scope="col">{t('life.wantedEffect')}</th>
              <th scope="col">{t('life.unwantedEffect')}</th>
            </tr>
          </thead>
          <tbody>
            {life.effects.map((one) => (
              <tr key={one.n}>
                <th scope="row">{by(one)}</th>
                <td>{one.wanted}</td>
                <td>{one.unwanted}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Part>
  )
}

/** The records one after another: also what was taken back or refused. */
export function Everything({ life }: Props) {
  const { t } = useTranslation()
  const by = useByWords()
  return (
    <details className="life-everything">
      <summary>{t('life.everything')}</summary>
      <ol>
        {life.log.map((one) => (
          <li key={one.n}>
            {t(`life.what.${one.what}`)} <span className="quiet">{by(one)}</span>
            {one.takenBack ? ` (${t('life.takenBack')})` : ''}
          </li>
        ))}
      </ol>
    </details>
  )
}
