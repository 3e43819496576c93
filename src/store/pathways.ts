import type { Asking } from '../core/clock/chosen.ts'
import type { Entry, Standing } from '../core/ledger/entry.ts'
import type { Verdict } from '../core/pack/schema.ts'
import { type Day, dayText, readDay } from '../core/words/day.ts'
import type { Instant } from '../core/words/instant.ts'
import type { ClockAtRisk, Reached } from '../core/work/risk.ts'
import { reasonOfState, verdictOfState } from '../sql/columns.ts'
import { type ClockColumns, packSchema } from '../sql/kept.ts'
import { quoteName } from '../sql/name.ts'
import { bound, type Row } from './database.ts'
import type { Actor, LedgerDatabase, Session } from './ledger-database.ts'
import type { LivePack } from './live-packs.ts'

/** One pathway as the ledger holds it. */
export interface PathwayRecord {
  readonly ledger: number
  readonly pathway: number
  readonly pack: number
  readonly patient: number
  readonly org: number
  readonly version: number
  readonly changed: string
  readonly zone: string
  readonly born: Day | undefined
  /** The key that was given has been used by this person before. */
  readonly done: boolean
  readonly entries: readonly EntryRow[]
}

/** A row of the table `entry`. */
export interface EntryRow {
  readonly nth: number
  readonly seq: number
  readonly variant: string | null
  readonly code: string
  readonly occurred: string
  readonly occurred_at: number | null
  readonly recorded: string
  readonly recorded_at: number
  readonly superseded: string | null
  readonly superseded_by: number | null
  readonly withdrawn_because: string | null
  readonly corrects: number | null
  readonly place: number | null
  readonly standing: string
  readonly value: number | null
  readonly person: number
  readonly person_name: string | null
  readonly recorder: string
  readonly decider: string | null
  readonly behalf: string | null
  readonly reason: string | null
  readonly evidence: readonly unknown[]
  readonly passed: readonly string[]
}

/** Pathway and entries in one look at the database; undefined when it is not there, or not for this person. */
export async function findPathway(session: Session, ledger: number, pathway: number, key?: string): Promise<PathwayRecord | undefined> {
  const [row] = await session.rows(
    `SELECT p.ledger, p.pathway, p.pack, p.patient, p.org, p.version, p.changed, h.zone, i.born, $3::text IS NOT NULL AND was_done(p.ledger, $3) AS done,
       (SELECT coalesce(json_agg(e ORDER BY e.nth), '[]') FROM (SELECT x.*, who.name AS person_name FROM entry x LEFT JOIN person who USING (person)
         WHERE x.ledger = p.ledger AND x.pathway = p.pathway) e) AS entries
     FROM pathway p JOIN organisation h ON h.org = p.org LEFT JOIN identity i ON i.ledger = p.ledger AND i.patient = p.patient
     WHERE p.ledger = $1 AND p.pathway = $2`,
    [ledger, pathway, key ?? null],
  )
  if (!row) return undefined
  const born = row['born']
  return { ...(row as unknown as PathwayRecord), born: typeof born === 'string' ? readDay(born) : undefined } // columns are named as the fields are
}

/** Entries as the plain engine and the door read them: `seq` is the order of recording in the pathway. */
export const entriesOf = ({ ledger, pathway, entries }: Pick<PathwayRecord, 'ledger' | 'pathway' | 'entries'>): readonly Entry[] =>
  entries.map((row) => ({
    seq: row.seq,
    id: String(row.seq),
    ledger,
    pathway: `${ledger}-${pathway}`,
    code: row.code,
    occurred: dayOfText(row.occurred),
    recorded: dayOfText(row.recorded),
    recordedAt: row.recorded_at as Instant, // whole seconds, as the table says
    standing: row.standing as Standing, // checked at the door
    recorder: row.recorder,
    ...(row.variant === null ? {} : { variant: row.variant }),
    ...(row.occurred_at === null ? {} : { occurredAt: row.occurred_at as Instant }),
    ...(row.superseded === null ? {} : { superseded: dayOfText(row.superseded) }),
    ...(row.place === null ? {} : { place: String(row.place) }),
    ...(row.value === null ? {} : { value: row.value }),
    ...(row.decider === null ? {} : { decider: row.decider }),
  }))

const dayOfText = (text: string): Day => {
  const day = readDay(text)
  if (day === undefined) throw new RangeError('A day in the ledger lies outside 1900 to 2199.')
  return day
}

/** A clock of an open pathway as of a day. Lengths in the interval's unit. */
export interface ClockNow {
  readonly interval: string
  readonly name: string
  readonly verdict: string
  readonly day: number | null
  readonly limit: number | null
  readonly limitDay: string | null
  readonly slack: number | null
  /** A pause is being taken out of it today. */
  readonly paused: boolean
}

export interface OpenRow {
  readonly ledger: number
  readonly pathway: number
  readonly variant: string
  /** The clocks that run. */
  readonly clocks: readonly ClockNow[]
  /** All clocks, and the newest milestone reached, as `riskOf` asks for them. */
  readonly atRisk: readonly ClockAtRisk[]
  readonly reached: Reached | undefined
}

