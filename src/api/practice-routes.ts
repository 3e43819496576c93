import { z } from 'zod'
import { defineRoutes } from './route.ts'
import { DayText, Text } from './shapes.ts'

/** As `core/practice` makes it; what has no value says why, as `refused`. */
const Made = z.looseObject({})

export const practiceRoutes = defineRoutes({
  readPractice: {
    method: 'GET',
    path: '/api/practice',
    tag: 'Figures',
    summary:
      'How each place codes what stands behind an indicator, and which places can be compared: all one may count at once, counts only',
    needs: 'count',
    scope: 'any',
    query: z.strictObject({
      pack: z.string().max(60),
      indicator: z.string().max(60),
      asOf: DayText.optional().describe('as known on this day; today unless said'),
      period: z.enum(['month', 'tertial', 'quarter', 'year']).default('month'),
      in: z.string().max(10).optional().describe('pathways of one period, such as 2026-03, 2026-T1, 2026-Q1 or 2026'),
      variant: Text(60).optional(),
    }),
    answer: z.strictObject({
      pack: z.strictObject({ id: z.string(), version: z.string() }),
      asOf: z.string(),
      ledgers: z.array(z.strictObject({ ledger: z.int(), seq: z.int(), hash: z.string() })).describe('how far each ledger had come'),
      unknown: z.string().nullable().describe('why the indicator cannot be computed from this pack'),
      places: z
        .array(Made)
        .describe('of each place: what was recorded in time, by whom, how, on which codes clocks start, what has changed'),
      startCodes: z.array(Made).describe('codes that can start the clock, as the pack writes them'),
      mainStart: z.string().nullable().describe('the one most clocks start on'),
      rareCodes: z.array(z.string()),
      comparison: Made.describe('which places code alike, and where comparing their figures would mislead'),
    }),
  },
})
