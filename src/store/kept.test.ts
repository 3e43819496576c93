import fc from 'fast-check'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isSoak, seedOf } from '../../test/support/chance.ts'
import { actOf, happening } from '../../test/support/history.ts'
import { freshKey, type LedgerUnderTest, ledgerUnderTest } from '../../test/support/live-ledger.ts'
import { postgresServers } from '../../test/support/postgres.ts'
import { type InstalledPack, installPacks } from './install-packs.ts'
import { plainProblem } from './verify.ts'

const layer = ['kept_row', 'past_row', 'kept_pause', 'past_pause']
const histories = isSoak ? 2_000 : 12
// Fixed here, so that what is demanded of so few histories holds at each run; random, and printed, in the soak.
const seed = isSoak ? seedOf('kept') : 20240229

describe.each(postgresServers())('the layer of one row a pathway on $name', ({ url }) => {
  let at: LedgerUnderTest
  let client: Client
  beforeAll(async () => {
    at = await ledgerUnderTest(url, ['packs/no-house', 'packs/en-cwt'])
    client = new Client(at.url)
    await client.connect()
    await client.query('SET search_path = varde')
  })
  afterAll(async () => {
    await client.end()
    await at.close()
  })

  const rowsOf = async (pack: number, pathway?: number): Promise<readonly (readonly string[])[]> => {
    const where = pathway === undefined ? '' : `WHERE ledger = 2 AND pathway = ${pathway}`
    const each = layer.map((table, i) => `SELECT ${i} AS n, t::text AS row FROM pack_${pack}.${table} t ${where}`)
    const { rows } = await client.query<{ n: number; row: string }>(`${each.join(' UNION ALL ')} ORDER BY 1, 2`)
    return layer.map((_, i) => rows.filter(({ n }) => n === i).map(({ row }) => row))
  }

  /** The same pathway made again from its entries as a whole; then everything is as it was. */
  async function madeAgain(pack: number, pathway: number): Promise<readonly (readonly string[])[]> {
    await client.query('BEGIN')
    await client.query(`SELECT pack_${pack}.keep_history(2, ARRAY[${pathway}])`)
    const rows = await rowsOf(pack, pathway)
    await client.query('ROLLBACK')
    return rows
  }

  const history = fc.array(fc.record({ happening, daysOn: fc.constantFrom(0, 0, 0, 1, 1, 9) }), { minLength: 3, maxLength: 14 })

  async function runHistory(
    pack: InstalledPack,
    steps: readonly { readonly happening: Parameters<typeof actOf>[1]; readonly daysOn: number }[],
  ) {
    const [patient] = await at.act(2, { kind: 'patient-registered', payload: { name: 'Invented' } })
    const [opened] = await at.act(2, { kind: 'pathway-opened', pack: pack.pack, payload: { patient: patient!.seq, org: 2 } })
    const { pathway } = opened!
    let standing: number[] = []
    let past = 0
    for (const { happening, daysOn } of steps) {
      // The ledger's time goes on from its head: a head set forward is a later day.
      await client.query(`UPDATE log_head SET at = at + $1 * interval '1 day' WHERE ledger = 2 AND chain = 'act'`, [daysOn])
      const today = new Date((await client.query(`SELECT at::text FROM log_head WHERE ledger = 2 AND chain = 'act'`)).rows[0].at)
      const act = actOf(pack, happening, { standing, place: 2, today })
      if (!act) continue
      const [done] = await at.act(2, { key: freshKey(), ...act, pathway })
      standing = standing.filter((seq) => seq !== act.payload['corrects'] && seq !== act.payload['withdraws'])
      if (act.kind !== 'withdrawn') standing.push(done!.seq)
      const kept = await rowsOf(pack.pack, pathway)
      expect(kept).toEqual(await madeAgain(pack.pack, pathway))
      past = kept[1]!.length
    }
    return past
  }

  test.each([0, 1])(
    'pack %i: after each act of any history it is what all entries give at once, and what the plain engine says',
    async (n) => {
      const pack = at.packs[n]!
      let past = 0
      await fc.assert(
        fc.asyncProperty(history, async (steps) => {
          past += await runHistory(pack, steps)
        }),
        { numRuns: histories, seed, endOnFailure: !isSoak },
      )
      // Days went by between acts: without that the history of the layer would never have been looked at.
      expect(past).toBeGreaterThan(histories / 2)
      const head = (await client.query(`SELECT (at + interval '1 day')::text AS at FROM log_head WHERE ledger = 2 AND chain = 'act'`))
        .rows[0]
      await client.query('BEGIN')
      const plain = await plainProblem(client, pack, { sample: 10_000, now: new Date(head.at) })
      await client.query('ROLLBACK')
      expect(plain).toEqual({ sampled: expect.any(Number), lines: expect.any(Number) })
      expect(plain.sampled).toBeGreaterThan(histories - 1)
      expect(plain.lines).toBeGreaterThan(histories / 2)
    },
    1_200_000,
  )

  test('it can be thrown away and made again, row for row', async () => {
    for (const { pack } of at.packs) {
      const before = await rowsOf(pack)
      expect(before[0]!.length).toBeGreaterThan(0)
      await client.query(`UPDATE pack SET digest = '' WHERE pack = $1`, [pack])
      await client.query(`TRUNCATE ${layer.map((table) => `pack_${pack}.${table}`).join(', ')}`)
      await installPacks(at.url, at.packs)
      expect(await rowsOf(pack)).toEqual(before)
    }
  })
})
