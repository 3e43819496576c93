import { Button, Heading } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import type { About } from '../form/use-act.ts'
import type { KeyId } from '../keys/table.ts'
import { shownKey, shownKeyOf, useKeys } from '../keys/use-keys.ts'
import type { LookedAt } from '../list/last-looked.ts'
import { RiskMark } from '../list/risk-mark.tsx'
import { type AtRisk, useBasisWords, useRiskWords } from '../list/risk-words.ts'
import { Slow } from '../list/slow.tsx'
import { type PackTold, useSession } from '../session.tsx'
import { HandoverForm } from './handover-form.tsx'
import { PassedLimits } from './passed-limits.tsx'
import type { EntryRead, PathwayRead } from './read.ts'
import { bookingsOf, Reading } from './reading.tsx'
import { RecordForm } from './record-form.tsx'
import { AskForm, EscalateForm, NoteForm, WithdrawForm } from './say-forms.tsx'
import { FinishForm, StepForm } from './step-forms.tsx'
import { StepLine } from './step-line.tsx'
import { useWork } from './use-work.ts'
import { WorkSection } from './work-section.tsx'

/** The form that is open, and what it is about. */
type Doing =
  | { readonly what: 'record' | 'step' | 'finish' | 'ask' | 'escalate' | 'note' | 'hand-over' }
  | { readonly what: 'correct' | 'withdraw' | 'ask-about'; readonly entry: EntryRead }

interface Props {
  readonly pathway: string
  readonly looked?: LookedAt
  /** A piece of work whose form is to be open at once. */
  readonly focused?: string | undefined
  readonly onClose: () => void
}

/** One pathway beside the list: where it stands and why, what is to be done, what has been said and recorded. */
export function PathwayPanel({ pathway, looked, focused, onClose }: Props) {
  const { t } = useTranslation()
  const { packs } = useSession()
  const read = useQuery({ queryKey: ['pathway', pathway], queryFn: ({ signal }) => ask('readPathway', { params: { pathway }, signal }) })
  const version = read.data?.version
  useEffect(() => {
    if (version !== undefined) looked?.open(pathway, version)
  }, [pathway, version, looked])
  const pack = packs.find(({ id }) => id === read.data?.pack)
  return (
    <aside className="panel" aria-labelledby="pathway-title">
      {read.error ? (
        <>
          <PanelHead title={pathway} onClose={onClose} />
          <Refusal error={read.error} />
        </>
      ) : null}
      {read.data && pack ? <Opened read={read.data} pack={pack} focused={focused} onClose={onClose} /> : null}
      {read.isPending ? <Slow>{t('list.reading')}</Slow> : null}
    </aside>
  )
}

function PanelHead({
  title,
  onClose,
  children,
}: {
  readonly title: string
  readonly onClose: () => void
  readonly children?: React.ReactNode
}) {
  const { t } = useTranslation()
  return (
    <header className="panel-head">
      <Heading level="2" size="small" id="pathway-title">
        {title}
      </Heading>
      {children}
      <Button size="xsmall" variant="tertiary" onClick={onClose}>
        {t('panel.close', { key: shownKey('Escape') })}
      </Button>
    </header>
  )
}

