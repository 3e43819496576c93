import fc from 'fast-check'
import { expect, test } from 'vitest'
import { piecesOf } from './pieces.ts'

test('a text is cut where spans begin and end, and each piece knows what rests on it', () => {
  const [first, second] = [
    { from: 4, to: 12 },
    { from: 8, to: 16 },
  ]
  expect(piecesOf('Seen on Monday, again on Friday', [first, second])).toEqual([
    { from: 0, text: 'Seen', spans: [] },
    { from: 4, text: ' on ', spans: [first] },
    { from: 8, text: 'Mond', spans: [first, second] },
    { from: 12, text: 'ay, ', spans: [second] },
    { from: 16, text: 'again on Friday', spans: [] },
  ])
})

test('spans that are none of the text, or cut a character in two, are left out', () => {
  const cut = { from: 1, to: 2 }
  const beyond = { from: 0, to: 9 }
  expect(piecesOf('a😀b', [cut, beyond])).toEqual([{ from: 0, text: 'a😀b', spans: [] }])
  expect(piecesOf('', [])).toEqual([])
})

test('the pieces put together are the text, and each span covers what it covered', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(fc.record({ from: fc.nat(60), to: fc.nat(60) }), { maxLength: 5 }),
      (text, spans) => {
        const pieces = piecesOf(text, spans)
        expect(pieces.map((piece) => piece.text).join('')).toBe(text)
        for (const span of spans) {
          const covered = pieces.filter((piece) => piece.spans.includes(span)).map((piece) => piece.text)
          if (covered.length > 0) expect(covered.join('')).toBe(text.slice(span.from, span.to))
        }
      },
    ),
  )
})
