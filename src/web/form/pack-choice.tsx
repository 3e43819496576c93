import { Select } from '@navikt/ds-react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../session.tsx'

/** Whose rules a screen goes by; nothing where there is only one pack. */
export function PackChoice({
  value,
  hideLabel,
  onChoose,
}: {
  readonly value: string | undefined
  readonly hideLabel?: true
  readonly onChoose: (pack: string) => void
}) {
  const { t } = useTranslation()
  const { packs } = useSession()
  return packs.length < 2 ? null : (
    <Select
      size="small"
      label={t('filter.pack')}
      {...(hideLabel === undefined ? {} : { hideLabel })}
      value={value ?? ''}
      onChange={({ target }) => onChoose(target.value)}
    >
      {packs.map(({ id, title }) => (
        <option key={id} value={id}>
          {title}
        </option>
      ))}
    </Select>
  )
}
