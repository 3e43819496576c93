import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { framed, Unframing } from './mllp.ts'

const texts = (found: readonly { readonly kind: string; readonly bytes?: Buffer }[]) =>
  found.map(({ kind, bytes }) => [kind, bytes?.toString('latin1')])

/** Any bytes but the one that ends a message. */
const content = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0x1c ? 0x20 : byte))))

describe('messages out of bytes', () => {
  test('come out whole and in order, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(content, { maxLength: 6 }), fc.array(fc.nat(400), { maxLength: 12 }), (messages, cuts) => {
        const bytes = Buffer.concat(messages.map((message) => framed(message.toString('latin1'), 'latin1')))
        const unframing = new Unframing(1000)
        const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b), bytes.length]
        const found = places.slice(1).flatMap((to, i) => unframing.push(bytes.subarray(places[i], to)))
        expect(texts(found)).toEqual(messages.map((message) => ['message', message.toString('latin1')]))
        expect(unframing.underway).toBe(false)
      }),
    )
  })

  test('need not be followed by the last byte of their frame, and line ends between them are nothing', () => {
    const unframing = new Unframing(100)
    expect(texts(unframing.push(Buffer.from('\x0bone\x1c\x0btwo\x1c\r\r\n\n\x0bthree\x1c')))).toEqual([
      ['message', 'one'],
      ['message', 'two'],
      ['message', 'three'],
    ])
  })

  test('that are too large end the reading, with their first bytes', () => {
    const unframing = new Unframing(10)
    expect(texts(unframing.push(Buffer.from('\x0b0123456789')))).toEqual([])
    expect(unframing.underway).toBe(true)
    expect(texts(unframing.push(Buffer.from('0\x1c\r\x0bnext\x1c\r')))).toEqual([['too-large', '01234567890']])
    expect(unframing.push(Buffer.from('\x0bnext\x1c\r'))).toEqual([])
  })

  test.each(['GET / HTTP/1.1\r\n', '\x1c\r', '\0'])('are none where bytes stand outside a frame: %j', (text) => {
    const unframing = new Unframing(100)
    expect(unframing.push(Buffer.from(`${text}\x0bMSH\x1c\r`))).toEqual([{ kind: 'no-frame' }])
    expect(unframing.push(Buffer.from('\x0bMSH\x1c\r'))).toEqual([])
  })

  test('never come out of bytes drawn by chance as anything but what was in a frame, and nothing is thrown', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), (parts) => {
        const unframing = new Unframing(50)
        const found = parts.flatMap((part) => unframing.push(Buffer.from(part)))
        for (const one of found) if (one.kind === 'message') expect(one.bytes.includes(0x1c)).toBe(false)
      }),
    )
  })
})
