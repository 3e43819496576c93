import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { IssueError } from '../core/words/result.ts'
import { type Framed, framed, Unframing } from '../intake/mllp.ts'
import type { Feed } from './feed.ts'

export interface ListenerSettings {
  readonly host: string
  readonly port: number
  /** Largest message. */
  readonly mostBytes?: number
  /** A message that has begun must be whole after so long. */
  readonly slowMs?: number
  readonly mostConnections?: number
}

export interface FeedListener {
  readonly port: number
  /** Takes no more, answers what is in hand, and hangs up. */
  stop(): Promise<void>
}

/** Answers that a sender does not take: then it is let go. */
const mostUnread = 262_144

/**
 * Listens for messages over MLLP. Connections stay open for as long as the sender likes; on each, one message is answered before the next is looked at, and
 * while one is worked on nothing more is read: a sender that is too fast is slowed down by TCP itself.
 */
export async function listenForMessages(
  feed: Pick<Feed, 'take' | 'refuseTooLarge'>,
  { host, port, mostBytes = 1_048_576, slowMs = 30_000, mostConnections = 50 }: ListenerSettings,
): Promise<FeedListener> {
  const sockets = new Set<Socket>()
  const inHand = new Set<Promise<void>>()
  let stopping = false

  const server = createServer({ keepAlive: true, keepAliveInitialDelay: 60_000, noDelay: true }, (socket) => {
    sockets.add(socket)
    const unframing = new Unframing(mostBytes)
    const gone = new AbortController()
    const tooSlow = () => socket.destroy()
    let slow: NodeJS.Timeout | undefined
    socket.on('error', () => {}) // whoever breaks off hears nothing more, and neither does anybody else
    socket.on('close', () => {
      clearTimeout(slow)
      gone.abort()
      sockets.delete(socket)
    })

    const answer = async (found: Framed): Promise<void> => {
      if (found.kind === 'no-frame') return void socket.destroy()
      if (found.kind === 'too-large') return void socket.end(framed(feed.refuseTooLarge(found.bytes)))
      const text = await feed.take(found.bytes, gone.signal)
      if (text === undefined || socket.destroyed) return
      socket.write(framed(text))
      if (socket.writableLength > mostUnread) socket.destroy()
    }
    const work = async (all: readonly Framed[]): Promise<void> => {
      for (const found of all) {
        // What was not begun was not answered: the sender sends it again.
        if (stopping || socket.destroyed) return
        await answer(found)
      }
    }
    socket.on('data', (bytes) => {
      const found = unframing.push(bytes)
      // From the first byte of a message to its last; a new one has its own time.
      if (!unframing.underway || found.length > 0) slow = void clearTimeout(slow)
      if (unframing.underway) slow ??= setTimeout(tooSlow, slowMs)
      if (found.length === 0) return
      socket.pause()
      const working = work(found)
        .catch(() => void socket.destroy()) // no answer rather than a wrong one
        .finally(() => {
          inHand.delete(working)
          if (!socket.destroyed) socket.resume()
        })
      inHand.add(working)
    })
  })
  server.maxConnections = mostConnections
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown' // node's own errors carry a code
    throw new IssueError([
      {
        code: 'settings/value',
        path: ['feedPort'],
        message: `Nothing can listen for messages at ${host}:${port} (${code}). Name another port or address.`,
      },
    ])
  }
  return {
    port: (server.address() as AddressInfo).port, // it listens at a port
    stop: async () => {
      stopping = true
      const closed = new Promise<void>((done) => void server.close(() => done()))
      // One that waits for the database would wait for ever.
      const cut = setTimeout(() => sockets.forEach((socket) => void socket.destroy()), 5_000)
      await Promise.allSettled(inHand)
      clearTimeout(cut)
      for (const socket of sockets) socket.destroySoon()
      await closed
    },
  }
}
