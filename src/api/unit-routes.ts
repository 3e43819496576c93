import { z } from 'zod'
import { Chance, Described, Figure, monthsShown } from './figure-routes.ts'
import { defineRoutes } from './route.ts'
import { DayText, OrgText } from './shapes.ts'

export const unitRoutes = defineRoutes({
  readUnit: {
    method: 'GET',
    path: '/api/unit',
    tag: 'Figures',
    summary: 'All indicators of one organisation: its last twelve whole months, month by month, and where it lies among all places',
    needs: 'count',
    scope: 'any',
    query: z.strictObject({
      pack: z.string().max(60),
      org: OrgText.describe('a place; or one above places: all that its houses recorded'),
      asOf: DayText.optional().describe('as known on this day; today unless said'),
    }),
    answer: z.strictObject({
      pack: z.strictObject({ id: z.string(), version: z.string() }),
      asOf: z.string(),
      from: z.string().describe('the first of the twelve months'),
      to: z.string().describe('the newest month that is over'),
      above: z.boolean().describe('it stands above places: all that its houses recorded is counted'),
      ledgers: z.array(z.strictObject({ ledger: z.int(), seq: z.int(), hash: z.string() })).describe('how far each ledger had come'),
      indicators: z.array(
        z.strictObject({
          indicator: z.string(),
          unknown: z.string().nullable().describe('why it cannot be computed from this pack'),
          figure: Figure.pick({
            denominator: true,
            numerator: true,
            share: true,
            low: true,
            high: true,
            fellShort: true,
            leftOut: true,
            coding: true,
          }).describe('of the twelve months'),
          chance: Chance,
          ...monthsShown,
          among: Described.describe('how many places were counted in the twelve months, and where the unit lies in their funnel'),
        }),
      ),
    }),
  },
})
