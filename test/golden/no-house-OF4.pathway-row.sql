SELECT ledger,
  pathway,
  variant,
  MIN(k0) FILTER (WHERE slot = 0 AND ok) AS s0b_k0,
  MIN(k0) FILTER (WHERE slot = 0 AND ok_r) AS s0r_k0,
  MIN(k0) FILTER (WHERE slot = 1 AND ok) AS s1b_k0,
  MIN(k0) FILTER (WHERE slot = 2 AND ok) AS s2b_k0,
  MIN(k0) FILTER (WHERE slot = 2 AND ok_r) AS s2r_k0,
  MIN(k0) FILTER (WHERE slot = 3 AND ok) AS s3b_k0,
  MIN(k0) FILTER (WHERE slot = 3 AND ok_r) AS s3r_k0,
  MIN(k0) FILTER (WHERE slot = 4 AND ok) AS s4b_k0,
  MAX(t) FILTER (WHERE ok) AS active_t,
  BOOL_OR(shut) FILTER (WHERE slot = 0) AS closed_0
FROM (
  SELECT e.ledger,
    e.pathway,
    c.variant AS variant,
    c.slot,
    CAST(e.occurred - DATE '1970-01-01' AS BIGINT) AS t,
    ((CAST(e.occurred - DATE '1970-01-01' AS BIGINT) - 19358) * 65536 + e.seq) * 256 + CASE WHEN e.recorded - e.occurred > c.duty THEN 1 ELSE 0 END + c.setting * 2 + COALESCE(p.n, 0) * 16 AS k0,
    e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contract-specialist'), FALSE)) ELSE FALSE END) AS ok,
    e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contract-specialist'), FALSE)) ELSE FALSE END) AND (c.duty IS NULL OR e.recorded - e.occurred <= c.duty) AS ok_r,
    NOT (e.occurred >= c.valid_from AND e.occurred <= c.valid_to) AS shut
  FROM entry e JOIN pack_code c ON c.code = e.code
  LEFT JOIN place p ON p.name = e.place
  WHERE e.recorded <= (DATE '1970-01-01' + CAST($1 AS INTEGER)) AND e.occurred <= (DATE '1970-01-01' + CAST($1 AS INTEGER))
) known
GROUP BY ledger, pathway, variant
