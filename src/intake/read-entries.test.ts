import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { entryFiles, fuzzRuns, readAll, short } from '../../test/support/entry-files.ts'
import { issueCodes } from '../core/words/issue.ts'
import { openMapping } from './mapping.ts'
import { readEntries } from './read-entries.ts'

const files = entryFiles()

describe('without a mapping', () => {
  test('columns are taken by our own names', async () => {
    const row = {
      pathway: 'p1',
      code: 'A1',
      occurred: '2024-03-01T09:30',
      recorded: '2024-03-04',
      place: 'H',
      variant: 'v',
      standing: 'likely',
      value: '15',
      id: '7',
      corrects: '6',
      recorder: 'r',
      decider: 'd',
    }
    files.write('own.csv', `${Object.keys(row).join()}\n${Object.values(row).join()}\n`)
    expect((await files.read('own.csv')).entries).toEqual([
      {
        id: '7',
        ledger: 0,
        pathway: 'p1',
        variant: 'v',
        code: 'A1',
        occurred: 19783,
        occurredAt: Date.parse('2024-03-01T08:30:00Z') / 1000,
        recorded: 19786,
        recordedAt: Date.parse('2024-03-03T23:00:00Z') / 1000,
        place: 'H',
        standing: 'likely',
        value: 15,
        recorder: 'r',
        decider: 'd',
        corrects: '6',
        withdraws: undefined,
      },
    ])
  })

  test('an entry is recorded when it occurred, and is sure, unless told otherwise', async () => {
    files.write('few.csv', 'pathway,code,occurred,recorded,standing\np1,A1,2024-03-01T09:30,,\n')
    const at = Date.parse('2024-03-01T08:30:00Z') / 1000
    expect((await files.read('few.csv')).entries).toMatchObject([
      { occurred: 19783, occurredAt: at, recorded: 19783, recordedAt: at, standing: 'sure' },
    ])
  })

  test('a withdrawal needs no code', async () => {
    files.write('withdraw.csv', 'pathway,code,occurred,withdraws,corrects\np1,,2024-03-01,7,\np1,,2024-03-01,,\np1,A1,2024-03-01,7,8\n')
    const { entries, issues } = await files.read('withdraw.csv')
    expect(entries).toMatchObject([{ code: '', withdraws: '7' }])
    expect(issues).toEqual([
      'withdraw.csv:3:2  column "code": empty, but an entry needs a code',
      'withdraw.csv:4:1  an entry either corrects another or withdraws one, not both',
    ])
  })
})

