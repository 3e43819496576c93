-- How entries were made, for those who count: what the comparison of coding practice adds up. Nothing of what an entry rests on, of its
-- words and numbers, or of the person who recorded it; the roles, and how it came in. Read with the rights of the owner: the view itself
-- holds to the scopes in which a request may count. Stays within PostgreSQL 15.
CREATE VIEW entry_practice WITH (security_barrier) AS
  SELECT e.ledger, e.pathway, e.nth, e.pack, e.code, e.occurred, e.recorded, e.superseded, e.standing, e.recorder, e.decider, e.behalf IS NOT NULL AS on_behalf,
         CASE WHEN e.source IS NULL THEN 'by-hand' WHEN e.source LIKE 'message %' THEN 'message' WHEN e.source LIKE 'proposal %' THEN 'proposal' ELSE 'imported' END AS way
    FROM entry e
   WHERE (e.ledger * 1000 + e.pack) = ANY ((SELECT scopes('count'))::int[]);
GRANT SELECT ON entry_practice TO varde_read;
