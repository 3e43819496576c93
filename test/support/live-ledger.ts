import { randomBytes } from 'node:crypto'
import type { Pack } from '../../src/core/pack/pack.ts'
import { type Role, roleMay, roles, scopeOf } from '../../src/core/rights/rights.ts'
import { type InstalledPack, installPacks } from '../../src/store/install-packs.ts'
import { type Act, type Actor, type LedgerDatabase, openLedger } from '../../src/store/ledger-database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { loadPack } from '../../src/store/pack-folder.ts'
import { freshDatabase } from './postgres.ts'

export async function packOf(folder: string): Promise<Pack> {
  const read = await loadPack(folder)
  if (!read.ok) throw new Error(read.issues.map((issue) => issue.message).join('\n'))
  return read.value
}

/** Whoever may do everything in these ledgers: for setting the scene. */
export const operator = (ledgers: readonly number[], packs: readonly number[]): Actor => ({
  person: 0,
  role: 'administrator',
  glass: [],
  rights: [...new Set(roles.flatMap((role) => roleMay[role]))].map((capability) => ({
    role: 'administrator',
    capability,
    scopes: new Set(ledgers.flatMap((ledger) => [0, ...packs].map((pack) => scopeOf(ledger, pack)))),
  })),
})

export interface LedgerUnderTest {
  readonly ledger: LedgerDatabase
  readonly url: string
  readonly packs: readonly InstalledPack[]
  readonly operator: Actor
  /** Organisation 1 is a nation; 2 and 3 are hospitals with ledgers of their own. */
  person(name: string, role: Role, org: number, pack?: number): Promise<Actor>
  act(
    ledger: number,
    ...acts: readonly (Omit<Act, 'key'> & { readonly key?: string })[]
  ): ReturnType<Parameters<Parameters<LedgerDatabase['as']>[1]>[0]['act']>
  close(): Promise<void>
}

export const freshKey = (): string => randomBytes(12).toString('hex')

/** A database of the test's own with packs, a nation and two hospitals. */
export async function ledgerUnderTest(serverUrl: string, folders: readonly string[] = ['packs/demo']): Promise<LedgerUnderTest> {
  const fresh = await freshDatabase(serverUrl)
  await migrate(fresh.url)
  const contents = []
  for (const folder of folders) contents.push({ folder, content: await packOf(folder) })
  const packs = await installPacks(fresh.url, contents)
  const ledger = openLedger({ url: fresh.url })
  const all = operator(
    [0, 1, 2, 3],
    packs.map((p) => p.pack),
  )
  const act: LedgerUnderTest['act'] = (number, ...acts) =>
    ledger.as(all, (session) =>
      session.act(
        number,
        acts.map((a) => ({ key: freshKey(), ...a })),
      ),
    )
  const organisation = (org: number, parent: number | null, kind: string) =>
    act(parent ?? 0, {
      kind: 'organisation-set',
      payload: { org, parent, kind, name: `${kind} ${org} (invented)`, zone: 'Europe/Oslo', ledger: org },
    })
  await act(0, { kind: 'person-set', payload: { person: 0, name: 'Operator' } })
  await organisation(1, null, 'nation')
  await organisation(2, 1, 'hospital')
  await organisation(3, 1, 'hospital')
  // Numbers the service gives come after these.
  await ledger.rows(`SELECT nextval('organisation_number') FROM generate_series(1, 3)`)
  let people = 0
  return {
    ledger,
    url: fresh.url,
    packs,
    operator: all,
    act,
    person: async (name, role, org, pack) => {
      const person = ++people
      await act(
        org,
        { kind: 'person-set', payload: { person, name } },
        { kind: 'role-given', payload: { person, org, role, ...(pack === undefined ? {} : { pack }) } },
      )
      return { person, role, ...(await ledger.standingOf(person)) }
    },
    close: async () => {
      await ledger.close()
      await fresh.drop()
    },
  }
}
