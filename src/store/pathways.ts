import type { Entry, Standing } from '../core/ledger/entry.ts'
import { type Day, dayText, readDay } from '../core/words/day.ts'
import type { Instant } from '../core/words/instant.ts'
import { clockName, verdictOfState } from '../sql/columns.ts'
import { packSchema } from '../sql/kept.ts'
import { quoteName } from '../sql/name.ts'
import { bound, type Row } from './database.ts'
import type { Session } from './ledger-database.ts'
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
  readonly corrects: number | null
  readonly place: number | null
  readonly standing: string
  readonly value: number | null
  readonly person: number
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
       (SELECT coalesce(json_agg(e ORDER BY e.nth), '[]') FROM entry e WHERE e.ledger = p.ledger AND e.pathway = p.pathway) AS entries
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
}

export interface OpenRow {
  readonly ledger: number
  readonly pathway: number
  readonly variant: string
  readonly clocks: readonly ClockNow[]
}

/** Open pathways of some ledgers under one pack, with the clocks that run. */
export async function listOpenClocks(
  session: Session,
  live: LivePack,
  ledgers: readonly number[],
  today: Day,
): Promise<readonly OpenRow[]> {
  await session.rows(`SET LOCAL search_path = ${quoteName(packSchema(live.pack))}, varde`)
  const { sql, params } = bound<unknown>(live.openClocks, [today, (today + 1) * 86_400, ledgers])
  const rows = await session.rows(sql, params)
  await session.rows('SET LOCAL search_path = varde')
  return rows.map((row) => ({
    ledger: Number(row['ledger']),
    pathway: Number(row['pathway']),
    variant: String(row['variant']),
    clocks: clocksOf(live, row, today),
  }))
}

function clocksOf(live: LivePack, row: Row, today: Day): readonly ClockNow[] {
  return live.plan.intervals.flatMap((interval) => {
    const of = (what: string): number | null => {
      const value = row[`${clockName(interval, 'base')}_${what}`]
      return value === null || value === undefined ? null : Number(value)
    }
    const state = of('state')
    if (state === null) return []
    const verdict = verdictOfState(state)
    if (verdict !== 'running' && verdict !== 'overrun' && verdict !== 'unknown') return []
    const perUnit = interval.unit === 'minute' ? 60 : 1
    const [gross, paused, limit, limitDay] = [of('gross'), of('paused'), of('limit'), of('limit_d')]
    return [
      {
        interval: interval.id,
        name: interval.name,
        verdict,
        day: gross === null ? null : Math.floor((gross - (paused ?? 0)) / perUnit),
        limit: limit === null ? null : limit / perUnit,
        limitDay: limitDay === null ? null : dayText(limitDay as Day), // a day's number, as every `_d` column
        slack: limitDay === null ? null : limitDay - today,
      },
    ]
  })
}
