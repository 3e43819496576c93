import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { standings } from '../core/ledger/entry.ts'
import { addDays, type Day, dayOf, dayText } from '../core/words/day.ts'
import { bundleOf, type Carried, readBundle } from './pathway-bundle.ts'

const runs = { numRuns: process.env['SOAK'] ? 20_000 : 500, ...(process.env['SOAK'] ? {} : { seed: 9 }) }

const text = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' })
const day = fc.integer({ min: 0, max: 9000 }).map((n) => dayText(addDays(dayOf(2005, 1, 1) as Day, n)))
const seconds = fc.integer({ min: 0, max: 4_000_000_000 })
const number = fc.integer({ min: 0, max: 2_000_000 })
const by = fc.record({ person: number, name: text, role: text }, { requiredKeys: ['person', 'role'] })
const place = fc.record({ org: number, name: text })
const evidence = fc.record({ what: text, receivedOn: day, document: fc.constant('2-17'), from: number, to: number }, { requiredKeys: [] })

const entry = fc.record(
  {
    code: text,
    label: text,
    occurred: day,
    occurredAt: seconds,
    recorded: day,
    recordedAt: seconds,
    corrects: fc.boolean(),
    variant: text,
    place: number,
    standing: fc.constantFrom(...standings),
    value: fc.integer({ min: 0, max: 1_048_576 }),
    by,
    decider: text,
    behalf: text,
    reason: text,
    evidence: fc.array(evidence, { maxLength: 3 }),
    passed: fc.array(text, { maxLength: 3 }),
    source: text,
  },
  { requiredKeys: ['code', 'occurred', 'recorded', 'recordedAt', 'standing', 'by', 'evidence', 'passed'] },
)

const pathway = fc
  .record(
    {
      pathway: fc.constant('2-17'),
      pack: fc.record({ id: text, version: text }),
      org: place,
      patient: fc.record({ name: text, nationalId: text, born: day }, { requiredKeys: ['name'] }),
      entries: fc.array(entry, { maxLength: 12 }),
      withdraws: fc.array(fc.record({ on: day, at: seconds, by, reason: text }, { requiredKeys: ['on', 'at', 'by'] }), { maxLength: 3 }),
      handover: fc.record({
        from: place,
        to: place,
        asks: text,
        sentOn: day,
        days: fc.integer({ min: 0, max: 365 }),
        codes: fc.array(text, { maxLength: 2 }),
      }),
    },
    { requiredKeys: ['pathway', 'pack', 'org', 'patient', 'entries', 'withdraws'] },
  )
  .map(({ entries, withdraws, ...rest }) => {
    const own = entries.map(({ corrects, ...said }, i) => ({ ...said, nth: i + 1, ...(corrects === true && i > 0 ? { corrects: i } : {}) }))
    return { ...rest, entries: own, withdrawals: withdraws.slice(0, own.length).map((one, i) => ({ ...one, entry: i + 1 })) } as Carried // keys that are absent are absent
  })

