import { Button, Textarea, TextField } from '@navikt/ds-react'
import { type RefObject, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { useAwaySince } from '../connection.ts'
import { Refusal } from '../form/refusal.tsx'
import { shownKeyOf } from '../keys/use-keys.ts'
import type { OutcomeSaver } from './outcome-saver.ts'
import { useOutcome } from './use-meeting.ts'

interface Props {
  readonly saver: OutcomeSaver
  readonly readOnly: boolean
  readonly box: RefObject<HTMLTextAreaElement | null>
}

/** What is asked of the meeting, and what comes of it: saved as it is typed. */
export function OutcomeField({ saver, readOnly, box }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const away = useAwaySince()
  const { typed, standing, error, theirs } = useOutcome(saver)
  const said =
    theirs !== undefined
      ? t('outcome.two')
      : standing === 'sending' && away !== undefined
        ? t('outcome.waiting')
        : standing === 'refused'
          ? t('outcome.refused')
          : t(standing === 'saved' ? 'outcome.saved' : 'outcome.saving')
  const choose = (how: () => void): void => {
    how()
    box.current?.focus()
  }
  return (
    <div className="outcome">
      <TextField
        size="small"
        label={t('outcome.question')}
        value={typed.question}
        maxLength={2000}
        readOnly={readOnly}
        autoComplete="off"
        onChange={({ target }) => saver.type({ question: target.value })}
      />
      <Textarea
        ref={box}
        size="small"
        minRows={5}
        label={t('outcome.outcome')}
        description={t('outcome.how', { write: shownKeyOf('writeOutcome'), next: shownKeyOf('send') })}
        value={typed.outcome}
        readOnly={readOnly}
        aria-describedby={id}
        onChange={({ target }) => saver.type({ outcome: target.value })}
      />
      <p id={id} className="quiet outcome-standing" role="status" data-standing={theirs === undefined ? standing : 'two'}>
        {said}
      </p>
      {standing === 'refused' && error !== undefined ? <Refusal error={error} /> : null}
      {theirs === undefined ? null : (
        <div role="alert" className="meanwhile">
          <p>{t('outcome.theirs')}</p>
          {theirs.question === typed.question.trim() ? null : <p>{theirs.question}</p>}
          <blockquote className="said">{theirs.outcome === '' ? t('minutes.nothing') : theirs.outcome}</blockquote>
          <Button type="button" size="xsmall" variant="secondary" onClick={() => choose(saver.keepMine)}>
            {t('outcome.keepMine')}
          </Button>{' '}
          <Button type="button" size="xsmall" variant="secondary" onClick={() => choose(saver.takeTheirs)}>
            {t('outcome.takeTheirs')}
          </Button>
        </div>
      )}
    </div>
  )
}
