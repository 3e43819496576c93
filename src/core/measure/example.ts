import { z } from 'zod'
import { barredOf, refusalOf } from '../clock/chosen.ts'
import { readClock, readPathway } from '../clock/clock.ts'
import { arrive } from '../ledger/arrive.ts'
import { type ArrivingEntry, type Entry, standings } from '../ledger/entry.ts'
import type { Pack } from '../pack/pack.ts'
import { verdicts } from '../pack/schema.ts'
import { type Day, dayText, readDay } from '../words/day.ts'
import { endOfDay, type Instant, instantOf } from '../words/instant.ts'
import { fail, ok, type Result } from '../words/result.ts'
import { readYaml, shapeIssues } from '../words/yaml.ts'
import { accountOf, listPathways } from './account.ts'
import { type Figure, figuresOf } from './figure.ts'

const DayText = z.string().refine((text) => readDay(text) !== undefined, 'a day that exists, written "2024-02-29"')
const TimeText = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/, 'a time on the wall clock, written "2024-02-29T13:05"')

const Counts = z.record(z.string(), z.number())

/** A small ledger with the answer the rule book gives: `examples/*.yaml` beside a pack. */
export const Example = z.strictObject({
  title: z.string(),
  basis: z.string().optional().describe('stated, derived or assumed: how sure the expected answer is'),
  source: z.string().optional(),
  note: z.string().optional(),
  pack: z.string().optional().describe('a folder of a pack that extends this one, relative to the example'),
  asOf: DayText,
  entries: z.array(
    z.strictObject({
      id: z.string().optional(),
      pathway: z.string(),
      code: z.string().optional(),
      on: DayText.optional(),
      at: TimeText.optional(),
      recorded: DayText.optional().describe('the same day unless said'),
      place: z.string().optional(),
      variant: z.string().optional(),
      standing: z.enum(standings).optional(),
      value: z.number().optional(),
      recorder: z.string().optional(),
      corrects: z.string().optional(),
      withdraws: z.string().optional(),
      note: z.string().optional(),
    }),
  ),
  expect: z.strictObject({
    clocks: z
      .array(
        z.strictObject({
          pathway: z.string(),
          variant: z.string().optional(),
          interval: z.string(),
          verdict: z.enum([...verdicts, 'none']),
          reason: z.string().optional(),
          length: z.number().optional(),
          limit: z.number().optional(),
          start: DayText.optional(),
          stop: DayText.optional(),
        }),
      )
      .optional(),
    refused: z
      .array(z.strictObject({ pathway: z.string(), code: z.string(), why: z.string().describe('not-in-force, or the id of the rule') }))
      .optional(),
    unknownCodes: z.array(z.string()).optional().describe('codes the pack must not have'),
    figures: z
      .array(
        z.strictObject({
          indicator: z.string(),
          place: z.string().optional(),
          denominator: z.number().optional(),
          numerator: z.number().optional(),
          share: z.number().nullable().optional(),
          low: z.number().nullable().optional(),
          high: z.number().nullable().optional(),
          median: z.number().nullable().optional(),
          fellShort: Counts.optional(),
          leftOut: Counts.optional(),
          shareRealTime: z.number().nullable().optional(),
          realTime: z.number().optional(),
        }),
      )
      .optional(),
  }),
})
export type Example = z.infer<typeof Example>

export function readExample(text: string, file: string): Result<Example> {
  const yaml = readYaml(text, file, { notYaml: 'pack/not-yaml' })
  if (yaml.issues.length > 0) return fail(...yaml.issues)
  const shaped = Example.safeParse(yaml.value)
  return shaped.success ? ok(shaped.data) : fail(...shapeIssues(shaped.error, yaml, 'pack/shape', Example))
}

export function entriesOf(example: Example, pack: Pack): readonly Entry[] {
  return arrive(
    example.entries.map((e): ArrivingEntry => {
      const day = readDay(e.on ?? e.at?.slice(0, 10) ?? e.recorded ?? '') ?? (0 as Day) // one of them is there, or the example fails on its answer
      const [hours = 0, minutes = 0, seconds = 0] = (e.at?.slice(11) ?? '').split(':').map(Number)
      const occurredAt = e.at === undefined ? undefined : instantOf({ day, seconds: hours * 3600 + minutes * 60 + seconds }, pack.zone)
      const recorded = e.recorded === undefined ? day : (readDay(e.recorded) ?? day)
      return {
        ...(e.id === undefined ? {} : { id: e.id }),
        ledger: 0,
        pathway: e.pathway,
        ...(e.variant === undefined ? {} : { variant: e.variant }),
        code: e.code ?? '',
        occurred: day,
        ...(occurredAt === undefined ? {} : { occurredAt }),
        recorded,
        recordedAt: e.recorded === undefined && occurredAt !== undefined ? occurredAt : ((recorded * 86_400) as Instant),
        ...(e.place === undefined ? {} : { place: e.place }),
        standing: e.standing ?? 'sure',
        ...(e.value === undefined ? {} : { value: e.value }),
        ...(e.recorder === undefined ? {} : { recorder: e.recorder }),
        ...(e.corrects === undefined ? {} : { corrects: e.corrects }),
        ...(e.withdraws === undefined ? {} : { withdraws: e.withdraws }),
      }
    }),
  )
}