/** What R4 asks of the resources here, where it asks: required elements, their types and closed lists of codes. Written from the specification; not its own validator. */
const concept = z.looseObject({
  coding: z.array(z.looseObject({ system: z.string(), code: z.string().min(1) })).optional(),
  text: z.string().optional(),
})
const reference = z.looseObject({ reference: z.string().optional(), identifier: z.looseObject({ value: z.string() }).optional() })
const id = z.string().regex(/^[A-Za-z0-9\-.]{1,64}$/)
const date = /^\d{4}-\d{2}-\d{2}$/
const dateTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?Z)?$/
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/
type Ext = { url: string; extension?: Ext[] }
const extension: z.ZodType<Ext> = z.lazy(() =>
  z
    .looseObject({ url: z.string().min(1), extension: z.array(extension).min(1).optional() })
    // An extension has a value or extensions of its own, never both.
    .refine((one) => Object.keys(one).filter((key) => key.startsWith('value')).length === (one.extension ? 0 : 1)),
)
const resource = z.discriminatedUnion('resourceType', [
  z.looseObject({ resourceType: z.literal('Patient'), id, birthDate: z.string().regex(date).optional() }),
  z.looseObject({
    resourceType: z.literal('EpisodeOfCare'),
    id,
    status: z.enum(['planned', 'waitlist', 'active', 'onhold', 'finished', 'cancelled', 'entered-in-error']),
    patient: reference,
  }),
  z.looseObject({
    resourceType: z.literal('Observation'),
    id,
    status: z.enum(['registered', 'preliminary', 'final', 'amended', 'corrected', 'cancelled', 'entered-in-error', 'unknown']),
    code: concept,
    effectiveDateTime: z.string().regex(dateTime),
    issued: z.string().regex(instant),
    extension: z.array(extension),
  }),
  z.looseObject({
    resourceType: z.literal('Provenance'),
    id,
    target: z.array(reference).min(1),
    recorded: z.string().regex(instant),
    agent: z.array(z.looseObject({ who: reference, role: z.array(concept).optional() })).min(1),
    entity: z
      .array(z.looseObject({ role: z.enum(['derivation', 'revision', 'quotation', 'source', 'removal']), what: reference }))
      .optional(),
  }),
  z.looseObject({
    resourceType: z.literal('Task'),
    id,
    status: z.enum([
      'draft',
      'requested',
      'received',
      'accepted',
      'rejected',
      'ready',
      'cancelled',
      'in-progress',
      'on-hold',
      'failed',
      'completed',
      'entered-in-error',
    ]),
    intent: z.enum(['unknown', 'proposal', 'plan', 'order', 'original-order', 'reflex-order', 'filler-order', 'instance-order', 'option']),
    authoredOn: z.string().regex(dateTime),
  }),
])
const bundle = z.strictObject({
  resourceType: z.literal('Bundle'),
  type: z.enum(['document', 'message', 'transaction', 'history', 'searchset', 'collection']),
  entry: z.array(z.strictObject({ fullUrl: z.string(), resource })),
})

describe('a pathway as a bundle', () => {
  test('goes out and comes back with nothing lost, whatever the pathway, and goes out again to the letter', () =>
    fc.assert(
      fc.property(pathway, (carried) => {
        const out = JSON.parse(JSON.stringify(bundleOf(carried)))
        const back = readBundle(out)
        expect(back).toEqual({ ok: true, value: carried })
        if (back.ok) expect(JSON.stringify(bundleOf(back.value))).toBe(JSON.stringify(bundleOf(carried)))
      }),
      runs,
    ))

  test('has the shape that R4 asks of each of its resources', () =>
    fc.assert(
      fc.property(pathway, (carried) => {
        const read = bundle.safeParse(JSON.parse(JSON.stringify(bundleOf(carried))))
        expect(read.error?.issues ?? []).toEqual([])
        const urls = read.data?.entry.map(({ fullUrl }) => fullUrl) ?? []
        expect(new Set(urls).size).toBe(urls.length)
      }),
      runs,
    ))

  test('that says more than would be kept is refused: nothing is dropped in silence', () => {
    const [carried] = fc.sample(pathway, { seed: 3, numRuns: 1 })
    // biome-ignore lint/suspicious/noExplicitAny: what is sent may be anything
    const made = (): any => JSON.parse(JSON.stringify(bundleOf(carried!)))
    expect(readBundle(made()).ok).toBe(true)
    const [more, other, foreign, less] = [made(), made(), made(), made()]
    more.entry[0].resource.telecom = []
    other.entry[1].resource.status = 'finished'
    foreign.entry.push({ fullUrl: 'x', resource: { resourceType: 'Condition', id: 'x' } })
    less.entry.shift()
    for (const sent of [more, other, foreign, less, { resourceType: 'Bundle' }, 'text', null, undefined])
      expect(readBundle(sent)).toMatchObject({ ok: false, issues: [{ code: 'bundle/shape' }] })
  })
})
