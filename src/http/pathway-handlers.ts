import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { EntryView, pathwayRoutes } from '../api/pathway-routes.ts'
import { readRef, refOf } from '../api/shapes.ts'
import type { Asking } from '../core/clock/chosen.ts'
import { readPathway } from '../core/clock/clock.ts'
import { askDoor } from '../core/door/door.ts'
import type { DoorAnswer, DoorContext, Offer, OfferedEntry } from '../core/door/offer.ts'
import { listRecordable } from '../core/door/recordable.ts'
import { listPathways } from '../core/measure/account.ts'
import { explainPathway } from '../core/measure/explain.ts'
import { explainUnder } from '../core/measure/under.ts'
import { scopeOf } from '../core/rights/rights.ts'
import type { CsvValue } from '../core/words/csv.ts'
import { type Day, readDay } from '../core/words/day.ts'
import { endOfDay, type Instant, wallTimeOf } from '../core/words/instant.ts'
import { IssueError } from '../core/words/result.ts'
import { byUrgency } from '../core/work/listing.ts'
import { proposeStep, riskOfReading } from '../core/work/propose-step.ts'
import { riskOf } from '../core/work/risk.ts'
import { mostEntries } from '../sql/kept.ts'
import { type Act, keyAfter, type Session } from '../store/ledger-database.ts'
import type { LivePack } from '../store/live-packs.ts'
import {
  type EntryRow,
  entriesOf,
  findPathway,
  listOpenClocks,
  listPathwayFacts,
  narrowPathways,
  type PathwayRecord,
} from '../store/pathways.ts'
import { listBookings, listWorkAhead, type PlannedStep } from '../store/work.ts'
import { sendCsv } from './csv-answer.ts'
import { cursorsOf } from './cursor.ts'
import { checkEvidence, type EvidenceSaid, type ReceivedDays } from './evidence.ts'
import { localMedians } from './local-medians.ts'
import { notThere, refuse, StaleError } from './problem.ts'
import type { Asked, Handlers, ServiceParts } from './service.ts'

type Routes = typeof pathwayRoutes

/** The day it is now at a place. */
export const todayAt = (service: Pick<ServiceParts, 'now'>, zone: string): Day =>
  wallTimeOf(Math.floor(service.now().getTime() / 1000) as Instant, zone).day

export const askingOf = (day: Day, zone: string): Asking => ({ asOf: day, asOfAt: endOfDay(day, zone) })

/** As of this very moment: clocks in minutes run to it, not to the end of the day. */
export const nowOf = (service: Pick<ServiceParts, 'now'>, zone: string): Asking => ({
  asOf: todayAt(service, zone),
  asOfAt: Math.floor(service.now().getTime() / 1000) as Instant,
})

export function packOf(service: ServiceParts, pack: number): LivePack {
  const live = service.packs.byNumber(pack)
  if (!live) throw refuse('ledger/pack-missing', 'The pack of this pathway is not loaded here. Add its folder to the setting "packs".')
  return live
}

export function packNamed(service: ServiceParts, id: string): LivePack {
  const live = service.packs.byId(id)
  if (!live)
    throw refuse('ledger/no-pack', `There is no pack "${id}" here. There is ${service.packs.all.map((p) => p.id).join(', ')}.`, ['pack'])
  return live
}

/** The pathway, looked at: the look is written down in the same transaction, so that no answer leaves without it. */
export async function getPathway(session: Session, ref: string, look: string | undefined, key?: string): Promise<PathwayRecord> {
  const { ledger, n } = readRef(ref)
  const found = n > 2_147_483_647 ? undefined : await findPathway(session, ledger, n, key)
  if (!found) throw notThere()
  if (look !== undefined) await session.look(ledger, { kind: look, pathway: n, about: {} })
  return found
}

