import type { ListSearch } from './search.ts'

/** Nothing narrows the list any more. */
export const cleared: Partial<ListSearch> = {
  text: undefined,
  states: undefined,
  variants: undefined,
  orgs: undefined,
  owner: undefined,
  withoutStep: undefined,
  asked: undefined,
  escalated: undefined,
  dueBy: undefined,
  changed: undefined,
}

/** Nothing of a view holds any more: what another one says stands alone. */
export const viewless: Partial<ListSearch> = {
  ...cleared,
  pack: undefined,
  org: undefined,
  sort: undefined,
  descending: undefined,
  group: undefined,
}
