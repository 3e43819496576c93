import assert from 'node:assert'
import fc from 'fast-check'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Entry } from '../../src/core/ledger/entry.ts'
import { occurring, type Sought } from '../../src/core/occurrence/occurrence.ts'
import { type OccurrencePeriod, occurrencePeriods } from '../../src/core/occurrence/period.ts'
import type { Pack } from '../../src/core/pack/pack.ts'
import { addDays, type Day, dayText } from '../../src/core/words/day.ts'
import { endOfDay } from '../../src/core/words/instant.ts'
import { installPacks } from '../../src/store/install-packs.ts'
import { openLedger } from '../../src/store/ledger-database.ts'
import { livePacks } from '../../src/store/live-packs.ts'
import { migrate } from '../../src/store/migrate.ts'
import { type LiveOccurrenceAsked, liveOccurrence } from '../../src/store/occurrence.ts'
import { operator } from '../support/live-ledger.ts'
import { freshDatabase, postgresServers } from '../support/postgres.ts'
import { randomCase } from './engines.ts'
import { askedDay, randomLedger, randomPack } from './random.ts'

/** Pathways as numbers, places too, and so few patients that many have several pathways. */
function asLive(entries: readonly Entry[]) {
  const places = [...new Set(entries.flatMap((e) => e.place || []))].sort()
  const pathways = [...new Set(entries.map((e) => `${e.ledger} ${e.pathway}`))]
  return entries.map((e) => {
    const pathway = pathways.indexOf(`${e.ledger} ${e.pathway}`) + 1
    const { place, ...rest } = e
    return {
      patient: (pathway % 3) + 1,
      entry: { ...rest, ledger: e.ledger + 2, pathway: String(pathway), ...(place ? { place: String(100 + places.indexOf(place)) } : {}) },
    }
  })
}
type Live = ReturnType<typeof asLive>

async function store(client: Client, live: Live): Promise<void> {
  const nth = new Map<string, number>()
  const rows = live.map(({ entry: e, patient }) => {
    nth.set(e.pathway, (nth.get(e.pathway) ?? 0) + 1)
    return {
      ...{
        ledger: e.ledger,
        pathway: Number(e.pathway),
        nth: nth.get(e.pathway),
        seq: e.seq + 1,
        pack: 1,
        patient,
        variant: e.variant ?? null,
      },
      ...{ code: e.code, occurred: dayText(e.occurred), recorded: dayText(e.recorded), recorded_at: e.recordedAt },
      ...{ superseded: e.superseded === undefined ? null : dayText(e.superseded), place: e.place === undefined ? null : Number(e.place) },
      ...{ standing: e.standing, person: 0, recorder: e.recorder ?? '', evidence: [], passed: [] },
    }
  })
  const text = JSON.stringify(rows)
  await client.query('TRUNCATE varde.entry, varde.pathway')
  // By name: one of its columns is worked out, and takes no value.
  const columns =
    'ledger, pathway, nth, seq, pack, variant, code, occurred, recorded, recorded_at, superseded, place, standing, person, recorder, evidence, passed'
  await client.query(`INSERT INTO varde.entry (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::varde.entry, $1)`, [text])
  await client.query(
    `INSERT INTO varde.pathway SELECT DISTINCT ledger, pathway, 1, patient, 2, 0, now() FROM json_to_recordset($1) AS r (ledger int, pathway int, patient int)`,
    [text],
  )
}

const soughtIn = (pack: Pack, seed: number): readonly Sought[] => {
  const milestones = pack.slots.filter((slot) => slot.kind === 'milestone')
  const codes = [...new Set(pack.codes.map((row) => row.code))]
  return [
    ...milestones.slice(0, 2).map(({ id, name }) => ({ kind: 'milestone', id, name }) as const),
    { kind: 'codes', codes: codes.filter((_, i) => (i + seed) % 3 !== 0) },
    ...pack.variants.slice(0, 1).map((id) => ({ kind: 'variant', id, name: id }) as const),
  ]
}

