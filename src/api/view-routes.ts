import { z } from 'zod'
import { ListSettings } from './list-settings.ts'
import { defineRoutes } from './route.ts'
import { Key, OrgNumber, Ref, Text } from './shapes.ts'

const View = z
  .strictObject({
    view: Ref,
    name: z.string(),
    own: z.boolean().describe('of the asker alone; otherwise shared with the organisation'),
    org: z.int(),
    search: ListSettings,
    version: z.int(),
    changed: z.string(),
    changedBy: z.string().nullable(),
  })
  .meta({ id: 'View' })

const view = z.strictObject({ view: Ref })
const Name = Text(60).describe('no name of a patient: everybody it is shared with reads it')
const done = z.strictObject({ view: Ref, version: z.int(), replayed: z.boolean() })

export const viewRoutes = defineRoutes({
  listViews: {
    method: 'GET',
    path: '/api/views',
    tag: 'Views',
    summary: 'Views of the list of pathways: one’s own, and those shared with organisations one sees',
    needs: 'see',
    scope: 'any',
    answer: z.strictObject({ views: z.array(View) }),
  },
  keepView: {
    method: 'POST',
    path: '/api/views',
    tag: 'Views',
    summary: 'Keep a view, for oneself or shared with an organisation',
    needs: 'work',
    scope: 'organisation',
    status: 201,
    body: z.strictObject({ key: Key, org: OrgNumber, own: z.boolean(), name: Name, search: ListSettings }),
    answer: done,
  },
  changeView: {
    method: 'POST',
    path: '/api/views/:view/changes',
    tag: 'Views',
    summary: 'Give a view another name, or let it show something else',
    needs: 'work',
    scope: 'reference',
    ifMatch: true,
    status: 201,
    params: view,
    body: z.strictObject({ key: Key, name: Name, search: ListSettings }),
    answer: done,
  },
  dropView: {
    method: 'POST',
    path: '/api/views/:view/drops',
    tag: 'Views',
    summary: 'Remove a view; it can be brought back',
    needs: 'work',
    scope: 'reference',
    ifMatch: true,
    status: 201,
    params: view,
    body: z.strictObject({ key: Key }),
    answer: done,
  },
  restoreView: {
    method: 'POST',
    path: '/api/views/:view/restorations',
    tag: 'Views',
    summary: 'Bring back a view that was removed',
    needs: 'work',
    scope: 'reference',
    ifMatch: true,
    status: 201,
    params: view,
    body: z.strictObject({ key: Key }),
    answer: done,
  },
})
