import { Button, Heading } from '@navikt/ds-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, type RefObject, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Explanation } from '../../core/measure/explain.ts'
import { ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import { shownKeyOf } from '../keys/use-keys.ts'
import { RiskMark } from '../list/risk-mark.tsx'
import { Slow } from '../list/slow.tsx'
import { Clocks } from '../pathway/clocks.tsx'
import { Documents } from '../pathway/documents.tsx'
import type { DocumentAsked } from '../pathway/entries.tsx'
import { type Doing, PathwayActs } from '../pathway/pathway-acts.tsx'
import { PathwayPanel, Why } from '../pathway/pathway-panel.tsx'
import { type PathwayRead, variantName } from '../pathway/read.ts'
import { StepLine } from '../pathway/step-line.tsx'
import { useWork } from '../pathway/use-work.ts'
import { type PackTold, useSession } from '../session.tsx'
import { OutcomeField } from './outcome-field.tsx'
import { type AgendaItem, type MeetingRead, saverOf } from './use-meeting.ts'

interface Props {
  readonly meeting: MeetingRead
  readonly agenda: AgendaItem
  readonly doing: Doing | undefined
  readonly onDoing: (doing: Doing | undefined) => void
  readonly whole: boolean
  readonly onWhole: (whole: boolean) => void
  readonly box: RefObject<HTMLTextAreaElement | null>
  readonly readOnly: boolean
  /** Where it stands on the agenda, and what moves it. */
  readonly children: ReactNode
}

const after = (ms: number) => new Promise((go) => setTimeout(go, ms))

/** One patient a screen: what is asked, what comes of it, where the pathway stands and what is known; and everything that can be done about it. */
export function DiscussedPatient({ meeting, agenda, doing, onDoing, whole, onWhole, box, readOnly, children }: Props) {
  const { t } = useTranslation()
  const { packs, nameOf } = useSession()
  const client = useQueryClient()
  const { pathway } = agenda.item
  const { patient } = agenda
  const saver = saverOf(client, meeting.meeting, agenda)
  const read = useQuery({ queryKey: ['pathway', pathway], queryFn: ({ signal }) => ask('readPathway', { params: { pathway }, signal }) })
  const who = useQuery({ queryKey: ['patient', patient], queryFn: ({ signal }) => ask('readPatient', { params: { patient }, signal }) })
  const work = useWork(pathway)
  const pack = packs.find(({ id }) => id === meeting.pack)
  const fresh = (): Promise<void> => client.invalidateQueries({ queryKey: ['pathway', pathway] })
  // A form rests on the pathway as it stands: what was typed here is in it first, or would look like somebody else's doing.
  const begin = async (to: Doing): Promise<void> => {
    if (saver.state().standing === 'saved') void fresh()
    else await Promise.race([saver.flush().then(fresh), after(1_500)])
    onDoing(to)
  }
  return (
    <div className="discussed">
      <section className="discussed-said" aria-labelledby="discussed-name">
        <header className="discussed-head">
          <Heading level="2" size="small" id="discussed-name">
            {agenda.name ?? t('list.noName')}
          </Heading>
          {read.data ? <RiskMark state={read.data.risk.state} /> : null}
          {children}
        </header>
        <p className="quiet">
          {[
            who.data?.nationalId,
            who.data?.born,
            read.data && pack ? variantName(read.data, pack) : undefined,
            read.data ? nameOf(read.data.org) : undefined,
            pathway,
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        {read.data ? <Why read={read.data} /> : <p>&nbsp;</p>}
        <OutcomeField saver={saver} readOnly={readOnly} box={box} />
        {read.data && !whole ? (
          <>
            <StepLine step={work.step} proposed={read.data.proposedStep} />
            <PathwayActs
              read={read.data}
              step={work.step}
              doing={doing}
              onDoing={(to) => void begin(to)}
              onClose={() => {
                onDoing(undefined)
                box.current?.focus()
              }}
            />
          </>
        ) : null}
      </section>
      {whole ? (
        <PathwayPanel pathway={pathway} onClose={() => onWhole(false)} />
      ) : (
        <aside className="discussed-facts panel" aria-label={t('meeting.facts')}>
          <div className="panel-body">
            {read.error ? <Refusal error={read.error} /> : null}
            {read.isPending ? <Slow>{t('list.reading')}</Slow> : null}
            {read.data && pack ? <Facts read={read.data} pack={pack} /> : null}
            <Button size="xsmall" variant="secondary" onClick={() => onWhole(true)}>
              {t('meeting.whole')} <kbd>{shownKeyOf('wholePathway')}</kbd>
            </Button>
          </div>
        </aside>
      )}
    </div>
  )
}

const isImage = (kind: string): boolean => kind === 'imaging'
const isResult = (kind: string): boolean => ['pathology', 'operation-note', 'discharge'].includes(kind)
const isOther = (kind: string): boolean => !isImage(kind) && !isResult(kind)
const lastEntries = 6

/** What a meeting looks at: clocks, results, reports of images, what was recorded last, other letters. */
function Facts({ read, pack }: { readonly read: PathwayRead; readonly pack: PackTold }) {
  const { t, i18n } = useTranslation()
  const [letter, setLetter] = useState<DocumentAsked>()
  const explanation = read.explanation as Explanation | null // as `explainPathway` makes it
  const last = read.entries
    .filter(({ superseded }) => superseded === null)
    .toSorted((a, b) => (a.occurred < b.occurred ? 1 : a.occurred > b.occurred ? -1 : b.nth - a.nth))
    .slice(0, lastEntries)
  const labels = new Map(explanation?.entries.map(({ id, use }) => [id, use.labels[i18n.language]]))
  const letters = { pathway: read.pathway, patient: read.patient, open: letter, onOpen: setLetter, onEntry: () => setLetter(undefined) }
  return (
    <>
      {explanation ? (
        <Part title={t('clock.section')}>
          <Clocks explanation={explanation} under={null} pack={pack} urgent={read.risk.interval} />
        </Part>
      ) : null}
      <Part title={t('meeting.results')}>
        <Documents {...letters} among={isResult} none={t('meeting.noResults')} />
      </Part>
      <Part title={t('meeting.images')}>
        <Documents {...letters} among={isImage} none={t('meeting.noImages')} />
      </Part>
      <Part title={t('meeting.lastEntries')}>
        {last.length === 0 ? <p className="quiet">{t('entry.none')}</p> : null}
        <ul className="plain last-entries">
          {last.map(({ entry, code, label, occurred, standing }) => (
            <li key={entry}>
              {occurred} <b>{code}</b> {labels.get(entry.split('-')[1] ?? '') ?? label ?? ''}
              {standing === 'sure' ? '' : ` (${t(`entry.standing.${standing as 'likely'}`)})`}
            </li>
          ))}
        </ul>
      </Part>
      <Part title={t('meeting.letters')}>
        <Documents {...letters} among={isOther} />
      </Part>
    </>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <Heading level="3" size="xsmall">
        {title}
      </Heading>
      {children}
    </section>
  )
}
