import { Button, Checkbox, CheckboxGroup, Select, Textarea, TextField } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Recordable } from '../../core/door/recordable.ts'
import { standings } from '../../core/ledger/entry.ts'
import { dayText } from '../../core/words/day.ts'
import { Away, ask, Refused } from '../ask.ts'
import { DayField, today } from '../form/day-field.tsx'
import { useDraft } from '../form/draft.ts'
import { Form } from '../form/form.tsx'
import { type About, useAct } from '../form/use-act.ts'
import { CodeChoice } from './code-choice.tsx'
import type { EntryRead } from './read.ts'

interface Props {
  readonly about: About
  readonly version: number
  /** What stands there now; what comes while somebody writes is shown before anything is sent. */
  readonly entries: readonly EntryRead[]
  /** The entry that is corrected; none: a new one. */
  readonly corrects?: EntryRead | undefined
  /** What a proposal or a duty says of it already. */
  readonly begins?: { readonly code?: string; readonly occurred?: string }
  readonly onClose: () => void
}

interface Draft {
  readonly code: string
  readonly occurred: string
  readonly standing: (typeof standings)[number]
  readonly decider: string
  readonly onBehalfOf: string
  readonly reason: string
  readonly passing: readonly string[]
}

/**
 * Records a code, or corrects one. The pack says which codes may come, what each is for and what speaks against it, while there is still a choice; nothing
 * is recorded before it is sent.
 */
