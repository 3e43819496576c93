import { longestLine } from './rows.ts'

/** Some whole lines, or word of one line that was too long and is left out. */
export type LineBlock = { readonly bytes: Buffer; readonly lineEnd: number } | 'too-long'

const [lineFeed, carriageReturn] = [10, 13]

/** Cuts bytes after line ends, holding back at most one line. The last block may lack its line end. */
export async function* lineBlocks(chunks: AsyncIterable<Buffer>): AsyncGenerator<LineBlock> {
  let lineEnd: number | undefined
  let held: Buffer[] = []
  let skipping = false
  for await (const chunk of chunks) {
    // Old files of one maker end their lines with a carriage return alone.
    lineEnd ??= !chunk.includes(lineFeed) && chunk.includes(carriageReturn) ? carriageReturn : lineFeed
    let rest = chunk
    if (skipping) {
      const end = chunk.indexOf(lineEnd)
      if (end === -1) continue
      yield 'too-long'
      skipping = false
      rest = chunk.subarray(end + 1)
    }
    const end = rest.lastIndexOf(lineEnd) + 1
    if (end > 0) {
      yield { bytes: Buffer.concat([...held, rest.subarray(0, end)]), lineEnd }
      held = []
    }
    if (end < rest.length) held.push(rest.subarray(end))
    if (held.reduce((sum, part) => sum + part.length, 0) > longestLine) {
      skipping = true
      held = []
    }
  }
  if (skipping) yield 'too-long'
  else if (held.length > 0) yield { bytes: Buffer.concat(held), lineEnd: lineEnd ?? lineFeed }
}
