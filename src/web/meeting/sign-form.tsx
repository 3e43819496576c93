import { Checkbox, Heading } from '@navikt/ds-react'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Form } from '../form/form.tsx'
import { useSession } from '../session.tsx'
import { useMeetingAct } from './meeting-forms.tsx'
import { discussionOf, flushAll, type MeetingRead } from './use-meeting.ts'

interface Props {
  readonly meeting: MeetingRead
  readonly onClose: () => void
}

/** The end of a meeting: everything that stands there, to be read once and signed. What was typed goes out first. */
export function SignForm({ meeting, onClose }: Props) {
  const { t } = useTranslation()
  const { may } = useSession()
  const client = useQueryClient()
  const [isThere, setIsThere] = useState<boolean>()
  const [readAt, setReadAt] = useState('')
  const sign = useMeetingAct('signMeeting', meeting)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when somebody comes to the end
  useEffect(() => {
    let left = false
    void flushAll(meeting).then(async (all) => {
      await client.invalidateQueries({ queryKey: ['meeting', meeting.meeting] })
      if (!left) setIsThere(all)
    })
    return () => void (left = true)
  }, [])
  const stands = meeting.items.map(({ item }) => ({ work: item.work, version: item.version }))
  // What was read is what stood there then: where anything changes, it is read again.
  const now = JSON.stringify([meeting.version, stands])
  const missing = !may('answer')
    ? t('sign.mayNot')
    : meeting.present.length === 0
      ? t('sign.nobody')
      : isThere === undefined
        ? t('outcome.saving')
        : !isThere
          ? t('sign.notThere')
          : readAt !== now
            ? t(readAt === '' ? 'sign.readFirst' : 'sign.readAgain')
            : undefined
  return (
    <Form
      title={t('sign.title')}
      level="2"
      submit={t('sign.submit')}
      sending={sign.isPending}
      error={sign.error}
      missing={missing}
      onSend={() => sign.mutate({ key: crypto.randomUUID(), read: stands })}
      onClose={onClose}
    >
      <Checkbox size="small" checked={readAt === now} onChange={({ target }) => setReadAt(target.checked ? now : '')}>
        {t('sign.read')}
      </Checkbox>
      <p>
        {t('minutes.present')}: {meeting.present.map(({ name }) => name).join(', ') || t('sign.nobody')}
      </p>
      <ol className="proof">
        {meeting.items.map((one) => {
          const { work, body } = discussionOf(one)
          return (
            <li key={work}>
              <Heading level="3" size="xsmall">
                {one.name ?? one.item.pathway}
              </Heading>
              {body.question ? <p className="quiet">{body.question}</p> : null}
              <p className="said">{body.outcome ?? <span className="quiet">{t('minutes.nothing')}</span>}</p>
            </li>
          )
        })}
      </ol>
    </Form>
  )
}
