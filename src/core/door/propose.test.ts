import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadPack } from '../../store/pack-folder.ts'
import type { Entry } from '../ledger/entry.ts'
import { type Day, dayText, readDay } from '../words/day.ts'
import { endOfDay } from '../words/instant.ts'
import type { DoorContext } from './offer.ts'
import { type CareEvent, proposeFor } from './propose.ts'

const day = (text: string): Day => readDay(text)!

async function context(name: string, there: readonly string[], more: Partial<DoorContext> = {}): Promise<DoorContext> {
  const read = await loadPack(path.resolve(import.meta.dirname, '../../../packs', name))
  if (!read.ok) throw new Error(JSON.stringify(read.issues))
  const pack = read.value
  const entries = there.map((line, seq): Entry => {
    const [code = '', on = '', place = ''] = line.split(' ')
    const when = { occurred: day(on), recorded: day(on), recordedAt: endOfDay(day(on), pack.zone) }
    return { seq, ledger: 1, pathway: 'P', code, ...when, standing: 'sure', ...(place ? { place } : {}) }
  })
  return { pack, entries, role: 'coordinator', today: day('2024-01-22'), ...more }
}

/** `A12A 2024-01-08 HF1 by NO-R02`, and what the door says to it. */
const told = (event: CareEvent, at: DoorContext) =>
  proposeFor(event, at).map((proposal) =>
    [
      proposal.code,
      'offer' in proposal ? dayText(proposal.offer.occurred) : `waits for ${proposal.waitsFor}`,
      proposal.place ?? '',
      proposal.rule ? `by ${proposal.rule}` : '',
      ...('door' in proposal ? [...proposal.door.refusals, ...proposal.door.warnings].map((issue) => issue.code) : []),
    ]
      .filter(Boolean)
      .join(' '),
  )

describe('what an event calls for', () => {
  const letter: CareEvent = { kind: 'referral-received', occurred: day('2024-01-10'), receivedOn: day('2024-01-08'), place: 'HF1' }

  test('a start is dated by receipt, also where the letter was read later', async () =>
    expect(told(letter, await context('no-house', [], { variant: 'colorectal', today: day('2024-01-10') }))).toEqual([
      'A12A 2024-01-08 HF1 by NO-R02',
    ]))
  test('suspicion that arises in the house is dated by the day it arose', async () =>
    expect(told({ kind: 'suspicion-arisen', occurred: day('2024-01-20') }, await context('no-house', [], { variant: 'lung' }))).toEqual([
      'Z02A 2024-01-20 by NO-R02',
    ]))
  test('without the day of receipt nothing is guessed', async () => {
    const { receivedOn: _, ...undated } = letter
    expect(told(undated, await context('no-house', [], { variant: 'colorectal' }))).toEqual(['A12A waits for receipt HF1 by NO-R02'])
  })
  test('a handover proposes a code where it leaves and a start where it comes, and the first start stands', async () => {
    const there = ['A12A 2024-01-08 HF1', 'A12S 2024-01-12 HF1']
    const sent: CareEvent = { kind: 'handed-over', occurred: day('2024-01-19'), sentOn: day('2024-01-19'), from: 'HF1', to: 'HF2' }
    expect(told(sent, await context('no-house', there))).toEqual(['A12O 2024-01-19 HF1 by NO-R07', 'A12A waits for receipt HF2 by NO-R06'])
    const received = { ...sent, receivedOn: day('2024-01-22') }
    expect(told(received, await context('no-house', there))).toEqual(['A12O 2024-01-19 HF1 by NO-R07', 'A12A 2024-01-22 HF2 by NO-R06'])
  })
  test('of several kinds of treatment people choose, unless the event says which', async () => {
    const begun: CareEvent = { kind: 'treatment-begun', occurred: day('2024-01-20') }
    const at = await context('demo', ['M1A 2024-01-08'])
    expect(told(begun, at)).toEqual(['M1TS 2024-01-20 door/needs-decider', 'M1TD 2024-01-20 door/needs-decider'])
    expect(told({ ...begun, says: { modality: 'drugs' } }, at)).toEqual(['M1TD 2024-01-20 door/needs-decider'])
  })
  test('the diagnostic pathway is broken off, an organ pathway has no code for it', async () => {
    const declined: CareEvent = { kind: 'declined', occurred: day('2024-01-20') }
    expect(told(declined, await context('no-house', ['C01A 2024-01-08']))).toEqual(['C01X 2024-01-20 by NO-R14 door/needs-decider'])
    expect(told(declined, await context('no-house', ['A12A 2024-01-08']))).toEqual([])
  })
  test('a second end is proposed with the stop the door sets', async () =>
    expect(
      told(
        { kind: 'died', occurred: day('2024-01-20') },
        await context('no-house', ['C01A 2024-01-08', 'C01CI 2024-01-15'], { role: 'clinician' }),
      ),
    ).toEqual(['C01X 2024-01-20 by NO-R14 door/second-end']))
  test('in England a transfer is received', async () =>
    expect(
      proposeFor(
        { kind: 'handed-over', occurred: day('2024-01-19'), receivedOn: day('2024-01-20'), from: 'RRK', to: 'RTD', document: 'D1' },
        await context('en-cwt', [], { variant: 'lung' }),
      ),
    ).toEqual([
      {
        proposal: 'transfer',
        code: 'TRANSFER',
        place: 'RTD',
        rule: 'EN-TRANSFER',
        source: 'breach2016',
        offer: {
          code: 'TRANSFER',
          occurred: day('2024-01-20'),
          standing: 'sure',
          place: 'RTD',
          variant: 'lung',
          evidence: [{ kind: 'handed-over', document: 'D1', receivedOn: day('2024-01-20') }],
        },
        door: { taken: true, refusals: [], warnings: [], hints: [] },
      },
    ]))
  test('an event the pack has nothing for proposes nothing', async () =>
    expect(told({ kind: 'died', occurred: day('2024-01-20') }, await context('demo', ['M1A 2024-01-08']))).toEqual([]))
})
