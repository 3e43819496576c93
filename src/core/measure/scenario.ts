import { z } from 'zod'
import { standings } from '../ledger/entry.ts'
import { asList, type Pack } from '../pack/pack.ts'
import { readDay } from '../words/day.ts'
import type { Issue, IssueCode } from '../words/issue.ts'
import { fail, ok, type Result } from '../words/result.ts'
import { didYouMean, readYaml, shapeIssues, type YamlText } from '../words/yaml.ts'

/**
 * How a ledger is made up: `scenario/generate.yaml` beside a pack. Data only, so that somebody who knows a hospital can
 * read and change it. Times are in days (`days`) or, in a pack of minutes, in minutes too (`minutes`).
 */

const Id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]*$/, 'letters, digits and hyphens')
  .max(60)
const Words = z.string().min(1).max(4000)
const DayText = z.string().refine((text) => readDay(text) !== undefined, 'a day that exists, written "2024-02-29", from 1900 to 2199')
const Share = z.number().min(0).max(1)
const Weight = z.number().min(0).max(1e9)
const Factor = z.number().min(0).max(100)
const Amount = z.number().min(-100_000).max(100_000)

const Spread = z.union([
  Amount.describe('always so many'),
  z.strictObject({ choose: z.record(z.string().regex(/^-?\d+$/, 'a whole number'), Weight) }).describe('amount: weight'),
  z.strictObject({ median: Amount.min(0), p90: Amount.min(0), min: Amount.optional(), max: Amount }).describe('log-normal, cut off'),
])
export type Spread = z.infer<typeof Spread>

const time = { days: Spread.optional(), minutes: Spread.optional() }
const Time = z.strictObject(time)
export type Time = z.infer<typeof Time>

const Roles = z.record(z.string().min(1), Weight)

const Outcome = z.strictObject({
  code: z.string().min(1).max(80).describe('may hold {variant}'),
  weight: Weight,
  weightIn: z.record(Id, Weight).optional().describe('variant: weight there'),
  ...time,
  ends: z.boolean().optional().describe('true: steps after this one do not come, and nothing dated later is in the pathway'),
  value: Spread.optional(),
})

const PutOff = z.strictObject({
  code: z.string().min(1).describe('when waiting begins, between the step before and the day this step would have come'),
  endCode: z.string().min(1),
  chance: Share,
  ...time,
  endCoded: Share.optional().describe('share of ends that are recorded at all; all unless said'),
})

const Step = z.strictObject({
  id: Id,
  after: z
    .union([Id, z.array(Id).min(1)])
    .optional()
    .describe('the latest of these that came; the first step has none'),
  unless: z.array(Id).optional().describe('not when one of these came'),
  variants: z.array(Id).optional().describe('only in these'),
  exceptVariants: z.array(Id).optional(),
  chance: Share.optional().describe('that it comes at all; always unless said'),
  ...time,
  code: z.string().min(1).max(80).optional(),
  outcomes: z.array(Outcome).min(1).optional(),
  ends: z.boolean().optional(),
  value: Spread.optional(),
  coded: Share.optional().describe('share that is recorded at all; all unless said'),
  late: Factor.optional().describe('how much more often than others it is recorded late'),
  moves: z.boolean().optional().describe('true: the pathway goes on at another place'),
  elsewhere: Share.optional().describe('share that takes place at another place, to which the pathway does not move'),
  repeats: z
    .strictObject({ times: Spread, ...time })
    .optional()
    .describe('how often it comes again, and how long after'),
  putOff: z.array(PutOff).optional().describe('stretches of waiting that put the step off by their length'),
  recordedBy: Roles.optional().describe('role: weight'),
  decidedBy: Roles.optional(),
})
export type Step = z.infer<typeof Step>

