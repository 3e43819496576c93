import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadPack } from '../../store/pack-folder.ts'
import type { Entry } from '../ledger/entry.ts'
import type { Pack } from '../pack/pack.ts'
import { type Day, readDay } from '../words/day.ts'
import { endOfDay, instantOf } from '../words/instant.ts'
import { type Issue, issueCodes } from '../words/issue.ts'
import { askDoor } from './door.ts'
import type { DoorAnswer, DoorContext, OfferedEntry, OfferedWithdrawal } from './offer.ts'

const packs = Object.fromEntries(
  await Promise.all(
    ['demo', 'no-cpp', 'no-house', 'en-cwt'].map(async (name) => {
      const read = await loadPack(path.resolve(import.meta.dirname, '../../../packs', name))
      if (!read.ok) throw new Error(JSON.stringify(read.issues))
      return [name, read.value] as const
    }),
  ),
)
const day = (text: string): Day => readDay(text)!

interface Case {
  readonly pack?: string
  /** `code day`, and what else the entry has; `seq` is its place in the list. */
  readonly there?: readonly (readonly [line: string, more?: Partial<Entry>])[]
  readonly offer?: Partial<OfferedEntry> | OfferedWithdrawal
  /** A coordinator records on the word of a clinician, unless nobody is named. */
  readonly unnamed?: boolean
  /** `code day`; the offer's code and day. */
  readonly says?: string
  readonly context?: Partial<DoorContext>
}

function ask({ pack: name = 'demo', there = [], says, offer = {}, unnamed, context = {} }: Case): DoorAnswer {
  const pack: Pack = packs[name]!
  const lineOf = (line: string) => ({ code: line.slice(0, line.lastIndexOf(' ')), occurred: day(line.slice(-10)) })
  const entries = there.map(([line, more], seq): Entry => {
    const { code, occurred } = lineOf(line)
    const recorded = { recorded: occurred, recordedAt: endOfDay(occurred, pack.zone) }
    return { seq, ledger: 1, pathway: 'P', code, occurred, ...recorded, standing: 'sure', recorder: 'clinician', ...more }
  })
  const word = unnamed ? {} : { decider: 'clinician' }
  const whole =
    offer.withdraws === undefined
      ? { standing: 'sure' as const, evidence: [], ...word, ...lineOf(says ?? 'M1V 2025-03-10'), ...offer }
      : { ...word, ...offer }
  answers.push(askDoor(whole, { pack, entries, role: 'coordinator', today: day('2025-03-12'), ...context }))
  return answers.at(-1)!
}
const answers: DoorAnswer[] = []
const codes = (issues: readonly Issue[]) => issues.map((issue) => issue.code.slice(5)).join(' ')
const told = (answer: DoorAnswer) =>
  [
    codes(answer.refusals),
    ...(answer.warnings.length ? [`warns ${answer.warnings.map((w) => w.id.slice(5)).join(' ')}`] : []),
    ...(answer.hints.length ? [`hints ${codes(answer.hints)}`] : []),
  ]
    .filter(Boolean)
    .join('; ') || 'taken'

const start = ['M1A 2025-03-01'] as const
const closed = ['M1X 2025-03-05'] as const

