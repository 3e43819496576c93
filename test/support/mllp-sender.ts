import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { framed, Unframing } from '../../src/intake/mllp.ts'

/** A system that sends messages over one connection that stays open. */
export interface MllpSender {
  readonly socket: Socket
  /** Sends one message and gives the answer; undefined: it was hung up on. */
  send(message: string | Buffer): Promise<string | undefined>
  /** The next answer, to whatever was written before. */
  answer(): Promise<string | undefined>
  leave(): void
}

export async function mllpSender(port: number): Promise<MllpSender> {
  const socket = connect({ port, host: '127.0.0.1' })
  await once(socket, 'connect')
  const unframing = new Unframing(1_000_000)
  const answers: string[] = []
  const waiting: ((answer: string | undefined) => void)[] = []
  socket.on('data', (bytes) => {
    for (const found of unframing.push(bytes)) {
      if (found.kind !== 'message') continue
      const next = waiting.shift()
      if (next) next(found.bytes.toString('utf8'))
      else answers.push(found.bytes.toString('utf8'))
    }
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    for (const next of waiting.splice(0)) next(undefined)
  })
  const answer = (): Promise<string | undefined> =>
    answers.length > 0 || socket.destroyed ? Promise.resolve(answers.shift()) : new Promise((resolve) => void waiting.push(resolve))
  return {
    socket,
    answer,
    send: (message) => {
      socket.write(typeof message === 'string' ? framed(message) : Buffer.concat([Buffer.of(0x0b), message, Buffer.of(0x1c, 0x0d)]))
      return answer()
    },
    leave: () => void socket.destroy(),
  }
}

let numbers = 0
export interface MessageSaid {
  readonly type: string
  readonly segments: readonly string[]
  readonly sender?: string
  readonly control?: string
  readonly sent?: string
  readonly processing?: string
  readonly charset?: string
}

/** A message with its header, a number of its own unless said. */
export const messageOf = ({
  type,
  segments,
  sender = 'EPJ|NORDVIK',
  control,
  sent,
  processing = 'P',
  charset = 'UNICODE UTF-8',
}: MessageSaid): string =>
  [
    `MSH|^~\\&|${sender}|VARDE|KYST|${sent ?? '20261125120000+0000'}||${type}|${control ?? `N-${++numbers}`}|${processing}|2.5||||||${charset}`,
    ...segments,
    '',
  ].join('\r')