export const Scenario = z.strictObject({
  about: Words.optional(),
  period: z
    .strictObject({ from: DayText, to: DayText })
    .describe('pathways begin in it; what is recorded after its last day is not in the ledger'),
  seasons: z.array(Weight).length(12).optional().describe('beginnings by month of the year'),
  hours: z.array(Weight).length(24).optional().describe('beginnings by hour of the day, in a pack of minutes'),
  weekend: Share.optional().describe(
    'share of what falls on Saturday or Sunday that stays there; the rest comes on Monday. In packs of days',
  ),
  places: z
    .array(
      z.strictObject({
        name: Words,
        weight: Weight,
        pace: Factor.optional().describe('multiplies waits given by a median'),
        late: Factor.optional().describe('multiplies the share recorded late'),
        transfers: Factor.optional().describe('multiplies the chance of steps that move the pathway elsewhere'),
        receives: Weight.optional().describe('weight among places a pathway moves to; its weight unless said'),
      }),
    )
    .min(1),
  variants: z.array(z.strictObject({ id: Id, weight: Weight, pace: Factor.optional() })).optional(),
  steps: z.array(Step).min(1),
  recording: z.strictObject({
    inTime: Share,
    prompt: Time.describe('how long after it came it is recorded, in time'),
    lateAfter: Time.describe('the same, when late'),
    dayOnly: Share.optional().describe('share of entries known only to their day, in a pack of minutes'),
  }),
  corrections: z.strictObject({ share: Share, wrongBy: Time, after: Time }).optional().describe('entries first recorded with a wrong time'),
  withdrawals: z
    .strictObject({ share: Share, wrongBy: Time, after: Time })
    .optional()
    .describe('entries recorded twice, one of them withdrawn'),
  doubts: z.partialRecord(z.enum(standings), Share).optional().describe('standing: share of entries'),
})
export type Scenario = z.infer<typeof Scenario>

type Path = readonly (string | number)[]
type Say = (path: Path, message: string, code?: IssueCode) => void

/** Reads a scenario and checks it against its pack. Issues: `pack/not-yaml`, `pack/shape`, `pack/dangling`, `pack/meaning`. */
export function readScenario(text: string, file: string, pack: Pack): Result<Scenario> {
  const yaml = readYaml(text, file, { notYaml: 'pack/not-yaml' })
  if (yaml.issues.length > 0) return fail(...yaml.issues)
  const shaped = Scenario.safeParse(yaml.value)
  if (!shaped.success) return fail(...shapeIssues(shaped.error, yaml, 'pack/shape', Scenario))
  const issues = checkScenario(shaped.data, pack, yaml)
  return issues.length > 0 ? fail(...issues) : ok(shaped.data)
}

function checkScenario(scenario: Scenario, pack: Pack, yaml: YamlText): readonly Issue[] {
  const issues: Issue[] = []
  const say: Say = (path, message, code = 'pack/meaning') => issues.push({ code, message, path, at: yaml.spotOf(path) })
  if (readDay(scenario.period.to)! < readDay(scenario.period.from)!) say(['period', 'to'], 'the last day lies before the first')
  if (!scenario.places.some((place) => place.weight > 0)) say(['places'], 'no place has a weight above 0')
  if (scenario.seasons && !scenario.seasons.some((weight) => weight > 0)) say(['seasons'], 'no month has a weight above 0')
  if (scenario.hours && pack.time === 'day') say(['hours'], 'a pack of whole days (time: day) has no hours')
  if (scenario.hours && !scenario.hours.some((weight) => weight > 0)) say(['hours'], 'no hour has a weight above 0')
  checkTimes(scenario, pack, say)
  const doubts = Object.values(scenario.doubts ?? {}).reduce((sum, share) => sum + share, 0)
  if (doubts > 1) say(['doubts'], `the shares add up to ${doubts}, more than 1`)
  checkVariants(scenario, pack, say)
  checkSteps(scenario, pack, say)
  return issues
}

/** Every `{days, minutes}` in the scenario, wherever it stands. */
function checkTimes(scenario: Scenario, pack: Pack, say: Say): void {
  const walk = (value: unknown, path: Path): void => {
    if (typeof value !== 'object' || value === null) return
    if ('days' in value && 'minutes' in value) say(path, 'say either `days` or `minutes`')
    if ('minutes' in value && pack.time === 'day') say([...path, 'minutes'], 'a pack of whole days (time: day) has no minutes')
    if ('median' in value && 'p90' in value && Number(value.p90) < Number(value.median)) say([...path, 'p90'], 'lies below the median')
    if ('choose' in value && Object.values(value.choose as object).every((weight) => weight === 0))
      say([...path, 'choose'], 'no weight above 0')
    for (const [key, part] of Object.entries(value)) walk(part, [...path, Array.isArray(value) ? Number(key) : key])
  }
  walk(scenario, [])
}

