import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { entryFiles, short } from '../../test/support/entry-files.ts'

const files = entryFiles()
const header = 'pathway,code,occurred\n'

describe('a CSV file', () => {
  test('names its columns in the first line; those not asked for do not matter', async () => {
    files.write('a.csv', 'note,occurred,code,pathway\n"x, ""y""",2024-03-01,A1,p1\n,2024-03-02,A2,p2\n')
    const { entries, issues } = await files.read('a.csv')
    expect(short(entries)).toEqual(['p1 A1 2024-03-01', 'p2 A2 2024-03-02'])
    expect(issues).toEqual([])
  })

  test.each([
    ['with a byte order mark', 'bom.csv', `\uFEFF${header}p1,A1,2024-03-01\n`],
    ['with CRLF', 'crlf.csv', `${header}p1,A1,2024-03-01\n`.replaceAll('\n', '\r\n')],
    ['with CR alone', 'cr.csv', `${header}p1,A1,2024-03-01\n`.replaceAll('\n', '\r')],
    ['with both line ends', 'mixed.csv', `${header.trim()}\r\np1,A1,2024-03-01\n`],
    ['without a last line end', 'last.csv', `${header}p1,A1,2024-03-01`],
    ['with empty lines and blanks around values', 'blank.csv', `\n${header}\n p1 ,A1,2024-03-01 \n   \n\n`],
    ['with tabs', 'tabs.tsv', `${header}p1,A1,2024-03-01\n`.replaceAll(',', '\t')],
    ['with everything quoted', 'quoted.csv', '"pathway","code","occurred"\n"p1","A1","2024-03-01"\n'],
    ['packed', 'packed.csv.gz', gzipSync(`${header}p1,A1,2024-03-01\n`)],
    ['packed in two parts', 'two.csv.gz', Buffer.concat([gzipSync(header), gzipSync('p1,A1,2024-03-01\n')])],
  ])('is read %s', async (_, name, content) => {
    files.write(name, content)
    const { entries, issues } = await files.read(name)
    expect(issues).toEqual([])
    expect(short(entries)).toEqual(['p1 A1 2024-03-01'])
  })

  test('is read with another delimiter, quote and encoding', async () => {
    files.write('latin.csv', Buffer.from("p§k§d\n'Å§''1'''§K§01.02.2024\n", 'latin1'))
    const map = `{ delimiter: "§", quote: "'", encoding: latin-1, entries: [{ pathway: p, code: k, occurred: { column: d, format: dd.MM.yyyy } }] }`
    const { entries, issues } = await files.read('latin.csv', map)
    expect(issues).toEqual([])
    expect(short(entries)).toEqual(["Å§'1' K 2024-02-01"])
  })

  test('may have no quotes at all', async () => {
    files.write('inches.csv', 'pathway,code,occurred\n5",A1,2024-03-01\n"6,A1,2024-03-01\n')
    const { entries, issues } = await files.read('inches.csv', 'quote: ""\nentries: [{ pathway: pathway, code: code, occurred: occurred }]')
    expect(issues).toEqual([])
    expect(entries.map((entry) => entry.pathway)).toEqual(['5"', '"6'])
  })

  test('keeps SQL and __proto__ as the text they are', async () => {
    const nasty = `x'); DROP TABLE entry; --`
    files.write('sql.csv', `__proto__,pathway,code,occurred,"a""; --"\nconstructor,${nasty},A1,2024-03-01,v\n`)
    const { entries } = await files.read(
      'sql.csv',
      `entries: [{ pathway: pathway, code: code, occurred: occurred, place: __proto__, variant: 'a"; --' }]`,
    )
    expect(entries).toMatchObject([{ pathway: nasty, place: 'constructor', variant: 'v' }])
  })
})

