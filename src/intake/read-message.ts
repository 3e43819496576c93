import type { CareEvent } from '../core/door/propose.ts'
import type { Day } from '../core/words/day.ts'
import type { IssueCode } from '../core/words/issue.ts'
import { IssueError } from '../core/words/result.ts'
import type { PersonRole } from '../core/words/role.ts'
import { type Hl7Message, readPath, valuesAt, type Where } from './hl7.ts'
import type { MessageField, MessageMapping, MessageRule } from './message-mapping.ts'
import { momentReader } from './moment.ts'

/** What one message asks for, by the mapping: nothing of it is looked up yet. */
export interface MessageRead {
  /** Undefined where nothing is asked for. */
  readonly patient: string | undefined
  readonly wanted: readonly Wanted[]
}

interface Common {
  readonly rule: string
  readonly variant?: string
}
export type Wanted = Common &
  (
    | {
        readonly becomes: 'booking'
        readonly appointment: string
        readonly books: string
        readonly day: Day
        readonly what: string
        readonly owner: PersonRole
      }
    | { readonly becomes: 'no-booking'; readonly appointment: string; readonly because: string }
    | {
        readonly becomes: 'proposal'
        readonly event?: CareEvent['kind']
        readonly says: Readonly<Record<string, string>>
        readonly code?: string
        readonly day: Day
        readonly because: string
        readonly owner: PersonRole
      }
    | {
        readonly becomes: 'entry'
        readonly code: string
        readonly day: Day
        readonly decider?: PersonRole
        readonly passing: readonly string[]
      }
    | {
        readonly becomes: 'document'
        readonly kind: string
        readonly title: string
        readonly text: string
        readonly written?: Day
        readonly author?: PersonRole
      }
  )

const refuse = (code: IssueCode, field: string, message: string): IssueError => new IssueError([{ code, path: [field], message }])

const whereOf = (said: Readonly<Record<string, readonly string[]>> = {}): Where =>
  Object.entries(said).map(([path, among]) => [readPath(path), among] as const)

/**
 * Reads a message by a mapping. `zone`: of the organisation, where the mapping says none.
 *
 * Throws IssueErrors whose path is the place in the message: `feed/no-rule`, `feed/processing`, `feed/missing`, `feed/bad-value`.
 */
export function readMessage(message: Hl7Message, mapping: MessageMapping, zone: string): MessageRead {
  const { head } = message
  const processing: readonly string[] = mapping.processing
  if (!processing.includes(head.processing))
    throw refuse(
      'feed/processing',
      'MSH-11',
      `Messages marked ${processing.join(' or ')} are taken here. Send tests to a test installation.`,
    )
  const known = mapping.messages.filter((rule) => rule.on.includes(head.type))
  if (known.length === 0 && !mapping.passOver.includes(head.type))
    throw refuse(
      'feed/no-rule',
      'MSH-9',
      'The mapping does not name messages of this type: say what they become, or name them under passOver.',
    )
  const at = new Reader(message, mapping.zone ?? zone)
  const wanted = known
    .filter((rule) =>
      Object.entries(rule.when ?? {}).every(([path, among]) => valuesAt(message, readPath(path)).some((value) => among.includes(value))),
    )
    .flatMap((rule) => at.wantedOf(rule))
  return { patient: wanted.length === 0 ? undefined : at.text(mapping.patient), wanted }
}

class Reader {
  private readonly message: Hl7Message
  private readonly moment: ReturnType<typeof momentReader>
  constructor(message: Hl7Message, zone: string) {
    this.message = message
    this.moment = momentReader(zone)
  }