function checkVariants(scenario: Scenario, pack: Pack, say: Say): void {
  if (pack.variantFrom === 'code' && !scenario.variants?.length)
    say(['variants'], 'in this pack (variantFrom: code) each code names a variant: list them, with weights')
  if (scenario.variants && !scenario.variants.some((variant) => variant.weight > 0)) say(['variants'], 'no variant has a weight above 0')
  for (const [i, { id }] of (scenario.variants ?? []).entries()) {
    if (!pack.variants.includes(id)) say(['variants', i, 'id'], `no variant "${id}"${didYouMean(id, pack.variants)}`, 'pack/dangling')
    else if (pack.variantFrom === 'code' && prefixOf(pack, id) === undefined)
      say(['variants', i, 'id'], `the pack knows no prefix of "${id}", so it has no codes`)
  }
}

function checkSteps(scenario: Scenario, pack: Pack, say: Say): void {
  const before: string[] = []
  const listed = scenario.variants?.map((variant) => variant.id) ?? []
  for (const [i, step] of scenario.steps.entries()) {
    const path = (...rest: (string | number)[]): Path => ['steps', i, ...rest]
    if (before.includes(step.id)) say(path('id'), `"${step.id}" is there already`, 'pack/duplicate-id')
    if (i > 0 && step.after === undefined) say(path(), 'say which step it comes after; only the first stands alone')
    for (const id of [...asList(step.after), ...(step.unless ?? [])])
      if (!before.includes(id))
        say(path(step.unless?.includes(id) ? 'unless' : 'after'), `no step "${id}" above${didYouMean(id, before)}`, 'pack/dangling')
    for (const id of [...(step.variants ?? []), ...(step.exceptVariants ?? [])])
      if (!listed.includes(id))
        say(
          path(step.variants?.includes(id) ? 'variants' : 'exceptVariants'),
          `no variant "${id}" in this scenario${didYouMean(id, listed)}`,
          'pack/dangling',
        )
    if (step.code !== undefined && step.outcomes) say(path('outcomes'), 'say either `code` or `outcomes`')
    for (const [j, outcome] of (step.outcomes ?? []).entries())
      for (const id of Object.keys(outcome.weightIn ?? {}))
        if (!listed.includes(id))
          say(path('outcomes', j, 'weightIn', id), `no variant "${id}" in this scenario${didYouMean(id, listed)}`, 'pack/dangling')
    checkCodes(scenario, pack, { step, path }, say)
    before.push(step.id)
  }
}

function checkCodes(
  scenario: Scenario,
  pack: Pack,
  { step, path }: { step: Step; path: (...rest: (string | number)[]) => Path },
  say: Say,
): void {
  const asked = [
    ...(step.code === undefined ? [] : [{ code: step.code, at: path('code'), used: () => true }]),
    ...(step.outcomes ?? []).map((outcome, j) => ({
      code: outcome.code,
      at: path('outcomes', j, 'code'),
      used: (v: string) => (outcome.weightIn?.[v] ?? outcome.weight) > 0,
    })),
    ...(step.putOff ?? []).flatMap((stretch, j) =>
      (['code', 'endCode'] as const).map((key) => ({ code: stretch[key], at: path('putOff', j, key), used: () => true })),
    ),
  ]
  const variants = (pack.variantFrom === 'code' ? (scenario.variants ?? []).map((v) => v.id) : ['']).filter(
    (v) => v === '' || comesIn(step, v),
  )
  for (const { code, at, used } of asked) {
    const without = variants.filter((v) => used(v) && !hasCode(pack, codeIn(pack, code, v), v))
    const which = without.filter((v) => v !== '')
    if (without.length > 0)
      say(
        at,
        `the pack has no such code${which.length > 0 ? ` in ${which.slice(0, 5).join(', ')}: leave them out of this step, or give it no weight there` : ''}`,
        'pack/dangling',
      )
  }
  if (step.outcomes)
    for (const variant of variants)
      if (!step.outcomes.some((outcome) => (outcome.weightIn?.[variant] ?? outcome.weight) > 0))
        say(path('outcomes'), `no outcome has a weight above 0${variant && ` in ${variant}`}`)
}

export const comesIn = (step: Step, variant: string): boolean =>
  (step.variants?.includes(variant) ?? true) && !step.exceptVariants?.includes(variant)

const hasCode = (pack: Pack, code: string, variant: string) =>
  pack.codesByText.get(code)?.some((row) => variant === '' || row.variant === variant) ?? false

export function prefixOf(pack: Pack, variant: string): string | undefined {
  const prefix = pack.text.variants.find((v) => v.id === variant)?.prefix
  return typeof prefix === 'string' ? prefix : undefined
}

/** A code as it stands in the variant; where entries carry the variant, as it is written. */
export const codeIn = (pack: Pack, code: string, variant: string): string => code.replaceAll('{variant}', prefixOf(pack, variant) ?? '')
