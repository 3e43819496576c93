import { BodyShort, Heading } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { LimitHeaping } from '../../core/bench/courses.ts'
import { draw, expectedMark, markOf } from '../../core/bench/draw.ts'
import type { MonthChart, RecentMonth } from '../../core/bench/months.ts'
import type { PlaceFunnel } from '../../core/bench/places.ts'
import { type Plot, plotHeaping, plotMonths, plotPlaces, plotStarts } from '../../core/bench/plot.ts'
import { isRefused, type Refused } from '../../core/stats/refusal.ts'
import type { PointKind } from '../../core/stats/special-cause.ts'
import { type Answer, type Asking, ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import { BesideNumber } from '../indicators/beside-number.tsx'
import { Slow } from '../list/slow.tsx'
import { CodesUnlike, PracticeLink } from '../practice/codes-unlike.tsx'
import { useSession } from '../session.tsx'
import { counted, percent, signed, useBenchWords } from './bench-words.ts'
import { elementOf } from './drawing.tsx'
import { Opens } from './opens.tsx'
import type { AccountOf } from './search.ts'

export type BenchAsked = NonNullable<Asking<'readBench'>['query']>
type Bench = Answer<'readBench'>

interface Shown {
  readonly bench: Bench
  /** How far the past days that completeness rests on are read; undefined: they are, or cannot be. */
  readonly reading: Answer<'readKnownDays'> | undefined
  readonly asked: BenchAsked
  readonly tables: boolean
  /** Undefined: whoever looks may count, and not see who it is. */
  readonly onAccount: ((of: AccountOf) => void) | undefined
  readonly width: number
}

export const useBench = (asked: BenchAsked, enabled: boolean) =>
  useQuery({ queryKey: ['figures', 'bench', asked], enabled, queryFn: ({ signal }) => ask('readBench', { query: asked, signal }) })

/**
 * Has past days read until all are, and then the figure once more. Gives how far it has come; nothing where there is nothing to read, or no more can be.
 */
function useKnownDays({ pack, org, indicator, asOf }: BenchAsked, bench: Bench | undefined, again: () => void): Shown['reading'] {
  const missing = bench !== undefined && bench.reported.read < bench.reported.of
  const [reading, setReading] = useState<Shown['reading']>()
  const [stuck, setStuck] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: begun anew when something else is asked, not at each answer
  useEffect(() => {
    if (!missing) return
    const stop = new AbortController()
    const readOn = async (before: number): Promise<void> => {
      const query = { pack, indicator, ...(org === undefined ? {} : { org }), ...(asOf === undefined ? {} : { asOf }) }
      const now = await ask('readKnownDays', { query, signal: stop.signal })
      if (stop.signal.aborted) return
      setReading(now)
      if (now.read === now.of) again()
      else if (now.read === before) setStuck(true)
      else await readOn(now.read)
    }
    setStuck(false)
    readOn(-1).catch(() => {
      if (!stop.signal.aborted) setStuck(true)
    })
    return () => stop.abort()
  }, [missing, pack, org, indicator, asOf])
  if (!missing || stuck) return undefined
  return reading ?? { read: bench.reported.read, of: bench.reported.of }
}

/** One figure as it is known on a day, for a place or all, with all that says how far it can be trusted. */
export function BenchColumn({
  asked,
  heading,
  alone,
  tables,
  onAccount,
  width,
}: Omit<Shown, 'bench' | 'reading'> & { readonly heading: string; readonly alone: boolean }) {
  const { t } = useTranslation()
  const read = useBench(asked, true)
  const reading = useKnownDays(asked, read.data, () => void read.refetch())
  const id = useId()
  return (
    <section className="bench-column" aria-labelledby={id}>
      <Heading level="2" size="xsmall" id={id} className={alone ? 'for-readers' : ''}>
        {heading}
      </Heading>
      {read.error ? <Refusal error={read.error} /> : null}
      {read.isPending ? <Slow>{t('list.reading')}</Slow> : null}
      {read.data === undefined ? null : (
        <>
          <BodyShort size="small" className="quiet">
            {t('figures.asOf', { day: read.data.asOf, pack: `${read.data.pack.id} ${read.data.pack.version}` })}
          </BodyShort>
          {read.data.unknown === null ? (
            <BesideNumber
              pack={read.data.pack.id}
              indicator={asked.indicator}
              place={asked.place === undefined ? undefined : Number(asked.place)}
              ledgers={read.data.ledgers}
            >
              <Told {...{ bench: read.data, asked, reading, tables, onAccount, width }} />
            </BesideNumber>
          ) : (
            <p>{t('bench.unknown', { why: read.data.unknown })}</p>
          )}
        </>
      )}
    </section>
  )
}

function Told(shown: Shown) {
  return (
    <>
      <TheFigure {...shown} />
      <div className="bench-parts">
        <Months {...shown} />
        <Starts {...shown} />
        <Places {...shown} />
        <Heaping {...shown} />
      </div>
    </>
  )
}

function TheFigure({ bench: { figure, unit, chance, unsettled }, onAccount }: Shown) {
  const { t } = useTranslation()
  const words = useBenchWords()
  const split = (title: string, of: Readonly<Record<string, number>>, none: string) => (
    <div>
      <Heading level="3" size="xsmall">
        {title}
      </Heading>
      {Object.keys(of).length === 0 ? <p className="quiet">{none}</p> : null}
      <ul className="plain bench-split">
        {Object.entries(of).map(([why, count]) => (
          <li key={why}>
            <Opens of={{ why }} onAccount={onAccount}>
              {counted(count)}
            </Opens>{' '}
            {words.reason(why)}
          </li>
        ))}
      </ul>
    </div>
  )
  const { realTime, afterCoded, shareRealTime } = figure.coding
  const lengths = (n: number): string => counted(n, 1)
  return (
    <div className="bench-figure">
      <div>
        <p className="bench-number">
          {figure.share === null ? (
            t('bench.nobody')
          ) : (
            <Opens of={{}} onAccount={onAccount}>
              {t('figures.of', { met: counted(figure.numerator), all: counted(figure.denominator), share: percent(figure.share) })}
            </Opens>
          )}
        </p>
        {chance === null ? null : <p>{t('bench.chance', { low: percent(chance.low), high: percent(chance.high) })}</p>}
        {figure.low === null || figure.high === null || figure.low === figure.high ? null : (
          <p>{t('bench.couldBe', { low: percent(figure.low), high: percent(figure.high) })}</p>
        )}
        {unsettled === null ? null : unsettled.items === 0 ? (
          <p className="quiet">{t('bench.restsNone')}</p>
        ) : (
          <p>
            <Opens of={{ why: 'unsettled' }} onAccount={onAccount}>
              {t('bench.rests', { items: counted(unsettled.items) })}
            </Opens>{' '}
            {unsettled.share === null
              ? ''
              : t('bench.otherWay', {
                  met: counted(unsettled.numerator),
                  all: counted(unsettled.denominator),
                  share: percent(unsettled.share),
                })}
          </p>
        )}
        {figure.median === null || figure.p90 === null || unit === null ? null : (
          <p className="quiet">
            {t('bench.median', { median: lengths(figure.median), p90: lengths(figure.p90), unit: t(`bench.unit.${unit}`) })}
          </p>
        )}
      </div>
      {split(t('figures.short'), figure.fellShort, t('bench.noneShort'))}
      {split(t('figures.left'), figure.leftOut, t('bench.noneLeft'))}
      <div>
        <Heading level="3" size="xsmall">
          {t('figures.coded')}
        </Heading>
        {realTime === null || afterCoded === null ? (
          <p className="quiet">{t('bench.noDuty')}</p>
        ) : realTime + afterCoded === 0 ? (
          <p className="quiet">{t('bench.nobody')}</p>
        ) : (
          <p>
            {t('bench.inTime', {
              inTime: counted(realTime),
              all: counted(realTime + afterCoded),
              share: percent(realTime / (realTime + afterCoded)),
            })}{' '}
            {shareRealTime === null ? null : <span className="quiet">{t('bench.ofThose', { share: percent(shareRealTime) })}</span>}
          </p>
        )}
      </div>
    </div>
  )
}

/** A chart or its table. Screen readers get the table, and eyes by one key; numbers open accounts only where the table is there to be seen. */
export function Charted({
  title,
  says,
  plot,
  tables,
  width,
  children,
  notes,
}: {
  readonly title: string
  readonly says?: string | undefined
  readonly plot: Plot | undefined
  readonly tables: boolean
  readonly width: number
  readonly notes?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <section className="bench-part">
      <Heading level="3" size="xsmall">
        {title}
      </Heading>
      {says === undefined ? null : <p className="bench-says">{says}</p>}
      {plot === undefined || tables ? null : (
        <figure className="bench-chart" aria-hidden="true">
          {elementOf(draw(plot, { width, height: 230, title: `${title}. ${says ?? ''}` }))}
          {plot.marks.some(({ kind }) => kind !== 'common') || plot.expected.length > 0 ? <Key plot={plot} /> : null}
        </figure>
      )}
      <div className={tables || plot === undefined ? 'wide' : 'for-readers'}>{children}</div>
      {notes}
    </section>
  )
}

/** What each shape that is drawn stands for. */
function Key({ plot }: { readonly plot: Plot }) {
  const { t } = useTranslation()
  const words = useBenchWords()
  const kinds = [...new Map(plot.marks.map(({ kind, high }) => [kind, high]))] as readonly (readonly [PointKind, boolean])[] // a map's pairs
  return (
    <figcaption>
      {kinds.map(([kind, high]) => (
        <span key={kind} className="bar-key">
          {elementOf(markOf(kind, high))} {words.kind(kind)}
        </span>
      ))}
      {plot.expected.length === 0 ? null : (
        <span className="bar-key">
          {elementOf(expectedMark())} {t('bench.expectedAll')}
        </span>
      )}
    </figcaption>
  )
}

const described = <T,>(said: object): T | Refused => said as T | Refused // the service makes it by the function that has this answer

function Months({ bench, reading, tables, onAccount, width }: Shown) {
  const { t } = useTranslation()
  const words = useBenchWords()
  const title = t('bench.months')
  if (reading !== undefined)
    return <Charted {...{ title, says: t('bench.readingDays', reading), plot: undefined, tables, width }}>{null}</Charted>
  const chart = described<MonthChart>(bench.months)
  const recent = bench.recent as unknown as readonly RecentMonth[] // made by the function that has this answer
  const { reported } = bench
  const says = words.months({ chart, recent, reported })
  const opens = tables ? onAccount : undefined
  const points = isRefused(chart) ? [] : chart.points
  return (
    <Charted
      title={title}
      says={says}
      plot={isRefused(chart) ? undefined : plotMonths(chart, recent)}
      {...{ tables, width }}
      notes={
        <>
          {tables || recent.every(({ expected }) => expected === null) ? null : (
            <ul className="plain" aria-hidden="true">
              {recent.map((one) => (
                <li key={one.month}>
                  {words.month(one.month)}: {t('bench.expectedAll').toLowerCase()} {words.expected(one)}
                </li>
              ))}
            </ul>
          )}
          <p className="quiet">
            {[
              isRefused(chart) ? '' : t(`bench.method.${chart.method}`, { centre: percent(chart.centre) }),
              isRefused(chart) || chart.empty.length === 0 ? '' : t('bench.emptyMonths', { months: chart.empty.join(', ') }),
              reported.delays === null ? '' : t('bench.followed', { count: reported.delays, day: reported.knownOn }),
            ]
              .filter(Boolean)
              .join(' ')}
          </p>
        </>
      }
    >
      {points.length + recent.length === 0 ? null : (
        <table className="table">
          <caption className="for-readers">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{t('bench.month')}</th>
              <th scope="col" className="number">
                {t('figures.share')}
              </th>
              <th scope="col" className="number">
                {t('bench.byChance')}
              </th>
              <th scope="col" className="number">
                {t('bench.limits')}
              </th>
              <th scope="col">{t('bench.what')}</th>
              <th scope="col" className="number">
                {t('bench.complete')}
              </th>
              {recent.length === 0 ? null : <th scope="col">{t('bench.expectedAll')}</th>}
            </tr>
          </thead>
          <tbody>
            {points.map(({ month, met, all, share, chance, complete, lower, upper, kind, rule, toward }) => (
              <tr key={month} data-kind={kind}>
                <th scope="row">{month}</th>
                <td className="number">
                  <Opens of={{ month }} onAccount={opens}>
                    {t('figures.of', { met: counted(met), all: counted(all), share: percent(share) })}
                  </Opens>
                </td>
                <td className="number">
                  {chance === null ? null : t('figures.range', { low: percent(chance.low), high: percent(chance.high) })}
                </td>
                <td className="number">{t('figures.range', { low: percent(lower), high: percent(upper) })}</td>
                <td>{rule === null || toward === null ? words.kind('common') : `${words.kind(kind)}: ${words.rule({ rule, toward })}`}</td>
                <td className="number">{percent(complete)}</td>
                {recent.length === 0 ? null : <td />}
              </tr>
            ))}
            {recent.map((one) => (
              <tr key={one.month} data-kind="recent">
                <th scope="row">{one.month}</th>
                {/* What is expected and what is counted never share a cell, and this month is not counted. */}
                <td />
                <td />
                <td />
                <td />
                <td className="number">
                  {percent(one.complete)}{' '}
                  <Opens of={{ month: one.month }} onAccount={opens}>
                    {t('bench.soFar', { met: counted(one.met), all: counted(one.all) })}
                  </Opens>
                </td>
                <td>{words.expected(one)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Charted>
  )
}

/** By month of start beside by month of finish: the second looks better while a backlog grows. */
function Starts({ bench, tables, onAccount, width }: Shown) {
  const { t } = useTranslation()
  const chart = described<MonthChart>(bench.months)
  const finished = new Map(isRefused(chart) ? [] : chart.points.map((point) => [point.month, point]))
  const months = [...new Set([...bench.starts.map(({ month }) => month), ...finished.keys()])].toSorted().toReversed()
  if (bench.unit === null) return null
  const shown = bench.starts.filter(({ share }) => share !== null)
  const opens = tables ? onAccount : undefined
  return (
    <Charted
      title={t('bench.starts')}
      says={shown.length === 0 ? t('bench.noStarts') : t('bench.startsHow')}
      plot={shown.length < 2 ? undefined : plotStarts(bench.starts)}
      {...{ tables, width }}
    >
      {bench.starts.length === 0 ? null : (
        <table className="table">
          <caption className="for-readers">{t('bench.starts')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('bench.month')}</th>
              <th scope="col" className="number">
                {t('bench.ofStarted')}
              </th>
              <th scope="col" className="number">
                {t('bench.half')}
              </th>
              <th scope="col" className="number">
                {t('bench.ofFinished')}
              </th>
            </tr>
          </thead>
          <tbody>
            {months.map((month) => {
              const start = bench.starts.find((one) => one.month === month)
              const finish = finished.get(month)
              return (
                <tr key={month}>
                  <th scope="row">{month}</th>
                  <td className="number">
                    {start === undefined ? null : (
                      <Opens of={{ started: month }} onAccount={opens}>
                        {start.share === null
                          ? t('bench.stillRunning', { running: start.running, started: start.started })
                          : t('figures.of', { met: start.finishedWithin, all: start.started, share: percent(start.share) })}
                      </Opens>
                    )}
                  </td>
                  <td className="number">{start == null || start.median === null ? null : counted(start.median, 1)}</td>
                  <td className="number">
                    {finish === undefined
                      ? null
                      : t('figures.of', { met: counted(finish.met), all: counted(finish.all), share: percent(finish.share) })}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
    </Charted>
  )
}

function Places({ bench, asked, tables, onAccount, width }: Shown) {
  const { t } = useTranslation()
  const { nameOf } = useSession()
  const words = useBenchWords()
  const funnel = described<PlaceFunnel>(bench.places)
  const title = t('bench.places')
  if (isRefused(funnel)) return <Charted {...{ title, says: words.refused(funnel), plot: undefined, tables, width }}>{null}</Charted>
  const name = (place: string): string => (place === '' ? t('bench.noPlace') : nameOf(Number(place)))
  const named = funnel.places.filter((place) => place.named)
  const opens = tables ? onAccount : undefined
  return (
    <Charted
      title={title}
      says={
        named.length === 0
          ? t('bench.noneDiffers')
          : t('bench.differ', { places: named.map(({ place, share }) => `${name(place)} (${percent(share)})`).join(', ') })
      }
      plot={funnel.places.length < 2 ? undefined : plotPlaces(funnel, name)}
      {...{ tables, width }}
      notes={
        <p className="quiet">
          {[
            t(`bench.decidedBy.${funnel.decidedBy}`, { centre: percent(funnel.centre) }),
            funnel.phi === null ? '' : t('bench.phi', { phi: counted(funnel.phi, 1) }),
            ...funnel.unreliable.map((why) => t(`bench.unreliable.${why}`)),
            t('bench.codeAlike'),
          ].join(' ')}{' '}
          <PracticeLink asked={asked} />
          <CodesUnlike asked={asked} outside={named.map(({ place }) => place)} />
        </p>
      }
    >
      <table className="table">
        <caption className="for-readers">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{t('column.place')}</th>
            <th scope="col" className="number">
              {t('figures.share')}
            </th>
            <th scope="col" className="number">
              {t('bench.limits998')}
            </th>
            <th scope="col">{t('bench.what')}</th>
          </tr>
        </thead>
        <tbody>
          {funnel.places.map(({ place, met, all, share, limits, position }) => (
            <tr key={place}>
              <th scope="row">{name(place)}</th>
              <td className="number">
                <Opens of={place === '' ? {} : { place }} onAccount={place === '' ? undefined : opens}>
                  {t('figures.of', { met, all, share: percent(share) })}
                </Opens>
              </td>
              <td className="number">{t('figures.range', { low: percent(limits.lower998), high: percent(limits.upper998) })}</td>
              <td>{t(`bench.position.${position}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Charted>
  )
}

function Heaping({ bench, tables, width }: Shown) {
  const { t } = useTranslation()
  const words = useBenchWords()
  if (bench.unit === null || bench.unit === 'minute') return null
  const found = described<LimitHeaping>(bench.heaping)
  const title = t('bench.heaping')
  if (isRefused(found)) return <Charted {...{ title, says: words.refused(found), plot: undefined, tables, width }}>{null}</Charted>
  const fan = found.fan.map(({ degree, surplus }) => `${degree}: ${surplus === null ? '–' : signed(surplus)}`).join(', ')
  return (
    <Charted
      title={title}
      says={t(`bench.heaps.${found.says}`)}
      plot={plotHeaping(found)}
      {...{ tables, width }}
      notes={
        <p className="quiet">
          {t('bench.surplus', { surplus: signed(found.surplus), low: signed(found.low), high: signed(found.high) })}{' '}
          {t('bench.fan', { degree: found.degree, fan, seed: found.seed, draws: found.draws })} {t('bench.noProof')}
        </p>
      }
    >
      <table className="table">
        <caption className="for-readers">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{t('bench.fromLimit')}</th>
            <th scope="col" className="number">
              {t('bench.finished')}
            </th>
            <th scope="col" className="number">
              {t('bench.expected')}
            </th>
          </tr>
        </thead>
        <tbody>
          {found.counts.map((count, i) => (
            <tr key={String(found.firstDay + i)}>
              <th scope="row">{found.firstDay + i}</th>
              <td className="number">{count}</td>
              <td className="number">{counted(found.expected[i] ?? 0, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Charted>
  )
}
