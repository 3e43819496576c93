import { useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ExplainedClock, Explanation } from '../../core/measure/explain.ts'
import type { ClockUnder, RuleChange, Under } from '../../core/measure/under.ts'
import { type SumLine, sumLines } from '../../core/work/sum-lines.ts'
import { shownKeyOf, useKeys } from '../keys/use-keys.ts'
import { RiskMark } from '../list/risk-mark.tsx'
import type { PackTold } from '../session.tsx'
import './reading.css'
import { lengthSaid, lengthWords, numberWords, verdictOf, wallWords } from './reading-words.ts'

interface Props {
  readonly explanation: Explanation
  /** The same clocks under the rules of another day, where one was chosen. */
  readonly under: Under | null
  readonly pack: PackTold
  /** The interval that matters most now: the key opens it first. */
  readonly urgent?: string | null
}

/** What is shown of one clock, and what makes a difference to it. */
interface Shown {
  readonly clock: ExplainedClock
  readonly under?: ClockUnder
}

/** Every clock of a pathway: what it says, and on opening the sum it says it by. */
export function Clocks({ explanation, under, pack, urgent }: Props) {
  const { t } = useTranslation()
  const [open, setOpen] = useState<string>()
  const place = useRef<HTMLUListElement>(null)
  const shown: readonly Shown[] = under
    ? under.clocks.flatMap((one): readonly Shown[] => {
        const clock = one.under ?? one.now
        return clock ? [{ clock, under: one }] : []
      })
    : explanation.clocks.map((clock) => ({ clock }))
  // The key opens the clock that matters most, then those after it, and closes the last.
  const first = Math.max(
    0,
    shown.findIndex(({ clock }) => clock.interval === urgent),
  )
  const order = shown.map((_, i) => shown[(first + i) % shown.length]!.clock.interval)
  const goOn = (): void => {
    const next = order[open === undefined ? 0 : order.indexOf(open) + 1]
    setOpen(next)
    if (next !== undefined) place.current?.querySelector<HTMLElement>(`[data-interval="${CSS.escape(next)}"] button`)?.focus()
  }
  useKeys({ explain: goOn })
  if (shown.length === 0) return <p className="quiet">{t('clock.none')}</p>
  return (
    <>
      {under?.clocks.every(({ because }) => because.length === 0) ? <p>{t('clock.view.noDifference')}</p> : null}
      <ul className="clocks plain" ref={place}>
        {shown.map((one) => (
          <ClockItem
            key={one.clock.interval}
            {...one}
            pack={pack}
            explanation={explanation}
            isOpen={open === one.clock.interval}
            onToggle={() => setOpen(open === one.clock.interval ? undefined : one.clock.interval)}
          />
        ))}
      </ul>
      <p className="quiet key-hint">
        <kbd>{shownKeyOf('explain')}</kbd> {t('key.explain')}, {t('clock.next')}
      </p>
    </>
  )
}

interface ItemProps extends Shown {
  readonly pack: PackTold
  readonly explanation: Explanation
  readonly isOpen: boolean
  readonly onToggle: () => void
}

function ClockItem({ clock, under, pack, explanation, isOpen, onToggle }: ItemProps) {
  const { t } = useTranslation()
  const id = useId()
  const { words, look } = verdictOf(clock, t)
  const { waiting } = clock.parts
  return (
    <li className="clock" data-interval={clock.interval} data-open={isOpen}>
      <button type="button" className="opener" aria-expanded={isOpen} aria-controls={id} onClick={onToggle}>
        <span className="clock-name">{clock.name}</span>
        <span className="clock-length">{lengthSaid(clock, t)}</span>
        <RiskMark state={look} words={words} />
      </button>
      {waiting === null ? null : <p className="clock-since quiet">{t(waiting ? 'clock.since.waiting' : 'clock.since.quiet')}</p>}
      {under && under.because.length > 0 ? <Difference under={under} pack={pack} /> : null}
      <div id={id} hidden={!isOpen}>
        {isOpen ? <Sum clock={clock} pack={pack} explanation={explanation} /> : null}
      </div>
    </li>
  )
}

/** What makes the difference between the rules that hold and those chosen. */
function Difference({ under, pack }: { readonly under: ClockUnder; readonly pack: PackTold }) {
  const { t } = useTranslation()
  return (
    <div className="difference">
      <p>
        {t('clock.view.now', {
          verdict: under.now ? `${verdictOf(under.now, t).words} (${lengthSaid(under.now, t)})` : t('clock.view.noClock'),
        })}
      </p>
      <ul aria-label={t('clock.because.title')}>
        {under.because.map((change) => (
          <li key={JSON.stringify(change)}>
            <ChangeWords change={change} unit={(under.under ?? under.now)?.parts.unit ?? 'day'} />
            <ChangeGrounds change={change} pack={pack} />
          </li>
        ))}
      </ul>
    </div>
  )
}

