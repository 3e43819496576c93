-- What the coordinator's desk asks of the ledger beyond its tables. Functions that count answer those who may count there and name nobody.
-- Stays within PostgreSQL 15.

-- Records of passed limits by reason, place and month in which the limit fell. Those who wrote none yet are no rows here.
CREATE FUNCTION passed_limits(p_ledgers int[], p_pack int, p_org int, p_interval text, p_from date, p_to date)
RETURNS TABLE (pack text, reason text, words text, place int, month text, passed bigint, explained bigint, yes bigint, no bigint, unknown bigint, patient bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT w.body->>'pack', w.body->>'reason', w.body->>'words', (w.body->>'place')::int, left(w.body->>'limitDay', 7), count(*), count(*) FILTER (WHERE NOT w.open),
         count(*) FILTER (WHERE w.body->>'avoidable' = 'yes'), count(*) FILTER (WHERE w.body->>'avoidable' = 'no'),
         count(*) FILTER (WHERE w.body->>'avoidable' = 'unknown'), count(*) FILTER (WHERE w.body->>'patientInitiated' = 'true')
    FROM work w
   WHERE w.kind = 'overrun' AND w.ledger = ANY (p_ledgers) AND w.pack = p_pack AND may('count', w.ledger, w.pack)
     AND (p_org IS NULL OR (w.body->>'place')::int IN (SELECT u.org FROM organisation_under u WHERE u.above = p_org))
     AND (p_interval IS NULL OR w.body->>'interval' = p_interval)
     AND (p_from IS NULL OR (w.body->>'limitDay')::date >= p_from) AND (p_to IS NULL OR (w.body->>'limitDay')::date <= p_to)
   GROUP BY 1, 2, 3, 4, 5 ORDER BY 5 NULLS LAST, 4, 2 NULLS LAST, 3, 1 $$;

REVOKE ALL ON FUNCTION passed_limits(int[], int, int, text, date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION passed_limits(int[], int, int, text, date, date) TO varde_read;

-- Whether a bundle of a pathway left this installation, to the letter: each one that leaves is a look at the pathway, with its hash.
CREATE FUNCTION bundle_sent(p_ref text, p_sha256 text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT coalesce(p_ref ~ '^\d{1,7}-\d{1,9}$', false) AND EXISTS (SELECT 1 FROM log l
    WHERE l.ledger = split_part(p_ref, '-', 1)::int AND l.pathway = split_part(p_ref, '-', 2)::int AND l.pathway > 0
      AND l.chain = 'look' AND l.kind = 'bundle' AND l.payload::jsonb->>'sha256' = p_sha256) $$;

-- To receive is less than to import: entries with days and people of another ledger, into a pathway that this person has opened in this very
-- transaction by a bundle that was sent from here. Nobody can so date something back in a pathway that is there.
CREATE FUNCTION may_receive(p_ledger int, p_pack int, p_pathway int) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT may('record', p_ledger, p_pack) AND EXISTS (SELECT 1 FROM log o
    WHERE o.ledger = p_ledger AND o.chain = 'act' AND o.kind = 'pathway-opened' AND o.pathway = p_pathway AND p_pathway > 0
      AND o.person = acting_person() AND o.at >= now() AND bundle_sent(o.payload::jsonb->>'from', o.payload::jsonb->>'bundle')) $$;

-- Entries of a pathway that were withdrawn, with who did it and why: beside the entries, all that a bundle carries.
CREATE FUNCTION withdrawals_of(p_ledger int, p_pathway int) RETURNS TABLE (entry bigint, at timestamptz, person int, role text, payload jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT (l.payload::jsonb->>'withdraws')::bigint, l.at, l.person, l.role, l.payload::jsonb
    FROM log l JOIN pathway p ON p.ledger = l.ledger AND p.pathway = l.pathway
   WHERE l.ledger = p_ledger AND l.chain = 'act' AND l.pathway = p_pathway AND l.kind = 'withdrawn' AND may('see', p.ledger, p.pack)
   ORDER BY l.seq $$;

REVOKE ALL ON FUNCTION bundle_sent(text, text), may_receive(int, int, int), withdrawals_of(int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bundle_sent(text, text), withdrawals_of(int, int) TO varde_app;

-- Escalations whose day has passed at their place, with their ladder and nothing of what they are about: for the service, which lets them climb.
CREATE FUNCTION overdue_escalations(p_now timestamptz)
RETURNS TABLE (ledger int, pack int, pathway int, work bigint, version int, today date, ladder jsonb, rung int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT w.ledger, w.pack, w.pathway, w.work, w.version, (p_now AT TIME ZONE o.zone)::date, w.body->'ladder', (w.body->>'rung')::int
    FROM work w JOIN pathway p ON p.ledger = w.ledger AND p.pathway = w.pathway JOIN organisation o ON o.org = p.org
   WHERE w.kind = 'escalation' AND w.open AND w.due < (p_now AT TIME ZONE o.zone)::date
     AND (w.body->>'rung')::int + 1 < jsonb_array_length(w.body->'ladder')
   ORDER BY w.ledger, w.work LIMIT 1000 $$;

-- How soon questions and escalations are answered, by place and, if asked for, by the role that was asked: counts and a median, of those opened in a time.
CREATE FUNCTION answer_times(p_kind text, p_ledgers int[], p_pack int, p_org int, p_from date, p_to date, p_now timestamptz, p_by_role boolean)
RETURNS TABLE (place int, role text, asked bigint, answered bigint, dropped bigint, open bigint, overdue bigint, median_hours double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT p.org, CASE WHEN p_by_role THEN w.owner_role END, count(*), count(*) FILTER (WHERE w.state = 'answered'), count(*) FILTER (WHERE w.state = 'dropped'), count(*) FILTER (WHERE w.open),
         count(*) FILTER (WHERE w.open AND w.due < (p_now AT TIME ZONE o.zone)::date),
         percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM w.changed - w.opened)::double precision / 3600) FILTER (WHERE w.state = 'answered')
    FROM work w JOIN pathway p ON p.ledger = w.ledger AND p.pathway = w.pathway JOIN organisation o ON o.org = p.org
   WHERE w.kind = p_kind AND p_kind IN ('query', 'escalation') AND w.ledger = ANY (p_ledgers) AND w.pack = p_pack AND may('count', w.ledger, w.pack)
     AND (p_org IS NULL OR p.org IN (SELECT u.org FROM organisation_under u WHERE u.above = p_org))
     AND (p_from IS NULL OR (w.opened AT TIME ZONE o.zone)::date >= p_from) AND (p_to IS NULL OR (w.opened AT TIME ZONE o.zone)::date <= p_to)
   GROUP BY 1, 2 ORDER BY 1, 2 NULLS LAST $$;

REVOKE ALL ON FUNCTION overdue_escalations(timestamptz), answer_times(text, int[], int, int, date, date, timestamptz, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION overdue_escalations(timestamptz) TO varde_app;
GRANT EXECUTE ON FUNCTION answer_times(text, int[], int, int, date, date, timestamptz, boolean) TO varde_read;

-- The agenda of a meeting is found by the meeting its discussions name.
CREATE INDEX work_meeting ON work (ledger, ((body->>'meeting')::bigint)) WHERE kind = 'discussion';
