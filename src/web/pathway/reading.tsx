import { Button, Heading } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, type RefObject, useId, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Explanation } from '../../core/measure/explain.ts'
import type { ClockUnder, Under } from '../../core/measure/under.ts'
import { readDay } from '../../core/words/day.ts'
import type { TimelineQuestion } from '../../core/work/timeline.ts'
import { ask } from '../ask.ts'
import { DayField } from '../form/day-field.tsx'
import { Refusal } from '../form/refusal.tsx'
import { shownKey, useKeys } from '../keys/use-keys.ts'
import { dayInWords } from '../languages.ts'
import type { PackTold } from '../session.tsx'
import { Clocks } from './clocks.tsx'
import { Documents, usePathwayDocuments } from './documents.tsx'
import { type DocumentAsked, Entries, type EntryActs } from './entries.tsx'
import { clockNamed, explanationNamed, type PathwayRead } from './read.ts'
import './reading.css'
import { TimelineDrawing } from './timeline.tsx'
import type { AnyWork } from './use-work.ts'

/** Another look at the same pathway: as known on a day, under the rules of a day. */
export interface View {
  readonly asOf?: string
  readonly rules?: string
}

interface Props extends EntryActs {
  readonly read: PathwayRead
  readonly pack: PackTold
  readonly bookings: TimelineQuestion['bookings']
  /** The day it is read as of, to begin with; now unless said. */
  readonly asOf?: string | undefined
  /** What is to be done about it: stands between the clocks and what was recorded. */
  readonly children?: ReactNode
}

/** Planned steps that settle the day of a milestone, each under the milestone's name. */
export const bookingsOf = (items: readonly AnyWork[], pack: PackTold): TimelineQuestion['bookings'] =>
  items.flatMap((item) => {
    if (item.kind !== 'next-step' || !item.open || item.due === null || item.body.books == null) return []
    const { books } = item.body
    return [{ name: pack.milestones.find(({ id }) => id === books)?.name ?? books, on: item.due }]
  })

/** What is read of a pathway: its course, its clocks, everything recorded, and its letters. */
export function Reading({ read: now, pack, bookings, asOf, children, ...acts }: Props) {
  const { t } = useTranslation()
  const { pathway, patient } = now
  const [view, setView] = useState<View>(asOf === undefined ? {} : { asOf })
  const [entry, setEntry] = useState<string>()
  const [letter, setLetter] = useState<DocumentAsked>()
  const choice = useRef<HTMLButtonElement>(null)
  const isNow = view.asOf === undefined && view.rules === undefined
  const other = useQuery({
    queryKey: ['pathway', pathway, 'view', view],
    enabled: !isNow,
    queryFn: ({ signal }) => ask('readPathway', { params: { pathway }, query: { ...view }, signal }),
  })
  const backToNow = (): void => {
    setView({})
    choice.current?.focus()
  }
  useKeys(isNow ? {} : { back: backToNow })
  const documents = usePathwayDocuments(pathway)
  const titles = new Map(documents.data?.map(({ document, title }) => [document, title]))
  // Until the other look is there, what stands here is now, and is not said to be anything else.
  const shown = isNow || other.data === undefined ? {} : view
  const read = shown === view ? (other.data ?? now) : now
  const explanation = useMemo(() => {
    const told = read.explanation as Explanation | null // as `explainPathway` makes it
    return told && explanationNamed(told, pack)
  }, [read, pack])
  const under = useMemo(() => {
    const told = shown.rules === undefined ? null : (read.under as Under | null) // as `explainUnder` makes it
    const named = <C extends ClockUnder['under']>(clock: C): C => (clock && clockNamed(clock, pack)) as C // the same, but for the name
    return told && { ...told, clocks: told.clocks.map((one) => ({ ...one, now: named(one.now), under: named(one.under) })) }
  }, [read, shown.rules, pack])
  const past = shown.asOf !== undefined
  const showEntry = (ref: string): void => {
    setEntry(ref)
    document.querySelector<HTMLElement>(`[data-entry="${CSS.escape(ref)}"] .opener`)?.focus()
  }
  return (
    <div className="reading">
      <ViewNotice view={shown} onBack={backToNow} />
      {other.error && !isNow ? <Refusal error={other.error} /> : null}
      {explanation ? (
        <Section title={t('timeline.section')}>
          <TimelineDrawing
            zone={pack.zone}
            today={readDay(explanation.asOf)!} // the service writes days
            entries={explanation.entries}
            clocks={under ? under.clocks.flatMap(({ under: clock }) => clock ?? []) : explanation.clocks}
            bookings={past ? [] : bookings}
            past={past}
          />
        </Section>
      ) : null}
      {explanation ? (
        <Section title={t('clock.section')}>
          <Clocks explanation={explanation} under={under} pack={pack} urgent={now.risk.interval} />
          <ViewChoice view={view} onView={setView} opener={choice} />
        </Section>
      ) : null}
      {children}
      <Section title={t('entry.section')}>
        <Entries
          org={now.org}
          entries={read.entries}
          explanation={explanation}
          pack={pack}
          titles={titles}
          open={entry}
          onOpen={setEntry}
          onDocument={setLetter}
          {...(isNow ? acts : {})}
        />
      </Section>
      <Section title={t('document.section')}>
        <Documents pathway={pathway} patient={patient} open={letter} onOpen={setLetter} onEntry={showEntry} />
      </Section>
    </div>
  )
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <Heading level="3" size="xsmall">
        {title}
      </Heading>
      {children}
    </section>
  )
}

