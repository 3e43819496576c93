import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresServers } from '../../test/support/postgres.ts'
import { type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'
import type { Role } from '../core/rights/rights.ts'
import { connectClient } from '../store/postgres.ts'

describe.each(postgresServers())('emergency access on $name', ({ url }) => {
  let at: ServiceUnderTest
  let owner: Client
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/no-house'])
    owner = await connectClient(at.url)
    await owner.query('SET ROLE varde_owner; SET search_path = varde')
  })
  afterAll(async () => {
    await owner?.end()
    await at?.close()
  })

  const reason = 'Unconscious in the emergency room.'
  let ids = 0
  const person = async (role: Role, org: number) => (await at.person('Invented person', role, org)).person
  /** A patient of house 2 with pathways there, a document and an entry. */
  const patientOf2 = async (pathways = 1) => {
    const coordinator = await person('coordinator', 2)
    const nationalId = `0000000${1000 + ++ids}`
    const { body: patient } = await at.ask(coordinator, 'POST', '/api/patients', { org: 2, name: 'Invented Patient', nationalId })
    const refs: string[] = []
    for (let i = 0; i < pathways; i++) {
      const opened = await at.ask(coordinator, 'POST', '/api/pathways', { org: 2, patient: patient.patient, pack: 'no-house' })
      refs.push(opened.body.pathway)
    }
    const n = Number(refs[0]?.split('-')[1])
    await at.act(2, { kind: 'recorded', pathway: n, payload: { code: 'A12A', occurred: '2026-01-07', place: 2 } })
    await at.act(2, {
      kind: 'document-received',
      payload: { patient: Number(patient.patient.split('-')[1]), kind: 'letter', title: 'Invented letter', body: 'Invented.' },
    })
    return { coordinator, nationalId, patient: patient.patient as string, pathways: refs, pathway: refs[0]! }
  }
  const looks = async (by: number) =>
    (
      await owner.query(
        `SELECT kind, pathway, payload::json->'glass' AS glass FROM log WHERE ledger = 2 AND chain = 'look' AND person = $1 ORDER BY seq`,
        [by],
      )
    ).rows

  test('opens exactly one pathway of another house, with its patient, and marks every look', async () => {
    const { pathway, patient } = await patientOf2()
    const other = await patientOf2()
    const clinician = await person('clinician', 3)
    expect(await at.ask(clinician, 'GET', `/api/pathways/${pathway}`)).toMatchObject({ status: 404 })
    const broken = await at.ask(clinician, 'POST', '/api/break-glass', { pathway, reason, minutes: 20 })
    expect(broken).toMatchObject({ status: 201, body: { opened: [{ pathway, patient }] } })
    const glass = Number(broken.body.opened[0].glass.split('-')[1])
    const lasts = Date.parse(broken.body.opened[0].until) - Date.now()
    expect(lasts).toBeGreaterThan(18 * 60_000)
    expect(lasts).toBeLessThan(21 * 60_000)

    expect(await at.ask(clinician, 'GET', `/api/pathways/${pathway}`)).toMatchObject({ status: 200, body: { entries: [{ code: 'A12A' }] } })
    expect(await at.ask(clinician, 'GET', `/api/patients/${patient}`)).toMatchObject({
      status: 200,
      body: { name: 'Invented Patient', pathways: [{ pathway }], documents: [{ title: 'Invented letter' }] },
    })
    expect(await looks(clinician)).toEqual([
      { kind: 'pathway', pathway: Number(pathway.split('-')[1]), glass: [glass] },
      { kind: 'patient', pathway: 0, glass: [glass] },
    ])
    expect(await at.ask(clinician, 'GET', `/api/pathways/${other.pathway}`)).toMatchObject({ status: 404 })
    expect(await at.ask(clinician, 'GET', `/api/patients/${other.patient}`)).toMatchObject({ status: 404 })
    expect((await at.ask(clinician, 'GET', '/api/pathways?pack=no-house')).body.pathways).toEqual([])
  })

  test('opens no other pathway of the same patient', async () => {
    const { pathways, patient } = await patientOf2(2)
    const clinician = await person('clinician', 3)
    await at.ask(clinician, 'POST', '/api/break-glass', { pathway: pathways[0], reason })
    expect(await at.ask(clinician, 'GET', `/api/pathways/${pathways[1]}`)).toMatchObject({ status: 404 })
    expect((await at.ask(clinician, 'GET', `/api/patients/${patient}`)).body.pathways).toMatchObject([{ pathway: pathways[0] }])
  })

  test('records nothing, though whoever has it records at home', async () => {
    const { pathway, patient } = await patientOf2()
    const coordinator = await person('coordinator', 3)
    await at.ask(coordinator, 'POST', '/api/break-glass', { pathway, reason })
    const entry = { code: 'A12A', occurred: '2026-01-08' }
    expect(await at.ask(coordinator, 'POST', `/api/pathways/${pathway}/entries`, entry, { 'if-match': '"3"' })).toMatchObject({
      status: 404,
    })
    expect(await at.ask(coordinator, 'POST', `/api/patients/${patient}/identity`, { name: 'Another' })).toMatchObject({ status: 404 })
    const { rights, glass } = await at.ledger.standingOf(coordinator)
    const [ledger = 0, n = 0] = pathway.split('-').map(Number)
    const acting = { person: coordinator, role: 'coordinator' as const, rights, glass }
    for (const act of [
      { key: 'recorded-through-glass', kind: 'recorded' as const, pathway: n, payload: { code: 'A12A', occurred: '2026-01-08' } },
      { key: 'note-through-glass', kind: 'work-opened' as const, pathway: n, payload: { kind: 'note', state: 'written', open: false } },
    ])
      await expect(at.ledger.as(acting, (session) => session.act(ledger, [act]))).rejects.toMatchObject({
        issues: [{ code: 'ledger/not-allowed' }],
      })
  })

  test.each([
    ['no reason', { reason: undefined }],
    ['a reason that says nothing', { reason: 'urgent' }],
    ['blanks for a reason', { reason: '                ' }],
    ['no end', { minutes: 0 }],
    ['more than an hour', { minutes: 61 }],
  ])('is refused with %s', async (_, more) => {
    const { pathway } = await patientOf2()
    const clinician = await person('clinician', 3)
    expect(await at.ask(clinician, 'POST', '/api/break-glass', { pathway, reason, ...more })).toMatchObject({ status: 400 })
    expect(await at.ask(clinician, 'GET', `/api/pathways/${pathway}`)).toMatchObject({ status: 404 })
  })

  test('is refused by the database too: without a reason, for more than an hour, for another patient, for a role that may not', async () => {
    const { pathway, patient } = await patientOf2()
    const { patient: another } = await patientOf2()
    const clinician = await person('clinician', 3)
    const coder = await person('coder', 3)
    const attempt = async (by: number, role: Role, payload: object) =>
      at.ledger.as({ person: by, role, ...(await at.ledger.standingOf(by)) }, (session) =>
        session.act(2, [
          {
            key: `attempt-${++ids}-of-ours`,
            kind: 'glass-broken',
            pathway: Number(pathway.split('-')[1]),
            payload: {
              patient: Number(patient.split('-')[1]),
              reason,
              until: new Date(Date.now() + 600_000).toISOString(),
              ...payload,
            },
          },
        ]),
      )
    const refused = { issues: [{ code: 'ledger/not-allowed' }] }
    await expect(attempt(clinician, 'clinician', { reason: 'urgent' })).rejects.toMatchObject(refused)
    await expect(attempt(clinician, 'clinician', { until: new Date(Date.now() + 3_700_000).toISOString() })).rejects.toMatchObject(refused)
    await expect(attempt(clinician, 'clinician', { until: undefined })).rejects.toMatchObject(refused)
    await expect(attempt(clinician, 'clinician', { patient: Number(another.split('-')[1]) })).rejects.toMatchObject(refused)
    await expect(attempt(coder, 'coder', {})).rejects.toMatchObject(refused)
    expect(await attempt(clinician, 'clinician', {})).toHaveLength(1)
  })

  test('is not there for roles that may not', async () => {
    const { pathway } = await patientOf2()
    for (const role of ['coder', 'analyst', 'administrator', 'data-protection-officer'] as const)
      expect(await at.ask(await person(role, 3), 'POST', '/api/break-glass', { pathway, reason })).toMatchObject({ status: 403 })
  })

  test('finds a patient by their number, and writes down a search in vain', async () => {
    const { nationalId, pathways } = await patientOf2(2)
    const clinician = await person('clinician', 3)
    const found = await at.ask(clinician, 'POST', '/api/break-glass', { org: 2, nationalId, reason })
    expect(found.body.opened.map((o: { pathway: string }) => o.pathway)).toEqual(pathways)
    const seeker = await person('clinician', 3)
    expect(await at.ask(seeker, 'POST', '/api/break-glass', { org: 2, nationalId: '00000009999', reason })).toMatchObject({ status: 404 })
    expect(await looks(seeker)).toEqual([{ kind: 'glass-in-vain', pathway: 0, glass: null }])
    const { rows } = await owner.query(`SELECT 1 FROM log l WHERE l::text LIKE '%00000009999%'`)
    expect(rows).toEqual([])
    expect(at.logged.join('\n')).not.toContain('00000009999')
  })

  test('ends by itself, by the clock of the database', async () => {
    const { pathway } = await patientOf2()
    const clinician = await person('clinician', 3)
    await at.ask(clinician, 'POST', '/api/break-glass', { pathway, reason })
    expect((await at.ask(clinician, 'GET', '/api/break-glass')).body.opened).toMatchObject([{ pathway, reason }])
    // The moment comes nearer instead of the clock going on: all that is compared is the two.
    await owner.query('UPDATE glass SET until = clock_timestamp() WHERE person = $1', [clinician])
    expect(await at.ask(clinician, 'GET', `/api/pathways/${pathway}`)).toMatchObject({ status: 404 })
    expect((await at.ask(clinician, 'GET', '/api/break-glass')).body.opened).toEqual([])
  })

  test('is ended early by whoever has it, and by nobody else', async () => {
    const { pathway } = await patientOf2()
    const clinician = await person('clinician', 3)
    const stranger = await person('clinician', 3)
    const { body } = await at.ask(clinician, 'POST', '/api/break-glass', { pathway, reason })
    const end = `/api/break-glass/${body.opened[0].glass}/end`
    expect(await at.ask(stranger, 'POST', end, {})).toMatchObject({ status: 404 })
    expect(await at.ask(clinician, 'GET', `/api/pathways/${pathway}`)).toMatchObject({ status: 200 })
    expect(await at.ask(clinician, 'POST', end, {})).toMatchObject({ status: 200, body: { ended: true } })
    expect(await at.ask(clinician, 'GET', `/api/pathways/${pathway}`)).toMatchObject({ status: 404 })
    expect(await at.ask(clinician, 'POST', end, {})).toMatchObject({ status: 200 })
  })

  test('ends when the role is withdrawn', async () => {
    const { pathway } = await patientOf2()
    const clinician = await person('clinician', 3)
    await at.act(3, { kind: 'role-given', payload: { person: clinician, org: 3, role: 'coder' } })
    await at.ask(clinician, 'POST', '/api/break-glass', { pathway, reason })
    await at.act(3, { kind: 'role-withdrawn', payload: { person: clinician, org: 3, role: 'clinician' } })
    expect(await at.ask(clinician, 'GET', `/api/pathways/${pathway}`)).toMatchObject({ status: 404 })
  })

  test('waits for the data-protection officer of the house it was about, who sees the looks and says what they find', async () => {
    const { pathway } = await patientOf2()
    const clinician = await person('clinician', 3)
    const officer = await person('data-protection-officer', 2)
    const elsewhere = await person('data-protection-officer', 3)
    await at.ask(clinician, 'POST', '/api/break-glass', { pathway, reason })
    for (let i = 0; i < 3; i++) await at.ask(clinician, 'GET', `/api/pathways/${pathway}`)
    const waiting = async (by: number, state = 'waiting') =>
      (await at.ask(by, 'GET', `/api/break-glass/reviews?state=${state}`)).body.reviews.filter(
        (r: { pathway: string }) => r.pathway === pathway,
      )
    const [review] = await waiting(officer)
    expect(review).toMatchObject({ pathway, person: clinician, reason, looks: 3, state: 'waiting', finding: null })
    expect(await waiting(elsewhere)).toEqual([])
    const path = `/api/break-glass/reviews/${review.work}`
    const said = { finding: 'not-justified', note: 'The patient was awake.' }
    expect(await at.ask(elsewhere, 'POST', path, said)).toMatchObject({ status: 404 })
    expect(await at.ask(clinician, 'POST', path, said)).toMatchObject({ status: 404 })
    expect(await at.ask(officer, 'POST', path, said)).toMatchObject({ status: 201 })
    expect(await at.ask(officer, 'POST', path, said)).toMatchObject({ status: 412 })
    expect(await waiting(officer)).toEqual([])
    expect(await waiting(officer, 'reviewed')).toMatchObject([{ finding: 'not-justified', note: 'The patient was awake.' }])
  })

  test('is never reviewed by whoever had it', async () => {
    const { pathway } = await patientOf2()
    const both = await person('clinician', 3)
    await at.act(2, { kind: 'role-given', payload: { person: both, org: 2, role: 'data-protection-officer' } })
    await at.ask(both, 'POST', '/api/break-glass', { pathway, reason })
    const { body } = await at.ask(both, 'GET', '/api/break-glass/reviews')
    const mine = body.reviews.find((r: { person: number }) => r.person === both)
    expect(await at.ask(both, 'POST', `/api/break-glass/reviews/${mine.work}`, { finding: 'justified', note: 'By myself.' })).toMatchObject(
      {
        status: 403,
      },
    )
    const acting = { person: both, role: 'data-protection-officer' as const, ...(await at.ledger.standingOf(both)) }
    const [ledger = 0, work = 0] = mine.work.split('-').map(Number)
    const move = { key: `review-of-ones-own-${work}`, kind: 'work-moved' as const, pathway: Number(pathway.split('-')[1]) }
    await expect(
      at.ledger.as(acting, (session) => session.act(ledger, [{ ...move, payload: { work, state: 'reviewed', open: false } }])),
    ).rejects.toMatchObject({ issues: [{ code: 'ledger/not-allowed' }] })
  })

  test('leaves the chains whole', async () => {
    expect((await owner.query('SELECT p.* FROM log_head h, chain_problems(h.ledger, h.chain) p')).rows).toEqual([])
  })
})