const viewOf = (ledger: number, live: LivePack, row: EntryRow): z.input<typeof EntryView> => ({
  entry: refOf(ledger, row.seq),
  nth: row.nth,
  code: row.code,
  label: live.content.codesByText.get(row.code)?.[0]?.label ?? null,
  variant: row.variant,
  occurred: row.occurred,
  occurredAt: row.occurred_at,
  recorded: row.recorded,
  recordedAt: row.recorded_at,
  superseded: row.superseded,
  supersededBy: row.superseded_by === null ? null : refOf(ledger, row.superseded_by),
  withdrawnBecause: row.withdrawn_because,
  corrects: row.corrects === null ? null : refOf(ledger, row.corrects),
  place: row.place,
  standing: row.standing,
  value: row.value,
  person: row.person,
  personName: row.person_name,
  recorder: row.recorder,
  decider: row.decider,
  onBehalfOf: row.behalf,
  reason: row.reason,
  evidence: [...row.evidence],
  passed: [...row.passed],
})

export type Offered = Asked<Routes['recordEntry']>['body']

/** What was sent, as the door reads it. A document's own day of receipt counts where none is said beside it. */
export function offerOf(body: Offered, days: ReceivedDays, corrects?: number): OfferedEntry {
  const day = (text: string | undefined) => (text === undefined ? undefined : readDay(text))
  return {
    code: body.code,
    occurred: readDay(body.occurred)!, // the shape has read it
    standing: body.standing,
    evidence: body.evidence.map((e) => ({
      ...(e.document === undefined ? {} : { document: e.document }),
      ...(e.what === undefined ? {} : { kind: e.what }),
      ...receivedOf(day(e.receivedOn ?? days.get(e.document ?? ''))),
    })),
    passing: body.passing,
    ...(body.variant === undefined ? {} : { variant: body.variant }),
    ...(body.occurredAt === undefined ? {} : { occurredAt: Math.floor(Date.parse(body.occurredAt) / 1000) as Instant }),
    ...(body.place === undefined ? {} : { place: String(body.place) }),
    ...(body.value === undefined ? {} : { value: body.value }),
    ...(body.decider === undefined ? {} : { decider: body.decider }),
    ...(body.reason === undefined ? {} : { reason: body.reason }),
    ...(corrects === undefined ? {} : { corrects }),
  }
}

const receivedOf = (day: Day | undefined) => (day === undefined ? {} : { receivedOn: day })

/** What is written of an offer: the payload of the act. Keys that say nothing are left out, so that the same words give the same bytes. */
export const payloadOf = (body: Offered, org: number, more: Readonly<Record<string, unknown>> = {}) => ({
  code: body.code,
  occurred: body.occurred,
  standing: body.standing,
  place: body.place ?? org,
  variant: body.variant,
  occurredAt: body.occurredAt === undefined ? undefined : Math.floor(Date.parse(body.occurredAt) / 1000),
  value: body.value,
  decider: body.decider,
  behalf: body.onBehalfOf,
  reason: body.reason,
  evidence: body.evidence.length === 0 ? undefined : body.evidence,
  passed: body.passing.length === 0 ? undefined : body.passing,
  ...more,
})

export function contextOf(service: Pick<ServiceParts, 'now'>, live: LivePack, record: PathwayRecord, role: string): DoorContext {
  return {
    pack: live.content,
    entries: entriesOf(record),
    role,
    today: todayAt(service, record.zone),
    now: Math.floor(service.now().getTime() / 1000) as Instant, // whole seconds
    ...(record.born === undefined ? {} : { born: record.born }),
  }
}

/** What the door says to an offer; throws what it refuses, and warnings that were not passed. */
export function holdAgainstPack(offer: Offer, context: DoorContext): DoorAnswer {
  const answer = askDoor(offer, context)
  if (answer.taken) return answer
  throw new IssueError([
    ...answer.refusals,
    ...answer.warnings
      .filter((w) => !w.passed)
      .map(({ passed: _, ...w }) => ({
        ...w,
        code: 'ledger/not-passed' as const,
        path: [...w.path],
        message: `${w.message} Pass it with "${w.id}" if it is right.`,
      })),
  ])
}