  wantedOf(rule: MessageRule): readonly Wanted[] {
    const variant = rule.variant === undefined ? undefined : this.find(rule.variant)
    const common = { rule: rule.id, ...(variant === undefined ? {} : { variant }) }
    switch (rule.becomes) {
      case 'booking': {
        const books = this.find(rule.books)
        if (books === undefined) return []
        const { becomes, owner } = rule
        return [
          {
            ...common,
            becomes,
            owner,
            books,
            appointment: this.text(rule.appointment, 200),
            day: this.day(rule.day),
            what: this.text(rule.what, 500),
          },
        ]
      }
      case 'no-booking':
        return [{ ...common, becomes: rule.becomes, appointment: this.text(rule.appointment, 200), because: rule.because }]
      case 'proposal': {
        const { becomes, because, owner, event, code } = rule
        const says = Object.entries(rule.says ?? {}).flatMap(([id, field]) => {
          const value = this.find(field)
          return value === undefined ? [] : [[id, value] as const]
        })
        const named = code === undefined ? undefined : this.text(code, 80)
        return [
          {
            ...common,
            ...{ becomes, because, owner, says: Object.fromEntries(says), day: this.day(rule.day) },
            ...(event === undefined ? {} : { event }),
            ...(named === undefined ? {} : { code: named }),
          },
        ]
      }
      case 'entry': {
        const { becomes, passing, decider } = rule
        return [
          {
            ...common,
            becomes,
            passing,
            code: this.text(rule.code, 80),
            day: this.day(rule.day),
            ...(decider === undefined ? {} : { decider }),
          },
        ]
      }
      case 'document': {
        const { becomes, kind, author } = rule
        const text = valuesAt(this.message, readPath(rule.text)).join('\n')
        if (text.trim() === '') throw this.missing(rule.text)
        const written = rule.written === undefined || this.find(rule.written) === undefined ? undefined : this.day(rule.written)
        return [
          {
            ...common,
            ...{ becomes, kind, text, title: this.text(rule.title, 200) },
            ...(written === undefined ? {} : { written }),
            ...(author === undefined ? {} : { author }),
          },
        ]
      }
    }
  }

  /** The text of a part; undefined where there is none. */
  find(field: MessageField): string | undefined {
    if (typeof field === 'string') return this.first(field)
    if ('constant' in field) return field.constant || undefined
    if ('template' in field) {
      let whole = true
      const text = field.template.replace(/\{([^{}]+)\}/g, (_, path: string) => {
        const value = this.first(path)
        whole &&= value !== undefined
        return value ?? ''
      })
      return whole ? text : undefined
    }
    const { values, otherwise } = field
    const text = this.first(field.field, whereOf(field.where))
    if (values === undefined) return text
    if (text !== undefined && Object.hasOwn(values, text)) return values[text] || undefined
    if (otherwise !== undefined) return otherwise ?? undefined
    if (text === undefined) return Object.hasOwn(values, '') ? values[''] || undefined : undefined
    throw refuse(
      'feed/bad-value',
      field.field,
      'The mapping does not say what this value stands for: add it under values, or say otherwise.',
    )
  }

  /** The same of a part that must be there. */
  text(field: MessageField, longest = 200): string {
    const text = this.find(field)
    if (text === undefined) throw this.missing(placeOf(field))
    const problem =
      text.length > longest
        ? `This is longer than ${longest} characters.`
        : /[\0\p{Cs}]/u.test(text)
          ? 'This holds NUL or broken characters.'
          : undefined
    if (problem !== undefined) throw refuse('feed/bad-value', placeOf(field), problem)
    return text
  }

  day(field: MessageField): Day {
    const moment = this.moment(isoOf(this.text(field)))
    if (typeof moment === 'string')
      throw refuse('feed/bad-value', placeOf(field), 'This is no day that exists from 1900 to 2199, written 20261125 or 202611250930.')
    return moment.day
  }

  private first(path: string, where: Where = []): string | undefined {
    return valuesAt(this.message, readPath(path), where).find((value) => value !== '')
  }

  private missing(field: string): IssueError {
    return refuse('feed/missing', field, 'The mapping needs a value here, and there is none.')
  }
}

const placeOf = (field: MessageField): string =>
  typeof field === 'string'
    ? field
    : 'field' in field
      ? field.field
      : 'template' in field
        ? (/\{([^{}]+)\}/.exec(field.template)?.[1] ?? 'MSH-9')
        : 'MSH-9'

/** 20261125, 202611250930, 20261125093015.123+0100: a time of HL7 as one of ISO 8601. What is none of these stays as it is. */
function isoOf(text: string): string {
  const match = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)?(\d\d)?(?:\.\d{1,4})?([+-]\d{4})?)?$/.exec(text)
  if (!match) return text
  const [, year, month, date, hour, minute = '00', second = '00', offset = ''] = match
  return `${year}-${month}-${date}${hour === undefined ? '' : `T${hour}:${minute}:${second}${offset}`}`
}

/** When a message says it was sent, MSH-7; undefined where that cannot be read. */
export function sentAt(text: string, zone: string): string | undefined {
  const moment = momentReader(zone)(isoOf(text))
  return typeof moment === 'object' ? new Date(moment.earliest * 1000).toISOString() : undefined
}
