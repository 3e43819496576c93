import { Select } from '@navikt/ds-react'
import { useTranslation } from 'react-i18next'
import { type Role, roles, wholeHouseRoles } from '../../core/rights/rights.ts'
import { useSession } from '../session.tsx'

export interface RoleDraft {
  readonly role: Role
  /** Numbers as the fields hold them; `''`: the first there is, or all rules. */
  readonly org: string
  readonly pack: string
}
export const firstRole: RoleDraft = { role: 'coordinator', org: '', pack: '' }

/** Organisations whose people one administers. */
export function usePlaces() {
  const { me, organisations } = useSession()
  const mine = new Set(me.may.administer ?? [])
  return [...organisations.values()].filter(({ ledger }) => mine.has(ledger))
}

/** What is sent of it: a role for a whole house is for no pack alone. */
export const roleSaid = ({ role, org, pack }: RoleDraft, places: ReturnType<typeof usePlaces>) => ({
  org: org === '' ? (places[0]?.org ?? 0) : Number(org),
  role,
  ...(pack === '' || wholeHouseRoles.includes(role) ? {} : { pack }),
})

/** Which role, where, and under which rules. */
export function RoleFields({ value, onChange }: { readonly value: RoleDraft; readonly onChange: (to: Partial<RoleDraft>) => void }) {
  const { t } = useTranslation()
  const { packs } = useSession()
  const places = usePlaces()
  return (
    <div className="form-row">
      <Select
        size="small"
        label={t('people.role')}
        value={value.role}
        onChange={({ target }) => onChange({ role: target.value as Role })} // one of the options
      >
        {roles.map((role) => (
          <option key={role} value={role}>
            {t(`role.${role}`)}
          </option>
        ))}
      </Select>
      <Select size="small" label={t('people.org')} value={value.org} onChange={({ target }) => onChange({ org: target.value })}>
        {places.map(({ org, name }, nth) => (
          <option key={org} value={nth === 0 ? '' : String(org)}>
            {name}
          </option>
        ))}
      </Select>
      {packs.length < 2 || wholeHouseRoles.includes(value.role) ? null : (
        <Select size="small" label={t('people.pack')} value={value.pack} onChange={({ target }) => onChange({ pack: target.value })}>
          <option value="">{t('people.allPacks')}</option>
          {packs.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </Select>
      )}
    </div>
  )
}
