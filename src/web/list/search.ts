import type { z } from 'zod'
import type { ListSettings } from '../../api/list-settings.ts'
import { personRoles } from '../../core/words/role.ts'
import { type ListFilter, type ListGroup, type ListSort, listGroups, listSorts } from '../../core/work/listing.ts'
import { type RiskState, riskStates } from '../../core/work/risk-state.ts'

/** Everything that decides what the list shows: it stands in the address, so that a view can be kept and sent on. */
export interface ListSearch {
  readonly pack?: string
  readonly org?: number
  readonly text?: string
  readonly states?: readonly RiskState[]
  readonly variants?: readonly string[]
  readonly orgs?: readonly number[]
  readonly owner?: string
  readonly withoutStep?: true
  readonly asked?: true
  readonly escalated?: true
  readonly dueBy?: string
  readonly changed?: true
  readonly sort?: ListSort
  readonly descending?: true
  readonly group?: ListGroup
  /** The pathway that is open beside the list. */
  readonly open?: string
}

const texts = (said: unknown): readonly string[] | undefined => {
  const list = (Array.isArray(said) ? said : [said]).filter((item): item is string => typeof item === 'string' && item !== '')
  return list.length === 0 ? undefined : list
}
const oneOf = <T extends string>(said: unknown, known: readonly T[]): T | undefined => known.find((item) => item === said)
const number = (said: unknown): number | undefined => (typeof said === 'number' && Number.isInteger(said) ? said : undefined)
const text = (said: unknown): string | undefined => (typeof said === 'string' || typeof said === 'number' ? String(said) : undefined)
const yes = (said: unknown): true | undefined => (said === true || undefined) as true | undefined // true or nothing

/** Reads an address; what is none of ours is left out. */
export function readListSearch(said: Readonly<Record<string, unknown>>): ListSearch {
  const orgs = (Array.isArray(said['orgs']) ? said['orgs'] : []).filter((item): item is number => Number.isInteger(item))
  const read: ListSearch = {
    pack: text(said['pack']),
    org: number(said['org']),
    text: text(said['text']),
    states: texts(said['states'])?.flatMap((state) => oneOf(state, riskStates) ?? []),
    variants: texts(said['variants']),
    orgs: orgs.length === 0 ? undefined : orgs,
    owner: text(said['owner']),
    withoutStep: yes(said['withoutStep']),
    asked: yes(said['asked']),
    escalated: yes(said['escalated']),
    dueBy: text(said['dueBy']),
    changed: yes(said['changed']),
    sort: oneOf(said['sort'], listSorts),
    descending: yes(said['descending']),
    group: oneOf(said['group'], listGroups),
    open: text(said['open']),
  }
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined)) as ListSearch // the same, without what says nothing
}

export const filterOf = (
  { text, states, variants, orgs, owner, withoutStep, asked, escalated, dueBy, changed }: ListSearch,
  lastLooked: string,
): ListFilter => ({
  text,
  states,
  variants,
  orgs,
  owner,
  withoutStep,
  asked,
  escalated,
  dueBy,
  changedSince: changed ? lastLooked : undefined,
})

/** Whether anything narrows the list. */
export const isFiltered = (search: ListSearch): boolean => {
  const { pack: _pack, org: _org, sort: _sort, descending: _descending, group: _group, open: _open, ...narrowing } = search
  return Object.keys(narrowing).length > 0
}

/** Whether the rows stand whole, in the order of urgency. */
export const isPlain = (search: ListSearch): boolean =>
  !isFiltered(search) && (search.sort ?? 'urgency') === 'urgency' && !search.descending && (search.group ?? 'none') === 'none'

export type KeptSettings = z.input<typeof ListSettings>

/** What of a search the service takes to keep or to tell: all but words and names of people, and the pathway that is open. */
export function settingsOf({ text: _text, open: _open, owner, states, variants, orgs, ...rest }: ListSearch): KeptSettings {
  const role = personRoles.find((one) => one === owner)
  return {
    ...rest,
    ...(states ? { states: [...states] } : {}),
    ...(variants ? { variants: [...variants] } : {}),
    ...(orgs ? { orgs: [...orgs] } : {}),
    ...(role ? { owner: role } : {}),
  }
}

/** Whether words or the name of somebody narrow it: what is neither kept nor told. */
export const isNamed = ({ text, owner }: ListSearch): boolean =>
  (text ?? '') !== '' || (owner !== undefined && !personRoles.some((role) => role === owner))
