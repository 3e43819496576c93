import { Checkbox, TextField } from '@navikt/ds-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { askUntilThere } from '../ask.ts'
import { useDraft } from '../form/draft.ts'
import { Form } from '../form/form.tsx'
import { Panel } from '../form/panel.tsx'
import { undo } from '../undo.ts'
import { firstRole, RoleFields, roleSaid, usePlaces } from './role-fields.tsx'

interface Props {
  readonly onAdded: (person: number) => void
  readonly onClose: () => void
}

/** Somebody new, with a first role: without one they would be nobody's. */
export function AddPersonPanel({ onAdded, onClose }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const places = usePlaces()
  const { draft, change, drop } = useDraft('person', { ...firstRole, name: '', machine: false })
  const name = draft.name.trim()
  const adding = useMutation({
    networkMode: 'always',
    mutationFn: () => askUntilThere('addPerson', { body: { name, machine: draft.machine, ...roleSaid(draft, places) } }),
    onSuccess: async ({ person }) => {
      drop()
      undo.say(t('people.added', { name }))
      await client.invalidateQueries({ queryKey: ['people'] })
      onAdded(person)
    },
  })
  return (
    <Panel id="add-title" title={t('people.add')} onClose={onClose}>
      <Form
        title={t('people.add')}
        submit={t('people.add')}
        sending={adding.isPending}
        error={adding.error}
        missing={name === '' ? t('people.nameMissing') : undefined}
        onSend={() => adding.mutate()}
        onClose={onClose}
      >
        <TextField
          size="small"
          label={t('people.name')}
          value={draft.name}
          maxLength={200}
          autoComplete="off"
          onChange={({ target }) => change({ name: target.value })}
        />
        <RoleFields value={draft} onChange={change} />
        <Checkbox size="small" checked={draft.machine} onChange={({ target }) => change({ machine: target.checked })}>
          {t('people.isMachine')}
        </Checkbox>
        <p className="quiet">{t('people.addHow')}</p>
      </Form>
    </Panel>
  )
}
