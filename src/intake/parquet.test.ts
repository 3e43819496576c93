import { readFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { entryFiles, fuzzRuns, short } from '../../test/support/entry-files.ts'

const files = entryFiles()

async function writeParquet(name: string, select: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'Asia/Tokyo'")
  await connection.run(`COPY (${select}) TO '${files.at(name)}' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
}

const plain = "SELECT 'p' || i AS pathway, 'A1' AS code, DATE '2024-03-01' + i::INT AS occurred FROM range(5000) t(i)"

beforeAll(() => writeParquet('plain.parquet', plain))

describe('a Parquet file', () => {
  test('is read in order', async () => {
    const { entries, issues } = await files.read('plain.parquet')
    expect(issues).toEqual([])
    expect(entries).toHaveLength(5000)
    expect(short(entries.slice(0, 2))).toEqual(['p0 A1 2024-03-01', 'p1 A1 2024-03-02'])
    expect(entries.at(-1)?.pathway).toBe('p4999')
  })

  test('has typed values taken for the text they stand for', async () => {
    await writeParquet(
      'typed.parquet',
      `SELECT 9007199254740993::BIGINT AS pathway, 7 AS code, TIMESTAMPTZ '2024-03-01 00:30:00+09' AS occurred,
       TIMESTAMP '2024-03-02 10:00:00.5' AS recorded, 12.00::DECIMAL(6,2) AS value, NULL::VARCHAR AS place, true AS variant, [1] AS other`,
    )
    const { entries, issues } = await files.read('typed.parquet')
    expect(issues).toEqual([])
    expect(entries).toMatchObject([
      {
        pathway: '9007199254740993',
        code: '7',
        occurredAt: Date.parse('2024-02-29T15:30:00Z') / 1000,
        recordedAt: Date.parse('2024-03-02T09:00:00Z') / 1000,
        value: 12,
        place: undefined,
        variant: 'true',
      },
    ])
  })

  test('may have columns of any name', async () => {
    const name = `x"; DROP TABLE t; --${'long '.repeat(20)}`
    await writeParquet('names.parquet', `SELECT 1 AS "PATHWAY", 2 AS "${name.replaceAll('"', '""')}", '2024-03-01' AS "__proto__"`)
    const { entries, issues } = await files.read(
      'names.parquet',
      JSON.stringify({ entries: [{ pathway: 'PATHWAY', code: name, occurred: { column: '__proto__' } }] }),
    )
    expect(issues).toEqual([])
    expect(short(entries)).toEqual(['1 2 2024-03-01'])
    expect((await files.read('names.parquet')).issues).toEqual(['names.parquet:1:1  no column "pathway"; did you mean "PATHWAY"?'])
  })

  test('has bad rows told by their number', async () => {
    await writeParquet(
      'bad.parquet',
      `SELECT * FROM (VALUES ('p1', 'A1', '2024-03-01'), (NULL, 'A1', '2024-03-01'), ('p3', 'A1', '1850-03-01')) t(pathway, code, occurred)`,
    )
    const { entries, issues } = await files.read('bad.parquet')
    expect(entries).toHaveLength(1)
    expect(issues).toEqual([
      'bad.parquet:2:1  column "pathway": empty, but an entry needs a pathway',
      'bad.parquet:3:3  column "occurred": expected a date from 1900 to 2199',
    ])
  })

  test('is never another one that fits its name as a pattern', async () => {
    files.write('[p]*?.parquet', readFileSync(files.at('plain.parquet')))
    await writeParquet('pxy.parquet', 'SELECT 1 AS other')
    expect((await files.read('[p]*?.parquet')).entries).toHaveLength(5000)
    files.write('[p]lain.parquet', 'none')
    expect((await files.read('[p]lain.parquet')).issues).toEqual([expect.stringContaining('this is not a Parquet file')])
  })

  test('that is none is told', async () => {
    const whole = readFileSync(files.at('plain.parquet'))
    files.write('text.parquet', 'pathway,code\n')
    files.write('cut.parquet', whole.subarray(0, whole.length - 100))
    files.write('hollow.parquet', Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(whole.length - 300), whole.subarray(-296)]))
    for (const name of ['text.parquet', 'cut.parquet', 'hollow.parquet']) {
      expect(await files.read(name)).toMatchObject({
        entries: [],
        issues: [expect.stringContaining('this is not a Parquet file, or it is cut off or damaged')],
      })
    }
  })

  test('with bytes turned over gives only entries and issues', async () => {
    await writeParquet(
      'few.parquet',
      "SELECT 'p' || i AS pathway, 'A1' AS code, DATE '2024-03-01' + i::INT AS occurred FROM range(20) t(i)",
    )
    const whole = readFileSync(files.at('few.parquet'))
    const edits = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    const length = fc.oneof({ weight: 4, arbitrary: fc.constant(whole.length) }, { weight: 1, arbitrary: fc.nat(whole.length) })
    await fc.assert(
      fc.asyncProperty(edits, length, async (changes, end) => {
        const bytes = Buffer.from(whole)
        for (const [at, byte] of changes) bytes[at] = byte
        files.write('fuzz.parquet', bytes.subarray(0, end))
        const { issues } = await files.read('fuzz.parquet')
        for (const issue of issues) expect(issue).toMatch(/^fuzz\.parquet:\d+:\d+ {2}/)
      }),
      { numRuns: fuzzRuns },
    )
  }, 3_600_000)
})
