import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases, type OpenedDatabase } from '../support/databases.ts'

/** What the compiled text leans on: each must answer alike on every database we measure with. */
const probes: readonly (readonly [what: string, sql: string, answer: unknown])[] = [
  ['days between dates', `CAST(DATE '2024-03-30' - DATE '2024-03-01' AS BIGINT)`, 29],
  ['days over a leap day', `CAST(DATE '2024-03-01' - DATE '2024-02-28' AS BIGINT)`, 2],
  ['a date from a day number', `CAST(DATE '1970-01-01' + CAST(19782 AS INTEGER) AS TEXT)`, '2024-02-29'],
  ['a date before 1970 from a day number', `CAST(DATE '1970-01-01' + CAST(-25567 AS INTEGER) AS TEXT)`, '1900-01-01'],
  [
    'year and month of a date',
    `CAST(EXTRACT(YEAR FROM DATE '2024-12-31') AS BIGINT) * 100 + CAST(EXTRACT(MONTH FROM DATE '2024-12-31') AS BIGINT)`,
    202412,
  ],
  ['a tertial', `CAST(FLOOR((EXTRACT(MONTH FROM DATE '2024-09-01') - 1) / 4.0) AS BIGINT) + 1`, 3],
  ['floor of a negative quotient', `CAST(FLOOR(CAST(-1 AS BIGINT) / 86400.0) AS BIGINT)`, -1],
  ['floor of an exact quotient', `CAST(FLOOR(CAST(1711843200 AS BIGINT) / 86400.0) AS BIGINT)`, 19813],
  ['packing and shifting', `((CAST(5 AS BIGINT) * 16777216 + 7) * 4096 + 9) >> 12`, 5 * 16777216 + 7],
  ['masking', `(CAST(45 AS BIGINT) >> 2) & 7`, 3],
  ['the largest packed number', `CAST(4611686018427387903 AS BIGINT) >> 40`, 4194303],
  ['GREATEST passes NULL over', `GREATEST(1, CAST(NULL AS INTEGER), 3)`, 3],
  ['LEAST passes NULL over', `LEAST(4, CAST(NULL AS INTEGER), 3)`, 3],
  ['NULLIF and COALESCE', `COALESCE(NULLIF(CAST(0 AS BIGINT), 0), 7)`, 7],
  ['MIN with FILTER over nothing', `(SELECT MIN(a) FILTER (WHERE a > 5) FROM (VALUES (1), (2)) v(a))`, null],
  ['BOOL_OR with FILTER', `(SELECT BOOL_OR(b) FILTER (WHERE a > 1) FROM (VALUES (1, TRUE), (2, FALSE)) v(a, b))`, false],
  ['MIN of text in C order', `(SELECT MIN(a COLLATE "C") FROM (VALUES ('b'), ('B'), ('å')) v(a))`, 'B'],
  ['a sum of nothing', `CAST(COALESCE((SELECT SUM(a) FROM (VALUES (1)) v(a) WHERE a > 1), 0) AS BIGINT)`, 0],
  [
    'MIN over a range of peers and what follows',
    `(SELECT MIN(e) FROM (SELECT a, MIN(CASE WHEN b THEN a END) OVER (ORDER BY a RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS e FROM (VALUES (1, FALSE), (2, TRUE), (2, FALSE), (3, TRUE)) v(a, b)) w WHERE a = 2)`,
    2,
  ],
  [
    'MAX over the rows before',
    `(SELECT MAX(m) FROM (SELECT MAX(a) OVER (ORDER BY a ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS m FROM (VALUES (1), (5), (9)) v(a)) w)`,
    5,
  ],
  [
    'a CASE in a join against NULL',
    `(SELECT COUNT(*) FROM (VALUES (1)) v(a) LEFT JOIN (VALUES (1)) w(b) ON w.b = CASE WHEN v.a = 1 THEN NULL ELSE 1 END WHERE w.b IS NULL)`,
    1,
  ],
]

for (const { name, open } of databases) {
  describe(`${name} answers as the compiled text needs`, () => {
    let opened: OpenedDatabase
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened.close())
    for (const [what, sql, answer] of probes)
      test(what, async () => expect(await opened.db.rows(`SELECT ${sql} AS answer`)).toEqual([{ answer }]))
  })
}
