import { Button, Checkbox, Heading, Select, Textarea } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Answer, ask } from '../ask.ts'
import { useDraft } from '../form/draft.ts'
import { Form } from '../form/form.tsx'
import { type About, useAct } from '../form/use-act.ts'
import { useSession } from '../session.tsx'
import type { WorkItem } from './use-work.ts'

type Passed = Answer<'listPassedLimits'>['passed'][number]
type Reason = Answer<'listPassedLimits'>['reasons'][number]

/** Limits that were passed: where the time went, and what was said of it. */
export function PassedLimits({ about, version }: { readonly about: About; readonly version: number }) {
  const { t } = useTranslation()
  const { may, packs } = useSession()
  const intervals = packs.find(({ id }) => id === about.pack)?.intervals
  const [explaining, setExplaining] = useState<string>()
  const { data } = useQuery({
    queryKey: ['pathway', about.pathway, 'passed', version],
    queryFn: ({ signal }) => ask('listPassedLimits', { params: { pathway: about.pathway }, signal }),
  })
  if (data === undefined || data.passed.length === 0) return null
  return (
    <section aria-labelledby="passed-title">
      <Heading level="3" size="xsmall" id="passed-title">
        {t('passed.title')}
      </Heading>
      {data.passed.map((one) => (
        <div key={one.interval} className="passed">
          <p>
            <b>{intervals?.find(({ id }) => id === one.interval)?.name ?? one.name}</b>{' '}
            {t('passed.by', { over: one.over, limit: one.limit, day: one.limitDay ?? '' })}
          </p>
          <Segments passed={one} />
          <Said passed={one} />
          {may('work') && explaining !== one.interval ? (
            <Button size="xsmall" variant="secondary" onClick={() => setExplaining(one.interval)}>
              {one.record?.state === 'explained' ? t('passed.again') : t('passed.explain')}
            </Button>
          ) : null}
          {explaining === one.interval ? (
            <ExplainForm about={about} passed={one} reasons={data.reasons} onClose={() => setExplaining(undefined)} />
          ) : null}
        </div>
      ))}
    </section>
  )
}

/** Where the days went, longest part marked; they sum to the whole. */
function Segments({ passed }: { readonly passed: Passed }) {
  const { t } = useTranslation()
  const { nameOf } = useSession()
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{t('passed.segment')}</th>
          <th scope="col">{t('column.place')}</th>
          <th scope="col" className="number">
            {t('passed.days')}
          </th>
        </tr>
      </thead>
      <tbody>
        {passed.segments.map((segment, nth) => (
          <tr key={`${segment.from.code} ${segment.from.on}`} className={nth === passed.longest ? 'longest' : ''}>
            <td>
              {segment.from.name} → {segment.to?.name ?? t('passed.today')}{' '}
              <span className="quiet">{`${segment.from.on} – ${segment.to?.on ?? ''}`}</span>
            </td>
            <td>{segment.place === null ? '' : nameOf(segment.place)}</td>
            <td className="number">{segment.length}</td>
          </tr>
        ))}
        <tr>
          <th scope="row" colSpan={2}>
            {t('passed.sum')}
          </th>
          <td className="number">{passed.total}</td>
        </tr>
      </tbody>
    </table>
  )
}

function Said({ passed }: { readonly passed: Passed }) {
  const { t } = useTranslation()
  const record = passed.record?.kind === 'overrun' && passed.record.state === 'explained' ? passed.record : undefined
  if (!record) return null
  const { words, reason, avoidable, patientInitiated, text } = record.body
  return (
    <p className="said answer">
      {[words ?? reason, avoidable ? t(`passed.avoidable.${avoidable}`) : '', patientInitiated ? t('passed.byPatient') : '', text]
        .filter(Boolean)
        .join('. ')}
    </p>
  )
}

interface ExplainProps {
  readonly about: About
  readonly passed: Passed
  readonly reasons: readonly Reason[]
  readonly onClose: () => void
}

function ExplainForm({ about, passed, reasons, onClose }: ExplainProps) {
  const { t, i18n } = useTranslation()
  const record = passed.record as WorkItem<'overrun'> | null // its kind, as the route says
  const { draft, change, drop } = useDraft(`${about.pathway} explain ${passed.interval}`, {
    reason: record?.body.reason ?? '',
    avoidable: (record?.body.avoidable ?? 'unknown') as 'yes' | 'no' | 'unknown',
    patientInitiated: record?.body.patientInitiated ?? false,
    text: record?.body.text ?? '',
  })
  const first = useAct('recordPassedLimit', about)
  const again = useAct('explainPassedLimit', about)
  const act = record === null ? first : again
  const then = {
    onSuccess: () => {
      drop()
      onClose()
    },
  }
  const explanation = {
    avoidable: draft.avoidable,
    patientInitiated: draft.patientInitiated,
    ...(draft.reason === '' ? {} : { reason: draft.reason }),
    ...(draft.text.trim() === '' ? {} : { text: draft.text.trim() }),
  }
  const send = (): void => {
    const key = crypto.randomUUID()
    if (record === null)
      first.mutate(
        {
          asking: { params: { pathway: about.pathway }, body: { key, interval: passed.interval, explanation } },
          done: t('done.explained'),
        },
        then,
      )
    else
      again.mutate(
        { asking: { params: { work: record.work }, body: { key, ...explanation }, ifMatch: record.version }, done: t('done.explained') },
        then,
      )
  }
  return (
    <Form
      title={t('passed.explain')}
      submit={t('passed.submit')}
      sending={act.isPending}
      error={act.error}
      missing={draft.reason === '' && draft.text.trim() === '' ? t('passed.missing') : undefined}
      onSend={send}
      onClose={onClose}
    >
      <div className="form-row">
        <Select size="small" label={t('passed.reason')} value={draft.reason} onChange={({ target }) => change({ reason: target.value })}>
          <option value="">{t('passed.noneOfThese')}</option>
          {reasons
            .filter(({ intervals }) => intervals === null || intervals.includes(passed.interval))
            .map((reason) => (
              <option key={reason.id} value={reason.id}>
                {reason.texts[i18n.language] ?? reason.text}
              </option>
            ))}
        </Select>
        <Select
          size="small"
          label={t('passed.couldBeAvoided')}
          value={draft.avoidable}
          onChange={({ target }) => change({ avoidable: target.value as typeof draft.avoidable })}
        >
          {(['unknown', 'yes', 'no'] as const).map((answer) => (
            <option key={answer} value={answer}>
              {t(`passed.answer.${answer}`)}
            </option>
          ))}
        </Select>
      </div>
      <Checkbox size="small" checked={draft.patientInitiated} onChange={({ target }) => change({ patientInitiated: target.checked })}>
        {t('passed.byPatient')}
      </Checkbox>
      <Textarea
        size="small"
        minRows={1}
        label={t('passed.text')}
        value={draft.text}
        onChange={({ target }) => change({ text: target.value })}
      />
    </Form>
  )
}
