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

/**
 * Of some open pathways: proposals that wait; documents that neither an entry nor a waiting proposal rests on; steps that settle a milestone and are done,
 * or whose day has passed, with no entry of that milestone recorded since the step was opened. `marks`: codes by milestone.
 */
export async function listUncoded(
  session: Session,
  pathways: readonly { readonly ledger: number; readonly pathway: number }[],
  {
    org,
    marks,
    today,
  }: { readonly org: number | undefined; readonly marks: ReadonlyMap<string, readonly string[]>; readonly today: string },
): Promise<readonly UncodedRow[]> {
  const rows = await session.rows(
    `WITH p AS (SELECT x.ledger, x.pathway, x.patient, x.org FROM pathway x JOIN unnest($1::int[], $2::int[]) AS o (ledger, pathway) ON o.ledger = x.ledger AND o.pathway = x.pathway
                 WHERE $3::int IS NULL OR x.org IN (SELECT u.org FROM organisation_under u WHERE u.above = $3))
     SELECT p.ledger, p.pathway, p.org, 'proposal' AS why, w.work AS about, w.body->>'occurred' AS on, w.body->>'code' AS code, NULL AS milestone
       FROM p JOIN work w ON w.ledger = p.ledger AND w.pathway = p.pathway AND w.kind = 'proposal' AND w.open
     UNION ALL
     SELECT p.ledger, p.pathway, p.org, 'document', d.document, coalesce(d.received, d.written)::text, NULL, NULL
       FROM p JOIN document d ON d.ledger = p.ledger AND d.patient = p.patient AND d.pathway = p.pathway
      WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.ledger = p.ledger AND e.pathway = p.pathway
                         AND e.evidence @> jsonb_build_array(jsonb_build_object('document', p.ledger || '-' || d.document)))
        AND NOT EXISTS (SELECT 1 FROM work w WHERE w.ledger = p.ledger AND w.pathway = p.pathway AND w.kind = 'proposal' AND w.open
                         AND w.body->'evidence' @> jsonb_build_array(jsonb_build_object('document', p.ledger || '-' || d.document)))
     UNION ALL
     SELECT p.ledger, p.pathway, p.org, CASE w.state WHEN 'done' THEN 'step-done' ELSE 'booked-day-passed' END, w.work, w.due::text, NULL, w.body->>'books'
       FROM p JOIN work w ON w.ledger = p.ledger AND w.pathway = p.pathway AND w.kind = 'next-step' AND w.body->>'books' IS NOT NULL
        AND (w.state = 'done' OR w.state = 'planned' AND w.due < $5::date)
      WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.ledger = p.ledger AND e.pathway = p.pathway AND e.superseded IS NULL AND e.standing <> 'ruled-out'
                         AND $4::jsonb->(w.body->>'books') ? e.code AND e.recorded_at >= floor(extract(epoch FROM w.opened)))
     ORDER BY 1, 2, 4, 5`,
    [
      pathways.map(({ ledger }) => ledger),
      pathways.map(({ pathway }) => pathway),
      org ?? null,
      JSON.stringify(Object.fromEntries(marks)),
      today,
    ],
  )
  return rows as unknown as readonly UncodedRow[] // columns are named as the fields are
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