describe('a bad row of a CSV file', () => {
  test('is told with its line, quoted line ends counted, and the others are read', async () => {
    const rows = [
      'p1,A1,2024-03-01',
      '"p\r\n2",A1,2024-03-01',
      '"p\n3",A1,soon',
      'p4,A1',
      'p5,A1,2024-03-01,x',
      '',
      'p7,"A"1,2024-03-01',
      'p8,A"1,2024-03-01',
      'p9,A1,2024-03-09',
    ]
    files.write('bad.csv', header + rows.join('\n'))
    const { entries, issues } = await files.read('bad.csv')
    expect(entries.map((entry) => entry.pathway)).toEqual(['p1', 'p\r\n2', 'p9'])
    expect(issues).toEqual([
      'bad.csv:5:3  column "occurred": expected a date such as 2024-03-01 or 2024-03-01T09:30, a day and time that exist',
      'bad.csv:7:1  2 values, but the first line names 3 columns',
      'bad.csv:8:1  4 values, but the first line names 3 columns',
      'bad.csv:10:2  a quote stands where none may: put the whole value in quotes and double those inside',
      'bad.csv:11:2  a quote stands where none may: put the whole value in quotes and double those inside',
    ])
  })

  test('with an open quote does not swallow the rows that follow', async () => {
    const good = Array.from({ length: 100_000 }, (_, i) => `p${i},A1,2024-03-01\n`).join('')
    files.write('open.csv', `${header}${good}x,"A1,2024-03-01\n${good}`)
    const { entries, issues } = await files.read('open.csv')
    expect(entries).toHaveLength(200_000)
    expect(issues).toEqual(['open.csv:100002:2  a quote opens here and is not closed within 1000000 bytes'])
  })

  test('may hold a value of many lines', async () => {
    files.write('long.csv', `note,${header}"${'line\n'.repeat(150_000)}",p1,A1,2024-03-01\nx,p2,A1,nonsense\n`)
    const { entries, issues } = await files.read('long.csv')
    expect(short(entries)).toEqual(['p1 A1 2024-03-01'])
    expect(issues).toEqual([expect.stringContaining('long.csv:150003:4')])
  })

  test('in another encoding is told, and the others are read', async () => {
    files.write(
      'mixed-encoding.csv',
      Buffer.concat([
        Buffer.from(`${header}Å,A1,2024-03-01\n`),
        Buffer.from('Å,A1,2024-03-01\n', 'latin1'),
        Buffer.from('Æ,A1,2024-03-01\n\uFFFD,A1,2024-03-01\n'),
      ]),
    )
    const { entries, issues } = await files.read('mixed-encoding.csv')
    expect(entries.map((entry) => entry.pathway)).toEqual(['Å', 'Æ'])
    expect(issues.map((issue) => issue.slice(0, 45))).toEqual([
      'mixed-encoding.csv:3:1  not UTF-8 text: save ',
      'mixed-encoding.csv:5:1  not UTF-8 text: save ',
    ])
  })

  test('may be longer than anything', async () => {
    files.write(
      'huge.csv',
      Buffer.concat([Buffer.from(`${header}p1,A1,2024-03-01\n`), Buffer.alloc(100_000_000, 'x'), Buffer.from('\np3,A1,2024-03-01\n')]),
    )
    const { entries, issues } = await files.read('huge.csv')
    expect(entries.map((entry) => entry.pathway)).toEqual(['p1', 'p3'])
    expect(issues).toEqual(['huge.csv:3:1  this line is longer than 10000000 bytes'])
  })

  test('may hold a value too long to be one', async () => {
    files.write('value.csv', `${header}${'p'.repeat(1001)},A1,2024-03-01\n`)
    expect((await files.read('value.csv')).issues).toEqual(['value.csv:2:1  column "pathway": expected at most 1000 characters'])
  })
})

describe('no CSV file', () => {
  test.each([
    ['no-column.csv', 'pathway,kode,occurred\n', 'no column "code" in the first line; did you mean "kode"?'],
    ['twice.csv', 'pathway,code,occurred,code\n', 'the first line names the column "code" 2 times'],
    ['quote.csv', 'pathway,"code,occurred\np1,A1,2024-03-01\n', 'the quotes of the first line do not match'],
    [
      'binary.csv',
      Buffer.from([80, 75, 3, 4, 0, 0, 1]),
      'this is not UTF-8 or Latin-1 text (it holds NUL bytes): save it as UTF-8, or name its format',
    ],
    ['utf16.csv', Buffer.from(`\uFEFF${header}`, 'utf16le'), 'the text is UTF-16: save it as UTF-8'],
    [
      'utf16-unmarked.csv',
      Buffer.from(header, 'utf16le'),
      'this is not UTF-8 or Latin-1 text (it holds NUL bytes): save it as UTF-8, or name its format',
    ],
    [
      'latin-header.csv',
      Buffer.from(`Å,${header}`, 'latin1'),
      'not UTF-8 text: save the file as UTF-8, or name its encoding in the mapping',
    ],
    ['one-line.csv', Buffer.alloc(100_000_000, 'a,"'), 'the first line is longer than 10000000 bytes'],
    ['mark.csv', '\uFEFF', 'the file is empty'],
    ['nothing.csv.gz', gzipSync(''), 'the file is empty'],
    ['not.csv.gz', header, 'the compressed file is cut off, damaged or not gzip'],
  ])('%s', async (name, content, message) => {
    files.write(name, content)
    expect(await files.read(name)).toMatchObject({ entries: [], issues: [`${name}:1:1  ${message}`] })
  })

  test('a truncated gzip file is told after the rows before its end', async () => {
    const rows = Array.from({ length: 200_000 }, (_, i) => `p${i * 7919},A1,2024-03-01\n`).join('')
    const packed = gzipSync(header + rows)
    files.write('cut.csv.gz', packed.subarray(0, packed.length / 2))
    const { entries, issues } = await files.read('cut.csv.gz')
    expect(entries.length).toBeGreaterThan(1000)
    expect(issues).toEqual(['cut.csv.gz:1:1  the compressed file is cut off, damaged or not gzip'])
  })
})
