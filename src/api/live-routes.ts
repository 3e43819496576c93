import { z } from 'zod'
import { defineRoutes } from './route.ts'

export const liveRoutes = defineRoutes({
  followChanges: {
    method: 'GET',
    path: '/api/changes',
    tag: 'Live',
    summary:
      'What changes on pathways one may see, as server-sent events: "change" with pathway, version, kind and role; "feeds" where feeds stand otherwise than before; "reset" where too much was missed. Last-Event-ID goes on where a stream broke off',
    needs: 'see',
    scope: 'any',
    endless: true,
    query: z.strictObject({ pack: z.string().max(60).optional() }),
  },
})
