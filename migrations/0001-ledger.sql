-- The ledger: who said what, when, on whose word. Two chains of hashes an organisation (acts, looks) are the only source; every other
-- table with a ledger number can be rebuilt from them (`varde verify` does, and compares). Stays within PostgreSQL 15.
--
-- Scope: ledger * 1000 + pack, one whole number for "this pack in this organisation's ledger"; pack 0 is what belongs to no pack.
-- A request says which scopes it has each capability in (settings varde.see, varde.record, ...), taken from rights_of(person).

CREATE FUNCTION scopes(p_capability text) RETURNS int[] LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('varde.' || p_capability, true), '')::int[] $$;
-- Emergency access is the one right that reaches beyond one's own organisations.
CREATE FUNCTION may(p_capability text, p_ledger int, p_pack int) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE mine int[] := nullif(current_setting('varde.' || p_capability, true), '')::int[];
BEGIN
  RETURN CASE WHEN p_capability = 'break' THEN coalesce(cardinality(mine) > 0, false) ELSE coalesce((p_ledger * 1000 + p_pack) = ANY (mine), false) END;
END $$;
CREATE FUNCTION acting_person() RETURNS int LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('varde.person', true), '')::int $$;

-- Organisations, people, roles: the same on every machine of a spread database.

CREATE TABLE organisation (
  org    int  PRIMARY KEY CHECK (org BETWEEN 0 AND 8191),   -- the layer packs places into 13 bits
  parent int  REFERENCES organisation,
  kind   text NOT NULL CHECK (kind IN ('nation', 'region', 'trust', 'hospital', 'department', 'practice')),
  name   text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  zone   text NOT NULL,
  ledger int  NOT NULL
);
CREATE TABLE organisation_under (above int NOT NULL, org int NOT NULL, PRIMARY KEY (above, org));
CREATE INDEX organisation_above ON organisation_under (org);

CREATE TABLE pack (
  pack    int  PRIMARY KEY CHECK (pack BETWEEN 1 AND 999),
  id      text NOT NULL UNIQUE,
  version text NOT NULL,
  digest  text NOT NULL,
  folder  text NOT NULL
);

CREATE SEQUENCE organisation_number;
CREATE SEQUENCE person_number;
CREATE TABLE person (
  person  int  PRIMARY KEY,
  name    text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  machine boolean NOT NULL DEFAULT false,
  active  boolean NOT NULL DEFAULT true,
  changed timestamptz NOT NULL                -- several houses may set one person: each time is later than the one before
);
CREATE TABLE role_held (
  person int  NOT NULL REFERENCES person,
  org    int  NOT NULL REFERENCES organisation,
  role   text NOT NULL,
  pack   int  NOT NULL DEFAULT 0,            -- 0: every pack
  PRIMARY KEY (person, org, role, pack)
);
-- Written by `varde migrate` from core/rights and core/work, so that what the service allows and what the database allows come from one list.
CREATE TABLE role_may (role text NOT NULL, capability text NOT NULL, PRIMARY KEY (role, capability));
CREATE TABLE act_kind (kind text PRIMARY KEY, capability text NOT NULL);
CREATE TABLE work_move (kind text NOT NULL, before text NOT NULL, after text NOT NULL, capability text NOT NULL, PRIMARY KEY (kind, before, after, capability));

-- The two chains of a ledger.

CREATE TABLE log_head (
  ledger   int  NOT NULL,
  chain    text NOT NULL CHECK (chain IN ('act', 'look')),
  seq      bigint NOT NULL DEFAULT 0,
  hash     bytea  NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
  at       timestamptz NOT NULL DEFAULT 'epoch',
  pathways int NOT NULL DEFAULT 0,           -- how many pathways have been opened: the last one's number
  zone     text NOT NULL,
  PRIMARY KEY (ledger, chain)
) WITH (fillfactor = 50);

