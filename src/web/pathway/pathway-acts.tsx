import { Button } from '@navikt/ds-react'
import { useTranslation } from 'react-i18next'
import type { About } from '../form/use-act.ts'
import type { KeyId } from '../keys/table.ts'
import { shownKeyOf, useKeys } from '../keys/use-keys.ts'
import { useSession } from '../session.tsx'
import { HandoverForm } from './handover-form.tsx'
import type { EntryRead, PathwayRead } from './read.ts'
import { RecordForm } from './record-form.tsx'
import { AskForm, EscalateForm, NoteForm, WithdrawForm } from './say-forms.tsx'
import { FinishForm, StepForm } from './step-forms.tsx'
import type { WorkItem } from './use-work.ts'

/** The form that is open, and what it is about. */
export type Doing =
  | { readonly what: 'record' | 'step' | 'finish' | 'ask' | 'escalate' | 'note' | 'hand-over' }
  | { readonly what: 'correct' | 'withdraw' | 'ask-about'; readonly entry: EntryRead }

interface Props {
  readonly read: PathwayRead
  readonly step: WorkItem<'next-step'> | undefined
  readonly doing: Doing | undefined
  readonly onDoing: (doing: Doing) => void
  readonly onClose: () => void
  /** Decides what is suggested; absent where nothing is. */
  readonly onDecide?: () => void
}

/** What can be done about a pathway, each by its key, and the form that is open. */
export function PathwayActs({ read, step, doing, onDoing, onClose, onDecide }: Props) {
  const { t } = useTranslation()
  const { may } = useSession()
  const { pathway, patient, version } = read
  const about: About = { pathway, patient, pack: read.pack }
  const planned = step?.state === 'planned' ? step : undefined
  const acts: readonly { readonly key: KeyId; readonly words: string; readonly shown: boolean; readonly run: () => void }[] = [
    { key: 'record', words: t('act.record'), shown: may('record'), run: () => onDoing({ what: 'record' }) },
    { key: 'editStep', words: t('act.step'), shown: may('work'), run: () => onDoing({ what: 'step' }) },
    { key: 'finishStep', words: t('act.finish'), shown: may('work') && planned !== undefined, run: () => onDoing({ what: 'finish' }) },
    { key: 'ask', words: t('act.ask'), shown: may('work'), run: () => onDoing({ what: 'ask' }) },
    { key: 'escalate', words: t('act.escalate'), shown: may('work'), run: () => onDoing({ what: 'escalate' }) },
    { key: 'note', words: t('act.note'), shown: may('work'), run: () => onDoing({ what: 'note' }) },
    { key: 'handOver', words: t('act.handOver'), shown: may('work'), run: () => onDoing({ what: 'hand-over' }) },
    { key: 'accept', words: t('act.accept'), shown: may('answer') && onDecide !== undefined, run: () => onDecide?.() },
  ]
  const shown = acts.filter((act) => act.shown)
  useKeys(doing === undefined ? Object.fromEntries(shown.map(({ key, run }) => [key, run])) : {})
  const steps = { about, step, proposed: read.proposedStep, onClose }
  const recording = { about, version, entries: read.entries, onClose }
  return (
    <>
      <div className="acts" role="toolbar" aria-label={t('act.title')}>
        {shown.map(({ key, words, run }) => (
          <Button key={key} size="xsmall" variant="secondary" onClick={run}>
            {words} <kbd>{shownKeyOf(key)}</kbd>
          </Button>
        ))}
      </div>
      {doing?.what === 'record' ? <RecordForm {...recording} /> : null}
      {doing?.what === 'correct' ? <RecordForm key={doing.entry.entry} {...recording} corrects={doing.entry} /> : null}
      {doing?.what === 'withdraw' ? <WithdrawForm about={about} version={version} entry={doing.entry} onClose={onClose} /> : null}
      {doing?.what === 'step' ? <StepForm {...steps} /> : null}
      {doing?.what === 'finish' && planned ? <FinishForm {...steps} step={planned} /> : null}
      {doing?.what === 'ask' ? <AskForm about={about} onClose={onClose} /> : null}
      {doing?.what === 'ask-about' ? <AskForm about={about} entry={doing.entry} onClose={onClose} /> : null}
      {doing?.what === 'escalate' ? <EscalateForm about={about} onClose={onClose} /> : null}
      {doing?.what === 'note' ? <NoteForm about={about} onClose={onClose} /> : null}
      {doing?.what === 'hand-over' ? <HandoverForm about={about} from={read.org} onClose={onClose} /> : null}
    </>
  )
}
