import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type MessageSaid, type MllpSender, messageOf, mllpSender } from '../../test/support/mllp-sender.ts'
import { postgresServers } from '../../test/support/postgres.ts'
import { randomOf } from '../../test/support/random.ts'
import { type Answer, type ServiceUnderTest, serviceUnderTest } from '../../test/support/service.ts'
import type { LedgerDatabase } from '../store/ledger-database.ts'
import { livePacks } from '../store/live-packs.ts'
import { connectClient } from '../store/postgres.ts'
import { verifyDatabase } from '../store/verify.ts'
import { type Feed, type FeedOutcome, openFeed } from './feed.ts'
import { type FeedListener, listenForMessages } from './feed-listener.ts'

/** Stands in every name and text of a patient here, to be looked for where it must not be. */
const mark = 'Kvitveis'

const mapping = `
pack: no-house
processing: [P]
patient: { field: PID-3, where: { PID-3.5: [FNR] } }
passOver: [ADT^A08]
messages:
  - id: booked
    on: [SIU^S12, SIU^S13, SIU^S14]
    becomes: booking
    appointment: SCH-2
    books: { field: AIS-3, values: { TIME: attendance, OPR: treatment }, otherwise: null }
    day: SCH-11.4
    what: { template: "{AIS-3.2}" }
  - { id: off, on: [SIU^S15], becomes: no-booking, appointment: SCH-2, because: Cancelled at the source. }
  - { id: came, on: [ADT^A01], when: { PV1-2: [O] }, becomes: proposal, event: attended, day: PV1-44, because: Came to the appointment. }
  - { id: answer, on: [ORU^R01], when: { OBX-3: [CA] }, becomes: proposal, code: { constant: "{variant}CK" }, day: OBX-14, because: An answer came., owner: clinician }
  - { id: visit, on: [ORU^R01], when: { OBX-3: [ATT, BIO] }, becomes: entry, code: { field: OBX-3, values: { ATT: "{variant}S", BIO: "{variant}B" } }, day: OBX-14 }
  - { id: letter, on: [MDM^T02], becomes: document, kind: note, title: TXA-2, text: OBX-5 }
`

