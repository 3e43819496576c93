import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadPack } from '../../store/pack-folder.ts'
import { type Asking, barredOf, type CodedEntry } from '../clock/chosen.ts'
import { readClock, readPathway } from '../clock/clock.ts'
import { type Entry, standings } from '../ledger/entry.ts'
import type { Pack } from '../pack/pack.ts'
import { addDays, type Day, dayText, readDay } from '../words/day.ts'
import { endOfDay } from '../words/instant.ts'
import { askDoor } from './door.ts'
import type { DoorAnswer, Offer, OfferedEntry } from './offer.ts'

const runs = { numRuns: process.env['SOAK'] ? 20_000 : 1000, ...(process.env['SOAK'] ? {} : { seed: 11 }) }

/** Some codes of a pack for one variant (one of another, one that is none), and a day near which its rules change. */
const settings = [
  { folder: 'demo', codes: ['H2A', 'H2S', 'H2D', 'H2TS', 'H2TD', 'H2X', 'H2X', 'H2V', 'H2R', 'M1A', 'Q'], around: '2023-12-20' },
  { folder: 'no-house', codes: ['A12A', 'A12S', 'A12CK', 'A12FK', 'A12CI', 'A12CI', 'A12O', 'A12X', 'A16A'], around: '2025-03-01' },
  { folder: 'no-house', codes: ['Z11A', 'Z11S', 'Z11CK', 'Z11FM', 'Z11CI', 'Z11V'], around: '2021-04-20' },
  {
    folder: 'en-cwt',
    codes: ['REFERRAL-RECEIVED', 'UPGRADE', 'TRANSFER', 'DECISION-TO-TREAT', 'TREATMENT-01', 'SOURCE-17', 'DELAY-98'],
    around: '2025-03-01',
  },
] as const
const packs = await Promise.all(
  settings.map(async ({ folder }) => {
    const read = await loadPack(path.resolve(import.meta.dirname, '../../../packs', folder))
    if (!read.ok) throw new Error(JSON.stringify(read.issues))
    return read.value
  }),
)

interface Step {
  readonly offer: Offer
  readonly role: string
  readonly daysLater: number
  readonly passes: boolean
}
interface Course {
  readonly pack: Pack
  readonly first: Day
  readonly imported: readonly OfferedEntry[]
  readonly steps: readonly Step[]
}

const courses: fc.Arbitrary<Course> = fc.nat(settings.length - 1).chain((n) => {
  const { codes, around } = settings[n]!
  const first = readDay(around)!
  const entry = fc.record({
    code: fc.constantFrom(...codes),
    occurred: fc
      .oneof({ weight: 9, arbitrary: fc.integer({ min: -12, max: 14 }) }, { weight: 1, arbitrary: fc.integer({ min: -3000, max: 400 }) })
      .map((days) => addDays(first, days)),
    standing: fc.oneof({ weight: 4, arbitrary: fc.constant('sure' as const) }, { weight: 1, arbitrary: fc.constantFrom(...standings) }),
    evidence: fc.constant([]),
    reason: fc.constantFrom('typed wrong', 'typed wrong', ''),
    decider: fc.constantFrom('clinician', 'clinician', 'manager'),
  })
  const seq = fc.nat(4)
  const offer = fc.oneof(
    { weight: 6, arbitrary: entry },
    { weight: 2, arbitrary: fc.tuple(entry, seq).map(([e, corrects]) => ({ ...e, corrects })) },
    { weight: 2, arbitrary: seq.map((withdraws) => ({ withdraws, reason: 'typed wrong', decider: 'clinician' })) },
  )
  const step = fc.record({
    offer,
    role: fc.constantFrom('coordinator', 'coordinator', 'clinician', 'analyst'),
    daysLater: fc.nat(3),
    passes: fc.boolean(),
  })
  return fc.record({
    pack: fc.constant(packs[n]!),
    first: fc.constant(first),
    imported: fc.array(entry, { maxLength: 5 }),
    steps: fc.array(step, { minLength: 1, maxLength: 12 }),
  })
})

const entryOf = (offer: OfferedEntry, seq: number, { pack, today, role }: { pack: Pack; today: Day; role: string }): Entry => ({
  seq,
  ledger: 1,
  pathway: 'P',
  code: offer.code,
  occurred: offer.occurred,
  recorded: today,
  recordedAt: endOfDay(today, pack.zone),
  standing: offer.standing,
  recorder: role,
  ...(offer.decider === undefined ? {} : { decider: offer.decider }),
})

interface Written {
  readonly before: readonly Entry[]
  readonly after: readonly Entry[]
  readonly offer: Offer
  readonly answer: DoorAnswer
  readonly today: Day
}

/** A course played as a service plays it: ask, and append what is taken. `imported` came in a file, past the door. */
function play({ pack, first, imported, steps }: Course): readonly Written[] {
  let today = first
  let ledger: readonly Entry[] = imported.map((entry, seq) => entryOf(entry, seq, { pack, today, role: 'coordinator' }))
  return steps.map(({ offer, role, daysLater, passes }) => {
    today = addDays(today, daysLater)
    const context = { pack, entries: ledger, role, today }
    const seen = askDoor(offer, context)
    const whole = passes ? { ...offer, passing: seen.warnings.map((w) => w.id) } : offer
    const answer = askDoor(whole, context)
    const before = ledger
    if (answer.taken) {
      const seq = offer.withdraws ?? offer.corrects
      const kept = ledger.map((e) => (e.seq === seq ? { ...e, superseded: today } : e))
      ledger = offer.withdraws === undefined ? [...kept, entryOf(offer, kept.length, { pack, today, role })] : kept
    }
    return { before, after: ledger, offer: whole, answer, today }
  })
}