const cases = process.env['SOAK'] ? 300 : 12

describe.each(postgresServers())('occurrence on $name', ({ url }) => {
  let client: Client
  let drop: () => Promise<void>
  let address: string
  beforeAll(async () => {
    const fresh = await freshDatabase(url)
    drop = fresh.drop
    address = fresh.url
    await migrate(address)
    client = new Client(address)
    await client.connect()
    await client.query(
      `SET timezone = 'UTC'; INSERT INTO varde.organisation SELECT n, NULL, 'hospital', 'h' || n, 'UTC', n FROM generate_series(1, 200) n`,
    )
  })
  afterAll(async () => {
    await client.end()
    await drop()
  })

  test('is what is counted entry by entry, a person at a time: whatever is looked for, ever or after a washout, now and as known on past days', async () => {
    const reached = { persons: 0, again: 0, past: 0, milestone: 0, codes: 0, variant: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(randomCase, async (c) => {
        const content = { ...randomPack(c.seed), id: 'random' } as Pack
        const live = asLive(randomLedger(content, c.seed, c.raw, c.plain))
        const [installed] = await installPacks(address, [{ folder: 'random', content }])
        assert(installed)
        await store(client, live)
        const ledgers = [...new Set(live.map(({ entry }) => entry.ledger))]
        const database = openLedger({ url: address, connections: 1 })
        try {
          const last = Math.max(...live.map(({ entry }) => entry.recorded), askedDay(c.seed, c.offset)) as Day
          for (const [i, day] of [last, addDays(last, -40), askedDay(c.seed, c.offset)].entries())
            for (const [k, sought] of soughtIn(content, c.seed).entries())
              for (const washoutDays of [undefined, (c.seed % 60) + 1]) {
                const period: OccurrencePeriod = occurrencePeriods[(c.seed + k) % 3]!
                const question = { sought, first: { washoutDays }, period, asking: { asOf: day, asOfAt: endOfDay(day, content.zone) } }
                const plain = occurring(content, sought, question)
                for (const { entry, patient } of live) plain.take([entry], `${entry.ledger} ${patient}`)
                const asked: LiveOccurrenceAsked = { live: livePacks([installed]).all[0]!, ledgers, ...question }
                const ours = await database.counting(operator(ledgers, [1]), (rows) => liveOccurrence(rows, asked))
                assert.deepStrictEqual(ours.cells, plain.cells(), `${sought.kind} as known on ${dayText(day)}`)
                const begun = [...plain.beginnings()].sort(([a], [b]) => a - b).map(([, first]) => first)
                assert.deepStrictEqual(ours.beginnings, begun, 'the first entry of each ledger')
                const persons = plain.cells().reduce((sum, cell) => sum + cell.persons, 0)
                reached.persons += persons
                reached[sought.kind] += persons
                if (washoutDays !== undefined) reached.again += persons
                if (i > 0) reached.past += persons
              }
          reached.refused += content.codes.filter((row) => row.refusals.length > 0).length
          // Whoever may not count there is told of nobody.
          const [sought] = soughtIn(content, c.seed)
          const nobody = { ...operator(ledgers, [1]), rights: [] }
          const asked = { live: livePacks([installed]).all[0]!, ledgers, sought: sought!, first: {}, period: 'year' as const }
          const told = await database.counting(nobody, (rows) =>
            liveOccurrence(rows, { ...asked, asking: { asOf: last, asOfAt: endOfDay(last, content.zone) } }),
          )
          assert.deepStrictEqual(told, { cells: [], beginnings: [] })
        } finally {
          await database.close()
        }
      }),
      { numRuns: cases, seed: 20261125 },
    )
    for (const [what, n] of Object.entries(reached)) expect(n, what).toBeGreaterThan(20)
  }, 600_000)
})
