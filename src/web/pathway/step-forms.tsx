import { Checkbox, Select, Textarea, TextField } from '@navikt/ds-react'
import { useTranslation } from 'react-i18next'
import { type Role, roles } from '../../core/rights/rights.ts'
import { addDays, dayText } from '../../core/words/day.ts'
import { ask } from '../ask.ts'
import { DayField, today } from '../form/day-field.tsx'
import { useDraft } from '../form/draft.ts'
import { Form } from '../form/form.tsx'
import { type About, useAct } from '../form/use-act.ts'
import { useSession } from '../session.tsx'
import type { PathwayRead } from './read.ts'
import type { WorkItem } from './use-work.ts'

interface StepDraft {
  readonly none: boolean
  readonly what: string
  readonly due: string
  readonly role: Role
  readonly books: string
  readonly because: string
  readonly outcome: string
}

interface FieldsProps {
  readonly draft: StepDraft
  readonly change: (to: Partial<StepDraft>) => void
  readonly pack: string
}

/** What comes next, whose it is and until when; or why nothing does. */
function StepFields({ draft, change, pack }: FieldsProps) {
  const { t } = useTranslation()
  const { packs } = useSession()
  const milestones = packs.find(({ id }) => id === pack)?.milestones ?? []
  return (
    <>
      {draft.none ? null : (
        <>
          <TextField
            size="small"
            label={t('step.what')}
            value={draft.what}
            onChange={({ target }) => change({ what: target.value })}
            autoComplete="off"
          />
          <div className="form-row">
            <DayField label={t('step.due')} value={draft.due} ahead={300} onChange={(due) => change({ due })} />
            <Select
              size="small"
              label={t('step.owner')}
              value={draft.role}
              onChange={({ target }) => change({ role: target.value as Role })}
            >
              {owners.map((role) => (
                <option key={role} value={role}>
                  {t(`role.${role}`)}
                </option>
              ))}
            </Select>
            <Select size="small" label={t('step.books')} value={draft.books} onChange={({ target }) => change({ books: target.value })}>
              <option value="">{t('step.booksNothing')}</option>
              {milestones.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </Select>
          </div>
        </>
      )}
      <Checkbox size="small" checked={draft.none} onChange={({ target }) => change({ none: target.checked })}>
        {t('step.none')}
      </Checkbox>
      {draft.none ? (
        <Textarea
          size="small"
          minRows={1}
          label={t('step.because')}
          value={draft.because}
          onChange={({ target }) => change({ because: target.value })}
        />
      ) : null}
    </>
  )
}

/** People who do things; whoever only counts or guards owns no step. */
const owners = roles.filter((role) => !['analyst', 'manager', 'data-protection-officer', 'administrator', 'machine'].includes(role))

const nextOf = (draft: StepDraft) =>
  draft.none
    ? { none: draft.because.trim() }
    : { what: draft.what.trim(), due: draft.due, role: draft.role, ...(draft.books === '' ? {} : { books: draft.books }) }
const isWhole = (draft: StepDraft): boolean => (draft.none ? draft.because.trim() !== '' : draft.what.trim() !== '' && draft.due !== '')

/** The draft of a step: as it stands, or as the pack proposes it. */
function useStepDraft(key: string, step: WorkItem<'next-step'> | undefined, proposed: PathwayRead['proposedStep']) {
  const { i18n } = useTranslation()
  const own = step?.state === 'planned' ? step : undefined
  return useDraft<StepDraft>(key, {
    none: false,
    what: own?.body.what ?? proposed?.text[i18n.language] ?? Object.values(proposed?.text ?? {})[0] ?? '',
    due: own?.due ?? proposed?.due ?? dayText(addDays(today(), 7)),
    role: (own?.owner.role ?? proposed?.owner ?? 'coordinator') as Role, // one of the roles, as the service says
    books: (own ? own.body.books : proposed?.books) ?? '',
    because: '',
    outcome: '',
  })
}

interface Props {
  readonly about: About
  readonly step: WorkItem<'next-step'> | undefined
  readonly proposed: PathwayRead['proposedStep']
  readonly onClose: () => void
}

/** Plans the next step, or changes the one there is. */
export function StepForm({ about, step, proposed, onClose }: Props) {
  const { t } = useTranslation()
  const { draft, change, drop } = useStepDraft(`${about.pathway} step`, step, proposed)
  const plan = useAct('planStep', about)
  const edit = useAct('editWork', about)
  const replaces = step?.state === 'planned' && !draft.none
  const act = replaces ? edit : plan
  const then = {
    onSuccess: () => {
      drop()
      onClose()
    },
  }
  const send = (): void => {
    const key = crypto.randomUUID()
    if (!replaces) {
      plan.mutate({ asking: { params: { pathway: about.pathway }, body: { key, next: nextOf(draft) } }, done: t('done.planned') }, then)
      return
    }
    const { what, due, role } = { ...draft, what: draft.what.trim() }
    edit.mutate(
      {
        asking: {
          params: { work: step.work },
          body: { key, what, due, role, books: draft.books === '' ? null : draft.books },
          ifMatch: step.version,
        },
        done: t('done.planned'),
      },
      then,
    )
  }
  return (
    <Form
      title={t('step.title')}
      submit={draft.none ? t('step.submitNone') : t('step.submit')}
      sending={act.isPending}
      error={act.error}
      missing={isWhole(draft) ? undefined : t('step.missing')}
      onSend={send}
      onClose={onClose}
    >
      {proposed && step?.state !== 'planned' ? (
        <p className="quiet">{t('step.proposed', { source: proposed.source ?? proposed.basis ?? '' })}</p>
      ) : null}
      <StepFields draft={draft} change={change} pack={about.pack} />
    </Form>
  )
}

/** The step is done: what came of it, and in the same gesture what comes next. */
export function FinishForm({ about, step, proposed, onClose }: Props & { readonly step: WorkItem<'next-step'> }) {
  const { t } = useTranslation()
  const { draft, change, drop } = useStepDraft(`${about.pathway} finish ${step.work}`, undefined, proposed)
  const finish = useAct('finishStep', about)
  const send = (): void =>
    finish.mutate(
      {
        asking: {
          params: { work: step.work },
          body: {
            key: crypto.randomUUID(),
            next: nextOf(draft),
            ...(draft.outcome.trim() === '' ? {} : { outcome: draft.outcome.trim() }),
          },
          ifMatch: step.version,
        },
        done: t('done.finished'),
        undo: ({ item }) =>
          ask('reopenWork', {
            params: { work: item.work },
            body: { key: crypto.randomUUID(), reason: t('undo.reason') },
            ifMatch: item.version,
          }),
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
      title={t('step.finish', { what: step.body.what })}
      submit={t('step.submitFinish')}
      sending={finish.isPending}
      error={finish.error}
      missing={isWhole(draft) ? undefined : t('step.missing')}
      onSend={send}
      onClose={onClose}
    >
      <TextField
        size="small"
        label={t('step.outcome')}
        value={draft.outcome}
        onChange={({ target }) => change({ outcome: target.value })}
        autoComplete="off"
      />
      <p className="quiet">{t('step.then')}</p>
      <StepFields draft={draft} change={change} pack={about.pack} />
    </Form>
  )
}