type Row = readonly [title: string, asked: Case, says: string]
const tables: Readonly<Record<string, readonly Row[]>> = {
  'what it is about': [
    ['a visit is taken', { there: [start] }, 'taken'],
    ['a code the pack does not have', { says: 'M1AA 2025-03-10' }, 'unknown-code'],
    ['a code of a variant whose prefix the pack does not know', { says: 'I3V 2025-03-10', context: { variant: 'island' } }, 'unknown-code'],
    ['a code of another variant', { there: [start], says: 'H2V 2023-03-10' }, 'other-variant; warns closed-variant long-ago'],
    [
      'a code of another variant than was chosen',
      { says: 'H2V 2023-03-10', context: { variant: 'marsh' } },
      'other-variant; warns closed-variant long-ago',
    ],
    ['what was ruled out names no variant', { there: [['H2V 2023-03-01', { standing: 'ruled-out' }]] }, 'taken'],
    [
      'the only entry may be corrected into another variant',
      { there: [['H2V 2023-03-01']], offer: { corrects: 0, reason: 'wrong kind' } },
      'taken',
    ],
    ['a rule that refuses', { says: 'M1A 2025-03-10', context: { role: 'contractor' } }, 'refused-by-rule role-may-not-record'],
    ['a pathway set aside', { context: { pathway: 'set-aside' } }, 'set-aside'],
    [
      'a withdrawal from a pathway set aside',
      { there: [start], offer: { withdraws: 0, reason: 'opened by mistake' }, context: { pathway: 'set-aside' } },
      'taken',
    ],
    ['a number that is not whole', { says: 'M1R 2025-03-10', offer: { value: 1.5 } }, 'bad-value'],
    ['a number as large as files may not carry', { says: 'M1R 2025-03-10', offer: { value: 1e15 } }, 'bad-value'],
    ['rest ordered, without the number of days', { says: 'M1R 2025-03-10' }, 'warns bad-value'],
    ['rest ordered', { says: 'M1R 2025-03-10', offer: { value: 3 } }, 'taken'],
  ],
  'when it was': [
    ['today', { says: 'M1V 2025-03-12' }, 'taken'],
    ['tomorrow', { says: 'M1V 2025-03-13' }, 'in-the-future'],
    ['a number that is no day', { offer: { occurred: Number.NaN as Day } }, 'too-early'],
    [
      'a time of today that has not come',
      {
        says: 'M1V 2025-03-12',
        offer: { occurredAt: instantOf({ day: day('2025-03-12'), seconds: 40_000 }, 'Europe/Oslo') },
        context: { now: instantOf({ day: day('2025-03-12'), seconds: 39_999 }, 'Europe/Oslo') },
      },
      'in-the-future',
    ],
    ['the day of birth', { context: { born: day('2025-03-10') } }, 'taken'],
    ['the day before birth', { context: { born: day('2025-03-11') } }, 'before-birth'],
    ['before 1900', { offer: { occurred: (day('1900-01-01') - 1) as Day } }, 'not-in-force too-early'],
    ['before the variant began', { says: 'M1V 2018-12-31' }, 'not-in-force; warns long-ago'],
    ['its first day', { says: 'M1V 2019-01-01' }, 'warns long-ago'],
    ['a year back', { says: 'M1V 2024-03-12' }, 'taken'],
    ['a day more', { says: 'M1V 2024-03-11' }, 'warns long-ago'],
    ['the last day of a variant, recorded on it', { says: 'H2V 2023-12-31', context: { today: day('2023-12-31') } }, 'taken'],
    [
      'the last day of a variant, recorded after it',
      { says: 'H2V 2023-12-31', context: { today: day('2024-01-01') } },
      'warns closed-variant',
    ],
    ['the day after the last', { says: 'H2V 2024-01-01', context: { today: day('2024-01-01') } }, 'closed-variant'],
    [
      'a time that lies on the day before',
      { offer: { occurredAt: instantOf({ day: day('2025-03-09'), seconds: 86_399 }, 'Europe/Oslo') } },
      'other-day',
    ],
    [
      'a time on the day, in the zone of the pack',
      { offer: { occurredAt: instantOf({ day: day('2025-03-10'), seconds: 60 }, 'Europe/Oslo') } },
      'taken',
    ],
    ['a start on the day the letter came', { says: 'M1A 2025-03-10', offer: { evidence: [{ receivedOn: day('2025-03-10') }] } }, 'taken'],
    [
      'a start on the day the letter was read',
      { says: 'M1A 2025-03-11', offer: { evidence: [{ receivedOn: day('2025-03-10'), sentOn: day('2025-03-11') }] } },
      'warns dated-by:start',
    ],
    [
      'a start by one of two letters',
      { says: 'M1A 2025-03-11', offer: { evidence: [{ receivedOn: day('2025-03-10') }, { receivedOn: day('2025-03-11') }] } },
      'taken',
    ],
    ['a start without a letter that has a day', { says: 'M1A 2025-03-11', offer: { evidence: [{ kind: 'note' }] } }, 'taken'],
    ['the last day of the duty', { says: 'M1A 2025-03-05' }, 'taken'],
    ['the day after it', { says: 'M1A 2025-03-04' }, 'warns late:start'],
    ['a correction is not late', { there: [start], says: 'M1A 2025-03-02', offer: { corrects: 0, reason: 'letter came later' } }, 'taken'],
  ],
  'who says so': [
    ['a coordinator records a start on a word', { says: 'M1A 2025-03-10' }, 'taken'],
    ['on whose behalf names the decider too', { says: 'M1A 2025-03-10', unnamed: true, offer: { onBehalfOf: 'clinician' } }, 'taken'],
    ['nobody is named', { says: 'M1D 2025-03-10', unnamed: true }, 'needs-decider'],
    ['one who decides needs to name nobody', { says: 'M1D 2025-03-10', unnamed: true, context: { role: 'clinician' } }, 'taken'],
    ['somebody is named who does not decide', { says: 'M1D 2025-03-10', offer: { decider: 'manager' } }, 'needs-decider'],
    [
      'one who decides names another who does not',
      { says: 'M1D 2025-03-10', offer: { decider: 'manager' }, context: { role: 'clinician' } },
      'needs-decider',
    ],
    ['a question has been decided by nobody', { says: 'M1D 2025-03-10', unnamed: true, offer: { standing: 'asked' } }, 'taken'],
    ['a likely decision has been', { says: 'M1D 2025-03-10', unnamed: true, offer: { standing: 'likely' } }, 'needs-decider'],
    ['an analyst records nothing', { says: 'M1D 2025-03-10', context: { role: 'analyst' } }, 'role-may-not-record'],
    ['a coder acts for the secretary', { says: 'M1A 2025-03-10', context: { role: 'coder' } }, 'taken'],
    ['a milestone without a duty is free', { there: [start], says: 'M1S 2025-03-10', context: { role: 'analyst' } }, 'taken'],
    ['a doubt let stand', { offer: { standing: 'let-stand' } }, 'let-stand-needs-reason'],
    ['a doubt let stand, with a reason', { offer: { standing: 'let-stand', reason: 'no answer will come' } }, 'taken'],
    ['blanks are no reason', { offer: { standing: 'let-stand', reason: '  ' } }, 'let-stand-needs-reason'],
  ],
  'a correction': [
    ['with a reason', { there: [['M1V 2025-03-01']], offer: { corrects: 0, reason: 'typed wrong' } }, 'taken'],
    ['without a reason', { there: [['M1V 2025-03-01']], offer: { corrects: 0 } }, 'correction-needs-reason'],
    ['a withdrawal without a reason', { there: [['M1V 2025-03-01']], offer: { withdraws: 0 } }, 'correction-needs-reason'],
    ['of nothing', { there: [['M1V 2025-03-01']], offer: { corrects: 1, reason: 'typed wrong' } }, 'nothing-to-correct'],
    ['a withdrawal of nothing', { offer: { withdraws: 0, reason: 'typed wrong' } }, 'nothing-to-correct'],
    [
      'of what was corrected before',
      { there: [['M1V 2025-03-01', { superseded: day('2025-03-02') }]], offer: { corrects: 0, reason: 'typed wrong' } },
      'already-corrected',
    ],
    [
      'a withdrawal of what was withdrawn before',
      { there: [['M1V 2025-03-01', { superseded: day('2025-03-02') }]], offer: { withdraws: 0, reason: 'typed wrong' } },
      'already-corrected',
    ],
    [
      'of what another role decided, on the word of nobody',
      { there: [['M1D 2025-03-01']], unnamed: true, offer: { withdraws: 0, reason: 'typed wrong' } },
      'needs-decider',
    ],
    [
      'of what another role decided, on its word, without a reason',
      { there: [['M1D 2025-03-01']], offer: { withdraws: 0 } },
      'correction-needs-reason',
    ],
    [
      'of what another role decided, into a visit',
      { there: [['M1D 2025-03-01']], offer: { corrects: 0, decider: 'manager' } },
      'needs-decider overruling-needs-reason',
    ],
    [
      'of a decision into a question, without a reason',
      { there: [['M1D 2025-03-01']], says: 'M1D 2025-03-01', unnamed: true, offer: { corrects: 0, standing: 'asked' } },
      'overruling-needs-reason',
    ],
    [
      'of a decision into a question, with one',
      {
        there: [['M1D 2025-03-01']],
        says: 'M1D 2025-03-01',
        offer: { corrects: 0, standing: 'asked', reason: 'two notes disagree' },
        unnamed: true,
      },
      'taken',
    ],
    [
      'an analyst withdraws nothing that has a duty',
      { there: [['M1D 2025-03-01']], offer: { withdraws: 0, reason: 'x' }, context: { role: 'analyst' } },
      'role-may-not-record',
    ],
    [
      'that uncovers a start out of force',
      { there: [['M1A 2018-12-31'], start], offer: { withdraws: 1, reason: 'not held' } },
      'warns not-in-force:start-to-attendance not-in-force:start-to-treatment',
    ],
    [
      'that uncovers an impossible clock',
      { there: [['M1D 2025-03-05'], ['M1TS 2025-03-03'], ['M1D 2025-03-02']], offer: { withdraws: 2, reason: 'not held' } },
      'warns out-of-order:decision-to-treatment',
    ],
  ],
  'the end': [
    ['an end', { there: [start], says: 'M1X 2025-03-10' }, 'taken'],
    ['a second end', { there: [start, closed], says: 'M1X 2025-03-10' }, 'second-end'],
    ['a second end on the same day', { there: [start, closed], says: 'M1X 2025-03-05' }, 'second-end; warns same-again'],
    [
      'a correction of the first',
      { there: [start, closed], says: 'M1X 2025-03-10', offer: { corrects: 1, reason: 'typed wrong' } },
      'taken',
    ],
    [
      'another entry corrected into a second end',
      { there: [start, closed], says: 'M1X 2025-03-10', offer: { corrects: 0, reason: 'typed wrong' } },
      'second-end',
    ],
    [
      'an end after one that was withdrawn',
      { there: [start, ['M1X 2025-03-05', { superseded: day('2025-03-06') }]], says: 'M1X 2025-03-10' },
      'taken',
    ],
    ['an end that is ruled out', { there: [start, closed], says: 'M1X 2025-03-10', offer: { standing: 'ruled-out' } }, 'taken'],
    ['a visit before the end, recorded late', { there: [start, closed], says: 'M1V 2025-03-04' }, 'taken'],
    ['a visit on the day of the end', { there: [start, closed], says: 'M1V 2025-03-05' }, 'taken'],
    ['a visit after the end', { there: [start, closed], says: 'M1V 2025-03-06' }, 'after-end'],
    [
      'a visit corrected to a day after the end',
      { there: [['M1V 2025-03-01'], closed], says: 'M1V 2025-03-06', offer: { corrects: 0, reason: 'typed wrong' } },
      'warns after-end',
    ],
    ['an end before a visit', { there: [start, ['M1V 2025-03-06']], says: 'M1X 2025-03-05' }, 'after-end'],
  ],
  'what is there already': [
    ['an attendance before the start', { there: [start], says: 'M1S 2025-02-28' }, 'warns out-of-order:start'],
    ['a start after the attendance', { there: [['M1S 2025-03-05']], says: 'M1A 2025-03-06' }, 'warns out-of-order:attendance'],
    ['both on one day', { there: [['M1S 2025-03-06']], says: 'M1A 2025-03-06' }, 'taken'],
    [
      'a treatment before two milestones',
      { there: [start, ['M1D 2025-03-02']], says: 'M1TS 2025-02-27', context: { today: day('2025-03-02') } },
      'warns out-of-order:start out-of-order:decision',
    ],
    [
      'an attendance before the start that is ruled out',
      { there: [start], says: 'M1S 2025-02-28', offer: { standing: 'ruled-out' } },
      'taken',
    ],
    ['a second attendance', { there: [start, ['M1S 2025-03-05']], says: 'M1S 2025-03-08' }, 'warns recorded-already:attendance'],
    [
      'a second start, at another place',
      { there: [['M1A 2025-03-06', { place: 'North' }]], says: 'M1A 2025-03-08', offer: { place: 'South' } },
      'warns recorded-already:start',
    ],
    ['a visit a second time on one day', { there: [['M1V 2025-03-10']] }, 'warns same-again'],
    ['a visit on the same day elsewhere', { there: [['M1V 2025-03-10', { place: 'North' }]], offer: { place: 'South' } }, 'taken'],
  ],
  'Norway, as a house has it': [
    [
      'a start by a coordinator on the day of receipt',
      {
        pack: 'no-house',
        says: 'A12A 2025-03-10',
        offer: { evidence: [{ receivedOn: day('2025-03-10') }] },
      },
      'taken',
    ],
    [
      'a start on the day it was assessed',
      {
        pack: 'no-house',
        says: 'A12A 2025-03-11',
        offer: { evidence: [{ receivedOn: day('2025-03-10') }] },
      },
      'warns dated-by:start',
    ],
    [
      'a handover on the day the letter came instead of the day it was sent',
      {
        pack: 'no-house',
        says: 'A12O 2025-03-11',
        offer: { evidence: [{ sentOn: day('2025-03-10'), receivedOn: day('2025-03-11') }] },
      },
      'warns dated-by:transfer',
    ],
    [
      'a start by a contract specialist',
      { pack: 'no-house', says: 'A12A 2025-03-10', context: { role: 'contract-specialist' } },
      'refused-by-rule role-may-not-record',
    ],
    ['a start by an analyst', { pack: 'no-house', says: 'A12A 2025-03-10', context: { role: 'analyst' } }, 'role-may-not-record'],
    [
      'a second trust sets a start of its own',
      { pack: 'no-house', there: [['A12A 2025-03-06', { place: 'HF1' }]], says: 'A12A 2025-03-10', offer: { place: 'HF2' } },
      'taken',
    ],
    [
      'the same trust does not',
      { pack: 'no-house', there: [['A12A 2025-03-06', { place: 'HF1' }]], says: 'A12A 2025-03-10', offer: { place: 'HF1' } },
      'warns recorded-already:start',
    ],
    [
      "a decision by a coordinator on nobody's word",
      { pack: 'no-house', there: [['A12A 2025-03-06']], says: 'A12CK 2025-03-10', unnamed: true },
      'needs-decider',
    ],
    [
      'a decision on the word of a clinician',
      {
        pack: 'no-house',
        there: [['A12A 2025-03-06']],
        says: 'A12CK 2025-03-10',
      },
      'taken',
    ],
    ['a second end', { pack: 'no-house', there: [['C01A 2025-03-06'], ['C01CK 2025-03-08']], says: 'C01X 2025-03-10' }, 'second-end'],
    [
      'a decision after no disease was found',
      { pack: 'no-house', there: [['A12A 2025-03-06'], ['A12CI 2025-03-08']], says: 'A12CK 2025-03-10' },
      'warns after-end',
    ],
    [
      'leukaemia on 2 May 2021, for a patient already in it',
      { pack: 'no-house', there: [['Z11A 2021-04-20']], says: 'Z11S 2021-05-02', context: { today: day('2021-05-03') } },
      'closed-variant',
    ],
    [
      'leukaemia on the last day, recorded after it',
      { pack: 'no-house', there: [['Z11A 2021-04-20']], says: 'Z11S 2021-04-30', context: { today: day('2021-05-03') } },
      'warns closed-variant',
    ],
    [
      'a code that stands in a local chart alone',
      { pack: 'no-house', there: [['A12A 2025-03-06']], says: 'A12CKM 2025-03-10' },
      'unknown-code',
    ],
    [
      'a code of a pathway whose prefix no source gives',
      { pack: 'no-cpp', says: 'Z01A 2025-03-10', context: { variant: 'breast' } },
      'unknown-code',
    ],
    ['a treatment in the diagnostic pathway', { pack: 'no-house', there: [['C01A 2025-03-06']], says: 'C01FK 2025-03-10' }, 'unknown-code'],
    ['a start where nobody says who acts for the department', { pack: 'no-cpp', says: 'A12A 2025-03-10' }, 'hints duty-unclear'],
    [
      'a decision of which no text says who takes it',
      { pack: 'no-cpp', there: [['A12A 2025-03-06']], says: 'A12CK 2025-03-10' },
      'hints duty-unclear duty-unclear',
    ],
  ],
  England: [
    [
      'a referral on the day it was received',
      { pack: 'en-cwt', says: 'REFERRAL-RECEIVED 2025-03-10', offer: { variant: 'lung', evidence: [{ receivedOn: day('2025-03-10') }] } },
      'taken',
    ],
    [
      'a referral on another day',
      { pack: 'en-cwt', says: 'REFERRAL-RECEIVED 2025-03-11', offer: { evidence: [{ receivedOn: day('2025-03-10') }] } },
      'warns dated-by:referral',
    ],
    [
      'another cancer type in the same record',
      {
        pack: 'en-cwt',
        there: [['REFERRAL-RECEIVED 2025-03-01', { variant: 'lung' }]],
        says: 'PRIORITY-3 2025-03-01',
        offer: { variant: 'skin' },
      },
      'other-variant',
    ],
    [
      'a correction of the cancer type',
      {
        pack: 'en-cwt',
        there: [
          ['REFERRAL-RECEIVED 2025-03-01', { variant: 'lung' }],
          ['PRIORITY-3 2025-03-01', { variant: 'lung' }],
        ],
        says: 'PRIORITY-3 2025-03-01',
        offer: { variant: 'skin', corrects: 1, reason: 'read again' },
      },
      'warns other-variant',
    ],
    ['a cancer type that is none', { pack: 'en-cwt', says: 'PRIORITY-3 2025-03-01', offer: { variant: 'lungs' } }, 'other-variant'],
    ['a retired delay reason', { pack: 'en-cwt', says: 'DELAY-98 2018-04-01' }, 'not-in-force; warns long-ago'],
    ['an adjustment without its days', { pack: 'en-cwt', says: 'ADJUST-TREATMENT-8 2025-03-01' }, 'warns bad-value'],
    [
      'a second transfer, to another provider',
      {
        pack: 'en-cwt',
        there: [['TRANSFER 2025-03-01', { place: 'RRK' }]],
        says: 'TRANSFER 2025-03-05',
        offer: { place: 'RTD' },
      },
      'taken',
    ],
  ],
}

