SELECT ledger, pathway, variant_n, pause, t AS from_t, t AS from_d,
  end_ts >> 2 AS to_t, (end_ts >> 2) AS to_d
FROM (
  SELECT ledger, pathway, variant_n, pause, ends, t, shift,
    MIN(CASE WHEN ends THEN t * 4 + shift END) OVER (PARTITION BY ledger, pathway, variant_n, pause ORDER BY t RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS end_ts
  FROM (
    SELECT e.ledger, e.pathway, c.variant_n, c.pause, c.ends, CAST(e.occurred - DATE '1970-01-01' AS BIGINT) AS t,
      0 AS shift
    FROM entry e JOIN pack_pause c ON c.code = e.code
    WHERE e.recorded <= (DATE '1970-01-01' + CAST($1 AS INTEGER)) AND e.occurred <= (DATE '1970-01-01' + CAST($1 AS INTEGER)) AND e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contract-specialist'), FALSE)) ELSE FALSE END)
  ) marked
) spans
WHERE NOT ends
