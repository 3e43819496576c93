import { z } from 'zod'
import { frictionKinds, presences, purposes, stages } from './life.ts'

/** The shapes of what is said in a life, for whoever takes it in. */

// NUL cannot stand in a database's text, nor half a character in UTF-8.
const Text = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .refine((text) => !text.includes('\0') && text.isWellFormed(), 'text without NUL or broken characters')
export const LifeWords = Text(4000)
export const LifeName = Text(200)
const IndicatorId = z.string().max(60)
const RecordNumber = z.int().min(1)
const Cases = z.int().min(0).max(100_000_000)
const many = 60

export const Elements = z
  .array(z.strictObject({ name: LifeName, says: LifeWords }))
  .min(1)
  .max(many)

const saidByOne = [
  z.strictObject({
    kind: z.literal('definition'),
    elements: Elements.describe('what has to be known to compute it'),
    because: z
      .union([z.array(RecordNumber).min(1).max(many), z.literal('none-given')])
      .describe('frictions that gave rise to it, by number'),
    changed: LifeWords.optional().describe('what is new; of the first definition nothing is'),
  }),
  z.strictObject({
    kind: z.literal('match'),
    elements: z
      .array(z.strictObject({ name: LifeName, is: z.enum(presences), where: LifeWords.optional() }))
      .min(1)
      .max(many),
  }),
  z.strictObject({
    kind: z.literal('step'),
    to: z.enum(stages),
    why: LifeWords,
    dropped: LifeWords.optional().describe('what was left behind'),
  }),
  z.strictObject({ kind: z.literal('friction'), friction: z.enum(frictionKinds), note: LifeWords, changed: LifeWords.optional() }),
  z.strictObject({ kind: z.literal('gap'), gap: LifeWords.describe('what was wanted and is not counted') }),
  z.strictObject({ kind: z.literal('purpose-proposed'), purpose: z.enum(purposes), why: LifeWords }),
  z.strictObject({
    kind: z.literal('cost'),
    items: z.array(LifeName).max(many).describe('what is recorded anew for each case'),
    cases: Cases.describe('a year'),
    minutes: z.number().min(0).max(1440).describe('for one item of one case'),
  }),
  z.strictObject({ kind: z.literal('observed'), cases: Cases.describe('that there were in a year') }),
  z.strictObject({ kind: z.literal('effect'), wanted: LifeWords, unwanted: LifeWords }),
  z.strictObject({ kind: z.literal('joined'), indicator: IndicatorId }),
  z.strictObject({ kind: z.literal('taken-back'), record: RecordNumber }),
] as const

/** What anybody may say who may say something of an indicator. */
export const SaidByOne = z.discriminatedUnion('kind', saidByOne)

/** An answer to somebody else's proposal. */
export const PurposeAnswer = z.strictObject({ proposal: RecordNumber, agreed: z.boolean(), why: LifeWords.optional() })

/** Everything that can stand in a life after its idea. */
export const SaidLater = z.discriminatedUnion('kind', [
  ...saidByOne,
  PurposeAnswer.extend({ kind: z.literal('purpose-answered') }),
  z.strictObject({ kind: z.literal('purpose-refused'), proposal: RecordNumber, because: z.enum(['own-proposal', 'no-right']) }),
])
