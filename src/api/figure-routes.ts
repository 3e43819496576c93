import { z } from 'zod'
import { defineRoutes } from './route.ts'
import { DayText, OrgText, Ref, Text } from './shapes.ts'

const parts = ['place', 'period', 'variant'] as const
const By = z
  .string()
  .default('')
  .transform((text) => text.split(',').filter(Boolean))
  .pipe(z.array(z.enum(parts)))
  .describe('place, period, variant: any of them, with commas')
const Period = z.enum(['month', 'tertial', 'quarter', 'year']).default('month')

const question = {
  pack: z.string().max(60),
  org: OrgText.optional().describe('pathways in ledgers under this organisation; all one may count unless said'),
  asOf: DayText.optional().describe('as known on this day; today unless said'),
  period: Period,
}

export const Figure = z
  .strictObject({
    indicator: z.string(),
    place: z.string().nullable(),
    period: z.string().nullable(),
    variant: z.string().nullable(),
    denominator: z.number(),
    numerator: z.number(),
    share: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable(),
    median: z.number().nullable(),
    p90: z.number().nullable(),
    fellShort: z.record(z.string(), z.number()),
    leftOut: z.record(z.string(), z.number()),
    coding: z.strictObject({ realTime: z.number().nullable(), afterCoded: z.number().nullable(), shareRealTime: z.number().nullable() }),
  })
  .loose()
  .meta({ id: 'Figure' })

const figuresAsked = {
  ...question,
  indicator: z.string().max(400).optional().describe('ids with commas; all unless said'),
  by: By,
  place: OrgText.optional(),
  in: z.string().max(10).optional().describe('one period, such as 2026-03, 2026-T1, 2026-Q1 or 2026'),
  variant: Text(60).optional(),
}

export const figureRoutes = defineRoutes({
  listFigures: {
    method: 'GET',
    path: '/api/figures',
    tag: 'Figures',
    summary: 'Figures of the live ledger, from the layer that follows each entry',
    needs: 'count',
    scope: 'any',
    query: z.strictObject(figuresAsked),
    answer: z.strictObject({
      pack: z.strictObject({ id: z.string(), version: z.string() }),
      asOf: z.string(),
      ledgers: z.array(z.strictObject({ ledger: z.int(), seq: z.int(), hash: z.string() })).describe('how far each ledger had come'),
      figures: z.array(Figure),
    }),
  },
  exportFigures: {
    method: 'GET',
    path: '/api/figures.csv',
    tag: 'Figures',
    summary: 'The same figures as CSV, one column a number, with the time of the snapshot and the question in its head',
    needs: 'count',
    scope: 'any',
    query: z.strictObject(figuresAsked),
  },
  readAccount: {
    method: 'GET',
    path: '/api/account',
    tag: 'Figures',
    summary: 'Every pathway in a figure, or left out of it, and why: for those who may see pathways',
    needs: 'see',
    scope: 'any',
    query: z.strictObject({
      ...question,
      indicator: z.string().max(60),
      place: OrgText.optional(),
      in: z.string().max(10).optional(),
      variant: Text(60).optional(),
    }),
    answer: z.strictObject({
      pack: z.strictObject({ id: z.string(), version: z.string() }),
      asOf: z.string(),
      lines: z.array(z.looseObject({ pathway: Ref })),
    }),
  },
})
