import type { PeriodKind } from '../../core/words/day.ts'

/** Which lines of a figure an account is opened for; absent parts narrow nothing. */
export interface AccountOf {
  /** How they count, or why they were left out. */
  readonly why?: string
  readonly month?: string
  readonly place?: string
  readonly started?: string
  /** Only those that the definition beside does not count, or counts otherwise. */
  readonly counts?: 'only' | 'otherwise'
  /** Of the one that stands beside. */
  readonly beside?: true
}

/** Everything that decides what the bench shows: it stands in the address. Without an indicator all of them are listed. */
export interface FigureSearch {
  readonly pack?: string
  readonly by?: 'place'
  readonly indicator?: string
  /** One above places: what its houses recorded. */
  readonly org?: number
  readonly place?: number
  readonly in?: string
  readonly variant?: string
  readonly asOf?: string
  readonly chart?: 'xmr'
  readonly tables?: true
  readonly beside?: 'day' | 'place' | 'indicator'
  readonly besideAsOf?: string
  readonly besidePlace?: number
  readonly besideIndicator?: string
  readonly account?: AccountOf
  readonly open?: string
}

/** Reads an address; what is none of ours is left out. */
export function readFigureSearch(said: Readonly<Record<string, unknown>>): FigureSearch {
  const text = (from: Readonly<Record<string, unknown>>, ...keys: readonly string[]) =>
    Object.fromEntries(
      keys.flatMap((key) => (typeof from[key] === 'string' || typeof from[key] === 'number' ? [[key, String(from[key])]] : [])),
    )
  const whole = (key: string) => (Number.isInteger(said[key]) ? { [key]: Number(said[key]) } : {})
  const one = (key: string, ...of: readonly unknown[]) => (of.includes(said[key]) ? { [key]: said[key] } : {})
  const { account } = said
  const narrowed = typeof account === 'object' && account !== null ? (account as Readonly<Record<string, unknown>>) : undefined // each part is looked at
  return {
    ...text(said, 'pack', 'indicator', 'in', 'variant', 'asOf', 'besideAsOf', 'besideIndicator', 'open'),
    ...whole('org'),
    ...whole('place'),
    ...whole('besidePlace'),
    ...one('by', 'place'),
    ...one('chart', 'xmr'),
    ...one('tables', true),
    ...one('beside', 'day', 'place', 'indicator'),
    ...(narrowed === undefined
      ? {}
      : {
          account: {
            ...text(narrowed, 'why', 'month', 'place', 'started'),
            ...(narrowed['counts'] === 'only' || narrowed['counts'] === 'otherwise' ? { counts: narrowed['counts'] } : {}),
            ...(narrowed['beside'] === true ? { beside: true } : {}),
          },
        }),
  }
}

/** Of which kind a period is, by how it is written. */
export function kindOfPeriod(period: string | undefined): PeriodKind {
  if (period === undefined || /^\d{4}$/.test(period)) return 'year'
  return period.includes('T') ? 'tertial' : period.includes('Q') ? 'quarter' : 'month'
}

/** Periods to choose from, the newest first, as of a day: three years, and the parts of two. */
export function periodsUpTo(day: string): Readonly<Record<PeriodKind, readonly string[]>> {
  const [year, month] = [Number(day.slice(0, 4)), Number(day.slice(5, 7))]
  const months = Array.from({ length: 24 }, (_, i) => year * 12 + month - 1 - i).map((n) => [Math.floor(n / 12), (n % 12) + 1] as const)
  const parts = (letter: string, size: number) => [...new Set(months.map(([y, m]) => `${y}-${letter}${Math.ceil(m / size)}`))]
  return {
    year: [year, year - 1, year - 2].map(String),
    tertial: parts('T', 4),
    quarter: parts('Q', 3),
    month: months.map(([y, m]) => `${y}-${String(m).padStart(2, '0')}`),
  }
}
