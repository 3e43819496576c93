/** Records of passed limits that are alike, as the ledger counts them. */
export interface PassedCount {
  readonly pack: string
  readonly reason: string | null
  readonly words: string | null
  readonly place: number
  /** Of the limit; null where the limit has no day. */
  readonly month: string | null
  readonly passed: number
  readonly explained: number
  readonly avoidable: { readonly yes: number; readonly no: number; readonly unknown: number }
  readonly patientInitiated: number
}

/** Why limits were passed: a reason of a list with its version, in words alone, or not said yet. */
export interface PassedReason {
  readonly kind: 'listed' | 'in-words' | 'not-explained' | 'all'
  readonly id: string | null
  readonly words: string | null
  readonly pack: string | null
}

export interface PassedLine {
  readonly reason: PassedReason
  /** Counts in the order of the months of the table. */
  readonly months: readonly number[]
  readonly passed: number
  readonly explained: number
  readonly avoidable: number
  readonly patientInitiated: number
}

export interface PassedTable {
  /** Every month from the first to the last there is; null last, for limits without a day. */
  readonly months: readonly (string | null)[]
  /** Places as they first come, each with its reasons, the most frequent first, then what is in words alone or not explained, and all of them together. */
  readonly places: readonly { readonly place: number; readonly all: PassedLine; readonly lines: readonly PassedLine[] }[]
  readonly all: PassedLine
  /** How many of each month have been explained. */
  readonly explained: readonly number[]
}

const next = (month: string): string => {
  const [year = 0, nth = 0] = month.split('-').map(Number)
  return nth === 12 ? `${year + 1}-01` : `${year}-${String(nth + 1).padStart(2, '0')}`
}

function monthsOf(counts: readonly PassedCount[]): readonly (string | null)[] {
  const there = counts.flatMap(({ month }) => month ?? []).toSorted()
  const [first, last] = [there[0], there.at(-1)]
  const months: (string | null)[] = []
  for (let month = first; month !== undefined && last !== undefined && month <= last; month = next(month)) months.push(month)
  return counts.some(({ month }) => month === null) ? [...months, null] : months
}

/** What was explained in words alone, and what has not been explained, are two lines of one count. */
function parted(count: PassedCount): readonly (PassedCount & { readonly kind: PassedReason['kind'] })[] {
  if (count.reason !== null) return [{ ...count, kind: 'listed' }]
  const none = { yes: 0, no: 0, unknown: 0 }
  const { passed, explained } = count
  return [
    ...(explained === 0 ? [] : [{ ...count, passed: explained, kind: 'in-words' as const }]),
    ...(explained === passed
      ? []
      : [{ ...count, passed: passed - explained, explained: 0, avoidable: none, patientInitiated: 0, kind: 'not-explained' as const }]),
  ]
}

const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0)

/** Passed limits by reason, place and month, with what each count is a part of. */
export function passedTable(counts: readonly PassedCount[]): PassedTable {
  const months = monthsOf(counts)
  const lineOf = (reason: PassedReason, of: readonly PassedCount[]): PassedLine => ({
    reason,
    months: months.map((month) => sum(of.filter((one) => one.month === month).map(({ passed }) => passed))),
    passed: sum(of.map(({ passed }) => passed)),
    explained: sum(of.map(({ explained }) => explained)),
    avoidable: sum(of.map(({ avoidable }) => avoidable.yes)),
    patientInitiated: sum(of.map(({ patientInitiated }) => patientInitiated)),
  })
  const all: PassedReason = { kind: 'all', id: null, words: null, pack: null }
  const rank = ({ reason }: PassedLine): number => ['listed', 'in-words', 'not-explained'].indexOf(reason.kind)
  return {
    months,
    places: [...Map.groupBy(counts, ({ place }) => place)].map(([place, of]) => ({
      place,
      all: lineOf(all, of),
      lines: [
        ...Map.groupBy(of.flatMap(parted), ({ kind, reason, words, pack }) =>
          JSON.stringify(kind === 'listed' ? [kind, reason, words, pack] : [kind]),
        ).values(),
      ]
        .map((alike) => {
          const [first] = alike
          const listed = first?.kind === 'listed' ? first : undefined
          const reason: PassedReason = {
            kind: first?.kind ?? 'all',
            id: listed?.reason ?? null,
            words: listed?.words ?? null,
            pack: listed?.pack ?? null,
          }
          return lineOf(reason, alike)
        })
        .toSorted((a, b) => rank(a) - rank(b) || b.passed - a.passed),
    })),
    all: lineOf(all, counts),
    explained: months.map((month) => sum(counts.filter((one) => one.month === month).map(({ explained }) => explained))),
  }
}
