import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresServers } from '../../test/support/postgres.ts'
import { type Answer, openedPathway, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'

const atThePlace = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Oslo' })
/** Days by the database's own clock, at the ledger's place: what is recorded is recorded today. */
const daysAgo = (n: number): string => atThePlace.format(Date.now() - n * 86_400_000)

describe.each(postgresServers())('my codes, my patients on $name', ({ url }) => {
  let at: ServiceUnderTest
  let now = new Date()
  const people: Record<string, number> = {}
  beforeAll(async () => {
    at = await serviceUnderTest(url, ['packs/demo'], { now: () => now })
    for (const [name, role, org] of [
      ['coordinator', 'coordinator', 2],
      ['second', 'coordinator', 2],
      ['summariser', 'summariser', 2],
      ['lead', 'coding-lead', 2],
      ['leadElsewhere', 'coding-lead', 3],
      ['elsewhere', 'coordinator', 3],
      ['manager', 'manager', 2],
    ] as const)
      people[name] = (await at.person(`Invented ${name}`, role, org)).person
  })
  afterAll(() => at.close())

  const post = async (person: string, path: string, body: unknown, version?: number) => {
    const done = await at.ask(people[person], 'POST', path, body, version === undefined ? {} : { 'if-match': `"${version}"` })
    expect(done.status, JSON.stringify(done.body)).toBeLessThan(300)
    return done.body
  }
  const version = async (pathway: string) => (await at.ask(people['coordinator'], 'GET', `/api/pathways/${pathway}`)).body.version
  const record = async (pathway: string, code: string, occurred: string, person = 'coordinator', more: object = {}) =>
    post(
      person,
      `/api/pathways/${pathway}/entries`,
      { code, occurred, decider: 'clinician', passing: ['door/late:start', 'door/late:treatment', 'door/late:decision'], ...more },
      await version(pathway),
    )
  const opened = async (start = 20) => {
    const { pathway } = await openedPathway(at, people['coordinator']!, 2, 'demo')
    await record(pathway, 'M1A', daysAgo(start))
    return pathway
  }
  const coding = async (person: string, more = '') => {
    const answer = await at.ask(people[person], 'GET', `/api/coding?pack=demo${more}`)
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
    return answer.body
  }
  const startsBy = (rows: readonly Answer[], role = 'coordinator') =>
    rows.find((row) => row.milestone === 'start' && row.role === role) ?? { realTime: 0, afterCoded: 0 }
  const queued = async (pathway: string): Promise<readonly Answer[]> =>
    (await coding('coordinator')).queue.pathways.find((row: Answer) => row.pathway === pathway)?.items ?? []

  test('what was recorded within the days of its duty is told apart from what came after, by milestone and role', async () => {
    const before = startsBy((await coding('coordinator')).recorded)
    await opened(7) // the last of the days
    await opened(8)
    const late = await opened(30)
    const after = startsBy((await coding('coordinator')).recorded)
    expect([after.realTime - before.realTime, after.afterCoded - before.afterCoded]).toEqual([1, 2])
    // A correction is not asked of the duty.
    const read = await at.ask(people['coordinator'], 'GET', `/api/pathways/${late}`)
    const entry = read.body.entries[0].entry.split('-')[1]
    const correction = { code: 'M1A', occurred: daysAgo(29), reason: 'A day later.', decider: 'clinician' }
    await post('coordinator', `/api/pathways/${late}/entries/${entry}/corrections`, correction, read.body.version)
    expect(startsBy((await coding('coordinator')).recorded)).toEqual(after)
    now = new Date(Date.now() + 91 * 86_400_000)
    expect((await coding('coordinator')).recorded).toEqual([])
    now = new Date()
  })

  test('what one person has recorded is shown to them and to their lead, and that the lead looked is in the log', async () => {
    const pathway = await opened()
    await record(pathway, 'M1D', daysAgo(2), 'second')
    const own = (await coding('second')).person
    expect(own).toMatchObject({ person: people['second'], recorded: [{ milestone: 'decision', realTime: 1, afterCoded: 0 }] })
    expect((await coding('lead', `&person=${people['second']}`)).person).toEqual(own)
    for (const asker of ['coordinator', 'leadElsewhere', 'elsewhere']) {
      const refused = await at.ask(people[asker], 'GET', `/api/coding?pack=demo&person=${people['second']}`)
      expect([asker, refused.status]).toEqual([asker, 403])
    }
    expect((await at.ask(people['lead'], 'GET', `/api/coding?pack=demo&person=${people['elsewhere']}`)).status).toBe(403)
    const looks = await at.ledger.as(at.operator, (session) =>
      session.rows(
        `SELECT log_told(ledger, chain, seq) AS told FROM log WHERE ledger = 2 AND chain = 'look' AND kind = 'coding' AND person = $1`,
        [people['lead']],
      ),
    )
    expect(looks.map((look) => (look['told'] as { person: number }).person)).toEqual([people['second']])
  })

  test('the queue holds what says that something happened and is not coded, each with the code and the request that clears it', async () => {
    const pathway = await opened()
    const { patient } = (await at.ask(people['coordinator'], 'GET', `/api/pathways/${pathway}`)).body
    expect(await queued(pathway)).toEqual([])
    const proposal = (
      await post('coordinator', `/api/pathways/${pathway}/proposals`, { code: 'M1S', occurred: daysAgo(3), because: 'A visit.' })
    ).item
    const letter = { patient, pathway, kind: 'letter', title: 'Invented letter', body: 'Invented words.', received: daysAgo(2) }
    const { document } = await post('coordinator', '/api/documents', letter)
    const next = { what: 'Operation', due: daysAgo(1), role: 'coordinator', books: 'treatment' }
    const step = (await post('coordinator', `/api/pathways/${pathway}/next-steps`, { next })).item
    const items = await queued(pathway)
    expect(items).toEqual([
      {
        why: 'booked-day-passed',
        about: step.work,
        on: daysAgo(1),
        codes: ['M1TS', 'M1TD', 'M1TW'],
        way: { method: 'POST', path: `/api/pathways/${pathway}/entries` },
      },
      {
        why: 'document',
        about: document,
        on: daysAgo(2),
        codes: expect.arrayContaining(['M1S', 'M1TS']),
        way: { method: 'POST', path: `/api/pathways/${pathway}/entries` },
      },
      {
        why: 'proposal',
        about: proposal.work,
        on: daysAgo(3),
        codes: ['M1S'],
        way: { method: 'POST', path: `/api/work/${proposal.work}/acceptances` },
      },
    ])
    await post('coordinator', `/api/work/${step.work}/completions`, {}, 1)
    expect((await queued(pathway)).map(({ why }) => why)).toEqual(['document', 'proposal', 'step-done'])
    // Each way clears what it is for.
    await post('coordinator', items[2].way.path, {}, 1)
    await record(pathway, 'M1V', daysAgo(2), 'coordinator', { evidence: [{ document }] })
    expect((await queued(pathway)).map(({ why }) => why)).toEqual(['step-done'])
    await record(pathway, 'M1TS', daysAgo(1))
    expect(await queued(pathway)).toEqual([])
  })

  test('whose limit falls first stands first in the queue, and what does not run any more is not in it', async () => {
    const [soon, later, closed] = [await opened(30), await opened(10), await opened(25)]
    for (const pathway of [later, soon, closed])
      await post('coordinator', `/api/pathways/${pathway}/proposals`, { code: 'M1V', occurred: daysAgo(1), because: 'A visit.' })
    await record(closed, 'M1X', daysAgo(1))
    const all = (await coding('coordinator')).queue.pathways.map((row: Answer) => row.pathway)
    expect(all.indexOf(soon)).toBeGreaterThanOrEqual(0)
    expect(all.indexOf(soon)).toBeLessThan(all.indexOf(later))
    expect(all).not.toContain(closed)
    const { queue } = await coding('coordinator', '&limit=1')
    expect([queue.pathways.length, queue.more]).toEqual([1, true])
  })

  test('what late coding does to a figure stands apart from late care, as in the figure itself', async () => {
    const pathways = [await opened(100), await opened(100), await opened(100)]
    await record(pathways[0]!, 'M1TS', daysAgo(40)) // 60 days: care
    await record(pathways[1]!, 'M1V', daysAgo(1)) // something happened since: still going on
    const answer = await coding('coordinator')
    const one = answer.figures.find((figure: Answer) => figure.indicator === 'treated-in-time')
    const { figures } = (await at.ask(people['coordinator'], 'GET', '/api/figures?pack=demo&indicator=treated-in-time')).body
    const { denominator, share, low, high, fellShort, leftOut } = figures[0]
    expect(one).toMatchObject({ denominator, share, low, high })
    expect(one).toMatchObject({
      careLate: fellShort['care-late'],
      overrunNotCoded: leftOut['overrun-not-coded'],
      overrunWaiting: leftOut['overrun-waiting'],
    })
    expect(Math.min(one.careLate, one.overrunNotCoded, one.overrunWaiting)).toBeGreaterThan(0)
    expect(one.low).toBeLessThan(one.high)
    // Who may see and not count gets the queue and no figures.
    expect((await coding('summariser')).figures).toBeNull()
    expect((await at.ask(people['manager'], 'GET', '/api/coding?pack=demo')).status).toBe(403)
  })

  test('a step or an escalation was followed by a milestone only where one is dated after it was opened and before its day', async () => {
    const count = async (kind: string) => (await coding('coordinator')).followed.find((row: Answer) => row.kind === kind)
    const before = await count('next-step')
    const far = daysAgo(-30)
    const [followed, sameDay, none] = [await opened(), await opened(), await opened()]
    for (const pathway of [followed, sameDay, none])
      await post('coordinator', `/api/pathways/${pathway}/next-steps`, { next: { what: 'Ask', due: far, role: 'coordinator' } })
    await record(sameDay, 'M1S', daysAgo(0)) // whether before or after is not said
    await record(none, 'M1V', daysAgo(0)) // no milestone
    const number = Number(followed.split('-')[1])
    // Opened some days ago: the act as it would stand in the ledger then.
    const client = new Client(at.url)
    await client.connect()
    await client.query(
      `UPDATE varde.work SET opened = opened - interval '5 days' WHERE ledger = 2 AND pathway = $1 AND kind = 'next-step'`,
      [number],
    )
    await client.end()
    await record(followed, 'M1S', daysAgo(2))
    const after = await count('next-step')
    expect([after.opened - before.opened, after.followed - before.followed]).toEqual([3, 1])
  })

  test('another house sees none of it', async () => {
    await opened()
    const theirs = await coding('elsewhere', '&org=2')
    expect([theirs.recorded, theirs.queue.pathways, theirs.followed.map((row: Answer) => row.opened)]).toEqual([[], [], [0, 0]])
    expect(await coding('elsewhere')).toMatchObject({ recorded: [], queue: { pathways: [] } })
  })
})
