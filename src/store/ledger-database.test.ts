import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LedgerUnderTest, ledgerUnderTest } from '../../test/support/live-ledger.ts'
import { postgresServers } from '../../test/support/postgres.ts'

describe.each(postgresServers())('the ledger on $name', ({ url }) => {
  let at: LedgerUnderTest
  beforeAll(async () => {
    at = await ledgerUnderTest(url)
  })
  afterAll(() => at.close())

  test('an entry is recorded, corrected and withdrawn, and the layer follows', async () => {
    const coordinator = await at.person('A', 'coordinator', 2)
    const [patient] = await at.act(2, { kind: 'patient-registered', payload: { name: 'Invented', nationalId: '00000000001' } })
    const [pathway] = await at.act(2, { kind: 'pathway-opened', pack: 1, payload: { patient: patient!.seq, org: 2 } })
    const codes = at.packs[0]!.content.codes.map((c) => c.code)
    const [recorded] = await at.ledger.as(coordinator, (s) =>
      s.act(2, [
        {
          key: 'first-key',
          kind: 'recorded',
          pathway: pathway!.pathway,
          expected: 0,
          payload: { code: codes[0], occurred: '2026-01-02', place: 2 },
        },
      ]),
    )
    expect(recorded).toMatchObject({ version: 1, replayed: false })
    const again = await at.ledger.as(coordinator, (s) =>
      s.act(2, [
        {
          key: 'first-key',
          kind: 'recorded',
          pathway: pathway!.pathway,
          expected: 0,
          payload: { code: codes[0], occurred: '2026-01-02', place: 2 },
        },
      ]),
    )
    expect(again).toMatchObject([{ seq: recorded!.seq, replayed: true }])
    await at.ledger.as(coordinator, (s) =>
      s.act(2, [
        {
          key: 'second-key',
          kind: 'corrected',
          pathway: pathway!.pathway,
          expected: 1,
          payload: { code: codes[0], occurred: '2026-01-03', place: 2, corrects: recorded!.seq, reason: 'typed wrong' },
        },
      ]),
    )
    const entries = await at.ledger.as(coordinator, (s) =>
      s.rows('SELECT nth, code, occurred, superseded IS NULL AS current FROM entry ORDER BY nth'),
    )
    expect(entries).toEqual([
      { nth: 1, code: codes[0], occurred: '2026-01-02', current: false },
      { nth: 2, code: codes[0], occurred: '2026-01-03', current: true },
    ])
    const kept = await at.ledger.as(coordinator, (s) => s.rows('SELECT * FROM pack_1.kept_row'))
    expect(kept).toHaveLength(1)
    expect(await at.ledger.as(at.operator, (s) => s.rows(`SELECT * FROM chain_problems(2, 'act')`))).toEqual([])
  })
})
