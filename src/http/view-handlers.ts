import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { ListSettings } from '../api/list-settings.ts'
import { readRef, refOf } from '../api/shapes.ts'
import type { viewRoutes } from '../api/view-routes.ts'
import type { ActKind } from '../core/work/work.ts'
import { countViews, findViewRow, listViewRows } from '../store/views.ts'
import { getOrganisation } from './pathway-handlers.ts'
import { notThere, refuse } from './problem.ts'
import type { Asked, Handlers } from './service.ts'

type Routes = typeof viewRoutes

/** More than anybody can look through; a list without an end would be a store for anything. */
const mostViews = 200

/** One act on a view that is there, by whoever has seen this version of it. */
function changed(
  asked: Asked<Routes['changeView']> | Asked<Routes['dropView']> | Asked<Routes['restoreView']>,
  kind: ActKind,
  said: Readonly<Record<string, unknown>> = {},
) {
  const { ledger, n } = readRef(asked.params.view)
  return asked.in(async (session) => {
    const row = await findViewRow(session, ledger, n)
    if (!row) throw notThere()
    asked.roleIn('work', ledger)
    const payload = { view: n, ...said, ...(kind === 'view-kept' ? { org: row.org, own: row.person !== null } : {}) }
    const expected = asked.ifMatch === undefined ? {} : { expected: asked.ifMatch }
    const [done] = await session.act(ledger, [{ key: asked.body.key ?? randomUUID(), kind, ...expected, payload }])
    const after = await findViewRow(session, ledger, n)
    if (!done || !after) throw new Error('An act gives an answer.')
    asked.reply.header('etag', `"${after.version}"`)
    return { view: asked.params.view, version: after.version, replayed: done.replayed }
  })
}

export const viewHandlers: Handlers<Routes> = {
  listViews: (asked) =>
    asked.in(async (session) => ({
      views: (await listViewRows(session)).map((row) => ({
        view: refOf(row.ledger, row.view),
        name: row.name,
        own: row.person !== null,
        org: row.org,
        search: row.search as z.output<typeof ListSettings>, // as it was taken in through the same shape
        version: row.version,
        changed: row.changed,
        changedBy: row.changed_name,
      })),
    })),

  keepView: (asked) => {
    const { key, ...said } = asked.body
    return asked.in(async (session) => {
      const { ledger } = await getOrganisation(session, said.org)
      asked.roleIn('work', ledger)
      if ((await countViews(session, said)) >= mostViews)
        throw refuse('ledger/too-many', `There are ${mostViews} views here: remove some that nobody uses.`)
      const [done] = await session.act(ledger, [{ key: key ?? randomUUID(), kind: 'view-kept', payload: said }])
      const row = done && (await findViewRow(session, ledger, done.seq))
      if (!done || !row) throw new Error('An act gives an answer.')
      return { view: refOf(ledger, row.view), version: row.version, replayed: done.replayed }
    })
  },

  changeView: (asked) => changed(asked, 'view-kept', { name: asked.body.name, search: asked.body.search }),
  dropView: (asked) => changed(asked, 'view-dropped'),
  restoreView: (asked) => changed(asked, 'view-restored'),
}
