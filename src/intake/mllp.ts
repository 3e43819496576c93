/** The minimal lower layer protocol: a message stands between a start byte and two end bytes, on a connection that stays open. */
const start = 0x0b
const end = 0x1c
const after = 0x0d
const lineFeed = 0x0a
/** So much of a message that is too large is looked at, to answer it. */
const headBytes = 4096

/** A message as a frame, to be sent. */
export const framed = (text: string, encoding: BufferEncoding = 'utf8'): Buffer =>
  Buffer.concat([Buffer.of(start), Buffer.from(text, encoding), Buffer.of(end, after)])

/** What came out of the bytes: a message, or why there will be none. `too-large`: with its first bytes, so that it can be answered. */
export type Framed =
  | { readonly kind: 'message'; readonly bytes: Buffer }
  | { readonly kind: 'too-large'; readonly bytes: Buffer }
  | { readonly kind: 'no-frame' }

/**
 * Takes bytes as they come, cut anywhere, and gives the messages they complete. Line ends between frames are passed over; anything else there is no frame,
 * and after that, or after a message that is too large, nothing more is read: where the next one begins is not known.
 */
export class Unframing {
  private parts: Buffer[] = []
  private size = 0
  private state: 'between' | 'inside' | 'broken' = 'between'
  private readonly mostBytes: number

  constructor(mostBytes: number) {
    this.mostBytes = mostBytes
  }

  /** A frame has begun and is not complete. */
  get underway(): boolean {
    return this.state === 'inside'
  }

  push(bytes: Buffer): readonly Framed[] {
    const found: Framed[] = []
    let at = 0
    while (at < bytes.length && this.state !== 'broken') {
      if (this.state === 'between') {
        const byte = bytes[at++]
        if (byte === start) this.state = 'inside'
        else if (byte !== after && byte !== lineFeed) found.push(this.broken({ kind: 'no-frame' }))
        continue
      }
      const stop = bytes.indexOf(end, at)
      const part = bytes.subarray(at, stop < 0 ? bytes.length : stop)
      this.parts.push(part)
      this.size += part.length
      at += part.length
      if (this.size > this.mostBytes)
        found.push(this.broken({ kind: 'too-large', bytes: Buffer.concat(this.parts).subarray(0, headBytes) }))
      else if (stop >= 0) {
        // The byte after it is passed over as what stands between frames: an answer need not wait for it, and some senders leave it out.
        at++
        found.push({ kind: 'message', bytes: Buffer.concat(this.parts) })
        this.begin('between')
      }
    }
    return found
  }

  private begin(state: 'between' | 'broken'): void {
    this.parts = []
    this.size = 0
    this.state = state
  }

  private broken(why: Framed): Framed {
    this.begin('broken')
    return why
  }
}
