import type { Entry, Standing } from '../core/ledger/entry.ts'
import type { Day } from '../core/words/day.ts'
import type { Instant } from '../core/words/instant.ts'
import type { Row } from './database.ts'
import type { LiveSnapshot } from './live-snapshot.ts'

/** One pathway of the live ledger with all its entries, in order of recording, and whose it is. */
export interface LivePathway {
  readonly ledger: number
  readonly patient: number
  /** Null where it was erased, or never known. */
  readonly born: Day | null
  readonly entries: readonly Entry[]
}

/** So many pathways are read at once. */
const atOnce = 2000

const day = (date: string): string => `(${date} - DATE '1970-01-01')`

/**
 * Every pathway under a pack, a ledger at a time. Places are the names of organisations. For the owner of the database: it reads whose each pathway
 * is, and the day of birth where that is wanted.
 */
export async function* livePathways(
  { rows, live, heads, places }: LiveSnapshot,
  wanted: { readonly born: boolean },
): AsyncGenerator<LivePathway> {
  for (const { ledger } of heads) {
    const [last = {}] = await rows('SELECT max(pathway) AS last FROM pathway WHERE ledger = $1', [ledger])
    for (let from = 0; from < Number(last['last'] ?? 0); from += atOnce) {
      const found = await rows(
        `SELECT e.pathway, p.patient, ${wanted.born ? day('i.born') : 'NULL'} AS born, e.nth, e.variant, e.code, ${day('e.occurred')} AS occurred, e.occurred_at,
           ${day('e.recorded')} AS recorded, e.recorded_at, ${day('e.superseded')} AS superseded, e.place, e.standing, e.value, e.recorder
         FROM entry e JOIN pathway p ON p.ledger = e.ledger AND p.pathway = e.pathway
         ${wanted.born ? 'LEFT JOIN identity i ON i.ledger = p.ledger AND i.patient = p.patient' : ''}
         WHERE e.ledger = $1 AND e.pathway > $2 AND e.pathway <= $3 AND p.pack = $4 ORDER BY e.pathway, e.nth`,
        [ledger, from, from + atOnce, live.pack],
      )
      for (const mine of Map.groupBy(found, (row) => Number(row['pathway'])).values())
        yield {
          ledger,
          patient: Number(mine[0]!['patient']),
          born: mine[0]!['born'] === null ? null : (Number(mine[0]!['born']) as Day), // whole days, as asked for
          entries: mine.map((row) => entryOf(ledger, row, places)),
        }
    }
  }
}

function entryOf(ledger: number, row: Row, places: LiveSnapshot['places']): Entry {
  const known = <K extends string, T>(column: string, key: K, as: (value: unknown) => T): { readonly [P in K]?: T } =>
    row[column] === null || row[column] === undefined ? {} : ({ [key]: as(row[column]) } as { readonly [P in K]: T }) // one key, the one it is called by
  return {
    seq: Number(row['nth']),
    ledger,
    pathway: String(row['pathway']),
    ...known('variant', 'variant', String),
    code: String(row['code']),
    occurred: Number(row['occurred']) as Day, // whole days, as asked for
    ...known('occurred_at', 'occurredAt', (value) => Number(value) as Instant),
    recorded: Number(row['recorded']) as Day,
    recordedAt: Number(row['recorded_at']) as Instant,
    ...known('superseded', 'superseded', (value) => Number(value) as Day),
    ...known('place', 'place', (value) => places[String(value)] ?? String(value)),
    standing: String(row['standing']) as Standing, // of our own list: the door took it
    ...known('value', 'value', Number),
    ...known('recorder', 'recorder', String),
  }
}
