-- How entries were made, for those who count: what the comparison of coding practice adds up. How one came in stands in a column of its own, since its
-- source may hold somebody's name. Those who count may read days, code, roles and that; not the person, on whose behalf, words, evidence or values.
ALTER TABLE entry ADD COLUMN way text NOT NULL GENERATED ALWAYS AS (CASE WHEN source IS NULL THEN 'by-hand' WHEN source LIKE 'message %' THEN 'message'
  WHEN source LIKE 'proposal %' THEN 'proposal' ELSE 'imported' END) STORED;
CREATE POLICY count ON entry FOR SELECT TO varde_read USING ((ledger * 1000 + pack) = ANY ((SELECT scopes('count'))::int[]));
GRANT SELECT (ledger, pathway, nth, pack, code, occurred, recorded, superseded, standing, recorder, decider, way) ON entry TO varde_read;
