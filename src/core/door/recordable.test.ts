import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadPack } from '../../store/pack-folder.ts'
import type { Entry } from '../ledger/entry.ts'
import type { Pack } from '../pack/pack.ts'
import { readDay } from '../words/day.ts'
import { endOfDay } from '../words/instant.ts'
import { askDoor } from './door.ts'
import type { DoorContext } from './offer.ts'
import { listRecordable } from './recordable.ts'

async function context(name: string, there: readonly string[], more: Partial<DoorContext> & { on?: string }): Promise<DoorContext> {
  const read = await loadPack(path.resolve(import.meta.dirname, '../../../packs', name))
  if (!read.ok) throw new Error(JSON.stringify(read.issues))
  const pack: Pack = read.value
  const entries = there.map((line, seq): Entry => {
    const occurred = readDay(line.slice(-10))!
    const when = { occurred, recorded: occurred, recordedAt: endOfDay(occurred, pack.zone) }
    return { seq, ledger: 1, pathway: 'P', code: line.slice(0, -11), ...when, standing: 'sure' }
  })
  const { on, ...rest } = more
  return { pack, entries, role: 'coordinator', today: readDay(on ?? '2025-03-10')!, ...rest }
}
const codes = (at: DoorContext) => listRecordable(at).map((item) => item.code + (item.needsDecider ? ' (on a word)' : ''))

describe('what may be recorded now', () => {
  test('is what the variant of the pathway has, with whom to name', async () =>
    expect(codes(await context('demo', ['M1A 2025-03-01'], {}))).toEqual([
      ...['M1A (on a word)', 'M1S', 'M1D (on a word)', 'M1TS (on a word)', 'M1TD (on a word)', 'M1TW (on a word)', 'M1X', 'M1V'],
      ...['M1WA', 'M1WB', 'M1HA', 'M1HB', 'M1R'],
    ]))
  test('depends on the role', async () => {
    const at = await context('demo', ['M1A 2025-03-01'], { role: 'clinician' })
    expect(codes(at)).toContain('M1D')
    expect(codes(at)).not.toContain('M1A')
    expect(codes({ ...at, role: 'analyst' })).toEqual(['M1S', 'M1X', 'M1V', 'M1WA', 'M1WB', 'M1HA', 'M1HB', 'M1R'])
  })
  test('is nothing after a final end, nor in a variant that has closed, nor in a pathway set aside', async () => {
    expect(codes(await context('demo', ['M1A 2025-03-01', 'M1X 2025-03-05'], {}))).toEqual([])
    expect(codes(await context('no-house', [], { variant: 'cll', on: '2021-05-01' }))).toEqual([])
    expect(codes(await context('demo', [], { variant: 'marsh', pathway: 'set-aside' }))).toEqual([])
  })
  test('is asked for an earlier day by that day', async () =>
    expect(codes(await context('no-house', [], { variant: 'cll', on: '2021-04-30' }))).toContain('Z11A'))
  test('has no second end', async () => {
    const at = await context('no-house', ['C01A 2025-03-01', 'C01CK 2025-03-10'], {})
    expect(codes(at).filter((code) => /^C01[CX]/.test(code))).toEqual([])
    expect(codes({ ...at, entries: at.entries.slice(0, 1) }).filter((code) => /^C01[CX]/.test(code))).toHaveLength(5)
  })
  test('offers every open variant while none is chosen', async () => {
    const variantsOn = async (on: string) => [...new Set(listRecordable(await context('demo', [], { on })).map((item) => item.variant))]
    expect(await variantsOn('2023-12-31')).toEqual(['marsh', 'hill'])
    expect(await variantsOn('2024-01-01')).toEqual(['marsh'])
  })

  test('comes with all that is shown beside it', async () => {
    const at = await context('no-house', ['A12A 2025-03-01'], {})
    expect(listRecordable(at).find((item) => item.code === 'A12CK')).toEqual({
      code: 'A12CK',
      variant: 'colorectal',
      label: 'Klinisk beslutning – påvist [organ]kreft og behandling besluttet',
      labels: { en: 'Decision: this cancer confirmed and treatment decided' },
      marks: [
        {
          id: 'decision',
          name: 'Decision taken',
          kind: 'milestone',
          closing: false,
          dating: 'the day the final decision is taken, preferably together with the patient',
          records: ['coordinator', 'coder', 'clinician'],
          decides: ['clinician'],
          withinDays: 7,
          there: [],
        },
      ],
      sets: {},
      rule: { id: 'NO-R09', text: at.pack.text.rules.find((rule) => rule.id === 'NO-R09')!.text, source: 'a12-decision' },
      needsDecider: true,
      indicators: [
        { id: 'OF2', name: at.pack.indicators.find((i) => i.id === 'OF2')!.name },
        { id: 'OF3', name: at.pack.indicators.find((i) => i.id === 'OF3')!.name },
      ],
    })
    expect(listRecordable(at).find((item) => item.code === 'A12A')).toMatchObject({
      marks: [{ id: 'start', datedBy: 'receipt', records: ['coordinator', 'coder', 'clinician'], decides: [], there: [0] }],
      needsDecider: false,
    })
  })

  test.each(['coordinator', 'clinician', 'analyst'])('agrees with the door, code by code, for a %s', async (role) => {
    for (const [name, there, variant] of [
      ['demo', ['M1A 2025-03-01'], undefined],
      ['no-house', ['C01A 2025-03-01', 'C01CK 2025-03-08'], undefined],
      ['en-cwt', ['REFERRAL-RECEIVED 2025-03-01'], 'lung'],
    ] as const) {
      const at = await context(name, there, { role, ...(variant ? { variant } : {}) })
      const listed = new Set(listRecordable(at).map((item) => item.code))
      for (const { code } of at.pack.codes) {
        const entry = { code, occurred: at.today, standing: 'sure' as const, evidence: [], decider: 'clinician' }
        expect({ code, listed: listed.has(code) }).toEqual({ code, listed: askDoor(entry, at).refusals.length === 0 })
      }
    }
  })
})
