SELECT ledger,
  pathway,
  (ARRAY['', 'breast', 'lung', 'colorectal', 'prostate', 'bladder', 'kidney', 'headneck', 'uterus', 'ovary', 'cervix', 'oesophagus-stomach', 'testis', 'lymphoma', 'myeloma', 'children', 'sarcoma', 'melanoma', 'cll', 'acute-leukaemia', 'brain', 'liver', 'pancreas', 'biliary', 'thyroid', 'penis', 'net', 'metastases', 'diagnostic'])[variant_n + 1] AS variant,
  variant_n,
  MIN(k0) FILTER (WHERE slot_b = 0) AS s0b_k0,
  MIN(k0) FILTER (WHERE slot_r = 0) AS s0r_k0,
  MIN(k0) FILTER (WHERE slot_b = 1) AS s1b_k0,
  MIN(k0) FILTER (WHERE slot_b = 2) AS s2b_k0,
  MIN(k0) FILTER (WHERE slot_b = 3) AS s3b_k0,
  MIN(k0) FILTER (WHERE slot_r = 3) AS s3r_k0,
  MIN(k0) FILTER (WHERE slot_b = 4) AS s4b_k0,
  MAX(t) FILTER (WHERE ok) AS active_t,
  BOOL_OR(shut) FILTER (WHERE slot = 0) AS closed_0
FROM (
  SELECT ledger,
    pathway,
    variant_n,
    slot,
    t,
    ((t - 19358) * 65536 + seq) * 256 + CASE WHEN lag > duty THEN 1 ELSE 0 END + setting * 2 + place_n * 16 AS k0,
    ok,
    CASE WHEN ok THEN slot END AS slot_b,
    CASE WHEN ok AND (duty IS NULL OR lag <= duty) THEN slot END AS slot_r,
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
    e.occurred >= c.valid_from AND e.occurred <= c.valid_to AND NOT (CASE c.refusal WHEN 1 THEN (e.occurred >= DATE '1900-01-01' AND e.occurred <= DATE '2199-12-31' AND COALESCE(e.recorder IN ('contract-specialist'), FALSE)) ELSE FALSE END) AS ok,
    NOT (e.occurred >= c.valid_from AND e.occurred <= c.valid_to) AS shut
  FROM entry e JOIN pack_code c ON c.code = e.code
  LEFT JOIN place p ON p.name = e.place
  WHERE e.recorded <= (DATE '1970-01-01' + CAST($1 AS INTEGER)) AND e.occurred <= (DATE '1970-01-01' + CAST($1 AS INTEGER))
  ) e
) known
GROUP BY ledger, pathway, variant_n