/** Open pathways of some ledgers under one pack. */
export async function listOpenClocks(
  session: Session,
  live: LivePack,
  ledgers: readonly number[],
  asking: Asking,
): Promise<readonly OpenRow[]> {
  await session.rows(`SET LOCAL search_path = ${quoteName(packSchema(live.pack))}, varde`)
  const { sql, params } = bound<unknown>(live.openClocks, [asking.asOf, asking.asOfAt, ledgers])
  const rows = await session.rows(sql, params)
  await session.rows('SET LOCAL search_path = varde')
  return rows.map((row) => {
    const atRisk = live.clockColumns.flatMap((columns) => clockOf(live, columns, row))
    const [slot, day] = [numberOf(row['reached']), dayOf(row['reached_d'])]
    return {
      ledger: Number(row['ledger']),
      pathway: Number(row['pathway']),
      variant: String(row['variant']),
      atRisk,
      // Told of the rows of a page alone.
      get clocks() {
        return atRisk.filter(({ verdict }) => shown.includes(verdict)).map((clock) => clockNow(clock, asking.asOf))
      },
      reached: slot === undefined || day === undefined ? undefined : { slot, day },
    }
  })
}

type PathwayKey = Pick<OpenRow, 'ledger' | 'pathway'>
const keysOf = (rows: readonly PathwayKey[]): readonly unknown[] => [rows.map(({ ledger }) => ledger), rows.map(({ pathway }) => pathway)]

/** Those of them that an organisation or those under it own, or that are about one patient. */
export async function narrowPathways<R extends PathwayKey>(
  session: Session,
  rows: readonly R[],
  to: { readonly org: number | undefined; readonly patient: number | undefined },
): Promise<readonly R[]> {
  if (to.org === undefined && to.patient === undefined) return rows
  const kept = await session.rows(
    `SELECT p.ledger, p.pathway FROM pathway p JOIN unnest($1::int[], $2::int[]) AS o (ledger, pathway) ON o.ledger = p.ledger AND o.pathway = p.pathway
     WHERE ($3::int IS NULL OR p.org IN (SELECT u.org FROM organisation_under u WHERE u.above = $3)) AND ($4::bigint IS NULL OR p.patient = $4)`,
    [...keysOf(rows), to.org ?? null, to.patient ?? null],
  )
  const keys = new Set(kept.map((row) => `${row['ledger']}-${row['pathway']}`))
  return rows.filter(({ ledger, pathway }) => keys.has(`${ledger}-${pathway}`))
}

export interface PathwayFacts {
  readonly patient: number
  readonly name: string | null
  readonly org: number
  readonly version: number
  readonly changed: string
}

/** Whose they are and who owns them, by `ledger-pathway`. */
export async function listPathwayFacts(session: Session, rows: readonly PathwayKey[]): Promise<ReadonlyMap<string, PathwayFacts>> {
  const facts = await session.rows(
    `SELECT p.ledger, p.pathway, p.patient, p.org, p.version, p.changed, i.name
     FROM pathway p JOIN unnest($1::int[], $2::int[]) AS o (ledger, pathway) ON o.ledger = p.ledger AND o.pathway = p.pathway
     LEFT JOIN identity i ON i.ledger = p.ledger AND i.patient = p.patient`,
    keysOf(rows),
  )
  return new Map(facts.map((row) => [`${row['ledger']}-${row['pathway']}`, row as unknown as PathwayFacts])) // columns are named as the fields are
}

const warmed = 3
/**
 * Has some connections plan what lists ask for: planning a compiled text takes longer than answering it, and nobody should wait for that. Asks for the
 * pathways of no ledger, with no rights.
 */
export async function warmUp(ledger: LedgerDatabase, packs: readonly LivePack[]): Promise<void> {
  const nobody: Actor = { person: 0, role: 'machine', rights: [], glass: [] }
  const asking = { asOf: 0 as Day, asOfAt: 0 as Instant } // any day: there is nothing to ask about
  const warm = () =>
    ledger.as(nobody, async (session) => {
      for (const live of packs) await listOpenClocks(session, live, [], asking)
    })
  // All at once, or they would share one connection.
  await Promise.all(Array.from({ length: warmed }, warm))
}

const shown: readonly Verdict[] = ['running', 'overrun', 'unknown']
const numberOf = (value: unknown): number | undefined => (value === null || value === undefined ? undefined : Number(value))
const dayOf = (value: unknown): Day | undefined => numberOf(value) as Day | undefined // a day's number, as every `_d` column

function clockOf(live: LivePack, of: ClockColumns, row: Row): readonly ClockAtRisk[] {
  const state = numberOf(row[of.state])
  if (state === undefined) return []
  const [start, stop, gross] = [dayOf(row[of.start_d]), dayOf(row[of.stop_d]), numberOf(row[of.gross])]
  return [
    {
      interval: of.interval,
      verdict: verdictOfState(state),
      reason: reasonOfState(state),
      start: start === undefined ? undefined : { day: start },
      stop: stop === undefined ? undefined : { day: stop },
      length: gross === undefined ? undefined : gross - (numberOf(row[of.paused]) ?? 0),
      limitAmount: numberOf(row[of.limit]),
      limitDay: dayOf(row[of.limit_d]),
      pausedBy: live.content.pauses[numberOf(row[of.pause]) ?? -1],
    },
  ]
}

function clockNow({ interval, verdict, length, limitAmount, limitDay, pausedBy }: ClockAtRisk, today: Day): ClockNow {
  const perUnit = interval.unit === 'minute' ? 60 : 1
  return {
    interval: interval.id,
    name: interval.name,
    verdict,
    day: length === undefined ? null : Math.floor(length / perUnit),
    limit: limitAmount === undefined ? null : limitAmount / perUnit,
    limitDay: limitDay === undefined ? null : dayText(limitDay),
    slack: limitDay === undefined ? null : limitDay - today,
    paused: pausedBy !== undefined,
  }
}
