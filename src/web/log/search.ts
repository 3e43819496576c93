/** What narrows the log, and what is open beside it: it stands in the address. */
export interface LogSearch {
  readonly chain?: 'act' | 'look'
  readonly kind?: string
  readonly org?: number
  readonly person?: number
  readonly pathway?: string
  readonly from?: string
  readonly to?: string
  /** A row (`act 4-818`), `glass` or `chains`. */
  readonly open?: string
}

const isPathway = (text: string): boolean => /^\d{1,9}-\d{1,10}$/.test(text)
const isNumber = (n: unknown): n is number => Number.isInteger(n) && Number(n) > 0 && Number(n) <= 2_147_483_647
const isDay = (text: string): boolean => /^(?:19|20|21)\d\d-\d\d-\d\d$/.test(text)

/** Reads an address; what is none of ours is left out. */
export function readLogSearch(said: Readonly<Record<string, unknown>>): LogSearch {
  const text = (key: 'kind' | 'pathway' | 'from' | 'to' | 'open', fits: (text: string) => boolean) => {
    const value = said[key]
    return typeof value === 'string' && fits(value) ? { [key]: value } : {}
  }
  return {
    ...(said['chain'] === 'act' || said['chain'] === 'look' ? { chain: said['chain'] } : {}),
    ...(isNumber(said['org']) ? { org: said['org'] } : {}),
    ...(isNumber(said['person']) ? { person: said['person'] } : {}),
    ...text('kind', (value) => /^[a-z-]{1,40}$/.test(value)),
    ...text('pathway', isPathway),
    ...text('from', isDay),
    ...text('to', isDay),
    ...text('open', () => true),
  }
}

export { isNumber, isPathway }

/** The moment a day begins on this clock, `later` days on. */
const beginningOf = (day: string, later = 0): string => {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date + later).toISOString()
}

/** What the service is asked: days become moments, with the whole of the last one in it. */
export const askedOf = ({ open: _, from, to, ...rest }: LogSearch) => ({
  ...rest,
  ...(from === undefined ? {} : { from: beginningOf(from) }),
  ...(to === undefined ? {} : { to: beginningOf(to, 1) }),
})
