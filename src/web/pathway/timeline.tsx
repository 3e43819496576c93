import { Button } from '@navikt/ds-react'
import type { TFunction } from 'i18next'
import { type ReactNode, useId, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Day, dayText } from '../../core/words/day.ts'
import {
  type Bar,
  type Break,
  type Mark,
  placeLabels,
  placeOf,
  type Tick,
  type Timeline,
  type TimelineQuestion,
  ticksOf,
  timelineOf,
} from '../../core/work/timeline.ts'
import { shownKeyOf, useKeys } from '../keys/use-keys.ts'
import './reading.css'
import { useWidth } from './use-width.ts'

interface Props extends TimelineQuestion {
  /** The day is not today: the pathway is shown as it was known on another. */
  readonly past: boolean
}

/** The course of a pathway: milestones, clocks, pauses and limits on an axis of days, or the same as a table. */
export function TimelineDrawing({ past, ...question }: Props) {
  const { t } = useTranslation()
  const [asTable, setAsTable] = useState(false)
  const [place, width] = useWidth<HTMLDivElement>()
  const id = useId().replace(/\W/g, '')
  const { zone, today, entries, clocks, bookings } = question
  const timeline = useMemo(() => timelineOf({ zone, today, entries, clocks, bookings }), [zone, today, entries, clocks, bookings])
  const todayIs = past ? t('timeline.asOf') : t('timeline.today')
  const lines = tableLines(timeline, todayIs, t)
  useKeys({ asTable: () => setAsTable(!asTable) })
  return (
    <div className="timeline" ref={place}>
      {asTable ? <TimelineTable lines={lines} /> : null}
      {asTable || width === 0 ? null : <Drawing id={id} timeline={timeline} lines={lines} width={width} todayIs={todayIs} />}
      <div className="timeline-foot">
        {asTable ? null : <Key id={id} timeline={timeline} past={past} />}
        <Button size="xsmall" variant="tertiary" onClick={() => setAsTable(!asTable)}>
          {t(asTable ? 'timeline.asDrawing' : 'timeline.asTable')} <kbd>{shownKeyOf('asTable')}</kbd>
        </Button>
      </div>
    </div>
  )
}

interface Line {
  readonly id: string
  readonly what: string
  readonly on: string
  readonly until?: string
}

const dayOfAt = (at: number): string => dayText(Math.floor(at) as Day) // whole days since 1970

/** Everything that is drawn, in words: what screen readers get, and everybody who asks for the table. */
function tableLines({ marks, bars, today }: Timeline, todayIs: string, t: TFunction): readonly Line[] {
  const named = marks.map((mark, i): Line => ({ id: `mark ${i}`, what: markWords(mark, t), on: mark.day }))
  const clocks = bars.flatMap((bar): readonly Line[] => {
    const { interval, name, from, to, end, limit, past } = bar
    const until = t(`timeline.end.${end}`, { day: dayOfAt(to) })
    return [
      { id: interval, what: t('timeline.row.clock', { name }), on: dayOfAt(from), until },
      ...bar.pauses.map((pause, i) => ({
        id: `${interval} pause ${i}`,
        what: t(pause.takenOut ? 'timeline.row.pauseOut' : 'timeline.row.pauseIn', { name: pause.name }),
        on: dayOfAt(pause.from),
        until: dayOfAt(pause.to),
      })),
      ...(limit ? [{ id: `${interval} limit`, what: t('timeline.row.limit', { name }), on: limit.day }] : []),
      ...(past === undefined ? [] : [{ id: `${interval} past`, what: t('timeline.row.past', { name }), on: dayOfAt(past), until }]),
    ]
  })
  return [...named, ...(today === undefined ? [] : [{ id: 'today', what: todayIs, on: dayOfAt(today) }]), ...clocks]
}

const markWords = ({ kind, names, codes }: Mark, t: TFunction): string =>
  kind === 'other'
    ? t('timeline.entry', { code: codes.join(', ') })
    : kind === 'booked'
      ? t('timeline.booked', { name: names.join(', ') })
      : `${names.join(', ')} (${codes.join(', ')})`