CREATE TABLE log (
  ledger       int    NOT NULL,
  chain        text   NOT NULL,
  seq          bigint NOT NULL,              -- position in the chain, no gaps
  at           timestamptz NOT NULL,         -- given under the head's lock, strictly increasing in a chain
  kind         text   NOT NULL,
  key          text   NOT NULL CHECK (length(key) BETWEEN 8 AND 200), -- the same key again is the same act, not a second one
  person       int    NOT NULL,
  role         text   NOT NULL,
  pack         int    NOT NULL,
  pathway      int    NOT NULL,              -- 0: about none, or about those in `seen`
  seen         int8multirange,               -- the pathways a list showed; the acts an erasure emptied
  payload      text,                         -- JSON, byte for byte as hashed; NULL only after erasure
  salt         bytea,
  payload_hash bytea  NOT NULL,
  prev_hash    bytea  NOT NULL,
  hash         bytea  NOT NULL,
  CHECK ((payload IS NULL) = (salt IS NULL) AND (salt IS NULL OR octet_length(salt) = 16))
);
-- In this order: while a table is small its indexes cost alike, the planner takes the first, and a plan is kept. `act` looks keys up at each act.
ALTER TABLE log ADD CONSTRAINT log_key UNIQUE (ledger, chain, key);
ALTER TABLE log ADD PRIMARY KEY (ledger, chain, seq);
CREATE INDEX log_pathway ON log (ledger, pathway, at) WHERE pathway > 0;
CREATE INDEX log_person ON log (ledger, person, at);

CREATE TABLE log_checkpoint (
  ledger int NOT NULL, chain text NOT NULL, seq bigint NOT NULL, hash bytea NOT NULL, at timestamptz NOT NULL,
  PRIMARY KEY (ledger, chain, seq)
);

-- What the acts say: each table can be thrown away and made again from the log.

CREATE TABLE patient (ledger int NOT NULL, patient bigint NOT NULL, PRIMARY KEY (ledger, patient));
-- Who a patient is stands apart from what is counted, and goes when it must.
CREATE TABLE identity (
  ledger      int    NOT NULL,
  patient     bigint NOT NULL,
  national_id text,
  name        text   NOT NULL,
  born        date,
  PRIMARY KEY (ledger, patient)
);
CREATE UNIQUE INDEX identity_national_id ON identity (ledger, national_id);

CREATE TABLE pathway (
  ledger  int    NOT NULL,
  pathway int    NOT NULL,
  pack    int    NOT NULL,
  patient bigint NOT NULL,
  org     int    NOT NULL,
  version int    NOT NULL DEFAULT 0,         -- acts on this pathway so far; what an editor has seen
  changed timestamptz NOT NULL,
  PRIMARY KEY (ledger, pathway)
) WITH (fillfactor = 70);
CREATE INDEX pathway_patient ON pathway (ledger, patient);

CREATE TABLE document (
  ledger   int    NOT NULL,
  document bigint NOT NULL,                  -- seq of the act that brought it
  patient  bigint NOT NULL,
  pathway  int,
  kind     text   NOT NULL,
  title    text   NOT NULL,
  written  date,
  received date,
  author   text,
  body     text   NOT NULL,
  pack     int    NOT NULL,                  -- of its pathway: a role for one pack ends there; 0 where it belongs to none
  PRIMARY KEY (ledger, document)
);
CREATE INDEX document_patient ON document (ledger, patient);

