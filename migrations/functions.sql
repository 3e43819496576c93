-- The two functions that change as acts do, written anew by each `varde migrate` after the numbered steps: a database of an earlier version gets
-- them too. The first step made them as they were then. Stays within PostgreSQL 15.

-- What one act changes in the tables above; gives the pathway's new version. Called as it is logged, and again by `varde verify` in a schema of its own: it names no schema.
CREATE OR REPLACE FUNCTION apply(l log, p_zone text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE j jsonb := l.payload::jsonb; n int;
BEGIN
  IF l.pathway > 0 AND l.kind <> 'pathway-opened' THEN
    UPDATE pathway p SET version = p.version + 1, changed = l.at WHERE p.ledger = l.ledger AND p.pathway = l.pathway RETURNING p.version INTO n;
  END IF;
  IF l.payload IS NULL THEN                      -- erased: who it was is gone, that there was somebody is not
    IF l.kind = 'patient-registered' THEN INSERT INTO patient VALUES (l.ledger, l.seq); END IF;
    RETURN n;
  END IF;
  CASE l.kind
  WHEN 'recorded', 'corrected', 'imported' THEN
    IF j ? 'corrects' THEN
      UPDATE entry e SET superseded = coalesce((j->>'recorded')::date, (l.at AT TIME ZONE p_zone)::date), superseded_by = l.seq
        WHERE e.ledger = l.ledger AND e.pathway = l.pathway AND e.seq = (j->>'corrects')::bigint;
    END IF;
    INSERT INTO entry (ledger, pathway, nth, seq, pack, variant, code, occurred, occurred_at, recorded, recorded_at, corrects, place, standing, value,
                       person, recorder, decider, behalf, reason, evidence, passed, source)
    VALUES (l.ledger, l.pathway, (SELECT coalesce(max(e.nth), 0) + 1 FROM entry e WHERE e.ledger = l.ledger AND e.pathway = l.pathway), l.seq, l.pack, j->>'variant', j->>'code', (j->>'occurred')::date, (j->>'occurredAt')::bigint,
            coalesce((j->>'recorded')::date, (l.at AT TIME ZONE p_zone)::date),
            coalesce((j->>'recordedAt')::bigint, floor(extract(epoch FROM l.at))::bigint),
            (j->>'corrects')::bigint, (j->>'place')::int, coalesce(j->>'standing', 'sure'), (j->>'value')::bigint,
            l.person, coalesce(j->>'recorder', l.role), j->>'decider', j->>'behalf', j->>'reason', coalesce(j->'evidence', '[]'),
            coalesce(ARRAY(SELECT jsonb_array_elements_text(j->'passed')), '{}'), j->>'source');
  WHEN 'withdrawn' THEN
    UPDATE entry e SET superseded = coalesce((j->>'recorded')::date, (l.at AT TIME ZONE p_zone)::date), superseded_by = l.seq,
      withdrawn_because = j->>'reason'
      WHERE e.ledger = l.ledger AND e.pathway = l.pathway AND e.seq = (j->>'withdraws')::bigint;
  WHEN 'pathway-opened' THEN
    INSERT INTO pathway VALUES (l.ledger, l.pathway, l.pack, (j->>'patient')::bigint, (j->>'org')::int, 0, l.at);
  WHEN 'patient-registered' THEN
    INSERT INTO patient VALUES (l.ledger, l.seq);
    INSERT INTO identity VALUES (l.ledger, l.seq, j->>'nationalId', j->>'name', (j->>'born')::date);
  WHEN 'identity-corrected' THEN
    INSERT INTO identity VALUES (l.ledger, (j->>'patient')::bigint, j->>'nationalId', j->>'name', (j->>'born')::date)
    ON CONFLICT (ledger, patient) DO UPDATE SET national_id = excluded.national_id, name = excluded.name, born = excluded.born;
  WHEN 'identity-erased' THEN
    DELETE FROM message m WHERE m.ledger = l.ledger AND (m.patient = (j->>'patient')::bigint
      OR m.whose = (SELECT i.national_id FROM identity i WHERE i.ledger = l.ledger AND i.patient = (j->>'patient')::bigint));
    DELETE FROM identity i WHERE i.ledger = l.ledger AND i.patient = (j->>'patient')::bigint;
  WHEN 'document-received' THEN
    INSERT INTO document VALUES (l.ledger, l.seq, (j->>'patient')::bigint, nullif(l.pathway, 0), j->>'kind', j->>'title',
                                 (j->>'written')::date, (j->>'received')::date, j->>'author', j->>'body', l.pack);
  WHEN 'work-opened' THEN
    INSERT INTO work VALUES (l.ledger, l.seq, j->>'kind', l.pack, l.pathway, j->>'state', (j->>'open')::boolean, (j->>'ownerPerson')::int, j->>'ownerRole',
                             (j->>'due')::date, 1, l.at, l.person, l.at, l.person, coalesce(j->'body', '{}'));
  WHEN 'work-moved' THEN
    UPDATE work w SET state = j->>'state', open = (j->>'open')::boolean, version = w.version + 1, changed = l.at, changed_by = l.person,
      owner_person = CASE WHEN j ? 'ownerPerson' THEN (j->>'ownerPerson')::int ELSE w.owner_person END,
      owner_role = CASE WHEN j ? 'ownerRole' THEN j->>'ownerRole' ELSE w.owner_role END,
      due = CASE WHEN j ? 'due' THEN (j->>'due')::date ELSE w.due END,
      body = w.body || coalesce(j->'body', '{}')
      WHERE w.ledger = l.ledger AND w.work = (j->>'work')::bigint;
  WHEN 'message-received' THEN
    INSERT INTO message VALUES (l.ledger, l.seq, l.pack, j->>'sender', j->>'control', j->>'type', j->>'sha256', l.at, (j->>'sent')::timestamptz, j->'answered',
                                j->>'outcome', j->>'code', j->>'field', j->>'says', (j->>'pathway')::int, (j->>'patient')::bigint, j->>'whose', j->>'text');
  WHEN 'message-settled' THEN
    UPDATE message m SET outcome = j->>'outcome', code = j->>'code', field = j->>'field', says = j->>'says', pathway = (j->>'pathway')::int,
      patient = coalesce((j->>'patient')::bigint, m.patient), settled = l.at, settled_by = l.person
      WHERE m.ledger = l.ledger AND m.message = (j->>'message')::bigint AND m.pack = l.pack;
  WHEN 'glass-broken' THEN
    INSERT INTO glass VALUES (l.ledger, l.seq, l.pathway, (j->>'patient')::bigint, l.person, j->>'reason', (j->>'until')::timestamptz);
  WHEN 'glass-ended' THEN
    UPDATE glass g SET until = l.at WHERE g.ledger = l.ledger AND g.glass = (j->>'glass')::bigint AND g.until > l.at;
  WHEN 'organisation-set' THEN
    INSERT INTO organisation VALUES ((j->>'org')::int, (j->>'parent')::int, j->>'kind', j->>'name', j->>'zone', (j->>'ledger')::int)
    ON CONFLICT (org) DO UPDATE SET name = excluded.name;
    INSERT INTO organisation_under
      SELECT u.above, (j->>'org')::int FROM organisation_under u WHERE u.org = (j->>'parent')::int
      UNION SELECT (j->>'org')::int, (j->>'org')::int
    ON CONFLICT DO NOTHING;
  WHEN 'person-set' THEN
    INSERT INTO person VALUES ((j->>'person')::int, j->>'name', coalesce((j->>'machine')::boolean, false), coalesce((j->>'active')::boolean, true), l.at)
    ON CONFLICT (person) DO UPDATE SET name = excluded.name, active = excluded.active, changed = excluded.changed;
  WHEN 'role-given' THEN
    INSERT INTO role_held VALUES ((j->>'person')::int, (j->>'org')::int, j->>'role', coalesce((j->>'pack')::int, 0)) ON CONFLICT DO NOTHING;
  WHEN 'role-withdrawn' THEN
    DELETE FROM role_held h WHERE h.person = (j->>'person')::int AND h.org = (j->>'org')::int AND h.role = j->>'role'
      AND h.pack = coalesce((j->>'pack')::int, 0);
  WHEN 'view-kept' THEN
    INSERT INTO list_view VALUES (l.ledger, coalesce((j->>'view')::bigint, l.seq), (j->>'org')::int, CASE WHEN (j->>'own')::boolean THEN l.person END,
                                  j->>'name', j->'search', false, 1, l.at, l.person)
    ON CONFLICT (ledger, view) DO UPDATE SET name = excluded.name, search = excluded.search, version = list_view.version + 1,
      changed = excluded.changed, changed_by = excluded.changed_by;
  WHEN 'view-dropped', 'view-restored' THEN
    UPDATE list_view v SET dropped = l.kind = 'view-dropped', version = v.version + 1, changed = l.at, changed_by = l.person
      WHERE v.ledger = l.ledger AND v.view = (j->>'view')::bigint;
  WHEN 'life-opened', 'life-recorded', 'purpose-answered' THEN PERFORM apply_life(l, p_zone);
  WHEN 'release-frozen' THEN
    INSERT INTO release VALUES (l.ledger, l.seq, l.pack, j->>'manifest', j->>'id', (j->>'revision')::int, j->>'title', j->>'rules', (j->>'asOf')::date,
                                j->>'from', j->>'to', j->'tables', ARRAY(SELECT jsonb_array_elements_text(j->'ledgers')::int), l.at, l.person);
  WHEN 'release-published' THEN
    UPDATE release r SET published = l.at, published_by = l.person WHERE r.ledger = l.ledger AND r.manifest = j->>'manifest';
  ELSE NULL;                                     -- acts that change no table: a sign-in, an export
  END CASE;
  RETURN n;
END $$;

-- One or many acts on one ledger, whole or not at all. The only way anything is written.
-- p_expected: the pathway's (for work-moved: the work's) version the writer has seen; NULL: does not matter.
-- Errors: VA001 changed since seen, VA002 key used for other content, VA003 no such ledger, VA004 not allowed, VA005 not there, VA006 a day to come.
CREATE OR REPLACE FUNCTION act(p_ledger int, p_keys text[], p_kinds text[], p_packs int[], p_pathways int[], p_expected int[], p_payloads text[], p_salts bytea[])
RETURNS TABLE (ord int, seq bigint, at timestamptz, pathway int, version int, replayed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
#variable_conflict use_column
DECLARE h log_head; l log; old log; p pathway; w work; t timestamptz; need text; j jsonb; n int; r record; touched int[] := '{}'; touched_packs int[] := '{}'; dated boolean := false; day date;
  told_packs int[] := '{}'; told_days date[] := '{}';
BEGIN
  SELECT * INTO h FROM log_head x WHERE x.ledger = p_ledger AND x.chain = 'act' FOR UPDATE;      -- one writer a ledger
  IF NOT FOUND THEN RAISE EXCEPTION 'no such ledger' USING ERRCODE = 'VA003'; END IF;
  t := greatest(clock_timestamp(), h.at + interval '1 microsecond');
  FOR i IN 1 .. cardinality(p_keys) LOOP
    SELECT * INTO old FROM log x WHERE x.ledger = p_ledger AND x.chain = 'act' AND x.key = p_keys[i];
    IF FOUND THEN
      IF old.kind <> p_kinds[i] OR old.person <> acting_person() OR (p_kinds[i] <> 'pathway-opened' AND old.pathway <> p_pathways[i])
         OR old.payload IS DISTINCT FROM p_payloads[i] THEN
        RAISE EXCEPTION 'key % was used for other content', i USING ERRCODE = 'VA002';
      END IF;
      ord := i; seq := old.seq; at := old.at; pathway := old.pathway; replayed := true;
      version := (SELECT x.version FROM pathway x WHERE x.ledger = p_ledger AND x.pathway = old.pathway);
      RETURN NEXT; CONTINUE;
    END IF;
    j := p_payloads[i]::jsonb;
    IF p_kinds[i] = 'person-set' THEN   -- also by another house before its clock was set back: acts are done again in the order of their times
      t := greatest(t, (SELECT x.changed + interval '1 microsecond' FROM person x WHERE x.person = (j->>'person')::int FOR NO KEY UPDATE));
    END IF;
    l.ledger := p_ledger; l.chain := 'act'; l.seq := h.seq + 1; l.at := t; l.kind := p_kinds[i]; l.key := p_keys[i];
    l.person := acting_person(); l.role := current_setting('varde.role', true); l.pack := p_packs[i]; l.pathway := p_pathways[i];
    IF l.person IS NULL OR coalesce(l.role, '') = '' THEN RAISE EXCEPTION 'nobody is acting' USING ERRCODE = 'VA004'; END IF;
    IF l.kind = 'pathway-opened' THEN
      h.pathways := h.pathways + 1; l.pathway := h.pathways;
      IF NOT EXISTS (SELECT 1 FROM patient x WHERE x.ledger = p_ledger AND x.patient = (j->>'patient')::bigint)
         OR NOT EXISTS (SELECT 1 FROM organisation o WHERE o.org = (j->>'org')::int AND o.ledger = p_ledger)
         OR NOT EXISTS (SELECT 1 FROM pack x WHERE x.pack = l.pack) THEN RAISE EXCEPTION 'not there' USING ERRCODE = 'VA005'; END IF;
    ELSIF l.pathway > 0 THEN
      SELECT * INTO p FROM pathway x WHERE x.ledger = p_ledger AND x.pathway = l.pathway;
      IF NOT FOUND THEN RAISE EXCEPTION 'not there' USING ERRCODE = 'VA005'; END IF;
      l.pack := p.pack;
    END IF;
    need := (SELECT k.capability FROM act_kind k WHERE k.kind = l.kind);
    IF l.kind = 'work-opened' THEN
      IF NOT EXISTS (SELECT 1 FROM work_move m WHERE m.kind = j->>'kind' AND m.before = '' AND m.after = j->>'state'
                      AND may(m.capability, p_ledger, l.pack)) THEN RAISE EXCEPTION 'not allowed' USING ERRCODE = 'VA004'; END IF;
    ELSIF l.kind = 'work-moved' THEN
      SELECT * INTO w FROM work x WHERE x.ledger = p_ledger AND x.work = (j->>'work')::bigint AND x.pathway = l.pathway;
      IF NOT FOUND THEN RAISE EXCEPTION 'not there' USING ERRCODE = 'VA005'; END IF;
      l.pack := w.pack;                                -- of a meeting too, which is about no pathway
      IF NOT EXISTS (SELECT 1 FROM work_move m WHERE m.kind = w.kind AND m.before = w.state AND m.after = j->>'state'
                      AND may(m.capability, p_ledger, l.pack)) THEN RAISE EXCEPTION 'not allowed' USING ERRCODE = 'VA004'; END IF;
      IF p_expected[i] IS NOT NULL AND w.version <> p_expected[i] THEN RAISE EXCEPTION 'changed since seen' USING ERRCODE = 'VA001'; END IF;
      IF w.kind = 'glass-review' AND w.opened_by = l.person THEN RAISE EXCEPTION 'not allowed' USING ERRCODE = 'VA004'; END IF;  -- reviewed by another
    ELSIF (need IS NULL OR NOT may(need, p_ledger, l.pack)) AND NOT (l.kind = 'imported' AND may_receive(p_ledger, l.pack, l.pathway)) THEN
      RAISE EXCEPTION 'not allowed' USING ERRCODE = 'VA004';
    END IF;
    IF j ?| ARRAY['recorded', 'recordedAt', 'recorder'] THEN       -- recorded on another day, by another: as another system says
      dated := true;
      IF NOT may('import', p_ledger, l.pack) AND NOT may_receive(p_ledger, l.pack, l.pathway) THEN RAISE EXCEPTION 'not allowed' USING ERRCODE = 'VA004'; END IF;
    END IF;
    -- A day that has not come in this ledger would stand in no version of the layer until the next act.
    day := (t AT TIME ZONE h.zone)::date;
    IF (j->>'recorded')::date > day OR l.kind IN ('recorded', 'corrected', 'imported') AND (j->>'occurred')::date > coalesce((j->>'recorded')::date, day) THEN
      RAISE EXCEPTION 'this day has not come' USING ERRCODE = 'VA006';
    END IF;
    IF l.pathway > 0 AND l.kind NOT IN ('pathway-opened', 'work-moved') AND p_expected[i] IS NOT NULL AND p.version <> p_expected[i] THEN
      RAISE EXCEPTION 'changed since seen' USING ERRCODE = 'VA001';
    END IF;
    l.seen := NULL;
    -- A condition that asks a table is a query each time it is met, even where its first half is false: what is rare stands apart.
    IF l.kind NOT IN ('recorded', 'corrected', 'withdrawn', 'imported', 'work-opened', 'work-moved') THEN
      IF l.kind IN ('role-given', 'role-withdrawn') AND NOT EXISTS (SELECT 1 FROM organisation o WHERE o.org = (j->>'org')::int AND o.ledger = p_ledger)
         OR l.kind = 'organisation-set' AND p_ledger <> coalesce((SELECT o.ledger FROM organisation o WHERE o.org = (j->>'parent')::int), 0) THEN
        RAISE EXCEPTION 'not allowed' USING ERRCODE = 'VA004';       -- kept in the ledger of the organisation it is about
      END IF;
      -- An organisation stays where it is, in the ledger it began in: a house put under another would hand over all rights in it.
      -- Inside a ledger the days are that ledger's.
      IF l.kind = 'organisation-set' AND ((j->>'ledger')::int NOT IN ((j->>'org')::int, p_ledger)
             OR (j->>'ledger')::int = p_ledger AND p_ledger > 0 AND j->>'zone' <> h.zone OR EXISTS (SELECT 1 FROM organisation o
             WHERE o.org = (j->>'org')::int AND (o.parent IS DISTINCT FROM (j->>'parent')::int OR o.ledger <> (j->>'ledger')::int)))
         OR l.kind = 'role-given' AND coalesce((j->>'pack')::int, 0) > 0
            AND EXISTS (SELECT 1 FROM role_may m WHERE m.role = j->>'role' AND m.capability IN ('administer', 'log')) THEN
        RAISE EXCEPTION 'not allowed' USING ERRCODE = 'VA004';       -- whoever gives rights, or reads all that was done, does so for a whole house
      END IF;
      IF l.kind IN ('life-opened', 'life-recorded', 'purpose-answered') THEN PERFORM check_life(l, j, p_expected[i]); END IF;
      IF l.kind = 'release-published' AND NOT EXISTS (SELECT 1 FROM release r WHERE r.ledger = p_ledger AND r.pack = l.pack AND r.manifest = j->>'manifest') THEN
        RAISE EXCEPTION 'not there' USING ERRCODE = 'VA005';
      END IF;
      IF l.kind IN ('view-kept', 'view-dropped', 'view-restored') THEN PERFORM check_view(p_ledger, l.pathway, l.kind, j, p_expected[i]); END IF;
      IF l.kind IN ('identity-corrected', 'identity-erased', 'document-received')
         AND NOT EXISTS (SELECT 1 FROM patient x WHERE x.ledger = p_ledger AND x.patient = (j->>'patient')::bigint) THEN
        RAISE EXCEPTION 'not there' USING ERRCODE = 'VA005';
      END IF;
      IF l.kind = 'person-set' AND p_ledger > 0 AND EXISTS (SELECT 1 FROM person x WHERE x.person = (j->>'person')::int)
         AND NOT EXISTS (SELECT 1 FROM role_held r JOIN organisation o ON o.org = r.org WHERE r.person = (j->>'person')::int AND o.ledger = p_ledger) THEN
        RAISE EXCEPTION 'not allowed' USING ERRCODE = 'VA004';       -- somebody of another house
      END IF;
      IF l.kind = 'glass-broken' AND (l.pathway = 0 OR (j->>'patient')::bigint IS DISTINCT FROM p.patient OR length(coalesce(j->>'reason', '')) < 10
           OR ((j->>'until')::timestamptz BETWEEN t AND t + interval '1 hour') IS NOT TRUE)
         OR l.kind = 'glass-ended' AND NOT EXISTS (SELECT 1 FROM glass g WHERE g.ledger = p_ledger AND g.glass = (j->>'glass')::bigint AND g.person = l.person)
      THEN
        RAISE EXCEPTION 'not allowed' USING ERRCODE = 'VA004';       -- as long as said, one's own
      END IF;
      IF l.kind = 'organisation-set' AND j->'org' = j->'ledger' THEN
        -- Its acts come after the one that made it, even where the clock is set back: acts of all ledgers are done again in the order of their times.
        INSERT INTO log_head (ledger, chain, zone, at) SELECT (j->>'org')::int, c, j->>'zone', t FROM unnest(ARRAY['act', 'look']) c ON CONFLICT DO NOTHING;
      END IF;
      IF l.kind = 'identity-erased' THEN               -- the words will go, their hashes stay
        l.seen := (SELECT range_agg(int8range(x.seq, x.seq + 1)) FROM log x WHERE x.ledger = p_ledger AND x.chain = 'act'
          AND (x.kind = 'patient-registered' AND x.seq = (j->>'patient')::bigint
            OR x.kind = 'identity-corrected' AND x.payload::jsonb->>'patient' = j->>'patient'
            OR x.kind = 'message-received' AND x.seq IN (SELECT m.message FROM message m WHERE m.ledger = p_ledger AND (m.patient = (j->>'patient')::bigint
                 OR m.whose = (SELECT i.national_id FROM identity i WHERE i.ledger = p_ledger AND i.patient = (j->>'patient')::bigint)))));
        UPDATE log x SET payload = NULL, salt = NULL WHERE x.ledger = p_ledger AND x.chain = 'act' AND l.seen @> x.seq;
      END IF;
    END IF;
    IF j ? 'corrects' OR j ? 'withdraws' THEN
      IF NOT EXISTS (SELECT 1 FROM entry e WHERE e.ledger = p_ledger AND e.pathway = l.pathway AND e.superseded IS NULL
                      AND e.seq = coalesce(j->>'corrects', j->>'withdraws')::bigint) THEN
        RAISE EXCEPTION 'changed since seen' USING ERRCODE = 'VA001';
      END IF;
    END IF;
    l.payload := p_payloads[i]; l.salt := p_salts[i]; l.payload_hash := payload_hash(l.payload, l.salt);
    l.prev_hash := h.hash; l.hash := entry_hash(l);
    INSERT INTO log VALUES (l.ledger, l.chain, l.seq, l.at, l.kind, l.key, l.person, l.role, l.pack, l.pathway, l.seen, l.payload, l.salt, l.payload_hash, l.prev_hash, l.hash);
    version := apply(l, h.zone);
    IF l.kind IN ('recorded', 'corrected', 'withdrawn', 'imported') AND NOT l.pathway = ANY (touched) THEN
      touched := touched || l.pathway; touched_packs := touched_packs || l.pack;
    END IF;
    IF dated AND j ? 'recorded' THEN told_packs := told_packs || l.pack; told_days := told_days || (j->>'recorded')::date; END IF;
    ord := i; seq := l.seq; at := t; pathway := l.pathway; replayed := false;
    RETURN NEXT;
    h.seq := l.seq; h.hash := l.hash; h.at := t; t := t + interval '1 microsecond';
  END LOOP;
  -- The layer of one row a pathway goes with its entries.
  IF dated OR 'imported' = ANY (p_kinds) THEN
    FOR r IN SELECT x.pack, array_agg(x.pathway) AS pathways FROM pathway x WHERE x.ledger = p_ledger AND x.pathway = ANY (touched) GROUP BY x.pack LOOP
      EXECUTE format('SELECT pack_%s.keep_history($1, $2)', r.pack) USING p_ledger, r.pathways;
    END LOOP;
    -- What is kept of those days and of later ones was counted without this.
    INSERT INTO retold SELECT DISTINCT p_ledger, x.pack, x.day, h.seq FROM unnest(told_packs, told_days) AS x (pack, day)
    ON CONFLICT (ledger, pack, day) DO UPDATE SET seq = excluded.seq;
  ELSIF touched <> '{}' THEN
    day := (h.at AT TIME ZONE h.zone)::date;
    FOREACH n IN ARRAY touched LOOP
      PERFORM follow(touched_packs[array_position(touched, n)], day - DATE '1970-01-01', (day - DATE '1970-01-01' + 1) * 86400::bigint, p_ledger, n);
    END LOOP;
  END IF;
  UPDATE log_head x SET seq = h.seq, hash = h.hash, at = h.at, pathways = h.pathways                -- the head moves once a call
    WHERE x.ledger = p_ledger AND x.chain = 'act' AND x.seq < h.seq;
END $$;
