SELECT a.ledger,
  a.pathway,
  a.variant,
  a.variant_n,
  a.s0b_k0,
  a.s0s_k0,
  a.s0r_k0,
  a.s4b_k0,
  a.s5b_k0,
  a.active_t,
  a.closed_0,
  CASE WHEN NOT (((a.s1b_k0 >> 31) + 19358) >= ((a.s0b_k0 >> 31) + 19358)) THEN b.s1b_k0 ELSE a.s1b_k0 END AS s1b_k0,
  CASE WHEN NOT (((a.s2b_k0 >> 31) + 19358) >= ((a.s0b_k0 >> 31) + 19358)) THEN b.s2b_k0 ELSE a.s2b_k0 END AS s2b_k0,
  CASE WHEN NOT (((a.s3b_k0 >> 31) + 19358) >= ((a.s0b_k0 >> 31) + 19358)) THEN b.s3b_k0 ELSE a.s3b_k0 END AS s3b_k0,
  CASE WHEN NOT (((a.s3s_k0 >> 31) + 19358) >= ((a.s0s_k0 >> 31) + 19358)) THEN b.s3s_k0 ELSE a.s3s_k0 END AS s3s_k0,
  CASE WHEN NOT (((a.s3r_k0 >> 31) + 19358) >= ((a.s0r_k0 >> 31) + 19358)) THEN b.s3r_k0 ELSE a.s3r_k0 END AS s3r_k0
