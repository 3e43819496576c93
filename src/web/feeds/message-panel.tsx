import { Button, Heading, Textarea } from '@navikt/ds-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ask, askUntilThere } from '../ask.ts'
import { Form } from '../form/form.tsx'
import { Panel } from '../form/panel.tsx'
import { Refusal } from '../form/refusal.tsx'
import { momentShort } from '../languages.ts'
import { Slow } from '../list/slow.tsx'
import { useSession } from '../session.tsx'
import { undo } from '../undo.ts'

/** One message: what is wrong with it, its text, and what can be done about it. */
export function MessagePanel({ message, onClose }: { readonly message: string; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { may } = useSession()
  const client = useQueryClient()
  const [leaving, setLeaving] = useState(false)
  const [reason, setReason] = useState('')
  const first = useRef<HTMLButtonElement>(null)
  const read = useQuery({
    queryKey: ['message', message],
    queryFn: ({ signal }) => ask('readMessage', { params: { message }, signal }),
    staleTime: Number.POSITIVE_INFINITY, // each look is written down
  })
  const settled = (after: typeof read.data): void => {
    client.setQueryData(['message', message], after)
    void client.invalidateQueries({ queryKey: ['messages'] })
    void client.invalidateQueries({ queryKey: ['feeds'] })
  }
  const trying = useMutation({
    networkMode: 'always',
    mutationFn: () => askUntilThere('tryMessage', { params: { message }, body: {} }),
    onSuccess: (after) => {
      settled(after)
      undo.say(t(after.outcome === 'taken' || after.outcome === 'passed-over' ? 'feeds.triedTaken' : 'feeds.triedSame'))
    },
  })
  const settingAside = useMutation({
    networkMode: 'always',
    mutationFn: () => askUntilThere('setMessageAside', { params: { message }, body: { reason } }),
    onSuccess: (after) => {
      settled(after)
      setLeaving(false)
      undo.say(t('feeds.isSetAside'))
    },
  })
  const isThere = read.data !== undefined
  useEffect(() => {
    if (isThere) first.current?.focus()
  }, [isThere])
  const { data } = read
  const waits = data !== undefined && (data.outcome === 'refused' || data.outcome === 'not-placed')
  return (
    <Panel id="message-title" title={data === undefined ? '…' : `${data.type}, ${data.control}`} onClose={onClose}>
      {read.error ? <Refusal error={read.error} /> : null}
      {read.isPending ? <Slow>{t('list.reading')}</Slow> : null}
      {data === undefined ? null : (
        <>
          <dl className="facts">
            <dt>{t('feeds.outcome')}</dt>
            <dd>{t(`feeds.outcomes.${data.outcome}`)}</dd>
            {data.says === null ? null : (
              <>
                <dt>{t('feeds.because')}</dt>
                <dd>
                  {t(`feeds.code.${data.code as 'feed/no-rule'}`, { defaultValue: data.says })} <span className="quiet">{data.field}</span>
                </dd>
              </>
            )}
            <dt>{t('feeds.sender')}</dt>
            <dd>{data.sender}</dd>
            <dt>{t('feeds.came')}</dt>
            <dd>{momentShort(data.at)}</dd>
          </dl>
          {waits && may('record') && !leaving ? (
            <p className="acts">
              <Button ref={first} size="small" onClick={() => (trying.isPending ? undefined : trying.mutate())}>
                {t('feeds.try')}
              </Button>
              <Button size="small" variant="secondary" onClick={() => setLeaving(true)}>
                {t('feeds.setAside')}
              </Button>
            </p>
          ) : null}
          {trying.error ? <Refusal error={trying.error} /> : null}
          {leaving ? (
            <Form
              title={t('feeds.setAside')}
              submit={t('feeds.setAside')}
              sending={settingAside.isPending}
              error={settingAside.error}
              missing={reason.trim() === '' ? t('feeds.reasonMissing') : undefined}
              onSend={() => settingAside.mutate()}
              onClose={() => setLeaving(false)}
            >
              <Textarea
                size="small"
                minRows={2}
                label={t('feeds.reason')}
                value={reason}
                onChange={({ target }) => setReason(target.value)}
              />
            </Form>
          ) : null}
          <Heading level="3" size="xsmall">
            {t('feeds.text')}
          </Heading>
          {data.text === null ? (
            <p className="quiet">{t('feeds.noText')}</p>
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and so must be reached by keyboard
            <pre className="message-text" tabIndex={0}>
              {data.text.replaceAll('\r', '\n')}
            </pre>
          )}
        </>
      )}
    </Panel>
  )
}
