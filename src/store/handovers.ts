import type { Session } from './ledger-database.ts'
import { type WorkRow, workColumns } from './work.ts'

export interface HandoversAsked {
  readonly org: number | undefined
  readonly side: 'sender' | 'receiver' | undefined
  readonly late: boolean | undefined
  readonly now: Date
  readonly limit: number
}

export interface HandoverRow extends WorkRow {
  readonly elsewhere: boolean
  readonly late: boolean
  readonly start: { readonly seq: number; readonly code: string; readonly occurred: string; readonly place: number } | null
}

/**
 * Handovers with the first entry at the receiver that is one of the codes awaited, dated on the day it was sent or after. Late: not declined, the agreed
 * day is over at the pathway's place, and there is no such entry; where the receiver keeps a ledger of its own, it has not been received.
 */
export async function listHandoverRows(session: Session, { org, side, late, now, limit }: HandoversAsked): Promise<readonly HandoverRow[]> {
  const under = (what: 'from' | 'to') =>
    `(w.body->>'${what}')::int IN (SELECT u.org FROM organisation_under u WHERE u.above = $1) AND coalesce($2, '${what === 'from' ? 'sender' : 'receiver'}') = '${what === 'from' ? 'sender' : 'receiver'}'`
  const rows = await session.rows(
    `SELECT * FROM (
       SELECT ${workColumns}, t.ledger <> w.ledger AS elsewhere, s.start,
              w.state <> 'declined' AND s.start IS NULL AND NOT (t.ledger <> w.ledger AND w.state = 'received')
                AND (w.body->>'sentOn')::date + (w.body->>'days')::int < ($4::timestamptz AT TIME ZONE o.zone)::date AS late
         FROM work w JOIN pathway p ON p.ledger = w.ledger AND p.pathway = w.pathway JOIN organisation o ON o.org = p.org
         JOIN organisation t ON t.org = (w.body->>'to')::int
         LEFT JOIN LATERAL (
           SELECT json_build_object('seq', e.seq, 'code', e.code, 'occurred', e.occurred, 'place', e.place) AS start FROM entry e
            WHERE e.ledger = w.ledger AND e.pathway = w.pathway AND e.superseded IS NULL AND e.standing <> 'ruled-out'
              AND w.body->'codes' ? e.code AND e.occurred >= (w.body->>'sentOn')::date
              AND e.place IN (SELECT u.org FROM organisation_under u WHERE u.above = t.org)
            ORDER BY e.occurred, e.nth LIMIT 1) s ON true
        WHERE w.kind = 'handover' AND (w.ledger * 1000 + w.pack) = ANY ((SELECT scopes('see'))::int[])
          AND ($1::int IS NULL OR ${under('from')} OR ${under('to')})) x
     WHERE $3::boolean IS NULL OR x.late = $3
     ORDER BY coalesce(x.due, 'infinity'), x.ledger, x.work LIMIT $5`,
    [org ?? null, side ?? null, late ?? null, now.toISOString(), limit],
  )
  return rows as unknown as readonly HandoverRow[] // columns are named as the fields are
}
