import { describe, expect, test } from 'vitest'
import { arrive } from '../ledger/arrive.ts'
import type { ArrivingEntry, Entry } from '../ledger/entry.ts'
import { listPathways } from '../measure/account.ts'
import { readPack } from '../pack/read-pack.ts'
import { addDays, type Day, readDay } from '../words/day.ts'
import type { Instant } from '../words/instant.ts'
import { endOfDay } from '../words/instant.ts'
import { issueText } from '../words/issue.ts'
import { comparePlaces, type Facts, margins } from './compare.ts'
import { practiceOf, shareOf, wholePercents } from './practice.ts'
import { type PracticeCell, tallyPractice, type Way, wayOf } from './tally.ts'

const text = `
pack: { id: p, version: "1", title: P (invented), time: day, zone: Europe/Oslo, variantFrom: code, invented: true }
sources: [{ id: guide, title: Guide (invented) }]
variants: [{ id: x, name: X, prefix: "X" }, { id: y, name: Y, prefix: "Y" }]
milestones:
  - { id: start, name: Referral, pick: first }
  - { id: stop, name: Treatment, pick: first }
  - { id: closed, name: Closed, pick: first, closing: true }
codes:
  - { code: "{variant}A", label: Mottatt, labels: { en: Received }, marks: start }
  - { code: "{variant}B", labels: { en: Assessed }, marks: start }
  - { code: "{variant}LOCAL", mapsTo: "{variant}A" }
  - { code: "{variant}T", marks: stop }
  - { code: "{variant}C", marks: closed }
  - { code: "{variant}V" }
  - { code: "{variant}W" }
duties: [{ milestone: start, withinDays: 7 }, { milestone: stop, withinDays: 3 }]
intervals: [{ id: wait, name: Wait, from: start, to: stop, unit: day }]
limits: [{ interval: wait, days: 30 }]
ends: [{ id: closed, name: Closed, when: { known: closed } }]
indicators:
  - { id: in-time, name: In time, question: q, denominator: d, within: wait, period: stop, place: start }
  - { id: shared, name: Shared, question: q, denominator: d, within: wait, period: stop, place: start,
      sharing: { places: { one: start, two: stop }, cases: [{ weights: { one: 0.5, two: 0.5 } }] } }
  - { id: ever, name: Ever, question: q, denominator: d, having: { known: stop }, population: { known: start }, period: start, place: start,
      exclude: [{ id: e, text: e, when: { known: closed } }] }
`
const read = readPack([{ folder: 'p', files: [{ name: 'p/pack.yaml', text }] }])
if (!read.ok) throw new Error(read.issues.map(issueText).join('\n'))
const pack = read.value
const indicatorOf = (id: string) => pack.indicators.find((one) => one.id === id)!
const day = (said: string): Day => readDay(said)!
const whole: PracticeCell = { period: null, kind: 'month', variant: null }

/** A ledger written as pathways: place, then `code day lag`, with more of an entry where it matters. */
interface Made {
  readonly place: string
  readonly entries: readonly (readonly [
    code: string,
    on: string | Day,
    lag?: number,
    more?: Partial<ArrivingEntry> & { readonly source?: string | null },
  ])[]
}
function ledgerOf(pathways: readonly Made[]) {
  const origins = new Map<string, Way>()
  const arriving = pathways.flatMap(({ place, entries }, p) =>
    entries.map(([code, on, lag = 0, more = {}], i): ArrivingEntry => {
      const { source = null, ...rest } = more
      const occurred = typeof on === 'string' ? day(on) : on
      const id = `${p}-${i}`
      origins.set(id, wayOf(source))
      const recorded = addDays(occurred, lag)
      return {
        ...{
          id,
          ledger: 1,
          pathway: `P${String(p).padStart(5, '0')}`,
          code,
          occurred,
          recorded,
          recordedAt: (recorded * 86_400) as Instant,
        },
        ...{ place, standing: 'sure', recorder: 'coordinator' },
        ...rest,
      }
    }),
  )
  const entries = arrive(arriving)
  return {
    pathways: listPathways(pack, entries),
    wayFor: (entry: Entry): Way => origins.get(entry.id ?? '')!, // each has one
  }
}
function tallied(pathways: readonly Made[], { indicator = 'in-time', asOf = '2026-01-31', cell = whole } = {}) {
  const { wayFor, ...made } = ledgerOf(pathways)
  const on = day(asOf)
  const asking = { asOf: on, asOfAt: endOfDay(on, pack.zone) }
  return tallyPractice(pack, indicatorOf(indicator), made.pathways, { asking, cell, wayFor })
}
const practice = (pathways: readonly Made[], asked: Parameters<typeof tallied>[1] & { last?: number } = {}) =>
  practiceOf(pack, indicatorOf(asked.indicator ?? 'in-time'), tallied(pathways, asked), asked.last ?? 202512)