for (const [subject, rows] of Object.entries(tables))
  describe(subject, () => {
    for (const [title, asked, says] of rows) test(title, () => expect(told(ask(asked))).toBe(says))
  })

describe('an answer', () => {
  test('tells everything at once', () =>
    expect(told(ask({ there: [start, closed], says: 'M1X 2025-03-20', offer: { standing: 'let-stand', corrects: 7 } }))).toBe(
      'in-the-future nothing-to-correct correction-needs-reason let-stand-needs-reason second-end',
    ))
  test('names the rule of the pack and its source', () => {
    expect(ask({ pack: 'no-house', says: 'Z11A 2021-05-02', context: { today: day('2021-05-03') } }).refusals).toMatchObject([
      { code: 'door/closed-variant', rule: 'NO-R18', source: 'blood-intro', path: ['occurred'] },
    ])
    const late = { pack: 'no-house', says: 'A12A 2025-03-11', offer: { evidence: [{ receivedOn: day('2025-03-10') }] } }
    expect(ask(late).warnings).toMatchObject([{ rule: 'NO-R02', source: 'hdir-organ-comments' }])
    const decision = { pack: 'no-house', says: 'A12CK 2025-03-10', unnamed: true }
    expect(ask(decision).refusals).toMatchObject([{ code: 'door/needs-decider', rule: 'NO-R09', source: 'house-routine' }])
    expect(ask({ pack: 'no-house', says: 'A12A 2025-03-10', context: { role: 'contract-specialist' } }).refusals[0]).toMatchObject({
      rule: 'NO-R03',
      message: packs['no-house']!.text.rules.find((rule) => rule.id === 'NO-R03')!.text,
    })
  })
  test('is taken once every warning is passed, and not before', () => {
    const asked = (passing: readonly string[]) =>
      ask({ there: [start, ['M1D 2025-03-02']], says: 'M1TS 2025-02-27', offer: { passing }, context: { today: day('2025-03-02') } })
    const ids = asked([]).warnings.map((w) => w.id)
    expect(ids).toHaveLength(2)
    expect(asked([]).taken).toBe(false)
    expect(asked(ids.slice(1)).taken).toBe(false)
    expect(asked(ids)).toMatchObject({ taken: true, warnings: [{ passed: true }, { passed: true }] })
  })
  test('is not taken when something is refused, whatever is passed', () =>
    expect(ask({ says: 'M1V 2025-03-13', offer: { passing: ['door/in-the-future'] } }).taken).toBe(false))
  test('with a hint alone is taken', () =>
    expect(ask({ pack: 'no-cpp', says: 'A12A 2025-03-10' })).toMatchObject({ taken: true, hints: [{ rule: 'NO-R03' }] }))
  test('proposes the nearest code of the variant and never repeats what was typed', () => {
    const [issue] = ask({ says: 'M1TSS 2025-03-10', context: { variant: 'marsh' } }).refusals
    expect(issue?.message).toContain('"M1TS"')
    expect(issue?.message).not.toContain('M1TSS')
  })
})

test('every issue of the door is met above, leads to a field and says something', () => {
  const met = answers.flatMap((a) => [...a.refusals, ...a.warnings, ...a.hints])
  expect([...new Set(met.map((issue) => issue.code))].toSorted()).toEqual(
    Object.keys(issueCodes)
      .filter((code) => code.startsWith('door/'))
      .toSorted(),
  )
  expect(met.filter((issue) => issue.path.length === 0 || !/^.{10,}[.?]$/.test(issue.message))).toEqual([])
})
