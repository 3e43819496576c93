import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { IntakeRow, type intakeRoutes } from '../api/intake-routes.ts'
import { readRef, refOf } from '../api/shapes.ts'
import { askDoor } from '../core/door/door.ts'
import { written } from '../core/door/looking.ts'
import type { DoorContext } from '../core/door/offer.ts'
import type { Entry } from '../core/ledger/entry.ts'
import { type Capability, scopeOf } from '../core/rights/rights.ts'
import { type Day, readDay } from '../core/words/day.ts'
import type { Issue } from '../core/words/issue.ts'
import { IssueError } from '../core/words/result.ts'
import { mostEntries } from '../sql/kept.ts'
import { type Before, findPatients, listBefore, listPathwayRecords, takeTurn } from '../store/intake.ts'
import { type Act, canonical, keyAfter, keyOf, type Session } from '../store/ledger-database.ts'
import type { LivePack } from '../store/live-packs.ts'
import { entriesOf, type PathwayRecord } from '../store/pathways.ts'
import { checkEvidence } from './evidence.ts'
import { getOrganisation, type OrganisationRow, offerOf, payloadOf, todayAt, untilUnchanged } from './pathway-handlers.ts'
import { notThere, refuse } from './problem.ts'
import type { Asked, Handlers } from './service.ts'

type Routes = typeof intakeRoutes
type TakeIn = Asked<Routes['takeIn']>
type Row = z.output<typeof IntakeRow>
type Answer = z.input<Routes['takeIn']['answer']>
type Result = Answer['results'][number]

/** A pathway that rows of one chunk write to: one that is there, or one that the chunk opens. */
interface Target {
  readonly live: LivePack
  readonly pathway: number | undefined
  readonly org: number
  readonly version: number
  /** A patient who is there, or the national id of one whom the chunk registers. */
  readonly patient: number | { readonly nationalId: string }
  readonly born: Day | undefined
  /** As they would stand after the rows before. */
  entries: readonly Entry[]
  readonly rows: { readonly row: Row; readonly n: number }[]
}

interface Registered {
  readonly row: Row
  readonly named: NonNullable<Row['patient']>
}

const issueAt = (code: Issue['code'], field: string, message: string): IssueError => refuse(code, message, [field])

const plain = ({ code, message, path, rule, source }: Issue) => ({
  code,
  message,
  path: [...path],
  ...(rule === undefined ? {} : { rule }),
  ...(source === undefined ? {} : { source }),
})

const may = (asked: TakeIn, capability: Capability, ledger: number, pack: number): boolean =>
  asked.service.checks === false ||
  asked.actor.rights.some((right) => right.capability === capability && right.scopes.has(scopeOf(ledger, pack)))

/** What is written of a row: the payload of its act. */
const payloadOfRow = (row: Row, org: number) =>
  payloadOf({ ...row, key: undefined }, org, {
    corrects: row.corrects,
    recorded: row.recorded,
    recordedAt: row.recordedAt === undefined ? undefined : Math.floor(Date.parse(row.recordedAt) / 1000),
    recorder: row.recorder,
    source: 'intake',
  })

const kindOf = (row: Row) => (row.recorded !== undefined ? 'imported' : row.corrects !== undefined ? 'corrected' : 'recorded')

/** What a chunk stands on, read at the start of its transaction. */
interface Ground {
  readonly asked: TakeIn
  readonly session: Session
  readonly org: OrganisationRow
  readonly role: string
  readonly today: Day
  readonly before: ReadonlyMap<string, Before>
  readonly patients: ReadonlyMap<string, number>
  readonly records: readonly PathwayRecord[]
}

/** One chunk, in one transaction: rows are judged one after the other, each as if those before were written. */
class Chunk {
  readonly results: Result[] = []
  private readonly targets = new Map<string, Target>()
  private readonly registered = new Map<string, Registered>()
  private readonly at: Ground
  private constructor(at: Ground) {
    this.at = at
  }

  static async read(asked: TakeIn, session: Session, org: OrganisationRow, role: string, rows: readonly Row[]): Promise<Chunk> {
    const { ledger } = org
    await takeTurn(session, ledger)
    const keys = rows.map((row) => row.key)
    const before = await listBefore(session, ledger, keys)
    const patients = await findPatients(
      session,
      ledger,
      rows.flatMap((row) => row.patient?.nationalId ?? []),
    )
    const named = rows.flatMap((row) => (row.pathway === undefined ? [] : [readRef(row.pathway)]))
    const records = await listPathwayRecords(session, ledger, {
      pathways: [
        ...named.filter((ref) => ref.ledger === ledger && ref.n <= 2_147_483_647).map((ref) => ref.n),
        ...[...before.values()].map((one) => one.pathway),
      ],
      patients: [...patients.values()],
    })
    return new Chunk({ asked, session, org, role, today: todayAt(asked.service, org.zone), before, patients, records })
  }

