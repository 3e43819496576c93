import { Button, Heading, InlineMessage } from '@navikt/ds-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useAwaySince } from '../connection.ts'
import { shownKeyOf, useKeys } from '../keys/use-keys.ts'
import { Refusal } from './refusal.tsx'

interface Props {
  readonly title: string
  /** Of its heading: 3 where it stands under somebody's name, as most do. */
  readonly level?: '2' | '3'
  /** What the button does, as a verb with its object. */
  readonly submit: string
  readonly sending: boolean
  readonly error?: unknown
  /** Why it cannot be sent yet. */
  readonly missing?: string | undefined
  readonly onSend: () => void
  readonly onClose: () => void
  readonly children: ReactNode
}

/** A form beside what it is about. Ctrl+Enter sends it, Esc leaves it with everything kept; Enter alone never sends anything. */
export function Form({ title, level = '3', submit, sending, error, missing, onSend, onClose, children }: Props) {
  const { t } = useTranslation()
  const place = useRef<HTMLFormElement>(null)
  const away = useAwaySince()
  // A second press may come before `sending` has been drawn.
  const begun = useRef(false)
  useEffect(() => {
    begun.current = false
  })
  const send = (): void => {
    if (begun.current || sending || missing !== undefined) return
    begun.current = true
    onSend()
  }
  useKeys({ send, back: onClose })
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'nearest' })
    place.current?.querySelector<HTMLElement>('input, textarea, select')?.focus()
  }, [])
  return (
    <form
      ref={place}
      className="form"
      aria-label={title}
      onSubmit={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && event.target instanceof HTMLInputElement) event.preventDefault()
      }}
    >
      <Heading level={level} size="xsmall">
        {title}
      </Heading>
      {children}
      {error === undefined || error === null ? null : <Refusal error={error} />}
      <div className="form-end">
        <Button
          type="button"
          size="small"
          loading={sending && away === undefined}
          disabled={missing !== undefined || sending}
          onClick={send}
        >
          {submit}
        </Button>
        <Button type="button" size="small" variant="tertiary" onClick={onClose}>
          {t('form.leave')}
        </Button>
        <span className="quiet" role="status">
          {missing ?? t('form.send', { key: shownKeyOf('send') })}
        </span>
      </div>
      {sending && away !== undefined ? (
        <InlineMessage status="warning" size="small">
          {t('form.waiting')}
        </InlineMessage>
      ) : null}
    </form>
  )
}
