import { Textarea } from '@navikt/ds-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Asking, askUntilThere, Refused } from '../ask.ts'
import { useDraft } from '../form/draft.ts'
import { Form } from '../form/form.tsx'
import { type Present, PresentField, presentSaid } from './present-field.tsx'
import type { MeetingRead } from './use-meeting.ts'

interface Props {
  readonly meeting: MeetingRead
  readonly onClose: () => void
}

type Body<I extends 'editMeeting' | 'signMeeting' | 'cancelMeeting'> = Asking<I> extends { readonly body: infer B } ? B : never

/** Changes a meeting on the version that is shown; where somebody was faster, what stands there now is read. */
export function useMeetingAct<I extends 'editMeeting' | 'signMeeting' | 'cancelMeeting'>(id: I, { meeting, version }: MeetingRead) {
  const client = useQueryClient()
  return useMutation({
    networkMode: 'always',
    mutationFn: (body: Body<I>): Promise<MeetingRead> =>
      // One of three routes that take the same parameters and give the same answer.
      askUntilThere(id as 'editMeeting', { params: { meeting }, body: body as Body<'editMeeting'>, ifMatch: version }),
    onSuccess: (now) => {
      client.setQueryData(['meeting', meeting], now)
      void client.invalidateQueries({ queryKey: ['meetings'] })
    },
    onError: (error) => {
      if (error instanceof Refused && error.status === 412) void client.invalidateQueries({ queryKey: ['meeting', meeting] })
    },
  })
}

const namesOf = (present: readonly Present[]): string => present.map(({ name }) => name).join(', ')

/** Who is there: minutes name them. */
export function PresentForm({ meeting, onClose }: Props) {
  const { t } = useTranslation()
  const { draft, change, drop } = useDraft(`${meeting.meeting} present`, {
    present: meeting.present as readonly Present[],
    began: namesOf(meeting.present),
  })
  const edit = useMeetingAct('editMeeting', meeting)
  const now = namesOf(meeting.present)
  return (
    <Form
      title={t('meeting.presentTitle')}
      level="2"
      submit={t('meeting.presentSubmit')}
      sending={edit.isPending}
      error={edit.error}
      onSend={() =>
        edit.mutate(
          { key: crypto.randomUUID(), present: presentSaid(draft.present) },
          {
            onSuccess: () => {
              drop()
              onClose()
            },
          },
        )
      }
      onClose={onClose}
    >
      {now === draft.began ? null : (
        <p role="alert" className="meanwhile">
          {t('meeting.presentNow', { names: now })}
        </p>
      )}
      <PresentField org={meeting.org} pack={meeting.pack} value={draft.present} onChange={(present) => change({ present })} />
    </Form>
  )
}

/** It does not take place, for a reason. What was typed is kept. */
export function CancelForm({ meeting, onClose }: Props) {
  const { t } = useTranslation()
  const { draft, change, drop } = useDraft(`${meeting.meeting} cancel`, { reason: '' })
  const cancel = useMeetingAct('cancelMeeting', meeting)
  return (
    <Form
      title={t('meeting.cancelTitle')}
      level="2"
      submit={t('meeting.cancel')}
      sending={cancel.isPending}
      error={cancel.error}
      missing={draft.reason.trim() === '' ? t('record.reasonMissing') : undefined}
      onSend={() =>
        cancel.mutate(
          { key: crypto.randomUUID(), reason: draft.reason.trim() },
          {
            onSuccess: () => {
              drop()
              onClose()
            },
          },
        )
      }
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
