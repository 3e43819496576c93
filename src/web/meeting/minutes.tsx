import { Button, Heading } from '@navikt/ds-react'
import { useTranslation } from 'react-i18next'
import { minutesOf } from '../../core/work/minutes.ts'
import { momentShort } from '../languages.ts'
import { saveFile } from '../save-file.tsx'
import { discussionOf, type MeetingRead } from './use-meeting.ts'

/** The signed minutes: to be read, printed, and kept as a text. */
export function Minutes({ meeting }: { readonly meeting: MeetingRead }) {
  const { t } = useTranslation()
  const { signed } = meeting
  if (signed === null) return null
  const text = minutesOf(
    {
      name: meeting.name,
      on: meeting.on,
      present: meeting.present.map(({ name }) => name),
      items: meeting.items.map((one) => {
        const { pathway, body } = discussionOf(one)
        return { pathway, name: one.name, question: body.question ?? null, outcome: body.outcome ?? null }
      }),
      signedBy: signed.name ?? String(signed.person),
      signedAt: momentShort(signed.at),
    },
    {
      present: t('minutes.present'),
      question: t('minutes.question'),
      outcome: t('minutes.outcome'),
      nothing: t('minutes.nothing'),
      signed: (by, at) => t('minutes.signed', { by, at }),
    },
  )
  return (
    <article className="minutes" aria-labelledby="minutes-title">
      <header className="list-head">
        <Heading level="2" size="xsmall" id="minutes-title">
          {t('minutes.title')}
        </Heading>
        <Button size="xsmall" variant="secondary" onClick={() => window.print()}>
          {t('minutes.print')}
        </Button>
        <Button
          size="xsmall"
          variant="secondary"
          onClick={() => saveFile(`varde-${meeting.on}-${meeting.meeting}.txt`, 'text/plain;charset=utf-8', text)}
        >
          {t('minutes.save')}
        </Button>
      </header>
      {/* It scrolls, so the keyboard has to reach it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <pre tabIndex={0}>{text}</pre>
    </article>
  )
}
