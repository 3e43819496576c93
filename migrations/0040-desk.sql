-- What the coordinator's desk asks of the ledger beyond its tables. Functions that count answer those who may count there and name nobody.
-- Stays within PostgreSQL 15.

-- Records of passed limits by reason, place and month in which the limit fell. Those who wrote none yet are no rows here.
CREATE FUNCTION passed_limits(p_ledgers int[], p_pack int, p_org int, p_interval text, p_from date, p_to date)
RETURNS TABLE (reason text, words text, place int, month text, passed bigint, explained bigint, yes bigint, no bigint, unknown bigint, patient bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT w.body->>'reason', w.body->>'words', (w.body->>'place')::int, left(w.body->>'limitDay', 7), count(*), count(*) FILTER (WHERE NOT w.open),
         count(*) FILTER (WHERE w.body->>'avoidable' = 'yes'), count(*) FILTER (WHERE w.body->>'avoidable' = 'no'),
         count(*) FILTER (WHERE w.body->>'avoidable' = 'unknown'), count(*) FILTER (WHERE w.body->>'patientInitiated' = 'true')
    FROM work w
   WHERE w.kind = 'overrun' AND w.ledger = ANY (p_ledgers) AND w.pack = p_pack AND may('count', w.ledger, w.pack)
     AND (p_org IS NULL OR (w.body->>'place')::int IN (SELECT u.org FROM organisation_under u WHERE u.above = p_org))
     AND (p_interval IS NULL OR w.body->>'interval' = p_interval)
     AND (p_from IS NULL OR (w.body->>'limitDay')::date >= p_from) AND (p_to IS NULL OR (w.body->>'limitDay')::date <= p_to)
   GROUP BY 1, 2, 3, 4 ORDER BY 4 NULLS LAST, 3, 1 NULLS LAST, 2 $$;

REVOKE ALL ON FUNCTION passed_limits(int[], int, int, text, date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION passed_limits(int[], int, int, text, date, date) TO varde_read;
