import { z } from 'zod'
import { defineRoutes } from './route.ts'
import { DayText, Key, OrgText, Ref, Text } from './shapes.ts'
import { Delay, Done, explanation, oneOwner, onItem, onPathway, owner, ownerWords, WorkView } from './work-routes.ts'

/** Whole, or not said yet. */
const Explained = z.strictObject({
  ...explanation,
  avoidable: z.enum(['yes', 'no', 'unknown']),
  patientInitiated: z.boolean(),
  text: Text(4000).optional(),
})

const passed = z.strictObject({
  interval: z.string(),
  name: z.string(),
  variant: z.string(),
  verdict: z.enum(['missed', 'overrun']).describe('overrun: it goes on'),
  limit: z.number(),
  limitDay: z.string().nullable(),
  over: z.number().describe('how much the limit was passed by'),
  ...Delay.shape,
  record: WorkView.nullable().describe('null: nobody has said anything yet'),
})

export const overrunRoutes = defineRoutes({
  listPassedLimits: {
    method: 'GET',
    path: '/api/pathways/:pathway/overruns',
    tag: 'Passed limits',
    summary: 'The limits a pathway has passed: the delay in segments, what was said of it, and the reasons there are to choose from',
    needs: 'see',
    scope: 'reference',
    params: z.strictObject({ pathway: Ref }),
    query: z.strictObject({ interval: z.string().max(60).optional() }),
    answer: z.strictObject({
      pathway: Ref,
      version: z.int(),
      passed: z.array(passed),
      earlier: z.array(WorkView).describe('what was said of limits that, by what is known now, were not passed'),
      reasons: z.array(
        z.strictObject({
          id: z.string(),
          text: z.string(),
          texts: z.record(z.string(), z.string()),
          intervals: z.array(z.string()).nullable().describe('null: any'),
          source: z.string().nullable(),
        }),
      ),
    }),
  },
  recordPassedLimit: {
    ...onPathway,
    tag: 'Passed limits',
    method: 'POST',
    path: '/api/pathways/:pathway/overruns',
    summary: 'Write down a passed limit with its delay as it stands, and explain it; or leave that to somebody, until a day. One a limit',
    needs: 'work',
    body: z
      .strictObject({
        key: Key,
        interval: Text(60),
        variant: Text(60).optional().describe('where the entries name several'),
        explanation: Explained.optional(),
        ...owner,
        due: DayText.optional(),
      })
      .refine((said) => (said.explanation === undefined) === oneOwner(said), `an explanation, or ${ownerWords} who is to give one`),
  },
  explainPassedLimit: {
    ...onItem,
    tag: 'Passed limits',
    method: 'POST',
    path: '/api/work/:work/explanations',
    summary: 'Explain a passed limit. The delay is computed anew, so that the record holds what was explained',
    needs: 'work',
    body: Explained.extend({ key: Key }),
    answer: Done,
  },
  reportPassedLimits: {
    method: 'GET',
    path: '/api/overruns',
    tag: 'Passed limits',
    summary: 'Records of passed limits by reason, version of its list, place and month of the limit: counts, no patients',
    needs: 'count',
    scope: 'any',
    query: z.strictObject({
      pack: z.string().max(60),
      org: OrgText.optional().describe('places under this organisation'),
      interval: z.string().max(60).optional(),
      from: DayText.optional().describe('limits that fell on this day or after'),
      to: DayText.optional(),
    }),
    answer: z.strictObject({
      pack: z.strictObject({ id: z.string(), version: z.string() }),
      rows: z.array(
        z.strictObject({
          pack: z.string().describe('id and version of the pack whose list the reason is of'),
          reason: z.string().nullable().describe('null: not explained, or explained in words alone'),
          words: z.string().nullable().describe('of the reason, as they were when it was chosen'),
          place: z.int(),
          month: z.string().nullable(),
          passed: z.int(),
          explained: z.int(),
          avoidable: z.strictObject({ yes: z.int(), no: z.int(), unknown: z.int() }),
          patientInitiated: z.int(),
        }),
      ),
    }),
  },
})
