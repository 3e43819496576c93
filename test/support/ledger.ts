import type { Entry } from '../../src/core/ledger/entry.ts'
import type { Database, Value } from '../../src/store/database.ts'
import { entryColumns } from '../../src/store/measuring.ts'

/** A row of the `entry` relation. */
export const entryRow = (entry: Entry): readonly Value[] => [
  entry.ledger,
  entry.pathway,
  entry.variant ?? null,
  entry.code,
  entry.occurred,
  entry.occurredAt ?? null,
  entry.recorded,
  entry.recordedAt,
  entry.superseded ?? null,
  entry.place ?? null,
  entry.standing,
  entry.value ?? null,
  entry.id ?? null,
  entry.recorder ?? null,
  entry.decider ?? null,
  entry.seq,
]

/** Puts entries into a database as its `entry` relation, in place of what was there. */
export async function storeEntries(db: Database, entries: readonly Entry[]): Promise<void> {
  const temp = db.kind === 'postgres' ? 'TEMPORARY ' : ''
  await db.run(
    `DROP TABLE IF EXISTS entry; CREATE ${temp}TABLE entry (${entryColumns.map(([name, type]) => `${name} ${type}`).join(', ')})`,
  )
  await db.load('entry', entryColumns, entries.map(entryRow))
}
