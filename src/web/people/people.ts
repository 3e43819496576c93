import { useTranslation } from 'react-i18next'
import type { Answer } from '../ask.ts'
import { useSession } from '../session.tsx'

export type PersonTold = Answer<'listPeople'>['people'][number]
export type RoleTold = PersonTold['roles'][number]

/** A role as it is said: where, and for which rules if not for all. */
export function useRoleWords(): (held: RoleTold) => string {
  const { t } = useTranslation()
  const { nameOf, packs } = useSession()
  return ({ role, org, pack }) => {
    const said = { role: t(`role.${role}`), org: nameOf(org) }
    return pack === null
      ? t('people.roleAt', said)
      : t('people.roleAtPack', { ...said, pack: packs.find(({ id }) => id === pack)?.title ?? pack })
  }
}
