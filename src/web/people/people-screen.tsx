import { Button, Heading, TextField } from '@navikt/ds-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import '../languages/house.ts'
import { ask } from '../ask.ts'
import { Refusal } from '../form/refusal.tsx'
import { shownKeyOf, useKeys } from '../keys/use-keys.ts'
import { Slow } from '../list/slow.tsx'
import { AddPersonPanel } from './add-person.tsx'
import { type PersonTold, useRoleWords } from './people.ts'
import { PersonPanel } from './person-panel.tsx'
import './people.css'

const route = getRouteApi('/people')

/** People with a role in the organisations one administers: who may do what, given and taken back here. */
export function PeopleScreen() {
  const { t } = useTranslation()
  const { open } = route.useSearch()
  const navigate = route.useNavigate()
  const roleWords = useRoleWords()
  const [text, setText] = useState('')
  const [cursor, setCursor] = useState(0)
  const box = useRef<HTMLInputElement>(null)
  const pages = useInfiniteQuery({
    queryKey: ['people'],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      ask('listPeople', { query: { limit: 5000, ...(pageParam === '' ? {} : { cursor: pageParam }) }, signal }),
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  const { hasNextPage, fetchNextPage, isFetching } = pages
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage()
  }, [hasNextPage, isFetching, fetchNextPage])
  const all: readonly PersonTold[] = pages.data?.pages.flatMap(({ people }) => people) ?? none
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const people = all
    .filter((one) => {
      const said = [one.name, ...one.roles.map(roleWords)].join(' ').toLowerCase()
      return words.every((word) => said.includes(word))
    })
    .toSorted((a, b) => Number(b.active) - Number(a.active) || a.name.localeCompare(b.name) || a.person - b.person)
  const at = Math.min(cursor, people.length - 1)
  const show = (to: string | undefined): void => void navigate({ search: to === undefined ? {} : { open: to } })
  // Who has just lost the last role is no longer listed, and stays open until the panel is closed.
  const [last, setLast] = useState<PersonTold>()
  const found = all.find(({ person }) => String(person) === open)
  if (found !== undefined && found !== last) setLast(found)
  const shown = found ?? (last !== undefined && String(last.person) === open ? { ...last, roles: [] } : undefined)
  const go = (to: number): void => setCursor(Math.max(0, Math.min(people.length - 1, to)))
  useKeys({
    down: () => go(at + 1),
    up: () => go(at - 1),
    pageDown: () => go(at + 20),
    pageUp: () => go(at - 20),
    first: () => go(0),
    last: () => go(people.length - 1),
    open: () => people[at] && show(String(people[at].person)),
    filter: () => box.current?.focus(),
    addPerson: () => show('new'),
    ...(open === undefined ? {} : { back: () => show(undefined) }),
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: where the cursor has gone, the row is brought into view
  useEffect(() => {
    document.querySelector('.people-rows [aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [at])
  return (
    <div className="desk" data-open={open === 'new' || shown !== undefined}>
      <section className="desk-list" aria-labelledby="people-title">
        <header className="list-head">
          <Heading level="1" size="small" id="people-title">
            {t('people.title')}
          </Heading>
          <span className="quiet" role="status">
            {pages.data === undefined ? '' : t('people.count', { count: people.length })}
          </span>
          <Button size="xsmall" variant="tertiary" className="plan-link" onClick={() => show('new')}>
            {t('people.addButton', { key: shownKeyOf('addPerson') })}
          </Button>
        </header>
        <div className="filters" role="search" aria-label={t('filter.title')}>
          <TextField
            ref={box}
            size="small"
            className="people-search"
            label={t('people.search', { key: shownKeyOf('filter') })}
            hideLabel
            placeholder={t('people.search', { key: shownKeyOf('filter') })}
            value={text}
            autoComplete="off"
            onChange={({ target }) => {
              setText(target.value)
              setCursor(0)
            }}
            onKeyDown={({ key }) => {
              if (key === 'Enter') document.querySelector<HTMLElement>('.people-rows')?.focus()
            }}
          />
        </div>
        {pages.error ? <Refusal error={pages.error} /> : null}
        {pages.isPending ? <Slow>{t('list.reading')}</Slow> : null}
        {pages.data !== undefined && people.length === 0 ? (
          <p className="empty">{all.length === 0 ? t('people.none', { key: shownKeyOf('addPerson') }) : t('people.nobody')}</p>
        ) : null}
        {people.length === 0 ? null : (
          <div
            className="work-list plain people-rows"
            role="listbox"
            aria-labelledby="people-title"
            tabIndex={0}
            aria-activedescendant={people[at] === undefined ? undefined : `person-${people[at].person}`}
          >
            {people.map((one, nth) => (
              <div
                key={one.person}
                id={`person-${one.person}`}
                role="option"
                aria-selected={nth === at}
                data-open={String(one.person) === open}
                onClick={() => {
                  setCursor(nth)
                  show(String(one.person))
                }}
              >
                <b className="person-called">{one.name}</b> <span className="said">{one.roles.map(roleWords).join('; ')}</span>{' '}
                <span className="quiet">
                  {one.machine ? `${t('people.machine')} ` : ''}
                  {one.active ? '' : t('people.inactive')}
                </span>
              </div>
            ))}
          </div>
        )}
      </section>
      {open === 'new' ? <AddPersonPanel onAdded={(person) => show(String(person))} onClose={() => show(undefined)} /> : null}
      {shown === undefined ? null : <PersonPanel key={shown.person} told={shown} onClose={() => show(undefined)} />}
    </div>
  )
}

const none: readonly never[] = []
