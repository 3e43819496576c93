import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresServers } from '../../test/support/postgres.ts'
import { type Answer, openedPathway, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'
import { connectClient } from '../store/postgres.ts'

interface Heard {
  readonly id: string
  readonly event: string
  readonly data: Answer
}

/** A stream as a browser would follow it; `next` waits for the next event. */
async function follow(address: string, person: number, since?: string) {
  const leaving = new AbortController()
  const response = await fetch(`${address}/api/changes`, {
    headers: { 'x-person': String(person), ...(since === undefined ? {} : { 'last-event-id': since }) },
    signal: leaving.signal,
  })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const next = async (): Promise<Heard | undefined> => {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end >= 0) {
        const fields = Object.fromEntries(
          text
            .slice(0, end)
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        )
        text = text.slice(end + 2)
        if (fields['event'] === undefined) continue
        return { id: fields['id'] ?? '', event: fields['event'], data: JSON.parse(fields['data'] ?? '') }
      }
      const { done, value } = await reader.read()
      if (done) return undefined
      text += value
    }
  }
  return { status: response.status, type: response.headers.get('content-type'), next, leave: () => leaving.abort() }
}

describe.each(postgresServers())('live changes on $name', ({ url }) => {
  let at: ServiceUnderTest
  let address: string
  let coordinator: number
  let clinician: number
  let elsewhere: number
  let analyst: number
  let leaving: number
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/no-house'], { liveBeatMs: 200 })
    address = await at.app.listen({ port: 0, host: '127.0.0.1' })
    coordinator = (await at.person('Invented coordinator', 'coordinator', 2)).person
    clinician = (await at.person('Invented clinician', 'clinician', 2)).person
    elsewhere = (await at.person('Invented coordinator elsewhere', 'coordinator', 3)).person
    analyst = (await at.person('Invented analyst', 'analyst', 2)).person
    leaving = (await at.person('Invented coder', 'coder', 2)).person
  })
  afterAll(() => at.close())

  const note = (pathway: string, person = coordinator) => at.ask(person, 'POST', `/api/pathways/${pathway}/notes`, { text: 'Marked words' })

  test('two readers hear of an act, with its role and without a name; another house hears only its own', async () => {
    const { pathway } = await openedPathway(at, coordinator, 2, 'no-house')
    const { pathway: theirs } = await openedPathway(at, elsewhere, 3, 'no-house')
    const readers = await Promise.all([follow(address, coordinator), follow(address, clinician), follow(address, elsewhere)])
    for (const reader of readers) {
      expect([reader.status, reader.type]).toEqual([200, 'text/event-stream; charset=utf-8'])
      expect((await reader.next())?.event).toBe('here')
    }
    await note(pathway)
    await note(theirs, elsewhere)
    const [first, second, other] = await Promise.all(readers.map((reader) => reader.next()))
    expect(first).toMatchObject({
      event: 'change',
      data: { pathway, version: 1, kind: 'work-opened', role: 'coordinator', pack: 'no-house' },
    })
    expect(second).toEqual(first)
    expect(JSON.stringify(first)).not.toMatch(/Invented|Marked|person/)
    expect(first?.id).toMatch(/^2:\d+$/)
    expect(other?.data.pathway).toBe(theirs)
    for (const reader of readers) reader.leave()
  })

  test('a reader who was away hears what it missed, once and in order', async () => {
    const { pathway } = await openedPathway(at, coordinator, 2, 'no-house')
    const reader = await follow(address, coordinator)
    const here = await reader.next()
    await note(pathway)
    const heard = await reader.next()
    reader.leave()
    await note(pathway)
    await note(pathway, clinician)
    const back = await follow(address, coordinator, heard?.id)
    const missed = [await back.next(), await back.next(), await back.next()]
    expect(missed.map((one) => [one?.event, one?.data.role])).toEqual([
      ['change', 'coordinator'],
      ['change', 'clinician'],
      ['here', undefined],
    ])
    await note(pathway)
    expect((await back.next())?.data).toMatchObject({ kind: 'work-opened', version: 4 })
    back.leave()
    const again = await follow(address, coordinator, here?.id)
    for (let i = 0; i < 4; i++) expect((await again.next())?.event).toBe('change')
    expect((await again.next())?.event).toBe('here')
    again.leave()
    const foreign = await follow(address, elsewhere, '2:1')
    expect((await foreign.next())?.event).toBe('here')
    foreign.leave()
    const wrong = await follow(address, coordinator, "1:1'; DROP TABLE log")
    expect((await wrong.next())?.event).toBe('reset')
    wrong.leave()
  })

  test('many readers share one connection, which is made again when it breaks', async () => {
    const { pathway } = await openedPathway(at, coordinator, 2, 'no-house')
    const readers = await Promise.all(Array.from({ length: 16 }, () => follow(address, coordinator)))
    for (const reader of readers) await reader.next()
    const owner = await connectClient(at.url)
    const connections = async () =>
      (await owner.query(`SELECT pid FROM pg_stat_activity WHERE application_name = 'varde changes' AND datname = current_database()`)).rows
    const [only, ...more] = await connections()
    expect(more).toEqual([])
    await owner.query('SELECT pg_terminate_backend($1)', [only.pid])
    await note(pathway)
    await note(pathway)
    for (const reader of readers) {
      expect((await reader.next())?.data).toMatchObject({ pathway, kind: 'work-opened' })
      expect((await reader.next())?.data).toMatchObject({ pathway, kind: 'work-opened' })
      reader.leave()
    }
    await owner.end()
  })

  test('who may see nothing gets no stream, and who no longer may loses it', async () => {
    expect((await at.ask(analyst, 'GET', '/api/changes')).status).toBe(403)
    expect((await at.ask(undefined, 'GET', '/api/changes')).status).toBe(401)
    expect((await at.app.inject({ method: 'HEAD', url: '/api/changes', headers: { 'x-person': String(coordinator) } })).statusCode).toBe(
      404,
    )
    const reader = await follow(address, leaving)
    await reader.next()
    await at.act(2, { kind: 'role-withdrawn', payload: { person: leaving, org: 2, role: 'coder' } })
    expect(await reader.next()).toBeUndefined()
  })

  test('a service that stops ends its streams', async () => {
    const mine = await serviceUnderTest(url, ['packs/no-house'])
    const there = await mine.app.listen({ port: 0, host: '127.0.0.1' })
    const { person } = await mine.person('Invented coordinator', 'coordinator', 2)
    const reader = await follow(there, person)
    await reader.next()
    await mine.close()
    expect(await reader.next()).toBeUndefined()
  })
})
