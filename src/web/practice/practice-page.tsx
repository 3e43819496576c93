import { Heading } from '@navikt/ds-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Aspect, Difference, Likeness } from '../../core/practice/compare.ts'
import { type Parts, type PlacePractice, type Practice, type ShareOrWhy, wholePercents } from '../../core/practice/practice.ts'
import { isRefused } from '../../core/stats/refusal.ts'
import { counted, percent } from '../figures/bench-words.ts'
import { PartKey, PartsBar, ShareBar } from './bars.tsx'
import { type PracticeWords, usePracticeWords } from './practice-words.ts'

interface Shown {
  readonly practice: Practice
  /** Small drawings beside the numbers. */
  readonly drawn: boolean
}

/** First what a manager has to know, in sentences; then what it rests on, place by place. */
export function PracticePage({
  practice,
  drawn,
  milestones,
}: Shown & { readonly milestones: readonly { readonly id: string; readonly name: string }[] }) {
  const { t } = useTranslation()
  const words = usePracticeWords(practice)
  const { places, comparison, mainStart } = practice
  const changed = places.flatMap(({ place, changes }) => changes.map((change) => ({ place, change })))
  if (places.length === 0) return <p className="empty">{t('practice.nobody')}</p>
  return (
    <>
      <section className="practice-part" aria-labelledby="practice-compare">
        <Heading level="2" size="xsmall" id="practice-compare">
          {t('practice.compare')}
        </Heading>
        <ul className="plain practice-says">
          {comparison.sayings.map((saying) => (
            <li key={JSON.stringify(saying)}>{words.saying(saying)}</li>
          ))}
        </ul>
        {comparison.groups.map((group) => (
          <p key={group.join()}>{t('practice.group', { places: words.list(group.map(words.place)) })}</p>
        ))}
        {comparison.groups.length === 0 && comparison.pairs.length > 0 ? <p className="quiet">{t('practice.noGroup')}</p> : null}
      </section>
      <Aspects {...{ practice, drawn, words }} />
      {changed.length === 0 ? null : (
        <section className="practice-part" aria-labelledby="practice-changes">
          <Heading level="2" size="xsmall" id="practice-changes">
            {t('practice.changes')}
          </Heading>
          <ul className="plain">
            {changed.map(({ place, change }) => (
              <li key={`${place} ${change.what}`}>
                {words.place(place)}: {words.change(change, mainStart)}
              </li>
            ))}
          </ul>
        </section>
      )}
      <Pairs {...{ practice, words }} />
      <Milestones {...{ practice, words, milestones }} />
      <HowMade {...{ practice, words }} />
      <p className="quiet">{t('practice.how', { pairs: comparison.asked.pairs, rest: comparison.asked.rest })}</p>
    </>
  )
}

interface Told {
  readonly practice: Practice
  readonly words: PracticeWords
}

/** A table that may be wider than the page. */
function Wide({ title, note, children }: { readonly title: string; readonly note?: string; readonly children: ReactNode }) {
  return (
    <section className="practice-part">
      <Heading level="2" size="xsmall">
        {title}
      </Heading>
      {note === undefined ? null : <p className="quiet">{note}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls where there is more than fits */}
      <div className="wide" tabIndex={0} role="region" aria-label={title}>
        {children}
      </div>
    </section>
  )
}

/** A share with its numbers, or why there is none; with a mark where the place is unlike the rest. */
function ShareCell({
  share,
  drawn,
  unlike,
}: {
  readonly share: ShareOrWhy | null
  readonly drawn: boolean
  readonly unlike: string | undefined
}) {
  const { t } = useTranslation()
  return (
    <td className="practice-cell" data-unlike={unlike !== undefined}>
      {share === null ? (
        <span className="quiet">{t('practice.noDuty')}</span>
      ) : isRefused(share) ? (
        <TooFew have={share.have} />
      ) : (
        <>
          {drawn ? <ShareBar {...share} /> : null} {t('figures.of', { met: share.n, all: share.of, share: percent(share.share) })}
        </>
      )}
      <Mark unlike={unlike} />
    </td>
  )
}

function TooFew({ have }: { readonly have: number | undefined }) {
  const { t } = useTranslation()
  return <span className="quiet">{t('practice.tooFew', { count: have ?? 0 })}</span>
}

