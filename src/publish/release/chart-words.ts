import type { MonthChart } from '../../core/bench/months.ts'
import type { PlaceFunnel } from '../../core/bench/places.ts'
import type { Refused } from '../../core/stats/refusal.ts'
import type { PointKind } from '../../core/stats/special-cause.ts'
import type { PeriodKind } from '../../core/words/day.ts'

/** What a chart says, in the words that the page of the service has for it (a test holds them together). */

export const words = {
  months: 'Month by month',
  places: 'Place by place',
  unusual: '{{kind}}: {{rule}}, {{months}}.',
  nothing: 'Nothing unusual, {{from}} to {{to}}.',
  nothingSince: 'Nothing unusual since {{since}}.',
  span: '{{from}} to {{to}}',
  trial: 'Fewer than twelve months: the limits are on trial.',
  emptyMonths: 'Nobody counted in {{months}}.',
  tooFew: 'Too few: {{have}} here, and {{need}} are needed.',
  noneDiffers: 'No place lies outside the 99.8 % limits.',
  differ: 'Outside the limits: {{places}}.',
  codeAlike: 'Places that code differently cannot be compared by this.',
  assurance: {
    passes: 'As it goes now, the target of {{target}} is reached every month.',
    fails: 'As it goes now, the target of {{target}} is not reached.',
    'hit-and-miss': 'As it goes now, chance decides whether a month reaches the target of {{target}}.',
  },
  kind: {
    common: 'Nothing unusual',
    improvement: 'Better',
    concern: 'Worse',
    'neither-high': 'Unusual, high',
    'neither-low': 'Unusual, low',
  },
  rule: {
    'outside-high': 'above the limits',
    'outside-low': 'below the limits',
    'trend-high': 'seven or more rising',
    'trend-low': 'seven or more falling',
    'two-in-three-high': 'two of three near the upper limit',
    'two-in-three-low': 'two of three near the lower limit',
    'shift-high': 'seven or more above the average',
    'shift-low': 'seven or more below the average',
  },
  method: {
    p: 'Limits by the size of each month, around {{centre}}.',
    'p-laney': 'Limits by the size of each month, widened since months vary more than chance within them (Laney), around {{centre}}.',
    xmr: 'Limits by how much one month differs from the next, around {{centre}}.',
    'xmr-spreadsheet': 'Limits as the spreadsheet has them, around {{centre}}.',
  },
  decidedBy: {
    adjusted: 'Limits with what places differ anyway, around {{centre}}.',
    exact: 'Limits by chance alone, around {{centre}}.',
  },
  position: {
    'below-998': 'below the 99.8 % limit',
    'below-95': 'below the 95 % limit',
    inside: 'inside',
    'above-95': 'above the 95 % limit',
    'above-998': 'above the 99.8 % limit',
  },
  refused: {
    'nothing-counted': 'There is nothing to compute from.',
    'too-few': 'There are fewer than the method needs.',
    'no-variation': 'Everything is the same, so that nothing can be told apart.',
    'nothing-expected': 'What would be expected is zero.',
    'not-reached': 'What is asked for lies beyond what was observed.',
    'not-sure': 'Past estimates did not hold often enough for this one to be shown.',
    'does-not-add-up': 'Numbers that must agree do not.',
  },
} as const

const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''))

// Not by the calendar of the machine: what another of its versions writes would be other bytes.
const monthNames = 'January February March April May June July August September October November December'.split(' ')
/** `March 2026`, `Q1 2026`, `2026` */
const monthWords = (month: string): string => {
  const [year = '', part] = month.split('-')
  return part === undefined ? year : `${monthNames[Number(part) - 1] ?? part} ${year}`
}

/** What is said of months, said of periods of another length. */
export const saidOf = (each: PeriodKind, text: string): string =>
  text.replace(/\b([Mm])onth(?=s?\b)/g, (_, m: string) => (m === 'M' ? `${each[0]!.toUpperCase()}${each.slice(1)}` : each))

export const percent = (share: number): string => `${Math.round(share * 100)} %`

type RuleName = keyof typeof words.rule
const ruleWords = (rule: string, toward: string): string => words.rule[`${rule}-${toward}` as RuleName] // one of each

/** The one sentence of a chart of months, read off the points that are drawn. */
export function monthsSay({ reading, points, target, each }: MonthChart): string {
  const parts: string[] = []
  if (reading.kind === 'unusual') {
    const { kind, rule, toward, from, to } = reading.signal
    const months = from === to ? monthWords(from) : fill(words.span, { from: monthWords(from), to: monthWords(to) })
    parts.push(fill(words.unusual, { kind: words.kind[kind], rule: ruleWords(rule, toward), months }))
  } else
    parts.push(
      reading.before === null
        ? fill(words.nothing, { from: monthWords(reading.since), to: monthWords(points.at(-1)?.month ?? reading.since) })
        : fill(words.nothingSince, { since: monthWords(reading.since) }),
    )
  if (target !== null && reading.assurance !== 'none') parts.push(fill(words.assurance[reading.assurance], { target: percent(target) }))
  if (reading.trial) parts.push(words.trial)
  return saidOf(each, parts.join(' '))
}

/** Where the release hides months, of which nobody can say it. */
export const notEveryMonth = 'Not every month is shown.'

/** Where the release hides places, of which nobody can say it. */
export const noneShownDiffers = 'No place that is shown lies outside the 99.8 % limits.'

export const placesSay = ({ places }: PlaceFunnel, nameOf: (place: string) => string): string => {
  const named = places.filter((place) => place.named).map(({ place }) => nameOf(place))
  return named.length === 0 ? words.noneDiffers : fill(words.differ, { places: named.join(', ') })
}

export const pointSays = ({ kind, rule, toward }: MonthChart['points'][number]): string =>
  rule === null || toward === null ? words.kind.common : `${words.kind[kind]}: ${ruleWords(rule, toward)}`

export const methodSays = ({ method, centre, each }: MonthChart): string =>
  saidOf(each, fill(words.method[method], { centre: percent(centre) }))
export const limitsSay = ({ decidedBy, centre }: PlaceFunnel): string => fill(words.decidedBy[decidedBy], { centre: percent(centre) })
export const emptySays = (months: readonly string[]): string => fill(words.emptyMonths, { months: months.join(', ') })
export const kindSays = (kind: PointKind): string => words.kind[kind]
export const refusedSays = ({ refused, have, need }: Refused): string =>
  refused === 'too-few' && have !== undefined && need !== undefined ? fill(words.tooFew, { have, need }) : words.refused[refused]
