import { z } from 'zod'
import type { figureRoutes } from '../api/figure-routes.ts'
import { refOf } from '../api/shapes.ts'
import { limitHeaping, type StartMonth, startMonthOf, startMonths } from '../core/bench/courses.ts'
import { type ChartKind, chanceOf, goodOf, monthChart, mostMonths, periodBefore, recentMonths } from '../core/bench/months.ts'
import { placeFunnel } from '../core/bench/places.ts'
import { type Reported, reportedMonths, vintageDays } from '../core/bench/vintages.ts'
import type { AccountLine } from '../core/measure/account.ts'
import { type Cell, type Figure, figureOf, type Grouping, groupings } from '../core/measure/figure.ts'
import { flat, flatHead } from '../core/measure/flat.ts'
import { unsettledOf } from '../core/measure/unsettled.ts'
import type { Indicator, Interval } from '../core/pack/pack.ts'
import { isRefused, refuse as noNumber, type Refused } from '../core/stats/refusal.ts'
import { type Day, dayText, type PeriodKind, readDay, readPeriod } from '../core/words/day.ts'
import type { Session } from '../store/ledger-database.ts'
import { type LiveQuestion, liveAccount, liveCourses, liveFigures, liveOverlap, liveUnsettled } from '../store/live-figures.ts'
import type { LivePack } from '../store/live-packs.ts'
import { listVintages, readVintages, type VintageQuestion, type VintagesRead, vintagesRead } from '../store/vintages.ts'
import { sendCsv } from './csv-answer.ts'
import { cursorsOf } from './cursor.ts'
import { askingOf, ledgersWith, packNamed, todayAt } from './pathway-handlers.ts'
import { refuse } from './problem.ts'
import { getRelease, isCounted } from './release-handlers.ts'
import type { Asked, Handlers } from './service.ts'

type Routes = typeof figureRoutes

interface CellAsked {
  readonly place?: number | undefined
  readonly in?: string | undefined
  readonly variant?: string | undefined
  readonly period: PeriodKind
}

/** The cell that is asked for. A part that is named is also grouped by. */
export function cellOf(query: CellAsked): Cell {
  const period = query.in === undefined ? null : readPeriod(query.in, query.period)
  if (period === undefined)
    throw refuse('measure/grouping', `"${query.in}" is no ${query.period}: write 2026-03, 2026-T1, 2026-Q1 or 2026, as "period" says.`, [
      'query',
      'in',
    ])
  return { place: query.place === undefined ? null : String(query.place), period, variant: query.variant ?? null }
}

/** As of which day something is asked: today unless said. */
export interface AsOfAsked extends Pick<Asked<never>, 'service'> {
  readonly query: { readonly asOf?: string | undefined }
}

export function questionOf(
  { service, query }: AsOfAsked & { readonly query: { readonly period: PeriodKind } },
  live: LivePack,
  ledgers: readonly number[],
  by: ReadonlySet<Grouping>,
): LiveQuestion {
  const { zone } = live.content
  const today = todayAt(service, zone)
  const day = query.asOf === undefined ? today : readDay(query.asOf)! // the shape has read it
  return { live, ledgers, asking: askingOf(day, zone), when: day < today ? 'past' : 'now', grouped: { by, period: query.period } }
}

const groupedWith = (by: readonly Grouping[], cell: Cell): ReadonlySet<Grouping> =>
  new Set([...by, ...groupings.filter((part) => cell[part] !== null)])

export function indicatorNamed(live: LivePack, id: string, from: 'indicator' | 'against' = 'indicator'): Indicator {
  const found = live.content.indicators.find((indicator) => indicator.id === id)
  if (!found)
    throw refuse(
      'measure/unknown-indicator',
      `The pack has no indicator "${id}"; it has ${live.content.indicators.map((i) => i.id).join(', ')}.`,
      ['query', from],
    )
  return found
}

