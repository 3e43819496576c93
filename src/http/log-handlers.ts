import { z } from 'zod'
import type { logRoutes } from '../api/log-routes.ts'
import { readRef, refOf } from '../api/shapes.ts'
import { accessFormats } from '../publish/access.ts'
import type { Session } from '../store/ledger-database.ts'
import { type LogRow, listLog, verifyChains } from '../store/log.ts'
import { cursorsOf } from './cursor.ts'
import { ledgersWith } from './pathway-handlers.ts'
import { notThere } from './problem.ts'
import type { Asked, Handlers, ServiceParts } from './service.ts'

type Routes = typeof logRoutes

const viewOf = (service: ServiceParts, row: LogRow) => ({
  number: refOf(row.ledger, row.seq),
  ledger: row.ledger,
  chain: row.chain,
  at: row.at,
  kind: row.kind,
  person: row.person,
  name: row.name,
  role: row.role,
  pack: row.pack === 0 ? null : (service.packs.byNumber(row.pack)?.id ?? String(row.pack)),
  pathway: row.pathway === 0 ? null : refOf(row.ledger, row.pathway),
  showed: row.showed,
  reason: typeof row.told?.['reason'] === 'string' ? row.told['reason'] : null,
  told: row.told,
  before: row.before,
})

async function ledgersAsked(asked: Asked<Routes['listLog']> | Asked<Routes['verifyLog']>, session: Session): Promise<readonly number[]> {
  const { ledger, org } = asked.query
  const mine = await ledgersWith(asked, session, 'log', 0, org)
  return ledger === undefined ? mine : mine.filter((number) => number === ledger)
}

export const logHandlers: Handlers<Routes> = {
  listLog: (asked) => {
    const { query, service } = asked
    const cursor = cursorsOf(service, { list: 'log', ...query })
    const pathway = query.pathway === undefined ? undefined : readRef(query.pathway)
    const patient = query.patient === undefined ? undefined : readRef(query.patient)
    return asked.in(async (session) => {
      const ledgers = (await ledgersAsked(asked, session)).filter((n) =>
        [pathway, patient].every((ref) => ref === undefined || ref.ledger === n),
      )
      if (ledgers.length === 0 || (pathway && !isPathway(pathway.n))) return { rows: [], next: null }
      const rows = await listLog(session, {
        ledgers,
        chains: query.chain ? [query.chain] : ['act', 'look'],
        person: query.person,
        kind: query.kind,
        pathway: pathway?.n,
        patient: patient?.n,
        from: query.from,
        to: query.to,
        after: cursor.read(query.cursor, z.tuple([z.string(), z.int(), z.string()])),
        limit: query.limit + 1,
      })
      const page = rows.slice(0, query.limit)
      // Reading the log is a look too: it tells of pathways.
      for (const [ledger, shown] of [...Map.groupBy(page, (row) => row.ledger)].sort(([a], [b]) => a - b)) {
        asked.roleIn('log', ledger)
        const seen = shown.map((row) => row.pathway).filter((n) => n > 0)
        await session.look(ledger, { kind: 'log', seen, about: { ...query, cursor: undefined } })
      }
      const last = rows.length > query.limit ? page.at(-1) : undefined
      return { rows: page.map((row) => viewOf(service, row)), next: last ? cursor.write([last.at, last.ledger, last.chain]) : null }
    })
  },

  verifyLog: (asked) =>
    asked.in(async (session) => {
      const ledgers = await ledgersAsked(asked, session)
      await session.rows(`SET LOCAL statement_timeout = '120s'`)
      const chains = await verifyChains(session, ledgers, asked.query.from)
      return {
        holds: chains.every((chain) => chain.problems.length === 0),
        chains: chains.map((chain) => ({ ...chain, problems: [...chain.problems] })),
      }
    }),

  exportAccess: async (asked) => {
    const { ledger, n } = readRef(asked.params.pathway)
    if (!isPathway(n)) throw notThere()
    const format = accessFormats[asked.query.format]
    const text = await asked.in(async (session) => {
      const rows: LogRow[] = []
      for (let page: readonly LogRow[] | undefined; !page || page.length === pageLength; ) {
        const last = page?.at(-1)
        page = await listLog(session, {
          ledgers: [ledger],
          chains: ['act', 'look'],
          pathway: n,
          after: last && [last.at, last.ledger, last.chain],
          limit: pageLength,
        })
        rows.push(...page)
      }
      if (rows.length === 0) throw notThere()
      asked.roleIn('log', ledger)
      // After the rows are read, so that the file holds what the log held when it was asked for.
      await session.look(ledger, { kind: 'log-export', pathway: n, about: { format: asked.query.format } })
      return format.render(rows.reverse(), asked.params.pathway)
    })
    asked.reply
      .type(format.type)
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename="access-${asked.params.pathway}.${format.ending}"`)
      .send(text)
  },
}

const pageLength = 2000

/** Pathways are numbered from 1; 0 in the log is about none. */
const isPathway = (n: number): boolean => n >= 1 && n <= 2_147_483_647
