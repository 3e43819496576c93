import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadPack } from '../../store/pack-folder.ts'
import type { ArrivingEntry } from '../ledger/entry.ts'
import type { Pack } from '../pack/pack.ts'
import { readDay } from '../words/day.ts'
import { wallTimeOf } from '../words/instant.ts'
import { issueText } from '../words/issue.ts'
import { generateEntries } from './generate.ts'
import { readScenario, type Scenario } from './scenario.ts'

interface Made {
  readonly pack: Pack
  readonly scenario: Scenario
  readonly entries: readonly ArrivingEntry[]
}

async function made(name: string, pathways: number, seed = 1): Promise<Made> {
  const pack = await loadPack(`packs/${name}`)
  if (!pack.ok) throw new Error(pack.issues.map(issueText).join('\n'))
  const file = `packs/${name}/scenario/generate.yaml`
  const scenario = readScenario(readFileSync(file, 'utf8'), file, pack.value)
  if (!scenario.ok) throw new Error(scenario.issues.map(issueText).join('\n'))
  return { pack: pack.value, scenario: scenario.value, entries: [...generateEntries(pack.value, scenario.value, { pathways, seed })] }
}

const share = (entries: readonly ArrivingEntry[], of: (entry: ArrivingEntry) => boolean) => entries.filter(of).length / entries.length

describe.each(['no-house', 'demo', 'sepsis'])('a ledger of %s', async (name) => {
  const { pack, scenario, entries } = await made(name, 3000)
  const [from, to] = [readDay(scenario.period.from)!, readDay(scenario.period.to)!]

  test('is decided by its seed alone', async () => {
    expect((await made(name, 200)).entries).toEqual(entries.filter((entry) => Number(entry.pathway.slice(1)) <= 200))
    expect((await made(name, 200, 2)).entries).not.toEqual(entries.filter((entry) => Number(entry.pathway.slice(1)) <= 200))
    expect((await made(name, 5, 2 ** 33 + 1)).entries).not.toEqual((await made(name, 5)).entries)
  })

  test('holds codes of the pack only, each in its variant', () => {
    const strange = entries.filter((entry) => entry.withdraws === undefined && !pack.codesByText.has(entry.code))
    expect(strange).toEqual([])
    expect(entries.filter((entry) => entry.withdraws !== undefined && entry.code !== '')).toEqual([])
  })

  test('lies in its period, and nothing is recorded before the world began or after the last day', () => {
    expect(entries.filter((entry) => entry.occurred < from || entry.occurred > to || entry.recorded > to || entry.recorded < from)).toEqual(
      [],
    )
    expect(entries.filter((entry) => wallTimeOf(entry.recordedAt, pack.zone).day !== entry.recorded)).toEqual([])
    expect(
      entries.filter((entry) => entry.occurredAt !== undefined && wallTimeOf(entry.occurredAt, pack.zone).day !== entry.occurred),
    ).toEqual([])
  })

  test('corrects and withdraws what is there, later', () => {
    const byId = new Map(entries.flatMap((entry) => (entry.id === undefined ? [] : [[entry.id, entry] as const])))
    const pointing = entries.filter((entry) => entry.corrects ?? entry.withdraws)
    expect(byId.size).toBe(entries.filter((entry) => entry.id !== undefined).length)
    expect(
      pointing.filter((entry) => !(byId.get((entry.corrects ?? entry.withdraws)!)!.recordedAt < entry.recordedAt)).length,
    ).toBeLessThan(pointing.length * 0.05)
    expect(pointing.filter((entry) => entry.corrects).length).toBeGreaterThan(entries.length * scenario.corrections!.share * 0.5)
    expect(pointing.filter((entry) => entry.corrects).length).toBeLessThan(entries.length * scenario.corrections!.share * 1.5)
  })

  test('has the places, the doubts and the late entries its scenario asks for', () => {
    const weights = scenario.places.reduce((sum, { weight }) => sum + weight, 0)
    const starts = entries.filter((entry, i) => entries[i - 1]?.pathway !== entry.pathway)
    for (const { name: place, weight } of scenario.places)
      expect(share(starts, (entry) => entry.place === place)).toBeCloseTo(weight / weights, 1)
    for (const [standing, asked] of Object.entries(scenario.doubts!))
      expect(Math.abs(share(entries, (entry) => entry.standing === standing) - asked)).toBeLessThan(0.004)
    const late = share(entries, (entry) =>
      pack.time === 'day' ? entry.recorded - entry.occurred > 7 : entry.recordedAt - (entry.occurredAt ?? entry.recordedAt) > 3600,
    )
    expect(late).toBeGreaterThan((1 - scenario.recording.inTime) * 0.6)
    expect(late).toBeLessThan((1 - scenario.recording.inTime) * 1.7)
  })
})

describe('a ledger shaped like Norway', async () => {
  const { entries, scenario } = await made('no-house', 6000)
  const pathways = Map.groupBy(entries, (entry) => entry.pathway)
  const has = (suffix: RegExp) =>
    [...pathways.values()].filter((own) => own.some((entry) => suffix.test(entry.code.slice(3)))).length / pathways.size

  test('has its variants, steps and ends in proportion', () => {
    const total = scenario.variants!.reduce((sum, { weight }) => sum + weight, 0)
    const breast = [...pathways.values()].filter((own) => own.some((entry) => entry.code.startsWith('Z01'))).length / pathways.size
    expect(breast).toBeCloseTo(170 / total, 1)
    expect(has(/^A$/)).toBeGreaterThan(0.95)
    expect(has(/^S$/)).toBeCloseTo(0.93, 1)
    expect(has(/^O$/)).toBeCloseTo(0.09, 1)
    expect(has(/^C[MAIU]$|^X$/)).toBeGreaterThan(0.2)
    expect(has(/^F/)).toBeGreaterThan(0.35)
    expect(has(/^L$/)).toBeGreaterThan(0.01)
    expect(has(/^M$/)).toBeGreaterThan(0.01)
  })

  test('goes on at another hospital after a transfer, with a start of its own there', () => {
    const moved = [...pathways.values()].filter((own) => own.some((entry) => entry.code.endsWith('O')))
    const again = moved.filter((own) => new Set(own.filter((entry) => entry.code.slice(3) === 'A').map((entry) => entry.place)).size > 1)
    expect(again.length / moved.length).toBeGreaterThan(0.6)
  })

  test('has nothing dated after the end of a pathway but what was dated wrongly', () => {
    const ended = [...pathways.values()].flatMap((own) => {
      const end = own.find((entry) => /^.{3}(CM|X)$/.test(entry.code) && entry.id === undefined)
      return end
        ? own.filter((entry) => entry.occurred > end.occurred && entry.id === undefined && !entry.corrects && !entry.withdraws)
        : []
    })
    expect(ended).toEqual([])
  })
})
