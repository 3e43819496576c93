import { readDay } from '../core/words/day.ts'
import type { Booking } from '../core/work/risk.ts'
import type { WorkKindId } from '../core/work/work.ts'
import type { Session } from './ledger-database.ts'

/** A row of the table `work`. */
export interface WorkRow {
  readonly ledger: number
  readonly work: number
  readonly kind: WorkKindId
  readonly pack: number
  readonly pathway: number
  readonly state: string
  readonly open: boolean
  readonly owner_person: number | null
  readonly owner_role: string | null
  readonly due: string | null
  readonly version: number
  readonly opened: string
  readonly opened_by: number
  readonly changed: string
  readonly changed_by: number
  readonly body: Readonly<Record<string, unknown>>
}

export const workColumns = `w.ledger, w.work, w.kind, w.pack, w.pathway, w.state, w.open, w.owner_person, w.owner_role, w.due, w.version, w.opened, w.opened_by,
  w.changed, w.changed_by, w.body`

/** One piece of work, with the zone of its pathway's organisation, and whether the key that was given has been used by this person before. */
export async function findWork(
  session: Session,
  ledger: number,
  work: number,
  key?: string,
): Promise<(WorkRow & { readonly done: boolean; readonly zone: string }) | undefined> {
  const [row] = await session.rows(
    `SELECT ${workColumns}, o.zone, $3::text IS NOT NULL AND was_done(w.ledger, $3) AS done
     FROM work w JOIN pathway p ON p.ledger = w.ledger AND p.pathway = w.pathway JOIN organisation o ON o.org = p.org
     WHERE w.ledger = $1 AND w.work = $2 AND w.pathway > 0`,
    [ledger, work, key ?? null],
  )
  return row as unknown as (WorkRow & { readonly done: boolean; readonly zone: string }) | undefined // columns are named as the fields are
}

export interface WorkAsked {
  /** Owned by this person, or by nobody in person and one of these roles there. */
  readonly mine: { readonly person: number; readonly ledgers: readonly number[]; readonly roles: readonly string[] } | undefined
  readonly role: string | undefined
  readonly person: number | undefined
  readonly org: number | undefined
  readonly pathway: { readonly ledger: number; readonly n: number } | undefined
  readonly kind: string | undefined
  readonly open: boolean | undefined
  readonly dueBy: string | undefined
  readonly after: WorkPosition | undefined
  readonly limit: number
}

/** Where a page ended: due (nothing counts as last), ledger, number. */
export type WorkPosition = readonly [due: string | null, ledger: number, work: number]

export async function listWorkRows(session: Session, asked: WorkAsked): Promise<readonly WorkRow[]> {
  const { mine, pathway, after } = asked
  const rows = await session.rows(
    `SELECT ${workColumns} FROM work w
     WHERE w.pathway > 0 AND (w.ledger * 1000 + w.pack) = ANY ((SELECT scopes('see'))::int[])
       AND ($1::int IS NULL OR w.owner_person = $1 OR w.owner_person IS NULL
            AND EXISTS (SELECT 1 FROM unnest($2::int[], $3::text[]) AS held (ledger, role) WHERE held.ledger = w.ledger AND held.role = w.owner_role))
       AND ($4::text IS NULL OR w.owner_role = $4) AND ($5::int IS NULL OR w.owner_person = $5)
       AND ($6::int IS NULL OR EXISTS (SELECT 1 FROM pathway p JOIN organisation_under u ON u.org = p.org
            WHERE p.ledger = w.ledger AND p.pathway = w.pathway AND u.above = $6))
       AND ($7::int IS NULL OR (w.ledger = $7 AND w.pathway::bigint = $8::bigint))
       AND ($9::text IS NULL OR w.kind = $9) AND ($10::boolean IS NULL OR w.open = $10) AND ($11::date IS NULL OR w.due <= $11)
       AND ($13::int IS NULL OR (coalesce(w.due, 'infinity'), w.ledger, w.work) > (coalesce($12::date, 'infinity'), $13, $14::bigint))
     ORDER BY coalesce(w.due, 'infinity'), w.ledger, w.work LIMIT $15`,
    [
      mine?.person ?? null,
      mine?.ledgers ?? [],
      mine?.roles ?? [],
      asked.role ?? null,
      asked.person ?? null,
      asked.org ?? null,
      pathway?.ledger ?? null,
      pathway?.n ?? null,
      asked.kind ?? null,
      asked.open ?? null,
      asked.dueBy ?? null,
      after?.[0] ?? null,
      after?.[1] ?? null,
      after?.[2] ?? null,
      asked.limit,
    ],
  )
  return rows as unknown as readonly WorkRow[] // columns are named as the fields are
}

/** The days that planned steps of a pathway settle milestones on. */
export async function listBookings(session: Session, ledger: number, pathway: number): Promise<readonly Booking[]> {
  const rows = await session.rows(
    `SELECT w.body->>'books' AS milestone, w.due FROM work w WHERE w.ledger = $1 AND w.pathway = $2 AND w.kind = 'next-step' AND w.open
       AND w.body->>'books' IS NOT NULL AND w.due IS NOT NULL ORDER BY w.work`,
    [ledger, pathway],
  )
  return rows.flatMap((row) => {
    const on = readDay(String(row['due']))
    return on === undefined ? [] : [{ milestone: String(row['milestone']), on }]
  })
}

/** What lies ahead on a pathway. */
export interface WorkAhead {
  /** The open next step that is due first. */
  readonly step: PlannedStep | undefined
  /** Why there is none, where that was said last. */
  readonly noStep: string | null
  readonly bookings: readonly Booking[]
  readonly questions: number
  readonly escalations: number
}

