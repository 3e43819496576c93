import { sayable } from './sayable.ts'

/** Everything that decides what the screen of indicators shows: it stands in the address. */
export interface IndicatorSearch {
  readonly pack?: string
  /** The life that is open, or the indicator of the pack that has none. */
  readonly life?: string
  readonly indicator?: string
  /** As it was on a day. */
  readonly on?: string
  /** The form that is open: what is to be said, or `idea`. */
  readonly say?: (typeof sayable)[number] | 'idea'
}

/** Reads an address; what is none of ours is left out. */
export function readIndicatorSearch(said: Readonly<Record<string, unknown>>): IndicatorSearch {
  const texts = ['pack', 'life', 'indicator', 'on'].flatMap((key) => {
    const value = said[key]
    return typeof value === 'string' || typeof value === 'number' ? [[key, String(value)]] : []
  })
  const say = [...sayable, 'idea' as const].find((one) => one === said['say'])
  return { ...Object.fromEntries(texts), ...(say === undefined ? {} : { say }) }
}
