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

-- Work is what people write about patients: of it the guardian of the log sees what waits for a review by them, and nothing else.
DROP POLICY scope ON work;
CREATE POLICY scope ON work FOR SELECT TO varde_app USING ((ledger * 1000 + pack) = ANY ((SELECT scopes('see'))::int[])
  OR kind = 'glass-review' AND (ledger * 1000 + pack) = ANY ((SELECT scopes('log'))::int[])
  OR (ledger::bigint << 32 | pathway) = ANY ((SELECT nullif(current_setting('varde.glass_pathway', true), ''))::bigint[]));

-- The log, for the data-protection officer: that something was done or seen, by whom, when, and why; never what a document says or who a patient is.
-- What of a payload is told is a list by kind, written by `varde migrate` from core/work; the rest of it the service's role cannot read at all.
CREATE TABLE log_tells (chain text NOT NULL, kind text NOT NULL, key text NOT NULL, PRIMARY KEY (chain, kind, key));
REVOKE SELECT ON log FROM varde_app;
GRANT SELECT (ledger, chain, seq, at, kind, key, person, role, pack, pathway, seen, payload_hash, prev_hash, hash) ON log TO varde_app;
CREATE FUNCTION log_told(p_ledger int, p_chain text, p_seq bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT coalesce(jsonb_object_agg(e.key, e.value) FILTER (WHERE t.key IS NOT NULL), '{}')
    FROM log l CROSS JOIN LATERAL jsonb_each(l.payload::jsonb) e LEFT JOIN log_tells t ON t.chain = l.chain AND t.kind = l.kind AND t.key = e.key
   WHERE l.ledger = p_ledger AND l.chain = p_chain AND l.seq = p_seq AND may('log', p_ledger, 0) $$;

-- Looks that showed a list are found by reading them: an index over `seen` keeps only from where to where each reaches, and lists reach over nearly
-- everything (measured: not chosen with 12,000 lists of 500 among 5,000 pathways, which are read in 0.25 s).

-- The last act or look before a moment. Numbers have no gaps and time only grows with them, so twenty probes find it among a million.
CREATE FUNCTION seq_before(p_ledger int, p_chain text, p_at timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE SET search_path = varde, pg_temp AS $$
DECLARE low bigint := 0; high bigint; middle bigint;
BEGIN
  SELECT h.seq INTO high FROM log_head h WHERE h.ledger = p_ledger AND h.chain = p_chain;
  IF high IS NULL OR p_at = 'infinity' THEN RETURN coalesce(high, 0); END IF;
  WHILE low < high LOOP
    middle := (low + high + 1) / 2;
    IF (SELECT l.at < p_at FROM log l WHERE l.ledger = p_ledger AND l.chain = p_chain AND l.seq = middle) THEN low := middle; ELSE high := middle - 1; END IF;
  END LOOP;
  RETURN low;
END $$;

-- What is about one patient: their pathways, and the acts and looks that are about none of these.
CREATE FUNCTION about_patient(p_ledger int, p_patient bigint) RETURNS TABLE (pathways int[], acts bigint[], looks bigint[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
BEGIN
  IF NOT may('log', p_ledger, 0) THEN RETURN; END IF;
  RETURN QUERY SELECT
    ARRAY(SELECT p.pathway FROM pathway p WHERE p.ledger = p_ledger AND p.patient = p_patient),
    ARRAY(SELECT l.seq FROM log l WHERE l.ledger = p_ledger AND l.chain = 'act' AND l.pathway = 0
           AND (l.seq = p_patient AND l.kind = 'patient-registered'
             OR l.kind IN ('identity-corrected', 'identity-erased', 'document-received', 'message-received', 'message-settled') AND l.payload IS NOT NULL AND (l.payload::jsonb->>'patient')::bigint = p_patient)),
    ARRAY(SELECT l.seq FROM log l WHERE l.ledger = p_ledger AND l.chain = 'look' AND l.pathway = 0
           AND l.kind IN ('patient', 'documents', 'document', 'message') AND (l.payload::jsonb->>'patient')::bigint = p_patient);
END $$;

-- Whether the chains hold, asked by a request: for those who may read them. Tools of the owner act for nobody.
ALTER FUNCTION chain_problems(int, text, bigint) RENAME TO chain_faults;
REVOKE ALL ON FUNCTION chain_faults(int, text, bigint) FROM varde_app;
CREATE FUNCTION chain_problems(p_ledger int, p_chain text, p_from bigint DEFAULT 1) RETURNS TABLE (seq bigint, problem text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
BEGIN
  IF acting_person() IS NOT NULL AND NOT may('log', p_ledger, 0) THEN RAISE EXCEPTION 'not allowed' USING ERRCODE = 'VA004'; END IF;
  RETURN QUERY SELECT f.seq, f.problem FROM chain_faults(p_ledger, p_chain, p_from) f;
END $$;

-- What has changed on pathways since an act: who did it only as a role.
CREATE FUNCTION changes_since(p_ledger int, p_seq bigint, p_most int)
RETURNS TABLE (ledger int, seq bigint, at timestamptz, kind text, role text, pack int, pathway int, version int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT l.ledger, l.seq, l.at, l.kind, l.role, l.pack, l.pathway, p.version
    FROM log l JOIN pathway p ON p.ledger = l.ledger AND p.pathway = l.pathway
   WHERE l.ledger = p_ledger AND l.chain = 'act' AND l.seq > p_seq AND l.pathway > 0 AND may('see', l.ledger, l.pack)
   ORDER BY l.seq LIMIT p_most $$;

REVOKE ALL ON FUNCTION log_told(int, text, bigint), seq_before(int, text, timestamptz), about_patient(int, bigint), chain_problems(int, text, bigint),
  changes_since(int, bigint, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log_told(int, text, bigint), seq_before(int, text, timestamptz), about_patient(int, bigint), chain_problems(int, text, bigint),
  changes_since(int, bigint, int) TO varde_app;
