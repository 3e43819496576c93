-- The life of an indicator: what was wanted of it, said about it and done with it. Records are only ever added; what holds on a day is a fold over them
-- (src/core/life). No patient is in it. Whoever may count under the pack reads it. Stays within PostgreSQL 15.

CREATE TABLE life (
  ledger    int    NOT NULL,
  life      bigint NOT NULL,                 -- seq of the act that opened it
  pack      int    NOT NULL,
  org       int    NOT NULL,
  indicator text,                            -- of the pack; an idea may come before it
  version   int    NOT NULL DEFAULT 1,       -- records so far
  PRIMARY KEY (ledger, life)
);
CREATE UNIQUE INDEX life_indicator ON life (ledger, pack, indicator);

CREATE TABLE life_record (
  ledger   int    NOT NULL,
  record   bigint NOT NULL,                  -- seq of the act
  life     bigint NOT NULL,
  pack     int    NOT NULL,
  what     text   NOT NULL,
  recorded date   NOT NULL,                  -- the day at the ledger's place
  person   int    NOT NULL,
  role     text   NOT NULL,
  said     jsonb  NOT NULL,
  PRIMARY KEY (ledger, record)
);
CREATE INDEX life_record_life ON life_record (ledger, life, record);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['life', 'life_record'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY owner ON %I TO varde_owner USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY scope ON %I FOR SELECT TO varde_app, varde_read USING ((ledger * 1000 + pack) = ANY ((SELECT scopes(''count''))::int[]))', t);
    EXECUTE format('GRANT SELECT ON %I TO varde_app, varde_read', t);
  END LOOP;
END $$;

-- What one act says of a life, in the two tables. Called by `apply`; names no schema, as it does.
CREATE FUNCTION apply_life(l log, p_zone text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE j jsonb := l.payload::jsonb; n bigint := coalesce((j->>'life')::bigint, l.seq);
BEGIN
  IF l.kind = 'life-opened' THEN
    INSERT INTO life VALUES (l.ledger, n, l.pack, (j->>'org')::int, j->'said'->>'indicator', 1);
  ELSE
    UPDATE life x SET version = x.version + 1,
      indicator = CASE j->>'what'
        WHEN 'joined' THEN j->'said'->>'indicator'
        -- Whoever takes back that it was joined leaves it as it began.
        WHEN 'taken-back' THEN CASE WHEN EXISTS (SELECT 1 FROM life_record r WHERE r.ledger = l.ledger AND r.record = (j->'said'->>'record')::bigint AND r.what = 'joined')
          THEN (SELECT r.said->>'indicator' FROM life_record r WHERE r.ledger = l.ledger AND r.record = n) ELSE x.indicator END
        ELSE x.indicator END
      WHERE x.ledger = l.ledger AND x.life = n;
  END IF;
  INSERT INTO life_record VALUES (l.ledger, l.seq, n, l.pack, coalesce(j->>'what', 'idea'), coalesce((j->>'recorded')::date, (l.at AT TIME ZONE p_zone)::date),
                                  l.person, l.role, j->'said');
END $$;

-- Asked by `act` of every act on a life. The service judges all rules; two of them hold here as well: nobody agrees to a purpose of their own, and no
-- trial begins while nothing says what is not counted.
CREATE FUNCTION check_life(l log, j jsonb, p_expected int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE x life; s jsonb := j->'said';
BEGIN
  IF l.pathway <> 0 OR l.pack = 0 OR s IS NULL THEN RAISE EXCEPTION 'not allowed' USING ERRCODE = 'VA004'; END IF;
  IF l.kind = 'life-opened' THEN
    IF NOT EXISTS (SELECT 1 FROM organisation o WHERE o.org = (j->>'org')::int AND o.ledger = l.ledger)
       OR NOT EXISTS (SELECT 1 FROM pack p WHERE p.pack = l.pack) THEN RAISE EXCEPTION 'not there' USING ERRCODE = 'VA005'; END IF;
    RETURN;
  END IF;
  SELECT * INTO x FROM life y WHERE y.ledger = l.ledger AND y.life = (j->>'life')::bigint AND y.pack = l.pack;
  IF NOT FOUND THEN RAISE EXCEPTION 'not there' USING ERRCODE = 'VA005'; END IF;
  IF p_expected IS NOT NULL AND x.version <> p_expected THEN RAISE EXCEPTION 'changed since seen' USING ERRCODE = 'VA001'; END IF;
  IF (l.kind = 'purpose-answered') <> (j->>'what' = 'purpose-answered') OR j->>'what' = 'idea'
     OR j->>'what' = 'purpose-answered' AND (s->>'agreed')::boolean IS NOT FALSE AND NOT EXISTS (SELECT 1 FROM life_record r
          WHERE r.ledger = l.ledger AND r.life = x.life AND r.record = (s->>'proposal')::bigint AND r.what = 'purpose-proposed' AND r.person <> l.person)
     OR j->>'what' = 'step' AND s->>'to' IN ('trial', 'in-use') AND NOT EXISTS (SELECT 1 FROM life_record r
          WHERE r.ledger = l.ledger AND r.life = x.life AND r.what = 'gap' AND length(r.said->>'gap') > 0)
  THEN RAISE EXCEPTION 'not allowed' USING ERRCODE = 'VA004'; END IF;
END $$;
REVOKE ALL ON FUNCTION apply_life(log, text), check_life(log, jsonb, int) FROM PUBLIC;