  /** Judges one row; what it finds is the row's result. */
  async judge(n: number, row: Row): Promise<void> {
    try {
      const earlier = this.at.before.get(row.key) ?? this.sameHere(row)
      if (earlier) return void this.results.push(this.repeated(n, row, earlier))
      const target = this.targetOf(row)
      await this.check(row, target)
      target.rows.push({ row, n })
      this.results.push({ row: n, outcome: 'taken' })
    } catch (error) {
      if (!(error instanceof IssueError)) throw error
      this.results.push({ row: n, outcome: 'refused', issues: error.issues.map(plain) })
    }
  }

  /** The same key twice in one chunk: the second waits for what the first becomes. */
  private sameHere(row: Row): undefined {
    if ([...this.targets.values()].some((target) => target.rows.some((other) => other.row.key === row.key)))
      throw issueAt('ledger/key-reused', 'key', 'Another row of this intake has the same key. Each entry needs a key of its own.')
  }

  private repeated(n: number, row: Row, { seq, kind, pathway, payload, own }: Before): Result {
    const { ledger } = this.at.org
    const record = this.at.records.find((one) => one.pathway === pathway)
    const there =
      row.patient === undefined
        ? row.pathway === refOf(ledger, pathway)
        : this.at.patients.get(row.patient.nationalId) === record?.patient &&
          this.at.asked.service.packs.byId(row.pack ?? '')?.pack === record?.pack
    const same = own && record !== undefined && there && kind === kindOf(row) && payload === canonical(payloadOfRow(row, record.org))
    if (!same)
      throw issueAt(
        'ledger/key-reused',
        'key',
        'This key was used for something else. What has changed at the source is a correction, with a key of its own.',
      )
    return { row: n, outcome: 'repeated', pathway: refOf(ledger, pathway), entry: refOf(ledger, seq) }
  }

  private targetOf(row: Row): Target {
    const { ledger, org } = this.at.org
    if (row.pathway !== undefined) {
      const ref = readRef(row.pathway)
      const record = ref.ledger === ledger ? this.at.records.find((one) => one.pathway === ref.n) : undefined
      if (!record) throw issueAt('ledger/not-there', 'pathway', notThere().issues[0]?.message ?? '')
      return this.known(record)
    }
    const named = row.patient
    if (!named) throw new Error('A row has a pathway or a patient.')
    const live = this.at.asked.service.packs.byId(row.pack ?? '')
    if (!live) throw issueAt('ledger/no-pack', 'pack', 'There is no pack of this id here.')
    const patient = this.at.patients.get(named.nationalId)
    const [record, ...more] =
      patient === undefined ? [] : this.at.records.filter((one) => one.patient === patient && one.pack === live.pack)
    if (more.length > 0)
      throw issueAt('intake/which-pathway', 'patient', 'The patient has several pathways under this pack: name the pathway itself.')
    if (record) return this.known(record)
    if (patient === undefined && named.name === undefined && !this.registered.has(named.nationalId))
      throw issueAt('intake/no-patient', 'patient', 'No patient of this number is known here: register them first, or give the name.')
    const id = `${named.nationalId} ${live.pack}`
    const target = this.targets.get(id) ?? {
      live,
      pathway: undefined,
      org,
      version: 0,
      patient: patient ?? { nationalId: named.nationalId },
      born: named.born === undefined ? undefined : readDay(named.born),
      entries: [],
      rows: [],
    }
    this.targets.set(id, target)
    return target
  }

  private known(record: PathwayRecord): Target {
    const id = String(record.pathway)
    const live = this.at.asked.service.packs.byNumber(record.pack)
    if (!live) throw issueAt('ledger/pack-missing', 'pathway', 'The pack of this pathway is not loaded here.')
    const { pathway, org, version, patient, born } = record
    const target = this.targets.get(id) ?? { live, pathway, org, version, patient, born, entries: entriesOf(record), rows: [] }
    this.targets.set(id, target)
    return target
  }

