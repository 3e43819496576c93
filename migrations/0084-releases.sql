-- Releases that were made of the live ledgers, and those of them that were published: each an act of its own in every ledger it counts
-- ('release-frozen', 'release-published'; `apply` in functions.sql writes them). No number of anybody is in it. Stays within PostgreSQL 15.

CREATE TABLE release (
  ledger       int    NOT NULL,
  release      bigint NOT NULL,              -- seq of the act
  pack         int    NOT NULL,
  manifest     text   NOT NULL CHECK (manifest ~ '^[0-9a-f]{64}$'), -- the hash that was signed: what a published page names it by
  id           text   NOT NULL,
  revision     int    NOT NULL,
  title        text   NOT NULL,
  rules        text   NOT NULL,              -- version of the pack it was counted by
  as_of        date   NOT NULL,
  first_month  text   NOT NULL,
  last_month   text   NOT NULL,
  tables       jsonb  NOT NULL,              -- of each: the indicator, by what, how long a period
  ledgers      int[]  NOT NULL,              -- all it counts
  frozen       timestamptz NOT NULL,
  frozen_by    int    NOT NULL,
  published    timestamptz,
  published_by int,
  PRIMARY KEY (ledger, release),
  UNIQUE (ledger, manifest)
);

ALTER TABLE release ENABLE ROW LEVEL SECURITY;
ALTER TABLE release FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON release TO varde_owner USING (true) WITH CHECK (true);
CREATE POLICY scope ON release FOR SELECT TO varde_app
  USING ((ledger * 1000 + pack) = ANY ((SELECT scopes('count'))::int[]) OR (ledger * 1000 + pack) = ANY ((SELECT scopes('see'))::int[])
    OR (ledger * 1000 + pack) = ANY ((SELECT scopes('administer'))::int[]));
GRANT SELECT ON release TO varde_app;
