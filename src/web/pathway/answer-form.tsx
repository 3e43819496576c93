import { Radio, RadioGroup, Select, Textarea, TextField } from '@navikt/ds-react'
import { useTranslation } from 'react-i18next'
import { type RefusalReason, refusalReasons } from '../../core/work/moving.ts'
import { ask } from '../ask.ts'
import { DayField } from '../form/day-field.tsx'
import { useDraft } from '../form/draft.ts'
import { Form } from '../form/form.tsx'
import { type About, useAct } from '../form/use-act.ts'
import type { WorkItem } from './use-work.ts'

interface Props<K extends 'query' | 'escalation' | 'proposal'> {
  readonly about: About
  readonly item: WorkItem<K>
  readonly onClose: () => void
}

/** The answer to a question or an escalation: one of the choices where there are any, and words. */
export function AnswerForm({ about, item, onClose }: Props<'query' | 'escalation'>) {
  const { t } = useTranslation()
  const { draft, change, drop } = useDraft(`answer ${item.work}`, { choice: '', text: '' })
  const act = useAct('answerWork', about)
  const choices = item.body.choices ?? []
  const missing = (choices.length > 0 ? draft.choice === '' : draft.text.trim() === '') ? t('answer.missing') : undefined
  const send = (): void =>
    act.mutate(
      {
        asking: {
          params: { work: item.work },
          body: {
            key: crypto.randomUUID(),
            ...(draft.text.trim() === '' ? {} : { text: draft.text.trim() }),
            ...(draft.choice === '' ? {} : { choice: draft.choice }),
          },
          ifMatch: item.version,
        },
        done: t('done.answered'),
        undo: (done) =>
          ask('reopenWork', {
            params: { work: done.item.work },
            body: { key: crypto.randomUUID(), reason: t('undo.reason') },
            ifMatch: done.item.version,
          }),
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
      title={t('answer.title')}
      submit={t('answer.submit')}
      sending={act.isPending}
      error={act.error}
      missing={missing}
      onSend={send}
      onClose={onClose}
    >
      {choices.length === 0 ? null : (
        <RadioGroup size="small" legend={t('answer.choice')} value={draft.choice} onChange={(choice: string) => change({ choice })}>
          {choices.map((choice) => (
            <Radio key={choice} value={choice}>
              {choice}
            </Radio>
          ))}
        </RadioGroup>
      )}
      <Textarea
        size="small"
        minRows={1}
        label={choices.length === 0 ? t('answer.text') : t('answer.more')}
        value={draft.text}
        onChange={({ target }) => change({ text: target.value })}
      />
    </Form>
  )
}

/** A suggested entry: taken as it is, on another day, or refused for one of a short list of reasons. */
export function ProposalForm({ about, item, onClose }: Props<'proposal'>) {
  const { t } = useTranslation()
  const { draft, change, drop } = useDraft(`decide ${item.work}`, {
    decision: 'accept' as 'accept' | 'refuse',
    occurred: item.body.occurred,
    reason: 'did-not-happen' as RefusalReason,
    words: '',
  })
  const accept = useAct('acceptProposal', about)
  const refuse = useAct('refuseProposal', about)
  const act = draft.decision === 'accept' ? accept : refuse
  const then = {
    onSuccess: () => {
      drop()
      onClose()
    },
  }
  const send = (): void => {
    const key = crypto.randomUUID()
    const asked = { params: { work: item.work }, ifMatch: item.version }
    if (draft.decision === 'accept') {
      accept.mutate(
        {
          asking: { ...asked, body: { key, ...(draft.occurred === item.body.occurred ? {} : { change: { occurred: draft.occurred } }) } },
          done: t('done.accepted', { code: item.body.code }),
        },
        then,
      )
      return
    }
    refuse.mutate(
      {
        asking: { ...asked, body: { key, reason: draft.reason, ...(draft.words.trim() === '' ? {} : { words: draft.words.trim() }) } },
        done: t('done.refused'),
      },
      then,
    )
  }
  const missing =
    draft.decision === 'accept'
      ? draft.occurred === ''
        ? t('form.dayWrong')
        : undefined
      : draft.reason === 'other' && draft.words.trim() === ''
        ? t('proposal.wordsMissing')
        : undefined
  return (
    <Form
      title={t('proposal.title', { code: item.body.code })}
      submit={draft.decision === 'accept' ? t('proposal.accept') : t('proposal.refuse')}
      sending={act.isPending}
      error={act.error}
      missing={missing}
      onSend={send}
      onClose={onClose}
    >
      <RadioGroup
        size="small"
        legend={t('proposal.decision')}
        value={draft.decision}
        onChange={(decision: 'accept' | 'refuse') => change({ decision })}
      >
        <Radio value="accept">{t('proposal.accept')}</Radio>
        <Radio value="refuse">{t('proposal.refuse')}</Radio>
      </RadioGroup>
      {draft.decision === 'accept' ? (
        <DayField label={t('record.day')} value={draft.occurred} onChange={(occurred) => change({ occurred })} />
      ) : (
        <>
          <Select
            size="small"
            label={t('proposal.reason')}
            value={draft.reason}
            onChange={({ target }) => change({ reason: target.value as RefusalReason })}
          >
            {refusalReasons.map((reason) => (
              <option key={reason} value={reason}>
                {t(`proposal.because.${reason}`)}
              </option>
            ))}
          </Select>
          <TextField
            size="small"
            label={t('proposal.words')}
            value={draft.words}
            onChange={({ target }) => change({ words: target.value })}
            autoComplete="off"
          />
        </>
      )}
    </Form>
  )
}
