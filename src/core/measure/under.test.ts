import { describe, expect, test } from 'vitest'
import { loadPack } from '../../store/pack-folder.ts'
import { arrive } from '../ledger/arrive.ts'
import type { Pack } from '../pack/pack.ts'
import { type PackLayer, readPack } from '../pack/read-pack.ts'
import { type Day, readDay } from '../words/day.ts'
import { endOfDay, instantOf } from '../words/instant.ts'
import { issueText } from '../words/issue.ts'
import { listPathways } from './account.ts'
import { explainPathway } from './explain.ts'
import { explainUnder } from './under.ts'

async function packOf(name: string): Promise<Pack> {
  const read = await loadPack(`packs/${name}`)
  if (!read.ok) throw new Error(read.issues.map(issueText).join('\n'))
  return read.value
}
const [demo, house] = [await packOf('demo'), await packOf('no-house')]
const day = (text: string): Day => readDay(text)!

/** `code day`, perhaps with the role of the recorder. */
function pathwayOf(pack: Pack, entries: readonly string[]) {
  const arriving = entries.map((entry) => {
    const [code = '', text = '', recorder] = entry.split(' ')
    const recordedAt = instantOf({ day: day(text), seconds: 0 }, pack.zone)
    const base = { ledger: 0, pathway: 'P', code, occurred: day(text), recorded: day(text), recordedAt, standing: 'sure' as const }
    return recorder === undefined ? base : { ...base, recorder }
  })
  return listPathways(pack, arrive(arriving))[0]!
}
const asking = (pack: Pack, on: string) => ({ asOf: day(on), asOfAt: endOfDay(day(on), pack.zone) })
const under = (pack: Pack, rules: string, ...entries: readonly string[]) =>
  explainUnder(pack, pathwayOf(pack, entries), asking(pack, '2025-06-01'), day(rules))
const clock = (made: ReturnType<typeof under>, interval: string) => made.clocks.find((one) => one.interval === interval)

