import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { entryFiles, short } from '../../test/support/entry-files.ts'

const files = entryFiles()
const good = '{"pathway":"p1","code":"A1","occurred":"2024-03-01"}\n'

describe('an NDJSON file', () => {
  test.each([
    ['plain.ndjson', good],
    ['other.jsonl', `\n${good}\n`],
    ['packed.ndjson.gz', gzipSync(good)],
    ['marked.ndjson', `\uFEFF${good.replace('\n', '\r\n')}`],
    ['unended.ndjson', good.trim()],
  ])('is read: %s', async (name, content) => {
    files.write(name, content)
    const { entries, issues } = await files.read(name)
    expect(issues).toEqual([])
    expect(short(entries)).toEqual(['p1 A1 2024-03-01'])
  })

  test('has paths with dots for columns, and keys that hold a dot', async () => {
    files.write('deep.ndjson', '{"a":{"b":7,"c":[true]},"x.y":"A1","d":"2024-03-01","v":15,"n":null}\n')
    const map = 'entries: [{ pathway: a.b, code: x.y, occurred: d, place: a.c.0, variant: no.such, value: v, id: n }]'
    const { entries, issues } = await files.read('deep.ndjson', map)
    expect(issues).toEqual([])
    expect(entries).toMatchObject([{ pathway: '7', code: 'A1', place: 'true', variant: undefined, value: 15, id: undefined }])
  })

  test('takes __proto__ for a key like any other', async () => {
    files.write(
      'proto.ndjson',
      `{"__proto__":{"code":"EVIL","place":"X"},"pathway":"p1","occurred":"2024-03-01"}\n{"__proto__":null,${good.slice(1)}`,
    )
    const map = 'entries: [{ pathway: pathway, code: code, occurred: occurred, place: toString, variant: __proto__.code }]'
    const { entries, issues } = await files.read('proto.ndjson', map)
    expect(issues).toEqual(['proto.ndjson:1:1  column "code": empty, but an entry needs a code'])
    expect(entries).toMatchObject([{ pathway: 'p1', place: undefined, variant: undefined }])
    expect(({} as Record<string, unknown>)['code']).toBeUndefined()
  })

  test('has each bad line told', async () => {
    const lines = [
      '[1]',
      '{"pathway":',
      'null',
      '{"pathway":{},"code":["A1"],"occurred":"2024-03-01"}',
      '{"pathway":12345678901234567890,"code":"A1","occurred":"2024-03-01"}',
      '{"pathway":"\\u0000","code":"\\ud800","occurred":"2024-03-01"}',
      '['.repeat(100_000),
    ]
    files.write(
      'bad.ndjson',
      Buffer.concat([
        Buffer.from(good + lines.join('\n')),
        Buffer.from('\n"\xe5"\n', 'latin1'),
        Buffer.alloc(100_000_000, '{'),
        Buffer.from(`\n${good}`),
      ]),
    )
    const { entries, issues } = await files.read('bad.ndjson')
    expect(short(entries)).toEqual(['p1 A1 2024-03-01', 'p1 A1 2024-03-01'])
    expect(issues).toEqual([
      'bad.ndjson:2:1  expected one JSON object on this line',
      'bad.ndjson:3:1  expected one JSON object on this line',
      'bad.ndjson:4:1  expected one JSON object on this line',
      'bad.ndjson:5:1  column "pathway": expected one value, not a list or an object',
      'bad.ndjson:5:1  column "code": expected one value, not a list or an object',
      'bad.ndjson:6:1  column "pathway": this number is too large to be exact: write it as text',
      'bad.ndjson:7:1  column "pathway": NUL or half a character',
      'bad.ndjson:7:1  column "code": NUL or half a character',
      'bad.ndjson:8:1  expected one JSON object on this line',
      'bad.ndjson:9:1  not UTF-8 text: save the file as UTF-8',
      'bad.ndjson:10:1  this line is longer than 10000000 bytes',
    ])
  })
})