function Opened({
  read,
  pack,
  focused,
  onClose,
}: {
  readonly read: PathwayRead
  readonly pack: PackTold
  readonly focused: string | undefined
  readonly onClose: () => void
}) {
  const { t } = useTranslation()
  const { may, nameOf } = useSession()
  const { pathway, patient, version } = read
  const about: About = { pathway, patient, pack: read.pack }
  const who = useQuery({ queryKey: ['patient', patient], queryFn: ({ signal }) => ask('readPatient', { params: { patient }, signal }) })
  const work = useWork(pathway)
  const [doing, setDoing] = useState<Doing>()
  const close = (): void => {
    setDoing(undefined)
    document.querySelector<HTMLElement>('[role="grid"]')?.focus({ preventScroll: true })
  }
  const planned = work.step?.state === 'planned' ? work.step : undefined
  const proposal = work.of('proposal').find(({ open }) => open)
  const [decide, setDecide] = useState(focused)
  const acts: readonly { readonly key: KeyId; readonly words: string; readonly shown: boolean; readonly run: () => void }[] = [
    { key: 'record', words: t('act.record'), shown: may('record'), run: () => setDoing({ what: 'record' }) },
    { key: 'editStep', words: t('act.step'), shown: may('work'), run: () => setDoing({ what: 'step' }) },
    { key: 'finishStep', words: t('act.finish'), shown: may('work') && planned !== undefined, run: () => setDoing({ what: 'finish' }) },
    { key: 'ask', words: t('act.ask'), shown: may('work'), run: () => setDoing({ what: 'ask' }) },
    { key: 'escalate', words: t('act.escalate'), shown: may('work'), run: () => setDoing({ what: 'escalate' }) },
    { key: 'note', words: t('act.note'), shown: may('work'), run: () => setDoing({ what: 'note' }) },
    { key: 'handOver', words: t('act.handOver'), shown: may('work'), run: () => setDoing({ what: 'hand-over' }) },
    { key: 'accept', words: t('act.accept'), shown: may('answer') && proposal !== undefined, run: () => setDecide(proposal?.work) },
  ]
  const shown = acts.filter((act) => act.shown)
  useKeys(doing === undefined ? Object.fromEntries(shown.map(({ key, run }) => [key, run])) : {})
  const step = { about, step: work.step, proposed: read.proposedStep, onClose: close }
  return (
    <>
      <PanelHead title={who.data?.name ?? (who.isPending ? '…' : t('list.noName'))} onClose={onClose}>
        <RiskMark state={read.risk.state} />
      </PanelHead>
      <div className="panel-body">
        <p className="quiet">
          {[who.data?.nationalId, who.data?.born, pack.variants.find(({ id }) => id === variantOf(read))?.name, nameOf(read.org), pathway]
            .filter(Boolean)
            .join(' · ')}
        </p>
        <Why read={read} />
        <div className="acts" role="toolbar" aria-label={t('act.title')}>
          {shown.map(({ key, words, run }) => (
            <Button key={key} size="xsmall" variant="secondary" onClick={run}>
              {words} <kbd>{shownKeyOf(key)}</kbd>
            </Button>
          ))}
        </div>
        {doing?.what === 'record' ? <RecordForm about={about} version={version} entries={read.entries} onClose={close} /> : null}
        {doing?.what === 'correct' ? (
          <RecordForm
            key={doing.entry.entry}
            about={about}
            version={version}
            entries={read.entries}
            corrects={doing.entry}
            onClose={close}
          />
        ) : null}
        {doing?.what === 'withdraw' ? <WithdrawForm about={about} version={version} entry={doing.entry} onClose={close} /> : null}
        {doing?.what === 'step' ? <StepForm {...step} /> : null}
        {doing?.what === 'finish' && planned ? <FinishForm {...step} step={planned} /> : null}
        {doing?.what === 'ask' ? <AskForm about={about} onClose={close} /> : null}
        {doing?.what === 'ask-about' ? <AskForm about={about} entry={doing.entry} onClose={close} /> : null}
        {doing?.what === 'escalate' ? <EscalateForm about={about} onClose={close} /> : null}
        {doing?.what === 'note' ? <NoteForm about={about} onClose={close} /> : null}
        {doing?.what === 'hand-over' ? <HandoverForm about={about} from={read.org} onClose={close} /> : null}
        <StepLine step={work.step} proposed={read.proposedStep} />
        <Reading
          read={read}
          pack={pack}
          bookings={bookingsOf(work.items, pack)}
          onCorrect={may('record') ? (entry) => setDoing({ what: 'correct', entry }) : undefined}
          onWithdraw={may('record') ? (entry) => setDoing({ what: 'withdraw', entry }) : undefined}
          onAsk={may('work') ? (entry) => setDoing({ what: 'ask-about', entry }) : undefined}
        >
          <PassedLimits about={about} version={version} />
          <WorkSection key={decide} about={about} items={work.items} focused={decide} />
        </Reading>
      </div>
    </>
  )
}

const variantOf = (read: PathwayRead): string => String((read.explanation as { readonly variant?: string } | null)?.variant ?? '') // as `explainPathway` gives it

function Why({ read }: { readonly read: AtRisk }) {
  const why = useRiskWords(read)
  const basis = useBasisWords()(read)
  return (
    <p>
      {why} <span className="quiet">{basis}</span>
    </p>
  )
}
