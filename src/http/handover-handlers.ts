import { randomUUID } from 'node:crypto'
import type { handoverRoutes } from '../api/handover-routes.ts'
import { readRef, refOf } from '../api/shapes.ts'
import type { Proposal } from '../core/door/propose.ts'
import { addDays, type Day, dayText, readDay } from '../core/words/day.ts'
import { type HandoverSaid, proposeForHandover, startCodes } from '../core/work/handover.ts'
import { listHandoverRows } from '../store/handovers.ts'
import { type Act, keyAfter } from '../store/ledger-database.ts'
import type { PathwayRecord } from '../store/pathways.ts'
import { contextOf, getOrganisation, getPathway, packOf, todayAt } from './pathway-handlers.ts'
import { refuse } from './problem.ts'
import type { Handlers, ServiceParts } from './service.ts'
import { get, lookAt, move, openedBefore, saidOf, sentBefore, viewOf } from './work-handlers.ts'

type Routes = typeof handoverRoutes

const dayNamed = (text: string): Day => readDay(text)! // the shape, or the act that kept it, has read it

/** Acts that open the proposals whose day is known, each with the proposal it is for. */
function proposing(key: string, pathway: number, proposals: readonly Proposal[], due: string): readonly { of: Proposal; act: Act }[] {
  return proposals.flatMap((of, i) => {
    if (!('offer' in of)) return []
    const { offer, proposal, rule, place, code } = of
    const body = {
      code,
      occurred: dayText(offer.occurred),
      standing: offer.standing,
      ...(offer.variant === undefined ? {} : { variant: offer.variant }),
      ...(place === undefined ? {} : { place: Number(place) }), // places of a live ledger are organisations' numbers
      ...(rule === undefined ? {} : { rule }),
      because: `The pathway was handed over (${proposal}).`,
      evidence: offer.evidence.map(({ receivedOn }) => ({
        what: 'handed over',
        ...(receivedOn === undefined ? {} : { receivedOn: dayText(receivedOn) }),
      })),
    }
    const payload = saidOf('proposal', 'suggested', body, { role: 'coordinator' }, due)
    return [{ of, act: { key: keyAfter(key, `proposal ${i}`), kind: 'work-opened' as const, pathway, payload } }]
  })
}

const toldOf = (ledger: number, proposals: readonly Proposal[], opened: ReadonlyMap<Proposal, number>) =>
  proposals.map((one) => {
    const work = opened.get(one)
    return {
      code: one.code,
      place: one.place === undefined ? null : Number(one.place),
      work: work === undefined ? null : refOf(ledger, work),
      waitsFor: 'waitsFor' in one ? one.waitsFor : null,
    }
  })

const contextAt = (service: ServiceParts, record: PathwayRecord, role: string) =>
  contextOf(service, packOf(service, record.pack), record, role)

const saidBy = (body: Readonly<Record<string, unknown>>): HandoverSaid & { readonly days: number } => {
  const { from, to, sentOn, days } = body as { from: number; to: number; sentOn: string; days: number } // as `sendHandover` wrote it
  return { from: String(from), to: String(to), sentOn: dayNamed(sentOn), days }
}

