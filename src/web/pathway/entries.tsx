import { Button } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ExplainedEntry, Explanation } from '../../core/measure/explain.ts'
import { ask } from '../ask.ts'
import { pressedKey, shownKeyOf } from '../keys/use-keys.ts'
import { momentShort } from '../languages.ts'
import { type PackTold, useSession } from '../session.tsx'
import { RuleWords } from './clocks.tsx'
import './reading.css'
import type { EntryRead } from './read.ts'
import { momentWords } from './reading-words.ts'

/** Where an entry is said to rest: on a document, on a stretch of one, or on something told in words. */
interface EvidenceRead {
  readonly document?: string
  readonly from?: number
  readonly to?: number
  readonly what?: string
  readonly receivedOn?: string
  readonly reliedOn?: boolean
}

/** A document to open, and which stretch of it. */
export interface DocumentAsked {
  readonly document: string
  readonly from?: number
}

/** What may be done about an entry; absent where the reader may not. */
export interface EntryActs {
  readonly onCorrect?: ((entry: EntryRead) => void) | undefined
  readonly onWithdraw?: ((entry: EntryRead) => void) | undefined
  readonly onAsk?: ((entry: EntryRead) => void) | undefined
}

interface Props extends EntryActs {
  /** Whose pathway it is. */
  readonly org: number
  readonly entries: readonly EntryRead[]
  readonly explanation: Explanation | null
  readonly pack: PackTold
  /** Titles of letters by number, so far as they are known. */
  readonly titles: ReadonlyMap<string, string>
  /** The entry that is open. */
  readonly open: string | undefined
  readonly onOpen: (entry: string | undefined) => void
  readonly onDocument: (asked: DocumentAsked) => void
}

/** How an entry stands on the day asked about. */
type Gone = 'corrected' | 'withdrawn' | 'not-yet'

interface Row {
  readonly entry: EntryRead
  readonly explained: ExplainedEntry | undefined
  readonly gone: Gone | undefined
}

/** Everything that was recorded, in the order in which it happened; what no longer counts is kept, struck through. */
export function Entries({ org, entries, explanation, pack, titles, open, onOpen, onDocument, ...acts }: Props) {
  const { t } = useTranslation()
  const [showsGone, setShowsGone] = useState(true)
  const place = useRef<HTMLOListElement>(null)
  const rows = rowsOf(entries, explanation)
  const gone = rows.filter((row) => row.gone !== undefined).length
  const shown = showsGone ? rows : rows.filter((row) => row.gone === undefined)
  if (rows.length === 0) return <p className="quiet">{t('entry.none')}</p>

  const step = (by: 1 | -1, from: Element): void => {
    const buttons = [...(place.current?.querySelectorAll<HTMLElement>('.opener') ?? [])]
    const at = buttons.findIndex((button) => button === from || button.closest('li')?.contains(from))
    buttons[Math.min(Math.max(at + by, 0), buttons.length - 1)]?.focus()
  }
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const row = shown.find(({ entry }) => entry.entry === open)
    const may = row !== undefined && row.gone === undefined ? acts : {}
    const runs = {
      down: () => step(1, event.target as Element), // what has the focus is an element
      up: () => step(-1, event.target as Element),
      ...(open === undefined ? {} : { back: () => onOpen(undefined) }),
      ...(may.onCorrect ? { correct: () => may.onCorrect?.(row!.entry) } : {}), // only where there is a row
      ...(may.onWithdraw ? { withdraw: () => may.onWithdraw?.(row!.entry) } : {}),
      ...(may.onAsk ? { ask: () => may.onAsk?.(row!.entry) } : {}),
    }
    const key = pressedKey(event.nativeEvent, runs)
    if (key === undefined) return
    event.preventDefault()
    runs[key]?.()
  }
  return (
    <>
      <ol className="entries plain" ref={place} onKeyDown={onKeyDown}>
        {shown.map((row) => (
          <Item
            key={row.entry.entry}
            {...row}
            all={rows}
            org={org}
            explanation={explanation}
            pack={pack}
            titles={titles}
            isOpen={open === row.entry.entry}
            onToggle={() => onOpen(open === row.entry.entry ? undefined : row.entry.entry)}
            onDocument={onDocument}
            {...acts}
          />
        ))}
      </ol>
      <p className="quiet key-hint">
        {t('entry.hint', { open: '↵', up: shownKeyOf('up'), down: shownKeyOf('down') })}
        {gone === 0 ? null : (
          <Button size="xsmall" variant="tertiary" aria-expanded={showsGone} onClick={() => setShowsGone(!showsGone)}>
            {t(showsGone ? 'entry.hide' : 'entry.show', { count: gone })}
          </Button>
        )}
      </p>
    </>
  )
}

