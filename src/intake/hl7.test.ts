import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Hl7Message, plain, readHead, readHl7, readPath, valuesAt } from './hl7.ts'
import { answerText, refusedAs } from './hl7-answer.ts'

const head = (more: { readonly charset?: string; readonly control?: string; readonly type?: string } = {}) =>
  `MSH|^~\\&|EPJ|NORDVIK|VARDE|KYST|20261125093015+0100||${more.type ?? 'SIU^S12^SIU_S12'}|${more.control ?? 'M-1'}|P|2.5|||||${''}|${more.charset ?? ''}`
const read = (text: string, encoding: BufferEncoding = 'utf8', unsaid?: 'utf-8' | 'latin-1') => readHl7(Buffer.from(text, encoding), unsaid)
const good = (...asked: Parameters<typeof read>): Hl7Message => {
  const found = read(...asked)
  if (!found.ok) throw new Error(JSON.stringify(found.fault))
  return found.message
}
const at = (message: Hl7Message, path: string, where: Readonly<Record<string, readonly string[]>> = {}) =>
  valuesAt(
    message,
    readPath(path),
    Object.entries(where).map(([beside, among]) => [readPath(beside), among] as const),
  )

describe('a message', () => {
  const message = good(
    [
      head(),
      'PID|1||00000000123^^^NO^FNR~77^^^HOSP^LOCAL||Prøvemann^Invented',
      'OBX|1|CE|CT^CT of the chest||A&B^second|||',
      'OBX|2|TX|NOTE||""',
    ].join('\r'),
    'utf8',
    'utf-8',
  )

  test('is read by segment, field, component and subcomponent; what is not there is empty', () => {
    expect(at(message, 'PID-3')).toEqual(['00000000123', '77'])
    expect(at(message, 'PID-3.5')).toEqual(['FNR', 'LOCAL'])
    expect(at(message, 'PID-5.2')).toEqual(['Invented'])
    expect(at(message, 'OBX-5.1.2')).toEqual(['B', ''])
    expect(at(message, 'OBX-9')).toEqual(['', ''])
    expect(at(message, 'ZZZ-1')).toEqual([])
    expect(at(message, 'MSH-3')).toEqual(['EPJ'])
    expect(at(message, 'MSH-10')).toEqual(['M-1'])
    expect(at(message, 'MSH-2')).toEqual([])
  })

  test('is read beside a condition: in the same repetition of a field, in the same segment', () => {
    expect(at(message, 'PID-3.1', { 'PID-3.5': ['LOCAL'] })).toEqual(['77'])
    expect(at(message, 'OBX-1', { 'OBX-3.1': ['NOTE'] })).toEqual(['2'])
    expect(at(message, 'OBX-1', { 'PID-3.5': ['FNR'] })).toEqual([])
  })

  test('says nothing where it says that there is nothing', () => {
    expect(at(message, 'OBX-5')).toEqual(['A', ''])
  })

  test('is the same with another time, and another with another word', () => {
    const one = good(`${head()}\rPID|1`)
    expect(good(`${head().replace('093015', '094000')}\rPID|1\r`).sha256).toBe(one.sha256)
    expect(good(`${head()}\rPID|2`).sha256).not.toBe(one.sha256)
  })

  test('may use other separators', () => {
    const other = good('MSH#*~!$#EPJ#NORDVIK#####SIU*S12#1#P#2.5\rPID#1##00000000123*!S!*x')
    expect(at(other, 'PID-3.2')).toEqual(['*'])
    expect(other.head).toMatchObject({ sender: 'EPJ|NORDVIK', control: '1', type: 'SIU^S12' })
  })
})

describe('Nordic letters', () => {
  const letters = 'Ærlig Ångstrøm Öst Þór ð'
  test.each([
    ['UTF-8', 'UNICODE UTF-8', 'utf8', undefined],
    ['ISO 8859-1', '8859/1', 'latin1', undefined],
    ['ISO 8859-15', '8859/15', 'latin1', undefined],
    ['UTF-8 that is not said, where the mapping says so', '', 'utf8', 'utf-8'],
    ['ISO 8859-1 that is not said, where the mapping says so', '', 'latin1', 'latin-1'],
  ] as const)('in %s are read as they are', (_, charset, encoding, unsaid) => {
    expect(at(good(`${head({ charset })}\rPID|||||${letters}`, encoding, unsaid), 'PID-5')).toEqual([letters])
  })

  test.each([
    ['ISO 8859-1 said to be UTF-8', 'UNICODE UTF-8', 'latin1'],
    ['letters said to be ASCII', 'ASCII', 'latin1'],
    ['letters in what is not said', '', 'utf8'],
    ['a character set that is not read here', '8859/5', 'utf8'],
  ] as const)('are refused, not guessed: %s', (_, charset, encoding) => {
    expect(read(`${head({ charset })}\rPID|||||${letters}`, encoding)).toMatchObject({
      ok: false,
      fault: { code: 'feed/encoding', field: 'MSH-18' },
    })
  })
})

