-- What running the ledger needs: heads for checkpoints and metrics, an export of rows as lines, and their way back.

-- How far every chain has come. Hashes and numbers, nothing about anybody: the service writes them to a file outside, whoever asks.
CREATE FUNCTION chain_heads() RETURNS TABLE (ledger int, chain text, seq bigint, hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT h.ledger, h.chain, h.seq, encode(h.hash, 'hex') FROM log_head h WHERE h.seq > 0 ORDER BY 1, 2 $$;

-- Notes heads as checkpoints; a number that is no row of that chain is passed over.
CREATE FUNCTION note_checkpoints(p_ledgers int[], p_chains text[], p_seqs bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  INSERT INTO log_checkpoint
    SELECT l.ledger, l.chain, l.seq, l.hash, clock_timestamp() FROM unnest(p_ledgers, p_chains, p_seqs) AS n (ledger, chain, seq)
      JOIN log l ON l.ledger = n.ledger AND l.chain = n.chain AND l.seq = n.seq
  ON CONFLICT DO NOTHING $$;

-- Seconds by which the newest act lies ahead of the clock: more than a moment means that the clock was set back.
CREATE FUNCTION head_ahead() RETURNS double precision LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  SELECT greatest(0, coalesce(extract(epoch FROM max(h.at) - clock_timestamp()), 0))::double precision FROM log_head h $$;

-- A row of the log as one line of an export. Bytes in base64, the payload as the text that was hashed.
CREATE FUNCTION log_line(l log) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT json_build_object('ledger', l.ledger, 'chain', l.chain, 'seq', l.seq, 'at', to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'kind', l.kind, 'key', l.key, 'person', l.person, 'role', l.role, 'pack', l.pack, 'pathway', l.pathway, 'seen', l.seen::text, 'payload', l.payload,
    'salt', encode(l.salt, 'base64'), 'payloadHash', encode(l.payload_hash, 'base64'), 'prevHash', encode(l.prev_hash, 'base64'), 'hash', encode(l.hash, 'base64'))::text $$;

-- And back: rows as they were, for the owner alone, into a database whose acts are then done again.
CREATE FUNCTION import_log(p_lines text[]) RETURNS void LANGUAGE sql SET search_path = varde, pg_temp AS $$
  INSERT INTO log (ledger, chain, seq, at, kind, key, person, role, pack, pathway, seen, payload, salt, payload_hash, prev_hash, hash)
    SELECT (j->>'ledger')::int, j->>'chain', (j->>'seq')::bigint, (j->>'at')::timestamptz, j->>'kind', j->>'key', (j->>'person')::int, j->>'role',
           (j->>'pack')::int, (j->>'pathway')::int, (j->>'seen')::int8multirange, j->>'payload', decode(j->>'salt', 'base64'),
           decode(j->>'payloadHash', 'base64'), decode(j->>'prevHash', 'base64'), decode(j->>'hash', 'base64')
      FROM unnest(p_lines) AS line, LATERAL (SELECT line::json AS j) x $$;

REVOKE ALL ON FUNCTION chain_heads(), note_checkpoints(int[], text[], bigint[]), head_ahead(), log_line(log), import_log(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chain_heads(), note_checkpoints(int[], text[], bigint[]), head_ahead() TO varde_app;
