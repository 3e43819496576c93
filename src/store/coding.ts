import type { Session } from './ledger-database.ts'

/** What is asked about coding: ledgers one may see under a pack, narrowed to an organisation. */
export interface CodingAsked {
  readonly ledgers: readonly number[]
  readonly pack: number
  readonly org: number | undefined
  readonly from: string
}

const mine = `e.ledger = ANY ($1::int[]) AND p.pack = $2 AND ($3::int IS NULL OR p.org IN (SELECT u.org FROM organisation_under u WHERE u.above = $3))`

/**
 * How many entries of each code were recorded, by role and by days after they occurred. Corrections are not asked of a duty, and what came with a
 * pathway of another house was recorded there.
 */
export async function countRecorded(session: Session, { ledgers, pack, org, from }: CodingAsked, person?: number) {
  const rows = await session.rows(
    `SELECT e.code, e.recorder, e.recorded - e.occurred AS days, count(*) AS n FROM entry e JOIN pathway p ON p.ledger = e.ledger AND p.pathway = e.pathway
     WHERE ${mine} AND e.recorded >= $4 AND e.corrects IS NULL AND e.standing <> 'ruled-out' AND coalesce(e.source, '') NOT LIKE 'bundle %'
       AND ($5::int IS NULL OR e.person = $5)
     GROUP BY 1, 2, 3`,
    [ledgers, pack, org ?? null, from, person ?? null],
  )
  return rows.map((row) => ({
    code: String(row['code']),
    role: String(row['recorder']),
    days: Number(row['days']),
    n: Number(row['n']),
  }))
}

/** Something that says that a thing has happened, on a pathway where nothing says so in a code. */
export interface UncodedRow {
  readonly ledger: number
  readonly pathway: number
  readonly org: number
  readonly why: 'proposal' | 'document' | 'step-done' | 'booked-day-passed'
  readonly about: number
  readonly on: string | null
  /** Of a proposal. */
  readonly code: string | null
  /** Of a step. */
  readonly milestone: string | null
}

interface Open {
  readonly ledger: number
  readonly pathway: number
}
interface Uncoded {
  readonly marks: ReadonlyMap<string, readonly string[]>
  readonly today: string
}

const keyOf = ({ ledger, pathway }: Open): string => `${ledger}-${pathway}`

/**
 * Of some open pathways: proposals that wait; documents that neither an entry nor a waiting proposal rests on; steps that settle a milestone and are done,
 * or whose day has passed, with no entry of that milestone recorded since the step was opened. `marks`: codes by milestone.
 *
 * Four plain reads, put together here: as one statement the planner knew too little of what is open and went through all for each (measured: 270 ms
 * for 1,000 pathways, growing with their square).
 */
