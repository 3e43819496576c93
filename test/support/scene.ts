import { type Act, type Actor, type LedgerDatabase, openLedger } from '../../src/store/ledger-database.ts'
import { freshKey, operator } from './live-ledger.ts'

/** Invented organisations, people and pathways in a database that has none: 1 is a nation, 2 and up are hospitals with ledgers of their own. */
export interface Scene {
  readonly ledger: LedgerDatabase
  readonly operator: Actor
  /** A coordinator of the nation: of every hospital in it. */
  readonly coordinator: Actor
  act(
    ledger: number,
    ...acts: readonly (Omit<Act, 'key'> & { readonly key?: string })[]
  ): Promise<readonly { seq: number; pathway: number }[]>
  /** A new patient's new pathway; its number. */
  pathway(ledger: number, pack: number): Promise<number>
  close(): Promise<void>
}

interface Wanted {
  readonly hospitals: number
  readonly packs: readonly number[]
}

export async function openScene(url: string, { hospitals, packs }: Wanted): Promise<Scene> {
  const ledger = openLedger({ url })
  const ledgers = [0, 1, ...Array.from({ length: hospitals }, (_, i) => i + 2)]
  const all = operator(ledgers, packs)
  const act: Scene['act'] = (number, ...acts) =>
    ledger.as(all, (session) =>
      session.act(
        number,
        acts.map((a) => ({ key: freshKey(), ...a })),
      ),
    )
  for (const org of ledgers.slice(1)) {
    const [parent, kind] = org === 1 ? [null, 'nation'] : [1, 'hospital']
    const payload = { org, parent, kind, name: `${kind} ${org} (invented)`, zone: 'Europe/Oslo', ledger: org }
    await act(parent ?? 0, { kind: 'organisation-set', payload })
  }
  await act(
    1,
    { kind: 'person-set', payload: { person: 1, name: 'Invented coordinator' } },
    { kind: 'role-given', payload: { person: 1, org: 1, role: 'coordinator' } },
  )
  return {
    ledger,
    operator: all,
    coordinator: { person: 1, role: 'coordinator', ...(await ledger.standingOf(1)) },
    act,
    pathway: async (number, pack) => {
      const [patient] = await act(number, { kind: 'patient-registered', payload: { name: 'Invented', nationalId: `${freshKey()}` } })
      const [opened] = await act(number, { kind: 'pathway-opened', pack, payload: { patient: patient!.seq, org: number } })
      return opened!.pathway
    },
    close: () => ledger.close(),
  }
}
