import type { LifeRecord, RecordKind, Said } from '../core/life/life.ts'
import type { Role } from '../core/rights/rights.ts'
import type { Row } from './database.ts'
import type { Session } from './ledger-database.ts'

/** A row of the table `life`, with its records in the order in which they were said. */
export interface LifeRow {
  readonly ledger: number
  readonly life: number
  readonly pack: number
  readonly org: number
  readonly version: number
  readonly zone: string
  /** True: the key that was given has been used by this person before. */
  readonly done: boolean
  readonly records: readonly LifeRecord[]
}

const columns = `l.ledger, l.life, l.pack, l.org, l.version, o.zone,
  (SELECT json_agg(json_build_object('n', r.record, 'on', r.recorded, 'by', r.person, 'role', r.role, 'what', r.what, 'said', r.said) ORDER BY r.record)
     FROM varde.life_record r WHERE r.ledger = l.ledger AND r.life = l.life) AS records`
const from = 'FROM varde.life l JOIN varde.organisation o ON o.org = l.org'

interface Written {
  readonly n: number
  readonly on: string
  readonly by: number
  readonly role: Role
  readonly what: RecordKind
  readonly said: Readonly<Record<string, unknown>>
}

const lifeOf = (row: Row): LifeRow => ({
  ledger: Number(row['ledger']),
  life: Number(row['life']),
  pack: Number(row['pack']),
  org: Number(row['org']),
  version: Number(row['version']),
  zone: String(row['zone']),
  done: row['done'] === true,
  // Built above, with the names of the fields; what is said was written in the shape of its kind.
  records: (row['records'] as readonly Written[]).map(({ what, said, ...about }) => ({ ...about, said: { kind: what, ...said } as Said })),
})

export async function findLife(session: Session, ledger: number, life: number, key?: string): Promise<LifeRow | undefined> {
  const [row] = await session.rows(
    `SELECT ${columns}, $3::text IS NOT NULL AND varde.was_done(l.ledger, $3) AS done ${from} WHERE l.ledger = $1 AND l.life = $2`,
    [ledger, life, key ?? null],
  )
  return row && lifeOf(row)
}

/** Lives under a pack in some ledgers, the oldest first. */
export async function listLives(
  { rows }: Pick<Session, 'rows'>,
  ledgers: readonly number[],
  pack: number,
  indicator?: string,
): Promise<readonly LifeRow[]> {
  const found = await rows(
    `SELECT ${columns} ${from} WHERE l.ledger = ANY ($1::int[]) AND l.pack = $2 AND ($3::text IS NULL OR l.indicator = $3) ORDER BY l.ledger, l.life LIMIT 2000`,
    [ledgers, pack, indicator ?? null],
  )
  return found.map(lifeOf)
}

/** Names of members of staff by their numbers. */
export async function namesOf({ rows }: Pick<Session, 'rows'>, people: Iterable<number>): Promise<ReadonlyMap<number, string>> {
  const found = await rows('SELECT person, name FROM person WHERE person = ANY ($1::int[])', [[...new Set(people)]])
  return new Map(found.map((row) => [Number(row['person']), String(row['name'])]))
}
