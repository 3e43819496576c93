-- Messages of other systems: each a row, by an act of its own ('message-received', 'message-settled'; `apply` in 0001 writes them). Who may see
-- patients under the pack sees them. The text is kept of those alone that somebody still has to look at. Stays within PostgreSQL 15.

CREATE TABLE message (
  ledger   int    NOT NULL,
  message  bigint NOT NULL,                  -- seq of the act
  pack     int    NOT NULL,
  sender   text   NOT NULL,                  -- MSH-3 and MSH-4 with a bar between, as in the setting
  control  text   NOT NULL,                  -- MSH-10, the sender's own number of it
  type     text   NOT NULL,                  -- MSH-9, as in SIU^S12
  sha256   text   NOT NULL,                  -- of what it says: all but its header
  at       timestamptz NOT NULL,
  sent     timestamptz,                      -- MSH-7, where that can be read
  answered jsonb  NOT NULL,                  -- what the sender was told; sent again, it is told the same
  outcome  text   NOT NULL CHECK (outcome IN ('taken', 'passed-over', 'refused', 'not-placed', 'set-aside')),
  code     text,                             -- the issue, where it was not taken
  field    text,                             -- where in the message
  says     text,                             -- our sentence about it, never the sender's words
  pathway  int,
  patient  bigint,
  whose    text,                             -- the identity number it names, where nobody of that number is known
  text     text,
  settled  timestamptz,                      -- tried again, or set aside
  settled_by int,
  PRIMARY KEY (ledger, message)
);
CREATE INDEX message_sender ON message (ledger, sender, at) INCLUDE (outcome);
CREATE INDEX message_control ON message (ledger, sender, control);
CREATE INDEX message_waiting ON message (ledger, message) WHERE outcome IN ('refused', 'not-placed');

ALTER TABLE message ENABLE ROW LEVEL SECURITY;
ALTER TABLE message FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON message TO varde_owner USING (true) WITH CHECK (true);
CREATE POLICY scope ON message FOR SELECT TO varde_app USING ((ledger * 1000 + pack) = ANY ((SELECT scopes('see'))::int[]));
GRANT SELECT ON message TO varde_app;

-- Every feed of some ledgers: when its last message came, counts of the last seven days, and how many messages came in each of the four weeks before in the
-- same stretch of the week as the present silence (from the last message until now, by the clock on the wall). Weeks before its first message are left out.
-- Numbers and times only: also for those who run the house and see no patients.
CREATE FUNCTION feeds_now(p_ledgers int[], p_now timestamptz)
RETURNS TABLE (ledger int, sender text, first timestamptz, last timestamptz, sent timestamptz, taken bigint, passed_over bigint, refused bigint, not_placed bigint,
               waiting bigint, weeks int[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = varde, pg_temp AS $$
  WITH RECURSIVE l AS (
    SELECT h.ledger, h.zone FROM log_head h WHERE h.chain = 'act' AND h.ledger = ANY (p_ledgers)
       AND EXISTS (SELECT 1 FROM unnest(scopes('see') || scopes('administer')) s WHERE s / 1000 = h.ledger)
  ), s AS (                                      -- senders are few and messages many: from one to the next by the index
    SELECT l.ledger, l.zone, (SELECT min(m.sender) FROM message m WHERE m.ledger = l.ledger) AS sender FROM l
    UNION ALL SELECT s.ledger, s.zone, (SELECT min(m.sender) FROM message m WHERE m.ledger = s.ledger AND m.sender > s.sender) FROM s WHERE s.sender IS NOT NULL
  ), f AS (
    SELECT s.ledger, s.zone, s.sender, (SELECT min(m.at) FROM message m WHERE m.ledger = s.ledger AND m.sender = s.sender) AS first, n.at AS last, n.sent
      FROM s CROSS JOIN LATERAL (SELECT m.at, m.sent FROM message m WHERE m.ledger = s.ledger AND m.sender = s.sender ORDER BY m.at DESC LIMIT 1) n
     WHERE s.sender IS NOT NULL
  )
  SELECT f.ledger, f.sender, f.first, f.last, f.sent, c.taken, c.passed_over, c.refused, c.not_placed,
    (SELECT count(*) FROM message m WHERE m.ledger = f.ledger AND m.sender = f.sender AND m.outcome IN ('refused', 'not-placed')),
    ARRAY(SELECT (SELECT count(*)::int FROM (SELECT 1 FROM message m WHERE m.ledger = f.ledger AND m.sender = f.sender AND m.at > w.begins AND m.at <= w.ends LIMIT 1000) x)
            FROM generate_series(1, 4) k CROSS JOIN LATERAL (SELECT
              (f.last AT TIME ZONE f.zone - k * interval '7 days') AT TIME ZONE f.zone AS begins,
              (p_now AT TIME ZONE f.zone - k * interval '7 days') AT TIME ZONE f.zone AS ends) w
           WHERE w.begins >= f.first ORDER BY k)
    FROM f CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE m.outcome IN ('taken', 'set-aside')) AS taken, count(*) FILTER (WHERE m.outcome = 'passed-over') AS passed_over,
             count(*) FILTER (WHERE m.outcome = 'refused') AS refused, count(*) FILTER (WHERE m.outcome = 'not-placed') AS not_placed
        FROM message m WHERE m.ledger = f.ledger AND m.sender = f.sender AND m.at > p_now - interval '7 days') c
   ORDER BY f.ledger, f.sender $$;

REVOKE ALL ON FUNCTION feeds_now(int[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION feeds_now(int[], timestamptz) TO varde_app;

-- What is about a patient: messages too.
CREATE OR REPLACE FUNCTION about_patient(p_ledger int, p_patient bigint) RETURNS TABLE (pathways int[], acts bigint[], looks bigint[])
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
