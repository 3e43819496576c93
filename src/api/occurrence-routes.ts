import { z } from 'zod'
import { occurrencePeriods } from '../core/occurrence/period.ts'
import { defineRoutes } from './route.ts'
import { DayText, OrgText, Text } from './shapes.ts'

const Month = z.string().regex(/^(19|20|21)\d{2}-(0[1-9]|1[0-2])$/, 'a month, written "2026-03"')
const Rate = z.strictObject({ rate: z.number(), low: z.number(), high: z.number() }).nullable()

const asked = {
  pack: z.string().max(60),
  org: OrgText.optional().describe('ledgers under this organisation; all one may count unless said'),
  milestone: Text(60).optional().describe('entries of this milestone; one of milestone, codes, variant'),
  codes: z.string().max(2000).optional().describe('or: entries of these codes, with commas'),
  variant: Text(60).optional().describe('or: entries of this variant'),
  washout: z.coerce
    .number()
    .pipe(z.int().min(1).max(36500))
    .optional()
    .describe('new is what had nothing of the kind in so many days before; only the first ever unless said'),
  period: z.enum(occurrencePeriods).default('month'),
  from: Month.optional().describe('the first period is the one that holds this month; 36 months, 20 quarters or 10 years back unless said'),
  to: Month.optional().describe('the last period is the one that holds this month; that of the day asked about unless said'),
  place: OrgText.optional().describe('only what was new at this place'),
  asOf: DayText.optional().describe('as known on this day; today unless said'),
  population: z
    .string()
    .max(4000)
    .default('')
    .describe(
      'how many live there, for a rate of 100,000 in a year: `all:120000,3:45000`, of one year `3@2024:46000`; counts alone unless said',
    ),
}

export const occurrenceRoutes = defineRoutes({
  readOccurrence: {
    method: 'GET',
    path: '/api/occurrence',
    tag: 'Figures',
    summary: 'How many persons had something new, by period and place: true numbers, for those who may count',
    needs: 'count',
    scope: 'any',
    query: z.strictObject(asked),
    answer: z.strictObject({
      pack: z.strictObject({ id: z.string(), version: z.string() }),
      asOf: z.string(),
      ledgers: z.array(z.strictObject({ ledger: z.int(), seq: z.int(), hash: z.string() })).describe('how far each ledger had come'),
      definition: z.strictObject({
        text: z.string(),
        sought: z.looseObject({ kind: z.enum(['milestone', 'codes', 'variant']) }),
        washoutDays: z.int().nullable(),
        lookBackDays: z.int().describe('so far back a ledger must reach before its counts are believed'),
        counted: z.literal('persons'),
      }),
      periods: z.array(
        z.strictObject({
          period: z.string(),
          persons: z.int(),
          early: z.boolean().describe('what came before is not known: people who had it already look new'),
          unfinished: z.boolean(),
          rate: Rate,
        }),
      ),
      places: z.array(z.strictObject({ place: z.int().nullable(), persons: z.int(), rate: Rate })),
      chart: z.looseObject({}).describe('a control chart of the counts to be drawn, or `refused` with the reason why there is none'),
    }),
  },
  exportOccurrence: {
    method: 'GET',
    path: '/api/occurrence.csv',
    tag: 'Figures',
    summary: 'The same by period and place as CSV, with the definition in its head, and that its small numbers are for inside the house',
    needs: 'count',
    scope: 'any',
    query: z.strictObject(asked),
  },
})