/** While another day or other rules are chosen, that is said where nobody can miss it, with the way back. */
function ViewNotice({ view, onBack }: { readonly view: View; readonly onBack: () => void }) {
  const { t } = useTranslation()
  const lines = [
    view.asOf === undefined ? '' : t('clock.view.asOfIs', { day: dayInWords(view.asOf) }),
    view.rules === undefined ? '' : t('clock.view.rulesAre', { day: dayInWords(view.rules) }),
  ].filter(Boolean)
  return (
    <div role="status" className="view-status">
      {lines.length === 0 ? null : (
        <div className="view-notice">
          <p>{lines.join(' ')}</p>
          <Button size="xsmall" variant="secondary-neutral" onClick={onBack}>
            {t('clock.view.back')} <kbd>{shownKey('Escape')}</kbd>
          </Button>
        </div>
      )}
    </div>
  )
}

interface ViewChoiceProps {
  readonly view: View
  readonly onView: (view: View) => void
  readonly opener: RefObject<HTMLButtonElement | null>
}

function ViewChoice({ view, onView, opener }: ViewChoiceProps) {
  const { t } = useTranslation()
  const id = useId()
  const [isOpen, setIsOpen] = useState(false)
  const [asOf, setAsOf] = useState('')
  const [rules, setRules] = useState('')
  const chosen: View = { ...(asOf === '' ? {} : { asOf }), ...(rules === '' ? {} : { rules }) }
  return (
    <div className="view-choice">
      <button type="button" className="opener" aria-expanded={isOpen} aria-controls={id} ref={opener} onClick={() => setIsOpen(!isOpen)}>
        {t('clock.view.title')}
      </button>
      <div id={id} hidden={!isOpen}>
        {isOpen ? (
          <form
            className="form-row"
            aria-label={t('clock.view.title')}
            onSubmit={(event) => {
              event.preventDefault()
              onView(chosen)
            }}
          >
            <DayField label={t('clock.view.asOf')} value={asOf} onChange={setAsOf} />
            <DayField label={t('clock.view.rules')} value={rules} onChange={setRules} />
            <Button size="small" variant="secondary" type="submit" disabled={view.asOf === chosen.asOf && view.rules === chosen.rules}>
              {t('clock.view.show')}
            </Button>
          </form>
        ) : null}
      </div>
    </div>
  )
}