export const warningsOf = (answer: DoorAnswer | undefined) =>
  answer?.warnings.map(({ id: _id, passed: _passed, ...issue }) => ({ ...issue, path: [...issue.path] })) ?? []

const anyReads = 3

/** Somebody else was faster, and the writer named no version that would have to be looked at again: then it is read and judged anew. */
export async function untilUnchanged<T>(attempt: () => Promise<T>): Promise<T> {
  for (let reading = 1; ; reading++) {
    try {
      return await attempt()
    } catch (error) {
      const raced = error instanceof IssueError && error.issues[0]?.code === 'ledger/changed' && !(error instanceof StaleError)
      if (!raced || reading === anyReads) throw error
    }
  }
}

/**
 * One write to a pathway: read it, hold the offer against the pack, append. Where somebody else was faster and the writer named no version, it is read
 * and judged again.
 */
async function write<R extends Routes['recordEntry'] | Routes['correctEntry'] | Routes['withdrawEntry'] | Routes['disputeEntry']>(
  asked: Asked<R>,
  kind: 'recorded' | 'corrected' | 'withdrawn',
  evidence: EvidenceSaid,
  judge: (
    record: PathwayRecord,
    days: ReceivedDays,
  ) => {
    readonly offer: Offer
    readonly payload: Readonly<Record<string, unknown>>
    readonly also?: (key: string) => readonly Act[]
  },
) {
  const { service, params, ifMatch } = asked
  const { ledger, n } = readRef(params.pathway)
  const key = asked.body?.key ?? randomUUID()
  return untilUnchanged(() =>
    asked.in(async (session) => {
      const record = await getPathway(session, params.pathway, undefined, key)
      const live = packOf(service, record.pack)
      const { role } = asked.roleIn('record', ledger, record.pack)
      let answer: DoorAnswer | undefined
      const days = record.done ? new Map<string, string>() : await checkEvidence(session, record, evidence)
      const { offer, payload, also } = judge(record, days)
      if (!record.done) {
        if (ifMatch !== undefined && record.version !== ifMatch) throw stale(ledger, live, record)
        if (record.entries.length >= mostEntries - 1)
          throw refuse('ledger/too-many', 'This pathway holds as many entries as it can. Open another.')
        answer = holdAgainstPack(offer, contextOf(service, live, record, role))
      }
      const [done, ...rest] = await session.actLast(ledger, [
        { key, kind, pathway: n, ...(record.done ? {} : { expected: record.version }), payload },
        ...(also?.(key) ?? []),
      ])
      if (!done) throw new Error('An act gives an answer.')
      asked.reply.header('etag', `"${rest.at(-1)?.version ?? done.version}"`)
      return {
        done,
        rest,
        answer: {
          entry: refOf(ledger, done.seq),
          pathway: params.pathway,
          version: rest.at(-1)?.version ?? done.version ?? 0,
          recordedAt: done.at,
          replayed: done.replayed,
          warnings: warningsOf(answer),
        },
      }
    }),
  )
}

/** Both versions: the one that was sent lies with the sender, the one that stands is given back. */
const stale = (ledger: number, live: LivePack, record: PathwayRecord): StaleError =>
  new StaleError(
    [
      {
        code: 'ledger/changed',
        path: [],
        message: `Somebody has changed this pathway since you read it (version ${record.version} now). Look at what stands there, then decide again.`,
      },
    ],
    { version: record.version, entries: record.entries.map((row) => viewOf(ledger, live, row)) },
    record,
  )

interface ListAsked {
  readonly pack: string
  readonly org?: number | undefined
  readonly patient?: string | undefined
  readonly withoutNextStep?: boolean | undefined
  readonly order?: 'number' | 'urgency' | undefined
  readonly after: readonly [ledger: number, pathway: number] | undefined
  /** Rows of a page; all of them where there is none. */
  readonly limit: number | undefined
  readonly look: 'list' | 'list-export'
}

