import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, test } from 'vitest'
import { eventText, streamTo } from './stream.ts'

test('a reader that does not read is dropped, and one that reads is not', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  const open = async () => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    const [, raw] = (await once(server, 'request')) as [unknown, ServerResponse]
    raw.writeHead(200)
    return { socket, raw, stream: streamTo(raw) }
  }
  const [slow, quick] = [await open(), await open()]
  quick.socket.resume()
  slow.socket.pause()
  const text = eventText('change', '2:1', { text: 'x'.repeat(60_000) })
  let sent = 0
  for (; sent < 10_000 && slow.stream.send(text); sent++) {
    expect(quick.stream.send(text)).toBe(true)
    if (quick.raw.writableNeedDrain) await once(quick.raw, 'drain')
  }
  expect(sent).toBeLessThan(10_000)
  expect(slow.raw.destroyed).toBe(true)
  expect(slow.stream.send(text)).toBe(false)
  expect(quick.raw.destroyed).toBe(false)
  quick.stream.end()
  quick.socket.destroy()
  slow.socket.destroy()
  server.close()
})

test('nothing in an event begins another', () => {
  expect(eventText('change', '2:1', { kind: 'a\n\nevent: b\r\ndata: c' }).match(/\n\n/g)).toHaveLength(1)
})
