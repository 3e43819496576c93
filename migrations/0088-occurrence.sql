-- How often something new comes about, for those who may count: persons by period and place, never who. Stays within PostgreSQL 15.

-- Persons with an entry of some codes that had none of the kind before it: ever, or within a washout (days; NULL: ever). Each once a period (of so
-- many months), at the place of the first new entry in it. As known on a day. A code counts in its days, unless it was refused there (role NULL: whoever
-- recorded it). The variant beside the code, where entries carry one; NULL: any.
CREATE FUNCTION occurrence(p_ledgers int[], p_pack int, p_codes text[], p_from int[], p_to int[],
  p_refused int[], p_refused_from int[], p_refused_to int[], p_refused_role text[], p_variant text, p_as_of int, p_washout int, p_months int)
RETURNS TABLE (period int, place int, persons bigint)
-- It reads most of the entries whatever is asked for: the planner, which does not see how many codes come, would look each pathway up.
LANGUAGE sql STABLE SECURITY DEFINER SET enable_nestloop = off SET work_mem = '64MB' SET search_path = varde, pg_temp AS $$
  WITH mine AS MATERIALIZED (SELECT l FROM unnest(p_ledgers) l WHERE may('count', l, p_pack)),
  kind AS MATERIALIZED (SELECT k.n, k.code, DATE '1970-01-01' + k.f AS f, DATE '1970-01-01' + k.t AS t FROM unnest(p_codes, p_from, p_to) WITH ORDINALITY AS k (code, f, t, n)),
  refused AS MATERIALIZED (SELECT r.n, DATE '1970-01-01' + r.f AS f, DATE '1970-01-01' + r.t AS t, r.role FROM unnest(p_refused, p_refused_from, p_refused_to, p_refused_role) AS r (n, f, t, role)),
  hit AS (
    SELECT e.ledger, p.patient, e.occurred, e.seq, e.place, lag(e.occurred) OVER (PARTITION BY e.ledger, p.patient ORDER BY e.occurred, e.seq) AS before
      FROM kind k JOIN entry e ON e.code = k.code AND e.occurred BETWEEN k.f AND k.t JOIN pathway p ON p.ledger = e.ledger AND p.pathway = e.pathway
     WHERE e.ledger IN (SELECT l FROM mine) AND e.pack = p_pack
       AND e.recorded <= DATE '1970-01-01' + p_as_of AND e.occurred <= DATE '1970-01-01' + p_as_of
       AND (e.superseded IS NULL OR e.superseded > DATE '1970-01-01' + p_as_of) AND e.standing <> 'ruled-out'
       AND (p_variant IS NULL OR e.variant = p_variant)
       -- Where two rows of the pack take one entry it is here twice, and the second is new to nobody.
       AND NOT EXISTS (SELECT FROM refused r WHERE r.n = k.n AND e.occurred BETWEEN r.f AND r.t AND (r.role IS NULL OR r.role = e.recorder))),
  fresh AS (
    SELECT DISTINCT ON (h.ledger, h.patient, h.period) h.period, h.place FROM (
      SELECT *, extract(year FROM occurred)::int * 100 + (extract(month FROM occurred)::int - 1) / p_months + 1 AS period FROM hit
       WHERE before IS NULL OR occurred - before > p_washout) h
     ORDER BY h.ledger, h.patient, h.period, h.occurred, h.seq)
  SELECT f.period, f.place, count(*) FROM fresh f GROUP BY 1, 2 ORDER BY 1, 2 NULLS FIRST $$;

-- The day of the first entry of a pack in each ledger, as known on a day and not corrected or ruled out by then: what came before it
-- no ledger can know.
CREATE FUNCTION ledger_beginnings(p_ledgers int[], p_pack int, p_as_of int) RETURNS TABLE (ledger int, day int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT e.ledger, (min(e.occurred) - DATE '1970-01-01')::int FROM entry e
   WHERE e.ledger IN (SELECT l FROM unnest(p_ledgers) l WHERE may('count', l, p_pack)) AND e.pack = p_pack
     AND e.recorded <= DATE '1970-01-01' + p_as_of AND e.occurred <= DATE '1970-01-01' + p_as_of
     AND (e.superseded IS NULL OR e.superseded > DATE '1970-01-01' + p_as_of) AND e.standing <> 'ruled-out'
   GROUP BY e.ledger ORDER BY e.ledger $$;

REVOKE ALL ON FUNCTION occurrence(int[], int, text[], int[], int[], int[], int[], int[], text[], text, int, int, int), ledger_beginnings(int[], int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION occurrence(int[], int, text[], int[], int[], int[], int[], int[], text[], text, int, int, int), ledger_beginnings(int[], int, int) TO varde_read;
