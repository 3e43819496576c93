import { Button, Select, Textarea, TextField } from '@navikt/ds-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dayText } from '../../core/words/day.ts'
import { DayField, today } from '../form/day-field.tsx'
import { useDraft } from '../form/draft.ts'
import { Form } from '../form/form.tsx'
import { type About, useAct } from '../form/use-act.ts'
import { useSession } from '../session.tsx'
import type { WorkItem } from './use-work.ts'

/** A pathway goes on at another place: what is asked of it, and within how many days a start is coded there. No clock stops. */
export function HandoverForm({ about, from, onClose }: { readonly about: About; readonly from: number; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { organisations } = useSession()
  const places = [...organisations.values()].filter(
    ({ org, kind }) => org !== from && ['hospital', 'department', 'practice'].includes(kind),
  )
  const { draft, change, drop } = useDraft(`${about.pathway} hand over`, { to: '', asks: '', days: '7' })
  const act = useAct('sendHandover', about)
  const days = /^\d{1,3}$/.test(draft.days) ? Number(draft.days) : undefined
  const missing =
    draft.to === ''
      ? t('handover.toMissing')
      : draft.asks.trim() === ''
        ? t('handover.asksMissing')
        : days === undefined
          ? t('handover.daysWrong')
          : undefined
  const send = (): void =>
    act.mutate(
      {
        asking: {
          params: { pathway: about.pathway },
          body: { key: crypto.randomUUID(), to: Number(draft.to), asks: draft.asks.trim(), days },
        },
        done: t('done.handedOver'),
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
      title={t('handover.title')}
      submit={t('handover.submit')}
      sending={act.isPending}
      error={act.error}
      missing={missing}
      onSend={send}
      onClose={onClose}
    >
      <div className="form-row">
        <Select size="small" label={t('handover.to')} value={draft.to} onChange={({ target }) => change({ to: target.value })}>
          <option value="">{t('record.choose')}</option>
          {places.map(({ org, name }) => (
            <option key={org} value={org}>
              {name}
            </option>
          ))}
        </Select>
        <TextField
          size="small"
          label={t('handover.days')}
          value={draft.days}
          inputMode="numeric"
          onChange={({ target }) => change({ days: target.value })}
          autoComplete="off"
        />
      </div>
      <Textarea
        size="small"
        minRows={2}
        label={t('handover.asks')}
        description={t('handover.how')}
        value={draft.asks}
        onChange={({ target }) => change({ asks: target.value })}
      />
    </Form>
  )
}

/** What the receiver says to a handover: received, on a day, or not, for a reason. */
export function ReceiveForm({
  about,
  item,
  onClose,
}: {
  readonly about: About
  readonly item: WorkItem<'handover'>
  readonly onClose: () => void
}) {
  const { t } = useTranslation()
  const { draft, change, drop } = useDraft(`receive ${item.work}`, { receivedOn: dayText(today()), reason: '' })
  const [declines, setDeclines] = useState(false)
  const receive = useAct('receiveHandover', about)
  const decline = useAct('declineHandover', about)
  const then = {
    onSuccess: () => {
      drop()
      onClose()
    },
  }
  const send = (): void => {
    const asked = { params: { work: item.work }, ifMatch: item.version }
    const key = crypto.randomUUID()
    if (declines) decline.mutate({ asking: { ...asked, body: { key, reason: draft.reason.trim() } }, done: t('done.declined') }, then)
    else receive.mutate({ asking: { ...asked, body: { key, receivedOn: draft.receivedOn } }, done: t('done.received') }, then)
  }
  const act = declines ? decline : receive
  const missing = declines
    ? draft.reason.trim() === ''
      ? t('record.reasonMissing')
      : undefined
    : draft.receivedOn === ''
      ? t('form.dayWrong')
      : undefined
  return (
    <Form
      title={t('handover.receive')}
      submit={declines ? t('handover.decline') : t('handover.received')}
      sending={act.isPending}
      error={act.error}
      missing={missing}
      onSend={send}
      onClose={onClose}
    >
      {declines ? (
        <TextField
          size="small"
          label={t('record.reason')}
          value={draft.reason}
          onChange={({ target }) => change({ reason: target.value })}
          autoComplete="off"
        />
      ) : (
        <DayField label={t('handover.receivedOn')} value={draft.receivedOn} onChange={(receivedOn) => change({ receivedOn })} />
      )}
      <Button type="button" size="xsmall" variant="tertiary" onClick={() => setDeclines(!declines)}>
        {declines ? t('handover.insteadReceive') : t('handover.insteadDecline')}
      </Button>
    </Form>
  )
}