const times = (n: number, make: (i: number) => Made): readonly Made[] => Array.from({ length: n }, (_, i) => make(i))
const of = (made: ReturnType<typeof practice>, place: string) => made.places.find((one) => one.place === place)!

describe('how places code, counted from a ledger whose truth is known', () => {
  const twenty = [
    // Twelve treated on day 20; of these three recorded their stop a day too late, two rest on a doubt that was let stand.
    ...times(12, (i) => ({
      place: 'Vale',
      entries: [
        ['XA', '2025-03-01', 2],
        [
          'XT',
          '2025-03-21',
          i < 3 ? 4 : 1,
          i < 2 ? { standing: 'let-stand', decider: 'clinician' } : { source: i < 7 ? 'message 9' : null },
        ],
      ],
    })),
    // Four closed without treatment, three past the limit without a word since, one of which there was a visit.
    ...times(4, () => ({
      place: 'Vale',
      entries: [
        ['XB', '2025-03-01', 9],
        ['XC', '2025-03-20'],
      ],
    })),
    ...times(3, () => ({ place: 'Vale', entries: [['YLOCAL', '2025-03-01']] })),
    {
      place: 'Vale',
      entries: [
        ['XA', '2025-03-01'],
        ['XV', '2025-06-01', 0, { source: 'proposal 1-4', recorder: 'coder' }],
      ],
    },
    // Running: early, not without an end.
    { place: 'Vale', entries: [['XA', '2026-01-20', 0, { source: 'intake' }]] },
  ] satisfies readonly Made[]
  const vale = of(practice(twenty), 'Vale')

  test('recorded in time, without an end and in doubt are shares of pathways, with their interval', () => {
    expect(vale.pathways).toBe(21)
    expect(vale.inTime).toMatchObject({ n: 9, of: 12, share: 0.75 })
    expect(vale.withoutEnd).toMatchObject({ n: 3, of: 20, share: 0.15 })
    expect(vale.doubt).toMatchObject({ n: 2, of: 21 })
    expect(vale.inTime).toMatchObject({ low: expect.closeTo(0.4677, 3), high: expect.closeTo(0.9111, 3) })
  })
  test('a clock stands under the code it starts on, and a local code under the one it stands for', () => {
    expect(vale.starts).toEqual([
      { id: '{variant}A', n: 17, of: 21 },
      { id: '{variant}B', n: 4, of: 21 },
    ])
    const both = practice(
      times(10, () => ({
        place: 'Vale',
        entries: [
          ['XA', '2025-03-01'],
          ['XB', '2025-02-20'],
          ['XT', '2025-03-20'],
        ],
      })),
    )
    expect(of(both, 'Vale').starts, 'the first counts, whichever was recorded first').toEqual([
      { id: '{variant}B', n: 10, of: 10 },
      { id: '{variant}A', n: 0, of: 10 },
    ])
    expect(both.startCodes).toEqual([
      { code: '{variant}A', label: 'Mottatt', labels: { en: 'Received' } },
      { code: '{variant}B', label: null, labels: { en: 'Assessed' } },
    ])
  })
  test('each milestone has the days from occurred to recorded, and its own duty', () => {
    expect(vale.milestones).toMatchObject([
      { id: 'start', entries: 21, inTime: { n: 17, of: 21 }, lag: { median: 2, p90: 9 } },
      { id: 'stop', entries: 12, inTime: { n: 9, of: 12 }, lag: { median: 1, p90: 4 } },
      { id: 'closed', entries: 4, inTime: null, lag: { refused: 'too-few', have: 4, need: 10 } },
    ])
  })
  test('who records, who decides and on whose word are roles', () => {
    expect(vale.entries).toBe(38)
    expect(vale.recorders).toEqual([
      { id: 'coordinator', n: 37, of: 38 },
      { id: 'coder', n: 1, of: 38 },
    ])
    expect(vale.deciders).toEqual([
      { id: 'coordinator', n: 35, of: 38 },
      { id: 'clinician', n: 2, of: 38 },
      { id: 'coder', n: 1, of: 38 },
    ])
    expect(vale.onBehalf).toMatchObject({ n: 2, of: 38 })
  })
  test('how entries came in adds up to all of them, and printed to a hundred percent', () => {
    const found: readonly (readonly [string, number])[] = Array.isArray(vale.ways) ? vale.ways.map(({ id, n }) => [id, n]) : []
    expect(Object.fromEntries(found)).toEqual({ 'by-hand': 31, message: 5, proposal: 1, imported: 1 } satisfies Record<Way, number>)
    expect(found.reduce((sum, [, n]) => sum + n, 0)).toBe(vale.entries)
    expect(wholePercents(found.map(([, n]) => n)).reduce((a, b) => a + b)).toBe(100)
    expect(wholePercents([1, 1, 1])).toEqual([34, 33, 33])
    expect(wholePercents([0, 0])).toEqual([0, 0])
    expect(wholePercents([1, 999])).toEqual([0, 100])
    expect(Array.isArray(vale.standings) ? vale.standings.map(({ id, n }) => [id, n]) : []).toEqual([
      ['sure', 36],
      ['let-stand', 2],
      ['asked', 0],
      ['likely', 0],
      ['unknown', 0],
    ])
  })
  test('what is not known on the day, was corrected, or is ruled out is no practice', () => {
    const made = times(10, () => ({
      place: 'Vale',
      entries: [
        ['XA', '2025-03-01'],
        ['XV', '2025-03-02', 300],
        ['XT', '2025-03-20'],
        ['XW', '2025-03-05', 0, { standing: 'ruled-out' }],
      ],
    })) satisfies readonly Made[]
    expect(of(practice(made, { asOf: '2025-06-01' }), 'Vale').entries).toBe(20)
    expect(of(practice(made), 'Vale').entries).toBe(30)
  })
  test('only the pathways of the period and the kind that are asked about; those excluded are no part of it', () => {
    const cell: PracticeCell = { period: 202503, kind: 'month', variant: 'x' }
    expect(of(practice(twenty, { cell }), 'Vale').pathways).toBe(17)
    expect(practice(twenty, { cell: { ...cell, period: 202504 } }).places).toEqual([])
    const ever = of(practice(twenty, { indicator: 'ever' }), 'Vale')
    expect(ever.pathways).toBe(17)
    expect([ever.starts, ever.withoutEnd]).toEqual([null, null])
  })
  test('a shared pathway stands at each place that has a part of it', () => {
    const shared = practice(
      times(10, () => ({
        place: 'Vale',
        entries: [
          ['XA', '2025-03-01'],
          ['XT', '2025-03-20', 0, { place: 'Hill' }],
        ],
      })),
      { indicator: 'shared' },
    )
    expect(shared.places.map(({ place, pathways, entries }) => [place, pathways, entries])).toEqual([
      ['Hill', 10, 20],
      ['Vale', 10, 20],
    ])
  })
  test('of fewer than ten it says too few, and no share', () => {
    const nine = of(practice(times(9, () => ({ place: 'Vale', entries: [['XA', '2025-03-01']] }))), 'Vale')
    for (const said of [
      nine.withoutEnd,
      nine.doubt,
      nine.starts,
      nine.recorders,
      nine.ways,
      nine.onBehalf,
      nine.rare,
      nine.milestones[0]?.lag,
    ])
      expect(said).toMatchObject({ refused: 'too-few', have: 9, need: 10 })
    expect(nine.inTime).toMatchObject({ refused: 'too-few', have: 0 })
    expect(shareOf(3, 10)).toMatchObject({ n: 3, of: 10 })
  })
  test('rare codes, and codes that others use and a place never does', () => {
    const made = practice([
      ...times(300, (i) => ({
        place: 'Vale',
        entries: [
          ['XA', '2025-03-01'],
          ...(i % 3 === 0 ? ([['XV', '2025-03-02']] as const) : []),
          ...(i < 2 ? ([['XW', '2025-03-02']] as const) : []),
        ],
      })),
      ...times(60, () => ({ place: 'Hill', entries: [['YA', '2025-03-01']] })),
      ...times(12, () => ({ place: 'Fell', entries: [['YA', '2025-03-01']] })),
    ])
    expect(made.rareCodes).toEqual(['{variant}W'])
    expect(of(made, 'Vale').rare).toMatchObject({ n: 2, of: 402 })
    // At Hill 100 of 414 elsewhere are visits, so 14 of its 60 would be; at Fell three of twelve, and that may be chance.
    expect([of(made, 'Hill').neverUsed, of(made, 'Fell').neverUsed, of(made, 'Vale').neverUsed]).toEqual([['{variant}V'], [], []])
  })
})

