import { isUtf8 } from 'node:buffer'
import { SaxesParser } from 'saxes'
import { IssueError } from '../core/words/result.ts'
import { type Cell, longestLine, type Rows, RowTray, type Wanted } from './rows.ts'
import { bytesOf, fileFault, type Source } from './source.ts'

type Encoding = 'utf-8' | 'latin-1'

/**
 * Events of an XES log (IEEE 1849). A column is the key of an attribute of the event, or `trace:` and the key of one of
 * its trace. Attributes within attributes, lists and the log's own are not read.
 */
export async function* xesRows(source: Source, wanted: readonly Wanted[], encoding?: Encoding): AsyncGenerator<Rows> {
  const { file } = source
  const tray = new RowTray(file)
  const parser = eventParser(wanted, file, tray)
  let decode: ((bytes?: Buffer) => string) | undefined
  for await (const bytes of bytesOf(source)) {
    decode ??= decoderOf(encoding ?? declaredEncoding(bytes, file))
    parser.write(bytes, decode)
    if (tray.size > 0) yield tray.take()
  }
  if (decode) parser.write(undefined, decode)
  parser.close()
  yield tray.take()
}

function declaredEncoding(bytes: Buffer, file: string): Encoding {
  const name = /^<\?xml[^>]{1,100}?encoding\s*=\s*["']([\w.-]{1,40})["']/
    .exec(bytes.subarray(0, 200).toString('latin1'))?.[1]
    ?.toLowerCase()
  if (name === undefined || ['utf-8', 'utf8', 'us-ascii'].includes(name)) return 'utf-8'
  if (['iso-8859-1', 'latin1'].includes(name)) return 'latin-1'
  throw fileFault('entries/encoding', 'the XML declaration names another encoding than UTF-8 or ISO-8859-1: save the file as UTF-8', file)
}

function decoderOf(encoding: Encoding): (bytes?: Buffer) => string {
  if (encoding === 'latin-1') return (bytes) => bytes?.toString('latin1') ?? ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  return (bytes) => decoder.decode(bytes, { stream: bytes !== undefined })
}

/** Deeper nesting than any log has: what is open is held in memory. */
const deepest = 1000

function eventParser(wanted: readonly Wanted[], file: string, tray: RowTray) {
  const saxes = new SaxesParser<{ xmlns: false }>({ xmlns: false })
  const ofEvent = new Map(wanted.flatMap(({ name }, i) => (name.startsWith(tracePrefix) ? [] : [[name, i] as const])))
  const ofTrace = new Map(
    wanted.flatMap(({ name }, i) => (name.startsWith(tracePrefix) ? [[name.slice(tracePrefix.length), i] as const] : [])),
  )
  const open: string[] = []
  let trace: Cell[] = []
  let event: Cell[] = []
  let events = 0
  let sinceTag = 0

  saxes.on('opentag', ({ name, attributes }) => {
    const parent = open.at(-1)
    open.push(name)
    sinceTag = 0
    if (open.length > deepest) throw fileFault('entries/format', 'nested too deeply for an XES log', file, saxes.line)
    if (parent === undefined && name !== 'log')
      throw fileFault('entries/format', 'this is no XES log: it should start with <log>', file, saxes.line)
    if (name === 'trace' && parent === 'log') trace = wanted.map(() => undefined)
    else if (name === 'event' && (parent === 'trace' || parent === 'log'))
      event = parent === 'trace' ? [...trace] : wanted.map(() => undefined)
    else if (attributes['key'] !== undefined && attributes['value'] !== undefined) {
      if (parent === 'event') put(event, ofEvent.get(attributes['key']), attributes['value'])
      else if (parent === 'trace') put(trace, ofTrace.get(attributes['key']), attributes['value'])
    }
  })
  saxes.on('closetag', ({ name }) => {
    open.pop()
    sinceTag = 0
    if (name === 'event' && (open.at(-1) === 'trace' || open.at(-1) === 'log')) tray.add(event, ++events)
  })

  const guarded = (step: () => void, bytes?: Buffer) => {
    const line = saxes.line
    try {
      step()
    } catch (error) {
      if (error instanceof IssueError) throw error
      if (error instanceof TypeError)
        throw fileFault('entries/encoding', 'not UTF-8 text: save the file as UTF-8', file, line + foreignLine(bytes) - 1)
      throw fileFault('entries/format', 'this is not well-formed XML, or it is cut off', file, saxes.line)
    }
  }
  return {
    write(bytes: Buffer | undefined, decode: (bytes?: Buffer) => string): void {
      let text = ''
      guarded(() => (text = decode(bytes)), bytes)
      guarded(() => saxes.write(text))
      sinceTag += text.length
      if (sinceTag > longestLine) throw fileFault('entries/too-long', `more than ${longestLine} characters without a tag`, file, saxes.line)
    },
    close: () => guarded(() => saxes.close()),
  }
}

const tracePrefix = 'trace:'

function put(cells: Cell[], i: number | undefined, value: string): void {
  if (i !== undefined) cells[i] = value
}

/** Number of the first line, from 1, that is not UTF-8. The first bytes may be the rest of a character begun before. */
function foreignLine(bytes: Buffer | undefined): number {
  let start = 0
  while (bytes && start < 3 && (bytes[start]! & 0xc0) === 0x80) start++
  for (let line = 1; ; line++) {
    const end = bytes?.indexOf(10, start) ?? -1
    if (!bytes || end === -1 || !isUtf8(bytes.subarray(start, end))) return line
    start = end + 1
  }
}
