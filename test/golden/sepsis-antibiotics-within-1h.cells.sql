SELECT ledger, place_n, period_n, variant, CASE WHEN why IS NULL THEN 0 WHEN why < 10 THEN 1 ELSE 2 END AS bin, COALESCE(why IN (16, 17, 18, 19, 20, 21), FALSE) AS is_unknown, why, length,
  weight, real_time, real_time_met, real_time_missed, pathways
FROM (
SELECT ledger, place_n, period_n, variant, why, length,
  COUNT(*) * 1000000 AS weight,
  COUNT(CASE WHEN real_time THEN 1 END) * 1000000 AS real_time,
  COUNT(CASE WHEN real_time_bin = 0 THEN 1 END) * 1000000 AS real_time_met,
  COUNT(CASE WHEN real_time_bin = 1 THEN 1 END) * 1000000 AS real_time_missed,
  COUNT(*) AS pathways
FROM (
SELECT ledger, place_n, CAST(EXTRACT(YEAR FROM (DATE '1970-01-01' + CAST(period_d AS INTEGER))) AS BIGINT) * 100 + CAST(EXTRACT(MONTH FROM (DATE '1970-01-01' + CAST(period_d AS INTEGER))) AS BIGINT) AS period_n, variant, why, length, weight, real_time, real_time_bin, is_first
FROM (
SELECT ledger, pathway, variant, variant_n, period_d, bin, why, state, length, run, limit_amount, start_d, stop_d, doubt, real_time, real_time_bin, whole_place AS place_n, 1000000 AS weight, TRUE AS is_first
FROM (
SELECT x.*,
  CASE WHEN i0b_state = 0 THEN 0 WHEN i0b_state <= 1 THEN 1 ELSE 2 END AS bin,
  CASE i0b_state WHEN 0 THEN NULL WHEN 1 THEN CASE WHEN (COALESCE(i0b_start_doubt, 0) = 1 OR COALESCE(i0b_stop_doubt, 0) = 1) AND COALESCE(i0s_state = 0, FALSE) THEN 0 WHEN i0b_no_patient <= i0b_amount THEN 1 WHEN i0b_no_medical <= i0b_amount THEN 2 ELSE 3 END WHEN 2 THEN 10 WHEN 3 THEN CASE WHEN i0b_waiting THEN 11 ELSE 12 END ELSE i0b_state + 3 END AS why,
  i0b_state AS state,
  CASE WHEN i0b_state <= 1 THEN i0b_gross - i0b_paused END AS length,
  CASE WHEN i0b_state <= 3 THEN i0b_gross - i0b_paused END AS run,
  i0b_limit AS limit_amount,
  i0b_start_d AS start_d,
  i0b_stop_d AS stop_d,
  CASE WHEN i0b_state <= 1 AND (COALESCE(i0b_start_doubt, 0) = 1 OR COALESCE(i0b_stop_doubt, 0) = 1) THEN CASE i0s_state WHEN 0 THEN 0 WHEN 1 THEN 1 ELSE 2 END END AS doubt,
  CASE WHEN i0b_state <= 1 THEN COALESCE(i0b_start_late, 0) = 0 AND COALESCE(i0b_stop_late, 0) = 0 END AS real_time,
  CASE i0b_state WHEN 0 THEN 0 WHEN 1 THEN 1 END AS real_time_bin,
  COALESCE(s1b_d, i0b_limit_d, i0b_start_d, active_d, $1) AS period_d,
  COALESCE(NULLIF(s0b_place, 0), NULLIF(i0b_start_place, 0), 0) AS whole_place
FROM (
SELECT x.*,
  CASE WHEN (i0b_state <= 3 OR (i0b_state = 18 AND i0b_kind = 0 AND i0b_stop_t IS NULL)) THEN CAST(CAST(to_timestamp(i0b_start_t + i0b_amount + i0b_paused) AT TIME ZONE 'Europe/Amsterdam' AS DATE) - DATE '1970-01-01' AS BIGINT) END AS i0b_limit_d,
  CASE WHEN (i0b_state <= 3 OR (i0b_state = 18 AND i0b_kind = 0 AND i0b_stop_t IS NULL)) THEN i0b_amount END AS i0b_limit,
  COALESCE(i0b_active_u - i0b_start_u - i0b_paused > i0b_amount, FALSE) AS i0b_waiting
FROM (
SELECT x.*,
  CASE
    WHEN i0s_same THEN i0b_state
    WHEN i0s_start_t IS NOT NULL AND i0s_stop_t IS NOT NULL THEN CASE
      WHEN i0s_start_precise = 0 OR i0s_stop_precise = 0 THEN 15
      WHEN i0s_stop_t < i0s_start_t THEN 16
      WHEN i0s_kind IS NULL OR i0s_kind = 1 THEN 18
      WHEN i0s_kind = 2 THEN 12
      WHEN i0s_gross - i0s_paused <= i0s_amount THEN 0
      ELSE 1 END END AS i0s_state
FROM (
SELECT x.*,
  CASE
    WHEN i0b_start_t IS NOT NULL AND i0b_stop_t IS NOT NULL THEN CASE
      WHEN i0b_start_doubt = 2 OR i0b_stop_doubt = 2 THEN 14
      WHEN i0b_start_precise = 0 OR i0b_stop_precise = 0 THEN 15
      WHEN i0b_stop_t < i0b_start_t THEN 16
      WHEN i0b_kind IS NULL OR i0b_kind = 1 THEN 18
      WHEN i0b_kind = 2 THEN 12
      WHEN i0b_gross - i0b_paused <= i0b_amount THEN 0
      ELSE 1 END
    WHEN i0b_start_t IS NULL AND i0b_stop_t IS NULL AND ((s2b_t IS NOT NULL) OR (s3b_t IS NOT NULL) OR (s4b_t IS NOT NULL) OR (s5b_t IS NOT NULL) OR (s6b_t IS NOT NULL)) THEN 13
    WHEN i0b_start_t IS NULL AND i0b_stop_t IS NULL THEN NULL
    WHEN i0b_stop_t IS NOT NULL THEN 13
    WHEN i0b_start_doubt = 2 THEN 14
    WHEN i0b_start_precise = 0 THEN 15
    WHEN i0b_kind IS NULL OR i0b_kind = 1 THEN 18
    WHEN i0b_kind = 2 THEN 12
    WHEN i0b_gross - i0b_paused <= i0b_amount THEN 2
    WHEN i0b_and_unknown THEN 18
    ELSE 3 END AS i0b_state
FROM (
SELECT x.*,
  i0b_l.kind AS i0b_kind,
  i0b_l.amount AS i0b_amount,
  COALESCE(i0b_l.and_unknown, FALSE) AS i0b_and_unknown,
  i0s_l.kind AS i0s_kind,
  i0s_l.amount AS i0s_amount,
  COALESCE(i0s_l.and_unknown, FALSE) AS i0s_and_unknown
FROM (
SELECT x.*,
  (x.i0b_until_u - x.i0b_start_u) AS i0b_gross,
  0 AS i0b_paused,
  (x.i0b_until_u - x.i0b_start_u) - 0 AS i0b_no_patient,
  (x.i0b_until_u - x.i0b_start_u) - 0 AS i0b_no_medical,
  (x.i0s_until_u - x.i0s_start_u) AS i0s_gross,
  0 AS i0s_paused
FROM (
SELECT x.*,
  COALESCE(i0b_stop_t, CAST($2 AS BIGINT)) AS i0b_until_t,
  COALESCE(i0b_stop_d, CAST($1 AS BIGINT)) AS i0b_until_d,
  i0b_start_t AS i0b_start_u,
  COALESCE(i0b_stop_t, CAST($2 AS BIGINT)) AS i0b_until_u,
  active_t AS i0b_active_u,
  COALESCE(i0s_stop_t, CAST($2 AS BIGINT)) AS i0s_until_t,
  COALESCE(i0s_stop_d, CAST($1 AS BIGINT)) AS i0s_until_d,
  i0s_start_t AS i0s_start_u,
  COALESCE(i0s_stop_t, CAST($2 AS BIGINT)) AS i0s_until_u,
  active_t AS i0s_active_u
FROM (
SELECT x.*,
  i0b_open_t AS i0b_start_t,
  i0b_open_d AS i0b_start_d,
  i0b_open_late AS i0b_start_late,
  i0b_open_doubt AS i0b_start_doubt,
  i0b_open_precise AS i0b_start_precise,
  i0b_open_place AS i0b_start_place,
  i0s_open_t AS i0s_start_t,
  i0s_open_d AS i0s_start_d,
  i0s_open_late AS i0s_start_late,
  i0s_open_doubt AS i0s_start_doubt,
  i0s_open_precise AS i0s_start_precise
FROM (
SELECT x.*,
  s1b_t AS i0b_open_t,
  s2b_t AS i0b_stop_t,
  s1b_d AS i0b_open_d,
  s2b_d AS i0b_stop_d,
  0 AS i0b_open_late,
  0 AS i0b_stop_late,
  s1b_doubt AS i0b_open_doubt,
  s2b_doubt AS i0b_stop_doubt,
  s1b_precise AS i0b_open_precise,
  s2b_precise AS i0b_stop_precise,
  s1b_place AS i0b_open_place,
  s1s_t AS i0s_open_t,
  s2s_t AS i0s_stop_t,
  s1s_d AS i0s_open_d,
  s2s_d AS i0s_stop_d,
  0 AS i0s_open_late,
  0 AS i0s_stop_late,
  s1s_doubt AS i0s_open_doubt,
  s2s_doubt AS i0s_stop_doubt,
  s1s_precise AS i0s_open_precise,
  s2s_precise AS i0s_stop_precise,
  s1s_same AND s2s_same AS i0s_same
FROM (
SELECT r.ledger,
  r.pathway,
  r.variant,
  r.variant_n,
  r.active_t,
  r.active_d,
  ((r.s0b_k0 >> 29) + 1672531200) AS s0b_t,
  (CAST(FLOOR(((r.s0b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s0b_k0 >> 4) & 3) - 1) AS s0b_d,
  ((r.s0b_k0 >> 3) & 1) AS s0b_precise,
  ((r.s0b_k0 >> 1) & 3) AS s0b_doubt,
  ((r.s0b_k0 >> 9) & 15) AS s0b_place,
  ((r.s1b_k0 >> 29) + 1672531200) AS s1b_t,
  (CAST(FLOOR(((r.s1b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s1b_k0 >> 4) & 3) - 1) AS s1b_d,
  ((r.s1b_k0 >> 3) & 1) AS s1b_precise,
  ((r.s1b_k0 >> 1) & 3) AS s1b_doubt,
  ((r.s1b_k0 >> 9) & 15) AS s1b_place,
  ((r.s1s_k0 >> 29) + 1672531200) AS s1s_t,
  (r.s1s_k0 IS NOT DISTINCT FROM r.s1b_k0) AS s1s_same,
  (CAST(FLOOR(((r.s1s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s1s_k0 >> 4) & 3) - 1) AS s1s_d,
  ((r.s1s_k0 >> 3) & 1) AS s1s_precise,
  ((r.s1s_k0 >> 1) & 3) AS s1s_doubt,
  ((r.s2b_k0 >> 29) + 1672531200) AS s2b_t,
  (CAST(FLOOR(((r.s2b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s2b_k0 >> 4) & 3) - 1) AS s2b_d,
  ((r.s2b_k0 >> 3) & 1) AS s2b_precise,
  ((r.s2b_k0 >> 1) & 3) AS s2b_doubt,
  ((r.s2s_k0 >> 29) + 1672531200) AS s2s_t,
  (r.s2s_k0 IS NOT DISTINCT FROM r.s2b_k0) AS s2s_same,
  (CAST(FLOOR(((r.s2s_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s2s_k0 >> 4) & 3) - 1) AS s2s_d,
  ((r.s2s_k0 >> 3) & 1) AS s2s_precise,
  ((r.s2s_k0 >> 1) & 3) AS s2s_doubt,
  ((r.s3b_k0 >> 29) + 1672531200) AS s3b_t,
  (CAST(FLOOR(((r.s3b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s3b_k0 >> 4) & 3) - 1) AS s3b_d,
  ((r.s3b_k0 >> 3) & 1) AS s3b_precise,
  ((r.s3b_k0 >> 1) & 3) AS s3b_doubt,
  ((r.s4b_k0 >> 29) + 1672531200) AS s4b_t,
  (CAST(FLOOR(((r.s4b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s4b_k0 >> 4) & 3) - 1) AS s4b_d,
  ((r.s4b_k0 >> 3) & 1) AS s4b_precise,
  ((r.s4b_k0 >> 1) & 3) AS s4b_doubt,
  ((r.s4b_k0 >> 6) & 7) AS s4b_setting,
  ((r.s5b_k0 >> 29) + 1672531200) AS s5b_t,
  (CAST(FLOOR(((r.s5b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s5b_k0 >> 4) & 3) - 1) AS s5b_d,
  ((r.s5b_k0 >> 3) & 1) AS s5b_precise,
  ((r.s5b_k0 >> 1) & 3) AS s5b_doubt,
  ((r.s5b_k0 >> 6) & 7) AS s5b_setting,
  ((r.s6b_k0 >> 29) + 1672531200) AS s6b_t,
  (CAST(FLOOR(((r.s6b_k0 >> 29) + 1672531200) / 86400.0) AS BIGINT) + ((r.s6b_k0 >> 4) & 3) - 1) AS s6b_d,
  ((r.s6b_k0 >> 3) & 1) AS s6b_precise,
  ((r.s6b_k0 >> 1) & 3) AS s6b_doubt
FROM pathway_row r
) x
) x
) x
) x
) x
LEFT JOIN pack_limit i0b_l ON i0b_l.limit_key = CASE WHEN x.variant_n >= 0 THEN 0 + x.variant_n * 1 END
LEFT JOIN pack_limit i0s_l ON i0s_l.limit_key = CASE WHEN x.variant_n >= 0 AND NOT x.i0s_same THEN 0 + x.variant_n * 1 END
) x
) x
) x
) x
WHERE i0b_state IS NOT NULL
) b
) line
) counted
GROUP BY ledger, place_n, period_n, variant, why, length
) cell
