import { Button, TextField } from '@navikt/ds-react'
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ask } from '../ask.ts'

/** Somebody who is there: of the house by number, a guest by name alone. */
export interface Present {
  readonly person: number | null
  readonly name: string
}

export const presentSaid = (all: readonly Present[]) => all.map(({ person, name }) => (person === null ? { name } : { person }))

interface Props {
  readonly org: number
  readonly pack: string
  readonly value: readonly Present[]
  readonly onChange: (value: readonly Present[]) => void
}

/** Who is there: the names of the house are offered, anybody else is a guest. Enter takes what is typed. */
export function PresentField({ org, pack, value, onChange }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const [typed, setTyped] = useState('')
  const { data: people = none } = useQuery({
    queryKey: ['colleagues', org, pack],
    queryFn: async ({ signal }) => (await ask('listColleagues', { query: { org, pack }, signal })).people,
    staleTime: 600_000,
  })
  const name = typed.trim()
  const isThere = (one: Present): boolean => value.some(({ person, name: other }) => person === one.person && other === one.name)
  const take = (): void => {
    if (name === '') return
    const offered = people.filter((one) => !isThere(one))
    const plain = name.toLowerCase()
    const found = offered.find((one) => one.name === name)
    // The beginning of one name, or of a word in it, is that name.
    const [only, ...others] = offered.filter((one) => ` ${one.name.toLowerCase()}`.includes(` ${plain}`))
    const one: Present = found ?? (only !== undefined && others.length === 0 ? only : { person: null, name })
    if (!isThere(one)) onChange([...value, one])
    setTyped('')
  }
  return (
    <div className="present">
      <div className="form-row">
        <TextField
          size="small"
          label={t('meeting.present')}
          description={t('meeting.presentHow')}
          value={typed}
          list={id}
          autoComplete="off"
          maxLength={200}
          onChange={({ target }) => setTyped(target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return
            event.preventDefault()
            take()
          }}
        />
        <Button type="button" size="small" variant="secondary" disabled={name === ''} onClick={take}>
          {t('meeting.presentAdd')}
        </Button>
        <datalist id={id}>
          {people
            .filter((one) => !isThere(one))
            .map(({ person, name: offered }) => (
              <option key={person} value={offered} />
            ))}
        </datalist>
      </div>
      <ul className="present-list plain" aria-label={t('meeting.present')}>
        {value.map((one) => (
          <li key={`${one.person} ${one.name}`}>
            {one.name}
            {one.person === null ? <span className="quiet"> {t('meeting.guest')}</span> : null}{' '}
            <Button
              type="button"
              size="xsmall"
              variant="tertiary"
              aria-label={t('meeting.presentRemove', { name: one.name })}
              onClick={() => onChange(value.filter((other) => other !== one))}
            >
              {t('meeting.remove')}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  )
}

const none: readonly never[] = []
