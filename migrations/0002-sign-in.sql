-- Who is let in. The service's role can read no table of this file: it asks the functions below, each of which answers one question.
-- Moments come from the service (`p_now`), because these are ends of sessions and waits, not acts; acts get their time from the chain.

CREATE TABLE sign_in_key (one boolean PRIMARY KEY DEFAULT true CHECK (one), key bytea NOT NULL);
INSERT INTO sign_in_key (key) SELECT sha256(string_agg(uuid_send(gen_random_uuid()), ''::bytea)) FROM generate_series(1, 4);

CREATE TABLE account (
  person   int  PRIMARY KEY REFERENCES person,
  login    text NOT NULL CHECK (length(login) BETWEEN 1 AND 100),
  mark     bytea NOT NULL UNIQUE,            -- the login, hashed with the key above: what is typed at a sign-in never comes here as text
  password text NOT NULL,                    -- argon2id with its parameters
  changed  timestamptz NOT NULL
);
CREATE TABLE factor (
  person    int PRIMARY KEY REFERENCES person,
  secret    bytea NOT NULL,
  confirmed boolean NOT NULL DEFAULT false,
  last_step bigint NOT NULL DEFAULT 0        -- of the last code that was taken: no code is taken twice
);
CREATE TABLE recovery_code (person int NOT NULL REFERENCES person, hash bytea NOT NULL, PRIMARY KEY (person, hash));

CREATE TABLE session (
  hash   bytea PRIMARY KEY,                  -- sha256 of what the browser or machine holds
  person int  NOT NULL REFERENCES person,
  way    text NOT NULL CHECK (way IN ('password', 'oidc', 'demonstration', 'machine')),
  factor boolean NOT NULL,                   -- a second factor was given
  opened timestamptz NOT NULL,
  seen   timestamptz NOT NULL,               -- to the minute
  ends   timestamptz NOT NULL
);
CREATE INDEX session_person ON session (person);

-- How often somebody failed, by login and by address, both hashed with the key.
CREATE TABLE sign_in_try (mark bytea PRIMARY KEY, fails int NOT NULL, wait_until timestamptz, last timestamptz NOT NULL);
CREATE INDEX sign_in_try_last ON sign_in_try (last);

CREATE TABLE oidc_link (issuer text NOT NULL, claim text NOT NULL, value text NOT NULL, person int NOT NULL REFERENCES person, PRIMARY KEY (issuer, claim, value));
CREATE TABLE oidc_try (hash bytea PRIMARY KEY, state text NOT NULL, nonce text NOT NULL, verifier text NOT NULL, back text NOT NULL, ends timestamptz NOT NULL);
CREATE INDEX oidc_try_ends ON oidc_try (ends);

CREATE TABLE machine_key (person int NOT NULL REFERENCES person, kid text NOT NULL, jwk jsonb NOT NULL, PRIMARY KEY (person, kid));
CREATE TABLE assertion_used (person int NOT NULL, jti bytea NOT NULL, ends timestamptz NOT NULL, PRIMARY KEY (person, jti));

-- The ledger where what concerns a person is written down: the first of those they have a role in, else the installation's own.
CREATE FUNCTION home_of(p_person int) RETURNS int LANGUAGE sql STABLE SET search_path = varde, pg_temp AS $$
  SELECT coalesce(min(o.ledger), 0) FROM role_held h JOIN organisation o ON o.org = h.org WHERE h.person = p_person $$;

-- The narrow way in to the chain: acts of signing in, before any right is known, by the same act() as all others.
-- It locks the head of the ledger, so it comes after every row of this file that is locked: in one order there is no deadlock.
-- No person: -1, in the installation's own ledger. Not granted to anybody. What it sets it sets back; where it fails, the rollback does.
CREATE FUNCTION write_sign_in(p_person int, p_kind text, p_payload json) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
DECLARE
  home int := home_of(p_person);
  person text := current_setting('varde.person', true);
  role text := current_setting('varde.role', true);