function Mark({ unlike }: { readonly unlike: string | undefined }) {
  const { t } = useTranslation()
  return unlike === undefined ? null : (
    <span className="practice-mark" title={unlike}>
      <svg width="10" height="10" aria-hidden="true">
        <path d="M5 0.7 9.3 5 5 9.3 0.7 5z" />
      </svg>{' '}
      {t('practice.differs')}
    </span>
  )
}

/** `A 90 %, AV 10 %`, with a bar. */
function PartsCell({
  parts,
  drawn,
  name,
}: {
  readonly parts: Parts | null
  readonly drawn: boolean
  readonly name: (id: string) => string
}) {
  const { t } = useTranslation()
  if (parts === null) return <span className="quiet">{t('practice.noClock')}</span>
  if (isRefused(parts)) return <TooFew have={parts.have} />
  const percents = wholePercents(parts.map(({ n }) => n))
  return (
    <>
      {drawn ? <PartsBar parts={parts} /> : null}{' '}
      {parts.flatMap(({ id, n }, i) => (n === 0 ? [] : [`${name(id)} ${percents[i] === 0 ? '<1' : percents[i]} %`])).join(', ')}
    </>
  )
}

function Aspects({ practice, drawn, words }: Told & { readonly drawn: boolean }) {
  const { t } = useTranslation()
  const { places, startCodes, comparison } = practice
  const rest = new Map(comparison.rest.map(({ place, because }) => [place, because]))
  const unlike = ({ place }: PlacePractice, aspect: Aspect): string | undefined => {
    const because = (rest.get(place) ?? []).filter((one) => one.aspect === aspect)
    return because.length === 0 ? undefined : because.map(words.difference).join('; ')
  }
  // In one order for all places, so that the same look is the same code.
  const inOrder = (parts: Parts | null): Parts | null =>
    parts === null || isRefused(parts) ? parts : startCodes.flatMap(({ code }) => parts.find(({ id }) => id === code) ?? [])
  return (
    <Wide title={t('practice.aspects')}>
      {drawn && startCodes.length > 1 ? (
        <p className="practice-keys">
          {startCodes.map(({ code }, i) => (
            <span key={code}>
              <PartKey look={i} /> {words.code(code)}
            </span>
          ))}
        </p>
      ) : null}
      <table className="table practice-table">
        <caption className="for-readers">{t('practice.aspects')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('column.place')}</th>
            <th scope="col" className="number">
              {t('practice.pathways')}
            </th>
            <th scope="col">{t('practice.aspect.start')}</th>
            <th scope="col">{t('practice.aspect.in-time')}</th>
            <th scope="col">{t('practice.aspect.without-end')}</th>
            <th scope="col">{t('practice.aspect.doubt')}</th>
            <th scope="col">{t('practice.rare')}</th>
            <th scope="col">{t('practice.neverUsed')}</th>
          </tr>
        </thead>
        <tbody>
          {places.map((one) => (
            <tr key={one.place}>
              <th scope="row">{words.place(one.place)}</th>
              <td className="number">{one.pathways}</td>
              <td className="practice-cell" data-unlike={unlike(one, 'start') !== undefined}>
                <PartsCell parts={inOrder(one.starts)} drawn={drawn} name={words.shortCode} />
                <Mark unlike={unlike(one, 'start')} />
              </td>
              <ShareCell share={one.inTime} drawn={drawn} unlike={unlike(one, 'in-time')} />
              <ShareCell share={one.withoutEnd} drawn={drawn} unlike={unlike(one, 'without-end')} />
              <ShareCell share={one.doubt} drawn={drawn} unlike={unlike(one, 'doubt')} />
              <ShareCell share={one.rare} drawn={drawn} unlike={undefined} />
              <td>{one.neverUsed.length === 0 ? '–' : one.neverUsed.map(words.shortCode).join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  )
}

const signs: Readonly<Record<Likeness, string>> = { alike: '=', differs: '≠', 'too-few': '?' }

/** Each place against each: a sign, and words that do not need it. */
function Pairs({ practice: { places, comparison }, words }: Told) {
  const { t } = useTranslation()
  const named = places.map(({ place }) => place).filter((place) => place !== '')
  if (named.length < 2) return null
  const found = new Map(
    comparison.pairs.flatMap(
      (pair) =>
        [
          [`${pair.a} ${pair.b}`, pair],
          [`${pair.b} ${pair.a}`, pair],
        ] as const,
    ),
  )
  const because = (all: readonly Difference[]): string =>
    [...new Set(all.map(({ aspect }) => words.aspect(aspect).toLowerCase()))].join(', ')
  return (
    <Wide title={t('practice.pairs')} note={t('practice.pairsNote')}>
      <table className="table practice-table practice-pairs">
        <caption className="for-readers">{t('practice.pairs')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('column.place')}</th>
            {named.map((place) => (
              <th key={place} scope="col">
                {words.place(place)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {named.map((row) => (
            <tr key={row}>
              <th scope="row">{words.place(row)}</th>
              {named.map((column) => {
                const pair = found.get(`${row} ${column}`)
                return pair === undefined ? (
                  <td key={column} aria-label={t('practice.itself')} />
                ) : (
                  <td key={column} data-likeness={pair.likeness} title={pair.because.map(words.difference).join('; ')}>
                    <span aria-hidden="true">{signs[pair.likeness]}</span>{' '}
                    {pair.likeness === 'differs' ? because(pair.because) : t(`practice.likeness.${pair.likeness}`)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  )
}

function Milestones({
  practice: { places },
  words,
  milestones,
}: Told & { readonly milestones: readonly { readonly id: string; readonly name: string }[] }) {
  const { t } = useTranslation()
  const order = new Map(milestones.map(({ id }, i) => [id, i]))
  const found = [...new Map(places.flatMap((one) => one.milestones.map(({ id, name }) => [id, name] as const)))]
  // As the pack has them, and what is no step of the course after it.
  const ids = found.toSorted(([a], [b]) => (order.get(a) ?? order.size) - (order.get(b) ?? order.size))
  return (
    <Wide title={t('practice.lag')} note={t('practice.lagNote')}>
      <table className="table practice-table">
        <caption className="for-readers">{t('practice.lag')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('column.place')}</th>
            {ids.map(([id, name]) => (
              <th key={id} scope="col">
                {milestones.find((one) => one.id === id)?.name ?? name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {places.map((one) => (
            <tr key={one.place}>
              <th scope="row">{words.place(one.place)}</th>
              {ids.map(([id]) => {
                const own = one.milestones.find((milestone) => milestone.id === id)
                if (own === undefined) return <td key={id}>–</td>
                const { lag, inTime } = own
                return (
                  <td key={id}>
                    {isRefused(lag) ? (
                      <TooFew have={lag.have} />
                    ) : (
                      t('practice.days', { median: counted(lag.median, 1), p90: counted(lag.p90, 1) })
                    )}
                    {inTime === null || isRefused(inTime) ? null : (
                      <span className="quiet"> {t('practice.ofThemInTime', { share: percent(inTime.share) })}</span>
                    )}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  )
}

/** Who records and decides, as roles; how entries came in; how far they stand. */
function HowMade({ practice: { places }, words }: Told) {
  const { t } = useTranslation()
  const role = (id: string): string => t(`role.${id}` as 'role.coder', { defaultValue: id === '' ? t('practice.noRole') : id })
  const columns: readonly (readonly [title: string, cell: (place: PlacePractice) => ReactNode])[] = [
    [t('practice.recorders'), ({ recorders }) => <PartsCell parts={recorders} drawn={false} name={role} />],
    [t('practice.deciders'), ({ deciders }) => <PartsCell parts={deciders} drawn={false} name={role} />],
    [t('practice.onBehalf'), ({ onBehalf }) => (isRefused(onBehalf) ? <TooFew have={onBehalf.have} /> : percent(onBehalf.share))],
    [
      t('practice.ways'),
      ({ ways }) => <PartsCell parts={ways} drawn={false} name={(id) => t(`practice.way.${id}` as 'practice.way.message')} />,
    ],
    [
      t('practice.standings'),
      ({ standings }) => <PartsCell parts={standings} drawn={false} name={(id) => t(`standing.${id}` as 'standing.sure')} />,
    ],
  ]
  return (
    <Wide title={t('practice.made')} note={t('practice.madeNote')}>
      <table className="table practice-table">
        <caption className="for-readers">{t('practice.made')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('column.place')}</th>
            <th scope="col" className="number">
              {t('practice.entries')}
            </th>
            {columns.map(([title]) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {places.map((one) => (
            <tr key={one.place}>
              <th scope="row">{words.place(one.place)}</th>
              <td className="number">{one.entries}</td>
              {columns.map(([title, cell]) => (
                <td key={title}>{cell(one)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  )
}