/** A refusal has its rule in its words. */
function ChangeGrounds({ change, pack }: { readonly change: RuleChange; readonly pack: PackTold }) {
  const source = change.kind === 'limit' ? change.under?.source : change.source
  const rule = change.kind === 'limit' || change.kind === 'refusal' ? null : change.rule
  return <>; {rule === null ? <SourceWords pack={pack} source={source} /> : <RuleWords pack={pack} rule={rule} />}</>
}

function ChangeWords({ change, unit }: { readonly change: RuleChange; readonly unit: ExplainedClock['parts']['unit'] }) {
  const { t } = useTranslation()
  const limit = (said: Extract<RuleChange, { kind: 'limit' }>['now']): string =>
    said?.amount == null
      ? t('clock.because.limitUnknown')
      : t('clock.because.limitIs', { length: lengthWords(said.amount, unit, t), row: said.row ?? '' })
  const words: { readonly [K in RuleChange['kind']]: (change: Extract<RuleChange, { kind: K }>) => string } = {
    limit: ({ now, under }) => t('clock.because.limit', { now: limit(now), under: limit(under) }),
    code: ({ code, inForce }) => t(inForce ? 'clock.because.codeIn' : 'clock.because.codeOut', { code }),
    refusal: ({ rule, text, holds }) => t(holds ? 'clock.because.refusalHolds' : 'clock.because.refusalNot', { rule, text }),
    variant: ({ variant, open }) => t(open ? 'clock.because.variantOpen' : 'clock.because.variantClosed', { variant }),
    condition: ({ of, id }) => t(`clock.because.condition.${of}`, { id }),
  }
  return <>{(words[change.kind] as (change: RuleChange) => string)(change)}</> // the table has a row of its own for each kind
}