describe('change points of practice', () => {
  const months = Array.from({ length: 24 }, (_, i) => `${2024 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}-05`)
  const each = (make: (month: number, i: number) => Made['entries']): readonly Made[] =>
    months.flatMap((_, month) => times(40, (i) => ({ place: 'Vale', entries: make(month, i) })))

  test('another start code, and later recording, from a month on', () => {
    const { changes } = of(
      practice(
        each((month, i) => [
          [month >= 14 && i % 10 < 7 ? 'XB' : i === 0 ? 'XB' : 'XA', months[month]!, month >= 14 ? 9 + (month % 3) : 1 + (month % 3)],
        ]),
      ),
      'Vale',
    )
    expect(changes).toEqual([
      expect.objectContaining({ what: 'start', from: '2025-03', to: '2025-12', toward: 'low' }),
      expect.objectContaining({ what: 'in-time', toward: 'low', to: '2025-12' }),
      expect.objectContaining({ what: 'lag', toward: 'high', to: '2025-12' }),
    ])
  })
  test('none where nothing changed, and none told from a year that is not whole, from few, or of the month that is not over', () => {
    const same = each((month, i) => [[i % 5 === 0 ? 'XB' : 'XA', months[month]!, 1 + ((month * 7) % 3)]])
    expect(of(practice(same), 'Vale').changes).toEqual([])
    const other = each((month, i) => [[month >= 14 ? 'XB' : i === 0 ? 'XB' : 'XA', months[month]!, 1]])
    expect(of(practice(other, { last: 202411 }), 'Vale').changes).toEqual([])
    expect(of(practice(other.filter((_, i) => i % 40 < 4)), 'Vale').changes).toEqual([])
    const single = each((month) => [['XA', months[month]!, 1]])
    expect(of(practice(single), 'Vale').changes).toEqual([])
  })
})

