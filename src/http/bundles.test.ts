import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chanceOf } from '../../test/support/chance.ts'
import { postgresServers } from '../../test/support/postgres.ts'
import { type Answer, openedPathway, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'
import { readBundle } from '../publish/pathway-bundle.ts'

/** Hospitals 2 and 3 each keep a ledger of their own, and see nothing of each other's. */
describe.each(postgresServers())('a pathway that goes to another house on $name', ({ url }) => {
  let at: ServiceUnderTest
  let there: number
  let here: number
  let importing: number
  let analyst: number
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/demo'])
    there = (await at.person('Invented coordinator there', 'coordinator', 2)).person
    here = (await at.person('Invented coordinator here', 'coordinator', 3)).person
    importing = (await at.person('Invented keeper of imports', 'coordinator', 3)).person
    await at.act(3, { kind: 'role-given', payload: { person: importing, org: 3, role: 'administrator' } })
    analyst = (await at.person('Invented analyst', 'analyst', 3)).person
  })
  afterAll(() => at.close())

  const post = (person: number, path: string, body: unknown, version?: number) =>
    at.ask(person, 'POST', path, body, version === undefined ? {} : { 'if-match': `"${version}"` })
  const read = async (person: number, pathway: string) => (await at.ask(person, 'GET', `/api/pathways/${pathway}`)).body
  const exported = async (person: number, pathway: string) => {
    const answer = await at.ask(person, 'GET', `/api/pathways/${pathway}/bundle`)
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
    return answer.body
  }
  const write = async (pathway: string, path: string, body: object) => {
    const { version } = await read(there, pathway)
    const done = await post(there, `/api/pathways/${pathway}/entries${path}`, body, version)
    expect(done.status, JSON.stringify(done.body)).toBe(201)
    return Number(done.body.entry.split('-')[1])
  }
  const bring = (person: number, bundle: unknown) => post(person, '/api/pathways/bundles', { org: 3, bundle })
  /** What goes with a pathway, but for the house it is in. */
  const carriedIn = (bundle: unknown) => {
    const carried = readBundle(bundle)
    if (!carried.ok) throw new Error(JSON.stringify(carried.issues))
    const { pathway: _, org: _org, ...rest } = carried.value
    return rest
  }
  const clocksOf = async (person: number, pathway: string) => {
    const list = (await at.ask(person, 'GET', '/api/pathways?pack=demo')).body.pathways
    return list.find((row: Answer) => row.pathway === pathway)?.clocks
  }

  /** A start that was corrected, a visit that was withdrawn, a pause, a number, a doubt, evidence, and a handover. */
  const rich = async () => {
    const { pathway } = await openedPathway(at, there, 2, 'demo')
    const late = { decider: 'clinician', passing: ['door/late:start'] }
    const evidence = [{ what: 'Letter by post', receivedOn: '2026-10-02', reliedOn: true }]
    const start = await write(pathway, '', {
      code: 'M1A',
      occurred: '2026-10-01',
      evidence: [],
      ...late,
      passing: ['door/late:start', 'door/dated-by:start'],
    })
    await write(pathway, `/${start}/corrections`, {
      code: 'M1A',
      occurred: '2026-10-02',
      reason: 'Received a day later.',
      evidence,
      ...late,
    })
    const visit = await write(pathway, '', { code: 'M1V', occurred: '2026-10-05', onBehalfOf: 'Ward 3', reason: 'As told.' })
    await write(pathway, `/${visit}/withdrawals`, { reason: 'Another patient.' })
    await write(pathway, '', { code: 'M1HA', occurred: '2026-10-06' })
    await write(pathway, '', { code: 'M1HB', occurred: '2026-10-12', standing: 'likely' })
    await write(pathway, '', { code: 'M1R', occurred: '2026-10-13', value: 3 })
    await post(there, `/api/pathways/${pathway}/handovers`, { to: 3, asks: 'Operation.', days: 0, sentOn: '2026-11-01' })
    return pathway
  }

  test('arrives with every entry dated and attributed as it was, gives the same day of each clock, and goes out again the same', async () => {
    const pathway = await rich()
    const bundle = await exported(there, pathway)
    expect(await exported(there, pathway)).toEqual(bundle)
    const taken = await bring(here, bundle)
    expect(taken.status, JSON.stringify(taken.body)).toBe(201)
    expect(taken.body).toMatchObject({ entries: 6, replayed: false, pack: { id: 'demo', sent: '1.0', here: '1.0' } })
    const [before, after] = [await read(there, pathway), await read(here, taken.body.pathway)]
    const shown = ({
      code,
      occurred,
      recorded,
      recordedAt,
      superseded,
      standing,
      value,
      recorder,
      decider,
      reason,
      evidence,
      passed,
      onBehalfOf,
    }: Answer) => ({
      ...{ code, occurred, recorded, recordedAt, superseded, standing, value, recorder, decider, reason, evidence, passed, onBehalfOf },
    })
    expect(after.entries.map(shown)).toEqual(before.entries.map(shown))
    expect(after.entries.map((entry: Answer) => entry.superseded !== null)).toEqual([true, false, true, false, false, false])
    const clocks = await clocksOf(there, pathway)
    expect(clocks.length).toBeGreaterThan(1)
    expect(await clocksOf(here, taken.body.pathway)).toEqual(clocks)
    const again = await exported(here, taken.body.pathway)
    expect(carriedIn(again)).toEqual(carriedIn(bundle))
    expect(carriedIn(again).entries[0]?.by).toEqual({ person: there, name: 'Invented coordinator there', role: 'coordinator' })
    expect(carriedIn(again).withdrawals).toMatchObject([{ reason: 'Another patient.', by: { person: there } }])
  })

  test('brings its handover, which is late at the receiver too until a start is coded there', async () => {
    const pathway = await rich()
    const taken = await bring(here, await exported(there, pathway))
    const lateAt = async (person: number, org: number, ref: string) =>
      (await at.ask(person, 'GET', `/api/handovers?late=true&org=${org}`)).body.items.filter(({ item }: Answer) => item.pathway === ref)
    expect(await lateAt(there, 2, pathway)).toMatchObject([{ elsewhere: true, late: true }])
    expect(await lateAt(here, 3, taken.body.pathway)).toMatchObject([
      { elsewhere: false, late: true, item: { work: taken.body.handover, state: 'sent', body: { from: 2, to: 3, asks: 'Operation.' } } },
    ])
    expect((await post(here, `/api/work/${taken.body.handover}/receipts`, { receivedOn: '2026-11-02' }, 1)).status).toBe(200)
    const { version } = await read(here, taken.body.pathway)
    const passing = ['door/late:start', 'door/recorded-already:start']
    const start = { code: 'M1A', occurred: '2026-11-02', decider: 'clinician', place: 3, passing }
    const done = await post(here, `/api/pathways/${taken.body.pathway}/entries`, start, version)
    expect(done.status, JSON.stringify(done.body)).toBe(201)
    expect(await lateAt(here, 3, taken.body.pathway)).toEqual([])
  })

  test('goes out, in and out again with nothing lost and the same clocks, whatever was recorded', async () => {
    const chance = chanceOf(9)
    const pick = <T>(of: readonly T[]): T => of[Math.floor(chance() * of.length)]!
    const codes = ['M1A', 'M1S', 'M1D', 'M1TS', 'M1X', 'M1V', 'M1WA', 'M1WB', 'M1HA', 'M1HB', 'M1R', 'H2A']
    const day = (n: number) => new Date(Date.UTC(2026, 5, 1 + n)).toISOString().slice(0, 10)
    let clocks = 0
    for (let run = 0; run < 15; run++) {
      const { pathway } = await openedPathway(at, there, 2, 'demo')
      const standing: number[] = []
      for (let i = 0; i < 2 + Math.floor(chance() * 10); i++) {
        const occurred = Math.floor(chance() * 120)
        const recorded = day(occurred + Math.floor(chance() * 30))
        const old = chance() < 0.3 ? standing.splice(Math.floor(chance() * standing.length), 1)[0] : undefined
        const number = Number(pathway.split('-')[1])
        const withdraw = old !== undefined && chance() < 0.5
        const payload = {
          code: pick(codes),
          occurred: day(occurred),
          recorded,
          recorder: pick(['coder', 'clinician', 'ward']),
          standing: pick(['sure', 'likely', 'let-stand', 'asked', 'ruled-out']),
          place: pick([2, 3, undefined]),
          value: pick([undefined, 4, 0]),
          corrects: old,
          source: pick([undefined, 'intake', 'proposal 2-5']),
        }
        const [done] = await at.act(
          2,
          withdraw
            ? { kind: 'withdrawn', pathway: number, payload: { withdraws: old, reason: 'Not so.', recorded } }
            : { kind: 'imported', pathway: number, payload },
        )
        if (!withdraw) standing.push(done!.seq)
      }
      const bundle = await exported(there, pathway)
      const taken = await bring(here, bundle)
      expect(taken.status, JSON.stringify(taken.body)).toBe(201)
      expect(carriedIn(await exported(here, taken.body.pathway))).toEqual(carriedIn(bundle))
      const mine = await clocksOf(there, pathway)
      expect(await clocksOf(here, taken.body.pathway)).toEqual(mine)
      expect((await read(here, taken.body.pathway)).explanation?.clocks.map((c: Answer) => c.arithmetic)).toEqual(
        (await read(there, pathway)).explanation?.clocks.map((c: Answer) => c.arithmetic),
      )
      clocks += mine?.length ?? 0
    }
    expect(clocks).toBeGreaterThan(5)
  })

  test('a bundle that was touched, or never sent, takes the right to import; one of the own house is there already', async () => {
    const bundle = await exported(there, await rich())
    const touched = structuredClone(bundle)
    touched.entry.find(({ resource }: Answer) => resource.id === 'entry-2').resource.effectiveDateTime = '2026-10-03'
    touched.entry.find(({ resource }: Answer) => resource.id === 'entry-2').resource.extension[0].extension[0].valueDate = '2026-10-03'
    expect(await bring(here, touched)).toMatchObject({ status: 403, body: { issues: [{ code: 'bundle/not-sent' }] } })
    expect((await bring(importing, touched)).status).toBe(201)
    expect(await bring(here, { ...bundle, more: true })).toMatchObject({ status: 422, body: { issues: [{ code: 'bundle/shape' }] } })
    expect(await post(there, '/api/pathways/bundles', { org: 2, bundle })).toMatchObject({
      status: 409,
      body: { issues: [{ code: 'ledger/exists' }] },
    })
    expect((await bring(analyst, bundle)).status).toBe(403)
    expect((await bring(there, bundle)).status).toBe(404)
  })

  test('taken in twice it is one pathway, and a patient who is known by their number is the same patient', async () => {
    const nationalId = 'X-11223344556'
    const known = (await post(here, '/api/patients', { org: 3, name: 'Invented Patient', nationalId })).body.patient
    const patient = (await post(there, '/api/patients', { org: 2, name: 'Invented Patient', nationalId })).body.patient
    const { pathway } = (await post(there, '/api/pathways', { org: 2, patient, pack: 'demo' })).body
    await write(pathway, '', { code: 'M1V', occurred: '2026-11-01' })
    const bundle = await exported(there, pathway)
    const first = await bring(here, bundle)
    expect(first.body, JSON.stringify(first.body)).toMatchObject({ patient: known, replayed: false })
    expect((await bring(here, bundle)).body).toMatchObject({ pathway: first.body.pathway, replayed: true })
    expect((await bring(importing, bundle)).status).toBe(409)
  })

  test('to receive gives nobody the right to date back what they record themselves', async () => {
    const bundle = await exported(there, await rich())
    const taken = await bring(here, bundle)
    const pathway = Number(taken.body.pathway.split('-')[1])
    const actor = { person: here, role: 'coordinator' as const, ...(await at.ledger.standingOf(here)) }
    const payload = { code: 'M1V', occurred: '2026-10-01', recorded: '2026-10-01' }
    const act = (ledger: number, kind: 'imported' | 'recorded', n: number) =>
      at.ledger.as(actor, (session) => session.act(ledger, [{ key: `dated-back-${kind}-${n}`, kind, pathway: n, payload }]))
    for (const kind of ['imported', 'recorded'] as const)
      await expect(act(3, kind, pathway)).rejects.toMatchObject({ issues: [{ code: 'ledger/not-allowed' }] })
    const own = Number((await openedPathway(at, here, 3, 'demo')).pathway.split('-')[1])
    await expect(act(3, 'imported', own)).rejects.toMatchObject({ issues: [{ code: 'ledger/not-allowed' }] })
    // Nor by naming a bundle that was sent, from a pathway that is opened beside it.
    await expect(
      at.ledger.as(actor, async (session) => {
        const opening = { patient: Number(taken.body.patient.split('-')[1]), org: 3, from: '2-1', bundle: 'not-one-that-was-sent' }
        const [opened] = await session.act(3, [{ key: 'opened-with-a-lie', kind: 'pathway-opened', pack: 1, payload: opening }])
        return session.act(3, [{ key: 'dated-back-by-a-lie', kind: 'imported', pathway: opened!.pathway, payload }])
      }),
    ).rejects.toMatchObject({ issues: [{ code: 'ledger/not-allowed' }] })
  })
})