/** How far each ledger had come. */
export async function headsOf(rows: Session['rows'], ledgers: readonly number[]) {
  const heads = await rows("SELECT ledger, seq, encode(hash, 'hex') AS hash FROM varde.heads($1)", [ledgers])
  return heads.map((row) => ({ ledger: Number(row['ledger']), seq: Number(row['seq']), hash: String(row['hash']) }))
}

/** A figure as it is answered with. */
export const told = (figure: Figure) => ({ ...figure, fellShort: { ...figure.fellShort }, leftOut: { ...figure.leftOut } })

/** Lengths of clocks in minutes are kept in seconds. */
const inUnit =
  (unit: Interval['unit'] | null) =>
  (month: StartMonth): StartMonth =>
    unit === 'minute' && month.median !== null ? { ...month, median: month.median / 60 } : month

async function figuresOf(asked: Asked<Routes['listFigures']> | Asked<Routes['exportFigures']>) {
  const { service, query, actor } = asked
  const live = packNamed(service, query.pack)
  const cell = cellOf(query)
  const wanted = query.indicator?.split(',').filter(Boolean)
  const indicators = wanted ? wanted.map((id) => indicatorNamed(live, id)) : live.content.indicators
  return service.ledger.counting(actor, async (rows) => {
    const ledgers = await ledgersWith(asked, { rows }, 'count', live.pack, query.org)
    const question = questionOf(asked, live, ledgers, groupedWith(query.by, cell))
    return {
      live,
      question,
      heads: await headsOf(rows, ledgers),
      figures: await liveFigures(rows, question, indicators, cell),
    }
  })
}

const isOf = (line: AccountLine, why: string | undefined, started: string | undefined): boolean =>
  (why === undefined ||
    (why === 'unsettled' && line.doubt !== undefined) ||
    [line.bin, line.cause, line.leftOut].includes(why as AccountLine['bin'])) && // one of these, or none is like it
  (started === undefined || startMonthOf(line) === started)

/** What one line and another of the same pathway have in common. */
const sameOf = ({ ledger, pathway, variant }: AccountLine): string => `${ledger} ${pathway} ${variant}`

/** One counts it, and the other does not, or counts it otherwise. */
function disagrees(line: AccountLine, other: AccountLine | undefined, counts: 'only' | 'otherwise'): boolean {
  if (line.bin === 'left-out') return false
  const there = other !== undefined && other.bin !== 'left-out'
  return counts === 'only' ? !there : there && other.bin !== line.bin
}

/** The newest share that was to be reached on a day; what is not known is none. */
function targetOf(live: LivePack, { id }: Indicator, day: string): number | undefined {
  const targets = live.content.text.indicators.find((indicator) => indicator.id === id)?.targets ?? []
  const holds = ({ validFrom, validTo }: (typeof targets)[number]): boolean =>
    !(typeof validFrom === 'string' && validFrom > day) && !(typeof validTo === 'string' && validTo < day)
  return targets.findLast(holds)?.share
}

/** So long a request reads past days, before it says how far it has come. */
const readingMs = 1_500

function vintageQuestion({ service, query }: AsOfAsked, live: LivePack, ledgers: readonly number[], indicator: Indicator): VintageQuestion {
  const today = todayAt(service, live.content.zone)
  const { asOf } = query
  const computed = indicator.unknown === undefined && ledgers.length > 0
  return { live, ledgers, indicator, days: computed ? vintageDays(asOf === undefined ? today : readDay(asOf)!, today) : [] } // the shape has read it
}

interface HowReported extends VintagesRead {
  readonly found: Reported | Refused | undefined
  readonly knownOn: Day | undefined
}

/** How far months are reported, from the days that are kept; undefined until all are. `months`: what is known of each now. */
async function howReported(rows: Session['rows'], question: VintageQuestion, cell: Cell, months: readonly Figure[]): Promise<HowReported> {
  const { read, of } = await vintagesRead(rows, question)
  const knownOn = question.days[0]
  if (of === 0 || read < of) return { read, of, knownOn, found: undefined }
  const now = months.flatMap(({ period, numerator, denominator }) => {
    const month = readPeriod(period ?? '', 'month')
    return month === undefined ? [] : [[month, { met: numerator, missed: denominator - numerator }] as const]
  })
  return { read, of, knownOn, found: reportedMonths(await listVintages(rows, question, cell), new Map(now)) }
}

