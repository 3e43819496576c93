import { createHash, randomUUID } from 'node:crypto'
import type { handoverRoutes } from '../api/handover-routes.ts'
import { readRef, refOf } from '../api/shapes.ts'
import type { Proposal } from '../core/door/propose.ts'
import { scopeOf } from '../core/rights/rights.ts'
import { addDays, type Day, dayText, readDay } from '../core/words/day.ts'
import { IssueError } from '../core/words/result.ts'
import { type HandoverSaid, proposeForHandover, startCodes } from '../core/work/handover.ts'
import { readCarried, takeIn } from '../publish/carried.ts'
import { bundleOf, readBundle } from '../publish/pathway-bundle.ts'
import { listHandoverRows } from '../store/handovers.ts'
import { takeTurn } from '../store/intake.ts'
import { type Act, canonical, keyAfter } from '../store/ledger-database.ts'
import type { PathwayRecord } from '../store/pathways.ts'
import { contextOf, getOrganisation, getPathway, packNamed, packOf, todayAt } from './pathway-handlers.ts'
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

  exportBundle: (asked) => {
    const { ledger, n } = readRef(asked.params.pathway)
    return asked.in(async (session) => {
      const record = await getPathway(session, asked.params.pathway, undefined)
      asked.roleIn('work', ledger, record.pack)
      const live = packOf(asked.service, record.pack)
      const bundle = bundleOf(await readCarried(session, record, live))
      // That it left is a look, with the hash by which it is known again where it arrives.
      await session.look(ledger, { kind: 'bundle', pathway: n, about: { sha256: hashOf(bundle) } })
      asked.reply.header('etag', `"${record.version}"`)
      return bundle
    })
  },

  takeInBundle: (asked) => {
    const { service, body } = asked
    return asked.in(async (session) => {
      const { ledger } = await getOrganisation(session, body.org)
      asked.roleIn('record', ledger)
      const read = readBundle(body.bundle)
      if (!read.ok) throw new IssueError(read.issues)
      const carried = read.value
      const live = packNamed(service, carried.pack.id)
      asked.roleIn('record', ledger, live.pack)
      const strange = carried.entries.findIndex(({ code }) => !live.content.codesByText.has(code))
      if (strange >= 0)
        throw refuse('door/unknown-code', `The pack here has no code "${carried.entries[strange]?.code}".`, ['body', 'bundle'])
      const sha256 = hashOf(body.bundle)
      const [sent] = await session.rows('SELECT bundle_sent($1, $2) AS sent', [carried.pathway, sha256])
      if (sent?.['sent'] === true && readRef(carried.pathway).ledger === ledger)
        throw refuse('ledger/exists', 'This pathway is one of this house already.', ['body', 'bundle'])
      const mayImport = asked.actor.rights.some((right) => right.capability === 'import' && right.scopes.has(scopeOf(ledger, live.pack)))
      if (sent?.['sent'] !== true && !mayImport && service.checks !== false)
        throw refuse(
          'bundle/not-sent',
          'This bundle did not leave this installation as it stands. Have it sent again, or ask somebody who may import.',
          ['body', 'bundle'],
        )
      await takeTurn(session, ledger)
      const taken = await takeIn(session, { ledger, org: body.org, live, carried, sha256 })
      asked.reply.header('etag', `"${taken.version}"`)
      return {
        ...taken,
        pathway: refOf(ledger, taken.pathway),
        patient: refOf(ledger, taken.patient),
        handover: taken.handover === undefined ? null : refOf(ledger, taken.handover),
        entries: carried.entries.length,
        pack: { id: live.id, sent: carried.pack.version, here: live.content.version },
      }
    })
  },
}

const hashOf = (bundle: unknown): string => createHash('sha256').update(canonical(bundle)).digest('hex')
