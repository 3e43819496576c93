import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { differencesOf, entriesOf, type FigureAsker, figureDifferences } from '../../src/core/measure/example.ts'
import { figuresOf } from '../../src/core/measure/figure.ts'
import { readDay } from '../../src/core/words/day.ts'
import { endOfDay } from '../../src/core/words/instant.ts'
import { agree } from '../differential/engines.ts'
import { databases, type OpenedDatabase } from '../support/databases.ts'
import { listExamples } from './examples.ts'

const examples = await listExamples()

test('every pack that is not a house copy has worked examples', () => {
  expect([...new Set(examples.map((e) => e.name.split('/')[0]))]).toEqual(expect.arrayContaining(['demo', 'en-cwt', 'no-cpp', 'sepsis']))
})

describe('the plain engine answers as the rule books do', () => {
  for (const { name, pack, example } of examples) test(`${name}: ${example.title}`, () => expect(differencesOf(pack, example)).toEqual([]))
})

for (const engine of databases) {
  describe(`${engine.name} answers as the rule books do`, () => {
    let opened: OpenedDatabase
    beforeAll(async () => {
      opened = await engine.open()
    })
    afterAll(() => opened.close())
    for (const { name, pack, asOf, members } of groups()) {
      // All examples of one pack and day stand side by side as ledgers of their own: one run of SQL serves them all.
      test(`${name}, ${members.length} examples as known on ${asOf}`, async () => {
        const day = readDay(asOf)!
        const asking = { asOf: day, asOfAt: endOfDay(day, pack.zone) }
        const entries = members.flatMap(({ example }, ledger) =>
          entriesOf(example, pack)
            .filter((e) => pack.codesByText.has(e.code))
            .map((e) => ({ ...e, ledger, seq: e.seq + ledger * 10_000 })),
        )
        const lines = await agree(opened.db, pack, entries, asking, { by: new Set(['place', 'period']), period: 'month' })
        for (const [ledger, { name: file, example }] of members.entries()) {
          const own = lines.filter((line) => line.ledger === ledger)
          const ask: FigureAsker = (id, by) => {
            const indicator = pack.indicators.find((i) => i.id === id)
            return indicator
              ? figuresOf(
                  indicator,
                  own.filter((line) => line.indicator === id),
                  { by, period: 'month' },
                )
              : []
          }
          expect({ file, differences: figureDifferences(example, ask) }).toEqual({ file, differences: [] })
        }
      })
    }
  })
}

/** Examples of one pack and one day. */
function groups() {
  const out = new Map<
    string,
    { name: string; pack: (typeof examples)[number]['pack']; asOf: string; members: (typeof examples)[number][] }
  >()
  for (const example of examples) {
    const key = `${example.pack.id} ${example.example.asOf}`
    const group = out.get(key) ?? { name: example.pack.id, pack: example.pack, asOf: example.example.asOf, members: [] }
    group.members.push(example)
    out.set(key, group)
  }
  return [...out.values()]
}
