import type { occurrenceRoutes } from '../api/occurrence-routes.ts'
import { countChart } from '../core/occurrence/chart.ts'
import { definitionText, lastPeriods, occurrenceTable, readPopulation, soughtOf } from '../core/occurrence/occurrence.ts'
import type { OccurrencePeriod } from '../core/occurrence/period.ts'
import { type Day, dayText, periodDays, periodOf, readDay, readPeriod } from '../core/words/day.ts'
import { IssueError, type Result } from '../core/words/result.ts'
import { liveOccurrence } from '../store/occurrence.ts'
import { sendCsv } from './csv-answer.ts'
import { headsOf } from './figure-handlers.ts'
import { askingOf, ledgersWith, packNamed, todayAt } from './pathway-handlers.ts'
import { refuse } from './problem.ts'
import type { Asked, Handlers } from './service.ts'

type Routes = typeof occurrenceRoutes
type Query = Asked<Routes['readOccurrence']>['query']

/** So many periods are shown where nobody says from when. */
const shown: { readonly [P in OccurrencePeriod]: number } = { month: 36, quarter: 20, year: 10 }
const mostPeriods = 1200

function read<T>(result: Result<T>): T {
  if (!result.ok) throw new IssueError(result.issues)
  return result.value
}

/** First and last period, as their numbers. */
function spanOf({ from, to, period }: Query, asOf: Day): readonly [from: number, to: number] {
  const holding = (month: string): number => periodOf(periodDays(readPeriod(month, 'month')!, 'month')[0], period) // the shape has read it
  const last = to === undefined ? periodOf(asOf, period) : holding(to)
  const [first] = lastPeriods(periodDays(last, period)[0], period, shown[period])
  const span = [from === undefined ? first : holding(from), last] as const
  if (span[0] > last) throw refuse('measure/grouping', 'The first month lies after the last.', ['query', 'from'])
  if ((Math.floor(last / 100) - Math.floor(span[0] / 100)) * 12 > mostPeriods)
    throw refuse('measure/grouping', 'This is more than a hundred years: ask for less.', ['query', 'from'])
  return span
}

async function occurrenceOf(asked: Asked<Routes['readOccurrence']> | Asked<Routes['exportOccurrence']>) {
  const { service, query, actor } = asked
  const live = packNamed(service, query.pack)
  const { zone } = live.content
  const sought = read(
    soughtOf(live.content, {
      milestone: query.milestone,
      variant: query.variant,
      codes: query.codes
        ?.split(',')
        .map((code) => code.trim())
        .filter(Boolean),
    }),
  )
  const asOf = query.asOf === undefined ? todayAt(service, zone) : readDay(query.asOf)! // the shape has read it
  const [from, to] = spanOf(query, asOf)
  const first = { washoutDays: query.washout }
  const population = read(readPopulation(query.population))
  return service.ledger.counting(actor, async (rows) => {
    const ledgers = await ledgersWith(asked, { rows }, 'count', live.pack, query.org)
    const heads = await headsOf(rows, ledgers)
    const { cells, beginnings } = await liveOccurrence(rows, {
      live,
      ledgers,
      sought,
      first,
      period: query.period,
      asking: askingOf(asOf, zone),
    })
    const place = query.place === undefined ? undefined : String(query.place)
    // Before any ledger began there is nothing to be seen, unless somebody asks for it.
    const begun = query.from === undefined ? Math.min(...beginnings.map((day) => periodOf(day, query.period)), to) : from
    const span = { from: Math.max(from, begun), to }
    const table = occurrenceTable(cells, beginnings, { first, period: query.period, ...span, place, asOf, population })
    return { live, heads, asOf, sought, table, text: definitionText(sought, { first, asOf }, 'persons') }
  })
}

const orgOf = (place: string): number | null => (place === '' ? null : Number(place))

export const occurrenceHandlers: Handlers<Routes> = {
  readOccurrence: async (asked) => {
    const { live, heads, asOf, sought, table, text } = await occurrenceOf(asked)
    return {
      pack: { id: live.id, version: live.content.version },
      asOf: dayText(asOf),
      ledgers: heads,
      definition: {
        text,
        sought: { ...sought },
        washoutDays: asked.query.washout ?? null,
        lookBackDays: table.lookBackDays,
        counted: 'persons',
      },
      periods: [...table.periods],
      places: table.places.map((one) => ({ ...one, place: orgOf(one.place) })),
      chart: { ...countChart(table.periods) },
    }
  },

  exportOccurrence: async (asked) => {
    const { live, heads, asOf, table, text } = await occurrenceOf(asked)
    const marks = new Map(table.periods.map((one) => [one.period, one]))
    sendCsv(asked, 'occurrence', {
      about: [
        ['pack', `${live.id} ${live.content.version}`],
        ['as known on', dayText(asOf)],
        ['ledgers', heads.map(({ ledger, seq }) => `${ledger}:${seq}`).join(' ')],
        ['definition', text],
        ['for inside the house', 'Small numbers are shown as they are. What is to be published goes by varde release, which hides them.'],
        ['early', `A period within ${table.lookBackDays} days of the first entry of a ledger: people who had it already look new.`],
      ],
      head: ['period', 'place', 'persons', 'early', 'unfinished'],
      rows: table.cells.map(({ period, place, persons }) => [
        period,
        orgOf(place),
        persons,
        marks.get(period)?.early ?? false,
        marks.get(period)?.unfinished ?? false,
      ]),
    })
  },
}
