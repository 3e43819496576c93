import { z } from 'zod'
import { dueKinds } from '../core/life/due.ts'
import { frictionKinds, presences, purposes, recordKinds, stages } from '../core/life/life.ts'
import { Elements, LifeName, LifeWords, PurposeAnswer, SaidByOne } from '../core/life/said.ts'
import { roles } from '../core/rights/rights.ts'
import { defineRoutes } from './route.ts'
import { DayText, Key, OrgNumber, OrgText, Ref } from './shapes.ts'

const PackId = z.string().max(60)
const IndicatorId = z.string().max(60)
const about = { n: z.int(), on: z.string(), by: z.int(), byName: z.string().nullable(), role: z.enum(roles) }

/** Beside a number, and in the list. */
const summary = {
  life: Ref,
  org: z.int(),
  name: z.string(),
  indicator: z.string().nullable(),
  stage: z.enum(stages),
  since: z.string(),
  purpose: z.enum(purposes),
  proposed: z.enum(purposes).nullable().describe('a purpose that waits to be agreed'),
  gap: z.string().nullable(),
  missing: z.array(z.string()).describe('elements that are recorded nowhere: with one of them there is no number here'),
  due: z.array(z.strictObject({ what: z.enum(dueKinds), on: z.string(), overdue: z.boolean() })),
  version: z.int(),
}
const LifeSummary = z.strictObject(summary).meta({ id: 'LifeSummary' })

const LifeView = z
  .strictObject({
    ...summary,
    asOf: z.string(),
    wanted: z.string(),
    pack: z.string(),
    steps: z.array(
      z.strictObject({ ...about, from: z.enum(stages).nullable(), to: z.enum(stages), why: z.string(), dropped: z.string().nullable() }),
    ),
    definitions: z.array(
      z.strictObject({
        ...about,
        elements: Elements,
        because: z.union([z.array(z.int()), z.literal('none-given')]),
        changed: z.string().nullable(),
      }),
    ),
    sheet: z.array(z.strictObject({ name: z.string(), says: z.string(), is: z.enum(presences).nullable(), where: z.string().nullable() })),
    gapSaid: z.strictObject(about).nullable(),
    proposal: z.strictObject({ ...about, purpose: z.enum(purposes), why: z.string() }).nullable(),
    frictions: z.array(
      z.strictObject({
        ...about,
        friction: z.enum(frictionKinds),
        note: z.string(),
        changed: z.string().nullable(),
        definitions: z.array(z.int()),
      }),
    ),
    cost: z.strictObject({ ...about, items: z.array(z.string()), cases: z.int(), minutes: z.number() }).nullable(),
    observed: z.strictObject({ ...about, cases: z.int() }).nullable(),
    minutesAYear: z.strictObject({ estimated: z.number().nullable(), observed: z.number().nullable() }),
    effects: z.array(z.strictObject({ ...about, wanted: z.string(), unwanted: z.string() })),
    log: z
      .array(z.strictObject({ ...about, what: z.enum(recordKinds), takenBack: z.boolean(), said: z.looseObject({}) }))
      .describe('everything that was said until that day, in order; also what was taken back or refused'),
  })
  .meta({ id: 'Life' })

const done = z.strictObject({ life: LifeView, record: z.int(), replayed: z.boolean() })
const one = z.strictObject({ life: Ref })

export const lifeRoutes = defineRoutes({
  listLives: {
    method: 'GET',
    path: '/api/lives',
    tag: 'Indicators',
    summary: 'Lives of indicators: stage, purpose, gap, what is missing and what is overdue',
    needs: 'count',
    scope: 'any',
    query: z.strictObject({ pack: PackId, org: OrgText.optional(), indicator: IndicatorId.optional() }),
    answer: z.strictObject({ today: z.string(), lives: z.array(LifeSummary) }),
  },
  openLife: {
    method: 'POST',
    path: '/api/lives',
    tag: 'Indicators',
    summary: 'Write down an idea for an indicator, of the pack or not yet',
    needs: 'define',
    scope: 'organisation',
    status: 201,
    body: z.strictObject({ key: Key, org: OrgNumber, pack: PackId, name: LifeName, wanted: LifeWords, indicator: IndicatorId.optional() }),
    answer: done,
  },
  readLife: {
    method: 'GET',
    path: '/api/lives/:life',
    tag: 'Indicators',
    summary: 'The life of an indicator, as it is or as it was on a day',
    needs: 'count',
    scope: 'reference',
    params: one,
    query: z.strictObject({ on: DayText.optional() }),
    answer: LifeView,
  },
  sayOfLife: {
    method: 'POST',
    path: '/api/lives/:life/records',
    tag: 'Indicators',
    summary: 'Say one thing of an indicator: a definition, where its data are, a step, friction, the gap, a purpose, cost, effects',
    needs: 'define',
    scope: 'reference',
    ifMatch: true,
    status: 201,
    params: one,
    body: z.strictObject({ key: Key, said: SaidByOne }),
    answer: done,
  },
  answerPurpose: {
    method: 'POST',
    path: '/api/lives/:life/purposes',
    tag: 'Indicators',
    summary: 'Agree to a purpose that somebody else proposed, or do not; who may not agree is refused, and that is written down',
    needs: 'define',
    scope: 'reference',
    ifMatch: true,
    status: 201,
    params: one,
    body: PurposeAnswer.extend({ key: Key }),
    answer: done,
  },
  readDefinition: {
    method: 'GET',
    path: '/api/definitions',
    tag: 'Indicators',
    summary: 'An indicator of a pack taken apart: whom it takes, its clock, its condition, its limits, its sources, and the rule itself',
    needs: 'signed-in',
    scope: 'none',
    query: z.strictObject({ pack: PackId, indicator: IndicatorId }),
    answer: z
      .looseObject({ id: z.string(), name: z.string(), rule: z.string() })
      .describe('`DefinitionTold` in src/core/life/definition.ts'),
  },
})