export function RecordForm({ about, version, entries, corrects, begins, onClose }: Props) {
  const { t } = useTranslation()
  const {
    draft,
    change: keep,
    drop,
  } = useDraft<Draft>(`${about.pathway} ${corrects === undefined ? 'record' : `correct ${corrects.entry}`}`, {
    code: corrects?.code ?? begins?.code ?? '',
    occurred: corrects?.occurred ?? begins?.occurred ?? dayText(today()),
    standing: 'sure',
    decider: corrects?.decider ?? '',
    onBehalfOf: corrects?.onBehalfOf ?? '',
    reason: '',
    passing: [],
  })
  // What was there when somebody began to write; until then the form is about what stands there now.
  const [begun, setBegun] = useState<{ readonly version: number; readonly entries: readonly EntryRead[] }>()
  const seen = begun ?? { version, entries }
  const change = (to: Partial<Draft>): void => {
    if (begun === undefined) setBegun({ version, entries })
    keep(to)
  }
  const { data } = useQuery({
    queryKey: ['choices', about.pathway, version],
    queryFn: ({ signal }) => ask('listChoices', { params: { pathway: about.pathway }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const choices = (data?.choices ?? none) as readonly Recordable[] // as the door lists them
  const chosen = choices.find(({ code }) => code === draft.code)
  const known = chosen !== undefined || corrects?.code === draft.code
  const body = useMemo(
    () => ({
      code: draft.code,
      occurred: draft.occurred,
      standing: draft.standing,
      passing: [...draft.passing],
      ...(draft.decider === '' ? {} : { decider: draft.decider }),
      ...(draft.onBehalfOf.trim() === '' ? {} : { onBehalfOf: draft.onBehalfOf.trim() }),
      ...(draft.reason.trim() === '' ? {} : { reason: draft.reason.trim() }),
      ...(corrects?.evidence === undefined || corrects.evidence.length === 0 ? {} : { evidence: corrects.evidence as never[] }), // as it was read
    }),
    [draft, corrects],
  )
  const ready = known && draft.occurred !== ''
  const check = useChecked(about.pathway, version, ready && corrects === undefined ? body : undefined)
  const record = useAct('recordEntry', about)
  const correct = useAct('correctEntry', about)
  const act = corrects === undefined ? record : correct
  const left = useRef(false)
  useEffect(() => () => void (left.current = true), [])

  const send = (): void => {
    const key = crypto.randomUUID()
    const then = {
      onSuccess: () => {
        drop()
        if (!left.current) onClose()
      },
    }
    if (corrects !== undefined) {
      correct.mutate(
        {
          asking: { params: { pathway: about.pathway, entry: numberOf(corrects.entry) }, body: { key, ...body }, ifMatch: seen.version },
          done: t('done.corrected', { code: draft.code }),
        },
        then,
      )
      return
    }
    record.mutate(
      {
        asking: { params: { pathway: about.pathway }, body: { key, ...body }, ifMatch: seen.version },
        done: t('done.recorded', { code: draft.code }),
        undo: ({ entry, version: now }) =>
          ask('withdrawEntry', {
            params: { pathway: about.pathway, entry: numberOf(entry) },
            body: { key: crypto.randomUUID(), reason: t('undo.reason') },
            ifMatch: now,
          }),
      },
      then,
    )
  }
  // A warning that is sent without being passed comes back as a refusal that names it: it is shown to be passed here.
  const refused =
    act.error instanceof Refused ? act.error.issues.flatMap(({ id, message }) => (id === undefined ? [] : [{ id, message }])) : []
  const warnings = [...(check?.warnings ?? []).map(({ id, message }) => ({ id: id ?? '', message })), ...refused].filter(
    ({ id }, nth, all) => all.findIndex((other) => other.id === id) === nth,
  )
  const stops = check?.refusals ?? []
  const open = warnings.filter(({ id }) => !draft.passing.includes(id))
  const missing =
    seen.version !== version
      ? t('record.lookFirst')
      : !ready
        ? t('record.missing')
        : stops.length > 0
          ? t('record.stopped')
          : corrects !== undefined && draft.reason.trim() === ''
            ? t('record.reasonMissing')
            : open.length > 0
              ? t('record.passFirst')
              : undefined
  const deciders = [...new Set(chosen?.marks.flatMap(({ decides }) => decides) ?? [])]
  return (
    <Form
      title={corrects === undefined ? t('record.title') : t('record.correct', { code: corrects.code, day: corrects.occurred })}
      submit={corrects === undefined ? t('record.submit') : t('record.submitCorrection')}
      sending={act.isPending}
      error={refused.length > 0 ? undefined : act.error}
      missing={missing}
      onSend={send}
      onClose={onClose}
    >
      {seen.version === version ? null : (
        <ChangedMeanwhile before={seen.entries} now={entries} onSeen={() => setBegun({ version, entries })} />
      )}
      <CodeChoice choices={choices} value={draft.code} onChange={(code) => change({ code, passing: [] })} />
      <div className="form-row">
        <DayField label={t('record.day')} value={draft.occurred} onChange={(occurred) => change({ occurred, passing: [] })} />
        <Select
          size="small"
          label={t('record.standing')}
          value={draft.standing}
          onChange={({ target }) => change({ standing: target.value as Draft['standing'], passing: [] })}
        >
          {standings.map((standing) => (
            <option key={standing} value={standing}>
              {t(`standing.${standing}`)}
            </option>
          ))}
        </Select>
        {chosen?.needsDecider || deciders.length > 0 ? (
          <Select
            size="small"
            label={t('record.decider')}
            value={draft.decider}
            onChange={({ target }) => change({ decider: target.value })}
          >
            <option value="">{chosen?.needsDecider ? t('record.choose') : t('record.self')}</option>
            {deciders.map((role) => (
              <option key={role} value={role}>
                {t(`role.${role}` as 'role.coder', { defaultValue: role })}
              </option>
            ))}
          </Select>
        ) : null}
        {draft.decider === '' ? null : (
          <TextField
            size="small"
            label={t('record.onBehalfOf')}
            value={draft.onBehalfOf}
            onChange={({ target }) => change({ onBehalfOf: target.value })}
          />
        )}
      </div>
      {corrects === undefined && draft.standing !== 'let-stand' ? null : (
        <Textarea
          size="small"
          minRows={1}
          label={t('record.reason')}
          value={draft.reason}
          onChange={({ target }) => change({ reason: target.value })}
        />
      )}
      {stops.map(({ message, source }) => (
        <p key={message} className="stop">
          <strong>{t('record.stop')}</strong> {message} {source === undefined ? null : <span className="quiet">{source}</span>}
        </p>
      ))}
      {warnings.length === 0 ? null : (
        <CheckboxGroup
          size="small"
          legend={t('record.pass')}
          value={[...draft.passing]}
          onChange={(passing: string[]) => change({ passing })}
        >
          {warnings.map(({ id, message }) => (
            <Checkbox key={id} value={id}>
              {message}
            </Checkbox>
          ))}
        </CheckboxGroup>
      )}
    </Form>
  )
}

/** Somebody else was here while this was written: both are shown, and it is decided again. Nothing that was typed is lost. */
function ChangedMeanwhile({
  before,
  now,
  onSeen,
}: {
  readonly before: readonly EntryRead[]
  readonly now: readonly EntryRead[]
  readonly onSeen: () => void
}) {
  const { t } = useTranslation()
  const known = new Map(before.map((entry) => [entry.entry, entry.superseded]))
  const news = now.filter((entry) => !known.has(entry.entry) || known.get(entry.entry) !== entry.superseded)
  return (
    <div role="alert" className="meanwhile">
      <p>{news.length === 0 ? t('record.saidMeanwhile') : t('record.changedMeanwhile')}</p>
      <ul>
        {news.map((entry) => (
          <li key={entry.entry}>
            {t(entry.superseded === null ? 'record.isNew' : 'record.isGone', {
              code: entry.code,
              day: entry.occurred,
              role: t(`role.${entry.recorder}` as 'role.coder', { defaultValue: entry.recorder }),
            })}
          </li>
        ))}
      </ul>
      <Button type="button" size="xsmall" variant="secondary" onClick={onSeen}>
        {t('record.goOn')}
      </Button>
    </div>
  )
}

const none: readonly never[] = []
export const numberOf = (ref: string): number => Number(ref.split('-')[1])

/** What the door would say, asked while somebody is typing, a moment after they stop. */
function useChecked(pathway: string, version: number, body: object | undefined) {
  const text = body === undefined ? undefined : JSON.stringify({ ...body, passing: [] })
  const [asked, setAsked] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), 250)
    return () => clearTimeout(timer)
  }, [text])
  const { data } = useQuery({
    queryKey: ['check', pathway, version, asked],
    enabled: asked !== undefined,
    queryFn: ({ signal }) => ask('checkEntry', { params: { pathway }, body: JSON.parse(asked ?? '{}'), signal }),
    retry: (_, error) => error instanceof Away,
    placeholderData: (before) => (asked === undefined ? undefined : before),
  })
  return data
}
