SELECT a.ledger,
  a.pathway,
  a.variant,
  a.s0b_k0,
  a.s0s_k0,
  a.s0r_k0,
  a.s4b_k0,
  a.s4s_k0,
  a.s5b_k0,
  a.s5s_k0,
  a.active_t,
  a.closed_0,
  CASE WHEN NOT (((a.s1b_k0 >> 31) + 19358) >= ((a.s0b_k0 >> 31) + 19358)) THEN b.s1b_k0 ELSE a.s1b_k0 END AS s1b_k0,
  CASE WHEN NOT (((a.s1s_k0 >> 31) + 19358) >= ((a.s0s_k0 >> 31) + 19358)) THEN b.s1s_k0 ELSE a.s1s_k0 END AS s1s_k0,
  CASE WHEN NOT (((a.s1r_k0 >> 31) + 19358) >= ((a.s0r_k0 >> 31) + 19358)) THEN b.s1r_k0 ELSE a.s1r_k0 END AS s1r_k0,
  CASE WHEN NOT (((a.s2b_k0 >> 31) + 19358) >= ((a.s0b_k0 >> 31) + 19358)) THEN b.s2b_k0 ELSE a.s2b_k0 END AS s2b_k0,
  CASE WHEN NOT (((a.s2s_k0 >> 31) + 19358) >= ((a.s0s_k0 >> 31) + 19358)) THEN b.s2s_k0 ELSE a.s2s_k0 END AS s2s_k0,
  CASE WHEN NOT (((a.s2r_k0 >> 31) + 19358) >= ((a.s0r_k0 >> 31) + 19358)) THEN b.s2r_k0 ELSE a.s2r_k0 END AS s2r_k0,
  CASE WHEN NOT (((a.s3b_k0 >> 31) + 19358) >= ((a.s0b_k0 >> 31) + 19358)) THEN b.s3b_k0 ELSE a.s3b_k0 END AS s3b_k0,
  CASE WHEN NOT (((a.s3s_k0 >> 31) + 19358) >= ((a.s0s_k0 >> 31) + 19358)) THEN b.s3s_k0 ELSE a.s3s_k0 END AS s3s_k0,
  CASE WHEN NOT (((a.s3r_k0 >> 31) + 19358) >= ((a.s0r_k0 >> 31) + 19358)) THEN b.s3r_k0 ELSE a.s3r_k0 END AS s3r_k0