const numberOf = (ref: string): string => ref.split('-')[1] ?? ''

function rowsOf(entries: readonly EntryRead[], explanation: Explanation | null): readonly Row[] {
  const asOf = explanation?.asOf ?? ''
  const known = new Set(entries.map(({ entry }) => entry))
  const explained = new Map(explanation?.entries.map((one) => [one.id, one]))
  const goneOf = (entry: EntryRead): Gone | undefined => {
    if (asOf !== '' && entry.recorded > asOf) return 'not-yet'
    if (entry.superseded === null || (asOf !== '' && entry.superseded > asOf)) return undefined
    return entry.supersededBy !== null && known.has(entry.supersededBy) ? 'corrected' : 'withdrawn'
  }
  return entries
    .map((entry) => ({ entry, explained: explained.get(numberOf(entry.entry)), gone: goneOf(entry) }))
    .toSorted(
      ({ entry: a }, { entry: b }) =>
        (a.occurred < b.occurred ? -1 : a.occurred > b.occurred ? 1 : 0) || (a.occurredAt ?? 0) - (b.occurredAt ?? 0) || a.nth - b.nth,
    )
}

interface ItemProps extends Row, EntryActs {
  readonly org: number
  readonly all: readonly Row[]
  readonly explanation: Explanation | null
  readonly pack: PackTold
  readonly titles: ReadonlyMap<string, string>
  readonly isOpen: boolean
  readonly onToggle: () => void
  readonly onDocument: (asked: DocumentAsked) => void
}

function Item({ org, entry, explained, gone, all, explanation, pack, titles, isOpen, onToggle, onDocument, ...acts }: ItemProps) {
  const { t, i18n } = useTranslation()
  const { nameOf } = useSession()
  const id = useId()
  const label = explained?.use.labels[i18n.language] ?? entry.label ?? ''
  const late = explained?.use.duty?.late === true
  const evidence = entry.evidence as readonly EvidenceRead[] // as it was taken in, through the shape of evidence
  const recorded = `${t('entry.recorded', { at: momentShort(entry.recordedAt) })}, ${useDelayWords(entry)}`
  const duty = useDutyWords(explained, isOpen)
  // The place of the pathway is said once above; another one is said with the entry.
  const place = entry.place === null || (entry.place === org && !isOpen) ? '' : nameOf(entry.place)
  const facts = [recorded, duty, useWho(entry), place]
  const decided = useDecided(entry)
  return (
    <li className="entry" data-gone={gone} data-open={isOpen} data-entry={entry.entry}>
      <button type="button" className="opener" aria-expanded={isOpen} aria-controls={id} onClick={onToggle}>
        <span className="entry-day">{entry.occurredAt === null ? entry.occurred : momentWords(entry.occurredAt, pack.zone)}</span>
        <span className="entry-what">
          <b>{entry.code}</b> {label}
        </span>
        {entry.standing === 'sure' ? null : <span className="standing">{t(`entry.standing.${entry.standing as 'likely'}`)}</span>}
        {late && gone === undefined ? <span className="standing standing-late">{t('entry.lateShort')}</span> : null}
      </button>
      <div className="entry-more">
        {gone === undefined ? null : <p className="entry-gone">{goneWords()}</p>}
        {gone === 'withdrawn' && entry.withdrawnBecause !== null ? <p>{t('entry.reason', { reason: entry.withdrawnBecause })}</p> : null}
        {gone !== undefined && !isOpen ? null : (
          <>
            <p className="quiet">{facts.filter(Boolean).join(' · ')}</p>
            {decided === '' ? null : <p>{decided}</p>}
            {entry.corrects === null ? null : <p>{correctsWords()}</p>}
            {entry.reason === null ? null : <p>{t('entry.reason', { reason: entry.reason })}</p>}
            {evidence.length === 0 ? null : <Evidence evidence={evidence} titles={titles} quoted={isOpen} onDocument={onDocument} />}
          </>
        )}
        <div id={id} hidden={!isOpen}>
          {isOpen ? (
            <>
              <Use entry={entry} explained={explained} explanation={explanation} pack={pack} />
              {gone === undefined ? <Acts entry={entry} {...acts} /> : null}
            </>
          ) : null}
        </div>
      </div>
    </li>
  )

  function goneWords(): string {
    if (gone === 'not-yet') return t('entry.notYet')
    const by = all.find((row) => row.entry.entry === entry.supersededBy)?.entry
    return by
      ? t('entry.corrected', { day: entry.superseded, code: by.code, on: by.occurred })
      : t('entry.withdrawn', { day: entry.superseded })
  }
  function correctsWords(): string {
    const before = all.find((row) => row.entry.entry === entry.corrects)?.entry
    return t('entry.corrects', { code: before?.code ?? '', on: before?.occurred ?? '' })
  }
}