const reportedTold = ({ read, of, found, knownOn }: HowReported) => ({
  read,
  of,
  delays: found === undefined || isRefused(found) ? null : found.delays,
  knownOn: knownOn === undefined ? null : dayText(knownOn),
  refused: isRefused(found) ? found.refused : null,
  have: isRefused(found) ? (found.have ?? null) : null,
  need: isRefused(found) ? (found.need ?? null) : null,
})

interface MonthsAsked {
  readonly asked: AsOfAsked
  readonly question: LiveQuestion
  readonly indicator: Indicator
  readonly cell: Cell
  /** Each month of the cell. */
  readonly months: readonly Figure[]
  readonly chart: ChartKind
}

/** Months as they are drawn and judged, and those that are not, by what is kept of how they were reported. */
export async function monthsTold(rows: Session['rows'], { asked, question, indicator, cell, months, chart }: MonthsAsked) {
  const { live, ledgers, asking } = question
  const how = await howReported(rows, vintageQuestion(asked, live, ledgers, indicator), cell, months)
  const reported = how.found === undefined || isRefused(how.found) ? undefined : how.found
  const last = periodBefore(asking.asOf, 'month')
  const target = targetOf(live, indicator, dayText(asking.asOf))
  return {
    reported: reportedTold(how),
    months: {
      ...monthChart(months, {
        last,
        good: goodOf[indicator.better],
        kind: chart,
        ...(target === undefined ? {} : { target }),
        ...(reported === undefined ? {} : { reported }),
      }),
    },
    recent: recentMonths(months, last, reported).map((month) => ({
      ...month,
      expected: month.expected && { ...month.expected, band: { ...month.expected.band } },
    })),
  }
}