describe.each(postgresServers())('messages of other systems on $name', ({ url }) => {
  let at: ServiceUnderTest
  let home: string
  let feed: Feed
  let listener: FeedListener
  let sender: MllpSender
  let machine: number
  let coordinator: number
  let elsewhere: number
  let administrator: number
  const outcomes: FeedOutcome[] = []
  const stops: unknown[] = []
  /** The database, which a test can take away, and cut off after it has kept something. */
  let away = false
  let cutAfterKeeping: (() => void) | undefined
  let now = new Date('2026-11-25T12:00:00Z')

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'varde-feed-'))
    await writeFile(join(home, 'feed.yaml'), mapping)
    at = await serviceUnderTest(url, ['packs/no-house'], {
      now: () => now,
      feeds: async (made) => {
        machine = (await made.person('Invented interface', 'machine', 2)).person
        const unsteady: LedgerDatabase = {
          ...made.ledger,
          as: async (actor, task) => {
            if (away) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' })
            const value = await made.ledger.as(actor, task)
            cutAfterKeeping?.()
            return value
          },
        }
        feed = await openFeed({
          ...{ ledger: unsteady, packs: livePacks(made.packs), now: () => now, org: 2, person: machine },
          senders: ['EPJ|NORDVIK', 'LAB|NORDVIK'],
          file: join(home, 'feed.yaml'),
          onOutcome: (outcome) => void outcomes.push(outcome),
          onStopped: (because) => void stops.push(because),
          waitMs: [10, 20],
        })
        return [feed]
      },
    })
    coordinator = (await at.person('Invented coordinator', 'coordinator', 2)).person
    elsewhere = (await at.person('Invented coordinator elsewhere', 'coordinator', 3)).person
    administrator = (await at.person('Invented administrator', 'administrator', 2)).person
    listener = await listenForMessages(feed, { host: '127.0.0.1', port: 0, mostBytes: 20_000, slowMs: 300, mostConnections: 5 })
    sender = await mllpSender(listener.port)
  })
  afterAll(async () => {
    sender?.leave()
    await listener?.stop()
    await at?.close()
    await rm(home, { recursive: true, force: true })
  })

  let people = 0
  /** Somebody invented, with pathways that have begun. */
  const patient = async (variants: readonly string[] = ['A12'], begun = '2026-11-20') => {
    const nationalId = `000000${String(++people).padStart(5, '0')}`
    const registered = await at.ask(coordinator, 'POST', '/api/patients', { org: 2, name: `${mark} ${people}`, nationalId })
    const pathways: string[] = []
    for (const prefix of variants) {
      const opened = await at.ask(coordinator, 'POST', '/api/pathways', { org: 2, patient: registered.body.patient, pack: 'no-house' })
      await record(opened.body.pathway, `${prefix}A`, begun)
      pathways.push(opened.body.pathway)
    }
    return { nationalId, patient: registered.body.patient as string, pathway: pathways[0]!, pathways }
  }
  const record = async (pathway: string, code: string, occurred: string, more: object = {}) => {
    const { body } = await at.ask(coordinator, 'GET', `/api/pathways/${pathway}`)
    const answer = await at.ask(
      coordinator,
      'POST',
      `/api/pathways/${pathway}/entries`,
      { code, occurred, decider: 'clinician', ...more },
      { 'if-match': `"${body.version}"` },
    )
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  }
  const pid = (nationalId: string) => `PID|1||77^^^H^LOCAL~${nationalId}^^^NO^FNR||${mark}^Ærlig`
  const appointment = (
    type: string,
    nationalId: string,
    id: string,
    day: string,
    what = 'TIME^First visit',
    more: Partial<MessageSaid> = {},
  ) => messageOf({ type, segments: [`SCH||${id}|||||||||^^^${day}`, pid(nationalId), `AIS|1||${what}`], ...more })
  const result = (nationalId: string, code: string, day: string, more: Partial<MessageSaid> = {}) =>
    messageOf({ type: 'ORU^R01', segments: [pid(nationalId), `OBX|1|CE|${code}||1|||||||||${day}`], sender: 'LAB|NORDVIK', ...more })
  const code = (answer: string | undefined) => /\rMSA\|(A[AER])\|/.exec(answer ?? '')?.[1]
  const issue = (answer: string | undefined) => /\rERR\|[^\r]*\|E\|([a-z/-]+)\|/.exec(answer ?? '')?.[1]
  const steps = async (pathway: string) =>
    (await at.ask(coordinator, 'GET', `/api/work?pathway=${pathway}&kind=next-step`)).body.items.map((item: Answer) => [
      item.state,
      item.due,
      item.body.books,
      item.body.what,
    ])
  const proposals = async (pathway: string) =>
    (await at.ask(coordinator, 'GET', `/api/work?pathway=${pathway}&kind=proposal`)).body.items.map((item: Answer) => [
      item.state,
      item.body.code,
      item.body.occurred,
      item.owner.role,
    ])
  const acts = async (ledger = 2) =>
    Number(
      (await at.ledger.as(at.operator, (s) => s.rows(`SELECT seq FROM log_head WHERE ledger = $1 AND chain = 'act'`, [ledger])))[0]?.[
        'seq'
      ],
    )
  const waitingNow = async () => (await at.ask(coordinator, 'GET', '/api/messages?limit=500')).body.messages as Answer[]

  describe('an appointment', () => {
    test('books the day of a milestone, is moved, and is taken back: the step follows', async () => {
      const { nationalId, pathway } = await patient()
      const answer = await sender.send(appointment('SIU^S12', nationalId, 'A-1', '202612011030', 'TIME^First visit', { control: 'B-1' }))
      expect(answer).toMatch(/^MSH\|\^~\\&\|VARDE\|\|EPJ\|NORDVIK\|\d{14}\+0000\|\|ACK\^S12\|V2-\d+\|P\|2\.5\.1\rMSA\|AA\|B-1\r$/)
      expect(await steps(pathway)).toEqual([['planned', '2026-12-01', 'attendance', 'First visit']])
      const { body } = await at.ask(coordinator, 'GET', `/api/pathways/${pathway}`)
      expect(body.risk.basis).toMatchObject({ kind: 'booked', milestone: 'attendance', on: '2026-12-01' })

      expect(code(await sender.send(appointment('SIU^S13', nationalId, 'A-1', '20261208')))).toBe('AA')
      expect(await steps(pathway)).toEqual([['planned', '2026-12-08', 'attendance', 'First visit']])
      expect(code(await sender.send(appointment('SIU^S15', nationalId, 'A-1', '20261208')))).toBe('AA')
      expect(await steps(pathway)).toEqual([['dropped', '2026-12-08', 'attendance', 'First visit']])
      expect(code(await sender.send(appointment('SIU^S12', nationalId, 'A-1', '20261210')))).toBe('AA')
      expect((await steps(pathway)).filter(([state]: readonly string[]) => state === 'planned')).toEqual([
        ['planned', '2026-12-10', 'attendance', 'First visit'],
      ])
    })

    test('gives its day to the step by which somebody planned the same, in the words they chose', async () => {
      const { nationalId, pathway } = await patient()
      const next = { what: 'Book the clinic', due: '2026-11-27', role: 'coordinator', books: 'attendance' }
      await at.ask(coordinator, 'POST', `/api/pathways/${pathway}/next-steps`, { next })
      await sender.send(appointment('SIU^S12', nationalId, 'A-2', '20261202'))
      expect(await steps(pathway)).toEqual([['planned', '2026-12-02', 'attendance', 'Book the clinic']])
    })

    test('that books no milestone is passed over, and one that takes back what is not known is kept', async () => {
      const { nationalId, pathway } = await patient()
      expect(code(await sender.send(appointment('SIU^S12', nationalId, 'A-3', '20261202', 'BLOOD^Sample')))).toBe('AA')
      expect(outcomes.at(-1)).toBe('passed-over')
      expect(code(await sender.send(appointment('SIU^S15', nationalId, 'A-4', '20261202')))).toBe('AA')
      expect(outcomes.at(-1)).toBe('not-placed')
      expect((await waitingNow())[0]).toMatchObject({ outcome: 'not-placed', code: 'feed/no-booking', type: 'SIU^S15' })
      expect(await steps(pathway)).toEqual([])
    })
  })

  describe('an event or an answer', () => {
    test('becomes a proposal by what the pack says, records nothing, and is not proposed twice', async () => {
      const { nationalId, pathway } = await patient()
      const came = () => messageOf({ type: 'ADT^A01', segments: [pid(nationalId), `PV1|1|O${'|'.repeat(42)}20261124`] })
      expect(code(await sender.send(came()))).toBe('AA')
      expect(await proposals(pathway)).toEqual([['suggested', 'A12S', '2026-11-24', 'coordinator']])
      expect(code(await sender.send(came()))).toBe('AA')
      expect(await proposals(pathway)).toHaveLength(1)
      expect((await at.ask(coordinator, 'GET', `/api/pathways/${pathway}`)).body.entries).toHaveLength(1)

      const { items } = (await at.ask(coordinator, 'GET', `/api/work?pathway=${pathway}&kind=proposal`)).body
      expect(items[0].body).toMatchObject({
        rule: 'NO-R08',
        evidence: [{ what: expect.stringMatching(/^HL7 ADT\^A01 from EPJ\|NORDVIK, number N-/) }],
      })
      const accepted = await at.ask(coordinator, 'POST', `/api/work/${items[0].work}/acceptances`, { passing: [] }, { 'if-match': '"1"' })
      expect(accepted.status, JSON.stringify(accepted.body)).toBe(200)
    })

    test('goes to the role the mapping names, with the code of the variant', async () => {
      const { nationalId, pathway } = await patient(['Z01'])
      expect(code(await sender.send(result(nationalId, 'CA', '20261123')))).toBe('AA')
      expect(await proposals(pathway)).toEqual([['suggested', 'Z01CK', '2026-11-23', 'clinician']])
    })

    test('is recorded where the mapping says that the interface records, by the rules of the door', async () => {
      const { nationalId, pathway } = await patient()
      expect(code(await sender.send(result(nationalId, 'BIO', '20261124')))).toBe('AA')
      const { entries } = (await at.ask(coordinator, 'GET', `/api/pathways/${pathway}`)).body
      expect(entries.map((entry: Answer) => [entry.code, entry.occurred, entry.person, entry.recorder])).toEqual([
        ['A12A', '2026-11-20', coordinator, 'coordinator'],
        ['A12B', '2026-11-24', machine, 'machine'],
      ])
      for (const [what, day, why] of [
        ['BIO', '20261201', 'door/in-the-future'],
        ['ATT', '20261124', 'door/role-may-not-record'],
      ] as const) {
        const answer = await sender.send(result(nationalId, what, day))
        expect([code(answer), issue(answer)]).toEqual(['AE', why])
      }
      expect((await at.ask(coordinator, 'GET', `/api/pathways/${pathway}`)).body.entries).toHaveLength(2)
    })

    test('that is a letter is kept to the letter, with Nordic letters in either character set', async () => {
      const { nationalId, patient: whose } = await patient()
      const segments = [pid(nationalId), 'TXA|1|Notat', 'OBX|1|TX|||Blåbær \\T\\ rømme', 'OBX|2|TX|||andre linje']
      const sent = { type: 'MDM^T02', segments }
      expect(code(await sender.send(messageOf(sent)))).toBe('AA')
      expect(code(await sender.send(Buffer.from(messageOf({ ...sent, charset: '8859/1' }), 'latin1')))).toBe('AA')
      const { documents } = (await at.ask(coordinator, 'GET', `/api/documents?patient=${whose}`)).body
      expect(documents).toHaveLength(2)
      for (const { document } of documents)
        expect((await at.ask(coordinator, 'GET', `/api/documents/${document}`)).body).toMatchObject({
          title: 'Notat',
          body: 'Blåbær & rømme\nandre linje',
        })
    })
  })

  describe('who or what is meant', () => {
    test('is never guessed: unknown, several pathways, none that is open', async () => {
      const several = await patient(['A12', 'Z01'])
      const none = await patient([])
      const asked = [
        ['feed/unknown-patient', '00000099999'],
        ['feed/which-pathway', several.nationalId],
        ['feed/no-pathway', none.nationalId],
      ] as const
      const before = await acts()
      for (const [why, nationalId] of asked) {
        expect(code(await sender.send(appointment('SIU^S12', nationalId, `W-${why}`, '20261201')))).toBe('AA')
        expect((await waitingNow())[0]).toMatchObject({ outcome: 'not-placed', code: why, says: expect.stringMatching(/\w/) })
      }
      expect(await acts()).toBe(before + 3) // each message, and nothing else
    })

    test('can be said later: the message is tried again, as one’s own, and waits no more', async () => {
      const nationalId = '00000088888'
      await sender.send(appointment('SIU^S12', nationalId, 'L-1', '20261203'))
      const [{ message }] = await waitingNow()
      const tried = await at.ask(coordinator, 'POST', `/api/messages/${message}/tries`, {})
      expect(tried.body).toMatchObject({ outcome: 'not-placed', code: 'feed/unknown-patient' })
      const registered = await at.ask(coordinator, 'POST', '/api/patients', { org: 2, name: mark, nationalId })
      const opened = await at.ask(coordinator, 'POST', '/api/pathways', { org: 2, patient: registered.body.patient, pack: 'no-house' })
      const again = await at.ask(coordinator, 'POST', `/api/messages/${message}/tries`, { key: 'try-it-again-1' })
      expect(again.body).toMatchObject({ outcome: 'taken', code: null, settledBy: coordinator, pathway: opened.body.pathway })
      expect(await steps(opened.body.pathway)).toEqual([['planned', '2026-12-03', 'attendance', 'First visit']])
      expect((await at.ask(coordinator, 'POST', `/api/messages/${message}/tries`, { key: 'try-it-again-1' })).status).toBe(200)
      expect((await at.ask(coordinator, 'POST', `/api/messages/${message}/tries`, {})).body.issues[0].code).toBe('feed/settled')
      expect(await steps(opened.body.pathway)).toHaveLength(1)
    })
  })

  describe('a message that is refused', () => {
    test('is kept with its text and why, for those who see patients here and nobody else; a look at it is written down', async () => {
      const answer = await sender.send(messageOf({ type: 'ADT^A31', segments: [pid('00000000001')], control: 'R-1' }))
      expect([code(answer), issue(answer)]).toEqual(['AR', 'feed/no-rule'])
      const [row] = await waitingNow()
      expect(row).toMatchObject({ outcome: 'refused', code: 'feed/no-rule', field: 'MSH-9', control: 'R-1', sender: 'EPJ|NORDVIK' })
      const { body } = await at.ask(coordinator, 'GET', `/api/messages/${row.message}`)
      expect(body.text).toContain(`${mark}^Ærlig`)
      const looks = await at.ledger.as(at.operator, (s) =>
        s.rows(`SELECT person FROM log WHERE chain = 'look' AND kind = 'message' ORDER BY seq DESC LIMIT 1`),
      )
      expect(looks).toEqual([{ person: coordinator }])
      for (const who of [elsewhere, administrator]) {
        expect((await at.ask(who, 'GET', `/api/messages/${row.message}`)).status).toBeGreaterThanOrEqual(403)
        expect((await at.ask(who, 'POST', `/api/messages/${row.message}/tries`, {})).status).toBeGreaterThanOrEqual(403)
      }
    })

    test('is tried again by the mapping that was mended, read anew without a new start', async () => {
      const { nationalId, pathway } = await patient()
      const sent = appointment('SIU^S26', nationalId, 'M-1', '20261204')
      expect(issue(await sender.send(sent))).toBe('feed/no-rule')
      const [{ message }] = await waitingNow()
      await writeFile(join(home, 'feed.yaml'), mapping.replace('SIU^S14]', 'SIU^S14, SIU^S26]'))
      const tried = await at.ask(coordinator, 'POST', `/api/messages/${message}/tries`, {})
      expect(tried.body, JSON.stringify(tried.body)).toMatchObject({ outcome: 'taken' })
      expect(await steps(pathway)).toHaveLength(1)
      await writeFile(join(home, 'feed.yaml'), mapping)
    })

    test('is set aside with a reason', async () => {
      const [{ message }, ...others] = await waitingNow()
      const answer = await at.ask(coordinator, 'POST', `/api/messages/${message}/set-asides`, { reason: 'Sent by mistake.' })
      expect(answer.body).toMatchObject({ outcome: 'set-aside', settledBy: coordinator })
      expect((await waitingNow()).length).toBe(others.length)
    })

    test.each([
      ['a test', { processing: 'T' }, 'AR', 'feed/processing'],
      ['characters that are not those it names', { charset: '8859/5' }, 'AR', 'feed/encoding'],
      ['no identity number', { segments: ['SCH||X|||||||||^^^20261201', 'PID|1', 'AIS|1||TIME^Visit'] }, 'AE', 'feed/missing'],
      [
        'a day that is none',
        { segments: ['SCH||X|||||||||^^^20261341', 'PID|1||1^^^NO^FNR', 'AIS|1||TIME^Visit'] },
        'AE',
        'feed/bad-value',
      ],
    ] as const)('says why: %s', async (_, more, told, why) => {
      const answer = await sender.send(appointment('SIU^S12', '00000000001', 'X', '20261201', 'TIME^Visit', more))
      expect([code(answer), issue(answer)]).toEqual([told, why])
      expect((await waitingNow())[0]).toMatchObject({ outcome: 'refused', code: why })
    })

    test('is not kept where it comes from nobody who may send', async () => {
      const before = await acts()
      for (const text of [
        appointment('SIU^S12', '00000000001', 'X', '20261201', 'TIME^x', { sender: 'EVIL|NORDVIK' }),
        'nothing of the kind',
      ]) {
        expect(code(await sender.send(text))).toBe('AR')
        expect(outcomes.at(-1)).toBe('rejected')
      }
      expect(await acts()).toBe(before)
    })
  })

  describe('the same number again', () => {
    test('gets the same answer to the letter, and has no second effect, also with another time in its header', async () => {
      const { nationalId, pathway } = await patient()
      const sent = appointment('SIU^S12', nationalId, 'S-1', '20261205', 'TIME^Visit', { control: 'SAME-1' })
      const first = await sender.send(sent)
      const before = await acts()
      expect(await sender.send(sent)).toBe(first)
      expect(code(await sender.send(sent.replace('20261125120000', '20261125121500')))).toBe('AA')
      expect(await acts()).toBe(before)
      expect(await steps(pathway)).toHaveLength(1)
      // As it would be after a restart: nothing of it is in memory.
      const anew = await openFeed({
        ...{ ledger: at.ledger, packs: livePacks(at.packs), now: () => now, org: 2, person: machine },
        ...{ senders: ['EPJ|NORDVIK'], file: join(home, 'feed.yaml') },
      })
      expect(await anew.take(Buffer.from(sent), new AbortController().signal)).toBe(first)
      expect(await acts()).toBe(before)
    })

    test('for something else is an error, and only the first is taken', async () => {
      const { nationalId, pathway } = await patient()
      await sender.send(appointment('SIU^S12', nationalId, 'S-2', '20261205', 'TIME^Visit', { control: 'SAME-2' }))
      const other = appointment('SIU^S13', nationalId, 'S-2', '20261206', 'TIME^Visit', { control: 'SAME-2' })
      const answer = await sender.send(other)
      expect([code(answer), issue(answer)]).toEqual(['AE', 'feed/control-reused'])
      expect(await sender.send(other)).toBe(answer)
      expect(await steps(pathway)).toEqual([['planned', '2026-12-05', 'attendance', 'Visit']])
      // Another sender has numbers of its own.
      expect(code(await sender.send(result(nationalId, 'CA', '20261124', { control: 'SAME-2' })))).toBe('AA')
    })

    test('after the connection broke between keeping and answering is answered as it would have been, once done', async () => {
      const { nationalId, pathway } = await patient()
      const sent = appointment('SIU^S12', nationalId, 'K-1', '20261207', 'TIME^Visit', { control: 'KILL-1' })
      const other = await mllpSender(listener.port)
      cutAfterKeeping = () => {
        cutAfterKeeping = undefined
        other.leave()
      }
      expect(await other.send(sent)).toBeUndefined()
      const before = await acts()
      const answer = await sender.send(sent)
      expect(code(answer)).toBe('AA')
      expect(await acts()).toBe(before)
      expect(await steps(pathway)).toHaveLength(1)
    })
  })

  test('while the database is away nothing is answered and nothing skipped: it says so, and goes on in order', async () => {
    const { nationalId, pathway } = await patient()
    const days = ['20261201', '20261202', '20261203', '20261204']
    away = true
    stops.length = 0
    const other = await mllpSender(listener.port)
    const answers = days.map((day) => other.send(appointment('SIU^S13', nationalId, 'O-1', day)))
    await expect.poll(() => stops.length).toBeGreaterThan(0)
    expect(feed.stopped('EPJ|NORDVIK')).toMatchObject({ code: expect.any(String) })
    away = false
    expect((await Promise.all(answers)).map(code)).toEqual(['AA', 'AA', 'AA', 'AA'])
    expect(stops.at(-1)).toBeUndefined()
    expect(feed.stopped('EPJ|NORDVIK')).toBeUndefined()
    expect(await steps(pathway)).toEqual([['planned', '2026-12-04', 'attendance', 'First visit']])
    other.leave()
  })

  test('a right that is withdrawn stops the feed until it is given again: nothing is refused for it', async () => {
    const { nationalId, pathway } = await patient()
    stops.length = 0
    await at.act(2, { kind: 'role-withdrawn', payload: { person: machine, org: 2, role: 'machine' } })
    const answer = sender.send(appointment('SIU^S12', nationalId, 'P-1', '20261201'))
    await expect.poll(() => stops).toEqual(['ledger/not-allowed'])
    await at.act(2, { kind: 'role-given', payload: { person: machine, org: 2, role: 'machine' } })
    expect(code(await answer)).toBe('AA')
    expect(await steps(pathway)).toHaveLength(1)
  })

  describe('hostile senders', () => {
    test('that are slow are cut off, and others are served meanwhile', async () => {
      const slow = connect({ port: listener.port, host: '127.0.0.1' })
      await once(slow, 'connect')
      slow.write('\x0bMSH|^~\\&|')
      const { nationalId } = await patient()
      expect(code(await sender.send(appointment('SIU^S12', nationalId, 'H-1', '20261201')))).toBe('AA')
      await once(slow, 'close')
    })

    test('that send too much are answered, hung up on, and hold nobody else up', async () => {
      const large = await mllpSender(listener.port)
      const answer = await large.send(messageOf({ type: 'ORU^R01', control: 'BIG-1', segments: ['OBX|1|TX|||'.padEnd(30_000, 'x')] }))
      expect([code(answer), issue(answer), /MSA\|AR\|BIG-1\r/.test(answer ?? '')]).toEqual(['AR', 'feed/too-large', true])
      await once(large.socket, 'close')
    })

    test('that speak something else are hung up on', async () => {
      const other = connect({ port: listener.port, host: '127.0.0.1' })
      await once(other, 'connect')
      other.write('GET / HTTP/1.1\r\n\r\n')
      await once(other, 'close')
    })

    test('that open too many connections get none', async () => {
      const many = await Promise.all(Array.from({ length: 4 }, () => mllpSender(listener.port)))
      const one = connect({ port: listener.port, host: '127.0.0.1' })
      one.on('error', () => {})
      await once(one, 'close')
      for (const each of many) each.leave()
    })

    test('put SQL, pages, separators, escapes and signs of every kind in every field: no fault, and each is answered', async () => {
      const { nationalId, pathway } = await patient()
      const { random, seed } = randomOf()
      const texts = [
        `'; DROP TABLE message; --`,
        '<script>alert(1)</script>',
        '\\E\\F\\E\\',
        '\\X0D\\MSA|AA|1',
        '\\.sp999\\',
        '{"a":1}',
        '\0',
        '\ufeff\u202e',
        '\ud83d',
        '~~^^&&',
        '=1+1',
        'x'.repeat(300),
        '__proto__',
        'constructor',
      ]
      const fields = ['SCH', 'PID', 'AIS', 'OBX', 'PV1', 'TXA', 'MSH']
      const draw = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
      const types = ['SIU^S12', 'SIU^S15', 'ADT^A01', 'ORU^R01', 'MDM^T02', 'ADT^A08', 'ZZZ^Z01']
      for (let i = 0; i < (process.env['SOAK'] ? 5_000 : 150); i++) {
        const segment = (id: string) => `${id}|${Array.from({ length: 45 }, () => (random() < 0.3 ? draw(texts) : '')).join('|')}`
        const known = random() < 0.7 ? [pid(nationalId)] : []
        const text = messageOf({ type: draw(types), segments: [...known, ...Array.from({ length: 3 }, () => segment(draw(fields)))] })
        const answer = await sender.send(text.replaceAll('\x1c', '').toWellFormed())
        expect([seed, code(answer)]).toEqual([seed, expect.stringMatching(/^A[AER]$/)])
        expect((answer ?? '').split('\r').filter((line) => line.startsWith('MSA|'))).toHaveLength(1)
      }
      for (let i = 0; i < 50; i++) {
        const bytes = Buffer.from(Array.from({ length: 200 }, () => Math.floor(random() * 256)).map((byte) => (byte === 0x1c ? 0 : byte)))
        expect(code(await sender.send(bytes))).toBe('AR')
      }
      expect((await at.ask(coordinator, 'GET', `/api/pathways/${pathway}`)).status).toBe(200)
      expect(stops.filter((code) => code === 'http/fault')).toEqual([])
    })
  })

  describe('the feeds as they are told', () => {
    test('with their last message, how late it came, and what became of messages; to those of the house, and no others', async () => {
      const { feeds } = (await at.ask(coordinator, 'GET', '/api/feeds')).body
      expect(feeds.map((one: Answer) => [one.sender, one.here, one.ledger])).toEqual([
        ['EPJ|NORDVIK', true, 2],
        ['LAB|NORDVIK', true, 2],
      ])
      const waiting = feeds.reduce((sum: number, one: Answer) => sum + one.waiting, 0)
      expect(waiting).toBe((await waitingNow()).length)
      expect((await at.ask(administrator, 'GET', '/api/feeds')).body.feeds).toHaveLength(2)
      expect((await at.ask(elsewhere, 'GET', '/api/feeds')).body.feeds).toEqual([])
    })

    test('as silent when each of the weeks before had messages in the same stretch of the week, and as usual with the next message', async () => {
      const owner = await connectClient(at.url)
      const [before, { last }] = [
        now,
        (await at.ledger.as(at.operator, (s) => s.rows(`SELECT max(at) AS last FROM message WHERE sender = 'LAB|NORDVIK'`)))[0] as {
          last: string
        },
      ]
      const state = async () => {
        const { feeds } = (await at.ask(coordinator, 'GET', '/api/feeds')).body
        const { state: told, weeks } = feeds.find((one: Answer) => one.sender === 'LAB|NORDVIK')
        return [told, weeks]
      }
      try {
        expect(await state()).toEqual(['new', []])
        // Invented weeks of a sender that sends every ten minutes for six hours a day, and then nothing until the next.
        await owner.query(
          `INSERT INTO varde.message SELECT 2, -row_number() OVER (), 1, 'LAB|NORDVIK', 'past', 'ORU^R01', '', t, NULL, '{}', 'taken'
           FROM generate_series(1, 36) day, generate_series(-12, 24) step, LATERAL (SELECT $1::timestamptz - day * interval '1 day' + step * interval '10 minutes') x (t)`,
          [last],
        )
        const hoursOn = (hours: number) => new Date(Date.parse(last) + hours * 3_600_000)
        now = hoursOn(0.2)
        expect((await state())[0]).toBe('usual')
        now = hoursOn(2)
        expect(await state()).toEqual(['silent', [expect.any(Number), expect.any(Number), expect.any(Number), expect.any(Number)]])
        // And with the next message all is as usual.
        await owner.query('UPDATE varde.message SET at = $1 WHERE message = -1', [hoursOn(1.9)])
        now = hoursOn(2)
        expect((await state())[0]).toBe('usual')
        // The night is silent every week; the morning after it is not.
        await owner.query('UPDATE varde.message SET at = $1 WHERE message = -1', [hoursOn(4.05)])
        now = hoursOn(15)
        expect(await state()).toEqual(['usual', [0, 0, 0, 0]])
        now = hoursOn(24)
        expect((await state())[0]).toBe('silent')
      } finally {
        now = before
        await owner.query('DELETE FROM varde.message WHERE message < 0')
        await owner.end()
      }
    })

    test('messages go page by page', async () => {
      const all = await waitingNow()
      const found: string[] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const { body }: Answer = await at.ask(coordinator, 'GET', `/api/messages?limit=7${cursor && `&cursor=${cursor}`}`)
        found.push(...body.messages.map((one: Answer) => one.message))
        cursor = body.next
      }
      expect(found).toEqual(all.map((one) => one.message))
    })
  })

  test('nothing of a patient is in the log of the service', () => {
    expect(at.logged.join('\n')).not.toContain(mark)
  })

  test('an identity that is erased takes the texts of messages about it along, and all of it can be made again from the acts', async () => {
    const officer = (await at.person('Invented officer', 'data-protection-officer', 2)).person
    const several = await patient(['A12', 'Z01'])
    await sender.send(appointment('SIU^S12', several.nationalId, 'E-1', '20261201'))
    const count = async () => {
      const owner = await connectClient(at.url)
      const { rows } = await owner.query('SELECT count(*)::int AS n FROM varde.message WHERE text LIKE $1', [`%${several.nationalId}%`])
      const log = await owner.query(`SELECT count(*)::int AS n FROM varde.log WHERE payload LIKE $1`, [`%${several.nationalId}%`])
      await owner.end()
      return [rows[0].n, log.rows[0].n]
    }
    expect(await count()).toEqual([1, 2])
    const erased = await at.ask(officer, 'POST', `/api/patients/${several.patient}/erasures`, { reason: 'Invented order' })
    expect(erased.status, JSON.stringify(erased.body)).toBeLessThan(300)
    expect(await count()).toEqual([0, 0])
    expect(await verifyDatabase({ ownerUrl: at.url, packs: at.packs, now: () => new Date() })).toMatchObject({ problems: [] })
  })
})
