SELECT a.ledger,
  a.pathway,
  a.variant,
  a.s0b_k0,
  a.s0s_k0,
  a.s1b_k0,
  a.s1s_k0,
  a.s4b_k0,
  a.s4s_k0,
  a.s5b_k0,
  a.s5s_k0,
  a.active_t,
  a.active_d,
  CASE WHEN NOT (CASE WHEN ((a.s2b_k0 >> 3) & 1) = 1 AND ((a.s1b_k0 >> 3) & 1) = 1 THEN ((a.s2b_k0 >> 29) + 1672531200) >= ((a.s1b_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((a.s2b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s2b_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((a.s1b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s1b_k0 >> 4) & 3) - 1) END) THEN b.s2b_k0 ELSE a.s2b_k0 END AS s2b_k0,
  CASE WHEN NOT (CASE WHEN ((a.s2s_k0 >> 3) & 1) = 1 AND ((a.s1s_k0 >> 3) & 1) = 1 THEN ((a.s2s_k0 >> 29) + 1672531200) >= ((a.s1s_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((a.s2s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s2s_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((a.s1s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s1s_k0 >> 4) & 3) - 1) END) THEN b.s2s_k0 ELSE a.s2s_k0 END AS s2s_k0,
  CASE WHEN NOT (CASE WHEN ((a.s3b_k0 >> 3) & 1) = 1 AND ((a.s1b_k0 >> 3) & 1) = 1 THEN ((a.s3b_k0 >> 29) + 1672531200) >= ((a.s1b_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((a.s3b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s3b_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((a.s1b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s1b_k0 >> 4) & 3) - 1) END) THEN b.s3b_k0 ELSE a.s3b_k0 END AS s3b_k0,
  CASE WHEN NOT (CASE WHEN ((a.s3s_k0 >> 3) & 1) = 1 AND ((a.s1s_k0 >> 3) & 1) = 1 THEN ((a.s3s_k0 >> 29) + 1672531200) >= ((a.s1s_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((a.s3s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s3s_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((a.s1s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s1s_k0 >> 4) & 3) - 1) END) THEN b.s3s_k0 ELSE a.s3s_k0 END AS s3s_k0,
  CASE WHEN NOT (CASE WHEN ((a.s6b_k0 >> 3) & 1) = 1 AND ((a.s5b_k0 >> 3) & 1) = 1 THEN ((a.s6b_k0 >> 29) + 1672531200) >= ((a.s5b_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((a.s6b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s6b_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((a.s5b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s5b_k0 >> 4) & 3) - 1) END) THEN b.s6b_k0 ELSE a.s6b_k0 END AS s6b_k0,
  CASE WHEN NOT (CASE WHEN ((a.s6s_k0 >> 3) & 1) = 1 AND ((a.s5s_k0 >> 3) & 1) = 1 THEN ((a.s6s_k0 >> 29) + 1672531200) >= ((a.s5s_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((a.s6s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s6s_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((a.s5s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((a.s5s_k0 >> 4) & 3) - 1) END) THEN b.s6s_k0 ELSE a.s6s_k0 END AS s6s_k0
FROM (SELECT ledger,
  pathway,
  COALESCE(MIN(variant COLLATE "C"), '') AS variant,
  MIN(k0) FILTER (WHERE slot = 0 AND ok) AS s0b_k0,
  MIN(k0) FILTER (WHERE slot = 0 AND ok_s) AS s0s_k0,
  MIN(k0) FILTER (WHERE slot = 1 AND ok) AS s1b_k0,
  MIN(k0) FILTER (WHERE slot = 1 AND ok_s) AS s1s_k0,
  MIN(k0) FILTER (WHERE slot = 2 AND ok) AS s2b_k0,
  MIN(k0) FILTER (WHERE slot = 2 AND ok_s) AS s2s_k0,
  MIN(k0) FILTER (WHERE slot = 3 AND ok) AS s3b_k0,
  MIN(k0) FILTER (WHERE slot = 3 AND ok_s) AS s3s_k0,
  MIN(k0) FILTER (WHERE slot = 4 AND ok) AS s4b_k0,
  MIN(k0) FILTER (WHERE slot = 4 AND ok_s) AS s4s_k0,
  MIN(k0) FILTER (WHERE slot = 5 AND ok) AS s5b_k0,
  MIN(k0) FILTER (WHERE slot = 5 AND ok_s) AS s5s_k0,
  MIN(k0) FILTER (WHERE slot = 6 AND ok) AS s6b_k0,
  MIN(k0) FILTER (WHERE slot = 6 AND ok_s) AS s6s_k0,
  MAX(t) FILTER (WHERE ok) AS active_t,
  MAX(d) FILTER (WHERE ok) AS active_d
FROM (
  SELECT e.ledger,
    e.pathway,
    e.variant AS variant,
    c.slot,
    COALESCE(e.occurred_at, CAST(e.occurred - DATE '1970-01-01' AS BIGINT) * 86400) AS t,
    CAST(e.occurred - DATE '1970-01-01' AS BIGINT) AS d,
    CASE WHEN e.occurred_at IS NULL THEN 0 ELSE 1 END AS precise,
    ((COALESCE(e.occurred_at, CAST(e.occurred - DATE '1970-01-01' AS BIGINT) * 86400) - 1672531200) * 65536 + e.seq) * 8192 + CASE WHEN e.recorded - e.occurred > c.duty THEN 1 ELSE 0 END + CASE WHEN e.standing IN ('likely', 'let-stand') THEN 1 WHEN e.standing IN ('asked', 'unknown') THEN 2 ELSE 0 END * 2 + CASE WHEN e.occurred_at IS NULL THEN 0 ELSE 1 END * 8 + (CAST(e.occurred - DATE '1970-01-01' AS BIGINT) - CAST(FLOOR(COALESCE(e.occurred_at, CAST(e.occurred - DATE '1970-01-01' AS BIGINT) * 86400) / 86400.0) AS BIGINT) + 1) * 16 + c.setting * 64 + COALESCE(p.n, 0) * 512 AS k0,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AS ok,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND COALESCE(e.standing, 'sure') = 'sure' AS ok_s
  FROM entry e JOIN pack_code c ON c.code = e.code
  LEFT JOIN place p ON p.name = e.place
  WHERE e.recorded <= (DATE '1970-01-01' + CAST($1 AS INTEGER)) AND e.occurred <= (DATE '1970-01-01' + CAST($1 AS INTEGER))
) known
GROUP BY ledger, pathway) a
LEFT JOIN (SELECT ledger,
  pathway,
  COALESCE(MIN(variant COLLATE "C"), '') AS variant,
  MIN(k0) FILTER (WHERE slot = 2 AND ok AND CASE WHEN precise = 1 AND ((o_s1b_k0 >> 3) & 1) = 1 THEN t >= ((o_s1b_k0 >> 29) + 1672531200) ELSE d >= (CAST(FLOOR(((o_s1b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((o_s1b_k0 >> 4) & 3) - 1) END) AS s2b_k0,
  MIN(k0) FILTER (WHERE slot = 2 AND ok_s AND CASE WHEN precise = 1 AND ((o_s1s_k0 >> 3) & 1) = 1 THEN t >= ((o_s1s_k0 >> 29) + 1672531200) ELSE d >= (CAST(FLOOR(((o_s1s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((o_s1s_k0 >> 4) & 3) - 1) END) AS s2s_k0,
  MIN(k0) FILTER (WHERE slot = 3 AND ok AND CASE WHEN precise = 1 AND ((o_s1b_k0 >> 3) & 1) = 1 THEN t >= ((o_s1b_k0 >> 29) + 1672531200) ELSE d >= (CAST(FLOOR(((o_s1b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((o_s1b_k0 >> 4) & 3) - 1) END) AS s3b_k0,
  MIN(k0) FILTER (WHERE slot = 3 AND ok_s AND CASE WHEN precise = 1 AND ((o_s1s_k0 >> 3) & 1) = 1 THEN t >= ((o_s1s_k0 >> 29) + 1672531200) ELSE d >= (CAST(FLOOR(((o_s1s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((o_s1s_k0 >> 4) & 3) - 1) END) AS s3s_k0,
  MIN(k0) FILTER (WHERE slot = 6 AND ok AND CASE WHEN precise = 1 AND ((o_s5b_k0 >> 3) & 1) = 1 THEN t >= ((o_s5b_k0 >> 29) + 1672531200) ELSE d >= (CAST(FLOOR(((o_s5b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((o_s5b_k0 >> 4) & 3) - 1) END) AS s6b_k0,
  MIN(k0) FILTER (WHERE slot = 6 AND ok_s AND CASE WHEN precise = 1 AND ((o_s5s_k0 >> 3) & 1) = 1 THEN t >= ((o_s5s_k0 >> 29) + 1672531200) ELSE d >= (CAST(FLOOR(((o_s5s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((o_s5s_k0 >> 4) & 3) - 1) END) AS s6s_k0
FROM (
  SELECT k.*, w.s1b_k0 AS o_s1b_k0, w.s1s_k0 AS o_s1s_k0, w.s5b_k0 AS o_s5b_k0, w.s5s_k0 AS o_s5s_k0
  FROM (SELECT e.ledger,
    e.pathway,
    e.variant AS variant,
    c.slot,
    COALESCE(e.occurred_at, CAST(e.occurred - DATE '1970-01-01' AS BIGINT) * 86400) AS t,
    CAST(e.occurred - DATE '1970-01-01' AS BIGINT) AS d,
    CASE WHEN e.occurred_at IS NULL THEN 0 ELSE 1 END AS precise,
    ((COALESCE(e.occurred_at, CAST(e.occurred - DATE '1970-01-01' AS BIGINT) * 86400) - 1672531200) * 65536 + e.seq) * 8192 + CASE WHEN e.recorded - e.occurred > c.duty THEN 1 ELSE 0 END + CASE WHEN e.standing IN ('likely', 'let-stand') THEN 1 WHEN e.standing IN ('asked', 'unknown') THEN 2 ELSE 0 END * 2 + CASE WHEN e.occurred_at IS NULL THEN 0 ELSE 1 END * 8 + (CAST(e.occurred - DATE '1970-01-01' AS BIGINT) - CAST(FLOOR(COALESCE(e.occurred_at, CAST(e.occurred - DATE '1970-01-01' AS BIGINT) * 86400) / 86400.0) AS BIGINT) + 1) * 16 + c.setting * 64 + COALESCE(p.n, 0) * 512 AS k0,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AS ok,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND COALESCE(e.standing, 'sure') = 'sure' AS ok_s
  FROM entry e JOIN pack_code c ON c.code = e.code
  LEFT JOIN place p ON p.name = e.place
  WHERE e.recorded <= (DATE '1970-01-01' + CAST($1 AS INTEGER)) AND e.occurred <= (DATE '1970-01-01' + CAST($1 AS INTEGER))) k
  JOIN (SELECT * FROM (SELECT ledger,
  pathway,
  COALESCE(MIN(variant COLLATE "C"), '') AS variant,
  MIN(k0) FILTER (WHERE slot = 0 AND ok) AS s0b_k0,
  MIN(k0) FILTER (WHERE slot = 0 AND ok_s) AS s0s_k0,
  MIN(k0) FILTER (WHERE slot = 1 AND ok) AS s1b_k0,
  MIN(k0) FILTER (WHERE slot = 1 AND ok_s) AS s1s_k0,
  MIN(k0) FILTER (WHERE slot = 2 AND ok) AS s2b_k0,
  MIN(k0) FILTER (WHERE slot = 2 AND ok_s) AS s2s_k0,
  MIN(k0) FILTER (WHERE slot = 3 AND ok) AS s3b_k0,
  MIN(k0) FILTER (WHERE slot = 3 AND ok_s) AS s3s_k0,
  MIN(k0) FILTER (WHERE slot = 4 AND ok) AS s4b_k0,
  MIN(k0) FILTER (WHERE slot = 4 AND ok_s) AS s4s_k0,
  MIN(k0) FILTER (WHERE slot = 5 AND ok) AS s5b_k0,
  MIN(k0) FILTER (WHERE slot = 5 AND ok_s) AS s5s_k0,
  MIN(k0) FILTER (WHERE slot = 6 AND ok) AS s6b_k0,
  MIN(k0) FILTER (WHERE slot = 6 AND ok_s) AS s6s_k0,
  MAX(t) FILTER (WHERE ok) AS active_t,
  MAX(d) FILTER (WHERE ok) AS active_d
FROM (
  SELECT e.ledger,
    e.pathway,
    e.variant AS variant,
    c.slot,
    COALESCE(e.occurred_at, CAST(e.occurred - DATE '1970-01-01' AS BIGINT) * 86400) AS t,
    CAST(e.occurred - DATE '1970-01-01' AS BIGINT) AS d,
    CASE WHEN e.occurred_at IS NULL THEN 0 ELSE 1 END AS precise,
    ((COALESCE(e.occurred_at, CAST(e.occurred - DATE '1970-01-01' AS BIGINT) * 86400) - 1672531200) * 65536 + e.seq) * 8192 + CASE WHEN e.recorded - e.occurred > c.duty THEN 1 ELSE 0 END + CASE WHEN e.standing IN ('likely', 'let-stand') THEN 1 WHEN e.standing IN ('asked', 'unknown') THEN 2 ELSE 0 END * 2 + CASE WHEN e.occurred_at IS NULL THEN 0 ELSE 1 END * 8 + (CAST(e.occurred - DATE '1970-01-01' AS BIGINT) - CAST(FLOOR(COALESCE(e.occurred_at, CAST(e.occurred - DATE '1970-01-01' AS BIGINT) * 86400) / 86400.0) AS BIGINT) + 1) * 16 + c.setting * 64 + COALESCE(p.n, 0) * 512 AS k0,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AS ok,
    (e.superseded IS NULL OR e.superseded > (DATE '1970-01-01' + CAST($1 AS INTEGER))) AND COALESCE(e.standing, 'sure') <> 'ruled-out' AND COALESCE(e.standing, 'sure') = 'sure' AS ok_s
  FROM entry e JOIN pack_code c ON c.code = e.code
  LEFT JOIN place p ON p.name = e.place
  WHERE e.recorded <= (DATE '1970-01-01' + CAST($1 AS INTEGER)) AND e.occurred <= (DATE '1970-01-01' + CAST($1 AS INTEGER))
) known
GROUP BY ledger, pathway) r WHERE NOT (CASE WHEN ((r.s2b_k0 >> 3) & 1) = 1 AND ((r.s1b_k0 >> 3) & 1) = 1 THEN ((r.s2b_k0 >> 29) + 1672531200) >= ((r.s1b_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((r.s2b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s2b_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((r.s1b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s1b_k0 >> 4) & 3) - 1) END) OR NOT (CASE WHEN ((r.s2s_k0 >> 3) & 1) = 1 AND ((r.s1s_k0 >> 3) & 1) = 1 THEN ((r.s2s_k0 >> 29) + 1672531200) >= ((r.s1s_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((r.s2s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s2s_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((r.s1s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s1s_k0 >> 4) & 3) - 1) END) OR NOT (CASE WHEN ((r.s3b_k0 >> 3) & 1) = 1 AND ((r.s1b_k0 >> 3) & 1) = 1 THEN ((r.s3b_k0 >> 29) + 1672531200) >= ((r.s1b_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((r.s3b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s3b_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((r.s1b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s1b_k0 >> 4) & 3) - 1) END) OR NOT (CASE WHEN ((r.s3s_k0 >> 3) & 1) = 1 AND ((r.s1s_k0 >> 3) & 1) = 1 THEN ((r.s3s_k0 >> 29) + 1672531200) >= ((r.s1s_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((r.s3s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s3s_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((r.s1s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s1s_k0 >> 4) & 3) - 1) END) OR NOT (CASE WHEN ((r.s6b_k0 >> 3) & 1) = 1 AND ((r.s5b_k0 >> 3) & 1) = 1 THEN ((r.s6b_k0 >> 29) + 1672531200) >= ((r.s5b_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((r.s6b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s6b_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((r.s5b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s5b_k0 >> 4) & 3) - 1) END) OR NOT (CASE WHEN ((r.s6s_k0 >> 3) & 1) = 1 AND ((r.s5s_k0 >> 3) & 1) = 1 THEN ((r.s6s_k0 >> 29) + 1672531200) >= ((r.s5s_k0 >> 29) + 1672531200) ELSE (CAST(FLOOR(((r.s6s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s6s_k0 >> 4) & 3) - 1) >= (CAST(FLOOR(((r.s5s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s5s_k0 >> 4) & 3) - 1) END)) w ON k.ledger = w.ledger AND k.pathway = w.pathway
) known
GROUP BY ledger, pathway) b ON b.ledger = a.ledger AND b.pathway = a.pathway
