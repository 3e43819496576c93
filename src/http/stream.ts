import type { ServerResponse } from 'node:http'

/** Bytes that may wait for a reader; more, and it is dropped: it comes back with Last-Event-ID when it can. */
const mostWaiting = 262_144

/** A live stream to one reader. */
export interface Stream {
  /** False: the reader is too slow, or gone, and the stream has been closed. */
  send(text: string): boolean
  end(): void
}

/** One server-sent event. Line ends cannot stand in JSON or in our ids, so nothing in it can begin another. */
export const eventText = (event: string, id: string, data: unknown): string =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`

export function streamTo(raw: ServerResponse): Stream {
  return {
    send: (text) => {
      if (raw.destroyed || raw.writableEnded) return false
      raw.write(text)
      if (raw.writableLength <= mostWaiting) return true
      raw.destroy()
      return false
    },
    end: () => void raw.end(),
  }
}