describe('which places can be compared', () => {
  const facts = (
    place: string,
    pathways: number,
    shares: Partial<Record<'start' | 'in-time' | 'without-end' | 'doubt', number>> = {},
  ): Facts => {
    const one = (share: number) => ({ n: Math.round(share * pathways), of: pathways })
    const start = one(shares.start ?? 1)
    return {
      place,
      pathways,
      aspects: {
        start: [
          { code: 'A', ...start },
          { code: 'B', n: start.of - start.n, of: start.of },
        ],
        'in-time': [one(shares['in-time'] ?? 0.9)],
        'without-end': [one(shares['without-end'] ?? 0.03)],
        doubt: [one(shares.doubt ?? 0.02)],
      },
    }
  }
  const pairsOf = (...places: readonly Facts[]) =>
    comparePlaces(places).pairs.map(({ likeness, because }) => [likeness, ...because.map(({ aspect }) => aspect)])

  test('alike, different because of something, or too few to tell', () => {
    expect(pairsOf(facts('Hill', 400), facts('Vale', 300))).toEqual([['alike']])
    expect(pairsOf(facts('Hill', 400), facts('Vale', 300, { start: 0.4 }))).toEqual([['differs', 'start', 'start']])
    expect(pairsOf(facts('Hill', 400), facts('Vale', 300, { 'in-time': 0.5, 'without-end': 0.3 }))).toEqual([
      ['differs', 'in-time', 'without-end'],
    ])
    expect(pairsOf(facts('Hill', 400), facts('Vale', 15))).toEqual([['too-few']])
    expect(pairsOf(facts('Hill', 400), facts('Vale', 9, { start: 0 }))).toEqual([['too-few']])
  })
  test('a difference that is sure but smaller than its margin does not matter; a large one that may be chance is not said', () => {
    const share = margins['in-time'] * 0.6
    expect(pairsOf(facts('Hill', 4000), facts('Vale', 4000, { 'in-time': 0.9 - share }))).toEqual([['alike']])
    expect(pairsOf(facts('Hill', 20, { doubt: 0 }), facts('Vale', 20, { doubt: 0.15 }))).toEqual([['too-few']])
  })
  test('the more is asked, the wider the intervals: what two places would be told to differ in is not said among forty', () => {
    const two = [facts('Hill', 60, { doubt: 0 }), facts('Vale', 60, { doubt: 0.17 })]
    expect(comparePlaces(two).pairs[0]?.likeness).toBe('differs')
    const many = Array.from({ length: 38 }, (_, i) => facts(`Other ${i}`, 60))
    const among = comparePlaces([...two, ...many])
    expect(among.pairs[0]?.likeness).not.toBe('differs')
    expect(among.asked.pairs).toBe(((40 * 39) / 2) * 5)
  })
  test('places that code alike stand in one group, each like each other; the one that does not is said against the rest', () => {
    const made = comparePlaces([
      facts('Fell', 500),
      facts('Hill', 400),
      facts('Moor', 300),
      facts('Vale', 260, { start: 0.1 }),
      facts('Isle', 12),
    ])
    expect(made.groups).toEqual([['Fell', 'Hill', 'Moor']])
    expect(made.sayings).toEqual([{ kind: 'unlike-the-rest', place: 'Vale', aspects: ['start'] }])
    expect(made.rest.filter(({ likeness }) => likeness === 'differs').map(({ place }) => place)).toEqual(['Vale'])
    expect(made.rest.find(({ place }) => place === 'Fell')?.likeness).toBe('alike')
  })
  test('one that is far off does not make the others look unlike the rest', () => {
    const made = comparePlaces([facts('Fell', 500), facts('Hill', 400), facts('Vale', 2000, { start: 0 })])
    expect(made.rest.filter(({ likeness }) => likeness === 'differs').map(({ place }) => place)).toEqual(['Vale'])
  })
  test('of two it is said that they are unlike each other; of one there is nothing to compare', () => {
    expect(comparePlaces([facts('Hill', 300), facts('Vale', 300, { start: 0 })]).sayings).toEqual([
      { kind: 'unlike-each-other', a: 'Hill', b: 'Vale', aspects: ['start'] },
    ])
    expect(comparePlaces([facts('Hill', 300)]).sayings).toEqual([{ kind: 'nothing-to-compare' }])
    expect(comparePlaces([facts('Hill', 300), facts('Vale', 300)]).sayings).toEqual([{ kind: 'all-alike' }])
    expect(comparePlaces([facts('Hill', 30), facts('Vale', 30)]).sayings).toEqual([{ kind: 'no-difference-found' }])
  })
  test('two camps are two groups', () => {
    const made = comparePlaces(['a', 'b', 'c', 'd', 'e', 'f'].map((place, i) => facts(place, 400 - i, i < 3 ? {} : { start: 0 })))
    expect(made.groups).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ])
    expect(made.pairs.filter(({ likeness }) => likeness === 'differs')).toHaveLength(9)
  })
})