export const figureHandlers: Handlers<Routes> = {
  listFigures: async (asked) => {
    const { live, question, heads, figures } = await figuresOf(asked)
    return {
      pack: { id: live.id, version: live.content.version },
      asOf: dayText(question.asking.asOf),
      ledgers: heads,
      figures: figures.map(told),
    }
  },

  exportFigures: async (asked) => {
    const { live, question, heads, figures } = await figuresOf(asked)
    sendCsv(asked, 'figures', {
      about: [
        ['pack', `${live.id} ${live.content.version}`],
        ['as known on', dayText(question.asking.asOf)],
        ['ledgers', heads.map(({ ledger, seq }) => `${ledger}:${seq}`).join(' ')],
      ],
      head: flatHead,
      rows: figures.map(flat),
    })
  },

  readBench: async (asked) => {
    const { service, query, actor } = asked
    const live = packNamed(service, query.pack)
    const cell = cellOf(query)
    const indicator = indicatorNamed(live, query.indicator)
    return service.ledger.counting(actor, async (rows) => {
      const ledgers = await ledgersWith(asked, { rows }, 'count', live.pack, query.org)
      const question = questionOf(asked, live, ledgers, groupedWith([], cell))
      const heads = await headsOf(rows, ledgers)
      const figures = (by: readonly Grouping[], of: Cell, period: PeriodKind) =>
        liveFigures(rows, { ...question, grouped: { by: groupedWith(by, of), period } }, [indicator], of)
      const [figure] = await figures([], cell, query.period)
      const months = await figures(['period'], { ...cell, period: null }, 'month')
      const places = await figures(['place'], { ...cell, place: null }, query.period)
      const courses = await liveCourses(rows, question, indicator, cell)
      const { asOf } = question.asking
      const unit = indicator.within?.unit ?? null
      const heaping = unit === 'minute' || unit === null ? noNumber('nothing-counted') : limitHeaping(courses, { weekly: unit === 'day' })
      const unsettled = await liveUnsettled(rows, question, indicator, cell)
      const own = figure ?? figureOf(indicator, cell, { bins: [], lengths: [] }, query.period)
      return {
        pack: { id: live.id, version: live.content.version },
        asOf: dayText(asOf),
        ledgers: heads,
        unit,
        unknown: indicator.unknown ?? null,
        figure: told(own),
        chance: chanceOf({ met: own.numerator, all: own.denominator }),
        unsettled: unsettled === undefined ? null : unsettledOf(own, unsettled),
        ...(await monthsTold(rows, { asked, question, indicator, cell, months, chart: query.chart })),
        places: { ...placeFunnel(places, goodOf[indicator.better]) },
        starts: [...startMonths(courses, mostMonths)].map(inUnit(unit)),
        heaping: { ...heaping },
      }
    })
  },

  readOverlap: async (asked) => {
    const { service, query, actor } = asked
    const live = packNamed(service, query.pack)
    const cell = cellOf(query)
    const both = [indicatorNamed(live, query.indicator), indicatorNamed(live, query.against, 'against')] as const
    return service.ledger.counting(actor, async (rows) => {
      const ledgers = await ledgersWith(asked, { rows }, 'count', live.pack, query.org)
      return { ...(await liveOverlap(rows, questionOf(asked, live, ledgers, groupedWith([], cell)), both, cell)) }
    })
  },

  readKnownDays: async (asked) => {
    const { service, query, actor } = asked
    const live = packNamed(service, query.pack)
    const indicator = indicatorNamed(live, query.indicator)
    const ledgers = await service.ledger.counting(actor, (rows) => ledgersWith(asked, { rows }, 'count', live.pack, query.org))
    const { read, of } = await readVintages(service.ledger, actor, vintageQuestion(asked, live, ledgers, indicator), readingMs)
    return { read, of }
  },

  readAccount: async (asked) => {
    const { service, query } = asked
    const live = packNamed(service, query.pack)
    const cell = cellOf(query)
    const indicator = indicatorNamed(live, query.indicator)
    const cursor = cursorsOf(service, { list: 'account', ...query })
    return asked.in(async (session) => {
      const release = query.release === undefined ? undefined : await getRelease(session, query.release, live.pack)
      const mine = await ledgersWith(asked, session, 'see', live.pack, query.org)
      const ledgers = release ? mine.filter((ledger) => release.ledgers.includes(ledger)) : mine
      const known = release ? { ...asked, query: { ...query, asOf: release.as_of } } : asked
      const question = questionOf(known, live, ledgers, groupedWith([], cell))
      const whole = await liveAccount(session.rows, question, indicator, cell)
      const against = query.against === undefined ? undefined : indicatorNamed(live, query.against, 'against')
      const other = against && new Map((await liveAccount(session.rows, question, against, cell)).map((line) => [sameOf(line), line]))
      const all = whole
        .filter((line) => isOf(line, query.why, query.started) && (release === undefined || isCounted(release, line.periodDay)))
        .filter((line) => other === undefined || disagrees(line, other.get(sameOf(line)), query.counts ?? 'only'))
      const start = cursor.read(query.cursor, z.int()) ?? 0
      const lines = all.slice(start, start + query.limit)
      await session.rows('SET LOCAL search_path = varde')
      for (const [ledger, mine] of [...Map.groupBy(lines, (line) => line.ledger)].sort(([a], [b]) => a - b)) {
        asked.roleIn('see', ledger, live.pack)
        await session.look(ledger, {
          kind: 'account',
          seen: mine.map((line) => Number(line.pathway)),
          about: { pack: live.id, indicator: indicator.id, release: query.release },
        })
      }
      return {
        pack: { id: live.id, version: live.content.version },
        asOf: dayText(question.asking.asOf),
        next: start + query.limit < all.length ? cursor.write(start + query.limit) : null,
        lines: lines.map((line) => {
          const { ledger, pathway, ...rest } = line
          const there = other?.get(sameOf(line))
          return {
            ...rest,
            pathway: refOf(ledger, Number(pathway)),
            ...(other === undefined ? {} : { other: there?.cause ?? there?.leftOut ?? there?.bin ?? 'not-there' }),
          }
        }),
      }
    })
  },
}
