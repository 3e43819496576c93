SELECT ledger, place_n, period_n, (ARRAY['', 'marsh', 'hill', 'island'])[variant_n + 1] AS variant, CASE WHEN why IS NULL THEN 0 WHEN why < 10 THEN 1 ELSE 2 END AS bin, COALESCE(why IN (16, 17, 18, 19, 20, 21), FALSE) AS is_unknown, why, length,
  weight, real_time, real_time_met, real_time_missed, pathways
FROM (
SELECT ledger, place_n, period_n, variant_n, why, length,
  COUNT(*) * 1000000 AS weight,
  COUNT(CASE WHEN real_time THEN 1 END) * 1000000 AS real_time,
  COUNT(CASE WHEN real_time_bin = 0 THEN 1 END) * 1000000 AS real_time_met,
  COUNT(CASE WHEN real_time_bin = 1 THEN 1 END) * 1000000 AS real_time_missed,
  COUNT(*) AS pathways
FROM (
SELECT ledger, place_n, CAST(EXTRACT(YEAR FROM (DATE '1970-01-01' + CAST(period_d AS INTEGER))) AS BIGINT) * 100 + CAST(EXTRACT(MONTH FROM (DATE '1970-01-01' + CAST(period_d AS INTEGER))) AS BIGINT) AS period_n, variant_n, why, length, weight, real_time, real_time_bin, is_first
FROM (
SELECT ledger, pathway, variant, variant_n, period_d, bin, why, state, length, run, limit_amount, start_d, stop_d, doubt, real_time, real_time_bin, whole_place AS place_n, 1000000 AS weight, TRUE AS is_first
FROM (
SELECT x.*,
  CASE WHEN i2b_state = 0 THEN 0 WHEN i2b_state <= 1 THEN 1 ELSE 2 END AS bin,
  CASE i2b_state WHEN 0 THEN NULL WHEN 1 THEN CASE WHEN (COALESCE(i2b_start_doubt, 0) = 1 OR COALESCE(i2b_stop_doubt, 0) = 1) AND COALESCE(i2s_state = 0, FALSE) THEN 0 WHEN i2b_no_patient <= i2b_amount THEN 1 WHEN i2b_no_medical <= i2b_amount THEN 2 ELSE 3 END WHEN 2 THEN 10 WHEN 3 THEN CASE WHEN i2b_waiting THEN 11 ELSE 12 END ELSE i2b_state + 3 END AS why,
  i2b_state AS state,
  CASE WHEN i2b_state <= 1 THEN i2b_gross - i2b_paused END AS length,
  CASE WHEN i2b_state <= 3 THEN i2b_gross - i2b_paused END AS run,
  i2b_limit AS limit_amount,
  i2b_start_d AS start_d,
  i2b_stop_d AS stop_d,
  CASE WHEN i2b_state <= 1 AND (COALESCE(i2b_start_doubt, 0) = 1 OR COALESCE(i2b_stop_doubt, 0) = 1) THEN CASE i2s_state WHEN 0 THEN 0 WHEN 1 THEN 1 ELSE 2 END END AS doubt,
  CASE WHEN i2b_state <= 1 THEN COALESCE(i2b_start_late, 0) = 0 AND COALESCE(i2b_stop_late, 0) = 0 END AS real_time,
  CASE i2r_state WHEN 0 THEN 0 WHEN 1 THEN 1 END AS real_time_bin,
  COALESCE(s3b_t, i2b_limit_d, i2b_start_d, active_t, $1) AS period_d,
  COALESCE(NULLIF(s0b_place, 0), NULLIF(i2b_start_place, 0), 0) AS whole_place
FROM (
SELECT x.*,
  CASE WHEN (i2b_state <= 3 OR (i2b_state = 18 AND i2b_kind = 0 AND i2b_stop_t IS NULL)) THEN i2b_start_d + i2b_amount + i2b_paused END AS i2b_limit_d,
  CASE WHEN (i2b_state <= 3 OR (i2b_state = 18 AND i2b_kind = 0 AND i2b_stop_t IS NULL)) THEN i2b_amount END AS i2b_limit,
  COALESCE(i2b_active_u - i2b_start_u - i2b_paused > i2b_amount, FALSE) AS i2b_waiting
FROM (
SELECT x.*,
  CASE
    WHEN i2s_same THEN i2b_state
    WHEN i2s_start_t IS NOT NULL AND i2s_stop_t IS NOT NULL THEN CASE
      WHEN COALESCE(s3s_setting IN (3), FALSE) THEN 12
      WHEN i2s_stop_d < i2s_start_d THEN 16
      WHEN i2s_kind IS NULL OR i2s_kind = 1 OR s3s_t IS NULL THEN 18
      WHEN i2s_kind = 2 THEN 12
      WHEN i2s_gross - i2s_paused <= i2s_amount THEN 0
      ELSE 1 END END AS i2s_state,
  CASE
    WHEN i2r_same THEN i2b_state
    WHEN i2r_start_t IS NOT NULL AND i2r_stop_t IS NOT NULL THEN CASE
      WHEN COALESCE(s3r_setting IN (3), FALSE) THEN 12
      WHEN i2r_start_doubt = 2 OR i2r_stop_doubt = 2 THEN 14
      WHEN i2r_stop_d < i2r_start_d THEN 16
      WHEN i2r_kind IS NULL OR i2r_kind = 1 OR s3r_t IS NULL THEN 18
      WHEN i2r_kind = 2 THEN 12
      WHEN i2r_gross - i2r_paused <= i2r_amount THEN 0
      ELSE 1 END END AS i2r_state
FROM (
SELECT x.*,
  CASE
    WHEN i2b_start_t IS NOT NULL AND i2b_stop_t IS NOT NULL THEN CASE
      WHEN COALESCE(s3b_setting IN (3), FALSE) THEN 12
      WHEN i2b_start_doubt = 2 OR i2b_stop_doubt = 2 THEN 14
      WHEN i2b_stop_d < i2b_start_d THEN 16
      WHEN i2b_kind IS NULL OR i2b_kind = 1 OR s3b_t IS NULL THEN 18
      WHEN i2b_kind = 2 THEN 12
      WHEN i2b_gross - i2b_paused <= i2b_amount THEN 0
      ELSE 1 END
    WHEN i2b_start_t IS NULL AND ((COALESCE(closed_0, FALSE))) THEN 10
    WHEN i2b_start_t IS NULL AND i2b_stop_t IS NULL AND ((s1b_t IS NOT NULL) OR (s2b_t IS NOT NULL) OR (s3b_t IS NOT NULL)) THEN 13
    WHEN i2b_start_t IS NULL AND i2b_stop_t IS NULL THEN NULL
    WHEN i2b_stop_t IS NOT NULL AND COALESCE(s3b_setting IN (3), FALSE) THEN 12
    WHEN i2b_stop_t IS NOT NULL THEN 13
    WHEN ((s4b_t IS NOT NULL)) THEN 11
    WHEN ((variant_n = 2 AND CAST($1 AS BIGINT) > 19722)) THEN 10
    WHEN i2b_start_doubt = 2 THEN 14
    WHEN i2b_kind IS NULL OR i2b_kind = 1 THEN 18
    WHEN i2b_kind = 2 THEN 12
    WHEN i2b_gross - i2b_paused <= i2b_amount THEN 2
    WHEN i2b_and_unknown THEN 18
    ELSE 3 END AS i2b_state
FROM (
SELECT x.*,
  i2b_l.kind AS i2b_kind,
  i2b_l.amount AS i2b_amount,
  COALESCE(i2b_l.and_unknown, FALSE) AS i2b_and_unknown,
  i2s_l.kind AS i2s_kind,
  i2s_l.amount AS i2s_amount,
  COALESCE(i2s_l.and_unknown, FALSE) AS i2s_and_unknown,
  i2r_l.kind AS i2r_kind,
  i2r_l.amount AS i2r_amount,
  COALESCE(i2r_l.and_unknown, FALSE) AS i2r_and_unknown
FROM (
SELECT x.*,
  (x.i2b_until_u - x.i2b_start_u) AS i2b_gross,
  LEAST((x.i2b_until_u - x.i2b_start_u), CASE WHEN x.p2_on THEN COALESCE(s5b_value, 0) ELSE 0 END + i2b_spans_) AS i2b_paused,
  (x.i2b_until_u - x.i2b_start_u) - LEAST((x.i2b_until_u - x.i2b_start_u), CASE WHEN x.p2_on THEN COALESCE(s5b_value, 0) ELSE 0 END + i2b_spans_patient) AS i2b_no_patient,
  (x.i2b_until_u - x.i2b_start_u) - LEAST((x.i2b_until_u - x.i2b_start_u), COALESCE(s5b_value, 0) + i2b_spans_medical) AS i2b_no_medical,
  (x.i2s_until_u - x.i2s_start_u) AS i2s_gross,
  LEAST((x.i2s_until_u - x.i2s_start_u), CASE WHEN x.p2_on THEN COALESCE(s5b_value, 0) ELSE 0 END + i2s_spans_) AS i2s_paused,
  (x.i2r_until_u - x.i2r_start_u) AS i2r_gross,
  LEAST((x.i2r_until_u - x.i2r_start_u), CASE WHEN x.p2_on THEN COALESCE(s5b_value, 0) ELSE 0 END + i2r_spans_) AS i2r_paused
FROM (
SELECT x.*,
  COALESCE(i2b_spans.out_, 0) AS i2b_spans_,
  COALESCE(i2b_spans.out_patient, 0) AS i2b_spans_patient,
  COALESCE(i2b_spans.out_medical, 0) AS i2b_spans_medical,
  COALESCE(i2s_spans.out_, 0) AS i2s_spans_,
  COALESCE(i2r_spans.out_, 0) AS i2r_spans_
FROM (
SELECT x.*,
  COALESCE(i2b_stop_t, CAST($1 AS BIGINT)) AS i2b_until_t,
  COALESCE(i2b_stop_d, CAST($1 AS BIGINT)) AS i2b_until_d,
  i2b_start_d AS i2b_start_u,
  COALESCE(i2b_stop_d, CAST($1 AS BIGINT)) AS i2b_until_u,
  active_t AS i2b_active_u,
  COALESCE(i2s_stop_t, CAST($1 AS BIGINT)) AS i2s_until_t,
  COALESCE(i2s_stop_d, CAST($1 AS BIGINT)) AS i2s_until_d,
  i2s_start_d AS i2s_start_u,
  COALESCE(i2s_stop_d, CAST($1 AS BIGINT)) AS i2s_until_u,
  active_t AS i2s_active_u,
  COALESCE(i2r_stop_t, CAST($1 AS BIGINT)) AS i2r_until_t,
  COALESCE(i2r_stop_d, CAST($1 AS BIGINT)) AS i2r_until_d,
  i2r_start_d AS i2r_start_u,
  COALESCE(i2r_stop_d, CAST($1 AS BIGINT)) AS i2r_until_u,
  active_t AS i2r_active_u
FROM (
SELECT x.*,
  i2b_open_t AS i2b_start_t,
  i2b_open_d AS i2b_start_d,
  i2b_open_late AS i2b_start_late,
  i2b_open_doubt AS i2b_start_doubt,
  i2b_open_precise AS i2b_start_precise,
  i2b_open_place AS i2b_start_place,
  i2s_open_t AS i2s_start_t,
  i2s_open_d AS i2s_start_d,
  i2s_open_late AS i2s_start_late,
  i2s_open_doubt AS i2s_start_doubt,
  i2s_open_precise AS i2s_start_precise,
  i2r_open_t AS i2r_start_t,
  i2r_open_d AS i2r_start_d,
  i2r_open_late AS i2r_start_late,
  i2r_open_doubt AS i2r_start_doubt,
  i2r_open_precise AS i2r_start_precise
FROM (
SELECT x.*,
  s0b_t AS i2b_open_t,
  s3b_t AS i2b_stop_t,
  s0b_t AS i2b_open_d,
  s3b_t AS i2b_stop_d,
  s0b_late AS i2b_open_late,
  s3b_late AS i2b_stop_late,
  s0b_doubt AS i2b_open_doubt,
  s3b_doubt AS i2b_stop_doubt,
  1 AS i2b_open_precise,
  1 AS i2b_stop_precise,
  s0b_place AS i2b_open_place,
  s0s_t AS i2s_open_t,
  s3s_t AS i2s_stop_t,
  s0s_t AS i2s_open_d,
  s3s_t AS i2s_stop_d,
  s0s_late AS i2s_open_late,
  s3s_late AS i2s_stop_late,
  s0s_doubt AS i2s_open_doubt,
  s3s_doubt AS i2s_stop_doubt,
  1 AS i2s_open_precise,
  1 AS i2s_stop_precise,
  s0s_same AND s3s_same AS i2s_same,
  s0r_t AS i2r_open_t,
  s3r_t AS i2r_stop_t,
  s0r_t AS i2r_open_d,
  s3r_t AS i2r_stop_d,
  s0r_late AS i2r_open_late,
  s3r_late AS i2r_stop_late,
  s0r_doubt AS i2r_open_doubt,
  s3r_doubt AS i2r_stop_doubt,
  1 AS i2r_open_precise,
  1 AS i2r_stop_precise,
  s0r_same AND s3r_same AS i2r_same,
  COALESCE(s3b_setting IN (1), FALSE) AS p2_on
FROM (
SELECT r.ledger,
  r.pathway,
  r.variant,
  r.variant_n,
  r.active_t,
  r.closed_0,
  ((r.s0b_k0 >> 31) + 19358) AS s0b_t,
  ((r.s0b_k0 >> 0) & 1) AS s0b_late,
  ((r.s0b_k0 >> 1) & 3) AS s0b_doubt,
  ((r.s0b_k0 >> 5) & 15) AS s0b_place,
  ((r.s0s_k0 >> 31) + 19358) AS s0s_t,
  (r.s0s_k0 IS NOT DISTINCT FROM r.s0b_k0) AS s0s_same,
  ((r.s0s_k0 >> 0) & 1) AS s0s_late,
  ((r.s0s_k0 >> 1) & 3) AS s0s_doubt,
  ((r.s0r_k0 >> 31) + 19358) AS s0r_t,
  (r.s0r_k0 IS NOT DISTINCT FROM r.s0b_k0) AS s0r_same,
  ((r.s0r_k0 >> 0) & 1) AS s0r_late,
  ((r.s0r_k0 >> 1) & 3) AS s0r_doubt,
  ((r.s1b_k0 >> 31) + 19358) AS s1b_t,
  ((r.s1b_k0 >> 1) & 3) AS s1b_doubt,
  ((r.s2b_k0 >> 31) + 19358) AS s2b_t,
  ((r.s2b_k0 >> 0) & 1) AS s2b_late,
  ((r.s2b_k0 >> 1) & 3) AS s2b_doubt,
  ((r.s3b_k0 >> 31) + 19358) AS s3b_t,
  ((r.s3b_k0 >> 0) & 1) AS s3b_late,
  ((r.s3b_k0 >> 1) & 3) AS s3b_doubt,
  ((r.s3b_k0 >> 3) & 3) AS s3b_setting,
  ((r.s3s_k0 >> 31) + 19358) AS s3s_t,
  (r.s3s_k0 IS NOT DISTINCT FROM r.s3b_k0) AS s3s_same,
  ((r.s3s_k0 >> 0) & 1) AS s3s_late,
  ((r.s3s_k0 >> 1) & 3) AS s3s_doubt,
  ((r.s3s_k0 >> 3) & 3) AS s3s_setting,
  ((r.s3r_k0 >> 31) + 19358) AS s3r_t,
  (r.s3r_k0 IS NOT DISTINCT FROM r.s3b_k0) AS s3r_same,
  ((r.s3r_k0 >> 0) & 1) AS s3r_late,
  ((r.s3r_k0 >> 1) & 3) AS s3r_doubt,
  ((r.s3r_k0 >> 3) & 3) AS s3r_setting,
  ((r.s4b_k0 >> 31) + 19358) AS s4b_t,
  ((r.s4b_k0 >> 1) & 3) AS s4b_doubt,
  ((r.s5b_k0 >> 31) + 19358) AS s5b_t,
  ((r.s5b_k0 >> 1) & 3) AS s5b_doubt,
  ((r.s5b_k0 >> 9) & 63) AS s5b_value
FROM pathway_row r
) x
) x
) x
) x
LEFT JOIN (
  SELECT ledger, pathway, variant_n,
      CAST(COALESCE(SUM(CASE WHEN to_e > from_ THEN to_e - from_ ELSE 0 END), 0) AS BIGINT) AS out_,
      CAST(COALESCE(SUM(CASE WHEN to_e > from_patient THEN to_e - from_patient ELSE 0 END), 0) AS BIGINT) AS out_patient,
      CAST(COALESCE(SUM(CASE WHEN to_e > from_medical THEN to_e - from_medical ELSE 0 END), 0) AS BIGINT) AS out_medical
  FROM (
    SELECT ledger, pathway, variant_n, to_e,
      CASE WHEN in_ THEN GREATEST(from_e, start_e, MAX(CASE WHEN in_ THEN to_e END) OVER (PARTITION BY ledger, pathway, variant_n ORDER BY from_e, to_e, pause ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) END AS from_,
      CASE WHEN in_patient THEN GREATEST(from_e, start_e, MAX(CASE WHEN in_patient THEN to_e END) OVER (PARTITION BY ledger, pathway, variant_n ORDER BY from_e, to_e, pause ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) END AS from_patient,
      CASE WHEN in_medical THEN GREATEST(from_e, start_e, MAX(CASE WHEN in_medical THEN to_e END) OVER (PARTITION BY ledger, pathway, variant_n ORDER BY from_e, to_e, pause ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) END AS from_medical
    FROM (
      SELECT x.ledger, x.pathway, x.variant_n, s.pause, s.from_d AS from_e, LEAST(COALESCE(s.to_d, x.i2b_until_d), x.i2b_until_d) AS to_e, x.i2b_start_d AS start_e,
      CASE s.pause WHEN 0 THEN FALSE WHEN 1 THEN TRUE ELSE FALSE END AS in_,
      CASE s.pause WHEN 0 THEN TRUE WHEN 1 THEN TRUE ELSE FALSE END AS in_patient,
      CASE s.pause WHEN 0 THEN FALSE WHEN 1 THEN TRUE ELSE FALSE END AS in_medical
      FROM (SELECT x.*,
  COALESCE(i2b_stop_t, CAST($1 AS BIGINT)) AS i2b_until_t,
  COALESCE(i2b_stop_d, CAST($1 AS BIGINT)) AS i2b_until_d,
  i2b_start_d AS i2b_start_u,
  COALESCE(i2b_stop_d, CAST($1 AS BIGINT)) AS i2b_until_u,
  active_t AS i2b_active_u,
  COALESCE(i2s_stop_t, CAST($1 AS BIGINT)) AS i2s_until_t,
  COALESCE(i2s_stop_d, CAST($1 AS BIGINT)) AS i2s_until_d,
  i2s_start_d AS i2s_start_u,
  COALESCE(i2s_stop_d, CAST($1 AS BIGINT)) AS i2s_until_u,
  active_t AS i2s_active_u,
  COALESCE(i2r_stop_t, CAST($1 AS BIGINT)) AS i2r_until_t,
  COALESCE(i2r_stop_d, CAST($1 AS BIGINT)) AS i2r_until_d,
  i2r_start_d AS i2r_start_u,
  COALESCE(i2r_stop_d, CAST($1 AS BIGINT)) AS i2r_until_u,
  active_t AS i2r_active_u
FROM (
SELECT x.*,
  i2b_open_t AS i2b_start_t,
  i2b_open_d AS i2b_start_d,
  i2b_open_late AS i2b_start_late,
  i2b_open_doubt AS i2b_start_doubt,
  i2b_open_precise AS i2b_start_precise,
  i2b_open_place AS i2b_start_place,
  i2s_open_t AS i2s_start_t,
  i2s_open_d AS i2s_start_d,
  i2s_open_late AS i2s_start_late,
  i2s_open_doubt AS i2s_start_doubt,
  i2s_open_precise AS i2s_start_precise,
  i2r_open_t AS i2r_start_t,
  i2r_open_d AS i2r_start_d,
  i2r_open_late AS i2r_start_late,
  i2r_open_doubt AS i2r_start_doubt,
  i2r_open_precise AS i2r_start_precise
FROM (
SELECT x.*,
  s0b_t AS i2b_open_t,
  s3b_t AS i2b_stop_t,
  s0b_t AS i2b_open_d,
  s3b_t AS i2b_stop_d,
  s0b_late AS i2b_open_late,
  s3b_late AS i2b_stop_late,
  s0b_doubt AS i2b_open_doubt,
  s3b_doubt AS i2b_stop_doubt,
  1 AS i2b_open_precise,
  1 AS i2b_stop_precise,
  s0b_place AS i2b_open_place,
  s0s_t AS i2s_open_t,
  s3s_t AS i2s_stop_t,
  s0s_t AS i2s_open_d,
  s3s_t AS i2s_stop_d,
  s0s_late AS i2s_open_late,
  s3s_late AS i2s_stop_late,
  s0s_doubt AS i2s_open_doubt,
  s3s_doubt AS i2s_stop_doubt,
  1 AS i2s_open_precise,
  1 AS i2s_stop_precise,
  s0s_same AND s3s_same AS i2s_same,
  s0r_t AS i2r_open_t,
  s3r_t AS i2r_stop_t,
  s0r_t AS i2r_open_d,
  s3r_t AS i2r_stop_d,
  s0r_late AS i2r_open_late,
  s3r_late AS i2r_stop_late,
  s0r_doubt AS i2r_open_doubt,
  s3r_doubt AS i2r_stop_doubt,
  1 AS i2r_open_precise,
  1 AS i2r_stop_precise,
  s0r_same AND s3r_same AS i2r_same,
  COALESCE(s3b_setting IN (1), FALSE) AS p2_on
FROM (
SELECT r.ledger,
  r.pathway,
  r.variant,
  r.variant_n,
  r.active_t,
  r.closed_0,
  ((r.s0b_k0 >> 31) + 19358) AS s0b_t,
  ((r.s0b_k0 >> 0) & 1) AS s0b_late,
  ((r.s0b_k0 >> 1) & 3) AS s0b_doubt,
  ((r.s0b_k0 >> 5) & 15) AS s0b_place,
  ((r.s0s_k0 >> 31) + 19358) AS s0s_t,
  (r.s0s_k0 IS NOT DISTINCT FROM r.s0b_k0) AS s0s_same,
  ((r.s0s_k0 >> 0) & 1) AS s0s_late,
  ((r.s0s_k0 >> 1) & 3) AS s0s_doubt,
  ((r.s0r_k0 >> 31) + 19358) AS s0r_t,
  (r.s0r_k0 IS NOT DISTINCT FROM r.s0b_k0) AS s0r_same,
  ((r.s0r_k0 >> 0) & 1) AS s0r_late,
  ((r.s0r_k0 >> 1) & 3) AS s0r_doubt,
  ((r.s1b_k0 >> 31) + 19358) AS s1b_t,
  ((r.s1b_k0 >> 1) & 3) AS s1b_doubt,
  ((r.s2b_k0 >> 31) + 19358) AS s2b_t,
  ((r.s2b_k0 >> 0) & 1) AS s2b_late,
  ((r.s2b_k0 >> 1) & 3) AS s2b_doubt,
  ((r.s3b_k0 >> 31) + 19358) AS s3b_t,
  ((r.s3b_k0 >> 0) & 1) AS s3b_late,
  ((r.s3b_k0 >> 1) & 3) AS s3b_doubt,
  ((r.s3b_k0 >> 3) & 3) AS s3b_setting,
  ((r.s3s_k0 >> 31) + 19358) AS s3s_t,
  (r.s3s_k0 IS NOT DISTINCT FROM r.s3b_k0) AS s3s_same,
  ((r.s3s_k0 >> 0) & 1) AS s3s_late,
  ((r.s3s_k0 >> 1) & 3) AS s3s_doubt,
  ((r.s3s_k0 >> 3) & 3) AS s3s_setting,
  ((r.s3r_k0 >> 31) + 19358) AS s3r_t,
  (r.s3r_k0 IS NOT DISTINCT FROM r.s3b_k0) AS s3r_same,
  ((r.s3r_k0 >> 0) & 1) AS s3r_late,
  ((r.s3r_k0 >> 1) & 3) AS s3r_doubt,
  ((r.s3r_k0 >> 3) & 3) AS s3r_setting,
  ((r.s4b_k0 >> 31) + 19358) AS s4b_t,
  ((r.s4b_k0 >> 1) & 3) AS s4b_doubt,
  ((r.s5b_k0 >> 31) + 19358) AS s5b_t,
  ((r.s5b_k0 >> 1) & 3) AS s5b_doubt,
  ((r.s5b_k0 >> 9) & 63) AS s5b_value
FROM pathway_row r
) x
) x
) x) x JOIN pathway_pause s ON s.ledger = x.ledger AND s.pathway = x.pathway AND s.variant_n = x.variant_n
    ) spans
  ) edges
  
  GROUP BY ledger, pathway, variant_n
) i2b_spans ON i2b_spans.ledger = x.ledger AND i2b_spans.pathway = x.pathway AND i2b_spans.variant_n = x.variant_n
LEFT JOIN (
  SELECT ledger, pathway, variant_n,
      CAST(COALESCE(SUM(CASE WHEN to_e > from_ THEN to_e - from_ ELSE 0 END), 0) AS BIGINT) AS out_
  FROM (
    SELECT ledger, pathway, variant_n, to_e,
      CASE WHEN in_ THEN GREATEST(from_e, start_e, MAX(CASE WHEN in_ THEN to_e END) OVER (PARTITION BY ledger, pathway, variant_n ORDER BY from_e, to_e, pause ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) END AS from_
    FROM (
      SELECT x.ledger, x.pathway, x.variant_n, s.pause, s.from_d AS from_e, LEAST(COALESCE(s.to_d, x.i2s_until_d), x.i2s_until_d) AS to_e, x.i2s_start_d AS start_e,
      CASE s.pause WHEN 0 THEN FALSE WHEN 1 THEN TRUE ELSE FALSE END AS in_
      FROM (SELECT x.*,
  COALESCE(i2b_stop_t, CAST($1 AS BIGINT)) AS i2b_until_t,
  COALESCE(i2b_stop_d, CAST($1 AS BIGINT)) AS i2b_until_d,
  i2b_start_d AS i2b_start_u,
  COALESCE(i2b_stop_d, CAST($1 AS BIGINT)) AS i2b_until_u,
  active_t AS i2b_active_u,
  COALESCE(i2s_stop_t, CAST($1 AS BIGINT)) AS i2s_until_t,
  COALESCE(i2s_stop_d, CAST($1 AS BIGINT)) AS i2s_until_d,
  i2s_start_d AS i2s_start_u,
  COALESCE(i2s_stop_d, CAST($1 AS BIGINT)) AS i2s_until_u,
  active_t AS i2s_active_u,
  COALESCE(i2r_stop_t, CAST($1 AS BIGINT)) AS i2r_until_t,
  COALESCE(i2r_stop_d, CAST($1 AS BIGINT)) AS i2r_until_d,
  i2r_start_d AS i2r_start_u,
  COALESCE(i2r_stop_d, CAST($1 AS BIGINT)) AS i2r_until_u,
  active_t AS i2r_active_u
FROM (
SELECT x.*,
  i2b_open_t AS i2b_start_t,
  i2b_open_d AS i2b_start_d,
  i2b_open_late AS i2b_start_late,
  i2b_open_doubt AS i2b_start_doubt,
  i2b_open_precise AS i2b_start_precise,
  i2b_open_place AS i2b_start_place,
  i2s_open_t AS i2s_start_t,
  i2s_open_d AS i2s_start_d,
  i2s_open_late AS i2s_start_late,
  i2s_open_doubt AS i2s_start_doubt,
  i2s_open_precise AS i2s_start_precise,
  i2r_open_t AS i2r_start_t,
  i2r_open_d AS i2r_start_d,
  i2r_open_late AS i2r_start_late,
  i2r_open_doubt AS i2r_start_doubt,
  i2r_open_precise AS i2r_start_precise
FROM (
SELECT x.*,
  s0b_t AS i2b_open_t,
  s3b_t AS i2b_stop_t,
  s0b_t AS i2b_open_d,
  s3b_t AS i2b_stop_d,
  s0b_late AS i2b_open_late,
  s3b_late AS i2b_stop_late,
  s0b_doubt AS i2b_open_doubt,
  s3b_doubt AS i2b_stop_doubt,
  1 AS i2b_open_precise,
  1 AS i2b_stop_precise,
  s0b_place AS i2b_open_place,
  s0s_t AS i2s_open_t,
  s3s_t AS i2s_stop_t,
  s0s_t AS i2s_open_d,
  s3s_t AS i2s_stop_d,
  s0s_late AS i2s_open_late,
  s3s_late AS i2s_stop_late,
  s0s_doubt AS i2s_open_doubt,
  s3s_doubt AS i2s_stop_doubt,
  1 AS i2s_open_precise,
  1 AS i2s_stop_precise,
  s0s_same AND s3s_same AS i2s_same,
  s0r_t AS i2r_open_t,
  s3r_t AS i2r_stop_t,
  s0r_t AS i2r_open_d,
  s3r_t AS i2r_stop_d,
  s0r_late AS i2r_open_late,
  s3r_late AS i2r_stop_late,
  s0r_doubt AS i2r_open_doubt,
  s3r_doubt AS i2r_stop_doubt,
  1 AS i2r_open_precise,
  1 AS i2r_stop_precise,
  s0r_same AND s3r_same AS i2r_same,
  COALESCE(s3b_setting IN (1), FALSE) AS p2_on
FROM (
SELECT r.ledger,
  r.pathway,
  r.variant,
  r.variant_n,
  r.active_t,
  r.closed_0,
  ((r.s0b_k0 >> 31) + 19358) AS s0b_t,
  ((r.s0b_k0 >> 0) & 1) AS s0b_late,
  ((r.s0b_k0 >> 1) & 3) AS s0b_doubt,
  ((r.s0b_k0 >> 5) & 15) AS s0b_place,
  ((r.s0s_k0 >> 31) + 19358) AS s0s_t,
  (r.s0s_k0 IS NOT DISTINCT FROM r.s0b_k0) AS s0s_same,
  ((r.s0s_k0 >> 0) & 1) AS s0s_late,
  ((r.s0s_k0 >> 1) & 3) AS s0s_doubt,
  ((r.s0r_k0 >> 31) + 19358) AS s0r_t,
  (r.s0r_k0 IS NOT DISTINCT FROM r.s0b_k0) AS s0r_same,
  ((r.s0r_k0 >> 0) & 1) AS s0r_late,
  ((r.s0r_k0 >> 1) & 3) AS s0r_doubt,
  ((r.s1b_k0 >> 31) + 19358) AS s1b_t,
  ((r.s1b_k0 >> 1) & 3) AS s1b_doubt,
  ((r.s2b_k0 >> 31) + 19358) AS s2b_t,
  ((r.s2b_k0 >> 0) & 1) AS s2b_late,
  ((r.s2b_k0 >> 1) & 3) AS s2b_doubt,
  ((r.s3b_k0 >> 31) + 19358) AS s3b_t,
  ((r.s3b_k0 >> 0) & 1) AS s3b_late,
  ((r.s3b_k0 >> 1) & 3) AS s3b_doubt,
  ((r.s3b_k0 >> 3) & 3) AS s3b_setting,
  ((r.s3s_k0 >> 31) + 19358) AS s3s_t,
  (r.s3s_k0 IS NOT DISTINCT FROM r.s3b_k0) AS s3s_same,
  ((r.s3s_k0 >> 0) & 1) AS s3s_late,
  ((r.s3s_k0 >> 1) & 3) AS s3s_doubt,
  ((r.s3s_k0 >> 3) & 3) AS s3s_setting,
  ((r.s3r_k0 >> 31) + 19358) AS s3r_t,
  (r.s3r_k0 IS NOT DISTINCT FROM r.s3b_k0) AS s3r_same,
  ((r.s3r_k0 >> 0) & 1) AS s3r_late,
  ((r.s3r_k0 >> 1) & 3) AS s3r_doubt,
  ((r.s3r_k0 >> 3) & 3) AS s3r_setting,
  ((r.s4b_k0 >> 31) + 19358) AS s4b_t,
  ((r.s4b_k0 >> 1) & 3) AS s4b_doubt,
  ((r.s5b_k0 >> 31) + 19358) AS s5b_t,
  ((r.s5b_k0 >> 1) & 3) AS s5b_doubt,
  ((r.s5b_k0 >> 9) & 63) AS s5b_value
FROM pathway_row r
) x
) x
) x) x JOIN pathway_pause s ON s.ledger = x.ledger AND s.pathway = x.pathway AND s.variant_n = x.variant_n
    ) spans
  ) edges
  
  GROUP BY ledger, pathway, variant_n
) i2s_spans ON i2s_spans.ledger = x.ledger AND i2s_spans.pathway = x.pathway AND i2s_spans.variant_n = x.variant_n
LEFT JOIN (
  SELECT ledger, pathway, variant_n,
      CAST(COALESCE(SUM(CASE WHEN to_e > from_ THEN to_e - from_ ELSE 0 END), 0) AS BIGINT) AS out_
  FROM (
    SELECT ledger, pathway, variant_n, to_e,
      CASE WHEN in_ THEN GREATEST(from_e, start_e, MAX(CASE WHEN in_ THEN to_e END) OVER (PARTITION BY ledger, pathway, variant_n ORDER BY from_e, to_e, pause ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) END AS from_
    FROM (
      SELECT x.ledger, x.pathway, x.variant_n, s.pause, s.from_d AS from_e, LEAST(COALESCE(s.to_d, x.i2r_until_d), x.i2r_until_d) AS to_e, x.i2r_start_d AS start_e,
      CASE s.pause WHEN 0 THEN FALSE WHEN 1 THEN TRUE ELSE FALSE END AS in_
      FROM (SELECT x.*,
  COALESCE(i2b_stop_t, CAST($1 AS BIGINT)) AS i2b_until_t,
  COALESCE(i2b_stop_d, CAST($1 AS BIGINT)) AS i2b_until_d,
  i2b_start_d AS i2b_start_u,
  COALESCE(i2b_stop_d, CAST($1 AS BIGINT)) AS i2b_until_u,
  active_t AS i2b_active_u,
  COALESCE(i2s_stop_t, CAST($1 AS BIGINT)) AS i2s_until_t,
  COALESCE(i2s_stop_d, CAST($1 AS BIGINT)) AS i2s_until_d,
  i2s_start_d AS i2s_start_u,
  COALESCE(i2s_stop_d, CAST($1 AS BIGINT)) AS i2s_until_u,
  active_t AS i2s_active_u,
  COALESCE(i2r_stop_t, CAST($1 AS BIGINT)) AS i2r_until_t,
  COALESCE(i2r_stop_d, CAST($1 AS BIGINT)) AS i2r_until_d,
  i2r_start_d AS i2r_start_u,
  COALESCE(i2r_stop_d, CAST($1 AS BIGINT)) AS i2r_until_u,
  active_t AS i2r_active_u
FROM (
SELECT x.*,
  i2b_open_t AS i2b_start_t,
  i2b_open_d AS i2b_start_d,
  i2b_open_late AS i2b_start_late,
  i2b_open_doubt AS i2b_start_doubt,
  i2b_open_precise AS i2b_start_precise,
  i2b_open_place AS i2b_start_place,
  i2s_open_t AS i2s_start_t,
  i2s_open_d AS i2s_start_d,
  i2s_open_late AS i2s_start_late,
  i2s_open_doubt AS i2s_start_doubt,
  i2s_open_precise AS i2s_start_precise,
  i2r_open_t AS i2r_start_t,
  i2r_open_d AS i2r_start_d,
  i2r_open_late AS i2r_start_late,
  i2r_open_doubt AS i2r_start_doubt,
  i2r_open_precise AS i2r_start_precise
FROM (
SELECT x.*,
  s0b_t AS i2b_open_t,
  s3b_t AS i2b_stop_t,
  s0b_t AS i2b_open_d,
  s3b_t AS i2b_stop_d,
  s0b_late AS i2b_open_late,
  s3b_late AS i2b_stop_late,
  s0b_doubt AS i2b_open_doubt,
  s3b_doubt AS i2b_stop_doubt,
  1 AS i2b_open_precise,
  1 AS i2b_stop_precise,
  s0b_place AS i2b_open_place,
  s0s_t AS i2s_open_t,
  s3s_t AS i2s_stop_t,
  s0s_t AS i2s_open_d,
  s3s_t AS i2s_stop_d,
  s0s_late AS i2s_open_late,
  s3s_late AS i2s_stop_late,
  s0s_doubt AS i2s_open_doubt,
  s3s_doubt AS i2s_stop_doubt,
  1 AS i2s_open_precise,
  1 AS i2s_stop_precise,
  s0s_same AND s3s_same AS i2s_same,
  s0r_t AS i2r_open_t,
  s3r_t AS i2r_stop_t,
  s0r_t AS i2r_open_d,
  s3r_t AS i2r_stop_d,
  s0r_late AS i2r_open_late,
  s3r_late AS i2r_stop_late,
  s0r_doubt AS i2r_open_doubt,
  s3r_doubt AS i2r_stop_doubt,
  1 AS i2r_open_precise,
  1 AS i2r_stop_precise,
  s0r_same AND s3r_same AS i2r_same,
  COALESCE(s3b_setting IN (1), FALSE) AS p2_on
FROM (
SELECT r.ledger,
  r.pathway,
  r.variant,
  r.variant_n,
  r.active_t,
  r.closed_0,
  ((r.s0b_k0 >> 31) + 19358) AS s0b_t,
  ((r.s0b_k0 >> 0) & 1) AS s0b_late,
  ((r.s0b_k0 >> 1) & 3) AS s0b_doubt,
  ((r.s0b_k0 >> 5) & 15) AS s0b_place,
  ((r.s0s_k0 >> 31) + 19358) AS s0s_t,
  (r.s0s_k0 IS NOT DISTINCT FROM r.s0b_k0) AS s0s_same,
  ((r.s0s_k0 >> 0) & 1) AS s0s_late,
  ((r.s0s_k0 >> 1) & 3) AS s0s_doubt,
  ((r.s0r_k0 >> 31) + 19358) AS s0r_t,
  (r.s0r_k0 IS NOT DISTINCT FROM r.s0b_k0) AS s0r_same,
  ((r.s0r_k0 >> 0) & 1) AS s0r_late,
  ((r.s0r_k0 >> 1) & 3) AS s0r_doubt,
  ((r.s1b_k0 >> 31) + 19358) AS s1b_t,
  ((r.s1b_k0 >> 1) & 3) AS s1b_doubt,
  ((r.s2b_k0 >> 31) + 19358) AS s2b_t,
  ((r.s2b_k0 >> 0) & 1) AS s2b_late,
  ((r.s2b_k0 >> 1) & 3) AS s2b_doubt,
  ((r.s3b_k0 >> 31) + 19358) AS s3b_t,
  ((r.s3b_k0 >> 0) & 1) AS s3b_late,
  ((r.s3b_k0 >> 1) & 3) AS s3b_doubt,
  ((r.s3b_k0 >> 3) & 3) AS s3b_setting,
  ((r.s3s_k0 >> 31) + 19358) AS s3s_t,
  (r.s3s_k0 IS NOT DISTINCT FROM r.s3b_k0) AS s3s_same,
  ((r.s3s_k0 >> 0) & 1) AS s3s_late,
  ((r.s3s_k0 >> 1) & 3) AS s3s_doubt,
  ((r.s3s_k0 >> 3) & 3) AS s3s_setting,
  ((r.s3r_k0 >> 31) + 19358) AS s3r_t,
  (r.s3r_k0 IS NOT DISTINCT FROM r.s3b_k0) AS s3r_same,
  ((r.s3r_k0 >> 0) & 1) AS s3r_late,
  ((r.s3r_k0 >> 1) & 3) AS s3r_doubt,
  ((r.s3r_k0 >> 3) & 3) AS s3r_setting,
  ((r.s4b_k0 >> 31) + 19358) AS s4b_t,
  ((r.s4b_k0 >> 1) & 3) AS s4b_doubt,
  ((r.s5b_k0 >> 31) + 19358) AS s5b_t,
  ((r.s5b_k0 >> 1) & 3) AS s5b_doubt,
  ((r.s5b_k0 >> 9) & 63) AS s5b_value
FROM pathway_row r
) x
) x
) x) x JOIN pathway_pause s ON s.ledger = x.ledger AND s.pathway = x.pathway AND s.variant_n = x.variant_n
    ) spans
  ) edges
  
  GROUP BY ledger, pathway, variant_n
) i2r_spans ON i2r_spans.ledger = x.ledger AND i2r_spans.pathway = x.pathway AND i2r_spans.variant_n = x.variant_n
) x
) x
LEFT JOIN pack_limit i2b_l ON i2b_l.limit_key = CASE WHEN x.variant_n >= 0 THEN 24 + x.variant_n * 5 + (COALESCE(s3b_setting, -1) + 1) * 1 END AND i2b_l.valid_from <= x.i2b_start_d AND i2b_l.valid_to >= x.i2b_start_d
LEFT JOIN pack_limit i2s_l ON i2s_l.limit_key = CASE WHEN x.variant_n >= 0 AND NOT x.i2s_same THEN 24 + x.variant_n * 5 + (COALESCE(s3s_setting, -1) + 1) * 1 END AND i2s_l.valid_from <= x.i2s_start_d AND i2s_l.valid_to >= x.i2s_start_d
LEFT JOIN pack_limit i2r_l ON i2r_l.limit_key = CASE WHEN x.variant_n >= 0 AND NOT x.i2r_same THEN 24 + x.variant_n * 5 + (COALESCE(s3r_setting, -1) + 1) * 1 END AND i2r_l.valid_from <= x.i2r_start_d AND i2r_l.valid_to >= x.i2r_start_d
) x
) x
) x
) x
WHERE i2b_state IS NOT NULL
) b
) line
) counted
GROUP BY ledger, place_n, period_n, variant_n, why, length
) cell