/** Open pathways with their clocks as of now; the look at each is written down. */
async function openPathways(asked: Pick<Asked<Routes['listPathways']>, 'actor' | 'in' | 'roleIn' | 'service'>, query: ListAsked) {
  const { service } = asked
  const live = packNamed(service, query.pack)
  const patient = query.patient === undefined ? undefined : readRef(query.patient)
  return asked.in(async (session) => {
    const mine = await ledgersWith(asked, session, 'see', live.pack, query.org)
    const asking = nowOf(service, live.content.zone)
    const within = patient ? mine.filter((ledger) => ledger === patient.ledger) : mine
    const running = await listOpenClocks(session, live, within, asking)
    const local = await localMedians(asked, session, { live, ledgers: within, today: asking.asOf })
    const open = await narrowPathways(session, running, { org: query.org, patient: patient?.n })
    const ahead = await listWorkAhead(session, open)
    const listed = open
      .map((clocks) => {
        const pathway = refOf(clocks.ledger, clocks.pathway)
        const work = ahead.get(pathway)
        const { variant, atRisk, reached } = clocks
        const bookings = work?.bookings ?? []
        const question = {
          pack: live.content,
          variant,
          today: asking.asOf,
          clocks: atRisk,
          bookings,
          reached,
          local: local.get(clocks.ledger),
        }
        return { pathway, clocks, work, risk: riskOf(question) }
      })
      .filter(({ work }) => query.withoutNextStep !== true || (!work?.step && work?.noStep == null))
    const { after, limit = listed.length } = query
    const rest =
      query.order === 'urgency'
        ? listed.toSorted(byUrgency)
        : listed
            .filter(({ clocks: c }) => !after || c.ledger > after[0] || (c.ledger === after[0] && c.pathway > after[1]))
            .sort((a, b) => a.clocks.ledger - b.clocks.ledger || a.clocks.pathway - b.clocks.pathway)
    const page = rest.slice(0, limit)
    const facts = await listPathwayFacts(
      session,
      page.map(({ clocks }) => clocks),
    )
    for (const [ledger, seen] of [...Map.groupBy(page, ({ clocks }) => clocks.ledger)].sort(([a], [b]) => a - b)) {
      asked.roleIn('see', ledger, live.pack)
      await session.look(ledger, {
        kind: query.look,
        seen: seen.map(({ clocks }) => clocks.pathway),
        about: {
          ...{ pack: live.id, org: query.org, patient: query.patient },
          ...(query.look === 'list-export' && query.withoutNextStep ? { filter: { withoutStep: true } } : {}),
        },
      })
    }
    const last = query.order !== 'urgency' && rest.length > page.length ? page.at(-1)?.clocks : undefined
    return {
      count: listed.length,
      next: last ? ([last.ledger, last.pathway] as const) : undefined,
      pathways: page.flatMap(({ pathway, clocks, work, risk }) => {
        const fact = facts.get(pathway)
        if (!fact) return []
        return {
          pathway,
          patient: refOf(clocks.ledger, fact.patient),
          name: fact.name,
          pack: live.id,
          variant: clocks.variant,
          org: fact.org,
          version: fact.version,
          changed: fact.changed,
          clocks: [...clocks.clocks],
          risk,
          nextStep: work?.step ? stepOf(clocks.ledger, work.step) : null,
          noStepReason: work?.noStep ?? null,
          questions: work?.questions ?? 0,
          escalations: work?.escalations ?? 0,
        }
      }),
    }
  })
}

const stepOf = (ledger: number, { work, ownerName, ...step }: PlannedStep) => ({
  ...step,
  work: refOf(ledger, work),
  owner: step.ownerRole ?? ownerName,
})

