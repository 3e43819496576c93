import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { entryFiles, short } from '../../test/support/entry-files.ts'

const files = entryFiles()

const event = (code: string, time: string, more = '') =>
  `<event><string key="concept:name" value="${code}"/>${more}<date key="time:timestamp" value="${time}"/></event>`
const log = (traces: string, encoding = 'UTF-8') => `<?xml version="1.0" encoding="${encoding}" ?>
<!-- made up --><log xes.version="1.0" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<global scope="event"><string key="concept:name" value="GLOBAL"/></global>
<string key="concept:name" value="the log"/>
${traces}</log>`
const trace = (name: string, events: string, more = '') => `<trace><string key="concept:name" value="${name}"/>${more}${events}</trace>`
const one = trace('Å1', event('A &amp; B', '2024-03-01T09:30:00.000+01:00'))

describe('an XES log', () => {
  test.each([
    ['plain.xes', log(one)],
    ['packed.xes.gz', gzipSync(log(one))],
    ['marked.xes', `\uFEFF${log(one)}`],
    ['latin.xes', Buffer.from(log(one, 'ISO-8859-1'), 'latin1')],
  ])('is read without a mapping: %s', async (name, content) => {
    files.write(name, content)
    const { entries, issues } = await files.read(name)
    expect(issues).toEqual([])
    expect(entries).toMatchObject([{ pathway: 'Å1', code: 'A & B', occurredAt: Date.parse('2024-03-01T08:30:00Z') / 1000 }])
  })

  test('gives attributes of the event and of its trace, not those within others', async () => {
    const nested =
      '<string key="x" value="outer"><string key="place" value="inner"/></string><list key="l"><values><string key="place" value="listed"/></values></list>'
    files.write(
      'deep.xes',
      log(
        trace(
          'p1',
          event('A1', '2024-03-01', `${nested}<int key="n" value="5"/>`) + event('A2', '2024-03-02', '<string key="place" value="E2"/>'),
          '<string key="place" value="T1"/>',
        ) + trace('p2', event('A1', '2024-03-03')),
      ),
    )
    const map =
      'entries: [{ pathway: "trace:concept:name", code: "concept:name", occurred: "time:timestamp", place: place, variant: "trace:place", value: n }]'
    const { entries, issues } = await files.read('deep.xes', map)
    expect(issues).toEqual([])
    expect(entries.map(({ pathway, code, place, variant, value }) => [pathway, code, place, variant, value])).toEqual([
      ['p1', 'A1', undefined, 'T1', 5],
      ['p1', 'A2', 'E2', 'T1', undefined],
      ['p2', 'A1', undefined, undefined, undefined],
    ])
  })

  test('has bad events told by their number', async () => {
    files.write(
      'bad.xes',
      log(trace('p1', event('A1', 'soon') + event('', '2024-03-01') + event('A1', '2024-03-01')) + trace('', event('A1', '2024-03-01'))),
    )
    const { entries, issues } = await files.read('bad.xes')
    expect(short(entries)).toEqual(['p1 A1 2024-03-01'])
    expect(issues.map((issue) => issue.slice(0, 40))).toEqual([
      'bad.xes:1:1  column "time:timestamp": ex',
      'bad.xes:2:1  column "concept:name": empt',
      'bad.xes:4:1  column "trace:concept:name"',
    ])
  })

  test('packed in small parts and large gives the same', async () => {
    const many = Array.from({ length: 8000 }, (_, i) => trace(`på ${i}`, event('A1', '2024-03-01T10:00:00Z'))).join('\n')
    files.write('many.xes', log(many))
    const { entries, issues } = await files.read('many.xes')
    expect(issues).toEqual([])
    expect(new Set(entries.map((entry) => entry.pathway)).size).toBe(8000)
  })
})

describe('no XES log', () => {
  test.each([
    ['cut.xes', log(one).slice(0, -20), '6:1  this is not well-formed XML, or it is cut off'],
    ['html.xes', '<!DOCTYPE html><html></html>', '1:1  this is no XES log: it should start with <log>'],
    ['text.xes', 'pathway,code\n', 'this is not well-formed XML, or it is cut off'],
    [
      'bomb.xes',
      '<!DOCTYPE log [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><log><trace><string key="concept:name" value="&c;"/></trace></log>',
      'this is not well-formed XML, or it is cut off',
    ],
    ['utf16.xes', Buffer.from(`\uFEFF${log(one, 'UTF-16')}`, 'utf16le'), '1:1  the text is UTF-16: save it as UTF-8'],
    [
      'cyrillic.xes',
      log(one, 'KOI8-R'),
      '1:1  the XML declaration names another encoding than UTF-8 or ISO-8859-1: save the file as UTF-8',
    ],
    ['lies.xes', Buffer.from(log(`\n\n${one}`), 'latin1'), '8:1  not UTF-8 text: save the file as UTF-8'],
    ['half.xes', Buffer.from(log(one)).subarray(0, Buffer.from(log(one)).indexOf('Å') + 1), '6:1  not UTF-8 text: save the file as UTF-8'],
    ['deep.xes', `<log>${'<a>'.repeat(2000)}`, '1:1  nested too deeply for an XES log'],
    [
      'long.xes',
      Buffer.concat([Buffer.from('<log><trace><string key="concept:name" value="'), Buffer.alloc(100_000_000, 'x')]),
      '1:1  more than 10000000 characters without a tag',
    ],
    ['zipped.xes.gz', gzipSync(log(one)).subarray(0, 100), '1:1  the compressed file is cut off, damaged or not gzip'],
  ])('%s', async (name, content, message) => {
    files.write(name, content)
    const { issues } = await files.read(name)
    expect(issues).toEqual([expect.stringContaining(message)])
  })
})
