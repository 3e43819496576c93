import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomCase } from '../../../test/differential/engines.ts'
import { askedDay, randomLedger, randomPack } from '../../../test/differential/random.ts'
import { loadPack } from '../../store/pack-folder.ts'
import { readClock, readPathway } from '../clock/clock.ts'
import type { Entry } from '../ledger/entry.ts'
import { listPathways } from '../measure/account.ts'
import { type Day, readDay } from '../words/day.ts'
import { endOfDay, type Instant } from '../words/instant.ts'
import { delaySegments, passedLimits } from './delay.ts'

const runs = { numRuns: process.env['SOAK'] ? 10_000 : 400, ...(process.env['SOAK'] ? {} : { seed: 8 }) }

describe('segments of a delay', () => {
  test('add up exactly to the length of the clock and to its pauses, whatever the pack and the entries', () => {
    let [clocks, cut, paused] = [0, 0, 0]
    fc.assert(
      fc.property(randomCase, (c) => {
        const pack = randomPack(c.seed)
        const asOf = askedDay(c.seed, c.offset)
        for (const pathway of listPathways(pack, randomLedger(pack, c.seed, c.raw, c.plain))) {
          const reading = readPathway(pack, pathway, { asOf, asOfAt: endOfDay(asOf, pack.zone) })
          for (const interval of pack.intervals) {
            const clock = readClock(reading, interval)
            const delay = clock && delaySegments(reading, clock)
            if (!clock || !delay) continue
            const per = interval.unit === 'minute' ? 60 : 1
            const sum = (of: 'length' | 'paused') => delay.segments.reduce((n, s) => n + s[of], 0)
            expect(sum('length')).toBe(Math.floor(clock.length! / per))
            expect(sum('length')).toBe(delay.total)
            expect(sum('paused')).toBe(Math.floor(clock.paused! / per))
            for (const s of delay.segments) expect([s.length, s.paused].every((n) => Number.isInteger(n) && n >= 0)).toBe(true)
            expect(delay.segments[delay.longest]?.length).toBe(Math.max(...delay.segments.map((s) => s.length)))
            clocks += 1
            cut += delay.segments.length > 1 ? 1 : 0
            paused += clock.paused! > 0 ? 1 : 0
          }
        }
      }),
      runs,
    )
    // The promise is worth nothing over clocks that are all of one piece.
    expect(Math.min(clocks, cut, paused)).toBeGreaterThan(20)
  })

  const day = (text: string): Day => readDay(text)!
  const entry = (seq: number, code: string, on: string, more: Partial<Entry> = {}): Entry => ({
    seq,
    ledger: 2,
    pathway: '2-1',
    code,
    occurred: day(on),
    recorded: day(on),
    recordedAt: (day(on) * 86_400) as Instant,
    standing: 'sure',
    ...more,
  })
  const delayed = async (entries: readonly Entry[], asOf: string) => {
    const read = await loadPack(path.resolve(import.meta.dirname, '../../../packs/demo'))
    if (!read.ok) throw new Error(JSON.stringify(read.issues))
    const [pathway] = listPathways(read.value, entries)
    return passedLimits(read.value, pathway!, { asOf: day(asOf), asOfAt: endOfDay(day(asOf), read.value.zone) })
  }

  test('are cut at milestones and where the place changes, each named by what began it, and the longest is known', async () => {
    const all = await delayed(
      [
        entry(1, 'M1A', '2025-03-03', { place: '2' }),
        entry(2, 'M1S', '2025-03-13', { place: '2' }),
        entry(3, 'M1V', '2025-03-20', { place: '3' }),
        entry(4, 'M1D', '2025-04-01', { place: '3' }),
        entry(5, 'M1TS', '2025-04-10', { place: '3' }),
      ],
      '2025-05-01',
    )
    const passed = all.find(({ interval }) => interval === 'start-to-treatment')
    expect(passed).toMatchObject({ verdict: 'missed', limit: 35, limitDay: '2025-04-07', delay: { unit: 'day', total: 38, longest: 2 } })
    expect(passed?.delay.segments.map((s) => [s.from.name, s.to?.name, s.place, s.length])).toEqual([
      ['Referral received', 'First attendance', '2', 10],
      ['First attendance', 'Visit', '2', 7],
      ['Visit', 'Decision', '3', 12],
      ['Decision', 'Treatment begun', '3', 9],
    ])
  })

  test('a clock that still runs ends in a segment that goes on, and time taken out is beside it', async () => {
    const all = await delayed(
      [
        entry(1, 'M1A', '2025-03-03', { place: '2' }),
        entry(2, 'M1HA', '2025-03-10'),
        entry(3, 'M1HB', '2025-03-20'),
        entry(4, 'M1D', '2025-03-25', { place: '2' }),
      ],
      '2025-05-05',
    )
    const passed = all.find(({ interval }) => interval === 'start-to-treatment')
    expect(passed).toMatchObject({ verdict: 'overrun', delay: { total: 53, longest: 1 } })
    expect(passed?.delay.segments.map((s) => [s.from.milestone, s.to?.milestone, s.length, s.paused])).toEqual([
      ['start', 'decision', 12, 10],
      ['decision', undefined, 41, 0],
    ])
  })

  test('days of rest are taken out of the segment they were ordered in, never of more than there is', async () => {
    const all = await delayed(
      [
        entry(1, 'M1A', '2025-03-03', { place: '2' }),
        entry(2, 'M1S', '2025-03-05'),
        entry(3, 'M1R', '2025-03-08', { value: 6 }),
        entry(4, 'M1D', '2025-03-10'),
        entry(5, 'M1TS', '2025-05-01'),
      ],
      '2025-06-01',
    )
    const passed = all.find(({ interval }) => interval === 'start-to-treatment')
    // The rest is longer than the segment it lies in: one day more comes out of the one before.
    expect(passed?.delay.segments.map((s) => [s.length, s.paused])).toEqual([
      [1, 1],
      [0, 5],
      [52, 0],
    ])
  })
})