const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)

function useDelayWords({ occurred, recorded }: EntryRead): string {
  const { t } = useTranslation()
  const days = daysBetween(occurred, recorded)
  return days < 0 ? t('entry.before') : days === 0 ? t('entry.sameDay') : t('entry.later', { count: days })
}

/** In real time or after-coded, by the duty of what the code marks. */
function useDutyWords(explained: ExplainedEntry | undefined, whole: boolean): string {
  const { t } = useTranslation()
  const duty = explained?.use.duty
  if (!duty) return whole ? t('entry.noDuty') : ''
  return t(duty.late ? 'entry.late' : 'entry.inTime', { days: t('entry.days', { count: duty.withinDays }) })
}

const useRole = () => {
  const { t } = useTranslation()
  return (role: string): string => t(`role.${role as 'coder'}`, { defaultValue: role })
}

function useWho({ person, recorder, personName }: EntryRead): string {
  const { t } = useTranslation()
  const { me } = useSession()
  const role = useRole()
  const who = person === me.person ? t('entry.you') : (personName ?? t('entry.person', { number: person }))
  return t('entry.by', { who, role: role(recorder).toLowerCase() })
}

function useDecided({ decider, onBehalfOf }: EntryRead): string {
  const { t } = useTranslation()
  const role = useRole()
  return [
    decider === null ? '' : t('entry.decidedBy', { who: role(decider).toLowerCase() }),
    onBehalfOf === null ? '' : t('entry.onBehalfOf', { who: onBehalfOf }),
  ]
    .filter(Boolean)
    .join(', ')
}

interface EvidenceProps {
  readonly evidence: readonly EvidenceRead[]
  readonly titles: ReadonlyMap<string, string>
  /** The sentence is shown: reading it is reading the letter. */
  readonly quoted: boolean
  readonly onDocument: (asked: DocumentAsked) => void
}

function Evidence({ evidence, titles, quoted, onDocument }: EvidenceProps) {
  const { t } = useTranslation()
  return (
    <ul className="evidence plain">
      {evidence.map(({ document, from, to, what, receivedOn, reliedOn }) => (
        <li key={`${document} ${from} ${what}`}>
          {t('entry.rests')}{' '}
          {document === undefined ? (
            what
          ) : (
            <button type="button" className="link" onClick={() => onDocument({ document, ...(from === undefined ? {} : { from }) })}>
              {titles.get(document) ?? t('entry.letter', { document })}
            </button>
          )}
          {document !== undefined && what !== undefined ? `, ${what}` : ''}
          {receivedOn === undefined ? '' : `, ${t('entry.received', { day: receivedOn })}`}
          {reliedOn && evidence.length > 1 ? ` (${t('entry.relied')})` : ''}
          {quoted && document !== undefined && from !== undefined && to !== undefined ? (
            <Quote document={document} from={from} to={to} />
          ) : null}
        </li>
      ))}
    </ul>
  )
}