const codedOf = (pack: Pack, entries: readonly Entry[]): readonly CodedEntry[] =>
  entries.flatMap((entry) => pack.codesByText.get(entry.code)?.map((row) => ({ entry, row })) ?? [])

function reasonsOf(pack: Pack, entries: readonly Entry[], today: Day): ReadonlyMap<string, string | undefined> {
  const asking: Asking = { asOf: today, asOfAt: endOfDay(today, pack.zone) }
  const coded = codedOf(pack, entries)
  const variants = [...new Set(coded.map(({ row }) => row.variant ?? ''))]
  return new Map(
    variants.flatMap((variant) => {
      const own = coded.filter(({ row }) => (row.variant ?? '') === variant)
      const reading = readPathway(pack, { ledger: 1, id: 'P', variant, entries: own }, asking)
      return pack.intervals.map((interval) => [`${variant} ${interval.id}`, readClock(reading, interval)?.reason] as const)
    }),
  )
}

const wrong: readonly (string | undefined)[] = ['order-impossible', 'not-in-force']
const newlyWrong = (pack: Pack, { before, after, today }: Written): readonly string[] => {
  const known = reasonsOf(pack, before, today)
  return [...reasonsOf(pack, after, today)]
    .filter(([clock, reason]) => wrong.includes(reason) && reason !== known.get(clock))
    .map(([clock]) => clock)
}

const endsOf = (pack: Pack, { after, today }: Written): number => {
  const asking: Asking = { asOf: addDays(today, 40_000), asOfAt: endOfDay(addDays(today, 40_000), pack.zone) }
  const counted = codedOf(pack, after).filter((coded) => !barredOf(coded, asking))
  return counted.filter(({ row }) => row.slots.some((slot) => pack.slots[slot]?.closing)).length
}

describe('laws of the door', () => {
  test('what is taken without a warning leaves no clock impossible or out of force that was not so before', () => {
    fc.assert(
      fc.property(courses, (course) => {
        for (const written of play(course))
          if (written.answer.taken && written.answer.warnings.length === 0) expect(newlyWrong(course.pack, written)).toEqual([])
      }),
      runs,
    )
  })

  test('whatever is recorded, corrected and withdrawn, a pathway never gets an end beyond its first', () => {
    fc.assert(
      fc.property(courses, (course) => {
        const none: Course = { ...course, imported: [] }
        for (const written of play(none)) expect(endsOf(course.pack, written)).toBeLessThanOrEqual(1)
      }),
      runs,
    )
  })

  test('what is not taken is refused or has a warning to pass, each with a place and without a word of the person; nothing refused is taken', () => {
    fc.assert(
      fc.property(courses, (course) => {
        for (const { answer, offer, before, after } of play(course)) {
          const open = answer.warnings.filter((warning) => !warning.passed)
          expect(answer.taken).toBe(answer.refusals.length === 0 && open.length === 0)
          expect([...answer.refusals, ...answer.warnings].filter((issue) => issue.path.length === 0)).toEqual([])
          expect(new Set(answer.warnings.map((warning) => warning.id)).size).toBe(answer.warnings.length)
          const words = [...answer.refusals, ...answer.warnings, ...answer.hints].map((issue) => issue.message).join('\n')
          const kept = [
            offer.reason,
            ...(offer.withdraws === undefined ? [dayText(offer.occurred), ...before.map((e) => dayText(e.occurred))] : []),
          ]
          expect(kept.filter((text) => text && words.includes(text))).toEqual([])
          if (!answer.taken) expect(after).toEqual(before)
        }
      }),
      runs,
    )
  })

  test('a correction or withdrawal is taken once', () => {
    fc.assert(
      fc.property(courses, (course) => {
        for (const { offer, answer, after, today } of play(course)) {
          if (!answer.taken || (offer.withdraws ?? offer.corrects) === undefined) continue
          const twice = askDoor(offer, { pack: course.pack, entries: after, role: 'coordinator', today })
          expect(twice.refusals.map((issue) => issue.code)).toContain('door/already-corrected')
        }
      }),
      runs,
    )
  })

  test('the courses reach what the laws are about', () => {
    const reached = {
      taken: 0,
      refused: 0,
      impossible: 0,
      outOfForce: 0,
      corrected: 0,
      withdrawn: 0,
      ended: 0,
      secondEnd: 0,
      endCorrected: 0,
    }
    const all = fc.sample(courses, { numRuns: 1000, seed: 11 })
    for (const course of all)
      for (const written of play(course)) {
        const { answer, offer, before, after, today } = written
        if (answer.refusals.length > 0) reached.refused++
        if (answer.refusals.some((issue) => issue.code === 'door/second-end')) reached.secondEnd++
        if (!answer.taken) continue
        if (answer.warnings.length === 0) reached.taken++
        if (offer.withdraws !== undefined) reached.withdrawn++
        else if (offer.corrects !== undefined) reached.corrected++
        const reasons = [...reasonsOf(course.pack, after, today).values()]
        if (newlyWrong(course.pack, written).length > 0 && reasons.includes('order-impossible')) reached.impossible++
        if (newlyWrong(course.pack, written).length > 0 && reasons.includes('not-in-force')) reached.outOfForce++
        if (endsOf(course.pack, written) === 1) reached.ended++
        if (
          endsOf(course.pack, written) === 1 &&
          offer.withdraws === undefined &&
          before.some((e) => e.seq === offer.corrects && isEnd(course.pack, e))
        )
          reached.endCorrected++
      }
    expect(Object.entries(reached).filter(([, times]) => times < 5)).toEqual([])
  })
})

const isEnd = (pack: Pack, entry: Entry): boolean =>
  codedOf(pack, [entry]).some(({ row }) => row.slots.some((slot) => pack.slots[slot]?.closing))