type OpenRow = Awaited<ReturnType<typeof openPathways>>['pathways'][number]
type ListColumn<T> = readonly (readonly [name: string, of: (row: T) => CsvValue])[]
const listColumns: ListColumn<OpenRow> = [
  ['pathway', (row) => row.pathway],
  ['patient', (row) => row.patient],
  ['name', (row) => row.name],
  ['pack', (row) => row.pack],
  ['variant', (row) => row.variant],
  ['org', (row) => row.org],
  ['version', (row) => row.version],
  ['changed', (row) => row.changed],
  ['next step', (row) => row.nextStep?.what],
  ['due', (row) => row.nextStep?.due],
  ['owner', (row) => row.nextStep?.owner],
  ['books', (row) => row.nextStep?.books],
  ['no next step because', (row) => row.noStepReason],
  ['state', (row) => row.risk.state],
  ['state of', (row) => row.risk.interval],
  ['days left', (row) => row.risk.daysLeft],
  ['slack', (row) => row.risk.slack],
  ['slack rests on', (row) => row.risk.basis.kind],
  ['reason', (row) => row.risk.reason.code],
  ['questions', (row) => row.questions],
  ['escalations', (row) => row.escalations],
]
const clockColumns: ListColumn<OpenRow['clocks'][number]> = [
  ['verdict', (clock) => clock.verdict],
  ['day', (clock) => clock.day],
  ['limit', (clock) => clock.limit],
  ['limit day', (clock) => clock.limitDay],
  ['slack', (clock) => clock.slack],
  ['paused', (clock) => clock.paused],
]

