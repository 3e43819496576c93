import type { DuckDatabase } from '../src/store/duckdb.ts'

/**
 * The yardstick: OF1 to OF4 of packs/no-house from a generated ledger, in the fastest SQL we could write for DuckDB. It knows
 * everything that a compiler cannot: which codes there are and what they mean, the limits that hold in these years, the names
 * of the hospitals, that every code is in force, that an id names one pathway. It checks nothing of the file.
 *
 * Shapes that were tried on ten million entries, CPU seconds of the first step on one thread: codes told apart by CASE 4.2, by
 * a join 3.8, by a join and in the key of the grouping 3.6 (this one); without the second and third reading 3.0. In the second
 * step, figures from one pass over the rows 0.6 an indicator, from rows kept by a MATERIALIZED table expression 0.9.
 */

const lastDay = 20_269 // 2025-06-30
const [mayWait, maySay] = ['patient-chose', 'medical'] as const

/** Prefix, variant, then limits in days: OF1, OF2, OF3 and OF4 by surgery, drugs, radiotherapy, and the longest of them. */
const variants = `
  (0, 'Z01', 'breast', 7, 12, 13, 10, NULL, 13, 32, 29, NULL, 32),
  (1, 'A12', 'colorectal', 9, 12, 14, 14, 18, 18, 35, 35, 39, 39),
  (2, 'Z09', 'lymphoma', 4, 14, NULL, 3, 17, 17, NULL, 21, 35, 35),
  (3, 'Z16', 'pancreas', 8, 14, 14, 14, NULL, 14, 36, 36, NULL, 36),
  (4, 'Z15', 'brain', 6, 8, 7, 14, 14, 14, 21, 28, 28, 28),
  (5, 'A34', 'liver', 5, 20, 14, 7, NULL, 14, 39, 32, NULL, 39),
  (6, 'A37', 'thyroid', 10, 10, 21, NULL, NULL, 21, 41, NULL, NULL, 41),
  (7, 'Z08', 'testis', 5, 12, 28, 14, 21, 28, 45, 31, 38, 45),
  (8, 'A36', 'sarcoma', 8, 21, 14, 14, 14, 14, 43, 43, 43, 43),
  (9, 'Z18', 'net', 14, 21, 21, 21, 21, 21, 56, 56, 56, 56),
  (10, 'A16', 'prostate', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (11, 'Z02', 'lung', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (12, 'A40', 'biliary', 6, 21, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (13, 'C01', 'diagnostic', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`

/** Step of each ending of a code: 0 start, 1 attendance, 2 decision, 3 treatment, 4 end, 5 decision and end, 9 nothing; from 10 waiting. */
const endings = `
  ('A', 0, 0), ('S', 1, 0), ('CK', 2, 0), ('CU', 2, 0), ('FK', 3, 8), ('FM', 3, 16), ('FS', 3, 24), ('FL', 3, 0), ('FO', 3, 0), ('FI', 3, 0),
  ('CM', 4, 0), ('CA', 4, 0), ('CI', 4, 0), ('X', 4, 0), ('V', 9, 0), ('B', 9, 0), ('O', 9, 0), ('DX', 9, 0), ('L', 10, 0), ('LS', 11, 0), ('M', 12, 0), ('MS', 13, 0)`

/** Small tables, and since when entries are corrected or withdrawn. */
const preparation = (file: string) => `
CREATE TEMP TABLE variant AS SELECT * REPLACE (n::TINYINT AS n) FROM (VALUES ${variants}) v(n, prefix, name, l1, l2, l3s, l3m, l3r, l3x, l4s, l4m, l4r, l4x);
CREATE TEMP TABLE code AS SELECT prefix || ending AS code, n, CASE WHEN prefix = 'C01' AND slot IN (2, 4) AND ending <> 'X' THEN 5 ELSE slot END::TINYINT AS slot, bits::BIGINT AS bits
  FROM variant, (VALUES ${endings}) e(ending, slot, bits);
CREATE TEMP TABLE gone AS SELECT COALESCE(corrects, withdraws) AS id, (MIN(recorded) - DATE '1970-01-01')::INTEGER AS superseded
  FROM read_parquet('${file}') WHERE corrects IS NOT NULL OR withdraws IS NOT NULL GROUP BY 1`