function Quote({ document, from, to }: { readonly document: string; readonly from: number; readonly to: number }) {
  const { t } = useTranslation()
  const read = useDocument(document)
  if (read.error) return <p className="quiet">{t('entry.quoteAway')}</p>
  return read.data ? <q className="quote">{read.data.body.slice(from, to)}</q> : null
}

export const useDocument = (document: string) =>
  useQuery({
    queryKey: ['document', document],
    queryFn: ({ signal }) => ask('readDocument', { params: { document }, signal }),
    retry: false,
  })

/** What the code is used for: what it counts as here, who reads it, and the rule that says how to use it. */
function Use({ entry, explained, explanation, pack }: Pick<ItemProps, 'entry' | 'explained' | 'explanation' | 'pack'>) {
  const { t } = useTranslation()
  if (!explained) return null
  const { use, usedFor, passed } = explained
  const counts = [
    ...use.marks.filter(({ id }) => usedFor.includes(id)).map(({ name }) => name),
    ...use.pauses.map(({ name, does }) => t(`entry.pause.${does}`, { name })),
  ]
  const clocks = explanation?.clocks.filter(({ parts }) => [parts.start?.entry, parts.stop?.entry].includes(explained.id ?? '')) ?? []
  return (
    <dl className="facts">
      <dt>{t('entry.standingIs')}</dt>
      <dd>{t(`entry.standing.${entry.standing as 'likely'}`)}</dd>
      {passed ? (
        <>
          <dt>{t('entry.passedOver')}</dt>
          <dd>{t(`entry.passed.${passed.code}`, { ...passed })}</dd>
        </>
      ) : (
        <>
          <dt>{t('entry.usedFor')}</dt>
          <dd>{counts.length === 0 ? t('entry.usedForNothing') : counts.join('; ')}</dd>
        </>
      )}
      {clocks.length === 0 ? null : (
        <>
          <dt>{t('entry.clocks')}</dt>
          <dd>{clocks.map(({ name }) => name).join('; ')}</dd>
        </>
      )}
      <dt>{t('entry.indicators')}</dt>
      <dd>{use.indicators.length === 0 ? t('entry.noIndicators') : use.indicators.map(({ id, name }) => `${name} (${id})`).join('; ')}</dd>
      <dt>{t('entry.rule')}</dt>
      <dd>
        <RuleWords pack={pack} rule={use.rule} />
      </dd>
      {entry.value === null ? null : (
        <>
          <dt>{t('entry.value')}</dt>
          <dd>{entry.value}</dd>
        </>
      )}
      {entry.passed.length === 0 ? null : (
        <>
          <dt>{t('entry.warnings')}</dt>
          <dd>
            {entry.passed
              .map((id) => id.replace(/^door\//, '').split(':'))
              .map(([code = '', about]) => {
                const words = t(`entry.warning.${code as 'late'}`, { defaultValue: code })
                const name = pack.milestones.find((one) => one.id === about)?.name
                return name === undefined ? words : `${words} (${name})`
              })
              .join('; ')}
          </dd>
        </>
      )}
    </dl>
  )
}

function Acts({ entry, onCorrect, onWithdraw, onAsk }: EntryActs & { readonly entry: EntryRead }) {
  const { t } = useTranslation()
  const acts = [
    ['correct', onCorrect],
    ['withdraw', onWithdraw],
    ['ask', onAsk],
  ] as const
  return (
    <div className="acts">
      {acts.map(([key, run]) =>
        run ? (
          <Button key={key} size="xsmall" variant="secondary" onClick={() => run(entry)}>
            {t(`entry.${key}`)} <kbd>{shownKeyOf(key)}</kbd>
          </Button>
        ) : null,
      )}
    </div>
  )
}
