-- Why an entry was withdrawn stands with the entry: whoever may read it may read that. `apply` in functions.sql writes it.

ALTER TABLE entry ADD COLUMN withdrawn_because text;

-- What was withdrawn before this step.
UPDATE entry e SET withdrawn_because = l.payload::jsonb->>'reason'
  FROM log l WHERE l.ledger = e.ledger AND l.chain = 'act' AND l.seq = e.superseded_by AND l.kind = 'withdrawn';
