import { Heading } from '@navikt/ds-react'
import { useTranslation } from 'react-i18next'
import { dayInWords } from '../languages.ts'
import type { PathwayRead } from './read.ts'
import type { WorkItem } from './use-work.ts'

/** The next step, why there is none, or what the pack proposes. */
export function StepLine({
  step,
  proposed,
}: {
  readonly step: WorkItem<'next-step'> | undefined
  readonly proposed: PathwayRead['proposedStep']
}) {
  const { t, i18n } = useTranslation()
  const said = (): string => {
    if (step?.state === 'planned')
      return t('step.planned', {
        what: step.body.what,
        owner:
          step.owner.role === null ? t('step.somebody') : t(`role.${step.owner.role}` as 'role.coder', { defaultValue: step.owner.role }),
        due: step.due === null ? '' : dayInWords(step.due),
      })
    if (step?.state === 'none') return t('step.noneBecause', { because: step.body.because })
    if (proposed) return t('step.couldBe', { what: proposed.text[i18n.language] ?? Object.values(proposed.text)[0] })
    return t('list.noStep')
  }
  return (
    <section aria-labelledby="step-title">
      <Heading level="3" size="xsmall" id="step-title">
        {t('column.step')}
      </Heading>
      <p className={step?.state === 'planned' ? '' : 'quiet'}>{said()}</p>
    </section>
  )
}
