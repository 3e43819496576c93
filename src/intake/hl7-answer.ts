import { type IssueCode, issueCodes } from '../core/words/issue.ts'
import { type Hl7Head, pathPattern, readPath } from './hl7.ts'

/** What a sender is told: taken onto disk, wrong in what it says, or wrong in how it is built. */
export interface Answered {
  readonly code: 'AA' | 'AE' | 'AR'
  readonly issue?: IssueCode
  readonly says?: string
  readonly field?: string
}

/** Codes of table 0357 for what they fit; whatever else is wrong is an error of the application. */
const conditions: Readonly<Partial<Record<IssueCode, string>>> = {
  'feed/structure': '100^Segment sequence error',
  'feed/encoding': '102^Data type error',
  'feed/missing': '101^Required field missing',
  'feed/bad-value': '103^Table value not found',
  'feed/no-rule': '201^Unsupported event code',
  'feed/processing': '202^Unsupported processing id',
  'feed/control-reused': '205^Duplicate key identifier',
}

/** Issues that are about how a message is built, or about what kind it is: the sender is told that it was rejected, not that it is in error. */
const structural: readonly IssueCode[] = [
  'feed/structure',
  'feed/encoding',
  'feed/sender',
  'feed/processing',
  'feed/too-large',
  'feed/no-rule',
]

export const refusedAs = (issue: IssueCode, says: string, field?: string): Answered => ({
  code: structural.includes(issue) ? 'AR' : 'AE',
  issue,
  says,
  ...(field === undefined ? {} : { field }),
})

const usual = { field: '|', component: '^', repetition: '~', escaping: '\\', sub: '&' }

/**
 * The answer, in the separators of the sender, so that what is given back can stand as it came. `id` and `at` follow from what was written down, so that
 * the same message gets the same answer to the letter. All of it is ASCII.
 */
export function answerText(
  head: Hl7Head | undefined,
  { code, issue, says, field }: Answered,
  { id, at }: { readonly id: string; readonly at: Date },
): string {
  const marks = head?.separators ?? usual
  const f = marks.field
  const stamp = `${at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}+0000`
  const back = (text: string | undefined): string => (text ?? '').replace(/[^\x20-\x7e]/g, '?').slice(0, 199)
  const own = (text: string): string =>
    [...text]
      .map((sign) => {
        const name = Object.entries({ F: f, S: marks.component, T: marks.sub, R: marks.repetition, E: marks.escaping }).find(
          ([, mark]) => mark === sign,
        )?.[0]
        return name === undefined ? (/[\x20-\x7e]/.test(sign) ? sign : '?') : `${marks.escaping}${name}${marks.escaping}`
      })
      .join('')
  const parts = (text: string): string => text.split('^').map(own).join(marks.component)
  const event = (head?.type ?? '').split('^')[1] ?? ''
  const lines = [
    [
      'MSH',
      `${marks.component}${marks.repetition}${marks.escaping}${marks.sub}`,
      'VARDE',
      '',
      back(head?.application),
      back(head?.facility),
      stamp,
      '',
      parts(/^[A-Z0-9]{3}$/.test(event) ? `ACK^${event}` : 'ACK'),
      own(id),
      back(head?.processing || 'P'),
      '2.5.1',
    ],
    ['MSA', code, back(head?.control)],
    ...(issue === undefined
      ? []
      : [
          [
            'ERR',
            '',
            field === undefined ? '' : parts(placeOf(field)),
            `${parts(conditions[issue] ?? '207^Application internal error')}${marks.component}HL70357`,
            'E',
            own(issue),
            '',
            '',
            own(says ?? issueCodes[issue]),
          ],
        ]),
  ]
  return lines.map((line) => `${line.join(f)}\r`).join('')
}

/** `PID-3.1` as ERR-2 writes it: segment, which of them, field, repetition, component. */
function placeOf(field: string): string {
  if (!pathPattern.test(field)) return field
  const { segment, field: n, component } = readPath(field)
  return `${segment}^1^${n}^1^${component}`
}
