import { Button, Heading } from '@navikt/ds-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { About } from '../form/use-act.ts'
import { dayInWords, momentShort } from '../languages.ts'
import { useSession } from '../session.tsx'
import { AnswerForm, ProposalForm } from './answer-form.tsx'
import { ReceiveForm } from './handover-form.tsx'
import type { AnyWork } from './use-work.ts'

/** What was said and asked about a pathway, newest first, what waits for somebody on top. */
export function WorkSection({
  about,
  items,
  focused,
}: {
  readonly about: About
  readonly items: readonly AnyWork[]
  readonly focused?: string | undefined
}) {
  const { t } = useTranslation()
  const shown = items.filter(({ kind }) => kind !== 'next-step')
  return (
    <section aria-labelledby="work-title">
      <Heading level="3" size="xsmall" id="work-title">
        {t('work.title')}
      </Heading>
      {shown.length === 0 ? <p className="quiet">{t('work.nothing')}</p> : null}
      <ul className="plain work">
        {shown.map((item) => (
          <WorkLine key={item.work} about={about} item={item} begins={focused === item.work} />
        ))}
      </ul>
    </section>
  )
}

export function WorkLine({ about, item, begins = false }: { readonly about: About; readonly item: AnyWork; readonly begins?: boolean }) {
  const { t } = useTranslation()
  const { may, nameOf } = useSession()
  const [answering, setAnswering] = useState(begins)
  const words = wordsOf(item)
  const said =
    item.kind === 'handover'
      ? t('work.handover', { from: nameOf(item.body.from), to: nameOf(item.body.to), asks: item.body.asks })
      : words.said
  const owner = item.owner.role === null ? null : t(`role.${item.owner.role}` as 'role.coder', { defaultValue: item.owner.role })
  const canAnswer = item.open && may('answer') && ['query', 'escalation', 'proposal', 'handover'].includes(item.kind)
  return (
    <li data-open={item.open}>
      <div className="work-head">
        <b>{t(`work.kind.${item.kind}` as 'work.kind.note', { defaultValue: item.kind })}</b>{' '}
        <span>{t(`work.state.${item.state}` as 'work.state.asked', { defaultValue: item.state })}</span>
        {item.open && owner !== null ? <span>{t('work.waitsFor', { owner })}</span> : null}
        {item.open && item.due !== null ? <span>{t('work.until', { day: dayInWords(item.due) })}</span> : null}
        <span className="quiet">{momentShort(item.changed)}</span>
      </div>
      <p className="said">{said}</p>
      {words.answer === undefined ? null : <p className="said answer">{words.answer}</p>}
      {canAnswer && !answering ? (
        <Button size="xsmall" variant="secondary" onClick={() => setAnswering(true)}>
          {item.kind === 'proposal' ? t('proposal.decide') : t('answer.submit')}
        </Button>
      ) : null}
      {canAnswer && answering && (item.kind === 'query' || item.kind === 'escalation') ? (
        <AnswerForm about={about} item={item} onClose={() => setAnswering(false)} />
      ) : null}
      {canAnswer && answering && item.kind === 'handover' ? (
        <ReceiveForm about={about} item={item} onClose={() => setAnswering(false)} />
      ) : null}
      {canAnswer && answering && item.kind === 'proposal' ? (
        <ProposalForm about={about} item={item} onClose={() => setAnswering(false)} />
      ) : null}
    </li>
  )
}

/** What a piece of work says, and what was answered. */
export function wordsOf(item: AnyWork): { readonly said: string; readonly answer?: string } {
  const answered = (body: { readonly answer?: string | null | undefined; readonly choice?: string | null | undefined }) => {
    const answer = [body.choice, body.answer].filter(Boolean).join(': ')
    return answer === '' ? {} : { answer }
  }
  switch (item.kind) {
    case 'note':
      return { said: item.body.text }
    case 'query':
      return { said: item.body.question, ...answered(item.body) }
    case 'escalation':
      return { said: item.body.sentence, ...answered(item.body) }
    case 'proposal':
      return {
        said: `${item.body.code} ${item.body.occurred}: ${item.body.because}`,
        ...(item.body.words ? { answer: item.body.words } : {}),
      }
    case 'handover':
      return { said: item.body.asks, ...(item.body.because ? { answer: item.body.because } : {}) }
    case 'overrun':
      return { said: [item.body.words ?? item.body.reason, item.body.text].filter(Boolean).join('. ') }
    case 'discussion':
      return { said: item.body.question ?? '', ...(item.body.outcome ? { answer: item.body.outcome } : {}) }
    case 'next-step':
      return { said: item.body.what ?? item.body.because ?? '', ...(item.body.outcome ? { answer: item.body.outcome } : {}) }
    default:
      return { said: '' }
  }
}
