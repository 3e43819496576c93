-- What the routes for work, the log, live changes and intake ask of the ledger beyond its tables. Stays within PostgreSQL 15.

-- What has been sent before under some keys. Of another person's act only that it is there.
CREATE FUNCTION acts_before(p_ledger int, p_keys text[]) RETURNS TABLE (key text, seq bigint, kind text, pathway int, payload text, own boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT l.key, l.seq, l.kind, l.pathway, CASE WHEN l.person = acting_person() THEN l.payload END, l.person = acting_person()
    FROM log l WHERE l.ledger = p_ledger AND l.chain = 'act' AND l.key = ANY (p_keys) $$;

-- Whether a request may see one pathway: by a role, or through broken glass.
CREATE FUNCTION may_see(p_ledger int, p_pack int, p_pathway int) RETURNS boolean LANGUAGE sql STABLE SET search_path = varde, pg_temp AS $$
  SELECT may('see', p_ledger, p_pack)
      OR coalesce((p_ledger::bigint << 32 | p_pathway) = ANY (nullif(current_setting('varde.glass_pathway', true), '')::bigint[]), false) $$;

-- The acts on one piece of work, in order: how a question was worded first, who answered what.
CREATE FUNCTION work_history(p_ledger int, p_work bigint) RETURNS TABLE (seq bigint, at timestamptz, person int, role text, kind text, payload jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT l.seq, l.at, l.person, l.role, l.kind, l.payload::jsonb
    FROM work w JOIN log l ON l.ledger = w.ledger AND l.chain = 'act' AND l.pathway = w.pathway AND l.pathway > 0
     AND (l.kind = 'work-opened' AND l.seq = w.work OR l.kind = 'work-moved' AND (l.payload::jsonb->>'work')::bigint = w.work)
   WHERE w.ledger = p_ledger AND w.work = p_work AND may_see(w.ledger, w.pack, w.pathway)
   ORDER BY l.seq $$;

REVOKE ALL ON FUNCTION acts_before(int, text[]), may_see(int, int, int), work_history(int, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acts_before(int, text[]), may_see(int, int, int), work_history(int, bigint) TO varde_app;