  private async check(row: Row, target: Target): Promise<void> {
    const { ledger } = this.at.org
    const { live, patient } = target
    const notAllowed = (field: string) => issueAt('ledger/not-allowed', field, 'Your role does not allow this here.')
    if (!may(this.at.asked, 'record', ledger, live.pack)) throw notAllowed('pack')
    const recorded = row.recorded === undefined ? undefined : readDay(row.recorded)
    if (recorded !== undefined && !may(this.at.asked, 'import', ledger, live.pack)) throw notAllowed('recorded')
    if (recorded !== undefined && recorded > this.at.today) throw issueAt('door/in-the-future', 'recorded', 'The day has not come yet.')
    if (target.entries.length >= mostEntries - 1)
      throw issueAt('ledger/too-many', 'pathway', 'This pathway holds as many entries as it can.')
    if (typeof patient !== 'number' && row.evidence.some((one) => one.document !== undefined)) throw notThere()
    const days =
      typeof patient === 'number' ? await checkEvidence(this.at.session, { ledger, patient }, row.evidence) : new Map<string, string>()
    const offer = offerOf({ ...row, key: undefined }, days, row.corrects)
    const context: DoorContext = {
      pack: live.content,
      entries: target.entries,
      role: row.recorder ?? this.at.role,
      // Another system took it on the day it says: what was late, or lay ahead, was so then.
      today: recorded ?? this.at.today,
      ...(target.born === undefined ? {} : { born: target.born }),
    }
    const answer = askDoor(offer, context)
    if (!answer.taken)
      throw new IssueError([
        ...answer.refusals,
        ...answer.warnings
          .filter((warning) => !warning.passed)
          .map((warning) => ({
            ...warning,
            code: 'ledger/not-passed' as const,
            message: `${warning.message} Pass it with "${warning.id}" if it is right.`,
          })),
      ])
    // Whoever is named first is the one who is registered.
    if (typeof patient !== 'number' && row.patient && !this.registered.has(patient.nationalId))
      this.registered.set(patient.nationalId, { row, named: row.patient })
    target.entries = [
      ...target.entries.map((entry) => (entry.seq === row.corrects ? { ...entry, superseded: this.at.today } : entry)),
      written(context, offer),
    ]
  }

  /** Writes what was taken: patients, then pathways, then entries. Nothing in a chunk is written without all of it. */
  async write(): Promise<void> {
    const { ledger, org } = this.at.org
    const targets = [...this.targets.values()].filter((target) => target.rows.length > 0)
    const act = async (acts: readonly Act[]) => (acts.length === 0 ? [] : await this.at.session.act(ledger, acts))
    const people = [...this.registered.values()]
    const registered = await act(
      people.map(({ row, named: { nationalId, name, born } }) => ({
        key: keyAfter(row.key, 'patient'),
        kind: 'patient-registered',
        payload: { name, nationalId, born },
      })),
    )
    const numbers = new Map(people.map(({ named }, i) => [named.nationalId, registered[i]?.seq]))
    const fresh = targets.filter((target) => target.pathway === undefined)
    const opened = await act(
      fresh.map(({ live, patient, rows }) => ({
        key: keyAfter(rows[0]?.row.key ?? '', 'pathway'),
        kind: 'pathway-opened',
        pack: live.pack,
        payload: { patient: typeof patient === 'number' ? patient : numbers.get(patient.nationalId), org },
      })),
    )
    const pathways = new Map(fresh.map((target, i) => [target, opened[i]?.pathway]))
    const writing = targets.flatMap((target) =>
      target.rows.map(({ row, n }, i) => ({ n, row, target, pathway: target.pathway ?? pathways.get(target) ?? 0, first: i === 0 })),
    )
    // In the order of the rows, as they were sent.
    writing.sort((a, b) => a.n - b.n)
    const done = await act(
      writing.map(({ row, target, pathway, first }) => ({
        key: row.key,
        kind: kindOf(row),
        pathway,
        ...(first ? { expected: target.version } : {}),
        payload: payloadOfRow(row, target.org),
      })),
    )
    const places = new Map(
      writing.map(({ n, pathway }, i) => [n, { pathway: refOf(ledger, pathway), entry: refOf(ledger, done[i]?.seq ?? 0) }]),
    )
    for (const [i, result] of this.results.entries())
      if (result.outcome === 'taken') this.results[i] = { ...result, ...places.get(result.row) }
  }

  /** Nothing is written, because others were refused. */
  leave(): void {
    for (const [i, result] of this.results.entries()) if (result.outcome === 'taken') this.results[i] = { row: result.row, outcome: 'left' }
  }
}

interface ReadRow {
  readonly n: number
  readonly row: Row | undefined
  readonly issues: readonly Issue[]
}

const readRow = (sent: unknown, i: number): ReadRow => {
  const read = IntakeRow.safeParse(sent)
  if (read.success) return { n: i + 1, row: read.data, issues: [] }
  const issues = read.error.issues.map(
    ({ path, message }): Issue => ({ code: 'http/shape', path: path.filter((part) => typeof part !== 'symbol'), message }),
  )
  return { n: i + 1, row: undefined, issues }
}