describe('a mapping', () => {
  const wide =
    'patient,referred,seen,treated,kind\np1,2024-01-01,2024-01-05,,surgery\np2,2024-02-01,,2024-02-20,drug\np3,,,,drug\np4,2024-02-01,soon,2024-02-20,drug\n'
  const wideMap = `
entries:
  - { pathway: patient, code: { constant: REF }, occurred: referred }
  - { pathway: patient, code: { constant: SEEN }, occurred: seen }
  - { pathway: patient, code: { template: "TX-{kind}" }, occurred: treated }
`

  test('makes several entries of a wide row, one for each date there is', async () => {
    files.write('wide.csv', wide)
    const { entries, issues, passedOver } = await files.read('wide.csv', wideMap)
    expect(short(entries)).toEqual(['p1 REF 2024-01-01', 'p1 SEEN 2024-01-05', 'p2 REF 2024-02-01', 'p2 TX-drug 2024-02-20'])
    expect(issues).toEqual([
      'wide.csv:5:3  column "seen": expected a date such as 2024-03-01 or 2024-03-01T09:30, a day and time that exist',
    ])
    expect(passedOver).toBe(1)
  })

  test('may pass over rows', async () => {
    files.write('keep.csv', 'p,k,c,d\np1,a,A1,2024-03-01\np2,b,A1,never\np3, a ,A2,2024-03-01\np4,,A1,2024-03-01\n')
    const map = 'keep: [{ column: k, in: [a, ""] }, { column: c, in: [A1] }]\nentries: [{ pathway: p, code: c, occurred: d }]'
    const { entries, issues, passedOver } = await files.read('keep.csv', map)
    expect({ entries: short(entries), issues, passedOver }).toEqual({
      entries: ['p1 A1 2024-03-01', 'p4 A1 2024-03-01'],
      issues: [],
      passedOver: 2,
    })
  })

  test('may translate values', async () => {
    files.write('values.csv', 'p,c,d,h\np1,010,2024-03-01,N\np2,011,2024-03-01,\np3,010,2024-03-01,X\np4,010,2024-03-01,constructor\n')
    const map = `
entries:
  - pathway: p
    code: { column: c, values: { "010": START }, otherwise: OTHER }
    occurred: d
    place: { column: h, values: { N: North, "": Nowhere } }
    variant: { column: h, values: { N: n }, otherwise: null }`
    const { entries, issues } = await files.read('values.csv', map)
    expect(entries.map(({ code, place, variant }) => [code, place, variant])).toEqual([
      ['START', 'North', 'n'],
      ['OTHER', 'Nowhere', undefined],
    ])
    expect(issues).toEqual([
      'values.csv:4:4  column "h": a value the mapping does not list',
      'values.csv:5:4  column "h": a value the mapping does not list',
    ])
  })

  test('may join columns, and gives nothing where one is empty', async () => {
    files.write('join.csv', 'a,b,day,time\nx,1,01.03.2024,09:30\n,1,01.03.2024,09:30\nx,1,01.03.2024,\n')
    const map =
      'entries: [{ pathway: { template: "{a}/{b}" }, code: { constant: C }, occurred: { template: "{day} {time}", format: "dd.MM.yyyy HH:mm" } }]'
    const { entries, issues } = await files.read('join.csv', map)
    expect(entries).toMatchObject([{ pathway: 'x/1', code: 'C', occurred: 19783 }])
    expect(issues).toEqual([
      'join.csv:3:1  columns "a", "b": empty, but an entry needs a pathway',
      'join.csv:4:1  columns "day", "time": empty, but an entry needs the day it occurred',
    ])
  })

  test('gives every fault of a row, at its column, and no entry of it', async () => {
    files.write(
      'faults.csv',
      'p,c,d,s,v,r\n,X,2024-03-01,maybe,"1,5",2024-02-30\np,A1,2024-03-01,sure,1000000000000000,1800-01-01\np,A1,,,,\n',
    )
    const map = 'entries: [{ pathway: p, code: c, occurred: d, standing: s, value: v, recorded: { column: r, format: yyyy-MM-dd } }]'
    const { entries, issues } = await files.read('faults.csv', map)
    expect(entries).toEqual([])
    expect(issues).toEqual([
      'faults.csv:2:6  column "r": expected yyyy-MM-dd, a day and time that exist',
      'faults.csv:2:4  column "s": expected sure, likely, let-stand, asked, unknown, ruled-out',
      'faults.csv:2:5  column "v": expected a whole number such as 12',
      'faults.csv:3:6  column "r": expected a date from 1900 to 2199',
      'faults.csv:3:5  column "v": expected a number below 10^15',
      'faults.csv:4:3  column "d": empty, but an entry needs the day it occurred',
    ])
  })

  test('names the zone of wall-clock times, or the pack does', async () => {
    files.write('zone.csv', 'pathway,code,occurred\np1,A1,2024-07-01T12:00\n')
    const own = 'entries: [{ pathway: pathway, code: code, occurred: occurred }]'
    const hour = async (map: string) => new Date((await files.read('zone.csv', map)).entries[0]!.occurredAt! * 1000).getUTCHours()
    expect([await hour(own), await hour(`zone: Asia/Tokyo\n${own}`)]).toEqual([10, 3])
  })
})

test('a code the pack does not know is an issue that shows it, short and printable', async () => {
  files.write('codes.csv', `pathway,code,occurred\np1,A1,2024-03-01\np2,"B\u001b[31m${'x'.repeat(99)}",2024-03-01\n`)
  const { entries, issues } = await files.read('codes.csv', undefined, { knowsCode: (code) => code === 'A1' })
  expect(short(entries)).toEqual(['p1 A1 2024-03-01'])
  expect(issues).toEqual([`codes.csv:3:2  the pack has no code "B?[31m${'x'.repeat(33)}…"`])
})

describe('several files', () => {
  test('are read one after the other, and one that cannot be does not hinder the next', async () => {
    files.write('1.csv', 'pathway,code,occurred\np1,A1,2024-03-01\n')
    files.write('2.ndjson', '{"pathway":"p2","code":"A1","occurred":"2024-03-01"}')
    files.write('3.csv.gz', gzipSync('pathway,code,occurred\np3,A1,2024-03-01\n'))
    files.write('empty.csv', '')
    files.write('some.xlsx', 'x')
    files.folder('folder.csv')
    const { entries, issues, bytesRead, bytesTotal } = await files.read([
      '1.csv',
      'absent.csv',
      'folder.csv',
      'empty.csv',
      'some.xlsx',
      '2.ndjson',
      '3.csv.gz',
      'a\0b.csv',
    ])
    expect(short(entries)).toEqual(['p1 A1 2024-03-01', 'p2 A1 2024-03-01', 'p3 A1 2024-03-01'])
    expect(issues).toEqual([
      'absent.csv:1:1  there is no such file',
      'folder.csv:1:1  this is a directory: name a file',
      'empty.csv:1:1  the file is empty',
      'some.xlsx:1:1  the ending does not tell the format: name it in a mapping',
      'a\0b.csv:1:1  the file cannot be read',
    ])
    expect(bytesRead).toBe(bytesTotal)
  })

  test.skipIf(!existsSync('/proc/self/fd'))('are let go when the reader stops early', async () => {
    // Rows that pack badly, so that the file is longer than what is read ahead.
    const rows = Array.from({ length: 300_000 }, (_, i) => `p${Math.imul(i, 2_654_435_761) >>> 0},A1,2024-03-01\n`).join('')
    files.write('early.csv.gz', gzipSync(`pathway,code,occurred\n${rows}`, { level: 1 }))
    const open = () => readdirSync('/proc/self/fd').filter((fd) => linkOf(`/proc/self/fd/${fd}`).endsWith('early.csv.gz')).length
    let openMeanwhile = 0
    for await (const batch of readEntries({ files: [files.at('early.csv.gz')], zone: 'UTC', knowsCode: () => true })) {
      expect(batch.entries.length).toBeGreaterThan(1000)
      openMeanwhile = open()
      break
    }
    expect(openMeanwhile).toBe(1)
    await expect.poll(open).toBe(0)
  })
})

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