CREATE TABLE entry (
  ledger        int    NOT NULL,
  pathway       int    NOT NULL,
  nth           int    NOT NULL CHECK (nth < 65535), -- order of recording in the pathway; the layer packs it into 16 bits
  seq           bigint NOT NULL,             -- the act that recorded it
  pack          int    NOT NULL,
  variant       text,
  code          text   NOT NULL,
  occurred      date   NOT NULL,
  occurred_at   bigint,                      -- seconds since 1970 in UTC, where the moment is known
  recorded      date   NOT NULL,             -- the day at the ledger's place
  recorded_at   bigint NOT NULL,
  superseded    date,                        -- the day it was corrected or withdrawn
  superseded_by bigint,
  corrects      bigint,
  place         int,
  standing      text   NOT NULL,
  value         bigint,
  person        int    NOT NULL,
  recorder      text   NOT NULL,             -- role of the one who recorded
  decider       text,                        -- role of the one who decided, where that is another
  behalf        text,                        -- on behalf of whom, in words
  reason        text,
  evidence      jsonb  NOT NULL DEFAULT '[]',
  passed        text[] NOT NULL DEFAULT '{}',
  source        text,                        -- what brought it in, when no person typed it
  PRIMARY KEY (ledger, pathway, nth)
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX entry_seq ON entry (ledger, seq);

-- Proposals, queries, notes, next steps, escalations, reviews: what somebody has to do or should know. The kinds and their moves are data.
CREATE TABLE work (
  ledger  int    NOT NULL,
  work    bigint NOT NULL,                   -- seq of the act that opened it
  kind    text   NOT NULL,
  pack    int    NOT NULL,
  pathway int    NOT NULL,
  state   text   NOT NULL,
  open    boolean NOT NULL,
  owner_person int,
  owner_role   text,
  due     date,
  version int    NOT NULL DEFAULT 1,
  opened  timestamptz NOT NULL,
  opened_by int  NOT NULL,
  changed timestamptz NOT NULL,
  changed_by int NOT NULL,
  body    jsonb  NOT NULL,
  PRIMARY KEY (ledger, work)
);
CREATE INDEX work_pathway ON work (ledger, pathway);
CREATE INDEX work_open ON work (ledger, kind, due) WHERE open;

-- Emergency access: to one pathway, for a reason, until a moment, reviewed by somebody else.
CREATE TABLE glass (
  ledger  int    NOT NULL,
  glass   bigint NOT NULL,                   -- seq of the act
  pathway int    NOT NULL,
  patient bigint NOT NULL,
  person  int    NOT NULL,
  reason  text   NOT NULL,
  until   timestamptz NOT NULL,
  PRIMARY KEY (ledger, glass)
);
CREATE INDEX glass_person ON glass (person, until);

-- The chain.

CREATE FUNCTION entry_hash(l log) RETURNS bytea LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$ BEGIN
  RETURN sha256(convert_to('varde-log-v1', 'UTF8') || l.prev_hash || int4send(l.ledger) || sha256(convert_to(l.chain, 'UTF8')) || int8send(l.seq)
    || int8send((extract(epoch FROM l.at) * 1000000)::bigint) || sha256(convert_to(l.kind, 'UTF8')) || sha256(convert_to(l.key, 'UTF8'))
    || int4send(l.person) || sha256(convert_to(l.role, 'UTF8')) || int4send(l.pack) || int4send(l.pathway)
    || sha256(convert_to(coalesce(l.seen::text, ''), 'UTF8')) || l.payload_hash);
END $$;
CREATE FUNCTION payload_hash(p_payload text, p_salt bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$ BEGIN
  RETURN sha256(convert_to('varde-payload-v1', 'UTF8') || p_salt || convert_to(p_payload, 'UTF8'));
END $$;

-- What one act changes in the tables above; gives the pathway's new version. Called as it is logged, and again by `varde verify` in a schema of its own: it names no schema.
CREATE FUNCTION apply(l log, p_zone text) RETURNS int LANGUAGE plpgsql AS $$
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
    UPDATE entry e SET superseded = coalesce((j->>'recorded')::date, (l.at AT TIME ZONE p_zone)::date), superseded_by = l.seq
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
  ELSE NULL;                                     -- acts that change no table: a sign-in, an export
  END CASE;
  RETURN n;
END $$;

-- One or many acts on one ledger, whole or not at all. The only way anything is written.
-- p_expected: the pathway's (for work-moved: the work's) version the writer has seen; NULL: does not matter.
-- Errors: VA001 changed since seen, VA002 key used for other content, VA003 no such ledger, VA004 not allowed, VA005 not there, VA006 a day to come.
CREATE FUNCTION act(p_ledger int, p_keys text[], p_kinds text[], p_packs int[], p_pathways int[], p_expected int[], p_payloads text[], p_salts bytea[])
RETURNS TABLE (ord int, seq bigint, at timestamptz, pathway int, version int, replayed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
#variable_conflict use_column
DECLARE h log_head; l log; old log; p pathway; w work; t timestamptz; need text; j jsonb; n int; r record; touched int[] := '{}'; dated boolean := false; day date;
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
    IF l.kind IN ('recorded', 'corrected', 'withdrawn', 'imported') AND NOT l.pathway = ANY (touched) THEN touched := touched || l.pathway; END IF;
    ord := i; seq := l.seq; at := t; pathway := l.pathway; replayed := false;
    RETURN NEXT;
    h.seq := l.seq; h.hash := l.hash; h.at := t; t := t + interval '1 microsecond';
  END LOOP;
  -- The layer of one row a pathway goes with its entries.
  IF dated OR 'imported' = ANY (p_kinds) THEN
    FOR r IN SELECT x.pack, array_agg(x.pathway) AS pathways FROM pathway x WHERE x.ledger = p_ledger AND x.pathway = ANY (touched) GROUP BY x.pack LOOP
      EXECUTE format('SELECT pack_%s.keep_history($1, $2)', r.pack) USING p_ledger, r.pathways;
    END LOOP;
  ELSE
    FOREACH n IN ARRAY touched LOOP
      EXECUTE format('SELECT pack_%s.keep($1, $2, $3)', (SELECT x.pack FROM pathway x WHERE x.ledger = p_ledger AND x.pathway = n))
        USING p_ledger, n, (h.at AT TIME ZONE h.zone)::date;
    END LOOP;
  END IF;
  UPDATE log_head x SET seq = h.seq, hash = h.hash, at = h.at, pathways = h.pathways                -- the head moves once a call
    WHERE x.ledger = p_ledger AND x.chain = 'act' AND x.seq < h.seq;
END $$;

-- Whether this person has sent this key before: then the same act is not judged a second time.
CREATE FUNCTION was_done(p_ledger int, p_key text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM log l WHERE l.ledger = p_ledger AND l.chain = 'act' AND l.key = p_key AND l.person = acting_person()) $$;

-- A look at people, written down before the answer leaves.
CREATE FUNCTION look(p_ledger int, p_key text, p_kind text, p_pathway int, p_seen int8multirange, p_payload text, p_salt bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
DECLARE h log_head; l log;
BEGIN
  SELECT * INTO h FROM log_head x WHERE x.ledger = p_ledger AND x.chain = 'look' FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such ledger' USING ERRCODE = 'VA003'; END IF;
  l.ledger := p_ledger; l.chain := 'look'; l.seq := h.seq + 1; l.at := greatest(clock_timestamp(), h.at + interval '1 microsecond');
  l.kind := p_kind; l.key := p_key; l.person := acting_person(); l.role := current_setting('varde.role', true); l.pack := 0;
  l.pathway := p_pathway; l.seen := p_seen; l.payload := p_payload; l.salt := p_salt; l.payload_hash := payload_hash(p_payload, p_salt);
  IF l.person IS NULL OR coalesce(l.role, '') = '' THEN RAISE EXCEPTION 'nobody is looking' USING ERRCODE = 'VA004'; END IF;
  l.prev_hash := h.hash; l.hash := entry_hash(l);
  INSERT INTO log VALUES (l.ledger, l.chain, l.seq, l.at, l.kind, l.key, l.person, l.role, l.pack, l.pathway, l.seen, l.payload, l.salt, l.payload_hash, l.prev_hash, l.hash);
  UPDATE log_head x SET seq = l.seq, hash = l.hash, at = l.at WHERE x.ledger = p_ledger AND x.chain = 'look';
END $$;

-- The first thing that is wrong with a chain, and whatever else is: nothing when it holds.
CREATE FUNCTION chain_problems(p_ledger int, p_chain text, p_from bigint DEFAULT 1) RETURNS TABLE (seq bigint, problem text)
LANGUAGE sql STABLE SET search_path = varde, pg_temp AS $$
  WITH e AS (
    SELECT l AS whole, l.seq, l.prev_hash, l.hash, l.payload, l.salt, l.payload_hash, l.at, l.kind,
           lag(l.hash) OVER w AS p_hash, lag(l.seq) OVER w AS p_seq, lag(l.at) OVER w AS p_at
      FROM log l WHERE l.ledger = p_ledger AND l.chain = p_chain AND l.seq >= p_from - 1 WINDOW w AS (ORDER BY l.seq)
  ), erased AS (
    SELECT range_agg(s) AS seqs FROM log x, unnest(x.seen) s WHERE x.ledger = p_ledger AND x.chain = 'act' AND x.kind = 'identity-erased'
  ), checked AS (SELECT e.seq, CASE
      WHEN e.seq <> coalesce(e.p_seq, 0) + 1 THEN 'gap'
      WHEN e.prev_hash <> coalesce(e.p_hash, decode(repeat('00', 32), 'hex')) THEN 'link'
      WHEN e.at <= coalesce(e.p_at, '-infinity') THEN 'time'
      WHEN e.payload IS NULL AND NOT coalesce(p_chain = 'act' AND (SELECT seqs FROM erased) @> e.seq, false) THEN 'payload missing without an erasure'
      WHEN e.payload IS NOT NULL AND e.payload_hash <> payload_hash(e.payload, e.salt) THEN 'payload'
      WHEN e.hash <> entry_hash(e.whole) THEN 'entry'
      END AS problem FROM e WHERE e.seq >= p_from)
  SELECT c.seq, c.problem FROM checked c WHERE c.problem IS NOT NULL
  UNION ALL
  SELECT h.seq, 'head' FROM log_head h LEFT JOIN LATERAL (SELECT l.seq, l.hash FROM log l WHERE l.ledger = p_ledger AND l.chain = p_chain ORDER BY l.seq DESC LIMIT 1) l ON true
   WHERE h.ledger = p_ledger AND h.chain = p_chain AND (h.seq <> coalesce(l.seq, 0) OR h.hash <> coalesce(l.hash, decode(repeat('00', 32), 'hex')))
  UNION ALL
  SELECT k.seq, 'checkpoint' FROM log_checkpoint k LEFT JOIN log l ON l.ledger = k.ledger AND l.chain = k.chain AND l.seq = k.seq
   WHERE k.ledger = p_ledger AND k.chain = p_chain AND l.hash IS DISTINCT FROM k.hash
  ORDER BY 1, 2 $$;

-- What a person may do, where: scopes by role and capability, from the roles held now.
CREATE FUNCTION rights_of(p_person int) RETURNS TABLE (role text, capability text, scopes int[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT h.role, m.capability, array_agg(DISTINCT o.ledger * 1000 + p.pack)
    FROM role_held h
    JOIN person x ON x.person = h.person AND x.active
    JOIN role_may m ON m.role = h.role
    JOIN organisation_under u ON u.above = h.org
    JOIN organisation o ON o.org = u.org
    JOIN (SELECT pack FROM pack UNION ALL SELECT 0) p ON h.pack = 0 OR p.pack IN (0, h.pack)
   WHERE h.person = p_person
   GROUP BY h.role, m.capability $$;

-- Pathways somebody has broken the glass for, while that lasts.
CREATE FUNCTION glass_of(p_person int) RETURNS TABLE (ledger int, glass bigint, pathway int, patient bigint, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT g.ledger, g.glass, g.pathway, g.patient, g.until FROM glass g
   WHERE g.person = p_person AND g.until > clock_timestamp()
     AND EXISTS (SELECT 1 FROM role_held h JOIN role_may m ON m.role = h.role JOIN person x ON x.person = h.person WHERE h.person = p_person AND x.active AND m.capability = 'break') $$;

-- How far ledgers have come: what a figure was computed from.
CREATE FUNCTION heads(p_ledgers int[]) RETURNS TABLE (ledger int, seq bigint, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT h.ledger, h.seq, h.hash FROM log_head h WHERE h.chain = 'act' AND h.ledger = ANY (p_ledgers)
     AND EXISTS (SELECT 1 FROM unnest(scopes('count') || scopes('see')) s WHERE s / 1000 = h.ledger) ORDER BY h.ledger $$;

-- Who sees what: rows of the scopes a request has, and for one pathway through broken glass. Nothing set: nothing seen.
DO $$
DECLARE
  see text := '(ledger * 1000 + %s) = ANY ((SELECT scopes(''see''))::int[])';
  r record;
BEGIN
  FOR r IN SELECT * FROM (VALUES
    ('pathway',  format(see, 'pack'), 'pathway'), ('entry', format(see, 'pack'), 'pathway'),
    ('work',     format(see, 'pack') || ' OR (ledger * 1000 + pack) = ANY ((SELECT scopes(''log''))::int[])', 'pathway'),
    ('patient',  format(see, '0'), 'patient'), ('identity', format(see, '0'), 'patient'), ('document', format(see, 'pack'), 'patient'),
    ('glass',    '(ledger * 1000) = ANY ((SELECT scopes(''log''))::int[]) OR person = acting_person()', NULL),
    ('log',      '(ledger * 1000) = ANY ((SELECT scopes(''log''))::int[])', NULL),
    ('log_head', '(ledger * 1000) = ANY ((SELECT scopes(''log''))::int[]) OR (ledger * 1000) = ANY ((SELECT scopes(''see''))::int[]) OR (ledger * 1000) = ANY ((SELECT scopes(''count''))::int[])', NULL),
    ('log_checkpoint', '(ledger * 1000) = ANY ((SELECT scopes(''log''))::int[])', NULL)
  ) AS t (name, test, broken) LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', r.name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', r.name);
    EXECUTE format('CREATE POLICY owner ON %I TO varde_owner USING (true) WITH CHECK (true)', r.name);
    EXECUTE format('CREATE POLICY scope ON %I FOR SELECT TO varde_app USING (%s%s)', r.name, r.test,
      CASE WHEN r.broken IS NULL THEN '' ELSE format(' OR (ledger::bigint << 32 | %1$I) = ANY ((SELECT nullif(current_setting(''varde.glass_%1$s'', true), ''''))::bigint[])', r.broken) END);
    EXECUTE format('GRANT SELECT ON %I TO varde_app', r.name);
  END LOOP;
END $$;

-- The installation's own ledger: nations, the first administrators.
INSERT INTO log_head (ledger, chain, zone) VALUES (0, 'act', 'UTC'), (0, 'look', 'UTC');

GRANT SELECT ON organisation, organisation_under, pack, person, role_held, role_may, act_kind, work_move TO varde_app;
GRANT SELECT ON organisation, organisation_under, pack TO varde_read;
GRANT USAGE ON SEQUENCE person_number, organisation_number TO varde_app;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA varde FROM PUBLIC;
GRANT EXECUTE ON FUNCTION heads(int[]), scopes(text), acting_person(), may(text, int, int) TO varde_app, varde_read;
GRANT EXECUTE ON FUNCTION act(int, text[], text[], int[], int[], int[], text[], bytea[]), look(int, text, text, int, int8multirange, text, bytea),
  was_done(int, text), rights_of(int), glass_of(int), chain_problems(int, text, bigint), payload_hash(text, bytea), entry_hash(log) TO varde_app;