/**
 * A row a pathway. Each entry is one number: day, order, place, kind of treatment, doubt (2 likely or let stand, 4 asked or
 * unknown), late; the smallest is the first. b: as known, s: without doubts, r: as coded in time.
 */
const pathways = (file: string) => `
CREATE TEMP TABLE pathway AS
SELECT n AS variant, MAX(day) FILTER (ok) AS active,
  MIN(k) FILTER (slot = 0 AND ok) AS s0b, MIN(k) FILTER (slot = 0 AND ok AND sure) AS s0s, MIN(k) FILTER (slot = 0 AND timely) AS s0r,
  MIN(k) FILTER (slot = 1 AND ok) AS s1b, MIN(k) FILTER (slot = 1 AND ok AND sure) AS s1s,
  MIN(k) FILTER (slot IN (2, 5) AND ok) AS s2b, MIN(k) FILTER (slot IN (2, 5) AND ok AND sure) AS s2s, MIN(k) FILTER (slot IN (2, 5) AND timely) AS s2r,
  MIN(k) FILTER (slot = 3 AND ok) AS s3b, MIN(k) FILTER (slot = 3 AND ok AND sure) AS s3s, MIN(k) FILTER (slot = 3 AND timely) AS s3r,
  BOOL_OR(ok) FILTER (slot IN (4, 5)) AS closed,
  LIST(day * 4 + slot - 10) FILTER (slot >= 10 AND ok) AS waits
FROM (
  SELECT pathway, c.n, day, slot, superseded IS NULL AS ok, standing = 'sure' AS sure, lag <= 7 AND (superseded IS NULL OR superseded > day + 7) AS timely,
    (day::BIGINT * 16777216 + seq) * 512 + (
      CASE place WHEN 'Nordvik sykehus (oppdiktet)' THEN 192 WHEN 'Fjellheim sykehus (oppdiktet)' THEN 64 WHEN 'Sydvik sykehus (oppdiktet)' THEN 320
        WHEN 'Østmo sykehus (oppdiktet)' THEN 384 WHEN 'Lyngdal sykehus (oppdiktet)' THEN 128 ELSE 256 END
      + c.bits + CASE standing WHEN 'sure' THEN 0 WHEN 'likely' THEN 2 WHEN 'let-stand' THEN 2 ELSE 4 END + CASE WHEN lag > 7 THEN 1 ELSE 0 END
    ) AS k
  FROM (
    SELECT pathway, code, (occurred - DATE '1970-01-01')::INTEGER AS day, (recorded - occurred)::INTEGER AS lag, standing, place, superseded, recorder, file_row_number AS seq
    FROM read_parquet('${file}', file_row_number = true) f LEFT JOIN gone g ON g.id = f.id
    WHERE withdraws IS NULL AND recorded <= DATE '2025-06-30' AND standing <> 'ruled-out'
  ) f JOIN code c ON c.code = f.code
  WHERE slot <> 0 OR recorder IS DISTINCT FROM 'contract-specialist'
)
GROUP BY pathway, n`

const places = ['', 'Fjellheim', 'Lyngdal', 'Nordvik', 'Småholmen', 'Sydvik', 'Østmo'].map((name) => name && `${name} sykehus (oppdiktet)`)

/** Stretches of waiting, 1 the patient's wish and 2 medical: each from its start to the first end, overlapping ones made one. */
const waiting = `
CREATE TEMP TABLE waiting AS
WITH m AS (SELECT r, ((e >> 1) & 1) + 1 AS why, (e & 1) = 1 AS ends, e >> 2 AS day FROM (SELECT rowid AS r, UNNEST(waits) AS e FROM pathway WHERE waits IS NOT NULL)),
s AS (SELECT *, COALESCE(MIN(CASE WHEN ends THEN day END) OVER (PARTITION BY r, why ORDER BY day RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING), ${lastDay}) AS until FROM m),
t AS (SELECT r, why, day, until, MAX(until) OVER (PARTITION BY r, why ORDER BY day, until ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM s WHERE NOT ends)
SELECT r, why, GREATEST(day, before) AS day, until FROM t WHERE until > COALESCE(before, 0)`