export const handoverHandlers: Handlers<Routes> = {
  sendHandover: (asked) => {
    const { service, params, body } = asked
    const { key = randomUUID(), to, asks, days } = body
    const { ledger, n } = readRef(params.pathway)
    return asked.in(async (session) => {
      const record = await getPathway(session, params.pathway, undefined, key)
      const { role } = asked.roleIn('work', ledger, record.pack)
      if (record.done) {
        const item = await openedBefore(session, ledger, key, 'handover')
        return { item: viewOf(service, item), replayed: true, proposals: [] }
      }
      await getOrganisation(session, to)
      const from = body.from ?? record.org
      if (from === to) throw refuse('work/no-owner', 'A pathway is handed over to another place than where it is.', ['body', 'to'])
      const today = todayAt(service, record.zone)
      const sentOn = body.sentOn === undefined ? today : dayNamed(body.sentOn)
      if (sentOn > today) throw refuse('door/in-the-future', 'The day has not come yet.', ['body', 'sentOn'])
      const due = dayText(addDays(sentOn, days))
      const said = { from: String(from), to: String(to), sentOn }
      const context = contextAt(service, record, role)
      const codes = startCodes(said, context)
      const payload = saidOf('handover', 'sent', { from, to, asks, days, sentOn: dayText(sentOn), codes }, { role: 'coordinator' }, due)
      const proposals = proposeForHandover(said, context)
      const opening = proposing(key, n, proposals, due)
      const [done, ...rest] = await session.act(ledger, [
        { key, kind: 'work-opened', pathway: n, payload },
        ...opening.map(({ act }) => act),
      ])
      if (!done) throw new Error('An act gives an answer.')
      const item = await get(session, ledger, done.seq)
      asked.reply.header('etag', `"${item.version}"`)
      const opened = new Map(opening.map(({ of }, i) => [of, rest[i]?.seq ?? 0]))
      return { item: viewOf(service, item), replayed: done.replayed, proposals: toldOf(ledger, proposals, opened) }
    })
  },

  receiveHandover: async (asked) => {
    const { service, body } = asked
    const { key = randomUUID() } = body
    const before = await sentBefore(asked, key)
    if (before) return { ...before, proposals: [] }
    let proposals: readonly Proposal[] = []
    const { ledger } = readRef(asked.params.work)
    const done = await move(asked, 'receive', key, async (session, item) => {
      const record = await getPathway(session, refOf(item.ledger, item.pathway), undefined)
      const today = todayAt(service, record.zone)
      const receivedOn = body.receivedOn === undefined ? today : dayNamed(body.receivedOn)
      const said = saidBy(item.body)
      if (receivedOn > today) throw refuse('door/in-the-future', 'The day has not come yet.', ['body', 'receivedOn'])
      if (receivedOn < said.sentOn) throw refuse('door/out-of-order', 'It was sent after this day.', ['body', 'receivedOn'])
      const context = contextAt(service, record, asked.roleIn('record', item.ledger, item.pack).role)
      // What had its day when it was sent was proposed then.
      const waited = new Set(proposeForHandover(said, context).flatMap((one) => ('waitsFor' in one ? [one.proposal] : [])))
      proposals = proposeForHandover({ ...said, receivedOn }, context).filter(({ proposal }) => waited.has(proposal))
      return {
        told: { body: { receivedOn: dayText(receivedOn) } },
        also: proposing(key, item.pathway, proposals, item.due ?? dayText(today)).map(({ act }) => act),
      }
    })
    const opened = new Map<Proposal, number>()
    await asked.in(async (session) => {
      for (const [i, one] of proposals.entries())
        opened.set(one, (await openedBefore(session, ledger, keyAfter(key, `proposal ${i}`), 'proposal')).work)
    })
    return { ...done, proposals: toldOf(ledger, proposals, opened) }
  },

  declineHandover: ({ body: { key = randomUUID(), reason }, ...asked }) =>
    move(asked, 'decline', key, () => ({ told: { body: { because: reason } } })),

  listHandovers: (asked) => {
    const { query, service } = asked
    return asked.in(async (session) => {
      const rows = await listHandoverRows(session, {
        org: query.org,
        side: query.side,
        late: query.late,
        now: service.now(),
        limit: query.limit + 1,
      })
      const page = rows.slice(0, query.limit)
      await lookAt(asked, session, page, 'handovers')
      return {
        items: page.map(({ start, elsewhere, late, ...row }) => ({
          item: viewOf(service, row),
          start: start && { entry: refOf(row.ledger, start.seq), code: start.code, occurred: start.occurred, place: start.place },
          elsewhere,
          late,
        })),
        more: rows.length > query.limit,
      }
    })
  },
}