BEGIN
  PERFORM set_config('varde.person', coalesce(p_person, -1)::text, true), set_config('varde.role', 'signing-in', true),
          set_config('varde.enter', format('{%s}', home * 1000), true);
  PERFORM act(home, ARRAY[gen_random_uuid()::text], ARRAY[p_kind], ARRAY[0], ARRAY[0], ARRAY[NULL]::int[], ARRAY[p_payload::text], ARRAY[uuid_send(gen_random_uuid())]);
  PERFORM set_config('varde.person', coalesce(person, ''), true), set_config('varde.role', coalesce(role, ''), true), set_config('varde.enter', '', true);
END $$;

CREATE FUNCTION key_of_sign_in() RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$ SELECT key FROM sign_in_key $$;

-- One try at a password or code. It counts as failed until it has gone well, so that many at once are not worth more than one after another.
CREATE FUNCTION try_sign_in(p_mark bytea, p_address bytea, p_now timestamptz, p_free int, p_address_free int, p_first_s int, p_longest_s int)
RETURNS TABLE (wait_s int, person int, password text, secret bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
#variable_conflict use_column
DECLARE until timestamptz;
BEGIN
  DELETE FROM sign_in_try t WHERE t.mark IN (SELECT x.mark FROM sign_in_try x WHERE x.last < p_now - interval '1 day' LIMIT 100 FOR UPDATE SKIP LOCKED);
  INSERT INTO sign_in_try SELECT m, 0, NULL, p_now FROM unnest(ARRAY[p_mark, p_address]) m ORDER BY m ON CONFLICT DO NOTHING;
  PERFORM 1 FROM sign_in_try t WHERE t.mark IN (p_mark, p_address) ORDER BY t.mark FOR UPDATE;
  SELECT max(t.wait_until) INTO until FROM sign_in_try t WHERE t.mark IN (p_mark, p_address) AND t.wait_until > p_now;
  IF until IS NOT NULL THEN
    wait_s := ceil(extract(epoch FROM until - p_now)); RETURN NEXT; RETURN;
  END IF;
  UPDATE sign_in_try t SET fails = t.fails + 1, last = p_now, wait_until = CASE
      WHEN t.fails + 1 >= f THEN p_now + make_interval(secs => least(p_first_s * 2 ^ least(t.fails + 1 - f, 20), p_longest_s)) END
    FROM (VALUES (p_mark, p_free), (p_address, p_address_free)) v (m, f) WHERE t.mark = v.m;
  RETURN QUERY SELECT 0, a.person, a.password, f.secret FROM (SELECT 1) one
    LEFT JOIN account a ON a.mark = p_mark AND EXISTS (SELECT 1 FROM person x WHERE x.person = a.person AND x.active AND NOT x.machine)
    LEFT JOIN factor f ON f.person = a.person AND f.confirmed;
END $$;

-- The try went well, wholly (password and whatever else is asked) or so far: then only this one is taken back, or a known password would buy endless
-- guesses at the code. Of the address only this one in any case, since others may be guessing there.
CREATE FUNCTION try_went_well(p_mark bytea, p_address bytea, p_wholly boolean) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  DELETE FROM sign_in_try t WHERE p_wholly AND t.mark = p_mark;
  UPDATE sign_in_try t SET fails = greatest(t.fails - 1, 0), wait_until = NULL WHERE t.mark IN (p_mark, p_address) $$;

-- Written down: who was refused and why; of a login nobody has, only that it happened.
CREATE FUNCTION sign_in_refused(p_person int, p_way text, p_why text, p_mark bytea, p_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
BEGIN
  PERFORM write_sign_in(p_person, 'sign-in-refused', json_build_object('way', p_way, 'why', p_why));
  IF p_person IS NOT NULL AND EXISTS (SELECT 1 FROM sign_in_try t WHERE t.mark = p_mark AND t.wait_until > p_now) THEN
    PERFORM write_sign_in(p_person, 'sign-in-locked', json_build_object('way', p_way));
  END IF;
END $$;

-- A new session in place of the one before. VA004 where the person is no longer there, or is a machine where people come in.
CREATE FUNCTION open_session(p_hash bytea, p_person int, p_way text, p_factor boolean, p_now timestamptz, p_ends timestamptz, p_before bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM person x WHERE x.person = p_person AND x.active AND x.machine = (p_way = 'machine')) THEN
    RAISE EXCEPTION 'not allowed' USING ERRCODE = 'VA004';
  END IF;
  DELETE FROM session s WHERE s.hash = p_before OR s.person = p_person AND s.ends <= p_now;
  INSERT INTO session VALUES (p_hash, p_person, p_way, p_factor, p_now, p_now, p_ends);
  PERFORM write_sign_in(p_person, CASE p_way WHEN 'machine' THEN 'machine-token-given' ELSE 'signed-in' END, json_build_object('way', p_way, 'factor', p_factor));
END $$;

-- Whose session this is and what they may do at this moment. Somebody signed in by password alone has nothing of a role that needs a second factor.
CREATE FUNCTION use_session(p_hash bytea, p_machine boolean, p_now timestamptz, p_idle_s int, p_need_factor text[])
RETURNS TABLE (person int, way text, factor boolean, factor_needed boolean, rights json, glass json)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
#variable_conflict use_column
BEGIN
  UPDATE session s SET seen = p_now
    WHERE s.hash = p_hash AND s.ends > p_now AND s.seen <= p_now - interval '1 minute'
      AND (p_machine OR s.seen > p_now - make_interval(secs => p_idle_s));
  RETURN QUERY SELECT s.person, s.way, s.factor,
      b.bare AND EXISTS (SELECT 1 FROM role_held h WHERE h.person = s.person AND h.role = ANY (p_need_factor)),
      (SELECT json_agg(r) FROM rights_of(s.person) r WHERE NOT (b.bare AND r.role = ANY (p_need_factor))),
      (SELECT json_agg(g) FROM glass_of(s.person) g)
    FROM session s JOIN person x ON x.person = s.person AND x.active, LATERAL (SELECT s.way = 'password' AND NOT s.factor AS bare) b
    WHERE s.hash = p_hash AND s.ends > p_now AND (s.way = 'machine') = p_machine AND (p_machine OR s.seen > p_now - make_interval(secs => p_idle_s));
END $$;

CREATE FUNCTION end_session(p_hash bytea) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
DECLARE gone session;
BEGIN
  DELETE FROM session s WHERE s.hash = p_hash RETURNING * INTO gone;
  IF gone.person IS NULL THEN RETURN NULL; END IF;
  PERFORM write_sign_in(gone.person, 'signed-out', json_build_object('way', gone.way));
  RETURN gone.way;
END $$;

CREATE FUNCTION end_sessions(p_person int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
DECLARE n int;
BEGIN
  DELETE FROM session s WHERE s.person = p_person;
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n > 0 THEN PERFORM write_sign_in(p_person, 'sessions-ended', json_build_object('sessions', n)); END IF;
  RETURN n;
END $$;

CREATE FUNCTION account_of(p_person int) RETURNS TABLE (login text, mark bytea, secret bytea, confirmed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT a.login, a.mark, f.secret, coalesce(f.confirmed, false) FROM account a LEFT JOIN factor f ON f.person = a.person WHERE a.person = p_person $$;

-- The same password, hashed with the parameters of today.
CREATE FUNCTION rehash_password(p_person int, p_old text, p_new text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  UPDATE account a SET password = p_new WHERE a.person = p_person AND a.password = p_old $$;

CREATE FUNCTION change_password(p_person int, p_old text, p_new text, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
BEGIN
  UPDATE account a SET password = p_new, changed = p_now WHERE a.person = p_person AND a.password = p_old;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM end_sessions(p_person);
  PERFORM write_sign_in(p_person, 'password-changed', '{}');
  RETURN true;
END $$;

-- The second factor: begun with a secret, there once a first code of it was right.
CREATE FUNCTION begin_factor(p_person int, p_secret bytea) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
BEGIN
  INSERT INTO factor AS f VALUES (p_person, p_secret) ON CONFLICT (person) DO UPDATE SET secret = excluded.secret WHERE NOT f.confirmed;
  RETURN FOUND;
END $$;

CREATE FUNCTION confirm_factor(p_person int, p_step bigint, p_codes bytea[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
BEGIN
  UPDATE factor f SET confirmed = true, last_step = p_step WHERE f.person = p_person AND NOT f.confirmed;
  IF NOT FOUND THEN RETURN false; END IF;
  DELETE FROM recovery_code r WHERE r.person = p_person;
  INSERT INTO recovery_code SELECT p_person, c FROM unnest(p_codes) c;
  PERFORM end_sessions(p_person);
  PERFORM write_sign_in(p_person, 'factor-added', '{}');
  RETURN true;
END $$;

CREATE FUNCTION use_factor(p_person int, p_step bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
BEGIN
  UPDATE factor f SET last_step = p_step WHERE f.person = p_person AND f.confirmed AND f.last_step < p_step;
  RETURN FOUND;
END $$;

CREATE FUNCTION use_recovery_code(p_person int, p_hash bytea) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
BEGIN
  DELETE FROM recovery_code r WHERE r.person = p_person AND r.hash = p_hash;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM write_sign_in(p_person, 'recovery-code-used', '{}');
  RETURN true;
END $$;

CREATE FUNCTION begin_oidc(p_hash bytea, p_state text, p_nonce text, p_verifier text, p_back text, p_now timestamptz, p_ends timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  DELETE FROM oidc_try t WHERE t.ends <= p_now;
  INSERT INTO oidc_try VALUES (p_hash, p_state, p_nonce, p_verifier, p_back, p_ends) $$;

-- Taken once: a second callback finds nothing.
CREATE FUNCTION take_oidc(p_hash bytea, p_now timestamptz) RETURNS TABLE (state text, nonce text, verifier text, back text)
LANGUAGE sql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  DELETE FROM oidc_try t WHERE t.hash = p_hash AND t.ends > p_now RETURNING t.state, t.nonce, t.verifier, t.back $$;

CREATE FUNCTION person_of_oidc(p_issuer text, p_claim text, p_value text) RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT l.person FROM oidc_link l JOIN person x ON x.person = l.person AND x.active AND NOT x.machine
   WHERE l.issuer = p_issuer AND l.claim = p_claim AND l.value = p_value $$;

CREATE FUNCTION machine_keys(p_person int) RETURNS TABLE (kid text, jwk jsonb) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT k.kid, k.jwk FROM machine_key k JOIN person x ON x.person = k.person AND x.active AND x.machine WHERE k.person = p_person $$;

-- A token for an assertion that was not used before.
CREATE FUNCTION open_token(p_hash bytea, p_person int, p_jti bytea, p_jti_ends timestamptz, p_now timestamptz, p_ends timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
BEGIN
  DELETE FROM assertion_used u WHERE u.person = p_person AND u.ends <= p_now;
  INSERT INTO assertion_used VALUES (p_person, p_jti, p_jti_ends) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM open_session(p_hash, p_person, 'machine', false, p_now, p_ends, NULL);
  RETURN true;
END $$;

-- Whose pathway emergency access would open, for those who may break the glass anywhere: by its number, or by who the patient is.
CREATE FUNCTION behind_glass(p_ledger int, p_pathway int, p_national_id text, p_minutes int) RETURNS TABLE (pathway int, pack int, patient bigint, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT p.pathway, p.pack, p.patient, clock_timestamp() + make_interval(mins => p_minutes) FROM pathway p
   WHERE may('break', p_ledger, p.pack) AND p.ledger = p_ledger
     AND (p.pathway = p_pathway OR p.patient = (SELECT i.patient FROM identity i WHERE i.ledger = p_ledger AND i.national_id = p_national_id))
   ORDER BY p.pathway $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA varde FROM PUBLIC;
GRANT EXECUTE ON FUNCTION key_of_sign_in(), try_sign_in(bytea, bytea, timestamptz, int, int, int, int), try_went_well(bytea, bytea, boolean),
  sign_in_refused(int, text, text, bytea, timestamptz), open_session(bytea, int, text, boolean, timestamptz, timestamptz, bytea),
  use_session(bytea, boolean, timestamptz, int, text[]), end_session(bytea), end_sessions(int), account_of(int), rehash_password(int, text, text),
  change_password(int, text, text, timestamptz), begin_factor(int, bytea), confirm_factor(int, bigint, bytea[]), use_factor(int, bigint),
  use_recovery_code(int, bytea), begin_oidc(bytea, text, text, text, text, timestamptz, timestamptz), take_oidc(bytea, timestamptz),
  person_of_oidc(text, text, text), machine_keys(int), open_token(bytea, int, bytea, timestamptz, timestamptz, timestamptz),
  behind_glass(int, int, text, int) TO varde_app;