export const pathwayHandlers: Handlers<Routes> = {
  listPathways: async (asked) => {
    const { query, service } = asked
    const cursor = cursorsOf(service, { list: 'pathways', ...query })
    const after = cursor.read(query.cursor, z.tuple([z.int(), z.int()]))
    const { pathways, next, count } = await openPathways(asked, { ...query, after, look: 'list' })
    return { asOf: service.now().toISOString(), count, next: next ? cursor.write(next) : null, pathways }
  },

  exportPathways: async (asked) => {
    const live = packNamed(asked.service, asked.query.pack)
    const { pathways } = await openPathways(asked, { ...asked.query, after: undefined, limit: undefined, look: 'list-export' })
    sendCsv(asked, 'pathways', {
      about: [['pack', `${live.id} ${live.content.version}`]],
      head: [
        ...listColumns.map(([name]) => name),
        ...live.plan.intervals.flatMap(({ id }) => clockColumns.map(([what]) => `${id} ${what}`)),
      ],
      rows: pathways.map((row) => [
        ...listColumns.map(([, of]) => of(row)),
        ...live.plan.intervals.flatMap(({ id }) => {
          const clock = row.clocks.find((one) => one.interval === id)
          return clockColumns.map(([, of]) => clock && of(clock))
        }),
      ]),
    })
  },

  // The file holds the rows as they stand on the screen, so the page makes it: read anew they might be others. That it is made is a look.
  noteExport: async (asked) => {
    const { pack, pathways, ...about } = asked.body
    const live = packNamed(asked.service, pack)
    const refs = [...new Set(pathways)].map(readRef)
    return asked.in(async (session) => {
      const mine = new Set(await ledgersWith(asked, session, 'see', live.pack))
      const found = await session.rows(
        `SELECT p.ledger, p.pathway FROM unnest($1::int[], $2::bigint[]) AS o (ledger, pathway)
           JOIN pathway p ON p.ledger = o.ledger AND p.pathway = o.pathway WHERE p.pack = $3`,
        [refs.map(({ ledger }) => ledger), refs.map(({ n }) => n), live.pack],
      )
      // Nobody can have on their screen what they may not see, and nobody is to be written down as seen who was not.
      if (found.length !== refs.length || found.some((row) => !mine.has(Number(row['ledger'])))) throw notThere()
      const byLedger = Map.groupBy(found, (row) => Number(row['ledger']))
      for (const [ledger, rows] of [...byLedger].sort(([a], [b]) => a - b)) {
        asked.roleIn('see', ledger, live.pack)
        await session.look(ledger, {
          kind: 'list-export',
          seen: rows.map((row) => Number(row['pathway'])),
          about: { pack: live.id, ...about },
        })
      }
      return { rows: found.length }
    })
  },

  openPathway: async (asked) => {
    const { service, body } = asked
    const live = packNamed(service, body.pack)
    const { ledger, n } = readRef(body.patient)
    const [done] = await asked.in(async (session) => {
      const org = await getOrganisation(session, body.org)
      if (org.ledger !== ledger) throw notThere()
      asked.roleIn('record', ledger, live.pack)
      return session.act(ledger, [
        { key: body.key ?? randomUUID(), kind: 'pathway-opened', pack: live.pack, payload: { patient: n, org: body.org } },
      ])
    })
    if (!done) throw new Error('An act gives an answer.')
    asked.reply.header('etag', `"${done.version ?? 0}"`)
    return { pathway: refOf(ledger, done.pathway), version: done.version ?? 0, replayed: done.replayed }
  },

  readPathway: async (asked) => {
    const { service, params, query } = asked
    return asked.in(async (session) => {
      const record = await getPathway(session, params.pathway, 'pathway')
      const live = packOf(service, record.pack)
      const zone = live.content.zone
      const asking = query.asOf === undefined ? nowOf(service, zone) : askingOf(readDay(query.asOf)!, zone) // the shape has read it
      const [pathway] = listPathways(live.content, entriesOf(record))
      const reading = pathway && readPathway(live.content, pathway, asking)
      const rules = query.rules === undefined ? undefined : readDay(query.rules)
      const bookings = await listBookings(session, record.ledger, record.pathway)
      const today = todayAt(service, zone)
      const local = (await localMedians(asked, session, { live, ledgers: [record.ledger], today })).get(record.ledger)
      asked.reply.header('etag', `"${record.version}"`)
      return {
        pathway: params.pathway,
        patient: refOf(record.ledger, record.patient),
        pack: live.id,
        org: record.org,
        version: record.version,
        changed: record.changed,
        entries: record.entries.map((row) => viewOf(record.ledger, live, row)),
        explanation: pathway ? explainPathway(live.content, pathway, asking) : null,
        under: pathway && rules !== undefined ? explainUnder(live.content, pathway, asking, rules) : null,
        risk: reading
          ? riskOfReading(reading, bookings, local)
          : riskOf({ pack: live.content, variant: '', today: asking.asOf, clocks: [], bookings }),
        proposedStep: (reading && proposeStep(live.content, reading, asking.asOf)) ?? null,
      }
    })
  },

  listChoices: async (asked) =>
    asked.in(async (session) => {
      const record = await getPathway(session, asked.params.pathway, 'choices')
      const live = packOf(asked.service, record.pack)
      const { role } = asked.roleIn('record', record.ledger, record.pack)
      return { choices: [...listRecordable(contextOf(asked.service, live, record, role))] }
    }),

  checkEntry: async (asked) =>
    asked.in(async (session) => {
      const record = await getPathway(session, asked.params.pathway, 'check')
      const live = packOf(asked.service, record.pack)
      const { role } = asked.roleIn('record', record.ledger, record.pack)
      const days = await checkEvidence(session, record, asked.body.evidence)
      const { refusals, warnings } = askDoor(offerOf(asked.body, days), contextOf(asked.service, live, record, role))
      const plain = ({ code, message, path, rule, source }: (typeof refusals)[number]) => ({
        code,
        message,
        path: [...path],
        ...(rule === undefined ? {} : { rule }),
        ...(source === undefined ? {} : { source }),
      })
      return { refusals: refusals.map(plain), warnings: warnings.map((warning) => ({ ...plain(warning), id: warning.id })) }
    }),

  recordEntry: async (asked) =>
    (
      await write(asked, 'recorded', asked.body.evidence, (record, days) => ({
        offer: offerOf(asked.body, days),
        payload: payloadOf(asked.body, record.org),
      }))
    ).answer,

  correctEntry: async (asked) =>
    (
      await write(asked, 'corrected', asked.body.evidence, (record, days) => ({
        offer: offerOf(asked.body, days, asked.params.entry),
        payload: payloadOf(asked.body, record.org, { corrects: asked.params.entry }),
      }))
    ).answer,

  withdrawEntry: async (asked) =>
    (
      await write(asked, 'withdrawn', [], () => ({
        offer: { withdraws: asked.params.entry, reason: asked.body.reason },
        payload: { withdraws: asked.params.entry, reason: asked.body.reason },
      }))
    ).answer,

  disputeEntry: async (asked) => {
    const { entry } = asked.params
    const { n } = readRef(asked.params.pathway)
    const written = await write(asked, 'corrected', [], (record, days) => {
      const row = record.entries.find((e) => e.seq === entry)
      if (!row) throw notThere()
      const body = {
        ...(row.variant === null ? {} : { variant: row.variant }),
        ...(row.occurred_at === null ? {} : { occurredAt: new Date(row.occurred_at * 1000).toISOString() }),
        ...(row.value === null ? {} : { value: row.value }),
        ...(row.decider === null ? {} : { decider: row.decider }),
        ...(row.behalf === null ? {} : { onBehalfOf: row.behalf }),
        code: row.code,
        occurred: row.occurred,
        place: row.place ?? record.org,
        standing: 'asked' as const,
        reason: asked.body.question,
        evidence: row.evidence as Offered['evidence'], // as it was taken in through the same shape
        passing: [...row.passed],
        key: undefined,
      }
      const query = {
        kind: 'query',
        state: 'asked',
        open: true,
        ownerRole: asked.body.toRole,
        body: { question: asked.body.question, entry, dispute: true },
      }
      return {
        offer: { ...offerOf(body, days, entry), passing: [...row.passed] },
        payload: payloadOf(body, record.org, { corrects: entry }),
        also: (key: string) => [{ key: keyAfter(key, 'query'), kind: 'work-opened' as const, pathway: n, payload: query }],
      }
    })
    return { ...written.answer, query: refOf(readRef(asked.params.pathway).ledger, written.rest[0]?.seq ?? 0) }
  },
}

