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
