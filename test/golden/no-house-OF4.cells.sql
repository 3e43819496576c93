SELECT ledger, place_n, period_n, (ARRAY['', 'breast', 'lung', 'colorectal', 'prostate', 'bladder', 'kidney', 'headneck', 'uterus', 'ovary', 'cervix', 'oesophagus-stomach', 'testis', 'lymphoma', 'myeloma', 'children', 'sarcoma', 'melanoma', 'cll', 'acute-leukaemia', 'brain', 'liver', 'pancreas', 'biliary', 'thyroid', 'penis', 'net', 'metastases', 'diagnostic'])[variant_n + 1] AS variant, CASE WHEN why IS NULL THEN 0 WHEN why < 10 THEN 1 ELSE 2 END AS bin, COALESCE(why IN (16, 17, 18, 19, 20, 21), FALSE) AS is_unknown, why, length,
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
  CASE WHEN i3b_state = 0 THEN 0 WHEN i3b_state <= 1 THEN 1 ELSE 2 END AS bin,
  CASE i3b_state WHEN 0 THEN NULL WHEN 1 THEN CASE WHEN i3b_no_patient <= i3b_amount THEN 1 WHEN i3b_no_medical <= i3b_amount THEN 2 ELSE 3 END WHEN 2 THEN 10 WHEN 3 THEN CASE WHEN i3b_waiting THEN 11 ELSE 12 END ELSE i3b_state + 3 END AS why,
  i3b_state AS state,
  CASE WHEN i3b_state <= 1 THEN i3b_gross - i3b_paused END AS length,
  CASE WHEN i3b_state <= 3 THEN i3b_gross - i3b_paused END AS run,
  i3b_limit AS limit_amount,
  i3b_start_d AS start_d,
  i3b_stop_d AS stop_d,
  CAST(NULL AS BIGINT) AS doubt,
  CASE WHEN i3b_state <= 1 THEN COALESCE(i3b_start_late, 0) = 0 AND COALESCE(i3b_stop_late, 0) = 0 END AS real_time,
  CASE i3r_state WHEN 0 THEN 0 WHEN 1 THEN 1 END AS real_time_bin,
  COALESCE(s3b_t, i3b_limit_d, i3b_start_d, active_t, $1) AS period_d,
  COALESCE(NULLIF(s0b_place, 0), NULLIF(i3b_start_place, 0), 0) AS whole_place
