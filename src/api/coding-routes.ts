import { z } from 'zod'
import { defineRoutes } from './route.ts'
import { DayText, OrgText, PersonNumber, Ref } from './shapes.ts'

const Recorded = z.array(
  z.strictObject({
    milestone: z.string(),
    name: z.string(),
    role: z.string().describe('of whoever recorded'),
    withinDays: z.int().describe('of the duty'),
    realTime: z.int(),
    afterCoded: z.int(),
  }),
)

export const codingRoutes = defineRoutes({
  readCoding: {
    method: 'GET',
    path: '/api/coding',
    tag: 'Coding',
    summary: 'What was coded in time and what after, what still waits to be coded and how, and what that does to the figures now',
    needs: 'see',
    scope: 'any',
    query: z.strictObject({
      pack: z.string().max(60),
      org: OrgText.optional().describe('pathways owned under this organisation'),
      from: DayText.optional().describe('recorded, or opened, on this day or after; 90 days back unless said'),
      person: z.coerce.number().pipe(PersonNumber).optional().describe('oneself unless said; anybody else only for their coding lead'),
      limit: z.coerce.number().pipe(z.int().min(1).max(1000)).default(200).describe('pathways in the queue'),
    }),
    answer: z.strictObject({
      pack: z.strictObject({ id: z.string(), version: z.string() }),
      asOf: z.string(),
      from: z.string(),
      recorded: Recorded.describe('by everybody, by milestone and role'),
      person: z.strictObject({ person: z.int(), recorded: Recorded }).describe('by one person alone'),
      queue: z.strictObject({
        pathways: z.array(
          z.strictObject({
            pathway: Ref,
            variant: z.string(),
            org: z.int(),
            limitDay: z.string().nullable().describe('the first limit of the clocks that run, or are past it'),
            overrun: z.boolean(),
            items: z.array(
              z.strictObject({
                why: z.enum(['proposal', 'document', 'step-done', 'booked-day-passed']),
                about: Ref.describe('the proposal, the document or the step'),
                on: z.string().nullable().describe('the day it says'),
                codes: z.array(z.string()).describe('any of these clears it'),
                way: z.strictObject({ method: z.string(), path: z.string() }).describe('the request that does'),
              }),
            ),
          }),
        ),
        more: z.boolean(),
      }),
      figures: z
        .array(
          z.strictObject({
            indicator: z.string(),
            name: z.string(),
            denominator: z.number(),
            share: z.number().nullable(),
            low: z.number().nullable(),
            high: z.number().nullable(),
            overrunNotCoded: z.number().describe('past the limit, nothing coded since: coding, so far as anybody can tell'),
            startMissing: z.number().describe('later steps are coded, the start is not: coding'),
            careLate: z.number().describe('counted, and missed for no recorded cause: care'),
            overrunWaiting: z.number().describe('past the limit and still going on: care'),
            untimed: z.number().describe('of a kind that has no limit: neither'),
            afterCoded: z.number().nullable().describe('counted, but known only after the duty'),
          }),
        )
        .nullable()
        .describe('null: the asker may not count here'),
      followed: z.array(
        z.strictObject({
          kind: z.enum(['next-step', 'escalation']),
          opened: z.int().describe('with a day to be done or answered by'),
          followed: z.int().describe('after which a milestone was dated, later than the day it was opened and before that day'),
        }),
      ),
    }),
  },
})
