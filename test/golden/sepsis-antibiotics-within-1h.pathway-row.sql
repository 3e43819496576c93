SELECT a.ledger,
  a.pathway,
  a.variant,
  a.variant_n,
  a.s0b_k0,
  a.s1b_k0,
  a.s1s_k0,
  a.s4b_k0,
  a.s5b_k0,
  a.active_t,
  a.active_d,
  CASE WHEN NOT (CASE WHEN ((a.s2b_k0 >> 3) & 1) = 1 AND ((a.s1b_k0 >> 3) & 1) = 1 THEN ((a.s2b_k0 >> 29) + 1672531200) >= ((a.s1b_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((a.s2b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s2b_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((a.s1b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s1b_k0 >> 4) & 3) - 1) END) THEN b.s2b_k0 ELSE a.s2b_k0 END AS s2b_k0,
  CASE WHEN NOT (CASE WHEN ((a.s2s_k0 >> 3) & 1) = 1 AND ((a.s1s_k0 >> 3) & 1) = 1 THEN ((a.s2s_k0 >> 29) + 1672531200) >= ((a.s1s_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((a.s2s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s2s_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((a.s1s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s1s_k0 >> 4) & 3) - 1) END) THEN b.s2s_k0 ELSE a.s2s_k0 END AS s2s_k0,
  CASE WHEN NOT (CASE WHEN ((a.s3b_k0 >> 3) & 1) = 1 AND ((a.s1b_k0 >> 3) & 1) = 1 THEN ((a.s3b_k0 >> 29) + 1672531200) >= ((a.s1b_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((a.s3b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s3b_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((a.s1b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s1b_k0 >> 4) & 3) - 1) END) THEN b.s3b_k0 ELSE a.s3b_k0 END AS s3b_k0,
  CASE WHEN NOT (CASE WHEN ((a.s6b_k0 >> 3) & 1) = 1 AND ((a.s5b_k0 >> 3) & 1) = 1 THEN ((a.s6b_k0 >> 29) + 1672531200) >= ((a.s5b_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((a.s6b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s6b_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((a.s5b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s5b_k0 >> 4) & 3) - 1) END) THEN b.s6b_k0 ELSE a.s6b_k0 END AS s6b_k0
FROM (SELECT ledger,
  pathway,
  COALESCE(MIN(variant COLLATE "C"), '') AS variant,
  COALESCE(ARRAY_POSITION(ARRAY[''], COALESCE(MIN(variant COLLATE "C"), '')) - 1, -1) AS variant_n,
  MIN(k0) FILTER (WHERE slot_b = 0) AS s0b_k0,
  MIN(k0) FILTER (WHERE slot_b = 1) AS s1b_k0,
  MIN(k0) FILTER (WHERE slot_s = 1) AS s1s_k0,
  MIN(k0) FILTER (WHERE slot_b = 2) AS s2b_k0,
  MIN(k0) FILTER (WHERE slot_s = 2) AS s2s_k0,
  MIN(k0) FILTER (WHERE slot_b = 3) AS s3b_k0,
  MIN(k0) FILTER (WHERE slot_b = 4) AS s4b_k0,
  MIN(k0) FILTER (WHERE slot_b = 5) AS s5b_k0,
  MIN(k0) FILTER (WHERE slot_b = 6) AS s6b_k0,
  MAX(t) FILTER (WHERE ok) AS active_t,
  MAX(d) FILTER (WHERE ok) AS active_d
FROM (
  SELECT ledger,
    pathway,
    variant,
    slot,
    t,
    d,
    precise,
    ((t - 1672531200) * 65536 + seq) * 8192 + CASE WHEN lag > duty THEN 1 ELSE 0 END + doubt * 2 + precise * 8 + (d - CAST(FLOOR(t / 86400.0) AS BIGINT) + 1) * 16 + setting * 64 + place_n * 512 AS k0,
    ok,
    CASE WHEN ok THEN slot END AS slot_b,
    CASE WHEN ok AND is_sure THEN slot END AS slot_s
  FROM (
  SELECT e.ledger,
    e.pathway,
    e.variant,
    c.slot,
    c.setting,
    e.seq,
    COALESCE(e.occurred_at, CAST(e.occurred - DATE '1970-01-01' AS BIGINT) * 86400) AS t,
    CAST(e.occurred - DATE '1970-01-01' AS BIGINT) AS d,
    CASE WHEN e.occurred_at IS NULL THEN 0 ELSE 1 END AS precise,
    c.duty,
    e.recorded - e.occurred AS lag,
    COALESCE(p.n, 0) AS place_n,
    COALESCE((ARRAY[0, 1, 1, 2, 2, 0])[ARRAY_POSITION(ARRAY['sure', 'likely', 'let-stand', 'asked', 'unknown', 'ruled-out'], e.standing)], 0) AS doubt,
    COALESCE(e.standing, 'sure') = 'sure' AS is_sure,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AS ok
  FROM entry e JOIN pack_code c ON c.code = e.code
  LEFT JOIN place p ON p.name = e.place
  WHERE e.recorded <= (DATE '1970-01-01' + CAST($1 AS INTEGER)) AND e.occurred <= (DATE '1970-01-01' + CAST($1 AS INTEGER))
  ) e
) known
GROUP BY ledger, pathway) a
LEFT JOIN (SELECT ledger,
  pathway,
  COALESCE(MIN(variant COLLATE "C"), '') AS variant,
  COALESCE(ARRAY_POSITION(ARRAY[''], COALESCE(MIN(variant COLLATE "C"), '')) - 1, -1) AS variant_n,
  MIN(k0) FILTER (WHERE slot_b = 2 AND CASE WHEN precise = 1 AND ((o_s1b_k0 >> 3) & 1) = 1 THEN t >= ((o_s1b_k0 >> 29) + 1672531200) ELSE d >= (CAST(FLOOR(((o_s1b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((o_s1b_k0 >> 4) & 3) - 1) END) AS s2b_k0,
  MIN(k0) FILTER (WHERE slot_s = 2 AND CASE WHEN precise = 1 AND ((o_s1s_k0 >> 3) & 1) = 1 THEN t >= ((o_s1s_k0 >> 29) + 1672531200) ELSE d >= (CAST(FLOOR(((o_s1s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((o_s1s_k0 >> 4) & 3) - 1) END) AS s2s_k0,
  MIN(k0) FILTER (WHERE slot_b = 3 AND CASE WHEN precise = 1 AND ((o_s1b_k0 >> 3) & 1) = 1 THEN t >= ((o_s1b_k0 >> 29) + 1672531200) ELSE d >= (CAST(FLOOR(((o_s1b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((o_s1b_k0 >> 4) & 3) - 1) END) AS s3b_k0,
  MIN(k0) FILTER (WHERE slot_b = 6 AND CASE WHEN precise = 1 AND ((o_s5b_k0 >> 3) & 1) = 1 THEN t >= ((o_s5b_k0 >> 29) + 1672531200) ELSE d >= (CAST(FLOOR(((o_s5b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((o_s5b_k0 >> 4) & 3) - 1) END) AS s6b_k0
FROM (
  SELECT k.*, w.s1b_k0 AS o_s1b_k0, w.s1s_k0 AS o_s1s_k0, w.s5b_k0 AS o_s5b_k0
  FROM (SELECT ledger,
    pathway,
    variant,
    slot,
    t,
    d,
    precise,
    ((t - 1672531200) * 65536 + seq) * 8192 + CASE WHEN lag > duty THEN 1 ELSE 0 END + doubt * 2 + precise * 8 + (d - CAST(FLOOR(t / 86400.0) AS BIGINT) + 1) * 16 + setting * 64 + place_n * 512 AS k0,
    ok,
    CASE WHEN ok THEN slot END AS slot_b,
    CASE WHEN ok AND is_sure THEN slot END AS slot_s
  FROM (
  SELECT e.ledger,
    e.pathway,
    e.variant,
    c.slot,
    c.setting,
    e.seq,
    COALESCE(e.occurred_at, CAST(e.occurred - DATE '1970-01-01' AS BIGINT) * 86400) AS t,
    CAST(e.occurred - DATE '1970-01-01' AS BIGINT) AS d,
    CASE WHEN e.occurred_at IS NULL THEN 0 ELSE 1 END AS precise,
    c.duty,
    e.recorded - e.occurred AS lag,
    COALESCE(p.n, 0) AS place_n,
    COALESCE((ARRAY[0, 1, 1, 2, 2, 0])[ARRAY_POSITION(ARRAY['sure', 'likely', 'let-stand', 'asked', 'unknown', 'ruled-out'], e.standing)], 0) AS doubt,
    COALESCE(e.standing, 'sure') = 'sure' AS is_sure,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AS ok
  FROM entry e JOIN pack_code c ON c.code = e.code
  LEFT JOIN place p ON p.name = e.place
  WHERE e.recorded <= (DATE '1970-01-01' + CAST($1 AS INTEGER)) AND e.occurred <= (DATE '1970-01-01' + CAST($1 AS INTEGER))
  ) e) k
  JOIN (SELECT * FROM (SELECT ledger,
  pathway,
  COALESCE(MIN(variant COLLATE "C"), '') AS variant,
  COALESCE(ARRAY_POSITION(ARRAY[''], COALESCE(MIN(variant COLLATE "C"), '')) - 1, -1) AS variant_n,
  MIN(k0) FILTER (WHERE slot_b = 0) AS s0b_k0,
  MIN(k0) FILTER (WHERE slot_b = 1) AS s1b_k0,
  MIN(k0) FILTER (WHERE slot_s = 1) AS s1s_k0,
  MIN(k0) FILTER (WHERE slot_b = 2) AS s2b_k0,
  MIN(k0) FILTER (WHERE slot_s = 2) AS s2s_k0,
  MIN(k0) FILTER (WHERE slot_b = 3) AS s3b_k0,
  MIN(k0) FILTER (WHERE slot_b = 4) AS s4b_k0,
  MIN(k0) FILTER (WHERE slot_b = 5) AS s5b_k0,
  MIN(k0) FILTER (WHERE slot_b = 6) AS s6b_k0,
  MAX(t) FILTER (WHERE ok) AS active_t,
  MAX(d) FILTER (WHERE ok) AS active_d
FROM (
  SELECT ledger,
    pathway,
    variant,
    slot,
    t,
    d,
    precise,
    ((t - 1672531200) * 65536 + seq) * 8192 + CASE WHEN lag > duty THEN 1 ELSE 0 END + doubt * 2 + precise * 8 + (d - CAST(FLOOR(t / 86400.0) AS BIGINT) + 1) * 16 + setting * 64 + place_n * 512 AS k0,
    ok,
    CASE WHEN ok THEN slot END AS slot_b,
    CASE WHEN ok AND is_sure THEN slot END AS slot_s
  FROM (
  SELECT e.ledger,
    e.pathway,
    e.variant,
    c.slot,
    c.setting,
    e.seq,
    COALESCE(e.occurred_at, CAST(e.occurred - DATE '1970-01-01' AS BIGINT) * 86400) AS t,
    CAST(e.occurred - DATE '1970-01-01' AS BIGINT) AS d,
    CASE WHEN e.occurred_at IS NULL THEN 0 ELSE 1 END AS precise,
    c.duty,
    e.recorded - e.occurred AS lag,
    COALESCE(p.n, 0) AS place_n,
    COALESCE((ARRAY[0, 1, 1, 2, 2, 0])[ARRAY_POSITION(ARRAY['sure', 'likely', 'let-stand', 'asked', 'unknown', 'ruled-out'], e.standing)], 0) AS doubt,
    COALESCE(e.standing, 'sure') = 'sure' AS is_sure,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AS ok
  FROM entry e JOIN pack_code c ON c.code = e.code
  LEFT JOIN place p ON p.name = e.place
  WHERE e.recorded <= (DATE '1970-01-01' + CAST($1 AS INTEGER)) AND e.occurred <= (DATE '1970-01-01' + CAST($1 AS INTEGER))
  ) e
) known
GROUP BY ledger, pathway) r WHERE NOT (CASE WHEN ((r.s2b_k0 >> 3) & 1) = 1 AND ((r.s1b_k0 >> 3) & 1) = 1 THEN ((r.s2b_k0 >> 29) + 1672531200) >= ((r.s1b_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((r.s2b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s2b_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((r.s1b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s1b_k0 >> 4) & 3) - 1) END) OR NOT (CASE WHEN ((r.s2s_k0 >> 3) & 1) = 1 AND ((r.s1s_k0 >> 3) & 1) = 1 THEN ((r.s2s_k0 >> 29) + 1672531200) >= ((r.s1s_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((r.s2s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s2s_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((r.s1s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s1s_k0 >> 4) & 3) - 1) END) OR NOT (CASE WHEN ((r.s3b_k0 >> 3) & 1) = 1 AND ((r.s1b_k0 >> 3) & 1) = 1 THEN ((r.s3b_k0 >> 29) + 1672531200) >= ((r.s1b_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((r.s3b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s3b_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((r.s1b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s1b_k0 >> 4) & 3) - 1) END) OR NOT (CASE WHEN ((r.s6b_k0 >> 3) & 1) = 1 AND ((r.s5b_k0 >> 3) & 1) = 1 THEN ((r.s6b_k0 >> 29) + 1672531200) >= ((r.s5b_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((r.s6b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s6b_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((r.s5b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s5b_k0 >> 4) & 3) - 1) END)) w ON k.ledger = w.ledger AND k.pathway = w.pathway
) known
GROUP BY ledger, pathway) b ON b.ledger = a.ledger AND b.pathway = a.pathway