const chunksOf = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))

const count = (results: readonly Result[], outcome: Result['outcome']): number => results.filter((one) => one.outcome === outcome).length

/** What is kept of the intake itself: enough to answer the same body again, and to say what became of it. */
const recordOf = (body: TakeIn['body'], sha256: string, results: readonly Result[]) => ({
  sha256,
  org: body.org,
  whole: body.whole,
  chunk: body.chunk,
  rows: results.length,
  taken: count(results, 'taken'),
  repeated: count(results, 'repeated'),
  refused: count(results, 'refused'),
  repeatedRows: results.filter((one) => one.outcome === 'repeated').map((one) => one.row),
  refusals: results.filter((one) => one.outcome === 'refused').map(({ row, issues }) => ({ row, issues })),
})
type Kept = ReturnType<typeof recordOf>

const answerOf = (ledger: number, seq: number, kept: Kept, results: readonly Result[], replayed: boolean): Answer => ({
  intake: refOf(ledger, seq),
  sha256: kept.sha256,
  replayed,
  whole: kept.whole,
  rows: kept.rows,
  taken: kept.taken,
  repeated: kept.repeated,
  refused: kept.refused,
  results: [...results].sort((a, b) => a.row - b.row),
})

/** The first answer to the same body, made again from what was kept of it. */
async function firstAnswer(session: Session, ledger: number, first: Before, rows: readonly ReadRow[]): Promise<Answer> {
  const kept = JSON.parse(first.payload ?? '{}') as Kept // as we wrote it, or it would be another's
  const acts = await listBefore(
    session,
    ledger,
    rows.flatMap(({ row }) => row?.key ?? []),
  )
  const refused = new Map(kept.refusals.map((one) => [one.row, one.issues]))
  const repeated = new Set(kept.repeatedRows)
  const nothing = kept.taken === 0
  const results = rows.map(({ n, row }): Result => {
    const issues = refused.get(n)
    if (issues) return { row: n, outcome: 'refused', issues }
    const act = row && acts.get(row.key)
    if (!act || (nothing && !repeated.has(n))) return { row: n, outcome: 'left' }
    return { row: n, outcome: repeated.has(n) ? 'repeated' : 'taken', pathway: refOf(ledger, act.pathway), entry: refOf(ledger, act.seq) }
  })
  return answerOf(ledger, first.seq, kept, results, true)
}

export const intakeHandlers: Handlers<Routes> = {
  takeIn: async (asked) => {
    const { body, request, actor } = asked
    const sha256 = createHash('sha256')
      .update(request.bytes ?? '')
      .digest('hex')
    const key = keyOf('intake', actor.person, sha256)
    const rows = body.rows.map(readRow)
    const unread = rows.flatMap(({ n, row, issues }): Result[] => (row ? [] : [{ row: n, outcome: 'refused', issues: issues.map(plain) }]))
    const readable = rows.flatMap(({ n, row }) => (row ? [{ n, row }] : []))

    /** One transaction. The last one also writes down the intake itself. */
    const take = (chunk: readonly (typeof readable)[number][], results: readonly Result[], last: boolean) =>
      untilUnchanged(() =>
        asked.in(async (session) => {
          const org = await getOrganisation(session, body.org)
          const { role } = asked.roleIn('record', org.ledger)
          const first = (await listBefore(session, org.ledger, [key])).get(key)
          if (first) return { answer: await firstAnswer(session, org.ledger, first, rows), results: [] }
          const taking = await Chunk.read(
            asked,
            session,
            org,
            role,
            chunk.map(({ row }) => row),
          )
          for (const { n, row } of chunk) await taking.judge(n, row)
          const all = () => [...results, ...taking.results]
          if (body.whole && count(all(), 'refused') > 0) taking.leave()
          else await taking.write()
          if (!last) return { answer: undefined, results: all() }
          const kept = recordOf(body, sha256, all())
          const [done] = await session.act(org.ledger, [{ key, kind: 'intake-received', payload: kept }])
          if (!done) throw new Error('An act gives an answer.')
          return { answer: answerOf(org.ledger, done.seq, kept, all(), false), results: all() }
        }),
      )

    const chunks = body.whole || readable.length === 0 ? [readable] : chunksOf(readable, body.chunk)
    let results: readonly Result[] = unread
    for (const [i, chunk] of chunks.entries()) {
      const { answer, results: so } = await take(chunk, results, i === chunks.length - 1)
      if (answer) return answer
      results = so
    }
    throw new Error('The last chunk gives an answer.')
  },
}
