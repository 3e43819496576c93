import { Select, TextField } from '@navikt/ds-react'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { askUntilThere } from '../ask.ts'
import { DayField } from '../form/day-field.tsx'
import { useDraft } from '../form/draft.ts'
import { Form } from '../form/form.tsx'
import { Panel } from '../form/panel.tsx'
import { useSession } from '../session.tsx'

interface Props {
  readonly pack: string
  readonly onOpened: (pathway: string) => void
  readonly onClose: () => void
}

/** Somebody who is not here yet: who they are, and a pathway for them. What starts it is recorded next. */
export function NewPathway({ pack, onOpened, onClose }: Props) {
  const { t } = useTranslation()
  const { me, organisations } = useSession()
  const mine = new Set(me.may.record ?? [])
  const places = [...organisations.values()].filter(
    ({ ledger, kind }) => mine.has(ledger) && ['hospital', 'department', 'practice'].includes(kind),
  )
  // One key for each of the two acts, kept with the draft: sent again after a fall, they are still one patient and one pathway.
  const { draft, change, drop } = useDraft('new pathway', {
    name: '',
    nationalId: '',
    born: '',
    org: places[0]?.org ?? 0,
    patientKey: crypto.randomUUID() as string,
    pathwayKey: crypto.randomUUID() as string,
  })
  const open = useMutation({
    networkMode: 'always',
    mutationFn: async () => {
      const { patient } = await askUntilThere('registerPatient', {
        body: {
          key: draft.patientKey,
          org: draft.org,
          name: draft.name.trim(),
          ...(draft.nationalId.trim() === '' ? {} : { nationalId: draft.nationalId.trim() }),
          ...(draft.born === '' ? {} : { born: draft.born }),
        },
      })
      return askUntilThere('openPathway', { body: { key: draft.pathwayKey, org: draft.org, patient, pack } })
    },
    onSuccess: ({ pathway }) => {
      drop()
      onOpened(pathway)
    },
  })
  return (
    <Panel id="pathway-title" title={t('new.title')} onClose={onClose}>
      <Form
        title={t('new.who')}
        submit={t('new.submit')}
        sending={open.isPending}
        error={open.error}
        missing={draft.name.trim() === '' ? t('new.missing') : undefined}
        onSend={() => open.mutate()}
        onClose={onClose}
      >
        <div className="form-row">
          <TextField
            size="small"
            label={t('new.name')}
            value={draft.name}
            onChange={({ target }) => change({ name: target.value })}
            autoComplete="off"
          />
          <TextField
            size="small"
            label={t('new.nationalId')}
            value={draft.nationalId}
            onChange={({ target }) => change({ nationalId: target.value })}
            autoComplete="off"
          />
        </div>
        <div className="form-row">
          <DayField label={t('new.born')} value={draft.born} onChange={(born) => change({ born })} />
          <Select
            size="small"
            label={t('column.place')}
            value={String(draft.org)}
            onChange={({ target }) => change({ org: Number(target.value) })}
          >
            {places.map(({ org, name }) => (
              <option key={org} value={org}>
                {name}
              </option>
            ))}
          </Select>
        </div>
      </Form>
    </Panel>
  )
}
