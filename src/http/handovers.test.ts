import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresServers } from '../../test/support/postgres.ts'
import { type Answer, openedPathway, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'

/** Hospital 2 has two departments in its ledger; hospital 3 keeps a ledger of its own. */
const [sender, receiver] = [21, 22]

describe.each(postgresServers())('handovers on $name', ({ url }) => {
  let at: ServiceUnderTest
  let now = new Date('2026-11-02T12:00:00Z')
  let sending: number
  let receiving: number
  let elsewhere: number
  let analyst: number
  let machine: number
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/no-house', 'packs/demo'], { now: () => now })
    const department = (org: number) => ({
      kind: 'organisation-set' as const,
      payload: { org, parent: 2, kind: 'department', name: `Department ${org} (invented)`, zone: 'Europe/Oslo', ledger: 2 },
    })
    await at.act(2, department(sender), department(receiver))
    const coordinatorOf = async (org: number) => {
      const { person } = await at.person(`Invented coordinator of ${org}`, 'analyst', 2)
      await at.act(2, { kind: 'role-given', payload: { person, org, role: 'coordinator' } })
      return person
    }
    sending = await coordinatorOf(sender)
    receiving = await coordinatorOf(receiver)
    elsewhere = (await at.person('Invented coordinator elsewhere', 'coordinator', 3)).person
    analyst = (await at.person('Invented analyst', 'analyst', 2)).person
    machine = (await at.person('Invented machine', 'machine', 2)).person
  })
  afterAll(() => at.close())

  const post = (person: number, path: string, body: unknown, version?: number) =>
    at.ask(person, 'POST', path, body, version === undefined ? {} : { 'if-match': `"${version}"` })
  const read = async (person: number, pathway: string) => (await at.ask(person, 'GET', `/api/pathways/${pathway}`)).body
  const record = async (person: number, pathway: string, body: object) => {
    const { version } = await read(person, pathway)
    const done = await post(person, `/api/pathways/${pathway}/entries`, body, version)
    expect(done.status, JSON.stringify(done.body)).toBe(201)
  }
  const started = async () => {
    now = new Date('2026-11-02T12:00:00Z')
    const { pathway } = await openedPathway(at, sending, sender, 'no-house')
    await record(sending, pathway, { code: 'A12A', occurred: '2026-10-20', place: sender, passing: ['door/late:start'] })
    return pathway
  }
  const send = (pathway: string, more: object = {}) =>
    post(sending, `/api/pathways/${pathway}/handovers`, { to: receiver, asks: 'Operation.', days: 3, ...more })
  const late = async (person: number, org: number, pathway: string): Promise<readonly Answer[]> => {
    const list = await at.ask(person, 'GET', `/api/handovers?late=true&org=${org}`)
    expect(list.status, JSON.stringify(list.body)).toBe(200)
    return list.body.items.filter(({ item }: Answer) => item.pathway === pathway)
  }
  const clocks = async (person: number, pathway: string) => {
    const list = await at.ask(person, 'GET', '/api/pathways?pack=no-house')
    return list.body.pathways.find((row: Answer) => row.pathway === pathway)?.clocks
  }

  test('sending proposes the code at the sender, and once received a start at the receiver; nothing is recorded and no clock stops', async () => {
    const pathway = await started()
    const before = await clocks(sending, pathway)
    const sent = await send(pathway, { key: 'handed-over-1' })
    expect(sent.status, JSON.stringify(sent.body)).toBe(201)
    expect(sent.body.item).toMatchObject({
      kind: 'handover',
      state: 'sent',
      open: true,
      due: '2026-11-05',
      body: { from: sender, to: receiver, sentOn: '2026-11-02', codes: ['A12A'] },
    })
    expect(sent.body.proposals).toEqual([
      { code: 'A12O', place: sender, work: expect.any(String), waitsFor: null },
      { code: 'A12A', place: receiver, work: null, waitsFor: 'receipt' },
    ])
    expect((await send(pathway, { key: 'handed-over-1' })).body).toMatchObject({ replayed: true, item: { work: sent.body.item.work } })
    const path = `/api/work/${sent.body.item.work}/receipts`
    expect((await post(machine, path, {}, 1)).status).toBe(403)
    expect((await post(receiving, path, { receivedOn: '2026-11-01' }, 1)).status).toBe(422)
    now = new Date('2026-11-03T12:00:00Z')
    const received = await post(receiving, path, { key: 'received-here' }, 1)
    expect(received.status, JSON.stringify(received.body)).toBe(200)
    expect(received.body).toMatchObject({
      item: { state: 'received', open: false, body: { receivedOn: '2026-11-03' } },
      proposals: [{ code: 'A12A', place: receiver, work: expect.any(String), waitsFor: null }],
    })
    expect((await post(receiving, path, { key: 'received-here' }, 1)).body.replayed).toBe(true)
    const there = await read(receiving, pathway)
    expect(there.entries).toHaveLength(1)
    now = new Date('2026-11-02T12:00:00Z')
    expect(await clocks(receiving, pathway)).toEqual(before)
    now = new Date('2026-11-03T12:00:00Z')
    const proposal = (await at.ask(receiving, 'GET', `/api/work/${received.body.proposals[0].work}`)).body
    expect(proposal.body).toMatchObject({ code: 'A12A', occurred: '2026-11-03', place: receiver })
    const passing = ['door/recorded-already:start']
    const accepted = await post(receiving, `/api/work/${proposal.work}/acceptances`, { passing }, 1)
    expect(accepted.status, JSON.stringify(accepted.body)).toBe(200)
    now = new Date() // by the clock of the database the entries were recorded today
    const { clocks: after } = (await read(receiving, pathway)).explanation
    const starts = after.map((clock: Answer) => clock.arithmetic[0])
    expect(starts).toContain('start: A12A 2026-10-20')
    expect(starts).not.toContain('start: A12A 2026-11-03')
  })

  test('both places see the same pathway and the same day of the clock', async () => {
    const pathway = await started()
    await send(pathway)
    now = new Date('2026-11-09T12:00:00Z')
    const [there, here] = [await clocks(receiving, pathway), await clocks(sending, pathway)]
    expect(there.length).toBeGreaterThan(0)
    expect(there).toEqual(here)
    expect(there.map((clock: Answer) => clock.day)).toContain(20)
  })

  test('without a start at the receiver within the agreed days it stands on both lists, until one is coded there', async () => {
    const pathway = await started()
    const { item } = (await send(pathway)).body
    expect([await late(sending, sender, pathway), await late(receiving, receiver, pathway)]).toEqual([[], []])
    now = new Date('2026-11-05T12:00:00Z') // the last of the agreed days
    expect(await late(sending, sender, pathway)).toEqual([])
    now = new Date('2026-11-06T12:00:00Z')
    for (const [person, org] of [
      [sending, sender],
      [receiving, receiver],
    ] as const)
      expect(await late(person, org, pathway)).toMatchObject([{ item: { work: item.work }, late: true, start: null, elsewhere: false }])
    // Received is not begun.
    await post(receiving, `/api/work/${item.work}/receipts`, {}, 1)
    expect(await late(receiving, receiver, pathway)).toHaveLength(1)
    await record(receiving, pathway, { code: 'A12A', occurred: '2026-11-04', place: sender, passing: ['door/recorded-already:start'] })
    expect(await late(receiving, receiver, pathway)).toHaveLength(1)
    await record(receiving, pathway, { code: 'A12A', occurred: '2026-11-05', place: receiver, passing: ['door/recorded-already:start'] })
    expect([await late(sending, sender, pathway), await late(receiving, receiver, pathway)]).toEqual([[], []])
    const all = (await at.ask(sending, 'GET', `/api/handovers?org=${sender}&side=sender`)).body.items
    expect(all.find((row: Answer) => row.item.work === item.work)).toMatchObject({ late: false, start: { code: 'A12A', place: receiver } })
    const side = (await at.ask(sending, 'GET', `/api/handovers?org=${sender}&side=receiver`)).body.items
    expect(side.find((row: Answer) => row.item.work === item.work)).toBeUndefined()
  })

  test('a handover that is declined goes back with a reason and is late nowhere; sent again, it waits again', async () => {
    const pathway = await started()
    const { item } = (await send(pathway)).body
    now = new Date('2026-11-20T12:00:00Z')
    const declined = await post(receiving, `/api/work/${item.work}/declines`, { reason: 'No capacity before Christmas.' }, 1)
    expect(declined.body.item).toMatchObject({ state: 'declined', open: false, body: { because: 'No capacity before Christmas.' } })
    expect(await late(sending, sender, pathway)).toEqual([])
    const again = await post(sending, `/api/work/${item.work}/reopenings`, { reason: 'Agreed by telephone.' }, 2)
    expect(again.body.item).toMatchObject({ state: 'sent', open: true })
    expect(await late(sending, sender, pathway)).toHaveLength(1)
  })

  test('a place with a ledger of its own is late until it is known to have received it, and sees nothing of it here', async () => {
    const pathway = await started()
    const { item } = (await send(pathway, { to: 3 })).body
    now = new Date('2026-11-20T12:00:00Z')
    expect(await late(sending, sender, pathway)).toMatchObject([{ elsewhere: true }])
    expect(await late(elsewhere, 3, pathway)).toEqual([])
    expect((await post(elsewhere, `/api/work/${item.work}/receipts`, {}, 1)).status).toBe(404)
    await post(sending, `/api/work/${item.work}/receipts`, {}, 1)
    expect(await late(sending, sender, pathway)).toEqual([])
  })

  test('it is sent to a place that is there and is another one, by those who work on the pathway', async () => {
    const pathway = await started()
    expect((await send(pathway, { to: sender })).status).toBe(422)
    expect((await send(pathway, { to: 1234 })).status).toBe(404)
    expect((await send(pathway, { sentOn: '2026-11-03' })).status).toBe(422)
    expect((await post(analyst, `/api/pathways/${pathway}/handovers`, { to: receiver, asks: 'Operation.' })).status).toBe(403)
    expect((await post(elsewhere, `/api/pathways/${pathway}/handovers`, { to: 3, asks: 'Operation.' })).status).toBe(404)
    expect((await at.ask(analyst, 'GET', '/api/handovers')).status).toBe(403)
  })
})