/** The figures an example's expectations ask for: one call for all engines. */
export type FigureAsker = (indicator: string, by: ReadonlySet<'place'>) => readonly Figure[]

/** What the plain engine answers otherwise than expected; empty when the example holds. */
export function differencesOf(pack: Pack, example: Example): readonly string[] {
  const asOf = readDay(example.asOf)!
  const asking = { asOf, asOfAt: endOfDay(asOf, pack.zone) }
  const entries = entriesOf(example, pack)
  const pathways = listPathways(pack, entries)
  const out: string[] = []
  const unknown = entries.filter((e) => !pack.codesByText.has(e.code)).map((e) => e.code)
  for (const code of new Set(unknown)) if (!example.expect.unknownCodes?.includes(code)) out.push(`the pack has no code ${code}`)
  for (const code of example.expect.unknownCodes ?? []) if (pack.codesByText.has(code)) out.push(`the pack has the code ${code}`)
  for (const want of example.expect.clocks ?? []) {
    const pathway = pathways.find((p) => p.id === want.pathway && (want.variant === undefined || p.variant === want.variant))
    const interval = pack.intervals.find((i) => i.id === want.interval)
    const clock = pathway && interval && readClock(readPathway(pack, pathway, asking), interval)
    const unit = interval?.unit === 'minute' ? 60 : 1
    const got = {
      verdict: clock?.verdict ?? 'none',
      reason: clock?.reason,
      length: clock?.length === undefined ? undefined : clock.length / unit,
      limit: clock?.limitAmount === undefined ? undefined : clock.limitAmount / unit,
      start: clock?.start && dayText(clock.start.day),
      stop: clock?.stop && dayText(clock.stop.day),
    }
    for (const key of ['verdict', 'reason', 'length', 'limit', 'start', 'stop'] as const)
      if (want[key] !== undefined && want[key] !== got[key])
        out.push(`${want.pathway} ${want.interval}: ${key} is ${got[key]}, expected ${want[key]}`)
  }
  for (const want of example.expect.refused ?? []) {
    const coded = pathways
      .filter((p) => p.id === want.pathway)
      .flatMap((p) => p.entries)
      .find(({ entry }) => entry.code === want.code)
    const barred = coded && barredOf(coded, asking)
    const why = barred === 'refused' && coded ? refusalOf(coded)?.rule : barred
    if (why !== want.why) out.push(`${want.pathway} ${want.code}: ${why ?? 'not refused'}, expected ${want.why}`)
  }
  const ask: FigureAsker = (id, by) => {
    const indicator = pack.indicators.find((i) => i.id === id)
    return indicator ? figuresOf(indicator, accountOf(pack, indicator, pathways, asking), { by, period: 'month' }) : []
  }
  return [...out, ...figureDifferences(example, ask)]
}

export function figureDifferences(example: Example, ask: FigureAsker): readonly string[] {
  return (example.expect.figures ?? []).flatMap((want) => {
    const figure = ask(want.indicator, new Set(want.place === undefined ? [] : ['place'])).find(
      (f) => want.place === undefined || f.place === want.place,
    )
    const name = [want.indicator, want.place].filter(Boolean).join(' at ')
    if (!figure) return want.denominator === 0 ? [] : [`${name}: no figure`]
    const got: Record<string, unknown> = { ...figure, ...figure.coding }
    return Object.entries(want).flatMap(([key, value]) => {
      if (key === 'indicator' || key === 'place' || value === undefined) return []
      const same =
        typeof value === 'number' && typeof got[key] === 'number' ? Math.abs(value - got[key]) < 5e-4 : ordered(value) === ordered(got[key])
      return same ? [] : [`${name}: ${key} is ${JSON.stringify(got[key])}, expected ${JSON.stringify(value)}`]
    })
  })
}

/** Counts by reason, whatever order they were written in. */
const ordered = (value: unknown): string =>
  JSON.stringify(typeof value === 'object' && value !== null ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) : value)
