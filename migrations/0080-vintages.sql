-- What figures were on past days. As known on a day that is over, nothing changes any more: so it is counted once and kept. Only counts, of nobody.
-- Both tables can be thrown away at any time: what is missing is counted anew. Stays within PostgreSQL 15.

CREATE TABLE vintage (
  ledger    int    NOT NULL,
  pack      int    NOT NULL,
  indicator text   NOT NULL,
  known_on  date   NOT NULL,
  digest    text   NOT NULL,                 -- of the rules, and of the text that counted by them
  seq       bigint NOT NULL,                 -- how far the ledger had come when it was counted
  period    int[]  NOT NULL,                 -- one cell in each place of these five: a month such as 202603,
  place     int[]  NOT NULL,                 -- an organisation, 0 where none is known,
  variant   text[] NOT NULL,
  met       bigint[] NOT NULL,               -- in millionths of a pathway
  missed    bigint[] NOT NULL,
  PRIMARY KEY (ledger, pack, indicator, known_on),
  CHECK (cardinality(period) = ALL (ARRAY[cardinality(place), cardinality(variant), cardinality(met), cardinality(missed)]))
);

-- The one way in which a past day changes: an act that says it was recorded then. The newest such act of each day; `act` in functions.sql writes it.
CREATE TABLE retold (
  ledger int    NOT NULL,
  pack   int    NOT NULL,
  day    date   NOT NULL,
  seq    bigint NOT NULL,
  PRIMARY KEY (ledger, pack, day)
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['vintage', 'retold'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner ON %I TO varde_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY count ON %I FOR SELECT TO varde_read USING ((ledger * 1000 + pack) = ANY ((SELECT scopes(''count''))::int[]))', name);
    EXECUTE format('GRANT SELECT ON %I TO varde_read', name);
  END LOOP;
END $$;

-- Keeps what an indicator was in one ledger on a day that is over there. What was counted by other rules, or from less, gives way.
CREATE FUNCTION keep_vintage(p_ledger int, p_pack int, p_indicator text, p_known_on date, p_digest text, p_seq bigint,
                             p_period int[], p_place int[], p_variant text[], p_met bigint[], p_missed bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
BEGIN
  IF NOT may('count', p_ledger, p_pack) THEN RAISE EXCEPTION 'not allowed' USING ERRCODE = 'VA004'; END IF;
  INSERT INTO vintage AS v
    SELECT p_ledger, p_pack, p_indicator, p_known_on, p_digest, p_seq, p_period, p_place, p_variant, p_met, p_missed
      FROM log_head h WHERE h.ledger = p_ledger AND h.chain = 'act' AND p_known_on < (clock_timestamp() AT TIME ZONE h.zone)::date
  ON CONFLICT (ledger, pack, indicator, known_on) DO UPDATE SET digest = excluded.digest, seq = excluded.seq, period = excluded.period,
    place = excluded.place, variant = excluded.variant, met = excluded.met, missed = excluded.missed
    WHERE v.digest <> excluded.digest OR v.seq < excluded.seq;
END $$;
REVOKE ALL ON FUNCTION keep_vintage(int, int, text, date, text, bigint, int[], int[], text[], bigint[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_vintage(int, int, text, date, text, bigint, int[], int[], text[], bigint[], bigint[]) TO varde_app;
