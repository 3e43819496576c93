import { z } from 'zod'
import type { figureRoutes } from '../api/figure-routes.ts'
import { refOf } from '../api/shapes.ts'
import { limitHeaping, type StartMonth, startMonthOf, startMonths } from '../core/bench/courses.ts'
import { monthChart, mostMonths } from '../core/bench/months.ts'
import { placeFunnel } from '../core/bench/places.ts'
import type { AccountLine } from '../core/measure/account.ts'
import { type Cell, type Figure, figureOf, type Grouping, groupings } from '../core/measure/figure.ts'
import { flat, flatHead } from '../core/measure/flat.ts'
import type { Indicator, Interval } from '../core/pack/pack.ts'
import { refuse as noNumber } from '../core/stats/refusal.ts'
import { addDays, type Day, dayText, type PeriodKind, periodDays, periodOf, readDay, readPeriod } from '../core/words/day.ts'
import type { Session } from '../store/ledger-database.ts'
import { type LiveQuestion, liveAccount, liveCourses, liveFigures } from '../store/live-figures.ts'
import type { LivePack } from '../store/live-packs.ts'
import { sendCsv } from './csv-answer.ts'
import { cursorsOf } from './cursor.ts'
import { askingOf, ledgersWith, packNamed, todayAt } from './pathway-handlers.ts'
import { refuse } from './problem.ts'
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

export function questionOf(
  asked: Pick<Asked<never>, 'service'> & { readonly query: { readonly asOf?: string | undefined; readonly period: PeriodKind } },
  live: LivePack,
  ledgers: readonly number[],
  by: ReadonlySet<Grouping>,
): LiveQuestion {
  const { service, query } = asked
  const { zone } = live.content
  const today = todayAt(service, zone)
  const day = query.asOf === undefined ? today : readDay(query.asOf)! // the shape has read it
  return { live, ledgers, asking: askingOf(day, zone), when: day < today ? 'past' : 'now', grouped: { by, period: query.period } }
}

const groupedWith = (by: readonly Grouping[], cell: Cell): ReadonlySet<Grouping> =>
  new Set([...by, ...groupings.filter((part) => cell[part] !== null)])

export function indicatorNamed(live: LivePack, id: string): Indicator {
  const found = live.content.indicators.find((indicator) => indicator.id === id)
  if (!found)
    throw refuse(
      'measure/unknown-indicator',
      `The pack has no indicator "${id}"; it has ${live.content.indicators.map((i) => i.id).join(', ')}.`,
      ['query', 'indicator'],
    )
  return found
}

/** How far each ledger had come. */
export async function headsOf(rows: Session['rows'], ledgers: readonly number[]) {
  const heads = await rows("SELECT ledger, seq, encode(hash, 'hex') AS hash FROM varde.heads($1)", [ledgers])
  return heads.map((row) => ({ ledger: Number(row['ledger']), seq: Number(row['seq']), hash: String(row['hash']) }))
}

const told = (figure: Figure) => ({ ...figure, fellShort: { ...figure.fellShort }, leftOut: { ...figure.leftOut } })

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
  (why === undefined || [line.bin, line.cause, line.leftOut].includes(why as AccountLine['bin'])) && // one of these, or none is like it
  (started === undefined || startMonthOf(line) === started)

/** The newest share that was to be reached on a day; what is not known is none. */
function targetOf(live: LivePack, { id }: Indicator, day: string): number | undefined {
  const targets = live.content.text.indicators.find((indicator) => indicator.id === id)?.targets ?? []
  const holds = ({ validFrom, validTo }: (typeof targets)[number]): boolean =>
    !(typeof validFrom === 'string' && validFrom > day) && !(typeof validTo === 'string' && validTo < day)
  return targets.findLast(holds)?.share
}

/** The newest month that is over: one that is not would be judged by its first days. */
export function monthBefore(day: Day): number {
  const month = periodOf(day, 'month')
  const [, last] = periodDays(month, 'month')
  return last <= day ? month : periodOf(addDays(periodDays(month, 'month')[0], -1), 'month')
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
      // Keeping a limit is good; whether what a condition says is good, the pack does not say.
      const good = indicator.within ? 'up' : 'neither'
      const target = targetOf(live, indicator, dayText(asOf))
      const unit = indicator.within?.unit ?? null
      const heaping = unit === 'minute' || unit === null ? noNumber('nothing-counted') : limitHeaping(courses, { weekly: unit === 'day' })
      return {
        pack: { id: live.id, version: live.content.version },
        asOf: dayText(asOf),
        ledgers: heads,
        unit,
        unknown: indicator.unknown ?? null,
        figure: told(figure ?? figureOf(indicator, cell, { bins: [], lengths: [] }, query.period)),
        months: {
          ...monthChart(months, { last: monthBefore(asOf), good, kind: query.chart, ...(target === undefined ? {} : { target }) }),
        },
        places: { ...placeFunnel(places, good) },
        starts: [...startMonths(courses, mostMonths)].map(inUnit(unit)),
        heaping: { ...heaping },
      }
    })
  },

  readAccount: async (asked) => {
    const { service, query } = asked
    const live = packNamed(service, query.pack)
    const cell = cellOf(query)
    const indicator = indicatorNamed(live, query.indicator)
    const cursor = cursorsOf(service, { list: 'account', ...query })
    return asked.in(async (session) => {
      const ledgers = await ledgersWith(asked, session, 'see', live.pack, query.org)
      const question = questionOf(asked, live, ledgers, groupedWith([], cell))
      const whole = await liveAccount(session.rows, question, indicator, cell)
      const all = whole.filter((line) => isOf(line, query.why, query.started))
      const start = cursor.read(query.cursor, z.int()) ?? 0
      const lines = all.slice(start, start + query.limit)
      await session.rows('SET LOCAL search_path = varde')
      for (const [ledger, mine] of [...Map.groupBy(lines, (line) => line.ledger)].sort(([a], [b]) => a - b)) {
        asked.roleIn('see', ledger, live.pack)
        await session.look(ledger, {
          kind: 'account',
          seen: mine.map((line) => Number(line.pathway)),
          about: { pack: live.id, indicator: indicator.id },
        })
      }
      return {
        pack: { id: live.id, version: live.content.version },
        asOf: dayText(question.asking.asOf),
        next: start + query.limit < all.length ? cursor.write(start + query.limit) : null,
        lines: lines.map(({ ledger, pathway, ...line }) => ({ ...line, pathway: refOf(ledger, Number(pathway)) })),
      }
    })
  },
}
