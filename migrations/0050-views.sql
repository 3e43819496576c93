-- Views of the list of pathways: a name, and what the list is narrowed, ordered and grouped by. Somebody's own, or shared with an organisation.
-- They are settings and name no patient; yet what is shared is changed by many, and who changed it is asked: so they are acts like all else, made
-- again from the log. Stays within PostgreSQL 15.

CREATE TABLE list_view (
  ledger     int    NOT NULL,
  view       bigint NOT NULL,                -- seq of the act that kept it first
  org        int    NOT NULL,                -- whom it is shared with; of one's own view only where it is kept
  person     int,                            -- whose own it is; NULL: shared
  name       text   NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  search     jsonb  NOT NULL,
  dropped    boolean NOT NULL DEFAULT false, -- kept aside, so that it can come back
  version    int    NOT NULL DEFAULT 1,
  changed    timestamptz NOT NULL,
  changed_by int    NOT NULL,
  PRIMARY KEY (ledger, view)
);
-- No two of one name where they stand in one list.
CREATE UNIQUE INDEX list_view_name ON list_view (ledger, org, coalesce(person, 0), name) WHERE NOT dropped;

ALTER TABLE list_view ENABLE ROW LEVEL SECURITY;
ALTER TABLE list_view FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON list_view TO varde_owner USING (true) WITH CHECK (true);
CREATE POLICY scope ON list_view FOR SELECT TO varde_app
  USING ((ledger * 1000) = ANY ((SELECT scopes('see'))::int[]) AND (person IS NULL OR person = acting_person()));
GRANT SELECT ON list_view TO varde_app;

-- Asked by `act` of every act on a view: it is there, not another's own, as the writer has seen it, and of an organisation of this ledger.
CREATE FUNCTION check_view(p_ledger int, p_pathway int, p_kind text, j jsonb, p_expected int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v list_view;
BEGIN
  IF p_pathway <> 0 THEN RAISE EXCEPTION 'not allowed' USING ERRCODE = 'VA004'; END IF;
  IF NOT j ? 'view' THEN
    IF p_kind <> 'view-kept' OR NOT EXISTS (SELECT 1 FROM organisation o WHERE o.org = (j->>'org')::int AND o.ledger = p_ledger) THEN
      RAISE EXCEPTION 'not there' USING ERRCODE = 'VA005';
    END IF;
    RETURN;
  END IF;
  SELECT * INTO v FROM list_view x WHERE x.ledger = p_ledger AND x.view = (j->>'view')::bigint;
  IF NOT FOUND OR v.person <> acting_person() THEN RAISE EXCEPTION 'not there' USING ERRCODE = 'VA005'; END IF;
  IF p_expected IS NOT NULL AND v.version <> p_expected THEN RAISE EXCEPTION 'changed since seen' USING ERRCODE = 'VA001'; END IF;
END $$;
REVOKE ALL ON FUNCTION check_view(int, int, text, jsonb, int) FROM PUBLIC;
