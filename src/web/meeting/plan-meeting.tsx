import { Heading, Select, TextField } from '@navikt/ds-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { dayText } from '../../core/words/day.ts'
import { askUntilThere } from '../ask.ts'
import { DayField, today } from '../form/day-field.tsx'
import { useDraft } from '../form/draft.ts'
import { Form } from '../form/form.tsx'
import { Panel } from '../form/panel.tsx'
import type { ListRow } from '../list/use-list.ts'
import { type Organisation, useSession } from '../session.tsx'
import './meeting.css'
import { type Present, PresentField, presentSaid } from './present-field.tsx'

/** As many as the service takes on one agenda. */
const mostTopics = 200
const ledgerOf = ({ pathway }: ListRow): number => Number(pathway.split('-')[0])

interface Props {
  readonly pack: string
  /** What the list shows now, in its order. */
  readonly rows: readonly ListRow[]
  /** The organisation the list is narrowed to. */
  readonly org: number | undefined
  readonly onPlanned: (meeting: string) => void
  readonly onClose: () => void
}

/** What the list shows becomes the agenda of a meeting, in its order. */
export function PlanMeeting({ pack, rows, org, onPlanned, onClose }: Props) {
  const { t } = useTranslation()
  const { me, organisations } = useSession()
  const client = useQueryClient()
  const places = placesOf(rows, organisations, new Set(me.may.work ?? []))
  // A meeting is of one house: the one most of the list is in, unless it is narrowed to one.
  const usual = places.find((place) => place.org === org) ?? places[0]
  const { draft, change, drop } = useDraft('plan meeting', {
    name: t('meeting.usualName'),
    on: dayText(today()),
    org: 0,
    question: '',
    present: [{ person: me.person, name: me.name }] as readonly Present[],
    key: crypto.randomUUID() as string,
  })
  const place = places.find((one) => one.org === draft.org) ?? usual
  const here = rows.filter((row) => ledgerOf(row) === place?.ledger)
  const agenda = here.slice(0, mostTopics)
  const plan = useMutation({
    networkMode: 'always',
    mutationFn: () =>
      askUntilThere('planMeeting', {
        body: {
          key: draft.key,
          org: place?.org ?? 0,
          pack,
          name: draft.name.trim(),
          on: draft.on,
          agenda: agenda.map(({ pathway }) => ({
            pathway,
            ...(draft.question.trim() === '' ? {} : { question: draft.question.trim() }),
          })),
          present: presentSaid(draft.present),
        },
      }),
    onSuccess: (planned) => {
      drop()
      client.setQueryData(['meeting', planned.meeting], planned)
      void client.invalidateQueries({ queryKey: ['meetings'] })
      onPlanned(planned.meeting)
    },
  })
  const missing =
    place === undefined
      ? t('meeting.noPlace')
      : agenda.length === 0
        ? t('meeting.nobodyShown')
        : draft.name.trim() === '' || draft.on === ''
          ? t('meeting.planMissing')
          : undefined
  return (
    <Panel id="pathway-title" title={t('meeting.plan')} onClose={onClose}>
      <Form
        title={t('meeting.planWhat', { count: agenda.length })}
        submit={t('meeting.planSubmit')}
        sending={plan.isPending}
        error={plan.error}
        missing={missing}
        onSend={() => plan.mutate()}
        onClose={onClose}
      >
        <div className="form-row">
          <TextField
            size="small"
            label={t('meeting.name')}
            value={draft.name}
            maxLength={200}
            onChange={({ target }) => change({ name: target.value })}
            autoComplete="off"
          />
          <DayField label={t('meeting.on')} value={draft.on} ahead={300} onChange={(on) => change({ on })} />
        </div>
        <Select
          size="small"
          label={t('meeting.org')}
          value={String(place?.org ?? '')}
          onChange={({ target }) => change({ org: Number(target.value) })}
        >
          {places.map(({ org: number, name }) => (
            <option key={number} value={number}>
              {name}
            </option>
          ))}
        </Select>
        {rows.length > here.length ? <p className="quiet">{t('meeting.elsewhere', { count: rows.length - here.length })}</p> : null}
        {here.length > agenda.length ? <p className="quiet">{t('meeting.tooMany', { count: mostTopics })}</p> : null}
        <TextField
          size="small"
          label={t('meeting.questionForAll')}
          description={t('meeting.questionHow')}
          value={draft.question}
          maxLength={2000}
          onChange={({ target }) => change({ question: target.value })}
          autoComplete="off"
        />
        {place === undefined ? null : (
          <PresentField key={place.ledger} org={place.org} pack={pack} value={draft.present} onChange={(present) => change({ present })} />
        )}
        <section aria-label={t('meeting.agenda')}>
          <Heading level="4" size="xsmall">
            {t('meeting.agenda')}
          </Heading>
          <ol className="agenda-planned">
            {agenda.map((row) => (
              <li key={row.pathway}>
                {row.name ?? row.pathway} <span className="quiet">{t(`risk.${row.risk.state}`)}</span>
              </li>
            ))}
          </ol>
        </section>
      </Form>
    </Panel>
  )
}

/** Where such a meeting can be: places of the houses the list shows somebody of, those of whom it shows most first. */
function placesOf(
  rows: readonly ListRow[],
  organisations: ReadonlyMap<number, Organisation>,
  mayWork: ReadonlySet<number>,
): readonly Organisation[] {
  const counts = Map.groupBy(rows, ledgerOf)
  return [...organisations.values()]
    .filter(({ ledger }) => counts.has(ledger) && mayWork.has(ledger))
    .toSorted((a, b) => (counts.get(b.ledger)?.length ?? 0) - (counts.get(a.ledger)?.length ?? 0) || a.ledger - b.ledger || a.org - b.org)
}