FROM (SELECT ledger,
  pathway,
  (ARRAY['', 'marsh', 'hill', 'island'])[variant_n + 1] AS variant,
  variant_n,
  MIN(k0) FILTER (WHERE slot_b = 0) AS s0b_k0,
  MIN(k0) FILTER (WHERE slot_s = 0) AS s0s_k0,
  MIN(k0) FILTER (WHERE slot_r = 0) AS s0r_k0,
  MIN(k0) FILTER (WHERE slot_b = 1) AS s1b_k0,
  MIN(k0) FILTER (WHERE slot_b = 2) AS s2b_k0,
  MIN(f0) FILTER (WHERE slot_b = 3) AS s3b_k0,
  MIN(f0) FILTER (WHERE slot_s = 3) AS s3s_k0,
  MIN(f0) FILTER (WHERE slot_r = 3) AS s3r_k0,
  MIN(k0) FILTER (WHERE slot_b = 4) AS s4b_k0,
  MAX(k0) FILTER (WHERE slot_b = 5) AS s5b_k0,
  MAX(t) FILTER (WHERE ok) AS active_t,
  BOOL_OR(shut) FILTER (WHERE slot = 0) AS closed_0
FROM (
  SELECT ledger,
    pathway,
    variant_n,
    slot,
    t,
    ((t - 19358) * 65536 + seq) * 32768 + CASE WHEN lag > duty THEN 1 ELSE 0 END + doubt * 2 + setting * 8 + place_n * 32 + amount * 512 AS k0,
    ((t - 19358) * 65536 + (65535 - seq)) * 32768 + CASE WHEN lag > duty THEN 1 ELSE 0 END + doubt * 2 + setting * 8 + place_n * 32 + amount * 512 AS f0,
    ok,
    CASE WHEN ok THEN slot END AS slot_b,
    CASE WHEN ok AND is_sure THEN slot END AS slot_s,
    CASE WHEN CASE WHEN duty IS NULL THEN ok ELSE by_rule AND lag <= duty AND (superseded IS NULL OR superseded > LEAST(occurred + CAST(duty AS INTEGER), (DATE '1970-01-01' + CAST($1 AS INTEGER)))) END THEN slot END AS slot_r,
    shut
  FROM (
  SELECT e.ledger,
    e.pathway,
    c.variant_n,
    c.slot,
    c.setting,
    e.seq,
    CAST(e.occurred - DATE '1970-01-01' AS BIGINT) AS t,
    c.duty,
    e.recorded - e.occurred AS lag,
    COALESCE(p.n, 0) AS place_n,
    CASE WHEN e.value > 0 THEN e.value ELSE 0 END AS amount,
    COALESCE((ARRAY[0, 1, 1, 2, 2, 0])[ARRAY_POSITION(ARRAY['sure', 'likely', 'let-stand', 'asked', 'unknown', 'ruled-out'], e.standing)], 0) AS doubt,
    COALESCE(e.standing, 'sure') = 'sure' AS is_sure,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contractor'), FALSE)) ELSE FALSE END) AS ok,
    e.occurred,
    e.superseded,
    COALESCE(e.standing, 'sure') <> 'ruled-out' AND e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contractor'), FALSE)) ELSE FALSE END) AS by_rule,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND NOT (e.occurred >= c.valid_from AND e.occurred <= c.valid_to) AS shut
  FROM entry e JOIN pack_code c ON c.code = e.code
  LEFT JOIN place p ON p.name = e.place
  WHERE e.recorded <= (DATE '1970-01-01' + CAST($1 AS INTEGER)) AND e.occurred <= (DATE '1970-01-01' + CAST($1 AS INTEGER))
  ) e
) known
GROUP BY ledger, pathway, variant_n) a
LEFT JOIN (SELECT ledger,
  pathway,
  (ARRAY['', 'marsh', 'hill', 'island'])[variant_n + 1] AS variant,
  variant_n,
  MIN(k0) FILTER (WHERE slot_b = 1 AND t >= ((o_s0b_k0 >> 31) + 19358)) AS s1b_k0,
  MIN(k0) FILTER (WHERE slot_b = 2 AND t >= ((o_s0b_k0 >> 31) + 19358)) AS s2b_k0,
  MIN(f0) FILTER (WHERE slot_b = 3 AND t >= ((o_s0b_k0 >> 31) + 19358)) AS s3b_k0,
  MIN(f0) FILTER (WHERE slot_s = 3 AND t >= ((o_s0s_k0 >> 31) + 19358)) AS s3s_k0,
  MIN(f0) FILTER (WHERE slot_r = 3 AND t >= ((o_s0r_k0 >> 31) + 19358)) AS s3r_k0
FROM (
  SELECT k.*, w.s0b_k0 AS o_s0b_k0, w.s0s_k0 AS o_s0s_k0, w.s0r_k0 AS o_s0r_k0
  FROM (SELECT ledger,
    pathway,
    variant_n,
    slot,
    t,
    ((t - 19358) * 65536 + seq) * 32768 + CASE WHEN lag > duty THEN 1 ELSE 0 END + doubt * 2 + setting * 8 + place_n * 32 + amount * 512 AS k0,
    ((t - 19358) * 65536 + (65535 - seq)) * 32768 + CASE WHEN lag > duty THEN 1 ELSE 0 END + doubt * 2 + setting * 8 + place_n * 32 + amount * 512 AS f0,
    ok,
    CASE WHEN ok THEN slot END AS slot_b,
    CASE WHEN ok AND is_sure THEN slot END AS slot_s,
    CASE WHEN CASE WHEN duty IS NULL THEN ok ELSE by_rule AND lag <= duty AND (superseded IS NULL OR superseded > LEAST(occurred + CAST(duty AS INTEGER), (DATE '1970-01-01' + CAST($1 AS INTEGER)))) END THEN slot END AS slot_r,
    shut
  FROM (
  SELECT e.ledger,
    e.pathway,
    c.variant_n,
    c.slot,
    c.setting,
    e.seq,
    CAST(e.occurred - DATE '1970-01-01' AS BIGINT) AS t,
    c.duty,
    e.recorded - e.occurred AS lag,
    COALESCE(p.n, 0) AS place_n,
    CASE WHEN e.value > 0 THEN e.value ELSE 0 END AS amount,
    COALESCE((ARRAY[0, 1, 1, 2, 2, 0])[ARRAY_POSITION(ARRAY['sure', 'likely', 'let-stand', 'asked', 'unknown', 'ruled-out'], e.standing)], 0) AS doubt,
    COALESCE(e.standing, 'sure') = 'sure' AS is_sure,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contractor'), FALSE)) ELSE FALSE END) AS ok,
    e.occurred,
    e.superseded,
    COALESCE(e.standing, 'sure') <> 'ruled-out' AND e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contractor'), FALSE)) ELSE FALSE END) AS by_rule,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND NOT (e.occurred >= c.valid_from AND e.occurred <= c.valid_to) AS shut
  FROM entry e JOIN pack_code c ON c.code = e.code
  LEFT JOIN place p ON p.name = e.place
  WHERE e.recorded <= (DATE '1970-01-01' + CAST($1 AS INTEGER)) AND e.occurred <= (DATE '1970-01-01' + CAST($1 AS INTEGER))
  ) e) k
  JOIN (SELECT * FROM (SELECT ledger,
  pathway,
  (ARRAY['', 'marsh', 'hill', 'island'])[variant_n + 1] AS variant,
  variant_n,
  MIN(k0) FILTER (WHERE slot_b = 0) AS s0b_k0,
  MIN(k0) FILTER (WHERE slot_s = 0) AS s0s_k0,
  MIN(k0) FILTER (WHERE slot_r = 0) AS s0r_k0,
  MIN(k0) FILTER (WHERE slot_b = 1) AS s1b_k0,
  MIN(k0) FILTER (WHERE slot_b = 2) AS s2b_k0,
  MIN(f0) FILTER (WHERE slot_b = 3) AS s3b_k0,
  MIN(f0) FILTER (WHERE slot_s = 3) AS s3s_k0,
  MIN(f0) FILTER (WHERE slot_r = 3) AS s3r_k0,
  MIN(k0) FILTER (WHERE slot_b = 4) AS s4b_k0,
  MAX(k0) FILTER (WHERE slot_b = 5) AS s5b_k0,
  MAX(t) FILTER (WHERE ok) AS active_t,
  BOOL_OR(shut) FILTER (WHERE slot = 0) AS closed_0
FROM (
  SELECT ledger,
    pathway,
    variant_n,
    slot,
    t,
    ((t - 19358) * 65536 + seq) * 32768 + CASE WHEN lag > duty THEN 1 ELSE 0 END + doubt * 2 + setting * 8 + place_n * 32 + amount * 512 AS k0,
    ((t - 19358) * 65536 + (65535 - seq)) * 32768 + CASE WHEN lag > duty THEN 1 ELSE 0 END + doubt * 2 + setting * 8 + place_n * 32 + amount * 512 AS f0,
    ok,
    CASE WHEN ok THEN slot END AS slot_b,
    CASE WHEN ok AND is_sure THEN slot END AS slot_s,
    CASE WHEN CASE WHEN duty IS NULL THEN ok ELSE by_rule AND lag <= duty AND (superseded IS NULL OR superseded > LEAST(occurred + CAST(duty AS INTEGER), (DATE '1970-01-01' + CAST($1 AS INTEGER)))) END THEN slot END AS slot_r,
    shut
  FROM (
  SELECT e.ledger,
    e.pathway,
    c.variant_n,
    c.slot,
    c.setting,
    e.seq,
    CAST(e.occurred - DATE '1970-01-01' AS BIGINT) AS t,
    c.duty,
    e.recorded - e.occurred AS lag,
    COALESCE(p.n, 0) AS place_n,
    CASE WHEN e.value > 0 THEN e.value ELSE 0 END AS amount,
    COALESCE((ARRAY[0, 1, 1, 2, 2, 0])[ARRAY_POSITION(ARRAY['sure', 'likely', 'let-stand', 'asked', 'unknown', 'ruled-out'], e.standing)], 0) AS doubt,
    COALESCE(e.standing, 'sure') = 'sure' AS is_sure,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contractor'), FALSE)) ELSE FALSE END) AS ok,
    e.occurred,
    e.superseded,
    COALESCE(e.standing, 'sure') <> 'ruled-out' AND e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contractor'), FALSE)) ELSE FALSE END) AS by_rule,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND NOT (e.occurred >= c.valid_from AND e.occurred <= c.valid_to) AS shut
  FROM entry e JOIN pack_code c ON c.code = e.code
  LEFT JOIN place p ON p.name = e.place
  WHERE e.recorded <= (DATE '1970-01-01' + CAST($1 AS INTEGER)) AND e.occurred <= (DATE '1970-01-01' + CAST($1 AS INTEGER))
  ) e
) known
GROUP BY ledger, pathway, variant_n) r WHERE NOT (((r.s1b_k0 >> 31) + 19358) >= ((r.s0b_k0 >> 31) + 19358)) OR NOT (((r.s2b_k0 >> 31) + 19358) >= ((r.s0b_k0 >> 31) + 19358)) OR NOT (((r.s3b_k0 >> 31) + 19358) >= ((r.s0b_k0 >> 31) + 19358)) OR NOT (((r.s3s_k0 >> 31) + 19358) >= ((r.s0s_k0 >> 31) + 19358)) OR NOT (((r.s3r_k0 >> 31) + 19358) >= ((r.s0r_k0 >> 31) + 19358))) w ON k.ledger = w.ledger AND k.pathway = w.pathway AND k.variant_n = w.variant_n
) known
GROUP BY ledger, pathway, variant_n) b ON b.ledger = a.ledger AND b.pathway = a.pathway AND b.variant_n = a.variant_n