export async function listUncoded(
  session: Session,
  pathways: readonly Open[],
  { ledgers, pack, org, marks, today }: Omit<CodingAsked, 'from'> & Uncoded,
): Promise<readonly UncodedRow[]> {
  const opened = await session.rows(
    `SELECT p.ledger, p.pathway, p.org FROM pathway p WHERE p.ledger = ANY ($1::int[]) AND p.pack = $2
       AND ($3::int IS NULL OR p.org IN (SELECT u.org FROM organisation_under u WHERE u.above = $3))`,
    [ledgers, pack, org ?? null],
  )
  const wanted = new Set(pathways.map(keyOf))
  const orgs = new Map((opened as unknown as readonly (Open & { readonly org: number })[]).map((row) => [keyOf(row), row.org])) // columns are named as the fields are
  const work = await session.rows(
    `SELECT w.ledger, w.pathway, w.work AS about, w.kind, w.state, w.due, floor(extract(epoch FROM w.opened))::bigint AS opened, w.body FROM work w
     WHERE w.ledger = ANY ($1::int[]) AND w.pack = $2
       AND (w.kind = 'proposal' AND w.open OR w.kind = 'next-step' AND w.body->>'books' IS NOT NULL AND (w.state = 'done' OR w.state = 'planned' AND w.due < $3::date))`,
    [ledgers, pack, today],
  )
  const documents = await session.rows(
    `SELECT d.ledger, d.pathway, d.document AS about, coalesce(d.received, d.written)::text AS on FROM document d
     WHERE d.ledger = ANY ($1::int[]) AND d.pack = $2 AND d.pathway IS NOT NULL`,
    [ledgers, pack],
  )
  const entries = await session.rows(
    `SELECT e.ledger, e.pathway, e.code, e.recorded_at, e.superseded IS NULL AND e.standing <> 'ruled-out' AS stands, e.evidence FROM entry e
     WHERE e.ledger = ANY ($1::int[]) AND e.pathway = ANY ($2::int[]) AND e.pack = $3`,
    [ledgers, pathways.map(({ pathway }) => pathway), pack],
  )
  const byPathway = Map.groupBy(entries as unknown as readonly EntryFacts[], keyOf) // columns are named as the fields are
  const works = work as unknown as readonly WorkFacts[] // the same
  const named = new Set(
    [...entries.map((row) => row['evidence']), ...works.map(({ body }) => body.evidence ?? [])].flatMap(
      (evidence) => (evidence as readonly { readonly document?: string }[]).flatMap(({ document }) => document ?? []), // the shape of evidence
    ),
  )
  const isCoded = (row: WorkFacts): boolean =>
    byPathway
      .get(keyOf(row))
      ?.some((entry) => entry.stands && entry.recorded_at >= row.opened && marks.get(row.body.books ?? '')?.includes(entry.code)) === true
  const found = [
    ...works
      .filter((row) => row.kind === 'proposal' || !isCoded(row))
      .map((row) => ({
        ...{ ledger: row.ledger, pathway: row.pathway, about: row.about },
        why:
          row.kind === 'proposal' ? ('proposal' as const) : row.state === 'done' ? ('step-done' as const) : ('booked-day-passed' as const),
        on: row.kind === 'proposal' ? (row.body.occurred ?? null) : row.due,
        code: row.kind === 'proposal' ? (row.body.code ?? null) : null,
        milestone: row.body.books ?? null,
      })),
    ...(documents as unknown as readonly DocumentFacts[]) // the same
      .filter(({ ledger, about }) => !named.has(`${ledger}-${about}`))
      .map((row) => ({ ...row, why: 'document' as const, code: null, milestone: null })),
  ]
  return found
    .flatMap((row): UncodedRow[] => {
      const own = orgs.get(keyOf(row))
      return own === undefined || !wanted.has(keyOf(row)) ? [] : [{ ...row, org: own }]
    })
    .sort((a, b) => a.ledger - b.ledger || a.pathway - b.pathway || (a.why < b.why ? -1 : a.why > b.why ? 1 : a.about - b.about))
}

interface EntryFacts extends Open {
  readonly code: string
  readonly recorded_at: number
  readonly stands: boolean
}
interface WorkFacts extends Open {
  readonly about: number
  readonly kind: string
  readonly state: string
  readonly due: string | null
  readonly opened: number
  readonly body: { readonly books?: string; readonly code?: string; readonly occurred?: string; readonly evidence?: readonly unknown[] }
}
interface DocumentFacts extends Open {
  readonly about: number
  readonly on: string | null
}

/** Steps and escalations that were opened with a day, and how many of them an entry of a milestone followed: later than their opening, before that day. */
export async function countFollowed(session: Session, { ledgers, pack, org, from }: CodingAsked, milestoneCodes: readonly string[]) {
  const rows = await session.rows(
    `SELECT e.kind, count(*) AS opened, count(*) FILTER (WHERE EXISTS (
       SELECT 1 FROM entry x WHERE x.ledger = e.ledger AND x.pathway = e.pathway AND x.superseded IS NULL AND x.standing <> 'ruled-out' AND x.code = ANY ($5)
         AND x.occurred > (e.opened AT TIME ZONE o.zone)::date AND x.occurred < e.due)) AS followed
     FROM work e JOIN pathway p ON p.ledger = e.ledger AND p.pathway = e.pathway JOIN organisation o ON o.org = p.org
     WHERE ${mine} AND e.kind IN ('next-step', 'escalation') AND e.due IS NOT NULL AND (e.opened AT TIME ZONE o.zone)::date >= $4
     GROUP BY 1`,
    [ledgers, pack, org ?? null, from, milestoneCodes],
  )
  const of = (kind: 'next-step' | 'escalation') => {
    const row = rows.find((one) => one['kind'] === kind)
    return { kind, opened: Number(row?.['opened'] ?? 0), followed: Number(row?.['followed'] ?? 0) }
  }
  return [of('next-step'), of('escalation')]
}
