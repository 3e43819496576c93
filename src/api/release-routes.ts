import { z } from 'zod'
import { causes, leftOutReasons } from '../core/measure/account.ts'
import { Manifest } from './figure-routes.ts'
import { defineRoutes } from './route.ts'
import { Ref } from './shapes.ts'

const Release = z
  .strictObject({
    manifest: Manifest,
    id: z.string(),
    revision: z.int(),
    title: z.string(),
    pack: z.string().describe('id of the pack; its number where it is not loaded here'),
    rules: z.string().describe('version of the pack it was counted by'),
    rulesNow: z.string().nullable().describe('version of the pack that an account is told by now'),
    asOf: z.string(),
    from: z.string(),
    to: z.string(),
    tables: z.array(
      z.strictObject({
        indicator: z.string(),
        by: z.array(z.string()),
        period: z.string().optional(),
        unit: z.enum(['day', 'working-day', 'minute']).nullable().describe('of the clock of the indicator, where it has one'),
      }),
    ),
    ledgers: z.array(z.int()).describe('all that it counts'),
    mine: z.array(z.int()).describe('those of them that one may count or see'),
    frozen: z.string(),
    frozenBy: z.string().nullable(),
    published: z.string().nullable().describe('when it was written down as published; null: it was not'),
    publishedBy: z.string().nullable(),
  })
  .meta({ id: 'Release' })

/** An entry that a figure rests on, and who answers for it. */
const Rests = z.strictObject({
  part: z.enum(['start', 'stop', 'moment']),
  entry: Ref,
  code: z.string(),
  occurred: z.string(),
  recorder: z.string(),
  decider: z.string().nullable(),
  onBehalfOf: z.string().nullable(),
  standing: z.string(),
})

/** One figure this pathway is in. */
const Line = z.strictObject({
  indicator: z.string(),
  name: z.string(),
  place: z.string(),
  month: z.string(),
  bin: z.enum(['met', 'missed', 'left-out']),
  why: z.enum([...causes, ...leftOutReasons]).nullable(),
  source: z.string().nullable().describe('of the rule that the clock or the condition follows, in the pack'),
  rests: z.array(Rests),
})

export const releaseRoutes = defineRoutes({
  listReleases: {
    method: 'GET',
    path: '/api/releases',
    tag: 'Releases',
    summary: 'Releases that were frozen from the live ledgers, and which of them are published; those that count what one may count or see',
    needs: ['count', 'see'],
    scope: 'any',
    answer: z.strictObject({ releases: z.array(Release) }),
  },
  listFiguresOf: {
    method: 'GET',
    path: '/api/pathways/:pathway/figures',
    tag: 'Releases',
    summary:
      'Every figure a pathway is in now, with the entries it rests on, and every release that rests on it, with how it counted there',
    needs: 'see',
    scope: 'reference',
    params: z.strictObject({ pathway: Ref }),
    answer: z.strictObject({
      pack: z.strictObject({ id: z.string(), version: z.string() }),
      asOf: z.string(),
      lines: z.array(Line),
      releases: z.array(z.strictObject({ release: Release, lines: z.array(Line) })),
    }),
  },
})
