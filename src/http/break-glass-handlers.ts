import { randomUUID } from 'node:crypto'
import type { breakGlassRoutes } from '../api/break-glass-routes.ts'
import { readRef, refOf } from '../api/shapes.ts'
import { ledgerOfScope } from '../core/rights/rights.ts'
import { findBehindGlass, findOwnGlass, findReview, listOwnGlass, listReviews } from '../store/glass.ts'
import { getOrganisation } from './pathway-handlers.ts'
import { notThere, refuse } from './problem.ts'
import type { Handlers } from './service.ts'

/** Emergency access: the act and the review that waits for it are written in one call, so that there is never one without the other. */
export const breakGlassHandlers: Handlers<typeof breakGlassRoutes> = {
  breakGlass: async (asked) => {
    const { body, actor } = asked
    const opened = await asked.in(async (session) => {
      const ledger = 'pathway' in body ? readRef(body.pathway).ledger : (await getOrganisation(session, body.org)).ledger
      const { n } = 'pathway' in body ? readRef(body.pathway) : { n: 0 }
      const by = 'pathway' in body ? { pathway: Math.min(n, 2_147_483_647) } : { nationalId: body.nationalId }
      const behind = await findBehindGlass(session, ledger, by, body.minutes)
      if (behind.length === 0) {
        // Whether a person is known somewhere is something about them: asking in vain is written down too.
        await session.look(ledger, { kind: 'glass-in-vain', about: {} })
        return []
      }
      const done = await session.act(
        ledger,
        behind.flatMap(({ pathway, patient, until }) => {
          const key = randomUUID()
          const review = {
            kind: 'glass-review',
            state: 'waiting',
            open: true,
            ownerRole: 'data-protection-officer',
            body: { reason: body.reason, until },
          }
          return [
            { key, kind: 'glass-broken' as const, pathway, payload: { patient, reason: body.reason, until } },
            { key: `${key}-review`, kind: 'work-opened' as const, pathway, payload: review },
          ]
        }),
      )
      return behind.map(({ pathway, patient, until }, i) => ({
        glass: refOf(ledger, done[i * 2]?.seq ?? 0),
        pathway: refOf(ledger, pathway),
        patient: refOf(ledger, patient),
        until,
      }))
    })
    if (opened.length === 0) throw notThere()
    asked.request.log.info({ person: actor.person, pathways: opened.length }, 'emergency access')
    return { opened }
  },

  listBrokenGlass: async (asked) =>
    asked.in(async (session) => ({
      opened: (await listOwnGlass(session)).map((row) => {
        const ledger = Number(row['ledger'])
        return {
          glass: refOf(ledger, Number(row['glass'])),
          pathway: refOf(ledger, Number(row['pathway'])),
          patient: refOf(ledger, Number(row['patient'])),
          until: String(row['until']),
          reason: String(row['reason']),
        }
      }),
    })),

  endBrokenGlass: async (asked) => {
    const { ledger, n } = readRef(asked.params.glass)
    await asked.in(async (session) => {
      const mine = await findOwnGlass(session, ledger, n)
      if (!mine) throw notThere()
      if (mine['open'] === true)
        await session.act(ledger, [{ key: randomUUID(), kind: 'glass-ended', pathway: Number(mine['pathway']), payload: { glass: n } }])
    })
    return { ended: true }
  },

  listGlassReviews: async (asked) => {
    const mine = [...new Set(asked.actor.rights.filter((r) => r.capability === 'log').flatMap((r) => [...r.scopes].map(ledgerOfScope)))]
    return asked.in(async (session) => {
      const rows = await listReviews(session, mine, asked.query.state)
      // As with the log: whoever reads who saw whom sees whom as well.
      for (const [ledger, shown] of [...Map.groupBy(rows, (row) => Number(row['ledger']))].sort(([a], [b]) => a - b)) {
        asked.roleIn('log', ledger)
        await session.look(ledger, { kind: 'glass-reviews', seen: shown.map((row) => Number(row['pathway'])), about: asked.query })
      }
      const reviews = rows.map((row) => {
        const ledger = Number(row['ledger'])
        return {
          work: refOf(ledger, Number(row['work'])),
          pathway: refOf(ledger, Number(row['pathway'])),
          person: Number(row['person']),
          name: String(row['name']),
          reason: String(row['reason']),
          opened: String(row['opened']),
          until: String(row['until']),
          looks: Number(row['looks']),
          state: String(row['state']),
          finding: row['finding'] as string | null, // text columns
          note: row['note'] as string | null,
        }
      })
      return { reviews }
    })
  },

  reviewGlass: async (asked) => {
    const { ledger, n } = readRef(asked.params.work)
    await asked.in(async (session) => {
      const review = await findReview(session, ledger, n)
      if (!review) throw notThere()
      if (Number(review['opened_by']) === asked.actor.person)
        throw refuse('ledger/not-allowed', 'Nobody reviews their own access: ask another data-protection officer.')
      if (review['state'] !== 'waiting') throw refuse('ledger/changed', 'This access has been reviewed by somebody else.')
      const payload = { work: n, state: 'reviewed', open: false, body: asked.body }
      await session.act(ledger, [
        { key: randomUUID(), kind: 'work-moved', pathway: Number(review['pathway']), expected: Number(review['version']), payload },
      ])
    })
    return { reviewed: true }
  },
}