FROM (SELECT ledger,
  pathway,
  variant,
  MIN(k0) FILTER (WHERE slot = 0 AND ok) AS s0b_k0,
  MIN(k0) FILTER (WHERE slot = 0 AND ok_s) AS s0s_k0,
  MIN(k0) FILTER (WHERE slot = 0 AND ok_r) AS s0r_k0,
  MIN(k0) FILTER (WHERE slot = 1 AND ok) AS s1b_k0,
  MIN(k0) FILTER (WHERE slot = 1 AND ok_s) AS s1s_k0,
  MIN(k0) FILTER (WHERE slot = 1 AND ok) AS s1r_k0,
  MIN(k0) FILTER (WHERE slot = 2 AND ok) AS s2b_k0,
  MIN(k0) FILTER (WHERE slot = 2 AND ok_s) AS s2s_k0,
  MIN(k0) FILTER (WHERE slot = 2 AND ok_r) AS s2r_k0,
  MIN(f0) FILTER (WHERE slot = 3 AND ok) AS s3b_k0,
  MIN(f0) FILTER (WHERE slot = 3 AND ok_s) AS s3s_k0,
  MIN(f0) FILTER (WHERE slot = 3 AND ok_r) AS s3r_k0,
  MIN(k0) FILTER (WHERE slot = 4 AND ok) AS s4b_k0,
  MIN(k0) FILTER (WHERE slot = 4 AND ok_s) AS s4s_k0,
  MAX(k0) FILTER (WHERE slot = 5 AND ok) AS s5b_k0,
  MAX(k0) FILTER (WHERE slot = 5 AND ok_s) AS s5s_k0,
  MAX(t) FILTER (WHERE ok) AS active_t,
  BOOL_OR(shut) FILTER (WHERE slot = 0) AS closed_0
FROM (
  SELECT e.ledger,
    e.pathway,
    c.variant AS variant,
    c.slot,
    CAST(e.occurred - DATE '1970-01-01' AS BIGINT) AS t,
    ((CAST(e.occurred - DATE '1970-01-01' AS BIGINT) - 19358) * 65536 + e.seq) * 32768 + CASE WHEN e.recorded - e.occurred > c.duty THEN 1 ELSE 0 END + CASE WHEN e.standing IN ('likely', 'let-stand') THEN 1 WHEN e.standing IN ('asked', 'unknown') THEN 2 ELSE 0 END * 2 + c.setting * 8 + COALESCE(p.n, 0) * 32 + CASE WHEN e.value > 0 THEN e.value ELSE 0 END * 512 AS k0,
    ((CAST(e.occurred - DATE '1970-01-01' AS BIGINT) - 19358) * 65536 + (65535 - e.seq)) * 32768 + CASE WHEN e.recorded - e.occurred > c.duty THEN 1 ELSE 0 END + CASE WHEN e.standing IN ('likely', 'let-stand') THEN 1 WHEN e.standing IN ('asked', 'unknown') THEN 2 ELSE 0 END * 2 + c.setting * 8 + COALESCE(p.n, 0) * 32 + CASE WHEN e.value > 0 THEN e.value ELSE 0 END * 512 AS f0,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contractor'), FALSE)) ELSE FALSE END) AS ok,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contractor'), FALSE)) ELSE FALSE END) AND COALESCE(e.standing, 'sure') = 'sure' AS ok_s,
    COALESCE(e.standing, 'sure') <> 'ruled-out' AND e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contractor'), FALSE)) ELSE FALSE END) AND CASE WHEN c.duty IS NULL THEN e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER)) ELSE (c.duty IS NULL OR e.recorded - e.occurred <= c.duty) AND (e.superseded IS NULL OR e.superseded > LEAST(e.occurred + CAST(c.duty AS INTEGER), (DATE '1970-01-01' + CAST($1 AS INTEGER)))) END AS ok_r,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND NOT (e.occurred >= c.valid_from AND e.occurred <= c.valid_to) AS shut
  FROM entry e JOIN pack_code c ON c.code = e.code
  LEFT JOIN place p ON p.name = e.place
  WHERE e.recorded <= (DATE '1970-01-01' + CAST($1 AS INTEGER)) AND e.occurred <= (DATE '1970-01-01' + CAST($1 AS INTEGER))
) known
GROUP BY ledger, pathway, variant) a
LEFT JOIN (SELECT ledger,
  pathway,
  variant,
  MIN(k0) FILTER (WHERE slot = 1 AND ok AND t >= ((o_s0b_k0 >> 31) + 19358)) AS s1b_k0,
  MIN(k0) FILTER (WHERE slot = 1 AND ok_s AND t >= ((o_s0s_k0 >> 31) + 19358)) AS s1s_k0,
  MIN(k0) FILTER (WHERE slot = 1 AND ok AND t >= ((o_s0r_k0 >> 31) + 19358)) AS s1r_k0,
  MIN(k0) FILTER (WHERE slot = 2 AND ok AND t >= ((o_s0b_k0 >> 31) + 19358)) AS s2b_k0,
  MIN(k0) FILTER (WHERE slot = 2 AND ok_s AND t >= ((o_s0s_k0 >> 31) + 19358)) AS s2s_k0,
  MIN(k0) FILTER (WHERE slot = 2 AND ok_r AND t >= ((o_s0r_k0 >> 31) + 19358)) AS s2r_k0,
  MIN(f0) FILTER (WHERE slot = 3 AND ok AND t >= ((o_s0b_k0 >> 31) + 19358)) AS s3b_k0,
  MIN(f0) FILTER (WHERE slot = 3 AND ok_s AND t >= ((o_s0s_k0 >> 31) + 19358)) AS s3s_k0,
  MIN(f0) FILTER (WHERE slot = 3 AND ok_r AND t >= ((o_s0r_k0 >> 31) + 19358)) AS s3r_k0
FROM (
  SELECT k.*, w.s0b_k0 AS o_s0b_k0, w.s0s_k0 AS o_s0s_k0, w.s0r_k0 AS o_s0r_k0
  FROM (SELECT e.ledger,
    e.pathway,
    c.variant AS variant,
    c.slot,
    CAST(e.occurred - DATE '1970-01-01' AS BIGINT) AS t,
    ((CAST(e.occurred - DATE '1970-01-01' AS BIGINT) - 19358) * 65536 + e.seq) * 32768 + CASE WHEN e.recorded - e.occurred > c.duty THEN 1 ELSE 0 END + CASE WHEN e.standing IN ('likely', 'let-stand') THEN 1 WHEN e.standing IN ('asked', 'unknown') THEN 2 ELSE 0 END * 2 + c.setting * 8 + COALESCE(p.n, 0) * 32 + CASE WHEN e.value > 0 THEN e.value ELSE 0 END * 512 AS k0,
    ((CAST(e.occurred - DATE '1970-01-01' AS BIGINT) - 19358) * 65536 + (65535 - e.seq)) * 32768 + CASE WHEN e.recorded - e.occurred > c.duty THEN 1 ELSE 0 END + CASE WHEN e.standing IN ('likely', 'let-stand') THEN 1 WHEN e.standing IN ('asked', 'unknown') THEN 2 ELSE 0 END * 2 + c.setting * 8 + COALESCE(p.n, 0) * 32 + CASE WHEN e.value > 0 THEN e.value ELSE 0 END * 512 AS f0,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contractor'), FALSE)) ELSE FALSE END) AS ok,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contractor'), FALSE)) ELSE FALSE END) AND COALESCE(e.standing, 'sure') = 'sure' AS ok_s,
    COALESCE(e.standing, 'sure') <> 'ruled-out' AND e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contractor'), FALSE)) ELSE FALSE END) AND CASE WHEN c.duty IS NULL THEN e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER)) ELSE (c.duty IS NULL OR e.recorded - e.occurred <= c.duty) AND (e.superseded IS NULL OR e.superseded > LEAST(e.occurred + CAST(c.duty AS INTEGER), (DATE '1970-01-01' + CAST($1 AS INTEGER)))) END AS ok_r,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND NOT (e.occurred >= c.valid_from AND e.occurred <= c.valid_to) AS shut
  FROM entry e JOIN pack_code c ON c.code = e.code
  LEFT JOIN place p ON p.name = e.place
  WHERE e.recorded <= (DATE '1970-01-01' + CAST($1 AS INTEGER)) AND e.occurred <= (DATE '1970-01-01' + CAST($1 AS INTEGER))) k
  JOIN (SELECT * FROM (SELECT ledger,
  pathway,
  variant,
  MIN(k0) FILTER (WHERE slot = 0 AND ok) AS s0b_k0,
  MIN(k0) FILTER (WHERE slot = 0 AND ok_s) AS s0s_k0,
  MIN(k0) FILTER (WHERE slot = 0 AND ok_r) AS s0r_k0,
  MIN(k0) FILTER (WHERE slot = 1 AND ok) AS s1b_k0,
  MIN(k0) FILTER (WHERE slot = 1 AND ok_s) AS s1s_k0,
  MIN(k0) FILTER (WHERE slot = 1 AND ok) AS s1r_k0,
  MIN(k0) FILTER (WHERE slot = 2 AND ok) AS s2b_k0,
  MIN(k0) FILTER (WHERE slot = 2 AND ok_s) AS s2s_k0,
  MIN(k0) FILTER (WHERE slot = 2 AND ok_r) AS s2r_k0,
  MIN(f0) FILTER (WHERE slot = 3 AND ok) AS s3b_k0,
  MIN(f0) FILTER (WHERE slot = 3 AND ok_s) AS s3s_k0,
  MIN(f0) FILTER (WHERE slot = 3 AND ok_r) AS s3r_k0,
  MIN(k0) FILTER (WHERE slot = 4 AND ok) AS s4b_k0,
  MIN(k0) FILTER (WHERE slot = 4 AND ok_s) AS s4s_k0,
  MAX(k0) FILTER (WHERE slot = 5 AND ok) AS s5b_k0,
  MAX(k0) FILTER (WHERE slot = 5 AND ok_s) AS s5s_k0,
  MAX(t) FILTER (WHERE ok) AS active_t,
  BOOL_OR(shut) FILTER (WHERE slot = 0) AS closed_0
FROM (
  SELECT e.ledger,
    e.pathway,
    c.variant AS variant,
    c.slot,
    CAST(e.occurred - DATE '1970-01-01' AS BIGINT) AS t,
    ((CAST(e.occurred - DATE '1970-01-01' AS BIGINT) - 19358) * 65536 + e.seq) * 32768 + CASE WHEN e.recorded - e.occurred > c.duty THEN 1 ELSE 0 END + CASE WHEN e.standing IN ('likely', 'let-stand') THEN 1 WHEN e.standing IN ('asked', 'unknown') THEN 2 ELSE 0 END * 2 + c.setting * 8 + COALESCE(p.n, 0) * 32 + CASE WHEN e.value > 0 THEN e.value ELSE 0 END * 512 AS k0,
    ((CAST(e.occurred - DATE '1970-01-01' AS BIGINT) - 19358) * 65536 + (65535 - e.seq)) * 32768 + CASE WHEN e.recorded - e.occurred > c.duty THEN 1 ELSE 0 END + CASE WHEN e.standing IN ('likely', 'let-stand') THEN 1 WHEN e.standing IN ('asked', 'unknown') THEN 2 ELSE 0 END * 2 + c.setting * 8 + COALESCE(p.n, 0) * 32 + CASE WHEN e.value > 0 THEN e.value ELSE 0 END * 512 AS f0,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contractor'), FALSE)) ELSE FALSE END) AS ok,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contractor'), FALSE)) ELSE FALSE END) AND COALESCE(e.standing, 'sure') = 'sure' AS ok_s,
    COALESCE(e.standing, 'sure') <> 'ruled-out' AND e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contractor'), FALSE)) ELSE FALSE END) AND CASE WHEN c.duty IS NULL THEN e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER)) ELSE (c.duty IS NULL OR e.recorded - e.occurred <= c.duty) AND (e.superseded IS NULL OR e.superseded > LEAST(e.occurred + CAST(c.duty AS INTEGER), (DATE '1970-01-01' + CAST($1 AS INTEGER)))) END AS ok_r,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND NOT (e.occurred >= c.valid_from AND e.occurred <= c.valid_to) AS shut
  FROM entry e JOIN pack_code c ON c.code = e.code
  LEFT JOIN place p ON p.name = e.place
  WHERE e.recorded <= (DATE '1970-01-01' + CAST($1 AS INTEGER)) AND e.occurred <= (DATE '1970-01-01' + CAST($1 AS INTEGER))
) known
GROUP BY ledger, pathway, variant) r WHERE NOT (((r.s1b_k0 >> 31) + 19358) >= ((r.s0b_k0 >> 31) + 19358)) OR NOT (((r.s1s_k0 >> 31) + 19358) >= ((r.s0s_k0 >> 31) + 19358)) OR NOT (((r.s1r_k0 >> 31) + 19358) >= ((r.s0r_k0 >> 31) + 19358)) OR NOT (((r.s2b_k0 >> 31) + 19358) >= ((r.s0b_k0 >> 31) + 19358)) OR NOT (((r.s2s_k0 >> 31) + 19358) >= ((r.s0s_k0 >> 31) + 19358)) OR NOT (((r.s2r_k0 >> 31) + 19358) >= ((r.s0r_k0 >> 31) + 19358)) OR NOT (((r.s3b_k0 >> 31) + 19358) >= ((r.s0b_k0 >> 31) + 19358)) OR NOT (((r.s3s_k0 >> 31) + 19358) >= ((r.s0s_k0 >> 31) + 19358)) OR NOT (((r.s3r_k0 >> 31) + 19358) >= ((r.s0r_k0 >> 31) + 19358))) w ON k.ledger = w.ledger AND k.pathway = w.pathway AND k.variant = w.variant
) known
GROUP BY ledger, pathway, variant) b ON b.ledger = a.ledger AND b.pathway = a.pathway AND b.variant = a.variant
