import type { Pack, Slot } from '../pack/pack.ts'
import { type Item, isUnknown, type Unknown } from '../pack/schema.ts'
import { personRoles } from '../words/role.ts'

/** `unclear`: the pack names somebody of whom it does not say which roles of people act for it. `unsaid`: it names nobody. */
export type May = 'yes' | 'no' | 'unclear' | 'unsaid'

export const dutyOf = (pack: Pack, slot: Slot): Item<'duties'> | undefined => pack.text.duties.find((duty) => duty.milestone === slot.id)

const people: readonly string[] = personRoles

function isOneOf(pack: Pack, role: string, name: string): Exclude<May, 'unsaid'> {
  if (role === name) return 'yes'
  const actedBy = pack.text.roles.find((item) => item.id === name)?.actedBy
  if (Array.isArray(actedBy)) return actedBy.some((actor) => actor === role) ? 'yes' : 'no'
  return actedBy === undefined && people.includes(name) ? 'no' : 'unclear'
}

/** Whether somebody of this role is among those a duty names. */
export function isAmong(pack: Pack, role: string, names: readonly string[] | Unknown | undefined): May {
  if (names === undefined) return 'unsaid'
  if (isUnknown(names)) return 'unclear'
  const answers = names.map((name) => isOneOf(pack, role, name))
  return answers.includes('yes') ? 'yes' : answers.includes('unclear') ? 'unclear' : 'no'
}

/** The roles of people that a duty means, so far as the pack says; other names as they stand. */
export function rolesMeant(pack: Pack, names: readonly string[] | Unknown | undefined): readonly string[] {
  if (names === undefined || isUnknown(names)) return []
  const meant = names.flatMap((name): readonly string[] => {
    const actedBy = pack.text.roles.find((item) => item.id === name)?.actedBy
    return Array.isArray(actedBy) ? actedBy : [name]
  })
  return [...new Set(meant)]
}