export interface PlannedStep {
  readonly work: number
  readonly what: string
  readonly due: string | null
  readonly books: string | null
  readonly ownerRole: string | null
  readonly ownerPerson: number | null
  readonly ownerName: string | null
}

/** What lies ahead on pathways, by `ledger-pathway`; one on which nothing was ever planned or asked is not among them. */
export async function listWorkAhead(
  session: Session,
  pathways: readonly { readonly ledger: number; readonly pathway: number }[],
): Promise<ReadonlyMap<string, WorkAhead>> {
  const rows = await session.rows(
    `SELECT s.ledger, s.pathway, s.no_step, s.bookings, s.questions, s.escalations,
       CASE WHEN (s.step).work IS NOT NULL THEN json_build_object('work', (s.step).work, 'what', (s.step).body->>'what', 'due', (s.step).due,
         'books', (s.step).body->>'books', 'ownerRole', (s.step).owner_role, 'ownerPerson', (s.step).owner_person, 'ownerName', x.name) END AS step
     FROM (
       SELECT w.ledger, w.pathway, (array_agg(w ORDER BY w.due NULLS LAST, w.work) FILTER (WHERE w.kind = 'next-step' AND w.open))[1] AS step,
         (array_agg(CASE WHEN w.state = 'none' THEN w.body->>'because' END ORDER BY w.work DESC) FILTER (WHERE w.kind = 'next-step'))[1] AS no_step,
         json_agg(json_build_array(w.body->>'books', w.due)) FILTER (WHERE w.kind = 'next-step' AND w.open AND w.body->>'books' IS NOT NULL) AS bookings,
         count(*) FILTER (WHERE w.kind = 'query' AND w.open)::int AS questions,
         count(*) FILTER (WHERE w.kind = 'escalation' AND w.open)::int AS escalations
       FROM work w JOIN unnest($1::int[], $2::int[]) AS o (ledger, pathway) ON o.ledger = w.ledger AND o.pathway = w.pathway
       WHERE w.open OR w.kind = 'next-step' GROUP BY w.ledger, w.pathway) s
     LEFT JOIN person x ON x.person = (s.step).owner_person`,
    [pathways.map(({ ledger }) => ledger), pathways.map(({ pathway }) => pathway)],
  )
  return new Map(
    rows.map((row) => {
      const step = (row['step'] ?? undefined) as PlannedStep | undefined // built above, with the names of the fields
      const ahead: WorkAhead = {
        step,
        noStep: step ? null : (row['no_step'] as string | null), // a text column
        bookings: bookingsOf(row['bookings']),
        questions: Number(row['questions']),
        escalations: Number(row['escalations']),
      }
      return [`${row['ledger']}-${row['pathway']}`, ahead]
    }),
  )
}

/** Pairs of milestone and day, as the database gathers them; a step without a day books none. */
const bookingsOf = (pairs: unknown): readonly Booking[] =>
  ((pairs ?? []) as readonly (readonly [string, string | null])[]).flatMap(([milestone, due]) => {
    const on = readDay(due ?? '')
    return on === undefined ? [] : [{ milestone, on }]
  })

export interface WorkAct {
  readonly seq: number
  readonly at: string
  readonly person: number
  readonly role: string
  readonly payload: Readonly<Record<string, unknown>>
}

export async function listWorkActs(session: Session, ledger: number, work: number): Promise<readonly WorkAct[]> {
  const rows = await session.rows('SELECT seq, at, person, role, payload FROM work_history($1, $2)', [ledger, work])
  return rows as unknown as readonly WorkAct[] // columns are named as the fields are
}

/** Somebody who holds a role in an organisation of this ledger, or above it. */
export async function hasRoleIn(session: Session, person: number, ledger: number): Promise<boolean> {
  const [row] = await session.rows(
    `SELECT 1 FROM role_held h JOIN organisation_under u ON u.above = h.org JOIN organisation o ON o.org = u.org
     WHERE h.person = $1 AND o.ledger = $2 LIMIT 1`,
    [person, ledger],
  )
  return row !== undefined
}

export interface AnswerTimesAsked {
  readonly kind: 'escalation' | 'query'
  readonly ledgers: readonly number[]
  readonly pack: number
  readonly org?: number | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly now: Date
  /** False: one row a place, whoever was asked. */
  readonly byRole: boolean
}

/** How soon questions or escalations are answered, by place, and by role if that is asked for. The function answers for those who may count there. */
export async function listAnswerTimes(rows: Session['rows'], { kind, ledgers, pack, org, from, to, now, byRole }: AnswerTimesAsked) {
  const found = await rows('SELECT * FROM varde.answer_times($1, $2, $3, $4, $5, $6, $7, $8)', [
    kind,
    ledgers,
    pack,
    org ?? null,
    from ?? null,
    to ?? null,
    now.toISOString(),
    byRole,
  ])
  return found.map((row) => {
    const [asked, answered] = [Number(row['asked']), Number(row['answered'])]
    const wanted = asked - Number(row['dropped'])
    const median = row['median_hours']
    return {
      place: Number(row['place']),
      role: row['role'] as string | null, // a text column
      asked,
      answered,
      open: Number(row['open']),
      overdue: Number(row['overdue']),
      answerRate: wanted === 0 ? null : answered / wanted,
      medianHours: median === null ? null : Math.round(Number(median) * 100) / 100,
    }
  })
}
