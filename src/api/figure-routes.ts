import { z } from 'zod'
import { chartKinds } from '../core/bench/months.ts'
import { causes, leftOutReasons } from '../core/measure/account.ts'
import { defineRoutes } from './route.ts'
import { Cursor, DayText, OrgText, Ref, Text } from './shapes.ts'

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

const Month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month, written "2026-03"')
/** The hash of a release's manifest: what its pages name it by. */
export const Manifest = z.string().regex(/^[0-9a-f]{64}$/, 'the 64 digits of a manifest, as the pages of a release print them')
export const Described = z.looseObject({}).describe('a description to be drawn, or `refused` with the reason why there is none')
const KnownDays = z.strictObject({ read: z.int(), of: z.int() })
export const Chance = z
  .strictObject({ low: z.number(), high: z.number() })
  .nullable()
  .describe('where the share lies by chance alone, 95 % (Wilson); apart from low and high, which say what is not known')
/** Months of a place: how far the past days that completeness rests on are read, the chart, and months that are no part of it. */
export const monthsShown = {
  reported: KnownDays.describe('how far the past days that completeness rests on have been read: readKnownDays reads more').extend({
    delays: z.int().nullable().describe('months each month is followed for; null where completeness is not told'),
    knownOn: z.string().nullable().describe('the newest of the days that completeness rests on'),
    refused: z.string().nullable().describe('why completeness is not told though all days are read'),
    have: z.int().nullable(),
    need: z.int().nullable(),
  }),
  months: Described.describe('control chart of the months that are over and shown as counted, of the place and the variant'),
  recent: z
    .array(
      z.strictObject({
        month: z.string(),
        met: z.number(),
        all: z.number(),
        complete: z.number().nullable(),
        expected: z
          .strictObject({ met: z.number(), all: z.number(), share: z.number(), band: Described })
          .nullable()
          .describe('when all reports are in; the band lies around the share'),
      }),
    )
    .describe('months that are over and not all reported'),
}
const cell = { place: OrgText.optional(), in: z.string().max(10).optional(), variant: Text(60).optional() }

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
  readBench: {
    method: 'GET',
    path: '/api/bench',
    tag: 'Figures',
    summary: 'One figure with what says how far it can be trusted: months, places, months of start, heaping at the limit',
    needs: 'count',
    scope: 'any',
    query: z.strictObject({
      ...question,
      ...cell,
      indicator: z.string().max(60),
      chart: z
        .enum(chartKinds)
        .default('share')
        .describe('limits by the size of each month, or by how much months differ from one another'),
    }),
    answer: z.strictObject({
      pack: z.strictObject({ id: z.string(), version: z.string() }),
      asOf: z.string(),
      ledgers: z.array(z.strictObject({ ledger: z.int(), seq: z.int(), hash: z.string() })),
      unit: z.enum(['day', 'working-day', 'minute']).nullable(),
      unknown: z.string().nullable().describe('why the indicator cannot be computed from this pack'),
      figure: Figure,
      chance: Chance,
      unsettled: z
        .strictObject({ items: z.number(), numerator: z.number(), denominator: z.number(), share: z.number().nullable() })
        .nullable()
        .describe(
          'how many counted pathways rest on an entry in doubt, and the figure if none of those were so; null for an indicator without a clock',
        ),
      ...monthsShown,
      places: Described.describe('funnel of the places, of the period and the variant'),
      starts: z.array(
        z.strictObject({
          month: z.string(),
          started: z.int(),
          finishedWithin: z.int(),
          running: z.int(),
          share: z.number().nullable(),
          low: z.number().nullable(),
          high: z.number().nullable(),
          median: z.number().nullable(),
        }),
      ),
      heaping: Described.describe('of all months, of the place and the variant'),
    }),
  },
  readOverlap: {
    method: 'GET',
    path: '/api/bench/overlap',
    tag: 'Figures',
    summary: 'Two indicators of one cell: how many pathways both count, alike or otherwise, and how many only one of them does',
    needs: 'count',
    scope: 'any',
    query: z.strictObject({ ...question, ...cell, indicator: z.string().max(60), against: z.string().max(60) }),
    answer: z.strictObject({ alike: z.int(), otherwise: z.int(), onlyOne: z.int(), onlyOther: z.int() }),
  },
  readKnownDays: {
    method: 'GET',
    path: '/api/bench/days',
    tag: 'Figures',
    summary:
      'Reads more of the past days that completeness rests on, for some seconds; asked again until all are read. What is read is kept',
    needs: 'count',
    scope: 'any',
    query: z.strictObject({ pack: question.pack, org: question.org, asOf: question.asOf, indicator: z.string().max(60) }),
    answer: KnownDays,
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
      ...cell,
      indicator: z.string().max(60),
      why: z
        .enum(['met', 'missed', 'left-out', 'unsettled', ...causes, ...leftOutReasons])
        .optional()
        .describe('only those that count so, or are left out so'),
      release: Manifest.optional().describe(
        'behind a figure of this release: as known on its day, of its months and its ledgers, so far as one may see them; instead of org and asOf',
      ),
      against: z.string().max(60).optional().describe('another indicator: only pathways that this one counts and that one does not'),
      counts: z.enum(['only', 'otherwise']).optional().describe('with `against`: or that it counts otherwise'),
      started: Month.optional().describe('only those of one month of start, as the months of start count them'),
      cursor: Cursor,
      limit: z.coerce.number().pipe(z.int().min(1).max(5000)).default(2000),
    }),
    answer: z.strictObject({
      pack: z.strictObject({ id: z.string(), version: z.string() }),
      asOf: z.string(),
      next: z.string().nullable(),
      lines: z.array(z.looseObject({ pathway: Ref })),
    }),
  },
})
