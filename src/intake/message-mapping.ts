import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { careEvents } from '../core/pack/schema.ts'
import { isZone } from '../core/words/instant.ts'
import { fail, ok, type Result } from '../core/words/result.ts'
import { personRoles } from '../core/words/role.ts'
import { readYaml, shapeIssues } from '../core/words/yaml.ts'
import { encodings, pathPattern } from './hl7.ts'
import { PlainText } from './mapping.ts'

/** What messages of a house become: data, written by whoever knows what its systems send. docs/feeds.md explains every key. */

const Path = z
  .string()
  .regex(pathPattern, 'a place in a message, such as PID-3 or PID-3.1: segment, field, component')
  .describe('A place in a message; the first component where none is said.')
const Beside = z
  .record(z.string().regex(pathPattern), z.array(PlainText).min(1))
  .refine((said) => Object.keys(said).length > 0, 'at least one place')
const Template = PlainText.min(1).refine(
  (text) => !/[{}]/.test(text.replace(/\{([^{}]+)\}/g, (_, path: string) => (pathPattern.test(path) ? '' : '{'))),
  'expected places in braces, as in "CT at {AIL-3.1}"',
)

/** Where the text of one part comes from. */
export const MessageField = z.union([
  Path,
  z.strictObject({
    field: Path,
    where: Beside.optional().describe('The first segment, or repetition, beside which these places hold one of these values.'),
    values: z.record(z.string(), PlainText).optional().describe('What each content stands for.'),
    otherwise: PlainText.nullable()
      .optional()
      .describe('For contents not in `values`; null is nothing. Without it the message is refused.'),
  }),
  z.strictObject({ constant: PlainText }),
  z.strictObject({ template: Template }),
])
export type MessageField = z.infer<typeof MessageField>

const Type = z.string().regex(/^[A-Z][A-Z0-9]{2}\^[A-Z0-9]{3}$/, 'a type and an event, such as SIU^S12')
const Role = z.enum(personRoles)
const Words = PlainText.min(1).max(500)

const common = {
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'small letters, digits and hyphens'),
  on: z.array(Type).min(1).describe('Types of messages, MSH-9.'),
  when: Beside.optional().describe('Each of these places holds one of these values, in any segment or repetition.'),
  variant: MessageField.optional().describe('Only pathways of this variant are looked at.'),
}
const owner = Role.default('coordinator').describe('Who is to see to it.')

export const MessageRule = z.discriminatedUnion('becomes', [
  z.strictObject({
    ...common,
    becomes: z.literal('booking').describe('A next step that books a milestone; booked again under the same number, it is moved.'),
    appointment: MessageField.describe('The number of the appointment at the sender.'),
    books: MessageField.describe('The milestone of the pack; nothing: this appointment books none, and is passed over.'),
    day: MessageField,
    what: MessageField,
    owner,
  }),
  z.strictObject({
    ...common,
    becomes: z.literal('no-booking').describe('The step that the appointment booked is dropped.'),
    appointment: MessageField,
    because: Words,
  }),
  z
    .strictObject({
      ...common,
      becomes: z.literal('proposal').describe('A code that waits for a person.'),
      event: z.enum(careEvents).exclude(['handed-over']).optional().describe('What happened: the pack says which codes it calls for.'),
      says: z.record(z.string(), MessageField).optional().describe('With `event`: values of attributes that are known.'),
      code: MessageField.optional().describe('The code itself, as the pack writes it: "{variant}S" is that of the pathway.'),
      day: MessageField,
      because: Words,
      owner,
    })
    .refine((rule) => (rule.event === undefined) !== (rule.code === undefined), 'an event or a code'),
  z.strictObject({
    ...common,
    becomes: z.literal('entry').describe('Recorded at once, with the interface as the one who records: only where its duty says so.'),
    code: MessageField,
    day: MessageField,
    decider: Role.optional().describe('On whose word.'),
    passing: z.array(z.string().min(1).max(120)).max(20).default([]).describe('Warnings of the door that are passed.'),
  }),
  z.strictObject({
    ...common,
    becomes: z.literal('document'),
    kind: Words.max(60),
    title: MessageField,
    text: Path.describe('Every value at this place, a line each.'),
    written: MessageField.optional(),
    author: Role.optional(),
  }),
])
export type MessageRule = z.infer<typeof MessageRule>

export const MessageMapping = z
  .strictObject({
    pack: z.string().min(1).max(60).describe('Id of the pack whose pathways the messages are about.'),
    zone: z
      .string()
      .refine(isZone, 'expected a time zone such as "Europe/Oslo"')
      .optional()
      .describe('Of times without an offset. Default: the zone of the organisation.'),
    encoding: z
      .enum(encodings)
      .optional()
      .describe('Of messages that do not say theirs in MSH-18 and are not plain ASCII. Without it they are refused.'),
    processing: z
      .array(z.enum(['P', 'T', 'D']))
      .min(1)
      .default(['P'])
      .describe('MSH-11 that is taken: production, training, debugging.'),
    patient: MessageField.describe('The identity number, as the ledger holds it.'),
    unknownPatient: z
      .enum(['keep', 'pass-over'])
      .default('keep')
      .describe('keep: with its text, until somebody looks; pass-over: counted, and nothing of it is kept.'),
    passOver: z.array(Type).default([]).describe('Types that are known and become nothing.'),
    messages: z.array(MessageRule).min(1).describe('Each that fits a message has its effect: all of them, or none.'),
  })
  .refine(({ messages }) => new Set(messages.map(({ id }) => id)).size === messages.length, {
    message: 'each id only once',
    path: ['messages'],
  })
export type MessageMapping = z.infer<typeof MessageMapping>

/** Issues: `map/not-yaml`, `map/shape`, each at its line and column. */
export function readMessageMapping(text: string, file: string): Result<MessageMapping> {
  const yaml = readYaml(text, file, { notYaml: 'map/not-yaml' })
  if (yaml.issues.length > 0) return fail(...yaml.issues)
  const parsed = MessageMapping.safeParse(yaml.value)
  return parsed.success ? ok(parsed.data) : fail(...shapeIssues(parsed.error, yaml, 'map/shape', MessageMapping))
}

/** Issues: `map/unreadable`, and those of `readMessageMapping`. */
export async function openMessageMapping(file: string): Promise<Result<MessageMapping>> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  const at = { file, line: 1, column: 1 }
  if (text === undefined)
    return fail({ code: 'map/unreadable', message: 'cannot be read: is it there, a file, and may you read it?', path: [], at })
  return readMessageMapping(text, file)
}