function Sum({ clock, pack, explanation }: Omit<ItemProps, 'under' | 'isOpen' | 'onToggle'>) {
  const { t } = useTranslation()
  const { parts } = clock
  const lines = sumLines(parts)
  return (
    <div className="clock-sum">
      <table className="table sum" aria-label={t('clock.sum', { name: clock.name })}>
        <thead>
          <tr>
            <th scope="col">{t('clock.part')}</th>
            <th scope="col" className="number">
              {t(`clock.unit.${parts.unit}`)}
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a sum stand in one order
            <tr key={i} className={`line-${line.code}`}>
              <td>
                <LineWords line={line} parts={parts} explanation={explanation} />
              </td>
              <td className="number">{'amount' in line ? numberWords(line.amount) : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Facts clock={clock} pack={pack} explanation={explanation} />
    </div>
  )
}

interface LineProps {
  readonly line: SumLine
  readonly parts: ExplainedClock['parts']
  readonly explanation: Explanation
}

function LineWords({ line, parts, explanation }: LineProps) {
  const { t, i18n } = useTranslation()
  switch (line.code) {
    case 'start':
    case 'restart':
    case 'stop': {
      const name = labelOf(explanation, line.end.entry, i18n.language) ?? line.end.label ?? line.end.code
      return t(`clock.line.${line.code}`, { name, code: line.end.code, at: wallWords(line.at) })
    }
    case 'from-to':
    case 'calendar-days': {
      const between = { from: wallWords(line.from), to: wallWords(line.to) }
      const [stopped, now] = line.code === 'from-to' ? (['from-to', 'from-now'] as const) : (['calendar-days', 'calendar-now'] as const)
      return t(`clock.line.${line.now ? now : stopped}`, between)
    }
    case 'holidays':
      return t('clock.line.holidays', { days: line.days.join(', ') })
    case 'taken-out':
    case 'explains': {
      const { name, from, to, open, said } = line.pause
      const how = said !== null ? ('-said' as const) : open ? ('-open' as const) : ''
      const length = said === null ? '' : lengthWords(said, parts.unit, t)
      return t(`clock.line.${line.code}${how}`, { name, from: wallWords(from), to: wallWords(to), length })
    }
    case 'limit':
      return t(line.longest ? 'clock.line.limit-longest' : 'clock.line.limit')
    case 'left':
    case 'over':
      return line.lastDay === null ? t(`clock.line.${line.code}`) : t(`clock.line.${line.code}-day`, { day: line.lastDay })
    default:
      return t(`clock.line.${line.code}`)
  }
}

/** The label of an entry's code in the language of the page, where the pack has one. */
export const labelOf = (explanation: Explanation, entry: string | null, language: string): string | undefined => {
  const found = entry === null ? undefined : explanation.entries.find(({ id }) => id === entry)
  return found?.use.labels[language] ?? found?.label
}

/** What the sum rests on: units, zone, rules with their version, and sources. What is not linked is said to be so. */
function Facts({ clock: { parts }, pack, explanation }: Omit<ItemProps, 'under' | 'isOpen' | 'onToggle'>) {
  const { t } = useTranslation()
  const { limit, start, stop, adjustments, calendar, unit, zone, source } = parts
  const ruleOf = (entry: string | null) => explanation.entries.find(({ id }) => entry !== null && id === entry)?.use.rule ?? null
  const pauses = [...new Map(adjustments.map((one) => [one.pause, one])).values()]
  return (
    <dl className="facts">
      <dt>{t('clock.facts.counted')}</dt>
      <dd>{t(`clock.counted.${unit}`)}</dd>
      <dt>{t('clock.facts.zone')}</dt>
      <dd>{zone}</dd>
      <dt>{t('clock.facts.pack')}</dt>
      <dd>{t('clock.version', { pack: pack.title, version: explanation.pack.version })}</dd>
      {limit ? (
        <>
          <dt>{t('clock.facts.limit')}</dt>
          <dd>
            {limit.row === null ? '' : `${t('clock.row', { row: limit.row })}; `}
            <SourceWords pack={pack} source={limit.source} />
            {limit.note === null ? '' : `; ${t('clock.note', { note: limit.note })}`}
          </dd>
          <dt>{t('clock.facts.valid')}</dt>
          <dd>{validWords(limit)}</dd>
        </>
      ) : null}
      <dt>{t('clock.facts.interval')}</dt>
      <dd>
        <SourceWords pack={pack} source={source} />
      </dd>
      {start ? (
        <>
          <dt>{t('clock.facts.start')}</dt>
          <dd>
            <RuleWords pack={pack} rule={ruleOf(start.entry)} />
          </dd>
        </>
      ) : null}
      {stop ? (
        <>
          <dt>{t('clock.facts.stop')}</dt>
          <dd>
            <RuleWords pack={pack} rule={ruleOf(stop.entry)} />
          </dd>
        </>
      ) : null}
      {calendar ? (
        <>
          <dt>{t('clock.facts.calendar')}</dt>
          <dd>
            {calendar.id}; <SourceWords pack={pack} source={calendar.source} />
          </dd>
        </>
      ) : null}
      {pauses.map((pause) => (
        <div key={pause.pause} className="contents">
          <dt>{t('clock.facts.pause')}</dt>
          <dd>
            {pause.name}; {pause.rule ? <RuleWords pack={pack} rule={pause.rule.id} /> : <SourceWords pack={pack} source={pause.source} />}
          </dd>
        </div>
      ))}
    </dl>
  )

  function validWords({ validFrom: from, validTo: to }: NonNullable<ExplainedClock['parts']['limit']>): string {
    if (from !== null && to !== null) return t('clock.valid.fromTo', { from, to })
    if (from !== null) return t('clock.valid.from', { from })
    return to === null ? t('clock.valid.always') : t('clock.valid.to', { to })
  }
}

interface GroundsProps {
  readonly pack: PackTold
  readonly source?: string | null | undefined
  readonly rule?: string | null | undefined
}

/** A rule in full, with its version and where it is from. Where there is none, that is said. */
export function RuleWords({ pack, rule }: GroundsProps) {
  const { t } = useTranslation()
  if (rule == null) return <span className="quiet">{t('clock.noRule')}</span>
  const found = pack.rules.find(({ id }) => id === rule)
  return (
    <>
      {t('clock.ruleText', { rule, version: pack.version, text: found?.text ?? '' })}
      {found?.source === undefined ? null : (
        <>
          {' '}
          (<SourceWords pack={pack} source={found.source} />)
        </>
      )}
    </>
  )
}

/** A source by its title. Where there is none, that is said. */
function SourceWords({ pack, source }: GroundsProps) {
  const { t } = useTranslation()
  const found = pack.sources.find(({ id }) => id === source)
  if (!found) return <span className="quiet">{t('clock.noSource')}</span>
  return found.url === undefined ? found.title : <a href={found.url}>{found.title}</a>
}
