import { Button, Heading, Radio, RadioGroup, Textarea } from '@navikt/ds-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Answer, ask } from '../ask.ts'
import { useDraft } from '../form/draft.ts'
import { Form } from '../form/form.tsx'
import { Panel } from '../form/panel.tsx'
import { Refusal } from '../form/refusal.tsx'
import { momentShort } from '../languages.ts'
import { Slow } from '../list/slow.tsx'
import { undo } from '../undo.ts'
import { useGlass } from './use-log.ts'

type Review = Answer<'listGlassReviews'>['reviews'][number]

interface Props {
  readonly onOnly: (pathway: string, person: number) => void
  readonly onClose: () => void
}

/** Emergency access: what waits for a review, with the reason that was given and what was looked at, and what has been reviewed. */
export function GlassPanel({ onOnly, onClose }: Props) {
  const { t } = useTranslation()
  const [waiting, reviewed] = [useGlass('waiting'), useGlass('reviewed')]
  const [reviewing, setReviewing] = useState<string>()
  const head = useRef<HTMLHeadingElement>(null)
  useEffect(() => head.current?.focus(), [])
  const error = waiting.error ?? reviewed.error
  return (
    <Panel id="glass-title" title={t('log.glass')} onClose={onClose} head={head}>
      {error ? <Refusal error={error} /> : null}
      {waiting.isPending ? <Slow>{t('list.reading')}</Slow> : null}
      <section aria-labelledby="glass-waiting">
        <Heading level="3" size="xsmall" id="glass-waiting" tabIndex={-1}>
          {t('log.glassWaiting')}
        </Heading>
        {waiting.data?.length === 0 ? <p className="quiet">{t('log.glassNone')}</p> : null}
        <ul className="plain glass">
          {waiting.data?.map((review) => (
            <li key={review.work}>
              <Told review={review} />
              {reviewing === review.work ? (
                <ReviewForm review={review} onClose={() => setReviewing(undefined)} />
              ) : (
                <p className="acts">
                  <Button size="xsmall" onClick={() => setReviewing(review.work)}>
                    {t('log.glassReview')}
                  </Button>
                  <Button size="xsmall" variant="tertiary" onClick={() => onOnly(review.pathway, review.person)}>
                    {t('log.glassSee')}
                  </Button>
                </p>
              )}
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="glass-done">
        <Heading level="3" size="xsmall" id="glass-done">
          {t('log.glassDone')}
        </Heading>
        {reviewed.data?.length === 0 ? <p className="quiet">{t('log.glassDoneNone')}</p> : null}
        <ul className="plain glass">
          {reviewed.data?.map((review) => (
            <li key={review.work}>
              <Told review={review} />
              <p>
                <b>{review.finding === null ? null : t(`log.finding.${review.finding as 'justified'}`, { defaultValue: '' })}</b>{' '}
                <span className="said">{review.note}</span>
              </p>
            </li>
          ))}
        </ul>
      </section>
    </Panel>
  )
}

function Told({ review: { name, pathway, opened, until, reason, looks } }: { readonly review: Review }) {
  const { t } = useTranslation()
  return (
    <>
      <p>{t('log.glassOpened', { name, pathway, from: momentShort(opened), until: momentShort(until) })}</p>
      <p className="said">{t('log.glassReason', { reason })}</p>
      <p className="quiet">{t('log.glassLooks', { count: looks })}</p>
    </>
  )
}

function ReviewForm({ review, onClose }: { readonly review: Review; readonly onClose: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { draft, change, drop } = useDraft(`glass ${review.work}`, { finding: '', note: '' })
  const { finding, note } = draft
  const filing = useMutation({
    networkMode: 'always',
    mutationFn: () => ask('reviewGlass', { params: { work: review.work }, body: { finding: finding as 'justified', note: note.trim() } }), // one of the two, or it is not sent
    onSuccess: async () => {
      drop()
      undo.say(t('log.reviewed'))
      await client.invalidateQueries({ queryKey: ['glass'] })
      document.getElementById('glass-waiting')?.focus()
    },
  })
  return (
    <Form
      title={t('log.glassTitle')}
      submit={t('log.glassSend')}
      sending={filing.isPending}
      error={filing.error}
      missing={finding === '' || note.trim() === '' ? t('log.glassMissing') : undefined}
      onSend={() => filing.mutate()}
      onClose={onClose}
    >
      <RadioGroup
        size="small"
        legend={t('log.glassTitle')}
        hideLegend
        value={finding}
        onChange={(value: string) => change({ finding: value })}
      >
        <Radio value="justified">{t('log.finding.justified')}</Radio>
        <Radio value="not-justified">{t('log.finding.not-justified')}</Radio>
      </RadioGroup>
      <Textarea
        size="small"
        minRows={2}
        maxLength={1000}
        label={t('log.glassNote')}
        value={note}
        onChange={({ target }) => change({ note: target.value })}
      />
    </Form>
  )
}
