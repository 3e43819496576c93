import { Select, Textarea, TextField } from '@navikt/ds-react'
import { useTranslation } from 'react-i18next'
import { type Role, roleMay, roles } from '../../core/rights/rights.ts'
import { DayField } from '../form/day-field.tsx'
import { useDraft } from '../form/draft.ts'
import { Form } from '../form/form.tsx'
import { type About, useAct } from '../form/use-act.ts'
import type { EntryRead } from './read.ts'
import { numberOf } from './record-form.tsx'

interface Props {
  readonly about: About
  readonly onClose: () => void
}

const answering = roles.filter((role) => (roleMay[role] as readonly string[]).includes('answer'))

/** One neutral question to whoever knows. */
export function AskForm({ about, entry, onClose }: Props & { readonly entry?: EntryRead | undefined }) {
  const { t } = useTranslation()
  const { draft, change, drop } = useDraft(`${about.pathway} ask ${entry?.entry ?? ''}`, {
    question: '',
    role: 'clinician' as Role,
    due: '',
    choices: '',
  })
  const act = useAct('askQuery', about)
  const choices = draft.choices
    .split(',')
    .map((choice) => choice.trim())
    .filter(Boolean)
  const missing = draft.question.trim() === '' ? t('ask.missing') : choices.length === 1 ? t('ask.oneChoice') : undefined
  const send = (): void =>
    act.mutate(
      {
        asking: {
          params: { pathway: about.pathway },
          body: {
            key: crypto.randomUUID(),
            question: draft.question.trim(),
            role: draft.role,
            choices,
            ...(draft.due === '' ? {} : { due: draft.due }),
            ...(entry === undefined ? {} : { entry: numberOf(entry.entry) }),
          },
        },
        done: t('done.asked'),
      },
      {
        onSuccess: () => {
          drop()
          onClose()
        },
      },
    )
  return (
    <Form
      title={entry === undefined ? t('ask.title') : t('ask.about', { code: entry.code, day: entry.occurred })}
      submit={t('ask.submit')}
      sending={act.isPending}
      error={act.error}
      missing={missing}
      onSend={send}
      onClose={onClose}
    >
      <Textarea
        size="small"
        minRows={2}
        label={t('ask.question')}
        description={t('ask.how')}
        value={draft.question}
        onChange={({ target }) => change({ question: target.value })}
      />
      <div className="form-row">
        <Select size="small" label={t('ask.to')} value={draft.role} onChange={({ target }) => change({ role: target.value as Role })}>
          {answering.map((role) => (
            <option key={role} value={role}>
              {t(`role.${role}`)}
            </option>
          ))}
        </Select>
        <DayField label={t('ask.due')} value={draft.due} ahead={300} onChange={(due) => change({ due })} />
      </div>
      <TextField
        size="small"
        label={t('ask.choices')}
        description={t('ask.choicesHow')}
        value={draft.choices}
        onChange={({ target }) => change({ choices: target.value })}
        autoComplete="off"
      />
    </Form>
  )
}

/** One sentence to somebody above; it climbs by itself where nobody answers. */
export function EscalateForm({ about, onClose }: Props) {
  const { t } = useTranslation()
  const { draft, change, drop } = useDraft(`${about.pathway} escalate`, { sentence: '' })
  const act = useAct('raiseEscalation', about)
  const send = (): void =>
    act.mutate(
      {
        asking: { params: { pathway: about.pathway }, body: { key: crypto.randomUUID(), sentence: draft.sentence.trim() } },
        done: t('done.escalated'),
      },
      {
        onSuccess: () => {
          drop()
          onClose()
        },
      },
    )
  return (
    <Form
      title={t('escalate.title')}
      submit={t('escalate.submit')}
      sending={act.isPending}
      error={act.error}
      missing={draft.sentence.trim() === '' ? t('escalate.missing') : undefined}
      onSend={send}
      onClose={onClose}
    >
      <TextField
        size="small"
        label={t('escalate.sentence')}
        description={t('escalate.how')}
        maxLength={500}
        value={draft.sentence}
        onChange={({ target }) => change({ sentence: target.value })}
        autoComplete="off"
      />
    </Form>
  )
}

export function NoteForm({ about, onClose }: Props) {
  const { t } = useTranslation()
  const { draft, change, drop } = useDraft(`${about.pathway} note`, { text: '' })
  const act = useAct('addNote', about)
  const send = (): void =>
    act.mutate(
      {
        asking: { params: { pathway: about.pathway }, body: { key: crypto.randomUUID(), text: draft.text.trim() } },
        done: t('done.noted'),
      },
      {
        onSuccess: () => {
          drop()
          onClose()
        },
      },
    )
  return (
    <Form
      title={t('note.title')}
      submit={t('note.submit')}
      sending={act.isPending}
      error={act.error}
      missing={draft.text.trim() === '' ? t('note.missing') : undefined}
      onSend={send}
      onClose={onClose}
    >
      <Textarea
        size="small"
        minRows={2}
        label={t('note.text')}
        value={draft.text}
        onChange={({ target }) => change({ text: target.value })}
      />
    </Form>
  )
}

/** An entry that is to count no longer. It is kept, with the reason. */
export function WithdrawForm({ about, version, entry, onClose }: Props & { readonly version: number; readonly entry: EntryRead }) {
  const { t } = useTranslation()
  const { draft, change, drop } = useDraft(`${about.pathway} withdraw ${entry.entry}`, { reason: '' })
  const act = useAct('withdrawEntry', about)
  const send = (): void =>
    act.mutate(
      {
        asking: {
          params: { pathway: about.pathway, entry: numberOf(entry.entry) },
          body: { key: crypto.randomUUID(), reason: draft.reason.trim() },
          ifMatch: version,
        },
        done: t('done.withdrawn', { code: entry.code }),
      },
      {
        onSuccess: () => {
          drop()
          onClose()
        },
      },
    )
  return (
    <Form
      title={t('withdraw.title', { code: entry.code, day: entry.occurred })}
      submit={t('withdraw.submit')}
      sending={act.isPending}
      error={act.error}
      missing={draft.reason.trim() === '' ? t('record.reasonMissing') : undefined}
      onSend={send}
      onClose={onClose}
    >
      <Textarea
        size="small"
        minRows={1}
        label={t('record.reason')}
        value={draft.reason}
        onChange={({ target }) => change({ reason: target.value })}
      />
    </Form>
  )
}
