import { TextField } from '@navikt/ds-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Day, dayText } from '../../core/words/day.ts'
import { readTypedDay } from '../../core/words/typed-day.ts'
import { dayInWords } from '../languages.ts'
import { serviceClock } from '../service-clock.ts'

/** Today where this computer is, by the clock of the service, which holds what is sent against it. */
export const today = (): Day => {
  const now = serviceClock.now()
  return (Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) / 86_400_000) as Day // whole days since 1970
}

interface Props {
  readonly label: string
  /** `2026-03-07`, or nothing. */
  readonly value: string
  /** How many days ahead a day without a year may lie. */
  readonly ahead?: number
  readonly onChange: (day: string) => void
}

/** A day, typed in any of the usual ways; what it was read as stands beside it. */
export function DayField({ label, value, ahead = 0, onChange }: Props) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState(value)
  const read = typed === '' ? undefined : readTypedDay(typed, today(), ahead)
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what comes from outside is taken over
  useEffect(() => {
    if (value !== '' && (read === undefined || dayText(read) !== value)) setTyped(value)
  }, [value])
  return (
    <TextField
      size="small"
      className="day-field"
      label={label}
      value={typed}
      autoComplete="off"
      description={read === undefined ? t('form.dayHow') : dayInWords(dayText(read))}
      error={typed !== '' && read === undefined ? t('form.dayWrong') : undefined}
      onChange={({ target }) => {
        setTyped(target.value)
        const day = readTypedDay(target.value, today(), ahead)
        onChange(day === undefined ? '' : dayText(day))
      }}
      onBlur={() => {
        if (read !== undefined) setTyped(dayText(read))
      }}
    />
  )
}
