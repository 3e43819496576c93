import { addDays, type Day, dayText, readDay } from './day.ts'

/**
 * Reads a day as people type it: `2026-03-07`, `7.3.2026`, `7.3.`, `7/3`, `070326`, `0703`; `0` for today, `-3` and `+3` for days from it. A day without
 * a year is the nearest one that is not more than `ahead` days to come. Undefined: it is none.
 */
export function readTypedDay(text: string, today: Day, ahead = 0): Day | undefined {
  const said = text.trim()
  const whole = readDay(said)
  if (whole !== undefined) return whole
  if (/^[+-]\d{1,3}$|^0$/.test(said)) return addDays(today, Number(said))
  const parts = /^(\d{1,2})[./ -](\d{1,2})(?:[./ -](\d{4}|\d{2})?)?$/.exec(said) ?? /^(\d{2})(\d{2})(\d{4}|\d{2})?$/.exec(said)
  if (!parts) return undefined
  const [, date = '', month = '', year] = parts
  const at = (full: number): Day | undefined => readDay(`${full}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`)
  if (year !== undefined && year !== '') return at(year.length === 2 ? 2000 + Number(year) : Number(year))
  const now = Number(dayText(today).slice(0, 4))
  return [now + 1, now, now - 1].map(at).find((day) => day !== undefined && day <= today + ahead)
}