describe('whatever the bytes', () => {
  const valid = {
    'fuzz.csv': 'pathway,code,occurred,place\np1,A1,2024-03-01,"H, 1"\n"p""2",A2,2024-03-01T10:00Z,\np3,A1,2024-03-02,"a\nb"\n',
    'fuzz.ndjson':
      '{"pathway":"p1","code":"A1","occurred":"2024-03-01","place":"H"}\n{"pathway":"på","code":"A1","occurred":"2024-03-01"}\n',
    'fuzz.xes':
      '<?xml version="1.0"?><log><trace><string key="concept:name" value="på"/><event><string key="concept:name" value="A"/><date key="time:timestamp" value="2024-03-01T00:00:00Z"/></event></trace></log>',
  }
  /** Bytes put in, taken out, turned over or doubled here and there. */
  const mutated = (text: string) =>
    fc
      .array(
        fc.tuple(
          fc.nat(),
          fc.nat(40),
          fc.oneof(
            fc.uint8Array({ maxLength: 6 }),
            fc.constantFrom(
              ...['"', '\n', '<', '>', '{', ',', '\0', '\uFEFF', '<!--', '\\u0000', '\xff'].map((word) => Buffer.from(word, 'latin1')),
            ),
          ),
        ),
        { maxLength: 6 },
      )
      .map((edits) =>
        edits.reduce<Buffer>((bytes, [at, length, put]) => {
          const start = at % (bytes.length + 1)
          return Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(start + (length > 20 ? 0 : length))])
        }, Buffer.from(text)),
      )
  const check = async (name: string, bytes: Uint8Array) => {
    files.write(name, Buffer.from(bytes))
    const { issues, entries } = await readAll({ files: [files.at(name)], knowsCode: (code) => code !== 'A2' })
    for (const issue of issues) expect(issue.code in issueCodes && issue.at !== undefined && issue.at.line >= 1).toBe(true)
    for (const entry of entries)
      expect(entry.pathway !== '' && Number.isInteger(entry.occurred) && Number.isInteger(entry.recordedAt)).toBe(true)
  }

  test.each(Object.entries(valid))(
    'of %s there are only entries and issues',
    async (name, text) => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated(text)), (bytes) => check(name, bytes)),
        { numRuns: fuzzRuns },
      )
    },
    3_600_000,
  )

  test('of a packed file there are only entries and issues', async () => {
    const packed = gzipSync(valid['fuzz.csv']).toString('latin1')
    const bytes = fc.tuple(fc.nat(packed.length - 1), fc.nat(255), fc.nat(packed.length)).map(([at, byte, end]) => {
      const changed = Buffer.from(packed, 'latin1')
      changed[at] = byte
      return changed.subarray(0, end)
    })
    await fc.assert(
      fc.asyncProperty(bytes, (changed) => check('fuzz.csv.gz', changed)),
      { numRuns: fuzzRuns },
    )
  }, 3_600_000)
})

describe('the sepsis log', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const log = `${root}../shared/data/sepsis-event-log/sepsis-cases.csv`
  const absent = !existsSync(log) && process.env['VARDE_SEPSIS_REQUIRED'] !== '1'
  if (absent) console.log('The sepsis log is not at ../shared/data/sepsis-event-log: its intake is not tested. It may not be shipped.')

  test.skipIf(absent)('is read without an issue', async () => {
    const mapping = await openMapping(`${root}packs/sepsis/maps/event-log.yaml`)
    if (!mapping.ok) throw new Error(JSON.stringify(mapping.issues))
    const { entries, issues, passedOver } = await readAll({ files: [log], mapping: mapping.value, zone: 'UTC' })
    expect({ entries: entries.length, pathways: new Set(entries.map((entry) => entry.pathway)).size, issues, passedOver }).toEqual({
      entries: 15_214,
      pathways: 1050,
      issues: [],
      passedOver: 0,
    })
    expect(entries[0]).toMatchObject({
      pathway: 'A',
      code: 'ER Registration',
      place: 'A',
      occurredAt: Date.parse('2014-10-22T11:15:41+02:00') / 1000,
    })
  })
})