describe('a pathway under the rules of another day', () => {
  test('names the limit row that makes a difference, with its source and validity', () => {
    const made = clock(under(demo, '2023-06-01', 'M1A 2024-02-01', 'M1TS 2024-03-11'), 'start-to-treatment')
    expect(made).toMatchObject({ now: { verdict: 'missed' }, under: { verdict: 'met', parts: { length: 39, limit: { amount: 42 } } } })
    expect(made?.because).toEqual([
      {
        kind: 'limit',
        now: expect.objectContaining({ amount: 35, day: '2024-03-07', source: 'demo-guide', validFrom: '2024-01-01', validTo: null }),
        under: expect.objectContaining({
          amount: 42,
          day: '2024-03-14',
          source: 'demo-guide',
          validFrom: null,
          validTo: '2023-12-31',
          row: expect.stringMatching(/pack\.yaml:\d+$/),
        }),
      },
    ])
  })
  test('names the row that gives the longest limit where the kind is not known yet', () => {
    const made = clock(under(demo, '2023-06-01', 'M1A 2025-05-10'), 'start-to-treatment')
    expect(made?.because).toMatchObject([
      {
        kind: 'limit',
        now: { amount: 35, longest: true, source: 'demo-guide' },
        under: { amount: 42, longest: true, validTo: '2023-12-31' },
      },
    ])
  })
  test('says nothing where nothing makes a difference, and the clock is then what it is now', () => {
    const made = under(demo, '2024-06-01', 'M1A 2024-02-01', 'M1S 2024-02-05', 'M1D 2024-02-10', 'M1TS 2024-03-11')
    expect(made.clocks.map(({ because }) => because)).toEqual([[], [], []])
    for (const { now, under: then } of made.clocks) expect(then).toEqual(now)
  })
  test('a clock that another row does not touch names nothing, beside one that it does', () => {
    const made = under(demo, '2023-06-01', 'M1A 2024-02-01', 'M1S 2024-02-05', 'M1D 2024-02-10', 'M1TS 2024-03-11')
    expect(made.clocks.map(({ interval, because }) => [interval, because.length])).toEqual([
      ['start-to-attendance', 0],
      ['decision-to-treatment', 0],
      ['start-to-treatment', 1],
    ])
  })
  test('names codes that were not in force, and the line that bounds them', () => {
    const made = clock(under(demo, '2025-01-01', 'H2A 2023-05-01', 'H2TS 2023-06-01'), 'start-to-treatment')
    expect(made).toMatchObject({ now: { verdict: 'met' }, under: { verdict: 'not-applicable', reason: 'not-in-force' } })
    expect(made?.because).toEqual(
      expect.arrayContaining([
        { kind: 'code', code: 'H2A', inForce: false, validFrom: '2019-01-01', validTo: '2023-12-31', rule: null, source: 'demo-guide' },
      ]),
    )
  })
  test('names the variant that had not closed, and the code that was taken', () => {
    const made = clock(under(demo, '2023-06-01', 'H2A 2023-12-20'), 'start-to-treatment')
    expect(made).toMatchObject({ now: { verdict: 'not-applicable', reason: 'not-in-force' } })
    expect(made?.because).toContainEqual({ kind: 'variant', variant: 'hill', open: true, rule: null, source: 'demo-guide' })
    const late = clock(under(demo, '2023-06-01', 'H2A 2024-02-01', 'H2TS 2024-03-01'), 'start-to-treatment')
    expect(late).toMatchObject({ now: { verdict: 'not-applicable' }, under: { verdict: 'met' } })
    expect(late?.because.map((one) => one.kind === 'code' && [one.code, one.inForce])).toEqual(expect.arrayContaining([['H2A', true]]))
  })
  test('names the rule that refuses, where its own time decides', () => {
    const text = `pack: { id: refusing, version: "1", title: Refusing, time: day, zone: Europe/Oslo, variantFrom: entry, invented: true }
sources: [{ id: guide, title: A guide }]
milestones:
  - { id: start, name: Start, pick: first }
  - { id: stop, name: Stop, pick: first }
codes: [{ code: A, marks: start }, { code: B, marks: stop }]
rules: [{ id: R1, text: No contractors since 2024., refuses: { codes: [A], recordedBy: [contractor], validFrom: "2024-01-01" }, source: guide }]
intervals: [{ id: wait, name: Wait, from: start, to: stop, unit: day, untimedWhen: { onOrAfter: start, date: "2024-07-01" }, source: guide }]
limits: [{ interval: wait, days: 10 }]
`
    const layer: PackLayer = { folder: 'p', files: [{ name: 'p/pack.yaml', text }] }
    const read = readPack([layer])
    if (!read.ok) throw new Error(read.issues.map(issueText).join('\n'))
    const refused = clock(under(read.value, '2023-06-01', 'A 2024-02-01 contractor', 'A 2024-02-05 nurse', 'B 2024-02-14'), 'wait')
    expect(refused).toMatchObject({ now: { parts: { length: 9 } }, under: { parts: { length: 13 }, verdict: 'missed' } })
    expect(refused?.because).toEqual([{ kind: 'refusal', text: 'No contractors since 2024.', holds: false, rule: 'R1', source: 'guide' }])
    const untimed = clock(under(read.value, '2023-06-01', 'A 2024-08-01 nurse', 'B 2024-08-30'), 'wait')
    expect(untimed).toMatchObject({ now: { reason: 'untimed' }, under: { verdict: 'missed' } })
    expect(untimed?.because).toEqual([{ kind: 'condition', of: 'interval', id: 'wait', rule: null, source: 'guide' }])
    const timed = clock(under(read.value, '2024-08-01', 'A 2024-06-01 nurse', 'B 2024-06-30'), 'wait')
    expect(timed).toMatchObject({ now: { verdict: 'missed' }, under: { reason: 'untimed' } })
  })
  test('of the national pack says which limit was changed', () => {
    const made = clock(under(house, '2021-01-01', 'Z01A 2022-02-01', 'Z01FK 2022-03-03'), 'OF4')
    expect(made).toMatchObject({ now: { verdict: 'met' }, under: { verdict: 'missed' } })
    expect(made?.because).toMatchObject([{ kind: 'limit', now: { amount: 32 }, under: { amount: 27, source: 'hdir-changes' } }])
  })
  test('on the day whose rules it went by is what it is', () => {
    const entries = ['M1A 2024-02-01', 'M1S 2024-02-03', 'M1D 2024-02-05', 'M1HA 2024-02-10', 'M1HB 2024-02-14', 'M1TS 2024-03-11']
    const explained = explainPathway(demo, pathwayOf(demo, entries), asking(demo, '2025-06-01'))
    expect(under(demo, '2024-02-01', ...entries).clocks.map((one) => one.under)).toEqual(explained.clocks)
  })
})
