import { Button, Chips, Search, Select } from '@navikt/ds-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ListGroup, type ListSort, listGroups, listSorts } from '../../core/work/listing.ts'
import { riskStates } from '../../core/work/risk-state.ts'
import { shownKeyOf, useKeys } from '../keys/use-keys.ts'
import { type PackTold, useSession } from '../session.tsx'
import { cleared } from './cleared.ts'
import { isFiltered, type ListSearch } from './search.ts'
import type { ListRow } from './use-list.ts'
import type { ViewTold } from './use-views.ts'
import { ViewsMenu } from './views-menu.tsx'

interface Props {
  readonly search: ListSearch
  readonly change: (to: Partial<ListSearch>) => void
  readonly rows: readonly ListRow[]
  readonly packs: readonly PackTold[]
  readonly showView: (view: ViewTold) => void
  readonly manageViews: () => void
}

const toggled = <T,>(all: readonly T[] | undefined, one: T): readonly T[] | undefined => {
  const next = all?.includes(one) ? all.filter((item) => item !== one) : [...(all ?? []), one]
  return next.length === 0 ? undefined : next
}

/** What the list is narrowed, ordered and grouped by. All of it stands in the address. */
export function FilterBar({ search, change, rows, packs, showView, manageViews }: Props) {
  const { t } = useTranslation()
  const { nameOf, organisations, me } = useSession()
  const box = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(search.text ?? '')
  useEffect(() => setText(search.text ?? ''), [search.text])
  useKeys({ filter: () => box.current?.focus() })

  const there = useMemo(() => {
    const counts = Map.groupBy(rows, (row) => row.risk.state)
    return {
      states: riskStates.flatMap((state) => (counts.has(state) ? [{ state, count: counts.get(state)?.length ?? 0 }] : [])),
      variants: [...new Set(rows.map((row) => row.variant))],
      orgs: [...new Set(rows.map((row) => row.org))].toSorted((a, b) => a - b),
      owners: [...new Set(rows.flatMap((row) => row.nextStep?.owner ?? []))].toSorted(),
    }
  }, [rows])
  const variantName = (id: string): string => packs.flatMap(({ variants }) => variants).find((variant) => variant.id === id)?.name ?? id
  const ownerName = (owner: string): string => t(`role.${owner}` as 'role.coder', { defaultValue: owner })
  const above = useMemo(() => {
    const mine = new Set(me.may.see ?? [])
    return [...organisations.values()].filter(({ ledger }) => mine.has(ledger))
  }, [organisations, me])

  return (
    <div className="filters" role="search" aria-label={t('filter.title')}>
      <form onSubmit={(event) => event.preventDefault()} className="filter-text">
        <Search
          ref={box}
          size="small"
          variant="simple"
          label={t('filter.text', { key: shownKeyOf('filter') })}
          placeholder={t('filter.text', { key: shownKeyOf('filter') })}
          hideLabel
          value={text}
          onChange={(value) => {
            setText(value)
            change({ text: value === '' ? undefined : value })
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' && event.key !== 'Escape') return
            event.preventDefault()
            event.stopPropagation()
            document.querySelector<HTMLElement>('[role="grid"]')?.focus()
          }}
        />
      </form>
      <Chips size="small" className="filter-states" aria-label={t('filter.states')}>
        {there.states.map(({ state, count }) => (
          <Chips.Toggle
            key={state}
            checkmark={false}
            selected={search.states?.includes(state) === true}
            onClick={() => change({ states: toggled(search.states, state) })}
          >
            {`${t(`risk.${state}`)} ${count}`}
          </Chips.Toggle>
        ))}
        <Chips.Toggle
          checkmark={false}
          selected={search.withoutStep === true}
          onClick={() => change({ withoutStep: search.withoutStep ? undefined : true })}
        >
          {t('filter.withoutStep')}
        </Chips.Toggle>
        <Chips.Toggle checkmark={false} selected={search.asked === true} onClick={() => change({ asked: search.asked ? undefined : true })}>
          {t('filter.asked')}
        </Chips.Toggle>
        <Chips.Toggle
          checkmark={false}
          selected={search.escalated === true}
          onClick={() => change({ escalated: search.escalated ? undefined : true })}
        >
          {t('filter.escalated')}
        </Chips.Toggle>
        <Chips.Toggle
          checkmark={false}
          selected={search.changed === true}
          onClick={() => change({ changed: search.changed ? undefined : true })}
        >
          {t('filter.changed')}
        </Chips.Toggle>
      </Chips>
      <div className="filter-choices">
        {packs.length < 2 ? null : (
          <Choice
            label={t('filter.pack')}
            value={search.pack ?? ''}
            any={undefined}
            options={packs.map(({ id, title }) => [id, title])}
            onChange={(pack) => change({ ...cleared, pack, open: undefined })}
          />
        )}
        <Choice
          label={t('filter.org')}
          value={search.org === undefined ? '' : String(search.org)}
          any={t('filter.anyOrg')}
          options={above.map(({ org, name }) => [String(org), name])}
          onChange={(org) => change({ org: org === undefined ? undefined : Number(org) })}
        />
        <Choice
          label={t('filter.variant')}
          value={search.variants?.[0] ?? ''}
          any={t('filter.anyVariant')}
          options={there.variants.map((id): [string, string] => [id, variantName(id)]).toSorted(([, a], [, b]) => a.localeCompare(b))}
          onChange={(variant) => change({ variants: variant === undefined ? undefined : [variant] })}
        />
        <Choice
          label={t('filter.place')}
          value={search.orgs?.[0] === undefined ? '' : String(search.orgs[0])}
          any={t('filter.anyPlace')}
          options={there.orgs.map((org) => [String(org), nameOf(org)])}
          onChange={(org) => change({ orgs: org === undefined ? undefined : [Number(org)] })}
        />
        <Choice
          label={t('filter.owner')}
          value={search.owner ?? ''}
          any={t('filter.anyOwner')}
          options={there.owners.map((owner) => [owner, ownerName(owner)])}
          onChange={(owner) => change({ owner })}
        />
        <Choice
          label={t('filter.sort')}
          value={search.sort ?? 'urgency'}
          any={undefined}
          options={listSorts.map((sort) => [sort, t(`sort.${sort}`)])}
          onChange={(sort) => change({ sort: sort as ListSort, descending: undefined })}
        />
        <Choice
          label={t('filter.group')}
          value={search.group ?? 'none'}
          any={undefined}
          options={listGroups.map((group) => [group, t(`group.${group}`)])}
          onChange={(group) => change({ group: group as ListGroup })}
        />
        <ViewsMenu show={showView} manage={manageViews} />
        {isFiltered(search) ? (
          <Button size="xsmall" variant="tertiary" onClick={() => change(cleared)}>
            {t('list.clear')}
          </Button>
        ) : null}
      </div>
    </div>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly value: string
  /** What stands for no choice; undefined: there is always one. */
  readonly any: string | undefined
  readonly options: readonly (readonly [value: string, words: string])[]
  readonly onChange: (value: string | undefined) => void
}

function Choice({ label, value, any, options, onChange }: ChoiceProps) {
  return (
    <Select
      size="small"
      label={label}
      hideLabel
      value={value}
      title={label}
      onChange={({ target }) => onChange(target.value === '' ? undefined : target.value)}
    >
      {any === undefined ? null : <option value="">{any}</option>}
      {options.map(([id, words]) => (
        <option key={id} value={id}>
          {words}
        </option>
      ))}
    </Select>
  )
}
