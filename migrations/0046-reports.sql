-- What reports tell: of passed limits also under which version of a pack, of answers by place alone or also by role.
DROP FUNCTION passed_limits(int[], int, int, text, date, date);
DROP FUNCTION answer_times(text, int[], int, int, date, date, timestamptz);

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

REVOKE ALL ON FUNCTION passed_limits(int[], int, int, text, date, date), answer_times(text, int[], int, int, date, date, timestamptz, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION passed_limits(int[], int, int, text, date, date), answer_times(text, int[], int, int, date, date, timestamptz, boolean) TO varde_read;
