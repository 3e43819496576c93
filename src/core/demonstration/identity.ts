import { type Day, dayText } from '../words/day.ts'

/** The digit that eleven-weighted sums ask for after nine digits; 10 where none is right. */
export function checkDigit(nine: string): number {
  const sum = [...nine].reduce((total, digit, i) => total + Number(digit) * (10 - i), 0)
  return (11 - (sum % 11)) % 11
}

/**
 * Identity numbers that nobody can have. `month-00`: day of birth, month 00, year, and five digits. `check-digit`: from 999 000 000 on, which
 * is set aside for tests, with a last digit that is wrong.
 */
export const impossibleNumber: Readonly<Record<'month-00' | 'check-digit', (serial: number, born: Day) => string>> = {
  'month-00': (serial, born) => {
    const [year = '', , day = ''] = dayText(born).split('-')
    return `${day}00${year.slice(2)}${String(serial).padStart(5, '0')}`
  },
  'check-digit': (serial) => {
    const nine = String(999_000_000 + serial)
    return `${nine}${(checkDigit(nine) + 1) % 10}`
  },
}