function TimelineTable({ lines }: { readonly lines: readonly Line[] }) {
  const { t } = useTranslation()
  return (
    <table className="table" aria-label={t('timeline.table')}>
      <thead>
        <tr>
          <th scope="col">{t('timeline.what')}</th>
          <th scope="col">{t('timeline.on')}</th>
          <th scope="col">{t('timeline.until')}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ id, what, on, until }) => (
          <tr key={id}>
            <td>{what}</td>
            <td className="day">{on}</td>
            <td className="day">{until}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Sizes in pixels. Letters are reckoned a little wide, so that labels keep apart in any font. */
const size = { side: 9, lane: 28, letter: 6.2, tickRoom: 58, axis: 20, row: 34, bar: 11, limitLine: 13, foot: 16 } as const
const wordsWidth = (words: string): number => words.length * size.letter + 6

interface DrawingProps {
  /** Begins the names of its parts. */
  readonly id: string
  readonly timeline: Timeline
  readonly lines: readonly Line[]
  readonly width: number
  readonly todayIs: string
}

function Drawing({ id, timeline, lines, width, todayIs }: DrawingProps) {
  const { t, i18n } = useTranslation()
  const { to, today, marks, bars, breaks } = timeline
  const inner = width - 2 * size.side
  const x = (at: number): number => Math.round((size.side + placeOf(timeline, at) * inner) * 10) / 10
  const named = marks.filter(({ kind }) => kind !== 'other').map((mark) => ({ mark, words: shortened(mark.names.join(', '), width * 0.5) }))
  const placed = placeLabels(
    named.map(({ mark, words }) => ({ x: x(mark.at), width: Math.max(wordsWidth(words), wordsWidth(mark.day)) })),
    width,
    4,
  )
  const lanes = Math.max(0, ...placed.map(({ lane }) => lane + 1))
  const line = lanes * size.lane + 8
  const rows = rowsOf(bars, { x, width, top: line + size.axis, t })
  const end = rows.at(-1)?.end ?? line + size.axis
  const height = end + (today === undefined ? 2 : size.foot)
  const ticks = ticksOf(timeline, inner, size.tickRoom)
  const description = t('timeline.described', {
    from: lines[0]?.on ?? '',
    to: dayOfAt(to),
    what: lines.map(({ what, on, until }) => `${what}: ${on}${until === undefined ? '' : ` – ${until}`}`).join('. '),
  })
  return (
    <svg
      className="drawing"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-labelledby={`${id}-title ${id}-desc`}
    >
      <title id={`${id}-title`}>{t('timeline.title')}</title>
      <desc id={`${id}-desc`}>{description}</desc>
      <Patterns id={id} />
      {ticks.map(({ at }) => (
        <line key={at} className="tick" x1={x(at)} x2={x(at)} y1={line} y2={end} />
      ))}
      {today === undefined ? null : (
        <>
          <line className="today" x1={x(today)} x2={x(today)} y1={line} y2={end + 2} />
          <text className="tick-words" x={clamped(x(today), todayIs, width)} y={height - 4} textAnchor="middle">
            {todayIs}
          </text>
        </>
      )}
      {ticks
        .filter(({ at }) => x(at) + size.tickRoom - 8 <= width)
        .map((tick) => (
          <text key={tick.at} className="tick-words" x={x(tick.at) + 3} y={line + 15}>
            {tickWords(tick, i18n.language)}
          </text>
        ))}
      <line className="axis" x1={0} x2={width} y1={line} y2={line} />
      {named.map(({ mark, words }, i) => {
        const { from: left, lane } = placed[i]! // one for each
        const foot = line - lane * size.lane
        const at = x(mark.at)
        const toRight = left >= at
        return (
          <g key={`${mark.kind} ${mark.at}`} className={`label label-${mark.kind}`}>
            <line className="pole" x1={at} x2={at} y1={foot - size.lane} y2={line} />
            <text x={toRight ? at + 4 : at - 4} y={foot - size.lane + 10} textAnchor={toRight ? 'start' : 'end'}>
              {words}
            </text>
            <text className="label-day" x={toRight ? at + 4 : at - 4} y={foot - size.lane + 22} textAnchor={toRight ? 'start' : 'end'}>
              {mark.day}
            </text>
          </g>
        )
      })}
      {rows.map((row) => (
        <ClockRow key={row.bar.interval} row={row} id={id} x={x} width={width} />
      ))}
      {breaks.map((cut) => (
        <BreakMark key={cut.from} at={(x(cut.from) + x(cut.to)) / 2} top={line - 5} end={end}>
          <title>{breakWords(cut, t)}</title>
        </BreakMark>
      ))}
      {marks.map((mark) => (
        <MarkShape key={`${mark.kind} ${mark.at}`} kind={mark.kind} x={x(mark.at)} y={line}>
          <title>{`${markWords(mark, t)}, ${mark.day}`}</title>
        </MarkShape>
      ))}
    </svg>
  )
}

const breakWords = ({ from, to }: Break, t: TFunction): string =>
  t('timeline.break', { count: Math.round(to - from), from: dayOfAt(from), to: dayOfAt(to) })

/** The axis is cut here, and everything on it: two lines, between them nothing. */
function BreakMark({
  at,
  top,
  end,
  children,
}: {
  readonly at: number
  readonly top: number
  readonly end: number
  readonly children?: ReactNode
}) {
  const line = (x: number) => `M${x + 2} ${top}L${x - 2} ${end}`
  return (
    <g className="break">
      <path className="break-ground" d={`M${at} ${top}L${at - 4} ${end}h4L${at + 4} ${top}z`}>
        {children}
      </path>
      <path d={line(at - 2)} />
      <path d={line(at + 2)} />
    </g>
  )
}

/** Words in the middle of a place, but not beyond the sides. */
const clamped = (at: number, words: string, width: number): number =>
  Math.min(Math.max(at, wordsWidth(words) / 2), width - wordsWidth(words) / 2)

const shortened = (words: string, room: number): string => {
  const letters = Math.floor(room / size.letter)
  return words.length <= letters ? words : `${words.slice(0, Math.max(1, letters - 1))}…`
}

function tickWords({ day, unit, year, hour }: Tick, language: string): string {
  if (unit === 'hour') return hour === 0 ? day.slice(5) : `${String(hour).padStart(2, '0')}:00`
  return new Intl.DateTimeFormat(language === 'nb' ? 'nb-NO' : 'en-GB', {
    timeZone: 'UTC',
    month: 'short',
    ...(unit === 'day' ? { day: 'numeric' } : year ? { year: 'numeric' } : {}),
  }).format(new Date(`${day}T00:00:00Z`))
}

interface Row {
  readonly bar: Bar
  readonly top: number
  readonly end: number
  /** Where the words of the limit stand: their line, and which side of it. */
  readonly limit?: { readonly y: number; readonly x: number; readonly anchor: 'start' | 'end'; readonly words: string }
}

function rowsOf(
  bars: readonly Bar[],
  { x, width, top, t }: { readonly x: (at: number) => number; readonly width: number; readonly top: number; readonly t: TFunction },
): readonly Row[] {
  let at = top
  return bars.map((bar): Row => {
    const start = at
    if (!bar.limit) {
      at = start + size.row
      return { bar, top: start, end: at }
    }
    const words = t('timeline.limitOn', { day: bar.limit.day })
    const limitX = x(bar.limit.at)
    const anchor = limitX + wordsWidth(words) > width ? 'end' : 'start'
    const left = anchor === 'start' ? limitX : limitX - wordsWidth(words)
    // Beside the name where there is room, else below the bar.
    const beside = left > wordsWidth(bar.name) + 8
    at = start + size.row + (beside ? 0 : size.limitLine)
    return { bar, top: start, end: at, limit: { y: start + (beside ? 12 : 38), x: limitX + (anchor === 'start' ? 2 : -2), anchor, words } }
  })
}

function ClockRow({
  row,
  id,
  x,
  width,
}: {
  readonly row: Row
  readonly id: string
  readonly x: (at: number) => number
  readonly width: number
}) {
  const { bar, top, limit } = row
  const y = top + 17
  const box = (from: number, to: number) => ({ x: x(from), y, width: Math.max(1, x(to) - x(from)), height: size.bar })
  const until = bar.past ?? bar.to
  const unsure = bar.end === 'doubt' || bar.end === 'ended'
  return (
    <g>
      <text className="row-name" x={0} y={top + 12}>
        {shortened(bar.name, width - 4)}
      </text>
      <rect className={unsure ? 'bar bar-doubt' : bar.limit ? 'bar bar-within' : 'bar bar-unlimited'} {...box(bar.from, until)} />
      {bar.past === undefined ? null : <rect className="bar bar-past" fill={`url(#${id}-past)`} {...box(bar.past, bar.to)} />}
      {bar.pauses.map((pause, i) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: pauses of one bar have no names of their own
          key={i}
          className="bar pause"
          fill={`url(#${id}-${pause.takenOut ? 'out' : 'in'})`}
          {...(pause.from === pause.to ? { ...box(pause.from, pause.to), x: x(pause.from) - 5, width: 10 } : box(pause.from, pause.to))}
        />
      ))}
      {bar.end === 'open' ? <path className="onward" d={`M${x(bar.to)} ${y - 1}l6 ${size.bar / 2 + 1}-6 ${size.bar / 2 + 1}z`} /> : null}
      {bar.limit && limit ? (
        <>
          {bar.limit.at > bar.to ? (
            <line className="rest" x1={x(bar.to)} x2={x(bar.limit.at)} y1={y + size.bar / 2} y2={y + size.bar / 2} />
          ) : null}
          <line className="limit" x1={x(bar.limit.at)} x2={x(bar.limit.at)} y1={y - 4} y2={y + size.bar + 4} />
          <text className="limit-words" x={limit.x} y={limit.y} textAnchor={limit.anchor}>
            {limit.words}
          </text>
        </>
      ) : null}
    </g>
  )
}