const clocks = {
  OF1: { start: 's0', stop: 's1', duty: [true, false], later: 's2b IS NOT NULL OR s3b IS NOT NULL', limit: 'l1', byKind: false },
  OF2: { start: 's1', stop: 's2', duty: [false, true], later: 's3b IS NOT NULL', limit: 'l2', byKind: false },
  OF3: { start: 's2', stop: 's3', duty: [true, true], later: 'FALSE', limit: 'l3', byKind: true },
  OF4: { start: 's0', stop: 's3', duty: [true, true], later: 's1b IS NOT NULL OR s2b IS NOT NULL', limit: 'l4', byKind: true },
} as const
export type ClockId = keyof typeof clocks
export const clockIds = Object.keys(clocks) as ClockId[]

const dayOf = (k: string) => `(${k} >> 33)`

/** Figures of one clock. States as in the other engine: 0 met, 1 missed (5 in doubt, 6 and 7 explained), 2 running, 3 and 4 overrun, from 10 reasons. */
function figures(id: ClockId, by: boolean): string {
  const { start, stop, duty, later, limit, byKind } = clocks[id]
  const [a, z] = [`${start}b`, `${stop}b`]
  const [as, zs] = [`${start}s`, `${stop}s`]
  const [ar, zr] = [duty[0] ? `${start}r` : a, duty[1] ? `${stop}r` : z]
  const limitOf = (k: string) =>
    byKind ? `CASE (${k} >> 3) & 7 WHEN 1 THEN ${limit}s WHEN 2 THEN ${limit}m WHEN 3 THEN ${limit}r END` : limit
  const late = [...(duty[0] ? [`(${a} & 1)`] : []), ...(duty[1] ? [`(${z} & 1)`] : [])].join(' | ')
  const explained = `
  SELECT r, MIN(why) AS cause FROM (
    SELECT w.r, w.why, ${dayOf(z)} - ${dayOf(a)} - (${limitOf(z)}) AS over, SUM(GREATEST(0, LEAST(w.until, ${dayOf(z)}) - GREATEST(w.day, ${dayOf(a)}))) AS waited
    FROM waiting w JOIN pathway p ON p.rowid = w.r JOIN variant v ON v.n = p.variant GROUP BY ALL
  ) WHERE waited >= over GROUP BY 1`
  const facts = `
  SELECT v.name, e.cause, ${a} IS NULL AS unstarted, ${z} IS NULL AS unstopped, ${dayOf(a)} AS a, ${dayOf(z)} AS z, COALESCE(${dayOf(z)}, ${lastDay}) - ${dayOf(a)} AS length,
    ${byKind ? `CASE WHEN ${z} IS NULL THEN ${limit}x ELSE ${limitOf(z)} END` : limit} AS days, active, closed,
    ${byKind ? `(${z} >> 3) & 7` : '1'} AS kind, ((${a} | COALESCE(${z}, 0)) >> 1) & 3 AS doubt, ${late} AS late,
    ${dayOf(zs)} - ${dayOf(as)} BETWEEN 0 AND ${limitOf(zs)} AS sure_met,
    CASE WHEN ((${ar} | ${zr}) & 4) = 0 AND ${dayOf(zr)} >= ${dayOf(ar)} THEN ${dayOf(zr)} - ${dayOf(ar)} <= ${limitOf(zr)} END AS timely_met,
    (COALESCE(s0b${start === 's0' ? '' : `, ${a}`}) >> 6) & 7 AS place, ${later} AS later
  FROM pathway p JOIN variant v ON v.n = p.variant LEFT JOIN (${explained}) e ON e.r = p.rowid
  ${byKind ? 'WHERE p.variant <> 13' : ''}`
  const states = `
  SELECT *, CASE
    WHEN unstarted AND unstopped THEN CASE WHEN later THEN 13 END
    ${byKind ? 'WHEN NOT unstopped AND kind = 0 THEN 12' : ''}
    WHEN unstopped AND closed THEN 11
    WHEN unstarted THEN 13
    WHEN doubt >= 2 THEN 14
    WHEN z < a THEN 16
    WHEN days IS NULL THEN 18
    WHEN length <= days THEN CASE WHEN unstopped THEN 2 ELSE 0 END
    WHEN NOT unstopped THEN CASE WHEN doubt = 1 AND sure_met THEN 5 WHEN cause = 1 THEN 6 WHEN cause = 2 THEN 7 ELSE 1 END
    WHEN active - a > days THEN 4 ELSE 3 END::TINYINT AS state
  FROM (${facts}) f`
  const count = (name: string, where: string) => `COUNT(*) FILTER (${where}) AS ${name}`
  return `
SELECT ${by ? 'place, YEAR(day) * 100 + MONTH(day) AS month, name,' : ''}
  ${[
    count('met', 'state = 0'),
    count('care_late', 'state = 1'),
    count('in_doubt', 'state = 5'),
    count('patient', 'state = 6'),
    count('medical', 'state = 7'),
    ...Object.entries(reasonStates).map(([reason, state]) => count(`"${reason}"`, `state = ${state}`)),
    count('real_time', 'counted AND late = 0'),
    count('timely_met', 'timely_met'),
    count('timely_missed', 'NOT timely_met'),
  ].join(',\n  ')},
  QUANTILE_CONT(length, [0.5, 0.9]) FILTER (counted) AS quantiles
FROM (
  SELECT *, state IN (0, 1, 5, 6, 7) AS counted, make_date(COALESCE(z, CASE WHEN state IN (2, 3, 4) THEN a + days END, a, active)::INTEGER) AS day
  FROM (${states}) s WHERE state IS NOT NULL
)
${by ? 'GROUP BY 1, 2, 3' : ''}`
}

