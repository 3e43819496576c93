import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadPack } from '../../store/pack-folder.ts'
import type { ArrivingEntry } from '../ledger/entry.ts'
import type { LifeRecord } from '../life/life.ts'
import { refusalsOf } from '../life/rules.ts'
import { randomOf } from '../words/chance.ts'
import { readDay } from '../words/day.ts'
import type { Instant } from '../words/instant.ts'
import { withHabits } from './habit.ts'
import { checkDigit, impossibleNumber } from './identity.ts'
import { writeLetter } from './letter.ts'
import { sayingsOf } from './lives.ts'
import { keeperOf, readRegion } from './region.ts'

const file = 'demonstration/norwegian-shaped.yaml'
const text = readFileSync(file, 'utf8')
const issuesOf = (changed: string) => {
  const read = readRegion(changed, file)
  return read.ok ? [] : read.issues.map(({ code, path }) => `${code} ${path.join('.')}`)
}

test.each(['norwegian-shaped', 'english-shaped'])('the region %s is one', (name) => {
  const read = readRegion(readFileSync(`demonstration/${name}.yaml`, 'utf8'), name)
  expect(read.ok ? [] : read.issues).toEqual([])
})

test.each(['norwegian-shaped', 'english-shaped'])('the lives of indicators of %s keep to the rules, in the order of their days', (name) => {
  const read = readRegion(readFileSync(`demonstration/${name}.yaml`, 'utf8'), name)
  if (!read.ok) throw new Error(JSON.stringify(read.issues))
  for (const life of read.value.lives) {
    const sayings = sayingsOf(life, readDay('2026-07-01')!)
    expect(sayings.map(({ on }) => on)).toEqual(sayings.map(({ on }) => on).toSorted())
    const records: LifeRecord[] = []
    for (const [i, { by, on, said }] of sayings.entries()) {
      const person = read.value.people.findIndex(({ id }) => id === by)
      expect(refusalsOf(records, said, person), `${life.name}, record ${i + 1}`).toEqual([])
      records.push({ n: i + 1, on, by: person, role: 'analyst', said })
    }
  }
})

test.each([
  ['a life lies in no ledger', '- at: kyst', '- at: nordvik', 'pack/dangling lives.0.at'],
  ['nobody said it', 'by: kyst-clinician\n    daysAgo: 860', 'by: kyst-clinic\n    daysAgo: 860', 'pack/dangling lives.0.by'],
  ['somebody works at a place that is not there', 'role: analyst, at: region', 'role: analyst, at: regon', 'pack/dangling people.2.at'],
  ['a place lies under none that is there', 'under: kyst }', 'under: kist }', 'pack/dangling organisations.4.under'],
  ['two people share an id', 'id: dpo,', 'id: administrator,', 'pack/duplicate-id people.1.id'],
  ['a name does not say that it is invented', 'administrator (oppdiktet)"', 'administrator"', 'pack/shape people.0.name'],
  ['a patient could have the family name', 'Prøveås', 'Ås', 'pack/shape patients.family.0'],
  ['a habit is of a place that is not there', '{ at: lyngdal,', '{ at: lyngdalen,', 'pack/dangling habits.0.at'],
  ['a letter has no sentence to rest on', '[Henvisningen er mottatt ved sykehuset {day}.]', 'Mottatt.', 'pack/shape letters.0.bodies.0'],
])('refused where %s', (_, from, to, issue) => {
  expect(text).toContain(from)
  expect(issuesOf(text.replace(from, to))).toContain(issue)
})

test('a hospital is kept in the ledger of its trust, a practice in its own', () => {
  const read = readRegion(text, file)
  if (!read.ok) throw new Error('The region does not read.')
  expect(['nordvik-kirurgi', 'nordvik', 'kyst', 'strandgata', 'region'].map((id) => keeperOf(read.value, id))).toEqual([
    'kyst',
    'kyst',
    'kyst',
    'strandgata',
    'region',
  ])
})

test('a letter is filled in, and its sentence found again', () => {
  const { body, span } = writeLetter('To {hospital}. [Seen {day}.] {unknown}', { hospital: 'H', day: '2026-01-02' })
  expect(body).toBe('To H. Seen 2026-01-02. {unknown}')
  expect(body.slice(span.from, span.to)).toBe('Seen 2026-01-02.')
})

test('the check digit is the right one, and never the one that is given', () => {
  // 943 476 5919 is often printed as an example of a well-formed number. By hand: 90+36+24+28+42+30+20+27+2 = 299 = 27 x 11 + 2; 11 - 2 = 9.
  expect(checkDigit('943476591')).toBe(9)
  for (let serial = 0; serial < 2000; serial++) {
    const number = impossibleNumber['check-digit'](serial, readDay('1950-01-02')!)
    expect(number).toMatch(/^999\d{7}$/)
    expect(checkDigit(number.slice(0, 9))).not.toBe(Number(number[9]))
  }
  expect(impossibleNumber['month-00'](7, readDay('1950-01-02')!)).toBe('02005000007')
})

test('a place with a habit uses its own code, dated later, never beyond what happened next; a correction goes with what it corrects', async () => {
  const pack = await loadPack('packs/no-house')
  if (!pack.ok) throw new Error('The pack does not read.')
  const entry = (id: string, code: string, on: string, more: Partial<ArrivingEntry> = {}): ArrivingEntry => {
    const occurred = readDay(on)!
    return {
      ...{
        id,
        ledger: 0,
        pathway: 'P',
        code,
        occurred,
        recorded: occurred,
        recordedAt: (occurred * 86_400) as Instant,
        standing: 'sure',
        place: 'Hill',
      },
      ...more,
    }
  }
  const entries = [
    entry('a', 'A12A', '2026-03-02'),
    entry('b', 'A12A', '2026-03-01', {
      corrects: 'a',
      recorded: readDay('2026-03-20')!,
      recordedAt: (readDay('2026-03-20')! * 86_400) as Instant,
    }),
    { ...entry('', 'A12S', '2026-03-05'), id: undefined },
    entry('d', 'A12A', '2026-03-04', { place: 'Vale' }),
    { ...entry('', 'A12A', '2026-04-02'), id: undefined },
  ]
  const habit = { at: 'hill', code: '{variant}A', instead: '{variant}AV', share: 1, daysLater: [9] }
  const made = (today: string, share = 1) =>
    withHabits(pack.value, [{ ...habit, share }], entries, { placeOf: () => 'Hill', today: readDay(today)!, random: randomOf(1, 1) }).map(
      ({ code, occurred, recorded, happened }) => [
        code,
        ...[occurred, recorded, happened].map((day) => (day === undefined ? null : day - readDay('2026-03-01')!)),
      ],
    )
  // What comes next is the entry of Vale, two days after the first.
  expect(made('2026-06-01')).toEqual([
    ['A12AV', 3, 3, 1],
    ['A12AV', 2, 21, 0],
    ['A12S', 4, 4, null],
    ['A12A', 3, 3, null],
    ['A12AV', 41, 41, 32],
  ])
  // Nothing is recorded after today.
  expect(made('2026-03-20')[1]).toEqual(['A12AV', 0, 19, 0])
  expect(made('2026-06-01', 0).map(([code]) => code)).toEqual(['A12A', 'A12A', 'A12S', 'A12A', 'A12A'])
})