describe('escapes', () => {
  const signs = readHead(Buffer.from(head()))!.separators
  test.each([
    ['a \\F\\ b \\S\\ c \\T\\ d \\R\\ e \\E\\ f', 'a | b ^ c & d ~ e \\ f'],
    ['one\\.br\\two\\.sp2\\three', 'one\ntwo\n\nthree'],
    ['\\H\\strong\\N\\ \\.in+4\\in', 'strong in'],
    ['\\X41\\\\X0D\\', 'A\r'],
    ['\\XC3B8\\', '\ufffd\ufffd'],
    ['\\X00\\', '\ufffd'],
    ['\\E\\F\\E\\', '\\F\\'],
    ['\\unknown\\', '\\unknown\\'],
    ['not closed \\F', 'not closed \\F'],
    ['\\\\', '\\\\'],
  ])('%j become %j, once', (text, told) => {
    expect(plain(text, signs)).toBe(told)
  })

  test('never make a text much longer, nor throw, whatever stands between them', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('\\', '.sp999', 'X41', 'E', 'F', '.br', 'ø', '|', '\n')), (parts) => {
        const text = parts.join('')
        expect(plain(text, signs).length).toBeLessThanOrEqual(text.length * 100 + 100)
      }),
    )
  })
})

describe('what is no message', () => {
  test.each([
    ['nothing', ''],
    ['other text', 'GET / HTTP/1.1'],
    ['no encoding characters', 'MSH|EPJ|NORDVIK'],
    ['two of them the same', 'MSH|^^\\&|EPJ|NORDVIK|||||SIU^S12|1|P'],
  ])('is refused for its header: %s', (_, text) => {
    const found = read(text)
    expect(found).toMatchObject({ ok: false, fault: { code: 'feed/structure' } })
    expect(found.ok ? '' : found.fault.head).toBeUndefined()
  })

  test.each([
    ['no number', head({ control: '' }), 'MSH-10'],
    ['a number of another kind', head({ control: 'x\x0by' }), 'MSH-10'],
    ['no event', head({ type: 'SIU' }), 'MSH-9'],
    ['a second header', `${head()}\r${head()}`, undefined],
    ['a line that is no segment', `${head()}\rand so on`, undefined],
  ])('is refused for its structure: %s', (_, text, field) => {
    expect(read(text)).toMatchObject({
      ok: false,
      fault: { code: 'feed/structure', head: { sender: 'EPJ|NORDVIK' }, ...(field ? { field } : {}) },
    })
  })

  test('drawn by chance is refused without a throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readHl7(Buffer.from(bytes))))
    fc.assert(
      fc.property(fc.array(fc.constantFrom('MSH|^~\\&|', '|', '^', '~', '&', '\\', '\r', 'PID', 'OBX|', 'ø', '\0', '{}', '"')), (parts) => {
        const found = read(parts.join(''), 'utf8', 'utf-8')
        if (found.ok) valuesAt(found.message, readPath('PID-3'))
      }),
    )
  })
})

describe('an answer', () => {
  const sent = readHead(Buffer.from(head({ control: 'A 1-x' })))
  const named = { id: 'V2-17', at: new Date('2026-11-25T08:30:15Z') }

  test('that it was taken names the number of the message as it came', () => {
    expect(answerText(sent, { code: 'AA' }, named).split('\r')).toEqual([
      'MSH|^~\\&|VARDE||EPJ|NORDVIK|20261125083015+0000||ACK^S12|V2-17|P|2.5.1',
      'MSA|AA|A 1-x',
      '',
    ])
  })

  test('that it is in error says where, in a code of the standard and in one of ours, in words', () => {
    const [, msa, err] = answerText(sent, refusedAs('feed/missing', 'Give a value | here.', 'PID-3.1'), named).split('\r')
    expect(msa).toBe('MSA|AE|A 1-x')
    expect(err).toBe('ERR||PID^1^3^1^1|101^Required field missing^HL70357|E|feed/missing|||Give a value \\F\\ here.')
  })

  test.each([
    ['feed/structure', 'AR'],
    ['feed/encoding', 'AR'],
    ['feed/no-rule', 'AR'],
    ['feed/sender', 'AR'],
    ['feed/bad-value', 'AE'],
    ['feed/control-reused', 'AE'],
    ['door/second-end', 'AE'],
  ] as const)('%s is %s', (code, said) => {
    expect(refusedAs(code, 'x').code).toBe(said)
  })

  test('to what is no message is one all the same, and nothing that was sent makes a segment in it', () => {
    expect(answerText(undefined, refusedAs('feed/structure', 'x'), named)).toMatch(/^MSH\|.*\rMSA\|AR\|\rERR\|.*\r$/)
    const hostile = readHead(Buffer.from('MSH|^~\\&|E\x0bPJ|N\x1cX|||||SIU^S12|1\x0b2|P'))
    expect(['\x0b', '\x1c', '\n'].filter((sign) => answerText(hostile, { code: 'AA' }, named).includes(sign))).toEqual([])
  })
})