const reasonStates = {
  running: 2,
  'overrun-not-coded': 3,
  'overrun-waiting': 4,
  'ended-otherwise': 11,
  untimed: 12,
  'start-missing': 13,
  'in-doubt': 14,
  'order-impossible': 16,
  'limit-unknown': 18,
} as const
const unknown = ['start-missing', 'in-doubt', 'order-impossible', 'limit-unknown'] as const

export type HandRow = Readonly<Record<string, unknown>> & { readonly id: ClockId }

/** All steps, from a database just opened to the rows of the answer. */
export async function byHand(db: DuckDatabase, file: string, ids: readonly ClockId[], by: boolean): Promise<readonly HandRow[]> {
  const literal = file.replaceAll("'", "''")
  await db.run(preparation(literal))
  await db.run(pathways(literal))
  await db.run(waiting)
  const out: HandRow[] = []
  for (const id of ids) {
    const reader = await db.connection.runAndReadAll(figures(id, by))
    for (const row of reader.getRowObjectsJS()) out.push({ ...row, id })
  }
  return out
}

/** A row in the words of a figure, so that the two answers can be compared. Cells in which nothing was counted or left out do not occur. */
export function figureOfRow(row: HandRow) {
  const n = (key: string) => Number(row[key])
  const missed = n('care_late') + n('in_doubt') + n('patient') + n('medical')
  const denominator = n('met') + missed
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole)
  const unknowns = unknown.reduce((sum, reason) => sum + n(reason), 0)
  const notCoded = n('overrun-not-coded')
  const [median, p90] = (row['quantiles'] as readonly number[] | null) ?? [null, null]
  const some = (counts: Record<string, number>) => Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
  return {
    indicator: row.id,
    place: row['place'] === undefined ? null : places[n('place')]!,
    period: row['month'] === undefined ? null : `${Math.floor(n('month') / 100)}-${String(n('month') % 100).padStart(2, '0')}`,
    variant: row['name'] === undefined ? null : String(row['name']),
    denominator,
    numerator: n('met'),
    share: share(n('met'), denominator),
    low: share(n('met'), denominator + unknowns + notCoded + n('overrun-waiting')),
    high: share(n('met') + unknowns + notCoded, denominator + unknowns + notCoded),
    median,
    p90,
    fellShort: some({ 'care-late': n('care_late'), 'in-doubt': n('in_doubt'), [maySay]: n('medical'), [mayWait]: n('patient') }),
    leftOut: some(Object.fromEntries(Object.keys(reasonStates).map((reason) => [reason, n(reason)]))),
    coding: {
      realTime: n('real_time'),
      afterCoded: denominator - n('real_time'),
      shareRealTime: share(n('timely_met'), n('timely_met') + n('timely_missed')),
    },
  }
}