/** Looks are written down in the role that sees here, or, through broken glass, in the one that broke it. */
export function lookingRole({ actor, roleIn }: Pick<Asked<never>, 'actor' | 'roleIn'>, ledger: number, pack = 0): void {
  const sees = actor.rights.some(({ capability, scopes }) => capability === 'see' && scopes.has(scopeOf(ledger, pack)))
  roleIn(sees ? 'see' : 'break', ledger, pack)
}

export interface OrganisationRow {
  readonly org: number
  readonly parent: number | null
  readonly kind: string
  readonly name: string
  readonly zone: string
  readonly ledger: number
}

export async function getOrganisation(session: Session, org: number): Promise<OrganisationRow> {
  const [row] = await session.rows('SELECT org, parent, kind, name, zone, ledger FROM organisation WHERE org = $1', [org])
  if (!row) throw notThere()
  return row as unknown as OrganisationRow // columns are named as the fields are
}

/** Ledgers in which the person has a right under a pack, narrowed to those under an organisation. */
export async function ledgersWith(
  asked: Pick<Asked<never>, 'actor'>,
  session: { rows: Session['rows'] },
  capability: 'see' | 'count' | 'log',
  pack: number,
  org?: number,
): Promise<readonly number[]> {
  const mine = new Set(
    asked.actor.rights
      .filter((right) => right.capability === capability)
      .flatMap((right) => [...right.scopes])
      .filter((scope) => scope % 1000 === pack)
      .map((scope) => Math.floor(scope / 1000)),
  )
  if (org === undefined) return [...mine].sort((a, b) => a - b)
  const rows = await session.rows(
    'SELECT DISTINCT o.ledger FROM varde.organisation_under u JOIN varde.organisation o ON o.org = u.org WHERE u.above = $1',
    [org],
  )
  return rows
    .map((row) => Number(row['ledger']))
    .filter((ledger) => mine.has(ledger))
    .sort((a, b) => a - b)
}
