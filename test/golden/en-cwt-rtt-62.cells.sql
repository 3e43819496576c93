SELECT ledger, place_n, period_n, variant, CASE WHEN why IS NULL THEN 0 WHEN why < 10 THEN 1 ELSE 2 END AS bin, COALESCE(why IN (16, 17, 18, 19, 20, 21), FALSE) AS is_unknown, why, length,
  weight, real_time, real_time_met, real_time_missed, pathways
FROM (
SELECT ledger, place_n, period_n, variant, why, length,
  CAST(SUM(CASE WHEN TRUE THEN weight ELSE 0 END) AS BIGINT) AS weight,
  CAST(SUM(CASE WHEN real_time THEN weight ELSE 0 END) AS BIGINT) AS real_time,
  CAST(SUM(CASE WHEN real_time_bin = 0 THEN weight ELSE 0 END) AS BIGINT) AS real_time_met,
  CAST(SUM(CASE WHEN real_time_bin = 1 THEN weight ELSE 0 END) AS BIGINT) AS real_time_missed,
  COUNT(*) AS pathways
FROM (
SELECT ledger, place_n, CAST(EXTRACT(YEAR FROM (DATE '1970-01-01' + CAST(period_d AS INTEGER))) AS BIGINT) * 100 + CAST(EXTRACT(MONTH FROM (DATE '1970-01-01' + CAST(period_d AS INTEGER))) AS BIGINT) AS period_n, variant, why, length, weight, real_time, real_time_bin, is_first
FROM (
SELECT ledger, pathway, variant, variant_n, MIN(period_d) AS period_d, MIN(bin) AS bin, MIN(why) AS why, MIN(state) AS state, MIN(length) AS length, MIN(run) AS run, MIN(limit_amount) AS limit_amount, MIN(start_d) AS start_d, MIN(stop_d) AS stop_d, MIN(doubt) AS doubt, BOOL_OR(real_time) AS real_time, MIN(real_time_bin) AS real_time_bin, place_n, CAST(SUM(weight) AS BIGINT) AS weight, BOOL_OR(opens) AS is_first
FROM (
SELECT c.*, s.weight, s.opens, CASE WHEN c.share_case = -1 THEN whole_place ELSE CASE s.n WHEN 0 THEN COALESCE(s15b_place, 0) WHEN 1 THEN COALESCE(s1b_place, 0) WHEN 2 THEN COALESCE(s11b_place, 0) WHEN 3 THEN COALESCE(s6b_place, 0) WHEN 4 THEN COALESCE(s17b_place, 0) END END AS place_n
FROM (
SELECT b.*, CASE WHEN bin = 2 THEN -1 ELSE CASE WHEN COALESCE(s15b_place > 0 AND s15b_place = s6b_place, FALSE) THEN 0 WHEN (s15b_t IS NULL AND COALESCE(s1b_place > 0 AND s1b_place = s1b_place, FALSE)) THEN 1 WHEN s15b_t IS NULL THEN 2 WHEN COALESCE(s4b_t < s16b_t, FALSE) THEN 3 WHEN (COALESCE(i2b_state IN (0), FALSE) AND COALESCE(i3b_state IN (0), FALSE) AND COALESCE(i4b_state IN (0, 1), FALSE)) THEN 4 WHEN (COALESCE(i2b_state IN (0), FALSE) AND COALESCE(i3b_state IN (1), FALSE) AND COALESCE(i4b_state IN (0), FALSE)) THEN 5 WHEN (COALESCE(i2b_state IN (1), FALSE) AND COALESCE(i3b_state IN (0), FALSE) AND COALESCE(i4b_state IN (1), FALSE)) THEN 6 WHEN (COALESCE(i2b_state IN (1), FALSE) AND COALESCE(i3b_state IN (1), FALSE) AND COALESCE(i4b_state IN (0), FALSE)) THEN 7 WHEN (COALESCE(i2b_state IN (1), FALSE) AND COALESCE(i3b_state IN (1), FALSE) AND COALESCE(i4b_state IN (1), FALSE)) THEN 8 ELSE 9 END END AS share_case
FROM (
SELECT x.*,
  CASE WHEN (COALESCE(s6b_setting IN (26), FALSE) OR (s6b_t IS NOT NULL AND s18b_t IS NULL) OR (COALESCE(s7b_setting IN (3), FALSE) AND s1b_t IS NOT NULL AND NOT (COALESCE(s8b_setting IN (4), FALSE)))) THEN 2 ELSE CASE WHEN i2b_state = 0 THEN 0 WHEN i2b_state <= 1 THEN 1 ELSE 2 END END AS bin,
  CASE WHEN (COALESCE(s6b_setting IN (26), FALSE) OR (s6b_t IS NOT NULL AND s18b_t IS NULL) OR (COALESCE(s7b_setting IN (3), FALSE) AND s1b_t IS NOT NULL AND NOT (COALESCE(s8b_setting IN (4), FALSE)))) THEN 22 ELSE CASE i2b_state WHEN 0 THEN NULL WHEN 1 THEN CASE WHEN (COALESCE(i2b_start_doubt, 0) = 1 OR COALESCE(i2b_stop_doubt, 0) = 1) AND COALESCE(i2s_state = 0, FALSE) THEN 0 WHEN i2b_no_patient <= i2b_amount THEN 1 WHEN i2b_no_medical <= i2b_amount THEN 2 ELSE 3 END WHEN 2 THEN 10 WHEN 3 THEN CASE WHEN i2b_waiting THEN 11 ELSE 12 END ELSE i2b_state + 3 END END AS why,
  i2b_state AS state,
  CASE WHEN (COALESCE(s6b_setting IN (26), FALSE) OR (s6b_t IS NOT NULL AND s18b_t IS NULL) OR (COALESCE(s7b_setting IN (3), FALSE) AND s1b_t IS NOT NULL AND NOT (COALESCE(s8b_setting IN (4), FALSE)))) THEN NULL ELSE CASE WHEN i2b_state <= 1 THEN i2b_gross - i2b_paused END END AS length,
  CASE WHEN (COALESCE(s6b_setting IN (26), FALSE) OR (s6b_t IS NOT NULL AND s18b_t IS NULL) OR (COALESCE(s7b_setting IN (3), FALSE) AND s1b_t IS NOT NULL AND NOT (COALESCE(s8b_setting IN (4), FALSE)))) THEN NULL ELSE CASE WHEN i2b_state <= 3 THEN i2b_gross - i2b_paused END END AS run,
  i2b_limit AS limit_amount,
  i2b_start_d AS start_d,
  i2b_stop_d AS stop_d,
  CASE WHEN (COALESCE(s6b_setting IN (26), FALSE) OR (s6b_t IS NOT NULL AND s18b_t IS NULL) OR (COALESCE(s7b_setting IN (3), FALSE) AND s1b_t IS NOT NULL AND NOT (COALESCE(s8b_setting IN (4), FALSE)))) THEN NULL ELSE CASE WHEN i2b_state <= 1 AND (COALESCE(i2b_start_doubt, 0) = 1 OR COALESCE(i2b_stop_doubt, 0) = 1) THEN CASE i2s_state WHEN 0 THEN 0 WHEN 1 THEN 1 ELSE 2 END END END AS doubt,
  CASE WHEN (COALESCE(s6b_setting IN (26), FALSE) OR (s6b_t IS NOT NULL AND s18b_t IS NULL) OR (COALESCE(s7b_setting IN (3), FALSE) AND s1b_t IS NOT NULL AND NOT (COALESCE(s8b_setting IN (4), FALSE)))) THEN NULL ELSE CASE WHEN i2b_state <= 1 THEN COALESCE(i2b_start_late, 0) = 0 AND COALESCE(i2b_stop_late, 0) = 0 END END AS real_time,
  CASE WHEN (COALESCE(s6b_setting IN (26), FALSE) OR (s6b_t IS NOT NULL AND s18b_t IS NULL) OR (COALESCE(s7b_setting IN (3), FALSE) AND s1b_t IS NOT NULL AND NOT (COALESCE(s8b_setting IN (4), FALSE)))) THEN NULL ELSE CASE i2b_state WHEN 0 THEN 0 WHEN 1 THEN 1 END END AS real_time_bin,
  COALESCE(s6b_t, i2b_limit_d, i2b_start_d, active_t, $1) AS period_d,
  COALESCE(NULLIF(s6b_place, 0), NULLIF(i2b_start_place, 0), 0) AS whole_place
FROM (
SELECT x.*,
  CASE WHEN (i2b_state <= 3 OR (i2b_state = 18 AND i2b_kind = 0 AND i2b_stop_t IS NULL)) THEN i2b_start_d + i2b_amount + i2b_paused END AS i2b_limit_d,
  CASE WHEN (i2b_state <= 3 OR (i2b_state = 18 AND i2b_kind = 0 AND i2b_stop_t IS NULL)) THEN i2b_amount END AS i2b_limit,
  COALESCE(i2b_active_u - i2b_start_u - i2b_paused > i2b_amount, FALSE) AS i2b_waiting,
  CASE WHEN (i3b_state <= 3 OR (i3b_state = 18 AND i3b_kind = 0 AND i3b_stop_t IS NULL)) THEN i3b_start_d + i3b_amount + i3b_paused END AS i3b_limit_d,
  CASE WHEN (i3b_state <= 3 OR (i3b_state = 18 AND i3b_kind = 0 AND i3b_stop_t IS NULL)) THEN i3b_amount END AS i3b_limit,
  COALESCE(i3b_active_u - i3b_start_u - i3b_paused > i3b_amount, FALSE) AS i3b_waiting,
  CASE WHEN (i4b_state <= 3 OR (i4b_state = 18 AND i4b_kind = 0 AND i4b_stop_t IS NULL)) THEN i4b_start_d + i4b_amount + i4b_paused END AS i4b_limit_d,
  CASE WHEN (i4b_state <= 3 OR (i4b_state = 18 AND i4b_kind = 0 AND i4b_stop_t IS NULL)) THEN i4b_amount END AS i4b_limit,
  COALESCE(i4b_active_u - i4b_start_u - i4b_paused > i4b_amount, FALSE) AS i4b_waiting
FROM (
SELECT x.*,
  CASE
    WHEN i2s_same THEN i2b_state
    WHEN i2s_start_t IS NOT NULL AND i2s_stop_t IS NOT NULL THEN CASE
      WHEN COALESCE(s18s_setting IN (2, 3, 4, 5, 6, 8, 9, 10, 11), FALSE) THEN 12
      WHEN i2s_stop_d < i2s_start_d THEN 16
      WHEN i2s_kind IS NULL OR i2s_kind = 1 THEN 18
      WHEN i2s_kind = 2 THEN 12
      WHEN i2s_gross - i2s_paused <= i2s_amount THEN 0
      ELSE 1 END END AS i2s_state
FROM (
SELECT x.*,
  CASE
    WHEN i2b_start_t IS NOT NULL AND i2b_stop_t IS NOT NULL THEN CASE
      WHEN COALESCE(s18b_setting IN (2, 3, 4, 5, 6, 8, 9, 10, 11), FALSE) THEN 12
      WHEN i2b_start_doubt = 2 OR i2b_stop_doubt = 2 THEN 14
      WHEN i2b_stop_d < i2b_start_d THEN 16
      WHEN i2b_kind IS NULL OR i2b_kind = 1 THEN 18
      WHEN i2b_kind = 2 THEN 12
      WHEN i2b_gross - i2b_paused <= i2b_amount THEN 0
      ELSE 1 END
    WHEN i2b_start_t IS NULL AND ((COALESCE(closed_1, FALSE)) OR (COALESCE(closed_0, FALSE))) THEN 10
    WHEN i2b_start_t IS NULL AND i2b_stop_t IS NULL AND ((s2b_t IS NOT NULL) OR (s3b_t IS NOT NULL) OR (s4b_t IS NOT NULL) OR (s5b_t IS NOT NULL) OR (s6b_t IS NOT NULL)) THEN 13
    WHEN i2b_start_t IS NULL AND i2b_stop_t IS NULL THEN NULL
    WHEN i2b_stop_t IS NOT NULL AND COALESCE(s18b_setting IN (2, 3, 4, 5, 6, 8, 9, 10, 11), FALSE) THEN 12
    WHEN i2b_stop_t IS NOT NULL THEN 13
    WHEN ((COALESCE(s14b_setting IN (1), FALSE)) OR (COALESCE(s3b_setting IN (2), FALSE)) OR (COALESCE(s3b_setting IN (3), FALSE))) THEN 11
    WHEN i2b_start_doubt = 2 THEN 14
    WHEN i2b_kind IS NULL OR i2b_kind = 1 THEN 18
    WHEN i2b_kind = 2 THEN 12
    WHEN i2b_gross - i2b_paused <= i2b_amount THEN 2
    WHEN i2b_and_unknown THEN 18
    ELSE 3 END AS i2b_state,
  CASE
    WHEN i3b_start_t IS NOT NULL AND i3b_stop_t IS NOT NULL THEN CASE
      WHEN i3b_start_doubt = 2 OR i3b_stop_doubt = 2 THEN 14
      WHEN i3b_stop_d < i3b_start_d THEN 16
      WHEN i3b_kind IS NULL OR i3b_kind = 1 THEN 18
      WHEN i3b_kind = 2 THEN 12
      WHEN i3b_gross - i3b_paused <= i3b_amount THEN 0
      ELSE 1 END
    WHEN i3b_start_t IS NULL AND ((COALESCE(closed_1, FALSE)) OR (COALESCE(closed_0, FALSE))) THEN 10
    WHEN i3b_start_t IS NULL AND i3b_stop_t IS NULL AND ((s2b_t IS NOT NULL) OR (s3b_t IS NOT NULL) OR (s4b_t IS NOT NULL) OR (s5b_t IS NOT NULL) OR (s6b_t IS NOT NULL)) THEN 13
    WHEN i3b_start_t IS NULL AND i3b_stop_t IS NULL THEN NULL
    WHEN i3b_stop_t IS NOT NULL THEN 13
    WHEN ((COALESCE(s14b_setting IN (1), FALSE)) OR (COALESCE(s3b_setting IN (2), FALSE)) OR (COALESCE(s3b_setting IN (3), FALSE)) OR (s6b_t IS NOT NULL)) THEN 11
    WHEN i3b_start_doubt = 2 THEN 14
    WHEN i3b_kind IS NULL OR i3b_kind = 1 THEN 18
    WHEN i3b_kind = 2 THEN 12
    WHEN i3b_gross - i3b_paused <= i3b_amount THEN 2
    WHEN i3b_and_unknown THEN 18
    ELSE 3 END AS i3b_state,
  CASE
    WHEN i4b_start_t IS NOT NULL AND i4b_stop_t IS NOT NULL THEN CASE
      WHEN s4b_t IS NULL THEN 12
      WHEN i4b_start_doubt = 2 OR i4b_stop_doubt = 2 THEN 14
      WHEN i4b_stop_d < i4b_start_d THEN 16
      WHEN i4b_kind IS NULL OR i4b_kind = 1 THEN 18
      WHEN i4b_kind = 2 THEN 12
      WHEN i4b_gross - i4b_paused <= i4b_amount THEN 0
      ELSE 1 END
    WHEN i4b_start_t IS NULL AND ((COALESCE(closed_4, FALSE))) THEN 10
    WHEN i4b_start_t IS NULL AND i4b_stop_t IS NULL AND ((s5b_t IS NOT NULL) OR (s6b_t IS NOT NULL)) THEN 13
    WHEN i4b_start_t IS NULL AND i4b_stop_t IS NULL THEN NULL
    WHEN i4b_stop_t IS NOT NULL AND s4b_t IS NULL THEN 12
    WHEN i4b_stop_t IS NOT NULL THEN 13
    WHEN ((COALESCE(s14b_setting IN (1), FALSE)) OR (COALESCE(s3b_setting IN (2), FALSE)) OR (COALESCE(s3b_setting IN (3), FALSE))) THEN 11
    WHEN i4b_start_doubt = 2 THEN 14
    WHEN i4b_kind IS NULL OR i4b_kind = 1 THEN 18
    WHEN i4b_kind = 2 THEN 12
    WHEN i4b_gross - i4b_paused <= i4b_amount THEN 2
    WHEN i4b_and_unknown THEN 18
    ELSE 3 END AS i4b_state
FROM (
SELECT x.*,
  i2b_l.kind AS i2b_kind,
  i2b_l.amount AS i2b_amount,
  COALESCE(i2b_l.and_unknown, FALSE) AS i2b_and_unknown,
  i2s_l.kind AS i2s_kind,
  i2s_l.amount AS i2s_amount,
  COALESCE(i2s_l.and_unknown, FALSE) AS i2s_and_unknown,
  i3b_l.kind AS i3b_kind,
  i3b_l.amount AS i3b_amount,
  COALESCE(i3b_l.and_unknown, FALSE) AS i3b_and_unknown,
  i4b_l.kind AS i4b_kind,
  i4b_l.amount AS i4b_amount,
  COALESCE(i4b_l.and_unknown, FALSE) AS i4b_and_unknown
FROM (
SELECT x.*,
  (x.i2b_until_u - x.i2b_start_u) AS i2b_gross,
  LEAST((x.i2b_until_u - x.i2b_start_u), CASE WHEN x.p0_on THEN COALESCE(s13b_value, 0) ELSE 0 END + CASE WHEN x.p1_on THEN COALESCE(s21b_value, 0) ELSE 0 END + CASE WHEN x.p2_on THEN COALESCE(s22b_value, 0) ELSE 0 END) AS i2b_paused,
  (x.i2b_until_u - x.i2b_start_u) - LEAST((x.i2b_until_u - x.i2b_start_u), COALESCE(s13b_value, 0) + COALESCE(s21b_value, 0) + CASE WHEN x.p2_on THEN COALESCE(s22b_value, 0) ELSE 0 END) AS i2b_no_patient,
  (x.i2b_until_u - x.i2b_start_u) - LEAST((x.i2b_until_u - x.i2b_start_u), CASE WHEN x.p0_on THEN COALESCE(s13b_value, 0) ELSE 0 END + CASE WHEN x.p1_on THEN COALESCE(s21b_value, 0) ELSE 0 END + COALESCE(s22b_value, 0)) AS i2b_no_medical,
  (x.i2s_until_u - x.i2s_start_u) AS i2s_gross,
  LEAST((x.i2s_until_u - x.i2s_start_u), CASE WHEN x.p0_on THEN COALESCE(s13b_value, 0) ELSE 0 END + CASE WHEN x.p1_on THEN COALESCE(s21b_value, 0) ELSE 0 END + CASE WHEN x.p2_on THEN COALESCE(s22b_value, 0) ELSE 0 END) AS i2s_paused,
  (x.i3b_until_u - x.i3b_start_u) AS i3b_gross,
  LEAST((x.i3b_until_u - x.i3b_start_u), CASE WHEN x.p0_on THEN COALESCE(s13b_value, 0) ELSE 0 END) AS i3b_paused,
  (x.i4b_until_u - x.i4b_start_u) AS i4b_gross,
  LEAST((x.i4b_until_u - x.i4b_start_u), CASE WHEN x.p1_on THEN COALESCE(s21b_value, 0) ELSE 0 END + CASE WHEN x.p2_on THEN COALESCE(s22b_value, 0) ELSE 0 END) AS i4b_paused
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
  COALESCE(i3b_stop_t, CAST($1 AS BIGINT)) AS i3b_until_t,
  COALESCE(i3b_stop_d, CAST($1 AS BIGINT)) AS i3b_until_d,
  i3b_start_d AS i3b_start_u,
  COALESCE(i3b_stop_d, CAST($1 AS BIGINT)) AS i3b_until_u,
  active_t AS i3b_active_u,
  COALESCE(i4b_stop_t, CAST($1 AS BIGINT)) AS i4b_until_t,
  COALESCE(i4b_stop_d, CAST($1 AS BIGINT)) AS i4b_until_d,
  i4b_start_d AS i4b_start_u,
  COALESCE(i4b_stop_d, CAST($1 AS BIGINT)) AS i4b_until_u,
  active_t AS i4b_active_u
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
  i3b_open_t AS i3b_start_t,
  i3b_open_d AS i3b_start_d,
  i3b_open_late AS i3b_start_late,
  i3b_open_doubt AS i3b_start_doubt,
  i3b_open_precise AS i3b_start_precise,
  i3b_open_place AS i3b_start_place,
  i4b_open_t AS i4b_start_t,
  i4b_open_d AS i4b_start_d,
  i4b_open_late AS i4b_start_late,
  i4b_open_doubt AS i4b_start_doubt,
  i4b_open_precise AS i4b_start_precise,
  i4b_open_place AS i4b_start_place
FROM (
SELECT x.*,
  CASE WHEN s1b_t IS NOT NULL THEN s1b_t WHEN s0b_t IS NOT NULL THEN s0b_t END AS i2b_open_t,
  s6b_t AS i2b_stop_t,
  CASE WHEN s1b_t IS NOT NULL THEN s1b_t WHEN s0b_t IS NOT NULL THEN s0b_t END AS i2b_open_d,
  s6b_t AS i2b_stop_d,
  CASE WHEN s1b_t IS NOT NULL THEN 0 WHEN s0b_t IS NOT NULL THEN 0 END AS i2b_open_late,
  0 AS i2b_stop_late,
  CASE WHEN s1b_t IS NOT NULL THEN s1b_doubt WHEN s0b_t IS NOT NULL THEN s0b_doubt END AS i2b_open_doubt,
  s6b_doubt AS i2b_stop_doubt,
  CASE WHEN s1b_t IS NOT NULL THEN 1 WHEN s0b_t IS NOT NULL THEN 1 END AS i2b_open_precise,
  1 AS i2b_stop_precise,
  CASE WHEN s1b_t IS NOT NULL THEN s1b_place WHEN s0b_t IS NOT NULL THEN s0b_place END AS i2b_open_place,
  CASE WHEN s1s_t IS NOT NULL THEN s1s_t WHEN s0s_t IS NOT NULL THEN s0s_t END AS i2s_open_t,
  s6s_t AS i2s_stop_t,
  CASE WHEN s1s_t IS NOT NULL THEN s1s_t WHEN s0s_t IS NOT NULL THEN s0s_t END AS i2s_open_d,
  s6s_t AS i2s_stop_d,
  CASE WHEN s1s_t IS NOT NULL THEN 0 WHEN s0s_t IS NOT NULL THEN 0 END AS i2s_open_late,
  0 AS i2s_stop_late,
  CASE WHEN s1s_t IS NOT NULL THEN s1s_doubt WHEN s0s_t IS NOT NULL THEN s0s_doubt END AS i2s_open_doubt,
  s6s_doubt AS i2s_stop_doubt,
  CASE WHEN s1s_t IS NOT NULL THEN 1 WHEN s0s_t IS NOT NULL THEN 1 END AS i2s_open_precise,
  1 AS i2s_stop_precise,
  s1s_same AND s0s_same AND s6s_same AND s18s_same AS i2s_same,
  CASE WHEN s1b_t IS NOT NULL THEN s1b_t WHEN s0b_t IS NOT NULL THEN s0b_t END AS i3b_open_t,
  s4b_t AS i3b_stop_t,
  CASE WHEN s1b_t IS NOT NULL THEN s1b_t WHEN s0b_t IS NOT NULL THEN s0b_t END AS i3b_open_d,
  s4b_t AS i3b_stop_d,
  CASE WHEN s1b_t IS NOT NULL THEN 0 WHEN s0b_t IS NOT NULL THEN 0 END AS i3b_open_late,
  0 AS i3b_stop_late,
  CASE WHEN s1b_t IS NOT NULL THEN s1b_doubt WHEN s0b_t IS NOT NULL THEN s0b_doubt END AS i3b_open_doubt,
  s4b_doubt AS i3b_stop_doubt,
  CASE WHEN s1b_t IS NOT NULL THEN 1 WHEN s0b_t IS NOT NULL THEN 1 END AS i3b_open_precise,
  1 AS i3b_stop_precise,
  CASE WHEN s1b_t IS NOT NULL THEN s1b_place WHEN s0b_t IS NOT NULL THEN s0b_place END AS i3b_open_place,
  s4b_t AS i4b_open_t,
  s6b_t AS i4b_stop_t,
  s4b_t AS i4b_open_d,
  s6b_t AS i4b_stop_d,
  0 AS i4b_open_late,
  0 AS i4b_stop_late,
  s4b_doubt AS i4b_open_doubt,
  s6b_doubt AS i4b_stop_doubt,
  1 AS i4b_open_precise,
  1 AS i4b_stop_precise,
  0 AS i4b_open_place,
  (COALESCE(s13b_setting IN (1), FALSE) AND (s1b_t IS NULL OR COALESCE(s1b_t <= s2b_t, FALSE))) AS p0_on,
  (COALESCE(s20b_setting IN (3), FALSE) AND COALESCE(s19b_setting IN (1, 2), FALSE)) AS p1_on,
  (COALESCE(s20b_setting IN (1, 2), FALSE) AND COALESCE(s19b_setting IN (1, 2), FALSE)) AS p2_on
FROM (
SELECT r.ledger,
  r.pathway,
  r.variant,
  r.variant_n,
  r.active_t,
  r.closed_1,
  r.closed_0,
  r.closed_4,
  ((r.s0b_k0 >> 34) + 19358) AS s0b_t,
  ((r.s0b_k0 >> 1) & 3) AS s0b_doubt,
  ((r.s0b_k0 >> 8) & 15) AS s0b_place,
  ((r.s0s_k0 >> 34) + 19358) AS s0s_t,
  (r.s0s_k0 IS NOT DISTINCT FROM r.s0b_k0) AS s0s_same,
  ((r.s0s_k0 >> 1) & 3) AS s0s_doubt,
  ((r.s1b_k0 >> 34) + 19358) AS s1b_t,
  ((r.s1b_k0 >> 1) & 3) AS s1b_doubt,
  ((r.s1b_k0 >> 8) & 15) AS s1b_place,
  ((r.s1s_k0 >> 34) + 19358) AS s1s_t,
  (r.s1s_k0 IS NOT DISTINCT FROM r.s1b_k0) AS s1s_same,
  ((r.s1s_k0 >> 1) & 3) AS s1s_doubt,
  ((r.s1s_k0 >> 8) & 15) AS s1s_place,
  ((r.s2b_k0 >> 34) + 19358) AS s2b_t,
  ((r.s2b_k0 >> 1) & 3) AS s2b_doubt,
  ((r.s3b_k0 >> 34) + 19358) AS s3b_t,
  ((r.s3b_k0 >> 1) & 3) AS s3b_doubt,
  ((r.s3b_k0 >> 3) & 31) AS s3b_setting,
  ((r.s4b_k0 >> 34) + 19358) AS s4b_t,
  ((r.s4b_k0 >> 1) & 3) AS s4b_doubt,
  ((r.s5b_k0 >> 34) + 19358) AS s5b_t,
  ((r.s5b_k0 >> 1) & 3) AS s5b_doubt,
  ((r.s6b_k0 >> 34) + 19358) AS s6b_t,
  ((r.s6b_k0 >> 1) & 3) AS s6b_doubt,
  ((r.s6b_k0 >> 3) & 31) AS s6b_setting,
  ((r.s6b_k0 >> 8) & 15) AS s6b_place,
  ((r.s6s_k0 >> 34) + 19358) AS s6s_t,
  (r.s6s_k0 IS NOT DISTINCT FROM r.s6b_k0) AS s6s_same,
  ((r.s6s_k0 >> 1) & 3) AS s6s_doubt,
  ((r.s6s_k0 >> 3) & 31) AS s6s_setting,
  ((r.s6s_k0 >> 8) & 15) AS s6s_place,
  ((r.s7b_k0 >> 34) + 19358) AS s7b_t,
  ((r.s7b_k0 >> 1) & 3) AS s7b_doubt,
  ((r.s7b_k0 >> 3) & 31) AS s7b_setting,
  ((r.s8b_k0 >> 34) + 19358) AS s8b_t,
  ((r.s8b_k0 >> 1) & 3) AS s8b_doubt,
  ((r.s8b_k0 >> 3) & 31) AS s8b_setting,
  ((r.s9b_k0 >> 34) + 19358) AS s9b_t,
  ((r.s9b_k0 >> 1) & 3) AS s9b_doubt,
  ((r.s9s_k0 >> 34) + 19358) AS s9s_t,
  (r.s9s_k0 IS NOT DISTINCT FROM r.s9b_k0) AS s9s_same,
  ((r.s9s_k0 >> 1) & 3) AS s9s_doubt,
  ((r.s10b_k0 >> 34) + 19358) AS s10b_t,
  ((r.s10b_k0 >> 1) & 3) AS s10b_doubt,
  ((r.s10b_k0 >> 3) & 31) AS s10b_setting,
  ((r.s11b_k0 >> 34) + 19358) AS s11b_t,
  ((r.s11b_k0 >> 1) & 3) AS s11b_doubt,
  ((r.s11b_k0 >> 8) & 15) AS s11b_place,
  ((r.s13b_k0 >> 34) + 19358) AS s13b_t,
  ((r.s13b_k0 >> 1) & 3) AS s13b_doubt,
  ((r.s13b_k0 >> 3) & 31) AS s13b_setting,
  ((r.s13b_k0 >> 12) & 63) AS s13b_value,
  ((r.s14b_k0 >> 34) + 19358) AS s14b_t,
  ((r.s14b_k0 >> 1) & 3) AS s14b_doubt,
  ((r.s14b_k0 >> 3) & 31) AS s14b_setting,
  ((r.s15b_k0 >> 34) + 19358) AS s15b_t,
  ((r.s15b_k0 >> 1) & 3) AS s15b_doubt,
  ((r.s15b_k0 >> 8) & 15) AS s15b_place,
  ((r.s16b_k0 >> 34) + 19358) AS s16b_t,
  ((r.s16b_k0 >> 1) & 3) AS s16b_doubt,
  ((r.s17b_k0 >> 34) + 19358) AS s17b_t,
  ((r.s17b_k0 >> 1) & 3) AS s17b_doubt,
  ((r.s17b_k0 >> 8) & 15) AS s17b_place,
  ((r.s18b_k0 >> 34) + 19358) AS s18b_t,
  ((r.s18b_k0 >> 1) & 3) AS s18b_doubt,
  ((r.s18b_k0 >> 3) & 31) AS s18b_setting,
  ((r.s18s_k0 >> 34) + 19358) AS s18s_t,
  (r.s18s_k0 IS NOT DISTINCT FROM r.s18b_k0) AS s18s_same,
  ((r.s18s_k0 >> 1) & 3) AS s18s_doubt,
  ((r.s18s_k0 >> 3) & 31) AS s18s_setting,
  ((r.s19b_k0 >> 34) + 19358) AS s19b_t,
  ((r.s19b_k0 >> 1) & 3) AS s19b_doubt,
  ((r.s19b_k0 >> 3) & 31) AS s19b_setting,
  ((r.s20b_k0 >> 34) + 19358) AS s20b_t,
  ((r.s20b_k0 >> 1) & 3) AS s20b_doubt,
  ((r.s20b_k0 >> 3) & 31) AS s20b_setting,
  ((r.s21b_k0 >> 34) + 19358) AS s21b_t,
  ((r.s21b_k0 >> 1) & 3) AS s21b_doubt,
  ((r.s21b_k0 >> 12) & 63) AS s21b_value,
  ((r.s22b_k0 >> 34) + 19358) AS s22b_t,
  ((r.s22b_k0 >> 1) & 3) AS s22b_doubt,
  ((r.s22b_k0 >> 12) & 63) AS s22b_value
FROM pathway_row r
) x
) x
) x
) x
) x
LEFT JOIN pack_limit i2b_l ON i2b_l.limit_key = CASE WHEN x.variant_n >= 0 THEN 28 + x.variant_n * 1 END
LEFT JOIN pack_limit i2s_l ON i2s_l.limit_key = CASE WHEN x.variant_n >= 0 AND NOT x.i2s_same THEN 28 + x.variant_n * 1 END
LEFT JOIN pack_limit i3b_l ON i3b_l.limit_key = CASE WHEN x.variant_n >= 0 THEN 42 + x.variant_n * 1 END
LEFT JOIN pack_limit i4b_l ON i4b_l.limit_key = CASE WHEN x.variant_n >= 0 THEN 56 + x.variant_n * 1 END
) x
) x
) x
) x
WHERE i2b_state IS NOT NULL AND (((COALESCE(s7b_setting IN (3), FALSE) AND NOT (COALESCE(s10b_setting IN (16), FALSE)) AND NOT (COALESCE(s8b_setting IN (4), FALSE))) OR (COALESCE(s7b_setting IN (3), FALSE) AND COALESCE(s10b_setting IN (16), FALSE)) OR (COALESCE(s8b_setting IN (4), FALSE) AND COALESCE(s7b_setting IN (2), FALSE)) OR (s1b_t IS NOT NULL AND NOT (COALESCE(s8b_setting IN (4), FALSE)))) AND NOT (COALESCE(s18b_setting IN (2, 3, 4, 5, 6, 8, 9, 10, 11), FALSE)))
) b
) c
JOIN pack_share s ON s.indicator = 'rtt-62' AND s.share_case = c.share_case
) shares
GROUP BY ledger, pathway, variant, variant_n, place_n
) line
) counted
GROUP BY ledger, place_n, period_n, variant, why, length
) cell
