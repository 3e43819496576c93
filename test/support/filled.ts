import fc from 'fast-check'
import { actOf, happening } from './history.ts'
import { type LedgerUnderTest, ledgerUnderTest } from './live-ledger.ts'

/** Two hospitals with pathways under each pack, entries corrected and withdrawn, work, an identity erased, and looks. The same for the same seed. */
export async function filledLedger(serverUrl: string, folders: readonly string[], seed: number, perPathway = 30): Promise<LedgerUnderTest> {
  const at = await ledgerUnderTest(serverUrl, folders)
  const random = fc.sample(happening, { numRuns: at.packs.length * 2 * perPathway, seed })
  for (const [i, pack] of [...at.packs, ...at.packs].entries()) {
    const ledger = 2 + (i % 2)
    const [patient] = await at.act(ledger, { kind: 'patient-registered', payload: { name: 'Invented', nationalId: `0000000000${i}` } })
    const [pathway] = await at.act(ledger, { kind: 'pathway-opened', pack: pack.pack, payload: { patient: patient!.seq, org: ledger } })
    let standing: number[] = []
    for (const what of random.slice(i * perPathway, (i + 1) * perPathway)) {
      const act = actOf(pack, what, { standing, place: ledger, today: new Date() })
      if (!act) continue
      const [done] = await at.act(ledger, { ...act, pathway: pathway!.pathway })
      standing = standing.filter((seq) => seq !== act.payload['corrects'] && seq !== act.payload['withdraws'])
      if (act.kind !== 'withdrawn') standing.push(done!.seq)
    }
    await at.ledger.as(at.operator, (s) => s.look(ledger, { kind: 'list', seen: [1, 2, 3], about: { n: i } }))
    await at.ledger.as(at.operator, (s) => s.look(ledger, { kind: 'pathway', pathway: 1, about: {} }))
  }
  // A line separator: a reader of lines must not take it for one.
  const body = { what: 'invented, with "quotes", \\ and \u2028 in it\nand a second line' }
  await at.act(2, { kind: 'work-opened', pathway: 1, payload: { kind: 'note', state: 'written', open: false, body } })
  await at.act(2, { kind: 'identity-corrected', payload: { patient: 1, name: 'Invented anew' } })
  await at.act(2, { kind: 'identity-erased', payload: { patient: 1, reason: 'invented' } })
  return at
}
