import type { figureRoutes } from '../api/figure-routes.ts'
import { refOf } from '../api/shapes.ts'
import { type Cell, type Grouping, groupings } from '../core/measure/figure.ts'
import { flat, flatHead } from '../core/measure/flat.ts'
import type { Indicator } from '../core/pack/pack.ts'
import { dayText, type PeriodKind, readDay, readPeriod } from '../core/words/day.ts'
import { type LiveQuestion, liveAccount, liveFigures } from '../store/live-figures.ts'
import type { LivePack } from '../store/live-packs.ts'
import { sendCsv } from './csv-answer.ts'
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
function cellOf(query: CellAsked): Cell {
  const period = query.in === undefined ? null : readPeriod(query.in, query.period)
  if (period === undefined)
    throw refuse('measure/grouping', `"${query.in}" is no ${query.period}: write 2026-03, 2026-T1, 2026-Q1 or 2026, as "period" says.`, [
      'query',
      'in',
    ])
  return { place: query.place === undefined ? null : String(query.place), period, variant: query.variant ?? null }
}

function questionOf(
  asked: Asked<Routes[keyof Routes]>,
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

function indicatorNamed(live: LivePack, id: string): Indicator {
  const found = live.content.indicators.find((indicator) => indicator.id === id)
  if (!found)
    throw refuse(
      'measure/unknown-indicator',
      `The pack has no indicator "${id}"; it has ${live.content.indicators.map((i) => i.id).join(', ')}.`,
      ['query', 'indicator'],
    )
  return found
}

async function figuresOf(asked: Asked<Routes['listFigures']> | Asked<Routes['exportFigures']>) {
  const { service, query, actor } = asked
  const live = packNamed(service, query.pack)
  const cell = cellOf(query)
  const wanted = query.indicator?.split(',').filter(Boolean)
  const indicators = wanted ? wanted.map((id) => indicatorNamed(live, id)) : live.content.indicators
  return service.ledger.counting(actor, async (rows) => {
    const ledgers = await ledgersWith(asked, { rows }, 'count', live.pack, query.org)
    const question = questionOf(asked, live, ledgers, groupedWith(query.by, cell))
    const heads = await rows("SELECT ledger, seq, encode(hash, 'hex') AS hash FROM varde.heads($1)", [ledgers])
    return {
      live,
      question,
      heads: heads.map((row) => ({ ledger: Number(row['ledger']), seq: Number(row['seq']), hash: String(row['hash']) })),
      figures: await liveFigures(rows, question, indicators, cell),
    }
  })
}

export const figureHandlers: Handlers<Routes> = {
  listFigures: async (asked) => {
    const { live, question, heads, figures } = await figuresOf(asked)
    return {
      pack: { id: live.id, version: live.content.version },
      asOf: dayText(question.asking.asOf),
      ledgers: heads,
      figures: figures.map((figure) => ({ ...figure, fellShort: { ...figure.fellShort }, leftOut: { ...figure.leftOut } })),
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

  readAccount: async (asked) => {
    const { service, query } = asked
    const live = packNamed(service, query.pack)
    const cell = cellOf(query)
    const indicator = indicatorNamed(live, query.indicator)
    return asked.in(async (session) => {
      const ledgers = await ledgersWith(asked, session, 'see', live.pack, query.org)
      const question = questionOf(asked, live, ledgers, groupedWith([], cell))
      const lines = await liveAccount(session.rows, question, indicator, cell)
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
        lines: lines.map(({ ledger, pathway, ...line }) => ({ ...line, pathway: refOf(ledger, Number(pathway)) })),
      }
    })
  },
}