FROM (
SELECT x.*,
  CASE WHEN (i3b_state <= 3 OR (i3b_state = 18 AND i3b_kind = 0 AND i3b_stop_t IS NULL)) THEN i3b_start_d + i3b_amount + i3b_paused END AS i3b_limit_d,
  CASE WHEN (i3b_state <= 3 OR (i3b_state = 18 AND i3b_kind = 0 AND i3b_stop_t IS NULL)) THEN i3b_amount END AS i3b_limit,
  COALESCE(i3b_active_u - i3b_start_u - i3b_paused > i3b_amount, FALSE) AS i3b_waiting,
  (x.i3b_until_u - x.i3b_start_u) - LEAST((x.i3b_until_u - x.i3b_start_u), i3b_spans_patient) AS i3b_no_patient,
  (x.i3b_until_u - x.i3b_start_u) - LEAST((x.i3b_until_u - x.i3b_start_u), i3b_spans_medical) AS i3b_no_medical
FROM (
SELECT x.*,
  COALESCE(i3b_spans.out_patient, 0) AS i3b_spans_patient,
  COALESCE(i3b_spans.out_medical, 0) AS i3b_spans_medical
FROM (
SELECT x.*,
  CASE
    WHEN i3r_same THEN i3b_state
    WHEN i3r_start_t IS NOT NULL AND i3r_stop_t IS NOT NULL THEN CASE
      WHEN COALESCE(s3r_setting IN (4, 5, 6), FALSE) THEN 12
      WHEN i3r_stop_d < i3r_start_d THEN 16
      WHEN i3r_kind IS NULL OR i3r_kind = 1 OR s3r_t IS NULL THEN 18
      WHEN i3r_kind = 2 THEN 12
      WHEN i3r_gross - i3r_paused <= i3r_amount THEN 0
      ELSE 1 END END AS i3r_state
FROM (
SELECT x.*,
  CASE
    WHEN i3b_start_t IS NOT NULL AND i3b_stop_t IS NOT NULL THEN CASE
      WHEN COALESCE(s3b_setting IN (4, 5, 6), FALSE) THEN 12
      WHEN i3b_stop_d < i3b_start_d THEN 16
      WHEN i3b_kind IS NULL OR i3b_kind = 1 OR s3b_t IS NULL THEN 18
      WHEN i3b_kind = 2 THEN 12
      WHEN i3b_gross - i3b_paused <= i3b_amount THEN 0
      ELSE 1 END
    WHEN i3b_start_t IS NULL AND ((COALESCE(closed_0, FALSE))) THEN 10
    WHEN i3b_start_t IS NULL AND i3b_stop_t IS NULL AND ((s1b_t IS NOT NULL) OR (s2b_t IS NOT NULL) OR (s3b_t IS NOT NULL)) THEN 13
    WHEN i3b_start_t IS NULL AND i3b_stop_t IS NULL THEN NULL
    WHEN i3b_stop_t IS NOT NULL AND COALESCE(s3b_setting IN (4, 5, 6), FALSE) THEN 12
    WHEN i3b_stop_t IS NOT NULL THEN 13
    WHEN ((s4b_t IS NOT NULL)) THEN 11
    WHEN ((variant_n = 18 AND CAST($1 AS BIGINT) > 18747) OR (variant_n = 19 AND CAST($1 AS BIGINT) > 18747)) THEN 10
    WHEN i3b_kind IS NULL OR i3b_kind = 1 THEN 18
    WHEN i3b_kind = 2 THEN 12
    WHEN i3b_gross - i3b_paused <= i3b_amount THEN 2
    WHEN i3b_and_unknown THEN 18
    ELSE 3 END AS i3b_state
FROM (
SELECT x.*,
  i3b_l.kind AS i3b_kind,
  i3b_l.amount AS i3b_amount,
  COALESCE(i3b_l.and_unknown, FALSE) AS i3b_and_unknown,
  i3r_l.kind AS i3r_kind,
  i3r_l.amount AS i3r_amount,
  COALESCE(i3r_l.and_unknown, FALSE) AS i3r_and_unknown
FROM (
SELECT x.*,
  (x.i3b_until_u - x.i3b_start_u) AS i3b_gross,
  0 AS i3b_paused,
  (x.i3r_until_u - x.i3r_start_u) AS i3r_gross,
  0 AS i3r_paused
FROM (
SELECT x.*,
  COALESCE(i3b_stop_t, CAST($1 AS BIGINT)) AS i3b_until_t,
  COALESCE(i3b_stop_d, CAST($1 AS BIGINT)) AS i3b_until_d,
  i3b_start_d AS i3b_start_u,
  COALESCE(i3b_stop_d, CAST($1 AS BIGINT)) AS i3b_until_u,
  active_t AS i3b_active_u,
  COALESCE(i3r_stop_t, CAST($1 AS BIGINT)) AS i3r_until_t,
  COALESCE(i3r_stop_d, CAST($1 AS BIGINT)) AS i3r_until_d,
  i3r_start_d AS i3r_start_u,
  COALESCE(i3r_stop_d, CAST($1 AS BIGINT)) AS i3r_until_u,
  active_t AS i3r_active_u
FROM (
SELECT x.*,
  i3b_open_t AS i3b_start_t,
  i3b_open_d AS i3b_start_d,
  i3b_open_late AS i3b_start_late,
  i3b_open_doubt AS i3b_start_doubt,
  i3b_open_precise AS i3b_start_precise,
  i3b_open_place AS i3b_start_place,
  i3r_open_t AS i3r_start_t,
  i3r_open_d AS i3r_start_d,
  i3r_open_late AS i3r_start_late,
  i3r_open_doubt AS i3r_start_doubt,
  i3r_open_precise AS i3r_start_precise
FROM (
SELECT x.*,
  s0b_t AS i3b_open_t,
  s3b_t AS i3b_stop_t,
  s0b_t AS i3b_open_d,
  s3b_t AS i3b_stop_d,
  s0b_late AS i3b_open_late,
  s3b_late AS i3b_stop_late,
  0 AS i3b_open_doubt,
  0 AS i3b_stop_doubt,
  1 AS i3b_open_precise,
  1 AS i3b_stop_precise,
  s0b_place AS i3b_open_place,
  s0r_t AS i3r_open_t,
  s3r_t AS i3r_stop_t,
  s0r_t AS i3r_open_d,
  s3r_t AS i3r_stop_d,
  s0r_late AS i3r_open_late,
  s3r_late AS i3r_stop_late,
  0 AS i3r_open_doubt,
  0 AS i3r_stop_doubt,
  1 AS i3r_open_precise,
  1 AS i3r_stop_precise,
  s0r_same AND s3r_same AS i3r_same
FROM (
SELECT r.ledger,
  r.pathway,
  r.variant,
  r.variant_n,
  r.active_t,
  r.closed_0,
  ((r.s0b_k0 >> 24) + 19358) AS s0b_t,
  ((r.s0b_k0 >> 0) & 1) AS s0b_late,
  ((r.s0b_k0 >> 4) & 15) AS s0b_place,
  ((r.s0r_k0 >> 24) + 19358) AS s0r_t,
  (r.s0r_k0 IS NOT DISTINCT FROM r.s0b_k0) AS s0r_same,
  ((r.s0r_k0 >> 0) & 1) AS s0r_late,
  ((r.s1b_k0 >> 24) + 19358) AS s1b_t,
  ((r.s2b_k0 >> 24) + 19358) AS s2b_t,
  ((r.s2b_k0 >> 0) & 1) AS s2b_late,
  ((r.s3b_k0 >> 24) + 19358) AS s3b_t,
  ((r.s3b_k0 >> 0) & 1) AS s3b_late,
  ((r.s3b_k0 >> 1) & 7) AS s3b_setting,
  ((r.s3r_k0 >> 24) + 19358) AS s3r_t,
  (r.s3r_k0 IS NOT DISTINCT FROM r.s3b_k0) AS s3r_same,
  ((r.s3r_k0 >> 0) & 1) AS s3r_late,
  ((r.s3r_k0 >> 1) & 7) AS s3r_setting,
  ((r.s4b_k0 >> 24) + 19358) AS s4b_t
FROM pathway_row r
) x
) x
) x
) x
) x
LEFT JOIN pack_limit i3b_l ON i3b_l.limit_key = CASE WHEN x.variant_n >= 0 THEN 290 + x.variant_n * 8 + (COALESCE(s3b_setting, -1) + 1) * 1 END AND i3b_l.valid_from <= COALESCE(s0b_t, x.i3b_start_d) AND i3b_l.valid_to >= COALESCE(s0b_t, x.i3b_start_d)
LEFT JOIN pack_limit i3r_l ON i3r_l.limit_key = CASE WHEN x.variant_n >= 0 AND NOT x.i3r_same THEN 290 + x.variant_n * 8 + (COALESCE(s3r_setting, -1) + 1) * 1 END AND i3r_l.valid_from <= COALESCE(s0r_t, x.i3r_start_d) AND i3r_l.valid_to >= COALESCE(s0r_t, x.i3r_start_d)
) x
) x
) x
LEFT JOIN (
  SELECT ledger, pathway, variant_n,
      CAST(COALESCE(SUM(CASE WHEN to_e > from_patient THEN to_e - from_patient ELSE 0 END), 0) AS BIGINT) AS out_patient,
      CAST(COALESCE(SUM(CASE WHEN to_e > from_medical THEN to_e - from_medical ELSE 0 END), 0) AS BIGINT) AS out_medical
  FROM (
    SELECT ledger, pathway, variant_n, to_e,
      CASE WHEN in_patient THEN GREATEST(from_e, start_e, MAX(CASE WHEN in_patient THEN to_e END) OVER (PARTITION BY ledger, pathway, variant_n ORDER BY from_e, to_e, pause ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) END AS from_patient,
      CASE WHEN in_medical THEN GREATEST(from_e, start_e, MAX(CASE WHEN in_medical THEN to_e END) OVER (PARTITION BY ledger, pathway, variant_n ORDER BY from_e, to_e, pause ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) END AS from_medical
    FROM (
      SELECT x.ledger, x.pathway, x.variant_n, s.pause, s.from_d AS from_e, LEAST(COALESCE(s.to_d, x.i3b_until_d), x.i3b_until_d) AS to_e, x.i3b_start_d AS start_e,
      CASE s.pause WHEN 0 THEN TRUE WHEN 1 THEN FALSE ELSE FALSE END AS in_patient,
      CASE s.pause WHEN 0 THEN FALSE WHEN 1 THEN TRUE ELSE FALSE END AS in_medical
      FROM (SELECT x.*,
  COALESCE(i3b_stop_t, CAST($1 AS BIGINT)) AS i3b_until_t,
  COALESCE(i3b_stop_d, CAST($1 AS BIGINT)) AS i3b_until_d,
  i3b_start_d AS i3b_start_u,
  COALESCE(i3b_stop_d, CAST($1 AS BIGINT)) AS i3b_until_u,
  active_t AS i3b_active_u,
  COALESCE(i3r_stop_t, CAST($1 AS BIGINT)) AS i3r_until_t,
  COALESCE(i3r_stop_d, CAST($1 AS BIGINT)) AS i3r_until_d,
  i3r_start_d AS i3r_start_u,
  COALESCE(i3r_stop_d, CAST($1 AS BIGINT)) AS i3r_until_u,
  active_t AS i3r_active_u
FROM (
SELECT x.*,
  i3b_open_t AS i3b_start_t,
  i3b_open_d AS i3b_start_d,
  i3b_open_late AS i3b_start_late,
  i3b_open_doubt AS i3b_start_doubt,
  i3b_open_precise AS i3b_start_precise,
  i3b_open_place AS i3b_start_place,
  i3r_open_t AS i3r_start_t,
  i3r_open_d AS i3r_start_d,
  i3r_open_late AS i3r_start_late,
  i3r_open_doubt AS i3r_start_doubt,
  i3r_open_precise AS i3r_start_precise
FROM (
SELECT x.*,
  s0b_t AS i3b_open_t,
  s3b_t AS i3b_stop_t,
  s0b_t AS i3b_open_d,
  s3b_t AS i3b_stop_d,
  s0b_late AS i3b_open_late,
  s3b_late AS i3b_stop_late,
  0 AS i3b_open_doubt,
  0 AS i3b_stop_doubt,
  1 AS i3b_open_precise,
  1 AS i3b_stop_precise,
  s0b_place AS i3b_open_place,
  s0r_t AS i3r_open_t,
  s3r_t AS i3r_stop_t,
  s0r_t AS i3r_open_d,
  s3r_t AS i3r_stop_d,
  s0r_late AS i3r_open_late,
  s3r_late AS i3r_stop_late,
  0 AS i3r_open_doubt,
  0 AS i3r_stop_doubt,
  1 AS i3r_open_precise,
  1 AS i3r_stop_precise,
  s0r_same AND s3r_same AS i3r_same
FROM (
SELECT r.ledger,
  r.pathway,
  r.variant,
  r.variant_n,
  r.active_t,
  r.closed_0,
  ((r.s0b_k0 >> 24) + 19358) AS s0b_t,
  ((r.s0b_k0 >> 0) & 1) AS s0b_late,
  ((r.s0b_k0 >> 4) & 15) AS s0b_place,
  ((r.s0r_k0 >> 24) + 19358) AS s0r_t,
  (r.s0r_k0 IS NOT DISTINCT FROM r.s0b_k0) AS s0r_same,
  ((r.s0r_k0 >> 0) & 1) AS s0r_late,
  ((r.s1b_k0 >> 24) + 19358) AS s1b_t,
  ((r.s2b_k0 >> 24) + 19358) AS s2b_t,
  ((r.s2b_k0 >> 0) & 1) AS s2b_late,
  ((r.s3b_k0 >> 24) + 19358) AS s3b_t,
  ((r.s3b_k0 >> 0) & 1) AS s3b_late,
  ((r.s3b_k0 >> 1) & 7) AS s3b_setting,
  ((r.s3r_k0 >> 24) + 19358) AS s3r_t,
  (r.s3r_k0 IS NOT DISTINCT FROM r.s3b_k0) AS s3r_same,
  ((r.s3r_k0 >> 0) & 1) AS s3r_late,
  ((r.s3r_k0 >> 1) & 7) AS s3r_setting,
  ((r.s4b_k0 >> 24) + 19358) AS s4b_t
FROM pathway_row r
) x
) x
) x) x JOIN pathway_pause s ON s.ledger = x.ledger AND s.pathway = x.pathway AND s.variant_n = x.variant_n
    ) spans
  ) edges
  
  GROUP BY ledger, pathway, variant_n
) i3b_spans ON i3b_spans.ledger = x.ledger AND i3b_spans.pathway = CASE WHEN x.i3b_state = 1 THEN x.pathway END AND i3b_spans.variant_n = x.variant_n
) x
) x
WHERE i3b_state IS NOT NULL AND NOT (variant_n IN (28))
) b
) line
) counted
GROUP BY ledger, place_n, period_n, variant_n, why, length
) cell