function MarkShape({
  kind,
  x,
  y,
  children,
}: {
  readonly kind: Mark['kind']
  readonly x: number
  readonly y: number
  readonly children?: ReactNode
}) {
  const shapes: { readonly [K in Mark['kind']]: ReactNode } = {
    milestone: (
      <circle className="mark mark-milestone" cx={x} cy={y} r={4.5}>
        {children}
      </circle>
    ),
    closing: (
      <rect className="mark mark-milestone" x={x - 4.5} y={y - 4.5} width={9} height={9}>
        {children}
      </rect>
    ),
    booked: (
      <circle className="mark mark-booked" cx={x} cy={y} r={4.5}>
        {children}
      </circle>
    ),
    other: (
      <path className="mark mark-other" d={`M${x} ${y - 4}v8`}>
        {children}
      </path>
    ),
  }
  return shapes[kind]
}

/** Told apart by pattern, not by colour alone: they must be so on paper and in grey too. */
function Patterns({ id }: { readonly id: string }) {
  return (
    <defs>
      <pattern id={`${id}-past`} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect className="past-ground" width="5" height="5" />
        <rect className="past-line" width="2.500" height="5" />
      </pattern>
      <pattern id={`${id}-out`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
        <rect className="pause-ground" width="6" height="6" />
        <rect className="pause-line" width="1.500" height="6" />
      </pattern>
      <pattern id={`${id}-in`} width="5" height="5" patternUnits="userSpaceOnUse">
        <rect className="pause-ground" width="5" height="5" />
        <circle className="pause-line" cx="2.500" cy="2.500" r="1" />
      </pattern>
    </defs>
  )
}

interface KeyProps extends Pick<DrawingProps, 'id' | 'timeline'> {
  readonly past: boolean
}

/** What the shapes and patterns mean: of those that are there. Patterns are those of the drawing. */
function Key({ id, timeline: { marks, bars, today, breaks }, past }: KeyProps) {
  const { t } = useTranslation()
  const of = (kind: Mark['kind']) => marks.some((mark) => mark.kind === kind)
  const paused = (takenOut: boolean) => bars.some(({ pauses }) => pauses.some((pause) => pause.takenOut === takenOut))
  const bar = (className: string, pattern?: string) => (
    <rect
      className={`bar ${className}`}
      x={1}
      y={1}
      width={20}
      height={10}
      {...(pattern === undefined ? {} : { fill: `url(#${id}-${pattern})` })}
    />
  )
  const items: readonly (readonly [words: string, shown: boolean, shape: ReactNode])[] = [
    ...(['milestone', 'closing', 'booked', 'other'] as const).map(
      (kind) => [t(`timeline.key.${kind}`), of(kind), <MarkShape key={kind} kind={kind} x={11} y={6} />] as const,
    ),
    [t('timeline.key.within'), bars.some(({ limit }) => limit), bar('bar-within')],
    [t('timeline.key.unlimited'), bars.some(({ limit, end }) => !limit && (end === 'stop' || end === 'open')), bar('bar-unlimited')],
    [t('timeline.key.past'), bars.some((one) => one.past !== undefined), bar('bar-past', 'past')],
    [t('timeline.key.doubt'), bars.some(({ end }) => end === 'doubt' || end === 'ended'), bar('bar-doubt')],
    [t('timeline.key.pauseOut'), paused(true), bar('pause', 'out')],
    [t('timeline.key.pauseIn'), paused(false), bar('pause', 'in')],
    [t('timeline.key.limit'), bars.some(({ limit }) => limit), <path key="limit" className="limit" d="M11 0v12" />],
    [t(past ? 'timeline.asOf' : 'timeline.key.today'), today !== undefined, <path key="today" className="today" d="M11 0v12" />],
    ...breaks.map((cut) => [breakWords(cut, t), true, <BreakMark key="break" at={11} top={0} end={12} />] as const),
  ]
  return (
    <ul className="timeline-key" aria-label={t('timeline.key.title')}>
      {items
        .filter(([, shown]) => shown)
        .map(([words, , shape]) => (
          <li key={words}>
            <svg viewBox="0 0 22 12" width={22} height={12} aria-hidden="true">
              {shape}
            </svg>
            {words}
          </li>
        ))}
    </ul>
  )
}
